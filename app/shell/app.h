// The program's face as a whole: start page or project, panels, commands and keys. Knows no window system, so tests run
// it on any surface.
#pragma once

#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>

#include "engine/studio.h"
#include "gpu/picture_cache.h"
#include "panels/bars.h"
#include "panels/gallery_panel.h"
#include "panels/prompt_panel.h"
#include "panels/start_page.h"
#include "shell/fonts.h"
#include "shell/keys.h"
#include "shell/window_settings.h"

namespace studio {

struct AppParts {
  Theme theme;
  std::unique_ptr<Gpu> gpu;
  StudioParts studio;                    // a copy goes to each project that is opened
  std::function<void()> wake;            // any thread; may only wake
  std::filesystem::path config_folder;   // for what the window remembers
  std::filesystem::path data_folder;     // for the demo
  std::filesystem::path home;            // what ~ means
  std::filesystem::path start_pictures;  // folder with pictures.json; empty: none are shown
};

// All calls on the UI thread. Makes the Dear ImGui context and keeps it for its life; whoever shows the frames adds the
// platform and renderer parts.
class App {
 public:
  explicit App(AppParts parts);
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  // Opens what the command line named: a project, or a folder that may become one after a question. Empty: the last
  // one.
  void start(const std::optional<std::filesystem::path>& folder);
  // The monitor's scale; the user's own is multiplied on.
  void set_monitor_scale(float scale);
  void set_user_scale(double scale) { settings_.user_scale = scale; }

  // Folds what arrived. True when there is something new to draw. Also to be called while the window is hidden.
  bool tick();
  // Before ImGui::NewFrame: fonts and sizes that the last frame asked for.
  void before_frame();
  // Between ImGui::NewFrame and ImGui::Render.
  void draw();
  // After the frame was shown: uploads and wishes for pictures. True when another frame is due at once.
  bool after_frame();
  // Dear ImGui takes quick input in slices, one a frame: some of it still waits for further frames.
  bool has_input_left() const;
  // Seconds until something on screen changes by itself; large when nothing does.
  double secs_to_next_change() const;

  bool wants_to_quit() const { return state_.wishes.quit; }
  std::string title() const;
  Gpu& gpu() { return *parts_.gpu; }
  ImU32 ground() const { return parts_.theme[Tone::GroundBase]; }
  const WindowSettings& settings() const { return settings_; }
  void set_window_size(int width, int height);
  void save_settings();
  // Every picture that is on screen is there in its exact size.
  bool all_pictures_shown() const;

  // For tests: what is behind the face.
  Studio* studio() { return studio_.get(); }
  AppState& state() { return state_; }
  PromptState& prompt() { return prompt_; }
  GalleryState& gallery() { return gallery_; }
  StartState& start_page() { return start_; }
  PictureCache& pictures() { return *pictures_; }
  const SendCommand& send() const { return send_; }

 private:
  Result<void> open_project(const std::filesystem::path& folder);
  Result<void> make_project(const std::filesystem::path& folder);
  Result<void> open_demo();
  void close_project();
  void close_studio();
  void write_settings();
  void show_start_pictures();
  void act(const StartAct& act);
  void apply_scale();
  void run_keys(CommandContext& commands);
  void draw_project(const Ui& ui, CommandContext& commands);
  void draw_start(const Ui& ui, CommandContext& commands);
  void default_layout(unsigned dock_id, float width, float height, const Ui& ui);

  AppParts parts_;
  std::unique_ptr<Fonts> fonts_;
  std::unique_ptr<PictureCache> pictures_;
  std::unique_ptr<Studio> studio_;
  std::future<void> closing_;  // a project that gives its answers time to come in, off this thread
  std::future<void> saving_;   // the settings on their way to the disk
  bool save_again_ = false;
  HeldInput held_input_;
  std::filesystem::path settings_file_;
  WindowSettings settings_;

  AppState state_;
  PromptState prompt_;
  GalleryState gallery_;
  StartState start_;
  BarsState bars_;
  SendCommand send_;
  float monitor_scale_ = 1, scale_ = 0;
  double next_change_secs_ = 1e300;
  std::size_t titles_looked_at_ = 0;
  bool lay_out_panels_ = true;
};

}  // namespace studio
