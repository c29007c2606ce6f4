// The words the sandbox's painter knows, in six classes, and how a prompt is read. Unknown words are kept: they vary
// details.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace studio::scenes {

enum class WordClass { Place, Subject, Time, Weather, Palette, Camera };
inline constexpr int WordClassCount = 6;

enum class Place {
  Sea,
  Coast,
  Lake,
  River,
  Island,
  Harbour,
  City,
  Street,
  Village,
  Forest,
  Jungle,
  Mountains,
  Hills,
  Meadow,
  Desert,
  Canyon,
  Arctic,
  Volcano,
  Space
};
enum class Subject {
  Lighthouse,
  Boat,
  Ship,
  Castle,
  House,
  Tree,
  Person,
  Portrait,
  Dog,
  Cat,
  Horse,
  Deer,
  Birds,
  Balloon,
  Bridge,
  Tower,
  Car,
  Robot,
  Train,
  Whale,
  Windmill,
  Lantern,
  Astronaut,
  Tent
};
enum class Time { Dawn, Morning, Noon, Afternoon, GoldenHour, Sunset, Dusk, BlueHour, Moonlight, Night, Midnight };
enum class Weather {
  Clear,
  Cloudy,
  Overcast,
  Rain,
  Storm,
  Snow,
  Fog,
  Windy,
  Aurora,
  Rainbow,
  Lightning,
  Starry,
  Sunbeams
};
enum class Tint {
  Red,
  Orange,
  Golden,
  Green,
  Teal,
  Blue,
  Violet,
  Pink,
  Monochrome,
  Sepia,
  Pastel,
  Neon,
  Muted,
  Autumn,
  Vivid
};
enum class Camera {
  Wide,
  Close,
  Aerial,
  LowAngle,
  Bokeh,
  Telephoto,
  Macro,
  Silhouette,
  Tilt,
  Symmetrical,
  Fisheye,
  Cinematic,
  LongExposure
};

// Where things stand. Phrases only, beside the six classes.
enum class Layout { Left, Right, HighHorizon, LowHorizon, Distant, Filling, Foreground, Layered };

// One entry of the list. `id` is the value of the class's enumeration; `also` holds synonyms and phrases, divided by
// '|'.
struct Word {
  WordClass kind;
  int id;
  std::string_view name;
  std::string_view also;
};

std::span<const Word> known_words();
std::string_view name_of(WordClass kind);

// What a prompt says. Of time, weather kinds, palette and camera the later word may overrule the earlier (see the
// fields).
struct PromptWords {
  std::vector<Place> places;      // in order, without repeats: the first is the scene, the second joins it
  std::vector<Subject> subjects;  // in order, without repeats
  std::optional<Time> time;       // the last one named
  std::vector<Weather> weather;   // in order, without repeats
  std::optional<Tint> tint;       // the last one named
  std::vector<Camera> camera;     // in order, without repeats
  std::vector<Layout> layout;     // in order, without repeats
  std::vector<std::string> unknown;

  bool has(Place p) const;
  bool has(Subject s) const;
  bool has(Weather w) const;
  bool has(Camera c) const;
};

// Case, punctuation, plurals and word order do not matter; a known word after "no" or "without" is passed over. Never
// fails.
PromptWords parse_prompt(std::string_view prompt);

}  // namespace studio::scenes
