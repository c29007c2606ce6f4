#include "media/encode_image.h"

#include "media/poster_jpeg.h"
#include "media/resize.h"
#include "support/catch.h"
#include "support/media_samples.h"
#include "support/temp_folder.h"

using namespace studio;

TEST_CASE("a PNG we write holds exactly the picture, as another decoder reads it") {
  if (!samples::has_ffmpeg()) STUDIO_SKIP("the ffmpeg program is missing");
  const TempFolder folder;
  Picture see_through = samples::gradient(61, 47);
  for (std::size_t i = 3; i < see_through.rgba.size(); i += 4) see_through.rgba[i] = static_cast<std::uint8_t>(i % 256);
  for (const Picture& picture : {samples::gradient(61, 47), see_through}) {
    for (const int level : {0, 1, 6, 9}) {
      const auto bytes = encode_png(picture, {level});
      REQUIRE(bytes);
      samples::write_file(folder.path() / "a.png", *bytes);
      CHECK(samples::decoded_by_ffmpeg(folder.path() / "a.png", 61, 47).rgba == picture.rgba);
      CHECK(*encode_png(picture, {level}) == *bytes);
    }
  }
}

TEST_CASE("a JPEG we write is close to the picture, and closer at higher quality") {
  if (!samples::has_ffmpeg()) STUDIO_SKIP("the ffmpeg program is missing");
  const TempFolder folder;
  const Picture picture = samples::gradient(160, 120);
  const auto difference = [&](const JpegSettings& settings) {
    const auto bytes = encode_jpeg(picture, settings);
    REQUIRE(bytes);
    samples::write_file(folder.path() / "a.jpg", *bytes);
    CHECK(*encode_jpeg(picture, settings) == *bytes);
    return samples::mean_difference(samples::decoded_by_ffmpeg(folder.path() / "a.jpg", 160, 120), picture);
  };
  const double rough = difference({30}), good = difference({90});
  CHECK(good < 2.5);
  CHECK(rough > good);
}

TEST_CASE("a lossless WebP we write holds exactly the picture") {
  if (!samples::has_ffmpeg()) STUDIO_SKIP("the ffmpeg program is missing");
  const TempFolder folder;
  const Picture picture = samples::gradient(64, 48);
  const auto bytes = encode_webp(picture, {50, true});
  REQUIRE(bytes);
  samples::write_file(folder.path() / "a.webp", *bytes);
  CHECK(samples::decoded_by_ffmpeg(folder.path() / "a.webp", 64, 48).rgba == picture.rgba);
}

TEST_CASE("what cannot be written is refused in words") {
  CHECK(!encode_png({}));
  const auto wide = encode_webp(Picture(20'000, 1));
  REQUIRE(!wide);
  CHECK(wide.error().message.find("16383") != std::string::npos);
  CHECK(!encode_jpeg(Picture(70'000, 1)));
}

TEST_CASE("a poster we wrote is read back, also smaller") {
  const Picture picture = samples::gradient(320, 200);
  const auto bytes = encode_jpeg(picture, {90, true});
  REQUIRE(bytes);
  const auto back = decode_poster(*bytes);
  REQUIRE(back);
  CHECK(samples::mean_difference(*back, picture) < 2);
  const auto small = decode_poster(*bytes, {80, 80});
  REQUIRE(small);
  CHECK(small->width == 80);
  CHECK(samples::mean_difference(*small, resized(picture, {80, 50})) < 2);
  CHECK(!decode_poster(bytes->substr(0, bytes->size() / 2)));
  CHECK(!decode_poster("not a picture"));
}
