// What is copied lands on the clipboard: path, prompt and address, by key, menu and button; where there is none, it says why.
#include <imgui.h>
#include <imgui_te_context.h>

#include "base/file.h"
#include "commands/command_table.h"
#include "store/store.h"
#include "support/catch.h"
#include "ui/media_files.h"
#include "ui/one_picture.h"
#include "ui/popup_ref.h"

using namespace studio;

namespace {

constexpr const char* imported = "//Gallery/**/tile a2";
constexpr const char* kept_at = "https://files.example/boat%20on%20a%20lake.png";

std::string copied() {
  const char* text = ImGui::GetClipboardText();
  return text == nullptr ? "" : text;
}

// One picture that was made, j1, and one that was imported, a2.
bool make_and_import(Stage& stage, ImGuiTestContext* ctx) {
  if (!make_one(stage, ctx)) return false;
  write_picture_file(stage.folder() / "boat.png", 10);
  stage.app().drop({(stage.folder() / "boat.png").string()});
  const auto& items = stage.app().studio()->view().library.items;
  if (!stage.wait_until(ctx, [&] { return items.size() == 2 && items[1].has_poster && !stage.app().importing().is_under_way(); })) return false;
  if (stage.app().importing().is_shown) ctx->ItemClick("//Import/Close");
  // A service keeps the first one for a while, which the sandbox does not.
  const AssetId made = items[0].asset;
  const auto project = stage.app().studio()->view().project;
  ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_W);
  if (!stage.wait_until(ctx, [&] { return stage.app().studio() == nullptr; })) return false;
  {
    // The window lets go of the project behind its back.
    std::unique_ptr<Store> store;
    const auto is_free = [&] {
      auto opened = Store::open(project);
      if (opened) store = std::move(*opened);
      return store != nullptr;
    };
    if (!stage.wait_until(ctx, is_free) || !store->write_and_wait([&](Ledger& ledger) { return ledger.save_copy({made, "provider", kept_at, 4'102'444'800'000}); })) return false;
  }
  ctx->Yield(2);
  ctx->ItemClick("//Start/**/Open film");
  if (!stage.wait_until(ctx, [&] { return stage.app().studio() != nullptr; })) return false;
  ctx->Yield(3);
  return true;
}

}  // namespace

TEST_CASE("Path, prompt and address are copied by key, menu and button, and what has no address says so") {
  Stage stage;
  stage.open_fresh_project();
  const bool passed = stage.play("copy", [&](ImGuiTestContext* ctx) {
    IM_CHECK(make_and_import(stage, ctx));
    const Note& note = stage.app().state().note;
    const auto why_grey = [&] {
      const StudioView view = stage.app().studio()->view();
      const CommandContext context{&view, stage.app().state(), stage.app().send()};
      return why_not(*find_command("copy-url"), context);
    };
    IM_CHECK_STR_EQ(why_grey().c_str(), "Select a picture first");

    // By their keys.
    ctx->ItemClick(tile_one);
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_C);
    ctx->Yield(2);
    IM_CHECK_STR_EQ(copied().c_str(), "a boat on a lake");
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_U);
    ctx->Yield(2);
    const std::string address = copied();
    IM_CHECK_STR_EQ(address.c_str(), kept_at);
    IM_CHECK(note.text.starts_with("Copied the provider's address"));
    IM_CHECK(why_grey().empty());
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiMod_Shift | ImGuiKey_C);
    ctx->Yield(2);
    const std::string made_path = copied();
    IM_CHECK(std::filesystem::path(made_path).is_absolute());
    IM_CHECK(read_file(made_path).has_value());
    ctx->ItemClick(imported);
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiMod_Shift | ImGuiKey_C);
    ctx->Yield(2);
    const std::string imported_path = copied();
    const auto kept = read_file(imported_path), dropped = read_file(stage.folder() / "boat.png");
    IM_CHECK(kept.has_value() && dropped.has_value() && *kept == *dropped);
    // What was imported was made from no words, and lies nowhere else: the clipboard stays.
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_C);
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_U);
    ctx->Yield(2);
    IM_CHECK_STR_EQ(copied().c_str(), imported_path.c_str());
    IM_CHECK_STR_EQ(why_grey().c_str(), "It is only in this project: no service keeps it at an address");
    // Of several, one line each.
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_A);
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiMod_Shift | ImGuiKey_C);
    ctx->Yield(2);
    IM_CHECK(copied() == made_path + "\n" + imported_path || copied() == imported_path + "\n" + made_path);
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_U);
    ctx->Yield(2);
    IM_CHECK_STR_EQ(copied().c_str(), address.c_str());

    // From the menu of a tile, which offers what can be done with it.
    const auto from_menu = [&](const char* tile, const char* command) {
      ImGui::SetClipboardText("");
      ctx->ItemClick(tile, ImGuiMouseButton_Right);
      ctx->Yield(2);
      ctx->ItemClick((std::string("//$FOCUSED/") + command).c_str());
      ctx->Yield(2);
      return copied();
    };
    ctx->KeyPress(ImGuiKey_Escape);
    IM_CHECK_STR_EQ(from_menu(tile_one, "copy-prompt").c_str(), "a boat on a lake");
    IM_CHECK_STR_EQ(from_menu(tile_one, "copy-path").c_str(), made_path.c_str());
    IM_CHECK_STR_EQ(from_menu(tile_one, "copy-url").c_str(), address.c_str());
    ctx->ItemClick(imported);
    ctx->ItemClick(imported, ImGuiMouseButton_Right);
    ctx->Yield(2);
    IM_CHECK(ctx->ItemExists("//$FOCUSED/copy-path"));
    IM_CHECK(!ctx->ItemExists("//$FOCUSED/copy-prompt"));
    // The address stands there grey, with its reason, and does nothing.
    ImGui::SetClipboardText("before");
    ctx->ItemClick("//$FOCUSED/copy-url");
    ctx->Yield(2);
    IM_CHECK_STR_EQ(copied().c_str(), "before");
    IM_CHECK(a_popup_is_open());
    ctx->KeyPress(ImGuiKey_Escape);
    ctx->Yield(2);

    // From the menu under the mark, where it is grey and does nothing, or acts.
    ImGui::SetClipboardText("before");
    ctx->ItemClick("//##app bar/Menu");
    ctx->Yield(2);
    ctx->ItemClick("//$FOCUSED/Copy the address");
    ctx->Yield(2);
    IM_CHECK_STR_EQ(copied().c_str(), "before");
    IM_CHECK(a_popup_is_open());
    stage.save_picture("copy-address-grey");
    ctx->Yield(2);
    ctx->KeyPress(ImGuiKey_Escape);
    ctx->Yield(2);
    ctx->ItemClick(tile_one);
    ctx->ItemClick("//##app bar/Menu");
    ctx->Yield(2);
    ctx->ItemClick("//$FOCUSED/Copy the address");
    ctx->Yield(2);
    IM_CHECK_STR_EQ(copied().c_str(), address.c_str());
    IM_CHECK(!a_popup_is_open());

    // The button in the bar of the selection.
    ctx->ItemClick("//Gallery/**/Copy the path");
    ctx->Yield(2);
    IM_CHECK_STR_EQ(copied().c_str(), made_path.c_str());
  });
  CHECK(passed);
}
