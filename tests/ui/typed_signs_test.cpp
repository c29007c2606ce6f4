// Signs on other keyboards than an American one: what was typed counts, and each press once.
#include "shell/keys.h"
#include "support/catch.h"

using namespace studio;

namespace {

constexpr KeyChord question{key::slash, false, true}, slash{key::slash}, minus{key::minus}, period{key::period};

// Frames of Dear ImGui without anything on them.
struct Frames {
  Frames() {
    ImGui::CreateContext();
    ImGuiIO& io = ImGui::GetIO();
    io.IniFilename = nullptr;
    io.DisplaySize = {100, 100};
    io.BackendFlags |= ImGuiBackendFlags_RendererHasTextures;
    next();
  }
  ~Frames() {
    ImGui::EndFrame();
    ImGui::DestroyContext();
  }
  static void down(int key) { ImGui::GetIO().AddKeyEvent(static_cast<ImGuiKey>(key), true); }
  static void up(int key) { ImGui::GetIO().AddKeyEvent(static_cast<ImGuiKey>(key), false); }
  static void type(unsigned c) { ImGui::GetIO().AddInputCharacter(c); }
  void next() {
    if (std::exchange(is_in_frame, true)) ImGui::EndFrame();
    ImGui::NewFrame();
    typed.begin_frame();
    alt.begin_frame();
  }
  // As the window does it.
  bool act(KeyChord chord) {
    const bool is_pressed = key_chord_pressed(chord, typed);
    if (is_pressed) typed.acted();
    return is_pressed;
  }
  TypedSigns typed;
  LoneAlt alt;
  bool is_in_frame = false;
};

}  // namespace

TEST_CASE("where the question mark lies on another key, it is what was typed, and only that") {
  Frames frames;
  // As a German keyboard has it: Dear ImGui takes that key for a minus.
  frames.down(ImGuiMod_Shift);
  frames.down(ImGuiKey_Minus);
  frames.type('?');
  frames.next();
  CHECK_FALSE(frames.act(minus));
  CHECK_FALSE(frames.act({key::minus, false, true}));
  CHECK_FALSE(frames.act(slash));
  const auto captured = pressed_chord(frames.typed);
  REQUIRE(captured);
  CHECK(*captured == question);
  CHECK(frames.act(question));
  // It is held: the keyboard types on, and that is no further press.
  for (int i = 0; i < 3; ++i) {
    frames.type('?');
    frames.next();
    CHECK_FALSE(frames.act(question));
  }
  frames.up(ImGuiKey_Minus);
  frames.next();
  frames.down(ImGuiKey_Minus);
  frames.type('?');
  frames.next();
  CHECK(frames.act(question));
}

TEST_CASE("a character that no sign is takes the key's name away: the sharp s is no minus") {
  Frames frames;
  frames.down(ImGuiKey_Minus);
  frames.type(0xDF);
  frames.next();
  CHECK_FALSE(frames.act(minus));
  CHECK_FALSE(pressed_chord(frames.typed));
}

TEST_CASE("a key that brings no character goes by its name, and what it types later is no further press") {
  Frames frames;
  frames.down(ImGuiKey_Period);
  frames.next();
  CHECK(frames.act(period));
  frames.type('.');
  frames.next();
  CHECK_FALSE(frames.act(period));
  // Also when it was let go by then.
  frames.up(ImGuiKey_Period);
  frames.next();
  frames.down(ImGuiKey_Period);
  frames.next();
  CHECK(frames.act(period));
  frames.type('.');
  frames.up(ImGuiKey_Period);
  frames.next();
  CHECK_FALSE(frames.act(period));
  // A character that no key brought, from an input method: a press of its own.
  frames.type('.');
  frames.next();
  CHECK(frames.act(period));
}

TEST_CASE("Ctrl with a sign, and the third sign of a key, are what the keyboard has there") {
  Frames frames;
  // Ctrl and + on a German keyboard, whose + lies where an American one has ].
  frames.down(ImGuiMod_Ctrl);
  frames.down(ImGuiKey_RightBracket);
  frames.type('+');
  frames.next();
  CHECK_FALSE(frames.act({key::close_bracket, true}));
  CHECK_FALSE(frames.act({key::plus}));
  CHECK(frames.act({key::plus, true}));
  frames.up(ImGuiKey_RightBracket);
  frames.up(ImGuiMod_Ctrl);
  frames.next();
  // AltGr and 8 is [ there.
  frames.down(ImGuiMod_Alt);
  frames.down(ImGuiKey_8);
  frames.type('[');
  frames.next();
  CHECK_FALSE(frames.act({'8', false, false, true}));
  CHECK(frames.act({key::open_bracket}));
}

TEST_CASE("Alt is tapped when it is let go alone, not when the window lost the keyboard meanwhile") {
  Frames frames;
  const auto hold = [&] {
    frames.down(ImGuiKey_LeftAlt);
    frames.next();
    CHECK_FALSE(frames.alt.was_tapped());
  };
  const auto let_go = [&] {
    frames.up(ImGuiKey_LeftAlt);
    frames.next();
    return frames.alt.was_tapped();
  };
  hold();
  CHECK(let_go());
  frames.next();
  CHECK_FALSE(frames.alt.was_tapped());
  // To another window and back.
  hold();
  ImGui::GetIO().AddFocusEvent(false);
  frames.next();
  CHECK_FALSE(frames.alt.was_tapped());
  ImGui::GetIO().AddFocusEvent(true);
  CHECK_FALSE(let_go());
  // With the mouse, and after a key that is still held.
  hold();
  ImGui::GetIO().AddMouseButtonEvent(0, true);
  frames.next();
  ImGui::GetIO().AddMouseButtonEvent(0, false);
  frames.next();
  CHECK_FALSE(let_go());
  frames.down(ImGuiKey_A);
  frames.next();
  hold();
  frames.up(ImGuiKey_A);
  frames.next();
  CHECK_FALSE(let_go());
}
