// What of the library is shown and how: filter and words at the left, grouping, order and size at the right. Inside of
// the gallery panel.
#pragma once

#include "panels/gallery_panel.h"

namespace studio {

// One line, or two where the panel is narrow.
float toolbar_height(const Ui& ui, float width);
void draw_toolbar(GalleryState& state, const PanelContext& context, Rect bar);

}  // namespace studio
