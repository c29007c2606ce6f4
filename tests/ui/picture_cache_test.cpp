// Posters asked for each frame: exact sizes, the newest wishes first, nothing decoded that left the screen.
#include "gpu/picture_cache.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "gpu/null_gpu.h"
#include "media/encode_image.h"
#include "media/thumb_hash.h"
#include "support/catch.h"

using namespace studio;

namespace {

std::string flat_jpeg(int width, int height, std::uint8_t r, std::uint8_t g, std::uint8_t b) {
  Picture picture(width, height);
  for (std::size_t i = 0; i < picture.rgba.size(); i += 4) {
    picture.rgba[i] = r;
    picture.rgba[i + 1] = g;
    picture.rgba[i + 2] = b;
    picture.rgba[i + 3] = 255;
  }
  auto jpeg = encode_jpeg(picture, {95, true});
  REQUIRE(jpeg);
  return *jpeg;
}

// A bell that the cache rings; waiting ends when it rang.
struct Bell {
  std::mutex mutex;
  std::condition_variable rung;
  bool ringing = false;
  std::function<void()> wake() {
    return [this] {
      std::lock_guard lock(mutex);
      ringing = true;
      rung.notify_all();
    };
  }
  void wait() {
    std::unique_lock lock(mutex);
    rung.wait_for(lock, std::chrono::seconds(10), [&] { return ringing; });
    ringing = false;
  }
};

}  // namespace

TEST_CASE("A poster becomes a texture of exactly the asked size with its colours") {
  NullGpu gpu;
  Bell bell;
  PictureCache cache(gpu, bell.wake());
  const std::string jpeg = flat_jpeg(256, 144, 200, 120, 40);
  cache.set_source([&](const std::string&, int) { return std::optional(jpeg); });
  PictureSlot slot;
  for (int frame = 0; frame < 50 && !slot.exact; ++frame) {
    cache.begin_frame();
    slot = cache.ask("abc", 224, 126);
    if (!cache.end_frame() && !slot.exact) bell.wait();
  }
  REQUIRE(slot.exact);
  const Picture* page = gpu.texture(slot.texture);
  REQUIRE(page != nullptr);
  const auto at = [&](float v) { return static_cast<int>(std::lround(v * static_cast<float>(page->width))); };
  CHECK(at(slot.u1) - at(slot.u0) == 224);
  CHECK(at(slot.v1) - at(slot.v0) == 126);
  for (const int x : {0, 111, 223})
    for (const int y : {0, 63, 125}) {
      const std::uint8_t* p = page->row(at(slot.v0) + y) + (at(slot.u0) + x) * 4;
      CHECK(std::abs(p[0] - 200) <= 2);
      CHECK(std::abs(p[1] - 120) <= 2);
      CHECK(std::abs(p[2] - 40) <= 2);
    }
  CHECK(std::abs(static_cast<int>(slot.average_rgba & 0xFF) - 200) <= 2);
}

TEST_CASE("The small poster serves small tiles and the large one large tiles") {
  NullGpu gpu;
  Bell bell;
  PictureCache cache(gpu, bell.wake());
  std::mutex mutex;
  std::map<int, int> asked;
  const std::string jpeg = flat_jpeg(64, 64, 1, 2, 3);
  cache.set_source([&](const std::string&, int edge) {
    std::lock_guard lock(mutex);
    ++asked[edge];
    return std::optional(jpeg);
  });
  const auto until_exact = [&](int w, int h) {
    for (int frame = 0; frame < 50; ++frame) {
      cache.begin_frame();
      const bool exact = cache.ask("x", w, h).exact;
      const bool more = cache.end_frame();
      if (exact) return true;
      if (!more) bell.wait();
    }
    return false;
  };
  REQUIRE(until_exact(256, 144));
  REQUIRE(until_exact(257, 145));
  CHECK(asked[256] == 1);
  CHECK(asked[1024] == 1);
}

TEST_CASE("Another size stands in until the exact one is there") {
  NullGpu gpu;
  Bell bell;
  PictureCache cache(gpu, bell.wake());
  const std::string jpeg = flat_jpeg(64, 64, 9, 9, 9);
  cache.set_source([&](const std::string&, int) { return std::optional(jpeg); });
  for (int frame = 0; frame < 50; ++frame) {
    cache.begin_frame();
    const bool exact = cache.ask("x", 100, 100).exact;
    const bool more = cache.end_frame();
    if (exact) break;
    if (!more) bell.wait();
  }
  cache.begin_frame();
  const PictureSlot other = cache.ask("x", 150, 150);
  CHECK(other.texture != 0);
  CHECK_FALSE(other.exact);
}

TEST_CASE("What left the screen before it was begun is never decoded") {
  NullGpu gpu;
  Bell bell;
  PictureCache::Settings settings;
  settings.workers = 1;
  PictureCache cache(gpu, bell.wake(), settings);
  std::mutex mutex;
  std::condition_variable gate;
  bool open = false;
  std::atomic<int> begun = 0;
  std::set<std::string> decoded;
  const std::string jpeg = flat_jpeg(32, 32, 0, 0, 0);
  cache.set_source([&](const std::string& sha, int) {
    ++begun;
    std::unique_lock lock(mutex);
    gate.wait(lock, [&] { return open; });
    decoded.insert(sha);
    return std::optional(jpeg);
  });
  // The first screen: the worker takes one picture and is held there.
  cache.begin_frame();
  for (int i = 0; i < 100; ++i) cache.ask("old " + std::to_string(i), 32, 32);
  cache.end_frame();
  while (begun == 0) std::this_thread::yield();
  // Scrolled on: another screen is wanted.
  bool more = false;
  const auto wish = [&] {
    cache.begin_frame();
    bool all = true;
    for (int i = 0; i < 5; ++i) all = cache.ask("new " + std::to_string(i), 32, 32).exact && all;
    more = cache.end_frame();
    return all;
  };
  wish();
  {
    std::lock_guard lock(mutex);
    open = true;
  }
  gate.notify_all();
  bool all = false;
  for (int frame = 0; frame < 200 && !all; ++frame) {
    all = wish();
    if (!all && !more) bell.wait();
  }
  REQUIRE(all);
  int old = 0;
  for (const auto& sha : decoded) old += sha.starts_with("old") ? 1 : 0;
  CHECK(old == 1);
  CHECK(cache.counts().dropped >= 99);
}

TEST_CASE("A poster that is not there is asked for again only when told to") {
  NullGpu gpu;
  Bell bell;
  PictureCache cache(gpu, bell.wake());
  std::atomic<int> asked = 0;
  std::atomic<bool> there = false;
  const std::string jpeg = flat_jpeg(32, 32, 0, 0, 0);
  cache.set_source([&](const std::string&, int edge) -> std::optional<std::string> {
    if (edge == 256) ++asked;
    if (!there) return std::nullopt;
    return jpeg;
  });
  bool more = false;
  const auto frame = [&] {
    cache.begin_frame();
    const bool exact = cache.ask("x", 32, 32).exact;
    more = cache.end_frame();
    return exact;
  };
  frame();
  bell.wait();
  for (int i = 0; i < 10; ++i) frame();
  CHECK(asked == 1);
  there = true;
  cache.forget_failures();
  bool exact = false;
  for (int i = 0; i < 50 && !exact; ++i) {
    exact = frame();
    if (!exact && !more) bell.wait();
  }
  CHECK(exact);
}

TEST_CASE("Uploads keep to the budget of a frame") {
  NullGpu gpu;
  Bell bell;
  PictureCache::Settings settings;
  settings.upload_bytes_a_frame = 64 * 64 * 4;
  PictureCache cache(gpu, bell.wake(), settings);
  const std::string jpeg = flat_jpeg(64, 64, 0, 0, 0);
  cache.set_source([&](const std::string&, int) { return std::optional(jpeg); });
  std::int64_t before = 0, most = 0;
  for (int frame = 0; frame < 400 && cache.counts().resident < 20; ++frame) {
    cache.begin_frame();
    for (int i = 0; i < 20; ++i) cache.ask(std::to_string(i), 64, 64);
    if (!cache.end_frame() && !cache.has_ready()) bell.wait();
    most = std::max(most, gpu.uploaded_bytes() - before);
    before = gpu.uploaded_bytes();
  }
  CHECK(cache.counts().resident == 20);
  CHECK(most == 64 * 64 * 4);
}

namespace {

// The hint of a picture of that one colour.
PosterHint flat_hint(std::uint8_t r, std::uint8_t g, std::uint8_t b) {
  Picture picture(30, 20);
  for (std::size_t i = 0; i < picture.rgba.size(); i += 4) picture.rgba[i] = r, picture.rgba[i + 1] = g, picture.rgba[i + 2] = b, picture.rgba[i + 3] = 255;
  PosterHint hint;
  hint.average_rgba = average_rgba(picture);
  const auto hash = thumb_hash_of(picture);
  std::copy(hash.begin(), hash.end(), hint.hash.begin());
  hint.hash_bytes = static_cast<std::uint8_t>(hash.size());
  return hint;
}

}  // namespace

TEST_CASE("A hint stands in for a poster: its colour at once, its picture from the next frame on, so many a frame") {
  NullGpu gpu;
  PictureCache::Settings settings;
  settings.hints_a_frame = 4;
  PictureCache cache(gpu, {}, settings);
  cache.set_source([](const std::string&, int) { return std::optional<std::string>(); });
  const PosterHint hint = flat_hint(200, 100, 50);
  for (int frame = 0; frame < 6; ++frame) {
    INFO("frame " << frame);
    cache.begin_frame();
    int pictured = 0;
    for (int i = 0; i < 10; ++i) {
      const PictureSlot slot = cache.ask(std::to_string(i), 200, 100, hint);
      CHECK(slot.average_rgba == (200u | 100u << 8 | 50u << 16 | 0xFF000000u));
      CHECK(slot.is_hint == (slot.texture != 0));
      CHECK_FALSE(slot.exact);
      pictured += slot.is_hint ? 1 : 0;
      if (!slot.is_hint) continue;
      const Picture* page = gpu.texture(slot.texture);
      REQUIRE(page != nullptr);
      const auto at = [&](float u, float v, int dx, int dy) {
        return page->row(static_cast<int>(std::lround(v * static_cast<float>(page->height))) + dy) +
               (static_cast<int>(std::lround(u * static_cast<float>(page->width))) + dx) * 4;
      };
      // Its corners, and a pixel more at each side, for what filters.
      for (const std::uint8_t* p : {at(slot.u0, slot.v0, 0, 0), at(slot.u1, slot.v1, -1, -1), at(slot.u0, slot.v0, -1, -1), at(slot.u1, slot.v1, 0, 0)}) {
        CHECK(std::abs(p[0] - 200) <= 1);
        CHECK(std::abs(p[2] - 50) <= 1);
      }
    }
    CHECK(pictured == std::min(10, frame * 4));
    const bool more = cache.end_frame();
    if (frame < 3) CHECK(more);  // so that the next ones are drawn
  }
  CHECK(cache.counts().hints_decoded == 10);
}

TEST_CASE("Hints that have no room keep their colour, and those on screen stay") {
  NullGpu gpu;
  PictureCache::Settings settings;
  settings.hint_page_side = 64;  // four of them
  PictureCache cache(gpu, {}, settings);
  const PosterHint hint = flat_hint(10, 20, 30);
  bool draws_again = false;
  const auto draw = [&](int first, int count) {
    cache.begin_frame();
    int pictured = 0;
    for (int i = first; i < first + count; ++i) pictured += cache.ask(std::to_string(i), 64, 64, hint).is_hint ? 1 : 0;
    draws_again = cache.end_frame();
    return pictured;
  };
  draw(0, 6);
  for (int i = 0; i < 3; ++i) CHECK(draw(0, 6) == 4);
  CHECK(cache.counts().hints_decoded == 4);
  CHECK_FALSE(draws_again);  // not for ever
  // What left the screen makes room.
  draw(6, 4);
  CHECK(draw(6, 4) == 4);
  CHECK(draw(0, 1) == 0);
}

TEST_CASE("A poster takes its hint's place, a broken hash is only a colour, and another project knows neither") {
  NullGpu gpu;
  Bell bell;
  PictureCache cache(gpu, bell.wake());
  const std::string jpeg = flat_jpeg(256, 128, 200, 100, 50);
  cache.set_source([&](const std::string&, int) { return std::optional(jpeg); });
  PosterHint hint = flat_hint(200, 100, 50);
  PictureSlot slot;
  for (int i = 0; i < 200 && !slot.exact; ++i) {
    cache.begin_frame();
    slot = cache.ask("x", 100, 50, hint);
    if (!cache.end_frame() && !slot.exact) bell.wait();
  }
  CHECK(slot.exact);
  CHECK_FALSE(slot.is_hint);

  cache.set_source([](const std::string&, int) { return std::optional<std::string>(); });
  hint.hash_bytes = 7;
  for (int i = 0; i < 3; ++i) {
    cache.begin_frame();
    slot = cache.ask("x", 100, 50, hint);
    CHECK(slot.texture == 0);
    CHECK(slot.average_rgba == hint.average_rgba);
    cache.end_frame();
  }
  // Without a poster there is nothing to ask for, and yet something to show.
  cache.begin_frame();
  CHECK(cache.hint_of("y", flat_hint(1, 2, 3)).texture == 0);
  cache.end_frame();
  cache.begin_frame();
  CHECK(cache.hint_of("y", flat_hint(1, 2, 3)).is_hint);
  cache.set_source({});
  CHECK_FALSE(cache.hint_of("y", flat_hint(1, 2, 3)).is_hint);
}
