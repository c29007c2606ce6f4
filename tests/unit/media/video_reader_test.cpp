#include "media/video_reader.h"

#include <random>

#include "media/probe.h"
#include "support/catch.h"
#include "support/media_samples.h"
#include "support/temp_folder.h"

using namespace studio;

namespace {

struct Codec {
  std::string name;  // of the encoder
  std::string file;
  std::vector<std::string> arguments;
};

// With B-frames, long and short keyframe distances, in every container that is let in.
const std::vector<Codec> Codecs{
    {"libx264", "b-frames.mp4", {"-c:v", "libx264", "-preset", "veryfast", "-bf", "3", "-g", "250"}},
    {"libx264", "short-gop.mov", {"-c:v", "libx264", "-preset", "veryfast", "-bf", "2", "-g", "12"}},
    {"libx264", "open-gop.mkv", {"-c:v", "libx264", "-preset", "veryfast", "-x264-params", "open-gop=1:keyint=10:bframes=3:b-adapt=0"}},
    {"libx264", "fragmented.mp4", {"-c:v", "libx264", "-preset", "veryfast", "-g", "16", "-movflags", "frag_keyframe+empty_moov"}},
    {"libvpx-vp9", "vp9.webm", {"-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "400k", "-auto-alt-ref", "1", "-lag-in-frames", "8", "-g", "20"}},
    {"libsvtav1", "av1.mp4", {"-c:v", "libsvtav1", "-preset", "12", "-g", "20"}},
    {"libaom-av1", "av1.webm", {"-c:v", "libaom-av1", "-cpu-used", "8", "-usage", "realtime", "-b:v", "400k", "-g", "20"}},
    {"libx265", "hevc.mp4", {"-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none:keyint=24:bframes=3", "-tag:v", "hvc1"}},
};

void seek_storm(const Codec& codec) {
  if (!samples::has_ffmpeg() || !samples::has_encoder(codec.name)) STUDIO_SKIP("the ffmpeg program has no " + codec.name);
  const TempFolder folder;
  const auto path = folder.path() / codec.file;
  constexpr int Frames = 48;
  if (!samples::numbered_clip(path, codec.arguments, Frames)) STUDIO_SKIP("this ffmpeg program cannot write " + codec.file);
  const auto file = open_for_read(path);
  REQUIRE(file);
  auto reader = VideoReader::open(file->get(), 2);
  REQUIRE(reader);
  const auto count = (*reader)->frame_count();
  REQUIRE(count);
  CHECK(*count == Frames);

  // Forward, backward, then anywhere; small targets too, for the number must survive scaling.
  std::vector<std::int64_t> order;
  for (int i = 0; i < Frames; ++i) order.push_back(i);
  for (int i = Frames - 1; i >= 0; i -= 5) order.push_back(i);
  std::mt19937 random(12345);
  for (int i = 0; i < 40; ++i) order.push_back(static_cast<std::int64_t>(random() % Frames));
  for (const std::int64_t index : order) {
    const auto frame = (*reader)->frame(index, index % 3 == 0 ? FitBox{160, 160} : FitBox{});
    REQUIRE(frame);
    REQUIRE(samples::read_number(frame->picture) == index);
    CHECK(std::abs(frame->time_secs - static_cast<double>(index) / 24) < 0.0015);  // Matroska counts milliseconds
    CHECK(std::abs(frame->duration_secs - 1.0 / 24) < 0.002);
    CHECK(*(*reader)->frame_at(frame->time_secs) == index);
  }
  CHECK(*(*reader)->frame_at(-5) == 0);
  CHECK(*(*reader)->frame_at(500) == Frames - 1);
  CHECK(!(*reader)->frame(Frames));
  CHECK(!(*reader)->frame(-1));
}

Result<std::unique_ptr<VideoReader>> open_reader(const UniqueFd& file) { return VideoReader::open(file.get()); }

}  // namespace

TEST_CASE("exact seek: H.264 with B-frames and one keyframe") { seek_storm(Codecs[0]); }
TEST_CASE("exact seek: H.264 in MOV with short groups") { seek_storm(Codecs[1]); }
TEST_CASE("exact seek: H.264 in MKV with open groups") { seek_storm(Codecs[2]); }
TEST_CASE("exact seek: H.264 in a fragmented MP4", "[fault-53]") { seek_storm(Codecs[3]); }
TEST_CASE("exact seek: VP9 in WebM") { seek_storm(Codecs[4]); }
TEST_CASE("exact seek: AV1 in MP4") { seek_storm(Codecs[5]); }
TEST_CASE("exact seek: AV1 in WebM") { seek_storm(Codecs[6]); }
TEST_CASE("exact seek: HEVC in MP4") { seek_storm(Codecs[7]); }

TEST_CASE("a clip cut by an edit list starts at its first shown frame", "[fault-54]") {
  if (!samples::has_ffmpeg() || !samples::has_encoder("libx264")) STUDIO_SKIP("the ffmpeg program has no libx264");
  const TempFolder folder;
  REQUIRE(samples::numbered_clip(folder.path() / "whole.mp4", {"-c:v", "libx264", "-preset", "veryfast", "-bf", "2", "-g", "48"}));
  // Copied from the keyframe before it: the file keeps frames that are decoded but never shown.
  REQUIRE(samples::ffmpeg({"-ss", "0.5", "-i", (folder.path() / "whole.mp4").string(), "-c", "copy", (folder.path() / "cut.mp4").string()}).ok);
  const auto file = open_for_read(folder.path() / "cut.mp4");
  auto reader = open_reader(*file);
  REQUIRE(reader);
  const auto count = (*reader)->frame_count();
  REQUIRE(count);
  CHECK(*count == 36);
  for (const std::int64_t index : {0, 35, 7, 20, 0}) {
    const auto frame = (*reader)->frame(index);
    REQUIRE(frame);
    CHECK(samples::read_number(frame->picture) == index + 12);
    CHECK(std::abs(frame->time_secs - static_cast<double>(index) / 24) < 0.001);
  }
}

TEST_CASE("frame times come from the file when they are uneven", "[fault-54]") {
  if (!samples::has_ffmpeg() || !samples::has_encoder("libx264")) STUDIO_SKIP("the ffmpeg program has no libx264");
  const TempFolder folder;
  const auto path = folder.path() / "uneven.mp4";
  // Every fourth frame is dropped, the others keep their times.
  REQUIRE(samples::numbered_clip(path, {"-vf", "select='mod(n\\,4)'", "-fps_mode", "vfr", "-c:v", "libx264", "-preset", "veryfast", "-bf", "2"}));
  const auto file = open_for_read(path);
  auto reader = open_reader(*file);
  REQUIRE(reader);
  REQUIRE(*(*reader)->frame_count() == 36);
  for (const std::int64_t index : {0, 1, 2, 3, 30, 5, 35}) {
    const std::int64_t number = index / 3 * 4 + index % 3 + 1;  // 1 2 3 5 6 7 9 …
    const auto frame = (*reader)->frame(index);
    REQUIRE(frame);
    CHECK(samples::read_number(frame->picture) == number);
    CHECK(std::abs(frame->time_secs - static_cast<double>(number - 1) / 24) < 0.001);
  }
  CHECK(*(*reader)->frame_at(3.4 / 24) == 2);  // between numbers 3 and 5 the former stays on screen
}

TEST_CASE("facts of a clip: size, rate, length, codecs, sound") {
  if (!samples::has_ffmpeg() || !samples::has_encoder("libx264")) STUDIO_SKIP("the ffmpeg program has no libx264");
  const TempFolder folder;
  const auto path = folder.path() / "named-wrongly.png";
  REQUIRE(samples::numbered_clip(folder.path() / "silent.mp4", {"-c:v", "libx264", "-preset", "veryfast"}, 50, 322, 182, "25"));
  REQUIRE(samples::ffmpeg({"-i", (folder.path() / "silent.mp4").string(), "-f", "lavfi", "-i", "sine=frequency=440:duration=2", "-c:v", "copy", "-c:a", "aac", "-f", "mp4", path.string()}).ok);
  const auto file = open_for_read(path);
  const auto facts = probe_media(file->get());
  REQUIRE(facts);
  CHECK(facts->kind == FileKind::Video);
  CHECK(facts->container == "mp4");
  CHECK(facts->extension == "mp4");
  CHECK(facts->video_codec == "h264");
  CHECK(facts->audio_codec == "aac");
  CHECK(facts->has_audio);
  CHECK(facts->width == 322);
  CHECK(facts->height == 182);
  CHECK(facts->fps_num == 25);
  CHECK(facts->fps_den == 1);
  CHECK(facts->frame_count == 50);
  CHECK(std::abs(facts->duration_secs - 2.0) < 0.001);
  CHECK(!facts->has_alpha);
}

TEST_CASE("pixels that are not square are shown wide") {
  if (!samples::has_ffmpeg() || !samples::has_encoder("libx264")) STUDIO_SKIP("the ffmpeg program has no libx264");
  const TempFolder folder;
  const auto path = folder.path() / "wide.mp4";
  REQUIRE(samples::numbered_clip(path, {"-vf", "setsar=2", "-c:v", "libx264", "-preset", "veryfast"}, 4));
  const auto file = open_for_read(path);
  auto reader = open_reader(*file);
  REQUIRE(reader);
  CHECK((*reader)->facts()->width == 640);
  CHECK((*reader)->facts()->height == 192);
  const auto frame = (*reader)->frame(2, {320, 320});
  REQUIRE(frame);
  CHECK(frame->picture.width == 320);
  CHECK(frame->picture.height == 96);
  CHECK(samples::read_number(frame->picture) == 2);
}

TEST_CASE("a clip's rotation is applied as the ffmpeg program applies it", "[fault-54]") {
  if (!samples::has_ffmpeg() || !samples::has_encoder("libx264")) STUDIO_SKIP("the ffmpeg program has no libx264");
  const TempFolder folder;
  const auto plain = folder.path() / "plain.mp4";
  const auto raw = folder.path() / "plain.rgba";
  samples::write_frames(raw, 3, [](int) { return samples::corners(128, 64); });
  REQUIRE(samples::ffmpeg({"-f", "rawvideo", "-pix_fmt", "rgba", "-s", "128x64", "-i", raw.string(), "-pix_fmt", "yuv420p", "-c:v", "libx264", plain.string()}).ok);
  int turned = 0;
  for (const std::string degrees : {"90", "180", "270"}) {
    const auto path = folder.path() / ("turned-" + degrees + ".mp4");
    // Newer programs take the rotation as an input option, older ones as a tag of the stream.
    const bool written = samples::ffmpeg({"-display_rotation:v:0", degrees, "-i", plain.string(), "-c", "copy", path.string()}).ok ||
                         samples::ffmpeg({"-i", plain.string(), "-c", "copy", "-metadata:s:v:0", "rotate=" + degrees, path.string()}).ok;
    const bool rotates = written && samples::ffprobe("stream_side_data=rotation", path).output.find("rotation=") != std::string::npos;
    if (!rotates) continue;
    ++turned;
    const bool is_tall = degrees != "180";
    const Picture expected = samples::decoded_by_ffmpeg(path, is_tall ? 64 : 128, is_tall ? 128 : 64);
    const auto file = open_for_read(path);
    auto reader = open_reader(*file);
    REQUIRE(reader);
    const auto frame = (*reader)->frame(0);
    REQUIRE(frame);
    INFO(degrees);
    CHECK(samples::corner_letters(frame->picture) == samples::corner_letters(expected));
    CHECK(samples::corner_letters(expected) != "RGBY");
    CHECK((*reader)->facts()->width == frame->picture.width);
    CHECK(samples::mean_difference(frame->picture, expected) < 3);
  }
  if (turned == 0) STUDIO_SKIP("this ffmpeg program writes no rotation");
}

TEST_CASE("the poster passes over a fade from black, and a black clip gives its first frame") {
  if (!samples::has_ffmpeg() || !samples::has_encoder("libx264")) STUDIO_SKIP("the ffmpeg program has no libx264");
  const TempFolder folder;
  for (const int black : {0, 6, 40}) {
    const auto raw = folder.path() / "a.rgba", path = folder.path() / "a.mp4";
    samples::write_frames(raw, 40, [black](int i) { return i < black ? samples::flat(160, 96, {0, 0, 0}) : samples::numbered(160, 96, i); });
    REQUIRE(samples::ffmpeg({"-f", "rawvideo", "-pix_fmt", "rgba", "-s", "160x96", "-r", "24", "-i", raw.string(), "-pix_fmt", "yuv420p", "-c:v", "libx264", path.string()}).ok);
    const auto file = open_for_read(path);
    auto reader = open_reader(*file);
    REQUIRE(reader);
    const std::vector<FitBox> boxes{{}, {80, 80}};
    const auto poster = (*reader)->poster(boxes);
    REQUIRE(poster);
    REQUIRE(poster->pictures.size() == 2);
    CHECK(poster->pictures[1].width == 80);
    const int expected = black == 40 ? 0 : black;
    CHECK(samples::read_number(poster->pictures[0]) == expected);
    CHECK(std::abs(poster->time_secs - expected / 24.0) < 0.001);
    CHECK(poster->facts.width == 160);
    // The reader goes on working after it.
    const auto frame = (*reader)->frame(39);
    REQUIRE(frame);
    CHECK(samples::read_number(frame->picture) == (black == 40 ? 0 : 39));
  }
}

TEST_CASE("a clip cut off anywhere gives what is there, or a sentence", "[fault-53]") {
  if (!samples::has_ffmpeg() || !samples::has_encoder("libx264")) STUDIO_SKIP("the ffmpeg program has no libx264");
  const TempFolder folder;
  REQUIRE(samples::numbered_clip(folder.path() / "index-first.mp4", {"-c:v", "libx264", "-preset", "veryfast", "-g", "12", "-movflags", "+faststart"}));
  REQUIRE(samples::numbered_clip(folder.path() / "plain.mkv", {"-c:v", "libx264", "-preset", "veryfast", "-g", "12"}));
  REQUIRE(samples::numbered_clip(folder.path() / "index-last.mp4", {"-c:v", "libx264", "-preset", "veryfast", "-g", "12"}));
  for (const char* name : {"index-first.mp4", "plain.mkv", "index-last.mp4"}) {
    const std::string whole = samples::read_bytes(folder.path() / name);
    for (std::size_t part = 1; part < 16; ++part) {
      const UniqueFd file = samples::memory_file(std::string_view(whole).substr(0, whole.size() * part / 16));
      INFO(name << " " << part << "/16");
      auto reader = open_reader(file);
      if (!reader) {
        CHECK(reader.error().kind == ErrorKind::Damaged);
        continue;
      }
      const auto count = (*reader)->frame_count();
      if (!count) continue;
      for (std::int64_t index = 0; index < *count; index += 9) {
        const auto frame = (*reader)->frame(index);
        if (frame) {
          CHECK(samples::read_number(frame->picture) == index);
        } else {
          CHECK(frame.error().kind == ErrorKind::Damaged);
        }
      }
    }
    if (std::string(name) == "index-last.mp4") {
      const UniqueFd file = samples::memory_file(std::string_view(whole).substr(0, whole.size() / 2));
      CHECK(!open_reader(file));  // without its index there is nothing to go by
    }
  }
}

TEST_CASE("sound alone, other codecs and pictures are refused as clips, by name") {
  if (!samples::has_ffmpeg()) STUDIO_SKIP("the ffmpeg program is missing");
  const TempFolder folder;
  const auto refusal = [&](const std::string& name) {
    const auto file = open_for_read(folder.path() / name);
    auto reader = VideoReader::open(file->get());
    return reader ? std::string("opened") : reader.error().message;
  };
  REQUIRE(samples::ffmpeg({"-f", "lavfi", "-i", "sine=duration=1", "-c:a", "aac", "-brand", "isom", (folder.path() / "sound.mp4").string()}).ok);
  CHECK(refusal("sound.mp4").find("no pictures in it") != std::string::npos);
  REQUIRE(samples::ffmpeg({"-f", "lavfi", "-i", "testsrc=duration=1:size=64x64", "-c:v", "mpeg4", (folder.path() / "old.mp4").string()}).ok);
  CHECK(refusal("old.mp4").find("mpeg4") != std::string::npos);
  samples::write_file(folder.path() / "a.mp4", "\x89PNG\r\n\x1a\n");
  CHECK(refusal("a.mp4").find("a picture") != std::string::npos);
}
