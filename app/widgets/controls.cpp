// Controls drawn on invisible buttons: one look everywhere, labels stay plain text.
#include "widgets/controls.h"

#include <imgui_internal.h>
#include <imgui_stdlib.h>

#include <cstring>

#include "widgets/places.h"

namespace studio {
namespace {

struct Ink {
  ImU32 ground, text, value;
  bool filled = true;
};

Ink ink_of(const Ui& ui, const ButtonFace& face, const Press& press) {
  if (!face.enabled) return {ui.tone(Tone::SurfaceRaised), ui.tone(Tone::TextOff), ui.tone(Tone::TextOff)};
  switch (face.kind) {
    case ButtonKind::Accent:
      return {ui.tone(press.held      ? Tone::AccentPress
                      : press.hovered ? Tone::AccentHover
                                      : Tone::AccentBase),
              ui.tone(Tone::TextOn), ui.tone(Tone::TextOn)};
    case ButtonKind::Plain:
      return {ui.tone(press.held      ? Tone::SurfacePress
                      : press.hovered ? Tone::SurfaceHover
                                      : Tone::SurfaceRaised),
              ui.tone(Tone::Text1), ui.tone(Tone::Text2)};
    case ButtonKind::Quiet:
      return {ui.tone(press.held ? Tone::SurfacePress : Tone::SurfaceHover), ui.tone(Tone::Text1), ui.tone(Tone::Text2),
              press.held || press.hovered};
  }
  return {};
}

// Dear ImGui puts back on Escape what the field held when it got the keyboard, and no key would bring the typed words again.
// So that is what it holds now.
void keep_on_escape(const char* label) {
  ImGuiInputTextState* input = ImGui::GetInputTextState(ImGui::GetID(label));
  if (input == nullptr || ImGui::GetActiveID() != input->ID) return;
  input->TextToRevertTo.resize(input->TextLen + 1);
  std::memcpy(input->TextToRevertTo.Data, input->TextA.Data, static_cast<std::size_t>(input->TextLen) + 1);
}

void draw_button(const Ui& ui, const ButtonFace& face, const Press& press) {
  ImDrawList* list = ImGui::GetWindowDrawList();
  const Ink ink = ink_of(ui, face, press);
  if (ink.filled) list->AddRectFilled(press.box.min, press.box.max, ink.ground, ui.px(4));
  const bool wide = press.box.width() > button_width(ui, face) + ui.px(4);
  // The price stays, whatever the width: icon, keys and then words give way.
  // A width that went through coordinates has lost a little.
  const bool is_tight = press.box.width() + 0.5f < button_width(ui, face);
  const float pad = ui.px(wide ? 16 : is_tight ? 8 : 12);
  const float y = press.box.centre().y;
  float x = press.box.min.x + pad;
  float right = press.box.max.x - pad;
  const bool only_text = face.icon == Icon::Count && face.value.empty() && face.key1.empty();
  if (only_text) {
    text_centred(ui, list, Type::Strong, press.box.centre(), ink.text, face.text);
    return;
  }
  if (is_tight) {
    if (!face.value.empty()) right = text_right(ui, list, Type::Body, right, y, ink.value, face.value) - ui.px(8);
    text_elided(ui, list, Type::Strong, x, y, right - x, ink.text, face.text);
    return;
  }
  if (face.icon != Icon::Count) {
    icon_at(ui, list, face.icon, {x + ui.px(8), y}, 16, ink.text, face.kind == ButtonKind::Accent);
    x += ui.px(24);
  }
  x = text_at(ui, list, Type::Strong, x, y, ink.text, face.text);
  if (!face.key1.empty()) {
    const float keys = key_cap_width(ui, face.key1) + (face.key2.empty() ? 0 : ui.px(4) + key_cap_width(ui, face.key2));
    const ImU32 border = faded(ink.text, 0.5f);
    float k = right - keys;
    k += key_cap(ui, list, k, y, face.key1, ink.text, border) + ui.px(4);
    if (!face.key2.empty()) key_cap(ui, list, k, y, face.key2, ink.text, border);
    right -= keys + ui.px(8);
    if (wide && !face.value.empty()) {
      const float line = std::round(right);
      list->AddRectFilled({line, press.box.min.y + ui.px(10)}, {line + ui.hair(), press.box.max.y - ui.px(10)},
                          faded(ink.text, 0.3f));
      right -= ui.px(10);
    }
  }
  if (!face.value.empty()) {
    if (wide)
      text_right(ui, list, Type::Strong, right, y, ink.value, face.value);
    else
      text_at(ui, list, Type::Body, x + ui.px(8), y, ink.value, face.value);
  }
}

}  // namespace

Press press_area(const char* label, ImVec2 size) {
  Press press;
  const ImVec2 min = ImGui::GetCursorScreenPos();
  press.clicked = ImGui::InvisibleButton(label, {std::max(size.x, 1.0f), std::max(size.y, 1.0f)});
  press.hovered = ImGui::IsItemHovered();
  press.held = ImGui::IsItemActive();
  press.box = {min, {min.x + size.x, min.y + size.y}};
  note_place(label, press.box);
  return press;
}

Press press_area_at(const char* label, Rect box) {
  const ImVec2 before = ImGui::GetCursorPos();
  const ImVec2 max_before = ImGui::GetCurrentWindow()->DC.CursorMaxPos;
  ImGui::SetCursorScreenPos(box.min);
  const Press press = press_area(label, {box.width(), box.height()});
  ImGui::SetCursorPos(before);
  // What lies at a place of its own makes the content no larger.
  ImGui::GetCurrentWindow()->DC.CursorMaxPos = max_before;
  ImGui::GetCurrentWindow()->DC.IsSetPos = false;
  return press;
}

float button_width(const Ui& ui, const ButtonFace& face) {
  float w = ui.px(24) + text_width(ui, Type::Strong, face.text);
  if (face.icon != Icon::Count) w += ui.px(24);
  if (!face.value.empty()) w += ui.px(8) + text_width(ui, Type::Body, face.value);
  if (!face.key1.empty()) w += ui.px(12) + key_cap_width(ui, face.key1);
  if (!face.key2.empty()) w += ui.px(4) + key_cap_width(ui, face.key2);
  return std::round(w);
}

bool button(const Ui& ui, const char* label, const ButtonFace& face, float width, float height) {
  ImGui::BeginDisabled(!face.enabled);
  const Press press = press_area(label, {width > 0 ? width : button_width(ui, face), height});
  ImGui::EndDisabled();
  draw_button(ui, face, press);
  return press.clicked && face.enabled;
}

bool button_at(const Ui& ui, const char* label, const ButtonFace& face, Rect box) {
  ImGui::BeginDisabled(!face.enabled);
  const Press press = press_area_at(label, box);
  ImGui::EndDisabled();
  draw_button(ui, face, press);
  return press.clicked && face.enabled;
}

bool icon_button_at(const Ui& ui, const char* label, Icon icon, Rect box, bool on, float icon_size) {
  const Press press = press_area_at(label, box);
  ImDrawList* list = ImGui::GetWindowDrawList();
  if (on || press.hovered)
    list->AddRectFilled(box.min, box.max, ui.tone(on || press.held ? Tone::SurfacePress : Tone::SurfaceHover),
                        ui.px(4));
  icon_at(ui, list, icon, box.centre(), icon_size, ui.tone(on || press.hovered ? Tone::Text1 : Tone::Text2), on);
  return press.clicked;
}

float chip_width(const Ui& ui, std::string_view text, bool on) {
  return std::round(text_width(ui, Type::Label, text) + ui.px(on ? 34 : 20));
}

bool chip(const Ui& ui, const char* label, std::string_view text, bool on) {
  const Press press = press_area(label, {chip_width(ui, text, on), ui.px(24)});
  ImDrawList* list = ImGui::GetWindowDrawList();
  const Tone ground = on ? Tone::SurfacePress : press.hovered ? Tone::SurfaceHover : Tone::SurfaceRaised;
  list->AddRectFilled(press.box.min, press.box.max, ui.tone(ground), press.box.height() * 0.5f);
  float x = press.box.min.x + ui.px(10);
  const float y = press.box.centre().y;
  if (on) {
    icon_at(ui, list, Icon::Check, {x + ui.px(6), y}, 12, ui.tone(Tone::Text1));
    x += ui.px(14);
  }
  text_at(ui, list, Type::Label, x, y, ui.tone(on ? Tone::Text1 : Tone::Text2), text);
  return press.clicked;
}

void form_label(const Ui& ui, std::string_view text, float height) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  text_at(ui, ImGui::GetWindowDrawList(), Type::Label, at.x, at.y + height * 0.5f, ui.tone(Tone::Text2), text);
  ImGui::SetCursorScreenPos({at.x + ui.px(88), at.y});
}

void hairline(const Ui& ui) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float w = ImGui::GetContentRegionAvail().x;
  ImGui::GetWindowDrawList()->AddRectFilled(at, {at.x + w, at.y + ui.hair()}, ui.tone(Tone::LineSoft));
  ImGui::Dummy({w, ui.hair()});
}

FieldState text_field(const Ui& ui, const char* label, std::string& text, const FieldLook& look) {
  FieldState state;
  ImGui::PushFont(ui.font(look.type), ui.theme.type(look.type).size);
  const float pad_y =
      look.multi_line ? ui.px(8) : std::max(0.0f, std::round((look.size.y - ui.font_px(look.type)) * 0.5f));
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, ImVec2(look.multi_line ? ui.px(10) : ui.px(8), pad_y));
  ImGui::PushStyleColor(ImGuiCol_FrameBgHovered, ui.tone(Tone::SurfaceRaised));
  ImGui::PushStyleColor(ImGuiCol_FrameBgActive, ui.tone(Tone::SurfaceRaised));
  ImGuiInputTextFlags flags = look.select_all_on_focus ? ImGuiInputTextFlags_AutoSelectAll : 0;
  if (look.masked) flags |= ImGuiInputTextFlags_Password;
  if (!look.escape_restores) keep_on_escape(label);
  const ImVec2 min = ImGui::GetCursorScreenPos();
  if (look.multi_line) {
    flags |= ImGuiInputTextFlags_WordWrap;
    state.changed = ImGui::InputTextMultiline(label, &text, look.size, flags);
  } else {
    ImGui::SetNextItemWidth(look.size.x);
    state.changed = ImGui::InputTextWithHint(label, look.hint, &text, flags);
    state.entered = ImGui::IsItemDeactivated() &&
                    (ImGui::IsKeyPressed(ImGuiKey_Enter) || ImGui::IsKeyPressed(ImGuiKey_KeypadEnter));
  }
  state.active = ImGui::IsItemActive();
  state.box = {min, {min.x + ImGui::GetItemRectSize().x, min.y + ImGui::GetItemRectSize().y}};
  note_place(label, state.box);
  ImGui::PopStyleColor(2);
  ImGui::PopStyleVar();
  ImGui::PopFont();
  if (look.multi_line && text.empty() && !state.active && *look.hint != 0)
    text_wrapped(ui, ImGui::GetWindowDrawList(), look.type, {min.x + ui.px(10), min.y + ui.px(8)},
                 look.size.x - ui.px(20), ui.tone(Tone::Text3), look.hint);
  if (state.active)
    ImGui::GetWindowDrawList()->AddRect(state.box.min, state.box.max, ui.tone(Tone::AccentBase), ui.px(4), ui.hair());
  return state;
}

bool bare_text_field(const char* label, std::string& text, const char* hint, float width) {
  ImGui::SetNextItemWidth(width);
  return ImGui::InputTextWithHint(label, hint, &text);
}

bool combo_face(const Ui& ui, const char* label, const char* popup_id, std::string_view text, float width,
                float height) {
  const Press press = press_area(label, {width, height});
  ImDrawList* list = ImGui::GetWindowDrawList();
  const bool open = ImGui::IsPopupOpen(popup_id);
  if (press.hovered || press.held || open)
    list->AddRectFilled(press.box.min, press.box.max,
                        ui.tone(open || press.held ? Tone::SurfacePress : Tone::SurfaceHover), ui.px(4));
  const float y = press.box.centre().y;
  text_elided(ui, list, Type::Body, press.box.min.x + ui.px(8), y, width - ui.px(36), ui.tone(Tone::Text1), text);
  icon_at(ui, list, Icon::CaretDown, {press.box.max.x - ui.px(14), y}, 12, ui.tone(Tone::Text3));
  if (press.clicked) ImGui::OpenPopup(popup_id);
  return press.clicked;
}

bool list_row(const Ui& ui, const char* label, std::string_view text, std::string_view note, std::string_view value,
              bool chosen, float width) {
  const float height = note.empty() ? ui.px(32) : ui.px(44);
  const Press press = press_area(label, {width, height});
  ImDrawList* list = ImGui::GetWindowDrawList();
  if (chosen || press.hovered)
    list->AddRectFilled(press.box.min, press.box.max, ui.tone(chosen ? Tone::SurfacePress : Tone::SurfaceHover),
                        ui.px(4));
  const float x = press.box.min.x + ui.px(10), right = press.box.max.x - ui.px(10);
  float room = right - x;
  if (!value.empty())
    room = text_right(ui, list, Type::Body, right, press.box.centre().y, ui.tone(Tone::Text2), value) - x - ui.px(12);
  if (note.empty()) {
    text_elided(ui, list, Type::Body, x, press.box.centre().y, room, ui.tone(Tone::Text1), text);
  } else {
    text_elided(ui, list, Type::Strong, x, press.box.min.y + ui.px(14), room, ui.tone(Tone::Text1), text);
    text_elided(ui, list, Type::Caption, x, press.box.min.y + ui.px(31), room, ui.tone(Tone::Text2), note);
  }
  return press.clicked;
}

float segments_width(const Ui& ui, std::span<const char* const> labels) {
  float w = 0;
  for (const char* label : labels) w += std::round(text_width(ui, Type::Label, label)) + ui.px(24);
  return w;
}

int segments_at(const Ui& ui, std::span<const char* const> labels, int chosen, Rect box) {
  ImDrawList* list = ImGui::GetWindowDrawList();
  list->AddRectFilled(box.min, box.max, ui.tone(Tone::SurfaceRaised), ui.px(4));
  int clicked = -1;
  float x = box.min.x;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const float w = std::round(text_width(ui, Type::Label, labels[i])) + ui.px(24);
    const Press press = press_area_at(labels[i], rect_at(x, box.min.y, w, box.height()));
    const bool on = static_cast<int>(i) == chosen;
    if (on || press.hovered)
      list->AddRectFilled(press.box.min, press.box.max, ui.tone(on ? Tone::SurfacePress : Tone::SurfaceHover), ui.px(4));
    text_centred(ui, list, Type::Label, press.box.centre(), ui.tone(on ? Tone::Text1 : Tone::Text2), labels[i]);
    if (press.clicked) clicked = static_cast<int>(i);
    x += w;
  }
  return clicked;
}

int segments(const Ui& ui, std::span<const char* const> labels, int chosen, float height) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float w = segments_width(ui, labels);
  const int clicked = segments_at(ui, labels, chosen, rect_at(at.x, at.y, w, height));
  ImGui::Dummy({w, height});
  return clicked;
}

float key_caps_right(const Ui& ui, ImDrawList* list, float right_x, float middle_y, std::span<const std::string> caps,
                     ImU32 text, ImU32 border) {
  float x = right_x;
  for (std::size_t i = caps.size(); i-- > 0;) {
    x -= key_cap_width(ui, caps[i]);
    key_cap(ui, list, x, middle_y, caps[i], text, border);
    if (i > 0) x -= ui.px(4);
  }
  return x;
}

}  // namespace studio
