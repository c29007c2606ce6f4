#include "e2e/kill_rounds.h"
#include "support/catch.h"

using namespace studio;

TEST_CASE("killed ten times with replay: everything completes and each job is billed exactly once", "[fault-18]") { kill_round_with_replay(); }

TEST_CASE("killed ten times without replay: what was being sent is shown as maybe charged, and nothing is sent twice", "[fault-18]") {
  kill_round_without_replay();
}
