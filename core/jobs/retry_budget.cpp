#include "jobs/retry_budget.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace studio {
namespace {

// In tenths of a retry.
constexpr std::int64_t a_retry = 10, always_tenths = 10 * a_retry;

}  // namespace

RetryBudget::Slot& RetryBudget::slot_at(double now_secs) {
  const std::int64_t number = static_cast<std::int64_t>(std::floor(std::max(0.0, now_secs) / slot_secs));
  Slot& slot = slots_[static_cast<std::size_t>(number % slots)];
  if (slot.number != number) slot = {number, 0, 0};
  return slot;
}

std::int64_t RetryBudget::spare_at(std::int64_t slot_number) const {
  std::int64_t spare = always_tenths;
  for (const Slot& slot : slots_) {
    if (slot.number > slot_number - slots && slot.number <= slot_number) spare += slot.successes - a_retry * slot.retries;
  }
  return spare;
}

void RetryBudget::succeeded(double now_secs) { ++slot_at(now_secs).successes; }

bool RetryBudget::may_retry(double now_secs) const {
  return spare_at(static_cast<std::int64_t>(std::floor(std::max(0.0, now_secs) / slot_secs))) >= a_retry;
}

bool RetryBudget::take(double now_secs) {
  if (!may_retry(now_secs)) return false;
  ++slot_at(now_secs).retries;
  return true;
}

double RetryBudget::secs_until_retry(double now_secs) const {
  const auto current = static_cast<std::int64_t>(std::floor(std::max(0.0, now_secs) / slot_secs));
  std::int64_t then = current;
  while (spare_at(then) < a_retry) ++then;  // ends: after `slots` steps nothing counts any more
  return then == current ? 0 : static_cast<double>(then * slot_secs) - now_secs;
}

}  // namespace studio
