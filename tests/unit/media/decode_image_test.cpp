#include "media/decode_image.h"

#include "media/encode_image.h"
#include "media/probe.h"
#include "support/catch.h"
#include "support/media_samples.h"
#include "unit/media/image_files.h"

using namespace studio;
using samples::Rgb;

namespace {

Result<DecodedImage> decode(const std::string& bytes, const std::vector<FitBox>& boxes = {FitBox{}}) {
  const UniqueFd file = samples::memory_file(bytes);
  return decode_image(file.get(), boxes);
}

Picture decoded(const std::string& bytes, FitBox box = {}) {
  auto result = decode(bytes, {box});
  if (!result) FAIL_CHECK(result.error().message << " / " << result.error().detail);
  return result ? std::move(result->pictures[0]) : Picture();
}

std::string check_colour(const Picture& picture, int x, int y, Rgb expected, int tolerance) {
  if (picture.empty()) return "no picture";
  const Rgb got = samples::pixel(picture, x, y);
  return samples::near(got, expected, tolerance) ? "" : "expected " + samples::text(expected) + ", got " + samples::text(got);
}

}  // namespace

TEST_CASE("a PNG of every kind gives its pixels") {
  Picture picture = samples::gradient(50, 30);
  for (std::size_t i = 3; i < picture.rgba.size(); i += 4) picture.rgba[i] = static_cast<std::uint8_t>(255 - i % 200);
  CHECK(decoded(samples::png(picture)).rgba == picture.rgba);
  CHECK(decoded(samples::png(picture, {.interlaced = true})).rgba == picture.rgba);
  CHECK(check_colour(decoded(samples::grey16_png(8, 8, 0x8080)), 3, 3, {128, 128, 128}, 0) == "");
  const Picture palette = decoded(samples::palette_png(16, 8));
  CHECK(check_colour(palette, 2, 2, {255, 0, 0}, 0) == "");
  CHECK(check_colour(palette, 12, 2, {0, 255, 0}, 0) == "");
  CHECK(palette.row(2)[2 * 4 + 3] == 255);
  CHECK(palette.row(2)[12 * 4 + 3] == 128);
}

TEST_CASE("a PNG's gamma is honoured, and 1/2.2 means sRGB") {
  const Picture middle = samples::flat(8, 8, {128, 128, 128});
  // Linear light 128/255 is sRGB 188 (IEC 61966-2-1).
  CHECK(check_colour(decoded(samples::png(middle, {.gamma = 1.0})), 4, 4, {188, 188, 188}, 1) == "");
  CHECK(check_colour(decoded(samples::png(middle, {.gamma = 0.45455})), 4, 4, {128, 128, 128}, 0) == "");
}

TEST_CASE("an ICC profile is turned into sRGB as lcms2 does it in floating point") {
  const std::string p3 = samples::rgb_profile(0.680, 0.320, 0.265, 0.690, 0.150, 0.060);
  const std::string swapped = samples::rgb_profile(0.30, 0.60, 0.64, 0.33, 0.15, 0.06);  // red and green exchanged
  for (const std::string& profile : {p3, swapped}) {
    for (const Rgb colour : {Rgb{200, 60, 90}, Rgb{90, 180, 60}, Rgb{128, 128, 128}, Rgb{40, 80, 160}}) {
      const auto exact = samples::lcms_to_srgb(profile, {static_cast<float>(colour.r) / 255, static_cast<float>(colour.g) / 255, static_cast<float>(colour.b) / 255});
      const auto code = [](float value) { return static_cast<int>(std::lround(std::clamp(value, 0.0f, 1.0f) * 255)); };
      const Rgb expected{code(exact.r), code(exact.g), code(exact.b)};
      const Picture flat = samples::flat(32, 32, colour);
      INFO(samples::text(colour));
      CHECK(check_colour(decoded(samples::png(flat, {.icc = profile})), 16, 16, expected, 2) == "");
      CHECK(check_colour(decoded(samples::jpeg(flat, profile, 100)), 16, 16, expected, 4) == "");
    }
  }
  // The exchange is real: without the profile red stays red.
  CHECK(check_colour(decoded(samples::png(samples::flat(8, 8, {250, 10, 10}))), 4, 4, {250, 10, 10}, 0) == "");
  const Rgb turned = samples::pixel(decoded(samples::png(samples::flat(8, 8, {250, 10, 10}), {.icc = swapped})), 4, 4);
  CHECK(turned.g > 200);
  CHECK(turned.r < 60);
}

TEST_CASE("an unreadable ICC profile is passed over") {
  CHECK(check_colour(decoded(samples::jpeg(samples::flat(16, 16, {200, 60, 90}), "this is not a profile", 100)), 8, 8, {200, 60, 90}, 3) == "");
}

TEST_CASE("a JPEG's EXIF orientation is applied, in both byte orders") {
  const std::map<int, std::string> upright{{1, "RGBY"}, {2, "GRYB"}, {3, "YBGR"}, {4, "BYRG"}, {5, "RBGY"}, {6, "BRYG"}, {7, "YGBR"}, {8, "GYRB"}};
  const std::string stored = samples::jpeg(samples::corners(96, 48));
  for (const auto& [orientation, letters] : upright) {
    for (const bool big_endian : {false, true}) {
      INFO("orientation " << orientation);
      const auto result = decode(samples::with_exif_orientation(stored, orientation, big_endian), {FitBox{}, FitBox{32, 32}});
      REQUIRE(result);
      CHECK(result->facts.orientation == orientation);
      for (const Picture& picture : result->pictures) CHECK(samples::corner_letters(picture) == letters);
      CHECK(result->pictures[0].width == (orientation >= 5 ? 48 : 96));
      CHECK(result->facts.width == result->pictures[0].width);
      CHECK(result->pictures[1].width == (orientation >= 5 ? 16 : 32));
    }
  }
}

TEST_CASE("EXIF orientation also counts in PNG and WebP") {
  CHECK(samples::corner_letters(decoded(samples::png(samples::corners(40, 20), {.exif_orientation = 6}))) == "BRYG");
  const auto webp = encode_webp(samples::corners(40, 20), {90, false});
  REQUIRE(webp);
  CHECK(samples::corner_letters(decoded(samples::webp_with_exif(*webp, 40, 20, 8))) == "GYRB");
}

TEST_CASE("a CMYK JPEG becomes RGB the right way round") {
  CHECK(check_colour(decoded(samples::cmyk_jpeg(32, 32, 0, 0, 0, 0)), 16, 16, {255, 255, 255}, 3) == "");
  CHECK(check_colour(decoded(samples::cmyk_jpeg(32, 32, 0, 0, 0, 255)), 16, 16, {0, 0, 0}, 3) == "");
  CHECK(check_colour(decoded(samples::cmyk_jpeg(32, 32, 255, 0, 0, 0)), 16, 16, {0, 255, 255}, 3) == "");
}

TEST_CASE("WebP keeps alpha, full size and scaled") {
  Picture picture = samples::flat(64, 64, {200, 40, 40}, 255);
  samples::fill(picture, 32, 0, 64, 64, {0, 0, 0}, 0);
  const auto lossless = encode_webp(picture, {50, true});
  REQUIRE(lossless);
  CHECK(decoded(*lossless).rgba == picture.rgba);
  const Picture small = decoded(*lossless, {16, 16});
  REQUIRE(small.width == 16);
  CHECK(small.row(8)[4 * 4 + 3] == 255);
  CHECK(small.row(8)[12 * 4 + 3] == 0);
  CHECK(check_colour(small, 4, 8, {200, 40, 40}, 2) == "");
}

TEST_CASE("AVIF: rotation, mirror and alpha of the container are applied") {
  if (samples::avif(samples::corners(16, 16)).empty()) STUDIO_SKIP("libavif has no encoder here");
  CHECK(samples::corner_letters(decoded(samples::avif(samples::corners(64, 32)))) == "RGBY");
  // ISO/IEC 23008-12: irot turns anti-clockwise, imir follows it.
  const Picture turned = decoded(samples::avif(samples::corners(64, 32), {.quarter_turns = 1}));
  CHECK(turned.width == 32);
  CHECK(samples::corner_letters(turned) == "GYRB");
  CHECK(samples::corner_letters(decoded(samples::avif(samples::corners(64, 32), {.quarter_turns = 3}))) == "BRYG");
  CHECK(samples::corner_letters(decoded(samples::avif(samples::corners(64, 32), {.mirror = 1}))) == "GRYB");
  CHECK(samples::corner_letters(decoded(samples::avif(samples::corners(64, 32), {.mirror = 0}))) == "BYRG");
  // Turned anti-clockwise: GY / RB; then left and right exchanged: YG / BR.
  CHECK(samples::corner_letters(decoded(samples::avif(samples::corners(64, 32), {.quarter_turns = 1, .mirror = 1}))) == "YGBR");
  CHECK(samples::corner_letters(decoded(samples::avif(samples::corners(64, 32), {.quarter_turns = 3, .mirror = 0}))) == "YGBR");

  Picture see_through = samples::flat(32, 32, {40, 160, 60}, 255);
  samples::fill(see_through, 0, 0, 16, 32, {40, 160, 60}, 64);
  const Picture back = decoded(samples::avif(see_through));
  REQUIRE(!back.empty());
  CHECK(std::abs(back.row(16)[4 * 4 + 3] - 64) <= 4);
  CHECK(back.row(16)[28 * 4 + 3] >= 251);
  CHECK(check_colour(back, 28, 16, {40, 160, 60}, 6) == "");
}

TEST_CASE("AVIF in Display P3 becomes sRGB") {
  const std::string file = samples::avif(samples::flat(32, 32, {200, 60, 90}), {.primaries = 12});
  if (file.empty()) STUDIO_SKIP("libavif has no encoder here");
  const auto exact = samples::lcms_to_srgb(samples::rgb_profile(0.680, 0.320, 0.265, 0.690, 0.150, 0.060), {200.0f / 255, 60.0f / 255, 90.0f / 255});
  const Rgb expected{static_cast<int>(exact.r * 255 + 0.5f), static_cast<int>(exact.g * 255 + 0.5f), static_cast<int>(exact.b * 255 + 0.5f)};
  CHECK(check_colour(decoded(file), 16, 16, expected, 5) == "");
}

TEST_CASE("one decode gives a whole ladder of sizes, each like a reduction of the full picture") {
  const Picture picture = samples::gradient(700, 500);
  const auto webp = encode_webp(picture, {90, false});
  REQUIRE(webp);
  for (const std::string& bytes : {samples::jpeg(picture), samples::jpeg(picture, {}, 95, true), samples::png(picture), *webp}) {
    const auto result = decode(bytes, {FitBox{256, 256}, FitBox{64, 64}, FitBox{}, FitBox{256, 256}, FitBox{2000, 90}});
    REQUIRE(result);
    REQUIRE(result->pictures.size() == 5);
    const std::vector<PictureSize> sizes{{256, 183}, {64, 46}, {700, 500}, {256, 183}, {126, 90}};
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      CHECK(PictureSize{result->pictures[i].width, result->pictures[i].height} == sizes[i]);
      CHECK(samples::mean_difference(result->pictures[i], resized(picture, sizes[i])) < 2.5);
    }
    // Asked for alone, the small one goes another way (the decoder's own scaling) to the same picture.
    const Picture alone = decoded(bytes, {64, 64});
    CHECK(samples::mean_difference(alone, resized(picture, {64, 46})) < 2.5);
  }
}

TEST_CASE("probing a picture tells its size as displayed, its alpha and its type") {
  const UniqueFd png = samples::memory_file(samples::png(samples::flat(30, 20, {1, 2, 3}, 100), {.exif_orientation = 6}));
  const auto facts = probe_media(png.get());
  REQUIRE(facts);
  CHECK(facts->kind == FileKind::Image);
  CHECK(facts->container == "png");
  CHECK(facts->mime == "image/png");
  CHECK(facts->width == 20);
  CHECK(facts->height == 30);
  CHECK(facts->has_alpha);
  const UniqueFd jpeg = samples::memory_file(samples::jpeg(samples::flat(31, 17, {1, 2, 3}), samples::rgb_profile(0.68, 0.32, 0.265, 0.69, 0.15, 0.06)));
  const auto more = probe_media(jpeg.get());
  REQUIRE(more);
  CHECK(more->width == 31);
  CHECK(more->height == 17);
  CHECK(!more->has_alpha);
  CHECK(more->colour.has_icc);
  CHECK(more->extension == "jpg");
}

TEST_CASE("a cut picture is damaged, in words, wherever it is cut") {
  const Picture picture = samples::gradient(200, 150);
  const auto webp = encode_webp(picture, {80, false});
  REQUIRE(webp);
  for (const std::string& whole : {samples::jpeg(picture), samples::png(picture), *webp, samples::avif(picture)}) {
    for (std::size_t part = 1; part < 8 && !whole.empty(); ++part) {
      const auto result = decode(whole.substr(0, whole.size() * part / 8));
      INFO(part << "/8 of " << whole.substr(1, 3));
      REQUIRE(!result);
      CHECK(result.error().kind == ErrorKind::Damaged);
      CHECK(result.error().message.find("damaged") != std::string::npos);
    }
  }
}

TEST_CASE("flipped bits never crash a decoder") {
  const Picture picture = samples::gradient(60, 40);
  const auto webp = encode_webp(picture, {80, true});
  REQUIRE(webp);
  for (const std::string& whole : {samples::jpeg(picture), samples::png(picture), *webp, samples::avif(picture)}) {
    for (std::size_t at = 0; at < whole.size(); at += 1 + whole.size() / 60) {
      std::string broken = whole;
      broken[at] = static_cast<char>(broken[at] ^ (1 << at % 8));
      const auto result = decode(broken, {FitBox{32, 32}});
      if (!result) CHECK(!result.error().message.empty());
    }
  }
  SUCCEED();
}

TEST_CASE("a picture of 60,000 × 60,000 is refused, saying its size", "[fault-52]") {
  const auto result = decode(samples::empty_png(60'000, 60'000, false), {FitBox{256, 256}});
  REQUIRE(!result);
  CHECK(result.error().kind == ErrorKind::BadRequest);
  CHECK(result.error().message.find("60000 × 60000") != std::string::npos);
}

TEST_CASE("a small file that unfolds to 16,000 × 16,000 is reduced row by row", "[fault-52]") {
  const std::string bytes = samples::empty_png(16'000, 16'000, true);
  CHECK(bytes.size() < 40'000);
  const auto result = decode(bytes, {FitBox{256, 256}});
  REQUIRE(result);
  CHECK(result->pictures[0].width == 256);
  CHECK(result->facts.width == 16'000);
}
