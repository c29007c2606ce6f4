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
  const bool bands = range.strata > 0;
  std::vector<float> rim(n), reach(n);
  for (int i = 0; i < c.w; ++i) {
    const float dx = std::fabs(c.x_of(i) - p.light.x);
    rim[static_cast<std::size_t>(i)] = 0.20f * (1 - 0.5f * t) * fast_exp(-dx * 1.5f) * p.light.glow * day;
    reach[static_cast<std::size_t>(i)] =
        clamp01(0.5f + slope[static_cast<std::size_t>(i)] * side *
                           (range.ground == Ground::Rock ? 0.55f : (range.lean > 0 ? 2.6f : 0.9f)));
  }
  const float frequency = tex.relief_x * (0.7f + 0.6f * (1 - t)), du = c.pixel() * frequency;
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
    const std::size_t start = c.at(0, j);
    for (int i = from; i < to; ++i) {
      const std::size_t s = static_cast<std::size_t>(i);
      const float d = y - range.top[s];
      float cover = clamp01(d * c.scale() + 0.5f);
      if (!range.foot.empty()) cover *= clamp01((range.foot[s] - y) * c.scale() + 0.5f);
      if (cover <= 0) continue;
      const float form = (relief[s + 2 * static_cast<std::size_t>(delta)] - relief[s]) * 11.0f * tex.relief;
      const float crest = ss(0.10f, 0.0f, d);  // the edge's own slope rules near the edge
      float edge_facing = mix(0.5f, reach[s], 0.45f + 0.55f * crest);
      if (range.lean > 0)
        edge_facing = reach[static_cast<std::size_t>(
            std::clamp(i + static_cast<int>(d * range.lean * side * c.scale()), 0, c.w - 1))];
      const float facing = clamp01(edge_facing + form * side * 0.9f);
      const float g = (grain[s] - 0.5f) * tex.grain * detail;
      const float shade = 1 + g + (relief[s + static_cast<std::size_t>(delta)] - 0.5f) * 0.5f * tex.relief;
      Rgb albedo = ground;
      float white = p.snow * (range.ground == Ground::Pines ? 0.3f : 0.75f);
      if (range.snow_line > 0) {
        const float patch =
            range.snow_line * (0.55f + 0.9f * relief[s + static_cast<std::size_t>(delta)]) - d + g * 0.05f;
        white = std::max(white, ss(-0.012f, 0.02f, patch));
      }
      if (range.ground == Ground::Snow) white = 1;
      albedo = mix(albedo, snow, white);
      float band = 1;
      if (bands) {
        const float level = (y + (relief[s + static_cast<std::size_t>(delta)] - 0.5f) * 0.03f) * 46;
        const float w = level - std::floor(level);
        band = 0.72f + 0.5f * noise2(std::floor(level) * 3.7f, 0.5f, range.seed + 5) - 0.22f * ss(0.75f, 1.0f, w);
      }
      Rgb flat = mix(base, shade_white * (0.55f + 0.6f * facing), white * snow_dark) *
                 std::max(0.15f, shade * band * (0.86f + 0.28f * facing));
      Rgb lit = albedo * (ambient + key * (0.06f + 0.94f * facing)) * std::max(0.2f, shade * band);
      lit = mix(lit, air, 0.62f * far * std::min(1.0f, 0.4f + 0.6f * p.mist));
      Rgb out = mix(flat, lit, lit_share);
      const float edge = fast_exp(-d * 120);
      out = out + col.light * (rim[s] * edge);
      const float pool = clamp01(d / 0.26f);
      out = mix(out, air, std::min(0.96f, pool * 0.78f * far * range.mist * p.mist));
      c.blend(start + s, out, cover);
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
