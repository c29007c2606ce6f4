#include "model/price_rules.h"

#include "support/catch.h"

using namespace studio;

namespace {

ModelInfo model(std::optional<Money> price) {
  ModelInfo made;
  made.id = "m";
  made.price = price;
  made.price_version = "2026-11-21";
  return made;
}

}  // namespace

TEST_CASE("an estimate is the price with what experience adds, or what a person allowed") {
  PriceRules rules;
  const Recipe recipe;
  CHECK(estimate_of(model(Money{40'000}), recipe, rules) == Money{40'000});
  CHECK_FALSE(estimate_of(model({}), recipe, rules));
  rules.allowed["m"] = Money{50'000};
  CHECK(estimate_of(model({}), recipe, rules) == Money{50'000});
  CHECK(estimate_of(model(Money{40'000}), recipe, rules) == Money{40'000});  // a price that is known counts
  rules.factors["m 2026-11-21"] = {1250};
  CHECK(estimate_of(model(Money{40'000}), recipe, rules) == Money{50'000});
  ModelInfo newer = model(Money{40'000});
  newer.price_version = "2027-01-01";  // a new price list is believed
  CHECK(estimate_of(newer, recipe, rules) == Money{40'000});
}

TEST_CASE("what is known of prices is kept as text, and what is no such text is said") {
  PriceRules rules;
  CHECK(price_rules_to_json(rules).empty());
  CHECK(price_rules_from_json("")->allowed.empty());
  rules.allowed["fal-dreamshaper"] = Money{50'000};
  rules.factors["fal-sdxl 2026-11-21"] = {1334};
  CHECK(price_rules_from_json(price_rules_to_json(rules)).value() == rules);
  for (const char* text : {"[]", "{", R"({"allowed":5})", R"({"allowed":{"m":-1}})", R"({"allowed":{"m":0.5}})", R"({"factors":{"m":999}})", R"({"factors":{"m":4001}})"}) {
    INFO(text);
    CHECK_FALSE(price_rules_from_json(text));
  }
}
