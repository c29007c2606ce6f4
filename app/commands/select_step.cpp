// Two snapshots, and the way between them.
#include "commands/select_step.h"

#include "commands/command_table.h"

namespace studio {
namespace {

void restore(CommandContext& c, const SelectionBefore& wanted) {
  c.state.selection.set_all(wanted.rows);
  c.state.selection.set_focus(wanted.focus);
  c.state.selection.set_anchor(wanted.anchor);
}

}  // namespace

SelectionBefore selection_now(const AppState& state) {
  return {state.selection.rows(), state.selection.focus(), state.selection.anchor()};
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
  state.undo.push({label, [before = std::move(before)](CommandContext& c) { restore(c, before); },
                   [after = std::move(after)](CommandContext& c) { restore(c, after); }});
}

}  // namespace studio
