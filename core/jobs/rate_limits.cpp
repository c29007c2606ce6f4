#include "jobs/rate_limits.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace studio {
namespace {

constexpr int unlimited = std::numeric_limits<int>::max();
constexpr double a_whole_token = 1 - 1e-9;  // sums of fractions may miss it by a rounding

}  // namespace

RateRule rate_per_minute(double calls, double burst) {
  return {calls / 60, burst > 0 ? burst : std::max(1.0, calls / 6)};
}

TokenBucket::TokenBucket(RateRule rule, double now_secs) : rule_(rule), tokens_(std::max(1.0, rule.burst)), at_secs_(now_secs) {}

double TokenBucket::tokens_at(double now_secs) const {
  return std::min(std::max(1.0, rule_.burst), tokens_ + std::max(0.0, now_secs - at_secs_) * rule_.per_sec);
}

double TokenBucket::secs_until_free(double now_secs) const {
  const double parked_secs = std::max(0.0, parked_until_ - now_secs);
  if (rule_.per_sec <= 0) return parked_secs;
  const double tokens = tokens_at(std::max(now_secs, parked_until_));
  return parked_secs + (tokens >= a_whole_token ? 0 : (1 - tokens) / rule_.per_sec);
}

bool TokenBucket::take(double now_secs) {
  if (now_secs < parked_until_) return false;
  if (rule_.per_sec <= 0) return true;
  const double tokens = tokens_at(now_secs);
  if (tokens < a_whole_token) return false;
  tokens_ = std::max(0.0, tokens - 1);
  at_secs_ = std::max(at_secs_, now_secs);
  return true;
}

int TokenBucket::free_calls(double now_secs) const {
  if (now_secs < parked_until_) return 0;
  if (rule_.per_sec <= 0) return unlimited;
  return static_cast<int>(std::min(1e9, std::floor(tokens_at(now_secs) + 1e-9)));
}

void TokenBucket::park(double until_secs) {
  if (until_secs <= parked_until_) return;
  parked_until_ = until_secs;
  tokens_ = 1;  // one goes to see whether it is over; the others follow at the rate
  at_secs_ = until_secs;
}

void TokenBucket::set_rule(RateRule rule, double now_secs) {
  if (rule == rule_) return;
  const bool was_unlimited = rule_.per_sec <= 0;
  const double tokens = tokens_at(now_secs);
  rule_ = rule;
  tokens_ = was_unlimited ? std::max(1.0, rule.burst) : std::min(tokens, std::max(1.0, rule.burst));
  at_secs_ = std::max(now_secs, parked_until_);
}

void RateLimits::set_rule(const Key& key, RateRule rule, double now_secs) {
  const auto found = buckets_.find(key);
  if (found == buckets_.end()) buckets_.emplace(key, TokenBucket(rule, now_secs));
  else found->second.set_rule(rule, now_secs);
}

double RateLimits::account_free_at(const std::string& account) const {
  const auto found = parked_until_.find(account);
  return found == parked_until_.end() ? 0 : found->second;
}

double RateLimits::secs_until_free(const Key& key, double now_secs) const {
  const double parked_secs = std::max(0.0, account_free_at(key.account) - now_secs);
  const auto found = buckets_.find(key);
  if (found == buckets_.end()) return parked_secs;
  return std::max(parked_secs, found->second.secs_until_free(now_secs));
}

bool RateLimits::take(const Key& key, double now_secs) {
  if (now_secs < account_free_at(key.account)) return false;
  const auto found = buckets_.find(key);
  return found == buckets_.end() || found->second.take(now_secs);
}

int RateLimits::free_calls(const Key& key, double now_secs) const {
  if (now_secs < account_free_at(key.account)) return 0;
  const auto found = buckets_.find(key);
  return found == buckets_.end() ? unlimited : found->second.free_calls(now_secs);
}

void RateLimits::park_account(const std::string& account, double until_secs) {
  double& until = parked_until_[account];
  until = std::max(until, until_secs);
  for (auto& [key, bucket] : buckets_) {
    if (key.account == account) bucket.park(until_secs);
  }
}

}  // namespace studio
