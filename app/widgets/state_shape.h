// The state shapes: circles are on their way or fine, corners need you. Drawn by primitives; they outlive a missing
// icon font.
#pragma once

#include "widgets/draw.h"
#include "widgets/tile_face.h"

namespace studio {

Tone tone_of(StateShape shape);

// In a box of `size` px at scale 1 (20 is the drawn-for size). `part` is for Ring, `steps` for RingTick.
void state_shape(const Ui& ui, ImDrawList* list, StateShape shape, ImVec2 centre, float size, float part = 0,
                 int steps = 0);

}  // namespace studio
