// When jobs are looked at, seen from the service: what was learned is used, outlives the program, and is given up when it is wrong.
// Times are the fake clock's.
#include <algorithm>
#include <cstdlib>
#include <map>

#include "jobs/latency_clocks.h"
#include "jobs/poll_schedule.h"
#include "support/catch.h"
#include "support/runner_rig.h"

using namespace studio;

namespace {

using Stroke = FakeService::Stroke;

// A service whose jobs take so many seconds, and the looks at each of them. Its hook runs on the engine's thread; what it noted is
// read when the engine is idle.
struct TimedService {
  explicit TimedService(Rig& with) : rig(with) {
    rig.service.hook = [this](const HttpRequest& request) { return answer(request); };
  }

  double now_secs() const { return static_cast<double>(rig.clock.mono_ms()) / 1000; }

  std::optional<Stroke> answer(const HttpRequest& request) {
    if (turns_down && turns_down(request)) {
      turned_down_secs = now_secs();
      return Stroke{http_answer(429)};
    }
    if (is_submit(request)) begun["r" + std::to_string(begun.size() + 1)] = now_secs();
    if (!is_poll(request)) return std::nullopt;
    const std::string id = request.url.substr(request.url.rfind('/') + 1);
    looks[id].push_back(now_secs());
    const double age = now_secs() - begun.at(id);
    if (age < work_secs + spread_secs * (std::atoi(id.c_str() + 1) * 7 % 11) / 10) return Stroke{http_answer(200, R"({"state":")" + (says ? says(age) : R"(running")") + "}")};
    rig.service.polls_until_done = -1;  // this very look finds it done
    return std::nullopt;
  }

  const std::vector<double>& looks_at(const Job& job) { return looks[rig.attempts(job.id).at(0).remote_id]; }

  Rig& rig;
  double work_secs = 0, spread_secs = 0;
  std::function<std::string(double age)> says;  // of a job that is not done: its state's end of the answer; nothing: it runs
  std::function<bool(const HttpRequest&)> turns_down;
  double turned_down_secs = 0;  // the last time
  std::map<std::string, double> begun;
  std::map<std::string, std::vector<double>> looks;
};

// The distances of looks within a time.
std::vector<double> gaps_between(const std::vector<double>& looks, double from_secs, double to_secs) {
  std::vector<double> gaps;
  for (std::size_t i = 1; i < looks.size(); ++i) {
    if (looks[i - 1] >= from_secs && looks[i] <= to_secs) gaps.push_back(looks[i] - looks[i - 1]);
  }
  return gaps;
}

std::string kept_of(Rig& rig, const Job& job) {
  std::string text;
  const auto read = rig.store().read_and_wait([&](Ledger& ledger) -> Result<void> {
    STUDIO_TRY(text, ledger.fact("latency " + latency_key_of(job.recipe)));
    return {};
  });
  return read ? text : read.error().message;
}

}  // namespace

TEST_CASE("how long jobs take is learned, outlives the program, and one in ten is looked at as if nothing were known") {
  RigOptions options;
  options.provider.image_lane = 40;
  options.provider.expected_secs = 8;  // looked at after 8 s and then every 2 s, as long as nothing is known
  Rig rig(options);
  TimedService service(rig);
  service.work_secs = 50;
  service.spread_secs = 20;
  rig.open();
  // More than 20 looks of those, or one every ten seconds and some near the end.
  const auto plain_looks = [&](const Job& job) { return service.looks_at(job).size() >= 20; };
  const auto few_looks = [&](const Job& job) { return service.looks_at(job).size() <= 14; };
  const auto first = rig.generate(12);
  rig.drain();
  CHECK(std::all_of(first.begin(), first.end(), plain_looks));
  const auto check_learned = [&] {
    const auto jobs = rig.generate(30);
    rig.drain();
    int exploring = 0;
    for (const Job& job : jobs) {
      INFO(to_string(job.id) << " was looked at " << service.looks_at(job).size() << " times");
      exploring += explores(job.id) ? 1 : 0;
      CHECK((explores(job.id) ? plain_looks(job) : few_looks(job)));
    }
    REQUIRE(exploring > 0);
    REQUIRE(exploring < static_cast<int>(jobs.size()));
  };
  check_learned();
  // Written down while the program runs, not only at its end: a crash forgets little.
  CHECK(kept_of(rig, first[0]).find('\n') != std::string::npos);
  rig.reopen();
  check_learned();
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("a service that is ten times faster than it was: what waits by the old expectation is looked at anew") {
  RigOptions options;
  options.provider.image_lane = 20;
  options.provider.expected_secs = 16;  // every four seconds where nothing is known
  Rig rig(options);
  TimedService service(rig);
  service.work_secs = 305;
  rig.open();
  rig.generate(12);
  rig.drain();
  service.work_secs = 30.5;
  const auto jobs = rig.generate(20);
  rig.drain();
  std::vector<double> found;
  for (const Job& job : jobs) found.push_back(service.looks_at(job).back());
  std::sort(found.begin(), found.end());
  const double third = found[2];  // from then on the old expectation is wrong
  int waited = 0, late = 0;
  for (const Job& job : jobs) {
    const auto& looks = service.looks_at(job);
    if (looks.back() <= third + 0.05) continue;  // found, or on the wire
    ++waited;
    const auto next = std::upper_bound(looks.begin(), looks.end(), third);
    late += *next - third > 4 * 1.1 + 0.2 ? 1 : 0;
  }
  REQUIRE(waited >= 5);
  CHECK(late <= waited / 3);  // an address that is looked up anew takes its time; by the old plan nearly all would be
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("a job that takes far longer than such jobs do is late: said, looked at ever more rarely, and never given up") {
  RigOptions options;
  options.provider.image_lane = 12;
  options.provider.expected_secs = 4;
  Rig rig(options);
  TimedService service(rig);
  service.work_secs = 20;
  double late_secs = 0;
  rig.on_event = [&](const RunnerEvent& event) {
    const auto* changed = std::get_if<JobChanged>(&event);
    if (changed != nullptr && late_secs == 0 && changed->job.reason.find("far longer than usual") != std::string::npos) late_secs = service.now_secs();
  };
  rig.open();
  rig.generate(12);
  rig.drain();
  CHECK(late_secs == 0);
  service.work_secs = 2 * 3600;
  const Job job = rig.generate(1)[0];
  rig.drain();
  CHECK(rig.job(job.id).state == JobState::Done);
  CHECK(rig.job(job.id).reason == "");
  const auto& looks = service.looks_at(job);
  const double begun = service.begun.at("r13");
  // Three times the 99th percentile, which a tenth of the broad prior holds at some 200 s. Without samples it would be half an hour.
  CHECK(late_secs - begun > 3 * 20);
  CHECK(late_secs - begun < 1500);
  const auto gaps = gaps_between(looks, late_secs, begun + service.work_secs);
  REQUIRE(gaps.size() > 10);
  for (const double gap : gaps) CHECK(gap >= 54);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("a 429 to a look, a submit or a free step puts the looks of the whole account further apart") {
  struct Asked {
    const char* what;
    bool (*is_it)(const HttpRequest&);
  };
  const Asked kinds[] = {{"a look", is_poll},
                         {"a submit", is_submit},
                         {"a free step", [](const HttpRequest& request) { return request.url.ends_with("/info"); }}};
  for (const Asked& asked : kinds) {
    INFO(asked.what);
    Rig rig;  // two at a time, every half second as long as nothing is known
    TimedService service(rig);
    service.work_secs = 200;
    std::atomic<int> left{0};
    service.turns_down = [&](const HttpRequest& request) { return left > 0 && asked.is_it(request) && !request.url.ends_with("/r1") && left-- > 0; };
    rig.open();
    const Job first = rig.generate(1)[0];
    rig.wait_for(first.id, JobState::Running);
    left = 4;
    const Job second = rig.generate(1)[0];
    rig.drain();
    REQUIRE(left == 0);
    const auto& looks = service.looks_at(first);
    // Four times twice the price: four times as far apart, and a little less as the minutes pass.
    const double told = service.turned_down_secs;
    const auto gaps = gaps_between(looks, told + 0.05, told + 40);
    REQUIRE(gaps.size() > 5);
    CHECK(std::all_of(gaps.begin() + 1, gaps.end(), [](double gap) { return gap >= 1.5; }));
    CHECK(rig.job(second.id).state == JobState::Done);
    CHECK(rig.broken_promises() == "");
  }
}

TEST_CASE("behind more jobs in the service's queue than may run at a time, a look is not worth much") {
  Rig rig;  // two at a time
  TimedService service(rig);
  service.work_secs = 100;
  service.says = [](double age) { return R"(queued","position":)" + std::to_string(age < 60 ? 3 : 2); };
  rig.open();
  const Job job = rig.generate(1)[0];
  rig.drain();
  const double begun = service.begun.at("r1");
  const auto behind = gaps_between(service.looks_at(job), begun + 1, begun + 60), soon = gaps_between(service.looks_at(job), begun + 72, begun + 100);
  REQUIRE(behind.size() >= 4);
  for (const double gap : behind) CHECK(gap >= 10);
  CHECK(soon.size() >= 20);
  CHECK(rig.broken_promises() == "");
}
