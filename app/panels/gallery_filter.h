// Which rows a filter of the gallery lets through, and how many each would. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "commands/gallery_query.h"
#include "engine/library.h"

namespace studio {

// What filters, sorting by stars and marks look at, small enough to be compared row by row after each change.
struct RowFacts {
  JobState state = JobState::Queued;
  AssetState asset_state = AssetState::Done;
  MediaKind kind = MediaKind::Image;
  Mark mark = Mark::None;
  std::uint8_t stars = 0;
  bool has_asset = false, in_trash = false;
  bool operator==(const RowFacts&) const = default;
};
RowFacts facts_of(const Item& item);

// It broke, was refused, waits for a person, or its file is not there.
bool needs_attention(const RowFacts& facts);
// By the filter alone. What is in the trash is shown there and nowhere else, what was deleted for good nowhere.
bool in_filter(const RowFacts& facts, GalleryFilter filter);
// By the filter and the switch for rejected ones.
bool lets_through(const RowFacts& facts, const GalleryQuery& query);

struct GalleryCounts {
  std::array<int, gallery_filter_count> of{};  // by filter
  int picked_images = 0;                       // with a file: what videos can be made of
  int operator[](GalleryFilter filter) const { return of[static_cast<std::size_t>(filter)]; }
  void count(const RowFacts& facts, int by);  // 1: one more, -1: one less
};

std::string_view label_of(GalleryFilter filter);      // "All assets"
std::string_view label_of(GallerySort sort);          // "Newest"
std::string_view label_of(GalleryGrouping grouping);  // "By generation"

}  // namespace studio
