// A picture in plain memory: what every decoder gives and every encoder, scaler and texture takes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace studio {

// 8-bit RGBA, straight (not premultiplied) alpha, sRGB, rows top to bottom without padding: 4 * width * height bytes.
struct Picture {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> rgba;

  Picture() = default;
  Picture(int w, int h) : width(w), height(h), rgba(static_cast<std::size_t>(w) * static_cast<std::size_t>(h) * 4) {}
  bool empty() const { return rgba.empty(); }
  std::uint8_t* row(int y) { return rgba.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width) * 4; }
  const std::uint8_t* row(int y) const { return rgba.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width) * 4; }
};

}  // namespace studio
