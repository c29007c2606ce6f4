// What is on screen is what is in the file: a flat colour, read back from the drawn frame.
#include <imgui.h>
#include <imgui_te_context.h>

#include <random>

#include "base/file.h"
#include "media/encode_image.h"
#include "support/catch.h"
#include "ui/stage.h"

using namespace studio;

TEST_CASE("A flat-colour picture in the gallery reads back within two code values") {
  Stage stage;
  if (!stage.draws()) STUDIO_SKIP("no EGL without a surface here (libegl-mesa0): pixels cannot be read back");
  stage.open_fresh_project();
  // Another colour in each run, so that no constant passes by chance.
  std::mt19937 random(std::random_device{}());
  const auto channel = [&] { return static_cast<std::uint8_t>(random() % 256); };
  const std::array<std::uint8_t, 3> colour = {channel(), channel(), channel()};
  INFO("colour " << int(colour[0]) << " " << int(colour[1]) << " " << int(colour[2]));
  Picture picture(640, 480);
  for (std::size_t i = 0; i < picture.rgba.size(); i += 4) {
    std::copy(colour.begin(), colour.end(), picture.rgba.begin() + static_cast<std::ptrdiff_t>(i));
    picture.rgba[i + 3] = 255;
  }
  const auto png = encode_png(picture);
  REQUIRE(png);
  const auto file = stage.folder() / "flat.png";
  REQUIRE(write_file_durable(file, *png));

  ImRect box;
  const bool passed = stage.play("import", [&](ImGuiTestContext* ctx) {
    ImportCommand command;
    command.paths = {file.string()};
    stage.app().send()(command, {});
    IM_CHECK(stage.wait_until(ctx, [&] {
      const auto& items = stage.app().studio()->view().library.items;
      return items.size() == 1 && items[0].has_poster;
    }));
    ctx->Yield(2);
    box = ctx->ItemInfo("//Gallery/**/tile a1").RectFull;
    // Away from the tile: hovering lays things over it.
    ctx->MouseMoveToPos({5, 5});
  });
  REQUIRE(passed);
  REQUIRE(stage.settle());
  const Picture shown = stage.pixels();
  // Fitted into its box: the middle of the tile, and two thirds out to the edges of a 4:3 picture.
  const float cx = (box.Min.x + box.Max.x) / 2, cy = (box.Min.y + box.Max.y) / 2, reach = box.GetHeight() / 3;
  for (const float dx : {-reach, 0.0f, reach})
    for (const float dy : {-reach, 0.0f, reach}) {
      const std::uint8_t* p = shown.row(static_cast<int>(cy + dy)) + static_cast<int>(cx + dx) * 4;
      for (int c = 0; c < 3; ++c) CHECK(std::abs(int(p[c]) - int(colour[static_cast<std::size_t>(c)])) <= 2);
    }
  // And the proof that something was looked at: the ground beside the grid is the theme's.
  const std::uint8_t* ground = shown.row(static_cast<int>(box.Max.y) + 200) + static_cast<int>(box.Min.x + 10) * 4;
  CHECK(int(ground[0]) == 0x2B);
  CHECK(int(ground[1]) == 0x2B);
}
