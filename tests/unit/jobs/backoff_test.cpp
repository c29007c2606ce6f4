#include "jobs/backoff.h"

#include "support/catch.h"

using namespace studio;

TEST_CASE("network backoff doubles from one second and is capped at sixty") {
  const double most = 0.999999;
  const double expected[] = {1, 2, 4, 8, 16, 32, 60, 60};
  for (int tries = 1; tries <= 8; ++tries) {
    CHECK(std::abs(backoff_secs(tries, BackoffKind::Network, most) - expected[tries - 1]) < 0.001);
    CHECK(backoff_secs(tries, BackoffKind::Network, 0) == 0);  // full jitter
  }
  CHECK(backoff_secs(1'000'000, BackoffKind::Network, most) <= 60);
}

TEST_CASE("throttled backoff never falls below half of its step") {
  for (int tries = 1; tries <= 10; ++tries) {
    const double whole = std::min(60.0, std::exp2(tries - 1));
    CHECK(backoff_secs(tries, BackoffKind::Throttled, 0) == whole / 2);
    CHECK(backoff_secs(tries, BackoffKind::Throttled, 1) == whole);
  }
}

TEST_CASE("the server's Retry-After is a floor with up to a tenth more, and parked at an hour") {
  CHECK(backoff_secs(1, BackoffKind::Network, 0, 30) == 30);
  CHECK(std::abs(backoff_secs(1, BackoffKind::Network, 1, 30) - 33) < 1e-9);
  CHECK(backoff_secs(7, BackoffKind::Throttled, 1, 2) == 60);  // our own is longer
  CHECK(backoff_secs(1, BackoffKind::Network, 0, 86'400) == 3600);
  CHECK(backoff_secs(1, BackoffKind::Network, 0.5, std::nan("")) == 0.5);
  CHECK(backoff_secs(1, BackoffKind::Network, 0.5, -5) == 0.5);
}
