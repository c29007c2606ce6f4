// ThumbHash against decodings that others published, and against what the format promises.
#include "media/thumb_hash.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>

#include "support/catch.h"

using namespace studio;

namespace {

std::vector<std::uint8_t> bytes_of(std::string_view hex) {
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes.push_back(static_cast<std::uint8_t>(std::strtol(std::string(hex.substr(i, 2)).c_str(), nullptr, 16)));
  return bytes;
}

// Hashes of the format's own page (sunrise, field, mountain, and Firefox's logo, which has alpha), with their pictures of
// 5 px as the tests of github.com/datocms/fast_thumbhash have them.
struct Published {
  const char* hash;
  int width, height;
  const char* rgba;
};
constexpr Published published[] = {
    {"d507121d0467878f77578748878797875878909508", 4, 5,
     "4e5674ff717385ff696f80ff566881ff9d9197ffc9b6b1ffb7a8a2ff9e9b9eff654e45ff967764ff806552ff5f4f46ff110b0eff2a1d17ff"
     "2d211dff27272dff00041dff071223ff121e31ff00112fff"},
    {"dce71125807877787f888787784877788870fa3dc0", 5, 4,
     "8f9bb3ff939fb9ff8b97b4ff8a96b1ff909cb4ff9ca8bbffa0acc3ff96a2bcff9ca8c1ff939fb6ff2d392bff414d44ff44504bff3b4742ff"
     "303c36ff4c5820ff54602dff4f5b2dff2c380bff3d4a1bff"},
    {"d9f71914807788877f877889878688609d95f2", 5, 3,
     "b3b7c4ffa9adbbffd2d6e4ffd2d6e1ffb3b7c0ff3d414fff414556ff484c5eff505466ff55596aff202407ff22260dff1c200bff252916ff"
     "131704ff"},
    {"609a863d0c3bb0596d96a84569f484f90ea827587688707647", 5, 5,
     "e0554300a168720075868c00a2b57800c7b63100e3594d06a26a78647688915faec0867be0cf4c00df4238039a4e5f5c69656f4aa39f6569"
     "e0b63400fd312401bb3f4c7686505672b9814284f4960e0bff261500e33b4300b04d4d00de783300ff890000"},
};

// In colour: the alpha of the one that has some is a weaker one there than the format's.
int furthest(const std::vector<std::uint8_t>& a, const std::vector<std::uint8_t>& b) {
  if (a.size() != b.size()) return 256;
  int most = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (i % 4 != 3) most = std::max(most, std::abs(int{a[i]} - int{b[i]}));
  return most;
}

template <class Pixel>
Picture painted(int width, int height, Pixel pixel) {
  Picture picture(width, height);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      const std::array<int, 4> rgba = pixel(x, y);
      for (std::size_t c = 0; c < 4; ++c) picture.row(y)[static_cast<std::size_t>(x) * 4 + c] = static_cast<std::uint8_t>(rgba[c]);
    }
  return picture;
}

const std::uint8_t* at(const Picture& picture, int x, int y) { return picture.row(y) + x * 4; }

}  // namespace

TEST_CASE("hashes that others made decode to the pictures that others decode them to") {
  for (const Published& one : published) {
    INFO(one.hash);
    const auto picture = picture_of_thumb_hash(bytes_of(one.hash), 5);
    REQUIRE(picture);
    CHECK(picture->width == one.width);
    CHECK(picture->height == one.height);
    CHECK(furthest(picture->rgba, bytes_of(one.rgba)) <= 1);  // whether a half is rounded or cut off
  }
  // The size at 32 as the format's own page shows it.
  CHECK(thumb_hash_size(bytes_of(published[0].hash)) == PictureSize{23, 32});
  CHECK(thumb_hash_size(bytes_of(published[1].hash)) == PictureSize{32, 23});
  CHECK(thumb_hash_size(bytes_of(published[3].hash)) == PictureSize{32, 32});
  // The logo: seen in the middle, not in the corners.
  const auto logo = picture_of_thumb_hash(bytes_of(published[3].hash));
  CHECK(at(*logo, 16, 16)[3] > 240);
  for (const auto& [x, y] : {std::pair{0, 0}, {31, 0}, {0, 31}, {31, 31}}) CHECK(at(*logo, x, y)[3] < 40);
}

TEST_CASE("a picture of a hash has nearly that hash again") {
  for (const Published& one : published) {
    INFO(one.hash);
    const auto hash = bytes_of(one.hash);
    const auto again = thumb_hash_of(*picture_of_thumb_hash(hash));
    REQUIRE(again.size() == hash.size());
    CHECK(again.size() <= 25);
    CHECK(std::abs((again[0] & 63) - (hash[0] & 63)) <= 1);  // mean of L
    CHECK((again[2] & 0x80) == (hash[2] & 0x80));            // has alpha
    CHECK((again[3] & 7) == (hash[3] & 7));                  // shape
    CHECK((again[4] & 0x80) == (hash[4] & 0x80));            // is wider than high
    if (again[2] & 0x80) continue;  // what is not seen is painted over
    CHECK(furthest(picture_of_thumb_hash(again, 5)->rgba, bytes_of(one.rgba)) <= 20);
  }
}

TEST_CASE("a flat picture's hash is its colour, exactly so with the mean beside it") {
  for (const std::array<int, 4> colour : {std::array{140, 110, 98, 255}, {128, 128, 128, 255}, {0, 0, 0, 255}, {255, 255, 255, 255}, {250, 20, 60, 255}}) {
    INFO(colour[0] << " " << colour[1] << " " << colour[2]);
    const Picture flat = painted(60, 40, [&](int, int) { return colour; });
    const auto hash = thumb_hash_of(flat);
    const std::uint32_t mean = average_rgba(flat);
    const auto bare = picture_of_thumb_hash(hash), with_mean = picture_of_thumb_hash(hash, 32, mean);
    REQUIRE(bare);
    REQUIRE(with_mean);
    for (std::size_t c = 0; c < 3; ++c) {
      CHECK(static_cast<int>(mean >> (8 * c) & 0xFF) == colour[c]);
      for (const auto& [x, y] : {std::pair{0, 0}, {16, 10}, {31, 20}}) {
        // Half a step of L (1/63), of P a third (2/63), of Q a half (2/63): 5.4 code values.
        CHECK(std::abs(at(*bare, x, y)[c] - colour[c]) <= 6);
        CHECK(std::abs(at(*with_mean, x, y)[c] - colour[c]) <= 1);
      }
    }
    CHECK(at(*bare, 16, 10)[3] == 255);
  }
}

TEST_CASE("a gradient stays a gradient, and a picture keeps its shape") {
  const auto slope = [](int width) { return [width](int x, int) { const int v = 30 + 180 * x / (width - 1); return std::array{v, v / 2, 40, 255}; }; };
  for (const auto& [width, height] : {std::pair{100, 50}, {50, 100}, {64, 64}, {100, 56}, {56, 100}, {100, 20}}) {
    INFO(width << " × " << height);
    const auto picture = picture_of_thumb_hash(thumb_hash_of(painted(width, height, slope(width))));
    REQUIRE(picture);
    const double shape = static_cast<double>(width) / height, kept = static_cast<double>(picture->width) / picture->height;
    CHECK(std::abs(kept / shape - 1) < (shape > 3 ? 0.5 : 0.13));  // told in sevenths of the longer edge
    const int y = picture->height / 2, right = picture->width - 1;
    for (int x = 4; x <= right; x += 4) CHECK(at(*picture, x, y)[0] > at(*picture, x - 4, y)[0]);
    CHECK(std::abs(at(*picture, 0, y)[0] - 30) < 25);
    CHECK(std::abs(at(*picture, right, y)[0] - 210) < 25);
    CHECK(std::abs(at(*picture, right / 2, 0)[0] - at(*picture, right / 2, picture->height - 1)[0]) < 20);
  }
}

TEST_CASE("what is transparent stays so, and hidden colours have no say") {
  const Picture half = painted(40, 40, [](int x, int) { return x < 20 ? std::array{200, 60, 30, 255} : std::array{0, 255, 0, 0}; });
  CHECK(average_rgba(half) == (200u | 60u << 8 | 30u << 16 | 0xFF000000u));
  const auto hash = thumb_hash_of(half);
  CHECK(hash.size() <= 25);
  const auto picture = picture_of_thumb_hash(hash);
  REQUIRE(picture);
  CHECK(at(*picture, 4, 16)[3] > 200);
  CHECK(at(*picture, 28, 16)[3] < 55);
  CHECK(std::abs(at(*picture, 8, 16)[0] - 200) < 20);
}

TEST_CASE("bytes that are no hash have no picture") {
  const auto hash = bytes_of(published[1].hash);
  CHECK_FALSE(picture_of_thumb_hash({}));
  CHECK_FALSE(picture_of_thumb_hash(std::span(hash).first(4)));
  CHECK_FALSE(picture_of_thumb_hash(std::span(hash).first(hash.size() - 1)));
  auto shapeless = hash;
  shapeless[3] = static_cast<std::uint8_t>(shapeless[3] & ~7);
  CHECK_FALSE(picture_of_thumb_hash(shapeless));
}
