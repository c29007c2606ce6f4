// What a project knows of prices beside the data files: models that the user allowed without a known price, and how far the
// estimates of a model turned out too low.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/capability.h"
#include "model/money.h"

namespace studio {

// How far a model's estimates were too low, kept by model and version of its price: a new price list starts at 1.
struct EstimateFactor {
  static constexpr int one = 1000, most = 4000;  // beyond four times the price list is wrong, which no factor mends
  int permille = one;
  bool operator==(const EstimateFactor&) const = default;
};
Money with_factor(Money price, EstimateFactor factor);  // rounded up to the micro

struct PriceRules {
  std::map<std::string, Money, std::less<>> allowed;            // by model: what one job of it is to count as
  std::map<std::string, EstimateFactor, std::less<>> factors;  // by price_key(); only those above one
  bool operator==(const PriceRules&) const = default;

  EstimateFactor factor_of(const ModelInfo& model) const;
  std::optional<Money> allowed_at(std::string_view model) const;
};
// "fal-sdxl 2026-11-21"
std::string price_key(const ModelInfo& model);

bool has_price(const ModelInfo& model);
// What a job by this recipe is expected to cost at most; nothing when its price is neither known nor allowed.
std::optional<Money> estimate_of(const ModelInfo& model, const Recipe& recipe, const PriceRules& rules);

// The ledger's fact that keeps them, as JSON.
inline constexpr std::string_view price_rules_fact = "price rules";
std::string price_rules_to_json(const PriceRules& rules);  // one line; empty where there is nothing
Result<PriceRules> price_rules_from_json(std::string_view text);  // errors: Damaged

}  // namespace studio
