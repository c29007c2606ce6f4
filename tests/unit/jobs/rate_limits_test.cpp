#include "jobs/rate_limits.h"

#include <limits>

#include "support/catch.h"

using namespace studio;

namespace {
const RateLimits::Key pictures{"fal:default", MediaKind::Image};
const RateLimits::Key clips{"fal:default", MediaKind::Video};
const RateLimits::Key other{"fal:account-2", MediaKind::Image};
}  // namespace

TEST_CASE("a bucket gives its burst at once and then its rate") {
  TokenBucket bucket({2, 3}, 10);
  for (int i = 0; i < 3; ++i) CHECK(bucket.take(10));
  CHECK_FALSE(bucket.take(10));
  CHECK(bucket.secs_until_free(10) == Approx(0.5));
  CHECK_FALSE(bucket.take(10.4));
  CHECK(bucket.take(10.5));
  CHECK_FALSE(bucket.take(10.5));
  CHECK(bucket.free_calls(12) == 3);  // never more than the burst
  CHECK(bucket.free_calls(1000) == 3);
}

TEST_CASE("over a long time exactly the rate goes through") {
  TokenBucket bucket({5, 20}, 0);
  int gone = 0;
  for (int tick = 0; tick < 60 * 100; ++tick) gone += bucket.take(tick / 100.0) ? 1 : 0;
  CHECK(gone == 20 + 5 * 60 - 1);  // the last token would come with second sixty
}

TEST_CASE("tokens in tenths add up to whole ones") {
  TokenBucket bucket({0.1, 1}, 0);
  CHECK(bucket.take(0));
  double now = 0;
  for (int i = 0; i < 100; ++i) now += 0.1;
  CHECK(bucket.take(now));  // 9.99999999999998 by the sum
}

TEST_CASE("no rate known is no limit, and a burst below one is one") {
  TokenBucket unlimited({}, 0);
  for (int i = 0; i < 1000; ++i) REQUIRE(unlimited.take(0));
  CHECK(unlimited.free_calls(0) == std::numeric_limits<int>::max());
  CHECK(unlimited.secs_until_free(0) == 0);
  TokenBucket slow({0.5, 0}, 0);
  CHECK(slow.take(0));
  CHECK(slow.secs_until_free(0) == Approx(2));
}

TEST_CASE("after Retry-After one call goes ahead, and the others follow at the rate") {
  TokenBucket bucket({1, 10}, 0);
  bucket.park(30);
  CHECK(bucket.secs_until_free(5) == 25);
  CHECK(bucket.free_calls(29.9) == 0);
  CHECK_FALSE(bucket.take(29.9));
  bucket.park(20);  // sooner than what is known: no news
  CHECK_FALSE(bucket.take(25));
  CHECK(bucket.take(30));
  CHECK_FALSE(bucket.take(30));
  CHECK(bucket.take(31));
}

TEST_CASE("a clock that stands still or goes back gives nothing away") {
  TokenBucket bucket({1, 2}, 100);
  CHECK(bucket.take(100));
  CHECK(bucket.take(50));
  CHECK_FALSE(bucket.take(50));
  CHECK_FALSE(bucket.take(100));
  CHECK(bucket.take(101));
}

TEST_CASE("a new rule goes on with what is in the bucket") {
  TokenBucket bucket({1, 10}, 0);
  for (int i = 0; i < 8; ++i) REQUIRE(bucket.take(0));
  bucket.set_rule({1, 5}, 0);
  CHECK(bucket.free_calls(0) == 2);
  bucket.set_rule({1, 1}, 0);
  CHECK(bucket.free_calls(0) == 1);
  TokenBucket unlimited({}, 0);
  unlimited.set_rule({1, 4}, 7);
  CHECK(unlimited.free_calls(7) == 4);
}

TEST_CASE("600 a minute is ten a second, with ten seconds of it at once") {
  CHECK(rate_per_minute(600) == RateRule{10, 100});
  CHECK(rate_per_minute(3) == RateRule{0.05, 1});
  CHECK(rate_per_minute(600, 20) == RateRule{10, 20});
}

TEST_CASE("media have buckets of their own, and throttling is of the whole account") {
  RateLimits limits;
  limits.set_rule(pictures, {1, 1}, 0);
  limits.set_rule(clips, {1, 1}, 0);
  CHECK(limits.take(pictures, 0));
  CHECK_FALSE(limits.take(pictures, 0));
  CHECK(limits.take(clips, 0));
  limits.park_account("fal:default", 60);
  CHECK(limits.secs_until_free(pictures, 10) == 50);
  CHECK(limits.secs_until_free(clips, 10) == 50);
  CHECK(limits.free_calls(clips, 10) == 0);
  CHECK_FALSE(limits.take(clips, 59));
  CHECK(limits.take(clips, 60));
  CHECK(limits.take(other, 10));
  CHECK(limits.secs_until_free(other, 10) == 0);
}

TEST_CASE("an account without a rule is not limited, but can be parked") {
  RateLimits limits;
  CHECK(limits.free_calls(other, 0) == std::numeric_limits<int>::max());
  limits.park_account(other.account, 5);
  CHECK_FALSE(limits.take(other, 4));
  limits.set_rule(other, {1, 1}, 4);  // a rule that comes later does not open it
  CHECK_FALSE(limits.take(other, 4));
  CHECK(limits.take(other, 5));
}

TEST_CASE("setting the same rule again changes nothing") {
  RateLimits limits;
  for (int i = 0; i < 10; ++i) {
    limits.set_rule(pictures, {1, 2}, 0);
    limits.take(pictures, 0);
  }
  CHECK_FALSE(limits.take(pictures, 0));
}
