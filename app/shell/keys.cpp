// Letters and digits as printed on the keyboard, signs as they are typed.
#include "shell/keys.h"

#include <algorithm>

namespace studio {
namespace {

bool is_sign(char c) { return c != 0 && std::string_view("+-,./[]?").find(c) != std::string_view::npos; }

// What the chord types; 0: with Shift each keyboard makes something else of it.
char sign_of(KeyChord chord) {
  if (!chord.shift) return chord.key;
  return chord.key == key::slash ? '?' : '\0';
}

}  // namespace

void TypedSigns::begin_frame() {
  typed_.clear();
  // = is + without Shift on many keyboards, and nothing else here.
  for (const ImWchar c : ImGui::GetIO().InputQueueCharacters)
    typed_ += c == '=' ? '+' : c < 128 && is_sign(static_cast<char>(c)) ? static_cast<char>(c) : ' ';
  std::size_t went_down = 0;
  is_held_ = false;
  for (int k = ImGuiKey_Keyboard_BEGIN; k < ImGuiKey_Keyboard_END; ++k) {
    if (k >= ImGuiKey_LeftCtrl && k <= ImGuiKey_RightSuper) continue;
    if (ImGui::IsKeyPressed(static_cast<ImGuiKey>(k), false)) ++went_down;
    is_held_ = is_held_ || ImGui::IsKeyDown(static_cast<ImGuiKey>(k));
  }
  if (is_served_ && typed_.size() > went_down) typed_.erase(0, typed_.size() - went_down);
  if (went_down > 0 || !is_held_) is_served_ = false;
}

void LoneAlt::begin_frame() {
  const ImGuiIO& io = ImGui::GetIO();
  bool has_other = !io.InputQueueCharacters.empty() || ImGui::IsAnyMouseDown() || io.MouseWheel != 0;
  for (int k = ImGuiKey_Keyboard_BEGIN; k < ImGuiKey_Keyboard_END && !has_other; ++k)
    has_other = k != ImGuiKey_LeftAlt && ImGui::IsKeyDown(static_cast<ImGuiKey>(k));
  if (ImGui::IsKeyPressed(ImGuiKey_LeftAlt, false)) is_lone_ = true;
  if (has_other) is_lone_ = false;
  // Where the window loses the keyboard, as by Alt+Tab, the key is forgotten, not let go.
  was_tapped_ = is_lone_ && ImGui::IsKeyReleased(ImGuiKey_LeftAlt);
  if (!ImGui::IsKeyDown(ImGuiKey_LeftAlt)) is_lone_ = false;
}

char TypedSigns::first() const {
  const auto sign = std::find_if(typed_.begin(), typed_.end(), is_sign);
  return sign == typed_.end() ? '\0' : *sign;
}

int imgui_key_of(char k) {
  if (k >= 'A' && k <= 'Z') return ImGuiKey_A + (k - 'A');
  if (k >= '0' && k <= '9') return ImGuiKey_0 + (k - '0');
  if (k >= key::f1 && k < key::f1 + 11) return ImGuiKey_F1 + (k - key::f1);
  switch (k) {
    case key::home:
      return ImGuiKey_Home;
    case key::end:
      return ImGuiKey_End;
    case key::page_up:
      return ImGuiKey_PageUp;
    case key::page_down:
      return ImGuiKey_PageDown;
    case key::del:
      return ImGuiKey_Delete;
    case key::space:
      return ImGuiKey_Space;
    case key::comma:
      return ImGuiKey_Comma;
    case key::period:
      return ImGuiKey_Period;
    case key::slash:
      return ImGuiKey_Slash;
    case key::open_bracket:
      return ImGuiKey_LeftBracket;
    case key::close_bracket:
      return ImGuiKey_RightBracket;
    case key::enter:
      return ImGuiKey_Enter;
    case key::escape:
      return ImGuiKey_Escape;
    case key::left:
      return ImGuiKey_LeftArrow;
    case key::right:
      return ImGuiKey_RightArrow;
    case key::up:
      return ImGuiKey_UpArrow;
    case key::down:
      return ImGuiKey_DownArrow;
    case key::plus:
      return ImGuiKey_Equal;  // the key that carries + on most keyboards
    case key::minus:
      return ImGuiKey_Minus;
    default:
      return ImGuiKey_None;
  }
}

bool key_chord_pressed(KeyChord chord, const TypedSigns& typed) {
  if (is_sign(chord.key) && !chord.alt) {
    const char sign = sign_of(chord);
    if (sign != 0 && typed.has(sign)) return ImGui::GetIO().KeyCtrl == chord.ctrl;
    // Another character was typed: here the key has another name.
    if (typed.has_any() && (sign != 0 || typed.first() != 0)) return false;
  }
  // Alt types nothing: it is the one that reaches the third sign of a key.
  if (chord.alt && typed.has_any()) return false;
  const int main_key = imgui_key_of(chord.key);
  if (main_key == ImGuiKey_None) return false;
  const ImGuiIO& io = ImGui::GetIO();
  // With + the Shift key may be needed to reach it.
  const bool shift_fits = chord.key == key::plus || io.KeyShift == chord.shift;
  if (io.KeyCtrl != chord.ctrl || io.KeyAlt != chord.alt || !shift_fits || io.KeySuper) return false;
  const bool repeats =
      chord.key == key::left || chord.key == key::right || chord.key == key::up || chord.key == key::down;
  if (ImGui::IsKeyPressed(static_cast<ImGuiKey>(main_key), repeats)) return true;
  if (chord.key == key::enter) return ImGui::IsKeyPressed(ImGuiKey_KeypadEnter, false);
  if (chord.key == key::plus) return ImGui::IsKeyPressed(ImGuiKey_KeypadAdd, false);
  if (chord.key == key::minus) return ImGui::IsKeyPressed(ImGuiKey_KeypadSubtract, false);
  return false;
}

std::optional<KeyChord> pressed_chord(const TypedSigns& typed) {
  const ImGuiIO& io = ImGui::GetIO();
  if (io.KeySuper) return std::nullopt;
  if (const char sign = typed.first(); sign != 0) return sign == '?' ? KeyChord{key::slash, io.KeyCtrl, true} : KeyChord{sign, io.KeyCtrl};
  for (int k = 1; k < 128; ++k) {
    const auto letter = static_cast<char>(k);
    const int main_key = imgui_key_of(letter);
    if (main_key == ImGuiKey_None || !ImGui::IsKeyPressed(static_cast<ImGuiKey>(main_key), false)) continue;
    if (is_sign(letter) && !io.KeyShift && typed.has_any()) continue;
    // Whether Shift is held for + says nothing: on many keyboards it must be.
    return KeyChord{letter, io.KeyCtrl, letter != key::plus && io.KeyShift, io.KeyAlt};
  }
  return std::nullopt;
}

void hold_back_releases(HeldInput& held) {
  auto& queue = ImGui::GetCurrentContext()->InputEventsQueue;
  bool key_went_down = false;
  for (int i = 0; i < queue.Size; ++i) {
    const ImGuiInputEvent& event = queue[i];
    if (event.Type != ImGuiInputEventType_Key) continue;
    const bool is_modifier = (event.Key.Key & ImGuiMod_Mask_) != 0 || (event.Key.Key >= ImGuiKey_LeftCtrl && event.Key.Key <= ImGuiKey_RightSuper);
    if (is_modifier && key_went_down) {
      held.assign(queue.begin() + i, queue.end());
      queue.resize(i);
      return;
    }
    key_went_down = key_went_down || (!is_modifier && event.Key.Down);
  }
}

void give_back(HeldInput& held) {
  for (const ImGuiInputEvent& event : held) ImGui::GetCurrentContext()->InputEventsQueue.push_back(event);
  held.clear();
}

}  // namespace studio
