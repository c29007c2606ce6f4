// Runs seeds one after another; says which one broke what, and how to see it again.
#pragma once

#include <cstdint>

#include "simulation/world.h"

namespace studio {

struct Seeds {
  std::uint64_t first = 1;
  int count = 10;
  int jobs = 100;
  bool is_real = false;
};
// STUDIO_SEED=N runs that seed alone instead, STUDIO_SEEDS=M as many from there on; with STUDIO_SEED_LOG=1 it writes on stderr
// what happens: commits, requests, charges, the log, all in virtual seconds. Tells the sum on stdout.
SimulationReport run_seeds(Seeds seeds);

}  // namespace studio
