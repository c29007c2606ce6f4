// What every panel is drawn with: the tools, the project as it is now, the shared view state, and where commands go.
#pragma once

#include "commands/command_table.h"
#include "widgets/controls.h"

namespace studio {

struct PanelContext {
  const Ui& ui;
  const StudioView& view;
  AppState& state;
  const SendCommand& send;
};

}  // namespace studio
