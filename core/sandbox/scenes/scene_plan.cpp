// From words to a composition: place and time where none is named, thirds, light, weather.
#include "sandbox/scenes/scene_plan.h"

#include <array>

namespace studio::scenes {
namespace {

struct Hour {
  float height;  // of the light above the horizon, as a share of the sky
  float disc, front, night, lamps, stars, cover;
};
// In the order of Time.
constexpr std::array<Hour, 11> Hours = {{
    {0.08f, 0.030f, 0.25f, 0.0f, 0.35f, 0.0f, 0.50f},
    {0.42f, 0.026f, 0.70f, 0.0f, 0.00f, 0.0f, 0.45f},
    {0.92f, 0.000f, 1.00f, 0.0f, 0.00f, 0.0f, 0.48f},
    {0.62f, 0.028f, 0.80f, 0.0f, 0.00f, 0.0f, 0.50f},
    {0.20f, 0.040f, 0.40f, 0.0f, 0.10f, 0.0f, 0.42f},
    {0.09f, 0.042f, 0.22f, 0.1f, 0.45f, 0.0f, 0.60f},
    {-0.04f, 0.00f, 0.18f, 0.4f, 0.85f, 0.12f, 0.55f},
    {-0.10f, 0.00f, 0.20f, 0.6f, 1.00f, 0.25f, 0.45f},
    {0.42f, 0.050f, 0.45f, 0.85f, 0.80f, 0.35f, 0.42f},
    {0.74f, 0.022f, 0.30f, 0.95f, 1.00f, 0.60f, 0.35f},
    {0.80f, 0.000f, 0.12f, 1.0f, 1.10f, 1.00f, 0.12f},
}};

Place place_for(Subject s) {
  switch (s) {
    case Subject::Lighthouse:
      return Place::Coast;
    case Subject::Boat:
    case Subject::Ship:
    case Subject::Whale:
      return Place::Sea;
    case Subject::Castle:
    case Subject::Horse:
    case Subject::Balloon:
    case Subject::Train:
      return Place::Hills;
    case Subject::House:
    case Subject::Tree:
    case Subject::Windmill:
    case Subject::Dog:
      return Place::Meadow;
    case Subject::Cat:
      return Place::Village;
    case Subject::Deer:
      return Place::Forest;
    case Subject::Lantern:
      return Place::Street;
    case Subject::Bridge:
      return Place::River;
    case Subject::Tower:
    case Subject::Tent:
      return Place::Mountains;
    case Subject::Car:
      return Place::Desert;
    case Subject::Robot:
      return Place::City;
    case Subject::Astronaut:
      return Place::Space;
    case Subject::Birds:
      return Place::Sea;
    case Subject::Person:
    case Subject::Portrait:
      break;
  }
  return Place::Hills;
}

float horizon_of(Place p) {
  switch (p) {
    case Place::Sea:
      return 0.585f;
    case Place::Coast:
      return 0.56f;
    case Place::Lake:
      return 0.61f;
    case Place::River:
      return 0.52f;
    case Place::Island:
      return 0.615f;
    case Place::Harbour:
      return 0.60f;
    case Place::City:
      return 0.655f;
    case Place::Street:
      return 0.60f;
    case Place::Village:
      return 0.56f;
    case Place::Forest:
      return 0.70f;
    case Place::Jungle:
      return 0.72f;
    case Place::Mountains:
      return 0.68f;
    case Place::Hills:
      return 0.60f;
    case Place::Meadow:
      return 0.54f;
    case Place::Desert:
      return 0.55f;
    case Place::Canyon:
      return 0.60f;
    case Place::Arctic:
      return 0.57f;
    case Place::Volcano:
      return 0.66f;
    case Place::Space:
      return 0.64f;
  }
  return 0.6f;
}

Time usual_time(Place p, std::uint64_t pick) {
  const auto one_of = [&](auto... t) {
    const std::array<Time, sizeof...(t)> list = {t...};
    return list[pick % list.size()];
  };
  switch (p) {
    case Place::City:
    case Place::Harbour:
    case Place::Street:
      return one_of(Time::BlueHour, Time::Dusk, Time::Sunset, Time::Night);
    case Place::Forest:
    case Place::Jungle:
      return one_of(Time::Morning, Time::GoldenHour, Time::Dawn, Time::Afternoon);
    case Place::Arctic:
      return one_of(Time::Dawn, Time::Morning, Time::BlueHour, Time::Afternoon);
    case Place::Desert:
    case Place::Canyon:
      return one_of(Time::GoldenHour, Time::Sunset, Time::Afternoon, Time::Dawn);
    case Place::Volcano:
      return one_of(Time::Dusk, Time::Sunset, Time::BlueHour);
    case Place::Space:
      return one_of(Time::Night, Time::Dusk, Time::BlueHour);
    default:
      return one_of(Time::GoldenHour, Time::Sunset, Time::Dawn, Time::Morning, Time::Dusk, Time::Afternoon);
  }
}

void apply_weather(Plan& p) {
  const PromptWords& w = p.words;
  for (const Weather kind : w.weather) {
    switch (kind) {
      case Weather::Clear:
        p.cover = 0.0f;
        p.mist *= 0.5f;
        p.rough *= 0.6f;
        break;
      case Weather::Cloudy:
        p.cover = 0.92f;
        p.cloud_scale = 0.62f;
        break;
      case Weather::Overcast:
        p.cover = 1.25f;
        p.gloom = 0.6f;
        p.light.disc = 0;
        p.light.front = 0.75f;
        p.light.glow *= 0.35f;
        p.stars = 0;
        break;
      case Weather::Rain:
        p.rain = 1;
        p.wet = 1;
        p.cover = 1.05f;
        p.gloom = 0.75f;
        p.mist = 1.1f;
        p.light.disc = 0;
        p.light.glow *= 0.5f;
        p.stars = 0;
        p.lamps = std::max(p.lamps, 0.6f);
        break;
      case Weather::Storm:
        p.cover = 1.15f;
        p.rough = 1.6f;
        p.foam = 0.9f;
        p.wind = 1;
        p.gloom = 0.8f;
        p.light.disc = 0;
        p.cloud_scale = 0.8f;
        p.lamps = std::max(p.lamps, 0.7f);
        p.rain = std::max(p.rain, 0.35f);
        p.stars = 0;
        break;
      case Weather::Snow:
        p.snow = 1;
        p.mist = 1.0f;
        p.cover = std::max(p.cover, 0.75f);
        p.light.glow *= 0.7f;
        p.stars *= 0.3f;
        break;
      case Weather::Fog:
        p.mist = 1.7f;
        p.cover *= 0.3f;
        p.rough *= 0.4f;
        p.light.glow *= 0.8f;
        p.stars *= 0.2f;
        break;
      case Weather::Windy:
        p.wind = 1;
        p.rough = 1.25f;
        p.foam = 0.5f;
        p.cloud_stretch = 2.8f;
        p.cover = std::max(p.cover, 0.6f);
        break;
      case Weather::Aurora:
      case Weather::Starry:
        p.cover = kind == Weather::Aurora ? 0.05f : 0.0f;
        p.stars = kind == Weather::Starry ? 1.5f : 0.7f;
        p.rough *= 0.4f;
        break;
      case Weather::Rainbow:
        p.cover = 0.8f;
        p.gloom = 0.25f;
        p.light.front = std::max(p.light.front, 0.75f);
        p.light.disc = 0;
        p.wet = 0.4f;
        break;
      case Weather::Lightning:
        p.cover = 1.15f;
        p.rough = 1.2f;
        p.gloom = 0.9f;
        p.light.disc = 0;
        p.light.glow *= 0.4f;
        p.lamps = std::max(p.lamps, 0.8f);
        p.stars = 0;
        break;
      case Weather::Sunbeams:
        p.cover = 0.75f;
        p.mist = std::max(p.mist, 1.1f);
        break;
    }
  }
}

void apply_camera(Plan& p) {
  for (const Camera kind : p.words.camera) {
    switch (kind) {
      case Camera::Wide:
        p.zoom *= 0.62f;
        p.horizon += 0.075f;
        p.relief *= 0.72f;
        break;
      case Camera::Close:
        p.zoom *= 1.75f;
        p.horizon += 0.03f;
        break;
      case Camera::Aerial:
        p.aerial = true;
        p.horizon = 0.20f;
        p.zoom *= 0.72f;
        break;
      case Camera::LowAngle:
        p.low = true;
        p.horizon = std::min(p.horizon + 0.17f, 0.82f);
        p.zoom *= 1.35f;
        p.relief *= 1.25f;
        break;
      case Camera::Telephoto:
        p.zoom *= 1.4f;
        p.relief *= 1.7f;
        p.light.disc *= 2.6f;
        p.mist *= 1.5f;
        p.horizon -= 0.05f;
        break;
      case Camera::Macro:
        p.zoom *= 1.3f;
        break;
      case Camera::Silhouette:
        p.silhouette = true;
        p.light.front = 0.0f;
        p.light.glow *= 1.5f;
        break;
      case Camera::Symmetrical:
        p.symmetrical = true;
        break;
      case Camera::LongExposure:
        p.rough *= 0.25f;
        p.foam *= 0.5f;
        p.cloud_stretch = std::max(p.cloud_stretch, 3.2f);
        break;
      case Camera::Bokeh:
      case Camera::Tilt:
      case Camera::Fisheye:
      case Camera::Cinematic:
        break;
    }
  }
}

// After the camera: what is said of the frame holds for every lens.
void apply_layout(Plan& p) {
  for (const Layout kind : p.words.layout) {
    switch (kind) {
      case Layout::Left:
        p.subject_x = p.aspect * 0.27f;
        break;
      case Layout::Right:
        p.subject_x = p.aspect * 0.73f;
        break;
      case Layout::HighHorizon:
        p.horizon = std::max(p.horizon - 0.17f, 0.24f);
        break;
      case Layout::LowHorizon:
        p.horizon = std::min(p.horizon + 0.16f, 0.84f);
        break;
      case Layout::Distant:
        p.zoom *= 0.5f;
        p.relief *= 0.75f;
        break;
      case Layout::Filling:
        p.zoom *= 1.95f;
        p.horizon += 0.05f;
        break;
      case Layout::Foreground:
        p.zoom *= 1.5f;
        p.horizon = std::max(p.horizon - 0.08f, 0.24f);
        break;
      case Layout::Layered:
        p.mist *= 1.9f;
        p.relief *= 1.35f;
        break;
    }
  }
}

}  // namespace

bool Plan::water() const {
  const auto wet_place = [](Place q) {
    return q == Place::Sea || q == Place::Coast || q == Place::Lake || q == Place::River || q == Place::Island ||
           q == Place::Harbour || q == Place::Arctic || q == Place::City;
  };
  if (place == Place::Forest || place == Place::Jungle || place == Place::Street || place == Place::Space) return false;
  if (aerial && place == Place::City) return false;
  return wet_place(place) || (second && wet_place(*second) && *second != Place::City);
}

Plan make_plan(Look look, std::string_view prompt, std::int64_t seed, int width, int height) {
  Plan p;
  p.words = parse_prompt(prompt);
  p.look = look;
  p.aspect = static_cast<float>(width) / static_cast<float>(height);
  p.seed = mix64(static_cast<std::uint64_t>(seed) + static_cast<std::uint64_t>(look) * 7919u);

  // Unknown words shift details a little; only the first of them chooses what the known words leave open.
  std::uint64_t open = 0x51u;
  std::uint64_t details = 0;
  for (const std::string& word : p.words.unknown) details = mix64(details ^ stable_hash(word));
  if (!p.words.unknown.empty()) open = stable_hash(p.words.unknown.front());
  p.shift = details == 0 ? 0.0f : static_cast<float>(details % 2001u) / 1000.0f - 1.0f;

  const PromptWords& w = p.words;
  if (!w.places.empty()) {
    p.place = w.places.front();
    // A place that is named is composed for itself, not as the one that would have been chosen anyway.
    p.seed = mix64(p.seed + 977u * (static_cast<std::uint64_t>(p.place) + 1));
    if (w.places.size() > 1) p.second = w.places[1];
  } else if (!w.subjects.empty()) {
    p.place = place_for(w.subjects.front());
  } else {
    static constexpr std::array Open = {Place::Lake,   Place::Hills, Place::Mountains, Place::Sea,
                                        Place::Meadow, Place::Coast, Place::River,     Place::Island};
    p.place = Open[mix64(open) % Open.size()];
  }
  if (w.time) {
    p.time = *w.time;
  } else if (w.has(Weather::Aurora) || w.has(Weather::Starry)) {
    p.time = Time::Night;
  } else if (w.has(Weather::Rainbow)) {
    p.time = Time::Afternoon;
  } else {
    p.time = usual_time(p.place, mix64(p.seed ^ open));
  }

  const Hour& hour = Hours[static_cast<std::size_t>(p.time)];
  Stream s = p.stream("composition");
  p.cloud_seed = p.noise("clouds") + (w.time ? static_cast<std::uint32_t>(p.time) * 41u + 1u : 0u);
  p.fit = std::min(1.0f, 0.34f + 0.72f * p.aspect);
  p.horizon = horizon_of(p.place) + s.between(-0.03f, 0.03f) + 0.018f * p.shift;
  // The subject stands at a third, the light beyond the other.
  const float side = s.sign();
  p.subject_x = p.aspect * (0.5f + side * s.between(0.10f, 0.17f) + 0.03f * p.shift);
  float light_x = 0.5f - side * s.between(0.14f, 0.26f) - 0.03f * p.shift;
  if (!w.subjects.empty()) {
    // A subject asks for a frame of its own.
    Stream of = p.stream("frame", static_cast<std::uint64_t>(w.subjects.front()) + 1);
    p.horizon += of.between(0.02f, 0.05f) * of.sign();
  }
  p.light.disc = hour.disc;
  p.light.front = hour.front;
  p.light.moon = p.time == Time::Moonlight || p.time == Time::Night || p.time == Time::Midnight;
  p.night = hour.night;
  p.lamps = hour.lamps;
  p.stars = hour.stars;
  p.cover = hour.cover + s.between(-0.10f, 0.12f);
  p.rough = s.between(0.5f, 0.9f);
  p.mist = s.between(0.6f, 0.95f);
  p.relief = s.between(0.85f, 1.2f);
  p.cloud_scale = s.between(0.8f, 1.25f);
  if (look == Look::Dream) p.light.disc *= 1.7f, p.mist *= 1.35f;
  apply_weather(p);
  apply_camera(p);
  apply_layout(p);
  // The light stays beyond the other third, wherever the subject was put.
  if ((p.subject_x > p.aspect * 0.5f) == (light_x > 0.5f)) light_x = 1 - light_x;
  if (p.symmetrical) {
    p.subject_x = p.aspect * 0.5f;
    p.light.x = p.aspect * 0.5f;
  } else {
    p.light.x = p.aspect * light_x;
  }
  p.light.y = p.horizon - hour.height * std::max(p.horizon, 0.3f);
  if (p.aerial) p.light.y = std::min(p.light.y, p.horizon - 0.03f);
  p.light.side = p.light.x > p.aspect * 0.5f ? 1.0f : -1.0f;
  if (p.silhouette) p.light.x = mix(p.light.x, p.subject_x, 0.75f);

  p.colour = colours_of(p.time);
  // A small drift of the hour's colours with the seed.
  const float warm = s.between(-0.10f, 0.10f);
  const auto drift = [&](Rgb& c) { c = {c.r * (1 + warm), c.g, c.b * (1 - warm)}; };
  drift(p.colour.mid), drift(p.colour.horizon), drift(p.colour.haze), drift(p.colour.zenith);
  bend_to_weather(p.colour, w, p.night);
  if (w.tint) bend_to_tint(p.colour, *w.tint, *w.tint == Tint::Vivid ? 0.45f : (*w.tint == Tint::Muted ? 0.6f : 0.86f));
  if (w.tint == Tint::Neon) p.lamps = std::max(p.lamps, 0.95f);
  if (look == Look::Xl) {
    // Painters' colours are a step richer than a lens sees them.
    const auto rich = [](Rgb& c, float k) {
      const float l = luminance(c);
      c = {std::max(0.0f, l + (c.r - l) * k), std::max(0.0f, l + (c.g - l) * k), std::max(0.0f, l + (c.b - l) * k)};
    };
    const float k = w.tint && (*w.tint == Tint::Monochrome || *w.tint == Tint::Muted) ? 1.0f : 1.22f;
    rich(p.colour.zenith, k), rich(p.colour.mid, k), rich(p.colour.haze, k), rich(p.colour.cloud_dark, k),
        rich(p.colour.water, k);
  }
  return p;
}

}  // namespace studio::scenes
