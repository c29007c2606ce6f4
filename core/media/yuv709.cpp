#include "media/yuv709.h"

#include <vector>

namespace studio {
namespace {

// ITU-R BT.709: Kr = 0.2126, Kb = 0.0722; luma 16–235, chroma 16–240, in 16-bit fixed point.
constexpr int Shift = 16;
constexpr double Kr = 0.2126, Kb = 0.0722, Kg = 1 - Kr - Kb;
constexpr int fixed(double value) { return static_cast<int>(value * (1 << Shift) + (value < 0 ? -0.5 : 0.5)); }
constexpr double LumaScale = 219.0 / 255.0, ChromaScale = 224.0 / 255.0;
constexpr int YR = fixed(Kr * LumaScale), YG = fixed(Kg * LumaScale), YB = fixed(Kb * LumaScale);
constexpr int UR = fixed(-Kr / (2 * (1 - Kb)) * ChromaScale), UG = fixed(-Kg / (2 * (1 - Kb)) * ChromaScale), UB = fixed(0.5 * ChromaScale);
constexpr int VR = fixed(0.5 * ChromaScale), VG = fixed(-Kg / (2 * (1 - Kr)) * ChromaScale), VB = fixed(-Kb / (2 * (1 - Kr)) * ChromaScale);

void luma_row(const std::uint8_t* rgba, std::uint8_t* out, int width) {
  for (int x = 0; x < width; ++x) {
    const int r = rgba[x * 4], g = rgba[x * 4 + 1], b = rgba[x * 4 + 2];
    out[x] = static_cast<std::uint8_t>((YR * r + YG * g + YB * b + (16 << Shift) + (1 << (Shift - 1))) >> Shift);
  }
}

void chroma_row(const std::uint8_t* upper, const std::uint8_t* lower, std::uint8_t* u, std::uint8_t* v, int pairs) {
  for (int x = 0; x < pairs; ++x) {
    const int at = x * 8;
    const int r = upper[at] + upper[at + 4] + lower[at] + lower[at + 4];
    const int g = upper[at + 1] + upper[at + 5] + lower[at + 1] + lower[at + 5];
    const int b = upper[at + 2] + upper[at + 6] + lower[at + 2] + lower[at + 6];
    // Sums of four: two more bits of shift.
    u[x] = static_cast<std::uint8_t>((UR * r + UG * g + UB * b + (128 << (Shift + 2)) + (1 << (Shift + 1))) >> (Shift + 2));
    v[x] = static_cast<std::uint8_t>((VR * r + VG * g + VB * b + (128 << (Shift + 2)) + (1 << (Shift + 1))) >> (Shift + 2));
  }
}

void over_black(const std::uint8_t* rgba, std::uint8_t* out, int width) {
  for (int x = 0; x < width * 4; x += 4) {
    const unsigned alpha = rgba[x + 3];
    for (int c = 0; c < 3; ++c) out[x + c] = static_cast<std::uint8_t>((rgba[x + c] * alpha + 127) / 255);
    out[x + 3] = 255;
  }
}

bool row_is_opaque(const std::uint8_t* rgba, int width) {
  unsigned all = 255;
  for (int x = 0; x < width; ++x) all &= rgba[x * 4 + 3];
  return all == 255;
}

}  // namespace

void rgba_to_yuv420_bt709(const Picture& picture, Plane y, Plane u, Plane v) {
  const int width = picture.width & ~1, height = picture.height & ~1;
  std::vector<std::uint8_t> blended[2];
  for (int row = 0; row < height; row += 2) {
    const std::uint8_t* lines[2] = {picture.row(row), picture.row(row + 1)};
    for (int i = 0; i < 2; ++i) {
      if (row_is_opaque(lines[i], width)) continue;
      blended[i].resize(static_cast<std::size_t>(width) * 4);
      over_black(lines[i], blended[i].data(), width);
      lines[i] = blended[i].data();
    }
    luma_row(lines[0], y.data + static_cast<std::ptrdiff_t>(row) * y.stride, width);
    luma_row(lines[1], y.data + static_cast<std::ptrdiff_t>(row + 1) * y.stride, width);
    chroma_row(lines[0], lines[1], u.data + static_cast<std::ptrdiff_t>(row / 2) * u.stride, v.data + static_cast<std::ptrdiff_t>(row / 2) * v.stride, width / 2);
  }
}

}  // namespace studio
