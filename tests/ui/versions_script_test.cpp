// Versions in the window: what is stale says so on its tile, its edited version comes through the picker, and what is made
// again shows that over its own picture, can be cancelled there, and takes its place.
#include <imgui.h>
#include <imgui_te_context.h>

#include <algorithm>
#include <csignal>

#include "base/paths.h"
#include "engine/versions.h"
#include "media/decode_image.h"
#include "support/catch.h"
#include "ui/media_files.h"
#include "ui/popup_ref.h"
#include "ui/sandbox_by_hand.h"
#include "ui/stage.h"
#include "ui/tiles.h"

using namespace studio;

namespace {

bool is_stale(Stage& stage, Row row, StaleBecause because) { return staleness(library_of(stage), row).because == because; }

Row only_video_of(Stage& stage, Row picture, std::size_t which = 0) {
  const auto& children = library_of(stage).children;
  const auto found = children.find(library_of(stage).items[picture].asset);
  return found == children.end() || found->second.size() <= which ? no_row : found->second[which];
}

bool has_arrived(Stage& stage, Row row) { return row != no_row && library_of(stage).items[row].asset.valid() && library_of(stage).items[row].has_poster; }

// The same in the warm light of another hour.
void write_retouched(const std::filesystem::path& from, const std::filesystem::path& to) {
  const auto file = open_for_read(from);
  REQUIRE(file);
  const FitBox box;
  auto image = decode_image(file->get(), {&box, 1});
  REQUIRE(image);
  Picture& picture = image->pictures[0];
  for (std::size_t i = 0; i < picture.rgba.size(); i += 4) {
    picture.rgba[i] = static_cast<std::uint8_t>(std::min(255, picture.rgba[i] * 14 / 10 + 10));
    picture.rgba[i + 2] = static_cast<std::uint8_t>(picture.rgba[i + 2] * 6 / 10);
  }
  const auto png = encode_png(picture);
  REQUIRE(png);
  REQUIRE(write_file_durable(to, *png));
}

bool open_menu(ImGuiTestContext* ctx, const std::string& tile) {
  ctx->MouseMove(tile.c_str());
  ctx->MouseClick(ImGuiMouseButton_Right);
  return refer_to_popup(ctx);
}

}  // namespace

TEST_CASE("A picture comes back from an editor: its video is stale, is re-made by a press with its price, cancelled, and re-made") {
  Stage stage(Stage::Settings{.width = 1600, .height = 1000});
  auto fast = serve(stage, {});
  REQUIRE(fast);
  stage.open_fresh_project();
  const auto boat = stage.folder() / "media" / "boat.jpg", retouched = stage.folder() / "media" / "boat-retouched.png";
  std::filesystem::create_directories(boat.parent_path());
  std::filesystem::copy_file(assets_folder() / "start" / "01.jpg", boat);
  write_retouched(boat, retouched);
  const bool made = stage.play("make", [&](ImGuiTestContext* ctx) {
    stage.app().drop({boat.string()});
    IM_CHECK(stage.wait_until(ctx, [&] { return library_of(stage).items.size() == 1 && has_arrived(stage, 0) && !stage.app().importing().is_under_way(); }));
    AnimateCommand animate;
    animate.assets = {library_of(stage).items[0].asset};
    animate.seconds = 2;
    stage.app().send()(animate, {});
    IM_CHECK(stage.wait_until(ctx, [&] { return has_arrived(stage, only_video_of(stage, 0)); }));
    if (stage.app().importing().is_shown) ctx->ItemClick("//Import/Close");
  });
  REQUIRE(made);
  fast->signal(SIGTERM);
  REQUIRE(fast->wait().exit_code == 0);
  auto slow = serve(stage, {"--latency", "600"});
  REQUIRE(slow);

  AppState& state = stage.app().state();
  const Row video = 1, edited = 2;
  const bool edited_and_cancelled = stage.play("edit", [&](ImGuiTestContext* ctx) {
    // Its edited version, from the tile's menu through the picker.
    ctx->Yield(3);
    IM_CHECK(open_menu(ctx, tile_of(stage, 0)));
    IM_CHECK(!ctx->ItemExists("**/remake"));
    ctx->ItemClick("**/edited-version");
    PickerState& picker = stage.app().picker();
    IM_CHECK(stage.wait_until(ctx, [&] { return picker.is_open && !picker.is_reading; }));
    IM_CHECK(picker.purpose == PickFor::EditedVersion);
    IM_CHECK(refer_to_popup(ctx));
    if (picker.folder != boat.parent_path()) ctx->ItemDoubleClick("**/media");
    IM_CHECK(stage.wait_until(ctx, [&] { return !picker.is_reading && picker.folder == boat.parent_path(); }));
    // One file alone: choosing another takes the first back.
    ctx->ItemClick("**/boat.jpg");
    ctx->KeyDown(ImGuiMod_Ctrl);
    ctx->ItemClick("**/boat-retouched.png");
    ctx->KeyUp(ImGuiMod_Ctrl);
    IM_CHECK_EQ(picker_answer(picker).size(), 1u);
    stage.save_picture("edited-version-picker");
    ctx->Yield(2);
    ctx->ItemClick("**/Accept");
    IM_CHECK(stage.wait_until(ctx, [&] { return library_of(stage).items.size() == 3 && has_arrived(stage, edited); }));
    IM_CHECK(stage.wait_until(ctx, [&] { return !stage.app().importing().is_under_way(); }));
    if (stage.app().importing().is_shown) ctx->ItemClick("//Import/Close");
    ctx->Yield(3);
    IM_CHECK(is_stale(stage, 0, StaleBecause::Version));
    IM_CHECK(is_stale(stage, video, StaleBecause::Picture));
    IM_CHECK(is_stale(stage, edited, StaleBecause::Current));

    // A word about it can be taken back, and given again.
    const auto becomes = [&](StaleBecause because) { return stage.wait_until(ctx, [&] { return is_stale(stage, video, because); }); };
    ctx->ItemClick(tile_of(stage, edited).c_str());
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_Z);
    IM_CHECK(becomes(StaleBecause::Current));
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiMod_Shift | ImGuiKey_Z);
    IM_CHECK(becomes(StaleBecause::Picture));
    IM_CHECK(open_menu(ctx, tile_of(stage, edited)));
    ctx->ItemClick("**/no-version");
    IM_CHECK(becomes(StaleBecause::Current));
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_Z);
    IM_CHECK(becomes(StaleBecause::Picture));

    // All that is stale, in one go; and what of it can be made again, with its price.
    ctx->ItemClick(tile_of(stage, edited).c_str());
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_K);
    ctx->Yield(2);
    ctx->KeyChars("what is stale");
    ctx->Yield(2);
    ctx->KeyPress(ImGuiKey_Enter);
    ctx->Yield(3);
    IM_CHECK(state.selection.rows() == (std::vector<Row>{0, video}) || state.selection.rows() == (std::vector<Row>{video, 0}));
    stage.save_picture("stale");
    ctx->Yield(2);
    IM_CHECK(open_menu(ctx, tile_of(stage, 0)));
    stage.save_picture("stale-menu");
    ctx->Yield(2);
    ctx->ItemClick("**/remake");
    const auto job_row = [&] { return being_remade(library_of(stage), library_of(stage).items[video].asset); };
    IM_CHECK(stage.wait_until(ctx, [&] { return job_row() != no_row && library_of(stage).items[job_row()].state == JobState::Running; }));
    IM_CHECK_EQ(library_of(stage).items[job_row()].cost.micros, 420'000);
    IM_CHECK(state.note.text.find("$0.42 play") != std::string::npos);
    IM_CHECK_EQ(library_of(stage).items.size(), 4u);
    IM_CHECK_EQ(only_video_of(stage, edited), job_row());
    ctx->ItemClick(tile_of(stage, edited).c_str());
    ctx->Yield(3);
    stage.save_picture("being-remade");
    ctx->Yield(2);

    // Large it says the same; there is nothing to press a second time.
    ctx->ItemDoubleClick(tile_of(stage, video).c_str());
    ctx->Yield(3);
    IM_CHECK(!ctx->ItemExists("//Loupe/**/Re-make"));
    stage.save_picture("being-remade-loupe");
    ctx->Yield(2);

    // Cancelled on its own tile.
    ctx->ItemClick("//Gallery/**/tile a1");
    ctx->Yield(2);
    ctx->ItemClick(tile_of(stage, video).c_str());
    IM_CHECK(refer_to_popup(ctx));
    ctx->ItemClick("**/Cancel it");
    IM_CHECK(stage.wait_until(ctx, [&] { return job_row() == no_row; }));
    IM_CHECK(library_of(stage).items[3].state == JobState::Cancelled);
    IM_CHECK(is_stale(stage, video, StaleBecause::Picture));
  });
  REQUIRE(edited_and_cancelled);
  slow->signal(SIGTERM);
  REQUIRE(slow->wait().exit_code == 0);
  auto again = serve(stage, {});
  REQUIRE(again);

  const bool remade = stage.play("re-make", [&](ImGuiTestContext* ctx) {
    ctx->ItemDoubleClick(tile_of(stage, video).c_str());
    ctx->Yield(3);
    stage.save_picture("stale-loupe");
    ctx->Yield(2);
    ctx->ItemClick("//Loupe/**/Re-make");
    IM_CHECK(stage.wait_until(ctx, [&] { return library_of(stage).items.size() == 5 && has_arrived(stage, 4); }));
    IM_CHECK(is_stale(stage, video, StaleBecause::Version));
    IM_CHECK(is_stale(stage, 4, StaleBecause::Current));
    IM_CHECK_EQ(only_video_of(stage, edited, 1), Row{4});
    ctx->Yield(3);
    IM_CHECK(!ctx->ItemExists("//Loupe/**/Re-make"));
    state.wishes.layout_review = true;
    ctx->Yield(6);
    IM_CHECK(ctx->ItemExists(("//Loupe/**/thumb " + to_string(library_of(stage).items[4].job)).c_str()));
    stage.save_picture("remade-loupe");
    ctx->Yield(2);
  });
  CHECK(remade);
}
