// What is between the viewer and the scene: fog, sunbeams, rain, snow, wind.
#include "sandbox/scenes/scene_field.h"
#include "sandbox/scenes/scene_noise.h"
#include "sandbox/scenes/scene_parts.h"

namespace studio::scenes {
namespace {

void dot(Canvas& c, float x, float y, float radius, Rgb colour, float opacity, float soft) {
  const int x0 = c.column_of(x - radius), x1 = std::min(c.w, c.column_of(x + radius) + 1);
  const int y0 = c.row_of(y - radius), y1 = std::min(c.h, c.row_of(y + radius) + 1);
  const float shown = opacity * std::min(1.0f, sq(radius * c.scale() * 1.2f));
  for (int j = y0; j < y1; ++j) {
    for (int i = x0; i < x1; ++i) {
      const float d = std::sqrt(sq(c.x_of(i) - x) + sq(c.y_of(j) - y)) / std::max(radius, c.pixel() * 0.6f);
      c.blend(c.at(i, j), colour, shown * ss(1.0f, 1.0f - soft, d));
    }
  }
}

void fog(Canvas& c, const Plan& p) {
  const std::uint32_t seed = p.noise("fog");
  const Rgb air = mix(p.colour.haze, p.colour.horizon, 0.55f) * (1.0f - 0.15f * p.night);
  const float thick = p.place == Place::Forest || p.place == Place::Jungle ? 0.34f : 1.0f;
  soft_field(
      c, 0, c.h,
      [&](float x, float y) {
        const float n = fbm2(x * 1.7f + 0.2f * p.shift, y * 4.6f, seed, 4);
        const float band =
            0.62f * bell((y - p.horizon - 0.02f) / 0.20f) + 0.40f * ss(p.horizon - 0.5f, p.horizon, y) + 0.10f;
        return std::min(0.84f, 0.86f * thick * band * (0.40f + 1.0f * ss(0.30f, 0.72f, n)));
      },
      [&](std::size_t at, float v) { c.blend(at, air, v); });
}

void sunbeams(Canvas& c, const Plan& p) {
  const std::uint32_t seed = p.noise("beams");
  const float lx = p.light.x, ly = std::min(p.light.y, p.horizon * 0.5f) - 0.22f;
  const Rgb tone = mix(p.colour.light, p.colour.horizon, 0.25f) * (0.60f * (1 - 0.6f * p.night));
  soft_field(
      c, 0, c.h,
      [&](float x, float y) {
        const float dx = x - lx, dy = y - ly;
        const float angle = std::atan2(dx, dy + 0.02f);
        const float n = ss(0.46f, 0.72f, fbm1(angle * 5.5f + 30, seed, 4, 0.55f));
        const float d = std::sqrt(dx * dx + dy * dy);
        return n * fast_exp(-d * 1.25f) * ss(0.0f, 0.22f, d) * (1.15f - 0.55f * ss(p.horizon, 1.0f, y));
      },
      [&](std::size_t at, float v) { c.add(at, tone, v * 1.7f); });
}

void rain(Canvas& c, const Plan& p) {
  const Rgb tone = mix(p.colour.horizon, Rgb{0.9f, 0.95f, 1.0f}, 0.5f) * (0.30f + 0.25f * (1 - p.night));
  const std::uint32_t seed = p.noise("curtain");
  // Distant curtains, then single drops.
  const Rgb veil = mix(p.colour.haze, p.colour.mid, 0.3f);
  const float lean = 0.16f + 0.35f * p.wind;
  soft_field(
      c, 0, c.h,
      [&](float x, float y) {
        return 0.42f * p.rain * ss(0.42f, 0.75f, fbm1((x + y * lean) * 3.4f, seed, 4)) * ss(0.0f, p.horizon, y) *
               (1 - 0.6f * ss(p.horizon, 1.0f, y));
      },
      [&](std::size_t at, float v) { c.blend(at, veil, v); });
  Stream s = p.stream("drops");
  const int count = static_cast<int>(1150 * p.rain * p.aspect);
  for (int k = 0; k < count; ++k) {
    const float near = std::pow(s.unit(), 2.4f);
    const float x = s.unit() * (p.aspect + 0.2f), y = s.between(-0.1f, 1.0f), length = (0.035f + 0.085f * near);
    add_line(c, {x, y}, {x - lean * length, y + length}, std::max(0.00055f + 0.0011f * near, 0.5f * c.pixel()), tone,
             (0.16f + 0.34f * near) * std::min(1.0f, 0.5f + c.scale() / 1400.0f));
  }
}

void snow(Canvas& c, const Plan& p) {
  Stream s = p.stream("flakes");
  const Rgb tone = mix(Rgb{0.95f, 0.97f, 1.0f}, p.colour.light, 0.2f) * (0.55f + 0.45f * (1 - p.night));
  const int count = static_cast<int>(1000 * p.aspect);
  for (int k = 0; k < count; ++k) {
    const float near = std::pow(s.unit(), 7.0f);
    const float x = s.unit() * p.aspect, y = s.unit();
    const float radius = 0.0011f + 0.0016f * s.unit() + 0.011f * near;
    dot(c, x, y, radius, tone, near > 0.2f ? 0.38f : 0.78f, near > 0.2f ? 0.9f : 0.6f);
  }
}

void wind(Canvas& c, const Plan& p) {
  // Leaves and spray carried across, blown along one slant.
  Stream s = p.stream("blown");
  const bool sea = p.place == Place::Sea || p.place == Place::Coast || p.place == Place::Arctic;
  const Rgb tone = sea || p.snow > 0 ? p.colour.cloud_lit
                                     : (p.place == Place::Desert ? ground_colour(p, Ground::Sand) * p.colour.light
                                                                 : mix(rgb(0xb0622a), p.colour.dark, 0.35f));
  std::vector<Outline> parts;
  for (int k = 0; k < static_cast<int>(150 * p.aspect); ++k) {
    const float near = std::pow(s.unit(), 3.0f);
    const float x = s.unit() * p.aspect, y = 0.25f + 0.75f * s.unit(), size = 0.0025f + 0.013f * near;
    const float a = s.between(-0.7f, 0.9f);
    const float ux = std::cos(a) * size, uy = std::sin(a) * size;
    parts.push_back(
        {{x - ux, y - uy}, {x + uy * 0.35f, y - ux * 0.35f}, {x + ux, y + uy}, {x - uy * 0.35f, y + ux * 0.35f}});
  }
  fill(c, rasterise(parts, c.scale(), c.w, c.h), tone, sea ? 0.5f : 0.85f);
  for (int k = 0; k < 44; ++k) {
    const float x = s.unit() * p.aspect, y = 0.12f + 0.83f * s.unit(), l = s.between(0.12f, 0.42f);
    add_line(c, {x, y}, {x + l, y + 0.05f * l}, 0.0016f + 0.004f * s.unit(),
             mix(p.colour.cloud_lit, p.colour.horizon, 0.4f), 0.075f);
  }
}

}  // namespace

void paint_weather(Canvas& c, const Plan& p) {
  if (p.words.has(Weather::Sunbeams)) sunbeams(c, p);
  if (p.words.has(Weather::Fog)) fog(c, p);
  if (p.words.has(Weather::Windy)) wind(c, p);
  if (p.rain > 0.1f) rain(c, p);
  if (p.snow > 0) snow(c, p);
  if (p.aerial) {
    // Wisps of cloud below the viewer.
    const std::uint32_t seed = p.noise("wisps");
    const Rgb tone = mix(p.colour.cloud_lit, p.colour.horizon, 0.3f);
    soft_field(
        c, 0, c.h,
        [&](float x, float y) {
          return 0.75f * ss(0.56f, 0.80f, fbm2(x * 1.9f + 7, y * 4.2f, seed, 5)) *
                 ss(p.horizon - 0.02f, p.horizon + 0.3f, y);
        },
        [&](std::size_t at, float v) { c.blend(at, tone, v); });
  }
}

}  // namespace studio::scenes
