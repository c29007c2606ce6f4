// Places from the top down; everything else is computed from them.
#include "panels/gallery_layout.h"

#include <algorithm>
#include <cmath>

namespace studio {

GalleryLayout lay_out(const GalleryIndex& index, const GalleryMetrics& m) {
  GalleryLayout layout;
  layout.columns = std::max(1, static_cast<int>(std::lround((m.width + m.gap) / (m.tile_width + m.gap))));
  const auto columns = static_cast<float>(layout.columns);
  layout.tile_width = std::max(16.0f, std::floor((m.width - m.gap * (columns - 1)) / columns));
  layout.gap = m.gap;
  layout.footer = m.footer;
  layout.strip = m.strip;
  const auto& groups = index.groups();
  layout.places.reserve(groups.size());
  layout.place_of_group.assign(groups.size(), ~std::uint32_t{0});
  float y = 0;
  std::uint32_t tiles = 0;
  for (const std::uint32_t number : index.order()) {
    const GalleryGroup& group = groups[number];
    // A group whose tiles are all children of older images has nothing of its own to show.
    if (group.rows.empty()) continue;
    GroupPlace place;
    place.group = number;
    place.top = y;
    place.first_tile = tiles;
    place.head = group.grouping == GalleryGrouping::None ? 0 : m.head + m.head_gap;
    place.tile_height = m.square ? layout.tile_width
                                 : std::clamp(std::round(layout.tile_width / group.ratio), 16.0f, m.max_tile_height);
    place.row_height = place.tile_height + m.footer + m.row_gap;
    place.tiles = group.folded && place.head > 0 ? 0 : static_cast<std::uint32_t>(group.rows.size());
    if (place.tiles > 0 && group.strips > 0) {
      for (std::uint32_t n = 0; n < place.tiles; ++n) {
        if (!index.has_strip(group.rows[n])) continue;
        const std::uint32_t of_place = n / static_cast<std::uint32_t>(layout.columns);
        if (place.strip_rows.empty() || place.strip_rows.back() != of_place) place.strip_rows.push_back(of_place);
      }
    }
    const std::uint32_t lines = layout.lines(place);
    place.height = place.head;
    if (lines > 0)
      place.height += static_cast<float>(lines) * place.row_height +
                      static_cast<float>(place.strip_rows.size()) * m.strip + m.group_gap;
    y += place.height;
    tiles += place.tiles;
    layout.place_of_group[number] = static_cast<std::uint32_t>(layout.places.size());
    layout.places.push_back(std::move(place));
  }
  layout.height = y;
  return layout;
}

std::pair<std::size_t, std::size_t> GalleryLayout::visible(float top, float bottom) const {
  const auto first = std::partition_point(places.begin(), places.end(),
                                          [&](const GroupPlace& place) { return place.top + place.height <= top; });
  const auto last =
      std::partition_point(first, places.end(), [&](const GroupPlace& place) { return place.top < bottom; });
  return {static_cast<std::size_t>(first - places.begin()), static_cast<std::size_t>(last - places.begin())};
}

std::uint32_t GalleryLayout::lines(const GroupPlace& place) const {
  const auto per_line = static_cast<std::uint32_t>(columns);
  return (place.tiles + per_line - 1) / per_line;
}

float GalleryLayout::row_top(const GroupPlace& place, std::uint32_t line) const {
  const auto strips =
      std::lower_bound(place.strip_rows.begin(), place.strip_rows.end(), line) - place.strip_rows.begin();
  return place.top + place.head + static_cast<float>(line) * place.row_height + static_cast<float>(strips) * strip;
}

std::uint32_t GalleryLayout::line_at(const GroupPlace& place, float y) const {
  // Strips make lines of two heights, so it is looked for by halves.
  std::uint32_t line = 0;
  for (std::uint32_t beyond = lines(place); line + 1 < beyond;) {
    const std::uint32_t middle = line + (beyond - line) / 2;
    (row_top(place, middle) <= y ? line : beyond) = middle;
  }
  return line;
}

bool GalleryLayout::has_strip(const GroupPlace& place, std::uint32_t line) const {
  return std::binary_search(place.strip_rows.begin(), place.strip_rows.end(), line);
}

GalleryBox GalleryLayout::box_of(const GroupPlace& place, std::uint32_t tile) const {
  const std::uint32_t line = tile / static_cast<std::uint32_t>(columns);
  const std::uint32_t column = tile % static_cast<std::uint32_t>(columns);
  return {static_cast<float>(column) * (tile_width + gap), row_top(place, line), tile_width, place.tile_height};
}

const GroupPlace* GalleryLayout::place_of(std::size_t group) const {
  return group < place_of_group.size() && place_of_group[group] < places.size() ? &places[place_of_group[group]]
                                                                                : nullptr;
}

ShownRows rows_in_order(const GalleryIndex& index, const GalleryLayout& layout) {
  std::vector<Row> rows;
  std::vector<std::uint32_t> starts;
  rows.reserve(index.tiles());
  for (const GroupPlace& place : layout.places) {
    const auto begin = static_cast<std::uint32_t>(rows.size());
    for (std::uint32_t line = 0; line < layout.lines(place); ++line)
      starts.push_back(begin + line * static_cast<std::uint32_t>(layout.columns));
    if (place.tiles > 0) {
      const auto& of_group = index.groups()[place.group].rows;
      rows.insert(rows.end(), of_group.begin(), of_group.end());
    }
  }
  ShownRows shown;
  shown.set(std::move(rows), std::move(starts));
  return shown;
}

std::optional<GalleryBox> box_of_row(const GalleryIndex& index, const GalleryLayout& layout, const ShownRows& shown,
                                     Row row) {
  if (!index.is_tile(row)) row = index.parent_of(row);
  const GroupPlace* place = row == no_row ? nullptr : layout.place_of(index.group_of(row));
  const std::size_t at = shown.place_of(row);
  if (place == nullptr || place->tiles == 0 || at == ShownRows::nowhere) return std::nullopt;
  return layout.box_of(*place, static_cast<std::uint32_t>(at - place->first_tile));
}

std::vector<Row> rows_touched(const GalleryIndex& index, const GalleryLayout& layout, float x0, float y0, float x1,
                              float y1) {
  std::vector<Row> rows;
  const float left = std::min(x0, x1), right = std::max(x0, x1), top = std::min(y0, y1), bottom = std::max(y0, y1);
  const float pitch = layout.tile_width + layout.gap;
  // The first column that ends to the right of the left side, the last that begins to the left of the right side.
  const auto first_column = static_cast<std::int64_t>(std::max(0.0f, std::floor((left + layout.gap) / pitch)));
  const auto last_column =
      std::min<std::int64_t>(layout.columns - 1, static_cast<std::int64_t>(std::floor(right / pitch)));
  if (right < 0 || last_column < first_column) return rows;
  const auto [first, last] = layout.visible(top, std::nextafter(bottom, bottom + 1));
  for (std::size_t i = first; i < last; ++i) {
    const GroupPlace& place = layout.places[i];
    const std::uint32_t lines = layout.lines(place);
    for (std::uint32_t line = layout.line_at(place, top); line < lines; ++line) {
      const float line_top = layout.row_top(place, line);
      if (line_top > bottom) break;
      if (line_top + place.tile_height <= top) continue;
      const auto from = static_cast<std::int64_t>(line) * layout.columns;
      const auto& of_group = index.groups()[place.group].rows;
      for (std::int64_t n = from + first_column; n <= from + last_column && n < place.tiles; ++n)
        rows.push_back(of_group[static_cast<std::size_t>(n)]);
    }
  }
  return rows;
}

}  // namespace studio
