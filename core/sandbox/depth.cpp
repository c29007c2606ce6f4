#include "sandbox/depth.h"

#include <algorithm>
#include <cmath>
#include <deque>

#include "media/resize.h"

namespace studio {
namespace {

struct Cells {
  int columns, rows;
  std::vector<float> r, g, b, luma;
  std::size_t at(int x, int y) const { return static_cast<std::size_t>(y) * static_cast<std::size_t>(columns) + static_cast<std::size_t>(x); }
};

Cells cells_of(const Picture& picture, int columns, int rows) {
  const Picture small = resized(picture, {columns, rows});
  Cells cells{columns, rows, {}, {}, {}, {}};
  const std::size_t count = static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows);
  cells.r.resize(count), cells.g.resize(count), cells.b.resize(count), cells.luma.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    cells.r[i] = static_cast<float>(small.rgba[i * 4]) / 255;
    cells.g[i] = static_cast<float>(small.rgba[i * 4 + 1]) / 255;
    cells.b[i] = static_cast<float>(small.rgba[i * 4 + 2]) / 255;
    cells.luma[i] = 0.2126f * cells.r[i] + 0.7152f * cells.g[i] + 0.0722f * cells.b[i];
  }
  return cells;
}

float contrast_of(const Cells& cells) {
  // Over each plane by itself, so that red beside green of equal brightness counts.
  double deviation = 0;
  for (const auto* plane : {&cells.r, &cells.g, &cells.b}) {
    double mean = 0, mean_square = 0;
    for (const float value : *plane) mean += value, mean_square += double{value} * value;
    mean /= static_cast<double>(plane->size()), mean_square /= static_cast<double>(plane->size());
    deviation = std::max(deviation, std::sqrt(std::max(0.0, mean_square - mean * mean)));
  }
  return static_cast<float>(std::clamp((deviation - 0.01) / 0.08, 0.0, 1.0));
}

// What can be reached from the top edge over small steps of colour is sky.
std::vector<float> find_sky(const Cells& cells) {
  std::vector<float> sky(cells.luma.size(), 0.0f);
  const auto step = [&](std::size_t a, std::size_t b) {
    return std::max({std::fabs(cells.r[a] - cells.r[b]), std::fabs(cells.g[a] - cells.g[b]), std::fabs(cells.b[a] - cells.b[b])});
  };
  std::deque<std::pair<int, int>> open;
  for (int x = 0; x < cells.columns; ++x) {
    sky[cells.at(x, 0)] = 1;
    open.emplace_back(x, 0);
  }
  const int lowest = cells.rows * 7 / 10;
  while (!open.empty()) {
    const auto [x, y] = open.front();
    open.pop_front();
    constexpr int dx[] = {1, -1, 0, 0}, dy[] = {0, 0, 1, -1};
    for (int k = 0; k < 4; ++k) {
      const int nx = x + dx[k], ny = y + dy[k];
      if (nx < 0 || ny < 0 || nx >= cells.columns || ny > lowest || sky[cells.at(nx, ny)] > 0) continue;
      if (step(cells.at(x, y), cells.at(nx, ny)) > 0.035f) continue;
      sky[cells.at(nx, ny)] = 1;
      open.emplace_back(nx, ny);
    }
  }
  return sky;
}

// The row where the ground begins: the mean lower end of the sky, where there is one.
int horizon_row(const Cells& cells, const std::vector<float>& sky) {
  double sum = 0;
  for (int x = 0; x < cells.columns; ++x) {
    int last = 0;
    for (int y = 0; y < cells.rows; ++y)
      if (sky[cells.at(x, y)] > 0) last = y;
    sum += last;
  }
  return std::clamp(static_cast<int>(sum / cells.columns), cells.rows / 5, cells.rows * 7 / 10);
}

// How near the things are that stand before the sky, one value a column and smooth from column to column. It holds for
// the column all the way up, sky included: a guess pixel by pixel bends every tower and tree, this keeps them upright.
std::vector<float> standing_depth(const Cells& cells, const std::vector<float>& sky, int horizon) {
  const int reach = std::max(2, cells.columns / 12);
  std::vector<float> columns(static_cast<std::size_t>(cells.columns));
  for (int x = 0; x < cells.columns; ++x) {
    float sum = 0;
    const int lowest = std::min(cells.rows - 1, horizon + cells.rows / 8);
    for (int y = 0; y <= lowest; ++y) {
      const std::size_t i = cells.at(x, y);
      if (sky[i] > 0) continue;
      // Haze makes far things pale: dark ones are near. What reaches below the horizon counts twice.
      sum += (0.35f + 0.65f * (1 - cells.luma[i])) * (y > horizon ? 2.0f : 1.0f);
    }
    columns[static_cast<std::size_t>(x)] = 0.12f + 0.43f * std::min(1.0f, sum / (0.45f * static_cast<float>(lowest + 1)));
  }
  for (int pass = 0; pass < 3; ++pass) {
    const std::vector<float> before = columns;
    for (int x = 0; x < cells.columns; ++x) {
      float sum = 0;
      for (int k = -reach; k <= reach; ++k) sum += before[static_cast<std::size_t>(std::clamp(x + k, 0, cells.columns - 1))];
      columns[static_cast<std::size_t>(x)] = sum / static_cast<float>(2 * reach + 1);
    }
  }
  return columns;
}

void blur(const Cells& cells, std::vector<float>& plane, int times) {
  for (int pass = 0; pass < times; ++pass) {
    for (const auto& [dx, dy] : {std::pair{1, 0}, std::pair{0, 1}}) {
      const std::vector<float> before = plane;
      for (int y = 0; y < cells.rows; ++y)
        for (int x = 0; x < cells.columns; ++x) {
          const auto value = [&](int k) {
            return before[cells.at(std::clamp(x + k * dx, 0, cells.columns - 1), std::clamp(y + k * dy, 0, cells.rows - 1))];
          };
          plane[cells.at(x, y)] = 0.25f * value(-1) + 0.5f * value(0) + 0.25f * value(1);
        }
    }
  }
}

// The least value in reach: what drifts with the sky keeps away from the things before it.
void shrink(const Cells& cells, std::vector<float>& plane, int reach) {
  for (const auto& [dx, dy] : {std::pair{1, 0}, std::pair{0, 1}}) {
    const std::vector<float> before = plane;
    for (int y = 0; y < cells.rows; ++y)
      for (int x = 0; x < cells.columns; ++x) {
        float least = 1;
        for (int k = -reach; k <= reach; ++k)
          least = std::min(least, before[cells.at(std::clamp(x + k * dx, 0, cells.columns - 1), std::clamp(y + k * dy, 0, cells.rows - 1))]);
        plane[cells.at(x, y)] = least;
      }
  }
}

}  // namespace

DepthMap estimate_depth(const Picture& picture, int columns, int rows) {
  const Cells cells = cells_of(picture, columns, rows);
  DepthMap map{columns, rows, std::vector<float>(cells.luma.size()), find_sky(cells), contrast_of(cells)};
  const int horizon = horizon_row(cells, map.sky);
  const std::vector<float> standing = standing_depth(cells, map.sky, horizon);
  for (int y = 0; y < rows; ++y) {
    const float down = std::max(0.0f, static_cast<float>(y - horizon) / static_cast<float>(std::max(1, rows - 1 - horizon)));
    const float up = std::max(0.0f, static_cast<float>(horizon - y) / static_cast<float>(std::max(1, horizon)));
    for (int x = 0; x < columns; ++x) {
      const float stands = standing[static_cast<std::size_t>(x)];
      // No corner at the horizon: what reaches across it leans a little instead of breaking.
      const float ground = stands + (0.92f - stands) * down * std::sqrt(down);
      map.depth[cells.at(x, y)] = std::clamp(ground * (1 - 0.15f * up), 0.0f, 1.0f);
    }
  }
  shrink(cells, map.sky, 4);
  blur(cells, map.sky, 8);
  return map;
}

}  // namespace studio
