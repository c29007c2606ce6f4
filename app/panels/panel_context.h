// What every panel is drawn with: the tools, the project as it is now, the shared view state, and where commands go.
#pragma once

#include "commands/command_table.h"
#include "widgets/controls.h"

namespace studio {

class ClipDesk;
class FrameTextures;
class SoundPlayer;

struct PanelContext {
  const Ui& ui;
  const StudioView& view;
  AppState& state;
  const SendCommand& send;
  CommandContext& commands;  // to run what the table has: run_command("pick", c.commands)
  Studio& studio;
  ClipDesk* clips = nullptr;          // null: nothing can be decoded here
  FrameTextures* frames = nullptr;    // with `clips`
  SoundPlayer* sound = nullptr;       // null: clips are silent here
};

}  // namespace studio
