// A guess at how near each part of a picture is, good enough for parallax: far sky, ground that comes nearer towards the
// bottom, and the things that stand on it. Smooth everywhere, so that a warp by it neither tears nor bends what is upright.
#pragma once

#include <vector>

#include "media/picture.h"

namespace studio {

// One value a cell: depth 0 (far) … 1 (near), and how much of the cell is open sky.
struct DepthMap {
  int columns = 0, rows = 0;
  std::vector<float> depth;
  std::vector<float> sky;
  float contrast = 0;  // 0 for a flat card, about 1 for an ordinary picture: effects shrink with it
  float at(int column, int row) const { return depth[static_cast<std::size_t>(row) * static_cast<std::size_t>(columns) + static_cast<std::size_t>(column)]; }
};

DepthMap estimate_depth(const Picture& picture, int columns, int rows);

}  // namespace studio
