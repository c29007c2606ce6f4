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

void Lanes::note(JobId job, const LaneKey& lane, JobState state) {
  forget(job);
  if (holds_place(state)) lanes_[lane].placed.insert(job);
  else if (state == JobState::Queued) lanes_[lane].queued.insert(job);
  else return;
  where_[job] = lane;
}

void Lanes::forget(JobId job) {
  const auto found = where_.find(job);
  if (found == where_.end()) return;
  Lane& lane = lanes_[found->second];
  lane.placed.erase(job);
  lane.queued.erase(job);
  where_.erase(found);
}

int Lanes::in_flight(const LaneKey& lane) const {
  const auto found = lanes_.find(lane);
  return found == lanes_.end() ? 0 : static_cast<int>(found->second.placed.size());
}

int Lanes::queued(const LaneKey& lane) const {
  const auto found = lanes_.find(lane);
  return found == lanes_.end() ? 0 : static_cast<int>(found->second.queued.size());
}

}  // namespace studio
