#include "simulation/seeds.h"

#include <cstdio>
#include <cstdlib>

#include "support/catch.h"

namespace studio {

SimulationReport run_seeds(Seeds seeds) {
  const char* only = std::getenv("STUDIO_SEED");
  if (only != nullptr) {
    const char* count = std::getenv("STUDIO_SEEDS");
    seeds.first = std::strtoull(only, nullptr, 10);
    seeds.count = count == nullptr ? 1 : std::atoi(count);
  }
  SimulationReport sum;
  int broken = 0;
  for (int i = 0; i < seeds.count; ++i) {
    const std::uint64_t seed = seeds.first + static_cast<std::uint64_t>(i);
    const SimulationReport report =
        simulate({.seed = seed, .jobs = seeds.jobs, .is_real = seeds.is_real, .writes_log = std::getenv("STUDIO_SEED_LOG") != nullptr});
    if (!report.broken.empty() && ++broken <= 20) {
      std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed), report.broken.c_str());
      INFO("see it again with STUDIO_SEED=" << seed << " STUDIO_SEED_LOG=1 before this test");
      CHECK(report.broken == "");
    }
    sum.jobs += report.jobs;
    sum.done += report.done;
    sum.failed += report.failed;
    sum.cancelled += report.cancelled;
    sum.expired += report.expired;
    sum.quarantined += report.quarantined;
    sum.refused += report.refused;
    sum.attempts += report.attempts;
    sum.written_off += report.written_off;
    sum.doubts_charged += report.doubts_charged;
    sum.doubts_free += report.doubts_free;
    sum.power_cuts += report.power_cuts;
    sum.commits += report.commits;
    sum.requests += report.requests;
    sum.steps += report.steps;
    sum.virtual_secs += report.virtual_secs;
    sum.disk_faults_hit += report.disk_faults_hit;
    for (std::size_t f = 0; f < all_faults.size(); ++f) sum.faults_hit[f] += report.faults_hit[f];
  }
  CHECK(broken == 0);
  std::printf("%d seeds from %llu: %d jobs (%d done, %d failed, %d refused, %d cancelled, %d expired, %d quarantined), %d attempts, %d written off, "
              "%d in doubt (%d charged), "
              "%lld commits, %lld requests, %d power cuts, %lld virtual hours\n",
              seeds.count, static_cast<unsigned long long>(seeds.first), sum.jobs, sum.done, sum.failed, sum.refused, sum.cancelled, sum.expired,
              sum.quarantined, sum.attempts, sum.written_off, sum.doubts_charged + sum.doubts_free, sum.doubts_charged, static_cast<long long>(sum.commits), static_cast<long long>(sum.requests), sum.power_cuts,
              static_cast<long long>(sum.virtual_secs / 3600));
  return sum;
}

}  // namespace studio
