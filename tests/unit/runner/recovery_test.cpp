// kill -9 at every named point, then a start: nothing lost, nothing paid twice. The engine runs in a child process that dies;
// the service keeps its jobs and its bill in a file, as a service elsewhere would.
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "base/hash.h"
#include "support/catch.h"
#include "support/runner_rig.h"

using namespace studio;

namespace {

// Runs some jobs in a child that dies at `point`; true when it died there and not by finishing.
bool dies_at(const std::string& point, const RigOptions& options, bool replays, int count = 2, bool inline_status = false) {
  ::fflush(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    ::setenv("STUDIO_CRASH_AT", point.c_str(), 1);
    int code = 3;
    try {
      Rig rig(options);
      rig.service.replays = replays;
      rig.service.inline_answers = options.provider.inline_answers;
      rig.service.inline_status = inline_status;
      rig.open();
      rig.generate(count);
      rig.drain();
      code = 0;
    } catch (const std::exception&) {
    }
    ::_exit(code);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

struct Case {
  std::string point;
  bool after_intent = false;  // the paid request may have been on the wire
};

void die_and_go_on(const std::string& point, bool replays, bool inline_answers) {
  INFO("killed at " << point << (replays ? ", replay" : ", no replay"));
  TempFolder folder;
  RigOptions options;
  options.project = folder.path() / "project";
  options.provider.inline_answers = inline_answers;
  REQUIRE(dies_at(point, options, replays));
  {
    auto ledger = Ledger::open_read_only(options.project);
    REQUIRE(ledger);
    CHECK(Rig::broken_in_ledger(**ledger, Vault(options.project)) == "");
  }
  Rig rig(options);
  rig.service.replays = replays;
  rig.service.inline_answers = inline_answers;
  rig.open();
  auto outlook = rig.drain();
  CHECK(rig.broken_promises() == "");
  std::vector<Job> jobs, posters;
  REQUIRE(rig.store().read_and_wait([&](Ledger& ledger) -> Result<void> {
    STUDIO_TRY(jobs, ledger.jobs({.kind = JobKind::Generate}));
    STUDIO_TRY(posters, ledger.jobs({.kind = JobKind::Poster}));
    return {};
  }));
  if (point == "T0 before") {
    CHECK(jobs.empty());  // it was never confirmed
    return;
  }
  REQUIRE(jobs.size() == 2);
  int done = 0, unknown = 0;
  for (const Job& job : jobs) {
    done += job.state == JobState::Done ? 1 : 0;
    unknown += job.state == JobState::Unknown ? 1 : 0;
  }
  CHECK(done + unknown == 2);
  if (replays) CHECK(done == 2);
  CHECK(static_cast<int>(outlook.need_person.size()) == unknown);
  CHECK(rig.books().reserved == Money{40'000 * unknown});
  CHECK(rig.books().settled == Money{40'000 * done});
  CHECK(static_cast<int>(rig.service.bill().size()) <= 2);
  CHECK(static_cast<int>(rig.service.bill().size()) >= done);
  CHECK(static_cast<int>(rig.assets().size()) == done);
  CHECK(static_cast<int>(posters.size()) == done);
  for (const Job& poster : posters) CHECK(poster.state == JobState::Done);
  for (const Asset& asset : rig.assets()) CHECK(rig.packs().has(asset.sha256 + ":256"));
}

const char* const points[] = {"T0 before",  "T0 after",  "T1 before", "T1 after",  "T2 before",    "T2 after",   "send before",
                              "answer before", "T3 before", "T3 after",  "T8 before", "T8 after",  "vault before", "vault after",
                              "T10 before", "T10 after", "T12 before", "T12 after", "T2 after#2", "T3 before#2", "T12 after#2",
                              "L1 before", "L1 after", "L2 before", "L2 after", "L1 after#2"};

}  // namespace

TEST_CASE("killed at every point with replay: all done, each billed once") {
  for (const char* point : points) die_and_go_on(point, true, false);
}

TEST_CASE("killed at every point without replay: each attempt billed at most once, the doubtful ones shown") {
  for (const char* point : points) die_and_go_on(point, false, false);
}

TEST_CASE("killed after the intent without replay is unknown, however little was sent") {
  TempFolder folder;
  RigOptions options;
  options.project = folder.path() / "project";
  REQUIRE(dies_at("T2 after", options, false));
  Rig rig(options);
  rig.service.replays = false;
  rig.open();
  const auto outlook = rig.drain();
  REQUIRE(outlook.need_person.size() >= 1);
  CHECK(outlook.need_person[0].state == JobState::Unknown);
  CHECK(outlook.need_person[0].reason.find("may have been charged") != std::string::npos);
}

TEST_CASE("an inline answer that reached the spool is not lost to a crash, though the service does not replay") {
  for (const char* point : {"spool after", "T8 before", "T8 after", "vault before", "vault after", "T10 before", "T10 after", "T12 before"}) {
    INFO(point);
    TempFolder folder;
    RigOptions options;
    options.project = folder.path() / "project";
    options.provider.inline_answers = true;
    REQUIRE(dies_at(point, options, false, 1));
    Rig rig(options);
    rig.service.replays = false;
    rig.service.inline_answers = true;
    rig.open();
    const auto outlook = rig.drain();
    CHECK(outlook.need_person.empty());
    CHECK(rig.assets().size() == 1);
    CHECK(rig.service.bill().size() == 1);
    CHECK(rig.service.count("POST /jobs") == 0);  // not sent again
    CHECK(rig.broken_promises() == "");
  }
}

TEST_CASE("a status that carries the picture: after a crash it is in the spool, and asked for again when the spool lost it") {
  for (const char* point : {"T8 before", "T8 after", "vault before", "vault after", "T10 after"}) {
    for (const bool is_lost : {false, true}) {
      INFO(point << (is_lost ? ", spool lost" : ""));
      TempFolder folder;
      RigOptions options;
      options.project = folder.path() / "project";
      REQUIRE(dies_at(point, options, false, 1, true));
      if (is_lost) {
        std::filesystem::remove_all(options.project / "spool");
        std::filesystem::create_directory(options.project / "spool");
      }
      Rig rig(options);
      rig.service.replays = false;
      rig.service.inline_status = true;
      rig.open();
      CHECK(rig.drain().need_person.empty());
      CHECK(rig.assets().size() == 1);
      CHECK(rig.service.count("POST /jobs") == 0);
      CHECK(rig.service.bill().size() == 1);
      CHECK(rig.broken_promises() == "");
    }
  }
}

TEST_CASE("half an inline answer in the spool is no answer") {
  TempFolder folder;
  RigOptions options;
  options.project = folder.path() / "project";
  options.provider.inline_answers = true;
  REQUIRE(dies_at("spool after", options, false));
  int cut = 0;
  for (const auto& entry : std::filesystem::directory_iterator(options.project / "spool")) {
    if (entry.path().extension() != ".answer") continue;
    std::filesystem::resize_file(entry.path(), std::filesystem::file_size(entry.path()) / 2);
    ++cut;
  }
  REQUIRE(cut >= 1);
  Rig rig(options);
  rig.service.replays = false;
  rig.service.inline_answers = true;
  rig.open();
  const auto outlook = rig.drain();
  CHECK(static_cast<int>(outlook.need_person.size()) >= 1);
  CHECK(outlook.need_person[0].state == JobState::Unknown);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("a restart in the middle goes on from the saved ids without another submit") {
  Rig rig;
  rig.service.polls_until_done = 8;
  rig.open();
  const auto jobs = rig.generate(2);
  rig.wait_for(jobs[0].id, JobState::Running);
  rig.wait_for(jobs[1].id, JobState::Running);
  rig.reopen();
  rig.drain();
  CHECK(rig.assets().size() == 2);
  CHECK(rig.service.count("POST /jobs") == 2);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("a wall clock that jumps by a day neither loses nor bursts anything", "[fault-28]") {
  Rig rig;
  rig.service.polls_until_done = 6;
  rig.open();
  const auto jobs = rig.generate(2);
  rig.wait_for(jobs[0].id, JobState::Running);
  rig.clock.jump_wall_ms(86'400'000);
  rig.drain();
  rig.generate(2);
  rig.clock.jump_wall_ms(-2 * 86'400'000);
  rig.drain();
  CHECK(rig.assets().size() == 4);
  CHECK(rig.service.count("GET /jobs/") <= 4 * 8);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("an orderly exit in the middle leaves no doubtful job behind, though the service does not replay", "[fault-19]") {
  RigOptions options;
  options.stop_grace_ms = 20'000;
  options.provider.image_lane = 8;
  Rig rig(options);
  rig.service.replays = false;
  rig.open();
  const auto jobs = rig.generate(40);
  for (const std::size_t i : {2u, 11u, 25u}) {
    rig.wait_for(jobs[i].id, JobState::Done);
    rig.reopen();
    REQUIRE(rig.store().read_and_wait([&](Ledger& ledger) -> Result<void> {
      STUDIO_TRY(const auto unknown, ledger.job_count({.states = {JobState::Unknown}}));
      CHECK(unknown == 0);
      return {};
    }));
  }
  CHECK(rig.drain().need_person.empty());
  CHECK(rig.assets().size() == 40);
  CHECK(rig.service.bill().size() == 40);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("a key that grew too old while the program was away leaves a person's decision, in words") {
  RigOptions options;
  options.provider.key_life_secs = 3600;
  Rig rig(options);
  auto is_first = std::make_shared<bool>(true);
  rig.service.hook = [is_first](const HttpRequest& request) -> std::optional<FakeService::Stroke> {
    if (request.method != HttpMethod::Post) return std::nullopt;
    if (std::exchange(*is_first, false)) return FakeService::Stroke{http_failure(HttpFailure::Broken, true), false, true};
    return FakeService::Stroke{http_answer(401)};
  };
  rig.open();
  const auto jobs = rig.generate(1);
  rig.drain();
  rig.close();
  const int sent = rig.service.count("POST /jobs");
  rig.clock.jump_wall_ms(3'600'001);
  rig.open();
  const auto outlook = rig.drain();
  REQUIRE(outlook.need_person.size() == 1);
  CHECK(outlook.need_person[0].state == JobState::Unknown);
  CHECK(rig.job(jobs[0].id).reason.find("may have been charged $0.04") != std::string::npos);
  CHECK(rig.service.count("POST /jobs") == sent);
  CHECK(rig.books().reserved == Money{40'000});
  CHECK(rig.broken_promises() == "");
}

// The grace is longer than this test may take: it is not waited for.
TEST_CASE("an orderly exit does not wait for a chain that is between two tries") {
  RigOptions options;
  options.stop_grace_ms = 600'000;
  Rig rig(options);
  rig.service.replays = false;
  rig.service.tickets = true;
  rig.service.hook = [](const HttpRequest& request) -> std::optional<FakeService::Stroke> {
    if (request.url.find("/tickets/") == std::string::npos) return std::nullopt;
    return FakeService::Stroke{http_answer(503)};
  };
  rig.open();
  const auto jobs = rig.generate(1);
  rig.service.wait_for("GET /tickets/", 2);
  rig.close();
  rig.service.hook = {};
  rig.open();
  rig.drain();
  CHECK(rig.job(jobs[0].id).state == JobState::Done);
  CHECK(rig.service.count("POST /jobs") == 1);
  CHECK(rig.broken_promises() == "");
}

// Not part of a normal run: `test_runner "[restart]"` prints what a restart with 10,000 running jobs takes (aim: 2 s).
TEST_CASE("10,000 running jobs are polled soon after a start", "[.][restart]") {
  using Clock = std::chrono::steady_clock;
  Rig rig;
  rig.options().drive = false;
  rig.service.hook = [](const HttpRequest& request) -> std::optional<FakeService::Stroke> {
    if (request.method != HttpMethod::Get || request.url.find("/jobs/") == std::string::npos) return std::nullopt;
    return FakeService::Stroke{http_answer(200, R"({"state":"running","progress":0.5})")};
  };
  rig.open();
  const auto begun = Clock::now();
  const auto jobs = rig.generate(10'000);
  const auto admitted = Clock::now();
  REQUIRE(rig.store().write_and_wait([&](Ledger& ledger) -> Result<void> {
    for (Job job : jobs) {
      Attempt attempt;
      attempt.job = job.id;
      attempt.state = AttemptState::Submitted;
      attempt.provider = "tiny";
      attempt.account = "default";
      attempt.endpoint = "tiny:default";
      attempt.model = "tiny-image";
      attempt.key = "key-" + std::to_string(job.id.value);
      attempt.remote_id = "r" + std::to_string(job.id.value);
      attempt.reserved = job.estimate;
      attempt.currency = Currency::Play;
      STUDIO_TRY(job.attempt, ledger.add_attempt(attempt));
      STUDIO_CHECK(ledger.add_money({job.attempt, MoneyKind::Reserve, job.estimate, Currency::Play, 0}));
      job.state = JobState::Running;
      STUDIO_CHECK(ledger.save_job(job));
    }
    return {};
  }));
  rig.close();
  rig.options().drive = true;
  const auto started = Clock::now();
  rig.open();
  rig.service.wait_for("GET /jobs/", 1);
  const auto first = Clock::now();
  rig.service.wait_for("GET /jobs/", 10'000);
  const auto all = Clock::now();
  const auto ms = [](auto from, auto to) { return static_cast<long>(std::chrono::duration_cast<std::chrono::milliseconds>(to - from).count()); };
  std::printf("admit 10,000: %ld ms; start to first poll: %ld ms, to the 10,000th: %ld ms\n", ms(begun, admitted), ms(started, first), ms(started, all));
}
