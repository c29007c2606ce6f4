// Asks what to do about a job whose outcome is not known: only a person may send it again.
#pragma once

#include "panels/gallery_panel.h"

namespace studio {

// Opens when context.state.wishes.decide names a row.
void draw_decide_dialog(GalleryState& state, const PanelContext& context);

}  // namespace studio
