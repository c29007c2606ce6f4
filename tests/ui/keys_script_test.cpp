// The keyboard: typing is typing, single keys act on pictures only, any script is kept as it was typed.
#include <imgui.h>
#include <imgui_te_context.h>

#include "support/catch.h"
#include "ui/one_picture.h"

using namespace studio;

namespace {

}  // namespace

TEST_CASE("Typing \"Pixar 5X\" into the prompt changes no mark") {
  Stage stage;
  stage.open_fresh_project();
  const auto item = [&]() -> const Item& { return stage.app().studio()->view().library.items.at(0); };
  const bool passed = stage.play("typing", [&](ImGuiTestContext* ctx) {
    IM_CHECK(make_one(stage, ctx));
    ctx->ItemClick(tile_one);
    IM_CHECK_EQ(stage.app().state().selection.count(), 1u);
    ctx->ItemClick("//Prompt/**/##prompt");
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_A);
    // As a keyboard does it: each key goes down, brings its letter, and comes up again.
    for (const char letter : std::string("Pixar 5X")) {
      const char upper = static_cast<char>(std::toupper(letter));
      ImGuiKey k = ImGuiKey_Space;
      if (upper >= 'A' && upper <= 'Z') k = static_cast<ImGuiKey>(ImGuiKey_A + (upper - 'A'));
      if (upper >= '0' && upper <= '9') k = static_cast<ImGuiKey>(ImGuiKey_0 + (upper - '0'));
      ctx->KeyDown(k);
      ctx->KeyChars(std::string(1, letter).c_str());
      ctx->KeyUp(k);
    }
    ctx->Yield(20);
  });
  CHECK(passed);
  CHECK(stage.app().prompt().draft.prompt == "Pixar 5X");
  CHECK(item().mark == Mark::None);
  CHECK(item().stars == 0);
  CHECK(stage.app().studio()->view().library.items.size() == 1);

  // And where the pictures have the focus, the same keys do act.
  const bool acted = stage.play("marking", [&](ImGuiTestContext* ctx) {
    ctx->ItemClick(tile_one);
    ctx->KeyPress(ImGuiKey_P);
    IM_CHECK(stage.wait_until(ctx, [&] { return item().mark == Mark::Pick; }));
    ctx->KeyPress(ImGuiKey_5);
    IM_CHECK(stage.wait_until(ctx, [&] { return item().stars == 5; }));
    ctx->KeyPress(ImGuiKey_X);
    IM_CHECK(stage.wait_until(ctx, [&] { return item().mark == Mark::Reject; }));
    ctx->KeyPress(ImGuiKey_U);
    IM_CHECK(stage.wait_until(ctx, [&] { return item().mark == Mark::None; }));
  });
  CHECK(acted);
}

TEST_CASE("Ctrl+Enter in the prompt runs it, and any script is kept as it was typed") {
  Stage stage;
  stage.open_fresh_project();
  const std::string prompt = "海の灯台、żółw, маяк, φάρος 🐙\nsecond line";
  const bool passed = stage.play("ctrl enter", [&](ImGuiTestContext* ctx) {
    stage.app().prompt().draft.size = {256, 256};
    stage.app().prompt().draft.count = 1;
    ctx->ItemClick("//Prompt/**/##prompt");
    ctx->KeyCharsReplace("海の灯台、żółw, маяк, φάρος 🐙");
    ctx->KeyPress(ImGuiKey_Enter);
    ctx->KeyChars("second line");
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_Enter);
    IM_CHECK(stage.wait_until(ctx, [&] { return stage.app().studio()->view().library.items.size() == 1; }));
  });
  CHECK(passed);
  const auto& library = stage.app().studio()->view().library;
  REQUIRE(library.texts.size() == 1);
  CHECK(library.texts[0].recipe->prompt == prompt);
  CHECK(library.generations.at(0).prompt == prompt);
}

TEST_CASE("Select all and type replaces the prompt") {
  Stage stage;
  stage.open_fresh_project();
  stage.app().prompt().draft.prompt = "A lighthouse on the coast at dusk, cloudy";
  const bool passed = stage.play("replace", [&](ImGuiTestContext* ctx) {
    // Also when the pictures had the keyboard before, where the same keys select all of them.
    IM_CHECK(make_one(stage, ctx));
    ctx->ItemClick(tile_one);
    ctx->ItemClick("//Prompt/**/##prompt");
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_A);
    ctx->KeyDown(ImGuiMod_Shift);
    ctx->KeyDown(ImGuiKey_A);
    ctx->KeyChars("A");
    ctx->KeyUp(ImGuiKey_A);
    ctx->KeyUp(ImGuiMod_Shift);
    ctx->KeyChars(" train");
  });
  CHECK(passed);
  CHECK(stage.app().prompt().draft.prompt == "A train");
}

TEST_CASE("An empty prompt is not sent, and says so") {
  Stage stage;
  stage.open_fresh_project();
  const bool passed = stage.play("empty", [&](ImGuiTestContext* ctx) {
    ctx->ItemClick("//Prompt/**/##prompt");
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_Enter);
    ctx->Yield(5);
  });
  CHECK(passed);
  CHECK(stage.app().prompt().problem == "Write a prompt first.");
  CHECK(stage.app().studio()->view().library.items.empty());
}

TEST_CASE("Without any OpenGL the same scripts run on the null renderer") {
  Stage::Settings settings;
  settings.draw = false;
  Stage stage(settings);
  CHECK_FALSE(stage.draws());
  stage.open_fresh_project();
  const bool passed = stage.play("null", [&](ImGuiTestContext* ctx) {
    IM_CHECK(make_one(stage, ctx));
    ctx->ItemClick(tile_one);
    ctx->KeyPress(ImGuiKey_P);
    IM_CHECK(stage.wait_until(ctx, [&] { return stage.app().studio()->view().library.items[0].mark == Mark::Pick; }));
  });
  CHECK(passed);
  // Posters are read, scaled and "uploaded" all the same.
  CHECK(stage.settle());
  CHECK(stage.app().pictures().counts().uploaded > 0);
}

TEST_CASE("The window is the same at twice the scale") {
  Stage stage({2560, 1440, 2.0f, true, true});
  stage.open_fresh_project();
  const bool passed = stage.play("scale", [&](ImGuiTestContext* ctx) {
    IM_CHECK(make_one(stage, ctx));
    const ImGuiTestItemInfo generate = ctx->ItemInfo("//Prompt/**/Generate##generate");
    IM_CHECK_EQ(generate.RectFull.GetHeight(), 80.0f);
    ctx->ItemClick(tile_one);
    IM_CHECK_EQ(stage.app().state().selection.count(), 1u);
  });
  CHECK(passed);
  CHECK(stage.settle());
  stage.save_picture("twice-the-scale");
  stage.frame();
}
