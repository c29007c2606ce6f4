// A ledger that refuses: what is said about it, who hears of it, and that it is over when it is over.
#include <future>

#include "support/catch.h"
#include "support/runner_rig.h"
#include "unit/runner/second_hand.h"

using namespace studio;

TEST_CASE("a ledger that refused once and then took it is no trouble any more") {
  Rig rig;
  SecondHand hand(rig.project());
  auto was_held = std::make_shared<bool>(false);
  rig.service.hook = [&, was_held](const HttpRequest& request) -> std::optional<FakeService::Stroke> {
    if (request.method == HttpMethod::Post && !std::exchange(*was_held, true)) hand.refuse_updates_of("jobs");
    return std::nullopt;
  };
  rig.on_event = [&](const RunnerEvent& event) {
    const auto* problem = std::get_if<RunnerProblem>(&event);
    if (problem != nullptr && !problem->error.message.empty()) hand.let_go();
  };
  rig.open();
  const auto jobs = rig.generate(1);
  rig.drain();
  const auto problems = rig.events<RunnerProblem>();
  REQUIRE(problems.size() == 2);
  CHECK_FALSE(problems[0].error.message.empty());  // the fault bit
  CHECK(problems[1].error.message.empty());
  CHECK(rig.outlook().problem.message.empty());
  CHECK(rig.job(jobs[0].id).state == JobState::Done);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("a wish that waits behind what cannot be saved is answered") {
  Rig rig;
  SecondHand hand(rig.project());
  auto answer = std::make_shared<std::promise<Result<Job>>>();
  auto was_asked = std::make_shared<bool>(false);
  // Asked at the first failure: four more tries lie between it and the giving up.
  rig.on_event = [&, answer, was_asked](const RunnerEvent& event) {
    if (!std::holds_alternative<RunnerProblem>(event) || std::exchange(*was_asked, true)) return;
    rig.runner().cancel(JobId{1}, [answer](Result<Job> done) { answer->set_value(std::move(done)); });
  };
  rig.open();
  hand.refuse_updates_of("jobs");
  REQUIRE(rig.generate(1).at(0).id == JobId{1});
  auto cancelled = answer->get_future();
  REQUIRE(cancelled.wait_for(std::chrono::seconds(30)) == std::future_status::ready);
  CHECK_FALSE(cancelled.get());
  const auto outlook = rig.drain();
  REQUIRE(outlook.need_person.size() == 1);
  CHECK(outlook.need_person[0].reason.find("could not be saved") != std::string::npos);
  hand.let_go();
  // A wish of later finds the ledger well again.
  REQUIRE(rig.cancel(JobId{1}));
  CHECK(rig.job(JobId{1}).state == JobState::Cancelled);
  CHECK(rig.outlook().problem.message.empty());
}

TEST_CASE("a cancel that comes while the intent cannot be saved is free: nothing is sent when the ledger is well again") {
  Rig rig;
  SecondHand hand(rig.project());
  auto was_held = std::make_shared<bool>(false);
  // The last question before the intent.
  rig.service.hook = [&, was_held](const HttpRequest& request) -> std::optional<FakeService::Stroke> {
    if (request.url.ends_with("/info") && !std::exchange(*was_held, true)) hand.refuse_updates_of("jobs");
    return std::nullopt;
  };
  auto was_asked = std::make_shared<bool>(false);
  rig.on_event = [&, was_asked](const RunnerEvent& event) {
    if (!std::holds_alternative<RunnerProblem>(event) || std::exchange(*was_asked, true)) return;
    rig.runner().cancel(JobId{1}, [](const Result<Job>&) {});
    hand.let_go();
  };
  rig.open();
  rig.generate(1);
  CHECK(rig.drain().need_person.empty());
  CHECK(*was_asked);  // the fault bit
  CHECK(rig.job(JobId{1}).state == JobState::Cancelled);
  CHECK(rig.service.count("POST /jobs") == 0);
  CHECK(rig.attempts(JobId{1}).at(0).intent_wall_ms == 0);
  CHECK(rig.books().reserved == Money{});
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("a poster's failure that cannot be noted breaks its own job alone, and is noted at the next start") {
  Rig rig;
  SecondHand hand(rig.project());
  rig.service.file_bytes = [](const std::string&, int) { return "PNG:BADPOSTER"; };
  rig.open();
  hand.refuse_updates_of("assets");
  const auto jobs = rig.generate(1);
  CHECK(rig.drain().local_work == 0);
  CHECK(rig.drain().need_person.empty());
  CHECK(rig.job(jobs[0].id).state == JobState::Done);
  CHECK(rig.media->posters_made == 2);
  CHECK(rig.events<AssetChanged>().empty());  // the fault bit
  hand.let_go();
  rig.reopen();
  rig.drain();
  CHECK(rig.assets().at(0).state == AssetState::Quarantined);
  CHECK(rig.outlook().problem.message.empty());
}
