// Buttons, chips, fields and labels in the theme's look. Labels are plain text with "##id" where needed, so tests find
// them.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "widgets/draw.h"

namespace studio {

struct Press {
  bool clicked = false, hovered = false, held = false;
  Rect box;
};
// An area that can be clicked, at the cursor. Draws nothing.
Press press_area(const char* label, ImVec2 size);
// The same at a place of its own, not moving the cursor.
Press press_area_at(const char* label, Rect box);

enum class ButtonKind : std::uint8_t {
  Accent,  // at most one in a panel: its primary act
  Plain,
  Quiet,  // shows its ground only when hovered
};
struct ButtonFace {
  ButtonKind kind = ButtonKind::Plain;
  Icon icon = Icon::Count;  // Count: none
  std::string_view text;
  std::string_view value;       // a price, after the text
  std::string_view key1, key2;  // key caps at the right
  bool enabled = true;
};
float button_width(const Ui& ui, const ButtonFace& face);
// `width` 0: as wide as its content. `label` is only its identity.
bool button(const Ui& ui, const char* label, const ButtonFace& face, float width, float height);
bool button_at(const Ui& ui, const char* label, const ButtonFace& face, Rect box);

// A square button with an icon; `on` shows it as chosen.
bool icon_button_at(const Ui& ui, const char* label, Icon icon, Rect box, bool on = false, float icon_size = 16);

// A rounded chip, 24 high; a check mark before the text when on.
float chip_width(const Ui& ui, std::string_view text, bool on);
bool chip(const Ui& ui, const char* label, std::string_view text, bool on);

// A field's label in the left column of a form, centred on a row of `height`.
void form_label(const Ui& ui, std::string_view text, float height);
// A hairline across the content.
void hairline(const Ui& ui);

struct FieldLook {
  bool multi_line = false;
  ImVec2 size{0, 0};  // device px
  const char* hint = "";
  Type type = Type::Body;
  bool select_all_on_focus = false;
  bool masked = false;  // a secret: shown as dots, not copied
  bool escape_restores = false;  // a value that is taken when the field is left: Escape puts the old one back
};
struct FieldState {
  bool changed = false, active = false, entered = false;
  Rect box;
};
// A text field, any UTF-8; a 1 px accent border while it has the keyboard. Escape leaves it, and keeps what was typed.
FieldState text_field(const Ui& ui, const char* label, std::string& text, const FieldLook& look);

// One line of text without a ground or border of its own; font, padding and colours as they are pushed. True when changed.
bool bare_text_field(const char* label, std::string& text, const char* hint, float width);

// What a combo looks like closed; opens the popup `popup_id` below itself when clicked.
bool combo_face(const Ui& ui, const char* label, const char* popup_id, std::string_view text, float width,
                float height);
// One row of a popup list.
bool list_row(const Ui& ui, const char* label, std::string_view text, std::string_view note, std::string_view value,
              bool chosen, float width);

// Choices side by side, one of them taken. Gives the one that was clicked, or -1. `labels` are their identities too.
int segments(const Ui& ui, std::span<const char* const> labels, int chosen, float height);
float segments_width(const Ui& ui, std::span<const char* const> labels);
int segments_at(const Ui& ui, std::span<const char* const> labels, int chosen, Rect box);

// Key caps side by side, their right edge at `right_x`; gives the left edge.
float key_caps_right(const Ui& ui, ImDrawList* list, float right_x, float middle_y, std::span<const std::string> caps,
                     ImU32 text, ImU32 border);

}  // namespace studio
