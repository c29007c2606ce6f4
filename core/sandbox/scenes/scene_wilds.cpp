// Wild features: dunes, mesas, ice, volcanoes, craters.
#include "sandbox/scenes/scene_features.h"
#include "sandbox/scenes/scene_noise.h"

namespace studio::scenes {

void dunes(Canvas& c, const Plan& p) {
  const std::uint32_t seed = p.noise("dunes");
  const int count = p.aerial ? 8 : 5;
  const float y0 = p.horizon - 0.03f;
  std::vector<Range> ranges;
  for (int k = 0; k < count; ++k) {
    const float t = static_cast<float>(k) / static_cast<float>(count - 1);
    Range r;
    r.depth = 0.15f + 0.62f * t;
    r.ground = Ground::Sand;
    r.seed = seed + static_cast<std::uint32_t>(k);
    r.lean = 1.35f;
    r.top.resize(static_cast<std::size_t>(c.w));
    for (int i = 0; i < c.w; ++i) {
      const float x = c.x_of(i) + 0.1f * p.shift;
      const float u = x * (1.0f + 0.7f * (1 - t)) + 3.1f * static_cast<float>(k);
      const float h = std::fabs(fbm1(u * 1.1f, r.seed, 2) - 0.5f) * 2;
      r.top[static_cast<std::size_t>(i)] =
          y0 + (0.94f - y0) * std::pow(t, 1.2f) -
          (0.19f - 0.06f * t) * std::pow(1 - h, 1.6f) * p.relief * (p.aerial ? 0.6f : 1.0f) +
          0.012f * fbm1(u * 4, r.seed + 5, 2) + 0.06f;
    }
    ranges.push_back(std::move(r));
  }
  paint_ranges(c, p, ranges);
}

void canyon(Canvas& c, const Plan& p) {
  const std::uint32_t seed = p.noise("canyon");
  const int count = p.aerial ? 6 : 4;
  std::vector<Range> ranges;
  for (int k = 0; k < count; ++k) {
    const float t = static_cast<float>(k) / static_cast<float>(count - 1);
    Range r;
    r.depth = 0.18f + 0.70f * t;
    r.ground = Ground::Clay;
    r.seed = seed + static_cast<std::uint32_t>(k) * 17;
    r.strata = 1;
    r.mist = 0.8f;
    r.top.resize(static_cast<std::size_t>(c.w));
    const float foot = p.horizon + 0.06f + (p.aerial ? 0.62f : 0.24f) * std::pow(t, 1.4f),
                height = (0.30f - 0.06f * t) * p.relief * (p.aerial ? 0.6f : 1.0f);
    for (int i = 0; i < c.w; ++i) {
      const float x = c.x_of(i) + 0.1f * p.shift;
      const float n = fbm1(x * (1.6f + 0.5f * t) + 9.0f * static_cast<float>(k), r.seed, 3, 0.45f) +
                      0.05f * (fbm1(x * 17, r.seed + 3, 4) - 0.5f);
      // Steep walls between three flat levels; near walls open in the middle.
      const float open = k == count - 1 ? 0.42f * bell((x - p.aspect * 0.5f) / (p.aspect * 0.30f)) : 0.0f;
      const float m = n - open;
      const float steps = 0.30f * ss(0.46f, 0.49f, m) + 0.44f * ss(0.53f, 0.55f, m) + 0.26f * ss(0.61f, 0.622f, m);
      r.top[static_cast<std::size_t>(i)] = foot - height * steps - 0.03f * n;
    }
    ranges.push_back(std::move(r));
  }
  paint_ranges(c, p, ranges);
}

void icebergs(Canvas& c, const Plan& p) {
  const std::uint32_t seed = p.noise("ice");
  for (int k = 0; k < 3; ++k) {
    const float t = static_cast<float>(k) / 2;
    Range r;
    r.depth = 0.12f + 0.30f * t;
    r.ground = Ground::Snow;
    r.seed = seed + static_cast<std::uint32_t>(k) * 23;
    r.lowest = p.horizon + 0.03f;
    r.mist = 0.5f;
    r.top.resize(static_cast<std::size_t>(c.w));
    for (int i = 0; i < c.w; ++i) {
      const float x = c.x_of(i) + 0.1f * p.shift;
      const float u = x * (1.5f + t) + 5.0f * static_cast<float>(k);
      // Broken plates: noise held over each block, with slanted tops.
      const float block = std::floor(u * 2.2f + 0.5f * fbm1(u * 3, r.seed, 2));
      const float within = u * 2.2f - block;
      const float h =
          ss(0.45f, 0.62f, fbm1(u * 0.9f, r.seed + 2, 2)) * (0.25f + 0.85f * noise2(block * 5.3f, 0.5f, r.seed + 4)) +
          (within - 0.5f) * 0.12f;
      r.top[static_cast<std::size_t>(i)] = p.horizon + 0.012f + 0.01f * t -
                                           std::max(0.0f, h) * (0.16f + 0.06f * t) * p.relief -
                                           0.02f * fbm1(x * 24, r.seed + 6, 3);
    }
    paint_range(c, p, r);
  }
}

void floes(Canvas& c, const Plan& p) {
  Stream s = p.stream("floes");
  const Rgb top = mix(p.colour.cloud_lit, p.colour.horizon, 0.25f) * (0.45f + 0.5f * (1 - p.night)),
            side = mix(p.colour.mid, p.colour.water, 0.45f);
  for (int k = 0; k < 46; ++k) {
    const float t = std::pow(static_cast<float>(k + 1) / 46, 1.6f);
    const float y = p.horizon + 0.02f + (1.0f - p.horizon) * t, x = s.unit() * p.aspect * 1.1f - 0.05f;
    const float w = (0.02f + 0.20f * t) * s.between(0.4f, 1.1f), h = w * s.between(0.10f, 0.16f);
    Outline o;
    const int corners = 9;
    for (int q = 0; q < corners; ++q) {
      const float a = 6.2831853f * static_cast<float>(q) / corners, m = s.between(0.72f, 1.08f);
      o.push_back({x + std::cos(a) * w * m, y + std::sin(a) * h * m});
    }
    Outline low = o;
    for (Point& q : low) q.y += h * 0.35f + 0.002f;
    fill(c, rasterise({low}, c.scale(), c.w, c.h), side, 0.9f);
    fill(c, rasterise({o}, c.scale(), c.w, c.h), top * s.between(0.82f, 1.05f), 0.97f);
  }
}

void volcano(Canvas& c, const Plan& p) {
  const float x0 = p.aspect - p.subject_x, peak = p.horizon - 0.40f * p.relief;
  Stream s = p.stream("volcano");
  const Rgb lava = rgb(0xff5a1c);
  // Smoke first: it rises behind the rim.
  for (int k = 0; k < 34; ++k) {
    const float t = static_cast<float>(k) / 33;
    const float x = x0 + (0.10f + 0.35f * p.wind) * t * t * p.light.side * -1 + s.between(-0.05f, 0.05f) * (0.3f + t);
    const float y = peak + 0.01f - t * (peak + 0.05f), r = 0.022f + 0.075f * t;
    const Rgb tone = mix(mix(p.colour.cloud_dark, lava, 0.30f * (1 - t)), p.colour.cloud_lit, 0.25f * s.unit());
    const Mask m = rasterise({ellipse_outline(x, y, r, r * 0.85f)}, c.scale(), c.w, c.h);
    Mask soft = m;
    if (!soft.empty()) blur_plane(soft.cover.data(), soft.w, soft.h, 0.006f * c.scale(), 0.006f * c.scale());
    fill(c, soft, tone, 0.42f);
  }
  add_glow(c, x0, peak - 0.02f, 0.13f, lava, 1.2f);
  Range r;
  r.depth = 0.62f;
  r.ground = Ground::Rock;
  r.seed = p.noise("cone");
  r.snow_line = 0.5f * p.snow;
  r.mist = 0.6f;
  r.top.resize(static_cast<std::size_t>(c.w));
  for (int i = 0; i < c.w; ++i) {
    const float x = c.x_of(i), u = std::fabs(x - x0);
    const float cone = std::max(0.0f, 0.43f * std::pow(std::max(0.0f, 1 - std::max(0.0f, u - 0.035f) / 0.62f), 1.7f) -
                                          (u < 0.035f ? 0.018f * (1 - u / 0.035f) : 0.0f));
    r.top[static_cast<std::size_t>(i)] =
        p.horizon + 0.02f - cone * p.relief - 0.05f * (fbm1(x * 9, r.seed, 5) - 0.5f) * (0.4f + std::min(1.0f, u * 3));
  }
  paint_range(c, p, r);
  for (int k = 0; k < 4; ++k) {
    Point at = {x0 + s.between(-0.025f, 0.025f), peak + 0.006f};
    const float lean = s.between(-0.55f, 0.55f);
    for (int q = 0; q < 16; ++q) {
      const Point next = {at.x + lean * 0.020f + s.between(-0.010f, 0.010f), at.y + 0.024f};
      const float fade = 1 - static_cast<float>(q) / 17;
      add_line(c, at, next, 0.009f, lava, 0.35f * fade);
      add_line(c, at, next, 0.0026f, mix(lava, rgb(0xffd080), fade), 2.4f * fade);
      at = next;
    }
  }
  for (int k = 0; k < 60; ++k) {
    const float a = s.between(-0.9f, 0.9f), d = std::pow(s.unit(), 1.5f) * 0.22f;
    add_glow(c, x0 + std::sin(a) * d, peak - std::cos(a) * d * 1.1f, 0.0012f, rgb(0xffa040), 2.5f);
  }
}

void craters(Canvas& c, const Plan& p) {
  Stream s = p.stream("craters");
  const float side = p.light.side;
  for (int k = 0; k < 30; ++k) {
    const float t = std::pow(static_cast<float>(k + 1) / 30, 1.5f);
    const float y = p.horizon + 0.04f + (0.97f - p.horizon) * t, x = s.unit() * p.aspect,
                w = (0.012f + 0.13f * t) * s.between(0.35f, 1.0f), h = w * 0.24f;
    const Rgb lit =
        mix(ground_colour(p, Ground::Regolith), p.colour.light, 0.4f) * (0.5f + 0.5f * (1 - p.night) + 0.2f);
    fill(c,
         rasterise({ellipse_outline(x - side * w * 0.05f, y - h * 0.10f, w * 1.10f, h * 1.14f)}, c.scale(), c.w, c.h),
         lit, 0.35f);
    fill(c, rasterise({ellipse_outline(x, y, w, h)}, c.scale(), c.w, c.h), p.colour.dark, 0.55f);
    fill(c,
         rasterise({ellipse_outline(x - side * w * 0.16f, y + h * 0.10f, w * 0.80f, h * 0.78f)}, c.scale(), c.w, c.h),
         lit * 0.55f, 0.5f);
  }
}

}  // namespace studio::scenes
