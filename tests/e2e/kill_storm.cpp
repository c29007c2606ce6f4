#include "e2e/kill_storm.h"

#include <csignal>
#include <cstdio>
#include <random>

#include "e2e/kill_bench.h"
#include "e2e/kill_rounds.h"
#include "support/catch.h"

namespace studio {

Storm kill_at_random(int kills, bool replays, unsigned seed) {
  if (seed == 0) seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  Storm storm;
  while (storm.kills < kills) {
    Headless studio;
    Args options = {"--submit-delay", "0.06"};
    if (!replays) options.push_back("--no-replay");
    auto server = studio.serve(options);
    std::vector<Args> requests;
    for (int i = 0; i < 20; ++i) {
      requests.push_back({"generate", "--prompt", "harbour at night " + std::to_string(i), "--count", "10", "--aspect", "64x64", "--strategy", "seed"});
    }
    KillBench bench(studio, requests);
    const auto project = bench.another();
    std::set<JobId> doubtful;
    bool is_over = false;
    while (storm.kills < kills && !is_over) {
      Process owner(studio.command(project, {"run"}), studio.environment());
      // Mostly at any moment, of which on a busy machine many lie in its start; every fifth time soon after something is sent.
      const auto within = [&](int longest_ms) { return owner.runs_out_within(std::uniform_int_distribution<int>(1, longest_ms)(random)); };
      is_over = storm.kills % 5 == 4 ? !runs_until_sending(project, owner) || within(40) : within(350);
      if (is_over) break;
      owner.signal(SIGKILL);
      owner.wait();
      ++storm.kills;
      const ProjectNow killed = look_at(project, false);
      const auto sending = killed.in_state(JobState::Sending);
      storm.in_doubt += sending.empty() ? 0 : 1;
      doubtful.insert(sending.begin(), sending.end());
      const Sins sins = sins_of(killed, sandbox_bill(studio), false);
      CHECK(sins.words == "");
      storm.damaged += killed.damage.empty() ? 0 : 1;
    }
    const auto last = bench.run(project);
    INFO(last.err);
    const ProjectNow over = look_at(project);
    const Sins sins = sins_of(over, sandbox_bill(studio), true);
    CHECK(sins.words == "");
    CHECK(over.in_state(JobState::Unknown) == (replays ? std::set<JobId>{} : doubtful));
    CHECK(over.count(JobState::Done) + over.count(JobState::Unknown) == 200);
    CHECK(last.exit_code == (over.count(JobState::Unknown) > 0 ? 1 : 0));
    storm.jobs += static_cast<int>(over.jobs.size());
    storm.unknown += over.count(JobState::Unknown);
    storm.duplicates += sins.duplicates;
    storm.lost += sins.lost;
    storm.stuck += sins.stuck;
    storm.damaged += over.damage.empty() ? 0 : 1;
  }
  return storm;
}

void demand_calm(const Storm& storm, int kills, bool replays) {
  std::printf("%d kills, %d of them while a paid request was under way, %d jobs, %s replay: %d duplicates, %d lost, %d stuck, %d damaged, %d shown as unknown\n",
              storm.kills, storm.in_doubt, storm.jobs, replays ? "with" : "without", storm.duplicates, storm.lost, storm.stuck, storm.damaged, storm.unknown);
  CHECK(storm.kills == kills);
  CHECK(storm.in_doubt > kills / 30);  // the fault bites
  CHECK(storm.duplicates == 0);
  CHECK(storm.lost == 0);
  CHECK(storm.stuck == 0);
  CHECK(storm.damaged == 0);
  if (!replays) CHECK(storm.unknown > 0);
}

}  // namespace studio
