// The surfaces of the picture renderer: a picture in linear light, coverage masks, outlines, and layers for figures.
// All coordinates are in picture heights, so that a scene looks the same at every size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sandbox/scenes/scene_math.h"

namespace studio::scenes {

// Four floats that GCC and Clang keep in one SSE2 register.
typedef float F4 __attribute__((vector_size(16)));
inline F4 f4(float r, float g, float b, float a) { return F4{r, g, b, a}; }
inline F4 f4(Rgb c, float a = 1.0f) { return F4{c.r, c.g, c.b, a}; }

// Linear light, three planes; the value of white under full light is near 1, lamps and the sun go higher.
struct Canvas {
  int w = 0, h = 0;
  float aspect = 1;
  std::vector<float> r, g, b;

  Canvas(int width, int height)
      : w(width),
        h(height),
        aspect(static_cast<float>(width) / static_cast<float>(height)),
        r(count()),
        g(count()),
        b(count()) {}
  std::size_t count() const { return static_cast<std::size_t>(w) * static_cast<std::size_t>(h); }
  std::size_t at(int x, int y) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(w) + static_cast<std::size_t>(x);
  }
  float x_of(int i) const { return (static_cast<float>(i) + 0.5f) / static_cast<float>(h); }
  float y_of(int j) const { return (static_cast<float>(j) + 0.5f) / static_cast<float>(h); }
  float scale() const { return static_cast<float>(h); }
  float pixel() const { return 1.0f / static_cast<float>(h); }
  int row_of(float y) const { return std::clamp(static_cast<int>(y * static_cast<float>(h)), 0, h); }
  int column_of(float x) const { return std::clamp(static_cast<int>(x * static_cast<float>(h)), 0, w); }
  Rgb get(std::size_t i) const { return {r[i], g[i], b[i]}; }
  void put(std::size_t i, Rgb c) { r[i] = c.r, g[i] = c.g, b[i] = c.b; }
  void blend(std::size_t i, Rgb c, float t) {
    r[i] += (c.r - r[i]) * t;
    g[i] += (c.g - g[i]) * t;
    b[i] += (c.b - b[i]) * t;
  }
  void add(std::size_t i, Rgb c, float t) {
    r[i] += c.r * t;
    g[i] += c.g * t;
    b[i] += c.b * t;
  }
};

struct Point {
  float x = 0, y = 0;
};
using Outline = std::vector<Point>;

// Closed Catmull-Rom curve through the points.
Outline smooth_outline(const Outline& points, int steps = 8);
Outline ellipse_outline(float cx, float cy, float rx, float ry, int steps = 28);
// A stroke with a width at each end.
Outline stroke_outline(Point from, Point to, float width_from, float width_to);

// Coverage in [0, 1] over a box of pixels.
struct Mask {
  int x0 = 0, y0 = 0, w = 0, h = 0;
  std::vector<float> cover;
  bool empty() const { return cover.empty(); }
  float at(int x, int y) const {  // outside the box: none
    x -= x0, y -= y0;
    if (x < 0 || y < 0 || x >= w || y >= h) return 0.0f;
    return cover[static_cast<std::size_t>(y) * static_cast<std::size_t>(w) + static_cast<std::size_t>(x)];
  }
};

// Exact area coverage of closed outlines (points in picture heights times `scale` are pixels), clipped to a box of
// pixels.
Mask rasterise(const std::vector<Outline>& outlines, float scale, int clip_w, int clip_h, int margin = 0);

// One plane of floats blurred in place by three box passes; radius in pixels.
void blur_plane(float* plane, int w, int h, float radius_x, float radius_y);

// Adds the light that spills from bright pixels (above `threshold`), rows [0, rows) only; works on a quarter of the
// size.
void add_bloom(Canvas& canvas, int rows, float threshold, float strength, float near_radius, float far_radius);

// A mask filled with one colour.
void fill(Canvas& canvas, const Mask& mask, Rgb colour, float opacity = 1.0f);
// A round light: bright core and wide glow, added.
void add_glow(Canvas& canvas, float x, float y, float radius, Rgb colour, float strength);
// Straight light streak with soft sides, added.
void add_line(Canvas& canvas, Point from, Point to, float width, Rgb colour, float strength);

}  // namespace studio::scenes
