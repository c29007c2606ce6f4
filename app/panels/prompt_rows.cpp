// Words and figures for a draft.
#include "panels/prompt_rows.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "base/text.h"

namespace studio {

std::string_view label_of(Strategy strategy) {
  switch (strategy) {
    case Strategy::Mixed:
      return "Mixed";
    case Strategy::Camera:
      return "Camera";
    case Strategy::Light:
      return "Light";
    case Strategy::Mood:
      return "Mood";
    case Strategy::Composition:
      return "Composition";
    case Strategy::Seed:
      return "Seed only";
    case Strategy::Off:
      return "Off";
  }
  return "";
}

std::string price_text(const ModelInfo& model) {
  const std::string_view unit = model.kind == MediaKind::Video ? "a video" : "an image";
  if (model.price) return format_money(*model.price, model.currency) + " " + std::string(unit);
  if (model.price_per_second) return format_money(*model.price_per_second, model.currency) + " a second";
  if (model.price_per_megapixel) return format_money(*model.price_per_megapixel, model.currency) + " a megapixel";
  return "price not known";
}

std::string model_can(const ModelInfo& model, const ProviderSet& providers) {
  const Provider* provider = providers.find(model.provider);
  std::string text = (provider != nullptr ? provider->info().label : model.provider) + " · up to " + std::to_string(model.max_side) + " px";
  if (model.side_multiple > 8) text += " in steps of " + std::to_string(model.side_multiple);
  std::vector<double> lengths = model.seconds;
  std::sort(lengths.begin(), lengths.end());
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    char seconds[24];
    std::snprintf(seconds, sizeof seconds, "%g", lengths[i]);
    text += (i == 0 ? " · " : i + 1 == lengths.size() ? " or " : ", ") + std::string(seconds);
  }
  if (!lengths.empty()) text += " s";
  if (model.needs_image) text += " · from a picture";
  text += model.has_seed ? " · seed" : " · no seed";
  if (model.has_negative_prompt) text += " · avoid";
  if (!model.retires.empty()) text += " · until " + model.retires;
  return text;
}

std::vector<const ModelInfo*> models_of(const ProviderSet& providers, MediaKind kind) {
  std::vector<const ModelInfo*> models;
  for (const Provider* provider : providers.all())
    for (const ModelInfo& model : provider->info().models)
      if (model.kind == kind) models.push_back(&model);
  return models;
}

std::optional<Money> videos_price(const ModelInfo& model, double seconds, std::size_t count, const PriceRules& rules) {
  Recipe recipe;
  recipe.kind = MediaKind::Video;
  recipe.model = model.id;
  recipe.seconds = seconds;
  const auto one = estimate_of(model, recipe, rules);
  if (!one) return std::nullopt;
  return *one * static_cast<std::int64_t>(count);
}

std::optional<Size> size_from_text(std::string_view text) {
  text = trimmed(text);
  if (auto named = size_from_aspect(text)) return named;
  const auto number = [&]() -> std::optional<int> {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || value <= 0) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
  };
  const auto width = number();
  if (!width) return std::nullopt;
  const std::string_view sign = "×";
  text = trimmed(text);
  if (text.starts_with(sign))
    text.remove_prefix(sign.size());
  else if (!text.empty() && (text.front() == 'x' || text.front() == '*' || text.front() == ','))
    text.remove_prefix(1);
  text = trimmed(text);
  const auto height = number();
  if (!height || !trimmed(text).empty()) return std::nullopt;
  return Size{*width, *height};
}

std::vector<std::string> earlier_prompts(const std::vector<Generation>& generations, std::string_view search, std::size_t most) {
  std::vector<std::string> words;
  for (std::string_view rest = trimmed(search); !rest.empty(); rest = trimmed(rest)) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    words.push_back(to_lower_ascii(rest.substr(0, end)));
    rest.remove_prefix(end);
  }
  std::vector<std::string> found;
  std::set<std::string_view> seen;
  for (auto generation = generations.rbegin(); generation != generations.rend() && found.size() < most; ++generation) {
    if (generation->kind != MediaKind::Image || trimmed(generation->prompt).empty()) continue;
    if (!seen.insert(generation->prompt).second) continue;
    const std::string text = to_lower_ascii(generation->prompt);
    const bool fits = std::all_of(words.begin(), words.end(), [&](const std::string& word) { return text.find(word) != std::string::npos; });
    if (fits) found.push_back(generation->prompt);
  }
  return found;
}

bool next_batch_is_due(const Library& library, GenerationId last) {
  const auto rows = library.of_generation.find(last);
  if (rows == library.of_generation.end() || rows->second.empty()) return false;
  bool any_judged = false;
  for (const Row row : rows->second) {
    const Item& item = library.items[row];
    if (!item.asset.valid() && !is_terminal(item.state)) return false;
    any_judged = any_judged || (item.asset.valid() && (item.mark != Mark::None || item.stars > 0 || item.in_trash));
  }
  return any_judged;
}

bool batch_is_lost(const Library& library, GenerationId batch) {
  const auto rows = library.of_generation.find(batch);
  if (rows == library.of_generation.end() || rows->second.empty()) return false;
  return std::all_of(rows->second.begin(), rows->second.end(), [&](Row row) {
    const Item& item = library.items[row];
    return !item.asset.valid() && is_terminal(item.state);
  });
}

namespace {

std::string how_varied(const PromptDraft& draft, const ModelInfo* model) {
  const bool any_edited = std::any_of(draft.edits.begin(), draft.edits.end(), [&](const auto& edit) { return edit.first <= draft.count; });
  if (any_edited) return draft.count == 1 ? "as you edited it" : "some as you edited them";
  if (draft.count == 1) return "as written";
  if (draft.strategy == Strategy::Off) return model == nullptr || model->has_seed ? "all as written, with the same seed" : "all as written";
  if (draft.strategy == Strategy::Seed) return model == nullptr || model->has_seed ? "all as written, each with its own seed" : "all as written";
  return draft.count == 2 ? "first as written, the other slightly changed" : "first as written, others slightly changed";
}

}  // namespace

PromptRows prompt_rows(const PromptDraft& draft, const ProviderSet& providers, const VariationLists& lists, const std::string& missing,
                       const PriceRules& rules) {
  PromptRows rows;
  rows.act = "Generate " + std::to_string(draft.count) + (draft.count == 1 ? " image" : " images");
  rows.size_text = std::to_string(draft.size.width) + " × " + std::to_string(draft.size.height);
  char facts[32];
  std::snprintf(facts, sizeof facts, "%.2f Mpx", static_cast<double>(draft.size.width) * draft.size.height / 1e6);
  rows.size_facts = facts;
  for (const std::string_view name : shape_names)
    if (size_from_aspect(name) == draft.size) rows.ratio = name;

  const auto variations = make_variations(draft.prompt, draft.count, draft.strategy, draft.seed, lists);
  for (const Variation& variation : variations) {
    const auto edit = draft.edits.find(variation.number);
    rows.prompts.push_back(edit == draft.edits.end() ? variation.prompt : edit->second);
    if (edit != draft.edits.end())
      rows.wordings.push_back("edited: " + edit->second);
    else if (variation.number == 1)
      rows.wordings.emplace_back("as written");
    else if (!variation.addition.empty())
      rows.wordings.push_back("+ " + variation.addition);
    else if (variation.seed != draft.seed)
      rows.wordings.push_back("seed " + std::to_string(variation.seed));
    else
      rows.wordings.emplace_back("the same again");
  }

  rows.model = providers.find_model(draft.model);
  rows.how_varied = how_varied(draft, rows.model);
  if (rows.model == nullptr) {
    rows.objection = providers.unknown_model(draft.model).message;
    return rows;
  }
  const Provider* provider = providers.find(rows.model->provider);
  rows.model_facts = (provider != nullptr ? provider->info().label + " · " : "") + (missing.empty() ? price_text(*rows.model) : "needs a key");

  // Prices go by size; objections by the longest wording.
  Recipe recipe;
  recipe.negative_prompt = rows.model->has_negative_prompt ? draft.avoid : "";
  recipe.kind = rows.model->kind;
  recipe.provider = rows.model->provider;
  recipe.model = draft.model;
  recipe.prompt = draft.prompt;
  for (const std::string& prompt : rows.prompts)
    if (prompt.size() > recipe.prompt.size()) recipe.prompt = prompt;
  recipe.seed = draft.seed;
  recipe.width = draft.size.width;
  recipe.height = draft.size.height;
  recipe.seconds = draft.seconds;
  if (const auto one = estimate_of(*rows.model, recipe, rules)) {
    rows.total = *one * draft.count;
    rows.total_text = format_money(*rows.total, rows.model->currency);
  }
  if (trimmed(draft.prompt).empty())
    rows.objection = "Write a prompt first.";
  else if (!missing.empty())
    rows.objection = missing;
  else if (!rows.total)
    rows.objection = "The price of this model is not known: say in Settings, Budget, what a job of it shall count as.";
  else if (const auto objection = objection_to(*rows.model, recipe))
    rows.objection = *objection;
  return rows;
}

}  // namespace studio
