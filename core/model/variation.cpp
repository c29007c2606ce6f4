#include "model/variation.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/random.h"
#include "base/text.h"
#include "model/recipe.h"

namespace studio {
namespace {

constexpr std::string_view names[] = {"mixed", "camera", "light", "mood", "composition", "seed", "off"};

// The phrases of a strategy in the order this run uses them. Mixed takes one list after the other, so that neighbours
// differ in kind.
std::vector<std::string> phrases_for(Strategy strategy, const VariationLists& lists, std::int64_t base_seed) {
  Random random(mix64(static_cast<std::uint64_t>(base_seed) ^ 0x5EEDull));
  const auto shuffled = [&](std::vector<std::string> list) {
    for (std::size_t i = list.size(); i > 1; --i) std::swap(list[i - 1], list[random.below(i)]);
    return list;
  };
  switch (strategy) {
    case Strategy::Camera: return shuffled(lists.camera);
    case Strategy::Light: return shuffled(lists.light);
    case Strategy::Mood: return shuffled(lists.mood);
    case Strategy::Composition: return shuffled(lists.composition);
    case Strategy::Mixed: {
      const std::vector<std::string> each[] = {shuffled(lists.camera), shuffled(lists.light), shuffled(lists.mood), shuffled(lists.composition)};
      std::size_t longest = 0;
      for (const auto& list : each) longest = std::max(longest, list.size());
      std::vector<std::string> mixed;
      for (std::size_t i = 0; i < longest; ++i) {
        for (const auto& list : each) {
          if (i < list.size()) mixed.push_back(list[i]);
        }
      }
      return mixed;
    }
    case Strategy::Seed:
    case Strategy::Off: return {};
  }
  return {};
}

}  // namespace

std::string_view to_string(Strategy strategy) { return names[static_cast<std::size_t>(strategy)]; }

std::optional<Strategy> strategy_from(std::string_view text) {
  for (const Strategy strategy : all_strategies) {
    if (to_string(strategy) == text) return strategy;
  }
  return std::nullopt;
}

Result<VariationLists> variation_lists_from_json(std::string_view text) {
  try {
    const auto json = nlohmann::json::parse(text);
    VariationLists lists;
    const auto read = [&](const char* name) { return json.at(name).get<std::vector<std::string>>(); };
    lists.camera = read("camera");
    lists.light = read("light");
    lists.mood = read("mood");
    lists.composition = read("composition");
    return lists;
  } catch (const nlohmann::json::exception& error) {
    return fail(ErrorKind::Damaged, "The list of variations cannot be read: re-install the program.", error.what());
  }
}

std::int64_t derived_seed(std::int64_t base_seed, int number) {
  for (std::uint64_t salt = 0;; ++salt) {
    const auto seed = static_cast<std::int64_t>(
        mix64(static_cast<std::uint64_t>(base_seed) * 31 + static_cast<std::uint64_t>(number) + (salt << 32)) % static_cast<std::uint64_t>(max_seed));
    if (seed != base_seed) return seed;
  }
}

std::vector<Variation> make_variations(std::string_view prompt, int count, Strategy strategy, std::int64_t base_seed,
                                       const VariationLists& lists) {
  const auto phrases = phrases_for(strategy, lists, base_seed);
  std::vector<Variation> made;
  for (int number = 1; number <= std::clamp(count, 1, max_variations); ++number) {
    Variation variation{number, std::string(prompt), "", base_seed};
    if (number > 1 && strategy == Strategy::Seed) variation.seed = derived_seed(base_seed, number);
    if (number > 1 && !phrases.empty()) {
      const auto index = static_cast<std::size_t>(number - 2);
      variation.addition = phrases[index % phrases.size()];
      // A list shorter than the run starts again with another seed, so that no two variations are equal.
      if (index >= phrases.size()) variation.seed = derived_seed(base_seed, number);
      const std::string_view written = trimmed(prompt);
      variation.prompt = std::string(written) + (written.ends_with('.') || written.ends_with(',') ? " " : ", ") + variation.addition;
    }
    made.push_back(std::move(variation));
  }
  return made;
}

}  // namespace studio
