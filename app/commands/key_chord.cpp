// Chords as words, both ways.
#include "commands/key_chord.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace studio {
namespace {

struct NamedKey {
  char key;
  std::string_view name;
};
constexpr std::array named_keys = {
    NamedKey{key::enter, "Enter"},
    NamedKey{key::escape, "Esc"},
    NamedKey{key::left, "←"},
    NamedKey{key::right, "→"},
    NamedKey{key::up, "↑"},
    NamedKey{key::down, "↓"},
    NamedKey{key::home, "Home"},
    NamedKey{key::end, "End"},
    NamedKey{key::page_up, "Page up"},
    NamedKey{key::page_down, "Page down"},
    NamedKey{key::del, "Del"},
    NamedKey{key::space, "Space"},
};
// What people type into a settings file where the sign is hard to reach.
constexpr std::array other_names = {
    NamedKey{key::left, "left"},    NamedKey{key::right, "right"}, NamedKey{key::up, "up"},
    NamedKey{key::down, "down"},    NamedKey{key::del, "delete"},  NamedKey{key::escape, "escape"},
    NamedKey{key::enter, "return"}, NamedKey{key::comma, "comma"}, NamedKey{key::plus, "plus"},
    NamedKey{key::minus, "minus"},
};
constexpr std::string_view signs = "+-,./[]";
constexpr int function_keys = 11;

bool same_word(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](unsigned char x, unsigned char y) {
           return std::tolower(x) == std::tolower(y);
         });
}

bool take(std::string_view& text, std::string_view word) {
  if (text.size() <= word.size() || !same_word(text.substr(0, word.size()), word)) return false;
  text.remove_prefix(word.size());
  return true;
}

std::string key_name(char k) {
  if (k >= key::f1 && k < key::f1 + function_keys) return "F" + std::to_string(k - key::f1 + 1);
  for (const NamedKey& named : named_keys)
    if (named.key == k) return std::string(named.name);
  return std::string(1, k);
}

std::optional<char> key_from(std::string_view name) {
  for (const NamedKey& named : named_keys)
    if (same_word(named.name, name)) return named.key;
  for (const NamedKey& named : other_names)
    if (same_word(named.name, name)) return named.key;
  if (name.size() == 1) {
    const auto c = static_cast<unsigned char>(name[0]);
    if (c < 128 && std::isalnum(c) != 0) return static_cast<char>(std::toupper(c));
    if (signs.find(name[0]) != std::string_view::npos) return name[0];
  }
  if (name.size() >= 2 && (name[0] == 'F' || name[0] == 'f')) {
    int number = 0;
    for (const char digit : name.substr(1)) {
      if (digit < '0' || digit > '9' || number > function_keys) return std::nullopt;
      number = number * 10 + (digit - '0');
    }
    if (number >= 1 && number <= function_keys) return static_cast<char>(key::f1 + number - 1);
  }
  return std::nullopt;
}

bool is_letter_or_digit(char k) { return (k >= 'A' && k <= 'Z') || (k >= '0' && k <= '9'); }

}  // namespace

std::string to_string(KeyChord chord) {
  if (chord.key == key::none) return "";
  return std::string(chord.ctrl ? "Ctrl+" : "") + (chord.alt ? "Alt+" : "") + (chord.shift ? "Shift+" : "") + key_name(chord.key);
}

std::optional<KeyChord> key_chord_from(std::string_view text) {
  KeyChord chord;
  if (text.empty()) return chord;
  while (true) {
    if (!chord.ctrl && take(text, "Ctrl+"))
      chord.ctrl = true;
    else if (!chord.alt && take(text, "Alt+"))
      chord.alt = true;
    else if (!chord.shift && take(text, "Shift+"))
      chord.shift = true;
    else
      break;
  }
  if (text == "?") {
    chord.shift = true;
    chord.key = key::slash;
    return chord;
  }
  const auto found = key_from(text);
  if (!found) return std::nullopt;
  chord.key = *found;
  return chord;
}

std::vector<std::string> key_caps(KeyChord chord) {
  std::vector<std::string> caps;
  if (chord.key == key::none) return caps;
  if (chord.ctrl) caps.push_back("Ctrl");
  if (chord.alt) caps.push_back("Alt");
  if (chord.shift && chord.key == key::slash) {
    caps.push_back("?");
    return caps;
  }
  if (chord.shift) caps.push_back("Shift");
  caps.push_back(key_name(chord.key));
  return caps;
}

bool writes_text(KeyChord chord) {
  if (chord.ctrl || chord.alt) return false;
  return is_letter_or_digit(chord.key) || chord.key == key::space || signs.find(chord.key) != std::string_view::npos;
}

bool is_single_key(KeyChord chord) { return !chord.ctrl && !chord.alt && is_letter_or_digit(chord.key); }

bool edits_text(KeyChord chord) {
  if (chord.alt) return false;
  switch (chord.key) {
    case key::enter:
      return !chord.ctrl;
    case key::left:
    case key::right:
    case key::up:
    case key::down:
    case key::home:
    case key::end:
    case key::page_up:
    case key::page_down:
    case key::del:
    case key::escape:
      return true;
    default:
      return chord.ctrl && std::string_view("ACVXYZ").find(chord.key) != std::string_view::npos &&
             chord.key != key::none;
  }
}

}  // namespace studio
