#include "store/version_links.h"

#include <algorithm>

namespace studio {

Result<bool> link_version(Ledger& ledger, Asset& asset, AssetId earlier) {
  const auto known = earlier_versions(asset.recipe, asset.parents);
  if (std::find(known.begin(), known.end(), earlier) != known.end()) return false;
  STUDIO_TRY(const auto other, ledger.asset(earlier));
  const std::string id = to_string(asset.id), before = to_string(earlier);
  if (!other) return fail(ErrorKind::BadRequest, "There is no asset " + before + " in this project.");
  if (other->sha256 == asset.sha256) return fail(ErrorKind::BadRequest, id + " has the very bytes of " + before + ": save what you edited, then import it.");
  if (other->kind != asset.kind) {
    const std::string kind(to_string(other->kind));
    return fail(ErrorKind::BadRequest, id + " is no " + kind + ", and " + before + " is one: choose its edited version.");
  }
  if (asset.id < earlier) {
    return fail(ErrorKind::BadRequest, id + " was here before " + before + ", and an edited version comes later. To go back to " + id + ", reject the newer one.");
  }
  std::vector<AssetId> parents = asset.parents;
  parents.push_back(earlier);
  STUDIO_CHECK(ledger.set_parents(asset.id, parents));
  asset.parents = std::move(parents);
  return true;
}

Result<bool> unlink_version(Ledger& ledger, Asset& asset, AssetId earlier) {
  const auto inputs = static_cast<std::ptrdiff_t>(inputs_among(asset.recipe, asset.parents.size()));
  std::vector<AssetId> kept(asset.parents.begin(), asset.parents.begin() + inputs);
  bool is_changed = false;
  for (auto parent = asset.parents.begin() + inputs; parent != asset.parents.end(); ++parent) {
    if (earlier.valid() && *parent != earlier) kept.push_back(*parent);
    else is_changed = true;
  }
  if (!is_changed) return false;
  STUDIO_CHECK(ledger.set_parents(asset.id, kept));
  asset.parents = std::move(kept);
  return true;
}

}  // namespace studio
