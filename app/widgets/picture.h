// Opaque pictures in a draw list: without blending, without filtering, all in one channel before shapes and text.
#pragma once

#include "gpu/picture_cache.h"
#include "widgets/draw.h"

namespace studio {

// Between these two every image of `list` is drawn as it is. `gpu` must live until the frame is drawn.
void begin_pictures(ImDrawList* list, Gpu& gpu);
void end_pictures(ImDrawList* list);

// Nothing for an empty slot.
void picture(ImDrawList* list, const PictureSlot& slot, Rect box);

// What lies in a picture's place while there is none: its average colour, or an empty cell where that is not known.
void picture_ground(const Ui& ui, ImDrawList* list, const PictureSlot& slot, Rect box);

// The largest box of the picture's shape inside `box`, in whole pixels, centred.
Rect fitted_box(Rect box, int picture_width, int picture_height);

}  // namespace studio
