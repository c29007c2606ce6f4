#include "engine/again.h"

#include <algorithm>
#include <cmath>

namespace studio {

Recipe carried_over(const Recipe& recipe, const ModelInfo& model) {
  Recipe other = recipe;
  other.provider = model.provider;
  other.model = model.id;
  if (model.id != recipe.model) other.options.clear();
  return other;
}

Size clip_size(const ModelInfo& model, int width, int height) {
  const double longest = std::max(width, height), shortest = std::min(width, height);
  const double scale = std::min({1.0, 1280.0 / longest, 720.0 / shortest, model.max_side / longest});
  const auto side = [&](int px) {
    const int step = model.side_multiple;
    const int scaled = static_cast<int>(std::lround(px * scale / step)) * step;
    const int low = (model.min_side + step - 1) / step * step, high = model.max_side / step * step;
    return std::clamp(scaled, low, high);
  };
  return {side(width), side(height)};
}

std::optional<std::string> objection_to_again(const ModelInfo& model, const Recipe& recipe) {
  if (model.kind != recipe.kind) return model.label + " makes no " + std::string(to_string(recipe.kind)) + "s: choose another model.";
  if (!model.needs_image && !recipe.inputs.empty()) return model.label + " takes no picture to start from: choose another model.";
  return objection_to(model, carried_over(recipe, model));
}

std::vector<ModelOffer> offers_for(const Recipe& recipe, const ProviderSet& providers, const PriceRules& rules) {
  std::vector<ModelOffer> offers;
  for (const Provider* provider : providers.all()) {
    for (const ModelInfo& model : provider->info().models) {
      if (model.kind != recipe.kind || model.id == recipe.model) continue;
      offers.push_back({model.id, model.label, provider->info().label, estimate_of(model, carried_over(recipe, model), rules), model.currency,
                        objection_to_again(model, recipe)});
    }
  }
  std::stable_partition(offers.begin(), offers.end(), [](const ModelOffer& offer) { return !offer.objection; });
  return offers;
}

}  // namespace studio
