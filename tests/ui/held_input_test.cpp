// Keys that came between two frames, as a quick hand or a slow machine brings them.
#include "shell/keys.h"
#include "support/catch.h"

using namespace studio;

namespace {

struct Context {
  Context() { ImGui::CreateContext(); }
  ~Context() { ImGui::DestroyContext(); }
  void press(std::initializer_list<std::pair<int, bool>> keys) {
    for (const auto& [key, down] : keys) ImGui::GetIO().AddKeyEvent(static_cast<ImGuiKey>(key), down);
  }
  int waiting() const { return ImGui::GetCurrentContext()->InputEventsQueue.Size; }
};

}  // namespace

TEST_CASE("a Ctrl that is let go behind its key waits for the next frame, with all that came after it") {
  Context context;
  context.press({{ImGuiMod_Ctrl, true}, {ImGuiKey_A, true}, {ImGuiMod_Ctrl, false}, {ImGuiKey_A, false}});
  ImGui::GetIO().AddInputCharacter('n');
  HeldInput held;
  hold_back_releases(held);
  CHECK(context.waiting() == 2);
  CHECK(held.size() == 3);
  give_back(held);
  CHECK(held.empty());
  REQUIRE(context.waiting() == 5);
  const auto& queue = ImGui::GetCurrentContext()->InputEventsQueue;
  CHECK(queue[2].Key.Key == ImGuiMod_Ctrl);
  CHECK_FALSE(queue[2].Key.Down);
  CHECK(queue[4].Text.Char == 'n');
}

TEST_CASE("a Ctrl that goes down behind a key does not belong to it") {
  Context context;
  context.press({{ImGuiKey_A, true}, {ImGuiKey_A, false}, {ImGuiKey_LeftCtrl, true}, {ImGuiKey_S, true}});
  HeldInput held;
  hold_back_releases(held);
  CHECK(context.waiting() == 2);
  CHECK(held.size() == 2);
}

TEST_CASE("plain typing is not held back") {
  Context context;
  context.press({{ImGuiMod_Shift, true}, {ImGuiKey_A, true}, {ImGuiKey_A, false}, {ImGuiKey_B, true}, {ImGuiKey_B, false}});
  HeldInput held;
  hold_back_releases(held);
  CHECK(context.waiting() == 5);
  CHECK(held.empty());
}
