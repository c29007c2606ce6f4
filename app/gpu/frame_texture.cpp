// Tiles overlap by a pixel, so that a picture drawn with filtering has no seams.
#include "gpu/frame_texture.h"

#include <algorithm>

#include "base/log.h"

namespace studio {
namespace {

// Where a tile's texture begins and how long it is along one axis, for the part [at, at + length) of a picture.
struct Span {
  int first, size;
};
Span with_border(int at, int length, int whole) {
  const int first = std::max(0, at - 1), end = std::min(whole, at + length + 1);
  return {first, end - first};
}

}  // namespace

FrameTextures::~FrameTextures() {
  for (auto& [name, place] : places_) free(place);
}

void FrameTextures::begin_frame() {
  for (auto& [name, place] : places_) place.is_asked = false;
}

const std::vector<FrameTile>& FrameTextures::show(const std::string& name,
                                                  const std::shared_ptr<const Picture>& picture) {
  Place& place = places_[name];
  place.is_asked = true;
  if (!picture || picture->empty()) {
    free(place);
    return place.tiles;
  }
  if (place.picture == picture) return place.tiles;
  if (place.width != picture->width || place.height != picture->height) {
    free(place);
    if (!make_tiles(place, picture->width, picture->height)) {
      log_warning("the graphics card has no room for a picture of " + std::to_string(picture->width) + " x " +
                  std::to_string(picture->height));
      free(place);
      // Asking again in the next frame would fail again: this picture stays without.
      place.picture = picture;
      return place.tiles;
    }
  }
  place.picture = picture;
  upload(place);
  return place.tiles;
}

void FrameTextures::end_frame() {
  for (auto place = places_.begin(); place != places_.end();) {
    if (place->second.is_asked) {
      ++place;
      continue;
    }
    free(place->second);
    place = places_.erase(place);
  }
}

std::int64_t FrameTextures::bytes() const {
  std::int64_t sum = 0;
  for (const auto& [name, place] : places_) {
    for (const FrameTile& tile : place.tiles) {
      const Span across = with_border(tile.x, tile.width, place.width),
                 down = with_border(tile.y, tile.height, place.height);
      sum += std::int64_t{4} * across.size * down.size;
    }
  }
  return sum;
}

bool FrameTextures::make_tiles(Place& place, int width, int height) {
  place.width = width;
  place.height = height;
  const int side = gpu_.max_texture_side();
  // Two of a texture's pixels may be its neighbours'.
  const int step_x = width <= side ? width : std::max(1, side - 2),
            step_y = height <= side ? height : std::max(1, side - 2);
  for (int y = 0; y < height; y += step_y) {
    for (int x = 0; x < width; x += step_x) {
      FrameTile tile;
      tile.x = x;
      tile.y = y;
      tile.width = std::min(step_x, width - x);
      tile.height = std::min(step_y, height - y);
      const Span across = with_border(x, tile.width, width), down = with_border(y, tile.height, height);
      tile.texture = gpu_.create_texture(across.size, down.size);
      if (tile.texture == 0) return false;
      tile.u0 = static_cast<float>(x - across.first) / static_cast<float>(across.size);
      tile.u1 = static_cast<float>(x - across.first + tile.width) / static_cast<float>(across.size);
      tile.v0 = static_cast<float>(y - down.first) / static_cast<float>(down.size);
      tile.v1 = static_cast<float>(y - down.first + tile.height) / static_cast<float>(down.size);
      place.tiles.push_back(tile);
    }
  }
  return true;
}

void FrameTextures::upload(const Place& place) {
  const Picture& picture = *place.picture;
  for (const FrameTile& tile : place.tiles) {
    const Span across = with_border(tile.x, tile.width, place.width),
               down = with_border(tile.y, tile.height, place.height);
    const std::uint8_t* rows = picture.row(down.first);
    if (across.size != picture.width) {
      const auto row_bytes = static_cast<std::size_t>(across.size) * 4;
      row_buffer_.resize(row_bytes * static_cast<std::size_t>(down.size));
      for (int y = 0; y < down.size; ++y)
        std::copy_n(picture.row(down.first + y) + static_cast<std::size_t>(across.first) * 4, row_bytes,
                    row_buffer_.data() + row_bytes * static_cast<std::size_t>(y));
      rows = row_buffer_.data();
    }
    gpu_.upload(tile.texture, 0, 0, across.size, down.size, rows);
  }
  row_buffer_ = {};
  ++uploads_;
}

void FrameTextures::free(Place& place) {
  for (const FrameTile& tile : place.tiles)
    if (tile.texture != 0) gpu_.destroy_texture(tile.texture);
  const bool is_asked = place.is_asked;
  place = {};
  place.is_asked = is_asked;
}

}  // namespace studio
