// One predicate for tiles, counts and strips.
#include "panels/gallery_filter.h"

namespace studio {

RowFacts facts_of(const Item& item) {
  return {item.state, item.asset_state, item.kind, item.mark, item.stars, item.asset.valid(), item.in_trash};
}

bool needs_attention(const RowFacts& facts) {
  switch (facts.state) {
    case JobState::Failed:
    case JobState::Refused:
    case JobState::Blocked:
    case JobState::Unknown:
    case JobState::Expired:
    case JobState::Quarantined:
      return true;
    default:
      return facts.state == JobState::Done && facts.asset_state != AssetState::Done;
  }
}

bool in_filter(const RowFacts& facts, GalleryFilter filter) {
  if (facts.asset_state == AssetState::Deleted && facts.has_asset) return false;
  if (facts.in_trash != (filter == GalleryFilter::Trash)) return false;
  switch (filter) {
    case GalleryFilter::All:
    case GalleryFilter::Trash:
      return true;
    case GalleryFilter::New:
      // Also what is still on its way: it arrives to be judged.
      return facts.mark == Mark::None && !needs_attention(facts) && facts.state != JobState::Cancelled;
    case GalleryFilter::Picked:
      return facts.mark == Mark::Pick;
    case GalleryFilter::Rejected:
      return facts.mark == Mark::Reject;
    case GalleryFilter::Images:
      return facts.kind == MediaKind::Image;
    case GalleryFilter::Videos:
      return facts.kind == MediaKind::Video;
    case GalleryFilter::Failed:
      return needs_attention(facts);
    case GalleryFilter::Count:
      break;
  }
  return false;
}

bool lets_through(const RowFacts& facts, const GalleryQuery& query) {
  if (query.hide_rejected && facts.mark == Mark::Reject && query.filter != GalleryFilter::Rejected &&
      query.filter != GalleryFilter::Trash)
    return false;
  return in_filter(facts, query.filter);
}

void GalleryCounts::count(const RowFacts& facts, int by) {
  for (std::size_t i = 0; i < gallery_filter_count; ++i)
    if (in_filter(facts, static_cast<GalleryFilter>(i))) of[i] += by;
  if (facts.kind == MediaKind::Image && facts.has_asset && facts.asset_state == AssetState::Done &&
      facts.mark == Mark::Pick && !facts.in_trash)
    picked_images += by;
}

std::string_view label_of(GalleryFilter filter) {
  switch (filter) {
    case GalleryFilter::All:
      return "All assets";
    case GalleryFilter::New:
      return "New";
    case GalleryFilter::Picked:
      return "Picked";
    case GalleryFilter::Rejected:
      return "Rejected";
    case GalleryFilter::Images:
      return "Images";
    case GalleryFilter::Videos:
      return "Videos";
    case GalleryFilter::Failed:
      return "Failed";
    case GalleryFilter::Trash:
      return "Trash";
    case GalleryFilter::Count:
      break;
  }
  return "";
}

std::string_view label_of(GallerySort sort) {
  switch (sort) {
    case GallerySort::Newest:
      return "Newest";
    case GallerySort::Oldest:
      return "Oldest";
    case GallerySort::Name:
      return "Name";
    case GallerySort::Model:
      return "Model";
    case GallerySort::Prompt:
      return "Prompt";
    case GallerySort::Stars:
      return "Stars";
    case GallerySort::Count:
      break;
  }
  return "";
}

std::string_view label_of(GalleryGrouping grouping) {
  switch (grouping) {
    case GalleryGrouping::Generation:
      return "By generation";
    case GalleryGrouping::Day:
      return "By day";
    case GalleryGrouping::Model:
      return "By model";
    case GalleryGrouping::None:
      return "No groups";
    case GalleryGrouping::Count:
      break;
  }
  return "";
}

}  // namespace studio
