// Land: ranges from the haze to the foreground, each with form from the one light, and plains in perspective.
#include "sandbox/scenes/scene_noise.h"
#include "sandbox/scenes/scene_parts.h"

namespace studio::scenes {

std::vector<float> flat_edge(const Canvas& c, float y) { return std::vector<float>(static_cast<std::size_t>(c.w), y); }

std::vector<float> rolling_edge(const Canvas& c, const Plan& p, float y, float height, float frequency,
                                std::uint32_t seed, int octaves, float gain) {
  std::vector<float> top(static_cast<std::size_t>(c.w));
  for (int i = 0; i < c.w; ++i) {
    const float x = c.x_of(i) - p.aspect * 0.5f + 0.12f * p.shift;
    top[static_cast<std::size_t>(i)] = y - (fbm1(x * frequency + 20, seed, octaves, gain) - 0.5f) * height * 2;
  }
  return top;
}

std::vector<float> peaks_edge(const Canvas& c, const Plan& p, float y, float height, float frequency,
                              std::uint32_t seed) {
  std::vector<float> top(static_cast<std::size_t>(c.w));
  for (int i = 0; i < c.w; ++i) {
    const float x = (c.x_of(i) - p.aspect * 0.5f + 0.12f * p.shift) * frequency + 20;
    // Folded noise has sharp crests; finer folds count less low down, so that valleys stay wide.
    float sum = 0, amplitude = 1, norm = 0, u = x, weight = 1;
    for (int k = 0; k < 7; ++k) {
      const float fold = 1 - std::fabs(noise2(u, 0.37f, seed + static_cast<std::uint32_t>(k) * 19) * 2 - 1);
      sum += amplitude * fold * weight;
      norm += amplitude;
      weight = clamp01(0.35f + 0.75f * fold);
      amplitude *= 0.46f;
      u = u * 2.07f + 7.7f;
    }
    top[static_cast<std::size_t>(i)] = y - height * (1.75f * sq(sum / norm) * (1.12f - 0.30f * sum / norm) - 0.22f);
  }
  return top;
}

void add_pines(std::vector<float>& top, const Canvas& c, float height, float density, std::uint32_t seed) {
  const std::vector<float> base = top;
  Stream s(seed, "pines");
  const float width = c.aspect;
  const int count = static_cast<int>(density * width);
  for (int k = 0; k < count; ++k) {
    const float x = (static_cast<float>(k) + s.unit() * 0.9f) / static_cast<float>(count) * (width + 0.1f) - 0.05f;
    const float clump = 0.35f + 0.9f * ss(0.30f, 0.70f, fbm1(x * 3.1f, seed + 4, 3));
    const float tall = height * (0.45f + 0.75f * s.unit()) * clump;
    const float half = tall * s.between(0.19f, 0.27f);
    const int i0 = c.column_of(x - half), i1 = c.column_of(x + half);
    const int middle = std::clamp(c.column_of(x), 0, c.w - 1);
    const float foot = base[static_cast<std::size_t>(middle)] + tall * 0.06f;
    const float tiers = 5 + s.unit() * 3;
    for (int i = i0; i < i1; ++i) {
      const float u = std::fabs(c.x_of(i) - x) / half;  // 0 at the stem
      const float saw = u * tiers - std::floor(u * tiers);
      const float rise = tall * (1 - u) - tall * 0.55f / tiers * (saw - 0.5f);
      float& y = top[static_cast<std::size_t>(i)];
      y = std::min(y, foot - std::max(0.0f, rise));
    }
  }
}

Rgb ground_colour(const Plan& p, Ground ground) {
  Rgb a;
  switch (ground) {
    case Ground::Rock:
      a = rgb(0x85786a);
      break;
    case Ground::Pines:
      a = rgb(0x38502e);
      break;
    case Ground::Grass:
      a = rgb(0x6c8a3a);
      break;
    case Ground::Clay:
      a = rgb(0xbc6236);
      break;
    case Ground::Sand:
      a = rgb(0xd9a561);
      break;
    case Ground::Snow:
      a = rgb(0xeef2f8);
      break;
    case Ground::Regolith:
      a = rgb(0x8c8a88);
      break;
    case Ground::Paving:
      a = rgb(0x5c5a5c);
      break;
  }
  if (p.words.tint) {
    // The palette word colours the land as well.
    const float keep = luminance(a);
    Rgb hue = mix(p.colour.haze, p.colour.mid, 0.4f);
    hue = hue * (keep / std::max(luminance(hue), 1e-4f));
    const Tint t = *p.words.tint;
    a = mix(a, hue, t == Tint::Vivid ? 0.0f : (t == Tint::Autumn ? 0.75f : 0.62f));
  }
  if (p.snow > 0) {
    const float share = ground == Ground::Pines ? 0.38f : (ground == Ground::Paving ? 0.45f : 0.80f);
    a = mix(a, rgb(0xe6ecf4), share * p.snow);
  }
  return a;
}

namespace {

std::vector<float> slope_of(const std::vector<float>& top, const Canvas& c, float radius) {
  std::vector<float> s = top;
  const int r = std::max(1, static_cast<int>(radius * c.scale()));
  blur_plane(s.data(), c.w, 1, static_cast<float>(r), 0);
  std::vector<float> out(s.size());
  for (int i = 0; i < c.w; ++i) {
    const int a = std::max(i - 1, 0), b = std::min(i + 1, c.w - 1);
    out[static_cast<std::size_t>(i)] =
        (s[static_cast<std::size_t>(b)] - s[static_cast<std::size_t>(a)]) / (static_cast<float>(b - a) * c.pixel());
  }
  return out;
}

struct Texture {
  float relief_x, relief_y, skew, relief;  // large form
  float grain_x, grain_y, grain;           // fine surface
};

Texture texture_of(Ground g) {
  switch (g) {
    case Ground::Clay:
      return {11.0f, 2.0f, 0.0f, 0.75f, 30, 40, 0.35f};
    case Ground::Rock:
      return {6.0f, 3.2f, 0.0f, 0.9f, 34, 26, 0.45f};
    case Ground::Pines:
      return {7.0f, 9.0f, 0.5f, 0.6f, 60, 30, 0.9f};
    case Ground::Grass:
      return {2.4f, 6.0f, 0.6f, 0.45f, 130, 26, 0.55f};
    case Ground::Sand:
      return {1.6f, 5.0f, 1.2f, 0.40f, 40, 90, 0.16f};
    case Ground::Snow:
      return {2.2f, 5.0f, 1.0f, 0.45f, 50, 80, 0.12f};
    case Ground::Regolith:
      return {3.5f, 9.0f, 0.6f, 0.8f, 40, 60, 0.35f};
    case Ground::Paving:
      return {2.0f, 8.0f, 0.0f, 0.2f, 60, 60, 0.25f};
  }
  return {};
}

}  // namespace

namespace {

// How one range takes the light.
struct Terrain {
  Rgb base, ground, snow, shade_white, ambient, key, air, light;
  float snow_dark, lit_share, lit_haze, pool, form, relief, grain;
};
// What changes along a row, one value a column.
struct TerrainRow {
  const float *top, *cover, *facing, *white, *band, *rim, *grain;
  const float *before, *here, *after;  // the relief, to both sides of the column as well
};

// Nothing written overlaps what is read, and the rest is passed by value: so this becomes vector code.
void terrain_row(const Terrain t, const TerrainRow from, const int count, const float y, float* __restrict r,
                 float* __restrict g, float* __restrict b) {
  const float* __restrict top = from.top;
  const float* __restrict cover = from.cover;
  const float* __restrict faces = from.facing;
  const float* __restrict whites = from.white;
  const float* __restrict band = from.band;
  const float* __restrict rim = from.rim;
  const float* __restrict grain = from.grain;
  const float* __restrict before = from.before;
  const float* __restrict here = from.here;
  const float* __restrict after = from.after;
  for (int i = 0; i < count; ++i) {
    const float d = larger(y - top[i], -0.05f), white = whites[i];
    const float facing = clamp01(faces[i] + (after[i] - before[i]) * t.form);
    const float shade = (1 + (grain[i] - 0.5f) * t.grain + (here[i] - 0.5f) * t.relief) * band[i];
    const float flat_shade = larger(0.15f, shade * (0.86f + 0.28f * facing)), lit_shade = larger(0.2f, shade);
    const float flat_white = 0.55f + 0.6f * facing, key = 0.06f + 0.94f * facing, snowed = white * t.snow_dark;
    const float edge = rim[i] * fast_exp(-d * 120), pool = smaller(0.96f, clamp01(d * (1 / 0.26f)) * t.pool);
    const auto blend = [&](float& to, float base, float ground, float snow, float shade_white, float ambient,
                           float key_light, float air, float light) {
      const float flat = mix(base, shade_white * flat_white, snowed) * flat_shade;
      const float lit = mix(mix(ground, snow, white) * (ambient + key_light * key) * lit_shade, air, t.lit_haze);
      const float out = mix(mix(flat, lit, t.lit_share) + light * edge, air, pool);
      to += (out - to) * cover[i];
    };
    blend(r[i], t.base.r, t.ground.r, t.snow.r, t.shade_white.r, t.ambient.r, t.key.r, t.air.r, t.light.r);
    blend(g[i], t.base.g, t.ground.g, t.snow.g, t.shade_white.g, t.ambient.g, t.key.g, t.air.g, t.light.g);
    blend(b[i], t.base.b, t.ground.b, t.snow.b, t.shade_white.b, t.ambient.b, t.key.b, t.air.b, t.light.b);
  }
}

}  // namespace

void paint_range(Canvas& c, const Plan& p, const Range& range) {
  const Colours& col = p.colour;
  const float t = range.depth;
  const Texture tex = texture_of(range.ground);
  const float highest = *std::min_element(range.top.begin(), range.top.end());
  const int first = c.row_of(highest - 0.003f), last = c.row_of(range.lowest);
  if (first >= last) return;
  const std::vector<float> slope = slope_of(range.top, c, range.ground == Ground::Rock ? 0.012f : 0.03f);
  const std::size_t n = static_cast<std::size_t>(c.w);
  const int delta = std::max(1, static_cast<int>(0.006f * c.scale() + 0.5f));
  std::vector<float> relief(n + 2 * static_cast<std::size_t>(delta)), grain(n);
  std::vector<float> other, flank;
  if (range.ground == Ground::Rock) {
    other.resize(relief.size());
    flank.resize(relief.size());
    const std::vector<float> broad = slope_of(range.top, c, 0.035f);
    for (std::size_t i = 0; i < flank.size(); ++i) flank[i] = ss(-0.35f, 0.35f, broad[std::min(i, n - 1)]);
  }
  const float day = 1 - 0.80f * p.night;
  const Rgb base = mix(mix(col.haze, col.horizon, 0.35f * (1 - t)), col.dark, 0.06f + 0.94f * std::pow(t, 1.15f));
  const Rgb ambient = mix(col.mid, col.zenith, 0.4f) * 0.55f + col.haze * 0.12f;
  const Rgb key = col.light * (1.05f * day * (1 - 0.6f * p.gloom));
  const Rgb ground = ground_colour(p, range.ground);
  const Rgb snow = rgb(0xeef3fa);
  const float lit_share = p.silhouette ? 0.0f
                                       : std::min(0.92f, std::pow(p.light.front, 0.6f)) *
                                             (range.ground == Ground::Snow || p.snow > 0 ? 1.0f : 0.92f);
  const Rgb air = mix(col.haze, col.horizon, 0.45f);
  const float far = std::pow(1 - t, 0.8f);
  const float snow_dark = p.silhouette ? 0.15f : 0.62f;
  const Rgb shade_white = mix(ambient, air, 0.35f) * 0.9f;
  const float side = p.light.side;
  const float detail = 0.35f + 0.65f * t;
  std::vector<float> rim(n), reach(n);
  for (int i = 0; i < c.w; ++i) {
    const float dx = std::fabs(c.x_of(i) - p.light.x);
    rim[static_cast<std::size_t>(i)] = 0.20f * (1 - 0.5f * t) * fast_exp(-dx * 1.5f) * p.light.glow * day;
    reach[static_cast<std::size_t>(i)] =
        clamp01(0.5f + slope[static_cast<std::size_t>(i)] * side *
                           (range.ground == Ground::Rock ? 0.55f : (range.lean > 0 ? 2.6f : 0.9f)));
  }
  const float frequency = tex.relief_x * (0.7f + 0.6f * (1 - t)), du = c.pixel() * frequency;
  const Terrain terrain = {base,
                           ground,
                           snow,
                           shade_white,
                           ambient,
                           key,
                           air,
                           col.light,
                           snow_dark,
                           lit_share,
                           0.62f * far * std::min(1.0f, 0.4f + 0.6f * p.mist),
                           0.78f * far * range.mist * p.mist,
                           11.0f * tex.relief * side * 0.9f,
                           0.5f * tex.relief,
                           tex.grain * detail};
  const float least_white =
      range.ground == Ground::Snow ? 1.0f : p.snow * (range.ground == Ground::Pines ? 0.3f : 0.75f);
  std::vector<float> cover(n), facing(n), white(n, least_white), band(n, 1.0f);
  const float grain_du = c.pixel() * tex.grain_x * (0.6f + 0.8f * (1 - t));
  for (int j = first; j < last; ++j) {
    const float y = c.y_of(j);
    // Only the columns in which this range is seen in this row are worked out.
    const auto seen = [&](int i) {
      const std::size_t s = static_cast<std::size_t>(i);
      return range.top[s] - y < c.pixel() && (range.foot.empty() || y - range.foot[s] < c.pixel());
    };
    int from = 0, to = c.w;
    while (from < to && !seen(from)) ++from;
    while (to > from && !seen(to - 1)) --to;
    if (from == to) continue;
    const int count = to - from + 2 * delta;
    float* const form_row = relief.data() + from;
    const float u0 =
        (c.pixel() * (0.5f - static_cast<float>(delta)) + 3.0f) * frequency + du * static_cast<float>(from);
    if (range.ground == Ground::Rock) {
      // Gullies run down both flanks of a peak: two slanted fields, joined by the way the crest falls.
      const float slant = 0.75f * frequency * y;
      fbm_row(form_row, count, u0 + slant, du, y * tex.relief_y, range.seed + 7, 5, 0.52f);
      fbm_row(other.data(), count, u0 - slant, du, y * tex.relief_y, range.seed + 17, 5, 0.52f);
      const float* const share = flank.data() + from;
      for (int i = 0; i < count; ++i) form_row[i] += (other[static_cast<std::size_t>(i)] - form_row[i]) * share[i];
    } else {
      fbm_row(form_row, count, u0 + y * tex.skew * tex.relief_x * 0.4f, du, y * tex.relief_y, range.seed + 7, 5, 0.55f);
    }
    fbm_row(grain.data() + from, to - from, 1.5f + grain_du * static_cast<float>(from), grain_du, y * tex.grain_y,
            range.seed + 70, 3, 0.6f);
    const float* const top = range.top.data();
    const float* const middle = relief.data() + delta;
    for (int i = from; i < to; ++i) {
      const std::size_t q = static_cast<std::size_t>(i);
      cover[q] = clamp01((y - top[i]) * c.scale() + 0.5f);
      // The edge's own slope rules near the edge.
      facing[q] = mix(0.5f, reach[q], 0.45f + 0.55f * ss(0.10f, 0.0f, y - top[i]));
    }
    if (!range.foot.empty()) {
      for (std::size_t q = static_cast<std::size_t>(from); q < static_cast<std::size_t>(to); ++q)
        cover[q] *= clamp01((range.foot[q] - y) * c.scale() + 0.5f);
    }
    if (range.lean > 0) {
      for (int i = from; i < to; ++i) {
        const int run = static_cast<int>((y - top[i]) * range.lean * side * c.scale());
        facing[static_cast<std::size_t>(i)] = reach[static_cast<std::size_t>(std::clamp(i + run, 0, c.w - 1))];
      }
    }
    if (range.snow_line > 0 && range.ground != Ground::Snow) {
      for (int i = from; i < to; ++i) {
        const std::size_t q = static_cast<std::size_t>(i);
        const float patch =
            range.snow_line * (0.55f + 0.9f * middle[i]) - (y - top[i]) + (grain[q] - 0.5f) * terrain.grain * 0.05f;
        white[q] = larger(least_white, ss(-0.012f, 0.02f, patch));
      }
    }
    if (range.strata > 0) {
      for (int i = from; i < to; ++i) {
        const float level = (y + (middle[i] - 0.5f) * 0.03f) * 46, whole = std::floor(level);
        band[static_cast<std::size_t>(i)] =
            0.72f + 0.5f * noise2(whole * 3.7f, 0.5f, range.seed + 5) - 0.22f * ss(0.75f, 1.0f, level - whole);
      }
    }
    // In pieces: those above the edge are left out.
    constexpr int Piece = 32;
    for (int i = from; i < to; i += Piece) {
      const int piece = std::min(Piece, to - i);
      float most = 0;
      for (int q = i; q < i + piece; ++q) most = larger(most, cover[static_cast<std::size_t>(q)]);
      if (most <= 0) continue;
      const std::size_t at = c.at(i, j);
      terrain_row(terrain,
                  {top + i, cover.data() + i, facing.data() + i, white.data() + i, band.data() + i, rim.data() + i,
                   grain.data() + i, relief.data() + i, middle + i, middle + delta + i},
                  piece, y, c.r.data() + at, c.g.data() + at, c.b.data() + at);
    }
  }
}

void paint_plain(Canvas& c, const Plan& p, Ground ground, float from_y) {
  const Colours& col = p.colour;
  const int first = std::max(0, static_cast<int>(from_y * c.scale() - 0.5f));
  const std::size_t n = static_cast<std::size_t>(c.w);
  std::vector<float> big(n), fine(n);
  const std::uint32_t seed = p.noise("plain");
  const float day = 1 - 0.8f * p.night;
  const Rgb albedo = ground_colour(p, ground);
  const Rgb ambient = mix(col.mid, col.zenith, 0.35f) * 0.6f + col.haze * 0.15f;
  const Rgb key = col.light * (0.95f * day * (0.25f + 0.75f * p.light.front) * (1 - 0.6f * p.gloom) *
                               (p.silhouette ? 0.15f : 1.0f));
  const Rgb air = mix(col.haze, col.horizon, 0.45f);
  const float fine_x = ground == Ground::Grass ? 60.0f : 26.0f, fine_z = ground == Ground::Grass ? 90.0f : 110.0f;
  const float depth_dark = p.light.front < 0.5f ? 0.55f : 0.25f;
  const bool lunar = ground == Ground::Regolith;
  for (int j = first; j < c.h; ++j) {
    const float y = c.y_of(j);
    const float d = std::max(y - from_y, 1e-4f);
    const float z = 0.05f / (d + 0.012f);
    const float u0 = (0.5f * c.pixel() - p.aspect * 0.5f + 0.05f * p.shift) * z;
    fbm_row(big.data(), c.w, u0 * 6, c.pixel() * z * 6, z * 20, seed + 3, 5, 0.55f);
    fbm_row(fine.data(), c.w, u0 * fine_x, c.pixel() * z * fine_x, z * fine_z, seed + 9, 4, 0.6f);
    const float haze = fast_exp(-d * (9.0f / (0.3f + 0.8f * p.mist))) * 0.9f;
    const float cover = ss(-0.6f, 0.6f, (y - from_y) * c.scale());
    const float width = 0.10f + d * 0.9f;
    const std::size_t start = c.at(0, j);
    for (int i = 0; i < c.w; ++i) {
      const std::size_t s = static_cast<std::size_t>(i);
      const float b = big[s] - 0.5f, f = fine[s] - 0.5f;
      const float sheen = bell((c.x_of(i) - p.light.x) / width) * (1 - p.gloom);
      const float shade = std::max(0.25f, 1 + b * 0.9f + f * (lunar ? 0.7f : 0.5f));
      Rgb out = albedo * (ambient + key * (0.55f + 0.45f * clamp01(0.5f + (f + b) * 1.6f))) * shade;
      out = mix(out, col.dark, depth_dark * clamp01(d * 1.5f) * (1 - 0.4f * p.snow));
      out = out +
            mix(col.horizon, col.light, 0.4f) * (sheen * (0.05f + 0.16f * ss(0.1f, 0.5f, f + b)) * day * (1.1f - d));
      if (p.wet > 0) {
        const float pool = ss(0.08f, 0.2f, b) * p.wet;
        out = mix(out, mix(col.horizon, col.mid, 0.4f) * 0.7f, pool * 0.6f);
      }
      out = mix(out, air, haze * (lunar ? 0.35f : 1.0f));
      c.blend(start + s, out, cover);
    }
  }
}

}  // namespace studio::scenes
