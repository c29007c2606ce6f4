// The loop. A heartbeat once a second only looks after the project; it never draws.
#include "shell/frame_loop.h"

#include <imgui_impl_glfw.h>
#include <imgui_impl_opengl3.h>

#include <algorithm>
#include <chrono>

namespace studio {
namespace {

// Dear ImGui needs some frames after an event until popups and layout have settled.
constexpr int cooldown_frames = 3;
constexpr double heartbeat_secs = 1, hidden_heartbeat_secs = 2;

void draw_frame(App& app, Window& window) {
  app.set_monitor_scale(window.monitor_scale());
  app.before_frame();
  ImGui_ImplOpenGL3_NewFrame();
  ImGui_ImplGlfw_NewFrame();
  ImGui::NewFrame();
  app.draw();
  ImGui::Render();
  app.frame_is_ready();
  int width = 0, height = 0;
  window.framebuffer_size(width, height);
  app.gpu().clear(width, height, app.ground());
  ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
  window.swap();
}

}  // namespace

FrameLoopResult run_frame_loop(App& app, Window& window, const FrameLoopSettings& settings) {
  ImGui_ImplGlfw_InitForOpenGL(window.handle(), true);
  ImGui_ImplOpenGL3_Init("#version 330 core");
  const auto started = std::chrono::steady_clock::now();
  FrameLoopResult result;
  std::string title;
  int frames_due = cooldown_frames;
  while (true) {
    // Whether it is hidden the window system must be asked, which is a wake-up of its own: only where a frame is wanted.
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

    draw_frame(app, window);
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
