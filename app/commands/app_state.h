// What panels and commands share of one window: the selection, what was wished for, and the last act. View state.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "commands/selection.h"
#include "engine/studio.h"

namespace studio {

using CommandDone = std::function<void(const CommandReply&)>;
// Carries out a command on the open project; `done` comes in a later frame.
using SendCommand = std::function<void(Command, CommandDone)>;

// Wishes that the panel or the shell concerned takes up in the next frame and clears.
struct Wishes {
  bool new_project = false;
  bool open_project = false;
  bool start_page = false;  // leave the project
  bool quit = false;
  bool generate = false;      // what the prompt panel holds
  bool videos = false;        // of the selection
  bool write_prompt = false;  // put the caret there
  bool show_newest = false;   // scroll the gallery up
  bool show_focus = false;    // scroll the gallery to the focused tile
  int larger_tiles = 0;       // steps; below 0: smaller
  bool reset_layout = false;
  Row decide = no_row;  // ask what to do about an unknown outcome
};

// The last thing that happened, for the status bar.
struct Note {
  enum class Kind : std::uint8_t { None, Done, Pick, Reject, Problem };
  Kind kind = Kind::None;
  std::string text;
};

struct AppState {
  Selection selection;
  Wishes wishes;
  Note note;
  bool pictures_have_focus = false;  // the gallery has the keyboard and no text is being edited
  std::vector<Row> shown;            // all rows of the gallery in the order they are shown, set by it
  int columns = 1;                   // of the gallery, for keys up and down
};

}  // namespace studio
