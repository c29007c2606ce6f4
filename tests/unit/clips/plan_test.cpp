#include "clips/plan.h"

#include <algorithm>

#include "clips/clip_facts.h"
#include "clips/frame_set.h"
#include "support/catch.h"

using namespace studio;

namespace {

std::vector<std::uint8_t> keys_every(std::int64_t frames, std::int64_t every) {
  std::vector<std::uint8_t> result(static_cast<std::size_t>(frames));
  for (std::int64_t i = 0; i < frames; i += every) result[static_cast<std::size_t>(i)] = 1;
  return result;
}

std::vector<std::uint8_t> none(std::int64_t frames) { return std::vector<std::uint8_t>(static_cast<std::size_t>(frames)); }

// Every frame that a plan brings, and how often.
std::vector<int> brought(const std::vector<DecodeRun>& plan, std::int64_t frames) {
  std::vector<int> times(static_cast<std::size_t>(frames));
  for (const DecodeRun& run : plan) {
    if (run.alone) continue;
    for (std::int64_t i = run.first; i <= run.last; ++i) ++times[static_cast<std::size_t>(i)];
  }
  return times;
}

std::shared_ptr<const ClipFrame> frame(std::int64_t index) { return std::make_shared<const ClipFrame>(ClipFrame{index, 0, Picture(2, 1)}); }

}  // namespace

TEST_CASE("a strip begins with the keyframe nearest to the pointer and then brings every frame once") {
  const auto keys = keys_every(100, 20);
  const auto plan = strip_plan(keys, none(100), 37);
  REQUIRE(!plan.empty());
  CHECK(plan.front() == DecodeRun{40, 40, true});
  CHECK(plan[1] == DecodeRun{20, 99, false});  // from the keyframe that frame 37 needs
  const auto times = brought(plan, 100);
  CHECK(std::all_of(times.begin(), times.end(), [](int n) { return n == 1; }));
}

TEST_CASE("what a strip has already is not decoded again, but for gaps that are not worth a seek") {
  auto have = none(100);
  std::fill(have.begin(), have.begin() + 60, std::uint8_t{1});
  have[62] = 1;
  const auto plan = strip_plan(keys_every(100, 20), have, 50);
  CHECK(plan == std::vector<DecodeRun>{{60, 99, false}});
  std::fill(have.begin(), have.end(), std::uint8_t{1});
  CHECK(strip_plan(keys_every(100, 20), have, 50).empty());
}

TEST_CASE("a long clip's strip is the keyframes and what is around the pointer") {
  const std::int64_t frames = 100'000;
  const auto keys = keys_every(frames, 250);
  const Window window = strip_window(keys, 50'123);
  CHECK(window == Window{50'000, 50'249});
  const auto plan = strip_plan(keys, none(frames), 50'123);
  CHECK(plan.front().alone);
  std::int64_t decoded = 0;
  for (const DecodeRun& run : plan) decoded += run.last - run.first + 1;
  CHECK(decoded < 600);
  // From the pointer outwards.
  CHECK(std::llabs(plan.back().first - 50'123) > 49'000);
}

TEST_CASE("a clip that fits is wanted whole, one that does not in a window that moves in steps") {
  CHECK(clip_window(121, 60, 1, 500) == Window{0, 120});
  int moves = 0;
  Window before = clip_window(1000, 300, 1, 80);
  for (std::int64_t at = 300; at < 700; ++at) {
    const Window window = clip_window(1000, at, 1, 80);
    CHECK(window.last - window.first + 1 == 80);
    CHECK((window.first <= at && at <= window.last));
    if (!(window == before)) ++moves;
    before = window;
  }
  CHECK(moves <= 41);
  for (const int direction : {-1, 0, 1}) {
    for (const std::int64_t at : {0, 1, 500, 998, 999}) {
      for (const std::int64_t room : {1, 2, 3, 7, 50, 999}) {
        const Window window = clip_window(1000, at, direction, room);
        CHECK((window.first >= 0 && window.last < 1000 && window.first <= at && at <= window.last));
        CHECK(window.last - window.first + 1 == room);
      }
    }
  }
  // More of it lies where the playhead goes.
  CHECK(clip_window(1000, 500, 1, 80).last - 500 > 40);
  CHECK(500 - clip_window(1000, 500, -1, 80).first > 40);
}

TEST_CASE("a clip's plan begins with the frame looked at, backwards it goes group by group") {
  const auto keys = keys_every(60, 20);
  const auto forward = clip_plan(keys, none(60), 25, 1, {0, 59});
  CHECK(forward == std::vector<DecodeRun>{{25, 25, false}, {26, 59, false}, {0, 24, false}});
  const auto back = clip_plan(keys, none(60), 45, -1, {0, 59});
  CHECK(back == std::vector<DecodeRun>{{45, 45, false}, {40, 44, false}, {20, 39, false}, {0, 19, false}, {46, 59, false}});
  auto have = none(60);
  have[45] = 1;
  CHECK(clip_plan(keys, have, 45, 1, {40, 50}) == std::vector<DecodeRun>{{46, 50, false}, {40, 44, false}});
}

TEST_CASE("frames are found by number, nearest and in ranges") {
  FrameSet set;
  CHECK(set.nearest(3) == nullptr);
  CHECK(set.ranges().empty());
  for (const std::int64_t index : {2, 3, 4, 9}) CHECK(set.add(frame(index)) == 8);
  const auto kept = set.exact(3);
  CHECK(set.add(frame(3)) == 0);
  CHECK(set.exact(3) == kept);
  CHECK(set.bytes() == 32);
  CHECK(set.ranges() == std::vector<FrameRange>{{2, 4}, {9, 9}});
  CHECK(set.nearest(0)->index == 2);
  CHECK(set.nearest(6)->index == 4);
  CHECK(set.nearest(7)->index == 9);
  CHECK(set.nearest(70)->index == 9);
  CHECK(set.reached_from(2) == 4);
  CHECK(set.reached_from(5) == 4);
  CHECK(set.furthest_outside(2, 4, 3) == 9);
  CHECK(set.remove(9) == 8);
  CHECK(set.furthest_outside(2, 4, 3) == -1);
  CHECK(set.ranges() == std::vector<FrameRange>{{2, 4}});
}

TEST_CASE("a moment belongs to the frame that is shown then, whatever the rate") {
  const std::vector<double> times{0, 0.1, 0.15, 0.9};
  CHECK(frame_at(times, -1) == 0);
  CHECK(frame_at(times, 0.0999) == 0);
  CHECK(frame_at(times, 0.1) == 1);
  CHECK(frame_at(times, 0.899) == 2);
  CHECK(frame_at(times, 0.9) == 3);
  CHECK(frame_at(times, 50) == 3);
  MediaFacts media;
  media.fps_num = 30'000, media.fps_den = 1001;
  std::vector<double> even;
  for (int i = 0; i < 60; ++i) even.push_back(i * 1001.0 / 30'000);
  CHECK(make_clip_facts(media, even, 2.0).fps_words == "29.97 fps");
  CHECK(make_clip_facts(media, times, 1.0).fps_words.find("varying") != std::string::npos);
}
