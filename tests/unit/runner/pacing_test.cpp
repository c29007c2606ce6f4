// How often a service is asked: the rates of its data, its Retry-After, and few retries. Times are the fake clock's, which only
// ever runs ahead: what may not be sooner can be held against it.
#include <algorithm>
#include <map>
#include <utility>

#include "support/catch.h"
#include "support/runner_rig.h"

using namespace studio;

namespace {

using Stroke = FakeService::Stroke;

const Stroke lost{http_failure(HttpFailure::Broken, true)};
Stroke slow_down(int secs) { return {http_answer(429, "", {{"Retry-After", std::to_string(secs)}})}; }

bool is_cancel(const HttpRequest& request) { return request.method == HttpMethod::Delete; }

double now_secs(const Rig& rig) { return static_cast<double>(rig.clock.mono_ms()) / 1000; }

// When requests came. Written by the engine's thread, read when it is idle.
struct Times {
  std::vector<double> secs;
  void note(const Rig& rig) { secs.push_back(now_secs(rig)); }
};

// What left before the word came is none of it: an answer takes 20 ms.
int came_within(const Times& times, double told_secs, double secs) {
  return static_cast<int>(std::count_if(times.secs.begin(), times.secs.end(), [&](double at) { return at > told_secs + 0.1 && at < told_secs + secs; }));
}

// From a full bucket at `begun_secs` or later.
void check_rate(const Times& times, double begun_secs, double per_sec, double burst) {
  for (std::size_t i = 0; i < times.secs.size(); ++i) {
    INFO("request " << i);
    CHECK(times.secs[i] - begun_secs >= (static_cast<double>(i) + 1 - burst) / per_sec - 1e-6);
  }
}

}  // namespace

TEST_CASE("submits and looks keep within the rates of the service's data") {
  RigOptions options;
  options.provider.image_lane = 30;
  options.provider.rates = {.image_submits = 60, .calls = 120};
  Rig rig(options);
  rig.service.polls_until_done = 4;
  Times submits, polls;
  rig.service.hook = [&](const HttpRequest& request) -> std::optional<Stroke> {
    if (is_submit(request)) submits.note(rig);
    if (is_poll(request)) polls.note(rig);
    return std::nullopt;
  };
  rig.open();
  const double begun = now_secs(rig);
  rig.generate(30);
  rig.drain();
  rig.close();
  CHECK(rig.service.bill().size() == 30);
  CHECK(submits.secs.size() == 30);
  CHECK(polls.secs.size() == 150);
  check_rate(submits, begun, 1, 10);  // ten seconds' worth at once
  check_rate(polls, begun, 2, 20);
}

TEST_CASE("Retry-After of a submit parks the account's submits, and what runs is looked at meanwhile") {
  RigOptions options;
  options.provider.image_lane = 4;
  Rig rig(options);
  rig.service.polls_until_done = 3;
  Times submits;
  double told_secs = -1;
  int polls_while_parked = 0;
  rig.service.hook = [&](const HttpRequest& request) -> std::optional<Stroke> {
    const double now = static_cast<double>(rig.clock.mono_ms()) / 1000;
    if (is_poll(request) && told_secs >= 0 && now < told_secs + 600) ++polls_while_parked;
    if (!is_submit(request)) return std::nullopt;
    submits.note(rig);
    if (submits.secs.size() != 4) return std::nullopt;
    told_secs = now;
    return Stroke{http_answer(429, "", {{"Retry-After", "600"}})};
  };
  rig.open();
  const auto jobs = rig.generate(12);
  rig.drain();
  bool was_told = false;
  for (const JobChanged& change : rig.events<JobChanged>()) was_told = was_told || change.job.reason.find("Tiny takes no more at the moment") != std::string::npos;
  CHECK(rig.broken_promises() == "");
  rig.close();
  CHECK(rig.service.bill().size() == 12);
  REQUIRE(submits.secs.size() == 13);
  // The answer takes 20 ms; what was on the wire then had left already.
  int too_soon = 0;
  for (const double at : submits.secs) too_soon += at > told_secs + 0.1 && at < told_secs + 600 ? 1 : 0;
  CHECK(too_soon == 0);
  CHECK(polls_while_parked > 0);
  CHECK(was_told);
}

TEST_CASE("a Retry-After that is followed by a longer one ends when that one is over, though nothing else happens") {
  RigOptions options;
  options.provider.image_lane = 2;
  Rig rig(options);
  Times submits;
  rig.service.hook = [&](const HttpRequest& request) -> std::optional<Stroke> {
    if (!is_submit(request)) return std::nullopt;
    submits.note(rig);
    if (submits.secs.size() > 2) return std::nullopt;
    if (submits.secs.size() == 1) rig.clock.advance_ms(1000);  // the second leaves later, and is told later
    // The two that were turned down have times of their own to come back at: without them only the account's counts.
    rig.runner().cancel(JobId{static_cast<std::int64_t>(submits.secs.size())}, [](const Result<Job>&) {});
    return Stroke{http_answer(429, "", {{"Retry-After", submits.secs.size() == 1 ? "60" : "600"}})};
  };
  rig.open();
  rig.generate(3);
  rig.drain();
  CHECK(rig.job(JobId{1}).state == JobState::Cancelled);
  CHECK(rig.job(JobId{2}).state == JobState::Cancelled);
  CHECK(rig.broken_promises() == "");
  rig.close();
  CHECK(rig.service.bill().size() == 1);
  REQUIRE(submits.secs.size() == 3);
  CHECK(submits.secs[2] - submits.secs[1] >= 600);
}

TEST_CASE("Retry-After of a look parks the looks of all jobs of the account, not its submits") {
  RigOptions options;
  options.provider.image_lane = 4;
  Rig rig(options);
  rig.service.polls_until_done = 6;
  Times polls;
  double told_secs = -1;
  rig.service.hook = [&](const HttpRequest& request) -> std::optional<Stroke> {
    if (!is_poll(request)) return std::nullopt;
    polls.note(rig);
    if (told_secs >= 0) return std::nullopt;
    told_secs = polls.secs.back();
    return Stroke{http_answer(429, "", {{"Retry-After", "120"}})};
  };
  rig.open();
  rig.generate(4);
  rig.drain();
  CHECK(rig.broken_promises() == "");
  rig.close();
  CHECK(rig.service.bill().size() == 4);
  int too_soon = 0;
  for (const double at : polls.secs) too_soon += at > told_secs + 0.1 && at < told_secs + 120 ? 1 : 0;
  CHECK(too_soon == 0);
}

TEST_CASE("Retry-After of a submit parks the account's replays, too") {
  RigOptions options;
  options.provider.image_lane = 2;
  Rig rig(options);
  Times submits;
  double told_secs = -1;
  rig.service.hook = [&](const HttpRequest& request) -> std::optional<Stroke> {
    if (!is_submit(request)) return std::nullopt;
    submits.note(rig);
    if (submits.secs.size() == 1) return lost;
    if (submits.secs.size() != 2) return std::nullopt;
    told_secs = submits.secs.back();
    return slow_down(600);
  };
  rig.open();
  rig.generate(2);
  rig.drain();
  CHECK(rig.broken_promises() == "");
  rig.close();
  CHECK(rig.service.bill().size() == 2);
  CHECK(submits.secs.size() >= 4);
  CHECK(came_within(submits, told_secs, 600) == 0);
}

TEST_CASE("Retry-After of a look parks the looks at the list of the account") {
  RigOptions options;
  options.provider.image_lane = 2;
  options.provider.lists = true;
  Rig rig(options);
  rig.service.replays = false;
  Times lists;
  int submits = 0;
  double told_secs = -1;
  rig.service.hook = [&](const HttpRequest& request) -> std::optional<Stroke> {
    if (is_list(request)) lists.note(rig);
    if (is_submit(request) && ++submits == 2) return lost;  // never there, and the list is not complete: it is looked for on and on
    if (!is_poll(request) || told_secs >= 0) return std::nullopt;
    told_secs = now_secs(rig);
    return slow_down(600);
  };
  rig.open();
  rig.generate(2);
  CHECK(rig.drain().need_person.size() == 1);
  CHECK(rig.broken_promises() == "");
  rig.close();
  REQUIRE(told_secs >= 0);
  CHECK(lists.secs.size() >= 3);
  CHECK(came_within(lists, told_secs, 600) == 0);
}

TEST_CASE("Retry-After of a look at the list parks the looks at what runs") {
  RigOptions options;
  options.provider.image_lane = 2;
  options.provider.lists = true;
  Rig rig(options);
  rig.service.replays = false;
  rig.service.polls_until_done = 20;
  Times polls;
  int submits = 0;
  double told_secs = -1;
  rig.service.hook = [&](const HttpRequest& request) -> std::optional<Stroke> {
    if (is_poll(request)) polls.note(rig);
    if (is_submit(request) && ++submits == 2) return lost;
    if (!is_list(request) || told_secs >= 0) return std::nullopt;
    told_secs = now_secs(rig);
    return slow_down(120);
  };
  rig.open();
  rig.generate(2);
  CHECK(rig.drain().need_person.size() == 1);
  rig.close();
  REQUIRE(told_secs >= 0);
  CHECK(polls.secs.back() > told_secs + 120);
  CHECK(came_within(polls, told_secs, 120) == 0);
}

TEST_CASE("a cancel waits for what the service said of its looks, and what it says of a cancel parks the looks") {
  Rig rig;
  rig.service.polls_until_done = 1'000'000;
  Times polls, cancels;
  double look_told_secs = -1, cancel_told_secs = -1;
  rig.service.hook = [&](const HttpRequest& request) -> std::optional<Stroke> {
    if (is_cancel(request)) {
      cancels.note(rig);
      if (cancel_told_secs >= 0) return std::nullopt;
      cancel_told_secs = cancels.secs.back();
      return slow_down(900);
    }
    if (!is_poll(request)) return std::nullopt;
    polls.note(rig);
    if (look_told_secs >= 0) return std::nullopt;
    look_told_secs = polls.secs.back();
    return slow_down(600);
  };
  bool was_wished = false;
  rig.on_event = [&](const RunnerEvent& event) {
    const auto* change = std::get_if<JobChanged>(&event);
    if (change == nullptr || change->job.reason != "Tiny asks us to slow down." || std::exchange(was_wished, true)) return;
    rig.runner().cancel(JobId{1}, [](const Result<Job>&) {});
  };
  rig.open();
  rig.generate(1);
  rig.drain();
  CHECK(rig.job(JobId{1}).state == JobState::Cancelled);
  CHECK(rig.broken_promises() == "");
  rig.close();
  REQUIRE(cancel_told_secs >= 0);
  CHECK(cancel_told_secs >= look_told_secs + 600);
  CHECK(came_within(cancels, look_told_secs, 600) == 0);
  CHECK(came_within(polls, look_told_secs, 600) == 0);
  CHECK(came_within(cancels, cancel_told_secs, 900) == 0);
  CHECK(came_within(polls, cancel_told_secs, 900) == 0);
}

TEST_CASE("cancels do not stand behind a line of looks that is never empty") {
  RigOptions options;
  options.provider.image_lane = 30;
  options.provider.rates = {.calls = 60};
  Rig rig(options);
  rig.service.polls_until_done = 20;
  int polls = 0, polls_at_wish = 0, polls_at_last = 0, cancels = 0;
  rig.service.hook = [&](const HttpRequest& request) -> std::optional<Stroke> {
    if (is_cancel(request)) {
      ++cancels;
      polls_at_last = polls;
    }
    if (is_poll(request) && ++polls == 100) {
      polls_at_wish = polls;
      for (int id = 1; id <= 10; ++id) rig.runner().cancel(JobId{id}, [](const Result<Job>&) {});
    }
    return std::nullopt;
  };
  rig.open();
  rig.generate(30);
  rig.drain();
  rig.close();
  CHECK(cancels == 10);
  CHECK(polls_at_last - polls_at_wish <= 5);
}

TEST_CASE("looks at the list keep within the rate of the service's calls") {
  RigOptions options;
  options.provider.image_lane = 1;
  options.provider.lists = true;
  options.provider.rates = {.calls = 6};  // one at once
  Rig rig(options);
  rig.service.replays = false;
  rig.service.list_page = 1;
  Times calls;
  int submits = 0;
  rig.service.hook = [&](const HttpRequest& request) -> std::optional<Stroke> {
    if (is_list(request) || is_poll(request)) calls.note(rig);
    // All are carried out; of the last one the answer is lost, so the list has as many pages.
    if (is_submit(request) && ++submits == 4) return Stroke{http_failure(HttpFailure::Broken, true), false, true};
    return std::nullopt;
  };
  rig.open();
  const double begun = now_secs(rig);
  rig.generate(4);
  CHECK(rig.drain().need_person.empty());
  CHECK(rig.broken_promises() == "");
  rig.close();
  CHECK(rig.service.bill().size() == 4);
  CHECK(calls.secs.size() > 4);
  check_rate(calls, begun, 0.1, 1);
}

TEST_CASE("a service that fails every third look is not asked more often for it: retries have a budget") {
  RigOptions options;
  options.provider.image_lane = 30;
  Rig rig(options);
  rig.service.polls_until_done = 20;
  int asked = 0;
  struct Look {
    double secs = 0;
    bool is_retry = false, is_good = true;
  };
  std::vector<Look> looks;
  std::map<std::string, bool> failed_last;
  rig.service.hook = [&](const HttpRequest& request) -> std::optional<Stroke> {
    if (!is_poll(request)) {  // all that goes well counts, whatever it is
      looks.push_back({static_cast<double>(rig.clock.mono_ms()) / 1000});
      return std::nullopt;
    }
    const bool fails = ++asked % 3 == 0;  // neither five in a row nor half of twenty: no gate closes
    looks.push_back({static_cast<double>(rig.clock.mono_ms()) / 1000, failed_last[request.url], !fails});
    failed_last[request.url] = fails;
    if (!fails) return std::nullopt;
    return Stroke{http_answer(500)};
  };
  rig.open();
  rig.generate(30);
  rig.drain();
  CHECK(rig.broken_promises() == "");
  rig.close();
  CHECK(rig.service.bill().size() == 30);
  // Over any minute before a retry: ten, and one for every ten that went well within it. An answer takes a moment to be counted, and
  // the budget counts in slots of five seconds.
  int retries = 0;
  for (std::size_t i = 0; i < looks.size(); ++i) {
    if (!looks[i].is_retry) continue;
    ++retries;
    double spare = 10;
    for (std::size_t j = 0; j <= i; ++j) {
      const double before = looks[i].secs - looks[j].secs;
      if (looks[j].is_good && before <= 65.1) spare += 0.1;
      if (looks[j].is_retry && before < 59.9) spare -= 1;
    }
    INFO("look " << i << " of " << looks.size());
    REQUIRE(spare >= -1e-9);
  }
  CHECK(retries > 20);  // there was something to limit
}
