#include "media/resize.h"

#include "support/catch.h"
#include "support/media_samples.h"
#include "support/temp_folder.h"

using namespace studio;

namespace {

Picture row_of(const std::vector<std::array<int, 4>>& pixels) {
  Picture picture(static_cast<int>(pixels.size()), 1);
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    for (std::size_t c = 0; c < 4; ++c) picture.rgba[i * 4 + c] = static_cast<std::uint8_t>(pixels[i][c]);
  }
  return picture;
}

}  // namespace

TEST_CASE("a fitted size keeps the shape and never enlarges") {
  CHECK(fitted({1920, 1080}, {256, 256}) == PictureSize{256, 144});
  CHECK(fitted({1080, 1920}, {256, 256}) == PictureSize{144, 256});
  CHECK(fitted({100, 50}, {256, 256}) == PictureSize{100, 50});
  CHECK(fitted({4000, 3000}, {0, 300}) == PictureSize{400, 300});
  CHECK(fitted({4000, 3000}, {}) == PictureSize{4000, 3000});
  CHECK(fitted({10'000, 1}, {100, 100}) == PictureSize{100, 1});
}

TEST_CASE("reducing weighs every pixel by the area it covers") {
  // 3 → 2: the middle pixel belongs half to each side.
  const Picture out = resized(row_of({{0, 0, 0, 255}, {90, 90, 90, 255}, {255, 255, 255, 255}}), {2, 1});
  CHECK(samples::text(samples::pixel(out, 0, 0)) == "30,30,30");
  CHECK(samples::text(samples::pixel(out, 1, 0)) == "200,200,200");

  Picture checker(64, 64);
  for (int y = 0; y < 64; ++y) {
    for (int x = 0; x < 64; ++x) samples::fill(checker, x, y, x + 1, y + 1, (x + y) % 2 == 0 ? samples::Rgb{255, 255, 255} : samples::Rgb{0, 0, 0});
  }
  const Picture grey = resized(checker, {8, 8});
  for (int y = 0; y < 8; ++y) {
    for (int x = 0; x < 8; ++x) CHECK(samples::near(samples::pixel(grey, x, y), {128, 128, 128}, 1));
  }
}

TEST_CASE("colours of transparent pixels do not bleed when reducing or enlarging") {
  const Picture two = row_of({{255, 0, 0, 0}, {0, 0, 255, 255}});
  const Picture one = resized(two, {1, 1});
  CHECK(samples::text(samples::pixel(one, 0, 0)) == "0,0,255");
  CHECK(std::abs(one.rgba[3] - 128) <= 1);
  const Picture large = resized(two, {8, 4});
  for (int x = 0; x < 8; ++x) {
    if (large.row(2)[x * 4 + 3] > 0) CHECK(large.row(2)[x * 4] == 0);
  }
}

TEST_CASE("reducing agrees with the ffmpeg program's area scaler") {
  if (!samples::has_ffmpeg()) STUDIO_SKIP("the ffmpeg program is missing");
  const TempFolder folder;
  const auto raw = folder.path() / "in.rgba";
  samples::write_frames(raw, 1, [](int) { return samples::gradient(600, 400); });
  const auto ran = samples::ffmpeg({"-f", "rawvideo", "-pix_fmt", "rgba", "-s", "600x400", "-i", raw.string(), "-vf", "scale=131:87:flags=area+accurate_rnd", "-f", "rawvideo", "-pix_fmt", "rgba", "-"});
  Picture expected(131, 87);
  REQUIRE(ran.output.size() == expected.rgba.size());
  std::copy(ran.output.begin(), ran.output.end(), expected.rgba.begin());
  CHECK(samples::mean_difference(resized(samples::gradient(600, 400), {131, 87}), expected) < 1.0);
}

TEST_CASE("enlarging keeps flat areas flat and the ends of a ramp in order") {
  const Picture flat = resized(samples::flat(3, 3, {10, 100, 200}), {50, 40});
  for (int y = 0; y < 40; y += 13) {
    for (int x = 0; x < 50; x += 7) CHECK(samples::text(samples::pixel(flat, x, y)) == "10,100,200");
  }
  const Picture ramp = resized(row_of({{0, 0, 0, 255}, {80, 80, 80, 255}, {160, 160, 160, 255}, {240, 240, 240, 255}}), {64, 1});
  // Between the outer source pixels; beyond them the curve may overshoot a little.
  for (int x = 9; x < 56; ++x) CHECK(samples::pixel(ramp, x, 0).r >= samples::pixel(ramp, x - 1, 0).r);
  CHECK(samples::near(samples::pixel(ramp, 32, 0), {121, 121, 121}, 2));  // halfway between 80 and 160
}

TEST_CASE("one axis may shrink while the other grows") {
  const Picture out = resized(samples::corners(100, 10), {10, 100});
  CHECK(out.width == 10);
  CHECK(out.height == 100);
  CHECK(samples::corner_letters(out) == "RGBY");
}

TEST_CASE("covering a size cuts evenly around the middle") {
  const Picture out = resized_to_cover(samples::corners(400, 100), {50, 50});
  REQUIRE(out.width == 50);
  REQUIRE(out.height == 50);
  CHECK(samples::corner_letters(out) == "RGBY");
}

TEST_CASE("each EXIF orientation puts the stored corners where the standard says") {
  // EXIF 2.32, tag 274: which corner of the scene the stored rows and columns start from. Stored corners are RG/BY.
  const std::map<int, std::string> upright{{1, "RGBY"}, {2, "GRYB"}, {3, "YBGR"}, {4, "BYRG"}, {5, "RBGY"}, {6, "BRYG"}, {7, "YGBR"}, {8, "GYRB"}};
  for (const auto& [orientation, letters] : upright) {
    INFO("orientation " << orientation);
    const Picture out = oriented(samples::corners(40, 20), orientation);
    CHECK(samples::corner_letters(out) == letters);
    CHECK(PictureSize{out.width, out.height} == (orientation >= 5 ? PictureSize{20, 40} : PictureSize{40, 20}));
    CHECK(oriented_size({40, 20}, orientation) == PictureSize{out.width, out.height});
  }
}
