// What the pictures must show, measured in their pixels: every word, every pair of a class, seeds, models, sizes.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sandbox/scenes/contact.h"
#include "sandbox/scenes/render.h"
#include "sandbox/scenes/words.h"
#include "support/catch.h"
#include "unit/sandbox_scenes/measures.h"

using namespace studio;
using namespace studio::measures;
using scenes::WordClass;

namespace {

constexpr int Width = 192, Height = 128;
constexpr double LeastShare = 0.05;  // of the pixels, by 16 code values
// Of the marked edges, the share that has no partner in the other picture. Measured: a palette word moves at most about
// half of this, because the same lines stay where they are.
constexpr double LeastEdgeChange = 0.25;

Picture picture(const std::string& prompt, const std::string& model = "sandbox-flux", std::int64_t seed = 11,
                int w = Width, int h = Height) {
  return render_scene({model, prompt, seed, w, h});
}

double hue_distance(double a, double b) {
  const double d = std::fabs(a - b);
  return std::min(d, 360 - d);
}

struct Pictures {
  std::vector<Picture> base, with_word;
};

// One picture a word, and its base, for all tests of this program: rendered once.
const Pictures& all_words() {
  static const Pictures made = [] {
    Pictures p;
    const auto words = scenes::known_words();
    std::map<std::string, Picture> bases;
    for (std::size_t i = 0; i < words.size(); ++i) {
      const std::string base = base_prompt_for(i);
      if (!bases.contains(base)) bases[base] = picture(base);
      p.base.push_back(bases[base]);
      p.with_word.push_back(picture(base + ", " + std::string(words[i].name)));
    }
    return p;
  }();
  return made;
}

}  // namespace

TEST_CASE("the base of each word holds no word of its class") {
  const auto words = scenes::known_words();
  for (std::size_t i = 0; i < words.size(); ++i) {
    const scenes::PromptWords p = scenes::parse_prompt(base_prompt_for(i));
    INFO(words[i].name);
    switch (words[i].kind) {
      case WordClass::Place:
        CHECK(p.places.empty());
        break;
      case WordClass::Subject:
        CHECK(p.subjects.empty());
        break;
      case WordClass::Time:
        CHECK_FALSE(p.time.has_value());
        break;
      case WordClass::Weather:
        CHECK(p.weather.empty());
        break;
      case WordClass::Palette:
        CHECK_FALSE(p.tint.has_value());
        break;
      case WordClass::Camera:
        CHECK(p.camera.empty());
        break;
    }
  }
}

TEST_CASE("adding any word changes at least a twentieth of the pixels visibly") {
  const auto words = scenes::known_words();
  for (std::size_t i = 0; i < words.size(); ++i) {
    INFO(scenes::name_of(words[i].kind) << " " << words[i].name);
    CHECK(changed_share(all_words().base[i], all_words().with_word[i]) >= LeastShare);
  }
}

TEST_CASE("place and subject words change the edges, palette words do not") {
  const auto words = scenes::known_words();
  for (std::size_t i = 0; i < words.size(); ++i) {
    INFO(scenes::name_of(words[i].kind) << " " << words[i].name);
    const WordClass kind = words[i].kind;
    if (kind != WordClass::Place && kind != WordClass::Subject && kind != WordClass::Palette) continue;
    const double change = edge_change(all_words().base[i], all_words().with_word[i]);
    if (kind == WordClass::Palette)
      CHECK(change < LeastEdgeChange);
    else
      CHECK(change >= LeastEdgeChange);
  }
}

TEST_CASE("any two words of a class give pictures that differ") {
  const auto words = scenes::known_words();
  for (std::size_t i = 0; i < words.size(); ++i) {
    for (std::size_t k = i + 1; k < words.size() && words[k].kind == words[i].kind; ++k) {
      INFO(words[i].name << " and " << words[k].name);
      CHECK(changed_share(all_words().with_word[i], all_words().with_word[k]) >= LeastShare);
      if (words[i].kind == WordClass::Place || words[i].kind == WordClass::Subject)
        CHECK(edge_change(all_words().with_word[i], all_words().with_word[k]) >= LeastEdgeChange);
    }
  }
}

TEST_CASE("red sunset over the sea and snowy night city differ in hue, horizon and brightness") {
  for (const std::string& model : sandbox_image_models()) {
    INFO(model);
    const Picture sunset = picture("red sunset over the sea", model), city = picture("snowy night city", model);
    const Tone warm = tone_of(sunset), cold = tone_of(city);
    CHECK(hue_distance(warm.hue_degrees, 0) < 35);   // red
    CHECK(std::hypot(warm.hue_x, warm.hue_y) > 40);  // and much of it
    CHECK(std::hypot(warm.hue_x - cold.hue_x, warm.hue_y - cold.hue_y) > 40);
    CHECK(warm.brightness > cold.brightness + 20);
    CHECK(cold.brightness < 80);
    // The sea's horizon lies higher than the city's waterline, whatever the seed.
    std::vector<double> at_sea, at_city;
    for (std::int64_t seed = 0; seed < 7; ++seed) {
      at_sea.push_back(horizon_of(picture("red sunset over the sea", model, seed)));
      at_city.push_back(horizon_of(picture("snowy night city", model, seed)));
    }
    std::sort(at_sea.begin(), at_sea.end());
    std::sort(at_city.begin(), at_city.end());
    CHECK(at_city[3] - at_sea[3] > 0.03);
  }
}

TEST_CASE("words do what they say, in the mean of the picture") {
  const Tone plain = tone_of(picture("boat, lake, afternoon"));
  CHECK(hue_distance(tone_of(picture("boat, lake, afternoon, blue")).hue_degrees, 220) < 40);
  CHECK(hue_distance(tone_of(picture("boat, lake, afternoon, green")).hue_degrees, 110) < 45);
  CHECK(hue_distance(tone_of(picture("boat, lake, afternoon, golden")).hue_degrees, 45) < 25);
  CHECK(hue_distance(tone_of(picture("boat, lake, afternoon, violet")).hue_degrees, 285) < 40);
  const Tone grey = tone_of(picture("boat, lake, afternoon, monochrome"));
  CHECK(std::hypot(grey.hue_x, grey.hue_y) < 4);
  CHECK(tone_of(picture("boat, lake, midnight")).brightness < 0.45 * plain.brightness);
  CHECK(tone_of(picture("boat, lake, afternoon, storm")).brightness < 0.8 * plain.brightness);
  CHECK(tone_of(picture("meadow, noon, snow")).brightness > tone_of(picture("meadow, noon")).brightness);
}

TEST_CASE("the same request gives the same bytes") {
  for (const std::string& model : sandbox_image_models()) {
    INFO(model);
    CHECK(picture("castle, hills, rain", model).rgba == picture("castle, hills, rain", model).rgba);
  }
}

TEST_CASE("a seed changes the composition") {
  for (const char* prompt :
       {"lighthouse on a storm coast at dusk", "mountains", "snowy night city", "forest", "boat on the sea"}) {
    INFO(prompt);
    const Picture a = picture(prompt, "sandbox-flux", 1), b = picture(prompt, "sandbox-flux", 2);
    CHECK(changed_share(a, b) >= 0.25);
    CHECK(edge_change(a, b) >= LeastEdgeChange);
  }
}

TEST_CASE("the three models look different, not only composed differently") {
  for (const char* prompt : {"red sunset over the sea", "snowy night city", "mountain lake at golden hour",
                             "forest, morning", "village, hills, noon"}) {
    // Means over seeds take composition out: what remains is the look.
    std::map<std::string, double> lift, contrast, chroma, grain;
    for (const std::string& model : sandbox_image_models()) {
      for (std::int64_t seed = 0; seed < 4; ++seed) {
        const Picture p = picture(prompt, model, seed);
        std::vector<int> light;
        double fine = 0, colour = 0;
        for (int y = 1; y < p.height; ++y) {
          for (int x = 1; x < p.width; ++x) {
            const std::uint8_t* q = p.row(y) + 4 * x;
            light.push_back((299 * q[0] + 587 * q[1] + 114 * q[2]) / 1000);
            fine += std::abs(q[1] - q[1 - 4]) + std::abs(q[1] - p.row(y - 1)[4 * x + 1]);
            colour += std::max({q[0], q[1], q[2]}) - std::min({q[0], q[1], q[2]});
          }
        }
        std::sort(light.begin(), light.end());
        lift[model] += light[light.size() / 50];
        contrast[model] += light[light.size() * 49 / 50] - light[light.size() / 50];
        chroma[model] += colour / static_cast<double>(light.size());
        grain[model] += fine / static_cast<double>(light.size());
      }
    }
    INFO(prompt);
    // Dream: lifted shadows, softer than both. Painting: the most structure.
    CHECK(lift["sandbox-dream"] > 1.25 * lift["sandbox-flux"]);
    CHECK(lift["sandbox-dream"] > 1.25 * lift["sandbox-xl"]);
    CHECK(contrast["sandbox-dream"] < contrast["sandbox-flux"]);
    CHECK(chroma["sandbox-xl"] > 1.05 * chroma["sandbox-dream"]);
    CHECK(grain["sandbox-xl"] > 1.1 * grain["sandbox-dream"]);
    CHECK(grain["sandbox-flux"] > 1.05 * grain["sandbox-dream"]);
    for (const char* other : {"sandbox-xl", "sandbox-dream"})
      CHECK(changed_share(picture(prompt), picture(prompt, other)) >= 0.3);
  }
}

TEST_CASE("unknown words vary the picture, gently") {
  for (const char* prompt : {"lighthouse, coast, dusk", "mountains, morning", "city, night", "boat, lake, sunset"}) {
    INFO(prompt);
    const Picture plain = picture(prompt), varied = picture(std::string(prompt) + ", quixotic reverie"),
                  other = picture(std::string(prompt) + ", zanzibar");
    CHECK(changed_share(plain, varied, 8) >= 0.03);
    CHECK(changed_share(varied, other, 8) >= 0.03);
    CHECK(mean_difference(plain, varied) < 0.8 * mean_difference(plain, picture(prompt, "sandbox-flux", 12)));
  }
}

TEST_CASE("every phrase that variations are made with is seen in the picture") {
  const auto lists = nlohmann::json::parse(std::ifstream(std::filesystem::path(STUDIO_SOURCE_ASSETS) / "variations.json"));
  for (const char* prompt : {"a lighthouse on the coast, morning", "an old windmill on the hills", "a sailing boat on a lake at sunset"}) {
    const Picture plain = picture(prompt);
    for (const auto& list : lists) {
      for (const auto& phrase : list) {
        INFO(prompt << ", " << phrase);
        CHECK(changed_share(plain, picture(std::string(prompt) + ", " + phrase.get<std::string>())) >= LeastShare);
      }
    }
  }
}

TEST_CASE("a prompt without known words is a landscape with depth") {
  for (const char* prompt : {"", "hello", "zzz qqq", "夢", "42"}) {
    INFO(prompt);
    const Picture p = picture(prompt);
    const Tone t = tone_of(p);
    CHECK(t.brightness > 35);
    CHECK(t.brightness < 215);
    // Sky over land or water: top and bottom differ.
    double top = 0, bottom = 0;
    for (int x = 0; x < Width; ++x) top += p.row(Height / 6)[4 * x + 2], bottom += p.row(Height * 9 / 10)[4 * x + 2];
    CHECK(std::fabs(top - bottom) / Width > 6);
  }
}

TEST_CASE("the composition is the same at every size") {
  for (const char* prompt : {"lighthouse, coast, sunset", "city, night", "mountains, lake, morning",
                             "balloon, hills, golden hour", "forest, fog"}) {
    INFO(prompt);
    for (const std::string& model : {std::string("sandbox-flux"), std::string("sandbox-dream")}) {
      const Picture small = picture(prompt, model),
                    large = half_size(picture(prompt, model, 11, 2 * Width, 2 * Height));
      CHECK(mean_difference(small, large) < 0.30 * mean_difference(small, picture(prompt, model, 12)) + 2);
    }
  }
}

TEST_CASE("every size and shape that is asked for comes back opaque") {
  const int sizes[][2] = {{16, 16},   {17, 301},  {301, 17},  {108, 192}, {192, 108},
                          {144, 144}, {150, 200}, {200, 150}, {641, 359}};
  for (const auto& size : sizes) {
    for (const std::string& model : sandbox_image_models()) {
      INFO(size[0] << " x " << size[1] << " " << model);
      const Picture p = picture("castle, lake, storm, portrait, fisheye, neon", model, 3, size[0], size[1]);
      REQUIRE(p.width == size[0]);
      REQUIRE(p.height == size[1]);
      REQUIRE(p.rgba.size() == static_cast<std::size_t>(size[0] * size[1] * 4));
      bool opaque = true;
      for (std::size_t i = 3; i < p.rgba.size(); i += 4) opaque = opaque && p.rgba[i] == 255;
      CHECK(opaque);
    }
  }
  CHECK(render_scene({"sandbox-flux", "sea", 1, 0, -5}).width == 16);
}

TEST_CASE("any place takes any subject") {
  const auto words = scenes::known_words();
  int turn = 0;
  for (const scenes::Word& place : words) {
    if (place.kind != WordClass::Place) continue;
    const Picture empty = picture(std::string(place.name), "sandbox-flux", 5, 96, 64);
    for (const scenes::Word& subject : words) {
      if (subject.kind != WordClass::Subject) continue;
      // The other classes go round, so that every word meets many others.
      std::string prompt = std::string(place.name) + ", " + std::string(subject.name);
      const Picture plain = picture(prompt, "sandbox-flux", 5, 96, 64);
      INFO(prompt);
      CHECK(changed_share(empty, plain) >= 0.02);
      for (const scenes::Word& other : words) {
        if (other.kind == WordClass::Place || other.kind == WordClass::Subject) continue;
        if ((++turn + other.id) % 53 == 0) prompt += ", " + std::string(other.name);
      }
      INFO(prompt);
      const Picture p = picture(prompt, "sandbox-flux", 5, 96, 64);
      const auto [least, most] =
          std::minmax_element(p.rgba.begin(), p.rgba.end() - 1, [](auto a, auto b) { return a < b; });
      CHECK(*most - *least > 40);  // never a flat card
    }
  }
}
