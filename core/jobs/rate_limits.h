// How often an account may be asked: a token bucket for each account and medium, its figures from the provider's data.
#pragma once

#include <map>
#include <string>

#include "model/recipe.h"

namespace studio {

// `burst` calls at once, then `per_sec` a second. 0 a second: no limit is known.
struct RateRule {
  double per_sec = 0;
  double burst = 1;
  bool operator==(const RateRule&) const = default;
};
// "600 creates a minute" with a burst of ten seconds' worth.
RateRule rate_per_minute(double calls, double burst = 0);  // burst 0: a sixth of the calls, at least one

// One bucket as a value. It begins full. Seconds are of a clock that never goes back.
class TokenBucket {
 public:
  explicit TokenBucket(RateRule rule = {}, double now_secs = 0);

  // 0: now.
  double secs_until_free(double now_secs) const;
  // Takes one token, or answers false and takes none.
  bool take(double now_secs);
  // How many calls may go now; a very large number without a limit.
  int free_calls(double now_secs) const;
  // The service's Retry-After: nothing goes before, whatever is in the bucket; then it fills from empty.
  void park(double until_secs);
  // A new rule begins with what is in the bucket.
  void set_rule(RateRule rule, double now_secs);

 private:
  double tokens_at(double now_secs) const;

  RateRule rule_;
  double tokens_ = 1;
  double at_secs_ = 0;      // when `tokens_` was right
  double parked_until_ = 0;
};

// All buckets of the program; owned by one thread. What has no rule is not limited, but can be parked.
class RateLimits {
 public:
  struct Key {
    std::string account;  // logical: "fal:account-2"
    MediaKind kind = MediaKind::Image;
    auto operator<=>(const Key&) const = default;
  };

  void set_rule(const Key& key, RateRule rule, double now_secs);
  double secs_until_free(const Key& key, double now_secs) const;
  bool take(const Key& key, double now_secs);
  int free_calls(const Key& key, double now_secs) const;
  // Throttling is said of an account; every medium of it waits.
  void park_account(const std::string& account, double until_secs);

 private:
  double account_free_at(const std::string& account) const;

  std::map<Key, TokenBucket> buckets_;
  std::map<std::string, double> parked_until_;
};

}  // namespace studio
