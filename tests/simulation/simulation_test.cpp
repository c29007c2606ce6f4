// A few seeds of the simulation; the big runs are in big_test.cpp.
#include <cstdlib>

#include "simulation/seeds.h"
#include "support/catch.h"

using namespace studio;

TEST_CASE("some seeds keep every promise") {
  const SimulationReport sum = run_seeds({.first = 1, .count = 20, .jobs = 100});
  if (std::getenv("STUDIO_SEED") != nullptr) return;
  // They have been where it hurts.
  CHECK(sum.done > sum.jobs / 2);
  CHECK(sum.power_cuts > 0);
  CHECK(sum.written_off > 0);
}

TEST_CASE("the same seed is the same run") {
  const SimulationReport once = simulate({.seed = 7, .jobs = 100});
  const SimulationReport again = simulate({.seed = 7, .jobs = 100});
  const SimulationReport other = simulate({.seed = 8, .jobs = 100});
  CHECK(once.fingerprint == again.fingerprint);
  CHECK(once.fingerprint != other.fingerprint);
}
