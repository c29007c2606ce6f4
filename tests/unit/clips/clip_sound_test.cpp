// The sound of a clip against what the ffmpeg program makes of the same file.
#include <cmath>
#include <cstring>

#include "desk_rig.h"

using namespace studio;

namespace {

SoundView heard(DeskRig& rig, const std::string& name) {
  SoundView view;
  REQUIRE(rig.until([&] {
    view = rig.desk.sound(name);
    return view.sound || view.problem != nullptr;
  }));
  return view;
}

// A clip with a tone of another pitch on each side, 440 Hz left and 660 Hz right.
bool tone_clip(const std::filesystem::path& path, const std::vector<std::string>& sound, const std::string& secs = "2", const std::string& rate = "44100") {
  std::vector<std::string> arguments{"-f", "lavfi", "-i", "testsrc=s=160x96:rate=24:d=" + secs, "-f", "lavfi", "-i",
                                     "aevalsrc=0.4*sin(440*2*PI*t)|0.3*sin(660*2*PI*t):s=" + rate + ":d=" + secs, "-pix_fmt", "yuv420p"};
  arguments.insert(arguments.end(), sound.begin(), sound.end());
  arguments.push_back(path.string());
  return samples::ffmpeg(arguments).ok;
}

std::vector<float> by_ffmpeg(const std::filesystem::path& path) {
  const auto ran = samples::ffmpeg({"-i", path.string(), "-vn", "-f", "f32le", "-ar", "48000", "-ac", "2", "-"});
  std::vector<float> samples(ran.output.size() / sizeof(float));
  std::memcpy(samples.data(), ran.output.data(), samples.size() * sizeof(float));
  return samples;
}

}  // namespace

TEST_CASE("the sound is stereo at 48 kHz, sample for sample what ffmpeg makes of it") {
  if (!samples::has_ffmpeg()) STUDIO_SKIP("there is no ffmpeg program");
  DeskRig rig;
  int tried = 0;
  const std::vector<std::pair<std::string, std::vector<std::string>>> clips{
      {"aac.mp4", {"-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", "-b:a", "192k"}},
      {"opus.webm", {"-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus", "-b:a", "128k"}},
      {"pcm.mov", {"-c:v", "libx264", "-preset", "ultrafast", "-c:a", "pcm_s16le"}}};
  for (const auto& [name, codec] : clips) {
    if (!tone_clip(rig.path(name), codec)) continue;
    ++tried;
    INFO(name);
    const SoundView view = heard(rig, name);
    REQUIRE(view.sound);
    CHECK(view.sound->rate == 48'000);
    CHECK(view.sound->channels == 2);
    const std::vector<float> expected = by_ffmpeg(rig.path(name));
    const std::vector<float>& samples = view.sound->samples;
    CHECK(std::abs(view.sound->secs() - 2.0) < 0.05);
    REQUIRE(expected.size() > 90'000);
    // The resampler may give some samples more or less at the very end.
    const std::size_t common = std::min(samples.size(), expected.size());
    CHECK(std::max(samples.size(), expected.size()) - common < 4096);
    double worst = 0;
    for (std::size_t i = 0; i < common; ++i) worst = std::max(worst, static_cast<double>(std::abs(samples[i] - expected[i])));
    CHECK(worst < 0.002);
    // Left is left: 440 periods in the second half of the second.
    int left = 0, right = 0;
    for (std::size_t i = 48'000; i < 96'000; i += 2) {
      left += samples[i - 2] < 0 && samples[i] >= 0 ? 1 : 0;
      right += samples[i - 1] < 0 && samples[i + 1] >= 0 ? 1 : 0;
    }
    CHECK(std::abs(left - 220) <= 2);
    CHECK(std::abs(right - 330) <= 2);
  }
  if (tried == 0) STUDIO_SKIP("the ffmpeg program has no encoder for clips with sound");
}

TEST_CASE("sound that begins later than the pictures is led in by silence", "[fault-54]") {
  if (!samples::has_ffmpeg() || !samples::has_encoder("libx264")) STUDIO_SKIP("the ffmpeg program has no libx264");
  DeskRig rig;
  REQUIRE(samples::ffmpeg({"-f", "lavfi", "-i", "testsrc=s=160x96:rate=24:d=2", "-itsoffset", "0.5", "-f", "lavfi", "-i", "sine=f=440:r=48000:d=1", "-pix_fmt", "yuv420p", "-c:v", "libx264",
                           "-preset", "ultrafast", "-c:a", "pcm_s16le", "-f", "mov", rig.path("late.mov").string()})
              .ok);
  const SoundView view = heard(rig, "late.mov");
  REQUIRE(view.sound);
  std::size_t first = 0;
  while (first < view.sound->samples.size() && std::abs(view.sound->samples[first]) < 0.005) ++first;
  CHECK(std::abs(static_cast<double>(first) / 2 / 48'000 - 0.5) < 0.01);
}

TEST_CASE("a clip without sound says so, and a long one too", "[fault-54]") {
  if (!samples::has_ffmpeg() || !samples::has_encoder("libx264")) STUDIO_SKIP("the ffmpeg program has no libx264");
  DeskRig rig;
  REQUIRE(rig.numbered("silent.mp4", 10));
  const SoundView silent = heard(rig, "silent.mp4");
  REQUIRE(silent.problem != nullptr);
  CHECK(silent.problem->kind == ErrorKind::NotFound);
  // Its pictures are none the worse for it.
  CHECK(rig.until([&] { return rig.desk.strip("silent.mp4", 160, 160, 0).exact; }));
  REQUIRE(tone_clip(rig.path("long.mp4"), {"-c:v", "libx264", "-preset", "ultrafast", "-r", "2", "-c:a", "aac"}, "75", "16000"));
  const SoundView lengthy = heard(rig, "long.mp4");
  REQUIRE(lengthy.problem != nullptr);
  CHECK(lengthy.problem->kind == ErrorKind::BadRequest);
  CHECK(lengthy.problem->message.find("minute") != std::string::npos);
}
