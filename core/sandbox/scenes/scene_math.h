// Small arithmetic of the picture renderer: linear-light colour, smooth steps, a fast exponential, named random
// streams. Lengths are in picture heights: x runs from 0 to the aspect ratio, y from 0 (top) to 1.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <string_view>

#include "base/random.h"

namespace studio::scenes {

struct Rgb {
  float r = 0, g = 0, b = 0;
};
constexpr Rgb operator+(Rgb a, Rgb b) { return {a.r + b.r, a.g + b.g, a.b + b.b}; }
constexpr Rgb operator-(Rgb a, Rgb b) { return {a.r - b.r, a.g - b.g, a.b - b.b}; }
constexpr Rgb operator*(Rgb a, float k) { return {a.r * k, a.g * k, a.b * k}; }
constexpr Rgb operator*(Rgb a, Rgb b) { return {a.r * b.r, a.g * b.g, a.b * b.b}; }
constexpr float mix(float a, float b, float t) { return a + (b - a) * t; }
constexpr Rgb mix(Rgb a, Rgb b, float t) { return a + (b - a) * t; }
constexpr float luminance(Rgb c) { return 0.2126f * c.r + 0.7152f * c.g + 0.0722f * c.b; }

// sRGB 0xRRGGBB to linear light.
inline float linear_from_srgb(float s) { return s <= 0.04045f ? s / 12.92f : std::pow((s + 0.055f) / 1.055f, 2.4f); }
inline Rgb rgb(std::uint32_t hex) {
  static const std::array<float, 256> table = [] {
    std::array<float, 256> t{};
    for (std::size_t i = 0; i < t.size(); ++i) t[i] = linear_from_srgb(static_cast<float>(i) / 255.0f);
    return t;
  }();
  const auto part = [&](int shift) { return table[(hex >> shift) & 255u]; };
  return {part(16), part(8), part(0)};
}

// By value: std::min and std::max hand out references, and loops with those do not vectorise.
constexpr float smaller(float a, float b) { return a < b ? a : b; }
constexpr float larger(float a, float b) { return a > b ? a : b; }
constexpr float clamp01(float x) { return x < 0.0f ? 0.0f : (x > 1.0f ? 1.0f : x); }
// The Hermite step from a to b; a may be greater than b.
constexpr float ss(float a, float b, float x) {
  const float t = clamp01((x - a) / (b - a));
  return t * t * (3.0f - 2.0f * t);
}
inline float sq(float x) { return x * x; }

// exp(x) to 1e-4 relative without a library call, so that loops of it vectorise.
inline float fast_exp(float x) {
  const float t = larger(x, -80.0f) * 1.44269504f;
  const int i = static_cast<int>(t) - (t < 0.0f ? 1 : 0);
  const float f = t - static_cast<float>(i);
  const float p = 1.0f + f * (0.6931472f + f * (0.2401597f + f * (0.0558263f + f * 0.0089893f)));
  return std::bit_cast<float>((i + 127) << 23) * p;
}
inline float bell(float x) { return fast_exp(-x * x); }

// A random stream by name: adding a feature never shifts the numbers of another.
class Stream {
 public:
  Stream(std::uint64_t seed, std::string_view name, std::uint64_t n = 0)
      : random_(mix64(seed ^ stable_hash(name)) + n * 0x9E3779B97F4A7C15ull) {}
  float unit() { return static_cast<float>(random_.unit()); }
  float between(float low, float high) { return low + (high - low) * unit(); }
  int below(int count) { return static_cast<int>(random_.below(static_cast<std::uint64_t>(count))); }
  bool chance(float p) { return unit() < p; }
  float sign() { return chance(0.5f) ? 1.0f : -1.0f; }

 private:
  Random random_;
};

inline std::uint32_t stream_seed(std::uint64_t seed, std::string_view name) {
  return static_cast<std::uint32_t>(mix64(seed ^ stable_hash(name)) >> 20);
}

}  // namespace studio::scenes
