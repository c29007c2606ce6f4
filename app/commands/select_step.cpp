// Two snapshots, and the way between them.
#include "commands/select_step.h"

#include "commands/command_table.h"

namespace studio {

SelectionBefore selection_now(const AppState& state) {
  return {state.selection.rows(), state.selection.focus(), state.selection.anchor()};
}

void restore_selection(AppState& state, const SelectionBefore& wanted) {
  state.selection.set_all(wanted.rows);
  state.selection.set_focus(wanted.focus);
  state.selection.set_anchor(wanted.anchor);
}

void select_only(AppState& state, Row row) {
  SelectionBefore before = selection_now(state);
  state.selection.set_only(row);
  state.selection.set_focus(row);
  state.wishes.show_focus = true;
  push_selection_step(state, std::move(before));
}

void push_selection_step(AppState& state, SelectionBefore before) {
  if (state.selection.rows().size() >= 2 || before.rows.size() >= 2) push_toggle_step(state, std::move(before));
}

void push_toggle_step(AppState& state, SelectionBefore before) {
  SelectionBefore after = selection_now(state);
  if (after.rows == before.rows) return;
  const std::string label =
      after.rows.empty() ? "Selected none" : "Selected " + counted(after.rows.size(), "asset", "assets");
  state.undo.push({label, [before = std::move(before)](CommandContext& c) { restore_selection(c.state, before); },
                   [after = std::move(after)](CommandContext& c) { restore_selection(c.state, after); }});
}

}  // namespace studio
