// Built subjects: lighthouse, castle, house, tower, windmill, bridge, lantern, tent.
#include "sandbox/scenes/scene_field.h"
#include "sandbox/scenes/scene_figure.h"
#include "sandbox/scenes/scene_noise.h"
#include "sandbox/scenes/scene_parts.h"

namespace studio::scenes {
namespace {

const Rgb WarmLight = {1.0f, 0.62f, 0.27f};

float window_power(const Plan& p) { return std::max(0.25f, 2.2f * p.lamps); }

void box_window(Figure& f, const Plan& p, float x, float y, float w, float h) {
  const Outline o = {{x - w, y - h}, {x + w, y - h}, {x + w, y + h}, {x - w, y + h}};
  if (p.lamps > 0.2f)
    f.lamp(o, WarmLight, window_power(p));
  else
    f.part(o, rgb(0x2c3036), 0);
}

void cliff(Canvas& c, const Plan& p, const Spot& spot, float crest) {
  const float sgn = spot.x > p.aspect * 0.5f ? 1.0f : -1.0f;
  const std::size_t n = static_cast<std::size_t>(c.w);
  const float hy = p.aerial ? 0.52f : p.horizon;
  for (int k = 0; k < 2; ++k) {
    Range r;
    r.depth = k == 0 ? 0.62f : 0.93f;
    r.ground = p.snow > 0.5f ? Ground::Snow : Ground::Rock;
    r.seed = p.noise("cliff") + static_cast<std::uint32_t>(k) * 7;
    r.mist = k == 0 ? 0.6f : 0.1f;
    r.top.resize(n), r.foot.resize(n);
    const float offset = (k == 0 ? -0.10f : -0.16f) * sgn * spot.size, top = crest + (k == 0 ? 0.045f : 0.0f),
                steep = k == 0 ? 0.30f : 0.20f, rough = k == 0 ? 0.05f : 0.022f;
    for (int i = 0; i < c.w; ++i) {
      const float x = c.x_of(i), u = (x - (spot.x + offset)) * sgn;
      const float noise = fbm1(x * 5 + static_cast<float>(k) * 7 + 0.1f * p.shift, r.seed, 6, 0.55f) - 0.5f;
      const float up = ss(-steep, steep * 0.35f, u + noise * 0.07f);
      const std::size_t s = static_cast<std::size_t>(i);
      r.top[s] = (hy + 0.26f) - up * (hy + 0.26f - top) + noise * rough * up + 0.02f * noise;
      r.foot[s] = hy + 0.150f + 0.05f * static_cast<float>(k) + 0.035f * (fbm1(x * 7, r.seed + 90, 5) - 0.5f) +
                  0.10f * std::clamp((x - spot.x) * sgn, 0.0f, 2.0f);
      if (!spot.water) r.foot[s] = 1.02f;
    }
    paint_range(c, p, r);
    if (k == 1 && spot.water) {
      std::vector<float> lace(n);
      const Rgb surf = mix(p.colour.cloud_lit, p.colour.horizon, 0.4f) * (0.35f + 0.6f * (1 - p.night));
      for (int j = c.row_of(hy + 0.08f); j < c.h; ++j) {
        const float y = c.y_of(j);
        fbm_row(lace.data(), c.w, 0, c.pixel() * 26, y * 40, r.seed + 8, 4);
        for (int i = 0; i < c.w; ++i) {
          const std::size_t s = static_cast<std::size_t>(i);
          const float across = (c.x_of(i) - spot.x) * sgn;
          const float d = y - r.foot[s] - 0.012f * (lace[s] - 0.3f);
          const float rock = ss(0.0f, 0.05f, r.foot[s] - r.top[s]);
          if (d < -0.05f || d > 0.12f || rock <= 0) continue;
          if (d > 0) c.blend(c.at(i, j), p.colour.dark + p.colour.water * 0.35f, 0.6f * rock * fast_exp(-d * 18));
          c.blend(c.at(i, j), surf,
                  std::min(0.9f, bell(d / 0.013f) * ss(0.36f, 0.62f, lace[s]) * ss(-0.30f, -0.10f, across) * rock *
                                     (0.5f + p.foam)));
        }
      }
    }
  }
}

void lighthouse(Canvas& c, const Plan& p, const Spot& spot) {
  Stream s = p.stream("lighthouse");
  const float height = 0.37f * spot.size;
  const float hy = p.aerial ? 0.52f : p.horizon;
  const float crest = std::max(hy - 0.050f, 0.30f + height * 0.4f);
  cliff(c, p, spot, crest);
  const float wb = 0.135f, wt = 0.085f;
  const int stripes = s.chance(0.5f) ? 0 : 5;
  Figure f(c, p, {spot.x, crest + 0.012f}, height);
  const Rgb white = rgb(0xf0e6da), red = rgb(0xb03228), iron = rgb(0x3a3a40);
  const auto half = [&](float y) { return wb + (wt - wb) * std::pow(std::clamp(-y, 0.0f, 1.0f), 0.8f); };
  const auto band = [&](float from, float to, Rgb tone) {
    Outline o;
    for (int k = 0; k <= 6; ++k) {
      const float y = from + (to - from) * static_cast<float>(k) / 6;
      o.push_back({-half(y), y});
    }
    for (int k = 6; k >= 0; --k) {
      const float y = from + (to - from) * static_cast<float>(k) / 6;
      o.push_back({half(y), y});
    }
    f.part(o, tone, 0.95f);
  };
  // A keeper's house beside it.
  const float hs = spot.x > p.aspect * 0.5f ? 1.0f : -1.0f;
  f.part({{hs * 0.16f, 0.01f}, {hs * 0.16f, -0.13f}, {hs * 0.27f, -0.22f}, {hs * 0.38f, -0.13f}, {hs * 0.38f, 0.01f}},
         white * 0.8f, 0.3f);
  f.part({{hs * 0.13f, -0.12f},
          {hs * 0.27f, -0.24f},
          {hs * 0.41f, -0.12f},
          {hs * 0.39f, -0.11f},
          {hs * 0.27f, -0.21f},
          {hs * 0.15f, -0.11f}},
         p.snow > 0 ? rgb(0xe8eef6) : rgb(0x7a3a30), 0.3f);
  box_window(f, p, hs * 0.27f, -0.07f, 0.022f, 0.030f);
  band(0.03f, -1.0f, white);
  for (int k = 0; k < stripes; k += 2) band(-static_cast<float>(k) / 5.0f, -static_cast<float>(k + 1) / 5.0f, red);
  for (const float wy : {0.22f, 0.45f, 0.68f}) box_window(f, p, half(-wy) * 0.15f, -wy, 0.014f, 0.028f);
  f.rect(-wt * 1.55f, -1.015f, wt * 1.55f, -0.985f, iron, 0.6f);
  for (const float r : {-1.5f, -0.75f, 0.0f, 0.75f, 1.5f})
    f.line({wt * r, -1.0f}, {wt * r, -1.065f}, 0.006f, 0.006f, iron);
  f.line({-wt * 1.5f, -1.062f}, {wt * 1.5f, -1.062f}, 0.007f, 0.007f, iron);
  const float lamp_power = 0.7f + 1.9f * std::max(p.lamps, 0.25f * (1 - p.light.front));
  f.lamp({{-wt * 0.82f, -1.14f}, {wt * 0.82f, -1.14f}, {wt * 0.82f, -1.015f}, {-wt * 0.82f, -1.015f}},
         {1.0f, 0.76f, 0.42f}, lamp_power);
  for (const float r : {-0.8f, -0.28f, 0.28f, 0.8f})
    f.line({wt * r, -1.14f}, {wt * r, -1.01f}, 0.007f, 0.007f, iron * 0.5f);
  f.part({{-wt * 1.05f, -1.14f}, {-wt * 0.75f, -1.19f}, {0, -1.225f}, {wt * 0.75f, -1.19f}, {wt * 1.05f, -1.14f}},
         stripes > 0 ? red : iron, 0.8f);
  f.line({0, -1.22f}, {0, -1.29f}, 0.008f, 0.004f, iron);
  Figure::Ending e;
  e.shadow = false;
  e.haze = 0.05f;
  f.paint(e);
  const Point light = f.world({0, -1.078f});
  const float beam = (spot.x > p.aspect * 0.5f ? 3.02f : 0.12f) + s.between(-0.12f, 0.12f);
  const float power = std::min(1.3f, 0.16f + 1.05f * p.lamps) * (p.words.has(Weather::Fog) ? 1.5f : 1.0f);
  const std::uint32_t seed = p.noise("beam");
  const Rgb warm = {1.0f, 0.72f, 0.37f};
  soft_field(
      c, 0, c.h,
      [&](float x, float y) {
        const float dx = x - light.x, dy = y - light.y, r = std::sqrt(dx * dx + dy * dy), angle = std::atan2(dy, dx);
        float sum = 0;
        for (const float turn : {0.0f, 3.2416f}) {
          const float da = std::remainder(angle - beam - turn, 6.2831853f);
          sum += (turn == 0.0f ? 1.0f : 0.6f) * (0.7f * bell(da / 0.055f) + 0.25f * bell(da / 0.13f)) *
                 fast_exp(-r * 1.15f) * ss(0.0f, 0.05f, r);
        }
        return sum * (0.55f + 0.75f * fbm2(x * 3, y * 5, seed, 4)) * 0.80f + 0.16f * fast_exp(-r * 6);
      },
      [&](std::size_t at, float v) { c.add(at, warm, v * power); });
  add_glow(c, light.x, light.y, 0.034f * spot.size, warm, 1.8f * power);
}

void castle(Canvas& c, const Plan& p, const Spot& spot) {
  Stream s = p.stream("castle");
  const float size = 0.34f * spot.size;
  // A crag of its own.
  Range r;
  r.depth = 0.60f;
  r.seed = p.noise("crag");
  r.ground = Ground::Rock;
  r.snow_line = 0.12f * p.snow;
  r.mist = 0.8f;
  r.top.resize(static_cast<std::size_t>(c.w));
  const float base = std::max(p.aerial ? 0.52f : p.horizon, 0.42f) - 0.03f;
  if (spot.water) r.foot = std::vector<float>(r.top.size(), base + 0.10f);
  for (int i = 0; i < c.w; ++i) {
    const float x = c.x_of(i), u = std::fabs(x - spot.x) / (0.62f * size);
    const float n = fbm1(x * 8, r.seed, 6, 0.52f) - 0.5f;
    const float fall = u < 1 ? 0.0f : (1 - fast_exp(-sq(u - 1) * 1.6f)) * 0.24f;
    r.top[static_cast<std::size_t>(i)] = base + fall + n * 0.05f * std::min(1.0f, u) + (fall > 0.23f ? 0.1f : 0.0f);
  }
  if (!spot.water) r.lowest = std::min(1.01f, base + 0.26f);
  if (!spot.water) r.foot = std::vector<float>(r.top.size(), base + 0.25f);
  paint_range(c, p, r);
  Figure f(c, p, {spot.x, base + 0.012f}, size, spot.flip);
  const Rgb stone = rgb(0xb0a494), slate = p.snow > 0 ? rgb(0xe0e8f0) : rgb(0x4a5468);
  const auto tower = [&](float x, float w, float h, bool roof) {
    f.rect(x - w, -h, x + w, 0.12f, stone, 0.9f);
    f.rect(x - w * 1.18f, -h - 0.045f, x + w * 1.18f, -h + 0.01f, stone * 0.95f, 0.9f);
    if (roof)
      f.part({{x - w * 1.4f, -h - 0.04f}, {x, -h - w * 4.4f - 0.05f}, {x + w * 1.4f, -h - 0.04f}}, slate, 0.9f);
    else
      for (int k = -2; k <= 2; ++k)
        f.rect(x + w * 0.48f * static_cast<float>(k) - w * 0.16f, -h - 0.085f,
               x + w * 0.48f * static_cast<float>(k) + w * 0.16f, -h - 0.04f, stone, 0.5f);
    for (int k = 0; k < 3; ++k) {
      const float y = -h * (0.40f + 0.22f * static_cast<float>(k));
      if (s.chance(0.75f)) box_window(f, p, x + w * s.between(-0.3f, 0.3f), y, 0.010f, 0.022f);
    }
  };
  tower(-0.05f, 0.085f, 0.92f, true);
  tower(0.20f, 0.060f, 0.72f, true);
  tower(-0.32f, 0.070f, 0.60f, true);
  f.part({{-0.46f, 0.1f}, {-0.46f, -0.42f}, {-0.24f, -0.46f}, {0.10f, -0.50f}, {0.38f, -0.40f}, {0.38f, 0.1f}},
         stone * 0.92f, 0.4f);
  f.part({{-0.18f, -0.46f}, {-0.10f, -0.66f}, {0.06f, -0.66f}, {0.14f, -0.46f}}, slate * 0.9f, 0.5f);
  for (int k = 0; k < 13; ++k)
    f.rect(-0.46f + 0.066f * static_cast<float>(k), -0.36f, -0.425f + 0.066f * static_cast<float>(k), -0.30f, stone,
           0.2f);
  f.part({{-0.56f, 0.16f}, {-0.56f, -0.32f}, {0.52f, -0.32f}, {0.52f, 0.16f}}, stone, 0.5f);
  tower(0.47f, 0.080f, 0.50f, false);
  tower(-0.56f, 0.085f, 0.44f, false);
  tower(0.05f, 0.065f, 0.42f, true);
  for (int k = 0; k < 7; ++k) box_window(f, p, -0.42f + 0.14f * static_cast<float>(k), -0.20f, 0.012f, 0.026f);
  f.curve({{-0.06f, 0.14f}, {-0.06f, -0.02f}, {0.0f, -0.09f}, {0.06f, -0.02f}, {0.06f, 0.14f}}, rgb(0x2a2420), 0.2f);
  f.line({-0.05f, -1.35f}, {-0.05f, -1.48f}, 0.008f, 0.006f, rgb(0x30302c));
  f.part({{-0.05f, -1.48f}, {0.09f, -1.455f}, {-0.05f, -1.425f}}, rgb(0xc03830), 0.2f);
  Figure::Ending e;
  e.shadow = false;
  e.haze = 0.16f;
  f.paint(e);
}

void house(Canvas& c, const Plan& p, const Spot& spot) {
  const float size = 0.30f * spot.size;
  const Rgb wall = p.place == Place::Mountains || p.place == Place::Forest ? rgb(0x8a6248) : rgb(0xe6d8c0),
            roof = p.snow > 0 ? rgb(0xe8eef6) : rgb(0x8c4434), wood = rgb(0x5a3c2a);
  // A tree leans over the roof.
  Figure back(c, p, {spot.x - spot.flip * size * 0.62f, spot.y}, size, spot.flip);
  Stream s = p.stream("house tree");
  back.part({{-0.05f, 0.02f}, {-0.03f, -0.6f}, {0.03f, -0.6f}, {0.06f, 0.02f}}, wood, 0.8f);
  for (int k = 0; k < 26; ++k) {
    const float a = s.between(0, 6.28f), d = std::sqrt(s.unit());
    back.ellipse(std::cos(a) * d * 0.34f, -0.92f + std::sin(a) * d * 0.42f, s.between(0.10f, 0.17f),
                 s.between(0.09f, 0.15f), ground_colour(p, Ground::Pines) * s.between(0.8f, 1.5f), 0.6f);
  }
  Figure::Ending be;
  be.haze = 0.08f;
  back.paint(be);
  Figure f(c, p, {spot.x, spot.y}, size, spot.flip);
  f.part({{-0.62f, 0.03f}, {-0.62f, -0.42f}, {0.16f, -0.42f}, {0.16f, 0.03f}}, wall * 0.94f, 0.15f);
  f.part({{0.10f, 0.03f}, {0.10f, -0.42f}, {0.38f, -0.80f}, {0.66f, -0.42f}, {0.66f, 0.03f}}, wall, 0.3f);
  f.part({{-0.40f, -0.62f}, {-0.40f, -1.02f}, {-0.28f, -1.02f}, {-0.28f, -0.62f}}, rgb(0x80604c), 0.4f);
  f.part({{-0.70f, -0.38f}, {-0.52f, -0.82f}, {0.38f, -0.82f}, {0.12f, -0.38f}}, roof, 0.2f);
  f.part({{0.02f, -0.36f}, {0.38f, -0.86f}, {0.44f, -0.82f}, {0.11f, -0.34f}}, roof * 0.8f, 0.2f);
  f.part({{0.74f, -0.36f}, {0.38f, -0.86f}, {0.33f, -0.82f}, {0.66f, -0.34f}}, roof * 0.9f, 0.2f);
  f.part({{0.31f, 0.03f}, {0.31f, -0.24f}, {0.45f, -0.24f}, {0.45f, 0.03f}}, wood, 0.2f);
  for (const float x : {-0.46f, -0.14f}) {
    box_window(f, p, x, -0.22f, 0.085f, 0.085f);
    f.line({x, -0.305f}, {x, -0.135f}, 0.012f, 0.012f, rgb(0xe8e0d0));
    f.line({x - 0.085f, -0.22f}, {x + 0.085f, -0.22f}, 0.012f, 0.012f, rgb(0xe8e0d0));
  }
  box_window(f, p, 0.38f, -0.52f, 0.055f, 0.060f);
  for (int k = 0; k < 8; ++k)
    f.line({0.70f + 0.11f * static_cast<float>(k), 0.03f}, {0.70f + 0.11f * static_cast<float>(k), -0.13f}, 0.022f,
           0.018f, wood);
  f.line({0.66f, -0.09f}, {1.52f, -0.08f}, 0.018f, 0.018f, wood);
  f.paint({});
  const Point door = f.world({-0.3f, -0.2f}), smoke = f.world({-0.34f, -1.04f});
  if (p.lamps > 0.2f) add_glow(c, door.x, door.y, size * 0.30f, WarmLight, 0.45f * p.lamps);
  const Rgb tone = mix(p.colour.haze, p.colour.cloud_lit, 0.5f);
  for (int k = 0; k < 12; ++k) {
    const float t = static_cast<float>(k) / 12;
    add_glow(c, smoke.x + (0.10f + 0.4f * p.wind) * t * t * size * -p.light.side + 0.015f * std::sin(t * 9) * size * 3,
             smoke.y - t * size * 0.7f, size * (0.020f + 0.05f * t), tone, 0.14f * (1 - t));
  }
}

void pagoda(Canvas& c, const Plan& p, const Spot& spot) {
  const float size = 0.52f * spot.size;
  Figure f(c, p, {spot.x, spot.y}, size, spot.flip);
  const Rgb red = rgb(0xa03a2a), roof = p.snow > 0 ? rgb(0xe6edf5) : rgb(0x3c4a4c), pale = rgb(0xe8dcc0);
  f.part({{-0.34f, 0.03f}, {-0.30f, -0.06f}, {0.30f, -0.06f}, {0.34f, 0.03f}}, rgb(0x8c8478), 0.3f);
  float y = -0.06f, w = 0.235f;
  for (int k = 0; k < 5; ++k) {
    const float h = 0.105f - 0.008f * static_cast<float>(k);
    f.rect(-w, y - h, w, y, pale, 0.5f);
    for (int q = -2; q <= 2; ++q)
      f.rect(w * 0.46f * static_cast<float>(q) - 0.010f, y - h, w * 0.46f * static_cast<float>(q) + 0.010f, y, red,
             0.5f);
    for (const float x : {-0.69f, -0.23f, 0.23f, 0.69f}) box_window(f, p, w * x, y - h * 0.5f, w * 0.13f, h * 0.26f);
    const float e = w * 1.62f, top = y - h;
    f.curve({{-e, top - 0.022f},
             {-e * 0.72f, top + 0.014f},
             {0, top + 0.020f},
             {e * 0.72f, top + 0.014f},
             {e, top - 0.022f},
             {w * 0.80f, top - 0.062f},
             {0, top - 0.072f},
             {-w * 0.80f, top - 0.062f}},
            roof, 0.6f);
    y = top - 0.055f;
    w *= 0.84f;
  }
  f.part({{-0.016f, y + 0.02f}, {-0.004f, y - 0.16f}, {0.004f, y - 0.16f}, {0.016f, y + 0.02f}}, rgb(0xc09a40), 0.6f);
  for (int k = 0; k < 4; ++k)
    f.ellipse(0, y - 0.03f - 0.026f * static_cast<float>(k), 0.028f - 0.004f * static_cast<float>(k), 0.008f,
              rgb(0xc09a40), 0.7f);
  f.paint({});
}

void windmill(Canvas& c, const Plan& p, const Spot& spot) {
  Stream s = p.stream("windmill");
  const float size = 0.42f * spot.size;
  Figure f(c, p, {spot.x, spot.y}, size, spot.flip);
  const Rgb wall = rgb(0xd8ccb8), cap = p.snow > 0 ? rgb(0xe6edf5) : rgb(0x5c4434), wood = rgb(0x54402e),
            cloth = rgb(0xf0e4cc);
  f.part({{-0.24f, 0.03f}, {-0.135f, -0.68f}, {0.135f, -0.68f}, {0.24f, 0.03f}}, wall, 0.9f);
  f.rect(-0.30f, -0.26f, 0.30f, -0.235f, wood, 0.6f);
  f.curve({{-0.155f, -0.66f}, {-0.13f, -0.78f}, {0, -0.85f}, {0.13f, -0.78f}, {0.155f, -0.66f}}, cap, 0.9f);
  box_window(f, p, 0.03f, -0.46f, 0.026f, 0.038f);
  box_window(f, p, -0.06f, -0.14f, 0.028f, 0.040f);
  f.part({{0.04f, 0.03f}, {0.04f, -0.15f}, {0.13f, -0.15f}, {0.13f, 0.03f}}, wood, 0.3f);
  const float turn = s.between(0.2f, 1.2f);
  const Point hub = {-0.02f, -0.70f};
  for (int k = 0; k < 4; ++k) {
    const float a = turn + 1.5708f * static_cast<float>(k), ca = std::cos(a), sa = std::sin(a);
    const auto on = [&](float along, float across) {
      return Point{hub.x + ca * along - sa * across, hub.y + sa * along + ca * across};
    };
    f.line(hub, on(0.66f, 0), 0.024f, 0.014f, wood);
    f.part({on(0.12f, 0.0f), on(0.65f, 0.0f), on(0.65f, 0.13f), on(0.12f, 0.10f)}, cloth, 0.2f);
    for (int q = 0; q <= 6; ++q)
      f.line(on(0.12f + 0.088f * static_cast<float>(q), 0), on(0.12f + 0.088f * static_cast<float>(q), 0.115f), 0.008f,
             0.008f, wood);
    f.line(on(0.12f, 0.055f), on(0.65f, 0.065f), 0.007f, 0.007f, wood);
  }
  f.ellipse(hub.x, hub.y, 0.030f, 0.030f, wood, 0.8f);
  f.paint({});
}

void bridge(Canvas& c, const Plan& p, const Spot& spot) {
  Stream s = p.stream("bridge");
  const float hy = p.aerial ? 0.50f : p.horizon, a = p.aspect;
  const float deck0 = hy - 0.055f, deck1 = hy - 0.085f, t0 = spot.x / a > 0.5f ? 0.24f : 0.16f,
              t1 = spot.x / a > 0.5f ? 0.84f : 0.76f;
  const float rise = 0.40f * std::min(1.2f, 0.6f + 0.4f * spot.size);
  Figure f(c, p, {0, 0}, 1);
  const Rgb paint = mix(rgb(0xc04a30), rgb(0x8a8c90), s.chance(0.3f) ? 1.0f : 0.0f), wire = paint * 0.8f;
  const auto deck = [&](float x) { return mix(deck0, deck1, x / a); };
  const auto cable = [&](Point from, Point to, float sag) {
    Point at = from;
    for (int k = 1; k <= 44; ++k) {
      const float q = static_cast<float>(k) / 44;
      const Point next = {mix(from.x, to.x, q), mix(from.y, to.y, q) + sag * 4 * q * (1 - q)};
      if (k % 2 == 0 && next.y < deck(next.x)) f.line(next, {next.x, deck(next.x)}, 0.0011f, 0.0011f, wire);
      f.line(at, next, 0.0052f, 0.0052f, paint);
      at = next;
    }
  };
  const float x0 = t0 * a, x1 = t1 * a, top0 = deck(x0) - rise, top1 = deck(x1) - rise * 0.84f;
  cable({x0, top0}, {x1, top1}, (deck(a * 0.5f) - (top0 + top1) * 0.5f) * 0.92f);
  cable({-0.35f * a, deck0 - 0.02f}, {x0, top0}, 0.06f);
  cable({x1, top1}, {1.35f * a, deck1 - 0.02f}, 0.06f);
  for (int k = 0; k < 2; ++k) {
    const float x = k == 0 ? x0 : x1, top = k == 0 ? top0 : top1, sc = k == 0 ? 1.0f : 0.82f,
                foot = hy + (p.water() ? 0.075f : 0.11f) * sc;
    for (const float side : {-1.0f, 1.0f}) {
      const float m = x + side * 0.023f * sc;
      f.part({{m - 0.0080f * sc, top}, {m + 0.0080f * sc, top}, {m + 0.0120f * sc, foot}, {m - 0.0120f * sc, foot}},
             paint, 0.6f);
    }
    for (int q = 0; q < 5; ++q) {
      const float y = mix(top + 0.01f, deck(x) - 0.03f, static_cast<float>(q) / 4.6f);
      f.rect(x - 0.024f * sc, y, x + 0.024f * sc, y + 0.015f, paint * 0.95f, 0.2f);
    }
    f.rect(x - 0.044f * sc, foot - 0.018f, x + 0.044f * sc, foot + 0.012f, rgb(0x8c8880), 0.4f);
  }
  f.part({{-0.02f, deck(0) - 0.008f},
          {a + 0.02f, deck(a) - 0.008f},
          {a + 0.02f, deck(a) + 0.008f},
          {-0.02f, deck(0) + 0.012f}},
         paint * 0.85f, 0);
  for (int k = 0; k < 40; ++k) {
    const float x = a * (static_cast<float>(k) + 0.5f) / 40;
    f.line({x, deck(x)}, {x + a / 80, deck(x) + 0.020f}, 0.0018f, 0.0018f, paint * 0.7f);
    f.line({x + a / 80, deck(x) + 0.020f}, {x + a / 40, deck(x)}, 0.0018f, 0.0018f, paint * 0.7f);
  }
  Figure::Ending e;
  e.shadow = false;
  e.haze = 0.14f;
  f.paint(e);
  if (p.lamps > 0.25f) {
    for (int k = 0; k < 26; ++k) {
      const float x = a * (static_cast<float>(k) + 0.5f) / 26;
      add_glow(c, x, deck(x) - 0.016f, 0.0030f, rgb(0xffd090), 2.6f * p.lamps);
    }
  }
  // Low mist lies across the feet; in water the towers are drawn out below.
  const Rgb mist = mix(p.colour.haze, p.colour.horizon, 0.6f);
  const std::uint32_t seed = p.noise("bridge mist");
  soft_field(
      c, c.row_of(hy - 0.20f), c.row_of(hy + 0.26f),
      [&](float x, float y) {
        return std::min(0.85f, ss(0.46f, 0.80f, fbm2(x * 1.6f, y * 4.5f, seed, 4)) * bell((y - hy - 0.01f) / 0.12f) *
                                   0.75f * p.mist);
      },
      [&](std::size_t at, float v) { c.blend(at, mist, v); });
}

void lanterns(Canvas& c, const Plan& p, const Spot& spot) {
  Stream s = p.stream("lanterns");
  const float power = 0.55f + 0.75f * std::max(p.lamps, p.night);
  // Paper lanterns in the air, far ones first.
  for (int k = 0; k < 26; ++k) {
    const float t = std::pow(static_cast<float>(k) / 25, 1.7f), r = (0.007f + 0.030f * t) * p.fit * std::sqrt(p.zoom);
    const float x = p.aspect * s.unit(), y = p.horizon * (0.12f + 0.86f * s.unit()) + 0.06f * t;
    if (k > 20 && std::fabs(x - spot.x) < 0.12f) continue;
    Figure f(c, p, {x, y}, r);
    f.lamp(smooth_outline({{-0.62f, 0.9f},
                           {-0.95f, -0.2f},
                           {-0.6f, -1.1f},
                           {0, -1.3f},
                           {0.6f, -1.1f},
                           {0.95f, -0.2f},
                           {0.62f, 0.9f}}),
           {1.0f, 0.42f, 0.12f}, 0.85f + power * 0.9f);
    f.lamp(ellipse_outline(0, 0.45f, 0.45f, 0.42f), {1.0f, 0.80f, 0.42f}, 1.1f + power * 1.4f);
    Figure::Ending e;
    e.shadow = false;
    e.rim = 0;
    f.paint(e);
    add_glow(c, x, y, r * 2.0f, {1.0f, 0.46f, 0.16f}, 0.42f * power);
  }
  // One lamp on a post, near.
  const float size = 0.46f * spot.size;
  Figure f(c, p, {spot.x, spot.y}, size, spot.flip);
  const Rgb iron = rgb(0x2c2c30);
  f.part({{-0.055f, 0.02f},
          {-0.035f, -0.06f},
          {-0.018f, -0.14f},
          {-0.014f, -0.86f},
          {0.014f, -0.86f},
          {0.018f, -0.14f},
          {0.035f, -0.06f},
          {0.055f, 0.02f}},
         iron, 0.8f);
  f.curve({{0.0f, -0.86f},
           {0.06f, -0.97f},
           {0.20f, -0.99f},
           {0.27f, -0.91f},
           {0.25f, -0.905f},
           {0.19f, -0.96f},
           {0.08f, -0.94f},
           {0.02f, -0.84f}},
          iron, 0.4f);
  f.line({0.262f, -0.91f}, {0.262f, -0.87f}, 0.008f, 0.008f, iron);
  f.part({{0.17f, -0.83f}, {0.262f, -0.885f}, {0.355f, -0.83f}}, iron, 0.5f);
  f.lamp({{0.185f, -0.83f}, {0.34f, -0.83f}, {0.322f, -0.62f}, {0.203f, -0.62f}}, {1.0f, 0.66f, 0.28f},
         0.9f + 1.5f * power);
  f.lamp(ellipse_outline(0.262f, -0.71f, 0.032f, 0.055f, 14), {1.0f, 0.88f, 0.60f}, 2.0f + 1.6f * power);
  for (const float x : {0.185f, 0.2625f, 0.34f})
    f.line({x, -0.83f}, {mix(x, 0.2625f, 0.24f), -0.62f}, 0.010f, 0.010f, iron);
  f.part({{0.19f, -0.63f}, {0.335f, -0.63f}, {0.30f, -0.595f}, {0.225f, -0.595f}}, iron, 0.5f);
  f.paint({});
  const Point light = f.world({0.262f, -0.72f});
  add_glow(c, light.x, light.y, size * 0.22f, {1.0f, 0.58f, 0.22f}, 1.15f * power);
  add_glow(c, light.x, light.y, size * 0.75f, {1.0f, 0.50f, 0.20f}, 0.20f * power);
}

void tent(Canvas& c, const Plan& p, const Spot& spot) {
  const float size = 0.235f * spot.size, glow = std::max(0.12f, p.lamps);
  Figure f(c, p, {spot.x, spot.y}, size, spot.flip);
  const Rgb cloth = rgb(0xd8742c);
  const auto shell = [&](const Outline& o, float k) {
    if (p.lamps > 0.25f)
      f.lamp(o, Rgb{1.0f, 0.46f, 0.15f}, k * (0.15f + 0.85f * glow));
    else
      f.part(o, cloth * (0.7f + 0.4f * k), 0.4f);
  };
  shell({{-0.85f, 0.02f}, {-0.30f, -0.78f}, {0.18f, -0.72f}, {0.10f, 0.04f}}, 0.55f);
  shell({{0.10f, 0.04f}, {-0.30f, -0.78f}, {0.18f, -0.72f}, {0.80f, 0.02f}}, 1.0f);
  f.part({{0.30f, 0.03f}, {0.16f, -0.52f}, {0.10f, 0.04f}}, rgb(0x6a3414), 0.2f);
  f.line({-0.30f, -0.78f}, {-1.15f, 0.05f}, 0.010f, 0.006f, rgb(0xc8b898));
  f.line({0.18f, -0.72f}, {1.10f, 0.05f}, 0.010f, 0.006f, rgb(0xc8b898));
  f.paint({});
  // The fire.
  const Point fire = f.world({1.35f, 0.02f});
  Figure g(c, p, fire, size * 0.5f);
  for (const float a : {-0.5f, 0.0f, 0.5f}) g.line({a - 0.2f, 0.06f}, {-a * 0.6f, -0.16f}, 0.07f, 0.05f, rgb(0x4a3020));
  g.lamp(smooth_outline({{-0.24f, 0.0f},
                         {-0.26f, -0.25f},
                         {-0.12f, -0.5f},
                         {-0.05f, -0.82f},
                         {0.06f, -0.56f},
                         {0.20f, -0.36f},
                         {0.24f, -0.1f},
                         {0.1f, 0.04f}}),
         {1.0f, 0.34f, 0.06f}, 2.3f);
  g.lamp(smooth_outline({{-0.12f, 0.0f}, {-0.12f, -0.2f}, {0.0f, -0.48f}, {0.11f, -0.2f}, {0.10f, 0.0f}}),
         {1.0f, 0.75f, 0.30f}, 3.0f);
  Figure::Ending e;
  e.shadow = false;
  e.rim = 0;
  g.paint(e);
  const float power = 0.35f + 0.65f * std::max(p.lamps, p.night);
  add_glow(c, fire.x, fire.y - size * 0.12f, size * 0.34f, {1.0f, 0.42f, 0.12f}, 1.0f * power);
  add_glow(c, fire.x, fire.y, size * 1.1f, {1.0f, 0.40f, 0.14f}, 0.26f * power);
  Stream s = p.stream("sparks");
  for (int k = 0; k < 26; ++k) {
    const float t = s.unit();
    add_glow(c, fire.x + s.between(-0.25f, 0.25f) * size * (0.3f + t) + 0.3f * p.wind * t * size,
             fire.y - size * (0.3f + 1.5f * t), 0.0011f, {1.0f, 0.55f, 0.2f}, 3.0f * power);
  }
}

}  // namespace

void paint_building_subject(Canvas& c, const Plan& p, Subject subject, const Spot& spot) {
  switch (subject) {
    case Subject::Lighthouse:
      lighthouse(c, p, spot);
      break;
    case Subject::Castle:
      castle(c, p, spot);
      break;
    case Subject::House:
      house(c, p, spot);
      break;
    case Subject::Tower:
      pagoda(c, p, spot);
      break;
    case Subject::Windmill:
      windmill(c, p, spot);
      break;
    case Subject::Bridge:
      bridge(c, p, spot);
      break;
    case Subject::Lantern:
      lanterns(c, p, spot);
      break;
    case Subject::Tent:
      tent(c, p, spot);
      break;
    default:
      break;
  }
}

}  // namespace studio::scenes
