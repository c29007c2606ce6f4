// The lists that the prompt panel opens: earlier prompts, and the wordings of a run.
#pragma once

#include "panels/prompt_panel.h"

namespace studio {

// Earlier prompts, newest first, with a search; below `anchor`, opened by `show_history`.
void draw_earlier_prompts(PromptState& state, const PanelContext& context, Rect anchor);

// The popup "wordings": every one whole, each of them editable; beside `anchor`, on whichever side there is room.
void draw_wordings(PromptState& state, const PanelContext& context, const PromptRows& rows, Rect anchor);
// One row that opens it, where there is no room for the list in the form.
void draw_wordings_row(PromptState& state, const PanelContext& context, const PromptRows& rows, float width);

}  // namespace studio
