// OpenGL without a window: an EGL context without a surface (Mesa's llvmpipe where there is no card), drawing into a
// framebuffer of its own.
#pragma once

#include <memory>

#include "gpu/gpu.h"

namespace studio {

class OffScreen {
 public:
  // Null where there is no such thing.
  static std::unique_ptr<OffScreen> open(int width, int height);
  ~OffScreen();

  std::unique_ptr<Gpu> take_gpu() { return std::move(gpu_); }
  void bind();    // what is drawn now goes into the framebuffer
  void finish();  // waits until it is drawn

 private:
  OffScreen() = default;
  struct Egl;
  std::unique_ptr<Egl> egl_;
  std::unique_ptr<Gpu> gpu_;
};

}  // namespace studio
