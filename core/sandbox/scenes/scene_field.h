// Soft things (mist, beams, blurs) are worked out on a coarse grid and applied to every pixel.
#pragma once

#include <array>
#include <vector>

#include "sandbox/scenes/scene_canvas.h"

namespace studio::scenes {

// A plane of w x h pixels averaged down to cells of step x step, each pixel counting as value(pixel).
template <typename Value>
std::vector<float> scaled_down(const float* plane, int w, int h, int step, Value&& value) {
  const int cells_w = (w + step - 1) / step, cells_h = (h + step - 1) / step;
  std::vector<float> cells(static_cast<std::size_t>(cells_w) * static_cast<std::size_t>(cells_h)),
      sums(static_cast<std::size_t>(cells_w) * static_cast<std::size_t>(step));
  for (int y = 0; y < cells_h; ++y) {
    std::fill(sums.begin(), sums.end(), 0.0f);
    const int last = std::min(h, (y + 1) * step);
    // Down the columns first: that is vector code, and little is left to do across.
    for (int yy = y * step; yy < last; ++yy) {
      const float* in = plane + static_cast<std::size_t>(yy) * static_cast<std::size_t>(w);
      float* sum = sums.data();
      for (int x = 0; x < w; ++x) sum[x] += value(in[x]);
    }
    float* out = cells.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(cells_w);
    for (int x = 0; x < cells_w; ++x) {
      const float* from = sums.data() + x * step;
      float sum = 0;
      for (int q = 0; q < step; ++q) sum += from[q];
      out[x] = sum / static_cast<float>((std::min(w, (x + 1) * step) - x * step) * (last - y * step));
    }
  }
  return cells;
}

// A coarse grid (at least 2 x 2 cells of step x step pixels) scaled up by lines between the centres of its cells. Ask
// for the rows from the top down: each row of the grid is then stretched once, and a row of pixels is one blend of two.
class ScaledUp {
 public:
  ScaledUp(const float* grid, int w, int h, int step, int width)
      : grid_(grid),
        w_(w),
        h_(h),
        inverse_(1.0f / static_cast<float>(step)),
        columns_(static_cast<std::size_t>(width)) {
    for (auto* row : {&stretched_[0], &stretched_[1], &line_}) row->resize(columns_.size());
    for (std::size_t i = 0; i < columns_.size(); ++i) columns_[i] = place(static_cast<int>(i), w_);
  }

  // Row j of the picture; good until the next call.
  const float* row(int j) {
    const Place y = place(j, h_);
    const float* __restrict a = stretched(y.cell);
    const float* __restrict b = stretched(y.cell + 1);
    float* __restrict out = line_.data();
    const std::size_t n = columns_.size();
    for (std::size_t i = 0; i < n; ++i) out[i] = a[i] + (b[i] - a[i]) * y.share;
    return out;
  }

 private:
  struct Place {  // between a cell and the next
    int cell;
    float share;
  };
  Place place(int pixel, int cells) const {
    const float at =
        std::clamp((static_cast<float>(pixel) + 0.5f) * inverse_ - 0.5f, 0.0f, static_cast<float>(cells - 1));
    const int cell = std::min(static_cast<int>(at), cells - 2);
    return {cell, at - static_cast<float>(cell)};
  }
  const float* stretched(int y) {
    const std::size_t slot = static_cast<std::size_t>(y % 2);
    if (held_[slot] != y) {
      const float* from = grid_ + static_cast<std::size_t>(y) * static_cast<std::size_t>(w_);
      for (std::size_t i = 0; i < columns_.size(); ++i) {
        const Place x = columns_[i];
        stretched_[slot][i] = from[x.cell] + (from[x.cell + 1] - from[x.cell]) * x.share;
      }
      held_[slot] = y;
    }
    return stretched_[slot].data();
  }

  const float* grid_;
  int w_, h_;
  float inverse_;
  std::vector<Place> columns_;
  std::array<std::vector<float>, 2> stretched_;
  std::array<int, 2> held_ = {-1, -1};
  std::vector<float> line_;
};

// Rows that change slowly down the picture: make(out, row) is asked for every `stride`-th only, those between are
// blends of two. Ask from the top down.
template <typename Make>
class SlowRows {
 public:
  SlowRows(int width, int stride, Make make) : stride_(stride), make_(make) {
    for (auto* row : {&made_[0], &made_[1], &line_}) row->resize(static_cast<std::size_t>(width));
  }

  // Good until the next call.
  const float* row(int j) {
    const int first = j / stride_;
    const float share = static_cast<float>(j - first * stride_) / static_cast<float>(stride_);
    const float* __restrict a = made(first);
    const float* __restrict b = made(first + 1);
    float* __restrict out = line_.data();
    for (std::size_t i = 0; i < line_.size(); ++i) out[i] = a[i] + (b[i] - a[i]) * share;
    return out;
  }

 private:
  const float* made(int n) {
    const std::size_t slot = static_cast<std::size_t>(n % 2);
    if (held_[slot] != n) make_(made_[slot].data(), n * stride_);
    held_[slot] = n;
    return made_[slot].data();
  }

  int stride_;
  Make make_;
  std::array<std::vector<float>, 2> made_;
  std::array<int, 2> held_ = {-1, -1};
  std::vector<float> line_;
};

// Calls apply(index of the pixel, value) for rows [first, last), the value being that of make(x, y) scaled up from a
// coarse grid.
template <typename Make, typename Apply>
void soft_field(Canvas& c, int first, int last, Make&& make, Apply&& apply) {
  if (first >= last) return;
  const int step = std::max(1, c.h / 200);
  const int w = c.w / step + 2, h = (last - first) / step + 2;
  std::vector<float> grid(static_cast<std::size_t>(w) * static_cast<std::size_t>(h));
  for (int y = 0; y < h; ++y) {
    for (int x = 0; x < w; ++x) {
      grid[static_cast<std::size_t>(y * w + x)] =
          make((static_cast<float>(x) + 0.5f) * static_cast<float>(step) * c.pixel(),
               (static_cast<float>(first) + (static_cast<float>(y) + 0.5f) * static_cast<float>(step)) * c.pixel());
    }
  }
  ScaledUp field(grid.data(), w, h, step, c.w);
  for (int j = first; j < last; ++j) {
    const float* row = field.row(j - first);
    const std::size_t start = c.at(0, j);
    for (int i = 0; i < c.w; ++i) apply(start + static_cast<std::size_t>(i), row[i]);
  }
}

}  // namespace studio::scenes
