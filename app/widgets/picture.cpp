// Draw-list callbacks around the picture channel.
#include "widgets/picture.h"

#include <algorithm>
#include <cmath>

namespace studio {
namespace {

void on_begin(const ImDrawList*, const ImDrawCmd* command) {
  static_cast<Gpu*>(command->UserCallbackData)->begin_pictures();
}

}  // namespace

void begin_pictures(ImDrawList* list, Gpu& gpu) { list->AddCallback(on_begin, &gpu); }

void end_pictures(ImDrawList* list) {
  if (ImDrawCallback reset = ImGui::GetPlatformIO().DrawCallback_ResetRenderState) list->AddCallback(reset, nullptr);
}

void picture(ImDrawList* list, const PictureSlot& slot, Rect box) {
  if (slot.texture == 0) return;
  list->AddImage(ImTextureRef(static_cast<ImTextureID>(slot.texture)), box.min, box.max, {slot.u0, slot.v0},
                 {slot.u1, slot.v1});
}

void picture_ground(const Ui& ui, ImDrawList* list, const PictureSlot& slot, Rect box) {
  if (slot.texture != 0) return;
  list->AddRectFilled(box.min, box.max, slot.average_rgba != 0 ? slot.average_rgba : ui.tone(Tone::GroundCell));
}

Rect fitted_box(Rect box, int picture_width, int picture_height) {
  if (picture_width <= 0 || picture_height <= 0) return box;
  const float fit =
      std::min(box.width() / static_cast<float>(picture_width), box.height() / static_cast<float>(picture_height));
  float w = std::max(1.0f, std::round(static_cast<float>(picture_width) * fit));
  float h = std::max(1.0f, std::round(static_cast<float>(picture_height) * fit));
  // A sliver of ground beside a picture looks like a mistake: sizes are multiples of 64, so shapes differ by a pixel.
  if (box.width() - w <= 2) w = box.width();
  if (box.height() - h <= 2) h = box.height();
  return rect_at(std::round(box.min.x + (box.width() - w) * 0.5f), std::round(box.min.y + (box.height() - h) * 0.5f), w,
                 h);
}

}  // namespace studio
