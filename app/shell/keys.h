// The command table's keys in Dear ImGui's words.
#pragma once

#include <imgui_internal.h>

#include <optional>
#include <string>
#include <vector>

#include "commands/command_table.h"

namespace studio {

// A key and the Ctrl beside it that were pressed and let go between two frames would be seen as the key alone: Dear ImGui
// takes both in one frame. So what comes behind a change of the modifiers waits for the next frame when a key went down
// before it. Called before ImGui::NewFrame and, to put it back into the queue, after it.
using HeldInput = std::vector<ImGuiInputEvent>;
void hold_back_releases(HeldInput& held);
void give_back(HeldInput& held);

// The signs among the keys (+ - , . / [ ] and ?) lie elsewhere on each keyboard, and Dear ImGui's names for them are those of
// an American one. So they go by the character that was typed (with Ctrl by what the key bears, put in by the frame loop); only
// where a key brings none, by its name. A press acts once:
// what its key types later (an input method takes its time) or again (it is held) is no further press.
class TypedSigns {
 public:
  // Once a frame, after ImGui::NewFrame.
  void begin_frame();
  // A command was run for what is pressed now.
  void acted() { is_served_ = is_held_; }

  bool has(char sign) const { return typed_.find(sign) != std::string::npos; }
  bool has_any() const { return !typed_.empty(); }  // also of what is no sign
  char first() const;                               // of the signs; 0: there is none

 private:
  std::string typed_;  // in this frame; what is no sign as a blank
  bool is_held_ = false;    // some key is down
  bool is_served_ = false;  // and what it means was done
};

// Alt that is let go after nothing else was pressed with it: it asks for the menu. Only the left one: the other may be AltGr,
// which types.
class LoneAlt {
 public:
  // Once a frame, after ImGui::NewFrame.
  void begin_frame();
  bool was_tapped() const { return was_tapped_; }  // in this frame

 private:
  bool is_lone_ = false;  // held, and nothing else since
  bool was_tapped_ = false;
};

// Pressed in this frame, with exactly these modifiers. Held keys repeat only where that makes sense (arrows).
bool key_chord_pressed(KeyChord chord, const TypedSigns& typed);
// The key that went down in this frame with the modifiers that are held; nothing when none that can be a command's did.
std::optional<KeyChord> pressed_chord(const TypedSigns& typed);
int imgui_key_of(char key);  // an ImGuiKey

}  // namespace studio
