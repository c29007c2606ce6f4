// The command table's keys in Dear ImGui's words.
#pragma once

#include "commands/command_table.h"

namespace studio {

// Pressed in this frame, with exactly these modifiers. Held keys repeat only where that makes sense (arrows).
bool key_chord_pressed(KeyChord chord);
int imgui_key_of(char key);  // an ImGuiKey

}  // namespace studio
