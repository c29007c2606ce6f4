// How many failed requests may be tried again: a service in trouble must not get more traffic than a healthy one.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>

namespace studio {

// For one host: within any minute, at most ten retries and one more for every ten requests that went well. One layer retries,
// this one; the HTTP client never does.
class RetryBudget {
 public:
  void succeeded(double now_secs);
  bool may_retry(double now_secs) const;
  // Counts one retry, or answers false and counts none.
  bool take(double now_secs);
  // Until the oldest of what fills the minute is a minute old; 0: now.
  double secs_until_retry(double now_secs) const;

 private:
  // A minute as slots of five seconds, by number since the clock's zero; a slot more, so that the minute is never cut short.
  static constexpr std::int64_t slot_secs = 5, slots = 13;
  struct Slot {
    std::int64_t number = -1;
    int successes = 0, retries = 0;
  };
  Slot& slot_at(double now_secs);
  std::int64_t spare_at(std::int64_t slot_number) const;  // tenths of a retry

  std::array<Slot, slots> slots_;
};

class RetryBudgets {
 public:
  RetryBudget& of_host(const std::string& host) { return budgets_[host]; }

 private:
  std::map<std::string, RetryBudget> budgets_;
};

}  // namespace studio
