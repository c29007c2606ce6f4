// Zoom and pan of the loupe: whole pixels, and what is under the pointer stays there.
#include "panels/loupe_view.h"

#include <cmath>

#include "support/catch.h"

using namespace studio;

TEST_CASE("a picture fits without being enlarged by a part") {
  const Rect box = rect_at(0, 0, 800, 600);
  CHECK(fit_scale(box, 1600, 600) == Approx(0.5));
  CHECK(fit_scale(box, 700, 500) == 1);
  CHECK(fit_scale(box, 300, 200) == 2);
  LoupeView view;
  const Rect place = view.place(box, 1600, 600);
  CHECK(place.width() == 800);
  CHECK(place.height() == 300);
  CHECK(place.min.y == 150);
}

TEST_CASE("what is under the pointer stays under it, step by step, and the picture lies on whole pixels") {
  const Rect box = rect_at(10, 20, 640, 480);
  const int w = 4000, h = 3000;
  LoupeView view;
  const ImVec2 pointer{500, 400};
  for (int i = 0; i < 13; ++i) {
    const Rect before = view.place(box, w, h);
    const float u = (pointer.x - before.min.x) / before.width(), v = (pointer.y - before.min.y) / before.height();
    view.step(1, pointer, box, w, h);
    const Rect after = view.place(box, w, h);
    CHECK(after.min.x + u * after.width() == Approx(pointer.x).margin(1.5));
    CHECK(after.min.y + v * after.height() == Approx(pointer.y).margin(1.5));
    CHECK(after.min.x == std::round(after.min.x));
  }
  CHECK(view.scale(box, w, h) == 16);
  for (int i = 0; i < 20; ++i) view.step(-1, pointer, box, w, h);
  CHECK(view.is_fit());
}

TEST_CASE("the picture cannot be dragged out of sight") {
  const Rect box = rect_at(0, 0, 400, 300);
  LoupeView view;
  view.set_zoom(1, {200, 150}, box, 1000, 1000);
  view.drag({5000, -5000}, box, 1000, 1000);
  const Rect place = view.place(box, 1000, 1000);
  CHECK(place.min.x == 0);
  CHECK(place.max.y == 300);
  // Where it is smaller than the box it lies in the middle.
  view.set_zoom(1, {0, 0}, box, 100, 1000);
  view.drag({70, 0}, box, 100, 1000);
  CHECK(view.place(box, 100, 1000).centre().x == Approx(200).margin(1));
}
