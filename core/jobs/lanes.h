// Lanes: how many jobs of one provider and medium are in flight, and whose turn is next: by rank, which is first come, first
// served where nobody chose otherwise.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/capability.h"
#include "model/job.h"
#include "model/queue_order.h"

namespace studio {

struct LaneKey {
  std::string provider;
  MediaKind kind = MediaKind::Image;
  auto operator<=>(const LaneKey&) const = default;
};

LaneKey lane_of(const Recipe& recipe);
// The lane of local jobs: as many at a time as there are workers.
inline const LaneKey local_lane{"local", MediaKind::Image};
int lane_limit(const ProviderInfo& info, MediaKind kind);

// A job takes its place when it is granted and gives it back when the service is through with it: fetching and an
// unknown outcome hold none.
bool holds_place(JobState state);

// The bookkeeping of all lanes; owned by one thread. Every call costs the same with ten thousand in the queue as with ten;
// next() looks only at jobs that are ready, in the order of their ranks.
class Lanes {
 public:
  void set_limit(const LaneKey& lane, int limit);
  // Tells where a job is now; called after every change of its state. A queued job is not ready until make_ready().
  void note(JobId job, const LaneKey& lane, JobState state, const QueueRank& rank);
  void make_ready(JobId job);  // its backoff is over; nothing when it is not queued
  void set_rank(const QueueRank& rank);
  void forget(JobId job);

  // Ready jobs that may be granted now, in order, as many as there are free places. `may` says whether a job is considered
  // at this moment.
  template <class May>
  std::vector<JobId> next(May may) const {
    std::vector<JobId> granted;
    for (const auto& [key, lane] : lanes_) {
      int free = lane.limit - lane.placed;
      for (auto rank = lane.ready.begin(); free > 0 && rank != lane.ready.end(); ++rank) {
        if (!may(rank->job)) continue;
        granted.push_back(rank->job);
        --free;
      }
    }
    return granted;
  }

  int in_flight(const LaneKey& lane) const;
  int queued(const LaneKey& lane) const;

 private:
  struct Lane {
    int limit = 1;
    int placed = 0;
    int queued = 0;              // ready or not
    std::set<QueueRank> ready;
  };
  enum class Standing : std::uint8_t { Placed, Queued, Ready };
  struct Where {
    Lane* lane = nullptr;  // of lanes_, whose elements never move
    QueueRank rank;
    Standing standing = Standing::Queued;
  };
  std::map<LaneKey, Lane> lanes_;
  std::unordered_map<JobId, Where> where_;
};

}  // namespace studio
