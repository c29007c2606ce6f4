// A change of the selection that can be taken back.
#pragma once

#include <string>
#include <vector>

#include "commands/app_state.h"

namespace studio {

struct SelectionBefore {
  std::vector<Row> rows;
  Row focus = no_row, anchor = no_row;
};
SelectionBefore selection_now(const AppState& state);
void restore_selection(AppState& state, const SelectionBefore& wanted);
// To be called after the change. A step only where several were or are selected: walking about is none.
void push_selection_step(AppState& state, SelectionBefore before);
// One was put to the others or taken from them, which is never walking about: always a step.
void push_toggle_step(AppState& state, SelectionBefore before);
// This one alone, which the gallery then shows; a step as above.
void select_only(AppState& state, Row row);

}  // namespace studio
