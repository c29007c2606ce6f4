// What panels and commands share of one window: the selection, what was wished for, and the last act. View state.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/gallery_query.h"
#include "commands/keymap.h"
#include "commands/selection.h"
#include "commands/undo.h"
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
  bool videos = false;        // of what the gallery's bar is about
  Row videos_of = no_row;     // that bar shall be about this picture alone
  bool write_prompt = false;  // put the caret there
  bool show_newest = false;   // scroll the gallery up
  bool show_focus = false;    // scroll the gallery to the focused tile
  int larger_tiles = 0;       // steps; below 0: smaller
  bool find = false;          // put the caret into the gallery's filter
  bool fold_all = false, unfold_all = false;
  bool reset_layout = false;
  bool layout_tune = false, layout_review = false;
  bool menu = false;  // under the mark: opens or closes
  bool palette = false, keys_sheet = false, settings = false, ledger = false, export_dialog = false, empty_trash = false;
  bool import_files = false;
  AssetId import_version_of;  // ask for its edited version
  bool delete_demo = false;
  bool keep_going = false;          // the next batch of the prompt while the last one is judged: on or off
  Row load_recipe = no_row;         // into the prompt
  Row edit_motion = no_row;         // of the videos' bar: what this video was to show
  std::string copy_text;            // to the clipboard
  std::optional<float> zoom;        // of the loupe: 0 fits, 1 is true pixels
  const char* show_panel = nullptr;  // bring this panel to the front: "Loupe", "Queue"
  std::string open_folder;    // switch to this project
  const char* settings_section = nullptr;  // with `settings`: "Providers"
  int larger_scale = 0;       // of the whole window, in steps; below 0: smaller
  bool change_contrast = false;
  Row edit_job = no_row;         // in the prompt panel, while it waits
  std::vector<Row> again_with;   // ask by which other model; empty: nothing is asked
  int need_way = 0;              // of the queue's top card, from 1; 0: none
  Row decide = no_row;  // ask what to do about an unknown outcome
};

// The last thing that happened, for the status bar.
struct Note {
  enum class Kind : std::uint8_t { None, Done, Pick, Reject, Problem, Price };  // Price: not done yet, for it costs money
  Kind kind = Kind::None;
  std::string text;
};

// What keys ask of the clip in the loupe; it takes them up in its next frame.
struct ClipKeys {
  enum class Act : std::uint8_t { Toggle, Back, Stop, On, FrameBack, FrameOn, Loop };
  std::vector<Act> acts;
};

struct AppState;

// Of what is chosen, summed once for a state of the library: menus ask in every frame.
struct PriceOfChosen {
  std::uint64_t selection_revision = 0, rows_revision = 0;
  Row focus = no_row;
  bool in_loupe = false;
  PriceRules rules;
  bool any = false;  // something is to be paid for at all
  std::string text;

  bool is_of(const AppState& state, const StudioView& view) const;
  void note(const AppState& state, const StudioView& view, bool has_any, std::string words);
};

// A key that costs money was pressed where its price stood nowhere: it was said, and once more does it.
struct PricedKey {
  std::string_view command;
  Row row = no_row;
  std::string words;  // as long as they are the last note
};

struct AppState {
  Selection selection;
  Wishes wishes;
  std::string found_id;        // typed into the question about an unknown outcome
  Keymap keys;
  std::string layout_name;     // "Tune" or "Review", set by the shell
  bool capturing_key = false;  // the next key is an answer, not a command
  UndoStack undo;
  PriceOfChosen retry_price, remake_price;
  PricedKey priced_key;
  Row priced_row = no_row;           // the loupe shows what it would cost to make this one again
  bool is_demo = false;              // the open project is the demo
  ClipKeys clip_keys;
  bool loupe_has_focus = false;      // keys mean the one asset that is seen large
  bool goes_on = true;               // there: a mark goes on to the next
  bool sound_on = true;              // of clips in the loupe, where the machine has a device
  bool prompt_is_seen = false;       // the Prompt panel lies behind nothing: what it sends has its price on screen
  std::string_view over_panels;      // what lies over the panels, maybe over a price: "the ledger"; empty: nothing
  std::string keeps_going;           // of the prompt, for the status bar: "Keeps going, $0.20 play a batch"; empty: it does not
  bool edits_text = false;           // a text field has the keyboard: Ctrl+Z is its own
  Note note;
  bool pictures_have_focus = false;  // the gallery has the keyboard and no text is being edited
  bool drags_frame = false;          // around tiles of the gallery: Escape ends that, and no more
  GalleryQuery query;                // what the gallery shows
  ShownRows shown;                   // all rows of the gallery in the order they are shown, set by it
  int lines_on_page = 1;             // of the gallery, for the page keys
  int waiting_jobs = 0;              // counted by the app bar
};

}  // namespace studio
