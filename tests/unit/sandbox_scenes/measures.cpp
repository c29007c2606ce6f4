// Plain measures over pixels.
#include "unit/sandbox_scenes/measures.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>

namespace studio::measures {
namespace {

double luma(const std::uint8_t* p) { return 0.299 * p[0] + 0.587 * p[1] + 0.114 * p[2]; }

}  // namespace

double changed_share(const Picture& a, const Picture& b, int codes) {
  std::size_t changed = 0;
  for (std::size_t i = 0; i < a.rgba.size(); i += 4) {
    bool differs = false;
    for (std::size_t k = 0; k < 3; ++k) differs = differs || std::abs(a.rgba[i + k] - b.rgba[i + k]) >= codes;
    changed += differs ? 1 : 0;
  }
  return static_cast<double>(changed) / (static_cast<double>(a.rgba.size()) / 4);
}

double mean_difference(const Picture& a, const Picture& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.rgba.size(); ++i) sum += std::abs(a.rgba[i] - b.rgba[i]);
  return sum / (static_cast<double>(a.rgba.size()) * 0.75);
}

std::vector<bool> edges(const Picture& picture) {
  const int w = picture.width, h = picture.height;
  const std::size_t n = static_cast<std::size_t>(w) * static_cast<std::size_t>(h);
  std::vector<double> light(n);
  for (int y = 0; y < h; ++y) {
    for (int x = 0; x < w; ++x) {
      // A 3 x 3 mean keeps grain and dither out.
      double sum = 0;
      for (int dy = -1; dy <= 1; ++dy) {
        for (int dx = -1; dx <= 1; ++dx)
          sum += luma(picture.row(std::clamp(y + dy, 0, h - 1)) + 4 * std::clamp(x + dx, 0, w - 1));
      }
      light[static_cast<std::size_t>(y * w + x)] = sum;
    }
  }
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return light[a] < light[b]; });
  std::vector<double> rank(n);
  for (std::size_t i = 0; i < n; ++i) rank[order[i]] = static_cast<double>(i) / static_cast<double>(n);
  std::vector<double> gradient(n, 0.0);
  for (int y = 1; y + 1 < h; ++y) {
    for (int x = 1; x + 1 < w; ++x) {
      const std::size_t i = static_cast<std::size_t>(y * w + x), row = static_cast<std::size_t>(w);
      gradient[i] = std::hypot(rank[i + 1] - rank[i - 1], rank[i + row] - rank[i - row]);
    }
  }
  std::vector<double> sorted = gradient;
  const std::size_t cut = n - n / 8;
  std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(cut), sorted.end());
  std::vector<bool> out(n);
  for (std::size_t i = 0; i < n; ++i) out[i] = gradient[i] > sorted[cut];
  return out;
}

double edge_change(const Picture& a, const Picture& b) {
  const std::vector<bool> ea = edges(a), eb = edges(b);
  const int w = a.width, h = a.height;
  const auto missed = [&](const std::vector<bool>& from, const std::vector<bool>& in) {
    std::size_t all = 0, lost = 0;
    for (int y = 0; y < h; ++y) {
      for (int x = 0; x < w; ++x) {
        if (!from[static_cast<std::size_t>(y * w + x)]) continue;
        ++all;
        bool found = false;
        for (int dy = -1; dy <= 1; ++dy) {
          for (int dx = -1; dx <= 1; ++dx)
            found =
                found || in[static_cast<std::size_t>(std::clamp(y + dy, 0, h - 1) * w + std::clamp(x + dx, 0, w - 1))];
        }
        lost += found ? 0 : 1;
      }
    }
    return all == 0 ? 0.0 : static_cast<double>(lost) / static_cast<double>(all);
  };
  return 0.5 * (missed(ea, eb) + missed(eb, ea));
}

Tone tone_of(const Picture& picture) {
  Tone t{0, 0, 0, 0};
  const std::size_t n = picture.rgba.size() / 4;
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint8_t* p = picture.rgba.data() + 4 * i;
    t.brightness += luma(p);
    // Chroma on the hexagon's plane: red at 0, green at 120, blue at 240 degrees.
    t.hue_x += p[0] - 0.5 * p[1] - 0.5 * p[2];
    t.hue_y += std::sqrt(3.0) / 2 * (p[1] - p[2]);
  }
  t.brightness /= static_cast<double>(n);
  t.hue_x /= static_cast<double>(n);
  t.hue_y /= static_cast<double>(n);
  t.hue_degrees = std::fmod(std::atan2(t.hue_y, t.hue_x) * 180 / 3.14159265358979 + 360, 360);
  return t;
}

double horizon_of(const Picture& picture) {
  const int h = picture.height, w = picture.width;
  int best = 0, strongest = -1;
  std::vector<int> steps(static_cast<std::size_t>(w));
  for (int y = h / 5; y < h * 9 / 10; ++y) {
    int score = 0;
    for (int k = 0; k < 3; ++k) {
      for (int x = 0; x < w; ++x) {
        const auto at = [&](int row) { return static_cast<int>(picture.row(row)[4 * x + k]); };
        steps[static_cast<std::size_t>(x)] = at(y) + at(y + 1) - at(y - 1) - at(y - 2);
      }
      std::nth_element(steps.begin(), steps.begin() + w / 2, steps.end());
      score += std::abs(steps[static_cast<std::size_t>(w / 2)]);
    }
    if (score > strongest) strongest = score, best = y;
  }
  return static_cast<double>(best) / h;
}

Picture half_size(const Picture& p) {
  Picture out(p.width / 2, p.height / 2);
  for (int y = 0; y < out.height; ++y) {
    for (int x = 0; x < out.width; ++x) {
      for (int k = 0; k < 4; ++k) {
        const int sum = p.row(2 * y)[8 * x + k] + p.row(2 * y)[8 * x + 4 + k] + p.row(2 * y + 1)[8 * x + k] +
                        p.row(2 * y + 1)[8 * x + 4 + k];
        out.row(y)[4 * x + k] = static_cast<std::uint8_t>((sum + 2) / 4);
      }
    }
  }
  return out;
}

}  // namespace studio::measures
