// The program's face as a whole: start page or project, panels, commands and keys. Knows no window system, so tests run
// it on any surface.
#pragma once

#include <filesystem>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "base/side_work.h"
#include "clips/clip_desk.h"
#include "engine/studio.h"
#include "gpu/frame_texture.h"
#include "gpu/picture_cache.h"
#include "panels/again_dialog.h"
#include "panels/bars.h"
#include "panels/file_picker.h"
#include "panels/gallery_panel.h"
#include "panels/import_card.h"
#include "panels/export_dialog.h"
#include "panels/keys_sheet.h"
#include "panels/ledger_panel.h"
#include "panels/loupe_panel.h"
#include "panels/palette.h"
#include "panels/prompt_panel.h"
#include "panels/queue_panel.h"
#include "panels/settings_panel.h"
#include "panels/start_page.h"
#include "panels/trash_dialog.h"
#include "shell/demo.h"
#include "shell/desktop.h"
#include "shell/errands.h"
#include "shell/fonts.h"
#include "shell/frame_watch.h"
#include "shell/keys.h"
#include "shell/settings_work.h"
#include "shell/window_settings.h"
#include "sound/sound_player.h"

namespace studio {

// From the disk, before there is a window that would stand still meanwhile.
struct StartFiles {
  WindowSettings settings;
  std::vector<StartPicture> pictures;
  std::unique_ptr<Fonts> fonts;
};
StartFiles read_start_files(const std::filesystem::path& config_folder, const std::filesystem::path& start_pictures,
                            const Theme& theme, std::function<void()> wake);

struct AppParts {
  Theme theme;
  std::unique_ptr<Gpu> gpu;
  StudioParts studio;                    // a copy goes to each project that is opened
  std::function<void()> wake;            // any thread; may only wake
  std::filesystem::path config_folder;   // for what the window remembers
  std::filesystem::path data_folder;     // for the demo
  std::filesystem::path home;            // what ~ means
  std::filesystem::path start_pictures;  // folder with pictures.json; empty: none are shown
  StartFiles files;                      // by read_start_files()
  DesktopSettings desktop;               // none: everything is done in the window itself
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
  // one. The answer comes in a later tick().
  void start(const std::optional<std::filesystem::path>& folder);
  void start_demo();
  // Files and folders that were dropped on the window: imported, or on the first page a project to open.
  void drop(std::vector<std::string> paths);
  bool is_opening() const { return is_opening_; }
  // The monitor's scale; the user's own is multiplied on.
  void set_monitor_scale(float scale);
  void set_user_scale(double scale) { settings_.user_scale = settings_panel_.user_scale = scale; }

  // Folds what arrived. True when there is something new to draw. Also to be called while the window is hidden.
  bool tick();
  // Before ImGui::NewFrame: fonts and sizes that the last frame asked for.
  void before_frame();
  // Between ImGui::NewFrame and ImGui::Render.
  void draw();
  // After ImGui::Render: what follows is the graphics driver's work.
  void frame_is_ready();
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
  LoupeState& loupe() { return loupe_; }
  QueuePanelState& queue() { return queue_; }
  LedgerState& ledger() { return ledger_; }
  AgainState& again_dialog() { return again_; }
  MoneyBook* money_book() { return money_book_.get(); }
  PaletteState& palette() { return palette_; }
  SettingsState& settings_panel() { return settings_panel_; }
  ExportState& export_dialog() { return export_; }
  StartState& start_page() { return start_; }
  PickerState& picker() { return picker_; }
  ImportState& importing() { return import_; }
  TrashState& trash_dialog() { return trash_; }
  PictureCache& pictures() { return *pictures_; }
  ClipDesk& clips() { return *clips_; }
  SoundPlayer& sound() { return *sound_; }
  const FrameWatch& watch() const { return watch_; }
  const SendCommand& send() const { return send_; }

 private:
  // app_projects.cpp
  enum class OpenHow : std::uint8_t { Open, Last, Make, Demo };
  static Result<std::unique_ptr<Studio>> open_or_make(const std::filesystem::path& folder, OpenHow how, StudioParts parts);
  void open_project(const std::filesystem::path& folder, OpenHow how);
  void take_project(const std::filesystem::path& folder, OpenHow how, std::unique_ptr<Studio> opened);
  void not_opened(const std::filesystem::path& folder, OpenHow how, const Error& error);
  void draw_opening(const Ui& ui, Rect box);
  void close_project();
  // app_files.cpp
  std::filesystem::path demo_folder() const;
  std::filesystem::path start_folder(PickFor purpose) const;
  void pick(PickFor purpose, AssetId version_of = {});
  void picked(PickFor purpose, std::vector<std::filesystem::path> paths, AssetId version_of = {});
  void take_places(std::vector<PickerPlace> places);
  void import_paths(std::vector<std::string> paths);
  void import_files(std::vector<std::string> files, AssetId version_of = {});
  void import_version(const std::filesystem::path& file, AssetId version_of);
  void show_in_folder(std::vector<std::filesystem::path> paths, bool is_export);
  void delete_demo();
  void tend_files();
  void tend_picker();
  void tend_export();
  void draw_import(const Ui& ui);
  void need_fonts_for_files();
  std::string missing_script() const;
  void leave_files();
  void close_studio();
  void write_settings();
  void show_start_pictures();
  void act(const StartAct& act);
  void apply_scale();
  void apply_theme();
  void show_recent();
  void look_for_recent();
  void take_settings(const Ui& ui);
  void run_keys(CommandContext& commands);
  void draw_project(const Ui& ui, CommandContext& commands);
  void draw_start(const Ui& ui, CommandContext& commands);
  void draw_over_all(const Ui& ui, CommandContext& commands);
  bool is_narrow() const;
  std::string wanted_layout() const;
  void tend_layout();
  void keep_layout();
  void default_layout(unsigned dock_id, float width, float height, const Ui& ui);

  AppParts parts_;
  std::unique_ptr<Fonts> fonts_;
  std::unique_ptr<PictureCache> pictures_;
  std::unique_ptr<ClipDesk> clips_;
  std::unique_ptr<FrameTextures> frames_;
  std::unique_ptr<SoundPlayer> sound_;
  std::unique_ptr<Studio> studio_;
  std::unique_ptr<MoneyBook> money_book_;  // of the open project
  bool is_opening_ = false;
  std::string opening_name_;
  double opening_since_secs_ = 0;
  std::shared_future<void> closing_;  // a project that gives its answers time to come in, off this thread
  std::jthread closer_;
  SideWork<bool> saving_;  // the settings on their way to the disk
  bool save_again_ = false;
  FrameWatch watch_;
  HeldInput held_input_;
  TypedSigns typed_;
  LoneAlt lone_alt_;
  std::filesystem::path settings_file_;
  WindowSettings settings_;

  AppState state_;
  PromptState prompt_;
  GalleryState gallery_;
  StartState start_;
  BarsState bars_;
  LoupeState loupe_;
  QueuePanelState queue_;
  LedgerState ledger_;
  AgainState again_;
  PaletteState palette_;
  SettingsState settings_panel_;
  ExportState export_;
  PickerState picker_;
  ImportState import_;
  TrashState trash_;
  DemoFill demo_;
  int budget_warnings_ = 0;  // of the project, that were shown
  bool is_deleting_demo_ = false;
  int visit_ = 0;  // grows with every project that is opened or left
  std::map<PickFor, std::filesystem::path> last_folders_;
  struct {
    std::shared_ptr<const FolderListing> listing;
    std::size_t shown = 0;
    std::size_t import_names = 0;
  } fonts_seen_for_;
  std::unique_ptr<Errands> errands_;
  std::unique_ptr<Desktop> desktop_;
  SendCommand send_;
  std::unique_ptr<SettingsWork> settings_work_;
  Theme plain_theme_;  // as the tokens have it; parts_.theme is the one that is shown
  bool shows_high_contrast_ = false;
  float monitor_scale_ = 1, scale_ = 0;
  double next_change_secs_ = 1e300;
  std::size_t titles_looked_at_ = 0, names_looked_at_ = 0;
  bool lay_out_panels_ = true;
  std::string shown_layout_;  // which of those that are kept is on screen; empty: none yet
  float layout_scale_ = 0;    // that its sizes are for
};

}  // namespace studio
