#include "shell/frame_painter.h"

#include <imgui_impl_opengl3.h>

#include <utility>

namespace studio {

FramePainter::FramePainter(Gpu& gpu, bool keeps_pixels) : gpu_(gpu), keeps_pixels_(false) {
  set_keeps_pixels(keeps_pixels);
}

FramePainter::~FramePainter() { gpu_.note_uploads(nullptr); }

void FramePainter::set_keeps_pixels(bool keeps) {
  keeps_pixels_ = keeps;
  uploads_.clear();
  diff_.forget();
  gpu_.note_uploads(keeps ? &uploads_ : nullptr);
}

FramePainter::Painted FramePainter::paint_whole(ImDrawData& frame, std::uint32_t ground) {
  gpu_.clear(static_cast<int>(frame.DisplaySize.x), static_cast<int>(frame.DisplaySize.y), ground);
  ImGui_ImplOpenGL3_RenderDrawData(&frame);
  return {};
}

FramePainter::Painted FramePainter::paint(ImDrawData& frame, std::uint32_t ground, bool anew) {
  const bool has_plain_scale = frame.FramebufferScale.x == 1 && frame.FramebufferScale.y == 1 &&
                               frame.DisplayPos.x == 0 && frame.DisplayPos.y == 0;
  if (!keeps_pixels_ || !has_plain_scale) return paint_whole(frame, ground);
  if (anew) diff_.forget();
  const FrameChange change = diff_.next(frame, uploads_);
  uploads_.clear();
  if (change.whole) return paint_whole(frame, ground);

  // Its textures live on, whether anything is drawn or not.
  if (frame.Textures != nullptr)
    for (ImTextureData* texture : *frame.Textures)
      if (texture->Status != ImTextureStatus_OK) ImGui_ImplOpenGL3_UpdateTexture(texture);
  const int height = static_cast<int>(frame.DisplaySize.y);
  Painted painted{false, {}};
  if (change.shift) {
    gpu_.shift(change.shift->area, change.shift->dy, height);
    painted.parts.push_back(change.shift->area);
  }
  for (const PixelRect& part : change.again) {
    gpu_.clear_part(part, height, ground);
    diff_.draw_part(frame, part, [](ImDrawData& some) { ImGui_ImplOpenGL3_RenderDrawData(&some); });
    if (!change.shift || part.cut(change.shift->area) != part) painted.parts.push_back(part);
  }
  return painted;
}

}  // namespace studio
