// What may go wrong on the way, one kind a test: what is retried, what ends the job, and what is never done twice.
#include <set>

#include "base/hash.h"
#include "base/file.h"
#include "support/catch.h"
#include "support/runner_rig.h"

using namespace studio;

namespace {

using Stroke = FakeService::Stroke;

bool is_fetch(const HttpRequest& request) { return request.url.find("/files/") != std::string::npos; }

// The first `times` requests of that kind get this instead.
FakeService::Hook first_times(int times, bool (*kind)(const HttpRequest&), Stroke stroke) {
  auto left = std::make_shared<int>(times);
  return [left, kind, stroke](const HttpRequest& request) -> std::optional<Stroke> {
    if (!kind(request) || *left <= 0) return std::nullopt;
    --*left;
    return stroke;
  };
}

const Stroke refused_connection{http_failure(HttpFailure::NotSentConnect, false)};
const Stroke lost_answer{http_failure(HttpFailure::Broken, true), false, true};  // carried out, and the answer is lost

struct Told {
  Job job;
  std::vector<Attempt> attempts;
};

Told run_one(Rig& rig) {
  rig.open();
  const auto jobs = rig.generate(1);
  rig.drain();
  return {rig.job(jobs[0].id), rig.attempts(jobs[0].id)};
}

}  // namespace

TEST_CASE("a submit that could not leave is sent again with the same attempt, looked up anew") {
  Rig rig;
  rig.service.hook = first_times(3, is_submit, refused_connection);
  const Told told = run_one(rig);
  CHECK(told.job.state == JobState::Done);
  CHECK(told.attempts.size() == 1);
  CHECK(rig.resolved >= 3);
  CHECK(rig.service.bill().size() == 1);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("a lost answer is asked for again with the same key where the server declared replay") {
  Rig rig;
  rig.service.hook = first_times(2, is_submit, lost_answer);
  const Told told = run_one(rig);
  CHECK(told.job.state == JobState::Done);
  REQUIRE(told.attempts.size() == 1);
  CHECK(told.attempts[0].replay_declared);
  CHECK(rig.service.posts_by_key().at(told.attempts[0].key) == 3);
  CHECK(rig.service.bill().size() == 1);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("without replay a lost answer stays unknown, its money reserved, and is never sent again by itself") {
  Rig rig;
  rig.service.replays = false;
  rig.service.hook = first_times(1, is_submit, lost_answer);
  const Told told = run_one(rig);
  CHECK(told.job.state == JobState::Unknown);
  CHECK(told.job.reason.find("may have been charged $0.04") != std::string::npos);
  CHECK(rig.books().reserved == Money{40'000});
  CHECK(rig.outlook().need_person.size() == 1);
  rig.reopen();
  rig.service.replays = true;  // what it says now does not count: the answer was frozen
  rig.drain();
  rig.clock.advance_ms(3'600'000);
  rig.drain();
  CHECK(rig.job(told.job.id).state == JobState::Unknown);
  CHECK(rig.service.count("POST /jobs") == 1);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("a resubmit is a second attempt, the first one counts as paid") {
  Rig rig;
  rig.service.replays = false;
  rig.service.hook = first_times(1, is_submit, lost_answer);
  const Told told = run_one(rig);
  CHECK_FALSE(rig.retry(told.job.id));
  REQUIRE(rig.resubmit(told.job.id));
  rig.drain();
  const auto attempts = rig.attempts(told.job.id);
  REQUIRE(attempts.size() == 2);
  CHECK(attempts[0].state == AttemptState::WrittenOff);
  CHECK(attempts[1].state == AttemptState::Settled);
  CHECK(attempts[0].key != attempts[1].key);
  CHECK(rig.job(told.job.id).state == JobState::Done);
  CHECK(rig.books().settled == Money{80'000});
  CHECK(rig.service.bill().size() == 2);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("a job written off fails and its sum is spent") {
  Rig rig;
  rig.service.replays = false;
  rig.service.hook = first_times(1, is_submit, lost_answer);
  const Told told = run_one(rig);
  REQUIRE(rig.write_off(told.job.id));
  CHECK(rig.job(told.job.id).state == JobState::Failed);
  CHECK(rig.books().settled == Money{40'000});
  CHECK(rig.books().reserved == Money{});
  CHECK_FALSE(rig.write_off(told.job.id));
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("an answer without an id, a portal's page and a server error are unknown, not failed", "[fault-31][fault-43]") {
  for (const HttpResponse& answer : {http_answer(200, "{}"), http_answer(200, "<html>Sign in</html>"), http_answer(500, "oops")}) {
    Rig rig;
    rig.service.replays = false;
    rig.service.hook = first_times(1, is_submit, {answer, false, true});
    const Told told = run_one(rig);
    CHECK(told.job.state == JobState::Unknown);
    CHECK(rig.service.count("POST /jobs") == 1);
    CHECK(rig.broken_promises() == "");
  }
}

TEST_CASE("an id that another job has already is flagged, not overwritten", "[fault-48]") {
  Rig rig;
  rig.options().provider.image_lane = 1;
  rig.open();
  const auto first = rig.generate(1, "first");
  rig.drain();
  rig.service.hook = first_times(1, is_submit, {http_answer(202, R"({"id":"r1"})"), false, false});
  const auto second = rig.generate(1, "second");
  rig.drain();
  CHECK(rig.job(first[0].id).state == JobState::Done);
  CHECK(rig.job(second[0].id).state == JobState::Unknown);
  CHECK(rig.outlook().need_person.size() == 1);
}

TEST_CASE("throttling is waited out as long as the server says, with a new attempt", "[fault-29]") {
  Rig rig;
  rig.service.hook = first_times(1, is_submit, {http_answer(429, "", {{"Retry-After", "70"}})});
  const std::int64_t before = rig.clock.mono_ms();
  const Told told = run_one(rig);
  CHECK(told.job.state == JobState::Done);
  CHECK(rig.clock.mono_ms() - before >= 70'000);
  REQUIRE(told.attempts.size() == 2);
  CHECK(told.attempts[0].state == AttemptState::NotSent);
  CHECK(told.attempts[0].key != told.attempts[1].key);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("a malformed request fails at once, unpaid, and a person's retry is a new attempt") {
  Rig rig;
  rig.service.hook = first_times(1, is_submit, {http_answer(400, "{}")});
  const Told told = run_one(rig);
  CHECK(told.job.state == JobState::Failed);
  CHECK(told.job.reason == "Tiny does not take this request.");
  CHECK(rig.books().reserved == Money{});
  REQUIRE(rig.retry(told.job.id));
  rig.drain();
  CHECK(rig.job(told.job.id).state == JobState::Done);
  CHECK(rig.attempts(told.job.id).size() == 2);
  CHECK(rig.service.count("POST /jobs") == 2);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("a refused prompt is refused, free, with the reason") {
  Rig rig;
  rig.open();
  const auto jobs = rig.generate(1, "something forbidden");
  rig.drain();
  CHECK(rig.job(jobs[0].id).state == JobState::Refused);
  CHECK(rig.job(jobs[0].id).reason == "The prompt was refused (prompt).");
  CHECK(rig.books().settled == Money{});
  CHECK(rig.service.bill().empty());
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("polls that fail in any way do not fail the job", "[fault-32][fault-45]") {
  Rig rig;
  auto turn = std::make_shared<int>(0);
  rig.service.hook = [turn](const HttpRequest& request) -> std::optional<Stroke> {
    if (!is_poll(request)) return std::nullopt;
    switch ((*turn)++) {
      case 0: return Stroke{http_answer(503)};
      case 1: return Stroke{http_answer(200, "<html>portal</html>")};
      case 2: return Stroke{http_failure(HttpFailure::Timeout, true)};
      case 3: return refused_connection;
      case 4: return Stroke{http_answer(429, "", {{"Retry-After", "5"}})};
      case 5: return Stroke{http_answer(404)};
      case 6: return Stroke{http_answer(200, R"({"state":"THROTTLED"})")};
      default: return std::nullopt;
    }
  };
  const Told told = run_one(rig);
  CHECK(told.job.state == JobState::Done);
  CHECK(*turn > 7);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("a job the service has forgotten expires after three looks, and its sum stays reserved", "[fault-34]") {
  Rig rig;
  rig.service.hook = first_times(1000, is_poll, {http_answer(404)});
  const Told told = run_one(rig);
  CHECK(told.job.state == JobState::Expired);
  CHECK(rig.service.count("GET /jobs/") == 3);
  CHECK(rig.books().settled == Money{});
  CHECK(rig.books().reserved == Money{40'000});
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("a job that fails at the service costs what the service says") {
  for (const bool is_billed : {false, true}) {
    Rig rig;
    rig.service.bills_failures = is_billed;
    rig.service.final_state = [](const std::string&) { return "failed"; };
    const Told told = run_one(rig);
    CHECK(told.job.state == JobState::Failed);
    // Where money went, the sentence says so.
    CHECK(told.job.reason.starts_with("It broke."));
    CHECK((told.job.reason.find("It charged $0.04") != std::string::npos) == is_billed);
    CHECK(told.attempts.at(0).state == (is_billed ? AttemptState::FailedBilled : AttemptState::FailedFree));
    CHECK(rig.books().settled == Money{is_billed ? 40'000 : 0});
    CHECK(rig.books().reserved == Money{});
    CHECK(rig.broken_promises() == "");
  }
}

TEST_CASE("a success without files is a billed failure", "[fault-46]") {
  Rig rig;
  rig.service.files_per_job = 0;
  const Told told = run_one(rig);
  CHECK(told.job.state == JobState::Failed);
  CHECK(told.attempts.at(0).state == AttemptState::FailedBilled);
  CHECK(rig.books().settled == Money{40'000});
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("a download that breaks, comes short or comes damaged is fetched again", "[fault-41]") {
  Rig rig;
  auto turn = std::make_shared<int>(0);
  rig.service.file_bytes = [](const std::string&, int) { return "PNG:a picture of some length"; };
  rig.service.hook = [turn](const HttpRequest& request) -> std::optional<Stroke> {
    if (!is_fetch(request)) return std::nullopt;
    // The service writes no file for a replaced answer, so these stand for what a broken client leaves.
    const auto write = [&](const char* bytes) {
      FILE* file = std::fopen(request.answer_file.c_str(), "wb");
      std::fputs(bytes, file);
      std::fclose(file);
    };
    switch ((*turn)++) {
      case 0: return Stroke{http_failure(HttpFailure::Broken, true)};
      case 1: write("PNG:a pic"); return Stroke{http_answer(200)};
      case 2: write("PNG:b picture of some length"); return Stroke{http_answer(200)};
      case 3: return Stroke{http_answer(503)};
      default: return std::nullopt;
    }
  };
  const Told told = run_one(rig);
  CHECK(told.job.state == JobState::Done);
  CHECK(rig.assets().at(0).sha256 == sha256_hex("PNG:a picture of some length"));
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("a download goes on from its part where the hash of the whole is known") {
  Rig rig;
  rig.service.file_bytes = [](const std::string&, int) { return "PNG:a picture of some length"; };
  auto resumed_from = std::make_shared<std::int64_t>(-1);
  auto turn = std::make_shared<int>(0);
  rig.service.hook = [=](const HttpRequest& request) -> std::optional<Stroke> {
    if (!is_fetch(request)) return std::nullopt;
    if ((*turn)++ > 0) {
      *resumed_from = request.resume_from;
      return std::nullopt;
    }
    FILE* file = std::fopen(request.answer_file.c_str(), "wb");
    std::fputs("PNG:a pic", file);
    std::fclose(file);
    return Stroke{http_failure(HttpFailure::Broken, true)};
  };
  const Told told = run_one(rig);
  CHECK(told.job.state == JobState::Done);
  CHECK(*resumed_from == 9);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("where a service's data say HTTP/1.1 only, every request to it says so") {
  for (const bool http1_only : {true, false}) {
    RigOptions options;
    options.provider.http1_only = http1_only;
    options.provider.has_info = false;
    options.provider.lists = true;
    options.provider.image_lane = 12;
    options.provider.looks_at_once = 50;
    Rig rig(options);
    rig.service.replays = false;
    rig.service.polls_until_done = 5;
    auto kinds = std::make_shared<std::set<std::string>>();
    auto others = std::make_shared<int>(0);
    rig.service.hook = [=](const HttpRequest& request) -> std::optional<Stroke> {
      const auto names = [&](const char* words) { return request.url.find(words) != std::string::npos; };
      kinds->insert(is_submit(request) ? "submit" : is_fetch(request) ? "file" : names("?ids=") ? "several" : names("?page=") ? "list" : "look");
      if (request.http1_only != http1_only) ++*others;
      if (is_submit(request) && request.body.find("unclear") != std::string::npos) return Stroke{http_failure(HttpFailure::Broken, true)};
      return std::nullopt;
    };
    rig.open();
    rig.generate(1, "alone");
    rig.drain();
    rig.generate(11);
    rig.generate(1, "unclear");
    rig.drain();
    CHECK(*others == 0);
    CHECK(*kinds == std::set<std::string>{"submit", "look", "several", "file", "list"});
  }
}

TEST_CASE("what is known of a broken part goes along with the next download, and is believed no longer than it lies there") {
  Rig rig;
  rig.service.says_hash = false;
  rig.service.file_bytes = [](const std::string&, int) { return "PNG:a picture of some length"; };
  struct Asked {
    std::int64_t from = 0;
    HttpPart part;
  };
  auto asked = std::make_shared<std::vector<Asked>>();
  rig.service.hook = [=](const HttpRequest& request) -> std::optional<Stroke> {
    if (!is_fetch(request)) return std::nullopt;
    asked->push_back({request.resume_from, request.part});
    if (asked->size() == 4) return std::nullopt;
    Stroke broken{http_failure(HttpFailure::Broken, true)};
    if (asked->size() == 1) {
      FILE* file = std::fopen(request.answer_file.c_str(), "wb");
      std::fputs("PNG:a pic", file);
      std::fclose(file);
      broken.response.part = {"\"v1\"", "http://service/files/x", 28};
    }
    if (asked->size() == 2) broken = {http_answer(503)}, broken.response.part = request.part;  // as the client says of a part that nobody touched
    return broken;  // the third time it says nothing of the part
  };
  const Told told = run_one(rig);
  CHECK(told.job.state == JobState::Done);
  REQUIRE(asked->size() == 4);
  CHECK(asked->at(0).from == 0);
  for (const std::size_t i : {1u, 2u}) {
    CHECK(asked->at(i).from == 9);
    CHECK(asked->at(i).part.etag == "\"v1\"");
    CHECK(asked->at(i).part.whole_bytes == 28);
  }
  CHECK(asked->at(3).from == 0);
  CHECK(asked->at(3).part.etag == "");
  CHECK(rig.assets().at(0).sha256 == sha256_hex("PNG:a picture of some length"));
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("an expired address is asked for once more, then the job is expired and paid", "[fault-44]") {
  Rig once;
  once.service.hook = first_times(1, is_fetch, {http_answer(410)});
  CHECK(run_one(once).job.state == JobState::Done);
  CHECK(once.broken_promises() == "");

  Rig always;
  always.service.hook = first_times(1000, is_fetch, {http_answer(410)});
  const Told told = run_one(always);
  CHECK(told.job.state == JobState::Expired);
  CHECK(always.service.count("GET /files/") == 2);
  CHECK(always.books().settled == Money{40'000});
  CHECK(always.broken_promises() == "");
}

TEST_CASE("a result that crashes the decoder twice is quarantined with its blob kept, and paid", "[fault-56]") {
  Rig rig;
  rig.service.file_bytes = [](const std::string&, int) { return "CRASH me"; };
  const Told told = run_one(rig);
  CHECK(told.job.state == JobState::Quarantined);
  CHECK(rig.media->probes == 2);
  const auto assets = rig.assets();
  REQUIRE(assets.size() == 1);
  CHECK(assets[0].state == AssetState::Quarantined);
  CHECK(rig.vault().has(sha256_hex("CRASH me")));
  CHECK(rig.books().settled == Money{40'000});
  CHECK(rig.media->posters_made == 0);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("a result that is no media is quarantined at once") {
  Rig rig;
  rig.service.file_bytes = [](const std::string&, int) { return "#EXTM3U"; };
  const Told told = run_one(rig);
  CHECK(told.job.state == JobState::Quarantined);
  CHECK(rig.media->probes == 2);  // looked at once more: a disk that cannot be read looks the same
  CHECK(rig.assets().at(0).state == AssetState::Quarantined);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("a picture whose posters crash the decoder twice is quarantined", "[fault-56]") {
  Rig rig;
  rig.service.file_bytes = [](const std::string&, int) { return "PNG:BADPOSTER"; };
  const Told told = run_one(rig);
  CHECK(told.job.state == JobState::Done);
  rig.drain();
  const auto changed = rig.events<AssetChanged>();
  REQUIRE(changed.size() == 1);
  CHECK(changed[0].asset.state == AssetState::Quarantined);
  CHECK(rig.media->posters_made == 2);
}

TEST_CASE("an end without a result costs what the service says it charged") {
  for (const char* state : {"failed", "refused", "cancelled"}) {
    for (const bool is_billed : {false, true}) {
      INFO(state << (is_billed ? ", billed" : ""));
      Rig rig;
      rig.service.bills_failures = is_billed;
      rig.service.ending_charge = Money{15'000};
      rig.service.final_state = [state](const std::string&) { return state; };
      const Told told = run_one(rig);
      CHECK(is_terminal(told.job.state));
      CHECK(told.attempts.at(0).settled == Money{15'000});
      CHECK(rig.books().settled == Money{15'000});
      CHECK(rig.books().reserved == Money{});
      CHECK(rig.broken_promises() == "");
    }
  }
}

namespace {

// Takes the first blob of the vault away when the ledger says that it is at home, before it is checked.
std::function<void(const RunnerEvent&)> blob_thief(Rig& rig, const std::string& sha256) {
  return [&rig, sha256, was_there = std::make_shared<bool>(false)](const RunnerEvent& event) {
    const auto* changed = std::get_if<JobChanged>(&event);
    if (changed == nullptr || changed->job.state != JobState::Fetching || *was_there || !rig.vault().has(sha256)) return;
    *was_there = std::filesystem::remove(rig.vault().blob_path(sha256));
  };
}

}  // namespace

TEST_CASE("a result whose file is gone before its check is fetched once more") {
  Rig rig;
  rig.service.files_per_job = 2;
  rig.on_event = blob_thief(rig, sha256_hex("PNG:r1.1"));
  const Told told = run_one(rig);
  CHECK(told.job.state == JobState::Done);
  CHECK(rig.service.count("GET /files/r1.0") == 1);
  CHECK(rig.service.count("GET /files/r1.1") == 2);
  CHECK(rig.assets().size() == 2);
  CHECK(rig.vault().has(sha256_hex("PNG:r1.1")));
  CHECK(rig.books().settled == Money{40'000});
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("a result out of an answer whose file is gone before its check: asked for again where it has an id, else over and paid") {
  Rig by_status;
  by_status.service.inline_status = true;
  by_status.on_event = blob_thief(by_status, sha256_hex("PNG:r1.0"));
  CHECK(run_one(by_status).job.state == JobState::Done);
  CHECK(by_status.service.bill().size() == 1);
  CHECK(by_status.broken_promises() == "");

  RigOptions options;
  options.provider.inline_answers = true;
  Rig by_submit(options);
  by_submit.service.inline_answers = true;
  by_submit.on_event = blob_thief(by_submit, sha256_hex("PNG:r1.0"));
  CHECK(run_one(by_submit).job.state == JobState::Expired);
  CHECK(by_submit.books().settled == Money{40'000});
  CHECK(by_submit.service.count("POST /jobs") == 1);
  CHECK(by_submit.broken_promises() == "");
}

// Jobs whose refusal says nothing of a charge.
void refuse_without_a_word(Rig& rig) {
  rig.service.hook = [](const HttpRequest& request) -> std::optional<Stroke> {
    if (request.url.find("/jobs/") == std::string::npos) return std::nullopt;
    return Stroke{http_answer(200, R"({"state":"refused","perhaps_billed":true})")};
  };
}

TEST_CASE("a refusal of which nobody knows whether it was charged stays reserved until a person says") {
  Rig rig;
  refuse_without_a_word(rig);
  rig.open();
  const auto jobs = rig.generate(3);
  rig.drain();
  CHECK(rig.job(jobs[0].id).state == JobState::Refused);
  CHECK(rig.job(jobs[0].id).reason == "The picture was refused. It may have charged $0.04 play, which stays reserved until you say.");
  CHECK(rig.job(jobs[0].id).in_doubt == Money{40'000});
  CHECK(rig.books().settled == Money{});
  CHECK(rig.books().reserved == Money{120'000});

  rig.close();
  rig.open();
  const auto charged = rig.say_charged(jobs[0].id, std::nullopt);
  REQUIRE(charged);
  CHECK(charged->state == JobState::Refused);
  CHECK(charged->reason == "The picture was refused. It charged $0.04 play.");
  CHECK(charged->charged == Money{40'000});
  CHECK(charged->in_doubt == Money{});
  const auto free = rig.say_charged(jobs[1].id, Money{});
  REQUIRE(free);
  CHECK(free->reason == "The picture was refused. It charged nothing.");
  REQUIRE(rig.say_charged(jobs[2].id, Money{10'000}));
  CHECK(rig.books().settled == Money{50'000});
  CHECK(rig.books().reserved == Money{});
  CHECK_FALSE(rig.say_charged(jobs[2].id, Money{10'000}));  // it is known now
  CHECK(rig.books().settled == Money{50'000});
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("a retry of what is in doubt keeps its sum reserved, and both are settled by one word") {
  Rig rig;
  refuse_without_a_word(rig);
  rig.open();
  const JobId id = rig.generate(1)[0].id;
  rig.drain();
  REQUIRE(rig.retry(id));
  rig.drain();
  CHECK(rig.job(id).in_doubt == Money{80'000});
  CHECK(rig.books().reserved == Money{80'000});
  rig.service.hook = nullptr;
  REQUIRE(rig.retry(id));
  rig.drain();
  CHECK(rig.job(id).state == JobState::Done);
  CHECK(rig.job(id).in_doubt == Money{80'000});
  CHECK(rig.books().settled == Money{40'000});
  CHECK(rig.books().reserved == Money{80'000});
  const auto said = rig.say_charged(id, Money{50'000});  // the first one, and a part of the second
  REQUIRE(said);
  CHECK(said->state == JobState::Done);
  CHECK(said->charged == Money{90'000});
  CHECK(rig.books().settled == Money{90'000});
  CHECK(rig.books().reserved == Money{});
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("an upload that the service lost while it worked is made anew by the retry") {
  Rig rig;
  bool is_first = true;
  rig.service.hook = [&](const HttpRequest& request) -> std::optional<Stroke> {
    if (request.url.find("/jobs/") == std::string::npos || !std::exchange(is_first, false)) return std::nullopt;
    return Stroke{http_answer(200, R"({"state":"failed","uploads_gone":true})")};
  };
  rig.open();
  TempFolder folder;
  const auto picture = folder.path() / "a.png";
  REQUIRE(write_file_durable(picture, "PNG:mine", 0600));
  const auto imported = rig.import({picture});
  REQUIRE(imported.at(0).asset);
  const auto clips = rig.animate(imported[0].asset->id, imported[0].asset->sha256);
  rig.drain();
  CHECK(rig.job(clips[0].id).state == JobState::Failed);
  CHECK(rig.service.count("POST /uploads") == 1);
  REQUIRE(rig.retry(clips[0].id));
  rig.drain();
  CHECK(rig.job(clips[0].id).state == JobState::Done);
  CHECK(rig.service.count("POST /uploads") == 2);
  // Another clip of the same picture uses the new one.
  rig.animate(imported[0].asset->id, imported[0].asset->sha256);
  rig.drain();
  CHECK(rig.service.count("POST /uploads") == 2);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("a picture whose file is gone refuses a request, and is left out and named where that is allowed", "[fault-26]") {
  Rig rig;
  rig.open();
  const TempFolder folder;
  std::vector<Asset> pictures;
  for (const char* bytes : {"PNG:one", "PNG:two", "PNG:three"}) {
    const auto file = folder.path() / (std::to_string(pictures.size()) + ".png");
    REQUIRE(write_file_durable(file, bytes, 0600));
    const auto imported = rig.import({file});
    REQUIRE(imported.at(0).asset);
    pictures.push_back(*imported[0].asset);
  }
  REQUIRE(std::filesystem::remove(rig.vault().blob_path(pictures[1].sha256)));
  Admission admission;
  admission.generation.kind = MediaKind::Video;
  for (const Asset& picture : pictures) {
    Recipe recipe;
    recipe.kind = MediaKind::Video;
    recipe.provider = "tiny";
    recipe.model = "tiny-clip";
    recipe.prompt = "it moves";
    recipe.width = recipe.height = 512;
    recipe.seconds = 5;
    recipe.inputs = {{"image", picture.sha256}};
    admission.items.push_back({recipe, static_cast<int>(admission.items.size()) + 1, {picture.id}, {}});
  }
  const auto whole = rig.admit(admission);
  REQUIRE_FALSE(whole);
  CHECK(whole.error().message.starts_with(to_string(pictures[1].id) + " cannot be used"));

  admission.may_leave_out = true;
  const auto some = rig.admit(admission);
  REQUIRE(some);
  REQUIRE(some->jobs.size() == 2);
  CHECK(some->generation.count == 2);
  CHECK(some->jobs[0].parents == std::vector{pictures[0].id});
  CHECK(some->jobs[1].parents == std::vector{pictures[2].id});
  CHECK(some->jobs[1].variation == 2);
  REQUIRE(some->left_out.size() == 1);
  CHECK(some->left_out[0].picture == pictures[1].id);
  rig.drain();
  CHECK(rig.service.bill().size() == 2);
  rig.wait_until([&] { return rig.assets().at(1).state == AssetState::Missing; });

  admission.items = {admission.items[1]};
  const auto none = rig.admit(admission);
  REQUIRE(none);
  CHECK(none->jobs.empty());
  CHECK(none->left_out.size() == 1);
  CHECK_FALSE(none->generation.id.valid());
  CHECK(rig.broken_promises() == "");
}
