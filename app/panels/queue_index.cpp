// Sections, order and lanes of the queue.
#include "panels/queue_index.h"

#include <algorithm>
#include <utility>

namespace studio {
namespace {

constexpr auto no_section = static_cast<std::uint8_t>(QueueSection::Count);
constexpr std::uint8_t no_lane = 0xFF;

}  // namespace

std::optional<QueueSection> queue_section_of(const Item& item) {
  if (!item.job.valid()) return std::nullopt;
  switch (item.state) {
    case JobState::Unknown:
    case JobState::Blocked:
      return QueueSection::NeedYou;
    case JobState::Failed:
    case JobState::Refused:
    case JobState::Expired:
    case JobState::Quarantined:
      return item.hold ? QueueSection::Done : QueueSection::Failed;
    case JobState::Preparing:
    case JobState::Sending:
    case JobState::Running:
    case JobState::Fetching:
      return QueueSection::Running;
    case JobState::Waiting:
    case JobState::Queued:
      return QueueSection::Waiting;
    case JobState::Done:
      return QueueSection::Done;
    case JobState::Cancelled:
      return QueueSection::Cancelled;
  }
  return std::nullopt;
}

void QueueIndex::reset() { *this = QueueIndex(); }

std::uint8_t QueueIndex::lane_for(const Library& library, const ProviderSet& providers, Row row) {
  const auto& recipe = library.texts[row].recipe;
  if (!recipe) return no_lane;
  const MediaKind kind = recipe->kind;
  for (std::size_t i = 0; i < lanes_.size(); ++i)
    if (lanes_[i].kind == kind && lanes_[i].provider == recipe->provider) return static_cast<std::uint8_t>(i);
  if (lanes_.size() >= no_lane) return no_lane;
  QueueLane lane;
  lane.provider = recipe->provider;
  lane.label = recipe->provider;
  lane.kind = kind;
  if (const Provider* provider = providers.find(recipe->provider)) {
    const ProviderInfo& info = provider->info();
    lane.label = info.label;
    lane.limit = std::max(1, kind == MediaKind::Image ? info.image_lane : info.video_lane);
  }
  lanes_.push_back(std::move(lane));
  return static_cast<std::uint8_t>(lanes_.size() - 1);
}

void QueueIndex::put_in_lane(const Library& library, const ProviderSet& providers, Row row) {
  lane_of_row_[row] = lane_for(library, providers, row);
  const auto& recipe = library.texts[row].recipe;
  const ModelInfo* model = recipe ? providers.find_model(recipe->model) : nullptr;
  expected_of_row_[row] = model != nullptr ? static_cast<float>(model->expected_secs) : 0;
}

// What may still change, has it?
void QueueIndex::follow(const Library& library) {
  looked_at_ += watched_.size();
  std::size_t kept = 0;
  for (const Row row : watched_) {
    const Item& item = library.items[row];
    const auto before = section_of_row_[row];
    const auto section = queue_section_of(item);
    const std::uint8_t now = section ? static_cast<std::uint8_t>(*section) : no_section;
    if (now != before) {
      if (before != no_section) lost_[before] = true;
      if (section) gained_[now].push_back(row);
      section_of_row_[row] = now;
    }
    if (item.state != JobState::Done) watched_[kept++] = row;
  }
  watched_.resize(kept);
}

void QueueIndex::take_in(const Library& library, const ProviderSet& providers) {
  looked_at_ += library.items.size() - seen_;
  for (Row row = static_cast<Row>(seen_); row < library.items.size(); ++row) {
    const Item& item = library.items[row];
    const auto section = queue_section_of(item);
    section_of_row_.push_back(section ? static_cast<std::uint8_t>(*section) : no_section);
    lane_of_row_.push_back(no_lane);
    expected_of_row_.push_back(0);
    place_of_row_.push_back(0);
    if (!section) continue;
    put_in_lane(library, providers, row);
    gained_[static_cast<std::size_t>(*section)].push_back(row);
    if (item.state != JobState::Done) watched_.push_back(row);
  }
  // An edit may have given a job another model, and with it another lane.
  if (library.line_revision != seen_line_)
    for (const Row row : watched_) put_in_lane(library, providers, row);
  seen_ = library.items.size();
}

void QueueIndex::settle_sections(const Library& library) {
  for (std::size_t s = 0; s < queue_sections; ++s) {
    auto& rows = rows_[s];
    auto& gained = gained_[s];
    if (std::exchange(lost_[s], false)) std::erase_if(rows, [&](Row row) { return section_of_row_[row] != s; });
    if (gained.empty() && (s != static_cast<std::size_t>(QueueSection::Waiting) || library.line_revision == seen_line_)) continue;
    const auto middle = static_cast<std::ptrdiff_t>(rows.size());
    rows.insert(rows.end(), gained.begin(), gained.end());
    gained.clear();
    if (s == static_cast<std::size_t>(QueueSection::Waiting)) {
      const auto turn = [&](Row a, Row b) { return library.rank_of(a) < library.rank_of(b); };
      if (!std::is_sorted(rows.begin(), rows.end(), turn)) std::sort(rows.begin(), rows.end(), turn);
    } else {
      std::sort(rows.begin() + middle, rows.end());
      std::inplace_merge(rows.begin(), rows.begin() + middle, rows.end());
    }
  }
  seen_line_ = library.line_revision;
}

bool QueueIndex::update(const Library& library, const ProviderSet& providers) {
  // Fewer rows than before: another project.
  if (library.items.size() < seen_) reset();
  if (library.rows_revision == seen_revision_ && library.items.size() == seen_) return false;
  seen_revision_ = library.rows_revision;
  follow(library);
  take_in(library, providers);
  const bool changed = library.line_revision != seen_line_ ||
                       std::any_of(lost_.begin(), lost_.end(), [](bool lost) { return lost; }) ||
                       std::any_of(gained_.begin(), gained_.end(), [](const auto& rows) { return !rows.empty(); });
  settle_sections(library);
  measure(library);
  if (changed) ++revision_;
  return changed;
}

void QueueIndex::measure(const Library& library) {
  for (QueueLane& lane : lanes_) {
    lane.running = lane.waiting = lane.blocked = 0;
    lane.work_secs = 0;
    lane.held_up = no_row;
  }
  const auto lane_of = [&](Row row) { return lane_of_row_[row] == no_lane ? nullptr : &lanes_[lane_of_row_[row]]; };
  for (const Row row : rows(QueueSection::Running)) {
    QueueLane* lane = lane_of(row);
    if (lane == nullptr) continue;
    const Item& item = library.items[row];
    ++lane->running;
    lane->work_secs += item.eta_secs > 0    ? static_cast<double>(item.eta_secs)
                       : item.progress >= 0 ? expected_of_row_[row] * (1 - static_cast<double>(item.progress))
                                            : expected_of_row_[row] * 0.5;
  }
  for (const Row row : rows(QueueSection::Waiting)) {
    QueueLane* lane = lane_of(row);
    if (lane == nullptr) continue;
    lane->work_secs += expected_of_row_[row];
    place_of_row_[row] = ++lane->waiting;
    const Item& item = library.items[row];
    if (lane->held_up == no_row && item.state == JobState::Queued && item.cause != JobCause::None) lane->held_up = row;
  }
  for (const Row row : rows(QueueSection::NeedYou)) {
    QueueLane* lane = lane_of(row);
    if (lane == nullptr || library.items[row].state != JobState::Blocked) continue;
    if (lane->blocked++ == 0) lane->held_up = row;
  }
  expected_secs_ = -1;
  for (const QueueLane& lane : lanes_)
    if (lane.running + lane.waiting > 0)
      expected_secs_ = std::max(expected_secs_, lane.work_secs / std::min(lane.limit, lane.running + lane.waiting));
}

int QueueIndex::place_in_line(Row row) const {
  const bool waits = row < seen_ && section_of_row_[row] == static_cast<std::uint8_t>(QueueSection::Waiting);
  return waits ? place_of_row_[row] : 0;
}

int QueueIndex::total() const {
  std::size_t n = 0;
  for (const auto& rows : rows_) n += rows.size();
  return static_cast<int>(n);
}

int QueueIndex::open() const {
  return count(QueueSection::NeedYou) + count(QueueSection::Running) + count(QueueSection::Waiting);
}

}  // namespace studio
