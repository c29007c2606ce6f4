// What of the library the gallery shows, in which order and under which heads. View state, shared with the commands.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace studio {

enum class GalleryFilter : std::uint8_t { All, New, Picked, Rejected, Images, Videos, Failed, Trash, Count };
enum class GallerySort : std::uint8_t { Newest, Oldest, Name, Model, Prompt, Stars, Count };
enum class GalleryGrouping : std::uint8_t { Generation, Day, Model, None, Count };
inline constexpr std::size_t gallery_filter_count = static_cast<std::size_t>(GalleryFilter::Count);
inline constexpr std::size_t gallery_sort_count = static_cast<std::size_t>(GallerySort::Count);
inline constexpr std::size_t gallery_grouping_count = static_cast<std::size_t>(GalleryGrouping::Count);

struct GalleryQuery {
  GalleryFilter filter = GalleryFilter::All;
  GallerySort sort = GallerySort::Newest;
  GalleryGrouping grouping = GalleryGrouping::Generation;
  bool hide_rejected = false;  // where nothing else asks for them
  bool square = false;         // tiles cropped to squares
  std::string text;            // words that must all occur in a prompt or name; empty: any
  bool operator==(const GalleryQuery&) const = default;
};

}  // namespace studio
