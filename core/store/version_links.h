// An asset becomes an edited version of an earlier one, or is none any more: the last of its parents say so (model/asset.h).
// Inside Store::write only. Errors: BadRequest with a sentence, and the store's own; then nothing has changed.
#pragma once

#include "store/ledger.h"

namespace studio {

// False: it was one already. Changes `asset` as the ledger has it afterwards.
Result<bool> link_version(Ledger& ledger, Asset& asset, AssetId earlier);
// Of all of its earlier versions where none is named. False: it was none.
Result<bool> unlink_version(Ledger& ledger, Asset& asset, AssetId earlier);

}  // namespace studio
