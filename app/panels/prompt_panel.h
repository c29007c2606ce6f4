// The prompt panel: what shall be made, with which model, how often and how varied, and what it costs.
#pragma once

#include "base/random.h"
#include "panels/panel_context.h"
#include "panels/prompt_rows.h"

namespace studio {

struct PromptState {
  PromptDraft draft;
  bool seed_kept = false;  // the same seed for the next run too
  std::string size_field, seed_field;
  bool size_is_edited = false, seed_is_edited = false;
  std::string problem;  // of the last attempt to send
  // Cached by the draft they were made from.
  PromptDraft rows_of;
  PromptRows rows;
  bool rows_known = false;
  Random random{1};            // for fresh seeds; the shell gives it a start that differs each time
  std::string missing_script;  // named with the package that brings its font; empty: nothing is missing
};

// Draws the content of the panel's window.
void draw_prompt_panel(PromptState& state, const PanelContext& context);

}  // namespace studio
