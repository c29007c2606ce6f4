// What the gallery shows, without drawing: groups by generation, where everything lies, and what each tile says.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/library.h"
#include "providers/provider_set.h"
#include "widgets/tile_face.h"

namespace studio {

// One request, or the imports of one day.
struct GalleryGroup {
  GenerationId generation;  // none: imports
  std::int64_t created_ms = 0;
  std::string day;        // of imports: "2026-03-01"
  std::vector<Row> rows;  // tiles in order; videos of shown images are their children and not here
  float ratio = 1;        // width by height of its boxes
  bool folded = false;
  bool has_children = false;  // some tile has videos under it
};

// Kept up to date by looking only at what is new: nothing grows with the library per frame.
class GalleryIndex {
 public:
  // True when tiles or children were added since the last call.
  bool update(const Library& library);
  void reset();
  const std::vector<GalleryGroup>& groups() const { return groups_; }  // oldest first
  void set_folded(std::size_t group, bool folded);
  std::uint64_t revision() const { return revision_; }
  // The group a row is in (children: that of their image), or groups().size().
  std::size_t group_of(Row row) const;

 private:
  std::size_t group_for(const Library& library, const Item& item);

  std::vector<GalleryGroup> groups_;
  std::vector<std::uint32_t> group_of_row_;
  std::unordered_map<GenerationId, std::size_t> by_generation_;
  std::unordered_map<std::string, std::size_t> by_day_;
  std::size_t seen_ = 0;
  std::uint64_t revision_ = 1;
};

// All in device px, whole.
struct GalleryMetrics {
  float width = 0;         // for tiles
  float tile_width = 248;  // the wished one; tiles are made to fill the width
  float gap = 12, row_gap = 16, head = 32, head_gap = 4, group_gap = 16, footer = 24, strip = 48;
  float max_tile_height = 2000;
  bool operator==(const GalleryMetrics&) const = default;
};

// Where a group lies, from the top of the content. Groups are shown newest first.
struct GroupPlace {
  std::size_t group = 0;
  float top = 0, height = 0;
  float tile_height = 0;
  float row_height = 0;                   // without a strip
  std::vector<std::uint32_t> strip_rows;  // rows of tiles that have a strip under them, ascending
};

struct GalleryLayout {
  int columns = 1;
  float tile_width = 0;
  float height = 0;
  std::vector<GroupPlace> places;  // from the top

  // The places that touch [top, bottom).
  std::pair<std::size_t, std::size_t> visible(float top, float bottom) const;
  // Of a tile row within a place, from the top of the content.
  float row_top(const GroupPlace& place, std::uint32_t row, const GalleryMetrics& metrics) const;
};
GalleryLayout lay_out(const GalleryIndex& index, const Library& library, const GalleryMetrics& metrics);

// All tiles in the order they are shown, without the children in the strips.
std::vector<Row> rows_in_order(const GalleryIndex& index, const Library& library);

// The words for a tile; without selection, focus and hover.
struct FaceContext {
  const Library& library;
  const ProviderSet& providers;
  std::int64_t now_wall_ms = 0;
  const std::unordered_map<Row, int>& place_in_line;  // of queued rows, from 1
};
TileFace face_of(const FaceContext& context, Row row);

// Queued rows in the order they will start, by provider and medium.
std::unordered_map<Row, int> places_in_line(const Library& library, Row first_open);
// Rows before this one are all over.
Row first_open_row(const Library& library, Row from);

struct GroupHead {
  std::string title;  // the prompt as written
  std::string facts;  // "Sandbox Flux · 10 variations · 14:32 · $0.28 of $0.40 play"
  int arrived = 0, total = 0, picked = 0;
};
GroupHead head_of(const Library& library, const ProviderSet& providers, const GalleryGroup& group);

// The images among `rows`; without any, none.
std::vector<AssetId> images_of(const Library& library, const std::vector<Row>& rows);

std::string clock_time(std::int64_t wall_ms);  // "14:32", local
std::string local_date(std::int64_t wall_ms);  // "2026-03-01", local

}  // namespace studio
