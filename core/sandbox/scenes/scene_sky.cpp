// The sky: graded dome, clouds lit by the one light, stars, aurora, planets, rainbow, lightning. Soft things are worked
// out on a coarse grid and scaled up; discs and stars are drawn at full size.
#include "sandbox/scenes/scene_noise.h"
#include "sandbox/scenes/scene_parts.h"

namespace studio::scenes {
namespace {

struct Grid {
  int step, w, h;
  std::vector<F4> cell;  // colour, and how much cloud there is
};

struct Curtain {
  std::vector<float> foot, ray, height;
};

std::vector<Curtain> aurora_curtains(const Plan& p, const Grid& g, float scale) {
  std::vector<Curtain> out;
  if (!p.words.has(Weather::Aurora)) return out;
  const std::uint32_t seed = p.noise("aurora");
  for (int k = 0; k < 3; ++k) {
    Curtain c;
    const float n = static_cast<float>(k);
    for (int i = 0; i < g.w; ++i) {
      const float x = static_cast<float>(i) * static_cast<float>(g.step) / scale;
      c.foot.push_back(p.horizon * (0.74f - 0.14f * n) +
                       0.26f * (fbm1(x * 1.25f + 9 * n, seed + static_cast<std::uint32_t>(k) * 5, 4) - 0.5f));
      c.ray.push_back(
          0.30f + 1.0f * sq(fbm1(x * 15 + fbm1(x * 2, seed + 3, 4) * 6, seed + 20 + static_cast<std::uint32_t>(k), 3)));
      c.height.push_back(0.11f + 0.20f * fbm1(x * 2.2f, seed + 40 + static_cast<std::uint32_t>(k), 3));
    }
    out.push_back(std::move(c));
  }
  return out;
}

Rgb dome(const Plan& p, float x, float y) {
  const Colours& c = p.colour;
  const float hy = p.horizon;
  const float t = clamp01(y / std::max(hy, 0.05f));
  Rgb col = t < 0.55f ? mix(c.zenith, c.mid, ss(0, 0.55f, t)) : mix(c.mid, c.horizon, ss(0.55f, 1.02f, t));
  const Light& l = p.light;
  const float dx = x - l.x, dy = y - l.y;
  const float d = std::sqrt(dx * dx + dy * dy);
  const float power = l.glow * (l.moon ? 0.40f : 1.0f) * (p.time == Time::Midnight ? 0.2f : 1.0f);
  float glow = 0.55f * fast_exp(-d * 9) + 0.28f * fast_exp(-d * 3.2f);
  if (!l.moon) glow += 0.20f * bell((y - hy) / 0.10f) * fast_exp(-std::fabs(dx) * 1.6f);
  return col + c.light * (glow * power);
}

void stars(Canvas& c, const Plan& p, const Grid& g) {
  if (p.stars <= 0.02f) return;
  Stream s = p.stream("stars");
  const bool milky = p.time == Time::Midnight || p.words.has(Weather::Starry) || p.place == Place::Space;
  const int count = static_cast<int>((milky ? 1500.0f : 520.0f) * std::min(p.stars, 1.6f) * std::max(0.7f, p.aspect));
  const float slope = s.between(-0.9f, 0.9f), base = s.between(0.1f, 0.35f);
  for (int k = 0; k < count; ++k) {
    float x = s.unit() * p.aspect, y = std::pow(s.unit(), 1.15f) * p.horizon;
    const float offset = (s.unit() + s.unit() + s.unit() - 1.5f) * 0.28f;
    if (milky && k % 3 != 0) y = base + slope * (x - p.aspect * 0.5f) + offset;
    const float power = std::pow(s.unit(), 5.0f) * 2.4f + 0.12f;
    const float hue = s.unit();
    if (y < 0 || y > p.horizon - 0.01f) continue;
    const int i = c.column_of(x), j = c.row_of(y);
    if (i >= c.w || j >= c.h) continue;
    const int gx = std::min(i / g.step, g.w - 1), gy = std::min(j / g.step, g.h - 1);
    const float hidden =
        g.cell[static_cast<std::size_t>(gy) * static_cast<std::size_t>(g.w) + static_cast<std::size_t>(gx)][3];
    const float fade =
        (1 - hidden) * (1 - 0.85f * p.mist * ss(0.75f, 1.0f, y / p.horizon) * 0.6f) * std::min(1.0f, p.stars + 0.2f);
    const Rgb tone = mix(mix({0.7f, 0.82f, 1.0f}, {1.0f, 0.9f, 0.75f}, hue), {1, 1, 1}, 0.4f);
    const float size = (power > 1.2f ? 0.0016f : 0.0009f) * (p.words.has(Weather::Starry) ? 1.6f : 1.0f);
    add_glow(c, x, y, std::max(size, 0.45f * c.pixel()), tone,
             power * fade * std::min(1.0f, size * c.scale() * 1.2f + 0.35f));
  }
}

// The seas of the moon, and its lit limb.
void disc(Canvas& c, const Plan& p, const Grid& g) {
  const Light& l = p.light;
  if (l.disc <= 0 || l.y + l.disc < 0) return;
  const int x0 = c.column_of(l.x - l.disc * 1.1f), x1 = c.column_of(l.x + l.disc * 1.1f);
  const int y0 = c.row_of(l.y - l.disc * 1.1f),
            y1 = std::min(c.row_of(l.y + l.disc * 1.1f), c.row_of(p.horizon + 0.01f));
  const float soft = std::max(0.04f, 1.2f * c.pixel() / l.disc);
  for (int j = y0; j < y1; ++j) {
    for (int i = x0; i < x1; ++i) {
      const float u = (c.x_of(i) - l.x) / l.disc, v = (c.y_of(j) - l.y) / l.disc;
      const float d = std::sqrt(u * u + v * v);
      const float inside = ss(1.0f + soft, 1.0f - soft, d);
      if (inside <= 0) continue;
      const int gx = std::min(i / g.step, g.w - 1), gy = std::min(j / g.step, g.h - 1);
      const float hidden =
          g.cell[static_cast<std::size_t>(gy) * static_cast<std::size_t>(g.w) + static_cast<std::size_t>(gx)][3];
      float power = 1.9f;
      if (l.moon)
        power = 1.25f * (0.55f + 0.6f * ss(0.32f, 0.62f, fbm2(u * 1.6f + 3, v * 1.6f, 77, 4))) *
                (0.75f + 0.25f * std::sqrt(std::max(0.0f, 1 - d * d)));
      c.add(c.at(i, j), p.colour.light, inside * power * (1 - 0.72f * hidden));
    }
  }
}

}  // namespace

void paint_sky(Canvas& c, const Plan& p) {
  const Colours& col = p.colour;
  Grid g;
  g.step = std::max(1, c.h / 250);
  const int rows = std::min(c.h, c.row_of(p.horizon + 0.05f) + 2 * g.step);
  g.w = c.w / g.step + 2;
  g.h = rows / g.step + 2;
  g.cell.resize(static_cast<std::size_t>(g.w) * static_cast<std::size_t>(g.h));
  const std::uint32_t seed = p.cloud_seed;
  const float hy = p.horizon;
  const bool space = p.place == Place::Space;
  const float cover = space ? 0.0f : p.cover;
  const float threshold = 0.64f - 0.34f * cover;
  const bool cumulus = p.words.has(Weather::Cloudy);
  const bool long_streaks = p.cloud_stretch > 2;
  const float soft = cumulus ? 0.10f : (p.gloom > 0.5f ? 0.34f : 0.20f);
  const auto curtains = aurora_curtains(p, g, c.scale());
  const Rgb green = rgb(0x3fffa0), violet = mix(rgb(0x9f5fff), rgb(0xff5fb0), p.stream("aurora").unit() * 0.5f);
  const bool milky = p.time == Time::Midnight || p.words.has(Weather::Starry) || space;
  Stream band = p.stream("stars");
  const float slope = band.between(-0.9f, 0.9f), base = band.between(0.1f, 0.35f);
  for (int gy = 0; gy < g.h; ++gy) {
    const float y = (static_cast<float>(gy * g.step) + 0.5f * static_cast<float>(g.step)) / c.scale();
    for (int gx = 0; gx < g.w; ++gx) {
      const float x = (static_cast<float>(gx * g.step) + 0.5f * static_cast<float>(g.step)) / c.scale();
      Rgb out = dome(p, x, y);
      float cloud = 0;
      if (space) {
        out = mix(col.zenith * 0.10f, out, 0.10f + 0.5f * fast_exp(-std::fabs(hy - y) * 14));
        const float n = fbm2(x * 1.7f + p.shift * 0.3f, y * 1.7f, seed + 5, 5),
                    m = fbm2(x * 2.6f + 4, y * 2.6f, seed + 9, 4);
        out = out + mix(col.mid, col.horizon, m) * (sq(ss(0.42f, 0.78f, n)) * 0.85f);
      }
      if (milky && p.stars > 0) {
        const float off = (y - base - slope * (x - p.aspect * 0.5f)) / (0.13f * std::sqrt(1 + slope * slope));
        const float n = fbm2(x * 3.2f, y * 3.2f, seed + 55, 5);
        const float lanes = ss(0.30f, 0.62f, fbm2(x * 6 + 3, y * 6, seed + 59, 4));
        out = out + mix(Rgb{0.34f, 0.36f, 0.52f}, Rgb{0.62f, 0.46f, 0.44f}, n) *
                        (bell(off) * (0.12f + 0.5f * n) * lanes * 0.40f * std::min(p.stars, 1.0f));
      }
      if (cover > 0 && y < hy + 0.06f) {
        const float q = std::max(hy - y, 0.0f) + (p.aerial ? 0.06f : 0.11f);
        const float scale = 0.55f * p.cloud_scale * (p.low ? 0.8f : 1.0f);
        const float u = (x - p.aspect * 0.5f + 0.09f * p.shift) / q * scale /
                        (long_streaks ? p.cloud_stretch * 0.6f : 1.0f),
                    v = 0.34f / q * (scale / 0.55f);
        const float warp = fbm2(u * 0.7f + 5, v * 0.7f, seed + 9, 2);
        const float uu = u + warp * 1.3f, vv = v * (long_streaks ? 2.2f : 1.5f) + warp;
        const float n = fbm2(uu, vv, seed, 6, cumulus ? 0.54f : 0.5f);
        const float dense = ss(threshold, threshold + soft, n);
        if (dense > 0.002f) {
          const float sx = p.light.x - x, sy = p.light.y - y;
          const float r = std::sqrt(sx * sx + sy * sy) + 0.05f;
          const float n2 = fbm2(uu + sx / r * 0.22f, vv - sy / r * 0.12f, seed, 4);
          float lit = clamp01((n - n2) * (cumulus ? 3.6f : 2.6f) + 0.42f + 0.5f * fast_exp(-r * 2.0f) * (1 - p.gloom));
          // Thin edges near the light shine.
          const float lining = (1 - dense) * fast_exp(-r * 3.0f) * (1 - p.gloom) * 0.6f;
          Rgb cc = mix(col.cloud_dark, col.cloud_lit, lit) * (1 - 0.42f * p.gloom * (0.4f + 0.6f * ss(0.5f, 0.8f, n)));
          cc = cc + col.light * lining;
          const float fade = ss(0.0f, 0.2f, hy - y);
          cc = mix(mix(cc, col.horizon, 0.55f), cc, fade);
          cloud = dense * (0.25f + 0.67f * fade);
          out = mix(out, cc, cloud);
        }
      }
      for (std::size_t k = 0; k < curtains.size(); ++k) {
        const Curtain& a = curtains[k];
        const std::size_t i = static_cast<std::size_t>(gx);
        const float d = a.foot[i] - y;
        if (d < -0.05f) continue;
        const float power = fast_exp(-std::max(d, 0.0f) / a.height[i]) * ss(-0.03f, 0.012f, d) * a.ray[i] *
                            (0.85f - 0.18f * static_cast<float>(k));
        out = out + mix(green, violet, ss(0.05f, 0.32f, d)) * (power * 1.15f * (0.35f + 0.65f * p.night));
      }
      g.cell[static_cast<std::size_t>(gy) * static_cast<std::size_t>(g.w) + static_cast<std::size_t>(gx)] =
          f4(out, cloud);
    }
  }
  // Up to full size, a row at a time.
  std::vector<F4> line(static_cast<std::size_t>(g.w));
  const float inverse = 1.0f / static_cast<float>(g.step);
  for (int j = 0; j < rows; ++j) {
    const float fy = std::max((static_cast<float>(j) + 0.5f) * inverse - 0.5f, 0.0f);
    const int ya = std::min(static_cast<int>(fy), g.h - 2);
    const float ty = fy - static_cast<float>(ya);
    const F4* a = g.cell.data() + static_cast<std::size_t>(ya) * static_cast<std::size_t>(g.w);
    const F4* b = a + g.w;
    const F4 t4 = f4(ty, ty, ty, ty);
    for (int i = 0; i < g.w; ++i) line[static_cast<std::size_t>(i)] = a[i] + (b[i] - a[i]) * t4;
    const std::size_t start = c.at(0, j);
    for (int i = 0; i < c.w; ++i) {
      const float fx = std::max((static_cast<float>(i) + 0.5f) * inverse - 0.5f, 0.0f);
      const int xa = static_cast<int>(fx);
      const float tx = fx - static_cast<float>(xa);
      const F4 v = line[static_cast<std::size_t>(xa)] +
                   (line[static_cast<std::size_t>(xa) + 1] - line[static_cast<std::size_t>(xa)]) * f4(tx, tx, tx, tx);
      const std::size_t k = start + static_cast<std::size_t>(i);
      c.r[k] = v[0], c.g[k] = v[1], c.b[k] = v[2];
    }
  }
  const Rgb below = mix(col.haze, col.horizon, 0.4f);
  for (std::size_t k = c.at(0, 0) + static_cast<std::size_t>(rows) * static_cast<std::size_t>(c.w); k < c.count(); ++k)
    c.put(k, below);
  stars(c, p, g);
  if (!space) disc(c, p, g);
}

void paint_planets(Canvas& c, const Plan& p) {
  if (p.place != Place::Space && p.second != Place::Space) return;
  Stream s = p.stream("planets");
  const int count = 2;
  for (int k = 0; k < count; ++k) {
    const float radius = (k == 0 ? s.between(0.17f, 0.24f) : s.between(0.03f, 0.055f)) * p.fit;
    const float x = k == 0 ? p.aspect - p.subject_x + 0.04f * p.shift : p.subject_x + s.between(-0.15f, 0.2f);
    const float y = k == 0 ? p.horizon * s.between(0.36f, 0.5f) : p.horizon * s.between(0.15f, 0.3f);
    const std::uint32_t seed = p.noise("planet") + static_cast<std::uint32_t>(k) * 31;
    const Rgb one = mix(p.colour.horizon, rgb(k == 0 ? 0xd8a878 : 0x8fb4d8), 0.4f),
              two = mix(p.colour.mid, rgb(k == 0 ? 0x7a4a3a : 0x4a5a78), 0.4f);
    const float lx = -p.light.side * -0.72f, ly = -0.42f, lz = 0.55f;
    const bool ring = k == 0 && s.chance(0.65f);
    const float tilt = s.between(-0.35f, 0.35f);
    const int x0 = c.column_of(x - radius * 2.4f), x1 = c.column_of(x + radius * 2.4f);
    const int y0 = c.row_of(y - radius * 1.6f), y1 = std::min(c.row_of(y + radius * 1.6f), c.row_of(p.horizon + 0.05f));
    const float soft = 1.5f * c.pixel() / radius;
    for (int j = y0; j < y1; ++j) {
      for (int i = x0; i < x1; ++i) {
        const float u = (c.x_of(i) - x) / radius, v = (c.y_of(j) - y) / radius;
        const float d2 = u * u + v * v, d = std::sqrt(d2);
        const std::size_t at = c.at(i, j);
        const float inside = ss(1 + soft, 1 - soft, d);
        if (inside > 0) {
          const float z = std::sqrt(std::max(0.0f, 1 - d2));
          const float bands =
              fbm2(u * 0.6f + 2 + fbm2(u * 2, v * 5, seed, 3) * 0.5f, (v + u * tilt) * 5.5f, seed + 7, 4);
          const float day = clamp01(u * lx + v * ly + z * lz);
          const Rgb body = mix(two, one, ss(0.3f, 0.7f, bands)) * (0.012f + 1.15f * day);
          const float limb = std::pow(1 - z, 3.0f) * (0.1f + day);
          c.blend(at, body + p.colour.light * (limb * 0.5f), inside);
        } else {
          c.add(at, mix(one, p.colour.light, 0.4f),
                0.16f * fast_exp(-(d - 1) * 9) * clamp01((u * lx + v * ly) / d * 0.6f + 0.5f));
        }
        if (ring) {
          const float ru = u, rv = (v + u * tilt) * 4.2f;
          const float rr = std::sqrt(ru * ru + rv * rv);
          const bool behind = inside > 0.5f && rv < 0;
          if (rr > 1.35f && rr < 2.3f && !behind) {
            const float lanes = 0.35f + 0.65f * noise2(rr * 22, 0.5f, seed + 9);
            c.blend(at, mix(one, p.colour.light, 0.5f) * 0.8f,
                    ss(1.35f, 1.42f, rr) * ss(2.3f, 2.15f, rr) * lanes * 0.62f);
          }
        }
      }
    }
  }
}

void paint_rainbow(Canvas& c, const Plan& p) {
  if (!p.words.has(Weather::Rainbow)) return;
  // Opposite the light, as in nature: its centre lies below the horizon.
  const float cx = p.aspect - p.light.x, cy = p.horizon + 0.10f;
  const float radius = 0.52f * std::max(0.75f, std::min(1.2f, p.aspect));
  const auto bow = [](float t) {
    return Rgb{std::max(bell((t - 0.88f) / 0.24f), 0.45f * bell((t - 0.02f) / 0.15f)), bell((t - 0.52f) / 0.24f),
               bell((t - 0.20f) / 0.22f)};
  };
  const int last = c.row_of(std::min(p.horizon + 0.02f, 1.0f));
  for (int j = 0; j < last; ++j) {
    for (int i = 0; i < c.w; ++i) {
      const float d = std::sqrt(sq(c.x_of(i) - cx) + sq(c.y_of(j) - cy));
      const std::size_t at = c.at(i, j);
      const float first = (d - radius) / 0.062f;
      const float fade = 0.5f + 0.5f * ss(0.0f, 0.4f, p.horizon - c.y_of(j));
      if (first > -0.6f && first < 1.6f) c.add(at, bow(first), 0.58f * fade);
      const float second = (radius * 1.26f + 0.07f - d) / 0.07f;
      if (second > -0.6f && second < 1.6f) c.add(at, bow(second), 0.16f * fade);
      if (d < radius) c.add(at, p.colour.horizon, 0.16f * ss(radius - 0.4f, radius, d));
    }
  }
}

void paint_lightning(Canvas& c, const Plan& p) {
  if (!p.words.has(Weather::Lightning)) return;
  Stream s = p.stream("lightning");
  const Rgb tone = mix(rgb(0xe8e4ff), p.colour.light, 0.25f);
  const float x0 = p.aspect - p.subject_x + s.between(-0.08f, 0.08f) * p.aspect;
  // The flash inside the cloud.
  add_glow(c, x0, p.horizon * 0.16f, 0.24f, mix(rgb(0x9890ff), p.colour.light, 0.3f), 1.2f);
  add_glow(c, x0 + 0.12f, p.horizon * 0.05f, 0.30f, mix(rgb(0x8080f0), p.colour.light, 0.3f), 0.7f);
  const auto bolt = [&](auto&& self, Point from, float length, float lean, float width, int level) -> void {
    Point at = from;
    const int steps = 13;
    for (int k = 0; k < steps; ++k) {
      const Point next = {at.x + lean * length / static_cast<float>(steps) + s.between(-0.5f, 0.5f) * length * 0.11f,
                          at.y + length / static_cast<float>(steps) * s.between(0.7f, 1.3f)};
      if (at.y < p.horizon + 0.005f) {
        add_line(c, at, next, width * 6, tone, 0.10f);
        add_line(c, at, next, std::max(width, 0.7f * c.pixel()), tone, 3.2f);
      }
      if (level < 2 && s.chance(0.34f))
        self(self, next, length * s.between(0.25f, 0.45f), s.between(-1.1f, 1.1f), width * 0.5f, level + 1);
      at = next;
    }
  };
  bolt(bolt, {x0, p.horizon * 0.10f}, p.horizon * 0.9f, s.between(-0.25f, 0.25f), 0.0024f, 0);
  if (s.chance(0.6f))
    bolt(bolt, {x0 + s.between(-0.3f, 0.3f), p.horizon * 0.12f}, p.horizon * 0.8f, s.between(-0.3f, 0.3f), 0.0014f, 1);
  add_glow(c, x0, p.horizon, 0.15f, tone, 0.6f);
}

}  // namespace studio::scenes
