// Where subjects stand: on water, on ground, in the sky; a knoll or a rock is put under those that need one.
#include "sandbox/scenes/render_finish.h"
#include "sandbox/scenes/scene_noise.h"
#include "sandbox/scenes/scene_parts.h"

namespace studio::scenes {
namespace {

enum class Home { Ground, Water, Sky, Far, Front };  // Far: on the land behind; Front: fills the frame

Home home_of(Subject s) {
  switch (s) {
    case Subject::Boat:
    case Subject::Ship:
    case Subject::Whale:
      return Home::Water;
    case Subject::Balloon:
    case Subject::Birds:
      return Home::Sky;
    case Subject::Bridge:
    case Subject::Train:
    case Subject::Castle:
      return Home::Far;
    case Subject::Portrait:
      return Home::Front;
    default:
      return Home::Ground;
  }
}

Ground ground_of(const Plan& p) {
  if (p.snow > 0.5f || p.place == Place::Arctic) return Ground::Snow;
  switch (p.place) {
    case Place::Desert:
    case Place::Island:
      return Ground::Sand;
    case Place::Coast:
    case Place::Sea:
    case Place::Harbour:
    case Place::City:
    case Place::Volcano:
    case Place::Mountains:
      return Ground::Rock;
    case Place::Canyon:
      return Ground::Clay;
    case Place::Space:
      return Ground::Regolith;
    case Place::Street:
      return Ground::Paving;
    default:
      return Ground::Grass;
  }
}

// A rise of ground under the subject; in water a rock with its foot in the waves.
void knoll(Canvas& c, const Plan& p, const Spot& spot, float width) {
  Range r;
  r.depth = 0.88f;
  r.ground = ground_of(p);
  r.seed = p.noise("knoll");
  r.mist = 0;
  const std::size_t n = static_cast<std::size_t>(c.w);
  r.top.resize(n);
  const bool rough = r.ground == Ground::Rock;
  if (spot.water) r.foot.resize(n);
  const float outward = spot.x > p.aspect * 0.5f ? 1.0f : -1.0f;
  for (int i = 0; i < c.w; ++i) {
    const float x = c.x_of(i), u = (x - spot.x) / width;
    const float noise = fbm1(x * (rough ? 7.0f : 3.5f), r.seed, 5) - 0.5f;
    // Flat where the subject stands, falling away; longer towards the nearer edge of the picture.
    const float away = std::max(0.0f, std::fabs(u) - 0.42f) * (u * outward > 0 ? 0.45f : 1.0f);
    const float fall = spot.water ? 0.24f : 0.15f;
    const std::size_t s = static_cast<std::size_t>(i);
    r.top[s] = spot.y + 0.002f + fall * (1 - fast_exp(-away * away * 2.2f)) +
               noise * (rough ? 0.030f : 0.016f) * std::min(1.0f, 0.25f + away * 2);
    if (spot.water)
      r.foot[s] = spot.y + 0.14f + 0.02f * (fbm1(x * 9, r.seed + 5, 4) - 0.5f) +
                  (u * outward > 0 ? 0.09f : 0.02f) * std::min(1.5f, std::fabs(u));
  }
  paint_range(c, p, r);
  if (spot.water) {
    // Broken surf and a dark line where rock meets water.
    std::vector<float> lace(n);
    const Rgb surf = p.colour.cloud_lit * (0.3f + 0.6f * (1 - p.night));
    for (int j = c.row_of(spot.y); j < c.h; ++j) {
      const float y = c.y_of(j);
      fbm_row(lace.data(), c.w, 0, c.pixel() * 26, y * 40, r.seed + 8, 4);
      for (int i = 0; i < c.w; ++i) {
        const std::size_t s = static_cast<std::size_t>(i);
        const float rock = ss(0.0f, 0.04f, r.foot[s] - r.top[s]);
        if (rock <= 0) continue;
        const float d = y - r.foot[s] - 0.012f * (lace[s] - 0.3f);
        if (d < -0.04f || d > 0.10f) continue;
        if (d > 0) c.blend(c.at(i, j), p.colour.dark + p.colour.water * 0.4f, 0.55f * rock * fast_exp(-d * 26));
        c.blend(c.at(i, j), surf,
                std::min(0.9f, rock * bell(d / 0.010f) * ss(0.36f, 0.60f, lace[s]) *
                                   (0.45f + 0.5f * p.foam + 0.25f * p.rough)));
      }
    }
  }
}

float knoll_width(Subject s) {
  switch (s) {
    case Subject::House:
    case Subject::Windmill:
    case Subject::Tower:
      return 0.34f;
    case Subject::Tree:
    case Subject::Horse:
    case Subject::Deer:
    case Subject::Tent:
    case Subject::Car:
      return 0.30f;
    default:
      return 0.22f;
  }
}

bool own_ground(Subject s) { return s == Subject::Lighthouse; }

}  // namespace

void paint_subjects(Canvas& c, const Plan& p, const Stand& stand) {
  const bool blurred = p.words.has(Camera::Bokeh) || p.words.has(Camera::Macro) || p.words.has(Subject::Portrait);
  if (blurred) soften(c, p.words.has(Camera::Macro) ? 0.024f : (p.words.has(Subject::Portrait) ? 0.013f : 0.019f));
  const float center = p.aspect * 0.5f;
  int index = 0;
  // Behind to front: far things, sky, water, ground, and a portrait before all.
  for (const Home home : {Home::Far, Home::Sky, Home::Water, Home::Ground, Home::Front}) {
    for (const Subject s : p.words.subjects) {
      if (home_of(s) != home || index >= 3) continue;
      Spot spot;
      spot.flip = p.subject_x > center ? -1.0f : 1.0f;
      spot.size = p.fit * std::pow(p.zoom, home == Home::Front ? 0.35f : 0.85f);
      // The second subject stands across from the first, smaller; the third between.
      spot.x = index == 0 ? p.subject_x : (index == 1 ? mix(p.subject_x, p.aspect - p.subject_x, 0.85f) : center);
      if (index > 0) spot.size *= 0.72f, spot.flip = -spot.flip;
      spot.water = stand.water || (s == Subject::Lighthouse && p.place == Place::Coast);
      spot.y = stand.y;
      const float depth = p.horizon + (stand.y - p.horizon) * (index == 0 ? 1.0f : 0.8f);
      switch (home) {
        case Home::Water:
          // Off a beach the water is near enough.
          if (p.place == Place::Coast || p.place == Place::Island) spot.water = true;
          spot.y = spot.water ? mix(p.horizon, 1.0f, (stand.water ? 0.36f : 0.27f) + 0.04f * static_cast<float>(index))
                              : depth;
          paint_moving_subject(c, p, s, spot);
          break;
        case Home::Sky:
          spot.y = p.horizon * (p.aerial ? 1.2f : 0.52f) + (p.aerial ? 0.2f : 0.0f);
          paint_moving_subject(c, p, s, spot);
          break;
        case Home::Far:
          spot.y = p.horizon + 0.03f;
          if (s == Subject::Train)
            paint_moving_subject(c, p, s, spot);
          else
            paint_building_subject(c, p, s, spot);
          break;
        case Home::Ground: {
          spot.y = std::min(depth, stand.water ? 0.82f : 0.90f);
          if (p.low) spot.y = std::max(spot.y, 0.90f);
          const bool built = s == Subject::Lighthouse || s == Subject::House || s == Subject::Tower ||
                             s == Subject::Windmill || s == Subject::Lantern || s == Subject::Tent;
          const bool bare = p.place == Place::Street || p.place == Place::Forest || p.place == Place::Jungle;
          if (!own_ground(s) && (!bare || stand.water))
            knoll(c, p, spot, knoll_width(s) * spot.size / std::max(0.5f, std::sqrt(p.fit)));
          if (built)
            paint_building_subject(c, p, s, spot);
          else if (s == Subject::Car)
            paint_moving_subject(c, p, s, spot);
          else
            paint_living_subject(c, p, s, spot);
          break;
        }
        case Home::Front:
          paint_portrait(c, p, spot);
          break;
      }
      ++index;
    }
  }
}

}  // namespace studio::scenes
