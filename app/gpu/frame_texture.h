// Large pictures that change (the loupe's, the hovered clip's) as textures of exactly their size: uploaded only when
// the picture is another one, cut into tiles where it is larger than a texture may be, freed when a frame does not ask
// for it.
//
// UI thread. Pictures never change, so the pointer says whether it is the same one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "gpu/gpu.h"
#include "media/picture.h"

namespace studio {

// One tile of a picture: where it lies in it, in px, and which part of its texture that is.
struct FrameTile {
  TextureId texture = 0;
  int x = 0, y = 0, width = 0, height = 0;
  float u0 = 0, v0 = 0, u1 = 1, v1 = 1;
};

class FrameTextures {
 public:
  explicit FrameTextures(Gpu& gpu) : gpu_(gpu) {}
  ~FrameTextures();
  FrameTextures(const FrameTextures&) = delete;
  FrameTextures& operator=(const FrameTextures&) = delete;

  void begin_frame();
  // `place` is who shows it, one name a place on screen ("loupe", "hover"): a new picture of the same size takes over
  // the textures of the one before. Empty when there is no picture, or no room for it on the card. Valid until the next
  // call for the same place. The picture is held until then.
  const std::vector<FrameTile>& show(const std::string& place, const std::shared_ptr<const Picture>& picture);
  // For a picture that is part of something shared, as a clip's frame.
  template <class Frame>
  const std::vector<FrameTile>& show_frame(const std::string& place, const std::shared_ptr<const Frame>& frame) {
    return show(place, frame ? std::shared_ptr<const Picture>(frame, &frame->picture) : nullptr);
  }
  // Frees what was not asked for since begin_frame().
  void end_frame();

  std::int64_t uploads() const { return uploads_; }
  std::int64_t bytes() const;  // on the card

 private:
  struct Place {
    std::shared_ptr<const Picture> picture;
    int width = 0, height = 0;  // px that the textures were made for
    std::vector<FrameTile> tiles;
    bool is_asked = false;
  };
  bool make_tiles(Place& place, int width, int height);
  void upload(const Place& place);
  void free(Place& place);

  Gpu& gpu_;
  std::unordered_map<std::string, Place> places_;
  std::vector<std::uint8_t> row_buffer_;  // of tiles that are narrower than the picture
  std::int64_t uploads_ = 0;
};

}  // namespace studio
