#include "model/price_rules.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace studio {
namespace {

using Json = nlohmann::json;

// False: it is not what price_rules_to_json() writes.
template <class Take>
bool read_numbers(const Json& json, const char* name, std::int64_t least, std::int64_t most, Take take) {
  if (!json.contains(name)) return true;
  if (!json[name].is_object()) return false;
  for (const auto& [key, value] : json[name].items()) {
    if (!value.is_number_integer() || value < least || value > most) return false;
    take(key, value.template get<std::int64_t>());
  }
  return true;
}

}  // namespace

Money with_factor(Money price, EstimateFactor factor) {
  const std::int64_t permille = std::clamp(factor.permille, EstimateFactor::one, EstimateFactor::most);
  const std::int64_t whole = price.micros / EstimateFactor::one, rest = price.micros % EstimateFactor::one;
  return {whole * permille + (rest * permille + EstimateFactor::one - 1) / EstimateFactor::one};
}

std::string price_key(const ModelInfo& model) { return model.id + " " + model.price_version; }

EstimateFactor PriceRules::factor_of(const ModelInfo& model) const {
  const auto found = factors.find(price_key(model));
  return found == factors.end() ? EstimateFactor{} : found->second;
}

std::optional<Money> PriceRules::allowed_at(std::string_view model) const {
  const auto found = allowed.find(model);
  return found == allowed.end() ? std::nullopt : std::optional(found->second);
}

bool has_price(const ModelInfo& model) { return model.price || model.price_per_second || model.price_per_megapixel; }

std::optional<Money> estimate_of(const ModelInfo& model, const Recipe& recipe, const PriceRules& rules) {
  if (const auto price = price_of(model, recipe)) return with_factor(*price, rules.factor_of(model));
  return rules.allowed_at(model.id);
}

std::string price_rules_to_json(const PriceRules& rules) {
  if (rules == PriceRules{}) return "";
  Json json{{"allowed", Json::object()}, {"factors", Json::object()}};
  for (const auto& [model, sum] : rules.allowed) json["allowed"][model] = sum.micros;
  for (const auto& [key, factor] : rules.factors) json["factors"][key] = factor.permille;
  return json.dump();
}

Result<PriceRules> price_rules_from_json(std::string_view text) {
  PriceRules rules;
  if (text.empty()) return rules;
  constexpr std::int64_t most_micros = 1'000'000'000'000;
  const Json json = Json::parse(text, nullptr, false);
  const bool is_ours =
      json.is_object() &&
      read_numbers(json, "allowed", 0, most_micros, [&](const std::string& model, std::int64_t micros) { rules.allowed[model] = {micros}; }) &&
      read_numbers(json, "factors", EstimateFactor::one, EstimateFactor::most,
                   [&](const std::string& key, std::int64_t permille) { rules.factors[key] = {static_cast<int>(permille)}; });
  if (!is_ours) return fail(ErrorKind::Damaged, "Which models are allowed in this project cannot be read: allow them again.");
  return rules;
}

}  // namespace studio
