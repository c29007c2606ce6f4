// Inside of this room: what each picture format's decoder gives to decode_image and probe_media.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "media/image_errors.h"
#include "media/media_facts.h"
#include "media/resize.h"

namespace studio {

// What the head of a picture file says, before any pixel is decoded.
struct ImageHead {
  PictureSize stored;   // as in the file, before orientation
  int orientation = 1;  // EXIF numbering
  bool has_alpha = false;
  bool has_icc = false;
  bool animated = false;
};

// One format. `bytes` is the whole file. decode() gives a picture of exactly `size`, which has the shape of
// head.stored and is not larger: orientation is left to the caller, colours are sRGB already.
struct ImageCodec {
  Result<ImageHead> (*read_head)(std::string_view bytes);
  Result<Picture> (*decode)(std::string_view bytes, PictureSize size);
};

const ImageCodec* image_codec_for(std::string_view container);  // null: none

extern const ImageCodec JpegCodec;
extern const ImageCodec PngCodec;
extern const ImageCodec WebpCodec;
extern const ImageCodec AvifCodec;

// The orientation tag of a TIFF block ("II*\0…"), with or without "Exif\0\0" before it; 1 when there is none.
int exif_orientation(std::string_view tiff);

// The whole file by position, at most `max_bytes`.
Result<std::string> read_whole(int fd, std::int64_t max_bytes);

}  // namespace studio
