// The sheet of all keys.
#pragma once

#include "commands/command_table.h"
#include "widgets/controls.h"

namespace studio {

// Also while no project is open. Opens by wish, and closes by the same.
void draw_keys_sheet(const Ui& ui, CommandContext& commands);
bool is_keys_sheet_open();

}  // namespace studio
