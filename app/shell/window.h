// The one window: GLFW, an OpenGL 3.3 core context, and how the program sleeps until something happens.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "gpu/gpu.h"

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
  void framebuffer_size(int& width, int& height) const { width = width_, height = height_; }
  void set_title(const std::string& title);

  // For make_gl_gpu, once a window is open.
  static void (*(*gl_loader())(const char* name))();
  // Any thread: ends wait(). Does nothing before the window is open and after it is closed.
  static void wake();
  // Sleeps until an event, wake(), or `secs` have passed; then handles all events.
  void wait(double secs);
  // Input, a new size, or the system asked for a redraw since the last call.
  bool take_input();
  // What is on screen was lost since the last call, or is about to be: all of it must be drawn and shown again.
  bool take_loss() { return std::exchange(is_lost_, false); }
  // Its size, its focus or the pointer's being over it is another than at the last call.
  bool take_surroundings() { return std::exchange(has_new_surroundings_, false); }
  // What was dropped on the window since the last call: absolute paths of files and folders.
  std::vector<std::string> take_drops();
  // By which the desktop's dialogs know it: "x11:1e00007"; empty where there is no such name.
  std::string portal_name() const;
  bool wants_close() const;
  // Iconified, unmapped or without any pixels. That it is visible holds for a tenth of a second: it is a question to the
  // window system.
  bool is_hidden();
  void swap();
  // Shows only these parts of what was drawn, or all where the window system cannot do that. None: only waits its time.
  void show(const std::vector<PixelRect>& parts);
  // For benchmarks: whether showing a frame waits so that there are not too many of them, and how long it did in all.
  void set_unlimited(bool unlimited);
  double waited_ms() const { return waited_ms_; }

 private:
  explicit Window(GLFWwindow* window) : window_(window) {}
  static void note_input(GLFWwindow* window);
  static void note_loss(GLFWwindow* window);
  static void note_surroundings(GLFWwindow* window);
  void keep_pace();

  GLFWwindow* window_;
  int width_ = 0, height_ = 0;  // of the framebuffer
  double waited_ms_ = 0;
  double seen_secs_ = -1;       // when it was last seen to be visible
  bool input_ = true, is_lost_ = true, has_new_surroundings_ = true, unlimited_ = false;
  std::vector<std::string> drops_;
};

}  // namespace studio
