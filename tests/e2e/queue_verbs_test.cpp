// The verbs about the queue, through whole programs.
#include <csignal>

#include "e2e/headless.h"
#include "support/catch.h"

using namespace studio;

TEST_CASE("jobs are moved, edited, drained and gone on with, each by its verb") {
  Headless studio;
  studio.lines({"new"});
  const auto server = studio.serve({});
  studio.run({"pause"});
  const auto jobs = studio.lines({"generate", "--prompt", "a boat", "--count", "3", "--strategy", "seed", "--aspect", "128x128"});
  REQUIRE(jobs.size() == 3);
  const std::string first = jobs[0].at("id"), second = jobs[1].at("id"), third = jobs[2].at("id");
  CHECK(studio.run({"jobs"}).err.find("paused") != std::string::npos);
  CHECK(studio.run({"run"}).err.find("paused") != std::string::npos);
  CHECK(studio.bill().empty());

  CHECK(studio.lines({"jobs", third, second, "--move", "first"}).size() == 2);
  CHECK(studio.lines({"jobs", first, "--priority", "high"}).at(0).at("priority") == "high");
  CHECK(studio.lines({"jobs", second, "--move", "before:" + third}).size() == 1);
  for (const Args& wrong : {Args{"jobs", third, "--move", "up"}, Args{"jobs", "--move", "first"}, Args{"jobs", third, "--priority", "top"},
                            Args{"jobs", third, "--move", "before:j99"}, Args{"jobs", third}, Args{"edit", third}, Args{"resume", "--after-crash", "maybe"}}) {
    const auto result = studio.run(wrong);
    INFO(wrong.back() << ": " << result.err);
    CHECK(result.exit_code == 2);
    CHECK(result.out.empty());
  }
  const Json edited = studio.lines({"edit", third, "--prompt", "a red boat", "--seed", "5"}).at(0);
  CHECK(edited.at("prompt") == "a red boat");
  CHECK(edited.at("seed") == 5);
  const auto offers = studio.lines({"again", third});
  REQUIRE_FALSE(offers.empty());
  CHECK(offers[0].at("job") == third);
  CHECK(offers[0].at("objection").is_null());
  const auto again = studio.lines({"again", third, "--model", offers[0].at("model")});
  REQUIRE(again.size() == 1);
  CHECK(again[0].at("prompt") == "a red boat");
  CHECK(again[0].at("cost") == offers[0].at("price"));
  CHECK(studio.lines({"cancel", "--generation", again[0].at("generation")}).at(0).at("state") == "cancelled");

  CHECK(studio.lines({"drain", "--wait"}).empty());  // nothing is under way
  CHECK(studio.bill().empty());
  CHECK(studio.run({"resume"}).exit_code == 0);
  CHECK(studio.lines({"run"}).size() == 3);
  CHECK(studio.bill().size() == 3);
}

TEST_CASE("after a crash what waits is held for a person's word, and run is that word") {
  Headless studio;
  studio.lines({"new"});
  const auto server = studio.serve({"--latency", "1"});
  studio.lines({"generate", "--prompt", "a boat", "--count", "5", "--strategy", "seed", "--aspect", "128x128"});
  {
    Process owner(studio.command(studio.project(), {"run"}), studio.environment());
    int looks = 0;
    while (studio.lines({"jobs", "--state", "running"}).empty() && ++looks < 500) {}
    REQUIRE(looks < 500);
    owner.signal(SIGKILL);
    owner.wait();
  }
  // The next program, whatever it is there for, leaves word of it.
  const auto added = studio.run({"generate", "--prompt", "a castle", "--aspect", "128x128", "--wait"});
  CHECK(added.exit_code == 1);
  CHECK(added.err.find("ended in the middle") != std::string::npos);
  const auto shown = studio.run({"jobs"});
  CHECK(shown.err.find("ended in the middle") != std::string::npos);
  CHECK(studio.run({"run"}).exit_code == 0);
  CHECK(studio.bill().size() == 6);
  CHECK(studio.run({"jobs"}).err.empty());
}

TEST_CASE("what needs a person is said once per cause, with the ways on") {
  Headless studio;
  studio.lines({"new"});
  const auto server = studio.serve({});
  studio.lines({"costs", "--play", "--cap-project", "0.05"});
  const auto made = studio.run({"generate", "--prompt", "a boat", "--count", "4", "--strategy", "seed", "--aspect", "128x128", "--wait"});
  CHECK(made.exit_code == 1);
  const auto needs = studio.lines({"jobs", "--needs"});
  REQUIRE(needs.size() == 1);
  CHECK(needs[0].at("cause") == "cap");
  CHECK(needs[0].at("count") == 3);
  CHECK(needs[0].at("jobs").size() == 3);
  CHECK(needs[0].at("unsent") == needs[0].at("jobs"));
  CHECK(needs[0].at("billed") == "no");
  CHECK(needs[0].at("again_helps") == "after_help");
  for (const Json& job : needs[0].at("jobs")) studio.lines({"cancel", job});
  CHECK(studio.lines({"jobs", "--needs"}).empty());
}
