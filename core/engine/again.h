// "The same again with another model": what of a recipe goes over, what the other model says about it, and what it costs.
// Pure functions; any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/naming.h"
#include "model/price_rules.h"
#include "providers/provider_set.h"

namespace studio {

// The recipe as the other model gets it: prompt, seed, size, length and picture stay. What only the old model knew (its
// options) is left behind.
Recipe carried_over(const Recipe& recipe, const ModelInfo& model);

// A clip's size: the picture's shape, at most 720p, in the steps the model makes. Sides in px.
Size clip_size(const ModelInfo& model, int width, int height);

// One sentence about what the model cannot do about that recipe, or nothing. Nothing is dropped silently: a negative prompt
// that the other model has none for is an objection.
std::optional<std::string> objection_to_again(const ModelInfo& model, const Recipe& recipe);

struct ModelOffer {
  std::string model;                    // its id
  std::string label;
  std::string provider_label;
  std::optional<Money> price;           // of this recipe; nothing: not known
  Currency currency = Currency::Usd;
  std::optional<std::string> objection; // why it cannot be chosen
};
// Every other model that makes the same kind of thing, those without an objection first, in the order of the providers.
// `rules`: what the project knows of prices beside the data files.
std::vector<ModelOffer> offers_for(const Recipe& recipe, const ProviderSet& providers, const PriceRules& rules);

}  // namespace studio
