// What jobs of one account share when they are looked at: a service that throttles us, one call for many, too few calls for all.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "jobs/latency_model.h"

namespace studio {

// Each 429 doubles the price of a look for its account, and each minute takes a tenth of it off again. A price four times as
// high puts looks twice as far apart.
class Throttle {
 public:
  void told_to_slow_down(double now_secs);
  double factor_at(double now_secs) const;  // 1 … 64

 private:
  double factor_ = 1;
  double since_secs_ = 0;
};

// Whether one call that lists many statuses is better than one call each: where at least three are due within a second.
// `due_in_secs` in any order; jobs overdue count.
bool list_pays(std::span<const double> due_in_secs);

// A job that waits for a look.
struct WaitingLook {
  const LatencyModel* model = nullptr;
  double age_secs = 0;            // on the model's clock,
  double age_at_last_look_secs = 0;  // and then
};
// What looking at it now may end: the chance that it is done since the last look, times how long that may have been, in seconds.
double worth_secs(const WaitingLook& look);
// When fewer calls are left than jobs are due: which ones, the most worth first. Equal ones keep their order.
std::vector<std::size_t> most_worth(std::span<const WaitingLook> looks, std::size_t count);

}  // namespace studio
