// The window is closed, or the machine goes down in good order, with a thousand paid jobs under way.
#include "faults/fault_rig.h"
#include "support/catch.h"

using namespace studio;

TEST_CASE("an orderly end with 1,000 jobs in flight: nothing in doubt, nothing lost, nothing sent again", "[fault-19]") {
  prepare_for_many_projects();
  RigOptions options;
  options.provider.image_lane = 1000;
  options.stop_grace_ms = 20'000;
  Rig rig(options);
  rig.service.replays = false;
  rig.service.polls_until_done = 8;
  rig.open();
  rig.generate(1000);
  // In the middle of the submits, and again when all are with the service.
  for (const int sent : {300, 1000}) {
    rig.service.wait_for("POST /jobs", sent);
    rig.close();
    {
      auto ledger = Ledger::open_read_only(rig.project());
      REQUIRE(ledger);
      CHECK((*ledger)->job_count({.states = {JobState::Sending, JobState::Unknown}}).value() == 0);
      CHECK(Rig::broken_in_ledger(**ledger, rig.vault()) == "");
    }
    rig.open();
  }
  const Ended ended = go_on_to_the_end(rig);
  CHECK(ended.stuck == "");
  CHECK(ended.broken == "");
  CHECK(ended.done == 1000);
  CHECK(ended.settled == ended.billed);
  CHECK(rig.service.count("POST /jobs") == 1000);
}
