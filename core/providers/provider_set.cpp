#include "providers/provider_set.h"

#include <array>
#include <set>

#include "base/file.h"
#include "base/text.h"
#include "providers/fal_provider.h"
#include "providers/sandbox_provider.h"

namespace studio {
namespace {

struct Entry {
  const char* id;  // also the name of its data file
  std::unique_ptr<Provider> (*make)(ProviderInfo info);
};

// The list: a new provider is one line here, one pair of files, one data file and its recordings.
constexpr std::array entries = {
    Entry{"sandbox", &make_sandbox_provider},
    Entry{"fal", &make_fal_provider},
};

constexpr std::size_t max_named_word = 60;

}  // namespace

void ProviderSet::add(std::unique_ptr<Provider> provider) { providers_.push_back(std::move(provider)); }

const Provider* ProviderSet::find(std::string_view provider_id) const {
  for (const auto& provider : providers_) {
    if (provider->info().id == provider_id) return provider.get();
  }
  return nullptr;
}

const ModelInfo* ProviderSet::find_model(std::string_view model_id) const {
  for (const auto& provider : providers_) {
    for (const ModelInfo& model : provider->info().models) {
      if (model.id == model_id) return &model;
    }
  }
  return nullptr;
}

std::vector<const Provider*> ProviderSet::all() const {
  std::vector<const Provider*> list;
  for (const auto& provider : providers_) list.push_back(provider.get());
  return list;
}

Error ProviderSet::unknown_model(std::string_view model_id) const {
  std::string names;
  for (const auto& provider : providers_) {
    for (const ModelInfo& model : provider->info().models) names += (names.empty() ? "" : ", ") + model.id;
  }
  const std::string word = shortened(model_id, max_named_word);
  if (names.empty()) return {ErrorKind::NotFound, "Unknown model \"" + word + "\": no provider is installed.", {}, 0};
  return {ErrorKind::NotFound, "Unknown model \"" + word + "\": choose one of " + names + ".", {}, 0};
}

std::vector<std::string> provider_ids() {
  std::vector<std::string> ids;
  for (const Entry& entry : entries) ids.emplace_back(entry.id);
  return ids;
}

Result<ProviderSet> load_providers(const std::filesystem::path& assets_folder, const std::map<std::string, std::string>& elsewhere) {
  ProviderSet set;
  std::set<std::string> models;
  for (const Entry& entry : entries) {
    const std::filesystem::path path = assets_folder / "providers" / (std::string(entry.id) + ".json");
    const auto text = read_file(path);
    if (!text) return fail_in(std::string("read the data file of the provider \"") + entry.id + "\"", text.error());
    auto info = provider_info_from_json(*text);
    if (!info) return fail_in(std::string("provider \"") + entry.id + "\"", info.error());
    if (info->id != entry.id) {
      return fail(ErrorKind::Damaged, "A provider's data file is of another provider: re-install the program.", path.string());
    }
    for (const ModelInfo& model : info->models) {
      if (models.insert(model.id).second) continue;
      return fail(ErrorKind::Damaged, "Two models have the same name \"" + model.id + "\": re-install the program.", path.string());
    }
    if (const auto base = elsewhere.find(info->id); base != elsewhere.end()) reach_at(*info, base->second);
    set.add(entry.make(std::move(*info)));
  }
  return set;
}

}  // namespace studio
