// Where the tiles of the gallery lie: arithmetic only, so that what is far off screen costs nothing. All in device px,
// whole, from the top left of the content.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "commands/shown_rows.h"
#include "panels/gallery_index.h"

namespace studio {

struct GalleryMetrics {
  float width = 0;         // for tiles
  float tile_width = 248;  // the wished one; tiles are made to fill the width
  float gap = 12, row_gap = 16, head = 32, head_gap = 4, group_gap = 16, footer = 24, strip = 48;
  float max_tile_height = 2000;
  bool square = false;  // boxes as high as wide, whatever is in them
  bool operator==(const GalleryMetrics&) const = default;
};

struct GalleryBox {
  float x = 0, y = 0, width = 0, height = 0;
};

// Where a group lies, from the top of the content.
struct GroupPlace {
  std::size_t group = 0;
  std::uint32_t tiles = 0;       // on screen: none when it is folded
  std::uint32_t first_tile = 0;  // of all tiles on screen
  float top = 0, height = 0;
  float head = 0;  // height of the head with its gap; 0: it has none
  float tile_height = 0;
  float row_height = 0;                   // without a strip
  std::vector<std::uint32_t> strip_rows;  // rows of tiles that have a strip under them, ascending
};

struct GalleryLayout {
  int columns = 1;
  float tile_width = 0;
  float gap = 0, footer = 0, strip = 0;
  float height = 0;
  std::vector<GroupPlace> places;             // from the top
  std::vector<std::uint32_t> place_of_group;  // by group; past the end: it has no place

  // The places that touch [top, bottom).
  std::pair<std::size_t, std::size_t> visible(float top, float bottom) const;
  std::uint32_t lines(const GroupPlace& place) const;
  // Of a line of tiles within a place.
  float row_top(const GroupPlace& place, std::uint32_t line) const;
  // The last line of the place that begins at or above `y`.
  std::uint32_t line_at(const GroupPlace& place, float y) const;
  bool has_strip(const GroupPlace& place, std::uint32_t line) const;
  // The picture's box of the n-th tile of a place.
  GalleryBox box_of(const GroupPlace& place, std::uint32_t tile) const;
  // Of the group, if it has a place.
  const GroupPlace* place_of(std::size_t group) const;
};
GalleryLayout lay_out(const GalleryIndex& index, const GalleryMetrics& metrics);

// All tiles in the order they are shown, in their lines; without the children in the strips.
ShownRows rows_in_order(const GalleryIndex& index, const GalleryLayout& layout);

// The box of a tile that is shown (of a child: that of its image).
std::optional<GalleryBox> box_of_row(const GalleryIndex& index, const GalleryLayout& layout, const ShownRows& shown,
                                     Row row);

// The tiles whose pictures a rectangle touches, in shown order. The corners come in any order.
std::vector<Row> rows_touched(const GalleryIndex& index, const GalleryLayout& layout, float x0, float y0, float x1,
                              float y1);

}  // namespace studio
