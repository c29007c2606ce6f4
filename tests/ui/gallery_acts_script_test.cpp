// What lies on a tile, what is in the bar of the selection, and the keys that walk, mark and throw away.
#include <imgui.h>
#include <imgui_internal.h>
#include <imgui_te_context.h>

#include <algorithm>
#include <cstdlib>

#include "store/store.h"
#include "support/catch.h"
#include "ui/media_files.h"
#include "ui/popup_ref.h"
#include "ui/samples.h"
#include "ui/stage.h"
#include "ui/tiles.h"

using namespace studio;

namespace {

// Pictures from files: no service has anything to do with them.
bool import_some(Stage& stage, ImGuiTestContext* ctx, int count) {
  for (int i = 0; i < count; ++i)
    write_picture_file(stage.folder() / "media" / (std::to_string(i) + ".png"), static_cast<std::uint8_t>(i * 20));
  stage.app().drop({(stage.folder() / "media").string()});
  if (!stage.wait_until(ctx, [&] {
        const auto& items = library_of(stage).items;
        return items.size() == static_cast<std::size_t>(count) && !stage.app().importing().is_under_way() &&
               std::all_of(items.begin(), items.end(), [](const Item& item) { return item.has_poster; });
      }))
    return false;
  if (stage.app().importing().is_shown) ctx->ItemClick("//Import/Close");
  ctx->Yield(2);
  return true;
}

void choose(ImGuiTestContext* ctx, const char* button, const char* row) {
  ctx->ItemClick((std::string("//Gallery/**/") + button).c_str());
  ctx->ItemClick((std::string("//$FOCUSED/") + row).c_str());
  ctx->Yield(2);
}

// A button that lies on a tile while the pointer is over it.
void press_on_tile(ImGuiTestContext* ctx, const std::string& tile, const char* button) {
  ctx->MouseMove(tile.c_str());
  ctx->Yield(2);
  ctx->ItemClick((tile + "/" + button).c_str());
  ctx->Yield(2);
}

}  // namespace

TEST_CASE("Gallery: a tile's own buttons, the walking keys, the trash and its way back, and the bar of the selection") {
  Stage stage(Stage::Settings{.width = 1600, .height = 1000});
  stage.open_fresh_project();
  AppState& state = stage.app().state();
  const bool passed = stage.play("acts", [&](ImGuiTestContext* ctx) {
    // Where there is nothing yet, one press goes to where something begins.
    ctx->ItemClick("//Gallery/**/Write a prompt");
    ctx->Yield(3);
    ctx->KeyChars("a mill");
    ctx->Yield(2);
    IM_CHECK_STR_EQ(stage.app().prompt().draft.prompt.c_str(), "a mill");

    IM_CHECK(import_some(stage, ctx, 8));
    const auto& items = library_of(stage).items;
    const ShownRows& shown = state.shown;
    IM_CHECK_EQ(shown.size(), 8u);
    const Row first = shown[0], second = shown[1], third = shown[2], fourth = shown[3];
    const auto tile = [&](Row row) { return tile_of(stage, row); };
    const auto marked = [&](Row row, Mark mark) { return stage.wait_until(ctx, [&] { return items[row].mark == mark; }); };
    const auto trashed = [&](Row row, bool is) { return stage.wait_until(ctx, [&] { return items[row].in_trash == is; }); };

    // Choosing adds and takes away, marking is about this one alone, whatever is selected.
    press_on_tile(ctx, tile(first), "Choose");
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_Z);
    IM_CHECK(state.selection.empty());
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiMod_Shift | ImGuiKey_Z);
    IM_CHECK(state.selection.rows() == std::vector<Row>{first});
    press_on_tile(ctx, tile(second), "Choose");
    IM_CHECK(state.selection.rows() == (std::vector<Row>{first, second}));
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_Z);
    IM_CHECK(state.selection.rows() == std::vector<Row>{first});
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiMod_Shift | ImGuiKey_Z);
    IM_CHECK(state.selection.rows() == (std::vector<Row>{first, second}));
    press_on_tile(ctx, tile(first), "Choose");
    IM_CHECK(state.selection.rows() == std::vector<Row>{second});
    press_on_tile(ctx, tile(third), "Pick");
    IM_CHECK(marked(third, Mark::Pick));
    press_on_tile(ctx, tile(third), "Pick");
    IM_CHECK(marked(third, Mark::None));
    press_on_tile(ctx, tile(third), "Reject");
    IM_CHECK(marked(third, Mark::Reject));
    IM_CHECK(items[second].mark == Mark::None);
    IM_CHECK(state.selection.rows() == std::vector<Row>{second});
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_Z);
    IM_CHECK(marked(third, Mark::None));
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiMod_Shift | ImGuiKey_Z);
    IM_CHECK(marked(third, Mark::Reject));
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_Z);
    IM_CHECK(marked(third, Mark::None));
    press_on_tile(ctx, tile(fourth), "Open");
    IM_CHECK_STR_EQ(ImGui::GetCurrentContext()->NavWindow->RootWindow->Name, "Loupe");
    IM_CHECK_EQ(state.selection.focus(), fourth);

    // Arrows walk over the lines, a page takes as many of them as fit.
    ctx->ItemClick(tile(first).c_str());
    const auto place_after = [&](ImGuiKey key) {
      ctx->KeyPress(key);
      ctx->Yield(2);
      IM_CHECK_RETV(state.selection.rows() == std::vector<Row>{state.selection.focus()}, std::size_t{99});
      return shown.place_of(state.selection.focus());
    };
    IM_CHECK_EQ(place_after(ImGuiKey_RightArrow), 1u);
    IM_CHECK_EQ(place_after(ImGuiKey_LeftArrow), 0u);
    IM_CHECK_EQ(place_after(ImGuiKey_LeftArrow), 0u);
    const std::size_t columns = place_after(ImGuiKey_DownArrow);
    IM_CHECK(columns >= 2 && columns < 8);
    const ImRect above = ctx->ItemInfo(tile(first).c_str()).RectFull, below = ctx->ItemInfo(tile(shown[columns]).c_str()).RectFull;
    IM_CHECK_EQ(below.Min.x, above.Min.x);
    IM_CHECK_GT(below.Min.y, above.Max.y);
    IM_CHECK_EQ(place_after(ImGuiKey_UpArrow), 0u);
    const std::size_t lines = (8 + columns - 1) / columns;
    const std::size_t down = std::min(lines - 1, static_cast<std::size_t>(state.lines_on_page));
    IM_CHECK_EQ(place_after(ImGuiKey_PageDown), std::min<std::size_t>(down * columns, 7));
    IM_CHECK_EQ(place_after(ImGuiKey_PageUp), 0u);

    // Into the trash and out of it.
    ctx->KeyPress(ImGuiKey_Delete);
    IM_CHECK(trashed(first, true));
    IM_CHECK(state.selection.empty());
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_Z);
    IM_CHECK(trashed(first, false));
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiMod_Shift | ImGuiKey_Z);
    IM_CHECK(trashed(first, true));
    choose(ctx, "Show##filter", "Trash");
    IM_CHECK(shown.rows() == std::vector<Row>{first});
    ctx->ItemClick(tile(first).c_str());
    ctx->KeyPress(ImGuiMod_Shift | ImGuiKey_Delete);
    IM_CHECK(trashed(first, false));
    ctx->Yield(2);
    IM_CHECK_EQ(shown.size(), 0u);
    ctx->ItemClick("//Gallery/**/Clear filter");
    ctx->Yield(2);
    IM_CHECK_EQ(shown.size(), 8u);

    // A mark and its way back; all that is rejected goes at once, and comes back rejected.
    ctx->ItemClick(tile(first).c_str());
    ctx->KeyPress(ImGuiKey_X);
    IM_CHECK(marked(first, Mark::Reject));
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_Z);
    IM_CHECK(marked(first, Mark::None));
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiMod_Shift | ImGuiKey_Z);
    IM_CHECK(marked(first, Mark::Reject));
    ctx->ItemClick(tile(second).c_str());
    ctx->KeyPress(ImGuiKey_X);
    IM_CHECK(marked(second, Mark::Reject));
    ctx->ItemClick(tile(fourth).c_str());
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_Delete);
    IM_CHECK(trashed(first, true) && trashed(second, true));
    IM_CHECK(std::count_if(items.begin(), items.end(), [](const Item& item) { return item.in_trash; }) == 2);
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_Z);
    IM_CHECK(trashed(first, false) && trashed(second, false));
    IM_CHECK(items[first].mark == Mark::Reject && items[second].mark == Mark::Reject);
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiMod_Shift | ImGuiKey_Z);
    IM_CHECK(trashed(first, true) && trashed(second, true));

    // The bar of the selection.
    ctx->ItemClick(tile(fourth).c_str());
    ctx->ItemClick("//Gallery/**/Export…");
    IM_CHECK(refer_to_popup(ctx));
    IM_CHECK_EQ(stage.app().export_dialog().plan.files.size(), 1u);
    ctx->ItemClick("**/Close");
    ctx->SetRef("");
    ctx->Yield(2);
    ctx->ItemClick("//Gallery/**/Select none");
    ctx->Yield(2);
    IM_CHECK(state.selection.empty());
    ctx->ItemClick(tile(fourth).c_str());
    ctx->ItemClick("//Gallery/**/Move to the trash");
    IM_CHECK(trashed(fourth, true));
    choose(ctx, "Show##filter", "Trash");
    IM_CHECK_EQ(shown.size(), 3u);
    ctx->ItemClick(tile(fourth).c_str());
    ctx->ItemClick("//Gallery/**/Take out of the trash");
    IM_CHECK(trashed(fourth, false));
    ctx->Yield(2);
    IM_CHECK_EQ(shown.size(), 2u);
  });
  CHECK(passed);
}

TEST_CASE("Gallery: videos are made as their options say, and jobs that wait are cancelled and begun again on their tiles") {
  for (const char* name : {"STUDIO_KEY_FAL", "FAL_KEY"}) ::unsetenv(name);
  Stage stage;
  stage.open_fresh_project();
  const bool passed = stage.play("options", [&](ImGuiTestContext* ctx) {
    stage.app().send()(PauseCommand{true}, {});
    IM_CHECK(stage.wait_until(ctx, [&] { return stage.app().studio()->view().paused; }));
    IM_CHECK(import_some(stage, ctx, 1));
    const auto& items = library_of(stage).items;
    const auto& texts = library_of(stage).texts;
    AppState& state = stage.app().state();
    VideoDraft& video = stage.app().gallery().video;
    const auto becomes = [&](Row row, JobState wanted) { return stage.wait_until(ctx, [&] { return items[row].state == wanted; }); };
    const auto option = [&](const char* label) {
      ctx->ItemClick("//Gallery/**/Video options");
      IM_CHECK(refer_to_popup(ctx));
      ctx->ItemClick((std::string("**/") + label).c_str());
      ctx->SetRef("");
      ctx->KeyPress(ImGuiKey_Escape);
      ctx->Yield(2);
      IM_CHECK(!a_popup_is_open());
    };
    ctx->ItemClick(tile_of(stage, 0).c_str());

    // A model whose service has no key leads to where one is added.
    option("fal-kling");
    IM_CHECK_STR_EQ(video.model.c_str(), "fal-kling");
    ctx->ItemClick("//Gallery/**/Generate videos");
    ctx->Yield(3);
    IM_CHECK(stage.app().settings_panel().is_open);
    IM_CHECK(state.note.text.find("There is no key for fal") != std::string::npos);
    IM_CHECK_EQ(items.size(), 1u);
    ctx->ItemClick("//Settings/Close##settings");
    ctx->Yield(2);

    option("sandbox-motion");
    option("3 s");
    IM_CHECK_STR_EQ(video.model.c_str(), "sandbox-motion");
    IM_CHECK_EQ(video.seconds, 3.0);
    ctx->ItemClick("//Gallery/**/Video options");
    IM_CHECK(refer_to_popup(ctx));
    ctx->ItemClick("**/##motion");
    ctx->KeyCharsReplace("the boat drifts");
    ctx->SetRef("");
    ctx->KeyPress(ImGuiKey_Enter);
    ctx->KeyPress(ImGuiKey_Escape);
    ctx->Yield(2);
    ctx->ItemClick("//Gallery/**/Generate videos");
    IM_CHECK(stage.wait_until(ctx, [&] { return items.size() == 2; }));
    IM_CHECK_STR_EQ(texts[1].recipe->model.c_str(), "sandbox-motion");
    IM_CHECK_STR_EQ(texts[1].recipe->prompt.c_str(), "the boat drifts");
    IM_CHECK_EQ(texts[1].recipe->seconds, 3.0);
    ctx->Yield(3);
    // It has one now: another take only where that is wanted.
    option("Another take");
    IM_CHECK(video.another);
    option("Skip");
    IM_CHECK(!video.another);
    ctx->ItemClick("//Gallery/**/Generate videos");
    ctx->Yield(3);
    IM_CHECK(state.note.text.find("Nothing new to make") != std::string::npos);
    IM_CHECK_EQ(items.size(), 2u);

    // In its picture's strip it says what can be done.
    const auto in_strip = [&](const char* act) {
      ctx->ItemClick(tile_of(stage, 1).c_str());
      IM_CHECK(refer_to_popup(ctx));
      ctx->ItemClick((std::string("**/") + act).c_str());
      ctx->SetRef("");
      ctx->Yield(2);
    };
    in_strip("Cancel it");
    IM_CHECK(becomes(1, JobState::Cancelled));
    in_strip("Retry");
    IM_CHECK(becomes(1, JobState::Queued));
    IM_CHECK(!a_popup_is_open());

    GenerateCommand pictures;
    pictures.prompt = "a harbour";
    pictures.count = 2;
    pictures.size = {256, 160};
    stage.app().send()(pictures, {});
    IM_CHECK(stage.wait_until(ctx, [&] { return items.size() == 4; }));
    ctx->Yield(3);
    press_on_tile(ctx, tile_of(stage, 2), "Cancel");
    IM_CHECK(becomes(2, JobState::Cancelled));
    IM_CHECK(items[3].state == JobState::Queued);
    ctx->Yield(2);
    press_on_tile(ctx, tile_of(stage, 2), "Retry");
    IM_CHECK(becomes(2, JobState::Queued));

    // The whole request once more, in the same words.
    ctx->ItemClick(("//Gallery/**/More of group " + to_string(items[2].generation)).c_str());
    ctx->ItemClick("//$FOCUSED/Generate again");
    IM_CHECK(stage.wait_until(ctx, [&] { return items.size() == 6; }));
    IM_CHECK(items[4].generation != items[2].generation);
    for (const Row row : {2u, 3u}) {
      IM_CHECK_STR_EQ(texts[row + 2].recipe->prompt.c_str(), texts[row].recipe->prompt.c_str());
      IM_CHECK(texts[row + 2].recipe->width == 256 && texts[row + 2].recipe->height == 160);
    }
  });
  CHECK(passed);
}

TEST_CASE("Gallery: a picked picture whose file is lost stands in no other's way, and one note says that it is left out") {
  Stage stage;
  stage.open_fresh_project();
  AppState& state = stage.app().state();
  const bool passed = stage.play("lost", [&](ImGuiTestContext* ctx) {
    stage.app().send()(PauseCommand{true}, {});
    IM_CHECK(stage.wait_until(ctx, [&] { return stage.app().studio()->view().paused; }));
    IM_CHECK(import_some(stage, ctx, 3));
    const auto& items = library_of(stage).items;
    MarkCommand pick;
    for (const Item& item : items) pick.assets.push_back(item.asset);
    pick.mark = Mark::Pick;
    stage.app().send()(pick, {});
    ctx->Yield(3);
    const std::string name = library_of(stage).texts[1].source_name;
    IM_CHECK(std::filesystem::remove(stage.app().studio()->blob_path(library_of(stage).texts[1].sha256)));
    IM_CHECK(state.selection.empty());
    const GalleryState& gallery = stage.app().gallery();

    ctx->ItemClick("//Gallery/**/Generate videos");
    IM_CHECK(stage.wait_until(ctx, [&] { return items.size() == 5; }));
    IM_CHECK(stage.wait_until(ctx, [&] { return state.note.text.find("2 videos are on the way, 1 picture is left out: ") == 0; }));
    IM_CHECK(state.note.kind == Note::Kind::Problem);
    IM_CHECK(state.note.text.find(to_string(items[1].asset) + " (" + name + ") cannot be used: its file is missing") != std::string::npos);
    IM_CHECK(items[3].parent == items[0].asset && items[4].parent == items[2].asset);
    // Now it is known, and the bar counts without it.
    IM_CHECK(stage.wait_until(ctx, [&] { return items[1].asset_state == AssetState::Missing; }));
    ctx->Yield(3);
    IM_CHECK_EQ(gallery.index.counts().picked_images, 2);
    IM_CHECK_EQ(gallery.takes.wanted, 3);
    IM_CHECK_EQ(gallery.takes.have, 2);
    IM_CHECK_EQ(gallery.takes.left_out, 1);
    stage.save_picture("videos-left-out");
    ctx->Yield();
    ctx->ItemClick("//Gallery/**/Generate videos");
    IM_CHECK(stage.wait_until(ctx, [&] { return state.note.text.find("Nothing new to make, 2 had it already, 1 picture is left out: ") == 0; }));
    stage.app().gallery().video.another = true;
    ctx->Yield(3);
    ctx->ItemClick("//Gallery/**/Generate videos");
    IM_CHECK(stage.wait_until(ctx, [&] { return items.size() == 7; }));
    // Chosen beside another one, it is left out and named as well.
    stage.app().gallery().video.another = false;
    ctx->KeyDown(ImGuiMod_Ctrl);
    ctx->ItemClick(tile_of(stage, 0).c_str());
    ctx->ItemClick(tile_of(stage, 1).c_str());
    ctx->KeyUp(ImGuiMod_Ctrl);
    ctx->Yield(3);
    IM_CHECK_EQ(gallery.takes.wanted, 2);
    IM_CHECK_EQ(gallery.takes.left_out, 1);
  });
  CHECK(passed);
}

TEST_CASE("A picture whose file is gone says so in the loupe and on its tile, and is found again from there") {
  Stage stage;
  stage.open_fresh_project();
  const bool passed = stage.play("gone", [&](ImGuiTestContext* ctx) {
    IM_CHECK(import_some(stage, ctx, 2));
    const auto& items = library_of(stage).items;
    LoupeState& loupe = stage.app().loupe();
    const std::filesystem::path blob = stage.app().studio()->blob_path(library_of(stage).texts[1].sha256);
    const std::filesystem::path elsewhere = stage.folder() / "elsewhere.png";
    std::filesystem::rename(blob, elsewhere);
    stage.app().state().selection.set_focus(1);
    IM_CHECK(stage.wait_until(ctx, [&] { return items[1].asset_state == AssetState::Missing; }));
    ctx->Yield(3);
    stage.save_picture("loupe-missing");
    ctx->Yield(2);
    ctx->ItemClick("//Loupe/Find");
    ctx->Yield(3);
    IM_CHECK(stage.app().picker().is_open);
    ctx->KeyPress(ImGuiKey_Escape);
    ctx->Yield(3);
    stage.app().drop({elsewhere.string()});
    IM_CHECK(stage.wait_until(ctx, [&] { return items[1].asset_state == AssetState::Done; }));
    IM_CHECK(stage.wait_until(ctx, [&] { return loupe.row == 1 && loupe.is_exact && loupe.last != nullptr; }));
  });
  CHECK(passed);
}

TEST_CASE("A picture whose file came back while another was looked at is shown again, and a zoom is not meant for the next one") {
  Stage stage;
  stage.open_fresh_project();
  const bool passed = stage.play("back", [&](ImGuiTestContext* ctx) {
    IM_CHECK(import_some(stage, ctx, 2));
    const auto& items = library_of(stage).items;
    LoupeState& loupe = stage.app().loupe();
    Selection& selection = stage.app().state().selection;
    const std::filesystem::path blob = stage.app().studio()->blob_path(library_of(stage).texts[1].sha256);
    const std::filesystem::path elsewhere = stage.folder() / "elsewhere.png";
    std::filesystem::rename(blob, elsewhere);
    selection.set_focus(1);
    IM_CHECK(stage.wait_until(ctx, [&] { return loupe.row == 1 && loupe.asked_about.valid(); }));
    selection.set_focus(0);  // before the engine has answered
    IM_CHECK(stage.wait_until(ctx, [&] { return items[1].asset_state == AssetState::Missing && loupe.row == 0; }));
    stage.app().drop({elsewhere.string()});
    IM_CHECK(stage.wait_until(ctx, [&] { return items[1].asset_state == AssetState::Done; }));
    selection.set_focus(1);
    IM_CHECK(stage.wait_until(ctx, [&] { return loupe.row == 1 && loupe.is_exact && loupe.last != nullptr; }));

    std::filesystem::remove(blob);
    IM_CHECK(stage.wait_until(ctx, [&] { return !stage.app().importing().is_under_way(); }));
    if (stage.app().importing().is_shown) ctx->ItemClick("//Import/Close");
    stage.app().studio()->check_files({items[1].asset});
    IM_CHECK(stage.wait_until(ctx, [&] { return items[1].asset_state == AssetState::Missing; }));
    ctx->Yield(3);
    stage.app().state().wishes.zoom = 4.0f;
    ctx->Yield(3);
    selection.set_focus(0);
    ctx->Yield(3);
    IM_CHECK(loupe.row == 0 && loupe.view.is_fit());
  });
  CHECK(passed);
}

TEST_CASE("Gallery: what is held because it broke the decoder says so, and its Details lead to the queue") {
  Stage stage;
  const auto project = stage.folder() / "held";
  REQUIRE(Studio::create_project(project, "held"));
  {
    auto store = Store::open(project);
    REQUIRE(store);
    const auto written = (*store)->write_and_wait([&](Ledger& ledger) -> Result<void> {
      STUDIO_TRY(const GenerationId generation, ledger.add_generation(samples::generation(1, "a balloon", 1)));
      Job job = samples::job(1, generation.value, 1, JobState::Quarantined);
      job.cause = JobCause::Result;
      STUDIO_TRY(job.id, ledger.add_job(job));
      STUDIO_CHECK(ledger.save_job(job));
      return {};
    });
    REQUIRE(written);
  }
  stage.open(project);
  const bool passed = stage.play("held", [&](ImGuiTestContext* ctx) {
    ctx->Yield(3);
    IM_CHECK_EQ(library_of(stage).items.size(), 1u);
    press_on_tile(ctx, tile_of(stage, 0), "Details");
    IM_CHECK(stage.app().state().selection.rows() == std::vector<Row>{0});
    IM_CHECK_STR_EQ(ImGui::GetCurrentContext()->NavWindow->RootWindow->Name, "Queue");
  });
  CHECK(passed);
}
