#include "sandbox/warp.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace studio {
namespace {

constexpr int pad = 12;      // pixels around the source: a cell past the end, and the filter reaches 1 before and 2 behind
constexpr int phases = 64;   // sub-pixel steps
constexpr int unit = 64;     // the weights of a phase add up to this

// 16.16 fixed point.
constexpr int one_bits = 16;
std::int32_t fixed(float value) { return static_cast<std::int32_t>(std::lrintf(value * static_cast<float>(1 << one_bits))); }

struct Weights {
  alignas(16) std::int16_t of[phases][4];
#if defined(__SSE2__)
  alignas(16) std::int16_t across[phases][4][8];  // each weight eight times: for whole rows of four pixels
  alignas(16) std::int16_t along[phases][2][8];   // (w0, w2) and (w1, w3), four times each: for multiply-and-add
#endif
};

Weights make_weights() {
  Weights weights{};
  for (int phase = 0; phase < phases; ++phase) {
    const double f = static_cast<double>(phase) / phases;
    const double exact[4] = {0.5 * (-f + 2 * f * f - f * f * f), 0.5 * (2 - 5 * f * f + 3 * f * f * f),
                             0.5 * (f + 4 * f * f - 3 * f * f * f), 0.5 * (-f * f + f * f * f)};
    int sum = 0;
    for (int k = 0; k < 4; ++k) {
      weights.of[phase][k] = static_cast<std::int16_t>(std::lround(exact[k] * unit));
      sum += weights.of[phase][k];
    }
    // Rounding must not change brightness: the difference goes to the larger middle weight.
    weights.of[phase][f < 0.5 ? 1 : 2] = static_cast<std::int16_t>(weights.of[phase][f < 0.5 ? 1 : 2] + unit - sum);
#if defined(__SSE2__)
    for (int k = 0; k < 4; ++k)
      for (int lane = 0; lane < 8; ++lane) weights.across[phase][k][lane] = weights.of[phase][k];
    for (int lane = 0; lane < 8; ++lane) {
      weights.along[phase][0][lane] = weights.of[phase][lane % 2 == 0 ? 0 : 2];
      weights.along[phase][1][lane] = weights.of[phase][lane % 2 == 0 ? 1 : 3];
    }
#endif
  }
  return weights;
}

const Weights& weights() {
  static const Weights table = make_weights();
  return table;
}

// One output pixel. `from` is the source pixel one left and one above of the sample's whole part.
#if defined(__SSE2__)
inline void sample(const Weights& table, const std::uint8_t* from, int stride, int phase_x, int phase_y, __m128 gain, __m128 add, std::uint8_t* out) {
  const __m128i zero = _mm_setzero_si128();
  __m128i left = zero, right = zero;  // columns 0 and 1, columns 2 and 3; each channel 16 bits
  for (int k = 0; k < 4; ++k) {
    const __m128i row = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + k * stride));
    const __m128i weight = _mm_load_si128(reinterpret_cast<const __m128i*>(table.across[phase_y][k]));
    left = _mm_add_epi16(left, _mm_mullo_epi16(_mm_unpacklo_epi8(row, zero), weight));
    right = _mm_add_epi16(right, _mm_mullo_epi16(_mm_unpackhi_epi8(row, zero), weight));
  }
  const __m128i even = _mm_madd_epi16(_mm_unpacklo_epi16(left, right), _mm_load_si128(reinterpret_cast<const __m128i*>(table.along[phase_x][0])));
  const __m128i odd = _mm_madd_epi16(_mm_unpackhi_epi16(left, right), _mm_load_si128(reinterpret_cast<const __m128i*>(table.along[phase_x][1])));
  const __m128 light = _mm_add_ps(_mm_mul_ps(_mm_cvtepi32_ps(_mm_add_epi32(even, odd)), gain), add);
  const __m128i whole = _mm_cvtps_epi32(light);
  const __m128i words = _mm_packs_epi32(whole, whole);
  const std::uint32_t pixel = static_cast<std::uint32_t>(_mm_cvtsi128_si32(_mm_packus_epi16(words, words))) | 0xFF000000u;
  std::memcpy(out, &pixel, 4);
}
#else
inline void sample(const Weights& table, const std::uint8_t* from, int stride, int phase_x, int phase_y, float gain, const float* add, std::uint8_t* out) {
  for (int c = 0; c < 3; ++c) {
    std::int32_t sum = 0;
    for (int column = 0; column < 4; ++column) {
      std::int32_t down = 0;
      for (int k = 0; k < 4; ++k) down += from[k * stride + column * 4 + c] * table.of[phase_y][k];
      sum += down * table.of[phase_x][column];
    }
    out[c] = static_cast<std::uint8_t>(std::clamp(static_cast<int>(std::lrintf(static_cast<float>(sum) * gain + add[c])), 0, 255));
  }
  out[3] = 255;
}
#endif

}  // namespace

WarpGrid::WarpGrid(int width, int height)
    : columns((width + warp_cell - 1) / warp_cell + 1), rows((height + warp_cell - 1) / warp_cell + 1) {
  const std::size_t count = static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows);
  x.resize(count), y.resize(count), gain.assign(count, 1.0f), mist.assign(count, 0.0f);
  for (int j = 0; j < rows; ++j)
    for (int i = 0; i < columns; ++i) x[at(i, j)] = static_cast<float>(i * warp_cell), y[at(i, j)] = static_cast<float>(j * warp_cell);
}

FrameWarper::FrameWarper(const Picture& source)
    : width_(source.width), height_(source.height), stride_((source.width + 2 * pad) * 4),
      padded_(static_cast<std::size_t>(stride_) * static_cast<std::size_t>(source.height + 2 * pad)) {
  for (int y = 0; y < height_ + 2 * pad; ++y) {
    const std::uint8_t* from = source.row(std::clamp(y - pad, 0, height_ - 1));
    std::uint8_t* to = padded_.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(stride_);
    for (int x = 0; x < pad; ++x) std::memcpy(to + x * 4, from, 4);
    std::memcpy(to + pad * 4, from, static_cast<std::size_t>(width_) * 4);
    for (int x = 0; x < pad; ++x) std::memcpy(to + (pad + width_ + x) * 4, from + (width_ - 1) * 4, 4);
  }
}

void FrameWarper::draw(const WarpGrid& grid, Picture& out) const {
  const Weights& table = weights();
  const std::size_t columns = static_cast<std::size_t>(grid.columns);
  // The four quantities along one row of vertices, interpolated down to the current pixel row.
  std::vector<std::int32_t> row_x(columns), row_y(columns);
  std::vector<float> row_gain(columns), row_mist(columns);
  const float right = static_cast<float>(width_ - 1), bottom = static_cast<float>(height_ - 1);
  const std::uint8_t* origin = padded_.data() + static_cast<std::ptrdiff_t>(pad - 1) * stride_ + (pad - 1) * 4;
  constexpr std::int32_t half_phase = 1 << (one_bits - 7);
  constexpr float per_unit = 1.0f / (unit * unit);
#if defined(__SSE2__)
  const __m128 mist_rgb = _mm_set_ps(0.0f, grid.mist_rgb[2], grid.mist_rgb[1], grid.mist_rgb[0]);
#endif

  for (int y = 0; y < height_; ++y) {
    const int j = y / warp_cell;
    const float down = static_cast<float>(y % warp_cell) / warp_cell;
    for (std::size_t i = 0; i < columns; ++i) {
      const std::size_t a = grid.at(static_cast<int>(i), j), b = grid.at(static_cast<int>(i), j + 1);
      const auto between = [&](const std::vector<float>& values) { return values[a] + (values[b] - values[a]) * down; };
      // Vertices past the picture's end are needed to interpolate towards it, so the limit has a cell of room. It also
      // keeps every sample inside the padding.
      row_x[i] = fixed(std::clamp(between(grid.x), -1.0f, right + warp_cell)) + half_phase;
      row_y[i] = fixed(std::clamp(between(grid.y), -1.0f, bottom + warp_cell)) + half_phase;
      row_gain[i] = between(grid.gain) * per_unit;
      row_mist[i] = between(grid.mist);
    }
    std::uint8_t* to = out.row(y);
    for (int x0 = 0; x0 < width_; x0 += warp_cell) {
      const auto i = static_cast<std::size_t>(x0 / warp_cell);
      const std::int32_t step_x = (row_x[i + 1] - row_x[i]) / warp_cell, step_y = (row_y[i + 1] - row_y[i]) / warp_cell;
      const float step_gain = (row_gain[i + 1] - row_gain[i]) / warp_cell, step_mist = (row_mist[i + 1] - row_mist[i]) / warp_cell;
      std::int32_t at_x = row_x[i], at_y = row_y[i];
      float gain = row_gain[i], mist = row_mist[i];
      const int end = std::min(x0 + warp_cell, width_);
      for (int x = x0; x < end; ++x) {
        const std::uint8_t* from = origin + static_cast<std::ptrdiff_t>(at_y >> one_bits) * stride_ + (at_x >> one_bits) * 4;
        const int phase_x = (at_x >> (one_bits - 6)) & (phases - 1), phase_y = (at_y >> (one_bits - 6)) & (phases - 1);
        const float kept = gain * (1.0f - mist);
#if defined(__SSE2__)
        sample(table, from, stride_, phase_x, phase_y, _mm_set1_ps(kept), _mm_mul_ps(mist_rgb, _mm_set1_ps(mist)), to + x * 4);
#else
        const float add[3] = {grid.mist_rgb[0] * mist, grid.mist_rgb[1] * mist, grid.mist_rgb[2] * mist};
        sample(table, from, stride_, phase_x, phase_y, kept, add, to + x * 4);
#endif
        at_x += step_x, at_y += step_y, gain += step_gain, mist += step_mist;
      }
    }
  }
}

}  // namespace studio
