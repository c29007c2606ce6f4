// The two questions before something is deleted for good: the trash, and the demo. They dim the window.
#pragma once

#include "panels/panel_context.h"

namespace studio {

struct TrashState {
  enum class About : std::uint8_t { Trash, Demo } about = About::Trash;
  bool is_open = false, opens = false;
  bool is_deleting = false;
  int to_delete = 0;  // how many there were when it began: those that are left are in `counts`
  TrashCounts counts;
  std::uint64_t counted_revision = 0;  // of the library's rows
  std::string problem;
  // What stayed, with the reason; the dialog is then about that.
  std::vector<CommandReply::Failure> failures;
  std::string headline;         // "Deleted 35 assets, 212 MB free now"
  bool demo_confirmed = false;  // the shell deletes the demo's folder, and takes this back
};

// Opens by the wishes `empty_trash` and `delete_demo`.
void draw_trash_dialog(TrashState& state, const PanelContext& context);

}  // namespace studio
