// One owner, many hands: several programs on one project.
#include <csignal>

#include "e2e/headless.h"
#include "support/catch.h"

using namespace studio;

namespace {

// Waits until a job of the project is in that state, reading as another program would; false when its owner ends before.
bool reaches(const Headless& studio, Process& owner, const std::string& state) {
  for (int look = 0; look < 200; ++look) {
    for (const auto& job : studio.lines({"jobs"})) {
      if (job.at("state") == state) return true;
    }
    if (owner.runs_out_within(50)) return false;  // leaves the cores to the owner between two looks
  }
  return false;
}

}  // namespace

TEST_CASE("a second program hands its work to the owner, which does it", "[fault-27]") {
  Headless studio;
  studio.lines({"new"});
  auto server = studio.serve({"--latency", "3"});
  studio.lines({"generate", "--prompt", "a boat", "--aspect", "128x128"});
  Process owner(studio.command(studio.project(), {"run"}), studio.environment());
  REQUIRE(reaches(studio, owner, "running"));
  const auto result = studio.run({"generate", "--prompt", "a castle", "--count", "2", "--aspect", "128x128", "--wait"});
  REQUIRE(result.exit_code == 0);
  CHECK(result.err.starts_with("2 jobs for $0.08 play at most.\n"));
  const auto handed = json_lines(result.out);
  REQUIRE(handed.size() == 2);
  CHECK(handed[0].at("prompt") == "a castle");
  CHECK(owner.wait().exit_code == 0);
  CHECK(studio.bill().size() == 3);
}

TEST_CASE("run beside an owner waits for that owner's queue") {
  Headless studio;
  studio.lines({"new"});
  auto server = studio.serve({"--latency", "2"});
  studio.lines({"generate", "--prompt", "a boat", "--aspect", "128x128"});
  Process owner(studio.command(studio.project(), {"run"}), studio.environment());
  REQUIRE(reaches(studio, owner, "running"));
  CHECK(studio.lines({"run"}).size() == 1);
  CHECK(owner.wait().exit_code == 0);
  CHECK(studio.bill().size() == 1);
}

TEST_CASE("many programs at the same moment add their work once each") {
  Headless studio;
  studio.lines({"new"});
  std::vector<std::unique_ptr<Process>> programs;
  for (int i = 0; i < 6; ++i) {
    programs.push_back(std::make_unique<Process>(
        studio.command(studio.project(), {"generate", "--prompt", "picture " + std::to_string(i), "--aspect", "128x128"}), studio.environment()));
  }
  for (auto& program : programs) {
    const auto result = program->wait();
    INFO(result.err);
    CHECK(result.exit_code == 0);
  }
  CHECK(studio.lines({"jobs"}).size() == 6);
  CHECK(studio.lines({"run"}).size() == 6);
  CHECK(studio.bill().size() == 6);
}

TEST_CASE("an owner that was killed leaves the project free", "[fault-27]") {
  Headless studio;
  studio.lines({"new"});
  auto server = studio.serve({"--latency", "1"});
  studio.lines({"generate", "--prompt", "a boat", "--aspect", "128x128"});
  {
    Process owner(studio.command(studio.project(), {"run"}), studio.environment());
    REQUIRE(reaches(studio, owner, "running"));
    owner.signal(SIGKILL);
    owner.wait();
  }
  CHECK(studio.lines({"run"}).size() == 1);
  CHECK(studio.bill().size() == 1);
}

TEST_CASE("a cancelled job is never sent, and can be tried again") {
  Headless studio;
  studio.lines({"new"});
  const auto jobs = studio.lines({"generate", "--prompt", "a boat", "--count", "2", "--aspect", "128x128"});
  const auto cancelled = studio.lines({"cancel", jobs[0].at("id")});
  REQUIRE(cancelled.size() == 1);
  CHECK(cancelled[0].at("state") == "cancelled");
  CHECK(studio.lines({"run"}).size() == 1);
  CHECK(studio.bill().size() == 1);
  CHECK(studio.lines({"retry", jobs[0].at("id"), "--wait"}).size() == 1);
  CHECK(studio.bill().size() == 2);
}

TEST_CASE("ending run with Ctrl+C keeps what is under way", "[fault-19]") {
  Headless studio;
  studio.lines({"new"});
  auto server = studio.serve({"--latency", "2"});
  studio.lines({"generate", "--prompt", "a boat", "--aspect", "128x128"});
  Process owner(studio.command(studio.project(), {"run"}), studio.environment());
  REQUIRE(reaches(studio, owner, "running"));
  owner.signal(SIGINT);
  const auto result = owner.wait(5000);
  CHECK_FALSE(result.timed_out);
  CHECK(result.exit_code == 1);
  CHECK(studio.lines({"run"}).size() == 1);
  CHECK(studio.bill().size() == 1);
}
