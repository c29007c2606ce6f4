#include "model/variation.h"

#include <set>

#include "base/file.h"
#include "model/recipe.h"
#include "support/catch.h"

using namespace studio;

namespace {
VariationLists shipped_lists() {
  return variation_lists_from_json(read_file(std::filesystem::path(STUDIO_SOURCE_ASSETS) / "variations.json").value()).value();
}
}  // namespace

TEST_CASE("the first variation is the prompt exactly as written") {
  const auto lists = shipped_lists();
  const std::string prompt = "  a lighthouse,  at dusk \n";
  for (const Strategy strategy : all_strategies) {
    const auto made = make_variations(prompt, 5, strategy, 7, lists);
    CHECK(made.at(0).prompt == prompt);
    CHECK(made.at(0).seed == 7);
    CHECK(made.at(0).addition.empty());
  }
}

TEST_CASE("ten variations of a wording strategy all differ and contain the prompt") {
  const auto lists = shipped_lists();
  for (const Strategy strategy : {Strategy::Camera, Strategy::Light, Strategy::Mood, Strategy::Composition, Strategy::Mixed}) {
    std::set<std::string> prompts;
    for (const auto& variation : make_variations("a red boat", 10, strategy, 42, lists)) {
      CHECK(variation.prompt.starts_with("a red boat"));
      prompts.insert(variation.prompt);
    }
    CHECK(prompts.size() == 10);
  }
}

TEST_CASE("mixed draws from all four lists") {
  const auto lists = shipped_lists();
  const auto made = make_variations("x", 5, Strategy::Mixed, 1, lists);
  const auto is_in = [](const std::vector<std::string>& list, const std::string& s) { return std::find(list.begin(), list.end(), s) != list.end(); };
  CHECK(is_in(lists.camera, made[1].addition));
  CHECK(is_in(lists.light, made[2].addition));
  CHECK(is_in(lists.mood, made[3].addition));
  CHECK(is_in(lists.composition, made[4].addition));
}

TEST_CASE("seed keeps the words and changes the seed, off changes nothing") {
  const auto lists = shipped_lists();
  std::set<std::int64_t> seeds;
  for (const auto& variation : make_variations("x", 10, Strategy::Seed, 99, lists)) {
    CHECK(variation.prompt == "x");
    CHECK(variation.seed >= 0);
    CHECK(variation.seed <= max_seed);
    seeds.insert(variation.seed);
  }
  CHECK(seeds.size() == 10);
  for (const auto& variation : make_variations("x", 3, Strategy::Off, 99, lists)) {
    CHECK(variation.prompt == "x");
    CHECK(variation.seed == 99);
  }
}

TEST_CASE("the same base seed gives the same variations, another gives others") {
  const auto lists = shipped_lists();
  const auto prompts = [&](std::int64_t seed) {
    std::vector<std::string> all;
    for (const auto& v : make_variations("x", 4, Strategy::Mixed, seed, lists)) all.push_back(v.prompt);
    return all;
  };
  CHECK(prompts(1) == prompts(1));
  CHECK(prompts(1) != prompts(2));
}

TEST_CASE("a strategy's name reads back") {
  for (const Strategy strategy : all_strategies) CHECK(strategy_from(to_string(strategy)) == strategy);
  CHECK_FALSE(strategy_from("camra"));
}

TEST_CASE("a broken list of variations is named as damage") {
  CHECK(variation_lists_from_json("{").error().kind == ErrorKind::Damaged);
  CHECK(variation_lists_from_json(R"({"camera":[1]})").error().kind == ErrorKind::Damaged);
}
