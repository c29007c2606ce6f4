// Deleting for good: only after a question that says how much, for the trash and for the demo.
#include <imgui_internal.h>

#include <nlohmann/json.hpp>
#include <set>

#include "base/file.h"
#include "support/catch.h"
#include "ui/media_files.h"
#include "ui/popup_ref.h"
#include "ui/stage.h"

using namespace studio;

namespace {

bool trash_two_of_three(Stage& stage, ImGuiTestContext* ctx) {
  for (int i = 0; i < 3; ++i)
    write_picture_file(stage.folder() / "media" / (std::to_string(i) + ".png"), static_cast<std::uint8_t>(i * 40));
  stage.app().drop({(stage.folder() / "media").string()});
  const auto& items = stage.app().studio()->view().library.items;
  if (!stage.wait_until(ctx, [&] { return items.size() == 3 && !stage.app().importing().is_under_way(); })) return false;
  if (stage.app().importing().is_shown) ctx->ItemClick("//Import/Close");
  ctx->Yield(2);
  const auto tile = [&](Row row) { return "//Gallery/**/tile " + to_string(items[row].asset); };
  ctx->ItemClick(tile(0).c_str());
  ctx->KeyDown(ImGuiMod_Ctrl);
  ctx->ItemClick(tile(2).c_str());
  ctx->KeyUp(ImGuiMod_Ctrl);
  ctx->KeyPress(ImGuiKey_Delete);
  return stage.wait_until(ctx, [&] { return items[0].in_trash && items[2].in_trash; });
}

// Every file and folder of the stage's home but what the window remembers of itself.
std::set<std::string> what_lies_in(const Stage& stage) {
  std::set<std::string> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(stage.folder()))
    if (entry.path().filename().string().find("window.json") == std::string::npos) found.insert(entry.path().lexically_relative(stage.folder()).string());
  return found;
}

// By the menu under the mark, as a person does.
void from_menu(ImGuiTestContext* ctx, const char* entry) {
  ctx->SetRef("");
  ctx->ItemClick("//##app bar/Menu");
  ctx->Yield(2);
  ctx->ItemClick((std::string("//$FOCUSED/") + entry).c_str());
  ctx->Yield(2);
}

}  // namespace

TEST_CASE("The trash is emptied after a question that says how much, keeping everything keeps it") {
  Stage stage;
  stage.open_fresh_project();
  const auto library = [&]() -> const Library& { return stage.app().studio()->view().library; };
  std::filesystem::path blob;
  const bool passed = stage.play("trash", [&](ImGuiTestContext* ctx) {
    IM_CHECK(trash_two_of_three(stage, ctx));
    blob = stage.app().studio()->blob_path(library().texts[0].sha256);
    IM_CHECK(std::filesystem::exists(blob));
    from_menu(ctx, "Empty the trash…");
    IM_CHECK(refer_to_popup(ctx));
    IM_CHECK_EQ(stage.app().trash_dialog().counts.assets, 2);
    stage.save_picture("trash-question");
    ctx->Yield(2);
    ctx->ItemClick("**/Keep");
    ctx->Yield(2);
    IM_CHECK(!a_popup_is_open());
    IM_CHECK_EQ(count_trash(library()).assets, 2);
    // The settings say how much it is, and ask the same.
    ctx->SetRef("");
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_Comma);
    ctx->Yield(3);
    ctx->ItemClick("//Settings/Storage");
    ctx->Yield(3);
    IM_CHECK_EQ(stage.app().settings_panel().trash_assets, 2);
    ctx->ItemClick("//Settings/**/Empty the trash…");
    IM_CHECK(refer_to_popup(ctx));
    ctx->ItemClick("**/Delete for good");
    IM_CHECK(stage.wait_until(ctx, [&] { return !stage.app().trash_dialog().is_open; }));
  });
  CHECK(passed);
  CHECK(count_trash(library()).assets == 0);
  CHECK_FALSE(std::filesystem::exists(blob));
  CHECK(library().items[1].asset_state == AssetState::Done);
  CHECK(stage.app().state().note.text.find("2 assets") != std::string::npos);

  const bool empty = stage.play("empty", [&](ImGuiTestContext* ctx) {
    ctx->ItemClick("//Settings/Close##settings");
    from_menu(ctx, "Empty the trash…");
    ctx->Yield(3);
    IM_CHECK(!a_popup_is_open());
    IM_CHECK(stage.app().state().note.text == "The trash is empty");
  });
  CHECK(empty);
}

TEST_CASE("The question dims the window, and a click beside it does nothing") {
  Stage stage(Stage::Settings{.width = 1280, .height = 720});
  stage.open_fresh_project();
  const bool passed = stage.play("scrim", [&](ImGuiTestContext* ctx) {
    IM_CHECK(trash_two_of_three(stage, ctx));
    from_menu(ctx, "Empty the trash…");
    IM_CHECK(refer_to_popup(ctx));
    ctx->MouseMoveToPos({40, 700});
    ctx->MouseClick(0);
    ctx->Yield(3);
    IM_CHECK(a_popup_is_open());
    stage.save_picture("trash-question-720");
    ctx->Yield(2);
    ctx->KeyPress(ImGuiKey_Escape);
    ctx->Yield(2);
    IM_CHECK(!a_popup_is_open());
  });
  CHECK(passed);
}

TEST_CASE("The demo fills itself with pictures, picks and clips for play money, and is deleted without a trace") {
  Stage stage;
  const auto demo = stage.folder() / "data" / "Demo";
  stage.app().save_settings();
  std::filesystem::create_directories(stage.folder() / "config");
  std::filesystem::create_directories(demo.parent_path());
  const auto before = what_lies_in(stage);
  const auto started = std::chrono::steady_clock::now();
  double secs = 0;
  const bool filled = stage.play("fill", [&](ImGuiTestContext* ctx) {
    ctx->ItemClick("//Start/Open the demo");
    IM_CHECK(stage.wait_until(ctx, [&] { return stage.app().studio() != nullptr; }));
    const auto count = [&](MediaKind kind, bool picked) {
      int n = 0;
      for (const Item& item : stage.app().studio()->view().library.items)
        n += item.kind == kind && item.asset.valid() && (!picked || item.mark == Mark::Pick) ? 1 : 0;
      return n;
    };
    IM_CHECK(stage.wait_until(ctx, [&] { return count(MediaKind::Image, false) == 15 && count(MediaKind::Video, false) == 2; }, 150));
    secs = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    IM_CHECK_EQ(count(MediaKind::Image, true), 2);
    IM_CHECK_EQ(stage.app().studio()->view().library.generations.size(), 5u);
    IM_CHECK(stage.wait_until(ctx, [&] { return stage.app().studio()->view().play.reserved.micros == 0; }));
  });
  REQUIRE(filled);
  const auto view = stage.app().studio()->view();
  CHECK(view.play.settled.micros == 15 * 40'000 + 2 * 420'000);
  CHECK(view.usd.settled.micros == 0);
  std::printf("demo filled in %.1f s\n", secs);
  CHECK(stage.settle());
  stage.save_picture("demo-filled");
  stage.frame();
  REQUIRE(std::filesystem::exists(demo / "ledger.sqlite"));
  // Its server keeps what it made in there, and nowhere else.
  const auto announced = read_file(demo / "sandbox" / "endpoint.json");
  REQUIRE(announced);
  const auto server = nlohmann::json::parse(*announced).at("pid").get<pid_t>();
  const auto is_alive = [&] {  // what has ended and is not waited for yet has no command line any more
    const auto words = read_file("/proc/" + std::to_string(server) + "/cmdline");
    return words && !words->empty();
  };
  CHECK(is_alive());
  CHECK_FALSE(std::filesystem::exists(stage.sandbox_state()));
  const bool deleted = stage.play("delete", [&](ImGuiTestContext* ctx) {
    from_menu(ctx, "Delete the demo…");
    IM_CHECK(refer_to_popup(ctx));
    stage.save_picture("demo-delete");
    ctx->Yield(2);
    ctx->ItemClick("**/Delete for good");
    IM_CHECK(stage.wait_until(ctx, [&] { return !std::filesystem::exists(demo) && stage.app().state().note.text.starts_with("Deleted the demo"); }));
    // Nobody is left who could make the folder again.
    IM_CHECK(stage.wait_until(ctx, [&] { return !is_alive(); }));
    ctx->Yield(2);
    stage.save_picture("demo-deleted");
    ctx->Yield(2);
  });
  CHECK(deleted);
  CHECK(stage.app().studio() == nullptr);
  for (const RecentProject& recent : stage.app().settings().recent) CHECK(recent.folder != demo);
  CHECK(stage.app().state().note.text.ends_with("nothing is left of it"));
  CHECK(what_lies_in(stage) == before);
}

TEST_CASE("Only the demo can be deleted from the window") {
  Stage stage;
  const auto project = stage.open_fresh_project();
  const bool passed = stage.play("other", [&](ImGuiTestContext* ctx) {
    // It is grey there, and whoever wishes for it otherwise is not asked either.
    from_menu(ctx, "Delete the demo…");
    IM_CHECK(!stage.app().state().wishes.delete_demo);
    ctx->KeyPress(ImGuiKey_Escape);
    stage.app().state().wishes.delete_demo = true;
    ctx->Yield(3);
    IM_CHECK(!a_popup_is_open());
  });
  CHECK(passed);
  CHECK(std::filesystem::exists(project / "ledger.sqlite"));
}
