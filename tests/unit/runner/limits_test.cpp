// What holds the queue: budgets, the disk, a refused key, a service that is away.
#include <signal.h>
#include <sys/resource.h>

#include <algorithm>

#include "support/catch.h"
#include "support/runner_rig.h"

using namespace studio;

namespace {

using Stroke = FakeService::Stroke;

}  // namespace

TEST_CASE("reserved and settled never exceed the cap, what does not fit is blocked with the reason", "[fault-58]") {
  RigOptions options;
  options.budgets.play.project = money_from_dollars(0.10);
  options.provider.image_lane = 8;
  Rig rig(options);
  rig.open();
  const auto jobs = rig.generate(5);
  const auto outlook = rig.drain();
  CHECK(outlook.need_person.size() == 3);
  for (const Job& job : outlook.need_person) {
    CHECK(job.state == JobState::Blocked);
    CHECK(job.reason.find("$0.10") != std::string::npos);
  }
  CHECK(rig.service.bill().size() == 2);
  for (const BooksChanged& change : rig.events<BooksChanged>()) CHECK(change.play.reserved + change.play.settled <= *options.budgets.play.project);
  CHECK(rig.broken_promises() == "");
  rig.options().budgets = {};
  rig.reopen();
  rig.drain();
  CHECK(rig.service.bill().size() == 5);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("a cap on a run holds for each generation by itself, one on a day for all of them until midnight") {
  RigOptions options;
  options.budgets.play.run = money_from_dollars(0.08);
  options.budgets.play.day = money_from_dollars(0.20);
  options.provider.image_lane = 8;
  Rig rig(options);
  rig.open();
  const auto first = rig.generate(3), second = rig.generate(3);
  rig.drain();
  const auto blocked_in = [&](const std::vector<Job>& jobs) {
    int count = 0;
    for (const Job& job : jobs) count += rig.job(job.id).state == JobState::Blocked ? 1 : 0;
    return count;
  };
  CHECK(blocked_in(first) == 1);
  CHECK(blocked_in(second) == 1);
  CHECK(rig.books().settled == Money{160'000});
  const auto third = rig.generate(2);
  rig.drain();
  CHECK(blocked_in(third) == 1);  // the day's
  CHECK(rig.books().settled == Money{200'000});
  for (const Job& job : third) {
    if (rig.job(job.id).state == JobState::Blocked) CHECK(rig.job(job.id).reason.find("Today's budget of $0.20") != std::string::npos);
  }
  // Tomorrow what the day held goes on when it is retried; what its run holds does not.
  rig.clock.advance_ms(25 * 3'600'000);
  for (const auto& jobs : {first, second, third}) {
    for (const Job& job : jobs) {
      if (rig.job(job.id).state == JobState::Blocked) static_cast<void>(rig.retry(job.id));
    }
  }
  rig.drain();
  CHECK(blocked_in(first) + blocked_in(second) == 2);
  CHECK(blocked_in(third) == 0);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("a cap that is raised lets what it held go on, one that is lowered holds at once, both outlive the program", "[fault-58]") {
  RigOptions options;
  options.budgets.play.project = money_from_dollars(0.04);
  options.provider.image_lane = 8;
  Rig rig(options);
  rig.open();
  rig.generate(3);
  CHECK(rig.drain().need_person.size() == 2);
  Budgets more;
  more.play.project = money_from_dollars(0.08);
  rig.set_budgets(more);
  CHECK(rig.drain().need_person.size() == 1);
  CHECK(rig.service.bill().size() == 2);
  rig.set_budgets({});
  CHECK(rig.drain().need_person.empty());
  Budgets none;
  none.play.day = Money{};
  rig.set_budgets(none);
  rig.options().budgets = none;  // what is in the ledger
  rig.reopen();
  rig.generate(1);
  CHECK(rig.drain().need_person.size() == 1);
  CHECK(rig.service.bill().size() == 3);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("four fifths of a cap are told once") {
  RigOptions options;
  options.budgets.play.project = money_from_dollars(0.24);
  options.provider.image_lane = 1;
  Rig rig(options);
  rig.open();
  rig.generate(4);
  rig.drain();
  CHECK(rig.events<BudgetWarning>().empty());
  rig.generate(2);
  rig.drain();
  const auto warnings = rig.events<BudgetWarning>();
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].sentence.find("83 %") != std::string::npos);
}

TEST_CASE("money that comes back lets a blocked job go") {
  RigOptions options;
  options.budgets.play.project = money_from_dollars(0.04);
  Rig rig(options);
  rig.service.final_state = [](const std::string& id) { return id == "r1" ? "failed" : "done"; };
  rig.open();
  const auto jobs = rig.generate(2);
  rig.drain();
  CHECK(rig.job(jobs[0].id).state == JobState::Failed);
  CHECK(rig.job(jobs[1].id).state == JobState::Done);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("a refused key stops the account once, a person's retry lets all go on", "[fault-66]") {
  Rig rig;
  std::atomic<bool> key_is_good{false};
  rig.service.hook = [&](const HttpRequest& request) -> std::optional<Stroke> {
    if (key_is_good || !is_submit(request)) return std::nullopt;
    return Stroke{http_answer(401)};
  };
  rig.open();
  const auto jobs = rig.generate(30);
  auto outlook = rig.drain();
  CHECK(outlook.need_person.size() == 30);
  CHECK(rig.service.count("POST /jobs") <= 2);  // as many as the lane had in flight
  for (const Job& job : outlook.need_person) CHECK(job.reason == "Tiny refused the key: check it in the settings.");
  CHECK(rig.books().reserved == Money{});
  key_is_good = true;
  REQUIRE(rig.retry(jobs[7].id));
  outlook = rig.drain();
  CHECK(outlook.need_person.empty());
  CHECK(rig.service.bill().size() == 30);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("a key refused while jobs run leaves them running and paid, they go on with the account") {
  Rig rig;
  rig.service.polls_until_done = 5;
  std::atomic<bool> key_is_good{false};
  rig.service.hook = [&](const HttpRequest& request) -> std::optional<Stroke> {
    if (key_is_good || request.url.find("/jobs/") == std::string::npos) return std::nullopt;
    return Stroke{http_answer(403)};
  };
  rig.open();
  const auto jobs = rig.generate(2);
  auto outlook = rig.drain();
  REQUIRE(outlook.need_person.size() == 2);
  CHECK(outlook.need_person[0].state == JobState::Running);
  CHECK(rig.service.count("GET /jobs/") <= 2);
  key_is_good = true;
  REQUIRE(rig.retry(jobs[0].id));
  outlook = rig.drain();
  CHECK(outlook.need_person.empty());
  CHECK(rig.assets().size() == 2);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("no credit for a submit leaves alone what is under way: it is looked at and comes home, and nothing more is sent") {
  for (const int status : {401, 402, 403}) {
    Rig rig;
    rig.service.polls_until_done = 20;
    std::atomic<bool> has_credit{false};
    std::atomic<int> sent{0};
    rig.service.hook = [&](const HttpRequest& request) -> std::optional<Stroke> {
      if (has_credit || !is_submit(request) || ++sent == 1) return std::nullopt;
      return Stroke{http_answer(status)};
    };
    rig.open();
    const auto jobs = rig.generate(5);
    auto outlook = rig.drain();
    REQUIRE(outlook.need_person.size() == 4);
    for (const Job& job : outlook.need_person) {
      CHECK(job.state == JobState::Blocked);
      CHECK(job.cause == JobCause::Key);
      CHECK(job.reason == "Tiny refused the key: check it in the settings.");
    }
    CHECK(rig.assets().size() == 1);
    CHECK(sent == 2);
    CHECK(rig.books().settled == Money{40'000});
    CHECK(rig.books().reserved == Money{});
    // Also with the next program, which tries one of the others first.
    rig.reopen();
    rig.drain();
    CHECK(rig.service.bill().size() == 1);
    has_credit = true;
    REQUIRE(rig.retry(outlook.need_person[2].id));
    CHECK(rig.drain().need_person.empty());
    CHECK(rig.assets().size() == 5);
    CHECK(rig.broken_promises() == "");
  }
}

TEST_CASE("a paid job that waits for its account says so, and no more once the account goes on") {
  RigOptions options;
  options.provider.image_lane = 3;
  Rig rig(options);
  rig.service.polls_until_done = 20;
  std::atomic<bool> was_refused{false};
  rig.service.hook = [&](const HttpRequest& request) -> std::optional<Stroke> {
    if (!is_poll(request) || rig.service.count("POST /jobs") < 3 || was_refused.exchange(true)) return std::nullopt;
    return Stroke{http_answer(403)};  // one look alone; the others' turn comes when the account is stopped
  };
  rig.open();
  const auto jobs = rig.generate(3);
  rig.wait_until([&] {
    const auto left = rig.outlook().need_person;
    return left.size() == 3 && std::all_of(left.begin(), left.end(), [](const Job& job) {
             return job.state == JobState::Running && job.cause == JobCause::Key && job.reason == "Tiny refused the key: check it in the settings.";
           });
  });
  REQUIRE(rig.retry(jobs[0].id));
  const auto changes = rig.events<JobChanged>().size();
  CHECK(rig.drain().need_person.empty());
  const auto events = rig.events<JobChanged>();
  CHECK(std::none_of(events.begin() + static_cast<std::ptrdiff_t>(changes), events.end(), [](const JobChanged& change) { return change.job.cause == JobCause::Key; }));
  CHECK(rig.assets().size() == 3);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("a refused key with fifty jobs queued, on their way and running: nothing more is asked than what is on the wire") {
  for (const int status : {401, 402, 403}) {
    RigOptions options;
    options.provider.image_lane = 10;
    Rig rig(options);
    rig.service.polls_until_done = 50;
    bool is_refused = false;
    std::atomic<int> refusals{0};
    rig.service.hook = [&](const HttpRequest&) -> std::optional<Stroke> {
      if (!is_refused && rig.service.count("POST /jobs") < 10) return std::nullopt;
      is_refused = true;
      ++refusals;
      return Stroke{http_answer(status)};
    };
    rig.open();
    rig.generate(50);
    const auto outlook = rig.drain();
    CHECK(outlook.need_person.size() == 50);
    CHECK(refusals >= 1);
    CHECK(refusals <= 10);  // each of the ten that run has at most one look on the wire
    const auto asked = rig.service.count("");
    rig.clock.advance_ms(3'600'000);
    rig.generate(1);
    CHECK(rig.drain().need_person.size() == 51);
    CHECK(rig.service.count("") == asked);
    for (const Job& job : rig.outlook().need_person) CHECK(job.reason == "Tiny refused the key: check it in the settings.");
    CHECK(rig.broken_promises() == "");
  }
}

TEST_CASE("a service that is away: tried for a while, then a person is needed, it goes on when it is back") {
  Rig rig;
  std::atomic<bool> is_away{true};
  rig.resolve = [&](const std::string&) -> Result<Endpoint> {
    if (is_away) return fail(ErrorKind::Offline, "The sandbox does not start.");
    return Endpoint{"http://fake", {{"Authorization", "Bearer fake-token", true}}};
  };
  rig.open();
  const std::int64_t begun = rig.clock.mono_ms();
  const auto jobs = rig.generate(6);
  auto outlook = rig.drain();
  REQUIRE(outlook.need_person.size() == 6);
  CHECK(outlook.need_person[5].state == JobState::Queued);
  for (const Job& job : outlook.need_person) {
    INFO(job.reason);
    CHECK(job.reason.find("The sandbox does not start. It is ") != std::string::npos);
    CHECK(job.reason.find("tried again") != std::string::npos);
  }
  CHECK(rig.resolved <= 10 + (rig.clock.mono_ms() - begun) / 30'000);  // the probes go on, once a minute or so
  is_away = false;
  // One of them may be the probe just now, and is under way already.
  REQUIRE(std::any_of(jobs.begin(), jobs.end(), [&](const Job& job) { return rig.retry(job.id).has_value(); }));
  outlook = rig.drain();
  CHECK(outlook.need_person.empty());
  CHECK(rig.service.bill().size() == 6);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("a service that comes back by itself is noticed within a minute or so") {
  Rig rig;
  std::atomic<bool> is_away{true};
  rig.service.hook = [&](const HttpRequest&) -> std::optional<Stroke> {
    if (!is_away) return std::nullopt;
    return Stroke{http_failure(HttpFailure::NotSentConnect, false)};
  };
  rig.open();
  const auto jobs = rig.generate(4);
  rig.drain();
  CHECK(rig.job(jobs[3].id).state == JobState::Queued);
  is_away = false;
  // Time goes on by itself: the engine's own timer is what is next.
  rig.wait_for(jobs[3].id, JobState::Done);
  rig.drain();
  CHECK(rig.service.bill().size() == 4);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("an account that does not exist fails the job with what to do") {
  Rig rig;
  rig.resolve = [](const std::string&) -> Result<Endpoint> { return fail(ErrorKind::NotFound, "There is no account for tiny: add its key in the settings."); };
  rig.open();
  const auto jobs = rig.generate(1);
  rig.drain();
  CHECK(rig.job(jobs[0].id).state == JobState::Failed);
  CHECK(rig.job(jobs[0].id).reason == "There is no account for tiny: add its key in the settings.");
  CHECK(rig.books().reserved == Money{});
}

TEST_CASE("a server that comes back at another address goes on with the same job") {
  Rig rig;
  rig.service.polls_until_done = 10;
  std::atomic<int> port{1};
  auto moved = std::make_shared<bool>(false);
  rig.resolve = [&](const std::string&) -> Result<Endpoint> {
    return Endpoint{"http://fake:" + std::to_string(port.load()), {{"Authorization", "Bearer fake-token", true}}};
  };
  rig.service.hook = [&, moved](const HttpRequest& request) -> std::optional<Stroke> {
    if (!*moved && rig.service.count("GET /jobs/") == 4) {
      *moved = true;
      port = 2;
    }
    if (request.url.starts_with("http://fake:" + std::to_string(port.load()) + "/")) return std::nullopt;
    return Stroke{http_failure(HttpFailure::NotSentConnect, false)};
  };
  rig.open();
  const auto jobs = rig.generate(1);
  rig.drain();
  CHECK(*moved);
  CHECK(rig.job(jobs[0].id).state == JobState::Done);
  CHECK(rig.attempts(jobs[0].id).at(0).endpoint == "tiny:default");
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("with too little room on the disk nothing is sent, and it is said") {
  RigOptions options;
  options.min_free_bytes = std::int64_t{1} << 60;
  Rig rig(options);
  rig.open();
  rig.generate(3);
  const auto outlook = rig.drain();
  CHECK(outlook.need_person.size() == 3);
  CHECK(outlook.problem.message.find("nearly full") != std::string::npos);
  CHECK(outlook.need_person[0].reason.find("nearly full") != std::string::npos);
  CHECK(rig.service.count("") == 0);
  const auto problems = rig.events<RunnerProblem>();
  REQUIRE(problems.size() == 1);
}

TEST_CASE("one gibibyte is kept free, or a twentieth of a small disk", "[fault-21]") {
  RigOptions options;
  options.min_free_bytes = -1;
  Rig rig(options);
  const auto twentieth = static_cast<std::int64_t>(std::filesystem::space(rig.project().parent_path()).capacity / 20);
  const std::int64_t kept = std::min<std::int64_t>(twentieth, 1'073'741'824);
  rig.free_bytes = kept - 1;
  rig.open();
  const auto jobs = rig.generate(1);
  CHECK(rig.drain().problem.message.find("nearly full") != std::string::npos);
  CHECK(rig.service.count("POST /jobs") == 0);
  rig.free_bytes = kept;
  rig.wait_for(jobs[0].id, JobState::Done);
}

TEST_CASE("a ledger that cannot be written holds everything and loses nothing", "[fault-21]") {
  Rig rig;
  // When the first result comes, no file of this process may grow any more: the next commit fails as on a full disk.
  signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
  std::atomic<bool> is_full{false};
  rig.service.hook = [&](const HttpRequest& request) -> std::optional<Stroke> {
    if (request.url.find("/files/") != std::string::npos && !is_full.exchange(true)) {
      rlimit none = before;
      none.rlim_cur = 1024;
      setrlimit(RLIMIT_FSIZE, &none);
    }
    return std::nullopt;
  };
  rig.open();
  const auto jobs = rig.generate(2);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  Runner::Outlook outlook;
  do {
    outlook = rig.outlook();
  } while ((outlook.problem.message.empty() || outlook.can_go_on > 0) && std::chrono::steady_clock::now() < end);
  setrlimit(RLIMIT_FSIZE, &before);
  CHECK(is_full);
  CHECK_FALSE(outlook.problem.message.empty());  // the fault bit
  CHECK(outlook.can_go_on == 0);                 // and `--wait` ends instead of waiting for room
  REQUIRE_FALSE(outlook.need_person.empty());
  // The engine tries again by its own timer.
  rig.wait_for(jobs[0].id, JobState::Done);
  rig.wait_for(jobs[1].id, JobState::Done);
  rig.drain();
  CHECK(rig.service.bill().size() == 2);
  CHECK(rig.events<RunnerProblem>().back().error.message.empty());
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("a replay that meets a refused key waits for a person, and is replayed when the key is good") {
  Rig rig;
  std::atomic<bool> key_is_good{false};
  auto is_first = std::make_shared<bool>(true);
  rig.service.hook = [&, is_first](const HttpRequest& request) -> std::optional<Stroke> {
    if (!is_submit(request)) return std::nullopt;
    if (std::exchange(*is_first, false)) return Stroke{http_failure(HttpFailure::Broken, true), false, true};
    if (key_is_good) return std::nullopt;
    return Stroke{http_answer(401)};
  };
  rig.open();
  const auto jobs = rig.generate(1);
  auto outlook = rig.drain();
  REQUIRE(outlook.need_person.size() == 1);
  CHECK(outlook.need_person[0].state == JobState::Unknown);
  CHECK(outlook.need_person[0].reason == "Tiny refused the key: check it in the settings.");
  CHECK(outlook.need_person[0].cause == JobCause::Key);
  // Who comes later is stopped for the same reason.
  const auto later = rig.generate(1);
  rig.drain();
  CHECK(rig.job(later[0].id).reason == "Tiny refused the key: check it in the settings.");
  key_is_good = true;
  REQUIRE(rig.retry(jobs[0].id));
  outlook = rig.drain();
  CHECK(outlook.need_person.empty());
  CHECK(rig.service.bill().size() == 2);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("a submit's chain that meets a refused key waits for a person, and goes on with the chain") {
  Rig rig;
  rig.service.tickets = true;
  rig.service.replays = false;
  std::atomic<bool> key_is_good{false};
  rig.service.hook = [&](const HttpRequest& request) -> std::optional<Stroke> {
    if (key_is_good || request.url.find("/tickets/") == std::string::npos) return std::nullopt;
    return Stroke{http_answer(402)};
  };
  rig.open();
  const auto jobs = rig.generate(1);
  auto outlook = rig.drain();
  REQUIRE(outlook.need_person.size() == 1);
  CHECK(outlook.need_person[0].state == JobState::Sending);
  CHECK(outlook.need_person[0].reason == "Tiny refused the key: check it in the settings.");
  key_is_good = true;
  CHECK_FALSE(rig.retry(jobs[0].id));  // it is under way; but the account goes on
  outlook = rig.drain();
  CHECK(outlook.need_person.empty());
  CHECK(rig.job(jobs[0].id).state == JobState::Done);
  CHECK(rig.service.count("POST /jobs") == 1);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("that the disk is full is taken back when there is room, though nobody asks for a place any more") {
  RigOptions options;
  options.min_free_bytes = 1000;
  Rig rig(options);
  rig.free_bytes = 999;
  rig.open();
  const auto jobs = rig.generate(1);
  CHECK(rig.drain().problem.message.find("nearly full") != std::string::npos);
  REQUIRE(rig.cancel(jobs[0].id));
  rig.free_bytes = 1000;
  rig.wait_until([&] { return rig.events<RunnerProblem>().back().error.message.empty(); });
  CHECK(rig.outlook().problem.message.empty());
  CHECK(rig.service.count("") == 0);
}
