// The one window: GLFW, an OpenGL 3.3 core context, and how the program sleeps until something happens.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

struct GLFWwindow;

namespace studio {

// UI thread, except wake().
class Window {
 public:
  static Result<std::unique_ptr<Window>> open(const std::string& title, int width, int height);
  ~Window();
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;

  GLFWwindow* handle() const { return window_; }
  float monitor_scale() const;  // 1 on an ordinary display, 2 where text is twice as dense
  void framebuffer_size(int& width, int& height) const;
  void set_title(const std::string& title);

  // For make_gl_gpu, once a window is open.
  static void (*(*gl_loader())(const char* name))();
  // Any thread: ends wait(). Does nothing before the window is open and after it is closed.
  static void wake();
  // Sleeps until an event, wake(), or `secs` have passed; then handles all events.
  void wait(double secs);
  // Input, a new size, or the system asked for a redraw since the last call.
  bool take_input();
  // What was dropped on the window since the last call: absolute paths of files and folders.
  std::vector<std::string> take_drops();
  // By which the desktop's dialogs know it: "x11:1e00007"; empty where there is no such name.
  std::string portal_name() const;
  bool wants_close() const;
  bool is_hidden() const;  // iconified, unmapped or without any pixels
  void swap();
  void draw_unlimited();  // for benchmarks: swap() waits for nothing

 private:
  explicit Window(GLFWwindow* window) : window_(window) {}
  static void note_input(GLFWwindow* window);

  GLFWwindow* window_;
  bool input_ = true, unlimited_ = false;
  std::vector<std::string> drops_;
};

}  // namespace studio
