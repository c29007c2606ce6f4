// A Gpu that keeps textures in plain memory and draws nothing: for runs without any OpenGL.
#pragma once

#include <unordered_map>

#include "gpu/gpu.h"

namespace studio {

// What it was asked for, so that a test can look.
class NullGpu final : public Gpu {
 public:
  explicit NullGpu(int max_texture_side = 4096) : max_side_(max_texture_side) {}

  int max_texture_side() const override { return max_side_; }
  TextureId create_texture(int width, int height) override;
  void destroy_texture(TextureId texture) override { textures_.erase(texture); }
  void upload(TextureId texture, int x, int y, int width, int height, const std::uint8_t* rgba) override;
  void begin_pictures() override { ++begun_; }
  void clear(int, int, std::uint32_t) override {}
  Picture read_back(int width, int height) override { return Picture(width, height); }

  const Picture* texture(TextureId id) const;
  std::size_t texture_count() const { return textures_.size(); }
  std::int64_t uploaded_bytes() const { return uploaded_bytes_; }
  int pictures_begun() const { return begun_; }

 private:
  int max_side_;
  TextureId next_ = 1;
  std::unordered_map<TextureId, Picture> textures_;
  std::int64_t uploaded_bytes_ = 0;
  int begun_ = 0;
};

}  // namespace studio
