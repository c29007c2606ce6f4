// A whole machine in one thread and in virtual time: the engine as it ships, turned by hand, over a ledger, files, a network and
// hands that the seed moves; a person who does this and that; power cuts. One seed is one run, and the same seed the same run.
#pragma once

#include <string>

#include "simulation/sim.h"

namespace studio {

struct SimulationOptions {
  std::uint64_t seed = 1;
  int jobs = 1000;
  bool is_real = false;  // SQLite on a disk that fails, and the sandbox's JSON, in place of models of both
  bool writes_log = false;  // to stderr, to see what a failing seed does
};

struct SimulationReport {
  std::string broken;  // the first promise that was broken; empty: all kept
  // What happened, to see that it was worth it.
  int jobs = 0, done = 0, failed = 0, cancelled = 0, expired = 0, quarantined = 0, refused = 0;
  int attempts = 0, unknown = 0, written_off = 0, power_cuts = 0;
  int doubts_charged = 0, doubts_free = 0;  // what a person was asked about that had ended without a word on its charge
  std::int64_t steps = 0, commits = 0, requests = 0;
  std::int64_t virtual_secs = 0;
  std::array<std::int64_t, all_faults.size()> faults_hit{};  // beside all_faults
  std::int64_t disk_faults_hit = 0;                          // with a real ledger
  std::uint64_t fingerprint = 0;  // of all that was logged and committed: equal for equal runs
};

SimulationReport simulate(const SimulationOptions& options);

}  // namespace studio
