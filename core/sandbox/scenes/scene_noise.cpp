// Value noise over a fixed lattice.
#include "sandbox/scenes/scene_noise.h"

#include <cmath>

#include "base/random.h"

namespace studio::scenes {
namespace {

constexpr int Side = 256;
constexpr int Wrap = Side - 1;

struct Lattice {
  std::vector<float> value;
  Lattice() : value(Side * Side) {
    Random random(0x5EED);
    for (float& v : value) v = static_cast<float>(random.unit());
  }
};

const float* lattice() {
  static const Lattice instance;
  return instance.value.data();
}

inline int floor_int(float x) {
  const int i = static_cast<int>(x);
  return i - (static_cast<float>(i) > x ? 1 : 0);
}
inline float smooth(float f) { return f * f * f * (f * (f * 6.0f - 15.0f) + 10.0f); }
inline std::uint32_t scramble(std::uint32_t s) {
  s = (s ^ (s >> 15)) * 0x2C1B3C6Du;
  s = (s ^ (s >> 12)) * 0x297A2D39u;
  return s ^ (s >> 15);
}

}  // namespace

float noise2(float x, float y, std::uint32_t seed) {
  const float* table = lattice();
  const std::uint32_t s = scramble(seed);
  const int ix = floor_int(x), iy = floor_int(y);
  const float fx = smooth(x - static_cast<float>(ix)), fy = smooth(y - static_cast<float>(iy));
  const int x0 = (ix + static_cast<int>(s & 255u)) & Wrap, x1 = (x0 + 1) & Wrap;
  const int y0 = (iy + static_cast<int>((s >> 8) & 255u)) & Wrap, y1 = (y0 + 1) & Wrap;
  const float* top = table + y0 * Side;
  const float* low = table + y1 * Side;
  const float a = top[x0] + (top[x1] - top[x0]) * fx;
  const float b = low[x0] + (low[x1] - low[x0]) * fx;
  return a + (b - a) * fy;
}

float fbm2(float x, float y, std::uint32_t seed, int octaves, float gain) {
  float sum = 0, amplitude = 1, norm = 0;
  for (int k = 0; k < octaves; ++k) {
    sum += amplitude * noise2(x + 17.3f * static_cast<float>(k), y - 9.1f * static_cast<float>(k),
                              seed + 101u * static_cast<std::uint32_t>(k));
    norm += amplitude;
    amplitude *= gain;
    const float nx = x * 1.62f - y * 1.18f;
    y = x * 1.18f + y * 1.62f;
    x = nx;
  }
  return sum / norm;
}

float fbm1(float x, std::uint32_t seed, int octaves, float gain) {
  float sum = 0, amplitude = 1, norm = 0;
  for (int k = 0; k < octaves; ++k) {
    sum += amplitude * noise2(x + 3.7f * static_cast<float>(k), 0.5f, seed + 77u * static_cast<std::uint32_t>(k));
    norm += amplitude;
    amplitude *= gain;
    x *= 2.03f;
  }
  return sum / norm;
}

void fbm_row(float* out, int count, float u0, float du, float v, std::uint32_t seed, int octaves, float gain) {
  const float* table = lattice();
  for (int i = 0; i < count; ++i) out[i] = 0.0f;
  float amplitude = 1, norm = 0;
  for (int k = 0; k < octaves; ++k) norm += amplitude, amplitude *= gain;
  amplitude = 1.0f / norm;
  float blended[Side + 1];
  for (int k = 0; k < octaves; ++k) {
    const std::uint32_t s = scramble(seed + 101u * static_cast<std::uint32_t>(k));
    const int iv = floor_int(v);
    const float fv = smooth(v - static_cast<float>(iv));
    const int row = (iv + static_cast<int>((s >> 8) & 255u)) & Wrap;
    const float* top = table + row * Side;
    const float* low = table + ((row + 1) & Wrap) * Side;
    // A shear by whole rows keeps octaves from lining up.
    const float start = u0 + static_cast<float>(s & 255u) + 8192.0f;
    const int cells = static_cast<int>(std::fabs(du) * static_cast<float>(count + 4)) + 2;
    if (cells >= Side) {
      for (int i = 0; i < Side; ++i) blended[i] = amplitude * (top[i] + (low[i] - top[i]) * fv);
    } else {
      const int first = floor_int(du < 0 ? start + du * static_cast<float>(count + 4) : start);
      for (int i = 0; i <= cells; ++i) {
        const int at = (first + i) & Wrap;
        blended[at] = amplitude * (top[at] + (low[at] - top[at]) * fv);
      }
    }
    // Positions stay small floats: the whole part of the start is kept apart.
    const int whole = floor_int(start);
    // Steps near a whole cell would alias: such octaves fade to their mean.
    const float fade = std::fabs(du) < 0.4f ? 1.0f : (std::fabs(du) > 0.9f ? 0.0f : (0.9f - std::fabs(du)) * 2.0f);
    const float mean = (1.0f - fade) * 0.5f * amplitude;
    if (fade == 0.0f) {
      for (int i = 0; i < count; ++i) out[i] += mean;
      amplitude *= gain;
      continue;  // every higher octave is finer still; their sums need no positions
    }
    const float part = start - static_cast<float>(whole);
    const auto value = [&](int i) {
      const float u = part + du * static_cast<float>(i) + 4096.0f;
      const int iu = static_cast<int>(u);
      const float f = u - static_cast<float>(iu);
      const float w = f * f * (3.0f - 2.0f * f);
      const int at = (iu - 4096 + whole) & Wrap;
      const float a = blended[at], b = blended[(at + 1) & Wrap];
      return mean + fade * (a + (b - a) * w);
    };
    // Slow octaves are worked out at every fourth pixel and joined by lines.
    if (std::fabs(du) < 0.06f) {
      float left = value(0);
      for (int i = 0; i < count; i += 4) {
        const float right = value(i + 4);
        const float step = (right - left) * 0.25f;
        const int last = count - i < 4 ? count - i : 4;
        if (last == 4) {
          out[i] += left;
          out[i + 1] += left + step;
          out[i + 2] += left + 2 * step;
          out[i + 3] += left + 3 * step;
        } else {
          for (int q = 0; q < last; ++q) out[i + q] += left + step * static_cast<float>(q);
        }
        left = right;
      }
    } else {
      for (int i = 0; i < count; ++i) out[i] += value(i);
    }
    amplitude *= gain;
    u0 = u0 * 2.03f + (k % 2 == 0 ? 0.31f : -0.27f) * v;
    du *= 2.03f;
    v = v * 2.03f + 5.3f;
  }
}

}  // namespace studio::scenes
