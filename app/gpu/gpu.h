// The small interface to the graphics card: textures, and the state that opaque pictures are drawn with.
// UI thread only; objects made here die here.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/result.h"
#include "media/picture.h"

namespace studio {

// What Dear ImGui's draw lists carry as texture id; 0 is none.
using TextureId = std::uint64_t;

// Whole pixels of the window, from its upper left corner; x1 and y1 lie outside.
struct PixelRect {
  int x0 = 0, y0 = 0, x1 = 0, y1 = 0;
  bool operator==(const PixelRect&) const = default;
  int width() const { return x1 - x0; }
  int height() const { return y1 - y0; }
  bool is_empty() const { return x1 <= x0 || y1 <= y0; }
  std::int64_t area() const { return is_empty() ? 0 : std::int64_t{1} * width() * height(); }
  PixelRect moved(int dy) const { return {x0, y0 + dy, x1, y1 + dy}; }
  PixelRect cut(PixelRect by) const {
    const PixelRect both{std::max(x0, by.x0), std::max(y0, by.y0), std::min(x1, by.x1), std::min(y1, by.y1)};
    return both.is_empty() ? PixelRect{} : both;
  }
};

// A part of a texture that got new texels, and the size of that texture.
struct TextureUpload {
  TextureId texture = 0;
  int x = 0, y = 0, width = 0, height = 0;
  int of_width = 0, of_height = 0;
};

class Gpu {
 public:
  virtual ~Gpu() = default;

  // Drawn by the processor: each pixel counts.
  virtual bool is_software() const { return false; }

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
  // The same for a part of it.
  virtual void clear_part(PixelRect /*part*/, int /*height*/, std::uint32_t /*rgba*/) {}
  // Moves the pixels of `area` down by `dy` (below 0: up), within it. What nothing came to keeps its pixels.
  virtual void shift(PixelRect /*area*/, int /*dy*/, int /*height*/) {}
  // From now on each upload is added to `list`, which outlives this or is taken away with null.
  virtual void note_uploads(std::vector<TextureUpload>* /*list*/) {}
  // Pixels of the frame just drawn, rows top to bottom; for tests and pictures of the window.
  virtual Picture read_back(int width, int height) = 0;
};

}  // namespace studio
