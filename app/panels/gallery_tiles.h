// One tile of the grid with all that can be done on it, and the strip of videos under it. Inside of the gallery panel.
#pragma once

#include "panels/gallery_panel.h"

namespace studio {

// Both draw pictures into channel 0 of `state.channels` and everything else into channel 1. What of them must be filtered
// waits for lay_filtered_pictures(), which comes last into channel 0.
void draw_tile(const PanelContext& context, const FaceContext& faces, GalleryState& state, ImDrawList* list, Row row,
               Rect box);
void draw_strip(const PanelContext& context, const FaceContext& faces, GalleryState& state, ImDrawList* list,
                AssetId image, ImVec2 top_left, float width);

// What the button of a state does, on a tile or large: about the job whose state it says.
void act_on_tile(const PanelContext& context, const TileFace& face, Row row);

void lay_filtered_pictures(GalleryState& state, ImDrawList* list);

// All of a strip, opened by the number at its end.
void draw_strip_popup(GalleryState& state, const PanelContext& context);
// What a strip has no room for: why a video is not there, and the way on with its price.
void draw_child_popup(GalleryState& state, const PanelContext& context);

}  // namespace studio
