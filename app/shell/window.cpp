// GLFW, and nothing else of the window system.
#include "shell/window.h"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

// Declared in a header that wants those of X11; not there in builds of GLFW for Wayland only.
extern "C" {
struct _XDisplay;
[[gnu::weak]] unsigned long glfwGetX11Window(GLFWwindow* window);
[[gnu::weak]] _XDisplay* glfwGetX11Display();
[[gnu::weak]] unsigned long glfwGetGLXWindow(GLFWwindow* window);
}

namespace studio {
namespace {

std::atomic<int> windows_open = 0;
std::string last_glfw_error;

// Without a display that waits for its raster, a loop would draw as fast as it can.
constexpr std::chrono::microseconds shortest_frame{8000};
std::chrono::steady_clock::time_point last_swap;

}  // namespace

Result<std::unique_ptr<Window>> Window::open(const std::string& title, int width, int height) {
  glfwSetErrorCallback([](int, const char* words) { last_glfw_error = words; });
#ifdef GLFW_PLATFORM
  // From 3.4 on it looks for Wayland first, whose library complains on stderr where there is none.
  if (std::getenv("WAYLAND_DISPLAY") == nullptr) glfwInitHint(GLFW_PLATFORM, GLFW_PLATFORM_X11);
#endif
  if (!glfwInit())
    return fail(ErrorKind::NotFound,
                "There is no display to open a window on: use ./studio --headless, or start it from a desktop.",
                last_glfw_error);
  glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
  glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 3);
  glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
  glfwWindowHint(GLFW_OPENGL_FORWARD_COMPAT, GLFW_TRUE);
  glfwWindowHint(GLFW_SCALE_TO_MONITOR, GLFW_FALSE);
  glfwWindowHint(GLFW_DEPTH_BITS, 0);
  glfwWindowHint(GLFW_STENCIL_BITS, 0);
  glfwWindowHintString(GLFW_X11_CLASS_NAME, "production-studio");  // counts only together with the next
  glfwWindowHintString(GLFW_X11_INSTANCE_NAME, "production-studio");
  // Never larger than the display it opens on.
  if (GLFWmonitor* monitor = glfwGetPrimaryMonitor()) {
    int x = 0, y = 0, w = 0, h = 0;
    glfwGetMonitorWorkarea(monitor, &x, &y, &w, &h);
    if (w > 0 && h > 0) {
      width = std::min(width, w);
      height = std::min(height, h);
    }
  }
  GLFWwindow* handle = glfwCreateWindow(width, height, title.c_str(), nullptr, nullptr);
  if (handle == nullptr) {
    glfwTerminate();
    return fail(ErrorKind::NotFound,
                "This display has no OpenGL 3.3: install a graphics driver (libgl1-mesa-dri brings one in software), "
                "or use --headless.",
                last_glfw_error);
  }
  auto window = std::unique_ptr<Window>(new Window(handle));
  glfwSetWindowUserPointer(handle, window.get());
  glfwMakeContextCurrent(handle);
  glfwSwapInterval(1);
  // Set before Dear ImGui's own, which calls these in turn.
  glfwSetKeyCallback(handle, [](GLFWwindow* w, int, int, int, int) { note_input(w); });
  glfwSetCharCallback(handle, [](GLFWwindow* w, unsigned) { note_input(w); });
  glfwSetMouseButtonCallback(handle, [](GLFWwindow* w, int, int, int) { note_input(w); });
  glfwSetScrollCallback(handle, [](GLFWwindow* w, double, double) { note_input(w); });
  glfwSetCursorPosCallback(handle, [](GLFWwindow* w, double, double) { note_input(w); });
  glfwSetCursorEnterCallback(handle, [](GLFWwindow* w, int) { note_surroundings(w); });
  glfwSetWindowFocusCallback(handle, [](GLFWwindow* w, int) { note_surroundings(w); });
  glfwSetWindowRefreshCallback(handle, [](GLFWwindow* w) { note_loss(w); });
  glfwSetFramebufferSizeCallback(handle, [](GLFWwindow* w, int pixels_wide, int pixels_high) {
    auto* self = static_cast<Window*>(glfwGetWindowUserPointer(w));
    self->width_ = pixels_wide, self->height_ = pixels_high;
    note_loss(w);
    note_surroundings(w);
  });
  glfwSetWindowContentScaleCallback(handle, [](GLFWwindow* w, float, float) { note_surroundings(w); });
  glfwSetWindowIconifyCallback(handle, [](GLFWwindow* w, int) { note_loss(w), note_surroundings(w); });
  glfwSetDropCallback(handle, [](GLFWwindow* w, int count, const char** paths) {
    auto& drops = static_cast<Window*>(glfwGetWindowUserPointer(w))->drops_;
    drops.insert(drops.end(), paths, paths + count);
    note_input(w);
  });
  glfwSetWindowCloseCallback(handle, [](GLFWwindow* w) { note_input(w); });
  glfwGetFramebufferSize(handle, &window->width_, &window->height_);
  ++windows_open;
  return window;
}

void Window::note_input(GLFWwindow* window) { static_cast<Window*>(glfwGetWindowUserPointer(window))->input_ = true; }

void Window::note_loss(GLFWwindow* window) {
  static_cast<Window*>(glfwGetWindowUserPointer(window))->is_lost_ = true;
  note_input(window);
}

void Window::note_surroundings(GLFWwindow* window) {
  auto* self = static_cast<Window*>(glfwGetWindowUserPointer(window));
  self->has_new_surroundings_ = self->input_ = true;
  self->seen_secs_ = -1;
}

Window::~Window() {
  --windows_open;
  glfwDestroyWindow(window_);
  glfwTerminate();
}

float Window::monitor_scale() const {
  float x = 1, y = 1;
  glfwGetWindowContentScale(window_, &x, &y);
  return x > 0.25f ? x : 1;
}

void Window::set_title(const std::string& title) { glfwSetWindowTitle(window_, title.c_str()); }

void (*(*Window::gl_loader())(const char* name))() { return &glfwGetProcAddress; }

void Window::wake() {
  if (windows_open > 0) glfwPostEmptyEvent();
}

void Window::wait(double secs) {
  if (secs <= 0)
    glfwPollEvents();
  else
    glfwWaitEventsTimeout(secs);
}

bool Window::take_input() { return std::exchange(input_, false); }

std::vector<std::string> Window::take_drops() { return std::exchange(drops_, {}); }

std::string Window::portal_name() const {
#ifdef GLFW_PLATFORM
  if (glfwGetPlatform() != GLFW_PLATFORM_X11) return "";
#endif
  if (glfwGetX11Window == nullptr) return "";
  char name[32];
  std::snprintf(name, sizeof name, "x11:%lx", glfwGetX11Window(window_));
  return name;
}

bool Window::wants_close() const { return glfwWindowShouldClose(window_) != 0; }

bool Window::is_hidden() {
  if (width_ == 0 || height_ == 0) return true;
  const double now = glfwGetTime();
  if (seen_secs_ >= 0 && now - seen_secs_ < 0.1) return false;
  // Each is a question to the window system, so the one that most often says yes comes first.
  const bool hidden = glfwGetWindowAttrib(window_, GLFW_VISIBLE) == 0 || glfwGetWindowAttrib(window_, GLFW_ICONIFIED) != 0;
  seen_secs_ = hidden ? -1 : now;
  return hidden;
}

void Window::set_unlimited(bool unlimited) {
  unlimited_ = unlimited;
  glfwSwapInterval(unlimited ? 0 : 1);
}

void Window::keep_pace() {
  const auto now = std::chrono::steady_clock::now();
  if (!unlimited_ && now - last_swap < shortest_frame) std::this_thread::sleep_for(shortest_frame - (now - last_swap));
  last_swap = std::chrono::steady_clock::now();
  waited_ms_ += std::chrono::duration<double, std::milli>(last_swap - now).count();
}

void Window::swap() {
  glfwSwapBuffers(window_);
  keep_pace();
}

void Window::show(const std::vector<PixelRect>& parts) {
  if (parts.empty()) return keep_pace();
  // GLX_MESA_copy_sub_buffer; its y is from below.
  using CopyPart = void (*)(_XDisplay*, unsigned long, int x, int y, int width, int height);
  static const auto copy_part = [] {
    const bool is_there = glfwGetX11Display != nullptr && glfwGetGLXWindow != nullptr && glfwExtensionSupported("GLX_MESA_copy_sub_buffer") != 0;
    return is_there ? reinterpret_cast<CopyPart>(glfwGetProcAddress("glXCopySubBufferMESA")) : nullptr;
  }();
  const unsigned long drawable = copy_part != nullptr ? glfwGetGLXWindow(window_) : 0;
  if (drawable == 0) return swap();
  int width = 0, height = 0;
  framebuffer_size(width, height);
  for (const PixelRect& part : parts) copy_part(glfwGetX11Display(), drawable, part.x0, height - part.y1, part.width(), part.height());
  keep_pace();
}

}  // namespace studio
