// ThumbHash: a picture's look in at most 25 bytes, by Evan Wallace's published format (https://evanw.github.io/thumbhash/,
// "Details"); the code is our own.
//
// A picture is split into luminance L = (r+g+b)/3, P = (r+g)/2 − b, Q = r − g and, where it is not opaque, alpha; of each
// the lowest terms of its cosine transform are kept: the mean in 6 bits (alpha's in 4), the others in 4 bits, in units of
// their largest. The shape is told by how many terms L has in the shorter direction.
//   6 bits each: mean of L, P, Q · 5: largest of L · 1: has alpha · 3: terms of L along the shorter edge
//   6 each: largest of P, Q · 1: is wider than high · with alpha 4 each: mean and largest of alpha · 4 a term: L, P, Q, alpha
// all from the lowest bit of the first byte on.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "media/picture.h"
#include "media/resize.h"

namespace studio {

// Any thread; plain computation. The work grows with the pixels: some 100 × 100 are plenty. Not for an empty picture.
std::vector<std::uint8_t> thumb_hash_of(const Picture& picture);

// The size the picture of a hash has; nothing when the bytes are no hash.
std::optional<PictureSize> thumb_hash_size(std::span<const std::uint8_t> hash, int long_edge = 32);
// Some 20,000 multiplications at 32. `mean`: the picture's average where it is known better than the hash's few bits tell,
// red lowest; its alpha is not looked at.
std::optional<Picture> picture_of_thumb_hash(std::span<const std::uint8_t> hash, int long_edge = 32,
                                             std::optional<std::uint32_t> mean = std::nullopt);

// Mean of its pixels by their alpha, as an opaque colour, red lowest. Of a picture that shows nothing: black.
std::uint32_t average_rgba(const Picture& picture);

}  // namespace studio
