// A path to a service that keeps failing is left alone: what waits for it says so, one request goes ahead, the others follow.
#include <algorithm>
#include <future>

#include "support/catch.h"
#include "support/runner_rig.h"

using namespace studio;

namespace {

using Stroke = FakeService::Stroke;

bool is_download(const HttpRequest& request) { return request.url.find("/files/") != std::string::npos; }

// Answers what `is_meant` says with trouble for so long, by the fake clock, and counts it.
struct Trouble {
  Rig& rig;
  bool (*is_meant)(const HttpRequest&);
  HttpResponse answer;
  std::int64_t until_mono_ms;
  std::shared_ptr<std::atomic<int>> times = std::make_shared<std::atomic<int>>(0);
  std::optional<Stroke> operator()(const HttpRequest& request) const {
    if (!is_meant(request) || rig.clock.mono_ms() >= until_mono_ms) return std::nullopt;
    ++*times;
    return Stroke{answer};
  }
};

int with_reason(Rig& rig, std::string_view words) {
  std::set<JobId> jobs;
  for (const JobChanged& change : rig.events<JobChanged>()) {
    if (change.job.reason.find(words) != std::string::npos) jobs.insert(change.job.id);
  }
  return static_cast<int>(jobs.size());
}

constexpr std::int64_t ten_minutes_ms = 600'000;
// Five until it opens, probes after 5, 10, 20 and 40 s and every minute from then on; one more for the last.
constexpr int most_tries_in_ten_minutes = 5 + 4 + 9 + 1;

void all_done(Rig& rig, const std::vector<Job>& jobs) {
  for (const Job& job : jobs) rig.wait_for(job.id, JobState::Done);
  CHECK(rig.service.bill().size() == jobs.size());
  CHECK(rig.broken_promises() == "");
}

}  // namespace

TEST_CASE("submits that cannot leave for ten minutes: a few are tried, what is turned away was never tried") {
  RigOptions options;
  options.provider.image_lane = 10;
  Rig rig(options);
  const Trouble trouble{rig, is_submit, http_failure(HttpFailure::NotSentConnect, false), rig.clock.mono_ms() + ten_minutes_ms};
  rig.service.hook = trouble;
  rig.open();
  const auto jobs = rig.generate(40);
  all_done(rig, jobs);
  // An address where nobody is counts once for all of the ten that went there.
  CHECK(*trouble.times >= 5);
  CHECK(*trouble.times <= 5 * 10 + most_tries_in_ten_minutes);
  CHECK(with_reason(rig, "Tiny cannot be reached. It is tried again in 5 s.") > 0);
  // One attempt each, with one key: nothing was counted against those that waited.
  for (const Job& job : jobs) CHECK(rig.attempts(job.id).size() == 1);
  CHECK(rig.job(jobs.back().id).reason == "");
}

TEST_CASE("looks that fail for ten minutes fail no job, and the service is hardly asked") {
  RigOptions options;
  options.provider.image_lane = 50;
  Rig rig(options);
  const Trouble trouble{rig, is_poll, http_answer(503), rig.clock.mono_ms() + ten_minutes_ms};
  rig.service.hook = trouble;
  rig.open();
  const auto jobs = rig.generate(50);
  all_done(rig, jobs);
  CHECK(*trouble.times <= 50 + most_tries_in_ten_minutes);
  CHECK(with_reason(rig, "Tiny has trouble. It is tried again in ") >= 40);
  for (const Job& job : jobs) CHECK(rig.job(job.id).attempts == 1);
  CHECK(rig.service.count("POST /jobs") == 50);
}

TEST_CASE("trouble with one path leaves the others alone") {
  Rig rig;  // two at a time
  const Trouble trouble{rig, is_download, http_failure(HttpFailure::Broken, true), rig.clock.mono_ms() + ten_minutes_ms};
  // No download works before the last submit has come: submits that waited for one would wait for ever.
  int submits = 0;
  rig.service.hook = [&](const HttpRequest& request) -> std::optional<Stroke> {
    submits += is_submit(request);
    if (is_download(request) && submits < 12) return Stroke{http_failure(HttpFailure::Broken, true)};
    return trouble(request);
  };
  rig.open();
  const auto jobs = rig.generate(12);
  all_done(rig, jobs);
  CHECK(*trouble.times <= 8 + most_tries_in_ten_minutes);  // eight downloads go at a time
}

TEST_CASE("a throttling service and one that says no are there: no path is closed") {
  Rig rig;
  std::atomic<int> asked{0};
  rig.service.hook = [&](const HttpRequest& request) -> std::optional<Stroke> {
    if (!is_poll(request) || ++asked > 30) return std::nullopt;
    return Stroke{http_answer(asked % 2 == 0 ? 429 : 400)};
  };
  rig.open();
  all_done(rig, rig.generate(2));
  CHECK(with_reason(rig, "tried again in") == 0);
}

TEST_CASE("an orderly end with jobs at a closed gate, and the next start goes on") {
  Rig rig;
  rig.service.polls_until_done = 3;
  std::atomic<bool> has_trouble{true};
  rig.service.hook = [&](const HttpRequest& request) -> std::optional<Stroke> {
    if (!is_poll(request) || !has_trouble) return std::nullopt;
    return Stroke{http_answer(500)};
  };
  rig.open();
  const auto jobs = rig.generate(2);
  rig.wait_until([&] { return with_reason(rig, "It is tried again in ") > 0; });
  const auto outlook = rig.drain();
  CHECK(outlook.need_person.size() == 2);
  has_trouble = false;
  rig.reopen();
  all_done(rig, jobs);
}

TEST_CASE("a job that is written off when its replay is due, and the path to it is closed, stays written off") {
  Rig rig({.store_stops_clock = false});
  // Every replay breaks. After so many of them the path is closed for a minute each time, and the next replay is due before.
  constexpr int tries = 10;
  int sent = 0;
  rig.service.hook = [&](const HttpRequest& request) -> std::optional<Stroke> {
    if (!is_submit(request)) return std::nullopt;
    return Stroke{http_failure(HttpFailure::Broken, true), false, ++sent == 1};
  };
  std::atomic<bool> is_held{false}, was_asked{false};
  std::promise<void> asked, let_go;
  const auto usual = rig.resolve;
  rig.resolve = [&](const std::string& logical) {
    if (is_held && !was_asked.exchange(true)) asked.set_value();
    return usual(logical);
  };
  // Then the disk takes its time, with the write-off on its way to it.
  std::promise<Result<Job>> written_off;
  rig.on_event = [&](const RunnerEvent& event) {
    const auto* changed = std::get_if<JobChanged>(&event);
    if (changed == nullptr || changed->job.state != JobState::Unknown || sent < tries || is_held.exchange(true)) return;
    rig.store().write([released = let_go.get_future().share()](Ledger&) -> Result<void> {
      released.wait();
      return {};
    });
    rig.runner().write_off(changed->job.id, [&](Result<Job> done) { written_off.set_value(std::move(done)); });
  };
  rig.open();
  const Job job = rig.generate(1)[0];
  // It is turned away, and has its turn when the minute is over: for that its address is looked up.
  REQUIRE(asked.get_future().wait_for(std::chrono::seconds(30)) == std::future_status::ready);
  let_go.set_value();
  auto answer = written_off.get_future();
  REQUIRE(answer.wait_for(std::chrono::seconds(30)) == std::future_status::ready);
  REQUIRE(answer.get());
  rig.drain();
  CHECK(sent == tries);
  CHECK(rig.job(job.id).state == JobState::Failed);
  CHECK(rig.attempts(job.id).at(0).state == AttemptState::WrittenOff);
  CHECK(rig.books().reserved == Money{});
  CHECK(rig.broken_promises() == "");
}
