#include "jobs/backoff.h"

#include <algorithm>
#include <cmath>

namespace studio {

double backoff_secs(int tries, BackoffKind kind, double jitter, double retry_after_secs, BackoffRule rule) {
  constexpr double longest_park_secs = 3600;
  const double part = std::clamp(jitter, 0.0, 1.0);
  const double whole = std::min(rule.cap_secs, rule.base_secs * std::exp2(std::clamp(tries, 1, 30) - 1));
  const double own = kind == BackoffKind::Throttled ? whole / 2 + whole / 2 * part : whole * part;
  if (!(retry_after_secs > 0)) return own;  // also refuses NaN
  const double asked = std::min(retry_after_secs, longest_park_secs);
  return std::max(own, asked * (1 + part / 10));
}

}  // namespace studio
