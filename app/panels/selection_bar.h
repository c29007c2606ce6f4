// The bar that floats over the gallery when something is selected or picked: what can be done with all of it at once.
#pragma once

#include "panels/gallery_panel.h"

namespace studio {

void draw_selection_bar(GalleryState& state, const PanelContext& context, Rect box);

}  // namespace studio
