// Variations of one prompt: the first exactly as written, each further one slightly modified by a visible strategy.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace studio {

inline constexpr int max_variations = 10;

enum class Strategy : std::uint8_t { Mixed, Camera, Light, Mood, Composition, Seed, Off };
inline constexpr Strategy all_strategies[] = {Strategy::Camera, Strategy::Light, Strategy::Mood, Strategy::Composition,
                                              Strategy::Mixed, Strategy::Seed, Strategy::Off};
std::string_view to_string(Strategy strategy);
std::optional<Strategy> strategy_from(std::string_view text);

// The phrases that each strategy adds, from assets/variations.json.
struct VariationLists {
  std::vector<std::string> camera, light, mood, composition;
};
Result<VariationLists> variation_lists_from_json(std::string_view text);

struct Variation {
  int number = 1;        // from 1
  std::string prompt;    // whole
  std::string addition;  // what was added; empty for the first, and for Seed and Off
  std::int64_t seed = 0;
};

// Seed: the base seed for the first and a fresh one (a function of base seed and number) for each further one.
// Off: the same prompt and the same seed each time. The wording strategies keep the base seed, so that only the words
// differ, and choose phrases by the base seed without repeating one within a run. Count is clamped to 1…max_variations.
std::vector<Variation> make_variations(std::string_view prompt, int count, Strategy strategy, std::int64_t base_seed,
                                       const VariationLists& lists);

// A seed for the n-th retake of something, never the base itself.
std::int64_t derived_seed(std::int64_t base_seed, int number);

}  // namespace studio
