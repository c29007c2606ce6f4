// Picture files of every awkward kind, written by the format's own library or by hand.
#pragma once

#include <string>
#include <string_view>

#include "media/picture.h"

namespace studio::samples {

struct PngOptions {
  bool interlaced = false;
  double gamma = 0;         // a gAMA chunk; 0: none
  std::string icc;          // an iCCP chunk
  int exif_orientation = 0; // an eXIf chunk
};
std::string png(const Picture& picture, const PngOptions& options = {});
std::string grey16_png(int width, int height, int value);                                   // 16 bit grey, one value everywhere
std::string palette_png(int width, int height);                                             // left index 0 red, right index 1 green half transparent (tRNS)
std::string empty_png(int width, int height, bool with_rows, int bits = 1);                 // grey zeros; without rows only the head

std::string jpeg(const Picture& picture, std::string_view icc = {}, int quality = 95, bool progressive = false);
std::string cmyk_jpeg(int width, int height, int c, int m, int y, int k);                   // Adobe's way: inverted
std::string with_exif_orientation(std::string_view jpeg_bytes, int orientation, bool big_endian);
std::string webp_with_exif(std::string_view simple_webp, int width, int height, int orientation);

struct AvifOptions {
  int quarter_turns = -1;  // anti-clockwise
  int mirror = -1;         // 0: top and bottom are exchanged; 1: left and right
  int primaries = 1;       // CICP
};
std::string avif(const Picture& picture, const AvifOptions& options = {});  // empty: the library has no encoder

// An RGB matrix profile with the sRGB curve.
std::string rgb_profile(double red_x, double red_y, double green_x, double green_y, double blue_x, double blue_y);
// What lcms2 itself makes of a colour, in floating point: 0–1 in and out.
struct FloatRgb {
  float r, g, b;
};
FloatRgb lcms_to_srgb(const std::string& profile, FloatRgb colour);

}  // namespace studio::samples
