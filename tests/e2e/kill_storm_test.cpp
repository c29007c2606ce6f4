// ./check ci: two hundred kills at random moments, half of them on a service that replays.
#include "e2e/kill_bench.h"
#include "e2e/kill_storm.h"
#include "support/catch.h"

#include <csignal>
#include <random>

using namespace studio;

TEST_CASE("killed a hundred times at random with replay: 0 duplicates, 0 lost, 0 stuck, 0 damaged", "[fault-18]") {
  demand_calm(kill_at_random(100, true), 100, true);
}

TEST_CASE("killed a hundred times at random without replay: what was being sent is shown, and nothing else", "[fault-18]") {
  demand_calm(kill_at_random(100, false), 100, false);
}

TEST_CASE("ended by SIGTERM at random moments: it ends, and leaves nothing in doubt, though the service does not replay", "[fault-19]") {
  Headless studio;
  auto server = studio.serve({"--no-replay", "--submit-delay", "0.05"});
  std::vector<Args> requests;
  for (int i = 0; i < 6; ++i) requests.push_back({"generate", "--prompt", "a boat " + std::to_string(i), "--count", "10", "--aspect", "64x64", "--strategy", "seed"});
  KillBench bench(studio, requests);
  const auto project = bench.another();
  std::mt19937 random(std::random_device{}());
  int ended = 0;
  for (int round = 0; round < 15; ++round) {
    Process owner(studio.command(project, {"run"}), studio.environment());
    if (owner.runs_out_within(std::uniform_int_distribution<int>(20, 300)(random))) break;
    owner.signal(SIGTERM);
    const auto result = owner.wait(20'000);
    INFO(result.err);
    REQUIRE_FALSE(result.timed_out);
    ++ended;
    const ProjectNow now = look_at(project, false);
    CHECK(now.in_state(JobState::Sending).empty());
    CHECK(now.in_state(JobState::Unknown).empty());
    CHECK(sins_of(now, sandbox_bill(studio), false).words == "");
  }
  CHECK(ended >= 3);
  CHECK(bench.run(project).exit_code == 0);
  const ProjectNow over = look_at(project);
  CHECK(over.count(JobState::Done) == 60);
  CHECK(sins_of(over, sandbox_bill(studio), true).words == "");
  CHECK(studio.bill().size() == 60);
}
