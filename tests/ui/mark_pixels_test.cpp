// What a mark does to a picture on screen, read back from drawn frames: it flashes, and what is rejected is dimmed.
//
// The frame that first shows a mark has the whole flash, however long frames take: that frame is the one read back.
#include <imgui.h>
#include <imgui_internal.h>
#include <imgui_te_context.h>

#include <array>
#include <cmath>

#include "base/file.h"
#include "commands/select_step.h"
#include "media/encode_image.h"
#include "support/catch.h"
#include "ui/stage.h"
#include "ui/tiles.h"

using namespace studio;

namespace {

using Colour = std::array<int, 3>;
// The look: what is picked is drawn in this colour, a rejected picture lies under so much of the ground.
constexpr Colour picked_tone = {0x70, 0xE6, 0xB8};
constexpr int ground = 0x2B;
constexpr double ground_over_rejected = 0.72;
constexpr Colour first_colour = {200, 60, 110}, second_colour = {40, 90, 220};

void write_flat_picture(const std::filesystem::path& path, Colour colour) {
  Picture picture(640, 480);
  for (std::size_t i = 0; i < picture.rgba.size(); i += 4) {
    for (std::size_t c = 0; c < 3; ++c) picture.rgba[i + c] = static_cast<std::uint8_t>(colour[c]);
    picture.rgba[i + 3] = 255;
  }
  const auto png = encode_png(picture);
  REQUIRE(png);
  REQUIRE(write_file_durable(path, *png));
}

Colour at(const Picture& picture, ImVec2 point) {
  const std::uint8_t* p = picture.row(static_cast<int>(point.y)) + static_cast<int>(point.x) * 4;
  return {p[0], p[1], p[2]};
}

bool is_near(Colour a, Colour b) {
  return std::abs(a[0] - b[0]) <= 2 && std::abs(a[1] - b[1]) <= 2 && std::abs(a[2] - b[2]) <= 2;
}

// Clearly on the way to the other colour, in each channel, and not there.
bool is_tinted(Colour before, Colour after, Colour tone) {
  bool is_so = true;
  for (std::size_t c = 0; c < 3; ++c) {
    const double way = tone[c] - before[c], share = (after[c] - before[c]) / way;
    is_so = is_so && share > 0.1 && share < 0.9;
  }
  return is_so;
}

// The first column at the left that is still of that colour.
float left_edge(const Picture& picture, ImVec2 from, Colour colour) {
  while (from.x > 0 && is_near(at(picture, {from.x - 1, from.y}), colour)) --from.x;
  return from.x;
}

struct Table {
  // In a window so narrow that the loupe is a tab over the gallery.
  Stage stage{Stage::Settings{.width = 1280, .height = 720}};

  void import() {
    stage.open_fresh_project();
    write_flat_picture(stage.folder() / "first.png", first_colour);
    write_flat_picture(stage.folder() / "second.png", second_colour);
    const bool imported = stage.play("import", [&](ImGuiTestContext* ctx) {
      stage.app().send()(ImportCommand{{(stage.folder() / "first.png").string(), (stage.folder() / "second.png").string()}}, {});
      IM_CHECK(stage.wait_until(ctx, [&] {
        const auto& items = library_of(stage).items;
        return items.size() == 2 && items[0].has_poster && items[1].has_poster;
      }));
      ctx->Yield(2);
      ctx->MouseMoveToPos({5, 5});  // hovering lays things over a tile
    });
    REQUIRE(imported);
    REQUIRE(stage.settle());
  }
  // By its colour: files are imported side by side.
  Row row_of(const char* name) {
    const Library& library = library_of(stage);
    return library.texts[0].source_name == name ? 0 : 1;
  }
  ImRect box_of(const std::string& item) {
    ImRect box;
    const bool found = stage.play("box", [&](ImGuiTestContext* ctx) { box = ctx->ItemInfo(item.c_str()).RectFull; });
    REQUIRE(found);
    return box;
  }
  // As the keys and the buttons of the loupe do it.
  void press(const char* command) {
    const StudioView view = stage.app().studio()->view();
    AppState& state = stage.app().state();
    CommandContext context{&view, state, stage.app().send()};
    REQUIRE(press_command(command, context));
  }
  void until_still() {
    const bool is_still = stage.play("still", [&](ImGuiTestContext* ctx) {
      IM_CHECK(stage.wait_until(ctx, [&] { return stage.app().secs_to_next_change() > 1; }));
    });
    REQUIRE(is_still);
    REQUIRE(stage.settle());
  }
};

}  // namespace

TEST_CASE("A mark flashes over the gallery's tile in the mark's colour, and nothing of it stays on the picture") {
  Table table;
  if (!table.stage.draws()) STUDIO_SKIP("no EGL without a surface here (libegl-mesa0): pixels cannot be read back");
  table.import();
  const Row row = table.row_of("first.png");
  const ImVec2 middle = table.box_of(tile_of(table.stage, row)).GetCenter();
  const Picture before = table.stage.pixels();
  REQUIRE(is_near(at(before, middle), first_colour));
  const float left = left_edge(before, middle, first_colour);

  table.stage.app().send()(SetMarksCommand{{{library_of(table.stage).items[row].asset, Mark::Pick, 0}}}, {});
  const Picture flash = table.stage.pixels();
  const Colour tinted = at(flash, middle);
  INFO("in the flash " << tinted[0] << " " << tinted[1] << " " << tinted[2]);
  CHECK(is_tinted(first_colour, tinted, picked_tone));
  CHECK(is_near(at(flash, {left, middle.y}), picked_tone));

  table.until_still();
  CHECK(is_near(at(table.stage.pixels(), middle), first_colour));
}

TEST_CASE("A mark flashes over the loupe's picture while the gallery lies behind it, and on its bar once the next is shown") {
  Table table;
  if (!table.stage.draws()) STUDIO_SKIP("no EGL without a surface here (libegl-mesa0): pixels cannot be read back");
  table.import();
  Stage& stage = table.stage;
  const LoupeState& loupe = stage.app().loupe();
  const Row first = stage.app().state().shown[0], second = stage.app().state().shown[1];
  // Not within a script: at its end the window that had the keyboard before gets it back.
  select_only(stage.app().state(), first);
  stage.app().state().wishes.show_panel = "Loupe";
  for (int n = 0; n < 4; ++n) stage.frame();
  const bool opened = stage.play("open", [&](ImGuiTestContext* ctx) {
    IM_CHECK(stage.wait_until(ctx, [&] { return loupe.row == first && loupe.is_exact; }));
  });
  REQUIRE(opened);
  REQUIRE(stage.settle());
  REQUIRE(stage.app().state().loupe_has_focus);
  REQUIRE_FALSE(ImGui::FindWindowByName("Gallery")->DockTabIsVisible);
  const ImVec2 middle = table.box_of("//Loupe/Picture").GetCenter();
  const ImRect last_star = table.box_of("//Loupe/5 stars");
  const ImVec2 on_bar{last_star.Max.x + 6, last_star.GetCenter().y};
  const Colour shown = first == table.row_of("first.png") ? first_colour : second_colour;
  const Colour next = shown == first_colour ? second_colour : first_colour;
  const Picture before = stage.pixels();
  const Colour bar = at(before, on_bar);
  REQUIRE(is_near(at(before, middle), shown));
  const float left = left_edge(before, middle, shown);

  stage.app().state().goes_on = false;
  table.press("pick");
  const Picture flash = stage.pixels();
  CHECK(is_tinted(shown, at(flash, middle), picked_tone));
  CHECK(is_near(at(flash, {left, middle.y}), picked_tone));
  CHECK(at(flash, on_bar) == bar);
  table.until_still();
  CHECK(is_near(at(stage.pixels(), middle), shown));

  // Stars are marks, too.
  table.press("stars-3");
  CHECK_FALSE(is_near(at(stage.pixels(), middle), shown));
  table.until_still();

  // Moved on to the next, the bar says which mark was given; the next picture is as it is.
  table.press("unmark");
  table.until_still();
  stage.app().state().goes_on = true;
  table.press("pick");
  const Picture moved = stage.pixels();
  REQUIRE(loupe.row == second);
  CHECK(is_tinted(bar, at(moved, on_bar), picked_tone));
  table.until_still();
  const Picture after = stage.pixels();
  CHECK(at(after, on_bar) == bar);
  CHECK(is_near(at(after, middle), next));
}

TEST_CASE("What is rejected lies under the ground at 72 %, as a tile and in a strip") {
  Table table;
  if (!table.stage.draws()) STUDIO_SKIP("no EGL without a surface here (libegl-mesa0): pixels cannot be read back");
  table.import();
  Stage& stage = table.stage;
  const Row row = table.row_of("first.png");
  // A clip without a poster of its own: its picture stands there.
  auto& library = const_cast<Library&>(library_of(stage));
  Asset clip;
  clip.id = {2001};
  clip.kind = MediaKind::Video;
  clip.parents = {library.items[row].asset};
  clip.recipe.kind = MediaKind::Video;
  clip.media.width = 640;
  clip.media.height = 480;
  clip.created_ms = stage.app().studio()->view().now_wall_ms;
  library.fold(clip);
  const Row child = library.row_of(clip.id);
  REQUIRE(stage.settle());
  const ImRect tile = table.box_of(tile_of(stage, row)), small = table.box_of(tile_of(stage, child));
  // The middle, and so far out as a 4:3 picture surely reaches.
  const auto all_near = [&](Colour wanted) {
    const Picture shown = stage.pixels();
    bool is_so = true;
    for (const ImRect& box : {tile, small}) {
      const float reach = box.GetHeight() / 6;
      for (const float dx : {-reach, 0.0f, reach})
        for (const float dy : {-reach, 0.0f, reach}) {
          const Colour found = at(shown, {box.GetCenter().x + dx, box.GetCenter().y + dy});
          INFO("found " << found[0] << " " << found[1] << " " << found[2] << ", wanted " << wanted[0] << " " << wanted[1] << " " << wanted[2]);
          CHECK(is_near(found, wanted));
          is_so = is_so && is_near(found, wanted);
        }
    }
    return is_so;
  };
  REQUIRE(all_near(first_colour));
  Colour dimmed{};
  for (std::size_t c = 0; c < 3; ++c)
    dimmed[c] = static_cast<int>(std::lround(ground * ground_over_rejected + first_colour[c] * (1 - ground_over_rejected)));
  const auto mark_both = [&](Mark mark) {
    library.set_mark(library.items[row].asset, mark, 0);
    library.set_mark(clip.id, mark, 0);
    stage.frame();
    table.until_still();
  };
  mark_both(Mark::Reject);
  CHECK(all_near(dimmed));
  mark_both(Mark::None);
  CHECK(all_near(first_colour));
}
