// Redraws a picture through a coarse grid of source positions, brightness and mist: the inner loop of every clip.
//
// Sampling is Catmull-Rom, because linear sampling of a slowly moving picture pulses between sharp and soft. The vector and
// the plain code do the same arithmetic, so the same grid gives the same bytes.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "media/picture.h"

namespace studio {

inline constexpr int warp_cell = 8;  // pixels between two vertices

// Vertex (i, j) belongs to the output pixel (8 i, 8 j). An identity grid gives the picture back exactly.
struct WarpGrid {
  int columns = 0, rows = 0;       // vertices
  std::vector<float> x, y;         // source position in pixels
  std::vector<float> gain;         // 1: as it is
  std::vector<float> mist;         // 0 … 1 of the mist's colour
  std::array<float, 3> mist_rgb{}; // 0 … 255
  WarpGrid(int width, int height);
  std::size_t at(int column, int row) const { return static_cast<std::size_t>(row) * static_cast<std::size_t>(columns) + static_cast<std::size_t>(column); }
};

class FrameWarper {
 public:
  explicit FrameWarper(const Picture& source);
  // `out` has the size of the source. Positions outside are brought to the edge. Opaque.
  void draw(const WarpGrid& grid, Picture& out) const;

 private:
  int width_, height_;
  int stride_;                        // bytes
  std::vector<std::uint8_t> padded_;  // the source with its edge repeated around it
};

}  // namespace studio
