#include "window/x_screen.h"

#include <X11/Xlib.h>
#include <X11/Xatom.h>
#include <X11/Xutil.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <stdexcept>

#include "support/process.h"

namespace studio {

std::unique_ptr<XScreen> XScreen::start(int width, int height, int dpi, std::string& why) {
  for (const char* program : {"Xvfb", "xdotool"}) {
    if (has_program(program)) continue;
    why = std::string(program) + " is not installed (packages xvfb, xdotool)";
    return nullptr;
  }
  std::unique_ptr<XScreen> screen(new XScreen);
  screen->width_ = width;
  screen->height_ = height;
  int ends[2];
  if (::pipe(ends) != 0) return nullptr;
  const std::string size = std::to_string(width) + "x" + std::to_string(height) + "x24";
  screen->server_ = ::fork();
  if (screen->server_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that is killed leaves no server behind
    ::dup2(ends[1], 3);
    const int null = ::open("/dev/null", O_RDWR);
    ::dup2(null, 0), ::dup2(null, 1), ::dup2(null, 2);
    for (int fd = 4; fd < 256; ++fd) ::close(fd);
    ::execlp("Xvfb", "Xvfb", "-displayfd", "3", "-screen", "0", size.c_str(), "-noreset", "-nolisten", "tcp", static_cast<char*>(nullptr));
    ::_exit(127);
  }
  ::close(ends[1]);
  std::string number;
  for (char c = 0; ::read(ends[0], &c, 1) == 1 && c != '\n';) number += c;
  ::close(ends[0]);
  if (number.empty()) {
    why = "Xvfb did not start";
    return nullptr;
  }
  screen->name_ = ":" + number;
  ::Display* display = ::XOpenDisplay(screen->name_.c_str());
  if (display == nullptr) {
    why = "Xvfb took no connection";
    return nullptr;
  }
  screen->display_ = display;
  const std::string resources = "Xft.dpi:\t" + std::to_string(dpi) + "\n";
  ::XChangeProperty(display, DefaultRootWindow(display), XA_RESOURCE_MANAGER, XA_STRING, 8, PropModeReplace,
                    reinterpret_cast<const unsigned char*>(resources.data()), static_cast<int>(resources.size()));
  ::XSync(display, False);
  return screen;
}

XScreen::~XScreen() {
  if (display_ != nullptr) ::XCloseDisplay(static_cast<::Display*>(display_));
  if (server_ > 0) {
    ::kill(server_, SIGKILL);
    ::waitpid(server_, nullptr, 0);
  }
}

void XScreen::play(const std::string& line) {
  std::vector<std::string> words;
  std::size_t at = 0;
  while (at < line.size()) {
    const std::size_t end = std::min(line.find(' ', at), line.size());
    words.push_back(line.substr(at, end - at));
    at = end + 1;
  }
  play(std::move(words));
}

void XScreen::play(std::vector<std::string> words) {
  words.insert(words.begin(), "xdotool");
  const auto result = run_program(words, {{"DISPLAY", name_}}, 20'000);
  if (result.exit_code != 0) throw std::runtime_error("xdotool " + words[1] + ": " + result.err);
}

void XScreen::use_keyboard(const std::string& layout) {
  const auto result = run_program({"setxkbmap", "-display", name_, "-layout", layout}, {{"DISPLAY", name_}}, 20'000);
  if (result.exit_code != 0) throw std::runtime_error("setxkbmap " + layout + ": " + result.err);
}

void XScreen::spoil_all() {
  ::Display* display = static_cast<::Display*>(display_);
  ::Window root = 0, parent = 0, *children = nullptr;
  unsigned count = 0;
  if (::XQueryTree(display, DefaultRootWindow(display), &root, &parent, &children, &count) == 0) return;
  for (unsigned i = 0; i < count; ++i) {
    ::XWindowAttributes facts;
    const bool has_pixels = ::XGetWindowAttributes(display, children[i], &facts) != 0 && facts.c_class == InputOutput && facts.map_state == IsViewable;
    if (!has_pixels) continue;
    ::XGCValues red;
    red.foreground = 0xFF0000;
    const GC gc = ::XCreateGC(display, children[i], GCForeground, &red);
    ::XFillRectangle(display, children[i], gc, 0, 0, static_cast<unsigned>(facts.width), static_cast<unsigned>(facts.height));
    ::XFreeGC(display, gc);
    ::XClearArea(display, children[i], 0, 0, 0, 0, True);
  }
  if (children != nullptr) ::XFree(children);
  ::XSync(display, False);
}

Picture XScreen::look(Box box) {
  ::Display* display = static_cast<::Display*>(display_);
  ::XImage* image = ::XGetImage(display, DefaultRootWindow(display), box.x, box.y, static_cast<unsigned>(box.width),
                                static_cast<unsigned>(box.height), AllPlanes, ZPixmap);
  if (image == nullptr) throw std::runtime_error("the X server gave no pixels");
  Picture picture(box.width, box.height);
  for (int y = 0; y < box.height; ++y)
    for (int x = 0; x < box.width; ++x) {
      const unsigned long value = XGetPixel(image, x, y);
      std::uint8_t* to = picture.row(y) + static_cast<std::ptrdiff_t>(x) * 4;
      to[0] = static_cast<std::uint8_t>(value >> 16), to[1] = static_cast<std::uint8_t>(value >> 8), to[2] = static_cast<std::uint8_t>(value), to[3] = 255;
    }
  XDestroyImage(image);
  return picture;
}

}  // namespace studio
