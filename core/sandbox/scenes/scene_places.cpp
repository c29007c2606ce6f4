// Whole places, each a composition of sky, ranges, water and ground. A second place named in the prompt joins the
// first.
#include "sandbox/scenes/scene_features.h"
#include "sandbox/scenes/scene_noise.h"
#include "sandbox/scenes/scene_parts.h"

namespace studio::scenes {
namespace {

// Ranges between two heights; the last stands nearest.
void hills(Canvas& c, const Plan& p, float y0, float y1, int count, float height, float frequency, Ground ground,
           float pines, float depth0, float depth1) {
  const std::uint32_t seed = p.noise("hills");
  std::vector<Range> ranges;
  for (int k = 0; k < count; ++k) {
    const float t = count == 1 ? 1.0f : static_cast<float>(k) / static_cast<float>(count - 1);
    Range r;
    r.depth = mix(depth0, depth1, t);
    r.seed = seed + static_cast<std::uint32_t>(k) * 13;
    r.ground = ground;
    r.top = rolling_edge(c, p, y0 + (y1 - y0) * std::pow(t, 1.15f), height * (1.25f - 0.45f * t) * p.relief,
                         frequency * (1 + 0.8f * t), r.seed, 6, 0.45f);
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

}  // namespace

Stand paint_place(Canvas& c, const Plan& p) {
  const float hy = p.horizon;
  Stand stand;
  stand.y = mix(hy, 1.0f, 0.62f);
  stand.water = p.water();
  const bool peaks_behind = p.second == Place::Mountains || p.second == Place::Arctic;
  const bool skyline_behind = p.second == Place::City && p.place != Place::City;
  const bool also_water =
      p.second == Place::Sea || p.second == Place::Lake || p.second == Place::Coast || p.second == Place::Harbour;
  const bool wood = p.place == Place::Forest || p.place == Place::Jungle;
  const bool inside = wood && !p.aerial && !peaks_behind && !also_water && p.second != Place::River;
  if (!inside) {  // under the trees no sky is seen
    paint_sky(c, p);
    paint_planets(c, p);
    paint_rainbow(c, p);
    paint_lightning(c, p);
  }
  Water w;
  w.from_y = hy;
  w.rough = p.rough;
  w.foam = p.foam;
  if (peaks_behind) mountains(c, p, hy - 0.01f, 0.26f, 2, 0.12f, 0.4f, 1.0f);
  if (skyline_behind && p.place != Place::Street && !inside) paint_city(c, p);

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
      island(c, p, p.words.subjects.empty() ? p.subject_x : p.aspect - p.subject_x, 0.36f * p.fit * p.zoom,
             0.20f * std::sqrt(p.zoom));
      w.rough *= 0.6f;
      paint_water(c, p, w);
      beach(c, p, p.light.side > 0 ? 0.86f : 1.06f, p.light.side > 0 ? 1.06f : 0.86f);
      for (std::uint64_t k = 0; k < 2; ++k) {
        const float px = p.light.side > 0 ? p.aspect * (0.06f + 0.10f * static_cast<float>(k))
                                          : p.aspect * (0.94f - 0.10f * static_cast<float>(k));
        palm(c, p, px, 0.93f + 0.05f * static_cast<float>(k),
             (0.50f - 0.12f * static_cast<float>(k)) * p.fit * std::sqrt(p.zoom), 40 + k);
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
      if (!inside) {
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
        hills(c, p, hy + 0.03f, 0.95f, p.aerial ? 6 : 4, 0.075f, 1.4f, front, front == Ground::Sand ? 0.0f : 0.095f,
              0.42f, 0.96f);
      }
      stand.y = 0.93f;
      break;
    case Place::Hills:
      if (p.second == Place::Village) {
        hills(c, p, hy - 0.10f, hy + 0.06f, 3, 0.12f, 1.2f, Ground::Grass, 0.02f, 0.08f, 0.4f);
        paint_village(c, p, rolling_edge(c, p, hy + 0.10f, 0.05f, 1.0f, p.noise("hamlet"), 3), 0.05f * p.zoom, 14,
                      0.5f);
        hills(c, p, hy + 0.14f, 0.95f, 3, 0.08f, 1.2f, Ground::Grass, 0.03f, 0.55f, 0.92f);
      } else {
        hills(c, p, hy - 0.10f, also_water ? hy + 0.02f : 0.95f, p.aerial ? 9 : 6, 0.13f, 1.25f,
              p.second == Place::Forest ? Ground::Pines : Ground::Grass, p.second == Place::Forest ? 0.10f : 0.038f,
              0.06f, 0.90f);
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
    case Place::Desert:
      dunes(c, p);
      stand.y = 0.90f;
      break;
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
  if (p.aerial || p.place == Place::Street || p.place == Place::Space || p.place == Place::Forest ||
      p.place == Place::Jungle || p.place == Place::City)
    return;
  Stream s = p.stream("frame");
  const float pick = s.unit();
  const float side = p.light.side;  // the frame stands on the light's side, across from the subject
  const Rgb tone = p.colour.dark * 0.8f;
  std::vector<Outline> parts;
  if ((p.place == Place::Lake || p.place == Place::River) && p.snow < 0.5f) {
    // Reeds in a lower corner.
    const float x0 = side > 0 ? p.aspect * 0.96f : p.aspect * 0.04f;
    for (int k = 0; k < 44; ++k) {
      const float x = x0 - side * std::pow(s.unit(), 1.4f) * 0.34f,
                  h = s.between(0.10f, 0.26f) * p.fit * std::sqrt(p.zoom),
                  lean = (s.between(-0.14f, 0.14f) + 0.3f * p.wind) * h;
      parts.push_back({{x - 0.0022f, 1.02f},
                       {x + lean * 0.4f - 0.0018f, 1.0f - h * 0.55f},
                       {x + lean, 1.0f - h},
                       {x + lean * 0.45f + 0.0018f, 1.0f - h * 0.5f},
                       {x + 0.0022f, 1.02f}});
      if (k % 4 == 0) parts.push_back(ellipse_outline(x + lean, 1.0f - h + 0.012f, 0.0042f, 0.017f, 12));
    }
  } else if (pick < 0.42f && (p.place == Place::Hills || p.place == Place::Meadow || p.place == Place::Mountains ||
                              p.place == Place::Sea || p.place == Place::Coast)) {
    // A bough with leaves from the upper corner.
    const float x0 = side > 0 ? p.aspect + 0.02f : -0.02f;
    for (int b = 0; b < 3; ++b) {
      Point at = {x0, -0.02f + 0.06f * static_cast<float>(b)};
      const float drop = s.between(0.004f, 0.014f);
      for (int k = 0; k < 15; ++k) {
        const Point next = {at.x - side * 0.021f * s.between(0.7f, 1.2f) * p.fit,
                            at.y + drop + s.between(-0.004f, 0.006f)};
        const float thick = 0.0085f * (1 - static_cast<float>(k) / 17);
        parts.push_back(stroke_outline(at, next, thick, thick * 0.92f));
        for (int q = 0; q < 7; ++q) {
          const float a = s.between(0, 6.28f), l = s.between(0.012f, 0.030f) * p.fit;
          const Point tip = {next.x + std::cos(a) * l, next.y + std::sin(a) * l + 0.006f};
          const Point m = {(next.x + tip.x) / 2, (next.y + tip.y) / 2};
          parts.push_back({next,
                           {m.x - std::sin(a) * l * 0.22f, m.y + std::cos(a) * l * 0.22f},
                           tip,
                           {m.x + std::sin(a) * l * 0.22f, m.y - std::cos(a) * l * 0.22f}});
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
