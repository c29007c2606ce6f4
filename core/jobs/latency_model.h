// How long a service takes for one kind of job, learned from the newest latencies, as a table that schedules read.
//
// Each sample is spread a little in log-time (as far as to its √n-th neighbour, so that two humps stay two humps), newer ones
// weigh more, and a broad prior of a tenth of the weight keeps every age possible. The prior is log-normal with a median of
// 60 s and σ 1, or what the service says of itself. The table is made anew when the samples change, never with time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jobs/hazard_table.h"

namespace studio {

// One finished job. By the service's own stamps low == high; else it ended after `low`, the last look that found it at work,
// and by `high`, the first that found it done.
struct LatencySample {
  std::int64_t ended_ms = 0;  // wall time
  double low_secs = 0;
  double high_secs = 0;
  bool operator==(const LatencySample&) const = default;
};

// What the service says of itself, where it does; 0: not said.
struct LatencyHint {
  double p50_secs = 0;
  double p90_secs = 0;
  bool operator==(const LatencyHint&) const = default;
};

// All that is worth keeping of a model: a few kilobytes as text.
struct LatencyRecord {
  std::vector<LatencySample> samples;  // oldest first
  // Of the last `judged` samples, the newest lowest: did it lie within the model's middle nine tenths before it was added?
  std::uint64_t inside = 0;
  int judged = 0;
  bool is_relearning = false;  // it was found wrong, and has not seen enough since
  bool operator==(const LatencyRecord&) const = default;
};

// One line of JSON. Stamps are kept to the second, latencies to the millisecond. Reading takes what writing makes and answers
// nothing to all else: then learning begins anew.
std::string latency_record_to_json(const LatencyRecord& record);
std::optional<LatencyRecord> latency_record_from_json(std::string_view text);

class LatencyModel {
 public:
  static constexpr int enough_samples = 8;     // fewer say too little, and the plain rule is better
  static constexpr std::size_t most_samples = 200;
  static constexpr int agreeing_samples = 50;  // so many must have been foreseen before the guard is eased

  LatencyModel();
  explicit LatencyModel(LatencyRecord record, LatencyHint hint = {});

  // True when three in a row (or more, where each was not so unlikely) came so early that the model is wrong: before the 1st
  // percentile, or found by the first look when that was unlikely. It has begun anew with those, and jobs that already wait
  // must be planned again. `by_first_look`: nobody had looked at it before.
  bool add(const LatencySample& sample, bool by_first_look);
  void set_hint(LatencyHint hint);

  // Eight samples, or the service's own hint.
  bool is_usable() const;
  bool is_relearning() const { return record_.is_relearning; }
  // The last fifty samples lay where the model had expected them.
  bool agrees() const;

  const HazardTable& table() const { return *table_; }
  // The 1st percentile of the samples alone: the prior, broad as it is, says nothing about the soonest end.
  double soonest_secs() const { return soonest_secs_; }
  // The 99th percentile of samples and prior together: a few samples say nothing about the latest end.
  double latest_secs() const { return table_->age_of_chance(0.99); }

  const LatencyRecord& record() const { return record_; }

 private:
  bool judge(const LatencySample& sample, bool by_first_look);
  void rebuild();

  LatencyRecord record_;
  LatencyHint hint_;
  // Surprisingly early ends in a row, held against the model as it was before them (they change it): its table and its
  // soonest end, and the chance that it gave to such a row.
  struct EarlyRun {
    int length = 0;
    double chance = 1;
    double soonest_secs = 0;
    std::shared_ptr<const HazardTable> table;
  };
  EarlyRun early_;
  double soonest_secs_ = 0;
  std::shared_ptr<const HazardTable> table_;  // shared between copies
  std::size_t not_in_table_ = 0;              // the newest samples
};

}  // namespace studio
