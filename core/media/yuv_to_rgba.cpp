#include "media/yuv_to_rgba.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace studio {
namespace {

// Fixed point: a term is (a × b) >> 16 with 4 fraction bits left; luma enters × 128, chroma (eighths, from the
// interpolation) × 32, so every product fits the multiplier's 16 bits.
constexpr int FractionBits = 4;

struct Terms {
  std::int16_t luma, red_v, green_u, green_v, blue_u;
  std::int16_t black;
};

Terms terms_of(const YuvMatrix& m) {
  const double green = 1 - m.red - m.blue;
  const double luma = m.full_range ? 1.0 : 255.0 / 219.0;
  const double chroma = m.full_range ? 1.0 : 255.0 / 224.0;
  const auto luma_term = [](double c) { return static_cast<std::int16_t>(std::lround(c * 8192)); };
  const auto chroma_term = [chroma](double c) { return static_cast<std::int16_t>(std::lround(c * chroma * 4096)); };
  return {luma_term(luma), chroma_term(2 * (1 - m.red)), chroma_term(-2 * m.blue * (1 - m.blue) / green), chroma_term(-2 * m.red * (1 - m.red) / green),
          chroma_term(2 * (1 - m.blue)), static_cast<std::int16_t>(m.full_range ? 0 : 16)};
}

// Truncation loses half a step a term, which the rounding gives back.
constexpr int Rounding = (1 << (FractionBits - 1)) + 1;

// One chroma row at full width, in eighths around zero, × 32.
void chroma_row(const std::uint8_t* near, const std::uint8_t* far, int count, std::vector<std::int16_t>& blended, std::int16_t* out) {
  for (int i = 0; i < count; ++i) blended[static_cast<std::size_t>(i)] = static_cast<std::int16_t>(3 * near[i] + far[i]);
  blended[static_cast<std::size_t>(count)] = blended[static_cast<std::size_t>(count - 1)];
  const std::int16_t* b = blended.data();
  for (int i = 0; i < count; ++i) {
    out[2 * i] = static_cast<std::int16_t>((2 * b[i] - 1024) * 32);
    out[2 * i + 1] = static_cast<std::int16_t>((b[i] + b[i + 1] - 1024) * 32);
  }
}

std::uint8_t code(int value) { return static_cast<std::uint8_t>(std::clamp((value + Rounding) >> FractionBits, 0, 255)); }

void convert_pixels(const std::uint8_t* luma, const std::int16_t* u, const std::int16_t* v, int from, int to, const Terms& t, std::uint8_t* out) {
  const auto high = [](int a, int b) { return (a * b) >> 16; };
  for (int x = from; x < to; ++x) {
    const int y = high((luma[x] - t.black) * 128, t.luma);
    out[4 * x] = code(y + high(v[x], t.red_v));
    out[4 * x + 1] = code(y + high(u[x], t.green_u) + high(v[x], t.green_v));
    out[4 * x + 2] = code(y + high(u[x], t.blue_u));
    out[4 * x + 3] = 255;
  }
}

void convert_row(const std::uint8_t* luma, const std::int16_t* u, const std::int16_t* v, int width, const Terms& t, std::uint8_t* out) {
  int x = 0;
#ifdef __SSE2__
  const __m128i zero = _mm_setzero_si128(), opaque = _mm_set1_epi8(-1), rounding = _mm_set1_epi16(Rounding), black = _mm_set1_epi16(t.black);
  const __m128i luma_c = _mm_set1_epi16(t.luma), red_v = _mm_set1_epi16(t.red_v), green_u = _mm_set1_epi16(t.green_u), green_v = _mm_set1_epi16(t.green_v),
                blue_u = _mm_set1_epi16(t.blue_u);
  for (; x + 8 <= width; x += 8) {
    const __m128i bytes = _mm_unpacklo_epi8(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(luma + x)), zero);
    const __m128i y = _mm_add_epi16(_mm_mulhi_epi16(_mm_slli_epi16(_mm_sub_epi16(bytes, black), 7), luma_c), rounding);
    const __m128i cu = _mm_loadu_si128(reinterpret_cast<const __m128i*>(u + x)), cv = _mm_loadu_si128(reinterpret_cast<const __m128i*>(v + x));
    const __m128i r = _mm_srai_epi16(_mm_add_epi16(y, _mm_mulhi_epi16(cv, red_v)), FractionBits);
    const __m128i g = _mm_srai_epi16(_mm_add_epi16(y, _mm_add_epi16(_mm_mulhi_epi16(cu, green_u), _mm_mulhi_epi16(cv, green_v))), FractionBits);
    const __m128i b = _mm_srai_epi16(_mm_add_epi16(y, _mm_mulhi_epi16(cu, blue_u)), FractionBits);
    const __m128i rg = _mm_unpacklo_epi8(_mm_packus_epi16(r, r), _mm_packus_epi16(g, g));
    const __m128i ba = _mm_unpacklo_epi8(_mm_packus_epi16(b, b), opaque);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + 4 * x), _mm_unpacklo_epi16(rg, ba));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + 4 * x + 16), _mm_unpackhi_epi16(rg, ba));
  }
#endif
  convert_pixels(luma, u, v, x, width, t, out);
}

}  // namespace

void yuv420_to_rgba(const AVFrame& frame, const YuvMatrix& matrix, Picture& out) {
  const Terms terms = terms_of(matrix);
  const int chroma_width = (out.width + 1) / 2, chroma_height = (out.height + 1) / 2;
  std::vector<std::int16_t> blended(static_cast<std::size_t>(chroma_width) + 1);
  std::vector<std::int16_t> u(static_cast<std::size_t>(chroma_width) * 2), v(static_cast<std::size_t>(chroma_width) * 2);
  for (int y = 0; y < out.height; ++y) {
    const int near = y / 2;
    const int far = std::clamp(near + (y % 2 == 0 ? -1 : 1), 0, chroma_height - 1);
    const auto row = [&frame](int plane, int at) { return frame.data[plane] + static_cast<std::ptrdiff_t>(at) * frame.linesize[plane]; };
    chroma_row(row(1, near), row(1, far), chroma_width, blended, u.data());
    chroma_row(row(2, near), row(2, far), chroma_width, blended, v.data());
    convert_row(row(0, y), u.data(), v.data(), out.width, terms, out.row(y));
  }
}

}  // namespace studio
