#include "jobs/lanes.h"

#include <algorithm>

namespace studio {

LaneKey lane_of(const Recipe& recipe) { return {recipe.provider, recipe.kind}; }

int lane_limit(const ProviderInfo& info, MediaKind kind) {
  return std::max(1, kind == MediaKind::Video ? info.video_lane : info.image_lane);
}

bool holds_place(JobState state) {
  return state == JobState::Preparing || state == JobState::Sending || state == JobState::Running;
}

void Lanes::set_limit(const LaneKey& lane, int limit) { lanes_[lane].limit = std::max(1, limit); }

void Lanes::note(JobId job, const LaneKey& lane, JobState state, const QueueRank& rank) {
  const auto known = where_.find(job);
  const bool was_ready = known != where_.end() && known->second.standing == Standing::Ready;
  forget(job);
  if (!holds_place(state) && state != JobState::Queued) return;
  Where& where = where_[job];
  where.lane = &lanes_[lane];
  where.rank = rank;
  if (holds_place(state)) {
    where.standing = Standing::Placed;
    ++where.lane->placed;
    return;
  }
  where.standing = Standing::Queued;
  ++where.lane->queued;
  if (was_ready) make_ready(job);  // it was queued before and still is
}

void Lanes::make_ready(JobId job) {
  const auto found = where_.find(job);
  if (found == where_.end() || found->second.standing != Standing::Queued) return;
  found->second.standing = Standing::Ready;
  found->second.lane->ready.insert(found->second.rank);
}

void Lanes::set_rank(const QueueRank& rank) {
  const auto found = where_.find(rank.job);
  if (found == where_.end()) return;
  Where& where = found->second;
  const bool is_ready = where.standing == Standing::Ready;
  if (is_ready) where.lane->ready.erase(where.rank);
  where.rank = rank;
  if (is_ready) where.lane->ready.insert(rank);
}

void Lanes::forget(JobId job) {
  const auto found = where_.find(job);
  if (found == where_.end()) return;
  const Where& where = found->second;
  if (where.standing == Standing::Placed) --where.lane->placed;
  else --where.lane->queued;
  if (where.standing == Standing::Ready) where.lane->ready.erase(where.rank);
  where_.erase(found);
}

int Lanes::in_flight(const LaneKey& lane) const {
  const auto found = lanes_.find(lane);
  return found == lanes_.end() ? 0 : found->second.placed;
}

int Lanes::queued(const LaneKey& lane) const {
  const auto found = lanes_.find(lane);
  return found == lanes_.end() ? 0 : found->second.queued;
}

}  // namespace studio
