// The power goes at the n-th call of the disk, for every n: what was not synced is gone, wholly or in part and in any order.
// And the process is killed there, which the disk survives. Then a start: what was told is there, no row is without its file,
// nothing is paid twice, and what was being sent is shown.
#include <unistd.h>

#include <fstream>

#include "faults/disk_faults.h"
#include "faults/fault_rig.h"
#include "support/catch.h"

using namespace studio;

namespace {

constexpr unsigned every_change = WriteCall | SyncCall | RenameCall | MakeCall;

// Lies beside the project, where no fault reaches.
class ToldLines {
 public:
  explicit ToldLines(std::filesystem::path file) : file_(std::move(file)) {}
  void add(const std::string& line) const { std::ofstream(file_, std::ios::app) << line << std::endl; }
  std::vector<std::string> lines() const {
    std::vector<std::string> found;
    std::ifstream in(file_);
    for (std::string line; std::getline(in, line);) found.push_back(line);
    return found;
  }

 private:
  std::filesystem::path file_;
};

// Two jobs in a process that dies at the n-th call; false when it came to its end.
bool dies_at_call(DiskFault fault, const RigOptions& options, const ToldLines& told, bool replays) {
  fault.under = options.project.string();
  std::string failed;
  const bool died = dies(
      [&] {
        Rig rig(options);
        rig.service.replays = replays;
        rig.service.polls_until_done = 1;
        rig.service.inline_answers = options.provider.inline_answers;
        rig.on_event = [&](const RunnerEvent& event) {
          const auto* changed = std::get_if<JobChanged>(&event);
          if (changed != nullptr && changed->job.state == JobState::Done && changed->job.kind == JobKind::Generate) told.add(to_string(changed->job.id));
        };
        rig.open();
        arm_disk(fault);
        rig.generate(2);
        told.add("taken");
        rig.drain();
        disarm_disk();
      },
      &failed);
  CHECK(failed == "");
  return died;
}

struct Tally {
  int deaths = 0;
  int unknown = 0;
};

Tally sweep(DiskFault fault, bool replays, bool inline_answers = false, int stride = 1) {
  prepare_for_many_projects();
  Tally tally;
  for (int n = 1; n < 2000; n += stride) {
    INFO("the call number " << n << ", seed " << fault.seed);
    TempFolder folder;
    RigOptions options;
    options.project = folder.path() / "project";
    options.provider.inline_answers = inline_answers;
    { Rig made(options); }
    const ToldLines told(folder.path() / "told");
    fault.at = n;
    if (!dies_at_call(fault, options, told, replays)) {
      CHECK(told.lines().size() == 3);
      return tally;
    }
    ++tally.deaths;
    std::size_t sending = 0;
    {
      auto ledger = Ledger::open_read_only(options.project);
      if (!ledger) FAIL(ledger.error().message + " " + ledger.error().detail);
      CHECK(Rig::broken_in_ledger(**ledger, Vault(options.project)) == "");
      const auto attempts = (*ledger)->open_attempts();
      REQUIRE(attempts);
      for (const Attempt& attempt : *attempts) sending += attempt.state == AttemptState::Sending ? 1 : 0;
    }
    Rig rig(options);
    rig.service.replays = replays;
    rig.service.polls_until_done = 1;
    rig.service.inline_answers = inline_answers;
    rig.open();
    const Ended ended = go_on_to_the_end(rig);
    CHECK(ended.stuck == "");
    CHECK(ended.broken == "");
    CHECK(ended.done + ended.unknown == ended.jobs);
    CHECK(ended.settled == Money{40'000 * ended.done});
    CHECK(ended.reserved == Money{40'000 * ended.unknown});
    CHECK(ended.settled <= ended.billed);
    CHECK(ended.billed <= ended.settled + ended.reserved);
    if (replays) CHECK(ended.unknown == 0);
    // An inline answer that reached the spool is an outcome after all.
    else if (inline_answers) CHECK(static_cast<std::size_t>(ended.unknown) <= sending);
    else CHECK(static_cast<std::size_t>(ended.unknown) == sending);
    tally.unknown += ended.unknown;
    for (const std::string& line : told.lines()) {
      if (line == "taken") CHECK(ended.jobs == 2);
      else CHECK(rig.job(*parse_id<JobTag>(line)).state == JobState::Done);
    }
  }
  FAIL("the run never passed to its end");
  return tally;
}

}  // namespace

TEST_CASE("the power goes at any call of the disk, and all that was not synced with it", "[fault-20]") {
  CHECK(sweep({.calls = every_change, .kind = DiskFault::Kind::PowerCut}, true).deaths > 50);
  const Tally doubtful = sweep({.calls = every_change, .kind = DiskFault::Kind::PowerCut}, false);
  CHECK(doubtful.deaths > 50);
  CHECK(doubtful.unknown > 0);
}

TEST_CASE("the power goes, and what was not synced is there in part, in any order, torn", "[fault-20]") {
  for (const unsigned seed : {1u, 2u}) {
    CHECK(sweep({.calls = every_change, .kind = DiskFault::Kind::PowerCut, .seed = seed}, seed != 2, false, 2).deaths > 50);
  }
}

TEST_CASE("the power goes while answers carry the pictures", "[fault-20]") {
  CHECK(sweep({.calls = every_change, .kind = DiskFault::Kind::PowerCut}, false, true).deaths > 40);
}

TEST_CASE("killed in any call of the disk", "[fault-18]") {
  CHECK(sweep({.calls = every_change, .kind = DiskFault::Kind::Kill}, false).deaths > 50);
}

TEST_CASE("killed, or without power, while 5,000 jobs are taken on: all of them are there, or none", "[fault-16]") {
  prepare_for_many_projects();
  constexpr int batch = 5000;
  int none = 0, all = 0;
  const auto jobs_after = [&](DiskFault fault) {
    TempFolder folder;
    RigOptions options;
    options.project = folder.path() / "project";
    options.drive = false;
    { Rig made(options); }
    const ToldLines told(folder.path() / "told");
    fault.under = options.project.string();
    std::string failed;
    const bool died = dies(
        [&] {
          Rig rig(options);
          rig.open();
          arm_disk(fault);
          rig.generate(batch);
          told.add("taken");
          told.add(std::to_string(disk_calls()));
          disarm_disk();
        },
        &failed);
    CHECK(failed == "");
    CHECK(died == (told.lines().size() < 2));
    auto store = Store::open(options.project);
    REQUIRE(store);
    std::int64_t jobs = -1, generations = -1;
    REQUIRE((*store)->read_and_wait([&](Ledger& ledger) -> Result<void> {
      STUDIO_TRY(jobs, ledger.job_count());
      STUDIO_TRY(const auto found, ledger.generations());
      generations = static_cast<std::int64_t>(found.size());
      return {};
    }));
    CHECK((jobs == 0 || jobs == batch));
    CHECK(generations == (jobs == 0 ? 0 : 1));
    if (!told.lines().empty()) CHECK(jobs == batch);
    (jobs == 0 ? none : all) += 1;
    return died ? 0 : std::stoi(told.lines().at(1));
  };
  const int calls = jobs_after({.calls = WriteCall | SyncCall, .kind = DiskFault::Kind::Kill, .at = 1 << 30});
  REQUIRE(calls > 100);  // the batch is many writes, and dying in the middle of it is possible
  for (const auto kind : {DiskFault::Kind::Kill, DiskFault::Kind::PowerCut}) {
    for (const int at : {1, calls / 4, calls / 2, calls - 2, calls - 1, calls}) {
      jobs_after({.calls = WriteCall | SyncCall, .kind = kind, .at = at, .seed = static_cast<unsigned>(at)});
    }
  }
  CHECK(none > 1);
  CHECK(all >= 1);
}
