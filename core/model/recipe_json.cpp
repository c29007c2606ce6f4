#include <nlohmann/json.hpp>

#include "base/text.h"
#include "model/recipe.h"

namespace studio {
namespace {
using OrderedJson = nlohmann::ordered_json;
}

std::string recipe_to_json(const Recipe& recipe) {
  OrderedJson json;
  json["kind"] = to_string(recipe.kind);
  json["provider"] = recipe.provider;
  json["model"] = recipe.model;
  json["prompt"] = recipe.prompt;
  if (!recipe.negative_prompt.empty()) json["negative_prompt"] = recipe.negative_prompt;
  json["seed"] = recipe.seed;
  json["width"] = recipe.width;
  json["height"] = recipe.height;
  if (recipe.seconds > 0) json["seconds"] = recipe.seconds;
  if (!recipe.inputs.empty()) {
    OrderedJson inputs = OrderedJson::array();
    for (const auto& input : recipe.inputs) inputs.push_back({{"role", input.role}, {"sha256", input.sha256}});
    json["inputs"] = std::move(inputs);
  }
  if (!recipe.options.empty()) json["options"] = recipe.options;
  return json.dump();
}

Result<Recipe> recipe_from_json(std::string_view text) {
  const auto bad = [](std::string_view what) {
    return fail(ErrorKind::BadRequest, "This is not a recipe: " + std::string(what) + ".");
  };
  const OrderedJson json = OrderedJson::parse(text, nullptr, false);
  if (!json.is_object()) return bad("it is not a JSON object");
  try {
    Recipe recipe;
    const auto kind = media_kind_from(json.value("kind", std::string("image")));
    if (!kind) return bad("its kind is unknown");
    recipe.kind = *kind;
    recipe.provider = json.value("provider", std::string());
    recipe.model = json.value("model", std::string());
    recipe.prompt = json.value("prompt", std::string());
    recipe.negative_prompt = json.value("negative_prompt", std::string());
    recipe.seed = json.value("seed", std::int64_t{0});
    recipe.width = json.value("width", 0);
    recipe.height = json.value("height", 0);
    recipe.seconds = json.value("seconds", 0.0);
    if (json.contains("inputs")) {
      for (const auto& input : json.at("inputs")) {
        recipe.inputs.push_back({input.at("role").get<std::string>(), input.at("sha256").get<std::string>()});
      }
    }
    if (json.contains("options")) recipe.options = json.at("options").get<std::map<std::string, std::string>>();
    return recipe;
  } catch (const nlohmann::json::exception& error) {
    return fail(ErrorKind::BadRequest, "This is not a recipe: a value has the wrong type.", error.what());
  }
}

}  // namespace studio
