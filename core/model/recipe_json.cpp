#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "model/recipe.h"

namespace studio {
namespace {
using OrderedJson = nlohmann::ordered_json;

tl::unexpected<Error> no_recipe(const std::string& what) { return fail(ErrorKind::BadRequest, "This is not a recipe: " + what + "."); }

constexpr std::string_view written_always[] = {"kind", "provider", "model", "prompt", "seed", "width", "height"};
constexpr std::string_view written_at_times[] = {"negative_prompt", "seconds", "inputs", "options"};

bool is_whole_within(const OrderedJson& value, std::int64_t most) {
  // Kept without a sign where it has none: as a signed one it may have wrapped.
  if (value.is_number_unsigned()) return value.get<std::uint64_t>() <= static_cast<std::uint64_t>(most);
  return value.is_number_integer() && value.get<std::int64_t>() >= 0 && value.get<std::int64_t>() <= most;
}
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
  const OrderedJson json = OrderedJson::parse(text, nullptr, false);
  if (!json.is_object()) return no_recipe("it is not a JSON object");
  try {
    Recipe recipe;
    const auto kind = media_kind_from(json.value("kind", std::string("image")));
    if (!kind) return no_recipe("its kind is unknown");
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

Result<Recipe> recipe_from_outside(std::string_view text) {
  constexpr std::int64_t largest_seed = (std::int64_t{1} << 53) - 1, largest_side = 1 << 20;
  constexpr double longest_secs = 86'400;
  const OrderedJson json = OrderedJson::parse(text, nullptr, false);
  if (!json.is_object()) return no_recipe("it is not a JSON object");
  for (const std::string_view name : written_always) {
    if (!json.contains(name)) return no_recipe("\"" + std::string(name) + "\" is missing");
  }
  for (const auto& [name, value] : json.items()) {
    const auto is_it = [&](std::string_view known) { return known == name; };
    const bool is_known = std::any_of(std::begin(written_always), std::end(written_always), is_it) ||
                          std::any_of(std::begin(written_at_times), std::end(written_at_times), is_it);
    if (!is_known) return no_recipe("\"" + shortened(name, 40) + "\" is not known to this version");
  }
  if (!is_whole_within(json["seed"], largest_seed)) return no_recipe("its seed is no whole number from 0 to " + std::to_string(largest_seed));
  for (const char* side : {"width", "height"}) {
    if (!is_whole_within(json[side], largest_side)) return no_recipe("its " + std::string(side) + " is no whole number of pixels");
  }
  if (json.contains("seconds")) {
    const OrderedJson& seconds = json["seconds"];
    if (!seconds.is_number() || !(seconds.get<double>() > 0 && seconds.get<double>() <= longest_secs)) return no_recipe("its seconds are no length");
  }
  return recipe_from_json(text);
}

}  // namespace studio
