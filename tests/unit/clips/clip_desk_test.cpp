// Wishes and budgets: the latest wins, leaving stops, what was decoded is kept, nothing leaks.
#include <dirent.h>

#include <atomic>
#include <set>

#include "base/random.h"
#include "desk_rig.h"
#include "media/encode_image.h"

using namespace studio;

namespace {

int open_descriptors() {
  int count = 0;
  DIR* folder = ::opendir("/proc/self/fd");
  while (::readdir(folder) != nullptr) ++count;
  ::closedir(folder);
  return count;
}

// The whole strip, waited for.
StripView whole_strip(DeskRig& rig, const std::string& name, int width, double at) {
  StripView view;
  REQUIRE(rig.until([&] {
    view = rig.desk.strip(name, width, width, at);
    return view.problem != nullptr || (view.facts != nullptr && view.frame && view.decoded_to_secs >= view.facts->seconds && !rig.desk.counts().working);
  }));
  return view;
}

}  // namespace

TEST_CASE("a strip shows something first, then every frame at the tile's size, and a second look is instant") {
  DeskRig rig;
  if (!rig.numbered("clip.mp4", 48)) STUDIO_SKIP("the ffmpeg program has no libx264");
  std::set<std::int64_t> seen;
  StripView first;
  REQUIRE(rig.until([&] {
    const StripView view = rig.desk.strip("clip.mp4", 160, 160, 1.0);
    if (view.frame && !first.frame) first = view;
    return view.frame != nullptr;
  }));
  REQUIRE(first.facts != nullptr);
  CHECK(first.facts->frames() == 48);
  CHECK(first.facts->fps_words == "24 fps");
  CHECK(std::abs(first.facts->seconds - 2.0) < 0.01);
  CHECK(first.frame->index == samples::read_number(first.frame->picture));
  whole_strip(rig, "clip.mp4", 160, 1.0);
  const auto before = rig.desk.counts();
  for (int i = 0; i < 48; ++i) {
    rig.desk.begin_frame();
    const StripView view = rig.desk.strip("clip.mp4", 160, 160, i / 24.0 + 0.01);
    rig.desk.end_frame();
    REQUIRE(view.exact);
    CHECK(view.frame->picture.width == 160);
    CHECK(view.frame->picture.height == 96);
    CHECK(samples::read_number(view.frame->picture) == i);
  }
  rig.leave();
  rig.desk.begin_frame();
  CHECK(rig.desk.strip("clip.mp4", 160, 160, 0.5).exact);
  rig.desk.end_frame();
  CHECK(rig.desk.counts().decodes_begun == before.decodes_begun);
}

TEST_CASE("another size of the same clip stands in until its own is there") {
  DeskRig rig;
  if (!rig.numbered("clip.mp4", 24)) STUDIO_SKIP("the ffmpeg program has no libx264");
  whole_strip(rig, "clip.mp4", 160, 0.5);
  rig.desk.begin_frame();
  const StripView view = rig.desk.strip("clip.mp4", 96, 96, 0.5);
  REQUIRE(view.frame);
  CHECK(!view.exact);
  CHECK(view.frame->picture.width == 160);
  CHECK(view.frame->index == 12);
  rig.desk.end_frame();
  CHECK(whole_strip(rig, "clip.mp4", 96, 0.5).frame->picture.width == 96);
}

TEST_CASE("leaving stops the work and coming back goes on with what is missing") {
  DeskRig rig;
  if (!rig.numbered("long.mp4", 400, {}, 640, 384)) STUDIO_SKIP("the ffmpeg program has no libx264");
  StripView view;
  REQUIRE(rig.until([&] {
    view = rig.desk.strip("long.mp4", 200, 200, 0);
    return view.frame != nullptr;
  }));
  CHECK(rig.desk.counts().working);
  rig.leave();
  CHECK(!rig.desk.counts().working);
  // The next wish finds the child free: a still is answered, and the strip did not go on in between.
  samples::write_file(rig.path("still.png"), *encode_png(samples::corners(80, 40)));
  StillView still;
  REQUIRE(rig.until([&] {
    still = rig.desk.still("still.png");
    return still.frame != nullptr;
  }));
  CHECK(samples::corner_letters(still.frame->picture) == "RGBY");
  const auto stopped = rig.desk.counts();
  CHECK(stopped.frames_decoded < 300);
  CHECK(stopped.cancelled >= 1);
  whole_strip(rig, "long.mp4", 200, 0);
  // All of it, and hardly a frame twice.
  CHECK(rig.desk.counts().frames_decoded <= 400 + 1 + 30);
  CHECK(rig.desk.counts().child_restarts == 0);
}

TEST_CASE("a pointer that races over many clips queues nothing and leaks nothing") {
  ClipDesk::Settings settings;
  settings.strip_bytes = 16 << 20;
  DeskRig rig(settings);
  constexpr int Clips = 40;
  if (!rig.numbered("clip0", 120, {"-c:v", "libx264", "-preset", "ultrafast", "-f", "mp4"})) STUDIO_SKIP("the ffmpeg program has no libx264");
  for (int i = 1; i < Clips; ++i) std::filesystem::copy_file(rig.path("clip0"), rig.path("clip" + std::to_string(i)));
  REQUIRE(rig.until([&] { return rig.desk.strip("clip0", 160, 160, 0).frame != nullptr; }));
  rig.leave();
  const int descriptors = open_descriptors();
  const auto before = rig.desk.counts();
  // 2,000 frames, each over another clip, drawn as fast as they can be: far faster than anything can be decoded.
  Random random(3);
  for (int i = 0; i < 2000; ++i) {
    rig.desk.begin_frame();
    rig.desk.strip("clip" + std::to_string(random.below(Clips)), 160, 160, random.between(0, 5));
    rig.desk.end_frame();
    CHECK(rig.desk.counts().bytes_kept <= settings.strip_bytes + settings.unread_bytes);
  }
  // Where it comes to rest, it is answered.
  const StripView view = whole_strip(rig, "clip7", 160, 2.5);
  CHECK(view.exact);
  CHECK(samples::read_number(view.frame->picture) == 60);
  const auto after = rig.desk.counts();
  // Far fewer were begun than asked for, and those that were did not run to their end: 40 whole clips are 4,800 frames.
  CHECK(after.decodes_begun - before.decodes_begun < 1500);
  CHECK(after.frames_decoded - before.frames_decoded < 4000);
  CHECK(after.strip_bytes <= settings.strip_bytes);
  CHECK(after.child_restarts <= 4);  // only for its share of requests
  rig.leave();
  CHECK(open_descriptors() <= descriptors + 2);
}

TEST_CASE("strips are kept by last use within their budget") {
  ClipDesk::Settings settings;
  settings.strip_bytes = 5 * 24 * 96 * 58 * 4;  // about five strips
  DeskRig rig(settings);
  if (!rig.numbered("clip0", 24, {"-c:v", "libx264", "-preset", "veryfast", "-f", "mp4"})) STUDIO_SKIP("the ffmpeg program has no libx264");
  for (int i = 1; i < 8; ++i) std::filesystem::copy_file(rig.path("clip0"), rig.path("clip" + std::to_string(i)));
  for (int i = 0; i < 8; ++i) {
    whole_strip(rig, "clip" + std::to_string(i), 96, 0);
    CHECK(rig.desk.counts().strip_bytes <= settings.strip_bytes);
    rig.leave();
  }
  const auto before = rig.desk.counts();
  for (const int recent : {7, 6, 5, 4}) {
    rig.desk.begin_frame();
    CHECK(rig.desk.strip("clip" + std::to_string(recent), 96, 96, 0.5).exact);
    rig.desk.end_frame();
  }
  CHECK(rig.desk.counts().decodes_begun == before.decodes_begun);
  rig.desk.begin_frame();
  CHECK(!rig.desk.strip("clip0", 96, 96, 0.5).exact);  // the first had to go
  rig.desk.end_frame();
}

TEST_CASE("full pictures stay within their budget, and two clips side by side share it") {
  ClipDesk::Settings settings;
  settings.clip_bytes = 30 * 320 * 192 * 4;
  DeskRig rig(settings);
  if (!rig.numbered("a.mp4", 96) || !rig.numbered("b.mp4", 96)) STUDIO_SKIP("the ffmpeg program has no libx264");
  for (std::int64_t index = 0; index < 96; index += 3) {
    REQUIRE(rig.until([&] {
      const bool a = rig.desk.clip("a.mp4", index, 1).exact, b = rig.desk.clip("b.mp4", 95 - index, -1).exact;
      CHECK(rig.desk.counts().clip_bytes <= settings.clip_bytes);
      return a && b;
    }));
  }
}

TEST_CASE("another project forgets everything, in mid-work too") {
  DeskRig rig;
  if (!rig.numbered("clip.mp4", 300, {}, 640, 384)) STUDIO_SKIP("the ffmpeg program has no libx264");
  REQUIRE(rig.until([&] { return rig.desk.strip("clip.mp4", 160, 160, 0).frame != nullptr; }));
  const TempFolder other;
  samples::write_file(other.path() / "clip.mp4", "not a clip at all");
  rig.desk.set_source([folder = other.path()](const std::string& name) { return open_for_read(folder / name); });
  CHECK(rig.desk.counts().strip_bytes == 0);
  StripView view;
  REQUIRE(rig.until([&] {
    view = rig.desk.strip("clip.mp4", 160, 160, 0);
    CHECK(view.frame == nullptr);
    return view.problem != nullptr;
  }));
  CHECK(view.problem->kind == ErrorKind::Damaged);
  // And back: what is open again is the first one's file.
  rig.desk.set_source(rig.opener());
  CHECK(samples::read_number(whole_strip(rig, "clip.mp4", 160, 5.0).frame->picture) == 120);
}

TEST_CASE("what is decoded while nobody draws is bounded") {
  ClipDesk::Settings settings;
  settings.unread_bytes = 1 << 20;
  DeskRig rig(settings);
  if (!rig.numbered("clip.mp4", 100)) STUDIO_SKIP("the ffmpeg program has no libx264");
  rig.desk.begin_frame();
  rig.desk.clip("clip.mp4", 0, 1);
  rig.desk.end_frame();
  std::int64_t seen = 0;  // what earlier frames took in stays
  for (int i = 0; i < 3; ++i) {
    REQUIRE(rig.bell->wait());
    const std::int64_t kept = rig.desk.counts().bytes_kept;
    CHECK(kept <= seen + settings.unread_bytes + 320 * 192 * 4);
    rig.desk.begin_frame();
    seen = rig.desk.counts().bytes_kept;
    rig.desk.clip("clip.mp4", 0, 1);
    rig.desk.end_frame();
  }
  // Destroying it while it waits must not hang.
}

TEST_CASE("a still comes in full resolution, or fitted") {
  DeskRig rig;
  samples::write_file(rig.path("still.png"), *encode_png(samples::corners(1200, 600)));
  StillView full, small;
  REQUIRE(rig.until([&] {
    full = rig.desk.still("still.png");
    small = rig.desk.still("still.png", {100, 100});
    return full.frame && small.frame;
  }));
  CHECK(full.frame->picture.rgba == samples::corners(1200, 600).rgba);
  CHECK(small.frame->picture.width == 100);
  CHECK(small.frame->picture.height == 50);
}

TEST_CASE("the loupe's exact frame goes before the strip, and both get done") {
  DeskRig rig;
  if (!rig.numbered("hover.mp4", 48) || !rig.numbered("loupe.mp4", 48)) STUDIO_SKIP("the ffmpeg program has no libx264");
  bool strip_was_first = false, clip_is_there = false;
  REQUIRE(rig.until([&] {
    const StripView strip = rig.desk.strip("hover.mp4", 160, 160, 1.0);
    const ClipView clip = rig.desk.clip("loupe.mp4", 20, 0);
    if (strip.frame && !clip_is_there && !clip.exact) strip_was_first = true;
    clip_is_there = clip_is_there || clip.exact;
    return strip.exact && clip.cached == std::vector<FrameRange>{{0, 47}};
  }));
  CHECK(!strip_was_first);
}

TEST_CASE("while the exact frame is on its way the strip's stands in") {
  DeskRig rig;
  if (!rig.numbered("clip.mp4", 48)) STUDIO_SKIP("the ffmpeg program has no libx264");
  whole_strip(rig, "clip.mp4", 160, 0);
  rig.desk.begin_frame();
  const ClipView view = rig.desk.clip("clip.mp4", 33, 0);
  REQUIRE(view.frame);
  CHECK(!view.exact);
  CHECK(view.frame->index == 33);
  CHECK(view.frame->picture.width == 160);
  rig.desk.end_frame();
}

TEST_CASE("a strip larger than its budget is decoded again where the pointer goes") {
  ClipDesk::Settings settings;
  settings.strip_bytes = 40 * 96 * 58 * 4;  // a third of the strip
  DeskRig rig(settings);
  if (!rig.numbered("clip", 120, {"-c:v", "libx264", "-preset", "ultrafast", "-g", "12", "-f", "mp4"})) STUDIO_SKIP("the ffmpeg program has no libx264");
  for (const double at : {0.5, 4.5, 0.5, 2.5}) {
    INFO(at);
    StripView view;
    REQUIRE(rig.until([&] {
      view = rig.desk.strip("clip", 96, 96, at);
      return view.exact;
    }));
    CHECK(samples::read_number(view.frame->picture) == static_cast<int>(std::lround(at * 24)));
    CHECK(rig.desk.counts().strip_bytes <= settings.strip_bytes);
  }
}
