// Rows into groups: as a whole when the question changes, one by one when only some rows do.
#include "panels/gallery_index.h"

#include <algorithm>
#include <ctime>

#include "base/clock.h"

namespace studio {
namespace {

// More changes than this at the same time are cheaper made anew than one by one.
constexpr std::size_t many_changes = 256;

std::tm local_time(std::int64_t wall_ms) {
  const std::time_t secs = wall_ms / 1000;
  std::tm tm{};
  localtime_r(&secs, &tm);
  return tm;
}

// 20260301. Of rows close in time the day is mostly the same: time zones change by quarters of an hour.
std::int64_t day_number(std::int64_t wall_ms) {
  thread_local std::int64_t last_quarter = -1, last_day = 0;
  const std::int64_t quarter = wall_ms / 900'000;
  if (quarter != last_quarter) {
    const std::tm tm = local_time(wall_ms);
    last_day = (tm.tm_year + 1900) * 10'000 + (tm.tm_mon + 1) * 100 + tm.tm_mday;
    last_quarter = quarter;
  }
  return last_day;
}

float ratio_of(const Item& item, float otherwise) {
  return item.width > 0 && item.height > 0 ? static_cast<float>(item.width) / static_cast<float>(item.height)
                                           : otherwise;
}

constexpr float photograph = 1.5f;  // the shape of boxes whose pictures may have any

// The shape that more than half of them have, if there is one.
float ratio_of_most(const Library& library, const std::vector<Row>& rows) {
  float candidate = photograph;
  int votes = 0;
  for (const Row row : rows) {
    const float ratio = ratio_of(library.items[row], photograph);
    if (votes == 0) candidate = ratio;
    votes += std::abs(ratio - candidate) < 0.02f ? 1 : -1;
  }
  return candidate;
}

}  // namespace

std::string clock_time(std::int64_t wall_ms) {
  const std::tm tm = local_time(wall_ms);
  char text[16];
  std::strftime(text, sizeof text, "%H:%M", &tm);
  return text;
}

void GalleryIndex::reset() {
  const std::uint64_t revision = revision_ + 1;
  *this = {};
  text_ = &no_text_;
  revision_ = revision;
}

std::size_t GalleryIndex::group_of(Row row) const {
  if (row >= rows_.size()) return groups_.size();
  if (rows_[row].nested) row = rows_[row].parent;
  return rows_[row].group == none ? groups_.size() : rows_[row].group;
}

void GalleryIndex::set_folded(std::size_t group, bool folded) {
  groups_[group].folded = folded;
  if (folded)
    folded_keys().insert(groups_[group].key);
  else
    folded_keys().erase(groups_[group].key);
  ++revision_;
}

void GalleryIndex::fold_all(bool folded) {
  for (std::size_t group = 0; group < groups_.size(); ++group) set_folded(group, folded);
}

// --- what is known of each row

void GalleryIndex::learn(const Library& library, Row row) {
  const Item& item = library.items[row];
  Known known;
  known.facts = facts_of(item);
  known.born_ms = item.created_ms;
  if (item.generation.valid()) {
    const auto generation = std::lower_bound(library.generations.begin(), library.generations.end(), item.generation,
                                             [](const Generation& g, GenerationId id) { return g.id < id; });
    if (generation != library.generations.end() && generation->id == item.generation)
      known.born_ms = generation->created_ms;
  }
  const auto& recipe = library.texts[row].recipe;
  const auto [model, is_new] =
      model_numbers_.try_emplace(recipe ? recipe->model : std::string(), static_cast<std::uint32_t>(models_.size()));
  if (is_new) models_.push_back(model->first);
  known.model = model->second;
  if (item.parent.valid()) {
    known.parent = library.row_of(item.parent);
    if (known.parent == no_row) orphans_.push_back(row);
  }
  counts_.count(known.facts, 1);
  rows_.push_back(known);
}

void GalleryIndex::look_at_changes(const Library& library) {
  changed_.clear();
  marked_.clear();
  states_changed_ = false;
  for (Row row = 0; row < rows_.size(); ++row) {
    const RowFacts now = facts_of(library.items[row]);
    RowFacts& before = rows_[row].facts;
    if (now == before) continue;
    if (now.mark != before.mark || now.stars != before.stars) marked_.push_back(row);
    states_changed_ = states_changed_ || now.state != before.state;
    counts_.count(before, -1);
    counts_.count(now, 1);
    before = now;
    changed_.push_back(row);
  }
  if (rows_.size() < library.items.size()) states_changed_ = true;
  for (Row row = static_cast<Row>(rows_.size()); row < library.items.size(); ++row) {
    learn(library, row);
    changed_.push_back(row);
  }
  std::erase_if(orphans_, [&](Row row) {
    rows_[row].parent = library.row_of(library.items[row].parent);
    if (rows_[row].parent != no_row) changed_.push_back(row);
    return rows_[row].parent != no_row;
  });
}

// --- what is shown

bool GalleryIndex::passes(Row row) const { return lets_through(rows_[row].facts, query_) && text_->matches(row); }

// In the strip of an image that is shown everything of it is, but for what the trash and the switch hide.
bool GalleryIndex::child_passes(Row row) const {
  const RowFacts& facts = rows_[row].facts;
  if (!in_filter(facts, query_.filter == GalleryFilter::Trash ? GalleryFilter::Trash : GalleryFilter::All))
    return false;
  return !query_.hide_rejected || facts.mark != Mark::Reject || query_.filter == GalleryFilter::Rejected ||
         query_.filter == GalleryFilter::Trash;
}

void GalleryIndex::place(const Library& library, Row row, bool again) {
  Known& known = rows_[row];
  const bool under_parent =
      known.parent != no_row && query_.filter != GalleryFilter::Videos && passes(known.parent) && child_passes(row);
  const bool tile = !under_parent && passes(row);
  if (known.nested != under_parent) {
    known.nested = under_parent;
    Known& parent = rows_[known.parent];
    const bool had = parent.children > 0;
    parent.children = static_cast<std::uint16_t>(parent.children + (under_parent ? 1 : -1));
    if (parent.group != none && had != (parent.children > 0)) groups_[parent.group].strips += had ? -1 : 1;
    tiles_changed_ = true;
  }
  if (known.group != none && (!tile || again)) take_out(row);
  if (tile && known.group == none) put_in(library, row);
}

void GalleryIndex::take_out(Row row) {
  GalleryGroup& group = groups_[rows_[row].group];
  const auto at = std::find(group.rows.begin(), group.rows.end(), row);
  order_changed_ = order_changed_ || at == group.rows.begin();
  group.rows.erase(at);
  if (rows_[row].children > 0) --group.strips;
  rows_[row].group = none;
  --tiles_;
  tiles_changed_ = true;
}

void GalleryIndex::put_in(const Library& library, Row row) {
  const std::uint32_t number = group_for(library, row);
  GalleryGroup& group = groups_[number];
  const auto at = std::upper_bound(group.rows.begin(), group.rows.end(), row,
                                   [&](Row a, Row b) { return comes_before(library, a, b); });
  order_changed_ = order_changed_ || at == group.rows.begin();
  group.rows.insert(at, row);
  if (rows_[row].children > 0) ++group.strips;
  rows_[row].group = number;
  ++tiles_;
  tiles_changed_ = true;
}

std::uint32_t GalleryIndex::group_for(const Library& library, Row row) {
  const Item& item = library.items[row];
  const Known& known = rows_[row];
  std::int64_t key = 0;
  switch (query_.grouping) {
    case GalleryGrouping::Generation:
      key = item.generation.valid() ? item.generation.value : -day_number(known.born_ms);
      break;
    case GalleryGrouping::Day:
      key = day_number(known.born_ms);
      break;
    case GalleryGrouping::Model:
      key = known.model;
      break;
    case GalleryGrouping::None:
    case GalleryGrouping::Count:
      break;
  }
  const auto [found, is_new] = by_key_.try_emplace(key, static_cast<std::uint32_t>(groups_.size()));
  if (!is_new) return found->second;
  GalleryGroup group;
  group.grouping = query_.grouping;
  group.key = key;
  group.created_ms = known.born_ms;
  group.ratio = photograph;
  group.folded = folded_keys().contains(key);
  if (query_.grouping == GalleryGrouping::Generation && item.generation.valid()) {
    group.generation = item.generation;
    group.ratio = ratio_of(item, 1);
  } else if (query_.grouping == GalleryGrouping::Generation || query_.grouping == GalleryGrouping::Day) {
    group.day = local_date(known.born_ms);
  } else if (query_.grouping == GalleryGrouping::Model) {
    group.model = models_[known.model];
  }
  if (query_.grouping != GalleryGrouping::Generation) group.ratio = ratio_of(item, photograph);
  groups_.push_back(std::move(group));
  order_.push_back(found->second);
  order_changed_ = true;
  return found->second;
}

bool GalleryIndex::comes_before(const Library& library, Row a, Row b) const {
  const Known &x = rows_[a], &y = rows_[b];
  switch (query_.sort) {
    case GallerySort::Name:
      if (const int order = compare_names(text_->name(a), text_->name(b)); order != 0) return order < 0;
      break;
    case GallerySort::Prompt:
      if (const int order = text_->prompt(a).compare(text_->prompt(b)); order != 0) return order < 0;
      break;
    case GallerySort::Model:
      if (x.model != y.model) return models_[x.model] < models_[y.model];
      break;
    case GallerySort::Stars:
      if (x.facts.stars != y.facts.stars) return x.facts.stars > y.facts.stars;
      break;
    case GallerySort::Newest:
    case GallerySort::Oldest:
    case GallerySort::Count:
      break;
  }
  const bool oldest = query_.sort == GallerySort::Oldest;
  if (x.born_ms != y.born_ms) return oldest ? x.born_ms < y.born_ms : x.born_ms > y.born_ms;
  const Item &i = library.items[a], &j = library.items[b];
  if (i.generation != j.generation) return oldest ? i.generation < j.generation : i.generation > j.generation;
  // Variations in their own order, whichever was made known first.
  return i.variation != j.variation ? i.variation < j.variation : a < b;
}

// Requests stand where their first tile would; days and models by themselves.
bool GalleryIndex::group_comes_before(const Library& library, std::uint32_t a, std::uint32_t b) const {
  const GalleryGroup &x = groups_[a], &y = groups_[b];
  if (x.rows.empty() || y.rows.empty()) return y.rows.empty() && !x.rows.empty();
  if (query_.grouping == GalleryGrouping::Model) return x.model < y.model;
  if (query_.grouping == GalleryGrouping::Day)
    return query_.sort == GallerySort::Oldest ? x.key < y.key : x.key > y.key;
  return comes_before(library, x.rows.front(), y.rows.front());
}

void GalleryIndex::order_groups(const Library& library) {
  std::sort(order_.begin(), order_.end(),
            [&](std::uint32_t a, std::uint32_t b) { return group_comes_before(library, a, b); });
}

void GalleryIndex::rebuild(const Library& library) {
  groups_.clear();
  by_key_.clear();
  order_.clear();
  tiles_ = 0;
  for (Known& known : rows_) known.group = none, known.nested = false, known.children = 0;
  for (Row row = 0; row < rows_.size(); ++row) {
    Known& known = rows_[row];
    if (known.parent != no_row && query_.filter != GalleryFilter::Videos && passes(known.parent) && child_passes(row)) {
      known.nested = true;
      ++rows_[known.parent].children;
    } else if (passes(row)) {
      const std::uint32_t group = group_for(library, row);
      known.group = group;
      groups_[group].rows.push_back(row);
      ++tiles_;
    }
  }
  for (GalleryGroup& group : groups_) {
    const auto before = [&](Row a, Row b) { return comes_before(library, a, b); };
    if (!std::is_sorted(group.rows.begin(), group.rows.end(), before))
      std::sort(group.rows.begin(), group.rows.end(), before);
    if (group.grouping != GalleryGrouping::Generation) group.ratio = ratio_of_most(library, group.rows);
    group.strips = static_cast<int>(
        std::count_if(group.rows.begin(), group.rows.end(), [&](Row row) { return rows_[row].children > 0; }));
  }
  order_groups(library);
  tiles_changed_ = true;
}

bool GalleryIndex::update(const Library& library, const GalleryQuery& query, const GalleryText& text) {
  const bool by_text = query.sort == GallerySort::Name || query.sort == GallerySort::Prompt;
  const bool texts_known = !by_text || library.items.empty() || text.knows(static_cast<Row>(library.items.size() - 1));
  // Size of tiles and the words as they are typed are nothing to the order.
  const bool other_query = query.filter != query_.filter || query.sort != query_.sort ||
                           query.grouping != query_.grouping || query.hide_rejected != query_.hide_rejected ||
                           text.revision() != text_revision_ || texts_known != texts_known_ || &text != text_;
  if (library.rows_revision == library_revision_ && !other_query) {
    marked_.clear();
    states_changed_ = false;
    return false;
  }
  query_ = query;
  text_ = &text;
  text_revision_ = text.revision();
  texts_known_ = texts_known;
  library_revision_ = library.rows_revision;
  tiles_changed_ = order_changed_ = false;
  look_at_changes(library);
  if (other_query || changed_.size() > many_changes) {
    rebuild(library);
  } else {
    for (const Row row : changed_) {
      // Another number of stars is another place where they are the order.
      place(library, row, query_.sort == GallerySort::Stars);
      const auto children = library.children.find(library.items[row].asset);
      if (children == library.children.end()) continue;
      for (const Row child : children->second)
        if (child < rows_.size()) place(library, child, false);
    }
    if (order_changed_) order_groups(library);
  }
  if (tiles_changed_) ++revision_;
  return tiles_changed_;
}

}  // namespace studio
