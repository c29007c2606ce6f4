// Large pictures on the card: the right pixels on the right tile, uploaded once, freed when nobody asks.
#include "gpu/frame_texture.h"

#include "gpu/null_gpu.h"
#include "support/catch.h"

using namespace studio;

namespace {

std::shared_ptr<const Picture> counted(int width, int height, int salt = 0) {
  auto picture = std::make_shared<Picture>(width, height);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      std::uint8_t* p = picture->row(y) + static_cast<std::size_t>(x) * 4;
      p[0] = static_cast<std::uint8_t>(x), p[1] = static_cast<std::uint8_t>(y);
      p[2] = static_cast<std::uint8_t>((x >> 8) * 16 + (y >> 8) + salt), p[3] = 255;
    }
  return picture;
}

// The picture put together again from the parts of the textures that are drawn.
Picture drawn(const NullGpu& gpu, const std::vector<FrameTile>& tiles, int width, int height) {
  Picture result(width, height);
  for (const FrameTile& tile : tiles) {
    const Picture* texture = gpu.texture(tile.texture);
    REQUIRE(texture != nullptr);
    const int left = static_cast<int>(tile.u0 * static_cast<float>(texture->width) + 0.5f);
    const int top = static_cast<int>(tile.v0 * static_cast<float>(texture->height) + 0.5f);
    CHECK(static_cast<int>(tile.u1 * static_cast<float>(texture->width) + 0.5f) - left == tile.width);
    CHECK(static_cast<int>(tile.v1 * static_cast<float>(texture->height) + 0.5f) - top == tile.height);
    for (int y = 0; y < tile.height; ++y)
      std::copy_n(texture->row(top + y) + static_cast<std::size_t>(left) * 4, static_cast<std::size_t>(tile.width) * 4,
                  result.row(tile.y + y) + static_cast<std::size_t>(tile.x) * 4);
  }
  return result;
}

}  // namespace

TEST_CASE("A picture that fits is one texture, uploaded once") {
  NullGpu gpu(256);
  FrameTextures textures(gpu);
  const auto picture = counted(200, 100);
  for (int frame = 0; frame < 5; ++frame) {
    textures.begin_frame();
    const auto& tiles = textures.show("loupe", picture);
    REQUIRE(tiles.size() == 1);
    CHECK(drawn(gpu, tiles, 200, 100).rgba == picture->rgba);
    textures.end_frame();
  }
  CHECK(textures.uploads() == 1);
  CHECK(gpu.uploaded_bytes() == 200 * 100 * 4);
  CHECK(textures.bytes() == 200 * 100 * 4);
}

TEST_CASE("The next picture of the same size takes over the texture, another size gets its own") {
  NullGpu gpu(256);
  FrameTextures textures(gpu);
  textures.begin_frame();
  const TextureId first = textures.show("loupe", counted(64, 64))[0].texture;
  const auto next = counted(64, 64, 7);
  const auto& tiles = textures.show("loupe", next);
  CHECK(tiles[0].texture == first);
  CHECK(drawn(gpu, tiles, 64, 64).rgba == next->rgba);
  const auto wide = counted(100, 64);
  CHECK(drawn(gpu, textures.show("loupe", wide), 100, 64).rgba == wide->rgba);
  textures.end_frame();
  CHECK(gpu.texture_count() == 1);
  CHECK(textures.uploads() == 3);
}

TEST_CASE("A picture larger than a texture is cut into tiles that overlap by a pixel") {
  NullGpu gpu(128);
  FrameTextures textures(gpu);
  const auto picture = counted(500, 300);
  textures.begin_frame();
  const auto& tiles = textures.show("loupe", picture);
  CHECK(tiles.size() == 4 * 3);
  CHECK(drawn(gpu, tiles, 500, 300).rgba == picture->rgba);
  for (const FrameTile& tile : tiles) {
    const Picture* texture = gpu.texture(tile.texture);
    CHECK(texture->width <= 128);
    CHECK(texture->height <= 128);
    if (tile.x == 0) continue;
    // What lies left of the drawn part is the neighbour's last column.
    const std::uint8_t* beside = texture->row(static_cast<int>(tile.v0 * static_cast<float>(texture->height) + 0.5f));
    CHECK(beside[0] == static_cast<std::uint8_t>(tile.x - 1));
  }
  textures.end_frame();
}

TEST_CASE("What a frame does not ask for is freed, and so is everything at the end") {
  NullGpu gpu(256);
  {
    FrameTextures textures(gpu);
    textures.begin_frame();
    textures.show("loupe", counted(64, 64));
    textures.show("hover", counted(32, 32));
    textures.end_frame();
    CHECK(gpu.texture_count() == 2);
    textures.begin_frame();
    textures.show("loupe", counted(64, 64));
    textures.end_frame();
    CHECK(gpu.texture_count() == 1);
    textures.begin_frame();
    CHECK(textures.show("loupe", nullptr).empty());
    textures.end_frame();
    CHECK(gpu.texture_count() == 0);
    textures.begin_frame();
    textures.show("hover", counted(32, 32));
    textures.end_frame();
  }
  CHECK(gpu.texture_count() == 0);
}

TEST_CASE("A card without room shows nothing and is not asked again for the same picture") {
  class FullGpu final : public Gpu {
   public:
    int max_texture_side() const override { return 64; }
    TextureId create_texture(int, int) override { return ++asked <= 1 ? 1 : 0; }
    void destroy_texture(TextureId) override { ++destroyed; }
    void upload(TextureId, int, int, int, int, const std::uint8_t*) override {}
    void begin_pictures() override {}
    void clear(int, int, std::uint32_t) override {}
    Picture read_back(int, int) override { return {}; }
    int asked = 0, destroyed = 0;
  } gpu;
  FrameTextures textures(gpu);
  const auto picture = counted(100, 50);
  for (int frame = 0; frame < 3; ++frame) {
    textures.begin_frame();
    CHECK(textures.show("loupe", picture).empty());
    textures.end_frame();
  }
  CHECK(gpu.asked == 2);
  CHECK(gpu.destroyed == 1);
}
