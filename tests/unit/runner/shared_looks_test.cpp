// One request that asks about several jobs, where the service has such a call and at least three are due together.
#include <algorithm>
#include <map>

#include "support/catch.h"
#include "support/runner_rig.h"

using namespace studio;

namespace {

using Stroke = FakeService::Stroke;

constexpr int many = 12;

bool asks_about_several(const HttpRequest& request) { return request.url.find("/jobs?ids=") != std::string::npos; }
bool asks_about(const HttpRequest& request, const std::string& id) {
  return ("," + request.url.substr(request.url.rfind('=') + 1) + ",").find("," + id + ",") != std::string::npos;
}
int asked_about(const HttpRequest& request) { return 1 + static_cast<int>(std::count(request.url.begin(), request.url.end(), ',')); }

RigOptions all_at_once(int looks_at_once = 50) {
  RigOptions options;
  options.provider.image_lane = many;
  options.provider.looks_at_once = looks_at_once;
  return options;
}

// The service's own count of looks: how many jobs were asked about, in how many requests.
struct Looks {
  int shared = 0, single = 0, jobs = 0, most = 0;
};

// Written by the engine's thread, read when it is idle.
FakeService::Hook counting(Looks& looks) {
  return [&looks](const HttpRequest& request) -> std::optional<Stroke> {
    if (is_poll(request)) ++looks.single;
    if (asks_about_several(request)) {
      ++looks.shared;
      looks.jobs += asked_about(request);
      looks.most = std::max(looks.most, asked_about(request));
    }
    return std::nullopt;
  };
}

// Makes the jobs and waits for them, `also` seeing each request; every one of them must end as done.
Looks looks_until_all_are_done(Rig& rig, const FakeService::Hook& also = {}) {
  rig.service.polls_until_done = 5;
  Looks looks;
  rig.service.hook = [&also, count = counting(looks)](const HttpRequest& request) {
    count(request);
    return also ? also(request) : std::nullopt;
  };
  rig.open();
  const auto jobs = rig.generate(many);
  rig.drain();
  rig.close();
  rig.service.hook = {};
  rig.open();
  for (const Job& job : jobs) CHECK(rig.job(job.id).state == JobState::Done);
  CHECK(rig.service.bill().size() == many);
  CHECK(rig.broken_promises() == "");
  return looks;
}

}  // namespace

TEST_CASE("jobs that are due together are asked about in one request, and each gets its own answer") {
  Rig rig(all_at_once());
  rig.service.polls_until_done = 5;
  rig.service.final_state = [](const std::string& id) { return id == "r3" ? "failed" : id == "r5" ? "refused" : "done"; };
  Looks looks;
  rig.service.hook = counting(looks);
  rig.open();
  const auto jobs = rig.generate(many);
  rig.drain();
  rig.close();
  rig.open();
  int done = 0, failed = 0, refused = 0;
  for (const Job& job : jobs) {
    const JobState state = rig.job(job.id).state;
    done += state == JobState::Done;
    failed += state == JobState::Failed;
    refused += state == JobState::Refused;
  }
  CHECK(done == many - 2);
  CHECK(failed == 1);
  CHECK(refused == 1);
  CHECK(rig.service.bill().size() == many);
  CHECK(looks.shared > 0);
  CHECK(looks.most >= 3);
  CHECK(looks.shared + looks.single < looks.jobs);  // fewer requests than looks
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("two jobs, or a service without such a call, are asked about one by one") {
  for (const bool few : {true, false}) {
    Rig rig(all_at_once(few ? 50 : 0));
    Looks looks;
    rig.service.hook = counting(looks);
    rig.open();
    rig.generate(few ? 2 : many);
    rig.drain();
    rig.close();
    CHECK(looks.shared == 0);
    CHECK(looks.single > 0);
  }
}

TEST_CASE("no request asks about more jobs than the service takes") {
  Rig rig(all_at_once(4));
  const Looks looks = looks_until_all_are_done(rig);
  CHECK(looks.shared > 0);
  CHECK(looks.most <= 4);
}

TEST_CASE("whom the answer leaves out is asked about alone from then on") {
  Rig rig(all_at_once());
  rig.service.leaves_out = [](const std::string& id) { return id == "r2"; };
  int alone = 0, along = 0;
  const Looks looks = looks_until_all_are_done(rig, [&](const HttpRequest& request) -> std::optional<Stroke> {
    alone += is_poll(request) && request.url.ends_with("/r2");
    along += asks_about_several(request) && asks_about(request, "r2");
    return std::nullopt;
  });
  CHECK(looks.shared > along);
  CHECK(along == 1);
  CHECK(alone > 0);
}

TEST_CASE("a service that knows no such call after all is asked in that way once") {
  Rig rig(all_at_once(4));
  rig.service.tells_of_many = false;
  CHECK(looks_until_all_are_done(rig).shared == 1);
}

TEST_CASE("files that come with the answer are taken from a look at each job alone") {
  Rig rig(all_at_once());
  rig.service.inline_status = true;
  CHECK(looks_until_all_are_done(rig).shared > 0);
  CHECK(rig.assets().size() == many);
}

TEST_CASE("a lost answer about several costs none of them anything, and all are asked about again") {
  Rig rig(all_at_once());
  int asked = 0;
  looks_until_all_are_done(rig, [&asked](const HttpRequest& request) -> std::optional<Stroke> {
    if (!asks_about_several(request) || ++asked > 2) return std::nullopt;
    return Stroke{asked == 1 ? http_failure(HttpFailure::Broken, true) : http_answer(503), false, true};
  });
  CHECK(asked > 2);
}

TEST_CASE("a reading of several that throws harms none of them") {
  RigOptions options = all_at_once();
  options.provider.before = [](std::string_view step) {
    if (step == "read_poll_many") throw std::runtime_error("made for the test");
  };
  Rig rig(options);
  rig.service.polls_until_done = 5;
  rig.open();
  const auto jobs = rig.generate(many);
  rig.drain();
  for (const Job& job : jobs) CHECK(rig.job(job.id).state == JobState::Done);
}

TEST_CASE("a key that is refused to a look at several stops its account once") {
  Rig rig(all_at_once());
  rig.service.polls_until_done = 5;
  bool is_refused = false;
  rig.service.hook = [&](const HttpRequest& request) -> std::optional<Stroke> {
    is_refused = is_refused || asks_about_several(request);
    if (is_refused && (is_poll(request) || asks_about_several(request))) return Stroke{http_answer(401)};
    return std::nullopt;
  };
  rig.open();
  const auto jobs = rig.generate(many);
  const auto left = rig.drain();
  CHECK(is_refused);
  CHECK(left.need_person.size() == many);
  CHECK(rig.service.bill().size() == many);
  CHECK(rig.broken_promises() == "");
  rig.service.hook = {};
  rig.reopen();  // as with a new key
  rig.drain();
  for (const Job& job : jobs) CHECK(rig.job(job.id).state == JobState::Done);
}

TEST_CASE("while an answer about several is on its way nobody of them is asked about again") {
  constexpr std::int64_t answer_ms = 3000;  // longer than those who are due within a second have to wait
  RigOptions options = all_at_once();
  options.answer_ms = answer_ms;
  Rig rig(options);
  rig.service.polls_until_done = 6;
  Looks looks;
  std::map<std::string, std::int64_t> asked_ms;  // by the remote id
  int too_soon = 0;
  rig.service.hook = [&, count = counting(looks)](const HttpRequest& request) {
    if (!is_poll(request) && !asks_about_several(request)) return count(request);
    std::string ids = request.url.substr(request.url.find_last_of("/=") + 1) + ",";
    for (std::size_t comma = ids.find(','); comma != std::string::npos; ids.erase(0, comma + 1), comma = ids.find(',')) {
      const auto [last, is_first] = asked_ms.try_emplace(ids.substr(0, comma), rig.clock.mono_ms());
      if (!is_first && rig.clock.mono_ms() - last->second < answer_ms) ++too_soon;
      last->second = rig.clock.mono_ms();
    }
    return count(request);
  };
  rig.open();
  const auto jobs = rig.generate(many);
  rig.drain();
  CHECK(rig.service.bill().size() == many);
  for (const Job& job : jobs) CHECK(rig.job(job.id).state == JobState::Done);
  rig.close();
  CHECK(looks.shared > 0);
  CHECK(asked_ms.size() == many);
  CHECK(too_soon == 0);
}

TEST_CASE("a job that is cancelled while several are asked about holds up none of the others") {
  Rig rig(all_at_once());
  rig.service.polls_until_done = 5;
  rig.open();
  const auto jobs = rig.generate(many);
  rig.service.wait_for("GET /jobs?ids=", 1);
  const Job gone = *rig.cancel(jobs[0].id);
  rig.drain();
  int done = 0;
  for (const Job& job : jobs) done += rig.job(job.id).state == JobState::Done;
  const JobState end = rig.job(gone.id).state;
  CHECK((end == JobState::Cancelled || end == JobState::Done));
  CHECK(done >= many - 1);
  CHECK(rig.broken_promises() == "");
}

namespace {

// Jobs take 20 to 80 s, which a first wave of them teaches: how often those of a second one are asked about.
int looks_when_learned(int looks_at_once) {
  Rig rig(all_at_once(looks_at_once));
  rig.service.polls_until_done = 0;
  std::vector<std::int64_t> begun;
  Looks looks;
  rig.service.hook = [&, count = counting(looks)](const HttpRequest& request) -> std::optional<Stroke> {
    if (is_submit(request)) begun.push_back(rig.clock.mono_ms());
    if (!is_poll(request) && !asks_about_several(request)) return std::nullopt;
    count(request);
    if (!asks_about_several(request)) ++looks.jobs;
    std::string told;
    bool is_over = true;
    std::string ids = request.url.substr(request.url.find_last_of("/=") + 1) + ",";
    for (std::size_t comma = ids.find(','); comma != std::string::npos; ids.erase(0, comma + 1), comma = ids.find(',')) {
      const std::string id = ids.substr(0, comma);
      const auto number = static_cast<std::size_t>(std::stoi(id.substr(1)));
      const auto takes_ms = static_cast<std::int64_t>(20'000 + number * 7'000 % 60'000);
      is_over = is_over && rig.clock.mono_ms() - begun.at(number - 1) >= takes_ms;
      told += (told.empty() ? "" : ",") + (R"({"id":")" + id + R"(","state":"running"})");
    }
    if (is_over) return std::nullopt;
    return Stroke{http_answer(200, asks_about_several(request) ? R"({"jobs":[)" + told + "]}" : R"({"state":"running"})")};
  };
  rig.open();
  rig.generate(many);
  rig.drain();
  const int before = looks.jobs;
  rig.generate(many);
  rig.drain();
  rig.close();
  return looks.jobs - before;
}

}  // namespace

TEST_CASE("a look that many share costs each of them less, so they are looked at more often") {
  const int alone = looks_when_learned(0), together = looks_when_learned(50);
  INFO(alone << " looks alone, " << together << " together");
  CHECK(together > alone * 3 / 2);
}

TEST_CASE("a look at several is one call within the service's rate") {
  RigOptions options = all_at_once();
  options.provider.rates = {.calls = 30};
  Rig rig(options);
  rig.service.polls_until_done = 6;
  std::vector<double> secs;
  Looks looks;
  rig.service.hook = [&, count = counting(looks)](const HttpRequest& request) {
    if (is_poll(request) || asks_about_several(request)) secs.push_back(static_cast<double>(rig.clock.mono_ms()) / 1000);
    return count(request);
  };
  rig.open();
  const double begun = static_cast<double>(rig.clock.mono_ms()) / 1000;
  rig.generate(many);
  rig.drain();
  rig.close();
  CHECK(looks.shared > 0);
  for (std::size_t i = 0; i < secs.size(); ++i) {
    INFO("request " << i);
    CHECK(secs[i] - begun >= (static_cast<double>(i) + 1 - 5) / 0.5 - 1e-6);  // ten seconds' worth at once, then one in two seconds
  }
}
