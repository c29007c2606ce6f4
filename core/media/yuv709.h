// Inside of this room: RGBA to 8-bit yuv420p in BT.709, limited range.
//
// Written out instead of asking swscale: the same bytes on every machine (its results differ by CPU), exact rounding, and
// no default of BT.601 that could come back.
#pragma once

#include <cstdint>

#include "media/picture.h"

namespace studio {

struct Plane {
  std::uint8_t* data = nullptr;
  int stride = 0;
};

// Converts the even part of the picture. Chroma is the mean of each 2 × 2 block; alpha is laid over black.
void rgba_to_yuv420_bt709(const Picture& picture, Plane y, Plane u, Plane v);

}  // namespace studio
