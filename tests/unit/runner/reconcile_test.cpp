// Attempts whose outcome is not known, and a service that lists what it was given: found, surely never there, or a person's.
#include <future>

#include "support/catch.h"
#include "support/runner_rig.h"

using namespace studio;

namespace {

using Stroke = FakeService::Stroke;

const Stroke carried_out{http_failure(HttpFailure::Broken, true), false, true};  // and the answer is lost
const Stroke never_arrived{http_failure(HttpFailure::Broken, true)};             // as far as we know, it may have

// Each request of a kind gets the next of these; then the service answers by itself.
FakeService::Hook strokes(bool (*kind)(const HttpRequest&), std::vector<Stroke> which) {
  auto left = std::make_shared<std::deque<Stroke>>(which.begin(), which.end());
  return [left, kind](const HttpRequest& request) -> std::optional<Stroke> {
    if (!kind(request) || left->empty()) return std::nullopt;
    const Stroke next = left->front();
    left->pop_front();
    return next;
  };
}

RigOptions listing(bool is_complete) {
  RigOptions options;
  options.provider.lists = true;
  options.provider.list_is_complete = is_complete;
  return options;
}

int in_state(Rig& rig, const std::vector<Job>& jobs, JobState state) {
  int count = 0;
  for (const Job& job : jobs) count += rig.job(job.id).state == state ? 1 : 0;
  return count;
}

}  // namespace

TEST_CASE("a lost answer without replay is found in the service's list: paid once, and nobody is asked") {
  Rig rig(listing(false));
  rig.service.replays = false;
  rig.service.hook = strokes(is_submit, {carried_out});
  rig.open();
  const auto jobs = rig.generate(1);
  const auto outlook = rig.drain();
  CHECK(outlook.need_person.empty());
  CHECK(rig.job(jobs[0].id).state == JobState::Done);
  CHECK(rig.attempts(jobs[0].id).size() == 1);
  CHECK(rig.service.count("POST /jobs") == 1);
  CHECK(rig.service.bill().size() == 1);
  CHECK(rig.books().settled == Money{40'000});
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("several lost answers with the same words, over several pages: each job of the service gets one owner") {
  Rig rig(listing(false));
  rig.service.replays = false;
  rig.service.hook = strokes(is_submit, {carried_out, carried_out, carried_out});
  rig.options().provider.image_lane = 5;
  rig.open();
  const auto jobs = rig.generate(5);
  rig.drain();
  CHECK(in_state(rig, jobs, JobState::Done) == 5);
  CHECK(rig.service.bill().size() == 5);
  std::set<std::string> owned;
  for (const Job& job : jobs) owned.insert(rig.attempts(job.id).at(0).remote_id);
  CHECK(owned.size() == 5);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("what a complete list never shows was never accepted: back into the queue after three looks, and paid once") {
  Rig rig(listing(true));
  rig.service.replays = false;
  rig.service.hook = strokes(is_submit, {never_arrived});
  rig.open();
  const auto jobs = rig.generate(1);
  rig.drain();
  CHECK(rig.job(jobs[0].id).state == JobState::Done);
  const auto attempts = rig.attempts(jobs[0].id);
  REQUIRE(attempts.size() == 2);
  CHECK(attempts[0].state == AttemptState::NotSent);
  CHECK(rig.service.count("GET /jobs?page=") >= 3);
  CHECK(rig.clock.mono_ms() >= 120'000);
  CHECK(rig.service.bill().size() == 1);
  CHECK(rig.books().settled == Money{40'000});
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("absence from a list that is not declared complete proves nothing: a person decides, and the sum stays reserved") {
  Rig rig(listing(false));
  rig.service.replays = false;
  rig.service.hook = strokes(is_submit, {never_arrived});
  rig.open();
  const auto jobs = rig.generate(1);
  const auto outlook = rig.drain();
  CHECK(rig.job(jobs[0].id).state == JobState::Unknown);
  REQUIRE(outlook.need_person.size() == 1);
  CHECK(rig.books().reserved == Money{40'000});
  CHECK(rig.service.count("POST /jobs") == 1);
  CHECK(rig.service.count("GET /jobs?page=") >= 3);
}

TEST_CASE("a list that cannot be read, or is no list, is asked for again and decides nothing") {
  Rig rig(listing(true));
  rig.service.replays = false;
  auto lost = strokes(is_submit, {carried_out});
  auto broken = strokes(is_list, {{http_answer(503)}, {http_answer(200, "<html>")}, {http_failure(HttpFailure::Broken, true)}});
  rig.service.hook = [lost, broken](const HttpRequest& request) { return is_submit(request) ? lost(request) : broken(request); };
  rig.open();
  const auto jobs = rig.generate(1);
  rig.drain();
  rig.clock.advance_ms(3'600'000);
  rig.drain();
  rig.wait_for(jobs[0].id, JobState::Done);
  CHECK(rig.service.bill().size() == 1);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("a service whose clock is behind ours by minutes lists a job that is younger than it seems") {
  Rig rig(listing(true));
  rig.service.replays = false;
  rig.service.clock_ahead_ms = -40 * 60'000;
  rig.service.hook = strokes(is_submit, {carried_out});
  rig.open();
  const auto jobs = rig.generate(1);
  rig.drain();
  CHECK(rig.job(jobs[0].id).state == JobState::Done);
  CHECK(rig.service.bill().size() == 1);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("our clock, set back after the send, does not hide the job in a complete list") {
  constexpr std::int64_t back_ms = 40 * 60'000;
  Rig rig(listing(true));
  rig.service.replays = false;
  const auto submits = strokes(is_submit, {carried_out});
  auto is_set_back = std::make_shared<bool>(false);
  rig.service.hook = [&rig, submits, is_set_back](const HttpRequest& request) -> std::optional<Stroke> {
    if (!is_list(request) || std::exchange(*is_set_back, true)) return submits(request);
    rig.clock.jump_wall_ms(-back_ms);
    rig.service.clock_ahead_ms = back_ms;  // which has not moved
    return never_arrived;
  };
  rig.open();
  const auto jobs = rig.generate(1);
  rig.drain();
  CHECK(*is_set_back);
  CHECK(rig.job(jobs[0].id).state == JobState::Done);
  CHECK(rig.attempts(jobs[0].id).size() == 1);
  CHECK(rig.service.bill().size() == 1);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("a list that throws when it is read ends that look alone") {
  RigOptions options = listing(false);
  auto left = std::make_shared<std::atomic<int>>(2);
  options.provider.before = [left](std::string_view step) {
    if (step == "read_list" && (*left)-- > 0) throw std::runtime_error("on purpose");
  };
  Rig rig(options);
  rig.service.replays = false;
  rig.service.hook = strokes(is_submit, {carried_out});
  rig.open();
  const auto jobs = rig.generate(1);
  rig.drain();
  CHECK(rig.job(jobs[0].id).state == JobState::Done);
  CHECK(*left < 0);
  CHECK(rig.service.bill().size() == 1);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("a key in the list decides before any likeness") {
  Rig rig(listing(false));
  rig.service.replays = false;
  rig.service.lists_keys = true;
  rig.service.hook = strokes(is_submit, {carried_out, never_arrived});
  rig.options().provider.image_lane = 2;
  rig.open();
  const auto jobs = rig.generate(2);
  rig.drain();
  CHECK(in_state(rig, jobs, JobState::Done) == 1);
  CHECK(in_state(rig, jobs, JobState::Unknown) == 1);
  CHECK(rig.service.bill().size() == 1);
  for (const Job& job : jobs) {
    if (rig.job(job.id).state == JobState::Done) CHECK(rig.attempts(job.id)[0].key == rig.service.bill()[0].key);
  }
}

TEST_CASE("an error that names the id of its job: the service is asked about that id, and nobody is") {
  RigOptions options;  // a service without a list
  options.provider.names_ids = true;
  Rig rig(options);
  rig.service.replays = false;
  rig.service.hook = strokes(is_submit, {{http_answer(500, "no", {{"Job-Id", "r1"}}), false, true}});
  rig.open();
  const auto jobs = rig.generate(1);
  const auto outlook = rig.drain();
  CHECK(outlook.need_person.empty());
  CHECK(rig.job(jobs[0].id).state == JobState::Done);
  const auto attempts = rig.attempts(jobs[0].id);
  REQUIRE(attempts.size() == 1);
  CHECK(attempts[0].told_id == "r1");
  CHECK(attempts[0].remote_id == "r1");
  CHECK(rig.service.count("POST /jobs") == 1);
  CHECK(rig.service.bill().size() == 1);
  CHECK(rig.books().settled == Money{40'000});
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("an id that was named and that the service does not know proves nothing: a person is shown it, also after a restart") {
  RigOptions options;
  options.provider.names_ids = true;
  Rig rig(options);
  rig.service.replays = false;
  rig.service.hook = strokes(is_submit, {{http_answer(502, "no", {{"Job-Id", "request-7"}}), false, true}});
  rig.open();
  const auto jobs = rig.generate(1);
  CHECK(rig.drain().need_person.size() == 1);
  CHECK(rig.service.count("GET /jobs/request-7") >= 3);
  rig.reopen();
  const Job job = rig.job(jobs[0].id);
  CHECK(job.state == JobState::Unknown);
  CHECK(job.told_id == "request-7");
  CHECK(job.reason.find("named the id request-7") != std::string::npos);
  CHECK(rig.books().reserved == Money{40'000});
  CHECK(rig.service.count("POST /jobs") == 1);
  // What it was after all: the id that the person finds.
  REQUIRE(rig.link(jobs[0].id, "r1"));
  rig.drain();
  CHECK(rig.job(jobs[0].id).state == JobState::Done);
  CHECK(rig.job(jobs[0].id).told_id.empty());
  CHECK(rig.service.bill().size() == 1);
}

TEST_CASE("an id that was named is not believed where the service's list shows other work under it") {
  RigOptions options = listing(false);
  options.provider.names_ids = true;
  Rig rig(options);
  rig.service.replays = false;
  // Another program's job of the same account, which our own answer names by mistake.
  const auto submits = strokes(is_submit, {{http_answer(500, "no", {{"Job-Id", "stranger"}})}});
  const std::string list = R"({"jobs":[{"id":"stranger","model":"tiny-image","prompt":"another","created":9999999999999,"input":"other"}],"next":""})";
  rig.service.hook = [submits, list](const HttpRequest& request) -> std::optional<Stroke> {
    if (is_list(request)) return Stroke{http_answer(200, list)};
    if (request.url.ends_with("/jobs/stranger")) return Stroke{http_answer(200, R"({"id":"stranger","state":"running"})")};
    return submits(request);
  };
  rig.open();
  const auto jobs = rig.generate(1);
  CHECK(rig.drain().need_person.size() == 1);
  CHECK(rig.job(jobs[0].id).state == JobState::Unknown);
  CHECK(rig.service.count("GET /jobs/stranger") >= 3);
  CHECK(rig.attempts(jobs[0].id)[0].remote_id.empty());
}

TEST_CASE("one id that two answers named is a clue to neither") {
  RigOptions options;
  options.provider.names_ids = true;
  options.provider.image_lane = 2;
  Rig rig(options);
  rig.service.replays = false;
  const Stroke named{http_answer(500, "no", {{"Job-Id", "r1"}}), false, true};
  rig.service.hook = strokes(is_submit, {named, named});
  rig.open();
  const auto jobs = rig.generate(2);
  CHECK(rig.drain().need_person.size() == 2);
  CHECK(in_state(rig, jobs, JobState::Unknown) == 2);
  CHECK(rig.service.bill().size() == 2);
}

TEST_CASE("an id that was named is found although the list cannot be read") {
  RigOptions options = listing(false);
  options.provider.names_ids = true;
  Rig rig(options);
  rig.service.replays = false;
  auto named = strokes(is_submit, {{http_answer(503, "no", {{"Job-Id", "r1"}}), false, true}});
  rig.service.hook = [named](const HttpRequest& request) -> std::optional<Stroke> {
    if (is_list(request)) return Stroke{http_answer(400)};
    return named(request);
  };
  rig.open();
  const auto jobs = rig.generate(1);
  CHECK(rig.drain().need_person.empty());
  CHECK(rig.job(jobs[0].id).state == JobState::Done);
  CHECK(rig.service.bill().size() == 1);
}

TEST_CASE("after a restart the unknown ones are looked for again") {
  Rig rig(listing(false));
  rig.service.replays = false;
  // A list that is not there: a person is asked at once.
  auto lost = strokes(is_submit, {carried_out});
  std::atomic<bool> has_list{false};
  rig.service.hook = [lost, &has_list](const HttpRequest& request) -> std::optional<Stroke> {
    if (is_list(request) && !has_list) return Stroke{http_answer(404)};
    return is_submit(request) ? lost(request) : std::nullopt;
  };
  rig.open();
  const auto jobs = rig.generate(1);
  CHECK(rig.drain().need_person.size() == 1);
  REQUIRE(rig.job(jobs[0].id).state == JobState::Unknown);
  rig.close();
  has_list = true;
  rig.open();
  rig.drain();
  CHECK(rig.job(jobs[0].id).state == JobState::Done);
  CHECK(rig.service.bill().size() == 1);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("what becomes unknown while a look is under way gets a look of its own") {
  RigOptions options = listing(false);
  options.provider.has_info = false;
  options.provider.image_lane = 1;
  FakeService* service = nullptr;
  FakeNetwork* network = nullptr;
  options.transport = [&](FakeClock& clock) {
    auto made = std::make_unique<FakeNetwork>(*service, clock);
    network = made.get();
    return made;
  };
  Rig rig(options);
  service = &rig.service;
  rig.service.replays = false;
  rig.service.list_page = 10;
  int sent = 0, lists = 0;
  // The second answer is lost, and the look after it due, while the first list is on its way.
  rig.service.hook = [&, submits = strokes(is_submit, {carried_out, carried_out})](const HttpRequest& request) {
    if (is_submit(request)) ++sent;
    if (is_list(request) && sent < 2) return std::optional(Stroke{http_answer(503)});  // too early
    const bool is_slow_list = is_list(request) && ++lists == 1;
    network->latency_ms = is_slow_list ? 400'000 : is_submit(request) && sent == 2 ? 100'000 : 20;
    return submits(request);
  };
  rig.open();
  const auto jobs = rig.generate(2);
  rig.wait_for(jobs[0].id, JobState::Done);
  rig.wait_for(jobs[1].id, JobState::Done);
  CHECK(rig.drain().need_person.empty());
  CHECK(rig.service.bill().size() == 2);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("an id that was found and is another's at the last moment is looked for again, until a person is asked") {
  RigOptions options = listing(false);
  options.provider.has_info = false;
  options.provider.image_lane = 1;
  Rig* whose = nullptr;
  FakeNetwork* network = nullptr;
  std::promise<void> other_answer;
  std::atomic<int> sent{0}, lists{0}, answered{0};
  // The store says whose the listed ids are only when the other job's answer is there, which names the same id.
  options.provider.before = [&, is_there = other_answer.get_future().share()](std::string_view step) {
    if (step == "read_submit" && ++answered == 1) other_answer.set_value();
    if (step != "read_list" || sent < 2 || ++lists > 1) return;
    whose->store().write([is_there](Ledger&) -> Result<void> { return is_there.wait(), Result<void>{}; });
  };
  options.transport = [&](FakeClock& clock) {
    auto made = std::make_unique<FakeNetwork>(whose->service, clock);
    network = made.get();
    return made;
  };
  Rig rig(options);
  whose = &rig;
  rig.service.replays = false;
  rig.service.hook = [&, submits = strokes(is_submit, {carried_out, {http_answer(202, R"({"id":"r1"})")}})](const HttpRequest& request) {
    if (is_submit(request)) ++sent;
    if (is_list(request) && sent < 2) return std::optional(Stroke{http_answer(503)});  // too early
    network->latency_ms = is_submit(request) && sent == 2 ? 100'000 : 20;
    return submits(request);
  };
  rig.open();
  const auto jobs = rig.generate(2);
  const auto outlook = rig.drain();
  REQUIRE(outlook.need_person.size() == 1);
  CHECK(outlook.need_person[0].id == jobs[0].id);
  CHECK(outlook.need_person[0].state == JobState::Unknown);
  CHECK(rig.job(jobs[1].id).state == JobState::Done);
  CHECK(lists >= 3);
}

TEST_CASE("a person links the id that the service gave it, an id that is another's is refused") {
  Rig rig;
  rig.service.replays = false;
  rig.service.hook = strokes(is_submit, {carried_out});
  rig.options().provider.image_lane = 1;
  rig.open();
  const auto jobs = rig.generate(2);
  rig.drain();
  JobId unknown, done;
  for (const Job& job : jobs) (rig.job(job.id).state == JobState::Unknown ? unknown : done) = job.id;
  REQUIRE(unknown.valid());
  REQUIRE(done.valid());
  const auto taken = rig.link(unknown, rig.attempts(done)[0].remote_id);
  REQUIRE_FALSE(taken);
  CHECK(taken.error().message.find("another job") != std::string::npos);
  CHECK_FALSE(rig.link(done, "r1"));
  REQUIRE(rig.link(unknown, "r1"));
  rig.drain();
  CHECK(rig.job(unknown).state == JobState::Done);
  CHECK(rig.service.bill().size() == 2);
  CHECK(rig.books().settled == Money{80'000});
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("a wrong letter in a linked id loses nothing: the job is as unknown as before, and the right id still brings its result") {
  Rig rig;
  rig.service.replays = false;
  // Known by no service: or it does not even look like one of its ids.
  const int status = GENERATE(404, 422);
  rig.service.hook = [submits = strokes(is_submit, {carried_out}), status](const HttpRequest& request) -> std::optional<Stroke> {
    if (request.url.ends_with("/jobs/r1x")) return Stroke{http_answer(status)};
    return submits(request);
  };
  rig.open();
  const JobId id = rig.generate(1)[0].id;
  rig.drain();
  REQUIRE(rig.link(id, "r1x"));
  rig.wait_for(id, JobState::Running);
  rig.reopen();  // what is a person's word alone is so after a start, too
  CHECK(rig.drain().need_person.size() == 1);
  const Job back = rig.job(id);
  CHECK(back.state == JobState::Unknown);
  CHECK(back.cause == JobCause::Unknown);
  CHECK(back.reason.starts_with("The service knows no job r1x: check the id. It may have been charged $0.04"));
  CHECK(back.reason.find("The connection to Tiny broke.") != std::string::npos);
  CHECK(rig.attempts(id).at(0).remote_id.empty());
  CHECK(rig.books().reserved == Money{40'000});
  CHECK(rig.broken_promises() == "");
  REQUIRE(rig.link(id, "r1"));
  rig.drain();
  CHECK(rig.job(id).state == JobState::Done);
  CHECK(rig.attempts(id).size() == 1);
  CHECK(rig.attempts(id).at(0).reason.empty());
  CHECK(rig.service.bill().size() == 1);
  CHECK(rig.books().settled == Money{40'000});
  CHECK(rig.broken_promises() == "");
}
