#include "jobs/polling.h"

#include <algorithm>

namespace studio {
namespace {
constexpr double shortest_secs = 0.25;
constexpr double longest_secs = 5;
}  // namespace

double next_poll_secs(double expected_secs, bool is_first, double server_says_secs, double jitter) {
  if (server_says_secs > 0) return std::min(server_says_secs, longest_server_secs);
  const double factor = 0.9 + 0.2 * std::clamp(jitter, 0.0, 1.0);
  const double expected = std::max(0.0, expected_secs);
  if (is_first) return std::max(shortest_secs, expected * factor);
  return std::clamp(expected / 4 * factor, shortest_secs, longest_secs);
}

double eta_secs(double expected_secs, double age_secs, double progress, double server_says_secs) {
  if (server_says_secs > 0) return server_says_secs;
  if (progress > 0.02 && progress <= 1) return std::max(0.0, age_secs * (1 - progress) / progress);
  return std::max(0.0, expected_secs - age_secs);
}

}  // namespace studio
