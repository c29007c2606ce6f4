// The small interface to the graphics card: textures, and the state that opaque pictures are drawn with.
// UI thread only; objects made here die here.
#pragma once

#include <cstdint>
#include <memory>

#include "base/result.h"
#include "media/picture.h"

namespace studio {

// What Dear ImGui's draw lists carry as texture id; 0 is none.
using TextureId = std::uint64_t;

class Gpu {
 public:
  virtual ~Gpu() = default;

  virtual int max_texture_side() const = 0;
  // RGBA8 without mip levels, contents undefined. 0 when the card has no room.
  virtual TextureId create_texture(int width, int height) = 0;
  virtual void destroy_texture(TextureId texture) = 0;
  // Always RGBA order: BGRA costs 25 times as much on software GL. Tightly packed rows.
  virtual void upload(TextureId texture, int x, int y, int width, int height, const std::uint8_t* rgba) = 0;

  // From here on pictures are drawn without blending and without filtering, until Dear ImGui's own state is set again.
  // Called from within a draw list.
  virtual void begin_pictures() = 0;

  // Clears what is drawn to.
  virtual void clear(int width, int height, std::uint32_t rgba) = 0;
  // Pixels of the frame just drawn, rows top to bottom; for tests and pictures of the window.
  virtual Picture read_back(int width, int height) = 0;
};

}  // namespace studio
