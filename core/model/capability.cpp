#include "model/capability.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"

namespace studio {

namespace {

// The path of an address, "/v1" of "https://api.fal.ai/v1".
std::string path_of(const std::string& address) {
  const std::size_t mark = address.find("://");
  const std::size_t slash = mark == std::string::npos ? std::string::npos : address.find('/', mark + 3);
  return slash == std::string::npos ? std::string() : address.substr(slash);
}

}  // namespace

void reach_at(ProviderInfo& provider, const std::string& base) {
  for (auto& [purpose, address] : provider.endpoints) address = base + "/" + purpose + path_of(address);
  provider.reached_at = base;
  provider.label += " at " + base;
}

std::optional<Money> price_of(const ModelInfo& model, const Recipe& recipe) {
  if (model.price_per_second) return Money{std::llround(static_cast<double>(model.price_per_second->micros) * recipe.seconds)};
  if (model.price_per_megapixel) {
    constexpr std::int64_t megapixel = 1'000'000;
    const std::int64_t pixels = static_cast<std::int64_t>(std::max(0, recipe.width)) * std::max(0, recipe.height);
    return *model.price_per_megapixel * std::max<std::int64_t>(1, (pixels + megapixel - 1) / megapixel);
  }
  return model.price;
}

std::optional<Money> price_of_units(const ModelInfo& model, double units) {
  constexpr double most_units = 1e6;
  if (!model.price_per_unit || !(units >= 0 && units <= most_units)) return std::nullopt;
  return Money{std::llround(static_cast<double>(model.price_per_unit->micros) * units)};
}

double offered_secs(const ModelInfo& model, double secs) {
  const auto found = std::find_if(model.seconds.begin(), model.seconds.end(), [&](double s) { return std::abs(s - secs) < 1e-6; });
  return found == model.seconds.end() ? secs : *found;
}

std::optional<std::string> objection_to(const ModelInfo& model, const Recipe& recipe) {
  if (trimmed(recipe.prompt).empty() && !model.needs_image) return "The prompt is empty: write what the picture should show.";
  if (!is_valid_utf8(recipe.prompt)) return "The prompt is not valid UTF-8 text: type or paste it again.";
  if (recipe.prompt.find('\0') != std::string::npos || recipe.negative_prompt.find('\0') != std::string::npos) {
    return "The prompt has a zero character in it, which no service takes: type or paste it again.";
  }
  if (recipe.prompt.size() > static_cast<std::size_t>(model.max_prompt_bytes)) {
    return "The prompt is longer than " + model.label + " takes (" + std::to_string(model.max_prompt_bytes) + " bytes): shorten it.";
  }
  if (!recipe.negative_prompt.empty() && !model.has_negative_prompt) return model.label + " takes no negative prompt: leave it out.";
  if (recipe.seed < 0 || recipe.seed > max_seed) return "The seed must be a number from 0 to " + std::to_string(max_seed) + ".";
  const auto side_ok = [&](int side) { return side >= model.min_side && side <= model.max_side && side % model.side_multiple == 0; };
  if (!side_ok(recipe.width) || !side_ok(recipe.height)) {
    std::string sentence = model.label + " makes sides of " + std::to_string(model.min_side) + " to " + std::to_string(model.max_side) + " px";
    if (model.side_multiple > 1) sentence += " in steps of " + std::to_string(model.side_multiple);
    return sentence + ", not " + std::to_string(recipe.width) + " × " + std::to_string(recipe.height) + ".";
  }
  if (model.max_pixels > 0 && static_cast<long>(recipe.width) * recipe.height > model.max_pixels) {
    return model.label + " makes at most " + std::to_string(model.max_pixels / 1'000'000) + " megapixels: choose a smaller size.";
  }
  if (model.kind == MediaKind::Video) {
    // To the last bit: another number would be another work, and the same clip would be made and paid twice.
    if (std::find(model.seconds.begin(), model.seconds.end(), recipe.seconds) == model.seconds.end()) {
      std::string lengths;
      std::vector<double> offered = model.seconds;  // the first is what is made unless another is chosen
      std::sort(offered.begin(), offered.end());
      for (const double s : offered) {
        char text[16];
        std::snprintf(text, sizeof text, "%g", s);
        lengths += (lengths.empty() ? "" : ", ") + std::string(text);
      }
      return model.label + " makes clips of " + lengths + " seconds: choose one of these.";
    }
  }
  if (model.needs_image && recipe.inputs.empty()) return model.label + " needs a picture to start from.";
  return std::nullopt;
}

}  // namespace studio
