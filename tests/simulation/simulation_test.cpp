#include "simulation/world.h"

#include <cstdio>
#include <cstdlib>

#include "support/catch.h"

using namespace studio;

namespace {

std::int64_t number_from(const char* variable, std::int64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr || *text == 0 ? otherwise : std::atoll(text);
}

void run_seeds(std::uint64_t first, std::uint64_t count, int jobs) {
  SimulationReport sum;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    const SimulationReport report = simulate({.seed = seed, .jobs = jobs, .writes_log = std::getenv("STUDIO_SEED_LOG") != nullptr});
    INFO("replay with STUDIO_SEED=" << seed << " STUDIO_SEED_JOBS=" << jobs);
    CHECK(report.broken == "");
    if (!report.broken.empty()) std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed), report.broken.c_str());
    sum.jobs += report.jobs;
    sum.done += report.done;
    sum.failed += report.failed;
    sum.cancelled += report.cancelled;
    sum.expired += report.expired;
    sum.quarantined += report.quarantined;
    sum.refused += report.refused;
    sum.attempts += report.attempts;
    sum.written_off += report.written_off;
    sum.power_cuts += report.power_cuts;
    sum.commits += report.commits;
    sum.requests += report.requests;
    sum.steps += report.steps;
  }
  std::printf("%llu seeds: %d jobs, %d done, %d failed, %d cancelled, %d expired, %d quarantined, %d refused; %d attempts, %d written off; %lld commits, "
              "%lld requests, %lld steps, %d power cuts\n",
              static_cast<unsigned long long>(count), sum.jobs, sum.done, sum.failed, sum.cancelled, sum.expired, sum.quarantined, sum.refused, sum.attempts,
              sum.written_off, static_cast<long long>(sum.commits), static_cast<long long>(sum.requests), static_cast<long long>(sum.steps), sum.power_cuts);
}

}  // namespace

TEST_CASE("some seeds keep every promise") {
  run_seeds(static_cast<std::uint64_t>(number_from("STUDIO_SEED", 1)), static_cast<std::uint64_t>(number_from("STUDIO_SEEDS", 10)),
            static_cast<int>(number_from("STUDIO_SEED_JOBS", 100)));
}

TEST_CASE("the same seed is the same run") {
  const SimulationReport once = simulate({.seed = 7, .jobs = 100});
  const SimulationReport again = simulate({.seed = 7, .jobs = 100});
  const SimulationReport other = simulate({.seed = 8, .jobs = 100});
  CHECK(once.fingerprint == again.fingerprint);
  CHECK(once.fingerprint != other.fingerprint);
}
