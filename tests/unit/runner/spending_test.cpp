// Beside the caps: spending that runs away, models whose price is not known, prices that were told too low.
#include <algorithm>

#include "support/catch.h"
#include "support/runner_rig.h"

using namespace studio;

namespace {

Admission one_of(const std::string& model, int seed = 1) {
  Admission admission;
  admission.generation.prompt = "a prompt";
  Recipe recipe;
  recipe.provider = "tiny";
  recipe.model = model;
  recipe.prompt = "a prompt";
  recipe.seed = seed;
  recipe.width = recipe.height = 512;
  admission.items.push_back({recipe, 1, {}, {}});
  return admission;
}

}  // namespace

TEST_CASE("more than so much within a minute stops everything paid until a person says that it may go on") {
  RigOptions options;
  options.budgets.play.per_minute = money_from_dollars(0.10);
  options.provider.image_lane = 10;
  Rig rig(options);
  rig.open();
  rig.generate(10);
  auto outlook = rig.drain();
  CHECK(rig.service.bill().size() == 2);
  REQUIRE(outlook.need_person.size() == 8);
  for (const Job& job : outlook.need_person) {
    CHECK(job.state == JobState::Blocked);
    CHECK(job.reason.find("More than $0.10 play within a minute") == 0);
  }
  CHECK(rig.events<BudgetWarning>().size() == 1);  // one word for all of them
  // Time alone changes nothing, also not for what comes later.
  rig.clock.advance_ms(3'600'000);
  rig.generate(1);
  CHECK(rig.drain().need_person.size() == 9);
  CHECK(rig.service.bill().size() == 2);
  // What was spent does not count any more: two further ones, and it stops again.
  rig.go_on();
  CHECK(rig.drain().need_person.size() == 7);
  CHECK(rig.service.bill().size() == 4);
  CHECK(rig.events<BudgetWarning>().size() == 2);
  // Nor does a new start.
  rig.reopen();
  outlook = rig.drain();
  REQUIRE(outlook.need_person.size() == 7);
  CHECK(rig.service.bill().size() == 4);
  // A retry of what it holds is a person's word, too.
  REQUIRE(rig.retry(outlook.need_person[3].id));
  CHECK(rig.drain().need_person.size() == 5);
  CHECK(rig.service.bill().size() == 6);
  // Without the cap nothing is held.
  rig.set_budgets({});
  CHECK(rig.drain().need_person.empty());
  CHECK(rig.service.bill().size() == 11);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("a new start is no way around the guard: what was reserved within the last minute counts") {
  RigOptions options;
  options.budgets.play.per_minute = money_from_dollars(0.10);
  Rig rig(options);
  for (int start = 0; start < 2; ++start) {
    rig.reopen();
    rig.generate(1);
    CHECK(rig.drain().need_person.empty());
  }
  rig.reopen();
  rig.generate(1);
  auto outlook = rig.drain();
  REQUIRE(outlook.need_person.size() == 1);
  CHECK(outlook.need_person[0].cause == JobCause::Spending);
  CHECK(rig.service.bill().size() == 2);
  // What a person has let go on does not come back with the next start.
  rig.clock.advance_ms(1);
  rig.go_on();
  CHECK(rig.drain().need_person.empty());
  rig.reopen();
  rig.generate(1);
  CHECK(rig.drain().need_person.empty());
  CHECK(rig.service.bill().size() == 4);
  // Nor is it spent for longer than a minute.
  rig.close();
  rig.clock.advance_ms(61'000);
  rig.open();
  rig.generate(2);
  CHECK(rig.drain().need_person.empty());
  // By a clock that was set back since it is as of now.
  rig.close();
  rig.clock.jump_wall_ms(-3'600'000);
  rig.open();
  rig.generate(1);
  CHECK(rig.drain().need_person.size() == 1);
  CHECK(rig.service.bill().size() == 6);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("what could not be sent on one day counts for the day on which it is") {
  RigOptions options;
  options.provider.image_lane = 4;
  Rig rig(options);
  std::atomic<bool> is_online{false};
  rig.service.hook = [&](const HttpRequest& request) -> std::optional<FakeService::Stroke> {
    if (is_online || !is_submit(request)) return std::nullopt;
    return FakeService::Stroke{http_failure(HttpFailure::NotSentConnect, false)};
  };
  rig.open();
  const auto jobs = rig.generate(4);
  for (const Job& job : jobs) rig.wait_for(job.id, JobState::Sending);
  rig.drain();
  rig.close();
  is_online = true;
  rig.clock.jump_wall_ms(86'400'000);
  rig.options().budgets.play.day = money_from_dollars(0.10);
  rig.open();
  rig.drain();
  CHECK(rig.service.bill().size() == 2);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("jobs that a cap holds are not counted as spent in that minute") {
  RigOptions options;
  options.budgets.play.per_minute = money_from_dollars(0.50);
  options.budgets.play.project = money_from_dollars(0.08);
  options.provider.image_lane = 30;
  Rig rig(options);
  rig.open();
  rig.generate(30);
  auto outlook = rig.drain();
  REQUIRE(outlook.need_person.size() == 28);
  // Twelve at a time are within the minute's sum; what the cap turned down leaves room for the next.
  const auto by_guard = std::count_if(outlook.need_person.begin(), outlook.need_person.end(), [](const Job& job) { return job.reason.find("within a minute") != std::string::npos; });
  CHECK(by_guard <= 18);
  Budgets more;
  more.play.per_minute = options.budgets.play.per_minute;
  rig.set_budgets(more);
  rig.drain();
  CHECK(rig.service.bill().size() == 12);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("a model without a known price is refused until a person says what a job of it counts as") {
  Rig rig;
  rig.open();
  const auto refused = rig.admit(one_of("tiny-unpriced"));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("costs --allow") != std::string::npos);
  CHECK_FALSE(rig.allow_model("tiny-image", money_from_dollars(0.05)));  // it has a price
  CHECK_FALSE(rig.allow_model("no-such-model", money_from_dollars(0.05)));
  CHECK_FALSE(rig.allow_model("tiny-unpriced", Money{-1}));
  REQUIRE(rig.allow_model("tiny-unpriced", money_from_dollars(0.05)));
  REQUIRE(rig.events<PriceRulesChanged>().size() == 1);
  const auto admitted = rig.admit(one_of("tiny-unpriced"));
  REQUIRE(admitted);
  CHECK(admitted->jobs[0].estimate == money_from_dollars(0.05));
  rig.drain();
  CHECK(rig.job(admitted->jobs[0].id).state == JobState::Done);
  CHECK(rig.attempts(admitted->jobs[0].id)[0].reserved == money_from_dollars(0.05));
  CHECK(rig.books().settled == Money{40'000});  // what the service says
  rig.reopen();  // kept with the project
  CHECK(rig.admit(one_of("tiny-unpriced", 2)));
  rig.drain();
  REQUIRE(rig.allow_model("tiny-unpriced", std::nullopt));
  CHECK_FALSE(rig.admit(one_of("tiny-unpriced", 3)));
  CHECK(rig.service.bill().size() == 2);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("a model that costs more than its price says is reserved with more from then on") {
  RigOptions options;
  options.provider.price = money_from_dollars(0.03);
  Rig rig(options);
  rig.open();
  const auto first = rig.generate(1);
  CHECK(first[0].estimate == money_from_dollars(0.03));
  rig.drain();
  CHECK(rig.books().settled == Money{40'000});
  const auto second = rig.generate(1);
  CHECK(second[0].estimate >= Money{40'000});
  CHECK(second[0].estimate < Money{40'100});  // in whole permille of the price, rounded up
  rig.drain();
  rig.reopen();
  CHECK(rig.generate(1)[0].estimate == second[0].estimate);
  rig.drain();
  CHECK(rig.events<PriceRulesChanged>().size() == 1);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("what waits, and what is tried again, is reserved with what one of its model turned out to cost") {
  RigOptions options;
  options.provider.price = money_from_dollars(0.03);
  options.provider.image_lane = 1;
  Rig rig(options);
  rig.service.final_state = [](const std::string& id) { return id == "r1" ? "failed" : "done"; };
  rig.open();
  const auto jobs = rig.generate(4);  // the service bills 0.04 for each that is done
  rig.drain();
  const auto is_raised = [](Money sum) { return sum >= Money{40'000} && sum < Money{40'100}; };  // in whole permille, rounded up
  for (const Job& job : jobs) CHECK(job.estimate == money_from_dollars(0.03));
  CHECK(rig.attempts(jobs[0].id).at(0).reserved == money_from_dollars(0.03));  // nobody knew yet
  CHECK(rig.job(jobs[1].id).estimate == money_from_dollars(0.03));
  for (const Job& waited : {jobs[2], jobs[3]}) {
    CHECK(is_raised(rig.job(waited.id).estimate));
    CHECK(is_raised(rig.attempts(waited.id).at(0).reserved));
  }
  // Its tile has what is set aside for it, from when it is.
  int told = 0;
  for (const JobChanged& change : rig.events<JobChanged>()) {
    if (change.job.id != jobs[3].id || change.job.state != JobState::Preparing) continue;
    ++told;
    CHECK(is_raised(change.job.estimate));
  }
  CHECK(told > 0);
  REQUIRE(rig.retry(jobs[0].id));
  rig.drain();
  REQUIRE(rig.attempts(jobs[0].id).size() == 2);
  CHECK(is_raised(rig.attempts(jobs[0].id)[1].reserved));
  CHECK(is_raised(rig.job(jobs[0].id).estimate));
  CHECK(rig.books().settled.micros == 4 * 40'000);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("what is known to be charged beyond its reservation is set aside while the result comes home") {
  Rig rig;
  rig.service.done_charge = money_from_dollars(0.15);
  std::atomic<bool> files_come{false};
  rig.service.hook = [&](const HttpRequest& request) -> std::optional<FakeService::Stroke> {
    if (files_come || request.url.find("/files/") == std::string::npos) return std::nullopt;
    return FakeService::Stroke{{}, true, false};
  };
  rig.open();
  const auto jobs = rig.generate(1);
  rig.wait_for(jobs[0].id, JobState::Fetching);
  CHECK(rig.books().reserved == money_from_dollars(0.15));
  CHECK(rig.books().settled == Money{});
  files_come = true;
  rig.reopen();
  rig.drain();
  CHECK(rig.books().reserved == Money{});
  CHECK(rig.books().settled == money_from_dollars(0.15));
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("a job that failed or was refused, and cost more than its estimate, raises what the next is reserved with") {
  for (const char* ending : {"failed", "refused"}) {
    INFO(ending);
    Rig rig;
    rig.service.ending_charge = money_from_dollars(0.06);
    rig.service.final_state = [&](const std::string& id) { return id == "r1" ? ending : "done"; };
    rig.open();
    rig.generate(1);
    rig.drain();
    CHECK(rig.books().settled == money_from_dollars(0.06));
    CHECK(rig.generate(1)[0].estimate == money_from_dollars(0.06));
    rig.drain();
    rig.reopen();
    CHECK(rig.generate(1)[0].estimate == money_from_dollars(0.06));
    rig.drain();
  }
}

TEST_CASE("what a person has read on the bill raises what the next is reserved with, as the service's word would") {
  Rig rig;
  rig.service.replays = false;
  std::atomic<bool> is_clear{false};
  rig.service.hook = [&](const HttpRequest& request) -> std::optional<FakeService::Stroke> {
    if (is_clear || !is_submit(request)) return std::nullopt;
    return FakeService::Stroke{http_failure(HttpFailure::Broken, true), false, true};
  };
  rig.open();
  const auto jobs = rig.generate(1);
  rig.wait_for(jobs[0].id, JobState::Unknown);
  is_clear = true;
  REQUIRE(rig.say_charged(jobs[0].id, money_from_dollars(0.06)));
  CHECK(rig.generate(1)[0].estimate == money_from_dollars(0.06));
  rig.drain();
}
