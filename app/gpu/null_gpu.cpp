// Textures as pictures in memory.
#include "gpu/null_gpu.h"

#include <algorithm>
#include <cassert>

namespace studio {

TextureId NullGpu::create_texture(int width, int height) {
  const TextureId id = next_++;
  textures_.emplace(id, Picture(width, height));
  return id;
}

void NullGpu::upload(TextureId texture, int x, int y, int width, int height, const std::uint8_t* rgba) {
  Picture& target = textures_.at(texture);
  assert(x >= 0 && y >= 0 && x + width <= target.width && y + height <= target.height);
  const auto row_bytes = static_cast<std::size_t>(width) * 4;
  for (int row = 0; row < height; ++row)
    std::copy_n(rgba + static_cast<std::size_t>(row) * row_bytes, row_bytes,
                target.row(y + row) + static_cast<std::size_t>(x) * 4);
  uploaded_bytes_ += static_cast<std::int64_t>(row_bytes) * height;
}

const Picture* NullGpu::texture(TextureId id) const {
  const auto found = textures_.find(id);
  return found == textures_.end() ? nullptr : &found->second;
}

}  // namespace studio
