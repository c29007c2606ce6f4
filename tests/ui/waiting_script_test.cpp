// What takes longer than people notice says so, by a line or a ring that was not there before and is gone when it is done:
// opening a project, reading a folder, looking for words, decoding a large picture.
#include <imgui.h>
#include <imgui_te_context.h>

#include <chrono>
#include <optional>

#include "support/catch.h"
#include "ui/drawn.h"
#include "ui/gate.h"
#include "ui/media_files.h"
#include "ui/popup_ref.h"
#include "ui/stage.h"
#include "ui/ui_thread_trap.h"

using namespace studio;

namespace {

constexpr double noticed_secs = 0.3;
constexpr ImU32 accent_base = IM_COL32(0x63, 0xBE, 0xFC, 255);  // accent.base, and state.running

// The window's own clock.
double clock_secs() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

// A picture that is more than its poster.
std::filesystem::path large_picture(Stage& stage) {
  Picture picture(1600, 1200);
  for (int y = 0; y < picture.height; ++y)
    for (int x = 0; x < picture.width; ++x) {
      std::uint8_t* p = picture.row(y) + x * 4;
      p[0] = static_cast<std::uint8_t>(x / 8), p[1] = static_cast<std::uint8_t>(y / 8), p[2] = 90, p[3] = 255;
    }
  const auto png = encode_png(picture);
  REQUIRE(png);
  const auto file = stage.folder() / "large.png";
  REQUIRE(write_file_durable(file, *png));
  return file;
}

bool import_file(Stage& stage, ImGuiTestContext* ctx, const std::filesystem::path& file) {
  ImportCommand command;
  command.paths = {file.string()};
  stage.app().send()(command, {});
  return stage.wait_until(ctx, [&] {
    const auto& items = stage.app().studio()->view().library.items;
    return items.size() == 1 && items[0].has_poster;
  });
}

// Frames until `drawn` is true; never before the wait has lasted as long as people need to notice it.
template <class Drawn, class Since>
bool comes_in_time(Stage& stage, ImGuiTestContext* ctx, Drawn drawn, Since since) {
  bool too_early = false;
  const bool came = stage.wait_until(ctx, [&] {
    if (!drawn()) return false;
    too_early = since() == 0 || clock_secs() - since() < noticed_secs;
    return true;
  });
  return came && !too_early;
}

}  // namespace

TEST_CASE("A large picture that is not decoded yet has a line under the loupe's toolbar, until it is exact") {
  Stage stage;
  stage.open_fresh_project();
  Gate gate;
  const bool passed = stage.play("loupe", [&](ImGuiTestContext* ctx) {
    IM_CHECK(import_file(stage, ctx, large_picture(stage)));
    stage.app().clips().set_source([way = gate.way(), open = stage.app().studio()->blob_source()](const std::string& sha256) {
      way();
      return open(sha256);
    });
    LoupeState& loupe = stage.app().loupe();
    ctx->ItemClick("//Gallery/**/tile a1");
    const auto line = [&] { return bar_drawn("Loupe", accent_base, 2); };
    IM_CHECK(comes_in_time(stage, ctx, [&] { return line().has_value(); }, [&] { return loupe.waits_since_secs; }));
    IM_CHECK(!loupe.is_exact);
    const ImRect picture = ctx->ItemInfo("//Loupe/Picture").RectFull;
    IM_CHECK_EQ(line()->Min.y, picture.Min.y);
    IM_CHECK_EQ(line()->Min.x, picture.Min.x);
    IM_CHECK_EQ(line()->Max.x, picture.Max.x);
    stage.save_picture("waiting-loupe");
    ctx->Yield(2);
    gate.open();
    IM_CHECK(stage.wait_until(ctx, [&] { return loupe.is_exact; }));
    ctx->Yield(2);
    IM_CHECK(!line());
  });
  CHECK(passed);
}

TEST_CASE("A project that is slow to open has a ring and its name, until it is there") {
  Stage stage;
  const auto project = stage.open_fresh_project("lamp");
  std::optional<SlowFile> gate;
  const bool passed = stage.play("opening", [&](ImGuiTestContext* ctx) {
    write_picture_file(stage.folder() / "boat.png", 10);
    IM_CHECK(import_file(stage, ctx, stage.folder() / "boat.png"));
    stage.app().state().wishes.start_page = true;
    IM_CHECK(stage.wait_until(ctx, [&] { return stage.app().studio() == nullptr; }));
    ctx->Yield(2);
    gate.emplace(project / "packs" / "000001.index");
    // The ring's place: in the middle, 40 above the words, 20 in radius.
    const ImGuiViewport* viewport = ImGui::GetMainViewport();
    const ImVec2 middle{viewport->Size.x / 2, (40 + viewport->Size.y - 24) / 2 - 40};
    const ImRect place(middle.x - 24, middle.y - 24, middle.x + 24, middle.y + 24);
    const int before = corners_drawn(accent_base, place);
    const auto ring = [&] { return corners_drawn(accent_base, place) >= before + 24; };
    const double began = clock_secs();
    ctx->ItemClick("//Start/**/Open lamp");
    IM_CHECK(comes_in_time(stage, ctx, ring, [&] { return began; }));
    IM_CHECK(gate->is_waited_for());
    IM_CHECK(stage.app().is_opening());
    stage.save_picture("waiting-opening");
    ctx->Yield(2);
    gate->let_go();
    IM_CHECK(stage.wait_until(ctx, [&] { return stage.app().studio() != nullptr; }));
    ctx->Yield(2);
    IM_CHECK(!ring());
  });
  gate.reset();
  CHECK(passed);
}

TEST_CASE("A folder that is slow to read has a line in the picker, until it is listed") {
  Stage stage;
  write_picture_file(stage.folder() / "media" / "boat.png", 10);
  std::optional<SlowFile> gate;
  const bool passed = stage.play("picker", [&](ImGuiTestContext* ctx) {
    PickerState& picker = stage.app().picker();
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_O);
    IM_CHECK(stage.wait_until(ctx, [&] { return picker.is_open && !picker.is_reading; }));
    IM_CHECK(refer_to_popup(ctx));
    const ImGuiWindow* window = top_popup(ctx);
    const auto line = [&] { return bar_drawn(window, accent_base, 2, 300); };
    IM_CHECK(!line());
    gate.emplace(stage.folder() / "media");
    ctx->ItemDoubleClick("**/media");
    IM_CHECK(comes_in_time(stage, ctx, [&] { return line().has_value(); }, [&] { return picker.reads_since_secs; }));
    IM_CHECK(picker.is_reading);
    stage.save_picture("waiting-picker");
    ctx->Yield(2);
    gate->let_go();
    IM_CHECK(stage.wait_until(ctx, [&] { return !picker.is_reading; }));
    ctx->Yield(2);
    IM_CHECK(!line());
    ctx->ItemClick("**/Cancel");
  });
  gate.reset();
  CHECK(passed);
}

TEST_CASE("Words that are looked for in a very large library have a line under the gallery's toolbar, until they are found") {
  Stage stage;
  stage.open_fresh_project();
  const bool passed = stage.play("search", [&](ImGuiTestContext* ctx) {
    // Known to the read model alone: twenty million letters, of which a frame looks at some 250,000.
    auto& library = const_cast<Library&>(stage.app().studio()->view().library);
    const std::string letters(40'000, 'x');
    for (std::int64_t id = 1; id <= 500; ++id) {
      Asset asset;
      asset.id = {id};
      asset.recipe.prompt = letters;
      asset.source_name = id == 500 ? "lighthouse.png" : "boat.png";
      asset.media.width = asset.media.height = 64;
      asset.created_ms = stage.app().studio()->view().now_wall_ms;
      library.fold(asset);
    }
    ctx->Yield(4);
    const GalleryState& gallery = stage.app().gallery();
    const auto line = [&] { return bar_drawn("Gallery", accent_base, 2, 300); };
    IM_CHECK(!line());
    stage.app().state().query.text = "lighthouse";
    IM_CHECK(comes_in_time(stage, ctx, [&] { return line().has_value(); }, [&] { return gallery.searching_since; }));
    IM_CHECK_EQ(gallery.index.tiles(), std::size_t{500});  // what was shown before stays meanwhile
    stage.save_picture("waiting-search");
    IM_CHECK(stage.wait_until(ctx, [&] { return gallery.searching_since == 0; }));
    ctx->Yield(2);
    IM_CHECK(!line());
    IM_CHECK_EQ(gallery.index.tiles(), std::size_t{1});
  });
  CHECK(passed);
}
