// Drags files onto a place of the screen, as a file manager does: the XDND protocol, version 5, from the source's side.
//   drag_source X Y FILE…
// Ends with 0 when whoever lies there has asked for them and said that it is finished. (GLFW writes a size where the protocol
// wants "taken", so that word tells nothing.)
#include <X11/Xatom.h>
#include <X11/Xlib.h>
#include <poll.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

Display* display;
Window source, target;
Atom atom(const char* name) { return XInternAtom(display, name, False); }

// The topmost window under the point that takes drops.
Window window_at(int x, int y) {
  Window at = DefaultRootWindow(display);
  for (;;) {
    Window child = 0;
    int to_x = 0, to_y = 0;
    if (!XTranslateCoordinates(display, DefaultRootWindow(display), at, x, y, &to_x, &to_y, &child) || child == 0) return 0;
    at = child;
    Atom type = 0;
    int format = 0;
    unsigned long count = 0, left = 0;
    unsigned char* data = nullptr;
    XGetWindowProperty(display, at, atom("XdndAware"), 0, 1, False, AnyPropertyType, &type, &format, &count, &left, &data);
    if (data != nullptr) XFree(data);
    if (type != 0) return at;
  }
}

void tell(const char* what, long a1, long a2, long a3, long a4) {
  XEvent event{};
  event.xclient.type = ClientMessage;
  event.xclient.display = display;
  event.xclient.window = target;
  event.xclient.message_type = atom(what);
  event.xclient.format = 32;
  event.xclient.data.l[0] = static_cast<long>(source);
  event.xclient.data.l[1] = a1, event.xclient.data.l[2] = a2, event.xclient.data.l[3] = a3, event.xclient.data.l[4] = a4;
  XSendEvent(display, target, False, NoEventMask, &event);
  XFlush(display);
}

// Waits for a message; whoever asks for the files meanwhile gets them.
bool hear(const char* what, const std::string& uris, XEvent& event) {
  for (int rounds = 0; rounds < 200; ++rounds) {
    while (XPending(display) > 0) {
      XNextEvent(display, &event);
      if (event.type == SelectionRequest) {
        const XSelectionRequestEvent& request = event.xselectionrequest;
        XChangeProperty(display, request.requestor, request.property, request.target, 8, PropModeReplace,
                        reinterpret_cast<const unsigned char*>(uris.data()), static_cast<int>(uris.size()));
        XEvent answer{};
        answer.xselection.type = SelectionNotify;
        answer.xselection.requestor = request.requestor;
        answer.xselection.selection = request.selection;
        answer.xselection.target = request.target;
        answer.xselection.property = request.property;
        answer.xselection.time = request.time;
        XSendEvent(display, request.requestor, False, NoEventMask, &answer);
        XFlush(display);
      } else if (event.type == ClientMessage && event.xclient.message_type == atom(what)) {
        return true;
      }
    }
    pollfd readable{ConnectionNumber(display), POLLIN, 0};
    ::poll(&readable, 1, 100);
  }
  std::fprintf(stderr, "drag_source: no %s came\n", what);
  return false;
}

// "/a b" as a file manager names it.
std::string uri_of(const std::string& path) {
  std::string uri = "file://";
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || std::strchr("/-_.~", c) != nullptr) {
      uri += c;
    } else {
      char coded[4];
      std::snprintf(coded, sizeof coded, "%%%02X", byte);
      uri += coded;
    }
  }
  return uri + "\r\n";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return std::fputs("usage: drag_source X Y FILE…\n", stderr), 2;
  display = XOpenDisplay(nullptr);
  if (display == nullptr) return std::fputs("drag_source: no display\n", stderr), 2;
  const int x = std::atoi(argv[1]), y = std::atoi(argv[2]);
  std::string uris;
  for (int i = 3; i < argc; ++i) uris += uri_of(argv[i]);
  source = XCreateSimpleWindow(display, DefaultRootWindow(display), 0, 0, 1, 1, 0, 0, 0);
  target = window_at(x, y);
  if (target == 0) return std::fputs("drag_source: nobody there takes drops\n", stderr), 1;
  XSetSelectionOwner(display, atom("XdndSelection"), source, CurrentTime);
  tell("XdndEnter", 5L << 24, static_cast<long>(atom("text/uri-list")), 0, 0);
  XEvent event{};
  for (int step = 4; step >= 0; --step) {
    tell("XdndPosition", 0, static_cast<long>(x + step * 8) << 16 | (y + step * 8), CurrentTime, static_cast<long>(atom("XdndActionCopy")));
    if (!hear("XdndStatus", uris, event)) return 1;
    if ((event.xclient.data.l[1] & 1) == 0) return std::fputs("drag_source: the window wants none of it\n", stderr), 1;
  }
  tell("XdndDrop", 0, CurrentTime, 0, 0);
  if (!hear("XdndFinished", uris, event)) return 1;
  XCloseDisplay(display);
  return 0;
}
