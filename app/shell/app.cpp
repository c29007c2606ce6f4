// Wires panels, commands and the project together, frame by frame.
#include "shell/app.h"

#include <imgui_internal.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/text.h"
#include "engine/key_watch.h"
#include "panels/decide_dialog.h"
#include "shell/keys.h"
#include "shell/panel_layout.h"
#include "shell/theme_file.h"
#include "widgets/places.h"

namespace studio {
namespace {

constexpr const char* window_settings_name = "window.json";
constexpr float narrow_below_1x = 1500;   // of the window: some panels are tabs on others there
constexpr float panel_width_1x = 280;     // the least: what the prompt's form needs
constexpr ImGuiWindowFlags fixed_window = ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoDocking |
                                          ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoMove |
                                          ImGuiWindowFlags_NoBringToFrontOnFocus | ImGuiWindowFlags_NoNav |
                                          ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoScrollWithMouse;

// Dragged out of the row of panels, over others.
bool is_floating(const char* name) {
  const ImGuiWindow* window = ImGui::FindWindowByName(name);
  return window != nullptr && window->DockNode != nullptr && !ImGui::DockNodeGetRootNode(window->DockNode)->IsDockSpace();
}

// What floats stands out by a line around it, its tabs included.
void outline_of_floating(const Ui& ui) {
  const ImGuiWindow* host = ImGui::GetCurrentWindow()->RootWindowDockTree;
  ImDrawList* list = ImGui::GetWindowDrawList();
  list->PushClipRectFullScreen();
  list->AddRect(host->Pos, {host->Pos.x + host->Size.x, host->Pos.y + host->Size.y}, ui.tone(Tone::LineHard), 0, ui.hair());
  list->PopClipRect();
}

// A panel: a tab whether it is docked or floats, no close button, no menu button, keys are ours. `on_ground` fills nothing
// behind pictures where the window was cleared to their ground.
template <class Draw>
void draw_panel(const Ui& ui, const char* name, ImVec2 padding, bool on_ground, Draw draw) {
  ImGuiWindowClass panel_class;
  panel_class.DockNodeFlagsOverrideSet = ImGuiDockNodeFlags_NoWindowMenuButton | ImGuiDockNodeFlags_NoCloseButton;
  panel_class.DockingAlwaysTabBar = true;
  ImGui::SetNextWindowClass(&panel_class);
  const bool floats = is_floating(name);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, padding);
  if (on_ground) ImGui::PushStyleColor(ImGuiCol_WindowBg, ui.tone(Tone::GroundBase));
  const bool is_open =
      ImGui::Begin(name, nullptr,
                   (on_ground && !floats ? ImGuiWindowFlags_NoBackground : 0) | ImGuiWindowFlags_NoNav |
                       ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse | ImGuiWindowFlags_NoCollapse);
  if (on_ground) ImGui::PopStyleColor();
  ImGui::PopStyleVar();
  if (is_open) {
    const ImVec2 at = ImGui::GetWindowPos(), size = ImGui::GetWindowSize();
    note_place(name, {at, {at.x + size.x, at.y + size.y}});
    draw();
    if (floats) outline_of_floating(ui);
  }
  ImGui::End();
}

void begin_fixed(const char* name, Rect box) {
  ImGui::SetNextWindowPos(box.min);
  ImGui::SetNextWindowSize({box.width(), box.height()});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
  ImGui::PushStyleVar(ImGuiStyleVar_WindowMinSize, ImVec2(1, 1));
  ImGui::Begin(name, nullptr, fixed_window);
  ImGui::PopStyleVar(2);
}

}  // namespace

StartFiles read_start_files(const std::filesystem::path& config_folder, const std::filesystem::path& start_pictures,
                            const Theme& theme, std::function<void()> wake) {
  return {load_window_settings(config_folder / window_settings_name), load_start_pictures(start_pictures),
          std::make_unique<Fonts>(theme, std::move(wake))};
}

App::App(AppParts parts) : parts_(std::move(parts)), settings_file_(parts_.config_folder / window_settings_name) {
  IMGUI_CHECKVERSION();
  ImGui::CreateContext();
  ImGuiIO& io = ImGui::GetIO();
  io.IniFilename = nullptr;  // the layout is kept with our own settings
  io.LogFilename = nullptr;
  io.ConfigFlags |= ImGuiConfigFlags_DockingEnable;
  io.ConfigInputTextCursorBlink = false;  // a blinking caret would draw all night
  io.ConfigWindowsMoveFromTitleBarOnly = true;
  fonts_ = std::move(parts_.files.fonts);
  fonts_->load();
  pictures_ = std::make_unique<PictureCache>(*parts_.gpu, parts_.wake);
  frames_ = std::make_unique<FrameTextures>(*parts_.gpu);
  sound_ = std::make_unique<SoundPlayer>(parts_.wake);
  clips_ = std::make_unique<ClipDesk>([](const std::string&) -> Result<UniqueFd> { return fail(ErrorKind::NotFound, "No project is open."); }, parts_.wake);
  errands_ = std::make_unique<Errands>(parts_.wake);
  desktop_ = std::make_unique<Desktop>(parts_.desktop, *errands_);
  settings_ = std::move(parts_.files.settings);
  export_.home = parts_.home;
  export_.folder = settings_.export_folder;
  if (!settings_.export_template.empty()) export_.name_template = settings_.export_template;
  gallery_.size_step = settings_.tile_step;
  state_.sound_on = settings_.sound_on;
  show_recent();
  look_for_recent();
  plain_theme_ = parts_.theme;
  settings_panel_.user_scale = settings_.user_scale;
  settings_panel_.high_contrast = settings_.high_contrast;
  settings_work_ = std::make_unique<SettingsWork>(parts_.config_folder, parts_.studio.providers, parts_.wake);
  state_.keys.use(ready_keymap_from(settings_.key_map));
  std::vector<std::string> key_warnings;
  read_keys(state_.keys, settings_.keys, key_warnings);
  for (const std::string& warning : key_warnings) log_warning(warning);
  prompt_.random = Random(stable_hash(random_hex_128()));
  prompt_.draft.seed = static_cast<std::int64_t>(prompt_.random.below(max_seed)) + 1;
  send_ = [this](Command command, CommandDone done) {
    if (studio_) studio_->run(std::move(command), std::move(done));
  };
  apply_theme();
  apply_scale();
  start_.pictures = std::move(parts_.files.pictures);
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
  errands_->stop();  // what they tell is about what is gone soon
  save_settings();
  saving_.wait();
  if (save_again_) write_settings();
  saving_.wait();
  if (closer_.joinable()) closer_.join();
  studio_.reset();
  sound_.reset();
  clips_.reset();
  frames_.reset();
  pictures_.reset();
  ImGui::DestroyContext();
}

void App::save_settings() {
  settings_.tile_step = gallery_.size_step;
  settings_.sound_on = state_.sound_on;
  keep_layout();
  save_again_ = true;
  if (saving_.is_done()) saving_.take();
  if (!saving_.is_under_way()) write_settings();
}

// Off this thread: a slow disk must not hold a frame. One at a time, so that the newest is written last.
void App::write_settings() {
  save_again_ = false;
  saving_.start([file = settings_file_, settings = settings_] {
    if (auto saved = save_window_settings(file, settings); !saved) log_warning(saved.error().message);
    return true;
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

void App::show_recent() {
  start_.recent = palette_.projects = bars_.projects = settings_.recent;
}

// Between frames: whatever is drawn holds on to the theme.
void App::apply_theme() {
  if (settings_.high_contrast == shows_high_contrast_) return;
  shows_high_contrast_ = settings_.high_contrast;
  parts_.theme = shows_high_contrast_ ? with_high_contrast(plain_theme_) : plain_theme_;
  scale_ = 0;  // the style is made anew
}

// What was set in this frame holds from the next one on, and is kept.
void App::take_settings(const Ui& ui) {
  Wishes& wishes = state_.wishes;
  if (const int steps = std::exchange(wishes.larger_scale, 0); steps != 0)
    settings_panel_.user_scale = next_scale(settings_panel_.user_scale, steps);
  if (std::exchange(wishes.change_contrast, false)) settings_panel_.high_contrast = !settings_panel_.high_contrast;
  bool changed = settings_panel_.user_scale != settings_.user_scale || settings_panel_.high_contrast != settings_.high_contrast;
  settings_.user_scale = settings_panel_.user_scale;
  settings_.high_contrast = settings_panel_.high_contrast;
  if (settings_panel_.is_open) {
    auto keys = keys_to_text(state_.keys);
    const std::string map(to_string(state_.keys.ready()));
    changed = changed || keys != settings_.keys || map != settings_.key_map;
    settings_.keys = std::move(keys);
    settings_.key_map = map;
  }
  if (!changed) return;
  save_settings();
  ui.redraw_in(0);
}

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

// --- frames

bool App::tick() {
  watch_.begin();
  bool changed = studio_ && studio_->tick();
  if (studio_ && demo_.is_on()) {
    demo_.tend(*studio_);
    // Something is seen large from the start.
    if (state_.selection.focus() == no_row && demo_.first_pick(*studio_) != no_row)
      state_.selection.set_focus(demo_.first_pick(*studio_));
    if (!demo_.problem().empty()) state_.note = {Note::Kind::Problem, demo_.problem()};
  }
  if (studio_) {
    const StudioView view = studio_->view();
    if (std::exchange(budget_warnings_, view.budget_warnings) < view.budget_warnings) state_.note = {Note::Kind::Problem, view.budget_warning};
  } else {
    budget_warnings_ = 0;
  }
  if (errands_->tick()) changed = true;
  if (pictures_->has_ready() || clips_->has_news() || settings_work_->has_news() || fonts_->has_news() || (ledger_.is_open && money_book_ && money_book_->has_news())) changed = true;
  watch_.did("arrivals");
  return changed;
}

void App::before_frame() {
  hold_back_releases(held_input_);
  apply_theme();
  apply_scale();
  if (std::exchange(state_.wishes.layout_tune, false)) settings_.layout_name = "Tune";
  if (std::exchange(state_.wishes.layout_review, false)) settings_.layout_name = "Review";
  tend_layout();
  // Fonts for what people wrote: the draft and the requests so far.
  fonts_->need(prompt_.draft.prompt);
  fonts_->need(prompt_.draft.avoid);
  for (const auto& [place, words] : prompt_.draft.edits) fonts_->need(words);
  fonts_->need(gallery_.video.prompt);
  fonts_->need(state_.query.text);
  if (studio_) {
    const auto view = studio_->view();
    fonts_->need(view.project_name);
    for (; titles_looked_at_ < view.library.generations.size(); ++titles_looked_at_)
      fonts_->need(view.library.generations[titles_looked_at_].prompt);
    // Of a large project some thousands a frame, while others are drawn.
    const auto& texts = view.library.texts;
    for (const std::size_t end = std::min(texts.size(), names_looked_at_ + 4096); names_looked_at_ < end; ++names_looked_at_) {
      const ItemText& text = texts[names_looked_at_];
      fonts_->need(text.source_name);
      if (!text.recipe) continue;
      fonts_->need(text.recipe->prompt);
      fonts_->need(text.recipe->negative_prompt);
    }
  }
  for (const auto& recent : start_.recent) fonts_->need(recent.name);
  need_fonts_for_files();
  fonts_->bring();
  prompt_.missing_script = missing_script();
  watch_.did("fonts");
}

// Of the words that would be sent: the prompt, what to avoid where the model knows of it, and the wordings edited by hand.
std::string App::missing_script() const {
  const PromptDraft& draft = prompt_.draft;
  std::string sentence = fonts_->missing_in(draft.prompt);
  const ModelInfo* model = prompt_.rows_known ? prompt_.rows.model : nullptr;
  if (sentence.empty() && model != nullptr && model->has_negative_prompt) sentence = fonts_->missing_in(draft.avoid);
  for (const auto& [number, words] : draft.edits)
    if (sentence.empty() && number <= draft.count) sentence = fonts_->missing_in(words);
  return sentence;
}

void App::draw() {
  watch_.did("Dear ImGui");
  give_back(held_input_);
  typed_.begin_frame();
  lone_alt_.begin_frame();
  state_.layout_name = settings_.layout_name;
  pictures_->begin_frame();
  clips_->begin_frame();
  watch_.did("decoded pictures");
  sound_->begin_frame();
  frames_->begin_frame();
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
    watch_.did("commands");
    draw_project(ui, commands);
    draw_over_all(ui, commands);
  } else {
    CommandContext commands{nullptr, state_, send_};
    run_keys(commands);
    draw_start(ui, commands);
    draw_over_all(ui, commands);
  }
  ImGui::PopFont();
  next_change_secs_ = ui.next_change_secs;
  watch_.did("palette and settings");
  if (std::string& text = state_.wishes.copy_text; !text.empty()) {
    ImGui::SetClipboardText(text.c_str());
    text.clear();
  }
  state_.edits_text = ImGui::GetIO().WantTextInput;

  Wishes& wishes = state_.wishes;
  if (std::exchange(wishes.start_page, false) && studio_) close_project();
  tend_files();
  if (const std::string folder = std::exchange(wishes.open_folder, {}); !folder.empty()) {
    StartAct wished;
    wished.kind = StartAct::Kind::Open;
    wished.path = folder;
    act(wished);
  }
}

void App::draw_over_all(const Ui& ui, CommandContext& commands) {
  settings_work_->tend(settings_panel_, commands.view);
  draw_settings(settings_panel_, ui, commands);
  draw_keys_sheet(ui, commands);
  draw_palette(palette_, ui, commands);
  if (picker_.purpose != PickFor::ExportFolder || !export_.is_open) draw_file_picker(picker_, ui);
  take_settings(ui);
}

void App::frame_is_ready() {
  watch_.did("Dear ImGui");
  watch_.end();
}

bool App::after_frame() {
  const bool more = pictures_->end_frame();
  clips_->end_frame();
  sound_->end_frame();
  frames_->end_frame();
  if (ImGui::GetIO().WantSaveIniSettings) {
    ImGui::GetIO().WantSaveIniSettings = false;
    save_settings();
  }
  if (saving_.is_done()) saving_.take();
  if (save_again_ && !saving_.is_under_way()) write_settings();
  const bool has_names_left = studio_ && names_looked_at_ < studio_->view().library.texts.size();
  return more || has_names_left;
}

bool App::has_input_left() const { return ImGui::GetCurrentContext()->InputEventsQueue.Size > 0; }

double App::secs_to_next_change() const { return std::max(0.0, next_change_secs_ - mono_secs()); }

bool App::all_pictures_shown() const {
  const auto counts = pictures_->counts();
  return !is_opening_ && counts.wanted == 0 && counts.resident > 0 && !pictures_->has_ready();
}

void App::run_keys(CommandContext& commands) {
  if (lone_alt_.was_tapped() && !state_.capturing_key) state_.wishes.menu = true;
  // While a popup is open, keys are its own.
  if (ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopupId | ImGuiPopupFlags_AnyPopupLevel)) {
    // The key that opened the sheet of keys closes it, too.
    const UiCommand* sheet = find_command("keys-sheet");
    if (!is_keys_sheet_open() || sheet == nullptr || !key_chord_pressed(state_.keys.chord(*sheet), typed_)) return;
    typed_.acted();
    state_.wishes.keys_sheet = true;
    return;
  }
  // Which key shall it be? This one; it does nothing else.
  if (state_.capturing_key) {
    settings_panel_.pressed = pressed_chord(typed_);
    return;
  }
  const bool is_typing = ImGui::GetIO().WantTextInput;
  for (const UiCommand& command : command_table()) {
    const KeyChord chord = state_.keys.chord(command);
    if (!key_chord_pressed(chord, typed_) || !can_run(command, commands)) continue;
    if (is_typing && (writes_text(chord) || edits_text(chord) || chord.alt)) continue;
    if (is_single_key(chord) && !state_.pictures_have_focus && !state_.loupe_has_focus) continue;
    if (command.scope == CommandScope::Pictures && ImGui::GetIO().WantTextInput) continue;
    typed_.acted();
    if (may_run_by_key(command, commands)) command.run(commands);
  }
}

// Tune: the form, the pictures, one of them large and the queue. Review: one large, the pictures beside it.
void App::default_layout(unsigned dock_id, float width, float height, const Ui& ui) {
  ImGui::DockBuilderRemoveNode(dock_id);
  ImGui::DockBuilderAddNode(dock_id, ImGuiDockNodeFlags_DockSpace);
  ImGui::DockBuilderSetNodeSize(dock_id, {width, height});
  const float w = width / ui.scale;
  const bool narrow = is_narrow();
  const auto share = [&](float px, float of) { return std::clamp(px / of, 0.1f, 0.7f); };
  ImGuiID left = 0, rest = 0;
  if (settings_.layout_name == "Review") {
    ImGui::DockBuilderSplitNode(dock_id, ImGuiDir_Left, share(narrow ? 360 : 560 * w / 1920, w), &left, &rest);
    ImGui::DockBuilderDockWindow("Gallery", left);
    ImGui::DockBuilderDockWindow("Prompt", left);
    ImGui::DockBuilderDockWindow("Loupe", rest);
    ImGui::DockBuilderDockWindow("Queue", rest);
  } else {
    ImGui::DockBuilderSplitNode(dock_id, ImGuiDir_Left, share(narrow ? 304 : 360, w), &left, &rest);
    ImGui::DockBuilderDockWindow("Prompt", left);
    if (narrow) {
      ImGui::DockBuilderDockWindow("Gallery", rest);
      ImGui::DockBuilderDockWindow("Loupe", rest);
      ImGui::DockBuilderDockWindow("Queue", left);
    } else {
      ImGuiID right = 0, middle = 0, below = 0, above = 0;
      const float middle_w = w - 360;
      ImGui::DockBuilderSplitNode(rest, ImGuiDir_Right, share(std::min(484.0f, w * 0.27f), middle_w), &right, &middle);
      ImGui::DockBuilderSplitNode(right, ImGuiDir_Down, 0.41f, &below, &above);
      ImGui::DockBuilderDockWindow("Gallery", middle);
      ImGui::DockBuilderDockWindow("Loupe", above);
      ImGui::DockBuilderDockWindow("Queue", below);
    }
  }
  ImGui::DockBuilderFinish(dock_id);
  // To the front of their tabs.
  ImGui::SetWindowFocus("Prompt");
  ImGui::SetWindowFocus("Gallery");
  state_.wishes.show_panel = settings_.layout_name == "Review" ? "Loupe" : "Gallery";
}

bool App::is_narrow() const {
  const float known = ImGui::GetIO().DisplaySize.x;
  return (known > 0 ? known : static_cast<float>(settings_.width)) / scale_ < narrow_below_1x;
}

// Three columns for a wide window leave no room for pictures in a narrow one, so that has an arrangement of its own.
std::string App::wanted_layout() const { return settings_.layout_name + (is_narrow() ? ", narrow" : ""); }

// Each layout remembers what was changed in it, and has its sizes at each scale. Between frames: Dear ImGui takes a whole
// layout only there.
void App::tend_layout() {
  if (!studio_) return;
  const std::string wanted = wanted_layout();
  if (wanted == shown_layout_ && scale_ == layout_scale_) return;
  keep_layout();
  shown_layout_ = wanted;
  layout_scale_ = scale_;
  const KeptLayout& kept = settings_.layouts[wanted];
  if (kept.text.empty()) {
    state_.wishes.reset_layout = true;
    return;
  }
  const std::string layout = kept.scale > 0 ? scaled_layout(kept.text, scale_ / kept.scale) : kept.text;
  ImGui::LoadIniSettingsFromMemory(layout.data(), layout.size());
}

void App::keep_layout() {
  // What still is to be laid out is not there to be kept.
  if (shown_layout_.empty() || state_.wishes.reset_layout) return;
  std::size_t size = 0;
  const char* layout = ImGui::SaveIniSettingsToMemory(&size);
  settings_.layouts[shown_layout_] = {std::string(layout, size), layout_scale_};
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
  if (wanted_layout() != shown_layout_) ui.redraw_in(0);  // the window has become wider or narrower
  // The splitter takes these colours for its line; and nothing is filled behind the panels, which fill themselves.
  ImGui::PushStyleColor(ImGuiCol_Border, ui.tone(Tone::SurfaceVoid));
  ImGui::PushStyleColor(ImGuiCol_ResizeGripHovered, ui.tone(Tone::LineEdge));
  ImGui::PushStyleColor(ImGuiCol_ResizeGripActive, ui.tone(Tone::AccentBase));
  ImGui::PushStyleVar(ImGuiStyleVar_WindowMinSize, ImVec2(ui.px(panel_width_1x), ImGui::GetStyle().WindowMinSize.y));
  ImGui::DockSpace(dock_id);
  ImGui::PopStyleVar();
  ImGui::PopStyleColor(3);
  ImGui::End();
  ImGui::PopStyleVar();
  ImGui::PopFont();

  watch_.did("bars");
  const PanelContext context{ui, *commands.view, state_, send_, commands, *studio_, clips_.get(), frames_.get(), sound_.get()};
  const float pad = ui.px(is_narrow() ? 12 : 16);
  tend_prompt(prompt_, context);
  state_.over_panels = ledger_.is_open ? "the ledger" : settings_panel_.is_open ? "the settings" : "";
  state_.prompt_is_seen = false;
  draw_panel(ui, "Prompt", {pad, ui.px(12)}, false, [&] {
    state_.prompt_is_seen = state_.over_panels.empty();
    draw_prompt_panel(prompt_, context);
  });
  watch_.did("Prompt");
  state_.pictures_have_focus = state_.loupe_has_focus = state_.drags_frame = false;
  draw_panel(ui, "Gallery", {0, 0}, true, [&] { draw_gallery_panel(gallery_, context); });
  watch_.did("Gallery");
  state_.priced_row = no_row;
  draw_panel(ui, "Loupe", {0, 0}, true, [&] { draw_loupe_panel(loupe_, context); });
  watch_.did("Loupe");
  draw_panel(ui, "Queue", {0, 0}, false, [&] { draw_queue_panel(queue_, context); });
  watch_.did("Queue");
  draw_import(ui);
  draw_decide_dialog(context);
  draw_again_dialog(again_, context);
  draw_export_dialog(export_, picker_, context);
  draw_trash_dialog(trash_, context);
  draw_ledger(ledger_, *money_book_, context);
  watch_.did("dialogs");
  // A wish for a panel that lies behind another: it comes to the front and takes it up, but what costs money is never sent
  // unseen.
  Wishes& wishes = state_.wishes;
  if (std::exchange(wishes.videos, false)) {
    wishes.show_panel = "Gallery";
    state_.note = {Note::Kind::Price, "The gallery's bar says what the videos will cost: V there makes them"};
  }
  if (wishes.find) wishes.show_panel = "Gallery";
  if (wishes.write_prompt) wishes.show_panel = "Prompt";
  if (std::exchange(wishes.need_way, 0) > 0)
    state_.note = {Note::Kind::Price, "The queue shows what needs you: the same key again takes that way"};
  state_.clip_keys.acts.clear();  // no clip was there to take them
  if (const char* panel = std::exchange(state_.wishes.show_panel, nullptr)) ImGui::SetWindowFocus(panel);
}

void App::draw_start(const Ui& ui, CommandContext& commands) {
  const ImGuiViewport* viewport = ImGui::GetMainViewport();
  const Rect all{viewport->Pos, {viewport->Pos.x + viewport->Size.x, viewport->Pos.y + viewport->Size.y}};
  const Rect app_bar{all.min, {all.max.x, all.min.y + ui.px(40)}};
  const Rect status{{all.min.x, all.max.y - ui.px(24)}, all.max};
  begin_fixed("Start", all);
  draw_app_bar(bars_, ui, nullptr, commands, app_bar);
  draw_status_bar(bars_, ui, nullptr, state_, status);
  start_.lacking_key.clear();
  if (parts_.studio.keys)
    for (const Provider* provider : parts_.studio.providers->all())
      if (!parts_.studio.keys->missing(provider->info().id).empty()) start_.lacking_key.push_back(provider->info().id);
  const StartAct wished = draw_start_page(start_, ui, parts_.studio.providers.get(), state_.wishes,
                                          {{all.min.x, app_bar.max.y}, {all.max.x, status.min.y}});
  draw_opening(ui, {{all.min.x, app_bar.max.y}, {all.max.x, status.min.y}});
  ImGui::End();
  act(wished);
}

}  // namespace studio
