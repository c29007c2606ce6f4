// The frame shown is the frame asked for: numbers burned into the pictures are read back, and the ffmpeg program is asked
// for the same frame.
#include <random>

#include "desk_rig.h"

using namespace studio;

namespace {

// The exact frame, waited for.
std::shared_ptr<const ClipFrame> exact(DeskRig& rig, const std::string& name, std::int64_t index, int direction = 0) {
  std::shared_ptr<const ClipFrame> frame;
  REQUIRE(rig.until([&] {
    const ClipView view = rig.desk.clip(name, index, direction);
    if (view.problem != nullptr) FAIL(view.problem->message << " " << view.problem->detail);
    if (view.exact) frame = view.frame;
    return view.exact;
  }));
  return frame;
}

void storm(const std::vector<std::string>& encoder, const std::string& name, std::int64_t clip_bytes) {
  ClipDesk::Settings settings;
  settings.clip_bytes = clip_bytes;
  DeskRig rig(settings);
  constexpr int Frames = 60;
  if (!rig.numbered(name, Frames, encoder)) STUDIO_SKIP("the ffmpeg program cannot write " + name);
  std::mt19937 random(20'26);
  std::int64_t at = 0;
  for (int i = 0; i < 200; ++i) {
    // Anywhere, and the small steps that people do.
    const int kind = static_cast<int>(random() % 4);
    at = kind == 0 ? (at + 1) % Frames : kind == 1 ? (at + Frames - 1) % Frames : static_cast<std::int64_t>(random() % Frames);
    const auto frame = exact(rig, name, at, kind == 0 ? 1 : kind == 1 ? -1 : 0);
    REQUIRE(frame->index == at);
    REQUIRE(frame->picture.width == 320);
    REQUIRE(samples::read_number(frame->picture) == at);
    REQUIRE(rig.desk.counts().clip_bytes <= std::max<std::int64_t>(clip_bytes, 320 * 192 * 4));
  }
}

constexpr std::int64_t WholeClip = 64 << 20;
constexpr std::int64_t FewFrames = 9 * 320 * 192 * 4;

}  // namespace

TEST_CASE("200 random seeks are exact: H.264 with B-frames, cached whole") { storm({"-c:v", "libx264", "-preset", "veryfast", "-bf", "3", "-g", "250"}, "one-group.mp4", WholeClip); }
TEST_CASE("200 random seeks are exact: H.264, short groups, where only nine frames fit") { storm({"-c:v", "libx264", "-preset", "veryfast", "-bf", "2", "-g", "12"}, "short.mp4", FewFrames); }
TEST_CASE("200 random seeks are exact: H.264 with one group, where one frame fits") { storm({"-c:v", "libx264", "-preset", "veryfast", "-bf", "2", "-g", "250"}, "tight.mp4", 1); }
TEST_CASE("200 random seeks are exact: VP9 with hidden frames") {
  storm({"-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "400k", "-auto-alt-ref", "1", "-lag-in-frames", "8", "-g", "20"}, "vp9.webm", WholeClip);
}

TEST_CASE("a clip of varying rate has its frames by number and its times by the file", "[fault-54]") {
  DeskRig rig;
  if (!samples::has_ffmpeg() || !samples::has_encoder("libx264")) STUDIO_SKIP("the ffmpeg program has no libx264");
  const auto raw = rig.path("raw");
  samples::write_frames(raw, 40, [](int i) { return samples::numbered(320, 192, i); });
  // Frame n is shown at n²/1000 s: no rate fits. (Into MP4, FFmpeg 7 writes an edit list that cuts the last frame off.)
  REQUIRE(samples::ffmpeg({"-f", "rawvideo", "-pix_fmt", "rgba", "-s", "320x192", "-r", "24", "-i", raw.string(), "-vf", "settb=1/1000,setpts=N*N", "-fps_mode", "passthrough", "-enc_time_base", "1:1000",
                           "-c:v", "libx264", "-preset", "veryfast", "-bf", "2", "-pix_fmt", "yuv420p", rig.path("vfr.mkv").string()})
              .ok);
  std::mt19937 random(7);
  for (int i = 0; i < 60; ++i) {
    const auto index = static_cast<std::int64_t>(random() % 40);
    const auto frame = exact(rig, "vfr.mkv", index);
    REQUIRE(samples::read_number(frame->picture) == index);
    CHECK(std::abs(frame->time_secs - static_cast<double>(index * index) / 1000) < 0.0011);
  }
  // The strip by time.
  for (const double secs : {0.0, 0.101, 0.5, 1.52}) {
    std::int64_t expected = 0;
    while (static_cast<double>((expected + 1) * (expected + 1)) / 1000 <= secs) ++expected;
    StripView view;
    REQUIRE(rig.until([&] {
      view = rig.desk.strip("vfr.mkv", 160, 160, secs);
      return view.exact;
    }));
    CHECK(samples::read_number(view.frame->picture) == expected);
    CHECK(view.facts->fps_words.find("varying") != std::string::npos);
  }
}

TEST_CASE("frame n is what ffmpeg's select filter gives for n") {
  DeskRig rig;
  if (!rig.numbered("clip.mp4", 48)) STUDIO_SKIP("the ffmpeg program has no libx264");
  for (const std::int64_t index : {0, 1, 17, 30, 47}) {
    const auto frame = exact(rig, "clip.mp4", index);
    const auto ran = samples::ffmpeg({"-i", rig.path("clip.mp4").string(), "-vf", "select=eq(n\\," + std::to_string(index) + "),scale=flags=accurate_rnd+full_chroma_int+bicubic", "-frames:v", "1",
                                      "-f", "rawvideo", "-pix_fmt", "rgba", "-"});
    Picture expected(320, 192);
    REQUIRE(ran.output.size() == expected.rgba.size());
    std::copy(ran.output.begin(), ran.output.end(), expected.rgba.begin());
    CHECK(samples::mean_difference(frame->picture, expected) < 0.6);
    // The test bites: the neighbour differs.
    const auto other = exact(rig, "clip.mp4", index == 47 ? 46 : index + 1);
    CHECK(samples::mean_difference(other->picture, expected) > 0.6);
  }
}

TEST_CASE("stepping and playing both ways read the cache once the clip is there") {
  DeskRig rig;
  if (!rig.numbered("clip.mp4", 48)) STUDIO_SKIP("the ffmpeg program has no libx264");
  REQUIRE(rig.until([&] {
    const ClipView view = rig.desk.clip("clip.mp4", 10, 1);
    return view.cached == std::vector<FrameRange>{{0, 47}};
  }));
  rig.until([&] { return !rig.desk.counts().working; });
  const auto before = rig.desk.counts();
  for (int i = 0; i < 96; ++i) {
    const std::int64_t index = i < 48 ? i : 95 - i;
    rig.desk.begin_frame();
    const ClipView view = rig.desk.clip("clip.mp4", index, i < 48 ? 1 : -1);
    rig.desk.end_frame();
    REQUIRE(view.exact);
    CHECK(samples::read_number(view.frame->picture) == index);
  }
  CHECK(rig.desk.counts().decodes_begun == before.decodes_begun);
  CHECK(!rig.desk.counts().working);
}
