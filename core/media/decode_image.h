// Decoding JPEG, PNG, WebP and AVIF into pictures of the asked sizes. Called only by the media child and tests.
//
// What comes out is upright, in sRGB, with straight alpha, whatever orientation and ICC profile the file has.
// Large pictures are reduced while they are read (JPEG by its transform, PNG row by row, WebP by its scaler), so a
// small target costs little memory.
#pragma once

#include <span>
#include <vector>

#include "base/result.h"
#include "media/media_facts.h"
#include "media/resize.h"

namespace studio {

// Larger pictures are refused in words.
inline constexpr int MaxPictureSide = 32'768;
inline constexpr std::int64_t MaxPicturePixels = 268'435'456;
// No decoded picture is larger than this: a box without limits is narrowed to it.
inline constexpr std::int64_t MaxDecodedPixels = 100'000'000;

struct DecodedImage {
  MediaFacts facts;
  double time_secs = 0;           // of a clip's poster: the moment it shows
  std::vector<Picture> pictures;  // one for each box asked for, in that order
};

// `fd` as in probe_media. At least one box. Errors as probe_media.
Result<DecodedImage> decode_image(int fd, std::span<const FitBox> boxes);

}  // namespace studio
