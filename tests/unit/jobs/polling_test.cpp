#include "jobs/polling.h"

#include "support/catch.h"

using namespace studio;

TEST_CASE("the first look is at the expected time, then every quarter of it between 0.25 and 5 s") {
  struct Row { double expected, first, later; };
  for (const Row& row : {Row{2, 2, 0.5}, Row{0.3, 0.3, 0.25}, Row{60, 60, 5}, Row{12, 12, 3}, Row{0, 0.25, 0.25}}) {
    CHECK(std::abs(next_poll_secs(row.expected, true, 0, 0.5) - row.first) < 1e-9);
    CHECK(std::abs(next_poll_secs(row.expected, false, 0, 0.5) - row.later) < 1e-9);
  }
}

TEST_CASE("jitter moves a look by a tenth at most and never beyond the limits") {
  CHECK(std::abs(next_poll_secs(8, false, 0, 0) - 1.8) < 1e-9);
  CHECK(std::abs(next_poll_secs(8, false, 0, 1) - 2.2) < 1e-9);
  CHECK(next_poll_secs(1, false, 0, 0) == 0.25);
  CHECK(next_poll_secs(100, false, 0, 1) == 5);
}

TEST_CASE("the server's poll-after wins, also over our limits") {
  CHECK(next_poll_secs(60, true, 0.05, 0.9) == 0.05);
  CHECK(next_poll_secs(1, false, 42, 0.1) == 42);
  CHECK(next_poll_secs(1, false, 1e9, 0.1) == 3600);
}

TEST_CASE("the time to go comes from the server, from progress, or from what is usual") {
  CHECK(eta_secs(60, 30, 0.5, 7) == 7);
  CHECK(eta_secs(60, 30, 0.5, 0) == 30);   // half in 30 s
  CHECK(eta_secs(60, 30, 0.75, 0) == 10);  // three quarters in 30 s
  CHECK(eta_secs(60, 20, -1, 0) == 40);
  CHECK(eta_secs(60, 90, -1, 0) == 0);
}
