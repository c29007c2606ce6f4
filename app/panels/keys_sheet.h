// The sheet of all keys.
#pragma once

#include "commands/command_table.h"
#include "widgets/controls.h"

namespace studio {

// Also while no project is open. Opens by wish.
void draw_keys_sheet(const Ui& ui, CommandContext& commands);

}  // namespace studio
