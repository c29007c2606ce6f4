#include "media/srgb.h"

#include <lcms2.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace studio {
namespace {

// Corners, edges and inside of the cube: enough to see whether a transform does anything.
bool is_identity(cmsHTRANSFORM transform) {
  constexpr int Steps = 6;
  std::vector<std::uint8_t> in, out;
  for (int r = 0; r < Steps; ++r) {
    for (int g = 0; g < Steps; ++g) {
      for (int b = 0; b < Steps; ++b) {
        for (const int value : {r, g, b}) in.push_back(static_cast<std::uint8_t>(value * 51));
        in.push_back(255);
      }
    }
  }
  out = in;
  cmsDoTransform(transform, in.data(), out.data(), static_cast<cmsUInt32Number>(in.size() / 4));
  for (std::size_t i = 0; i < in.size(); ++i) {
    if (std::abs(in[i] - out[i]) > 1) return false;
  }
  return true;
}

cmsHTRANSFORM to_srgb(cmsHPROFILE from, cmsUInt32Number in_format, cmsUInt32Number out_format) {
  cmsHPROFILE srgb = cmsCreate_sRGBProfile();
  if (srgb == nullptr) return nullptr;
  cmsHTRANSFORM transform = cmsCreateTransform(from, in_format, srgb, out_format, INTENT_RELATIVE_COLORIMETRIC,
                                               cmsFLAGS_BLACKPOINTCOMPENSATION | cmsFLAGS_COPY_ALPHA);
  cmsCloseProfile(srgb);
  return transform;
}

}  // namespace

std::unique_ptr<SrgbTransform> SrgbTransform::from_icc(std::string_view profile, Samples samples) {
  // A profile that cannot be read is passed over, as browsers do: the pixels themselves are good.
  cmsHPROFILE from = cmsOpenProfileFromMem(profile.data(), static_cast<cmsUInt32Number>(profile.size()));
  if (from == nullptr) return nullptr;
  const cmsColorSpaceSignature space = cmsGetColorSpace(from);
  std::unique_ptr<SrgbTransform> result(new SrgbTransform);
  if (samples == Samples::Cmyk || samples == Samples::CmykInverted) {
    if (space == cmsSigCmykData) result->transform_ = to_srgb(from, samples == Samples::Cmyk ? TYPE_CMYK_8 : TYPE_CMYK_8_REV, TYPE_RGBA_8);
  } else if (space == cmsSigGrayData && samples == Samples::Grey) {
    result->transform_ = to_srgb(from, TYPE_GRAY_8, TYPE_RGB_8);
    if (result->transform_ != nullptr) {
      std::uint8_t ramp[256];
      for (int i = 0; i < 256; ++i) ramp[i] = static_cast<std::uint8_t>(i);
      cmsDoTransform(result->transform_, ramp, result->grey_, 256);
      result->is_grey_ = true;
    }
  } else if (space == cmsSigRgbData) {
    result->transform_ = to_srgb(from, TYPE_RGBA_8, TYPE_RGBA_8);
    if (result->transform_ != nullptr && is_identity(result->transform_)) {
      cmsCloseProfile(from);
      return nullptr;
    }
  }
  cmsCloseProfile(from);
  if (result->transform_ == nullptr) return nullptr;
  return result;
}

std::unique_ptr<SrgbTransform> SrgbTransform::from_primaries(const Primaries& primaries) {
  const cmsCIExyY white{primaries.white_x, primaries.white_y, 1.0};
  const cmsCIExyYTRIPLE colours{{primaries.red_x, primaries.red_y, 1.0}, {primaries.green_x, primaries.green_y, 1.0}, {primaries.blue_x, primaries.blue_y, 1.0}};
  // The sRGB curve (IEC 61966-2-1) as lcms's parametric type 4: a power with an offset, straight near black.
  const double srgb_curve[5] = {2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045};
  cmsToneCurve* curve = primaries.gamma > 0 ? cmsBuildGamma(nullptr, primaries.gamma) : cmsBuildParametricToneCurve(nullptr, 4, srgb_curve);
  if (curve == nullptr) return nullptr;
  cmsToneCurve* curves[3] = {curve, curve, curve};
  cmsHPROFILE from = cmsCreateRGBProfile(&white, &colours, curves);
  cmsFreeToneCurve(curve);
  if (from == nullptr) return nullptr;
  std::unique_ptr<SrgbTransform> result(new SrgbTransform);
  result->transform_ = to_srgb(from, TYPE_RGBA_8, TYPE_RGBA_8);
  cmsCloseProfile(from);
  if (result->transform_ == nullptr || is_identity(result->transform_)) return nullptr;
  return result;
}

SrgbTransform::~SrgbTransform() {
  if (transform_ != nullptr) cmsDeleteTransform(transform_);
}

void SrgbTransform::apply(Picture& picture) const {
  const std::size_t pixels = picture.rgba.size() / 4;
  if (is_grey_) {
    for (std::size_t i = 0; i < pixels; ++i) std::memcpy(picture.rgba.data() + i * 4, grey_[picture.rgba[i * 4]], 3);
    return;
  }
  for (int y = 0; y < picture.height; ++y) {
    cmsDoTransform(transform_, picture.row(y), picture.row(y), static_cast<cmsUInt32Number>(picture.width));
  }
}

void SrgbTransform::apply_cmyk(const std::uint8_t* cmyk, std::uint8_t* rgba, std::size_t pixels) const {
  cmsDoTransform(transform_, cmyk, rgba, static_cast<cmsUInt32Number>(pixels));
  for (std::size_t i = 0; i < pixels; ++i) rgba[i * 4 + 3] = 255;
}

}  // namespace studio
