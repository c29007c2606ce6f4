// Moving subjects: boat, ship, whale, balloon, birds, car, train.
#include "sandbox/scenes/scene_figure.h"
#include "sandbox/scenes/scene_noise.h"
#include "sandbox/scenes/scene_parts.h"

namespace studio::scenes {
namespace {

Figure::Ending afloat(const Spot& spot) {
  Figure::Ending e;
  e.mirror = spot.water;
  e.shadow = !spot.water;
  return e;
}

void boat(Canvas& c, const Plan& p, const Spot& spot) {
  Stream s = p.stream("boat");
  const float size = 0.255f * spot.size;
  Figure f(c, p, {spot.x, spot.y}, size, spot.flip);
  const Rgb hull = rgb(s.chance(0.5f) ? 0x7a3226 : 0x2c4660), sail = rgb(0xf4e8d2), wood = rgb(0x6a4a30),
            dark = rgb(0x2a2420);
  f.line({0.03f, -0.09f}, {0.03f, -1.26f}, 0.022f, 0.012f, wood);
  f.curve({{0.0f, -0.17f},
           {-0.005f, -0.60f},
           {0.015f, -1.20f},
           {-0.10f, -0.95f},
           {-0.26f, -0.60f},
           {-0.47f, -0.19f},
           {-0.25f, -0.165f}},
          sail, 0.55f);
  f.curve({{0.07f, -0.19f},
           {0.055f, -0.60f},
           {0.045f, -1.06f},
           {0.19f, -0.72f},
           {0.33f, -0.44f},
           {0.52f, -0.17f},
           {0.28f, -0.175f}},
          sail * 0.93f, 0.55f);
  for (const float y : {-0.42f, -0.66f, -0.90f})
    f.line({0.0f, y}, {-0.47f - (y + 0.19f) * 0.46f, y + 0.01f}, 0.0045f, 0.0045f, sail * 0.6f);
  f.line({0.04f, -1.25f}, {0.56f, -0.14f}, 0.004f, 0.004f, dark);
  f.line({0.03f, -0.16f}, {-0.50f, -0.17f}, 0.016f, 0.012f, wood);
  f.curve({{-0.54f, -0.115f},
           {-0.20f, -0.085f},
           {0.25f, -0.095f},
           {0.60f, -0.155f},
           {0.50f, -0.02f},
           {0.30f, 0.045f},
           {-0.28f, 0.045f},
           {-0.48f, 0.01f}},
          hull, 0.5f);
  f.curve({{-0.55f, -0.13f},
           {-0.20f, -0.10f},
           {0.25f, -0.11f},
           {0.61f, -0.17f},
           {0.59f, -0.13f},
           {0.25f, -0.075f},
           {-0.20f, -0.065f},
           {-0.53f, -0.095f}},
          rgb(0xe8dcc8), 0.3f);
  f.curve({{-0.36f, -0.10f},
           {-0.345f, -0.20f},
           {-0.345f, -0.24f},
           {-0.29f, -0.28f},
           {-0.235f, -0.24f},
           {-0.235f, -0.20f},
           {-0.21f, -0.10f}},
          dark, 0.6f);
  f.ellipse(-0.29f, -0.30f, 0.036f, 0.042f, dark, 0.6f);
  if (p.lamps > 0.4f) f.lamp(ellipse_outline(0.10f, -0.19f, 0.018f, 0.024f, 12), {1.0f, 0.7f, 0.34f}, 2.2f * p.lamps);
  f.line({0.03f, -1.26f}, {0.03f, -1.31f}, 0.006f, 0.005f, dark);
  f.part({{0.03f, -1.31f}, {-0.10f - 0.05f * p.wind, -1.285f}, {0.03f, -1.262f}}, rgb(0xc83c2c), 0.2f);
  f.paint(afloat(spot));
  if (p.lamps > 0.4f) {
    const Point l = f.world({0.10f, -0.19f});
    add_glow(c, l.x, l.y, size * 0.10f, {1.0f, 0.6f, 0.25f}, 0.7f * p.lamps);
  }
}

void ship(Canvas& c, const Plan& p, const Spot& spot) {
  const float size = 0.46f * spot.size;
  Figure f(c, p, {spot.x, spot.y}, size, spot.flip);
  const Rgb hull = rgb(0x4a3224), band = rgb(0xd8c090), sail = rgb(0xf0e4ca), wood = rgb(0x5c4230),
            rope = rgb(0x2c241e);
  const float masts[3] = {-0.28f, 0.03f, 0.31f}, heights[3] = {0.74f, 0.92f, 0.80f};
  f.line({0.46f, -0.16f}, {0.78f, -0.30f}, 0.020f, 0.008f, wood);
  for (int k = 0; k < 3; ++k) f.line({masts[k], -0.10f}, {masts[k], -heights[k]}, 0.020f, 0.008f, wood);
  f.curve({{0.36f, -0.66f}, {0.74f, -0.29f}, {0.55f, -0.30f}, {0.40f, -0.27f}}, sail * 0.92f, 0.4f);
  f.curve({{0.36f, -0.50f}, {0.62f, -0.24f}, {0.47f, -0.235f}, {0.39f, -0.22f}}, sail * 0.86f, 0.4f);
  for (int k = 0; k < 3; ++k) {
    const float m = masts[k], h = heights[k];
    float y = -0.20f, w = 0.165f;
    for (int q = 0; q < 4; ++q) {
      const float tall = (h - 0.26f) * (q == 0 ? 0.34f : 0.26f - 0.03f * static_cast<float>(q)), narrow = w * 0.80f;
      f.curve({{m - w, y},
               {m - w * 0.2f, y + 0.020f},
               {m + w, y},
               {m + w * 1.02f + 0.02f, y - tall * 0.5f},
               {m + narrow, y - tall},
               {m, y - tall - 0.004f},
               {m - narrow, y - tall},
               {m - w * 0.86f + 0.02f, y - tall * 0.5f}},
              sail * (0.98f - 0.05f * static_cast<float>(k % 2)), 0.7f);
      f.line({m - narrow * 1.06f, y - tall - 0.006f}, {m + narrow * 1.06f, y - tall - 0.006f}, 0.009f, 0.009f, wood);
      y -= tall + 0.022f;
      w = narrow * 0.96f;
    }
    f.line({m, -h}, {m + (k == 2 ? 0.42f : 0.30f), k == 2 ? -0.26f : -0.14f}, 0.003f, 0.003f, rope);
    f.line({m, -h}, {m - 0.26f, -0.14f}, 0.003f, 0.003f, rope);
    f.part({{m, -h - 0.03f}, {m - 0.10f, -h - 0.015f}, {m, -h}}, rgb(0xb83428), 0.2f);
  }
  f.curve({{-0.56f, -0.29f},
           {-0.50f, -0.27f},
           {-0.34f, -0.25f},
           {-0.33f, -0.16f},
           {0.0f, -0.125f},
           {0.36f, -0.145f},
           {0.56f, -0.205f},
           {0.50f, -0.09f},
           {0.42f, 0.035f},
           {-0.40f, 0.045f},
           {-0.52f, -0.04f}},
          hull, 0.45f);
  f.curve({{-0.545f, -0.155f},
           {-0.30f, -0.105f},
           {0.05f, -0.080f},
           {0.50f, -0.135f},
           {0.49f, -0.110f},
           {0.05f, -0.055f},
           {-0.30f, -0.080f},
           {-0.535f, -0.130f}},
          band, 0.3f);
  for (int k = 0; k < 9; ++k)
    f.rect(-0.34f + 0.085f * static_cast<float>(k), -0.075f, -0.312f + 0.085f * static_cast<float>(k), -0.050f, rope,
           0);
  for (int k = 0; k < 3; ++k) {
    const float x = -0.52f + 0.055f * static_cast<float>(k);
    const Outline o = {{x, -0.235f}, {x + 0.032f, -0.233f}, {x + 0.032f, -0.200f}, {x, -0.202f}};
    if (p.lamps > 0.2f)
      f.lamp(o, {1.0f, 0.66f, 0.3f}, 1.8f * p.lamps);
    else
      f.part(o, band, 0);
  }
  f.paint(afloat(spot));
}

void whale(Canvas& c, const Plan& p, const Spot& spot) {
  Stream s = p.stream("whale");
  const float size = 0.36f * spot.size;
  Spot at = spot;
  const bool flying = !spot.water;  // without water it drifts through the air
  if (flying) at.y = p.horizon * (p.aerial ? 2.2f : 0.72f);
  Figure f(c, p, {at.x, at.y}, size, spot.flip);
  const Rgb back = rgb(0x3c4c5c), belly = rgb(0xd0d4d4);
  f.curve({{-0.70f, 0.16f},
           {-0.56f, -0.10f},
           {-0.34f, -0.34f},
           {-0.06f, -0.56f},
           {0.22f, -0.72f},
           {0.44f, -0.80f},
           {0.58f, -0.78f},
           {0.64f, -0.68f},
           {0.58f, -0.55f},
           {0.40f, -0.38f},
           {0.20f, -0.16f},
           {0.04f, 0.06f},
           {-0.10f, 0.22f},
           {-0.45f, 0.28f}},
          back, 0.8f);
  f.curve({{0.62f, -0.72f},
           {0.60f, -0.60f},
           {0.44f, -0.40f},
           {0.26f, -0.18f},
           {0.10f, 0.06f},
           {0.0f, 0.20f},
           {-0.06f, 0.14f},
           {0.10f, -0.14f},
           {0.26f, -0.38f},
           {0.42f, -0.58f}},
          belly, 0.6f);
  for (int k = 0; k < 6; ++k)
    f.line({0.58f - 0.03f * static_cast<float>(k), -0.655f + 0.035f * static_cast<float>(k)},
           {0.10f - 0.015f * static_cast<float>(k), 0.02f + 0.03f * static_cast<float>(k)}, 0.006f, 0.003f,
           belly * 0.6f);
  f.curve({{0.16f, -0.30f},
           {0.30f, -0.16f},
           {0.44f, 0.06f},
           {0.44f, 0.16f},
           {0.34f, 0.12f},
           {0.20f, -0.06f},
           {0.06f, -0.18f}},
          back * 0.85f, 0.5f);
  f.ellipse(0.40f, -0.56f, 0.012f, 0.012f, rgb(0x0c0c0c), 0);
  if (flying) {
    f.curve({{-0.62f, 0.06f},
             {-0.80f, 0.16f},
             {-0.98f, 0.10f},
             {-1.10f, 0.16f},
             {-0.94f, 0.24f},
             {-0.86f, 0.36f},
             {-0.92f, 0.50f},
             {-0.78f, 0.42f},
             {-0.70f, 0.26f},
             {-0.52f, 0.26f}},
            back, 0.5f);
    Figure::Ending e;
    e.shadow = false;
    e.haze = 0.15f;
    f.paint(e);
    return;
  }
  Figure::Ending e;
  e.mirror = true;
  e.shadow = false;
  f.paint(e);
  // White water where it breaks through.
  const Rgb foam = mix(p.colour.cloud_lit, p.colour.light, 0.2f) * (0.45f + 0.5f * (1 - p.night));
  std::vector<Outline> drops;
  for (int k = 0; k < 230; ++k) {
    const float a = s.between(-1.35f, 1.35f), d = size * (0.12f + 0.58f * std::pow(s.unit(), 1.6f));
    const float x = at.x - spot.flip * 0.22f * size + std::sin(a) * d * 1.1f,
                y = at.y + 0.13f * size - std::cos(a) * d * 0.62f * s.unit();
    const float r = size * (0.006f + 0.030f * sq(s.unit())) * (1.25f - d / size);
    drops.push_back(ellipse_outline(x, y, r * 1.25f, r, 9));
  }
  fill(c, rasterise(drops, c.scale(), c.w, c.h), foam, 0.72f);
  std::vector<Outline> rings;
  for (int k = 0; k < 40; ++k) {
    const float x = at.x - spot.flip * 0.22f * size + size * s.between(-0.72f, 0.72f),
                y = at.y + size * (0.15f + 0.12f * s.unit());
    rings.push_back(ellipse_outline(x, y, size * s.between(0.03f, 0.16f), size * s.between(0.006f, 0.02f), 14));
  }
  fill(c, rasterise(rings, c.scale(), c.w, c.h), foam, 0.55f);
}

void balloon(Canvas& c, const Plan& p, float x, float y, float r, int kind, float haze) {
  static constexpr std::uint32_t Colours2[4][2] = {
      {0xe8502f, 0xfff0d8}, {0x2f6f9f, 0xf6d27a}, {0x7a3f8f, 0xffd0a0}, {0x3f8f6f, 0xfff0c0}};
  const Rgb one = rgb(Colours2[kind % 4][0]), two = rgb(Colours2[kind % 4][1]);
  const Colours& col = p.colour;
  const float day = 1 - 0.75f * p.night, front = p.silhouette ? 0.05f : 0.35f + 0.65f * p.light.front;
  const Rgb ambient = mix(col.mid, col.zenith, 0.3f) * 0.55f + col.haze * 0.2f,
            key = col.light * (day * (1 - 0.5f * p.gloom) * front);
  const float toward = p.light.x > x ? 1.0f : -1.0f, burner = 1.25f * p.lamps;
  const int x0 = c.column_of(x - r * 1.1f), x1 = c.column_of(x + r * 1.1f) + 1, y0 = c.row_of(y - r * 1.1f),
            y1 = c.row_of(y + r * 1.4f);
  const float soft = 1.3f * c.pixel() / r;
  for (int j = y0; j < y1; ++j) {
    for (int i = x0; i < std::min(x1, c.w); ++i) {
      const float u = (c.x_of(i) - x) / r, v = (c.y_of(j) - y) / r;
      const float taper = v > 0.25f ? std::max(1 - (v - 0.25f) * 0.62f, 0.2f) : 1.0f;
      const float w = u / taper, q = v < 0.25f ? v : (v - 0.25f) * 0.72f + 0.25f;
      const float cover = ss(1 + soft, 1 - soft, std::sqrt(w * w + q * q)) * ss(1.32f, 1.30f - soft, v);
      if (cover <= 0) continue;
      const float longitude = std::asin(std::clamp(w, -1.0f, 1.0f));
      const float gore = (longitude + 9) * 3.2f;
      const bool odd = (static_cast<int>(gore) & 1) != 0;
      const float seam = 1 - 0.18f * bell((gore - std::floor(gore)) / 0.10f);
      const float facing = clamp01(0.42f + 0.60f * std::sin(longitude) * toward - 0.22f * v);
      Rgb out = (odd ? two : one) * (ambient + key * facing) * seam;
      out = out + (odd ? two : one) * Rgb{1.0f, 0.55f, 0.22f} * (burner * bell(u / 0.75f) * ss(-0.9f, 1.2f, v));
      c.blend(c.at(i, j), mix(out, mix(col.haze, col.horizon, 0.3f), haze), cover);
    }
  }
  Figure f(c, p, {x, y}, r);
  const Rgb wicker = rgb(0x6a4828);
  for (const float k : {-1.0f, 1.0f}) {
    f.line({k * 0.28f, 1.29f}, {k * 0.13f, 1.58f}, 0.016f, 0.016f, wicker);
    f.line({k * 0.10f, 1.29f}, {k * 0.06f, 1.58f}, 0.014f, 0.014f, wicker);
  }
  f.curve({{-0.155f, 1.56f}, {0.155f, 1.56f}, {0.13f, 1.80f}, {-0.13f, 1.80f}}, wicker, 0.7f);
  for (const float k : {-0.06f, 0.05f}) f.ellipse(k, 1.53f, 0.034f, 0.045f, rgb(0x2c2420), 0.5f);
  if (p.lamps > 0.2f) f.lamp(ellipse_outline(0, 1.36f, 0.04f, 0.07f, 12), {1.0f, 0.62f, 0.22f}, 2.5f * p.lamps);
  Figure::Ending e;
  e.shadow = false;
  e.haze = haze;
  f.paint(e);
}

void balloons(Canvas& c, const Plan& p, const Spot& spot) {
  Stream s = p.stream("balloons");
  const float r = 0.132f * spot.size;
  for (int k = 0; k < 4; ++k) {
    const float x = p.aspect * s.between(0.10f, 0.90f), y = p.horizon * s.between(0.12f, 0.70f),
                small = r * s.between(0.16f, 0.36f);
    if (std::fabs(x - spot.x) < r * 1.6f) continue;
    balloon(c, p, x, y, small, k + 1, 0.30f + 0.25f * (1 - small / (0.36f * r)));
  }
  balloon(c, p, spot.x, std::max(spot.y, r * 1.25f), r, s.below(4), 0.06f);
}

void bird(Figure& f, Point at, float span, float lift, Rgb tone) {
  // Two bent wings and a body.
  const auto q = [&](float x, float y) { return Point{at.x + x * span, at.y + y * span}; };
  f.curve({q(-1.0f, -0.10f - lift * 0.4f), q(-0.55f, -0.34f - lift), q(-0.12f, -0.05f), q(0.0f, 0.02f),
           q(0.12f, -0.05f), q(0.55f, -0.34f - lift), q(1.0f, -0.10f - lift * 0.4f), q(0.52f, -0.19f - lift * 0.8f),
           q(0.16f, 0.10f), q(0.0f, 0.15f), q(-0.16f, 0.10f), q(-0.52f, -0.19f - lift * 0.8f)},
          tone, 0.2f);
}

void birds(Canvas& c, const Plan& p, const Spot& spot) {
  Stream s = p.stream("birds");
  const float size = 0.30f * spot.size;
  // A flock in a loose line, and one close by.
  Figure flock(c, p, {p.aspect - spot.x, spot.y * 0.55f}, size);
  for (int k = 0; k < 15; ++k) {
    const float t = static_cast<float>(k - 7), x = t * 0.145f * spot.flip + s.between(-0.03f, 0.03f),
                y = std::fabs(t) * 0.060f + s.between(-0.025f, 0.025f);
    bird(flock, {x, y}, 0.050f + 0.016f * s.unit(), s.between(-0.2f, 0.25f), rgb(0x2c2e34));
  }
  Figure::Ending far;
  far.shadow = false;
  far.haze = 0.22f;
  far.rim = 0;
  far.dark = 0.6f;
  flock.paint(far);
  Figure f(c, p, {spot.x, spot.y}, size * 1.12f, spot.flip);
  const Rgb white = rgb(0xf2f0ee), grey = rgb(0x9aa4b0), tip = rgb(0x26262a);
  f.curve({{0.05f, -0.03f},
           {-0.12f, -0.22f},
           {-0.36f, -0.48f},
           {-0.62f, -0.60f},
           {-0.90f, -0.62f},
           {-0.70f, -0.50f},
           {-0.50f, -0.32f},
           {-0.34f, -0.12f},
           {-0.16f, 0.04f}},
          grey * 0.92f, 0.3f);
  f.curve({{-0.62f, -0.60f}, {-0.92f, -0.63f}, {-0.72f, -0.51f}}, tip, 0.2f);
  f.curve({{-0.42f, 0.075f},
           {-0.26f, 0.0f},
           {0.0f, -0.055f},
           {0.22f, -0.085f},
           {0.31f, -0.115f},
           {0.38f, -0.09f},
           {0.37f, -0.045f},
           {0.22f, 0.02f},
           {0.0f, 0.075f},
           {-0.20f, 0.085f}},
          white, 0.5f);
  f.curve({{0.13f, -0.02f},
           {0.10f, -0.24f},
           {0.20f, -0.52f},
           {0.40f, -0.74f},
           {0.66f, -0.88f},
           {0.54f, -0.68f},
           {0.42f, -0.44f},
           {0.32f, -0.18f},
           {0.20f, 0.01f}},
          grey, 0.3f);
  f.curve({{0.40f, -0.74f}, {0.68f, -0.90f}, {0.55f, -0.69f}}, tip, 0.2f);
  f.part({{0.375f, -0.095f}, {0.455f, -0.060f}, {0.365f, -0.050f}}, rgb(0xe09a30), 0.2f);
  f.ellipse(0.325f, -0.085f, 0.009f, 0.009f, rgb(0x101010), 0);
  f.part({{-0.40f, 0.06f}, {-0.56f, 0.075f}, {-0.50f, 0.115f}, {-0.36f, 0.085f}}, white * 0.9f, 0.2f);
  Figure::Ending e;
  e.shadow = false;
  e.haze = 0.03f;
  f.paint(e);
}

void car(Canvas& c, const Plan& p, const Spot& spot) {
  Stream s = p.stream("car");
  const float size = 0.42f * spot.size;
  Figure f(c, p, {spot.x, spot.y}, size, spot.flip);
  static constexpr std::uint32_t Paints[4] = {0xb83428, 0x3a7a8c, 0xe0b040, 0xd8d4cc};
  const Rgb paint = rgb(Paints[s.below(4)]), chrome = rgb(0xd0d4d8), rubber = rgb(0x1c1c1e),
            glass = mix(p.colour.mid, rgb(0x203040), 0.5f);
  f.curve({{-0.26f, -0.20f}, {-0.20f, -0.335f}, {-0.10f, -0.365f}, {0.08f, -0.36f}, {0.17f, -0.315f}, {0.255f, -0.20f}},
          paint * 0.95f, 0.4f);
  f.curve({{-0.215f, -0.205f}, {-0.17f, -0.315f}, {-0.09f, -0.340f}, {-0.025f, -0.340f}, {-0.025f, -0.205f}}, glass,
          0.3f);
  f.curve({{0.005f, -0.205f}, {0.005f, -0.340f}, {0.075f, -0.337f}, {0.145f, -0.300f}, {0.21f, -0.205f}}, glass, 0.3f);
  f.curve({{-0.50f, -0.06f},
           {-0.51f, -0.155f},
           {-0.44f, -0.205f},
           {-0.25f, -0.215f},
           {0.25f, -0.215f},
           {0.40f, -0.195f},
           {0.49f, -0.150f},
           {0.50f, -0.06f},
           {0.30f, -0.045f},
           {-0.30f, -0.045f}},
          paint, 0.25f);
  f.line({-0.505f, -0.125f}, {0.50f, -0.125f}, 0.012f, 0.012f, chrome);
  f.rect(-0.53f, -0.085f, -0.43f, -0.055f, chrome, 0.6f);
  f.rect(0.43f, -0.085f, 0.53f, -0.055f, chrome, 0.6f);
  for (const float x : {-0.29f, 0.29f}) {
    f.ellipse(x, -0.075f, 0.098f, 0.090f, paint * 0.25f, 0.3f);
    f.ellipse(x, -0.072f, 0.078f, 0.075f, rubber, 0.5f);
    f.ellipse(x, -0.072f, 0.042f, 0.040f, chrome, 0.8f);
  }
  const float power = 0.6f + 2.4f * p.lamps;
  f.lamp(ellipse_outline(0.475f, -0.145f, 0.026f, 0.026f, 16), {1.0f, 0.90f, 0.68f}, power);
  f.lamp({{-0.505f, -0.165f}, {-0.485f, -0.165f}, {-0.485f, -0.125f}, {-0.505f, -0.125f}}, {1.0f, 0.12f, 0.06f},
         0.5f + 1.2f * p.lamps);
  f.paint({});
  if (p.lamps > 0.2f) {
    const Point front = f.world({0.48f, -0.145f}), back = f.world({-0.50f, -0.145f});
    add_glow(c, front.x, front.y, size * 0.10f, {1.0f, 0.85f, 0.6f}, 1.0f * p.lamps);
    add_glow(c, back.x, back.y, size * 0.06f, {1.0f, 0.1f, 0.05f}, 0.7f * p.lamps);
    for (int k = 0; k < 5; ++k)
      add_line(c, front,
               {front.x + spot.flip * size * (0.75f + 0.05f * static_cast<float>(k)),
                front.y + size * (0.03f + 0.05f * static_cast<float>(k))},
               size * 0.05f, {1.0f, 0.85f, 0.6f}, 0.07f * p.lamps);
  }
}

void train(Canvas& c, const Plan& p, const Spot& spot) {
  Stream s = p.stream("train");
  const float hy = p.aerial ? 0.48f : p.horizon, size = 0.125f * std::min(1.25f, spot.size), a = p.aspect;
  const float deck = hy - 0.035f, unit = size;
  // A viaduct from side to side.
  Figure via(c, p, {0, 0}, 1);
  const Rgb stone = rgb(0xa8947c), shade = rgb(0x6c5c4c);
  const float pier = 0.165f * std::max(0.8f, spot.size), foot = hy + (p.water() ? 0.085f : 0.16f);
  via.part({{-0.05f, deck}, {a + 0.05f, deck}, {a + 0.05f, deck + 0.030f}, {-0.05f, deck + 0.030f}}, stone, 0);
  for (float x = -pier * s.unit(); x < a + pier; x += pier) {
    Outline o = {{x - 0.018f, foot}, {x - 0.014f, deck + 0.10f}};
    for (int k = 0; k <= 8; ++k) {  // half an arch each side
      const float t = 3.1416f * 0.5f * static_cast<float>(k) / 8;
      o.push_back({x - 0.014f - (pier * 0.5f - 0.014f) * (1 - std::cos(t)), deck + 0.10f - (0.072f) * std::sin(t)});
    }
    o.push_back({x - pier * 0.5f, deck + 0.02f});
    o.push_back({x + pier * 0.5f, deck + 0.02f});
    for (int k = 8; k >= 0; --k) {
      const float t = 3.1416f * 0.5f * static_cast<float>(k) / 8;
      o.push_back({x + 0.014f + (pier * 0.5f - 0.014f) * (1 - std::cos(t)), deck + 0.10f - (0.072f) * std::sin(t)});
    }
    o.push_back({x + 0.014f, deck + 0.10f});
    o.push_back({x + 0.018f, foot});
    via.part(o, stone * 0.94f, 0.35f);
  }
  via.part({{-0.05f, deck - 0.008f}, {a + 0.05f, deck - 0.008f}, {a + 0.05f, deck + 0.003f}, {-0.05f, deck + 0.003f}},
           shade, 0);
  Figure::Ending ve;
  ve.shadow = false;
  ve.haze = 0.14f;
  via.paint(ve);
  Figure f(c, p, {spot.x, deck - 0.008f}, unit, spot.flip);
  const Rgb black = rgb(0x2c2c30), red = rgb(0x9c2f24), coach = rgb(0x6a2c28), roof = rgb(0x54504c),
            brass = rgb(0xd0a048);
  for (int k = 0; k < 6; ++k) {
    const float x1 = -0.75f - 1.18f * static_cast<float>(k), x0 = x1 - 1.10f;
    f.rect(x0, -0.50f, x1, -0.10f, coach, 0.1f);
    f.curve({{x0 - 0.02f, -0.49f}, {x0 + 0.05f, -0.575f}, {x1 - 0.05f, -0.575f}, {x1 + 0.02f, -0.49f}}, roof, 0.2f);
    for (int q = 0; q < 6; ++q) {
      const float wx = x0 + 0.10f + 0.16f * static_cast<float>(q);
      const Outline o = {{wx, -0.43f}, {wx + 0.10f, -0.43f}, {wx + 0.10f, -0.28f}, {wx, -0.28f}};
      if (p.lamps > 0.2f)
        f.lamp(o, {1.0f, 0.70f, 0.34f}, 1.9f * p.lamps);
      else
        f.part(o, mix(p.colour.mid, rgb(0x3a3028), 0.4f), 0);
    }
    for (const float q : {0.2f, 0.4f, 0.7f, 0.9f}) f.ellipse(x0 + q * 1.10f, -0.06f, 0.075f, 0.075f, black, 0.3f);
  }
  f.rect(-0.66f, -0.42f, -0.30f, -0.10f, black, 0.2f);
  f.part({{-0.30f, -0.10f}, {-0.30f, -0.66f}, {0.04f, -0.66f}, {0.04f, -0.10f}}, red, 0.2f);
  f.rect(-0.34f, -0.70f, 0.08f, -0.65f, black, 0.3f);
  f.lamp({{-0.22f, -0.58f}, {-0.06f, -0.58f}, {-0.06f, -0.44f}, {-0.22f, -0.44f}}, {1.0f, 0.62f, 0.28f},
         0.5f + 1.2f * p.lamps);
  f.curve({{0.02f, -0.16f},
           {0.02f, -0.52f},
           {0.10f, -0.56f},
           {0.82f, -0.55f},
           {0.90f, -0.46f},
           {0.90f, -0.22f},
           {0.82f, -0.15f}},
          black * 1.25f, 0.25f);
  for (const float x : {0.22f, 0.46f, 0.68f}) f.rect(x, -0.56f, x + 0.025f, -0.14f, brass, 0.2f);
  f.part({{0.68f, -0.54f}, {0.65f, -0.80f}, {0.84f, -0.80f}, {0.81f, -0.54f}}, black, 0.6f);
  f.curve({{0.30f, -0.54f}, {0.31f, -0.65f}, {0.43f, -0.65f}, {0.44f, -0.54f}}, brass, 0.7f);
  f.part({{0.86f, -0.02f}, {0.90f, -0.18f}, {1.10f, -0.01f}}, red, 0.3f);
  for (const float x : {-0.14f, 0.16f, 0.44f}) {
    f.ellipse(x, -0.12f, 0.13f, 0.13f, red * 0.8f, 0.3f);
    f.ellipse(x, -0.12f, 0.09f, 0.09f, black, 0.3f);
  }
  f.line({-0.18f, -0.12f}, {0.50f, -0.12f}, 0.03f, 0.03f, brass * 0.7f);
  f.ellipse(0.74f, -0.07f, 0.07f, 0.07f, black, 0.3f);
  f.lamp(ellipse_outline(0.90f, -0.40f, 0.05f, 0.05f, 14), {1.0f, 0.88f, 0.62f}, 1.0f + 2.0f * p.lamps);
  Figure::Ending e;
  e.shadow = false;
  e.haze = 0.05f;
  f.paint(e);
  // Steam, blown back along the train.
  const Point stack = f.world({0.745f, -0.84f});
  for (int k = 0; k < 30; ++k) {
    const float t = static_cast<float>(k) / 29, r = unit * (0.12f + 0.62f * t);
    const float x = stack.x - spot.flip * unit * 4.2f * t + unit * s.between(-0.15f, 0.15f),
                y = stack.y - unit * (0.2f + 1.25f * std::pow(t, 0.65f)) + unit * s.between(-0.12f, 0.12f);
    Mask m = rasterise({ellipse_outline(x, y, r, r * 0.82f, 18)}, c.scale(), c.w, c.h, 3);
    if (m.empty()) continue;
    const float soft = std::max(1.0f, r * 0.16f * c.scale());
    blur_plane(m.cover.data(), m.w, m.h, soft, soft);
    fill(c, m, mix(mix(p.colour.cloud_lit, p.colour.light, 0.25f), p.colour.cloud_dark, 0.25f + 0.3f * s.unit()),
         0.62f * (1 - 0.75f * t));
  }
  if (p.lamps > 0.2f) {
    const Point lamp = f.world({0.92f, -0.40f});
    add_glow(c, lamp.x, lamp.y, unit * 0.35f, {1.0f, 0.85f, 0.6f}, 1.0f * p.lamps);
  }
}

}  // namespace

void paint_moving_subject(Canvas& c, const Plan& p, Subject subject, const Spot& spot) {
  switch (subject) {
    case Subject::Boat:
      boat(c, p, spot);
      break;
    case Subject::Ship:
      ship(c, p, spot);
      break;
    case Subject::Whale:
      whale(c, p, spot);
      break;
    case Subject::Balloon:
      balloons(c, p, spot);
      break;
    case Subject::Birds:
      birds(c, p, spot);
      break;
    case Subject::Car:
      car(c, p, spot);
      break;
    case Subject::Train:
      train(c, p, spot);
      break;
    default:
      break;
  }
}

}  // namespace studio::scenes
