// The loop. A heartbeat once a second only looks after the project; it never draws.
#include "shell/frame_loop.h"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>
#include <imgui_impl_glfw.h>
#include <imgui_impl_opengl3.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "base/log.h"
#include "shell/frame_painter.h"

namespace studio {
namespace {

// Dear ImGui needs some frames after an event until popups and layout have settled.
constexpr int cooldown_frames = 3;
constexpr double heartbeat_secs = 1, hidden_heartbeat_secs = 2;

// Whether a window shows what was drawn by copying it, so that the next frame can go on from there: seen in its pixels.
constexpr int probe_side = 64;
bool swap_keeps_pixels(App& app, Window& window) {
  const Picture before = app.gpu().read_back(probe_side, probe_side);
  window.swap();
  return app.gpu().read_back(probe_side, probe_side).rgba == before.rgba;
}

#ifdef STUDIO_TEST_HOOKS
// A test has each frame drawn in parts held against the same frame drawn as a whole.
class PaintCheck {
 public:
  ~PaintCheck() {
    if (is_on_) std::fprintf(stdout, "painted %d in parts, %d wrong\n", checked_, wrong_), std::fflush(stdout);
  }
  void check(App& app, ImDrawData& frame, const std::vector<PixelRect>& parts) {
    if (!is_on_) return;
    const int width = static_cast<int>(frame.DisplaySize.x), height = static_cast<int>(frame.DisplaySize.y);
    const Picture in_parts = app.gpu().read_back(width, height);
    app.gpu().clear(width, height, app.ground());
    ImGui_ImplOpenGL3_RenderDrawData(&frame);
    const Picture whole = app.gpu().read_back(width, height);
    ++checked_;
    const Difference found = difference(in_parts, whole);
    if (found.bytes == 0) return;
    ++wrong_;
    std::string drawn;
    for (const PixelRect& part : parts) drawn += " " + text_of(part);
    log_error("Frame " + std::to_string(checked_) + " drawn in parts differs in " + std::to_string(found.bytes) +
              " values by up to " + std::to_string(found.most) + " within " + text_of(found.where) +
              "; what it drew:" + drawn);
  }

 private:
  struct Difference {
    int bytes = 0, most = 0;
    PixelRect where;
  };
  // The edges of what was moved are smoothed with sums that were rounded at another place: one step of 255 either way.
  static Difference difference(const Picture& a, const Picture& b) {
    Difference found;
    found.where = {a.width, a.height, 0, 0};
    for (std::size_t i = 0; i < a.rgba.size(); ++i) {
      const int by = std::abs(a.rgba[i] - b.rgba[i]);
      if (by <= 1) continue;
      ++found.bytes;
      found.most = std::max(found.most, by);
      const int x = static_cast<int>(i / 4) % a.width, y = static_cast<int>(i / 4) / a.width;
      found.where = {std::min(found.where.x0, x), std::min(found.where.y0, y), std::max(found.where.x1, x + 1),
                     std::max(found.where.y1, y + 1)};
    }
    return found;
  }
  static std::string text_of(PixelRect rect) {
    return "(" + std::to_string(rect.x0) + ", " + std::to_string(rect.y0) + ", " + std::to_string(rect.width()) +
           " x " + std::to_string(rect.height()) + ")";
  }

  bool is_on_ = std::getenv("STUDIO_CHECK_FRAMES") != nullptr;
  int checked_ = 0, wrong_ = 0;
};
#else
struct PaintCheck {
  void check(App&, ImDrawData&, const std::vector<PixelRect>&) {}
};
#endif

class Screen {
 public:
  Screen(App& app, Window& window) : app_(app), window_(window), painter_(app.gpu(), false) {}

  void draw_frame() {
    app_.set_monitor_scale(window_.monitor_scale());
    app_.before_frame();
    ImGui_ImplOpenGL3_NewFrame();
    begin_platform_frame();
    ImGui::NewFrame();
    app_.draw();
    ImGui::Render();
    app_.frame_is_ready();
    ImDrawData& frame = *ImGui::GetDrawData();
    const FramePainter::Painted painted = painter_.paint(frame, app_.ground(), window_.take_loss());
    if (!painted.whole) {
      check_.check(app_, frame, painted.parts);
      window_.show(painted.parts);
    } else if (!is_probed_ && app_.gpu().is_software()) {
      // Where a card draws, all of a frame costs nothing.
      is_probed_ = true;
      painter_.set_keeps_pixels(swap_keeps_pixels(app_, window_));
    } else {
      window_.swap();
    }
  }

 private:
  // Dear ImGui's part asks the window system for size, pointer and every monitor, twenty questions in all, each a way
  // there and back: only when one of the answers may be another.
  void begin_platform_frame() {
    const ImGuiMouseCursor cursor = ImGui::GetMouseCursor();
    if (window_.take_surroundings() || cursor != cursor_) ImGui_ImplGlfw_NewFrame();
    cursor_ = cursor;
    const auto now = std::chrono::steady_clock::now();
    ImGui::GetIO().DeltaTime =
        std::max(1e-5f, std::chrono::duration<float>(now - std::exchange(last_frame_, now)).count());
  }

  App& app_;
  Window& window_;
  FramePainter painter_;
  std::chrono::steady_clock::time_point last_frame_ = std::chrono::steady_clock::now();
  ImGuiMouseCursor cursor_ = ImGuiMouseCursor_COUNT;
  bool is_probed_ = false;
  PaintCheck check_;
};

// With Ctrl a key types nothing. So that a sign is found wherever this keyboard has it, what its key bears goes in as if it
// were typed: text fields take no characters while Ctrl is held.
void take_key(GLFWwindow* window, int key, int scancode, int action, int modifiers) {
  ImGui_ImplGlfw_KeyCallback(window, key, scancode, action, modifiers);
  if (action != GLFW_PRESS || (modifiers & GLFW_MOD_CONTROL) == 0 || (modifiers & GLFW_MOD_ALT) != 0) return;
  const char* borne = glfwGetKeyName(key, scancode);
  if (borne == nullptr || borne[0] == 0 || borne[1] != 0) return;
  const bool is_plus = *borne == '+' || *borne == '=';
  const bool is_shifted = (modifiers & GLFW_MOD_SHIFT) != 0;
  if (is_plus || (!is_shifted && std::strchr("-,./[]", *borne) != nullptr))
    ImGui::GetIO().AddInputCharacter(static_cast<unsigned char>(*borne));
}

}  // namespace

FrameLoopResult run_frame_loop(App& app, Window& window, const FrameLoopSettings& settings) {
  ImGui_ImplGlfw_InitForOpenGL(window.handle(), true);
  glfwSetKeyCallback(window.handle(), take_key);
  ImGui_ImplOpenGL3_Init("#version 330 core");
  const auto started = std::chrono::steady_clock::now();
  FrameLoopResult result;
  std::string title;
  int frames_due = cooldown_frames;
  Screen screen(app, window);
  while (true) {
    // Whether it is hidden the window system must be asked, which is a wake-up of its own: only where a frame is
    // wanted.
    const double next = frames_due > 0 ? 0 : app.secs_to_next_change();
    const bool was_hidden = next < heartbeat_secs && window.is_hidden();
    window.wait(was_hidden ? hidden_heartbeat_secs : std::min(heartbeat_secs, next));
    if (window.wants_close() || app.wants_to_quit() || (settings.stop != nullptr && *settings.stop)) break;
    const bool has_input = window.take_input();
    if (has_input) frames_due = cooldown_frames;
    if (auto drops = window.take_drops(); !drops.empty()) app.drop(std::move(drops));
    if (app.tick()) frames_due = std::max(frames_due, 2);
    if (app.secs_to_next_change() <= 0) frames_due = std::max(frames_due, 1);
    // One that was hidden stays so until something comes in.
    if (frames_due <= 0 || (was_hidden && !has_input) || window.is_hidden()) continue;

    screen.draw_frame();
    ++result.frames;
    if (settings.drawn != nullptr) ++*settings.drawn;
    if (settings.after_drawing) settings.after_drawing();
    --frames_due;
    if (app.after_frame()) frames_due = std::max(frames_due, 1);
    if (app.has_input_left()) frames_due = cooldown_frames;
    if (std::string now = app.title(); now != title) {
      title = std::move(now);
      window.set_title(title);
    }
    int width = 0, height = 0;
    window.framebuffer_size(width, height);
    app.set_window_size(width, height);
    if (settings.most_frames > 0 && result.frames >= settings.most_frames) break;
    if (settings.until_pictures && app.all_pictures_shown() && result.frames > 2) {
      result.secs_to_pictures = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
      break;
    }
  }
  app.save_settings();
  ImGui_ImplOpenGL3_Shutdown();
  ImGui_ImplGlfw_Shutdown();
  return result;
}

}  // namespace studio
