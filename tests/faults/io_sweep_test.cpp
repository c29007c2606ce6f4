// The n-th call of the disk fails, for n = 1, 2, 3 … until a run passes untouched: ledger, spool, vault, posters, all at once.
// A whole engine works meanwhile; what it told is true, nothing is paid twice or lost, and it goes on when the disk does.
#include <algorithm>

#include "faults/disk_faults.h"
#include "faults/fault_rig.h"
#include "support/catch.h"

using namespace studio;

namespace {

struct Tally {
  int runs = 0;      // in which the fault struck
  int refused = 0;   // requests that were not taken
  int troubles = 0;  // runs in which the engine said that something is wrong
};

// What was told as done is so on the disk at that moment.
std::string told_too_early(Rig& rig) {
  std::string early;
  auto ledger = Ledger::open_read_only(rig.project());
  if (!ledger) return ledger.error().message;
  for (const auto& event : rig.events<JobChanged>()) {
    if (event.job.state != JobState::Done) continue;
    const auto job = (*ledger)->job(event.job.id);
    if (!job || !*job || (*job)->state != JobState::Done) early += to_string(event.job.id) + " was told done too early\n";
  }
  // The engine works on meanwhile.
  const auto looked = (*ledger)->snapshot([&]() -> Result<void> {
    early += Rig::broken_in_ledger(**ledger, Vault(rig.project()));
    return {};
  });
  return looked ? early : early + looked.error().message;
}

// One job, from the request to its posters, with the fault at the n-th call.
Tally sweep(DiskFault fault, bool inline_answers = false) {
  prepare_for_many_projects();
  Tally tally;
  for (int n = 1; n < 1000; ++n) {
    INFO("the call number " << n);
    RigOptions options;
    options.provider.inline_answers = inline_answers;
    Rig rig(options);
    rig.service.inline_answers = inline_answers;
    rig.service.polls_until_done = 1;
    // What the service looks up in the ledger is not the program's own reading.
    rig.service.check_intent = [look = rig.service.check_intent](const std::string& key, const std::string& body) {
      const DiskLook mine;
      return look(key, body);
    };
    rig.open();
    fault.under = rig.project().string();
    fault.at = n;
    arm_disk(fault);
    bool is_taken = true;
    try {
      rig.generate(1);
    } catch (const std::runtime_error&) {
      is_taken = false;
    }
    const auto outlook = rig.drain();
    const int hit = disk_faults_hit();
    if (!outlook.problem.message.empty()) {
      ++tally.troubles;
      // Nothing new is begun while the ledger cannot be written.
      const int sent = rig.service.count("POST /jobs");
      try {
        rig.generate(1);
      } catch (const std::runtime_error&) {
      }
      rig.drain();
      if (disk_faults_hit() > hit) CHECK(rig.service.count("POST /jobs") == sent);
    }
    disarm_disk();
    CHECK(told_too_early(rig) == "");
    if (!is_taken) {
      ++tally.refused;
      rig.generate(1);
    }
    const Ended ended = go_on_to_the_end(rig);
    CHECK(ended.stuck == "");
    CHECK(ended.broken == "");
    CHECK(ended.jobs >= 1);
    // A request that was refused, and is on the disk after all, is taken back.
    CHECK(ended.done + ended.cancelled == ended.jobs);
    CHECK(ended.done >= 1);
    if (is_taken && outlook.problem.message.empty()) CHECK(ended.cancelled == 0);
    CHECK(ended.settled == ended.billed);
    CHECK(ended.reserved == Money{});
    // And as the next start finds it.
    rig.reopen();
    rig.drain();
    CHECK(rig.broken_promises() == "");
    // A poster that the disk refused is made then.
    const auto assets = rig.assets();
    rig.wait_until([&] { return std::all_of(assets.begin(), assets.end(), [&](const Asset& asset) { return rig.packs().has(asset.sha256 + ":256"); }); });
    if (hit == 0) return tally;
    ++tally.runs;
  }
  FAIL("the run never passed without a fault");
  return tally;
}

}  // namespace

TEST_CASE("one write, fsync or rename fails, whichever: nothing is lost, and it is done after all", "[fault-22]") {
  const Tally tally = sweep({.calls = WriteCall | SyncCall | RenameCall});
  CHECK(tally.runs > 30);
  CHECK(tally.refused > 0);
}

TEST_CASE("writes, fsyncs and renames fail from some moment on: it pauses, says so, and goes on when the disk does", "[fault-22]") {
  const Tally tally = sweep({.calls = WriteCall | SyncCall | RenameCall, .goes_on = true});
  CHECK(tally.runs > 30);
  CHECK(tally.refused > 0);
  CHECK(tally.troubles > 10);
}

TEST_CASE("every fsync from some moment on fails, and nothing else: nothing is told that is not on the disk", "[fault-22]") {
  const Tally tally = sweep({.calls = SyncCall, .goes_on = true});
  CHECK(tally.runs > 8);
  CHECK(tally.troubles > 5);
}

TEST_CASE("a write that is cut short, and no room from then on: no half file becomes a result", "[fault-21][fault-22]") {
  const Tally tally = sweep({.calls = WriteCall, .kind = DiskFault::Kind::ShortWrite, .goes_on = true, .error = ENOSPC});
  CHECK(tally.runs > 15);
  CHECK(tally.troubles > 5);
}

TEST_CASE("files can neither be made nor opened for writing from some moment on", "[fault-21][fault-23]") {
  const Tally tally = sweep({.calls = MakeCall | RenameCall, .goes_on = true, .error = EROFS});
  CHECK(tally.runs > 3);
}

TEST_CASE("one read fails, whichever, and then all of them: a disk error is not taken for a damaged result", "[fault-22]") {
  CHECK(sweep({.calls = ReadCall}).runs > 5);
  CHECK(sweep({.calls = ReadCall, .goes_on = true}).runs > 5);
}

TEST_CASE("an answer that carries the picture: one write, fsync or rename of its way fails, once and for good", "[fault-22]") {
  CHECK(sweep({.calls = WriteCall | SyncCall | RenameCall}, true).runs > 25);
  CHECK(sweep({.calls = WriteCall | SyncCall | RenameCall, .goes_on = true, .error = ENOSPC}, true).runs > 25);
}
