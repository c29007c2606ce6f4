#include <nlohmann/json.hpp>

#include "model/capability.h"

namespace studio {
namespace {
using Json = nlohmann::json;

void read_service_words(const Json& json, ModelInfo& model) {
  model.service_id = json.value("id", model.id);
  if (!json.contains("fixed")) return;
  if (!json.at("fixed").is_object()) throw std::invalid_argument("fixed");
  model.fixed_fields = json.at("fixed").dump();
}

// A price below nothing would make room under a cap.
Money price_at(const Json& price, const char* name) {
  const double dollars = price.at(name).get<double>();
  if (!(dollars >= 0 && dollars <= 1e6)) throw std::invalid_argument(name);
  return money_from_dollars(dollars);
}

ModelInfo model_from(const Json& json, const ProviderInfo& provider) {
  ModelInfo model;
  model.id = json.at("id").get<std::string>();
  model.provider = provider.id;
  model.label = json.at("label").get<std::string>();
  const auto kind = media_kind_from(json.at("kind").get<std::string>());
  if (!kind) throw std::invalid_argument("kind");
  model.kind = *kind;
  model.note = json.value("note", std::string());
  const Json price = json.value("price", Json::object());
  if (price.contains("each")) model.price = price_at(price, "each");
  if (price.contains("per_second")) model.price_per_second = price_at(price, "per_second");
  if (price.contains("per_megapixel")) model.price_per_megapixel = price_at(price, "per_megapixel");
  if (price.contains("per_unit")) model.price_per_unit = price_at(price, "per_unit");
  const auto currency = currency_from(price.value("currency", std::string("usd")));
  if (!currency) throw std::invalid_argument("currency");
  model.currency = *currency;
  model.price_source = price.value("source", std::string());
  model.price_version = price.value("version", std::string());
  model.expected_secs = json.value("expected_secs", model.expected_secs);
  const Json size = json.value("size", Json::object());
  model.min_side = size.value("min_side", model.min_side);
  model.max_side = size.value("max_side", model.max_side);
  model.max_pixels = size.value("max_pixels", model.max_pixels);
  model.side_multiple = size.value("multiple", model.side_multiple);
  model.seconds = json.value("seconds", model.seconds);
  model.needs_image = json.value("needs_image", false);
  model.has_negative_prompt = json.value("negative_prompt", false);
  model.has_seed = json.value("seed", true);
  model.max_prompt_bytes = json.value("max_prompt_bytes", model.max_prompt_bytes);
  model.retires = json.value("retires", std::string());
  read_service_words(json.value("service", Json::object()), model);
  if (model.side_multiple < 1 || model.min_side < 1 || model.max_side < model.min_side) throw std::invalid_argument("size");
  if (model.kind == MediaKind::Video && model.seconds.empty()) throw std::invalid_argument("seconds");
  return model;
}

ProviderRates rates_from(const Json& json) {
  ProviderRates rates;
  for (const auto& [name, per_minute] : json.items()) {
    const double value = per_minute.get<double>();
    if (!(value > 0)) throw std::invalid_argument("rates");
    if (name == "image_submits_per_minute") rates.image_submits = value;
    else if (name == "video_submits_per_minute") rates.video_submits = value;
    else if (name == "calls_per_minute") rates.calls = value;
    else throw std::invalid_argument("rates");
  }
  return rates;
}

// Where the service is and how a person gets in.
void read_account(const Json& json, ProviderInfo& provider) {
  const Json key = json.value("key", Json::object());
  provider.needs_key = json.contains("key");
  provider.key_scheme = key.value("scheme", std::string("Bearer"));
  provider.key_variables = key.value("variables", provider.key_variables);
  provider.key_page = key.value("page", std::string());
  provider.endpoints = json.value("endpoints", provider.endpoints);
  for (const auto& [purpose, address] : provider.endpoints) {
    if (!address.starts_with("https://") || address.ends_with('/')) throw std::invalid_argument("endpoints");
  }
}

}  // namespace

Result<ProviderInfo> provider_info_from_json(std::string_view text) {
  try {
    const Json json = Json::parse(text);
    ProviderInfo provider;
    provider.id = json.at("id").get<std::string>();
    provider.label = json.at("label").get<std::string>();
    provider.note = json.value("note", std::string());
    provider.is_sandbox = json.value("sandbox", false);
    const Json lanes = json.value("lanes", Json::object());
    provider.image_lane = lanes.value("image", provider.image_lane);
    provider.video_lane = lanes.value("video", provider.video_lane);
    provider.rates = rates_from(json.value("rates", Json::object()));
    provider.http1_only = json.value("http1_only", false);
    read_account(json, provider);
    for (const auto& model : json.at("models")) provider.models.push_back(model_from(model, provider));
    return provider;
  } catch (const std::exception& error) {
    return fail(ErrorKind::Damaged, "A provider's data file cannot be read: re-install the program.", error.what());
  }
}

}  // namespace studio
