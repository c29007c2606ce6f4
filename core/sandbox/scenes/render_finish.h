// The last steps: what the lens does (camera words), and the look of each model, from linear light to 8-bit sRGB.
#pragma once

#include "media/picture.h"
#include "sandbox/scenes/scene_canvas.h"
#include "sandbox/scenes/scene_plan.h"

namespace studio::scenes {

// Blurs the whole canvas by a radius in picture heights (depth of field behind a subject).
void soften(Canvas& canvas, float radius);
void apply_lens(Canvas& canvas, const Plan& plan);
Picture finish(Canvas& canvas, const Plan& plan);

// Paints a graded sketch (of any size) with brush strokes onto a picture of the size given (render_paint.cpp).
Picture paint_over(const Picture& sketch, const Plan& plan, int width, int height);

}  // namespace studio::scenes
