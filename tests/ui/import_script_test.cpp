// Files that are dropped on the window: what comes in, what was there already, and what failed and why.
#include <fstream>

#include "support/catch.h"
#include "ui/media_files.h"
#include "ui/popup_ref.h"
#include "ui/stage.h"

using namespace studio;

TEST_CASE("A dropped folder is imported to its bottom, the card names what failed and what was there already") {
  Stage stage;
  const auto folder = stage.folder() / "shoot";
  write_picture_file(folder / "a.png", 10);
  write_picture_file(folder / "night" / "b.png", 20);
  write_picture_file(folder / "night" / "same as a.png", 10);
  std::ofstream(folder / "broken.png") << "\x89PNG\r\n\x1a\n and then nothing";
  std::ofstream(folder / "notes.txt") << "remember the milk";
  stage.open_fresh_project();
  const auto& items = stage.app().studio()->view().library.items;
  ImportState& card = stage.app().importing();
  const bool passed = stage.play("drop", [&](ImGuiTestContext* ctx) {
    stage.app().drop({folder.string(), (stage.folder() / "gone.png").string()});
    ctx->Yield(2);
    IM_CHECK(ctx->WindowInfo("//Import").ID != 0);
    IM_CHECK(stage.wait_until(ctx, [&] { return items.size() == 2 && !card.is_under_way(); }));
    ctx->Yield(3);
    stage.save_picture("import-summary");
    ctx->Yield(2);
    ctx->ItemClick("//Import/Known");
    ctx->Yield(3);
    stage.save_picture("import-known");
    ctx->Yield(2);
    IM_CHECK(ctx->ItemExists("//Import/**/broken.png"));
    IM_CHECK(ctx->ItemExists("//Import/**/notes.txt"));
    IM_CHECK(ctx->ItemExists("//Import/**/gone.png"));
    // A reason that has no room is told in full, with a margin around it.
    ctx->MouseMove("//Import/**/notes.txt");
    ctx->Yield(3);
    const ImGuiWindow* tooltip = ImGui::FindWindowByName("##Tooltip_00");
    IM_CHECK(tooltip != nullptr && tooltip->WasActive);
    IM_CHECK_GE(tooltip->WindowPadding.x, 8.0f);
    IM_CHECK_GE(tooltip->WindowPadding.y, 8.0f);
    stage.save_picture("import-tooltip");
    ctx->Yield(2);
    ctx->ItemClick("//Import/Close");
    ctx->Yield(2);
    IM_CHECK(!card.is_shown);
  });
  CHECK(passed);
  CHECK(card.imported == 2);
  CHECK(card.known.size() == 1);
  REQUIRE(card.failures.size() == 3);
  for (const auto& failure : card.failures) CHECK(failure.reason.size() > 10);

  // The same once more brings nothing, and says so.
  const bool again = stage.play("again", [&](ImGuiTestContext* ctx) {
    stage.app().drop({(folder / "a.png").string()});
    IM_CHECK(stage.wait_until(ctx, [&] { return card.is_shown && !card.is_under_way() && card.known.size() == 1; }));
  });
  CHECK(again);
  CHECK(card.imported == 0);
  CHECK(card.known[0] == "a.png");
  CHECK(items.size() == 2);
}

TEST_CASE("The card of an import that went well goes by itself, and the window falls asleep") {
  Stage stage;
  write_picture_file(stage.folder() / "a.png", 10);
  stage.open_fresh_project();
  ImportState& card = stage.app().importing();
  const bool passed = stage.play("drop", [&](ImGuiTestContext* ctx) {
    stage.app().drop({(stage.folder() / "a.png").string()});
    IM_CHECK(stage.wait_until(ctx, [&] { return card.is_shown && !card.is_under_way() && card.imported == 1; }));
    IM_CHECK(stage.wait_until(ctx, [&] { return !card.is_shown; }, 20));
  });
  CHECK(passed);
  CHECK(stage.falls_asleep());
  CHECK(stage.app().secs_to_next_change() > 3600);
}

TEST_CASE("On the first page a dropped project opens, and anything else is told where it belongs") {
  Stage stage;
  REQUIRE(Studio::create_project(stage.folder() / "lamp", "lamp"));
  write_picture_file(stage.folder() / "a.png", 10);
  const bool passed = stage.play("drop", [&](ImGuiTestContext* ctx) {
    stage.app().drop({(stage.folder() / "a.png").string()});
    IM_CHECK(stage.wait_until(ctx, [&] { return stage.app().state().note.kind == Note::Kind::Problem; }));
    IM_CHECK(stage.app().studio() == nullptr);
    stage.app().drop({(stage.folder() / "lamp").string()});
    IM_CHECK(stage.wait_until(ctx, [&] { return stage.app().studio() != nullptr; }));
  });
  CHECK(passed);
}

TEST_CASE("An import whose project was left says nothing in the next one") {
  Stage stage;
  for (int i = 0; i < 30; ++i) write_picture_file(stage.folder() / "shoot" / (std::to_string(i) + ".png"), static_cast<std::uint8_t>(i));
  stage.open_fresh_project("one");
  const bool passed = stage.play("leave", [&](ImGuiTestContext* ctx) {
    stage.app().drop({(stage.folder() / "shoot").string()});
    ctx->Yield(1);
    stage.app().state().wishes.start_page = true;
    IM_CHECK(stage.wait_until(ctx, [&] { return stage.app().studio() == nullptr; }));
    ctx->Yield(5);
    IM_CHECK(!stage.app().importing().is_shown);
    REQUIRE(Studio::create_project(stage.folder() / "two", "two"));
    stage.open(stage.folder() / "two");
    ctx->Yield(20);
    IM_CHECK(!stage.app().importing().is_shown);
    IM_CHECK(stage.app().studio()->view().library.items.empty());
  });
  CHECK(passed);
}
