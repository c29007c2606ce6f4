// What a provider's models can do and what they cost, read from data files in assets/providers/.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/money.h"
#include "model/recipe.h"

namespace studio {

struct ModelInfo {
  std::string id;           // "sandbox-flux"
  std::string provider;     // "sandbox"
  std::string label;        // "Sandbox Flux"
  MediaKind kind = MediaKind::Image;
  std::string note;         // one line for people: its look, what it is for
  std::optional<Money> price;             // an image, or a whole clip; nothing: unknown, refused unless allowed
  std::optional<Money> price_per_second;  // for clips priced by length
  Currency currency = Currency::Usd;
  std::string price_source;   // where the price comes from
  std::string price_version;  // date of it
  double expected_secs = 5;   // when the first poll is due
  int min_side = 64, max_side = 4096;  // px
  long max_pixels = 0;                 // 0: no further limit
  int side_multiple = 1;               // sides are a multiple of this
  std::vector<double> seconds;         // lengths of clip it offers; first is the default
  bool needs_image = false;            // makes a clip from a picture
  bool has_negative_prompt = false;
  bool has_seed = true;
  int max_prompt_bytes = 4000;
  std::string retires;                 // "2027-03-01", empty: no date known
};

struct ProviderInfo {
  std::string id;     // "sandbox"
  std::string label;  // "Sandbox"
  std::string note;
  bool is_sandbox = false;
  int image_lane = 4;  // jobs of one medium in flight at the same time
  int video_lane = 4;
  std::vector<ModelInfo> models;
};

Result<ProviderInfo> provider_info_from_json(std::string_view text);

// The worst-case price of a recipe with this model; nothing when the price is not known.
std::optional<Money> price_of(const ModelInfo& model, const Recipe& recipe);

// Says in one sentence what the model cannot do about this recipe, or nothing.
std::optional<std::string> objection_to(const ModelInfo& model, const Recipe& recipe);

}  // namespace studio
