// Groups, layout by arithmetic, and the words of each state.
#include "panels/gallery_rows.h"

#include <algorithm>
#include <cmath>
#include <ctime>

#include "base/text.h"

namespace studio {
namespace {

std::string ordinal(int n) {
  const int tens = n % 100;
  const char* ending = tens >= 11 && tens <= 13 ? "th"
                       : n % 10 == 1            ? "st"
                       : n % 10 == 2            ? "nd"
                       : n % 10 == 3            ? "rd"
                                                : "th";
  return std::to_string(n) + ending;
}

std::string clock_text(double secs) {
  const int whole = static_cast<int>(secs);
  char text[32];
  std::snprintf(text, sizeof text, "%d:%02d", whole / 60, whole % 60);
  return text;
}

// Rough on purpose: a figure that jumps is worse than one that is round.
std::string about(double secs) {
  if (secs < 1) return "under 1 s";
  if (secs < 90) return "about " + std::to_string(static_cast<int>(std::lround(secs))) + " s";
  return "about " + std::to_string(static_cast<int>(std::lround(secs / 60))) + " min";
}

std::string one_decimal(float value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", static_cast<double>(value));
  return text;
}

// What ends with a full stop reads wrongly on a tile.
std::string without_stop(std::string text) {
  while (!text.empty() && (text.back() == '.' || text.back() == ' ')) text.pop_back();
  return text;
}

std::tm local_time(std::int64_t wall_ms) {
  const std::time_t secs = wall_ms / 1000;
  std::tm tm{};
  localtime_r(&secs, &tm);
  return tm;
}

bool is_video_of_shown_image(const Library& library, const Item& item) {
  return item.parent.valid() && library.row_of(item.parent) != no_row;
}

}  // namespace

std::string clock_time(std::int64_t wall_ms) {
  const std::tm tm = local_time(wall_ms);
  char text[16];
  std::strftime(text, sizeof text, "%H:%M", &tm);
  return text;
}

std::string local_date(std::int64_t wall_ms) {
  const std::tm tm = local_time(wall_ms);
  char text[16];
  std::strftime(text, sizeof text, "%Y-%m-%d", &tm);
  return text;
}

// --- groups

void GalleryIndex::reset() {
  groups_.clear();
  group_of_row_.clear();
  by_generation_.clear();
  by_day_.clear();
  seen_ = 0;
  ++revision_;
}

std::size_t GalleryIndex::group_for(const Library& library, const Item& item) {
  if (is_video_of_shown_image(library, item)) return group_of(library.row_of(item.parent));
  if (item.generation.valid()) {
    const auto [found, is_new] = by_generation_.try_emplace(item.generation, groups_.size());
    if (is_new) {
      GalleryGroup group;
      group.generation = item.generation;
      group.created_ms = item.created_ms;
      if (item.width > 0 && item.height > 0)
        group.ratio = static_cast<float>(item.width) / static_cast<float>(item.height);
      groups_.push_back(std::move(group));
    }
    return found->second;
  }
  const std::string day = local_date(item.created_ms);
  const auto [found, is_new] = by_day_.try_emplace(day, groups_.size());
  if (is_new) {
    GalleryGroup group;
    group.created_ms = item.created_ms;
    group.day = day;
    group.ratio = 1.5f;  // most photographs; others are fitted into the same box
    groups_.push_back(std::move(group));
  }
  return found->second;
}

bool GalleryIndex::update(const Library& library) {
  if (library.items.size() == seen_) return false;
  for (Row row = static_cast<Row>(seen_); row < library.items.size(); ++row) {
    const Item& item = library.items[row];
    const std::size_t group = group_for(library, item);
    group_of_row_.push_back(static_cast<std::uint32_t>(group));
    if (is_video_of_shown_image(library, item)) {
      groups_[group].has_children = true;
      continue;
    }
    auto& rows = groups_[group].rows;
    // Variations in their own order, whichever was made known first.
    auto at = rows.end();
    while (at != rows.begin() && item.variation != 0 && library.items[*(at - 1)].variation > item.variation) --at;
    rows.insert(at, row);
  }
  seen_ = library.items.size();
  ++revision_;
  return true;
}

void GalleryIndex::set_folded(std::size_t group, bool folded) {
  groups_[group].folded = folded;
  ++revision_;
}

std::size_t GalleryIndex::group_of(Row row) const {
  return row < group_of_row_.size() ? group_of_row_[row] : groups_.size();
}

// --- layout

GalleryLayout lay_out(const GalleryIndex& index, const Library& library, const GalleryMetrics& m) {
  GalleryLayout layout;
  layout.columns = std::max(1, static_cast<int>(std::lround((m.width + m.gap) / (m.tile_width + m.gap))));
  const auto columns = static_cast<float>(layout.columns);
  layout.tile_width = std::max(16.0f, std::floor((m.width - m.gap * (columns - 1)) / columns));
  const auto& groups = index.groups();
  layout.places.reserve(groups.size());
  float y = 0;
  for (std::size_t i = groups.size(); i-- > 0;) {
    const GalleryGroup& group = groups[i];
    // A group whose tiles are all children of older images has nothing of its own to show.
    if (group.rows.empty()) continue;
    GroupPlace place;
    place.group = i;
    place.top = y;
    place.tile_height = std::clamp(std::round(layout.tile_width / group.ratio), 16.0f, m.max_tile_height);
    place.row_height = place.tile_height + m.footer + m.row_gap;
    const auto rows =
        (group.rows.size() + static_cast<std::size_t>(layout.columns) - 1) / static_cast<std::size_t>(layout.columns);
    if (!group.folded && group.has_children) {
      for (std::size_t n = 0; n < group.rows.size(); ++n) {
        const AssetId asset = library.items[group.rows[n]].asset;
        if (!asset.valid() || !library.children.contains(asset)) continue;
        const auto row = static_cast<std::uint32_t>(n / static_cast<std::size_t>(layout.columns));
        if (place.strip_rows.empty() || place.strip_rows.back() != row) place.strip_rows.push_back(row);
      }
    }
    place.height = m.head + m.head_gap + m.group_gap;
    if (!group.folded)
      place.height +=
          static_cast<float>(rows) * place.row_height + static_cast<float>(place.strip_rows.size()) * m.strip;
    else
      place.height -= m.group_gap;
    y += place.height;
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

float GalleryLayout::row_top(const GroupPlace& place, std::uint32_t row, const GalleryMetrics& metrics) const {
  const auto strips =
      std::lower_bound(place.strip_rows.begin(), place.strip_rows.end(), row) - place.strip_rows.begin();
  return place.top + metrics.head + metrics.head_gap + static_cast<float>(row) * place.row_height +
         static_cast<float>(strips) * metrics.strip;
}

std::vector<Row> rows_in_order(const GalleryIndex& index, const Library& library) {
  std::vector<Row> rows;
  rows.reserve(library.items.size());
  const auto& groups = index.groups();
  for (std::size_t i = groups.size(); i-- > 0;)
    if (!groups[i].folded) rows.insert(rows.end(), groups[i].rows.begin(), groups[i].rows.end());
  return rows;
}

// --- words

Row first_open_row(const Library& library, Row from) {
  while (from < library.items.size() && is_terminal(library.items[from].state)) ++from;
  return from;
}

std::unordered_map<Row, int> places_in_line(const Library& library, Row first_open) {
  std::unordered_map<Row, int> places;
  int next[2] = {1, 1};
  for (Row row = first_open; row < library.items.size(); ++row) {
    const Item& item = library.items[row];
    if (item.state == JobState::Queued) places.emplace(row, next[item.kind == MediaKind::Video ? 1 : 0]++);
  }
  return places;
}

TileFace face_of(const FaceContext& context, Row row) {
  const Item& item = context.library.items[row];
  const ItemText& text = context.library.texts[row];
  TileFace face;
  face.mark = item.mark;
  face.stars = item.stars;
  face.number = item.variation;
  const std::string price = format_money(item.cost, item.currency);
  const ModelInfo* model = text.recipe ? context.providers.find_model(text.recipe->model) : nullptr;
  const auto words = [&](StateShape shape, std::string headline, std::string line, std::string brief = {}) {
    face.shape = shape;
    face.headline = std::move(headline);
    face.line = std::move(line);
    face.brief = std::move(brief);
  };
  const auto act = [&](std::string id, std::string label) {
    face.act_id = std::move(id);
    face.act = std::move(label);
  };
  const double elapsed = item.started_ms > 0 ? static_cast<double>(context.now_wall_ms - item.started_ms) / 1000 : 0;

  switch (item.state) {
    case JobState::Waiting:
      words(StateShape::Circle, "Waiting", text.reason.empty() ? "for its picture" : without_stop(text.reason));
      face.can_cancel = true;
      break;
    case JobState::Queued: {
      const auto place = context.place_in_line.find(row);
      std::string line = price;
      if (!text.reason.empty())
        line = without_stop(text.reason);
      else if (place != context.place_in_line.end() && place->second > 1)
        line = ordinal(place->second) + " in line · " + price;
      words(StateShape::Circle, "Waiting", line);
      face.can_cancel = true;
      break;
    }
    case JobState::Preparing:
      words(StateShape::CircleUp, "Preparing", model ? model->label : "");
      face.can_cancel = true;
      break;
    case JobState::Sending:
      words(StateShape::CircleUp, "Sending", model ? model->label : "");
      break;
    case JobState::Unknown:
      words(StateShape::Diamond, "May have been charged", "up to " + price, "Charged?");
      act("Decide", "Decide…");
      break;
    case JobState::Running:
      face.big_ring = true;
      face.can_cancel = true;
      if (item.progress >= 0) {
        face.shape = StateShape::Ring;
        face.progress = item.progress;
        face.inside = std::to_string(static_cast<int>(item.progress * 100)) + "%";
        if (item.eta_secs > 0) face.line = about(static_cast<double>(item.eta_secs)) + " left";
      } else {
        face.shape = StateShape::RingTick;
        face.steps = static_cast<int>(elapsed * 4);
        face.inside = clock_text(elapsed);
        if (model != nullptr) face.line = "usually " + about(model->expected_secs);
      }
      break;
    case JobState::Fetching:
      words(StateShape::RingDown, "Downloading", "");
      face.big_ring = true;
      break;
    case JobState::Failed:
      words(StateShape::Triangle, "Failed", without_stop(text.reason));
      act("Retry", "Retry " + price);
      break;
    case JobState::Refused:
      words(StateShape::Octagon, "Refused", without_stop(text.reason));
      break;
    case JobState::Blocked:
      words(StateShape::SquarePause, "Over budget", without_stop(text.reason));
      break;
    case JobState::Cancelled:
      words(StateShape::CircleSlash, "Cancelled", without_stop(text.reason));
      act("Retry", "Start again " + price);
      break;
    case JobState::Expired:
      words(StateShape::Triangle, "Expired",
            text.reason.empty() ? "the provider no longer has it" : without_stop(text.reason));
      act("Retry", "Retry " + price);
      break;
    case JobState::Quarantined:
      words(StateShape::SquareCross, "Quarantined", "broke the decoder twice");
      face.hatched = true;
      break;
    case JobState::Done:
      break;
  }
  if (item.state != JobState::Done) return face;
  switch (item.asset_state) {
    case AssetState::Missing:
      words(StateShape::SquareDashed, "File missing", "moved or deleted outside");
      break;
    case AssetState::Quarantined:
      words(StateShape::SquareCross, "Quarantined", "broke the decoder twice");
      face.hatched = true;
      break;
    case AssetState::Done:
      if (item.kind == MediaKind::Video && item.seconds > 0) face.duration = one_decimal(item.seconds);
      break;
  }
  return face;
}

GroupHead head_of(const Library& library, const ProviderSet& providers, const GalleryGroup& group) {
  GroupHead head;
  head.total = static_cast<int>(group.rows.size());
  if (!group.generation.valid()) {
    head.title = "Imported";
    head.arrived = head.total;
    head.facts = std::to_string(head.total) + (head.total == 1 ? " picture · " : " pictures · ") + group.day;
    return head;
  }
  const auto generation = std::lower_bound(library.generations.begin(), library.generations.end(), group.generation,
                                           [](const Generation& g, GenerationId id) { return g.id < id; });
  const bool known = generation != library.generations.end() && generation->id == group.generation;
  if (known) head.title = generation->prompt;
  Money spent, planned;
  Currency currency = Currency::Usd;
  std::string model_id;
  for (const Row row : group.rows) {
    const Item& item = library.items[row];
    planned += item.cost;
    currency = item.currency;
    if (item.asset.valid()) {
      ++head.arrived;
      spent += item.cost;
    }
    if (item.mark == Mark::Pick) ++head.picked;
    if (model_id.empty() && library.texts[row].recipe) model_id = library.texts[row].recipe->model;
  }
  if (head.title.empty() && !group.rows.empty() && library.texts[group.rows.front()].recipe)
    head.title = library.texts[group.rows.front()].recipe->prompt;
  const ModelInfo* model = providers.find_model(model_id);
  const bool videos = !group.rows.empty() && library.items[group.rows.front()].kind == MediaKind::Video;
  head.facts = model != nullptr ? model->label : model_id;
  head.facts += " · " + std::to_string(head.total) +
                (videos ? (head.total == 1 ? " video" : " videos") : (head.total == 1 ? " picture" : " variations"));
  head.facts += " · " + clock_time(group.created_ms);
  if (head.arrived == head.total)
    head.facts += " · " + format_money(spent, currency);
  else
    head.facts += " · " + format_money(spent) + " of " + format_money(planned, currency);
  return head;
}

std::vector<AssetId> images_of(const Library& library, const std::vector<Row>& rows) {
  std::vector<AssetId> images;
  for (const Row row : rows) {
    const Item& item = library.items[row];
    if (item.kind == MediaKind::Image && item.asset.valid() && item.asset_state == AssetState::Done)
      images.push_back(item.asset);
  }
  return images;
}

}  // namespace studio
