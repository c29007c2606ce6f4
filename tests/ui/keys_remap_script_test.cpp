// The sheet of keys, and keys that the user changes: captured, conflicting, reset, used.
#include <imgui.h>
#include <imgui_te_context.h>

#include "support/catch.h"
#include "ui/one_picture.h"

using namespace studio;

namespace {

bool popup_is_open() { return ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopupId | ImGuiPopupFlags_AnyPopupLevel); }

std::string key_of(Stage& stage, const char* name) {
  return to_string(stage.app().state().keys.chord(*find_command(name)));
}

// The list shows the one command then.
void open_keys_with(ImGuiTestContext* ctx, const char* command) {
  ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_Comma);
  ctx->Yield(3);
  ctx->ItemClick("//Settings/Keys");
  ctx->Yield(2);
  ctx->ItemClick("//Settings/**/##find key");
  ctx->KeyCharsReplace(command);
  ctx->KeyPress(ImGuiKey_Enter);
  ctx->Yield(2);
}

}  // namespace

TEST_CASE("Keys: ? opens the sheet of all keys, also without a project, and Esc closes it") {
  Stage stage;
  const bool start = stage.play("start page", [&](ImGuiTestContext* ctx) {
    ctx->Yield(3);
    ctx->KeyPress(ImGuiMod_Shift | ImGuiKey_Slash);
    ctx->Yield(3);
    IM_CHECK(popup_is_open());
    ctx->KeyPress(ImGuiKey_Escape);
    ctx->Yield(3);
    IM_CHECK(!popup_is_open());
  });
  CHECK(start);
  stage.open_fresh_project();
  const bool project = stage.play("project", [&](ImGuiTestContext* ctx) {
    ctx->Yield(3);
    // In a text it is a question mark.
    ctx->ItemClick("//Prompt/**/##prompt");
    ctx->KeyDown(ImGuiMod_Shift);
    ctx->KeyDown(ImGuiKey_Slash);
    ctx->KeyChars("?");
    ctx->KeyUp(ImGuiKey_Slash);
    ctx->KeyUp(ImGuiMod_Shift);
    ctx->Yield(3);
    IM_CHECK(!popup_is_open());
    ctx->KeyPress(ImGuiKey_Escape);
    ctx->Yield(2);
    ctx->KeyPress(ImGuiMod_Shift | ImGuiKey_Slash);
    ctx->Yield(3);
    IM_CHECK(popup_is_open());
    stage.save_picture("keys-sheet");
    ctx->Yield(2);
    ctx->ItemClick("//$FOCUSED/Close##keys");
    ctx->Yield(3);
    IM_CHECK(!popup_is_open());
    IM_CHECK(!stage.app().settings_panel().is_open);
    ctx->KeyPress(ImGuiMod_Shift | ImGuiKey_Slash);
    ctx->Yield(3);
    ctx->ItemClick("//$FOCUSED/Change keys…");
    ctx->Yield(3);
    IM_CHECK(!popup_is_open());
    IM_CHECK(stage.app().settings_panel().is_open);
    IM_CHECK(ctx->ItemExists("//Settings/**/##find key"));
    // The other ready set of keys, and back.
    IM_CHECK_STR_EQ(key_of(stage, "pick").c_str(), "P");
    ctx->ItemClick("//Settings/**/Prompt tool");
    ctx->Yield(2);
    IM_CHECK_STR_EQ(key_of(stage, "pick").c_str(), "F");
    ctx->ItemClick("//Settings/**/Photo cull");
    ctx->Yield(2);
    IM_CHECK_STR_EQ(key_of(stage, "pick").c_str(), "P");
  });
  CHECK(project);
}

TEST_CASE("Keys: where ? and / lie on other keys, what they type opens the sheet, closes it, and goes to the filter") {
  Stage stage;
  stage.open_fresh_project();
  const bool passed = stage.play("typed", [&](ImGuiTestContext* ctx) {
    IM_CHECK(make_one(stage, ctx));
    ctx->ItemClick(tile_one);
    // As a German keyboard brings it: Dear ImGui knows its key as a minus.
    const auto type = [&](ImGuiKey key, const char* letters) {
      ctx->KeyDown(ImGuiMod_Shift);
      ctx->KeyDown(key);
      ctx->KeyChars(letters);
      ctx->Yield(2);
      ctx->KeyUp(key);
      ctx->KeyUp(ImGuiMod_Shift);
      ctx->Yield(3);
    };
    type(ImGuiKey_Minus, "?");
    IM_CHECK(popup_is_open());
    type(ImGuiKey_Minus, "?");
    IM_CHECK(!popup_is_open());
    // Only a character, as an input method gives it.
    ctx->KeyChars("?");
    ctx->Yield(3);
    IM_CHECK(popup_is_open());
    // It is held: the keyboard types on.
    ctx->KeyDown(ImGuiKey_Minus);
    ctx->KeyChars("???");
    ctx->Yield(3);
    IM_CHECK(!popup_is_open());
    ctx->KeyUp(ImGuiKey_Minus);
    ctx->Yield(2);
    // The slash lies on the 7 there: it gives no stars, and is no word itself.
    ctx->ItemClick(tile_one);
    type(ImGuiKey_7, "/");
    IM_CHECK(stage.app().state().edits_text);
    IM_CHECK(stage.app().state().query.text.empty());
    // In the field it is a letter like any other, and so is the question mark.
    type(ImGuiKey_7, "/");
    type(ImGuiKey_Minus, "?");
    IM_CHECK_STR_EQ(stage.app().state().query.text.c_str(), "/?");
    IM_CHECK(!popup_is_open());
  });
  CHECK(passed);
}

TEST_CASE("Keys: the sheet fits a small window") {
  Stage stage({1280, 720, 1.0f, true, true});
  stage.open_fresh_project();
  const bool passed = stage.play("small", [&](ImGuiTestContext* ctx) {
    ctx->Yield(3);
    ctx->KeyPress(ImGuiMod_Shift | ImGuiKey_Slash);
    ctx->Yield(3);
    IM_CHECK(popup_is_open());
    ImGuiWindow* sheet = ctx->GetWindowByRef("//$FOCUSED");
    IM_CHECK(sheet != nullptr);
    IM_CHECK_GE(sheet->Pos.x, 0.0f);
    IM_CHECK_GE(sheet->Pos.y, 0.0f);
    IM_CHECK_LE(sheet->Pos.x + sheet->Size.x, 1280.0f);
    IM_CHECK_LE(sheet->Pos.y + sheet->Size.y, 720.0f);
    IM_CHECK_EQ(sheet->ScrollMax.y, 0.0f);  // all of it is seen
    stage.save_picture("keys-sheet-small");
    ctx->Yield(2);
  });
  CHECK(passed);
}

TEST_CASE("Keys: a changed key is captured, used, kept, and reset") {
  Stage stage;
  stage.open_fresh_project();
  const auto item = [&]() -> const Item& { return stage.app().studio()->view().library.items.at(0); };
  const bool passed = stage.play("remap", [&](ImGuiTestContext* ctx) {
    IM_CHECK(make_one(stage, ctx));
    open_keys_with(ctx, "3 stars");
    ctx->ItemClick("//Settings/**/Change");
    ctx->Yield(2);
    IM_CHECK(stage.app().state().capturing_key);
    stage.save_picture("settings-keys-capture");
    ctx->Yield(2);
    ctx->KeyPress(ImGuiKey_Y);
    ctx->Yield(3);
    IM_CHECK(!stage.app().state().capturing_key);
    IM_CHECK_STR_EQ(key_of(stage, "stars-3").c_str(), "Y");
    ctx->ItemClick("//Settings/Close##settings");
    ctx->Yield(2);
    IM_CHECK_STR_EQ(stage.app().settings().keys.at("stars-3").c_str(), "Y");
    ctx->ItemClick(tile_one);
    ctx->KeyPress(ImGuiKey_Y);
    IM_CHECK(stage.wait_until(ctx, [&] { return item().stars == 3; }));
    // Its old key does nothing now.
    ctx->KeyPress(ImGuiKey_1);
    IM_CHECK(stage.wait_until(ctx, [&] { return item().stars == 1; }));
    ctx->KeyPress(ImGuiKey_3);
    ctx->Yield(10);
    IM_CHECK_EQ(static_cast<int>(item().stars), 1);
    // Typed into a field it is a letter.
    ctx->ItemClick("//Prompt/**/##prompt");
    ctx->KeyDown(ImGuiKey_Y);
    ctx->KeyChars("y");
    ctx->KeyUp(ImGuiKey_Y);
    ctx->Yield(10);
    IM_CHECK_EQ(static_cast<int>(item().stars), 1);
    // Reset.
    open_keys_with(ctx, "3 stars");
    ctx->ItemClick("//Settings/**/Reset");
    ctx->Yield(2);
    IM_CHECK_STR_EQ(key_of(stage, "stars-3").c_str(), "3");
  });
  CHECK(passed);
}

TEST_CASE("Keys: a key that has a holder asks first, Use it here takes it, Leave it and Esc leave it") {
  Stage stage;
  stage.open_fresh_project();
  const bool passed = stage.play("conflict", [&](ImGuiTestContext* ctx) {
    ctx->Yield(3);
    open_keys_with(ctx, "3 stars");
    const auto press_p = [&] {
      ctx->ItemClick("//Settings/**/Change");
      ctx->Yield(2);
      ctx->KeyPress(ImGuiKey_P);
      ctx->Yield(3);
    };
    press_p();
    IM_CHECK_STR_EQ(stage.app().settings_panel().conflict.c_str(), "pick");
    IM_CHECK_STR_EQ(key_of(stage, "stars-3").c_str(), "3");
    stage.save_picture("settings-keys-conflict");
    ctx->Yield(2);
    ctx->ItemClick("//Settings/**/Leave it");
    ctx->Yield(2);
    IM_CHECK_STR_EQ(key_of(stage, "stars-3").c_str(), "3");
    press_p();
    ctx->ItemClick("//Settings/**/Use it here");
    ctx->Yield(2);
    IM_CHECK_STR_EQ(key_of(stage, "stars-3").c_str(), "P");
    IM_CHECK_STR_EQ(key_of(stage, "pick").c_str(), "");
    // A key with Ctrl that is captured runs nothing, and Esc only ends the capture.
    ctx->ItemClick("//Settings/**/Change");
    ctx->Yield(2);
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_W);
    ctx->Yield(3);
    IM_CHECK(stage.app().studio() != nullptr);
    IM_CHECK_STR_EQ(stage.app().settings_panel().conflict.c_str(), "close-project");
    ctx->ItemClick("//Settings/**/Leave it");
    ctx->ItemClick("//Settings/**/Change");
    ctx->Yield(2);
    ctx->KeyPress(ImGuiKey_Escape);
    ctx->Yield(3);
    IM_CHECK(!stage.app().state().capturing_key);
    IM_CHECK(stage.app().settings_panel().is_open);
    ctx->ItemClick("//Settings/**/Reset all");
    ctx->Yield(2);
    IM_CHECK_STR_EQ(key_of(stage, "pick").c_str(), "P");
  });
  CHECK(passed);
}
