// The palette: every command by its name, with its key; recent projects; and assets by what was written for them.
#pragma once

#include <vector>

#include "panels/palette_rows.h"
#include "panels/start_page.h"
#include "widgets/controls.h"

namespace studio {

struct PaletteState {
  std::string typed;
  int chosen = 0;
  std::vector<std::string> recent;      // names of the commands that were run from here, newest first
  std::vector<RecentProject> projects;  // set by the shell, newest first
  AssetSearch search;
  bool show_chosen = false;
};

// Also while no project is open. Opens by wish.
void draw_palette(PaletteState& state, const Ui& ui, CommandContext& commands);

}  // namespace studio
