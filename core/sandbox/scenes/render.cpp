// From request to picture: plan, paint back to front, then the look of the model.
#include "sandbox/scenes/render.h"

#include <algorithm>

#include "sandbox/scenes/render_finish.h"
#include "sandbox/scenes/scene_parts.h"

namespace studio {
namespace {

using scenes::Look;

Look look_of(const std::string& model) {
  if (model == "sandbox-xl") return Look::Xl;
  if (model == "sandbox-dream") return Look::Dream;
  return Look::Flux;
}

}  // namespace

Picture render_scene(const SceneRequest& request) {
  const int width = std::clamp(request.width, 16, 8192), height = std::clamp(request.height, 16, 8192);
  const Look look = look_of(request.model);
  const scenes::Plan plan = scenes::make_plan(look, request.prompt, request.seed, width, height);
  // Strokes hide fine detail: a painting starts from a sketch of half the size.
  const int sketch = look == Look::Xl && std::min(width, height) >= 400 ? 2 : 1;
  scenes::Canvas canvas((width + sketch - 1) / sketch, (height + sketch - 1) / sketch);
  const scenes::Stand stand = scenes::paint_place(canvas, plan);
  scenes::paint_subjects(canvas, plan, stand);
  scenes::paint_frame(canvas, plan);
  scenes::paint_weather(canvas, plan);
  scenes::apply_lens(canvas, plan);
  Picture picture = scenes::finish(canvas, plan);
  if (look == Look::Xl) picture = scenes::paint_over(picture, plan, width, height);
  return picture;
}

}  // namespace studio
