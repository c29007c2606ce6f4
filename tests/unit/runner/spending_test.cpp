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
