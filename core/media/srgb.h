// Inside of this room: colours of a picture file to sRGB, by its ICC profile or its primaries.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "media/picture.h"

namespace studio {

enum class Samples : std::uint8_t {
  Rgb,           // RGBA bytes
  Grey,          // RGBA bytes with equal R, G, B
  Cmyk,          // 0 is no ink
  CmykInverted,  // 255 is no ink, as Adobe writes JPEGs
};

// CIE xy and a plain power curve; gamma 0 stands for the sRGB curve.
struct Primaries {
  double white_x = 0.3127, white_y = 0.3290;
  double red_x = 0.64, red_y = 0.33, green_x = 0.30, green_y = 0.60, blue_x = 0.15, blue_y = 0.06;
  double gamma = 0;
};

// Colorimetric with black point compensation.
class SrgbTransform {
 public:
  // Null when nothing is to do: no usable profile for such samples, or one that is sRGB to within a code value.
  static std::unique_ptr<SrgbTransform> from_icc(std::string_view profile, Samples samples);
  static std::unique_ptr<SrgbTransform> from_primaries(const Primaries& primaries);
  ~SrgbTransform();
  SrgbTransform(const SrgbTransform&) = delete;
  SrgbTransform& operator=(const SrgbTransform&) = delete;

  // Rgb and Grey: in place, alpha kept.
  void apply(Picture& picture) const;
  // Cmyk: four bytes a pixel in, opaque RGBA out.
  void apply_cmyk(const std::uint8_t* cmyk, std::uint8_t* rgba, std::size_t pixels) const;

 private:
  SrgbTransform() = default;
  void* transform_ = nullptr;
  bool is_grey_ = false;
  std::uint8_t grey_[256][3] = {};
};

}  // namespace studio
