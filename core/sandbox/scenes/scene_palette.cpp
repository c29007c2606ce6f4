// Colours of the times of day, and how weather and palette words bend them.
#include <array>

#include "sandbox/scenes/scene_plan.h"

namespace studio::scenes {
namespace {

// zenith, mid sky, horizon, light, haze, dark, cloud lit, cloud dark, water; in the order of Time.
using Row = std::array<std::uint32_t, 9>;
constexpr std::array<Row, 11> Times = {{
    {0x46588c, 0xa48cb0, 0xffc2a2, 0xffe4c2, 0xb7a2b8, 0x1c1828, 0xffd6c6, 0x7c7094, 0x5c688c},  // dawn
    {0x3a7cc0, 0x92c0de, 0xf6e8cc, 0xfff2d8, 0xbcced8, 0x1a2a2c, 0xfffaf0, 0xa4b2c6, 0x37708e},  // morning
    {0x1a5cac, 0x62a6e0, 0xd6ecf6, 0xfffdf4, 0xa6cbe4, 0x14222a, 0xffffff, 0x9cb4ca, 0x165a90},  // noon
    {0x2c6aa8, 0x86b6d2, 0xf8deac, 0xfff0ca, 0xc4c4b0, 0x1e241e, 0xfff2d8, 0x9f9c9c, 0x326c8c},  // afternoon
    {0x3c6490, 0xd6aa78, 0xffd082, 0xffecbc, 0xcca286, 0x20141a, 0xffeaca, 0x7c6478, 0x7c6a5c},  // golden hour
    {0x262c5c, 0x9c5468, 0xff8a4c, 0xffcf8c, 0xb06c68, 0x120b14, 0xffa27a, 0x4c3656, 0x3a3050},  // sunset
    {0x162048, 0x4e4a84, 0xe8937a, 0xffc8a0, 0x6c6290, 0x080b18, 0xd8929c, 0x2e325c, 0x1e2c50},  // dusk
    {0x081230, 0x1d3d76, 0x86a9cf, 0xffd9a0, 0x5279a8, 0x040812, 0x86aad4, 0x132448, 0x0e2448},  // blue hour
    {0x0a1428, 0x1c3256, 0x5c7ca4, 0xfff2d8, 0x38527a, 0x02050c, 0x8aa4cc, 0x12203c, 0x0e1e36},  // moonlight
    {0x060a17, 0x122040, 0x36507a, 0xe9f1ff, 0x273c5e, 0x020409, 0x5f7ca8, 0x0c1628, 0x0a1628},  // night
    {0x010309, 0x070f22, 0x162848, 0xc8d8ff, 0x122038, 0x010205, 0x283a5a, 0x060b16, 0x050b18},  // midnight
}};

// Weather pulls towards these, keeping the lightness of the hour.
constexpr Row Storm = {0x1a2227, 0x46565c, 0xa3b3ae, 0xe6efe6, 0x75868a, 0x080c0f, 0xb4c0bd, 0x28323a, 0x1c2f35};
constexpr Row Winter = {0x76909f, 0xb4c4cd, 0xebe5da, 0xfffaf0, 0xc2ccd2, 0x232b31, 0xfdfbf6, 0x8fa0ac, 0x7f95a3};
constexpr Row Grey = {0x8a949c, 0xb0b8bc, 0xd4d6d4, 0xf4f4f0, 0xb4bcc0, 0x1c2022, 0xdcdedc, 0x7c868c, 0x6c7a80};

// In the order of Tint. Each column is a hue wanted there; the lightness stays that of the hour but for the factor.
constexpr std::array<Row, 15> Tints = {{
    {0x4a0c18, 0xa82028, 0xff4a2c, 0xff9a6c, 0xb03038, 0x1a0406, 0xff6a50, 0x5a1420, 0x5a1018},  // red
    {0x7a3a18, 0xd87028, 0xff9a38, 0xffcc84, 0xd88a48, 0x1c0c04, 0xffb468, 0x7c4424, 0x7c4420},  // orange
    {0x8a6a24, 0xd8a83c, 0xffd460, 0xfff0b0, 0xdcb45c, 0x241806, 0xffe8a0, 0x8c6c30, 0x8c7030},  // golden
    {0x0f4a30, 0x2f8a5a, 0xb8e08c, 0xf4ffc8, 0x6cac7c, 0x04140a, 0xd0f0b8, 0x1c5038, 0x14503a},  // green
    {0x053e48, 0x189094, 0x98e0d0, 0xf0fff0, 0x60b8b4, 0x031618, 0xc4f0e4, 0x125a64, 0x0a5c64},  // teal
    {0x0a2a80, 0x2864c8, 0x88b8f0, 0xd8ecff, 0x4c80c8, 0x040a20, 0xa8ccf8, 0x183878, 0x0c3478},  // blue
    {0x260e5c, 0x6434b4, 0xd078e8, 0xf4d0ff, 0x8c58c0, 0x0c0418, 0xd8a0f4, 0x381c70, 0x2c1864},  // violet
    {0x8c3c74, 0xe07ca4, 0xffb0b8, 0xffe4e4, 0xe494b0, 0x240c1c, 0xffd0dc, 0x94507c, 0x94507c},  // pink
    {0x606060, 0x909090, 0xd0d0d0, 0xffffff, 0x989898, 0x080808, 0xe0e0e0, 0x585858, 0x484848},  // monochrome
    {0x5a4428, 0xa88458, 0xe8cc98, 0xfff0cc, 0xb89c70, 0x18100a, 0xf4e0b4, 0x685030, 0x685434},  // sepia
    {0x98a8dc, 0xd0b4dc, 0xffd8cc, 0xfff4e4, 0xd4c4dc, 0x5c5474, 0xffe8ec, 0xb8b0d8, 0x98b8d0},  // pastel
    {0x1c0848, 0x5c18a8, 0xff4cc0, 0x7cf0ff, 0x8030c0, 0x06020e, 0xff70d0, 0x281060, 0x180a50},  // neon
    {0x4c606a, 0x8a8e8a, 0xc8bca4, 0xe8e0cc, 0x9c9c90, 0x1c1c1c, 0xd0ccc4, 0x646866, 0x5c6466},  // muted
    {0x6c4c3c, 0xc08048, 0xf8b458, 0xffe0a0, 0xc88c58, 0x1c0e06, 0xf8c888, 0x7c4830, 0x6c5438},  // autumn
    {0x0838b8, 0x2890f0, 0xffc848, 0xfff0a0, 0x70a8f0, 0x061428, 0xfff0d8, 0x5870d0, 0x0458b0},  // vivid
}};

Colours from_row(const Row& r) {
  return {rgb(r[0]), rgb(r[1]), rgb(r[2]), rgb(r[3]), rgb(r[4]), rgb(r[5]), rgb(r[6]), rgb(r[7]), rgb(r[8])};
}

template <typename F>
void for_each(Colours& c, const Colours& other, F&& f) {
  c.zenith = f(c.zenith, other.zenith);
  c.mid = f(c.mid, other.mid);
  c.horizon = f(c.horizon, other.horizon);
  c.light = f(c.light, other.light);
  c.haze = f(c.haze, other.haze);
  c.dark = f(c.dark, other.dark);
  c.cloud_lit = f(c.cloud_lit, other.cloud_lit);
  c.cloud_dark = f(c.cloud_dark, other.cloud_dark);
  c.water = f(c.water, other.water);
}

// The colour of b at a lightness between both; `keep` = 1 keeps that of a.
void bend(Colours& c, const Row& row, float strength, float keep) {
  for_each(c, from_row(row), [&](Rgb a, Rgb b) {
    const float la = luminance(a), lb = luminance(b);
    const float wanted = la * keep + lb * (1 - keep);
    const Rgb same = b * (wanted / std::max(lb, 1e-4f));
    return mix(a, same, strength);
  });
}

}  // namespace

Colours colours_of(Time time) { return from_row(Times[static_cast<std::size_t>(time)]); }

void bend_to_weather(Colours& c, const PromptWords& words, float night) {
  const float keep = 0.55f + 0.45f * night;
  if (words.has(Weather::Overcast)) bend(c, Grey, 0.85f, keep);
  if (words.has(Weather::Rain)) bend(c, Storm, 0.55f, 0.6f + 0.4f * night);
  if (words.has(Weather::Storm)) bend(c, Storm, 0.80f, 0.35f + 0.6f * night);
  if (words.has(Weather::Lightning)) bend(c, Storm, 0.55f, 0.30f + 0.6f * night);
  if (words.has(Weather::Snow)) bend(c, Winter, 0.62f, 0.5f + 0.45f * night);
  if (words.has(Weather::Fog)) {
    bend(c, Winter, 0.35f, 0.8f + 0.2f * night);
    c.zenith = mix(c.zenith, c.haze, 0.55f);
    c.mid = mix(c.mid, c.haze, 0.6f);
    c.dark = mix(c.dark, c.haze, 0.16f);
  }
  if (words.has(Weather::Clear)) {
    c.zenith = c.zenith * 0.85f;
    c.haze = mix(c.haze, c.mid, 0.3f);
  }
}

void bend_to_tint(Colours& c, Tint tint, float strength) {
  float keep = 0.66f;
  if (tint == Tint::Pastel) keep = 0.45f;
  if (tint == Tint::Monochrome || tint == Tint::Sepia || tint == Tint::Muted || tint == Tint::Vivid) keep = 0.85f;
  if (tint == Tint::Neon) keep = 0.30f;
  bend(c, Tints[static_cast<std::size_t>(tint)], strength, keep);
}

}  // namespace studio::scenes
