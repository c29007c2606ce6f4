// The big runs: a thousand seeds of a thousand jobs, in halves that run beside each other, and fifty seeds over the real
// store and a real provider.
#include <unistd.h>

#include <cstdlib>

#include "simulation/seeds.h"
#include "support/catch.h"

using namespace studio;

namespace {

void hold(const SimulationReport& sum) {
  if (std::getenv("STUDIO_SEED") != nullptr) return;
  // No fault of the list is dead.
  for (std::size_t i = 0; i < all_faults.size(); ++i) {
    INFO(all_faults[i].first);
    CHECK(sum.faults_hit[i] > 0);
  }
  CHECK(sum.done > sum.jobs / 2);
  CHECK(sum.power_cuts > 0);
  CHECK(sum.written_off > 0);
  CHECK(sum.expired > 0);
  CHECK(sum.doubts_charged > 0);
  CHECK(sum.doubts_free > 0);
  CHECK(sum.quarantined > 0);
}

void in_memory() {
  ::setenv("TZ", "UTC", 1);  // the days of the model's books
  // Where there is such a place, since a real fsync adds nothing here.
  if (::access("/dev/shm", W_OK) == 0) ::setenv("TMPDIR", "/dev/shm", 1);
}

}  // namespace

TEST_CASE("a thousand seeds of a thousand jobs, first half") { hold(run_seeds({.first = 1, .count = 500, .jobs = 1000})); }
TEST_CASE("a thousand seeds of a thousand jobs, second half") { hold(run_seeds({.first = 501, .count = 500, .jobs = 1000})); }

TEST_CASE("fifty seeds of a hundred jobs on SQLite over a disk that fails, with a provider's real JSON") {
  in_memory();
  const SimulationReport sum = run_seeds({.first = 1, .count = 50, .jobs = 100, .is_real = true});
  hold(sum);
  if (std::getenv("STUDIO_SEED") == nullptr) CHECK(sum.disk_faults_hit > 0);
}

TEST_CASE("the same seed is the same run on SQLite, too") {
  in_memory();
  const SimulationReport once = simulate({.seed = 7, .jobs = 100, .is_real = true});
  const SimulationReport again = simulate({.seed = 7, .jobs = 100, .is_real = true});
  const SimulationReport other = simulate({.seed = 8, .jobs = 100, .is_real = true});
  CHECK(once.fingerprint == again.fingerprint);
  CHECK(once.fingerprint != other.fingerprint);
}
