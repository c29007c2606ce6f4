// Colours of decoded frames against the closed form: constant planes are encoded without loss, so nothing but the
// conversion to RGB can be wrong.
#include <cmath>

#include "media/video_reader.h"
#include "support/catch.h"
#include "support/media_samples.h"
#include "support/temp_folder.h"

using namespace studio;
using samples::Rgb;

namespace {

struct Yuv {
  int y, u, v;
};

// ITU-R BT.601, BT.709, BT.2020: Kr and Kb.
struct Matrix {
  double kr, kb;
};
constexpr Matrix Bt601{0.299, 0.114}, Bt709{0.2126, 0.0722}, Bt2020{0.2627, 0.0593};

Rgb exact(Yuv c, Matrix m, bool full_range) {
  const double y = full_range ? c.y / 255.0 : (c.y - 16) / 219.0;
  const double u = full_range ? (c.u - 128) / 255.0 : (c.u - 128) / 224.0;
  const double v = full_range ? (c.v - 128) / 255.0 : (c.v - 128) / 224.0;
  const double r = y + 2 * (1 - m.kr) * v, b = y + 2 * (1 - m.kb) * u;
  const double g = (y - m.kr * r - m.kb * b) / (1 - m.kr - m.kb);
  const auto code = [](double value) { return static_cast<int>(std::lround(std::clamp(value, 0.0, 1.0) * 255)); };
  return {code(r), code(g), code(b)};
}

// A clip of one colour. `tags`: encoder options that write matrix and range.
bool write_clip(const std::filesystem::path& path, Yuv colour, int width, int height, const std::vector<std::string>& tags) {
  const auto raw = path.string() + ".yuv";
  std::string planes(static_cast<std::size_t>(width * height), static_cast<char>(colour.y));
  planes.append(static_cast<std::size_t>(width * height / 4), static_cast<char>(colour.u));
  planes.append(static_cast<std::size_t>(width * height / 4), static_cast<char>(colour.v));
  samples::write_file(raw, planes);
  std::vector<std::string> arguments{"-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", std::to_string(width) + "x" + std::to_string(height), "-i", raw, "-c:v", "libx264", "-qp", "0"};
  arguments.insert(arguments.end(), tags.begin(), tags.end());
  arguments.push_back(path.string());
  return samples::ffmpeg(arguments).ok;
}

struct Seen {
  Rgb colour;
  ColourTags tags;
};
Seen seen(const std::filesystem::path& path, FitBox box = {}) {
  const auto file = open_for_read(path);
  if (!file) return {};
  auto reader = VideoReader::open(file->get());
  if (!reader) return {};
  const auto frame = (*reader)->frame(0, box);
  if (!frame) return {};
  return {samples::pixel(frame->picture, frame->picture.width / 2, frame->picture.height / 2), (*reader)->facts()->colour};
}

constexpr Yuv Patches[] = {{81, 90, 240}, {145, 54, 34}, {41, 240, 110}, {180, 120, 140}, {126, 128, 128}};

void check_tagged(const char* name, Matrix matrix, bool full_range) {
  if (!samples::has_ffmpeg() || !samples::has_encoder("libx264")) STUDIO_SKIP("the ffmpeg program has no libx264");
  const TempFolder folder;
  const auto path = folder.path() / "a.mp4";
  for (const Yuv patch : Patches) {
    REQUIRE(write_clip(path, patch, 64, 64, {"-x264-params", std::string("colormatrix=") + name, "-bsf:v", std::string("h264_metadata=video_full_range_flag=") + (full_range ? "1" : "0")}));
    for (const FitBox box : {FitBox{}, FitBox{20, 20}}) {
      const Seen got = seen(path, box);
      const Rgb expected = exact(patch, matrix, full_range);
      INFO(name << " expected " << samples::text(expected) << " got " << samples::text(got.colour));
      CHECK(samples::near(got.colour, expected, 2));
      CHECK(!got.tags.matrix_assumed);
      CHECK(got.tags.full_range == full_range);
    }
  }
}

}  // namespace

TEST_CASE("tagged BT.601, limited range") { check_tagged("smpte170m", Bt601, false); }
TEST_CASE("tagged BT.709, limited range") { check_tagged("bt709", Bt709, false); }
TEST_CASE("tagged BT.2020, limited range") { check_tagged("bt2020nc", Bt2020, false); }
TEST_CASE("tagged BT.601, full range") { check_tagged("smpte170m", Bt601, true); }
TEST_CASE("tagged BT.709, full range") { check_tagged("bt709", Bt709, true); }

TEST_CASE("without tags HD is BT.709, smaller is BT.601, and the facts say that it is assumed") {
  if (!samples::has_ffmpeg() || !samples::has_encoder("libx264")) STUDIO_SKIP("the ffmpeg program has no libx264");
  const TempFolder folder;
  const auto path = folder.path() / "a.mp4";
  const Yuv red{81, 90, 240};
  const struct {
    int width, height;
    Matrix matrix;
    const char* name;
  } cases[] = {{640, 360, Bt601, "smpte170m"}, {854, 480, Bt601, "smpte170m"}, {960, 720, Bt709, "bt709"}, {1280, 544, Bt709, "bt709"}, {480, 854, Bt709, "bt709"}};
  for (const auto& one : cases) {
    REQUIRE(write_clip(path, red, one.width, one.height, {}));
    const Seen got = seen(path, {64, 64});
    INFO(one.width << "x" << one.height << " got " << samples::text(got.colour));
    CHECK(samples::near(got.colour, exact(red, one.matrix, false), 2));
    CHECK(got.tags.matrix == one.name);
    CHECK(got.tags.matrix_assumed);
    CHECK(!got.tags.full_range);
  }
  // The two answers really differ, so the checks above can fail.
  CHECK(!samples::near(exact(red, Bt601, false), exact(red, Bt709, false), 4));
}
