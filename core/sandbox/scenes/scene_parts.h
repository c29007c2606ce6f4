// The parts a scene is built of, back to front. Each takes the canvas and the plan and paints over what is there.
#pragma once

#include <vector>

#include "sandbox/scenes/scene_canvas.h"
#include "sandbox/scenes/scene_plan.h"

namespace studio::scenes {

// ---- sky (scene_sky.cpp)
void paint_sky(Canvas& canvas, const Plan& plan);
void paint_planets(Canvas& canvas, const Plan& plan);
void paint_rainbow(Canvas& canvas, const Plan& plan);
void paint_lightning(Canvas& canvas, const Plan& plan);

// ---- land (scene_land.cpp)
enum class Ground { Rock, Clay, Pines, Grass, Sand, Snow, Regolith, Paving };

// One range of land from its top edge down: flat shapes far away, lit and textured ones near.
struct Range {
  std::vector<float> top;  // y of the edge, one a column
  float depth = 0.5f;      // 0: far in the haze, 1: near
  Ground ground = Ground::Rock;
  float snow_line = 0;      // how far snow comes down from the top, in picture heights
  float lowest = 1.01f;     // nothing of this range is seen below this y
  float mist = 1;           // haze pooling at its foot
  float strata = 0;         // horizontal bands (canyons)
  float lean = 0;           // how far the form of the edge runs sideways as it comes down (dunes)
  std::vector<float> foot;  // y of a lower edge, one a column (a rock in the water); none: down to `lowest`
  std::uint32_t seed = 0;
};
std::vector<float> flat_edge(const Canvas& canvas, float y);
std::vector<float> rolling_edge(const Canvas& canvas, const Plan& plan, float y, float height, float frequency,
                                std::uint32_t seed, int octaves = 6, float gain = 0.5f);
std::vector<float> peaks_edge(const Canvas& canvas, const Plan& plan, float y, float height, float frequency,
                              std::uint32_t seed);
void add_pines(std::vector<float>& top, const Canvas& canvas, float height, float density, std::uint32_t seed);
void paint_range(Canvas& canvas, const Plan& plan, const Range& range);
// A plain in perspective from the horizon down.
void paint_plain(Canvas& canvas, const Plan& plan, Ground ground, float from_y);
Rgb ground_colour(const Plan& plan, Ground ground);

// ---- water (scene_water.cpp)
struct Water {
  float from_y = 0.6f, to_y = 1.01f;
  float rough = 0.7f, foam = 0, streak = 0;  // streak: how far lights are drawn out downwards
};
void paint_water(Canvas& canvas, const Plan& plan, const Water& water);

// ---- built places (scene_city.cpp)
void paint_city(Canvas& canvas, const Plan& plan);
void paint_street(Canvas& canvas, const Plan& plan);
void paint_village(Canvas& canvas, const Plan& plan, const std::vector<float>& ground, float house_size, int houses,
                   float depth);
void paint_quay(Canvas& canvas, const Plan& plan);

// ---- woods (scene_forest.cpp)
void paint_forest(Canvas& canvas, const Plan& plan, bool jungle);

// ---- whole places (scene_places.cpp): everything but subjects and weather
struct Stand {     // where a subject may stand
  float y = 0.8f;  // ground under the subject, near the front
  bool water = false;
};
Stand paint_place(Canvas& canvas, const Plan& plan);
void paint_frame(Canvas& canvas, const Plan& plan);  // leaves, reeds, rocks at the edge of the picture

// ---- subjects (scene_subjects*.cpp)
void paint_subjects(Canvas& canvas, const Plan& plan, const Stand& stand);
// One each, by where it belongs; x is where it stands, `size` a factor on its usual size.
struct Spot {
  float x = 0.5f, y = 0.8f;
  float size = 1;
  float flip = 1;
  bool water = false;
};
void paint_building_subject(Canvas& canvas, const Plan& plan, Subject subject,
                            const Spot& spot);  // scene_subjects_built.cpp
void paint_living_subject(Canvas& canvas, const Plan& plan, Subject subject,
                          const Spot& spot);  // scene_subjects_living.cpp
void paint_moving_subject(Canvas& canvas, const Plan& plan, Subject subject,
                          const Spot& spot);                              // scene_subjects_moving.cpp
void paint_portrait(Canvas& canvas, const Plan& plan, const Spot& spot);  // scene_subjects_portrait.cpp

// ---- weather in front of everything (scene_weather.cpp)
void paint_weather(Canvas& canvas, const Plan& plan);

}  // namespace studio::scenes
