// Room on the pages: no two pictures overlap, and the least recently used give way.
#include "gpu/atlas.h"

#include <map>

#include "base/random.h"
#include "support/catch.h"

using namespace studio;

namespace {

struct Placed {
  AtlasCell cell;
  int width, height;
  std::uint64_t used;
};

bool overlap(const Placed& a, const Placed& b) {
  return a.cell.page == b.cell.page && a.cell.x < b.cell.x + b.width && b.cell.x < a.cell.x + a.width &&
         a.cell.y < b.cell.y + b.height && b.cell.y < a.cell.y + a.height;
}

}  // namespace

TEST_CASE("Pictures of many sizes never overlap and never leave their page") {
  Atlas atlas(1024, 2);
  std::map<std::uint32_t, Placed> placed;
  Random random(42);
  const int widths[] = {248, 242, 224, 96, 71, 160};
  const int heights[] = {139, 242, 40, 126, 331};
  for (std::uint64_t frame = 1; frame <= 400; ++frame) {
    const int w = widths[random.below(6)], h = heights[random.below(5)];
    std::vector<std::uint32_t> evicted;
    const auto cell = atlas.take(w, h, frame, evicted);
    REQUIRE(cell);
    for (const std::uint32_t id : evicted) placed.erase(id);
    const Placed now{*cell, w, h, frame};
    CHECK(cell->x >= 0);
    CHECK(cell->y >= 0);
    CHECK(cell->x + w <= 1024);
    CHECK(cell->y + h <= 1024);
    for (const auto& [id, other] : placed) REQUIRE_FALSE(overlap(now, other));
    placed.emplace(cell->id, now);
  }
  CHECK(atlas.pages() == 2);
}

TEST_CASE("What was used last stays") {
  Atlas atlas(256, 1);
  std::vector<std::uint32_t> evicted;
  // Four of 128 × 128 fill the page.
  std::vector<AtlasCell> cells;
  for (std::uint64_t frame = 1; frame <= 4; ++frame) cells.push_back(*atlas.take(128, 128, frame, evicted));
  CHECK(evicted.empty());
  atlas.touch(cells[0].id, 5);
  REQUIRE(atlas.take(128, 128, 6, evicted));
  CHECK(evicted == std::vector<std::uint32_t>{cells[1].id});
}

TEST_CASE("What is used in this frame is never pushed out, and too large pictures are refused") {
  Atlas atlas(256, 1);
  std::vector<std::uint32_t> evicted;
  for (int i = 0; i < 4; ++i) REQUIRE(atlas.take(128, 128, 7, evicted));
  CHECK_FALSE(atlas.take(128, 128, 7, evicted));
  CHECK(evicted.empty());
  CHECK_FALSE(atlas.take(300, 10, 8, evicted));
}

TEST_CASE("Released room is used again") {
  Atlas atlas(256, 1);
  std::vector<std::uint32_t> evicted;
  std::vector<AtlasCell> cells;
  for (int i = 0; i < 4; ++i) cells.push_back(*atlas.take(128, 128, 1, evicted));
  for (const auto& cell : cells) atlas.release(cell.id);
  // An empty band is cut anew for another width.
  for (int i = 0; i < 4; ++i) REQUIRE(atlas.take(60, 120, 1, evicted));
  CHECK(evicted.empty());
}
