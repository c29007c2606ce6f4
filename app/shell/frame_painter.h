// Draws a frame: all of it, or, where the processor does the drawing and the last frame's pixels are still there, what
// differs.
#pragma once

#include <imgui.h>

#include <vector>

#include "gpu/gpu.h"
#include "shell/frame_diff.h"

namespace studio {

// UI thread.
class FramePainter {
 public:
  // `keeps_pixels`: what was drawn is still there when the next frame is drawn.
  FramePainter(Gpu& gpu, bool keeps_pixels);
  ~FramePainter();
  FramePainter(const FramePainter&) = delete;
  FramePainter& operator=(const FramePainter&) = delete;

  bool keeps_pixels() const { return keeps_pixels_; }
  void set_keeps_pixels(bool keeps);

  // What of the window has other pixels now.
  struct Painted {
    bool whole = true;
    std::vector<PixelRect> parts;  // else these; none: nothing at all
  };
  // `anew`: what was drawn before is lost. Dear ImGui's renderer is OpenGL 3's, bound to what is drawn to.
  Painted paint(ImDrawData& frame, std::uint32_t ground, bool anew);

 private:
  Painted paint_whole(ImDrawData& frame, std::uint32_t ground);

  Gpu& gpu_;
  bool keeps_pixels_;
  FrameDiff diff_;
  std::vector<TextureUpload> uploads_;
};

}  // namespace studio
