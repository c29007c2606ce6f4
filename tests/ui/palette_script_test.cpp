// The palette: found by typing, run by Enter, and nothing typed there is a command by itself.
#include <imgui.h>
#include <imgui_te_context.h>

#include "support/catch.h"
#include "ui/one_picture.h"

using namespace studio;

namespace {

bool palette_is_open() { return ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopupId | ImGuiPopupFlags_AnyPopupLevel); }

void open_and_type(ImGuiTestContext* ctx, const char* text) {
  ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_K);
  ctx->Yield(3);
  ctx->KeyChars(text);
  ctx->Yield(2);
}

}  // namespace

TEST_CASE("Palette: Ctrl+K, a few letters and Enter run a command") {
  Stage stage;
  stage.open_fresh_project();
  const bool passed = stage.play("palette", [&](ImGuiTestContext* ctx) {
    ctx->Yield(3);
    open_and_type(ctx, "review");
    IM_CHECK(palette_is_open());
    stage.save_picture("palette");
    ctx->Yield(2);
    ctx->KeyPress(ImGuiKey_Enter);
    ctx->Yield(4);
    IM_CHECK(!palette_is_open());
    IM_CHECK_STR_EQ(stage.app().settings().layout_name.c_str(), "Review");
    // What was run last stands first, so Enter alone runs another of the list only after an arrow.
    open_and_type(ctx, ">layout tune");
    ctx->KeyPress(ImGuiKey_Enter);
    ctx->Yield(4);
    IM_CHECK_STR_EQ(stage.app().settings().layout_name.c_str(), "Tune");
    IM_CHECK_STR_EQ(stage.app().palette().recent.at(0).c_str(), "layout-tune");
    // Esc leaves everything as it was.
    open_and_type(ctx, "review");
    ctx->KeyPress(ImGuiKey_Escape);
    ctx->Yield(4);
    IM_CHECK(!palette_is_open());
    IM_CHECK_STR_EQ(stage.app().settings().layout_name.c_str(), "Tune");
    // The search field in the bar opens it, too; a click runs.
    ctx->ItemClick("//##app bar/Search");
    ctx->Yield(3);
    IM_CHECK(palette_is_open());
    stage.save_picture("palette-all");
    ctx->Yield(2);
    ctx->SetRef("//$FOCUSED");
    ctx->ItemClick("**/##find");
    ctx->KeyChars("settings");
    ctx->Yield(2);
    ctx->ItemClick("**/Settings…");
    ctx->SetRef("");
    ctx->Yield(3);
    IM_CHECK(stage.app().settings_panel().is_open);
  });
  CHECK(passed);
}

TEST_CASE("Palette: what cannot be done stays with its reason and does nothing, with a picture chosen it acts") {
  Stage stage;
  stage.open_fresh_project();
  const auto item = [&]() -> const Item& { return stage.app().studio()->view().library.items.at(0); };
  const bool passed = stage.play("impossible", [&](ImGuiTestContext* ctx) {
    IM_CHECK(make_one(stage, ctx));
    stage.app().state().selection.reset();
    open_and_type(ctx, "pick");
    ctx->KeyPress(ImGuiKey_Enter);
    ctx->Yield(4);
    IM_CHECK(palette_is_open());
    IM_CHECK(item().mark == Mark::None);
    ctx->KeyPress(ImGuiKey_Escape);
    ctx->Yield(3);
    ctx->ItemClick(tile_one);
    open_and_type(ctx, "pick");
    ctx->KeyPress(ImGuiKey_Enter);
    IM_CHECK(stage.wait_until(ctx, [&] { return item().mark == Mark::Pick; }));
  });
  CHECK(passed);
}

TEST_CASE("Palette: @ finds a picture by its prompt and goes there, letters typed there mark nothing") {
  Stage stage;
  stage.open_fresh_project();
  const auto item = [&]() -> const Item& { return stage.app().studio()->view().library.items.at(0); };
  const bool passed = stage.play("assets", [&](ImGuiTestContext* ctx) {
    IM_CHECK(make_one(stage, ctx));
    ctx->ItemClick(tile_one);
    // The pictures have the focus until the palette opens.
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_K);
    ctx->Yield(3);
    for (const char letter : std::string("@PX5")) {
      const char upper = letter;
      ImGuiKey k = ImGuiKey_Space;
      if (upper >= 'A' && upper <= 'Z') k = static_cast<ImGuiKey>(ImGuiKey_A + (upper - 'A'));
      if (upper >= '0' && upper <= '9') k = static_cast<ImGuiKey>(ImGuiKey_0 + (upper - '0'));
      ctx->KeyDown(k);
      ctx->KeyChars(std::string(1, letter).c_str());
      ctx->KeyUp(k);
    }
    ctx->Yield(10);
    IM_CHECK_STR_EQ(stage.app().palette().typed.c_str(), "@PX5");
    ctx->KeyPress(ImGuiKey_Escape);
    ctx->Yield(10);
    IM_CHECK(item().mark == Mark::None);
    IM_CHECK_EQ(static_cast<int>(item().stars), 0);
    stage.app().state().selection.reset();
    open_and_type(ctx, "@BOAT");
    ctx->Yield(3);
    stage.save_picture("palette-assets");
    ctx->Yield(2);
    ctx->KeyPress(ImGuiKey_Enter);
    ctx->Yield(4);
    IM_CHECK_EQ(stage.app().state().selection.focus(), 0u);
    IM_CHECK(stage.app().state().selection.contains(0));
  });
  CHECK(passed);
}
