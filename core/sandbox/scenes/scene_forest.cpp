// The inside of a wood: layers of trunks in the mist, a clearing with light, canopy and ground; a jungle has leaves and
// lianas.
#include "sandbox/scenes/scene_field.h"
#include "sandbox/scenes/scene_noise.h"
#include "sandbox/scenes/scene_parts.h"

namespace studio::scenes {
namespace {

void trunk(std::vector<Outline>& out, float x, float foot, float width, float lean, Stream& s) {
  Outline left, right;
  const float wob = s.between(-0.010f, 0.010f), phase = s.between(0, 6.28f);
  for (int k = 0; k <= 12; ++k) {
    const float y = -0.06f + (foot + 0.06f) * static_cast<float>(k) / 12;
    const float flare = 1 + 0.8f * fast_exp(-(foot - y) * 18) + 0.12f * y;
    const float cx = x + lean * (y - 0.5f) + wob * std::sin(y * 7 + phase);
    left.push_back({cx - width * flare, y});
    right.push_back({cx + width * flare, y});
  }
  // Roots grip the ground unevenly.
  left.push_back({x + lean * (foot - 0.5f) - width * 2.3f, foot + 0.008f});
  right.push_back({x + lean * (foot - 0.5f) + width * 2.5f, foot + 0.010f});
  left.insert(left.end(), right.rbegin(), right.rend());
  out.push_back(std::move(left));
}

void bough(std::vector<Outline>& out, float x, float y, float length, float side, float thick, Stream& s) {
  Point at = {x, y};
  for (int k = 0; k < 5; ++k) {
    const float t = static_cast<float>(k + 1) / 5;
    const Point next = {x + side * length * t, y + length * (0.30f * t * t - 0.10f * t) + s.between(-0.008f, 0.008f)};
    out.push_back(stroke_outline(at, next, thick * (1.1f - t), thick * (1.0f - t) + 0.0006f));
    for (int q = 0; q < 3; ++q) {
      const float l = length * s.between(0.10f, 0.26f), a = s.between(-1.1f, 1.3f);
      out.push_back(
          stroke_outline(next, {next.x + side * std::cos(a) * l, next.y + std::sin(a) * l}, thick * 0.35f, 0.0005f));
    }
    at = next;
  }
}

Outline leaf(float x, float y, float length, float angle, float width) {
  Outline o;
  const float ca = std::cos(angle), sa = std::sin(angle);
  for (int k = 0; k <= 8; ++k) {
    const float t = static_cast<float>(k) / 8, w = width * std::sin(3.1416f * std::pow(t, 0.75f)) * length;
    const float bend = 0.22f * t * t * length;
    o.push_back({x + ca * length * t - sa * w, y + sa * length * t + ca * w + bend});
  }
  for (int k = 7; k > 0; --k) {
    const float t = static_cast<float>(k) / 8, w = width * std::sin(3.1416f * std::pow(t, 0.75f)) * length;
    const float bend = 0.22f * t * t * length;
    o.push_back({x + ca * length * t + sa * w, y + sa * length * t - ca * w + bend});
  }
  return o;
}

// The rows of pixels below take all but the rows by value and overlap nowhere: so they become vector code.
struct Row {
  float *r, *g, *b;
};
Row row_from(Canvas& c, int x, int y) {
  const std::size_t at = c.at(x, y);
  return {c.r.data() + at, c.g.data() + at, c.b.data() + at};
}

inline void blend(float& to, float colour, float cover) { to += (colour - to) * cover; }

struct Bark {
  Rgb wood, shine, flank, snow;  // shine: light from the clearing; flank: the side that looks to the light
  float lx, ly, pixel, rough, snowy;
};
void bark_row(const Bark m, const int x0, const int count, const float y, const float* __restrict cover,
              const float* __restrict flank, const float* __restrict grain, const Row row) {
  float* __restrict r = row.r;
  float* __restrict g = row.g;
  float* __restrict b = row.b;
  const float dy2 = sq(y - m.ly);
  for (int i = 0; i < count; ++i) {
    const float x = (static_cast<float>(x0 + i) + 0.5f) * m.pixel;
    const float d2 = sq((x - m.lx) * 0.9f) + dy2, near_light = 1 / (1 + 6 * d2 + 9 * d2 * d2);
    const float rough = 1 + (grain[i] - 0.5f) * m.rough, snow = m.snowy * ss(0.55f, 0.68f, grain[i]);
    const float edge = flank[i] * (0.20f + 0.55f * near_light);
    const float share = cover[i] > 0.003f ? cover[i] : 0.0f;
    blend(r[i], mix(m.wood.r * rough + m.shine.r * near_light, m.snow.r, snow) + m.flank.r * edge, share);
    blend(g[i], mix(m.wood.g * rough + m.shine.g * near_light, m.snow.g, snow) + m.flank.g * edge, share);
    blend(b[i], mix(m.wood.b * rough + m.shine.b * near_light, m.snow.b, snow) + m.flank.b * edge, share);
  }
}

struct Foliage {
  Rgb dark, lit, snow;
  float lx, ly, pixel, front, snowy;
};
void foliage_row(const Foliage m, const int count, const float y, const float hang, const float* __restrict crown,
                 const float* __restrict crown2, const float* __restrict open, const Row row) {
  float* __restrict r = row.r;
  float* __restrict g = row.g;
  float* __restrict b = row.b;
  const float dy2 = sq(y - m.ly);
  for (int i = 0; i < count; ++i) {
    const float n = crown[i] * 0.62f + crown2[i] * 0.5f + hang - open[i] * 1.15f;
    const float cover = ss(0.60f, 0.66f, n) * 0.93f;
    const float x = (static_cast<float>(i) + 0.5f) * m.pixel;
    const float near_light = 1 / (1 + 7 * (sq((x - m.lx) * 0.9f) + dy2));
    const float lit =
        clamp01(clamp01((0.72f - n) * 5.0f) * near_light * 0.8f + m.front * clamp01((crown[i] - 0.42f) * 3));
    const float snow = m.snowy * ss(0.5f, 0.6f, crown[i]);
    blend(r[i], mix(mix(m.dark.r, m.lit.r, lit), m.snow.r, snow), cover);
    blend(g[i], mix(mix(m.dark.g, m.lit.g, lit), m.snow.g, snow), cover);
    blend(b[i], mix(mix(m.dark.b, m.lit.b, lit), m.snow.b, snow), cover);
  }
}

struct Soil {
  Rgb soil, snow, path;
  float foot, pixel, snowy;
};
void soil_row(const Soil m, const int count, const float y, const float middle, const float width,
              const float* __restrict tex, const Row row) {
  float* __restrict r = row.r;
  float* __restrict g = row.g;
  float* __restrict b = row.b;
  const float inverse = 1 / width;
  for (int i = 0; i < count; ++i) {
    const float v = tex[i], cover = ss(m.foot - 0.012f, m.foot + 0.020f, y + 0.025f * (v - 0.5f));
    const float x = (static_cast<float>(i) + 0.5f) * m.pixel, path = bell((x - middle) * inverse) * (0.5f + v);
    const float light = 0.55f + 0.9f * v, snow = m.snowy * (0.6f + 0.4f * v);
    blend(r[i], mix(m.soil.r * light, m.snow.r, snow) + m.path.r * path, cover);
    blend(g[i], mix(m.soil.g * light, m.snow.g, snow) + m.path.g * path, cover);
    blend(b[i], mix(m.soil.b * light, m.snow.b, snow) + m.path.b * path, cover);
  }
}

// How much of each pixel of a row of coverage is the flank that looks to the light: coverage ends there, `step` pixels
// on.
void flank_row(const float* __restrict cover, int count, int middle, int step, float* __restrict flank) {
  std::fill(flank, flank + count, 0.0f);
  middle = std::clamp(middle, 0, count);
  for (int i = 0; i < std::min(middle, count - step); ++i) flank[i] = clamp01(cover[i] - cover[i + step]);
  for (int i = std::max(middle, step); i < count; ++i) flank[i] = clamp01(cover[i] - cover[i - step]);
}

}  // namespace

void paint_forest(Canvas& c, const Plan& p, bool jungle) {
  const Colours& col = p.colour;
  const std::uint32_t seed = p.noise("forest");
  Stream s = p.stream("trunks");
  const float lx = p.words.subjects.empty() ? p.light.x : mix(p.light.x, p.subject_x, 0.55f), ly = 0.34f;
  const float day = 1 - 0.72f * p.night;
  const float ground_y = p.horizon - 0.01f;
  const Rgb leafy =
      ground_colour(p, jungle ? Ground::Grass : Ground::Pines) * (jungle ? Rgb{0.6f, 1.0f, 0.55f} : Rgb{1, 1, 1});
  const Rgb far_air =
      mix(mix(col.haze, col.horizon, 0.40f), leafy * (col.light * 0.6f + col.mid * 0.4f), jungle ? 0.45f : 0.0f);
  const Rgb glow_tone = mix(col.horizon, col.light, 0.5f);
  // The clearing.
  // Down to where the first ground covers all.
  const int rows = c.row_of(ground_y + 0.07f);
  const int step = std::max(1, c.h / 256), grid_w = c.w / step + 2, grid_h = rows / step + 2;
  std::array<std::vector<float>, 3> grid;
  for (int j = 0; j < grid_h; ++j) {
    const float y = (static_cast<float>(j) + 0.5f) * static_cast<float>(step) * c.pixel();
    for (int i = 0; i < grid_w; ++i) {
      const float x = (static_cast<float>(i) + 0.5f) * static_cast<float>(step) * c.pixel(),
                  d = std::sqrt(sq((x - lx) * 0.9f) + sq(y - ly));
      Rgb out = mix(mix(col.zenith, col.mid, 0.5f), leafy * (col.light * 0.5f + col.mid * 0.5f),
                    0.42f * p.light.front + (jungle ? 0.40f : 0.12f));
      out = mix(out, mix(col.horizon, leafy * col.light * 2.2f, jungle ? 0.45f : 0.0f) * 1.08f, fast_exp(-d * 2.3f)) +
            col.light * (0.5f * fast_exp(-d * 5) * p.light.glow * day);
      const float g = ss(ground_y - 0.06f, ground_y + 0.05f, y);
      out = mix(out, (jungle ? far_air : mix(col.haze, col.mid, 0.35f)) * 0.8f, g);
      grid[0].push_back(out.r), grid[1].push_back(out.g), grid[2].push_back(out.b);
    }
  }
  std::vector<float>* const planes[3] = {&c.r, &c.g, &c.b};
  for (std::size_t k = 0; k < 3; ++k) {
    ScaledUp clearing(grid[k].data(), grid_w, grid_h, step, c.w);
    for (int j = 0; j < rows; ++j) std::copy_n(clearing.row(j), c.w, planes[k]->data() + c.at(0, j));
  }
  const int layers = 5;
  const std::size_t n = static_cast<std::size_t>(c.w);
  std::vector<float> smooth(n, 0.5f), tex(n), open(n), flank(n);
  for (int k = 0; k < layers; ++k) {
    const float t = static_cast<float>(k) / (layers - 1);
    const float near = 0.10f + 0.90f * std::pow(t, 1.15f);
    const Rgb wood = mix(jungle ? far_air : mix(col.haze, col.horizon, 0.30f), col.dark, near);
    const Rgb wood_lit =
        mix(rgb(0x7a6450), rgb(0x5c5648), s.unit()) * (col.mid * 0.4f + col.light * (0.65f * day * p.light.front));
    const float foot = ground_y + 0.02f + (0.97f - ground_y) * std::pow(t, 1.6f);
    std::vector<Outline> shapes;
    const float spacing = (jungle ? 0.085f : 0.062f) * (1 + 2.6f * t) * std::sqrt(p.zoom);
    const int count = static_cast<int>(p.aspect / spacing) + 2;
    for (int q = 0; q < count; ++q) {
      const float x = (static_cast<float>(q) + 0.15f + 0.7f * s.unit()) * spacing - spacing * 0.5f;
      const float w = (0.0038f + 0.0055f * s.unit()) * (1 + 6.2f * std::pow(t, 1.6f)) * std::sqrt(p.zoom) *
                      (jungle ? 0.75f : 1.0f),
                  lean = s.between(-0.03f, 0.03f) * (jungle ? 3.0f : 1.0f);
      const bool in_view = t > 0.5f && std::fabs(x - lx) < 0.13f * t + 0.07f;
      const float fy = foot + s.between(-0.012f, 0.014f) * (1 + t);
      const int boughs = t < 0.85f ? 5 : 2;
      std::array<float, 12> draws;
      for (float& v : draws) v = s.unit();
      if (in_view) continue;
      trunk(shapes, x, fy, w, lean, s);
      for (int b = 0; b < boughs; ++b) {
        const float side = draws[static_cast<std::size_t>(b)] < 0.5f ? -1.0f : 1.0f;
        bough(shapes, x, 0.02f + 0.40f * draws[static_cast<std::size_t>(b + 5)],
              (0.06f + 0.09f * draws[static_cast<std::size_t>(b)]) * (0.6f + 0.9f * t), side, w * 0.55f, s);
      }
    }
    const Mask m = rasterise(shapes, c.scale(), c.w, c.h);
    const int edge = std::max(1, static_cast<int>((0.002f + 0.004f * t) * c.scale()));
    const Bark trunks = {mix(wood, wood_lit, 0.45f * p.light.front * near),
                         col.light * (0.16f * (1 - t) * day),
                         glow_tone * (day * p.light.glow),
                         rgb(0xdfe7f0) * (col.mid * 0.6f + col.light * 0.3f * day),
                         lx,
                         ly,
                         c.pixel(),
                         0.95f * (0.3f + 0.7f * t),
                         p.snow * 0.5f};
    const int light_column =
        static_cast<int>(std::ceil(lx * c.scale() - 0.5f));  // the first that lies beyond the light
    // Small pictures have no rows to spare.
    const int fine = c.h >= 400 ? 1 : 0;
    SlowRows bark(c.w, 1 + 3 * fine, [&](float* out, int j) {
      fbm_row(out, c.w, 0, c.pixel() * 62, c.y_of(j) * 9, seed + 400 + static_cast<std::uint32_t>(k), t > 0.7f ? 3 : 2);
    });
    for (int j = 0; j < m.h && !m.empty(); ++j) {
      const int yy = m.y0 + j;
      const float y = c.y_of(yy);
      const float* grain = t > 0.3f ? bark.row(yy) : smooth.data();
      const float* cover = m.cover.data() + static_cast<std::size_t>(j) * static_cast<std::size_t>(m.w);
      flank_row(cover, m.w, light_column - m.x0, edge, flank.data());
      // In pieces: most of them show no trunk at all.
      constexpr int Piece = 16;
      for (int i = 0; i < m.w; i += Piece) {
        const int piece = std::min(Piece, m.w - i);
        float most = 0;
        for (int q = 0; q < piece; ++q) most = larger(most, cover[i + q]);
        if (most <= 0.003f) continue;
        bark_row(trunks, m.x0 + i, piece, y, cover + i, flank.data() + i, grain + m.x0 + i, row_from(c, m.x0 + i, yy));
      }
    }
    // Canopy of this layer.
    const float hang = (jungle ? 0.34f : 0.20f) + 0.10f * (1 - t);
    const Rgb leaf_dark = mix(far_air, mix(leafy * (col.mid * 0.5f), col.dark, 0.55f), near),
              leaf_lit = mix(far_air, leafy * (col.mid * 0.45f + col.light * (0.85f * day)), 0.35f + 0.65f * near);
    const Foliage foliage = {leaf_dark,
                             leaf_lit,
                             rgb(0xe2e9f2) * (col.mid * 0.6f + col.light * 0.3f * day),
                             lx,
                             ly,
                             c.pixel(),
                             0.65f * p.light.front,
                             0.6f * p.snow};
    const bool leaves = k % 2 == 0;
    for (int i = 0; i < c.w; ++i) open[static_cast<std::size_t>(i)] = 0.20f * bell((c.x_of(i) - lx) / 0.30f);
    const float leaf_scale = 26 - 13 * t;
    SlowRows crown(c.w, 1 + fine, [&](float* out, int j) {
      fbm_row(out, c.w, 5.0f * static_cast<float>(k), c.pixel() * leaf_scale, c.y_of(j) * leaf_scale,
              seed + 500 + static_cast<std::uint32_t>(k) * 3, 3, 0.62f);
    });
    SlowRows crown2(c.w, 1 + 7 * fine, [&](float* out, int j) {
      fbm_row(out, c.w, 3.0f * static_cast<float>(k) + 0.2f * p.shift, c.pixel() * 3.5f, c.y_of(j) * 2.5f,
              seed + 540 + static_cast<std::uint32_t>(k) * 3, 2);
    });
    for (int j = 0; leaves && j < c.row_of(hang + 0.22f); ++j) {
      const float y = c.y_of(j);
      foliage_row(foliage, c.w, y, (hang - y) * 1.15f - 0.10f * t, crown.row(j), crown2.row(j), open.data(),
                  row_from(c, 0, j));
    }
    // Ground of this layer, a path of light, mist over it.
    const Rgb soil =
        mix((jungle ? far_air * 0.6f : mix(col.haze, col.mid, 0.3f)),
            mix(ground_colour(p, jungle ? Ground::Grass : Ground::Grass) * (col.mid * 0.35f + col.light * 0.30f * day),
                col.dark, 0.35f + 0.35f * (1 - p.light.front)),
            0.25f + 0.70f * t);
    const Soil ground = {soil,
                         rgb(0xdde6f0) * (col.mid * 0.55f + col.light * 0.35f * day),
                         glow_tone * (0.20f * (1.15f - t) * day),
                         foot,
                         c.pixel(),
                         0.75f * p.snow};
    // The next layer's ground covers the rest.
    const float next_t = static_cast<float>(k + 1) / (layers - 1);
    const int covered =
        k + 1 == layers ? c.h : c.row_of(ground_y + 0.02f + (0.97f - ground_y) * std::pow(next_t, 1.6f) + 0.035f);
    for (int j = c.row_of(foot - 0.03f); j < covered; ++j) {
      const float y = c.y_of(j);
      fbm_row(tex.data(), c.w, 3.0f * static_cast<float>(k), c.pixel() * 30, y * 60,
              seed + 80 + static_cast<std::uint32_t>(k), 4, 0.6f);
      soil_row(ground, c.w, y, lx + (y - ground_y) * 0.25f * p.light.side, 0.03f + (y - ground_y) * 0.42f, tex.data(),
               row_from(c, 0, j));
    }
    const Rgb mist = jungle ? mix(far_air, col.horizon, 0.3f) : mix(col.haze, col.horizon, 0.55f);
    const float strength = (jungle ? 0.42f : 0.66f) * (1 - t) * std::min(p.mist, 1.15f);
    if (strength > 0.02f) {
      soft_field(
          c, c.row_of(foot - 0.32f), c.row_of(foot + 0.26f),
          [&](float x, float y) {
            return std::min(0.9f, bell((y - foot) / 0.14f) *
                                      fbm2(x * 2.2f + 3.0f * static_cast<float>(k), y * 6,
                                           seed + 200 + static_cast<std::uint32_t>(k), 3) *
                                      strength);
          },
          [&](std::size_t at, float v) { c.blend(at, mist, v); });
    }
  }
  {
    const float rays = (p.words.has(Weather::Sunbeams) ? 0.2f : 0.55f) * (1 - 0.75f * p.gloom) * (1 - 0.45f * p.night);
    const Rgb tone = mix(col.light, col.horizon, 0.2f) * rays;
    soft_field(
        c, 0, c.h,
        [&](float x, float y) {
          const float dx = x - lx - 0.12f * p.light.side, dy = y - ly + 0.62f, d = std::sqrt(sq(x - lx) + sq(y - ly));
          return ss(0.44f, 0.85f, fbm1(std::atan2(dx, dy) * 12 + 20, seed + 9, 3)) * fast_exp(-d * 1.6f) *
                 ss(0.98f, 0.25f, y);
        },
        [&](std::size_t at, float v) { c.add(at, tone, v * 0.85f); });
  }
  // Undergrowth and, in a jungle, large leaves and lianas close by.
  std::vector<Outline> front, lianas;
  Stream f = p.stream("undergrowth");
  if (jungle) {
    for (int k = 0; k < 26; ++k) {
      const bool left = k % 2 == 0;
      const float edge = left ? 0.0f : p.aspect;
      const float x = edge + (left ? 1.0f : -1.0f) * f.between(-0.03f, 0.10f), y = f.between(0.45f, 1.04f);
      front.push_back(leaf(x, y, f.between(0.16f, 0.34f) * p.fit * std::sqrt(p.zoom),
                           (left ? 0.0f : 3.1416f) + f.between(-0.75f, 0.65f), f.between(0.10f, 0.20f)));
    }
    for (int k = 0; k < 14; ++k)
      front.push_back(leaf(p.aspect * f.unit(), -0.03f, f.between(0.10f, 0.20f), 1.57f + f.between(-0.9f, 0.9f),
                           f.between(0.08f, 0.15f)));
    for (int k = 0; k < 5; ++k) {
      const float x = p.aspect * f.unit(), sag = f.between(0.25f, 0.6f), w = f.between(0.1f, 0.35f);
      Point at = {x, -0.02f};
      for (int q = 1; q <= 14; ++q) {
        const float t = static_cast<float>(q) / 14;
        const Point next = {x + w * t, -0.02f + sag * 4 * t * (1 - t)};
        lianas.push_back(stroke_outline(at, next, 0.0042f, 0.0042f));
        at = next;
      }
    }
  } else {
    for (int k = 0; k < 90; ++k) {
      const float x = p.aspect * f.unit(), h = f.between(0.03f, 0.10f) * p.fit, lean = f.between(-0.6f, 0.6f) * h;
      if (std::fabs(x - lx) < 0.16f) continue;
      front.push_back({{x - 0.003f, 1.02f},
                       {x + lean * 0.4f - 0.003f, 1.0f - h * 0.5f},
                       {x + lean, 1.0f - h},
                       {x + lean * 0.5f + 0.003f, 1.0f - h * 0.45f},
                       {x + 0.003f, 1.02f}});
    }
  }
  const Rgb near_tone =
      mix(col.dark, leafy * (col.light * 0.45f * day + col.mid * 0.1f), 0.55f * p.light.front + 0.08f);
  fill(c, rasterise(lianas, c.scale(), c.w, c.h), mix(col.dark, col.haze, 0.15f), 0.9f);
  fill(c, rasterise(front, c.scale(), c.w, c.h), near_tone, 0.96f);
}

}  // namespace studio::scenes
