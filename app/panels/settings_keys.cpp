// Which keys do what, and which shall?
#include <utility>

#include "base/text.h"
#include "panels/palette_rows.h"
#include "panels/settings_pages.h"
#include "widgets/state_shape.h"

namespace studio::settings {

void stop_capture(SettingsState& state, AppState& app) {
  state.capturing.clear();
  state.conflict.clear();
  state.captured = {};
  app.capturing_key = false;
}

namespace {

void take_pressed(const Page& p) {
  SettingsState& state = p.state;
  const auto pressed = std::exchange(state.pressed, std::nullopt);
  if (state.capturing.empty() || !pressed || !state.conflict.empty()) return;
  const UiCommand* command = find_command(state.capturing);
  if (command == nullptr || (pressed->key == key::escape && !pressed->ctrl && !pressed->shift))
    return stop_capture(state, p.commands.state);
  Keymap& keys = p.commands.state.keys;
  if (const UiCommand* other = keys.holder(*command, *pressed)) {
    state.captured = *pressed;
    state.conflict = other->name;
    p.commands.state.capturing_key = false;
    return;
  }
  keys.take(*command, *pressed);
  stop_capture(state, p.commands.state);
}

void draw_conflict(const Page& p, const UiCommand& command, Rect box) {
  const Ui& ui = p.ui;
  ImDrawList* list = ImGui::GetWindowDrawList();
  list->AddRectFilled(box.min, box.max, ui.tone(Tone::SurfaceRaised), ui.px(4));
  const UiCommand* other = find_command(p.state.conflict);
  if (other == nullptr) return stop_capture(p.state, p.commands.state);
  const float y = box.centre().y;
  state_shape(ui, list, StateShape::Half, {box.min.x + ui.px(16), y}, 14);
  ButtonFace use, keep;
  use.text = "Use it here";
  keep.text = "Leave it";
  keep.kind = ButtonKind::Quiet;
  const float use_w = button_width(ui, use), keep_w = button_width(ui, keep);
  float right = box.max.x - ui.px(8);
  const float top = y - ui.px(12);
  if (button_at(ui, "Leave it", keep, rect_at(right - keep_w, top, keep_w, ui.px(24)))) {
    stop_capture(p.state, p.commands.state);
    return;
  }
  right -= keep_w + ui.px(4);
  if (button_at(ui, "Use it here", use, rect_at(right - use_w, top, use_w, ui.px(24)))) {
    p.commands.state.keys.take(command, p.state.captured);
    stop_capture(p.state, p.commands.state);
    return;
  }
  right -= use_w + ui.px(8);
  const std::string text =
      std::string(command.label) + ": " + to_string(p.state.captured) + " is “" + std::string(other->label) + "”";
  text_elided(ui, list, Type::Label, box.min.x + ui.px(30), y, right - box.min.x - ui.px(30), ui.tone(Tone::Text1),
              text);
}

void draw_key_row(const Page& p, const UiCommand& command) {
  const Ui& ui = p.ui;
  Keymap& keys = p.commands.state.keys;
  ImDrawList* list = ImGui::GetWindowDrawList();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const Rect box = rect_at(at.x, at.y, p.width, ui.px(28));
  const bool is_capturing = p.state.capturing == command.name;
  const bool is_changed = keys.changes().contains(command.name);
  ImGui::PushID(command.name.data(), command.name.data() + command.name.size());
  if (is_capturing && !p.state.conflict.empty()) {
    draw_conflict(p, command, box);
  } else {
    // Reset lies on the row, so it is asked first.
    float right = box.max.x - ui.px(8);
    if (is_changed) {
      const Rect reset = rect_at(right - ui.px(24), box.min.y + ui.px(2), ui.px(24), ui.px(24));
      if (icon_button_at(ui, "Reset", Icon::ArrowClockwise, reset)) keys.reset(command.name);
    }
    right -= ui.px(32);
    const Press press = press_area_at("Change", box);
    if (is_capturing || press.hovered)
      list->AddRectFilled(box.min, box.max, ui.tone(is_capturing ? Tone::SurfacePress : Tone::SurfaceHover), ui.px(4));
    if (is_changed)
      icon_at(ui, list, Icon::ArrowClockwise, {box.max.x - ui.px(20), box.centre().y}, 14, ui.tone(Tone::Text2));
    float left = right;
    const KeyChord chord = keys.chord(command);
    if (is_capturing) {
      left = text_right(ui, list, Type::Label, right, box.centre().y, ui.tone(Tone::AccentBase),
                        "Press the new key, Esc leaves it");
    } else if (chord.key != key::none) {
      left = key_caps_right(ui, list, right, box.centre().y, key_caps(chord), ui.tone(Tone::Text1),
                            ui.tone(Tone::LineEdge));
    } else {
      const KeyChord own = is_changed ? keys.ready_chord(command) : KeyChord{};
      left = text_right(ui, list, Type::Caption, right, box.centre().y, ui.tone(Tone::Text3),
                        own.key != key::none ? "no key, was " + to_string(own) : std::string("no key"));
    }
    text_elided(ui, list, Type::Label, box.min.x + ui.px(8), box.centre().y, left - box.min.x - ui.px(16),
                ui.tone(Tone::Text1), command.label);
    if (press.clicked) {
      p.state.capturing = command.name;
      p.state.conflict.clear();
      p.commands.state.capturing_key = true;
    }
  }
  ImGui::PopID();
  ImGui::Dummy({p.width, ui.px(28)});
}

}  // namespace

void draw_keys(const Page& p) {
  const Ui& ui = p.ui;
  take_pressed(p);
  heading(p, "Keys");
  Keymap& keys = p.commands.state.keys;
  label(p, "Map");
  static constexpr const char* maps[] = {"Photo cull", "Prompt tool"};
  if (const int chosen = segments(ui, maps, keys.ready() == ReadyKeymap::PromptTool ? 1 : 0, ui.px(control));
      chosen >= 0)
    keys.use(chosen == 1 ? ReadyKeymap::PromptTool : ReadyKeymap::PhotoCull);
  label(p, "Find");
  FieldLook look;
  look.size = {ui.px(220), ui.px(control)};
  look.hint = "a command";
  text_field(ui, "##find key", p.state.find_key, look);
  ImGui::SameLine();
  const std::string changed = counted(keys.changes().size(), "changed", "changed");
  if (plain_button(p, "Reset all", ButtonKind::Quiet, !keys.changes().empty())) {
    keys.reset_all();
    stop_capture(p.state, p.commands.state);
  }
  if (!keys.changes().empty()) {
    ImGui::SameLine();
    const ImVec2 at = ImGui::GetCursorScreenPos();
    text_at(ui, ImGui::GetWindowDrawList(), Type::Caption, at.x, at.y + ui.px(control * 0.5f), ui.tone(Tone::Text3),
            changed);
    ImGui::Dummy({ui.px(80), ui.px(control)});
  }
  words(p, "Single letters and digits act only where pictures have the focus, never while you type.", Tone::Text3,
        Type::Caption);
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(0, 0));
  CommandGroup group = CommandGroup::Count;
  for (const UiCommand& command : command_table()) {
    if (!p.state.find_key.empty() && !fuzzy_match(p.state.find_key, command.label)) continue;
    if (command.group != group) {
      group = command.group;
      const ImVec2 at = ImGui::GetCursorScreenPos();
      text_at(ui, ImGui::GetWindowDrawList(), Type::Strong, at.x, at.y + ui.px(22), ui.tone(Tone::Text1),
              to_string(group));
      ImGui::Dummy({p.width, ui.px(36)});
    }
    draw_key_row(p, command);
  }
  ImGui::PopStyleVar();
}

}  // namespace studio::settings
