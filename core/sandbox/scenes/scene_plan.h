// The plan of a picture: what the words, the seed and the model decide before a single pixel is drawn. Every part of
// the renderer reads the plan, so one light, one set of colours and one horizon hold for all of them.
#pragma once

#include <cstdint>
#include <optional>

#include "sandbox/scenes/scene_math.h"
#include "sandbox/scenes/words.h"

namespace studio::scenes {

enum class Look { Flux, Xl, Dream };

struct Colours {
  Rgb zenith, mid, horizon, light, haze, dark, cloud_lit, cloud_dark, water;
};

// The one light of the scene. Above the horizon it is seen as a disc; below it only its glow is.
struct Light {
  float x = 0.5f, y = 0.4f;  // in picture heights
  float side = 1;            // +1: things are lit from the right
  float disc = 0.03f;        // radius, 0: none
  float front = 0.3f;        // 0: things stand against the light, 1: it falls on them
  float glow = 1;            // around the disc
  bool moon = false;
};

struct Plan {
  PromptWords words;
  Look look = Look::Flux;
  Place place = Place::Sea;
  std::optional<Place> second;
  Time time = Time::Sunset;
  std::uint64_t seed = 0;  // of the composition
  float shift = 0;         // in [-1, 1]: what unknown words move a little

  float aspect = 1;
  float horizon = 0.58f;
  float fit = 1;            // smaller for narrow pictures
  float zoom = 1;           // size of things: wide below 1, close above
  float subject_x = 0.62f;  // in picture heights

  Colours colour;
  Light light;
  float night = 0;      // 0 day … 1 night
  float lamps = 0;      // how far windows and lamps are lit
  float cover = 0.45f;  // clouds
  float cloud_scale = 1, cloud_stretch = 1;
  float stars = 0;
  float mist = 0.7f, rough = 0.7f, foam = 0, snow = 0, rain = 0, wet = 0, wind = 0.2f, gloom = 0;
  float relief = 1;  // height of the land
  std::uint32_t cloud_seed = 0;
  bool aerial = false, low = false, silhouette = false, symmetrical = false;

  std::uint32_t noise(std::string_view name) const { return stream_seed(seed, name); }
  Stream stream(std::string_view name, std::uint64_t n = 0) const { return Stream(seed, name, n); }
  bool water() const;  // the scene has a surface that mirrors
};

Plan make_plan(Look look, std::string_view prompt, std::int64_t seed, int width, int height);

// The colours of a time of day under a weather and a palette word.
Colours colours_of(Time time);
void bend_to_weather(Colours& colours, const PromptWords& words, float night);
void bend_to_tint(Colours& colours, Tint tint, float strength);

}  // namespace studio::scenes
