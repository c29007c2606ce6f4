// What the tests of the painter measure in pictures, in pixels only: they know nothing of how a picture was made.
#pragma once

#include <vector>

#include "media/picture.h"

namespace studio::measures {

// Share of pixels in which some channel differs by at least `codes`.
double changed_share(const Picture& a, const Picture& b, int codes = 16);
double mean_difference(const Picture& a, const Picture& b);

// Where the edges are, whatever the colours: lightness is replaced by its rank among all pixels (so that any grade that
// keeps the order of lightness changes nothing), then the strongest eighth of its gradients is marked.
std::vector<bool> edges(const Picture& picture);
// 0: the same edges, 1: none in common. An edge may lie one pixel beside its partner.
double edge_change(const Picture& a, const Picture& b);

struct Tone {
  double brightness;  // mean luma, 0 to 255
  double hue_x,
      hue_y;  // mean of the hue circle weighted by saturation: direction is the hue, length how much of it there is
  double hue_degrees;  // direction of that mean, 0 red, 120 green, 240 blue
};
Tone tone_of(const Picture& picture);
// The height (0 top to 1) of the straightest level line: where two rows differ most from the two above, in the median
// over all columns, so that clouds, sparkle and things standing about do not count.
double horizon_of(const Picture& picture);

Picture half_size(const Picture& picture);

}  // namespace studio::measures
