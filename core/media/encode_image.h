// Pictures to file bytes: JPEG, PNG, WebP. The same picture and settings give the same bytes with the same libraries.
#pragma once

#include <string>

#include "base/result.h"
#include "media/picture.h"

namespace studio {

struct JpegSettings {
  int quality = 85;             // 1–100
  bool full_colour_detail = false;  // 4:4:4 instead of 4:2:0: for text and hard colour edges
};
// Alpha is laid over black.
Result<std::string> encode_jpeg(const Picture& picture, const JpegSettings& settings = {});

struct PngSettings {
  int level = 1;  // zlib 0–9. 1 is several times faster than 6 for a tenth more bytes on rendered pictures
};
// Lossless; 24 bit when every pixel is opaque, else 32 bit. Marked sRGB.
Result<std::string> encode_png(const Picture& picture, const PngSettings& settings = {});

struct WebpSettings {
  int quality = 80;  // 0–100; with lossless: effort
  bool lossless = false;
};
Result<std::string> encode_webp(const Picture& picture, const WebpSettings& settings = {});

}  // namespace studio
