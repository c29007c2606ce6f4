// The queue as people steer it: its order, drain, the hold after a crash, edits and dismissals.
#include <future>
#include <memory>

#include "support/catch.h"
#include "support/runner_rig.h"

using namespace studio;

namespace {

RigOptions one_at_a_time() {
  RigOptions options;
  options.provider.image_lane = 1;
  return options;
}

std::vector<JobId> ids_of(const std::vector<Job>& jobs, std::initializer_list<std::size_t> which) {
  std::vector<JobId> ids;
  for (const std::size_t i : which) ids.push_back(jobs[i].id);
  return ids;
}

// The jobs in the order in which the service got them.
std::vector<JobId> as_sent(Rig& rig) {
  std::vector<JobId> sent;
  for (const BillLine& line : rig.service.bill()) {
    for (std::int64_t id = 1; id <= 64; ++id) {
      for (const Attempt& attempt : rig.attempts(JobId{id})) {
        if (attempt.key == line.key) sent.push_back(JobId{id});
      }
    }
  }
  return sent;
}

Recipe another_prompt(const Job& job, const std::string& prompt) {
  Recipe recipe = job.recipe;
  recipe.prompt = prompt;
  return recipe;
}

}  // namespace

TEST_CASE("the queue is worked off in the order that people chose, also after a restart") {
  Rig rig(one_at_a_time());
  rig.open();
  REQUIRE(rig.set_queue(QueueMode::Paused));
  const auto jobs = rig.generate(6);
  const auto first = rig.move(ids_of(jobs, {4, 2}), MoveTo::First);
  REQUIRE(first);
  CHECK(first->ranks.size() == 2);
  CHECK(first->left_out.empty());
  REQUIRE(rig.move(ids_of(jobs, {0}), MoveTo::Last));
  REQUIRE(rig.move(ids_of(jobs, {5}), MoveTo::Before, jobs[2].id));
  REQUIRE(rig.set_priority(ids_of(jobs, {3}), Priority::High));
  CHECK(rig.job(jobs[3].id).priority == Priority::High);
  CHECK(rig.events<QueueReordered>().size() == 4);
  rig.reopen();
  REQUIRE(rig.set_queue(QueueMode::Going));
  rig.drain();
  CHECK(as_sent(rig) == ids_of(jobs, {3, 4, 5, 2, 1, 0}));
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("a move while a job's own transition is on its way to the disk is not lost, and who runs is left out") {
  Rig rig(one_at_a_time());
  rig.service.polls_until_done = 1'000'000;
  rig.open();
  const auto jobs = rig.generate(4);
  rig.wait_for(jobs[0].id, JobState::Running);
  const auto moved = rig.move(ids_of(jobs, {0, 3}), MoveTo::First);
  REQUIRE(moved);
  CHECK(moved->left_out == ids_of(jobs, {0}));
  CHECK(rig.job(jobs[0].id).state == JobState::Running);
  // Its edit is decided before the next move is known and committed after it: both hold.
  auto edited = std::make_shared<std::promise<Job>>();
  rig.runner().move_jobs(ids_of(jobs, {3, 2}), MoveTo::First, {}, [](const Result<Reordered>&) {});
  rig.runner().edit(jobs[3].id, another_prompt(jobs[3], "another"), [edited](Result<Job> job) { edited->set_value(job.value_or(Job{})); });
  const Job after = edited->get_future().get();
  CHECK(after.recipe.prompt == "another");
  CHECK(after.place != moved->ranks.at(0).place);
  CHECK(after.place == rig.job(jobs[3].id).place);
  REQUIRE(rig.set_priority(ids_of(jobs, {3}), Priority::High));
  REQUIRE(rig.cancel(jobs[0].id));
  rig.service.polls_until_done = 1;
  rig.drain();
  CHECK(as_sent(rig) == ids_of(jobs, {0, 3, 2, 1}));  // by its priority
  CHECK(rig.job(jobs[3].id).recipe.prompt == "another");
}

TEST_CASE("a drain begins nothing new, brings home what is on its way, then the queue is paused") {
  Rig rig(one_at_a_time());
  rig.service.polls_until_done = 1'000'000;
  rig.open();
  const auto jobs = rig.generate(3);
  rig.wait_for(jobs[0].id, JobState::Running);
  REQUIRE(rig.set_queue(QueueMode::Draining));
  const auto modes = [&] {
    std::vector<QueueMode> seen;
    for (const QueueChanged& change : rig.events<QueueChanged>()) {
      if (seen.empty() || seen.back() != change.state.mode) seen.push_back(change.state.mode);
    }
    return seen;
  };
  REQUIRE(modes().back() == QueueMode::Draining);
  CHECK(rig.events<QueueChanged>().back().state.under_way == 1);
  CHECK(rig.events<QueueChanged>().back().state.waiting == 2);
  rig.service.polls_until_done = 1;
  rig.wait_for(jobs[0].id, JobState::Done);
  rig.wait_until([&] { return modes().back() == QueueMode::Paused; });
  CHECK(rig.packs().has(rig.assets().at(0).sha256 + ":256"));  // local work is done too
  CHECK(rig.service.bill().size() == 1);
  CHECK(rig.job(jobs[1].id).state == JobState::Queued);
  rig.reopen();
  CHECK(rig.drain().need_person.size() == 2);
  CHECK(rig.service.bill().size() == 1);
  REQUIRE(rig.set_queue(QueueMode::Going));
  rig.drain();
  CHECK(rig.service.bill().size() == 3);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("a drain that the program's end interrupts goes on at the next start") {
  Rig rig(one_at_a_time());
  rig.service.polls_until_done = 1'000'000;
  rig.open();
  const auto jobs = rig.generate(2);
  rig.wait_for(jobs[0].id, JobState::Running);
  REQUIRE(rig.set_queue(QueueMode::Draining));
  rig.close();
  rig.service.polls_until_done = 1;
  rig.open();
  rig.wait_for(jobs[0].id, JobState::Done);
  rig.wait_until([&] { return rig.events<QueueChanged>().back().state.mode == QueueMode::Paused; });
  CHECK(rig.job(jobs[1].id).state == JobState::Queued);
  CHECK(rig.service.bill().size() == 1);
}

TEST_CASE("after a crash what waits is held until a person says go on, and what was paid comes home meanwhile") {
  Rig rig(one_at_a_time());
  rig.service.polls_until_done = 1'000'000;
  rig.open();
  const auto jobs = rig.generate(3);
  rig.wait_for(jobs[0].id, JobState::Running);
  rig.close();
  rig.options().after_crash = true;
  rig.service.polls_until_done = 1;
  rig.open();
  rig.wait_for(jobs[0].id, JobState::Done);
  const auto outlook = rig.drain();
  REQUIRE(outlook.need_person.size() == 2);
  CHECK(outlook.need_person[0].reason.find("go on") != std::string::npos);
  const QueueStatus held = rig.events<QueueChanged>().back().state;
  CHECK(held.mode == QueueMode::Held);
  CHECK(held.waiting == 2);
  CHECK(rig.service.bill().size() == 1);
  // An orderly end is no word of a person.
  rig.options().after_crash = false;
  rig.reopen();
  CHECK(rig.drain().need_person.size() == 2);
  REQUIRE(rig.release_hold());
  rig.drain();
  CHECK(rig.service.bill().size() == 3);
  CHECK(rig.events<QueueChanged>().back().state.mode == QueueMode::Going);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("nothing is held after an orderly end, with nothing waiting, or where a person does not want it") {
  Rig rig;
  rig.options().after_crash = true;
  rig.open();  // nothing waits
  rig.generate(1);
  rig.drain();
  CHECK(rig.service.bill().size() == 1);
  REQUIRE(rig.set_queue(QueueMode::Paused));
  rig.generate(1);
  REQUIRE(rig.set_hold_after_crash(false));
  rig.reopen();
  REQUIRE(rig.set_queue(QueueMode::Going));
  rig.drain();
  CHECK(rig.service.bill().size() == 2);
  // With the hold wanted again: going on after a pause is the word, too.
  REQUIRE(rig.set_hold_after_crash(true));
  REQUIRE(rig.set_queue(QueueMode::Paused));
  rig.generate(1);
  rig.reopen();
  CHECK(rig.events<QueueChanged>().back().state.held);
  REQUIRE(rig.set_queue(QueueMode::Going));
  rig.drain();
  CHECK(rig.service.bill().size() == 3);
}

TEST_CASE("a program that only adds to the queue leaves word of the crash that it found") {
  RigOptions options;
  options.drive = false;
  Rig rig(options);
  rig.open();
  rig.generate(1);
  rig.close();
  rig.options().after_crash = true;
  rig.open();
  rig.close();  // in order
  rig.options().after_crash = false;
  rig.options().drive = true;
  rig.open();
  CHECK(rig.drain().need_person.size() == 1);
  CHECK(rig.service.bill().empty());
}

TEST_CASE("a waiting job gets another recipe: digest and estimate anew, and that is what is sent") {
  Rig rig(one_at_a_time());
  rig.open();
  REQUIRE(rig.set_queue(QueueMode::Paused));
  const auto jobs = rig.generate(2);
  Recipe wanted = another_prompt(jobs[1], "a red boat");
  wanted.seed = 99;
  const auto edited = rig.edit(jobs[1].id, wanted);
  REQUIRE(edited);
  CHECK(edited->recipe == wanted);
  CHECK(edited->recipe_digest == recipe_digest(wanted));
  const Job kept = rig.job(jobs[1].id);
  CHECK(kept.recipe == wanted);
  CHECK(kept.recipe_digest == recipe_digest(wanted));
  Recipe too_wide = wanted;
  too_wide.width = 1'000'000;
  const auto refused = rig.edit(jobs[1].id, too_wide);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == ErrorKind::BadRequest);
  CHECK(rig.job(jobs[1].id).recipe == wanted);
  REQUIRE(rig.set_queue(QueueMode::Going));
  rig.drain();
  REQUIRE(rig.service.bill().size() == 2);
  CHECK(rig.service.bill()[1].body.find("a red boat") != std::string::npos);
  CHECK(rig.assets().at(1).recipe == wanted);
  const auto late = rig.edit(jobs[1].id, another_prompt(jobs[1], "too late"));
  REQUIRE_FALSE(late);
  CHECK(late.error().message.find("done") != std::string::npos);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("once a job may be on the wire it is not edited, and a cheaper recipe lets a blocked one go on") {
  RigOptions options = one_at_a_time();
  options.budgets.play.project = Money{50'000};
  Rig rig(options);
  rig.service.polls_until_done = 1'000'000;
  rig.open();
  const auto jobs = rig.generate(1);
  rig.wait_for(jobs[0].id, JobState::Running);
  const auto refused = rig.edit(jobs[0].id, another_prompt(jobs[0], "no"));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("sent already") != std::string::npos);
  REQUIRE(rig.cancel(jobs[0].id));
  rig.service.polls_until_done = 1;
  rig.drain();
  const int before = static_cast<int>(rig.service.bill().size());
  const auto more = rig.generate(2);
  rig.drain();
  REQUIRE(rig.job(more[1].id).state == JobState::Blocked);
  CHECK(rig.job(more[1].id).cause == JobCause::Cap);
  rig.options().budgets = {};
  rig.set_budgets({});
  rig.drain();
  CHECK(static_cast<int>(rig.service.bill().size()) == before + 2);
}

TEST_CASE("what failed is let be by a person, and taken up again by name") {
  Rig rig;
  rig.service.final_state = [](const std::string&) { return std::string("failed"); };
  rig.open();
  const auto jobs = rig.generate(1);
  rig.drain();
  const Job failed = rig.job(jobs[0].id);
  REQUIRE(failed.state == JobState::Failed);
  CHECK(failed.cause == JobCause::ServiceFailed);
  REQUIRE(rig.dismiss(jobs[0].id));
  const Job dismissed = rig.job(jobs[0].id);
  CHECK(dismissed.state == JobState::Failed);
  CHECK(dismissed.hold);
  CHECK(dismissed.cause == JobCause::ServiceFailed);
  CHECK(dismissed.reason == failed.reason);
  rig.service.final_state = [](const std::string&) { return std::string("done"); };
  REQUIRE(rig.retry(jobs[0].id));
  rig.drain();
  const Job done = rig.job(jobs[0].id);
  CHECK(done.state == JobState::Done);
  CHECK_FALSE(done.hold);
  CHECK(done.cause == JobCause::None);
  CHECK_FALSE(rig.dismiss(jobs[0].id));
}

TEST_CASE("a job remembers what all its attempts have charged") {
  Rig rig;
  rig.service.bills_failures = true;
  rig.service.final_state = [](const std::string&) { return std::string("failed"); };
  rig.open();
  const auto jobs = rig.generate(1);
  rig.drain();
  const Money once = rig.job(jobs[0].id).charged;
  CHECK(once.micros > 0);
  CHECK(once == rig.books().settled);
  rig.service.final_state = [](const std::string&) { return std::string("done"); };
  REQUIRE(rig.retry(jobs[0].id));
  rig.drain();
  CHECK(rig.job(jobs[0].id).charged == rig.books().settled);
  CHECK(rig.job(jobs[0].id).charged > once);
}
