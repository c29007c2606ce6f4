// A waiting job in the prompt panel: its recipe is changed and saved in place, and the draft that was there comes back.
#pragma once

#include "panels/prompt_panel.h"

namespace studio {

// Takes up the wish, and looks whether the job still waits. Each frame, before the panels.
void tend_edit(PromptState& state, const PanelContext& context);
// The recipe as the form has it.
Recipe edited_recipe(const PromptState& state, const ModelInfo& model);
void save_edit(PromptState& state, const PanelContext& context, const PromptRows& rows);
void end_edit(PromptState& state);

// What is being edited, above the form; gives the height used.
float draw_edit_head(const PromptState& state, const PanelContext& context, float width);
// How long a clip shall be, of what the model offers.
void draw_edit_length(PromptState& state, const PanelContext& context, const ModelInfo& model);
void draw_edit_foot(PromptState& state, const PanelContext& context, const PromptRows& rows, float width);

}  // namespace studio
