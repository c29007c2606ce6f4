// Clocks that jump, days of 23 and 25 hours, machines that sleep: timers stay right, caps count the user's days, and what is
// overdue comes spread.
#include <time.h>

#include <cstdlib>

#include "base/clock.h"
#include "faults/fault_rig.h"
#include "support/catch.h"

using namespace studio;

namespace {

constexpr std::int64_t hour_ms = 3'600'000;

// How often two jobs are asked after, when the wall clock jumps at the first request that `when` knows.
int polls_with_jump(std::int64_t jump_ms, const std::function<bool(const HttpRequest&)>& when) {
  Rig rig;
  rig.service.polls_until_done = 6;
  auto has_jumped = std::make_shared<bool>(false);
  rig.service.hook = [&rig, jump_ms, when, has_jumped](const HttpRequest& request) -> std::optional<FakeService::Stroke> {
    if (!*has_jumped && when(request)) {
      *has_jumped = true;
      rig.clock.jump_wall_ms(jump_ms);
    }
    return std::nullopt;
  };
  rig.open();
  rig.generate(2);
  const Ended ended = go_on_to_the_end(rig);
  CHECK(*has_jumped);
  CHECK(ended.stuck + ended.broken == "");
  CHECK(ended.done == 2);
  CHECK(rig.service.count("POST /jobs") == 2);
  return rig.service.count("GET /jobs/");
}

std::int64_t utc_ms(int year, int month, int day, int hour, int minute) {
  std::tm parts{};
  parts.tm_year = year - 1900;
  parts.tm_mon = month - 1;
  parts.tm_mday = day;
  parts.tm_hour = hour;
  parts.tm_min = minute;
  return static_cast<std::int64_t>(::timegm(&parts)) * 1000;
}

// The rule of Europe/Berlin, written out: it needs no files of the system.
struct InBerlin {
  InBerlin() { set("CET-1CEST,M3.5.0,M10.5.0/3"); }
  ~InBerlin() { set("UTC0"); }
  static void set(const char* rule) {
    ::setenv("TZ", rule, 1);
    ::tzset();
  }
};

void set_wall(Rig& rig, std::int64_t to_ms) { rig.clock.jump_wall_ms(to_ms - rig.clock.wall_ms()); }

JobState state_after_retry(Rig& rig, JobId job) {
  if (rig.job(job).state == JobState::Blocked) static_cast<void>(rig.retry(job));
  rig.drain();
  return rig.job(job).state;
}

// What 60 running jobs do when the clocks are moved: the most looks in one second afterwards.
int most_polls_in_a_second(const std::function<void(FakeClock&)>& sleep) {
  prepare_for_many_projects();
  RigOptions options;
  options.provider.image_lane = 60;
  Rig rig(options);
  rig.service.polls_until_done = 6;
  auto times = std::make_shared<std::vector<std::int64_t>>();
  auto mutex = std::make_shared<std::mutex>();
  rig.service.hook = [&rig, times, mutex](const HttpRequest& request) -> std::optional<FakeService::Stroke> {
    if (is_poll(request)) {
      std::lock_guard lock(*mutex);
      times->push_back(rig.clock.mono_ms());
    }
    return std::nullopt;
  };
  rig.open();
  rig.generate(60);
  rig.service.wait_for("GET /jobs/", 120);
  std::int64_t slept_at = 0;
  std::ptrdiff_t before = 0;  // looks until then
  {
    // The engine's thread stands still meanwhile, as in a sleep: it is held in the hook.
    std::lock_guard lock(*mutex);
    slept_at = rig.clock.mono_ms();
    before = static_cast<std::ptrdiff_t>(times->size());
    sleep(rig.clock);
    if (rig.clock.mono_ms() > slept_at) slept_at = rig.clock.mono_ms();
  }
  const Ended ended = go_on_to_the_end(rig);
  CHECK(ended.stuck + ended.broken == "");
  CHECK(ended.done == 60);
  CHECK(rig.service.count("POST /jobs") == 60);
  int most = 0;
  for (auto first = times->begin() + before, last = first; last != times->end(); ++last) {
    while (*last - *first >= 1000) ++first;
    if (*first >= slept_at && *first < slept_at + 10'000) most = std::max(most, static_cast<int>(last - first) + 1);
  }
  return most;
}

}  // namespace

TEST_CASE("a wall clock that jumps by an hour or a day, at any step, changes no timer and sends nothing twice", "[fault-28]") {
  const auto is_submit = [](const HttpRequest& request) { return request.method == HttpMethod::Post; };
  const auto is_file = [](const HttpRequest& request) { return request.url.find("/files/") != std::string::npos; };
  const auto is_info = [](const HttpRequest& request) { return request.url.find("/info") != std::string::npos; };
  const int steady = polls_with_jump(0, is_poll);
  CHECK(steady >= 14);
  for (const std::int64_t jump : {hour_ms, -hour_ms, 24 * hour_ms, -24 * hour_ms}) {
    for (const std::function<bool(const HttpRequest&)>& when : {std::function<bool(const HttpRequest&)>(is_info), {is_submit}, {is_poll}, {is_file}}) {
      INFO("a jump of " << jump / hour_ms << " h");
      CHECK(polls_with_jump(jump, when) <= steady + 4);
    }
  }
}

TEST_CASE("a wall clock that was set while the program was away: the next look is a minute away at the most", "[fault-28]") {
  for (const std::int64_t jump : {hour_ms, -hour_ms, 24 * hour_ms, -24 * hour_ms}) {
    INFO("a jump of " << jump / hour_ms << " h");
    Rig rig;
    rig.service.polls_until_done = 8;
    rig.open();
    const auto jobs = rig.generate(2);
    for (const Job& job : jobs) rig.wait_for(job.id, JobState::Running);
    rig.close();
    rig.clock.jump_wall_ms(jump);
    const std::int64_t began = rig.clock.mono_ms();
    const int polls = rig.service.count("GET /jobs/");
    rig.open();
    rig.service.wait_for("GET /jobs/", polls + 1);
    CHECK(rig.clock.mono_ms() - began < 70'000);
    const Ended ended = go_on_to_the_end(rig);
    CHECK(ended.stuck + ended.broken == "");
    CHECK(ended.done == 2);
    CHECK(rig.service.count("POST /jobs") == 2);
  }
}

TEST_CASE("a day of 23 hours and one of 25: the cap of a day is that of the user's day", "[fault-28]") {
  prepare_for_many_projects();
  const InBerlin berlin;
  struct Day {
    std::int64_t evening_before, begins, late, next;  // wall ms; `late`: just before the next midnight
  };
  const Day spring{utc_ms(2026, 3, 28, 22, 30), utc_ms(2026, 3, 28, 23, 10), utc_ms(2026, 3, 29, 21, 50), utc_ms(2026, 3, 29, 22, 10)};
  const Day autumn{utc_ms(2026, 10, 24, 21, 30), utc_ms(2026, 10, 24, 22, 10), utc_ms(2026, 10, 25, 22, 50), utc_ms(2026, 10, 25, 23, 10)};
  CHECK(local_date(spring.evening_before) == "2026-03-28");
  CHECK(local_date(spring.begins) == "2026-03-29");
  CHECK(local_date(spring.late) == "2026-03-29");
  CHECK(local_date(spring.next) == "2026-03-30");
  CHECK(local_date(autumn.begins) == "2026-10-25");
  CHECK(local_date(autumn.late) == "2026-10-25");
  CHECK(local_date(autumn.next) == "2026-10-26");
  for (const Day& day : {spring, autumn}) {
    RigOptions options;
    options.budgets.play.day = money_from_dollars(0.08);
    Rig rig(options);
    set_wall(rig, day.evening_before);
    rig.open();
    const auto jobs = rig.generate(6);
    rig.drain();
    const auto done = [&] {
      int count = 0;
      for (const Job& job : jobs) count += rig.job(job.id).state == JobState::Done ? 1 : 0;
      return count;
    };
    CHECK(done() == 2);
    const JobId last = jobs.back().id;
    CHECK(state_after_retry(rig, last) == JobState::Blocked);
    set_wall(rig, day.begins);
    for (const Job& job : jobs) {
      if (rig.job(job.id).state == JobState::Blocked) static_cast<void>(rig.retry(job.id));
    }
    rig.drain();
    CHECK(done() == 4);
    set_wall(rig, day.late);
    for (const Job& job : jobs) {
      if (rig.job(job.id).state == JobState::Blocked) static_cast<void>(rig.retry(job.id));
    }
    rig.drain();
    CHECK(done() == 4);  // the same day, though 22 or 24 hours later
    set_wall(rig, day.next);
    for (const Job& job : jobs) {
      if (rig.job(job.id).state == JobState::Blocked) static_cast<void>(rig.retry(job.id));
    }
    rig.drain();
    CHECK(done() == 6);
    CHECK(rig.broken_promises() == "");
  }
}

TEST_CASE("the warning about a day's budget is told once in a day of the user's, though midnight is elsewhere in between", "[fault-28]") {
  const InBerlin berlin;
  RigOptions options;
  options.budgets.play.day = money_from_dollars(0.24);
  Rig rig(options);
  set_wall(rig, utc_ms(2026, 7, 14, 23, 30));  // half past one in the night of the 15th
  rig.open();
  rig.generate(5);
  rig.drain();
  CHECK(rig.events<BudgetWarning>().size() == 1);
  set_wall(rig, utc_ms(2026, 7, 15, 0, 30));
  rig.generate(1);
  rig.drain();
  CHECK(rig.books().settled == Money{240'000});
  CHECK(rig.events<BudgetWarning>().size() == 1);
  set_wall(rig, utc_ms(2026, 7, 15, 22, 30));  // the 16th
  rig.generate(5);
  rig.drain();
  CHECK(rig.events<BudgetWarning>().size() == 2);
}

TEST_CASE("eight hours of sleep, of the machine or of the process: what is overdue comes spread", "[fault-28]") {
  // The kernel's monotonic clock stands still in a sleep of the machine, and goes on while a process is stopped.
  const int usual = most_polls_in_a_second([](FakeClock&) {});
  const int asleep = most_polls_in_a_second([](FakeClock& clock) { clock.jump_wall_ms(8 * hour_ms); });
  const int stopped = most_polls_in_a_second([](FakeClock& clock) { clock.advance_ms(8 * hour_ms); });
  CHECK(asleep <= usual + 6);  // nothing is overdue, so nothing changes
  CHECK(stopped <= 55);  // one every 20 ms
}
