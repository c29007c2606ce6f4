// The command table's keys in Dear ImGui's words.
#pragma once

#include <imgui_internal.h>

#include <optional>
#include <vector>

#include "commands/command_table.h"

namespace studio {

// A key and the Ctrl beside it that were pressed and let go between two frames would be seen as the key alone: Dear ImGui
// takes both in one frame. So what comes behind a change of the modifiers waits for the next frame when a key went down
// before it. Called before ImGui::NewFrame and, to put it back into the queue, after it.
using HeldInput = std::vector<ImGuiInputEvent>;
void hold_back_releases(HeldInput& held);
void give_back(HeldInput& held);

// Pressed in this frame, with exactly these modifiers. Held keys repeat only where that makes sense (arrows).
bool key_chord_pressed(KeyChord chord);
// The key that went down in this frame with the modifiers that are held; nothing when none that can be a command's did.
std::optional<KeyChord> pressed_chord();
int imgui_key_of(char key);  // an ImGuiKey

}  // namespace studio
