#include "jobs/poll_sharing.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace studio {

void Throttle::told_to_slow_down(double now_secs) {
  constexpr double most = 64;  // looks lie eight times as far apart
  factor_ = std::min(most, 2 * factor_at(now_secs));
  since_secs_ = now_secs;
}

double Throttle::factor_at(double now_secs) const {
  const double minutes = std::max(0.0, now_secs - since_secs_) / 60;
  return std::max(1.0, factor_ * std::pow(0.9, minutes));
}

bool list_pays(std::span<const double> due_in_secs) {
  constexpr std::ptrdiff_t enough = 3;
  return std::count_if(due_in_secs.begin(), due_in_secs.end(), [](double secs) { return secs <= 1; }) >= enough;
}

double worth_secs(const WaitingLook& look) {
  const double secs = look.age_secs - look.age_at_last_look_secs;
  if (look.model == nullptr || secs <= 0) return 0;
  const HazardTable& table = look.model->table();
  const double left_then = table.survival_at(look.age_at_last_look_secs), left_now = table.survival_at(look.age_secs);
  return (left_then - left_now) / left_then * secs;
}

std::vector<std::size_t> most_worth(std::span<const WaitingLook> looks, std::size_t count) {
  std::vector<double> worth(looks.size());
  std::transform(looks.begin(), looks.end(), worth.begin(), worth_secs);
  std::vector<std::size_t> order(looks.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto kept = order.begin() + static_cast<std::ptrdiff_t>(std::min(count, order.size()));
  std::partial_sort(order.begin(), kept, order.end(), [&](std::size_t a, std::size_t b) { return worth[a] != worth[b] ? worth[a] > worth[b] : a < b; });
  order.erase(kept, order.end());
  return order;
}

}  // namespace studio
