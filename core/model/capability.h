// What a provider's models can do and what they cost, read from data files in assets/providers/.
#pragma once

#include <map>
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
  // For pictures priced by size: each begun million pixels counts whole, as services bill that say "rounded up".
  std::optional<Money> price_per_megapixel;
  // Of one unit as the service counts them itself, where its answers say how many it billed. Nothing: what they say
  // cannot be turned into a sum.
  std::optional<Money> price_per_unit;
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

  // How its service speaks of it, for its provider alone.
  std::string service_id;  // the service's own name of it: "fal-ai/flux/dev"; as `id` where the data file says nothing
  std::string fixed_fields;  // JSON object: what every request for it says beside the recipe; empty: nothing
};

// How often an account may ask, as its service documents it: so many a minute; 0: it names no limit.
struct ProviderRates {
  double image_submits = 0, video_submits = 0;
  double calls = 0;  // looks at what is running
};

struct ProviderInfo {
  std::string id;     // "sandbox"
  std::string label;  // "Sandbox"
  std::string note;
  bool is_sandbox = false;
  int image_lane = 4;  // jobs of one medium in flight at the same time
  int video_lane = 4;
  ProviderRates rates;
  bool http1_only = false;  // its HTTP/2 is not to be used
  bool needs_key = false;
  std::string key_scheme;                  // the word before it in the Authorization header: "Key"
  std::vector<std::string> key_variables;  // the service's own names in the environment: "FAL_KEY"
  std::string key_page;                    // where a person gets a key
  // A service's base addresses by what they are for, no slash at the end: "queue" → "https://queue.fal.run".
  std::map<std::string, std::string> endpoints;
  std::string reached_at;  // set where the user has it reached elsewhere (a simulator); empty: at its own addresses
  std::vector<ModelInfo> models;
};

Result<ProviderInfo> provider_info_from_json(std::string_view text);

// From now on the service is reached at `base` ("http://127.0.0.1:41000"), which has all its addresses under their
// purpose and path: "https://api.fal.ai/v1" for "api" becomes BASE/api/v1. Its label says so.
void reach_at(ProviderInfo& provider, const std::string& base);

// The worst-case price of a recipe with this model; nothing when the price is not known.
std::optional<Money> price_of(const ModelInfo& model, const Recipe& recipe);
// What so many units, as the service counts them, cost; nothing when the unit's price is not known or the number is none.
std::optional<Money> price_of_units(const ModelInfo& model, double units);

// The length of a clip that is meant: the offered one, where the number is that but for a rounding.
double offered_secs(const ModelInfo& model, double secs);

// Says in one sentence what the model cannot do about this recipe, or nothing.
std::optional<std::string> objection_to(const ModelInfo& model, const Recipe& recipe);

}  // namespace studio
