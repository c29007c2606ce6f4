#include "media/clip_encoder.h"

#include <fcntl.h>

#include <cmath>
#include <cstring>

#include "media/probe.h"
#include "media/video_reader.h"
#include "support/catch.h"
#include "support/media_samples.h"
#include "support/temp_folder.h"

using namespace studio;
using samples::Rgb;

namespace {

std::vector<float> tone(double secs, int channels) {
  std::vector<float> samples_out;
  for (int i = 0; i < static_cast<int>(secs * 48'000); ++i) {
    for (int c = 0; c < channels; ++c) samples_out.push_back(0.4f * static_cast<float>(std::sin(i * 0.0576 * (c + 1))));
  }
  return samples_out;
}

Result<std::string> encode(const ClipSettings& settings, int frames, const std::function<Picture(int)>& make, const std::vector<float>& sound = {}) {
  STUDIO_TRY(const auto encoder, ClipEncoder::start(settings));
  for (int i = 0; i < frames; ++i) STUDIO_CHECK(encoder->add_frame(make(i)));
  if (!sound.empty()) STUDIO_CHECK(encoder->add_audio(sound));
  STUDIO_CHECK(encoder->finish());
  return encoder->bytes();
}

ClipSettings small(int width = 128, int height = 96) {
  ClipSettings settings = fast_clip_settings(width, height);
  return settings;
}

// Position of a top-level box of the file.
std::int64_t box_at(const std::string& bytes, const std::string& name) {
  for (std::size_t at = 0; at + 8 <= bytes.size();) {
    std::size_t size = 0;
    for (int i = 0; i < 4; ++i) size = size << 8 | static_cast<unsigned char>(bytes[at + static_cast<std::size_t>(i)]);
    if (bytes.compare(at + 4, 4, name) == 0) return static_cast<std::int64_t>(at);
    if (size < 8) break;
    at += size;
  }
  return -1;
}

// x264 is required of FFmpeg here; without it nothing below can run.
bool lacks_x264() {
  auto encoder = ClipEncoder::start(small());
  return !encoder && encoder.error().kind == ErrorKind::NotFound;
}

}  // namespace

TEST_CASE("the first frame of an animated flat card is within 3 code values of the picture") {
  if (lacks_x264()) STUDIO_SKIP("FFmpeg here has no x264");
  const TempFolder folder;
  const Rgb colours[] = {{255, 0, 0}, {0, 255, 0}, {0, 0, 255}, {255, 255, 0}, {0, 255, 255}, {255, 0, 255}, {255, 255, 255}, {0, 0, 0},
                         {128, 128, 128}, {224, 172, 105}, {18, 52, 86}, {200, 30, 120}, {250, 128, 10}};
  for (const Rgb colour : colours) {
    // Something moves over the card after the first frame.
    const auto make = [colour](int i) {
      Picture picture = samples::flat(160, 96, colour);
      if (i > 0) samples::fill(picture, i * 8, 20, i * 8 + 10, 60, {90, 90, 90});
      return picture;
    };
    const auto bytes = encode(small(160, 96), 8, make);
    REQUIRE(bytes);
    samples::write_file(folder.path() / "a.mp4", *bytes);
    const auto file = open_for_read(folder.path() / "a.mp4");
    auto reader = VideoReader::open(file->get());
    REQUIRE(reader);
    const auto frame = (*reader)->frame(0);
    REQUIRE(frame);
    for (const auto& [x, y] : {std::pair{4, 4}, std::pair{80, 48}, std::pair{155, 90}}) {
      INFO(samples::text(colour) << " became " << samples::text(samples::pixel(frame->picture, x, y)));
      CHECK(samples::near(samples::pixel(frame->picture, x, y), colour, 3));
    }
    if (samples::has_ffmpeg()) {
      const Picture other = samples::decoded_by_ffmpeg(folder.path() / "a.mp4", 160, 96);
      REQUIRE(!other.empty());
      INFO(samples::text(colour) << " became, for ffmpeg, " << samples::text(samples::pixel(other, 80, 48)));
      CHECK(samples::near(samples::pixel(other, 80, 48), colour, 3));
    }
  }
}

TEST_CASE("our clips are H.264, yuv420p, BT.709 limited and tagged so, as ffprobe reads them") {
  if (lacks_x264()) STUDIO_SKIP("FFmpeg here has no x264");
  if (!samples::has_ffmpeg()) STUDIO_SKIP("the ffprobe program is missing");
  const TempFolder folder;
  ClipSettings settings = small();
  settings.fps_num = 30'000;
  settings.fps_den = 1001;
  const auto bytes = encode(settings, 30, [](int i) { return samples::numbered(128, 96, i); });
  REQUIRE(bytes);
  samples::write_file(folder.path() / "a.mp4", *bytes);
  const std::string said = samples::ffprobe("stream=codec_name,pix_fmt,color_space,color_primaries,color_transfer,color_range,r_frame_rate,nb_frames,width,height", folder.path() / "a.mp4").output;
  for (const char* line : {"codec_name=h264\n", "pix_fmt=yuv420p\n", "color_space=bt709\n", "color_primaries=bt709\n", "color_transfer=bt709\n", "color_range=tv\n", "r_frame_rate=30000/1001\n", "nb_frames=30\n", "width=128\n", "height=96\n"}) {
    INFO(said);
    CHECK(said.find(line) != std::string::npos);
  }
  const UniqueFd file = samples::memory_file(*bytes);
  const auto facts = probe_media(file.get());
  REQUIRE(facts);
  CHECK(facts->colour.matrix == "bt709");
  CHECK(!facts->colour.matrix_assumed);
  CHECK(!facts->colour.range_assumed);
}

TEST_CASE("every frame arrives, in order, with the index before the media") {
  if (lacks_x264()) STUDIO_SKIP("FFmpeg here has no x264");
  const auto bytes = encode(small(320, 192), 60, [](int i) { return samples::numbered(320, 192, i); });
  REQUIRE(bytes);
  CHECK(box_at(*bytes, "moov") > 0);
  CHECK(box_at(*bytes, "mdat") > box_at(*bytes, "moov"));
  const UniqueFd file = samples::memory_file(*bytes);
  auto reader = VideoReader::open(file.get());
  REQUIRE(reader);
  REQUIRE(*(*reader)->frame_count() == 60);
  for (const std::int64_t index : {0, 1, 59, 30, 31}) CHECK(samples::read_number((*reader)->frame(index)->picture) == index);
  CHECK(std::abs((*reader)->facts()->duration_secs - 2.5) < 0.001);
}

TEST_CASE("the same pictures and sound give the same bytes") {
  if (lacks_x264()) STUDIO_SKIP("FFmpeg here has no x264");
  ClipSettings settings = small(320, 192);
  settings.audio_channels = 2;
  settings.comment = "a card";
  const auto make = [](int i) { return samples::numbered(320, 192, i); };
  const auto first = encode(settings, 40, make, tone(1.6, 2)), second = encode(settings, 40, make, tone(1.6, 2));
  REQUIRE(first);
  REQUIRE(second);
  CHECK(*first == *second);
  CHECK(first->find("a card") != std::string::npos);
  const auto other = encode(settings, 40, [](int i) { return samples::numbered(320, 192, i + 1); }, tone(1.6, 2));
  REQUIRE(other);
  CHECK(*other != *first);
}

TEST_CASE("sound is AAC, as long as it was, and what was put in") {
  if (lacks_x264()) STUDIO_SKIP("FFmpeg here has no x264");
  if (!samples::has_ffmpeg()) STUDIO_SKIP("the ffmpeg program is missing");
  const TempFolder folder;
  for (const int channels : {1, 2}) {
    ClipSettings settings = small();
    settings.audio_channels = channels;
    const auto bytes = encode(settings, 48, [](int i) { return samples::numbered(128, 96, i); }, tone(2.0, channels));
    REQUIRE(bytes);
    samples::write_file(folder.path() / "a.mp4", *bytes);
    const auto said = samples::run({"ffprobe", "-v", "error", "-select_streams", "a:0", "-show_entries", "stream=codec_name,channels,sample_rate", "-of", "default=noprint_wrappers=1", (folder.path() / "a.mp4").string()}).output;
    CHECK(said == "codec_name=aac\nsample_rate=48000\nchannels=" + std::to_string(channels) + "\n");
    const auto pcm = samples::ffmpeg({"-i", (folder.path() / "a.mp4").string(), "-af", "pan=mono|c0=c0", "-f", "f32le", "-"}).output;
    const std::size_t count = pcm.size() / 4;
    CHECK(count >= 96'000);
    CHECK(count <= 96'000 + 2048);
    // The tone is there, at its strength: 0.4 / √2.
    double power = 0;
    for (std::size_t i = 4800; i < 91'200; ++i) {
      float value = 0;
      std::memcpy(&value, pcm.data() + i * 4, 4);
      power += static_cast<double>(value) * value;
    }
    CHECK(std::abs(std::sqrt(power / 86'400) - 0.4 / std::sqrt(2.0)) < 0.02);
  }
}

TEST_CASE("odd sizes lose one column or row, nothing else") {
  if (lacks_x264()) STUDIO_SKIP("FFmpeg here has no x264");
  const auto bytes = encode(small(161, 97), 3, [](int) { return samples::corners(161, 97); });
  REQUIRE(bytes);
  const UniqueFd file = samples::memory_file(*bytes);
  auto reader = VideoReader::open(file.get());
  REQUIRE(reader);
  const auto frame = (*reader)->frame(1);
  REQUIRE(frame);
  CHECK(frame->picture.width == 160);
  CHECK(frame->picture.height == 96);
  CHECK(samples::corner_letters(frame->picture) == "RGBY");
}

TEST_CASE("a clip goes to a file, and a full disk is said so") {
  if (lacks_x264()) STUDIO_SKIP("FFmpeg here has no x264");
  const TempFolder folder;
  const UniqueFd file(::open((folder.path() / "out.mp4").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  REQUIRE(file);
  auto encoder = ClipEncoder::start(small(), file.get());
  REQUIRE(encoder);
  for (int i = 0; i < 10; ++i) REQUIRE((*encoder)->add_frame(samples::numbered(128, 96, i)));
  REQUIRE((*encoder)->finish());
  CHECK(!(*encoder)->bytes());
  const auto in_memory = encode(small(), 10, [](int i) { return samples::numbered(128, 96, i); });
  CHECK(samples::read_bytes(folder.path() / "out.mp4") == *in_memory);

  const UniqueFd full(::open("/dev/full", O_RDWR | O_CLOEXEC));
  if (!full) STUDIO_SKIP("there is no /dev/full");
  auto doomed = ClipEncoder::start(small(), full.get());
  Result<void> result;
  if (!doomed) {
    result = fail(doomed.error());
  } else {
    for (int i = 0; i < 10 && result; ++i) result = (*doomed)->add_frame(samples::numbered(128, 96, i));
    if (result) result = (*doomed)->finish();
  }
  REQUIRE(!result);
  CHECK(result.error().kind == ErrorKind::Disk);
}

TEST_CASE("what a clip cannot be is refused") {
  CHECK(!ClipEncoder::start(ClipSettings{}));
  if (lacks_x264()) STUDIO_SKIP("FFmpeg here has no x264");
  auto encoder = ClipEncoder::start(small());
  REQUIRE(encoder);
  CHECK(!(*encoder)->add_frame(Picture(64, 64)));
  CHECK(!(*encoder)->add_audio(std::vector<float>(100)));
  CHECK(!(*encoder)->finish());
  ClipSettings odd = small();
  odd.preset = "no such preset";
  CHECK(!ClipEncoder::start(odd));
}
