// Whole places, each a composition of sky, ranges, water and ground. A second place named in the prompt joins the first.
#include "sandbox/scenes/scene_noise.h"
#include "sandbox/scenes/scene_parts.h"

namespace studio::scenes {
namespace {

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

// Ranges between two heights; the last stands nearest.
void hills(Canvas& c, const Plan& p, float y0, float y1, int count, float height, float frequency, Ground ground, float pines, float depth0, float depth1) {
  const std::uint32_t seed = p.noise("hills");
  std::vector<Range> ranges;
  for (int k = 0; k < count; ++k) {
    const float t = count == 1 ? 1.0f : static_cast<float>(k) / static_cast<float>(count - 1);
    Range r;
    r.depth = mix(depth0, depth1, t);
    r.seed = seed + static_cast<std::uint32_t>(k) * 13;
    r.ground = ground;
    r.top = rolling_edge(c, p, y0 + (y1 - y0) * std::pow(t, 1.15f), height * (1.25f - 0.45f * t) * p.relief, frequency * (1 + 0.8f * t), r.seed, 6, 0.45f);
    if (pines > 0 && t > 0.3f) {
      add_pines(r.top, c, pines * (0.3f + 0.9f * t) * p.zoom, 62 - 26 * t, r.seed + 5);
      if (t > 0.5f) r.ground = Ground::Pines;
    }
    ranges.push_back(std::move(r));
  }
  paint_ranges(c, p, ranges);
}

void mountains(Canvas& c, const Plan& p, float y, float height, int count, float depth0, float depth1, float snow) {
  const std::uint32_t seed = p.noise("mountains");
  std::vector<Range> ranges;
  for (int k = 0; k < count; ++k) {
    const float t = count == 1 ? 0.6f : static_cast<float>(k) / static_cast<float>(count - 1);
    Range r;
    r.depth = mix(depth0, depth1, t);
    r.seed = seed + static_cast<std::uint32_t>(k) * 29;
    r.ground = Ground::Rock;
    r.top = peaks_edge(c, p, y + 0.05f * t, height * (1.0f - 0.38f * t) * p.relief, 1.05f + 0.55f * t, r.seed);
    r.snow_line = snow * (0.20f - 0.08f * t) + 0.16f * p.snow;
    r.mist = 1.05f;
    ranges.push_back(std::move(r));
  }
  paint_ranges(c, p, ranges);
}

void far_shore(Canvas& c, const Plan& p, float height) {
  Range r;
  r.depth = 0.30f;
  r.seed = p.noise("shore");
  r.ground = Ground::Rock;
  r.top = rolling_edge(c, p, p.horizon + 0.006f, height, 1.1f, r.seed, 6);
  r.lowest = p.horizon + 0.02f;
  paint_range(c, p, r);
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
    r.top[static_cast<std::size_t>(i)] = mix(left_y, right_y, ss(0, 1, t)) + 0.05f * (fbm1(x * 2.2f, r.seed, 3) - 0.5f) + 0.012f * std::sin(x * 14);
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
      const float wave = bell((d + 0.004f) / 0.011f) * 0.95f + bell((d + 0.040f) / 0.010f) * 0.55f * ss(0.42f, 0.6f, lace[s]);
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
      const Point m = {at.x + std::cos(angle) * length * t, at.y + std::sin(angle) * length * 0.5f * t + size * 0.30f * t * t - size * 0.06f * t};
      const float width = size * 0.042f * std::sin(3.1416f * std::min(1.0f, t * 0.9f + 0.1f)) * (q % 2 == 0 ? 1.0f : 0.55f);
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
    const float body = 0.75f * bell(u * 1.25f) + 0.45f * bell((u - 0.5f) * 2.6f) + 0.3f * bell((u + 0.62f) * 2.4f) - 0.10f;
    r.top[static_cast<std::size_t>(i)] = p.horizon + 0.010f - height * std::max(-0.2f, body + n * 0.30f * std::min(1.0f, body * 3)) * p.relief;
  }
  paint_range(c, p, r);
  Stream s = p.stream("palms");
  for (int k = 0; k < 9; ++k) {
    const float px = x + width * s.between(-0.95f, 0.95f);
    const std::size_t i = static_cast<std::size_t>(std::clamp(c.column_of(px), 0, c.w - 1));
    if (r.top[i] > p.horizon + 0.005f) continue;
    palm(c, p, px, r.top[i] + 0.004f, s.between(0.06f, 0.11f) * p.fit * std::sqrt(p.zoom), static_cast<std::uint64_t>(k));
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
  const float phase = s.between(0, 6.28f), swing = s.between(0.16f, 0.26f) * s.sign(), goal = p.aspect * 0.5f + (p.aspect * 0.5f - p.subject_x) * 0.7f;
  const std::uint32_t seed = p.noise("bank");
  const int first = c.row_of(w.from_y - 0.004f);
  for (int j = first; j < c.h; ++j) {
    const float d = std::max(c.y_of(j) - w.from_y, 0.0f);
    const float away = std::log(1 + d * 14);
    const float middle = mix(p.light.x, goal, ss(0, 0.45f, d)) + swing * std::sin(phase + away * 3.4f + 0.4f * p.shift) * (0.08f + 1.5f * d);
    const float half = (0.018f + 0.42f * d) * (0.8f + 0.4f * fbm1(away * 3, seed, 3));
    const float soft = 0.002f + 0.014f * d;
    for (int i = 0; i < c.w; ++i) {
      const float x = c.x_of(i);
      const float edge = std::fabs(x - middle) - half + 0.05f * d * (fbm1(x * 9 + c.y_of(j) * 24, seed + 2, 3) - 0.5f) * 4;
      const float land = ss(-soft, soft, edge);
      if (land <= 0) continue;
      const std::size_t at = c.at(i, j);
      const float lip = bell((edge - 0.004f) / (0.004f + 0.02f * d));
      c.blend(at, banks.get(at) * (1 - 0.45f * lip), land);
    }
  }
}

void flowers(Canvas& c, const Plan& p, float from_y) {
  Stream s = p.stream("flowers");
  const Rgb kinds[3] = {mix(rgb(0xf0506a), p.colour.light, 0.15f), mix(rgb(0xfff0c0), p.colour.light, 0.2f), mix(rgb(0x9a78e0), p.colour.light, 0.15f)};
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
    const float x = s.unit() * p.aspect, h = size * s.between(0.35f, 1.1f), lean = (s.between(-0.5f, 0.5f) + 0.7f * p.wind) * h;
    const float w = size * s.between(0.02f, 0.045f), foot = y + 0.05f * s.unit();
    blades.push_back({{x - w, foot + 0.02f}, {x + lean * 0.3f - w * 0.6f, foot - h * 0.55f}, {x + lean, foot - h}, {x + lean * 0.35f + w * 0.6f, foot - h * 0.5f}, {x + w, foot + 0.02f}});
  }
  const Mask m = rasterise(blades, c.scale(), c.w, c.h);
  const Rgb tone = mix(p.colour.dark, ground_colour(p, Ground::Grass) * p.colour.light * 0.35f, 0.75f * p.light.front);
  fill(c, m, tone, 0.95f);
}

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
      r.top[static_cast<std::size_t>(i)] = y0 + (0.94f - y0) * std::pow(t, 1.2f) - (0.19f - 0.06f * t) * std::pow(1 - h, 1.6f) * p.relief * (p.aerial ? 0.6f : 1.0f) + 0.012f * fbm1(u * 4, r.seed + 5, 2) + 0.06f;
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
    r.depth = 0.22f + 0.60f * t;
    r.ground = Ground::Clay;
    r.seed = seed + static_cast<std::uint32_t>(k) * 17;
    r.strata = 1;
    r.mist = 0.8f;
    r.top.resize(static_cast<std::size_t>(c.w));
    const float foot = p.horizon + 0.06f + (p.aerial ? 0.62f : 0.24f) * std::pow(t, 1.4f), height = (0.30f - 0.06f * t) * p.relief * (p.aerial ? 0.6f : 1.0f);
    for (int i = 0; i < c.w; ++i) {
      const float x = c.x_of(i) + 0.1f * p.shift;
      const float n = fbm1(x * (1.6f + 0.5f * t) + 9.0f * static_cast<float>(k), r.seed, 3, 0.45f) + 0.05f * (fbm1(x * 17, r.seed + 3, 4) - 0.5f);
      // Steep walls between three flat levels; near walls open in the middle.
      const float open = k == count - 1 ? 0.42f * bell((x - p.aspect * 0.5f) / (p.aspect * 0.30f)) : 0.0f;
      const float m = n - open;
      const float steps = 0.36f * ss(0.40f, 0.43f, m) + 0.40f * ss(0.50f, 0.525f, m) + 0.24f * ss(0.60f, 0.615f, m);
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
      const float h = ss(0.45f, 0.62f, fbm1(u * 0.9f, r.seed + 2, 2)) * (0.25f + 0.85f * noise2(block * 5.3f, 0.5f, r.seed + 4)) + (within - 0.5f) * 0.12f;
      r.top[static_cast<std::size_t>(i)] = p.horizon + 0.012f + 0.01f * t - std::max(0.0f, h) * (0.16f + 0.06f * t) * p.relief - 0.02f * fbm1(x * 24, r.seed + 6, 3);
    }
    paint_range(c, p, r);
  }
}

void floes(Canvas& c, const Plan& p) {
  Stream s = p.stream("floes");
  const Rgb top = mix(p.colour.cloud_lit, p.colour.horizon, 0.25f) * (0.45f + 0.5f * (1 - p.night)), side = mix(p.colour.mid, p.colour.water, 0.45f);
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
    const float cone = std::max(0.0f, 0.43f * std::pow(std::max(0.0f, 1 - std::max(0.0f, u - 0.035f) / 0.62f), 1.7f) - (u < 0.035f ? 0.018f * (1 - u / 0.035f) : 0.0f));
    r.top[static_cast<std::size_t>(i)] = p.horizon + 0.02f - cone * p.relief - 0.05f * (fbm1(x * 9, r.seed, 5) - 0.5f) * (0.4f + std::min(1.0f, u * 3));
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
    const float y = p.horizon + 0.04f + (0.97f - p.horizon) * t, x = s.unit() * p.aspect, w = (0.012f + 0.13f * t) * s.between(0.35f, 1.0f), h = w * 0.24f;
    const Rgb lit = mix(ground_colour(p, Ground::Regolith), p.colour.light, 0.4f) * (0.5f + 0.5f * (1 - p.night) + 0.2f);
    fill(c, rasterise({ellipse_outline(x - side * w * 0.05f, y - h * 0.10f, w * 1.10f, h * 1.14f)}, c.scale(), c.w, c.h), lit, 0.35f);
    fill(c, rasterise({ellipse_outline(x, y, w, h)}, c.scale(), c.w, c.h), p.colour.dark, 0.55f);
    fill(c, rasterise({ellipse_outline(x - side * w * 0.16f, y + h * 0.10f, w * 0.80f, h * 0.78f)}, c.scale(), c.w, c.h), lit * 0.55f, 0.5f);
  }
}

}  // namespace

Stand paint_place(Canvas& c, const Plan& p) {
  paint_sky(c, p);
  paint_planets(c, p);
  paint_rainbow(c, p);
  paint_lightning(c, p);
  const float hy = p.horizon;
  Stand stand;
  stand.y = mix(hy, 1.0f, 0.62f);
  stand.water = p.water();
  const bool peaks_behind = p.second == Place::Mountains || p.second == Place::Arctic;
  const bool skyline_behind = p.second == Place::City && p.place != Place::City;
  Water w;
  w.from_y = hy;
  w.rough = p.rough;
  w.foam = p.foam;
  if (peaks_behind) mountains(c, p, hy - 0.01f, 0.26f, 2, 0.12f, 0.4f, 1.0f);
  if (skyline_behind && p.place != Place::Street && p.place != Place::Forest) paint_city(c, p);
  const bool also_water = p.second == Place::Sea || p.second == Place::Lake || p.second == Place::Coast || p.second == Place::Harbour;

  switch (p.place) {
    case Place::Sea:
      if (p.stream("far isle").chance(0.55f)) far_shore(c, p, 0.035f);
      if (p.second == Place::Island) island(c, p, p.aspect - p.subject_x, 0.30f * p.fit, 0.16f);
      if (p.second == Place::Village) paint_village(c, p, flat_edge(c, hy), 0.05f * p.zoom, 16, 0.5f);
      paint_water(c, p, w);
      break;
    case Place::Coast:
      headland(c, p, 0.12f, 0.85f, 0.30f, p.noise("head one"));
      headland(c, p, 0.26f, 0.58f, 0.58f, p.noise("head two"));
      w.foam = std::max(w.foam, 0.35f);
      paint_water(c, p, w);
      beach(c, p, p.light.side > 0 ? 0.80f : 0.97f, p.light.side > 0 ? 0.97f : 0.80f);
      stand.y = 0.90f;
      stand.water = false;
      break;
    case Place::Lake:
      if (!peaks_behind) mountains(c, p, hy - 0.015f, 0.20f, 2, 0.16f, 0.45f, 0.7f);
      hills(c, p, hy - 0.025f, hy + 0.004f, 2, 0.035f, 1.6f, Ground::Pines, 0.045f, 0.5f, 0.72f);
      w.rough = 0.16f * p.rough + 0.4f * std::max(0.0f, p.rough - 1);
      paint_water(c, p, w);
      break;
    case Place::River:
      hills(c, p, hy - 0.09f, hy + 0.01f, 4, 0.10f, 1.3f, Ground::Grass, 0.035f, 0.10f, 0.55f);
      river(c, p, Ground::Grass);
      grass_edge(c, p, 1.0f, 0.05f * p.zoom);
      stand.water = true;
      break;
    case Place::Island:
      island(c, p, p.words.subjects.empty() ? p.subject_x : p.aspect - p.subject_x, 0.36f * p.fit * p.zoom, 0.20f * std::sqrt(p.zoom));
      w.rough *= 0.6f;
      paint_water(c, p, w);
      beach(c, p, p.light.side > 0 ? 0.86f : 1.06f, p.light.side > 0 ? 1.06f : 0.86f);
      for (std::uint64_t k = 0; k < 2; ++k) {
        const float px = p.light.side > 0 ? p.aspect * (0.06f + 0.10f * static_cast<float>(k)) : p.aspect * (0.94f - 0.10f * static_cast<float>(k));
        palm(c, p, px, 0.93f + 0.05f * static_cast<float>(k), (0.50f - 0.12f * static_cast<float>(k)) * p.fit * std::sqrt(p.zoom), 40 + k);
      }
      break;
    case Place::Harbour:
      hills(c, p, hy - 0.07f, hy - 0.01f, 2, 0.06f, 1.2f, Ground::Grass, 0.0f, 0.2f, 0.42f);
      paint_village(c, p, flat_edge(c, hy), 0.066f * std::sqrt(p.zoom), 30, 0.62f);
      w.rough *= 0.55f;
      w.streak = 0.02f + 0.03f * p.lamps;
      paint_water(c, p, w);
      paint_quay(c, p);
      break;
    case Place::City:
      paint_city(c, p);
      if (!p.aerial) {
        w.rough *= 0.75f;
        w.streak = 0.03f + 0.03f * p.lamps;
        paint_water(c, p, w);
      }
      break;
    case Place::Street:
      paint_street(c, p);
      stand.y = 0.88f;
      stand.water = false;
      break;
    case Place::Village: {
      if (!peaks_behind) hills(c, p, hy - 0.13f, hy - 0.06f, 2, 0.12f, 1.1f, Ground::Pines, 0.02f, 0.08f, 0.22f);
      Range r;
      for (int k = 0; k < 3; ++k) {
        const float t = static_cast<float>(k) / 2;
        r.depth = 0.35f + 0.35f * t;
        r.ground = Ground::Grass;
        r.seed = p.noise("village hill") + static_cast<std::uint32_t>(k) * 11;
        r.top = rolling_edge(c, p, hy + 0.01f + 0.15f * t, 0.075f * p.relief, 1.1f, r.seed, 3);
        paint_range(c, p, r);
        paint_village(c, p, r.top, (0.045f + 0.040f * t) * std::sqrt(p.zoom), 15 - 3 * k, r.depth);
      }
      if (also_water || p.second == Place::River) {
        w.from_y = hy + 0.23f;
        w.rough *= 0.5f;
        w.streak = 0.04f;
        paint_water(c, p, w);
      } else {
        hills(c, p, 0.86f, 0.93f, 2, 0.05f, 1.2f, Ground::Grass, 0.0f, 0.80f, 0.92f);
        grass_edge(c, p, 1.0f, 0.06f);
      }
      stand.water = also_water;
      stand.y = 0.9f;
      break;
    }
    case Place::Forest:
    case Place::Jungle: {
      const bool lake = also_water || p.second == Place::River;
      if (p.aerial || lake || peaks_behind) {
        const float y1 = lake ? hy - 0.06f : 0.96f, y0 = p.aerial ? hy : (lake ? hy - 0.26f : hy - 0.16f);
        hills(c, p, y0, y1, p.aerial ? 9 : 5, 0.07f, 1.3f, Ground::Pines, p.aerial ? 0.07f : 0.11f, 0.12f, 0.86f);
        if (lake && !p.aerial) {
          w.from_y = hy;
          w.rough *= 0.3f;
          paint_water(c, p, w);
          stand.water = true;
        }
      } else {
        paint_forest(c, p, p.place == Place::Jungle);
        stand.y = 0.86f;
      }
      break;
    }
    case Place::Mountains:
      mountains(c, p, hy - 0.02f, 0.50f, p.aerial ? 5 : 3, 0.10f, 0.62f, 1.0f);
      if (also_water || p.second == Place::River) {
        hills(c, p, hy - 0.01f, hy + 0.02f, 1, 0.03f, 1.6f, Ground::Pines, 0.05f, 0.7f, 0.7f);
        w.from_y = hy + 0.02f;
        w.rough *= 0.25f;
        paint_water(c, p, w);
      } else {
        const Ground front = p.second == Place::Desert ? Ground::Sand : Ground::Pines;
        hills(c, p, hy + 0.03f, 0.95f, p.aerial ? 6 : 4, 0.075f, 1.4f, front, front == Ground::Sand ? 0.0f : 0.095f, 0.42f, 0.96f);
      }
      stand.y = 0.93f;
      break;
    case Place::Hills:
      if (p.second == Place::Village) {
        hills(c, p, hy - 0.10f, hy + 0.06f, 3, 0.12f, 1.2f, Ground::Grass, 0.02f, 0.08f, 0.4f);
        paint_village(c, p, rolling_edge(c, p, hy + 0.10f, 0.05f, 1.0f, p.noise("hamlet"), 3), 0.05f * p.zoom, 14, 0.5f);
        hills(c, p, hy + 0.14f, 0.95f, 3, 0.08f, 1.2f, Ground::Grass, 0.03f, 0.55f, 0.92f);
      } else {
        hills(c, p, hy - 0.10f, also_water ? hy + 0.02f : 0.95f, p.aerial ? 9 : 6, 0.13f, 1.25f, p.second == Place::Forest ? Ground::Pines : Ground::Grass,
              p.second == Place::Forest ? 0.10f : 0.038f, 0.06f, 0.90f);
        if (also_water) {
          w.rough *= 0.5f;
          paint_water(c, p, w);
        }
      }
      stand.y = 0.90f;
      break;
    case Place::Meadow:
      if (!peaks_behind) hills(c, p, hy - 0.07f, hy - 0.01f, 3, 0.07f, 1.2f, Ground::Grass, 0.03f, 0.10f, 0.42f);
      paint_plain(c, p, Ground::Grass, hy + 0.005f);
      if (p.snow < 0.5f) flowers(c, p, hy);
      grass_edge(c, p, 1.0f, 0.13f * p.zoom);
      break;
    case Place::Desert: dunes(c, p); stand.y = 0.90f; break;
    case Place::Canyon:
      canyon(c, p);
      stand.y = 0.92f;
      break;
    case Place::Arctic:
      mountains(c, p, hy - 0.005f, 0.12f, 1, 0.2f, 0.2f, 3.0f);
      icebergs(c, p);
      w.rough *= 0.35f;
      paint_water(c, p, w);
      floes(c, p);
      break;
    case Place::Volcano:
      volcano(c, p);
      if (also_water || p.second == Place::Island) {
        paint_water(c, p, w);
        stand.water = true;
      } else {
        hills(c, p, hy + 0.05f, 0.92f, 4, 0.10f, 1.5f, Ground::Rock, 0, 0.62f, 0.98f);
      }
      stand.y = 0.92f;
      break;
    case Place::Space:
      mountains(c, p, hy + 0.005f, 0.10f, 1, 0.55f, 0.55f, 0.0f);
      paint_plain(c, p, Ground::Regolith, hy);
      craters(c, p);
      stand.y = 0.86f;
      break;
  }
  return stand;
}

void paint_frame(Canvas& c, const Plan& p) {
  if (p.aerial || p.place == Place::Street || p.place == Place::Space || p.place == Place::Forest || p.place == Place::Jungle || p.place == Place::City) return;
  Stream s = p.stream("frame");
  const float pick = s.unit();
  const float side = p.light.side;  // the frame stands on the light's side, across from the subject
  const Rgb tone = p.colour.dark * 0.8f;
  std::vector<Outline> parts;
  if ((p.place == Place::Lake || p.place == Place::River) && p.snow < 0.5f) {
    // Reeds in a lower corner.
    const float x0 = side > 0 ? p.aspect * 0.96f : p.aspect * 0.04f;
    for (int k = 0; k < 44; ++k) {
      const float x = x0 - side * std::pow(s.unit(), 1.4f) * 0.34f, h = s.between(0.10f, 0.26f) * p.fit * std::sqrt(p.zoom), lean = (s.between(-0.14f, 0.14f) + 0.3f * p.wind) * h;
      parts.push_back({{x - 0.0022f, 1.02f}, {x + lean * 0.4f - 0.0018f, 1.0f - h * 0.55f}, {x + lean, 1.0f - h}, {x + lean * 0.45f + 0.0018f, 1.0f - h * 0.5f}, {x + 0.0022f, 1.02f}});
      if (k % 4 == 0) parts.push_back(ellipse_outline(x + lean, 1.0f - h + 0.012f, 0.0042f, 0.017f, 12));
    }
  } else if (pick < 0.42f && (p.place == Place::Hills || p.place == Place::Meadow || p.place == Place::Mountains || p.place == Place::Sea || p.place == Place::Coast)) {
    // A bough with leaves from the upper corner.
    const float x0 = side > 0 ? p.aspect + 0.02f : -0.02f;
    for (int b = 0; b < 3; ++b) {
      Point at = {x0, -0.02f + 0.06f * static_cast<float>(b)};
      const float drop = s.between(0.004f, 0.014f);
      for (int k = 0; k < 15; ++k) {
        const Point next = {at.x - side * 0.021f * s.between(0.7f, 1.2f) * p.fit, at.y + drop + s.between(-0.004f, 0.006f)};
        const float thick = 0.0085f * (1 - static_cast<float>(k) / 17);
        parts.push_back(stroke_outline(at, next, thick, thick * 0.92f));
        for (int q = 0; q < 7; ++q) {
          const float a = s.between(0, 6.28f), l = s.between(0.012f, 0.030f) * p.fit;
          const Point tip = {next.x + std::cos(a) * l, next.y + std::sin(a) * l + 0.006f};
          const Point m = {(next.x + tip.x) / 2, (next.y + tip.y) / 2};
          parts.push_back({next, {m.x - std::sin(a) * l * 0.22f, m.y + std::cos(a) * l * 0.22f}, tip, {m.x + std::sin(a) * l * 0.22f, m.y - std::cos(a) * l * 0.22f}});
        }
        at = next;
      }
    }
  }
  if (parts.empty()) return;
  Mask m = rasterise(parts, c.scale(), c.w, c.h, 4);
  if (m.empty()) return;
  const float soft = 0.0012f * c.scale();
  if (soft >= 0.5f) blur_plane(m.cover.data(), m.w, m.h, soft, soft);
  fill(c, m, mix(tone, p.colour.haze, 0.05f), 0.96f);
}

}  // namespace studio::scenes
