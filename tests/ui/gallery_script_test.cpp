// Every gesture of the gallery, on the real window: selecting, filtering, sorting, grouping, menus and notes.
#include <imgui.h>
#include <imgui_internal.h>
#include <imgui_te_context.h>

#include "base/clock.h"
#include "support/catch.h"
#include "ui/media_files.h"
#include "ui/popup_ref.h"
#include "ui/sandbox_by_hand.h"
#include "ui/tiles.h"

using namespace studio;

namespace {

// Small pictures, made and arrived.
bool make(Stage& stage, ImGuiTestContext* ctx, const char* prompt, int count, const char* model = "sandbox-flux") {
  const std::size_t before = library_of(stage).items.size();
  GenerateCommand command;
  command.prompt = prompt;
  command.model = model;
  command.count = count;
  command.size = {256, 160};
  command.seed = 3;
  stage.app().send()(command, {});
  return stage.wait_until(ctx, [&] {
    const auto& items = library_of(stage).items;
    return items.size() == before + static_cast<std::size_t>(count) &&
           std::all_of(items.begin(), items.end(), [](const Item& i) { return i.asset.valid() && i.has_poster; });
  });
}

// A mark as a person's, and its arrival in what the window shows.
bool mark(Stage& stage, ImGuiTestContext* ctx, Row row, std::optional<Mark> mark, std::optional<int> stars = {}) {
  MarkCommand command;
  command.assets = {library_of(stage).items[row].asset};
  command.mark = mark;
  command.stars = stars;
  stage.app().send()(command, {});
  const bool arrived = stage.wait_until(ctx, [&] {
    const Item& item = library_of(stage).items[row];
    return (!mark || item.mark == *mark) && (!stars || item.stars == *stars);
  });
  ctx->Yield(2);
  return arrived;
}

// A picture from a file, at the end of the library.
bool import_one(Stage& stage, ImGuiTestContext* ctx, const char* name, std::uint8_t red) {
  const std::size_t before = library_of(stage).items.size();
  write_picture_file(stage.folder() / name, red);
  stage.app().drop({(stage.folder() / name).string()});
  if (!stage.wait_until(ctx, [&] {
        const auto& items = library_of(stage).items;
        return items.size() == before + 1 && items.back().has_poster && !stage.app().importing().is_under_way();
      }))
    return false;
  if (stage.app().importing().is_shown) ctx->ItemClick("//Import/Close");
  ctx->Yield(2);
  return true;
}

ImRect box_of(ImGuiTestContext* ctx, const std::string& item) { return ctx->ItemInfo(item.c_str()).RectFull; }

void drag(ImGuiTestContext* ctx, ImVec2 from, ImVec2 to) {
  ctx->MouseMoveToPos(from);
  ctx->MouseDown(ImGuiMouseButton_Left);
  ctx->MouseMoveToPos({(from.x + to.x) / 2, (from.y + to.y) / 2});
  ctx->MouseMoveToPos(to);
  ctx->Yield(2);
}

void choose(ImGuiTestContext* ctx, const char* button, const char* row) {
  ctx->ItemClick((std::string("//Gallery/**/") + button).c_str());
  ctx->ItemClick((std::string("//$FOCUSED/") + row).c_str());
  ctx->Yield(2);
}

std::string shown(Stage& stage) {
  std::string rows;
  for (const Row row : stage.app().state().shown.rows()) rows += std::to_string(row) + " ";
  return rows;
}

}  // namespace

TEST_CASE("Gallery: click, Ctrl, Shift, frame, all, none and the others") {
  Stage stage;
  stage.open_fresh_project();
  AppState& state = stage.app().state();
  const bool passed = stage.play("selecting", [&](ImGuiTestContext* ctx) {
    IM_CHECK(make(stage, ctx, "a boat on a lake", 6));
    IM_CHECK_STR_EQ(shown(stage).c_str(), "0 1 2 3 4 5 ");
    const auto at = [&](Row row) { return tile_of(stage, row); };
    ctx->ItemClick(at(1).c_str());
    IM_CHECK(state.selection.rows() == std::vector<Row>{1});
    IM_CHECK_EQ(state.selection.focus(), 1u);
    ctx->KeyDown(ImGuiMod_Shift);
    ctx->ItemClick(at(3).c_str());
    ctx->KeyUp(ImGuiMod_Shift);
    IM_CHECK(state.selection.rows() == (std::vector<Row>{1, 2, 3}));
    ctx->KeyDown(ImGuiMod_Ctrl);
    ctx->ItemClick(at(2).c_str());
    ctx->KeyUp(ImGuiMod_Ctrl);
    IM_CHECK(state.selection.rows() == (std::vector<Row>{1, 3}));

    // Selections can be taken back and done again.
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_Z);
    ctx->Yield(2);
    IM_CHECK(state.selection.rows() == (std::vector<Row>{1, 2, 3}));

    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_A);
    IM_CHECK_EQ(state.selection.count(), 6u);
    ctx->KeyDown(ImGuiMod_Ctrl);
    ctx->ItemClick(at(0).c_str());
    ctx->KeyUp(ImGuiMod_Ctrl);
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_I);
    IM_CHECK(state.selection.rows() == std::vector<Row>{0});
    ctx->KeyPress(ImGuiKey_Escape);
    IM_CHECK(state.selection.empty());

    // From the ground over the first two tiles of the first line.
    const ImRect first = box_of(ctx, at(0)), second = box_of(ctx, at(1));
    drag(ctx, {first.Min.x - 8, first.Min.y - 4}, {second.Min.x + 20, second.Min.y + 30});
    IM_CHECK(state.selection.rows() == (std::vector<Row>{0, 1}));
    IM_CHECK_EQ(ImGui::GetMouseCursor(), ImGuiMouseCursor_None);  // a cross is drawn instead
    ctx->MouseUp(ImGuiMouseButton_Left);
    ctx->Yield(2);
    IM_CHECK(state.selection.rows() == (std::vector<Row>{0, 1}));
    // With Ctrl it begins on a tile as well, and adds.
    const ImRect last = box_of(ctx, at(5)), before_last = box_of(ctx, at(4));
    ctx->KeyDown(ImGuiMod_Ctrl);
    drag(ctx, last.GetCenter(), {last.GetCenter().x + 12, last.GetCenter().y + 12});
    ctx->MouseUp(ImGuiMouseButton_Left);
    ctx->KeyUp(ImGuiMod_Ctrl);
    ctx->Yield(2);
    IM_CHECK(state.selection.rows() == (std::vector<Row>{0, 1, 5}));
    // Without a key a drag on a tile is no frame.
    drag(ctx, before_last.GetCenter(), {first.GetCenter().x, first.Min.y - 4});
    ctx->MouseUp(ImGuiMouseButton_Left);
    IM_CHECK(state.selection.rows() == (std::vector<Row>{0, 1, 5}));
    // A click on the ground lets go.
    IM_CHECK(box_of(ctx, "//Gallery/**/ground").Contains({first.Min.x - 8, first.GetCenter().y}));
    ctx->MouseMoveToPos({first.Min.x - 8, first.GetCenter().y});
    ctx->MouseClick(ImGuiMouseButton_Left);
    IM_CHECK(state.selection.empty());
    ctx->KeyPress(ImGuiKey_End);
    IM_CHECK_EQ(state.selection.focus(), 5u);
    ctx->KeyPress(ImGuiMod_Shift | ImGuiKey_LeftArrow);
    IM_CHECK(state.selection.rows() == (std::vector<Row>{5, 4}));

    // Escape ends a frame, and is no step of its own.
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_A);
    drag(ctx, {first.Min.x - 8, first.Min.y - 4}, {second.Min.x + 20, second.Min.y + 30});
    IM_CHECK(state.selection.rows() == (std::vector<Row>{0, 1}));
    ctx->KeyPress(ImGuiKey_Escape);
    ctx->Yield(2);
    IM_CHECK_EQ(state.selection.count(), 6u);
    ctx->MouseUp(ImGuiMouseButton_Left);
    ctx->Yield(2);
    IM_CHECK_EQ(state.selection.count(), 6u);
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_Z);
    ctx->Yield(2);
    IM_CHECK(state.selection.rows() == (std::vector<Row>{5, 4}));

    // What went to the trash comes back selected.
    ctx->KeyPress(ImGuiKey_Delete);
    ctx->Yield(3);
    IM_CHECK(state.selection.empty());
    IM_CHECK_EQ(state.shown.size(), 4u);
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_Z);
    ctx->Yield(3);
    IM_CHECK_EQ(state.shown.size(), 6u);
    IM_CHECK(state.selection.rows() == (std::vector<Row>{5, 4}));
  });
  CHECK(passed);
}

TEST_CASE("Gallery: a frame pulled over the edge scrolls, and holds what left the view") {
  Stage stage({1280, 720, 1, true, true});
  stage.open_fresh_project();
  stage.app().gallery().size_step = 7;
  AppState& state = stage.app().state();
  const bool passed = stage.play("frame", [&](ImGuiTestContext* ctx) {
    IM_CHECK(make(stage, ctx, "a boat on a lake", 6));
    ctx->Yield(2);
    const ImRect first = box_of(ctx, tile_of(stage, 0));
    ImGuiWindow* grid = ctx->GetWindowByRef(ctx->WindowInfo("//Gallery/##grid").ID);
    IM_CHECK(grid != nullptr);
    IM_CHECK_EQ(grid->Scroll.y, 0.0f);
    drag(ctx, {first.Min.x - 8, first.Min.y + 20}, {first.Min.x + 60, grid->Rect().Max.y + 60});
    IM_CHECK(stage.app().secs_to_next_change() <= 0.001);
    for (int n = 0; n < 200 && grid->Scroll.y < grid->ScrollMax.y; ++n) ctx->Yield();
    IM_CHECK_GE(grid->Scroll.y, grid->ScrollMax.y - 1);
    IM_CHECK(grid->ScrollMax.y > 100);
    // The first column of all lines, the first of which can no longer be seen.
    IM_CHECK(state.selection.contains(0));
    IM_CHECK_GE(state.selection.count(), 3u);
    stage.save_picture("gallery-frame");
    ctx->Yield();
    ctx->MouseMoveToPos({first.Min.x + 60, grid->Rect().GetCenter().y});
    ctx->MouseUp(ImGuiMouseButton_Left);
    IM_CHECK(state.selection.contains(0));
  });
  CHECK(passed);
}

TEST_CASE("Gallery: each filter, order and grouping, folding, sizes and squares") {
  // Wide enough for all chips and lists of the toolbar.
  Stage stage({2400, 1100, 1, true, true});
  auto server = serve(stage, {"--refuse", "balloon"});
  REQUIRE(server);
  stage.open_fresh_project();
  AppState& state = stage.app().state();
  const bool passed = stage.play("showing", [&](ImGuiTestContext* ctx) {
    // Each order has its own answer: 0 and 1 were made first, by another model, 2 and 3 later, 4 is a video of 0, 5 was
    // imported, 6 was refused, 7 is in the trash.
    IM_CHECK(make(stage, ctx, "mill by a stream", 2, "sandbox-xl"));
    IM_CHECK(make(stage, ctx, "boat on a lake", 2));
    const auto filtered = [&](const char* row) {
      choose(ctx, "Show##filter", row);
      return shown(stage);
    };
    IM_CHECK_STR_EQ(filtered("Failed").c_str(), "");
    ctx->ItemClick("//Gallery/**/Clear filter");
    ctx->Yield(2);
    IM_CHECK(state.query.filter == GalleryFilter::All);
    IM_CHECK(mark(stage, ctx, 0, Mark::Pick, 2));
    IM_CHECK(mark(stage, ctx, 1, Mark::Reject));
    IM_CHECK(mark(stage, ctx, 3, std::nullopt, 5));
    AnimateCommand animate;
    animate.assets = {library_of(stage).items[0].asset};
    animate.seconds = 2;
    stage.app().send()(animate, {});
    IM_CHECK(stage.wait_until(
        ctx, [&] { return library_of(stage).items.size() == 5 && library_of(stage).items[4].asset.valid(); }));
    IM_CHECK(import_one(stage, ctx, "lighthouse.png", 40));
    GenerateCommand refused;
    refused.prompt = "balloon over hills";
    refused.model = "sandbox-xl";
    refused.size = {256, 256};
    stage.app().send()(refused, {});
    IM_CHECK(stage.wait_until(
        ctx, [&] { return library_of(stage).items.size() == 7 && library_of(stage).items[6].state == JobState::Refused; }));
    IM_CHECK(import_one(stage, ctx, "zebra.png", 80));
    stage.app().send()(TrashCommand{{library_of(stage).items[7].asset}, false}, {});
    IM_CHECK(stage.wait_until(ctx, [&] { return library_of(stage).items[7].in_trash; }));
    ctx->Yield(3);
    IM_CHECK_STR_EQ(shown(stage).c_str(), "6 5 2 3 0 1 ");
    IM_CHECK_STR_EQ(filtered("New").c_str(), "5 4 2 3 ");
    IM_CHECK_STR_EQ(filtered("Picked").c_str(), "0 ");
    IM_CHECK_STR_EQ(filtered("Rejected").c_str(), "1 ");
    IM_CHECK_STR_EQ(filtered("Images").c_str(), "6 5 2 3 0 1 ");
    IM_CHECK_STR_EQ(filtered("Videos").c_str(), "4 ");
    IM_CHECK_STR_EQ(filtered("Trash").c_str(), "7 ");
    IM_CHECK_STR_EQ(filtered("Failed").c_str(), "6 ");
    IM_CHECK_STR_EQ(filtered("All assets").c_str(), "6 5 2 3 0 1 ");
    IM_CHECK_STR_EQ(filtered("Hide rejected").c_str(), "6 5 2 3 0 ");
    ctx->ItemClick("//$FOCUSED/Hide rejected");
    ctx->KeyPress(ImGuiKey_Escape);
    ctx->Yield(2);
    IM_CHECK_STR_EQ(shown(stage).c_str(), "6 5 2 3 0 1 ");
    // A chip shows only those, and at its second press all again.
    struct Chip {
      const char* label;
      const char* rows;
    };
    for (const Chip& chip : {Chip{"Picked##chip", "0 "}, Chip{"New##chip", "5 4 2 3 "}, Chip{"Videos##chip", "4 "}, Chip{"Images##chip", "6 5 2 3 0 1 "},
                             Chip{"Rejected##chip", "1 "}, Chip{"Failed##chip", "6 "}}) {
      const std::string item = std::string("//Gallery/**/") + chip.label;
      ctx->ItemClick(item.c_str());
      ctx->Yield(2);
      IM_CHECK_STR_EQ(shown(stage).c_str(), chip.rows);
      ctx->ItemClick(item.c_str());
      ctx->Yield(2);
      IM_CHECK(state.query.filter == GalleryFilter::All);
    }

    const auto by = [&](const char* button, const char* row) {
      choose(ctx, button, row);
      if (ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopupId | ImGuiPopupFlags_AnyPopupLevel))
        ctx->KeyPress(ImGuiKey_Escape);
      return shown(stage);
    };
    const auto has_head = [&](const std::string& id) { return ctx->ItemExists(("//Gallery/**/group " + id).c_str()); };
    const std::string today = local_date(library_of(stage).items[0].created_ms);
    IM_CHECK(has_head("g1"));
    IM_CHECK_STR_EQ(by("Group##grouping", "No groups").c_str(), "6 5 2 3 0 1 ");
    IM_CHECK(!has_head("g1") && !has_head(today));
    IM_CHECK_STR_EQ(by("Sort##sort", "Oldest").c_str(), "0 1 2 3 5 6 ");
    IM_CHECK_STR_EQ(by("Sort##sort", "Name").c_str(), "6 2 3 5 0 1 ");
    IM_CHECK_STR_EQ(by("Sort##sort", "Newest").c_str(), "6 5 2 3 0 1 ");
    IM_CHECK_STR_EQ(by("View", "Prompt").c_str(), "5 6 2 3 0 1 ");
    IM_CHECK_STR_EQ(by("View", "Model").c_str(), "5 2 3 6 0 1 ");
    IM_CHECK_STR_EQ(by("View", "Oldest").c_str(), "0 1 2 3 5 6 ");
    IM_CHECK_STR_EQ(by("View", "Stars").c_str(), "3 0 6 5 2 1 ");
    IM_CHECK_STR_EQ(by("View", "By generation").c_str(), "3 2 0 1 6 5 ");
    IM_CHECK_STR_EQ(by("Group##grouping", "By model").c_str(), "5 3 2 0 6 1 ");
    IM_CHECK(has_head("model sandbox-xl") && !has_head("g1"));
    IM_CHECK_STR_EQ(by("View", "By day").c_str(), "3 0 6 5 2 1 ");
    IM_CHECK(has_head(today));
    IM_CHECK_STR_EQ(by("View", "No groups").c_str(), "3 0 6 5 2 1 ");
    IM_CHECK_STR_EQ(by("View", "Newest").c_str(), "6 5 2 3 0 1 ");
    IM_CHECK_STR_EQ(by("Group##grouping", "By generation").c_str(), "6 5 2 3 0 1 ");

    // A head folds its group; its menu selects and folds all.
    const std::string head = "//Gallery/**/group g1";
    ctx->ItemClick(head.c_str());
    ctx->Yield(2);
    IM_CHECK_STR_EQ(shown(stage).c_str(), "6 5 2 3 ");
    ctx->ItemClick("//Gallery/**/More of group g2");
    ctx->ItemClick("//$FOCUSED/Select the group");
    IM_CHECK(state.selection.rows() == (std::vector<Row>{2, 3}));
    ctx->ItemClick("//Gallery/**/More of group g2");
    ctx->ItemClick("//$FOCUSED/Fold all");
    ctx->Yield(2);
    IM_CHECK_STR_EQ(shown(stage).c_str(), "");
    by("View", "Unfold all");
    ctx->Yield(2);
    IM_CHECK_STR_EQ(shown(stage).c_str(), "6 5 2 3 0 1 ");
    by("View", "Fold all");
    ctx->Yield(2);
    IM_CHECK_STR_EQ(shown(stage).c_str(), "");
    ctx->ItemClick("//Gallery/**/More of group g2");
    ctx->ItemClick("//$FOCUSED/Unfold all");
    ctx->Yield(2);
    IM_CHECK_STR_EQ(shown(stage).c_str(), "6 5 2 3 0 1 ");

    // The ladder of sizes, and squares.
    const float before = box_of(ctx, tile_of(stage, 2)).GetWidth();
    const int step = stage.app().gallery().size_step;
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_Equal);
    ctx->Yield(2);
    IM_CHECK_EQ(stage.app().gallery().size_step, step + 1);
    IM_CHECK(box_of(ctx, tile_of(stage, 2)).GetWidth() > before);
    const ImRect slider = box_of(ctx, "//Gallery/**/Tile size");
    ctx->MouseMoveToPos({slider.Min.x + 1, slider.GetCenter().y});
    ctx->MouseClick(ImGuiMouseButton_Left);
    ctx->Yield(2);
    IM_CHECK_EQ(stage.app().gallery().size_step, 0);
    stage.app().gallery().size_step = step;
    by("View", "Square tiles");
    ctx->Yield(2);
    ctx->ItemClick("//Gallery/**/Show##filter");
    ctx->Yield(2);
    stage.save_picture("gallery-filters");
    ctx->Yield();
    ctx->KeyPress(ImGuiKey_Escape);
    ctx->Yield(2);
    const auto is_square = [&] {
      const ImRect box = box_of(ctx, tile_of(stage, 2));
      return box.GetWidth() == box.GetHeight();
    };
    IM_CHECK(is_square());
    // The button beside the slider is the same switch.
    ctx->ItemClick("//Gallery/**/Square");
    ctx->Yield(2);
    IM_CHECK(!state.query.square);
    IM_CHECK(!is_square());
    ctx->ItemClick("//Gallery/**/Square");
    ctx->Yield(2);
    IM_CHECK(is_square());

    // A video takes its picture along into an export, where that is wished for.
    choose(ctx, "Show##filter", "Videos");
    ctx->ItemClick(tile_of(stage, 4).c_str());
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_E);
    IM_CHECK(refer_to_popup(ctx));
    IM_CHECK_EQ(stage.app().export_dialog().plan.files.size(), 1u);
    ctx->ItemClick("**/Videos' pictures");
    ctx->Yield(2);
    IM_CHECK_EQ(stage.app().export_dialog().plan.files.size(), 2u);
    ctx->ItemClick("**/Close");
    ctx->SetRef("");
    choose(ctx, "Show##filter", "All assets");

    // What was refused stands in the queue with what helps.
    ctx->ItemClick((tile_of(stage, 6) + "/Open card").c_str());
    ctx->Yield(3);
    IM_CHECK(state.selection.rows() == std::vector<Row>{6});
    IM_CHECK_STR_EQ(ImGui::GetCurrentContext()->NavWindow->RootWindow->Name, "Queue");
  });
  CHECK(passed);
}

TEST_CASE("Gallery: words filter as they are typed, and typing them changes no mark") {
  Stage stage;
  stage.open_fresh_project();
  AppState& state = stage.app().state();
  const bool passed = stage.play("words", [&](ImGuiTestContext* ctx) {
    IM_CHECK(make(stage, ctx, "a Pixar 5X boat", 1));
    IM_CHECK(make(stage, ctx, "a lighthouse", 1));
    ctx->ItemClick(tile_of(stage, 0).c_str());
    // The slash puts the caret there and is no word itself.
    ctx->KeyDown(ImGuiKey_Slash);
    ctx->KeyChars("/");
    ctx->KeyUp(ImGuiKey_Slash);
    ctx->Yield(3);
    for (const char letter : std::string("Pixar 5X")) {
      const char upper = static_cast<char>(std::toupper(letter));
      ImGuiKey k = ImGuiKey_Space;
      if (upper >= 'A' && upper <= 'Z') k = static_cast<ImGuiKey>(ImGuiKey_A + (upper - 'A'));
      if (upper >= '0' && upper <= '9') k = static_cast<ImGuiKey>(ImGuiKey_0 + (upper - '0'));
      ctx->KeyDown(k);
      ctx->KeyChars(std::string(1, letter).c_str());
      ctx->KeyUp(k);
    }
    ctx->Yield(5);
    IM_CHECK_STR_EQ(state.query.text.c_str(), "Pixar 5X");
    IM_CHECK_STR_EQ(shown(stage).c_str(), "0 ");
    for (const Item& item : library_of(stage).items) {
      IM_CHECK(item.mark == Mark::None);
      IM_CHECK_EQ(item.stars, 0);
    }
    // With Enter the keys are the pictures' again.
    ctx->KeyPress(ImGuiKey_Enter);
    ctx->Yield(3);
    ctx->KeyPress(ImGuiKey_P);
    IM_CHECK(stage.wait_until(ctx, [&] { return library_of(stage).items[0].mark == Mark::Pick; }));
    ctx->ItemClick("//Gallery/**/Clear the words");
    ctx->Yield(2);
    IM_CHECK_EQ(state.shown.size(), 2u);
    ctx->ItemClick("//Gallery/**/##words");
    ctx->KeyCharsReplace("zebra");
    ctx->Yield(2);
    IM_CHECK_EQ(state.shown.size(), 0u);
    ctx->ItemClick("//Gallery/**/Clear filter");
    ctx->Yield(3);
    IM_CHECK_EQ(state.shown.size(), 2u);
    IM_CHECK(state.query.text.empty());
  });
  CHECK(passed);
}

TEST_CASE("Gallery: judging where only what is new is shown goes from one to the next") {
  Stage stage;
  stage.open_fresh_project();
  AppState& state = stage.app().state();
  const bool passed = stage.play("judging", [&](ImGuiTestContext* ctx) {
    IM_CHECK(make(stage, ctx, "a boat", 3));
    choose(ctx, "Show##filter", "New");
    ctx->ItemClick(tile_of(stage, 0).c_str());
    ctx->KeyPress(ImGuiKey_P);
    IM_CHECK(stage.wait_until(ctx, [&] { return library_of(stage).items[0].mark == Mark::Pick; }));
    ctx->Yield(2);
    IM_CHECK_STR_EQ(shown(stage).c_str(), "1 2 ");
    IM_CHECK(state.selection.rows() == std::vector<Row>{1});
    ctx->KeyPress(ImGuiKey_X);
    IM_CHECK(stage.wait_until(ctx, [&] { return library_of(stage).items[1].mark == Mark::Reject; }));
    ctx->Yield(2);
    IM_CHECK_EQ(state.selection.focus(), 2u);
  });
  CHECK(passed);
}

TEST_CASE("Gallery: menu, note and loupe of a tile, a mark flashes and is still again") {
  Stage stage;
  stage.open_fresh_project();
  AppState& state = stage.app().state();
  const bool passed = stage.play("tile", [&](ImGuiTestContext* ctx) {
    IM_CHECK(make(stage, ctx, "a boat on a lake", 3));
    // The right button selects what is not selected, and offers what can be done.
    ctx->ItemClick(tile_of(stage, 1).c_str(), ImGuiMouseButton_Right);
    ctx->Yield(2);
    IM_CHECK(state.selection.rows() == std::vector<Row>{1});
    stage.save_picture("gallery-menu");
    ctx->Yield();
    IM_CHECK(ctx->ItemExists("//$FOCUSED/pick"));
    IM_CHECK(!ctx->ItemExists("//$FOCUSED/cancel-job"));
    ctx->ItemClick("//$FOCUSED/stars-4");
    IM_CHECK(stage.wait_until(ctx, [&] { return library_of(stage).items[1].stars == 4; }));
    // On one of several it is about all of them.
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_A);
    ctx->ItemClick(tile_of(stage, 2).c_str(), ImGuiMouseButton_Right);
    ctx->Yield(2);
    IM_CHECK_EQ(state.selection.count(), 3u);
    ctx->ItemClick("//$FOCUSED/pick");
    IM_CHECK(stage.wait_until(ctx, [&] { return library_of(stage).items[0].mark == Mark::Pick; }));
    ctx->Yield(2);
    IM_CHECK(!stage.app().gallery().flashes.empty());
    IM_CHECK(stage.wait_until(ctx, [&] { return stage.app().gallery().flashes.empty(); }));

    // At rest over a tile its recipe is told; moving on takes it away.
    ctx->MouseMove(tile_of(stage, 0).c_str());
    const auto note = [&] { return stage.app().gallery().note_shown; };
    IM_CHECK(!note());
    IM_CHECK(stage.app().secs_to_next_change() < 0.6);
    IM_CHECK(stage.wait_until(ctx, note, 5));
    IM_CHECK(stage.app().gallery().note.prompt == library_of(stage).texts[0].recipe->prompt);
    stage.save_picture("gallery-note");
    ctx->Yield();
    ctx->MouseMoveToPos(box_of(ctx, "//Prompt/**/Generate##generate").GetCenter());
    ctx->Yield(2);
    IM_CHECK(!note());

    ctx->ItemDoubleClick(tile_of(stage, 2).c_str());
    ctx->Yield(2);
    IM_CHECK_EQ(state.selection.focus(), 2u);
    IM_CHECK_STR_EQ(ImGui::GetCurrentContext()->NavWindow->RootWindow->Name, "Loupe");
  });
  CHECK(passed);
}

TEST_CASE("Gallery: the bar says how many have a video already, and skips or makes another take") {
  Stage stage;
  stage.open_fresh_project();
  stage.app().gallery().video.seconds = 2;
  const bool passed = stage.play("takes", [&](ImGuiTestContext* ctx) {
    IM_CHECK(make(stage, ctx, "a boat", 3));
    ctx->ItemClick(tile_of(stage, 0).c_str());
    ctx->ItemClick("//Gallery/**/Generate videos");
    IM_CHECK(stage.wait_until(ctx, [&] { return library_of(stage).items.size() == 4; }));
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_A);
    ctx->Yield(3);
    IM_CHECK_EQ(stage.app().gallery().takes.wanted, 3);
    IM_CHECK_EQ(stage.app().gallery().takes.have, 1);
    ctx->ItemClick("//Gallery/**/Generate videos");
    IM_CHECK(stage.wait_until(ctx, [&] { return library_of(stage).items.size() == 6; }));
    ctx->Yield(3);
    IM_CHECK_EQ(stage.app().gallery().takes.have, 3);
    // All have one: nothing to press, unless another take is wanted.
    ctx->ItemClick("//Gallery/**/Video options");
    ctx->ItemClick("//$FOCUSED/Another take");
    ctx->KeyPress(ImGuiKey_Escape);
    ctx->Yield(2);
    ctx->ItemClick("//Gallery/**/Generate videos");
    IM_CHECK(stage.wait_until(ctx, [&] { return library_of(stage).items.size() == 9; }));
  });
  CHECK(passed);
}

TEST_CASE("Gallery: in the popup of a strip a clip scrubs and plays as in the strip") {
  Stage stage({1280, 720, 1, true, true});
  stage.open_fresh_project();
  const bool passed = stage.play("scrub in popup", [&](ImGuiTestContext* ctx) {
    IM_CHECK(make(stage, ctx, "a boat", 1));
    AnimateCommand animate;
    animate.assets = {library_of(stage).items[0].asset};
    animate.seconds = 2;
    stage.app().send()(animate, {});
    IM_CHECK(stage.wait_until(ctx, [&] {
      const auto& items = library_of(stage).items;
      return items.size() == 2 && items[1].asset.valid() && items[1].has_poster;
    }));
    // Newer ones take its place in the strip.
    auto& library = const_cast<Library&>(library_of(stage));
    for (std::int64_t id = 2001; id <= 2004; ++id) {
      Job job;
      job.id = {id};
      job.generation = {2000};
      job.variation = 1;
      job.state = JobState::Cancelled;
      job.recipe.kind = MediaKind::Video;
      job.recipe.model = "sandbox-motion";
      job.recipe.width = 1280;
      job.recipe.height = 720;
      job.parents = {library.items[0].asset};
      library.fold(job);
    }
    ctx->Yield(4);
    IM_CHECK(!ctx->ItemExists(tile_of(stage, 1).c_str()));
    ctx->ItemClick(("//Gallery/**/More of " + to_string(library.items[0].asset)).c_str());
    IM_CHECK(refer_to_popup(ctx));
    const ImRect box = box_of(ctx, "**/tile " + to_string(library.items[1].job));
    const GalleryState& gallery = stage.app().gallery();
    const ScrubHand& hand = gallery.scrub;
    ctx->MouseMoveToPos({box.Min.x + box.GetWidth() * 0.25f, box.GetCenter().y});
    ctx->Yield(2);
    const float near_quarter = static_cast<float>(hand.from_secs) / library.items[1].seconds;
    IM_CHECK_GT(near_quarter, 0.2f);
    IM_CHECK_LT(near_quarter, 0.3f);
    IM_CHECK(stage.wait_until(ctx, [&] { return gallery.scrub_exact; }));
    IM_CHECK(stage.wait_until(ctx, [&] { return stage.app().secs_to_next_change() < 0.02; }));  // it plays on
    IM_CHECK(stage.wait_until(ctx, [&] { return gallery.note_shown; }));
    IM_CHECK_EQ(gallery.hover.row, 1u);
    stage.save_picture("strip-scrub");
    ctx->Yield();
    // Off the clips, the popup still open, all of it ends.
    ctx->MouseMoveToPos(box_of(ctx, "//Prompt/**/Generate##generate").GetCenter());
    ctx->Yield(2);
    IM_CHECK(a_popup_is_open());
    IM_CHECK_EQ(hand.clip, 0u);
    IM_CHECK_EQ(gallery.hover.row, no_row);
    ctx->SetRef("");
    ctx->KeyPress(ImGuiKey_Escape);
    // And in the grid it is as before.
    ctx->MouseMove(tile_of(stage, 0).c_str());
    ctx->Yield(2);
    IM_CHECK_EQ(gallery.hover.row, 0u);
  });
  CHECK(passed);
  CHECK(stage.falls_asleep());
}

TEST_CASE("Gallery: a moving pointer scrubs a video, at rest it plays on, leaving stops all of it") {
  Stage stage({1280, 720, 1, true, true});
  stage.open_fresh_project();
  const bool passed = stage.play("scrub", [&](ImGuiTestContext* ctx) {
    IM_CHECK(make(stage, ctx, "a boat", 1));
    AnimateCommand animate;
    animate.assets = {library_of(stage).items[0].asset};
    animate.seconds = 2;
    stage.app().send()(animate, {});
    IM_CHECK(stage.wait_until(ctx, [&] {
      const auto& items = library_of(stage).items;
      return items.size() == 2 && items[1].asset.valid() && items[1].has_poster;
    }));
    choose(ctx, "Show##filter", "Videos");
    IM_CHECK_STR_EQ(shown(stage).c_str(), "1 ");
    const ImRect box = box_of(ctx, tile_of(stage, 1));
    const ScrubHand& hand = stage.app().gallery().scrub;
    ctx->MouseMoveToPos({box.Min.x + box.GetWidth() * 0.25f, box.GetCenter().y});
    ctx->Yield(2);
    const float near_quarter = static_cast<float>(hand.from_secs) / library_of(stage).items[1].seconds;
    IM_CHECK_GT(near_quarter, 0.2f);
    IM_CHECK_LT(near_quarter, 0.3f);
    // The frame of that time comes from the media child, and at rest the clip goes on by itself.
    IM_CHECK(stage.wait_until(ctx, [&] { return stage.app().gallery().scrub_exact; }));
    IM_CHECK(stage.app().secs_to_next_change() < 0.5);
    IM_CHECK(stage.wait_until(ctx, [&] { return stage.app().secs_to_next_change() < 0.02; }));
    IM_CHECK(stage.wait_until(ctx, [&] { return stage.app().gallery().scrub_exact; }));
    stage.save_picture("gallery-scrub");
    ctx->Yield();
    ctx->MouseMoveToPos(box_of(ctx, "//Prompt/**/Generate##generate").GetCenter());
    ctx->Yield(2);
    IM_CHECK_EQ(hand.clip, 0u);
  });
  CHECK(passed);
  CHECK(stage.falls_asleep());
}
