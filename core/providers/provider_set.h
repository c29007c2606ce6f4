// The list of providers, and of all their models.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "providers/provider.h"

namespace studio {

class ProviderSet {
 public:
  void add(std::unique_ptr<Provider> provider);
  const Provider* find(std::string_view provider_id) const;  // null when unknown
  const ModelInfo* find_model(std::string_view model_id) const;
  std::vector<const Provider*> all() const;
  // "Unknown model "x": choose one of sandbox-flux, …"
  Error unknown_model(std::string_view model_id) const;

 private:
  std::vector<std::unique_ptr<Provider>> providers_;
};

std::vector<std::string> provider_ids();  // of this build

// All providers of this build, with the data files of `assets_folder`/providers. `elsewhere`: services, by provider, that
// are reached at another base address than their data file says (a simulator).
Result<ProviderSet> load_providers(const std::filesystem::path& assets_folder, const std::map<std::string, std::string>& elsewhere = {});

}  // namespace studio
