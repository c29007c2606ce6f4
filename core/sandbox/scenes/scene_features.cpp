// Gentle features: headlands, beaches, palms, islands, rivers, flowers, grass.
#include "sandbox/scenes/scene_features.h"

#include "sandbox/scenes/scene_noise.h"

namespace studio::scenes {

// Paints ranges back to front, each only as far down as the next one leaves it open.
void paint_ranges(Canvas& c, const Plan& p, std::vector<Range>& ranges) {
  for (std::size_t k = 0; k < ranges.size(); ++k) {
    if (k + 1 < ranges.size()) {
      const float covered = *std::max_element(ranges[k + 1].top.begin(), ranges[k + 1].top.end()) + 2 * c.pixel();
      ranges[k].lowest = std::min(ranges[k].lowest, covered);
    }
    paint_range(c, p, ranges[k]);
  }
}

// A headland that falls towards the light.
void headland(Canvas& c, const Plan& p, float height, float reach, float depth, std::uint32_t seed) {
  Range r;
  r.depth = depth;
  r.seed = seed;
  r.ground = Ground::Rock;
  r.top.resize(static_cast<std::size_t>(c.w));
  for (int i = 0; i < c.w; ++i) {
    const float x = c.x_of(i);
    const float across = p.light.side > 0 ? x / p.aspect : 1 - x / p.aspect;  // 0 at the land's side
    const float n = fbm1((x + 0.1f * p.shift) * 4 + 3, seed, 6, 0.5f) - 0.5f;
    const float up = ss(reach, reach * 0.35f, across + n * 0.10f);
    r.top[static_cast<std::size_t>(i)] = p.horizon + 0.012f - height * up * (0.75f + 0.5f * n) * p.relief;
  }
  r.lowest = p.horizon + 0.02f;
  paint_range(c, p, r);
}

void beach(Canvas& c, const Plan& p, float left_y, float right_y) {
  Range r;
  r.depth = 0.80f;
  r.seed = p.noise("beach");
  r.ground = p.snow > 0 ? Ground::Snow : Ground::Sand;
  r.mist = 0;
  r.top.resize(static_cast<std::size_t>(c.w));
  for (int i = 0; i < c.w; ++i) {
    const float x = c.x_of(i), t = x / p.aspect;
    r.top[static_cast<std::size_t>(i)] =
        mix(left_y, right_y, ss(0, 1, t)) + 0.05f * (fbm1(x * 2.2f, r.seed, 3) - 0.5f) + 0.012f * std::sin(x * 14);
  }
  paint_range(c, p, r);
  // Wet sand mirrors the sky; surf lies along the edge.
  const Rgb shine = mix(p.colour.horizon, p.colour.mid, 0.35f);
  const Rgb surf = p.colour.cloud_lit * (0.35f + 0.6f * (1 - p.night));
  const int first = c.row_of(std::min(left_y, right_y) - 0.08f);
  std::vector<float> lace(static_cast<std::size_t>(c.w));
  for (int j = first; j < c.h; ++j) {
    const float y = c.y_of(j);
    fbm_row(lace.data(), c.w, 0, c.pixel() * 16, y * 34, r.seed + 3, 4);
    for (int i = 0; i < c.w; ++i) {
      const std::size_t s = static_cast<std::size_t>(i);
      const float d = y - r.top[s] + (lace[s] - 0.5f) * 0.02f;
      if (d < -0.07f || d > 0.16f) continue;
      const std::size_t at = c.at(i, j);
      if (d > 0) c.blend(at, shine * 0.8f, 0.55f * fast_exp(-d * 16));
      const float wave =
          bell((d + 0.004f) / 0.011f) * 0.95f + bell((d + 0.040f) / 0.010f) * 0.55f * ss(0.42f, 0.6f, lace[s]);
      c.blend(at, surf, std::min(0.95f, wave * ss(0.30f, 0.55f, lace[s] + 0.12f)));
    }
  }
}

void palm(Canvas& c, const Plan& p, float x, float y, float size, std::uint64_t n) {
  Stream s = p.stream("palm", n);
  const float lean = s.between(-0.35f, 0.35f) + 0.25f * p.wind;
  std::vector<Outline> parts;
  Point at = {x, y};
  for (int k = 0; k < 6; ++k) {
    const float t = static_cast<float>(k + 1) / 6;
    const Point next = {x + lean * size * t * t, y - size * t};
    parts.push_back(stroke_outline(at, next, size * (0.060f - 0.03f * t), size * (0.055f - 0.03f * t)));
    at = next;
  }
  for (int k = 0; k < 11; ++k) {
    const float angle = 6.2831853f * (static_cast<float>(k) + s.unit() * 0.6f) / 11;
    const float length = size * s.between(0.36f, 0.52f);
    Point from = at;
    Outline upper, lower;
    for (int q = 0; q <= 7; ++q) {
      const float t = static_cast<float>(q) / 7;
      const Point m = {at.x + std::cos(angle) * length * t,
                       at.y + std::sin(angle) * length * 0.5f * t + size * 0.30f * t * t - size * 0.06f * t};
      const float width =
          size * 0.042f * std::sin(3.1416f * std::min(1.0f, t * 0.9f + 0.1f)) * (q % 2 == 0 ? 1.0f : 0.55f);
      upper.push_back({m.x, m.y - width * 0.3f});
      lower.push_back({m.x, m.y + width});
    }
    (void)from;
    Outline leaf = upper;
    leaf.insert(leaf.end(), lower.rbegin(), lower.rend());
    parts.push_back(std::move(leaf));
  }
  const Mask m = rasterise(parts, c.scale(), c.w, c.h);
  fill(c, m, mix(p.colour.dark, ground_colour(p, Ground::Pines) * p.colour.light * 0.5f, 0.5f * p.light.front), 0.97f);
}

void island(Canvas& c, const Plan& p, float x, float width, float height) {
  Range r;
  r.depth = 0.62f;
  r.seed = p.noise("island");
  r.ground = Ground::Pines;
  r.lowest = p.horizon + 0.02f;
  r.mist = 0.4f;
  r.top.resize(static_cast<std::size_t>(c.w));
  for (int i = 0; i < c.w; ++i) {
    const float u = (c.x_of(i) - x) / width;
    const float n = fbm1(c.x_of(i) * 7, r.seed, 6, 0.5f) - 0.5f;
    const float body =
        0.75f * bell(u * 1.25f) + 0.45f * bell((u - 0.5f) * 2.6f) + 0.3f * bell((u + 0.62f) * 2.4f) - 0.10f;
    r.top[static_cast<std::size_t>(i)] =
        p.horizon + 0.010f - height * std::max(-0.2f, body + n * 0.30f * std::min(1.0f, body * 3)) * p.relief;
  }
  paint_range(c, p, r);
  Stream s = p.stream("palms");
  for (int k = 0; k < 9; ++k) {
    const float px = x + width * s.between(-0.95f, 0.95f);
    const std::size_t i = static_cast<std::size_t>(std::clamp(c.column_of(px), 0, c.w - 1));
    if (r.top[i] > p.horizon + 0.005f) continue;
    palm(c, p, px, r.top[i] + 0.004f, s.between(0.06f, 0.11f) * p.fit * std::sqrt(p.zoom),
         static_cast<std::uint64_t>(k));
  }
}

void river(Canvas& c, const Plan& p, Ground ground) {
  Canvas banks = c;
  paint_plain(banks, p, ground, p.horizon + 0.01f);
  Water w;
  w.from_y = p.horizon + 0.01f;
  w.rough = 0.35f * p.rough;
  paint_water(c, p, w);
  Stream s = p.stream("river");
  const float phase = s.between(0, 6.28f), swing = s.between(0.16f, 0.26f) * s.sign(),
              goal = p.aspect * 0.5f + (p.aspect * 0.5f - p.subject_x) * 0.7f;
  const std::uint32_t seed = p.noise("bank");
  const int first = c.row_of(w.from_y - 0.004f);
  for (int j = first; j < c.h; ++j) {
    const float d = std::max(c.y_of(j) - w.from_y, 0.0f);
    const float away = std::log(1 + d * 14);
    const float middle = mix(p.light.x, goal, ss(0, 0.45f, d)) +
                         swing * std::sin(phase + away * 3.4f + 0.4f * p.shift) * (0.08f + 1.5f * d);
    const float half = (0.018f + 0.42f * d) * (0.8f + 0.4f * fbm1(away * 3, seed, 3));
    const float soft = 0.002f + 0.014f * d;
    // The noise is dear: it is asked for only where it can be seen, near the edge it moves.
    const float rough = 0.1f * d, shore = 0.016f + 0.07f * d;
    for (int i = 0; i < c.w; ++i) {
      const float x = c.x_of(i), even = std::fabs(x - middle) - half;
      if (even + rough <= -soft) continue;
      const std::size_t at = c.at(i, j);
      if (even - rough > shore) {
        c.put(at, banks.get(at));
        continue;
      }
      const float edge = even + rough * 2 * (fbm1(x * 9 + c.y_of(j) * 24, seed + 2, 3) - 0.5f);
      const float land = ss(-soft, soft, edge);
      if (land <= 0) continue;
      const float lip = bell((edge - 0.004f) / (0.004f + 0.02f * d));
      c.blend(at, banks.get(at) * (1 - 0.45f * lip), land);
    }
  }
}

void flowers(Canvas& c, const Plan& p, float from_y) {
  Stream s = p.stream("flowers");
  const Rgb kinds[3] = {mix(rgb(0xf0506a), p.colour.light, 0.15f), mix(rgb(0xfff0c0), p.colour.light, 0.2f),
                        mix(rgb(0x9a78e0), p.colour.light, 0.15f)};
  const float light = (0.30f + 0.75f * p.light.front) * (1 - 0.75f * p.night);
  const int count = static_cast<int>(900 * p.aspect);
  for (int k = 0; k < count; ++k) {
    const float t = std::pow(s.unit(), 0.55f);
    const float y = from_y + 0.03f + (1.02f - from_y) * t;
    const float x = s.unit() * p.aspect;
    const float patch = fbm2(x * 3, y * 6, p.noise("patches"), 3);
    const float power = s.between(0.5f, 1.1f);
    const int kind = static_cast<int>(fbm1(x * 2 + y, p.noise("kinds"), 2) * 2.99f);
    if (patch < 0.46f) continue;
    const float size = (0.0011f + 0.0075f * t * t) * (0.6f + 0.7f * s.unit()) * std::sqrt(p.zoom);
    const Mask m = rasterise({ellipse_outline(x, y, size, size * 0.72f, 9)}, c.scale(), c.w, c.h);
    fill(c, m, kinds[kind % 3] * (power * light + 0.06f), 0.92f);
  }
}

void grass_edge(Canvas& c, const Plan& p, float y, float size) {
  Stream s = p.stream("blades");
  std::vector<Outline> blades;
  const int count = static_cast<int>(150 * p.aspect / std::max(size * 6, 0.4f));
  for (int k = 0; k < count; ++k) {
    const float x = s.unit() * p.aspect, h = size * s.between(0.35f, 1.1f),
                lean = (s.between(-0.5f, 0.5f) + 0.7f * p.wind) * h;
    const float w = size * s.between(0.02f, 0.045f), foot = y + 0.05f * s.unit();
    blades.push_back({{x - w, foot + 0.02f},
                      {x + lean * 0.3f - w * 0.6f, foot - h * 0.55f},
                      {x + lean, foot - h},
                      {x + lean * 0.35f + w * 0.6f, foot - h * 0.5f},
                      {x + w, foot + 0.02f}});
  }
  const Mask m = rasterise(blades, c.scale(), c.w, c.h);
  const Rgb tone = mix(p.colour.dark, ground_colour(p, Ground::Grass) * p.colour.light * 0.35f, 0.75f * p.light.front);
  fill(c, m, tone, 0.95f);
}

}  // namespace studio::scenes
