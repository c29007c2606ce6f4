// The coarse grids behind soft things: what they give back is what was put in, as far as lines can tell.
#include "sandbox/scenes/scene_field.h"

#include "support/catch.h"

using namespace studio::scenes;

TEST_CASE("a plane is averaged down by cells, cut ones by what is left of them") {
  const std::vector<float> plane = {1, 3, 5,   //
                                    1, 3, 9,   //
                                    4, 8, 20};  // 3 x 3 in cells of 2 x 2
  const auto cells = scaled_down(plane.data(), 3, 3, 2, [](float v) { return smaller(v, 10.0f); });
  REQUIRE(cells.size() == 4);
  CHECK(cells[0] == Approx(2));
  CHECK(cells[1] == Approx(7));
  CHECK(cells[2] == Approx(6));
  CHECK(cells[3] == Approx(10));
}

TEST_CASE("a coarse slope scaled up is a slope, level beyond the outer cells, in whatever order rows are asked for") {
  const int w = 4, h = 3, step = 5;
  std::vector<float> grid;
  for (int y = 0; y < h; ++y) {
    for (int x = 0; x < w; ++x) grid.push_back(static_cast<float>(10 * x + 100 * y));
  }
  ScaledUp up(grid.data(), w, h, step, w * step);
  const auto expected = [&](int i, int cells) {
    return std::clamp((static_cast<float>(i) + 0.5f) / step - 0.5f, 0.0f, static_cast<float>(cells - 1));
  };
  for (const int j : {0, 1, 7, 14, 3, 8}) {
    const float* row = up.row(j);
    for (int i = 0; i < w * step; ++i) CHECK(row[i] == Approx(10 * expected(i, w) + 100 * expected(j, h)).margin(1e-3));
  }
}

TEST_CASE("slow rows are asked for once each and blended between") {
  int asked = 0;
  SlowRows rows(2, 4, [&](float* out, int j) {
    ++asked;
    out[0] = static_cast<float>(j), out[1] = static_cast<float>(-j);
  });
  for (int j = 3; j < 20; ++j) {
    const float* row = rows.row(j);
    CHECK(row[0] == Approx(j));
    CHECK(row[1] == Approx(-j));
  }
  CHECK(asked == 6);  // rows 0, 4 … 20
}
