// What the prompt panel says about its draft: price, objections, the wordings of a run. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/command.h"
#include "engine/library.h"
#include "model/price_rules.h"
#include "providers/provider_set.h"

namespace studio {

// View state of one panel: what would be generated.
struct PromptDraft {
  std::string prompt;  // any UTF-8, unchanged
  std::string model = "sandbox-flux";
  int count = 5;
  Strategy strategy = Strategy::Mixed;
  Size size{1344, 768};
  double seconds = 0;  // of a video, whose job is being edited
  std::int64_t seed = 1;
  std::string avoid;                 // negative prompt, where the model has one
  std::map<int, std::string> edits;  // whole prompts of single variations, by their number from 1
  bool operator==(const PromptDraft&) const = default;
};

struct PromptRows {
  const ModelInfo* model = nullptr;
  std::string model_facts;  // "Sandbox · $0.04 play an image", "fal.ai · needs a key"
  std::optional<Money> total;
  std::string total_text;             // "$0.40 play"
  std::string act;                    // "Generate 10 images"
  std::string objection;              // why it cannot be sent; empty: it can
  std::string how_varied;             // of all of them: "first as written, others slightly changed"
  std::vector<std::string> wordings;  // "as written", "+ low angle", "edited: …"
  std::vector<std::string> prompts;   // the same, whole, as they will be sent
  std::string size_text;              // "1344 × 768"
  std::string size_facts;             // "1.03 Mpx"
  std::string ratio;                  // "16:9", empty when custom
};
// `missing`: what the model's service lacks before it can be used, as a sentence; empty: nothing.
// `rules`: what the project knows of prices beside the data files.
PromptRows prompt_rows(const PromptDraft& draft, const ProviderSet& providers, const VariationLists& lists, const std::string& missing = {},
                       const PriceRules& rules = {});

// The prompts of earlier requests for pictures, each once, newest first; those that hold all words of `search`.
std::vector<std::string> earlier_prompts(const std::vector<Generation>& generations, std::string_view search, std::size_t most);

// Keep going: the next batch is due when the last one has arrived and somebody has begun to judge it.
bool next_batch_is_due(const Library& library, GenerationId last);
// It has ended and nothing of it arrived: there will never be anything to judge.
bool batch_is_lost(const Library& library, GenerationId batch);

// The image models on offer.
std::vector<const ModelInfo*> models_of(const ProviderSet& providers, MediaKind kind);
// "1344 × 768", "1344x768", "1344 768", "16:9"; nothing for anything else.
std::optional<Size> size_from_text(std::string_view text);
std::string price_text(const ModelInfo& model);  // "$0.04 play an image"
// Its service, and what it makes and takes: "fal.ai · up to 1280 px · 5 or 10 s · from a picture · no seed · avoid".
std::string model_can(const ModelInfo& model, const ProviderSet& providers);
std::string_view label_of(Strategy strategy);

// The sum of n clips of this length; nothing when the price is not known.
std::optional<Money> videos_price(const ModelInfo& model, double seconds, std::size_t count, const PriceRules& rules = {});

inline constexpr std::string_view shape_names[] = {"9:16", "3:4", "1:1", "4:3", "16:9"};

}  // namespace studio
