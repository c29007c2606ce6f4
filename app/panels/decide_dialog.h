// Asks what to do about a job whose outcome is not known: only a person may send it again.
#pragma once

#include "panels/panel_context.h"

namespace studio {

// Opens when context.state.wishes.decide names a row.
void draw_decide_dialog(const PanelContext& context);

}  // namespace studio
