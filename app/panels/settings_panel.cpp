// How shall it look, which keys, what may it spend, what lies where, and who may be asked?
#include "panels/settings_panel.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "base/text.h"
#include "panels/settings_pages.h"

namespace studio {
namespace {

using namespace settings;

// px at scale 1.
constexpr float wide = 780, high = 600, nav = 152, head = 48, pad = 24;

constexpr std::array scale_steps = {0.75, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0};

struct SectionFace {
  const char* name;
  Icon icon;
};
constexpr std::array<SectionFace, static_cast<std::size_t>(SettingsSection::Count)> sections = {{
    {"Look", Icon::TextAa},
    {"Keys", Icon::Keyboard},
    {"Budget", Icon::Wallet},
    {"Storage", Icon::HardDrives},
    {"Providers", Icon::Key},
}};

// --- look

void set_scale(const Page& p, double scale) {
  p.state.user_scale = std::clamp(scale, 0.75, 3.0);
  p.state.scale_text = scale_text(p.state.user_scale);
}

void draw_look(const Page& p) {
  const Ui& ui = p.ui;
  heading(p, "Look");
  label(p, "Theme");
  static constexpr const char* themes[] = {"Dark", "High contrast"};
  if (const int chosen = segments(ui, themes, p.state.high_contrast ? 1 : 0, ui.px(control)); chosen >= 0)
    p.state.high_contrast = chosen == 1;
  label(p, "Size of all");
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float h = ui.px(control);
  if (icon_button_at(ui, "Smaller", Icon::Minus, rect_at(at.x, at.y, h, h)))
    set_scale(p, next_scale(p.state.user_scale, -1));
  ImGui::SetCursorScreenPos({at.x + h + ui.px(4), at.y});
  FieldLook look;
  look.size = {ui.px(72), h};
  look.type = Type::Mono;
  look.select_all_on_focus = look.escape_restores = true;
  const FieldState field = text_field(ui, "##scale", p.state.scale_text, look);
  if (field.entered) {
    if (const auto scale = scale_from_text(p.state.scale_text)) set_scale(p, *scale);
  }
  // What is not a size goes back to what holds.
  if (!field.active) p.state.scale_text = scale_text(p.state.user_scale);
  if (icon_button_at(ui, "Larger", Icon::Plus, rect_at(at.x + h + ui.px(80), at.y, h, h)))
    set_scale(p, next_scale(p.state.user_scale, 1));
  text_at(ui, ImGui::GetWindowDrawList(), Type::Caption, at.x + h * 2 + ui.px(92), at.y + h * 0.5f,
          ui.tone(Tone::Text3), "75 to 300%, on top of the screen's own");
  ImGui::SetCursorScreenPos({at.x - ui.px(label_column), at.y + h + ui.px(8)});
  label(p, "Panels");
  if (plain_button(p, "Reset this layout", ButtonKind::Plain, p.commands.view != nullptr))
    p.commands.state.wishes.reset_layout = true;
  gap(p, 4);
  words(p,
        p.commands.view != nullptr
            ? "Tune and Review each remember how you arranged them. Resetting one leaves the other."
            : "Open a project to arrange its panels.",
        Tone::Text3, Type::Caption);
}

// --- storage

void draw_storage(const Page& p) {
  heading(p, "Storage");
  if (p.commands.view == nullptr) {
    words(p, "Open a project to see what it takes.");
    return;
  }
  const auto& view = *p.commands.view;
  label(p, "Project");
  {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    text_elided(p.ui, ImGui::GetWindowDrawList(), Type::Body, at.x, at.y + p.ui.px(control * 0.5f),
                p.width - p.ui.px(label_column), p.ui.tone(Tone::Text1), view.project.string());
    ImGui::Dummy({1, p.ui.px(control)});
  }
  if (!p.state.storage_problem.empty()) words(p, p.state.storage_problem, Tone::Text1);
  if (p.state.storage) {
    const StorageEntry& use = *p.state.storage;
    const auto bytes = [](std::int64_t n) {
      return format_bytes(static_cast<std::uint64_t>(std::max<std::int64_t>(n, 0)));
    };
    figure(p, "Files", bytes(use.vault),
           counted(static_cast<std::size_t>(use.files), "picture or clip", "pictures and clips"));
    figure(p, "Posters", bytes(use.packs), "made again when they are missing");
    figure(p, "Ledger", bytes(use.ledger), "what was asked for, made, paid and marked, and its backups");
    if (use.spool > 0) figure(p, "On their way", bytes(use.spool), "downloads that are not done");
    hairline(p.ui);
    figure(p, "In all", bytes(use.vault + use.packs + use.ledger + use.spool), bytes(use.free) + " left on this disk");
  } else if (p.state.storage_problem.empty()) {
    words(p, "Measuring…", Tone::Text3);
  }
  if (plain_button(p, "Measure again", ButtonKind::Quiet)) p.state.look_at_storage = true;
  gap(p, 8);
  // Counted when rows have changed, and only while this page is shown.
  if (p.state.trash_revision != view.library.rows_revision) {
    p.state.trash_revision = view.library.rows_revision;
    const TrashCounts trash = count_trash(view.library);
    p.state.trash_assets = trash.assets;
    p.state.trash_bytes = trash.bytes;
  }
  hairline(p.ui);
  gap(p, 4);
  label(p, "Trash");
  {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const std::string text = p.state.trash_assets == 0
                                 ? std::string("empty")
                                 : counted(static_cast<std::size_t>(p.state.trash_assets), "asset", "assets") + ", " +
                                       format_bytes(static_cast<std::uint64_t>(p.state.trash_bytes));
    text_at(p.ui, ImGui::GetWindowDrawList(), Type::Body, at.x, at.y + p.ui.px(control * 0.5f), p.ui.tone(Tone::Text1),
            text);
    ImGui::SetCursorScreenPos({at.x + p.ui.px(200), at.y});
  }
  if (plain_button(p, "Empty the trash…", ButtonKind::Plain, p.state.trash_assets > 0))
    p.commands.state.wishes.empty_trash = true;
}

// --- the whole

void draw_nav(SettingsState& state, AppState& app, const Ui& ui, Rect box) {
  ImDrawList* list = ImGui::GetWindowDrawList();
  float y = box.min.y;
  for (std::size_t i = 0; i < sections.size(); ++i) {
    const Press press = press_area_at(sections[i].name, rect_at(box.min.x, y, box.width(), ui.px(32)));
    const bool on = static_cast<std::size_t>(state.section) == i;
    if (on || press.hovered)
      list->AddRectFilled(press.box.min, press.box.max, ui.tone(on ? Tone::SurfacePress : Tone::SurfaceHover),
                          ui.px(4));
    icon_at(ui, list, sections[i].icon, {press.box.min.x + ui.px(18), press.box.centre().y}, 16,
            ui.tone(on ? Tone::Text1 : Tone::Text2));
    text_at(ui, list, Type::Label, press.box.min.x + ui.px(36), press.box.centre().y,
            ui.tone(on ? Tone::Text1 : Tone::Text2), sections[i].name);
    if (press.clicked && !on) {
      state.section = static_cast<SettingsSection>(i);
      stop_capture(state, app);
      if (state.section == SettingsSection::Storage) state.look_at_storage = true;
      if (state.section == SettingsSection::Providers) state.look_at_keys = true;
    }
    y += ui.px(36);
  }
}

void open(SettingsState& state, AppState& app) {
  state.is_open = true;
  state.bring_to_front = true;
  if (const char* wanted = std::exchange(app.wishes.settings_section, nullptr)) {
    for (std::size_t i = 0; i < sections.size(); ++i)
      if (std::string_view(sections[i].name) == wanted) state.section = static_cast<SettingsSection>(i);
  }
  state.look_at_keys = true;
  state.look_at_storage = true;
}

}  // namespace

double next_scale(double scale, int steps) {
  double next = scale;
  for (; steps > 0; --steps) {
    const auto above = std::find_if(scale_steps.begin(), scale_steps.end(), [&](double s) { return s > next + 0.001; });
    next = above == scale_steps.end() ? scale_steps.back() : *above;
  }
  for (; steps < 0; ++steps) {
    const auto below =
        std::find_if(scale_steps.rbegin(), scale_steps.rend(), [&](double s) { return s < next - 0.001; });
    next = below == scale_steps.rend() ? scale_steps.front() : *below;
  }
  return next;
}

std::string scale_text(double scale) { return std::to_string(std::lround(scale * 100)) + "%"; }

std::optional<double> scale_from_text(const std::string& text) {
  std::string_view number = trimmed(text);
  if (!number.empty() && number.back() == '%') number = trimmed(number.substr(0, number.size() - 1));
  int percent = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), percent);
  if (error != std::errc() || end != number.data() + number.size() || number.empty()) return std::nullopt;
  if (percent < 75 || percent > 300) return std::nullopt;
  return percent / 100.0;
}

void draw_settings(SettingsState& state, const Ui& ui, CommandContext& commands) {
  if (std::exchange(commands.state.wishes.settings, false)) open(state, commands.state);
  if (!state.is_open) return;
  const ImGuiViewport* viewport = ImGui::GetMainViewport();
  const float width = std::min(ui.px(wide), viewport->Size.x - ui.px(24));
  const float height = std::min(ui.px(high), viewport->Size.y - ui.px(72));
  const ImVec2 min{std::round(viewport->Pos.x + (viewport->Size.x - width) * 0.5f),
                   std::round(viewport->Pos.y + (viewport->Size.y - height) * 0.5f)};
  ImGui::SetNextWindowPos(min);
  ImGui::SetNextWindowSize({width, height});
  if (std::exchange(state.bring_to_front, false)) ImGui::SetNextWindowFocus();
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, ui.px(6));
  ImGui::PushStyleColor(ImGuiCol_WindowBg, ui.tone(Tone::SurfaceFloat));
  ImGui::Begin("Settings", nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoDocking | ImGuiWindowFlags_NoSavedSettings |
                   ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoNav | ImGuiWindowFlags_NoScrollWithMouse);
  ImGui::PopStyleColor();
  ImGui::PopStyleVar(2);
  ImDrawList* list = ImGui::GetWindowDrawList();
  list->AddRect(min, {min.x + width, min.y + height}, ui.tone(Tone::LineHard), ui.px(6), ui.hair());
  text_at(ui, list, Type::Title, min.x + ui.px(pad), min.y + ui.px(head * 0.5f), ui.tone(Tone::Text1), "Settings");
  bool close =
      icon_button_at(ui, "Close##settings", Icon::X,
                     rect_at(min.x + width - ui.px(40), min.y + ui.px(head * 0.5f - 14), ui.px(28), ui.px(28)));
  list->AddRectFilled({min.x + ui.hair(), min.y + ui.px(head)},
                      {min.x + width - ui.hair(), min.y + ui.px(head) + ui.hair()}, ui.tone(Tone::LineSoft));
  draw_nav(state, commands.state, ui,
           {{min.x + ui.px(12), min.y + ui.px(head + 12)}, {min.x + ui.px(nav - 12), min.y + height}});
  list->AddRectFilled({min.x + ui.px(nav), min.y + ui.px(head)},
                      {min.x + ui.px(nav) + ui.hair(), min.y + height - ui.hair()}, ui.tone(Tone::LineSoft));

  ImGui::SetCursorScreenPos({min.x + ui.px(nav) + ui.hair(), min.y + ui.px(head) + ui.hair()});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(ui.px(pad), ui.px(16)));
  ImGui::BeginChild("##page", {width - ui.px(nav) - 2 * ui.hair(), height - ui.px(head) - 3 * ui.hair()},
                    ImGuiChildFlags_AlwaysUseWindowPadding, ImGuiWindowFlags_NoNav | ImGuiWindowFlags_NoBackground);
  ImGui::PopStyleVar();
  const Page page{state, ui, commands, ImGui::GetContentRegionAvail().x};
  const bool was_capturing = !state.capturing.empty();  // Esc is its answer then
  switch (state.section) {
    case SettingsSection::Look:
      draw_look(page);
      break;
    case SettingsSection::Keys:
      draw_keys(page);
      break;
    case SettingsSection::Budget:
      draw_budget(page);
      break;
    case SettingsSection::Storage:
      draw_storage(page);
      break;
    default:
      draw_providers(page);
      break;
  }
  ImGui::EndChild();
  const bool has_keyboard = ImGui::IsWindowFocused(ImGuiFocusedFlags_ChildWindows);
  if (has_keyboard && !was_capturing && !ImGui::GetIO().WantTextInput && ImGui::IsKeyPressed(ImGuiKey_Escape, false))
    close = true;
  ImGui::End();
  if (close) {
    state.is_open = false;
    state.editing_provider.clear();
    state.typed_key.clear();
    stop_capture(state, commands.state);
  }
}

}  // namespace studio
