// What is an edited version of what: a choice, which can be taken back.
#pragma once

#include "commands/command_table.h"

namespace studio {

// Sends it, says what came of it, and keeps the way back.
void set_version(const CommandContext& context, AssetId asset, AssetId earlier, bool linked);
// The same for one that was linked already, as it was imported.
void push_version_step(AppState& state, AssetId asset, AssetId earlier, bool linked);

}  // namespace studio
