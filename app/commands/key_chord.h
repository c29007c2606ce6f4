// A key with its modifiers, without any window library.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace studio {

// A letter or digit as printed, or one of these.
namespace key {
inline constexpr char none = 0, enter = '\r', escape = 27, left = 1, right = 2, up = 3, down = 4, home = 5, end = 6,
                      page_up = 14, page_down = 15, f1 = 16 /* to f11 = 26 */, del = 127, space = ' ', plus = '+',
                      minus = '-', comma = ',', period = '.', slash = '/', open_bracket = '[', close_bracket = ']';
}
struct KeyChord {
  char key = key::none;
  bool ctrl = false;
  bool shift = false;
  bool alt = false;
  bool operator==(const KeyChord&) const = default;
};
std::string to_string(KeyChord chord);  // "Ctrl+N", "Alt+↑"
// What to_string wrote, and the same in any case: "ctrl+n". "" is no key at all; nothing for what is no key.
std::optional<KeyChord> key_chord_from(std::string_view text);
// The caps to draw, in order: "Ctrl", "Shift", "N".
std::vector<std::string> key_caps(KeyChord chord);

// Pressed alone (or with Shift) it writes something: such keys never act while a text is being edited.
bool writes_text(KeyChord chord);
// Means something to a text field: moves the caret, copies, undoes. Belongs to the field while it has the keyboard.
bool edits_text(KeyChord chord);
// A letter or a digit without Ctrl and Alt: acts only where pictures have the focus.
bool is_single_key(KeyChord chord);

}  // namespace studio
