// How a prompt is read, and that the list of words keeps its promises.
#include "sandbox/scenes/words.h"

#include <map>
#include <set>

#include "support/catch.h"

using namespace studio::scenes;

TEST_CASE("at least sixty words in six classes, each name once") {
  std::map<WordClass, int> count;
  std::set<std::string_view> names;
  for (const Word& w : known_words()) {
    ++count[w.kind];
    CHECK(names.insert(w.name).second);
  }
  CHECK(known_words().size() >= 60);
  CHECK(count.size() == 6);
  for (const auto& [kind, n] : count) {
    INFO(name_of(kind));
    CHECK(n >= 9);
  }
}

TEST_CASE("every word and every synonym is understood as its own entry") {
  for (const Word& w : known_words()) {
    std::vector<std::string> forms = {std::string(w.name)};
    std::string rest(w.also);
    while (!rest.empty()) {
      const std::size_t bar = rest.find('|');
      forms.push_back(rest.substr(0, bar));
      rest = bar == std::string::npos ? "" : rest.substr(bar + 1);
    }
    for (const std::string& form : forms) {
      INFO(form);
      const PromptWords p = parse_prompt("The " + form + "!");
      int id = -1;
      switch (w.kind) {
        case WordClass::Place:
          id = p.places.size() == 1 ? static_cast<int>(p.places[0]) : -2;
          break;
        case WordClass::Subject:
          id = p.subjects.size() == 1 ? static_cast<int>(p.subjects[0]) : -2;
          break;
        case WordClass::Time:
          id = p.time ? static_cast<int>(*p.time) : -2;
          break;
        case WordClass::Weather:
          id = p.weather.size() == 1 ? static_cast<int>(p.weather[0]) : -2;
          break;
        case WordClass::Palette:
          id = p.tint ? static_cast<int>(*p.tint) : -2;
          break;
        case WordClass::Camera:
          id = p.camera.size() == 1 ? static_cast<int>(p.camera[0]) : -2;
          break;
      }
      CHECK(id == w.id);
      CHECK(p.unknown.empty());
    }
  }
}

TEST_CASE("red sunset over the sea") {
  const PromptWords p = parse_prompt("Red sunset over the sea");
  CHECK(p.tint == Tint::Red);
  CHECK(p.time == Time::Sunset);
  CHECK(p.places == std::vector<Place>{Place::Sea});
  CHECK(p.unknown.empty());
}

TEST_CASE("snowy night city") {
  const PromptWords p = parse_prompt("snowy night city");
  CHECK(p.has(Weather::Snow));
  CHECK(p.time == Time::Night);
  CHECK(p.has(Place::City));
}

TEST_CASE("phrases win over their words") {
  CHECK(parse_prompt("blue hour").time == Time::BlueHour);
  CHECK_FALSE(parse_prompt("blue hour").tint.has_value());
  CHECK(parse_prompt("golden hour").time == Time::GoldenHour);
  CHECK_FALSE(parse_prompt("golden hour").tint.has_value());
  CHECK(parse_prompt("low-angle shot").has(Camera::LowAngle));
  CHECK(parse_prompt("black-and-white street").tint == Tint::Monochrome);
  CHECK(parse_prompt("a bird's eye view").has(Camera::Aerial));
}

TEST_CASE("phrases say where things stand, and single words do not") {
  CHECK(parse_prompt("subject on the left third").layout == std::vector{Layout::Left});
  CHECK(parse_prompt("a low horizon, wide sky").layout == std::vector{Layout::LowHorizon});
  CHECK(parse_prompt("a boat in the distance").layout == std::vector{Layout::Distant});
  CHECK(parse_prompt("what is left of the horizon, third boat").layout.empty());
  CHECK(parse_prompt("no empty space").layout.empty());
  CHECK(parse_prompt("wide sky").camera.empty());
}

TEST_CASE("case, punctuation and plurals do not matter") {
  const PromptWords p = parse_prompt("HORSES, castles; and BALLOONS... under cities?");
  CHECK(p.has(Subject::Horse));
  CHECK(p.has(Subject::Castle));
  CHECK(p.has(Subject::Balloon));
  CHECK(p.has(Place::City));
}

TEST_CASE("the later time wins, places keep their order") {
  CHECK(parse_prompt("city at noon, at night").time == Time::Night);
  const PromptWords p = parse_prompt("a village by the lake below the mountains, lake");
  CHECK(p.places == std::vector<Place>{Place::Village, Place::Lake, Place::Mountains});
}

TEST_CASE("what is refused is passed over") {
  const PromptWords p = parse_prompt("beach without people and no boats");
  CHECK(p.has(Place::Coast));
  CHECK(p.subjects.empty());
}

TEST_CASE("unknown words are kept, also those of other scripts, fillers are not") {
  const PromptWords p = parse_prompt("the xylophone of été 港町");
  CHECK(p.unknown == std::vector<std::string>{"xylophone", "été", "港町"});
}

TEST_CASE("any text is read") {
  CHECK(parse_prompt("").unknown.empty());
  CHECK(parse_prompt(",,, !! ''").unknown.empty());
  CHECK(parse_prompt(std::string(200000, 'a')).unknown.size() == 1);
  CHECK(parse_prompt("no").unknown.empty());
}
