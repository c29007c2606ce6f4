// ./check long: two hundred kills.
#include "e2e/kill_rounds.h"
#include "support/catch.h"

using namespace studio;

TEST_CASE("killed a hundred times with replay") {
  for (int round = 0; round < 10; ++round) kill_round_with_replay();
}

TEST_CASE("killed a hundred times without replay") {
  for (int round = 0; round < 10; ++round) kill_round_without_replay();
}
