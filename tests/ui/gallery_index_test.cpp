// Filters, orders and groups; that what is kept up step by step is what a fresh start gives; and what a frame touches.
#include "panels/gallery_index.h"

#include <random>

#include "panels/gallery_layout.h"
#include "panels/gallery_marquee.h"
#include "ui/samples.h"

using namespace studio;
using namespace studio::samples;

namespace {

struct Shelf {
  Library library;
  GalleryText text;
  GalleryIndex index;
  GalleryQuery query;

  void update() {
    while (text.work(library, query.text, true)) {
    }
    index.update(library, query, text);
  }
  // All tiles from the top, groups apart by "|".
  std::string shown() {
    update();
    return order_of(index);
  }
  static std::string order_of(const GalleryIndex& index) {
    std::string rows;
    for (const std::uint32_t group : index.order()) {
      if (index.groups()[group].rows.empty()) continue;
      if (!rows.empty()) rows += "| ";
      for (const Row row : index.groups()[group].rows) rows += std::to_string(row) + " ";
    }
    return rows;
  }
};

// Two requests: row 0 picked, 1 rejected, 2 failed, 3 new; 4 the video of 0; 5 in the second request, on its way.
Shelf small_shelf() {
  Shelf shelf;
  Library& library = shelf.library;
  library.fold(generation(1, "a lighthouse", 4));
  arrived(library, 1, job(1, 1, 1));
  arrived(library, 2, job(2, 1, 2));
  library.fold(job(3, 1, 3, JobState::Failed));
  arrived(library, 4, job(4, 1, 4));
  library.set_mark(AssetId{1}, Mark::Pick, 0);
  library.set_mark(AssetId{2}, Mark::Reject, 0);
  library.fold(generation(2, "a lighthouse", 1));
  Job video = video_job(5, 2, AssetId{1});
  video.state = JobState::Done;
  library.fold(video);
  library.fold(asset(5, video));
  library.fold(generation(3, "a boat", 1));
  library.fold(job(6, 3, 1, JobState::Running));
  return shelf;
}

GalleryMetrics metrics_of(float width, float tile) {
  GalleryMetrics m;
  m.width = width;
  m.tile_width = tile;
  return m;
}

}  // namespace

TEST_CASE("Each filter shows what it says, and counts it") {
  Shelf shelf = small_shelf();
  const auto by = [&](GalleryFilter filter) {
    shelf.query.filter = filter;
    return shelf.shown();
  };
  CHECK(by(GalleryFilter::All) == "5 | 0 1 2 3 ");
  CHECK(by(GalleryFilter::New) == "5 | 4 | 3 ");  // the video is a tile where its image is not shown
  CHECK(by(GalleryFilter::Picked) == "0 ");
  CHECK(by(GalleryFilter::Rejected) == "1 ");
  CHECK(by(GalleryFilter::Images) == "5 | 0 1 2 3 ");
  CHECK(by(GalleryFilter::Videos) == "4 ");
  CHECK(by(GalleryFilter::Failed) == "2 ");
  CHECK(by(GalleryFilter::Trash).empty());
  const GalleryCounts& counts = shelf.index.counts();
  CHECK(counts[GalleryFilter::All] == 6);
  CHECK(counts[GalleryFilter::New] == 3);
  CHECK(counts[GalleryFilter::Picked] == 1);
  CHECK(counts[GalleryFilter::Rejected] == 1);
  CHECK(counts[GalleryFilter::Images] == 5);
  CHECK(counts[GalleryFilter::Videos] == 1);
  CHECK(counts[GalleryFilter::Failed] == 1);
  CHECK(counts[GalleryFilter::Trash] == 0);
  CHECK(counts.picked_images == 1);
}

TEST_CASE("What is in the trash is shown there and nowhere else") {
  Shelf shelf = small_shelf();
  shelf.update();
  shelf.library.set_trashed(AssetId{1}, true);
  // Its video has no image above it any more.
  CHECK(shelf.shown() == "5 | 4 | 1 2 3 ");
  CHECK(shelf.index.counts()[GalleryFilter::Trash] == 1);
  CHECK(shelf.index.counts()[GalleryFilter::Picked] == 0);
  CHECK(shelf.index.counts().picked_images == 0);
  shelf.query.filter = GalleryFilter::Trash;
  CHECK(shelf.shown() == "0 ");
  CHECK_FALSE(shelf.index.has_strip(0));
  shelf.library.set_trashed(AssetId{1}, false);
  CHECK(shelf.shown().empty());
}

TEST_CASE("Rejected ones can be hidden, and are there where they are asked for") {
  Shelf shelf = small_shelf();
  shelf.query.hide_rejected = true;
  CHECK(shelf.shown() == "5 | 0 2 3 ");
  shelf.query.filter = GalleryFilter::Rejected;
  CHECK(shelf.shown() == "1 ");
  // A rejected video leaves the strip of its image as well.
  shelf.query.filter = GalleryFilter::All;
  shelf.update();
  CHECK(shelf.index.has_strip(0));
  shelf.library.set_mark(AssetId{5}, Mark::Reject, 0);
  shelf.update();
  CHECK_FALSE(shelf.index.has_strip(0));
}

TEST_CASE("Words filter the tiles, and what does not match leaves no group behind") {
  Shelf shelf = small_shelf();
  shelf.query.text = "BOAT";
  shelf.library.texts[5].recipe = [] {
    Recipe r = job(6, 3, 1).recipe;
    r.prompt = "A boat on a lake";
    return std::make_shared<const Recipe>(r);
  }();
  CHECK(shelf.shown() == "5 ");
  shelf.query.text.clear();
  CHECK(shelf.shown() == "5 | 0 1 2 3 ");
}

TEST_CASE("Every order, with and without groups") {
  Shelf shelf;
  const auto add = [&](std::int64_t id, const char* prompt, const char* model, int stars) {
    shelf.library.fold(generation(id, prompt, 1));
    Job j = job(id, id, 1);
    j.recipe.prompt = prompt;
    j.recipe.model = model;
    arrived(shelf.library, id, j);
    shelf.library.set_mark(AssetId{id}, Mark::None, stars);
  };
  add(1, "Cedar", "sandbox-xl", 2);
  add(2, "apple", "sandbox-flux", 5);
  add(3, "birch", "sandbox-dream", 0);
  Asset import;
  import.id = {9};
  import.recipe.provider = "import";
  import.source_name = "aa 10.png";
  import.created_ms = 1'800'000'000'000;
  shelf.library.fold(import);

  const auto by = [&](GallerySort sort, GalleryGrouping grouping) {
    shelf.query.sort = sort;
    shelf.query.grouping = grouping;
    return shelf.shown();
  };
  CHECK(by(GallerySort::Newest, GalleryGrouping::None) == "3 2 1 0 ");
  CHECK(by(GallerySort::Oldest, GalleryGrouping::None) == "0 1 2 3 ");
  CHECK(by(GallerySort::Name, GalleryGrouping::None) == "3 1 2 0 ");
  CHECK(by(GallerySort::Model, GalleryGrouping::None) == "3 2 1 0 ");
  CHECK(by(GallerySort::Prompt, GalleryGrouping::None) == "3 1 2 0 ");
  CHECK(by(GallerySort::Stars, GalleryGrouping::None) == "1 0 3 2 ");
  CHECK(by(GallerySort::Newest, GalleryGrouping::Generation) == "3 | 2 | 1 | 0 ");
  CHECK(by(GallerySort::Stars, GalleryGrouping::Generation) == "1 | 0 | 3 | 2 ");
  CHECK(by(GallerySort::Newest, GalleryGrouping::Model) == "3 | 2 | 1 | 0 ");
  CHECK(by(GallerySort::Newest, GalleryGrouping::Day) == "3 | 2 1 0 ");
  CHECK(by(GallerySort::Oldest, GalleryGrouping::Day) == "0 1 2 | 3 ");

  // A star moves its tile only where stars are the order.
  const auto revision = shelf.index.revision();
  shelf.library.set_mark(AssetId{1}, Mark::None, 4);
  shelf.update();
  CHECK(shelf.index.revision() == revision);
  CHECK(shelf.index.marked() == std::vector<Row>{0});
  CHECK(by(GallerySort::Stars, GalleryGrouping::None) == "1 0 3 2 ");
  shelf.library.set_mark(AssetId{3}, Mark::None, 5);
  CHECK(shelf.shown() == "2 1 0 3 ");
}

TEST_CASE("A mark changes no tile's place where nothing depends on it") {
  Shelf shelf = small_shelf();
  shelf.update();
  const auto revision = shelf.index.revision();
  shelf.library.set_mark(AssetId{4}, Mark::Pick, 3);
  CHECK_FALSE(shelf.index.update(shelf.library, shelf.query, shelf.text));
  CHECK(shelf.index.revision() == revision);
  CHECK(shelf.index.counts()[GalleryFilter::Picked] == 2);
  CHECK(shelf.index.counts()[GalleryFilter::New] == 2);
}

TEST_CASE("Folding is remembered through other filters and groupings") {
  Shelf shelf = small_shelf();
  shelf.update();
  const std::size_t group = shelf.index.group_of(0);
  shelf.index.set_folded(group, true);
  shelf.query.grouping = GalleryGrouping::Model;
  shelf.update();
  for (const GalleryGroup& g : shelf.index.groups()) CHECK_FALSE(g.folded);
  shelf.query.grouping = GalleryGrouping::Generation;
  shelf.query.filter = GalleryFilter::Picked;
  shelf.update();
  CHECK(shelf.index.groups()[shelf.index.group_of(0)].folded);
  shelf.index.fold_all(false);
  CHECK_FALSE(shelf.index.groups()[shelf.index.group_of(0)].folded);
}

TEST_CASE("Step by step is the same as from scratch, for every filter, order and grouping") {
  std::mt19937 random(7);
  const auto upto = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  for (std::size_t filter = 0; filter < gallery_filter_count; ++filter)
    for (std::size_t sort = 0; sort < gallery_sort_count; ++sort)
      for (std::size_t grouping = 0; grouping < gallery_grouping_count; ++grouping) {
        Shelf shelf;
        shelf.query.filter = static_cast<GalleryFilter>(filter);
        shelf.query.sort = static_cast<GallerySort>(sort);
        shelf.query.grouping = static_cast<GalleryGrouping>(grouping);
        shelf.query.hide_rejected = upto(3) == 0;
        if (upto(4) == 0) shelf.query.text = "lamp";
        std::int64_t next = 1;
        for (int step = 0; step < 24; ++step) {
          const int act = upto(5);
          const auto any_asset = [&] { return AssetId{1 + upto(static_cast<int>(next))}; };
          if (act <= 1) {
            Job j = act == 0 || next < 3 ? job(next, 1 + next / 4, static_cast<int>(next % 4) + 1)
                                         : video_job(next, 100 + next, any_asset());
            j.recipe.prompt = upto(2) == 0 ? "a Lamp " + std::to_string(upto(9)) : "a boat " + std::to_string(upto(9));
            j.recipe.model = upto(2) == 0 ? "sandbox-xl" : "sandbox-flux";
            if (upto(3) == 0) {
              j.state = JobState::Failed;
              shelf.library.fold(j);
            } else {
              arrived(shelf.library, next, j);
            }
            ++next;
          } else if (act == 2) {
            shelf.library.set_trashed(any_asset(), upto(2) == 0);
          } else {
            shelf.library.set_mark(any_asset(), static_cast<Mark>(upto(3)), upto(6));
          }
          Shelf fresh;
          fresh.query = shelf.query;
          fresh.library = shelf.library;
          // Groups that stand side by side without an order of their own would be luck.
          CHECK(shelf.shown() == fresh.shown());
          CHECK(shelf.index.counts().of == fresh.index.counts().of);
          CHECK(shelf.index.tiles() == fresh.index.tiles());
          for (Row row = 0; row < shelf.library.items.size(); ++row) {
            CHECK(shelf.index.is_shown(row) == fresh.index.is_shown(row));
            CHECK(shelf.index.has_strip(row) == fresh.index.has_strip(row));
          }
        }
      }
}

TEST_CASE("A frame touches exactly the tiles whose boxes it meets, also across groups and far off screen") {
  Shelf shelf;
  for (int g = 1; g <= 30; ++g) {
    shelf.library.fold(generation(g, "p", 7));
    for (int n = 1; n <= 1 + g % 7; ++n) arrived(shelf.library, g * 10 + n, job(g * 10 + n, g, n));
  }
  shelf.library.fold(generation(90, "p", 1));
  shelf.library.fold(video_job(900, 90, AssetId{155}));
  shelf.update();
  shelf.index.set_folded(shelf.index.group_of(12), true);
  const GalleryLayout layout = lay_out(shelf.index, metrics_of(700, 160));
  const ShownRows shown = rows_in_order(shelf.index, layout);
  std::mt19937 random(3);
  const auto anywhere = [&](float most) {
    return static_cast<float>(random() % static_cast<unsigned>(most + 200)) - 100;
  };
  for (int n = 0; n < 400; ++n) {
    const float x0 = anywhere(700), x1 = anywhere(700), y0 = anywhere(layout.height), y1 = anywhere(layout.height);
    std::vector<Row> expected;
    for (const Row row : shown.rows()) {
      const auto box = box_of_row(shelf.index, layout, shown, row);
      REQUIRE(box);
      if (box->x <= std::max(x0, x1) && box->x + box->width > std::min(x0, x1) && box->y <= std::max(y0, y1) &&
          box->y + box->height > std::min(y0, y1))
        expected.push_back(row);
    }
    CHECK(rows_touched(shelf.index, layout, x0, y0, x1, y1) == expected);
  }
}

TEST_CASE("A frame alone selects what it touches, with a key held it adds") {
  CHECK(marquee_selection({4, 2}, {1, 2}, false) == std::vector<Row>{1, 2});
  Selection selection;
  selection.set_all(marquee_selection({4, 2}, {1, 2}, true));
  CHECK(selection.rows() == std::vector<Row>{4, 2, 1});
}

TEST_CASE("Beyond an edge of the view it scrolls, faster the further out, and not inside") {
  CHECK(edge_scroll_speed(300, 100, 500, 16) == 0);
  CHECK(edge_scroll_speed(90, 100, 500, 16) < 0);
  CHECK(edge_scroll_speed(50, 100, 500, 16) < edge_scroll_speed(90, 100, 500, 16));
  CHECK(edge_scroll_speed(510, 100, 500, 16) > 0);
  CHECK(edge_scroll_speed(600, 100, 500, 16) > edge_scroll_speed(510, 100, 500, 16));
}

TEST_CASE("Square tiles are as high as wide, and without groups there are no heads") {
  Shelf shelf = small_shelf();
  shelf.query.grouping = GalleryGrouping::None;
  shelf.update();
  GalleryMetrics m = metrics_of(1028, 248);
  m.square = true;
  const GalleryLayout layout = lay_out(shelf.index, m);
  REQUIRE(layout.places.size() == 1);
  CHECK(layout.places[0].head == 0);
  CHECK(layout.box_of(layout.places[0], 0).y == 0);
  CHECK(layout.places[0].tile_height == 248);
}

TEST_CASE("One mark among 100,000 rows moves nothing and is found") {
  Shelf shelf;
  for (int g = 1; g <= 10'000; ++g) {
    shelf.library.fold(generation(g, "a lighthouse", 10));
    for (int n = 1; n <= 10; ++n) arrived(shelf.library, g * 10 + n, job(g * 10 + n, g, n));
  }
  shelf.update();
  CHECK(shelf.index.tiles() == 100'000);
  const auto revision = shelf.index.revision();
  shelf.library.set_mark(AssetId{50'003}, Mark::Pick, 0);
  shelf.update();
  CHECK(shelf.index.revision() == revision);
  CHECK(shelf.index.marked() == std::vector<Row>{shelf.library.row_of(AssetId{50'003})});
  shelf.query.filter = GalleryFilter::Picked;
  shelf.query.sort = GallerySort::Prompt;
  shelf.query.grouping = GalleryGrouping::None;
  CHECK(shelf.shown() == std::to_string(shelf.library.row_of(AssetId{50'003})) + " ");
}
