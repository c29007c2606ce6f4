// Lanes: how many jobs of one provider and medium are in flight, and whose turn is next. First come, first served.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "model/capability.h"
#include "model/job.h"

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

// The bookkeeping of all lanes; owned by one thread.
class Lanes {
 public:
  void set_limit(const LaneKey& lane, int limit);
  // Tells where a job is now; called after every change of its state.
  void note(JobId job, const LaneKey& lane, JobState state);
  void forget(JobId job);

  // Queued jobs that may be granted now, in order, as many as there are free places. `ready` says whether a job may be
  // considered (backoff, account).
  template <class Ready>
  std::vector<JobId> next(Ready ready) const {
    std::vector<JobId> granted;
    for (const auto& [key, lane] : lanes_) {
      int free = lane.limit - static_cast<int>(lane.placed.size());
      for (auto job = lane.queued.begin(); free > 0 && job != lane.queued.end(); ++job) {
        if (!ready(*job)) continue;
        granted.push_back(*job);
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
    std::set<JobId> placed, queued;
  };
  std::map<LaneKey, Lane> lanes_;
  std::map<JobId, LaneKey> where_;
};

}  // namespace studio
