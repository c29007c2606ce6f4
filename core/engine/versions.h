// Versions of assets: which one is the newest, what is stale because of it, and how that is made again.
//
// An edited version that somebody brings, and what was made again, come in the place of an earlier asset (model/asset.h). The
// earlier one stays as it is and stays usable; so does what was made from it. Both are stale, and only a person's word makes
// something anew. Everything here is worked out of the read model, so that a version in the trash, or a rejected one, counts for
// nothing as long as it is. Pure functions; the thread of the library. They cost the number of versions of one asset.
#pragma once

#include <optional>
#include <vector>

#include "engine/library.h"
#include "model/price_rules.h"
#include "providers/provider_set.h"

namespace studio {

// The newest of all versions of an asset, whichever of them was edited, that can be used; no_row: it is that itself. What has
// the very same bytes is no other.
Row newest_version(const Library& library, AssetId asset);

// The job under way that makes something in the place of an asset; no_row: none. While there is one, it is being made again.
Row being_remade(const Library& library, AssetId asset);

enum class StaleBecause : std::uint8_t {
  Current,  // it is not
  Version,  // it has a newer version itself
  Picture,  // the picture that it was made from has one
};
struct Staleness {
  StaleBecause because = StaleBecause::Current;
  Row newer = no_row;  // the version in question
};
// Of an asset whose file is there. Asked for each tile in view, each frame.
Staleness staleness(const Library& library, Row row);

// Whether a person's word makes it again: its picture has a newer version, or its own file is lost.
enum class NoRemake : std::uint8_t {
  CanBe,
  NotThere,      // not made yet, or deleted
  UnderWay,
  Current,
  HasNewer,      // it is an earlier version itself
  PictureHasIt,  // the picture has, or awaits, the very same video
  Quarantined,
  Imported,      // and lost: no model made it
  InTrash,
};
NoRemake why_not_remade(const Library& library, Row row);
std::string sentence_of(NoRemake why, const std::string& id);  // empty: it can be
inline bool can_remake(const Library& library, Row row) { return why_not_remade(library, row) == NoRemake::CanBe; }

struct Remaking {
  Recipe recipe;  // the same: by its own picture where its file is lost, else from the newest version of that
  std::vector<AssetId> parents;
};
// BadRequest with a sentence where it cannot be made: what it is made from is not there, or its model is not there any more.
Result<Remaking> remaking_of(const Library& library, Row row, const ProviderSet& providers);
// What that costs; nothing: not known.
std::optional<std::pair<Money, Currency>> price_of(const Remaking& remaking, const ProviderSet& providers, const PriceRules& rules);

}  // namespace studio
