// The frame that is dragged around tiles. Inside of the gallery panel.
#pragma once

#include "panels/gallery_panel.h"

namespace studio {

// Which rows are selected while the frame touches these: alone, or with what was selected before.
std::vector<Row> marquee_selection(const std::vector<Row>& before, const std::vector<Row>& touched, bool adds);

// px a second for a pointer at `y` over a view: below 0 upwards, 0 well inside, faster the further it is outside.
// `edge`: px inside of the view that count as outside.
float edge_scroll_speed(float y, float top, float bottom, float edge);

// After the tiles, in their window. `content`: where the layout begins on screen; `ground_pressed`: nothing lay under
// the pointer where the button went down.
void update_marquee(GalleryState& state, const PanelContext& context, ImVec2 content, Rect view, bool ground_pressed);
void draw_marquee(const GalleryState& state, const PanelContext& context, ImDrawList* list, ImVec2 content, Rect view);

}  // namespace studio
