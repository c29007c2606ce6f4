// Wires panels, commands and the project together, frame by frame.
#include "shell/app.h"

#include <imgui_internal.h>

#include <chrono>

#include "base/file.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/text.h"
#include "shell/keys.h"

namespace studio {
namespace {

double mono_secs() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

constexpr ImGuiWindowFlags fixed_window = ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoDocking |
                                          ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoMove |
                                          ImGuiWindowFlags_NoBringToFrontOnFocus | ImGuiWindowFlags_NoNav |
                                          ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoScrollWithMouse;

// What the demo shows: three requests that the sandbox answers in its three ways.
struct DemoRun {
  const char* prompt;
  const char* model;
  int count;
  Strategy strategy;
  std::int64_t seed;
};
constexpr DemoRun demo_runs[] = {
    {"Harbour town at night, lights in the water", "sandbox-dream", 4, Strategy::Camera, 7},
    {"Balloons over mountains at dawn", "sandbox-xl", 5, Strategy::Light, 9},
    {"A lighthouse on the coast at dusk, cloudy", "sandbox-flux", 6, Strategy::Mixed, 2},
};

// "film/" is "film": its name is the folder's.
std::filesystem::path without_slash(const std::filesystem::path& folder) {
  const auto tidy = folder.lexically_normal();
  return tidy.has_filename() ? tidy : tidy.parent_path();
}

bool is_ready(const std::future<void>& work) { return work.wait_for(std::chrono::seconds(0)) == std::future_status::ready; }

void begin_fixed(const char* name, Rect box) {
  ImGui::SetNextWindowPos(box.min);
  ImGui::SetNextWindowSize({box.width(), box.height()});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
  ImGui::PushStyleVar(ImGuiStyleVar_WindowMinSize, ImVec2(1, 1));
  ImGui::Begin(name, nullptr, fixed_window);
  ImGui::PopStyleVar(2);
}

}  // namespace

App::App(AppParts parts) : parts_(std::move(parts)), settings_file_(parts_.config_folder / "window.json") {
  IMGUI_CHECKVERSION();
  ImGui::CreateContext();
  ImGuiIO& io = ImGui::GetIO();
  io.IniFilename = nullptr;  // the layout is kept with our own settings
  io.LogFilename = nullptr;
  io.ConfigFlags |= ImGuiConfigFlags_DockingEnable;
  io.ConfigInputTextCursorBlink = false;  // a blinking caret would draw all night
  io.ConfigWindowsMoveFromTitleBarOnly = true;
  io.ConfigDockingWithShift = true;
  fonts_ = std::make_unique<Fonts>(parts_.theme);
  fonts_->load();
  pictures_ = std::make_unique<PictureCache>(*parts_.gpu, parts_.wake);
  settings_ = load_window_settings(settings_file_);
  gallery_.size_step = settings_.tile_step;
  start_.recent = settings_.recent;
  if (!settings_.layout.empty()) ImGui::LoadIniSettingsFromMemory(settings_.layout.data(), settings_.layout.size());
  prompt_.random = Random(stable_hash(random_hex_128()));
  prompt_.draft.seed = static_cast<std::int64_t>(prompt_.random.below(max_seed)) + 1;
  send_ = [this](Command command, CommandDone done) {
    if (studio_) studio_->run(std::move(command), std::move(done));
  };
  apply_scale();
  start_.pictures = load_start_pictures(parts_.start_pictures);
  show_start_pictures();
}

void App::show_start_pictures() {
  // Our own files, made by our own encoder's like; read on a worker as posters are.
  pictures_->set_source([folder = parts_.start_pictures](const std::string& name, int) -> std::optional<std::string> {
    auto bytes = read_file(folder / name);
    if (!bytes) return std::nullopt;
    return std::move(*bytes);
  });
}

App::~App() {
  save_settings();
  if (saving_.valid()) saving_.wait();
  if (save_again_) write_settings();
  if (saving_.valid()) saving_.wait();
  if (closing_.valid()) closing_.wait();
  studio_.reset();
  pictures_.reset();
  ImGui::DestroyContext();
}

void App::save_settings() {
  settings_.tile_step = gallery_.size_step;
  std::size_t size = 0;
  const char* layout = ImGui::SaveIniSettingsToMemory(&size);
  settings_.layout.assign(layout, size);
  save_again_ = true;
  if (!saving_.valid() || is_ready(saving_)) write_settings();
}

// Off this thread: a slow disk must not hold a frame. One at a time, so that the newest is written last.
void App::write_settings() {
  save_again_ = false;
  saving_ = std::async(std::launch::async, [file = settings_file_, settings = settings_] {
    if (auto saved = save_window_settings(file, settings); !saved) log_warning(saved.error().message);
  });
}

void App::set_window_size(int width, int height) {
  settings_.width = width;
  settings_.height = height;
}

std::string App::title() const {
  return studio_ ? studio_->view().project_name + " – Production Studio" : "Production Studio";
}

void App::set_monitor_scale(float scale) { monitor_scale_ = scale; }

void App::apply_scale() {
  const float wanted = monitor_scale_ * static_cast<float>(settings_.user_scale);
  if (wanted == scale_) return;
  scale_ = wanted;
  ImGuiStyle style = parts_.theme.style;
  style.ScaleAllSizes(scale_);
  style.FontScaleDpi = scale_;
  const float hair = std::max(1.0f, std::round(scale_));
  style.PopupBorderSize = hair;
  style.SeparatorSize = hair;
  ImGui::GetStyle() = style;
}

// --- projects

Result<void> App::open_project(const std::filesystem::path& named) {
  const auto folder = without_slash(named);
  // The same project may be the one that is still closing.
  if (closing_.valid()) closing_.wait();
  auto opened = Studio::open(folder, parts_.studio);
  if (!opened) return fail(std::move(opened.error()));
  studio_ = std::move(*opened);
  studio_->tick();
  pictures_->set_source(studio_->poster_source());
  state_.selection.reset();
  state_.note = {};
  state_.shown.clear();
  reset_gallery(gallery_);
  bars_ = {};
  prompt_.problem.clear();
  titles_looked_at_ = 0;
  const auto wall_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
          .count();
  remember_project(settings_, folder, studio_->view().project_name, wall_ms);
  start_.recent = settings_.recent;
  save_settings();
  return {};
}

Result<void> App::make_project(const std::filesystem::path& named) {
  const auto folder = without_slash(named);
  STUDIO_CHECK(Studio::create_project(folder, folder.filename().string()));
  return open_project(folder);
}

Result<void> App::open_demo() {
  const auto folder = parts_.data_folder / "Demo";
  auto opened = open_project(folder);
  if (!opened && opened.error().kind == ErrorKind::NotFound) opened = make_project(folder);
  if (!opened) return opened;
  if (!studio_->view().library.items.empty()) return {};
  const auto size = size_from_aspect("16:9");
  for (const DemoRun& run : demo_runs) {
    GenerateCommand command;
    command.prompt = run.prompt;
    command.model = run.model;
    command.count = run.count;
    command.strategy = run.strategy;
    command.seed = run.seed;
    if (size) command.size = *size;
    studio_->run(std::move(command), [this](const CommandReply& reply) {
      if (reply.error) state_.note = {Note::Kind::Problem, reply.error->message};
    });
  }
  // The form shows the newest of them, ready to be changed.
  const DemoRun& newest = demo_runs[std::size(demo_runs) - 1];
  prompt_.draft.prompt = newest.prompt;
  prompt_.draft.model = newest.model;
  return {};
}

// What is on the wire gets some seconds for its answers; the window does not wait for them.
void App::close_studio() {
  if (closing_.valid()) closing_.wait();
  closing_ = std::async(std::launch::async, [studio = std::shared_ptr<Studio>(std::move(studio_))]() mutable { studio.reset(); });
}

void App::close_project() {
  show_start_pictures();
  close_studio();
  state_.selection.reset();
  state_.note = {};
  settings_.last.clear();
  start_.asks_new = start_.asks_open = false;
  save_settings();
}

void App::start(const std::optional<std::filesystem::path>& folder) {
  if (!folder) {
    if (settings_.last.empty()) return;
    std::error_code error;
    if (!std::filesystem::exists(settings_.last, error)) return;
    if (auto opened = open_project(settings_.last); !opened) {
      start_.open_path = settings_.last.string();
      start_.open_problem = opened.error().message;
    }
    return;
  }
  StartAct wished;
  wished.kind = StartAct::Kind::Open;
  wished.path = folder->string();
  act(wished);
}

void App::act(const StartAct& wished) {
  if (wished.kind == StartAct::Kind::None) return;
  start_.new_problem.clear();
  start_.open_problem.clear();
  start_.demo_problem.clear();
  start_.question_problem.clear();
  if (wished.kind == StartAct::Kind::Demo) {
    if (auto opened = open_demo(); !opened) start_.demo_problem = opened.error().message;
    return;
  }
  const auto folder = folder_from_text(wished.path, parts_.home);
  if (wished.kind == StartAct::Kind::New) {
    const bool asked = !start_.question.empty();
    if (auto made = make_project(folder); !made)
      (asked ? start_.question_problem : start_.new_problem) = made.error().message;
    else
      start_.question.clear(), start_.new_path.clear(), start_.asks_new = false;
    return;
  }
  auto opened = open_project(folder);
  if (opened) {
    start_.open_path.clear();
    start_.asks_open = false;
  } else if (opened.error().kind == ErrorKind::NotFound) {
    start_.question = folder;
  } else {
    start_.open_path = wished.path;
    start_.open_problem = opened.error().message;
  }
}

// --- frames

bool App::tick() {
  bool changed = studio_ && studio_->tick();
  if (pictures_->has_ready()) changed = true;
  return changed;
}

void App::before_frame() {
  hold_back_releases(held_input_);
  apply_scale();
  // Fonts for what people wrote: the draft and the requests so far.
  fonts_->need(prompt_.draft.prompt);
  if (studio_) {
    const auto view = studio_->view();
    fonts_->need(view.project_name);
    for (; titles_looked_at_ < view.library.generations.size(); ++titles_looked_at_)
      fonts_->need(view.library.generations[titles_looked_at_].prompt);
  }
  for (const auto& recent : start_.recent) fonts_->need(recent.name);
  fonts_->need(start_.new_path);
  fonts_->need(start_.open_path);
  fonts_->bring();
  prompt_.missing_script = fonts_->missing();
}

void App::draw() {
  give_back(held_input_);
  pictures_->begin_frame();
  Ui ui{parts_.theme};
  ui.fonts = fonts_->faces();
  ui.pictures = pictures_.get();
  ui.scale = scale_;
  ui.now_secs = mono_secs();
  ImGui::PushFont(ui.font(Type::Body), ui.theme.type(Type::Body).size);

  if (studio_) {
    const StudioView view = studio_->view();
    CommandContext commands{&view, state_, send_};
    run_keys(commands);
    draw_project(ui, commands);
  } else {
    CommandContext commands{nullptr, state_, send_};
    run_keys(commands);
    draw_start(ui, commands);
  }
  ImGui::PopFont();
  next_change_secs_ = ui.next_change_secs;

  Wishes& wishes = state_.wishes;
  if (studio_ && (wishes.start_page || wishes.new_project || wishes.open_project)) {
    wishes.start_page = false;
    close_project();
  }
}

bool App::after_frame() {
  const bool more = pictures_->end_frame();
  if (ImGui::GetIO().WantSaveIniSettings) {
    ImGui::GetIO().WantSaveIniSettings = false;
    save_settings();
  }
  if (save_again_ && is_ready(saving_)) write_settings();
  return more;
}

bool App::has_input_left() const { return ImGui::GetCurrentContext()->InputEventsQueue.Size > 0; }

double App::secs_to_next_change() const { return std::max(0.0, next_change_secs_ - mono_secs()); }

bool App::all_pictures_shown() const {
  const auto counts = pictures_->counts();
  return counts.wanted == 0 && counts.resident > 0 && !pictures_->has_ready();
}

void App::run_keys(CommandContext& commands) {
  // While a popup is open, keys are its own.
  if (ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopupId | ImGuiPopupFlags_AnyPopupLevel)) return;
  for (const UiCommand& command : command_table()) {
    if (!key_chord_pressed(command.chord) || !can_run(command, commands)) continue;
    if (command.scope == CommandScope::Pictures && ImGui::GetIO().WantTextInput) continue;
    command.run(commands);
  }
}

void App::default_layout(unsigned dock_id, float width, float height, const Ui& ui) {
  ImGui::DockBuilderRemoveNode(dock_id);
  ImGui::DockBuilderAddNode(dock_id, ImGuiDockNodeFlags_DockSpace);
  ImGui::DockBuilderSetNodeSize(dock_id, {width, height});
  ImGuiID left = 0, rest = 0;
  const float prompt = ui.px(width / ui.scale < 1500 ? 304 : 360);
  ImGui::DockBuilderSplitNode(dock_id, ImGuiDir_Left, std::clamp(prompt / width, 0.1f, 0.6f), &left, &rest);
  ImGui::DockBuilderDockWindow("Prompt", left);
  ImGui::DockBuilderDockWindow("Gallery", rest);
  ImGui::DockBuilderFinish(dock_id);
}

void App::draw_project(const Ui& ui, CommandContext& commands) {
  const ImGuiViewport* viewport = ImGui::GetMainViewport();
  const Rect all{viewport->Pos, {viewport->Pos.x + viewport->Size.x, viewport->Pos.y + viewport->Size.y}};
  const float top = ui.px(40), gap = ui.px(2), bottom = ui.px(24);
  const Rect app_bar{all.min, {all.max.x, all.min.y + top + gap}};
  const Rect status{{all.min.x, all.max.y - bottom - gap}, all.max};
  const Rect middle{{all.min.x, app_bar.max.y}, {all.max.x, status.min.y}};

  begin_fixed("##app bar", app_bar);
  ImGui::GetWindowDrawList()->AddRectFilled({app_bar.min.x, app_bar.max.y - gap}, app_bar.max,
                                            ui.tone(Tone::SurfaceVoid));
  draw_app_bar(bars_, ui, commands.view, commands, {app_bar.min, {app_bar.max.x, app_bar.max.y - gap}});
  ImGui::End();
  begin_fixed("##status bar", status);
  ImGui::GetWindowDrawList()->AddRectFilled(status.min, {status.max.x, status.min.y + gap}, ui.tone(Tone::SurfaceVoid));
  draw_status_bar(bars_, ui, commands.view, state_, {{status.min.x, status.min.y + gap}, status.max});
  ImGui::End();

  // Tabs are 24 high in the label style.
  ImGui::PushFont(ui.font(Type::Label), ui.theme.type(Type::Label).size);
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, ImVec2(ui.px(8), ui.px(5)));
  begin_fixed("##panels", middle);
  const ImGuiID dock_id = ImGui::GetID("panels");
  if (state_.wishes.reset_layout || (lay_out_panels_ && ImGui::DockBuilderGetNode(dock_id) == nullptr)) {
    default_layout(dock_id, middle.width(), middle.height(), ui);
    state_.wishes.reset_layout = false;
  }
  lay_out_panels_ = false;
  // The splitter takes these colours for its line; and nothing is filled behind the panels, which fill themselves.
  ImGui::PushStyleColor(ImGuiCol_Border, ui.tone(Tone::SurfaceVoid));
  ImGui::PushStyleColor(ImGuiCol_ResizeGripHovered, ui.tone(Tone::LineEdge));
  ImGui::PushStyleColor(ImGuiCol_ResizeGripActive, ui.tone(Tone::AccentBase));
  ImGui::DockSpace(dock_id, {0, 0}, ImGuiDockNodeFlags_NoUndocking);
  ImGui::PopStyleColor(3);
  ImGui::End();
  ImGui::PopStyleVar();
  ImGui::PopFont();

  const PanelContext context{ui, *commands.view, state_, send_};
  ImGuiWindowClass panel_class;
  panel_class.DockNodeFlagsOverrideSet = ImGuiDockNodeFlags_NoWindowMenuButton | ImGuiDockNodeFlags_NoCloseButton;
  ImGui::SetNextWindowClass(&panel_class);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding,
                      ImVec2(ui.px(ImGui::GetMainViewport()->Size.x / ui.scale < 1500 ? 12 : 16), ui.px(12)));
  const bool prompt_open = ImGui::Begin(
      "Prompt", nullptr, ImGuiWindowFlags_NoNav | ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse);
  ImGui::PopStyleVar();
  if (prompt_open) draw_prompt_panel(prompt_, context);
  ImGui::End();

  ImGui::SetNextWindowClass(&panel_class);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
  const bool gallery_open = ImGui::Begin("Gallery", nullptr,
                                         ImGuiWindowFlags_NoNav | ImGuiWindowFlags_NoBackground |
                                             ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse);
  ImGui::PopStyleVar();
  if (gallery_open)
    draw_gallery_panel(gallery_, context);
  else
    state_.pictures_have_focus = false;
  ImGui::End();
}

void App::draw_start(const Ui& ui, CommandContext& commands) {
  const ImGuiViewport* viewport = ImGui::GetMainViewport();
  const Rect all{viewport->Pos, {viewport->Pos.x + viewport->Size.x, viewport->Pos.y + viewport->Size.y}};
  const Rect app_bar{all.min, {all.max.x, all.min.y + ui.px(40)}};
  const Rect status{{all.min.x, all.max.y - ui.px(24)}, all.max};
  begin_fixed("Start", all);
  draw_app_bar(bars_, ui, nullptr, commands, app_bar);
  draw_status_bar(bars_, ui, nullptr, state_, status);
  const StartAct wished = draw_start_page(start_, ui, parts_.studio.providers.get(), state_.wishes,
                                          {{all.min.x, app_bar.max.y}, {all.max.x, status.min.y}});
  ImGui::End();
  act(wished);
}

}  // namespace studio
