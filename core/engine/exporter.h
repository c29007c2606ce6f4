// Export: copies of chosen assets under readable names into a folder, with a manifest that can make them again.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/naming.h"
#include "store/ledger.h"
#include "store/vault.h"

namespace studio {

struct ExportRequest {
  std::vector<AssetId> assets;  // empty and not picked: every asset that is here and not rejected
  bool picked = false;          // the picked ones and every video made from them
  std::filesystem::path to;     // made when it does not exist
  std::string name_template{default_name_template};
  bool with_manifest = true;
  bool with_sidecars = false;  // beside each file its entry of the manifest, NAME.EXT.json
  bool with_pictures = false;  // of each video also the picture it was made from
};

struct ExportReport {
  struct File {
    Asset asset;
    std::filesystem::path path;
  };
  std::vector<File> files;
  struct Failure {
    AssetId asset;
    Error error;
  };
  std::vector<Failure> failures;
  std::filesystem::path manifest;  // empty: none was wished for
};

// Blocking file work on a ledger and vault that are only read; not on the UI thread. Each file is hashed as it is copied: one
// that is damaged is a failure of its own, and the rest goes on. Never overwrites: a taken name gets "-2", "-3", …. Errors: BadRequest (template, a folder of the project itself, unknown asset, nothing chosen), Disk, Cancelled (what was copied stays).
Result<ExportReport> export_assets(Ledger& ledger, const Vault& vault, const ExportRequest& request,
                                   const std::function<void(int done, int total)>& progress = {},
                                   const std::function<bool()>& cancelled = {});

// The recipe of one asset in a manifest: "FILE#ID".
Result<Recipe> recipe_from_manifest(std::string_view file_and_id);

}  // namespace studio
