#include <nlohmann/json.hpp>

#include "model/capability.h"

namespace studio {
namespace {
using Json = nlohmann::json;

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
  if (price.contains("each")) model.price = money_from_dollars(price.at("each").get<double>());
  if (price.contains("per_second")) model.price_per_second = money_from_dollars(price.at("per_second").get<double>());
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
  if (model.side_multiple < 1 || model.min_side < 1 || model.max_side < model.min_side) throw std::invalid_argument("size");
  if (model.kind == MediaKind::Video && model.seconds.empty()) throw std::invalid_argument("seconds");
  return model;
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
    for (const auto& model : json.at("models")) provider.models.push_back(model_from(model, provider));
    return provider;
  } catch (const std::exception& error) {
    return fail(ErrorKind::Damaged, "A provider's data file cannot be read: re-install the program.", error.what());
  }
}

}  // namespace studio
