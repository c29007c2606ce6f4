// Soft things (mist, beams) are worked out on a coarse grid and applied to every pixel.
#pragma once

#include <vector>

#include "sandbox/scenes/scene_canvas.h"

namespace studio::scenes {

// Calls apply(index of the pixel, value) for rows [first, last), the value being that of make(x, y) scaled up from a
// coarse grid.
template <typename Make, typename Apply>
void soft_field(Canvas& c, int first, int last, Make&& make, Apply&& apply) {
  if (first >= last) return;
  const int step = std::max(1, c.h / 200);
  const int w = c.w / step + 2, h = (last - first) / step + 2;
  std::vector<float> grid(static_cast<std::size_t>(w) * static_cast<std::size_t>(h)), line(static_cast<std::size_t>(w));
  for (int y = 0; y < h; ++y) {
    for (int x = 0; x < w; ++x) {
      grid[static_cast<std::size_t>(y * w + x)] =
          make((static_cast<float>(x) + 0.5f) * static_cast<float>(step) * c.pixel(),
               (static_cast<float>(first) + (static_cast<float>(y) + 0.5f) * static_cast<float>(step)) * c.pixel());
    }
  }
  const float inverse = 1.0f / static_cast<float>(step);
  for (int j = first; j < last; ++j) {
    const float fy = std::max((static_cast<float>(j - first) + 0.5f) * inverse - 0.5f, 0.0f);
    const int ya = std::min(static_cast<int>(fy), h - 2);
    const float ty = fy - static_cast<float>(ya);
    const float* a = grid.data() + ya * w;
    const float* b = a + w;
    for (int x = 0; x < w; ++x) line[static_cast<std::size_t>(x)] = a[x] + (b[x] - a[x]) * ty;
    const std::size_t start = c.at(0, j);
    for (int i = 0; i < c.w; ++i) {
      const float fx = std::max((static_cast<float>(i) + 0.5f) * inverse - 0.5f, 0.0f);
      const int xa = static_cast<int>(fx);
      const float* l = line.data() + xa;
      apply(start + static_cast<std::size_t>(i), l[0] + (l[1] - l[0]) * (fx - static_cast<float>(xa)));
    }
  }
}

}  // namespace studio::scenes
