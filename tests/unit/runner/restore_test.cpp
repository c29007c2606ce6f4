// A backup in the ledger's place: what it does not know was sent may not be paid for twice, and what was on its way comes home.
#include "base/file.h"
#include "store/ledger_care.h"
#include "support/catch.h"
#include "support/runner_rig.h"

using namespace studio;

TEST_CASE("a backup in the ledger's place: what was on its way comes home, and what it believes to wait is held", "[fault-25]") {
  Rig rig;
  rig.service.polls_until_done = 1 << 30;
  rig.open();
  REQUIRE(rig.set_hold_after_crash(false));  // a backup is more than a crash
  const Job running = rig.generate(1, "under way").front();
  rig.wait_for(running.id, JobState::Running);
  rig.close();
  rig.options().drive = false;
  rig.open();
  const Job waiting = rig.generate(1, "in line").front();
  rig.close();

  const ProjectFolder folder(rig.project());
  const auto backup = back_up_ledger(folder, LedgerNow::Closed, SystemClock().wall_ms());
  REQUIRE(backup);
  rig.options().drive = true;
  rig.service.polls_until_done = 1;
  rig.open();
  rig.drain();
  REQUIRE(rig.job(running.id).state == JobState::Done);
  REQUIRE(rig.job(waiting.id).state == JobState::Done);
  rig.close();
  REQUIRE(rig.service.bill().size() == 2);

  // The ledger is lost, with all that it knew since.
  std::filesystem::remove(folder.ledger());
  std::filesystem::copy_file(*backup, folder.ledger());
  rig.open();
  const std::string when = rig.store().restored_from();
  CHECK_FALSE(when.empty());
  rig.wait_for(running.id, JobState::Done);
  rig.drain();
  CHECK(rig.job(running.id).state == JobState::Done);
  CHECK(rig.job(waiting.id).state == JobState::Queued);
  CHECK(rig.service.bill().size() == 2);
  CHECK(rig.service.problems().empty());
  rig.reopen();  // held until a person says go on, also without the fact
  rig.drain();
  CHECK(rig.store().restored_from().empty());
  CHECK(rig.job(waiting.id).state == JobState::Queued);
  CHECK(rig.service.bill().size() == 2);
  // Why it waits is not forgotten either.
  const auto outlook = rig.outlook();
  REQUIRE(outlook.need_person.size() == 1);
  CHECK(outlook.need_person.front().reason.find("backup of " + when) != std::string::npos);
  REQUIRE(rig.release_hold());
  rig.drain();
  CHECK(rig.job(waiting.id).state == JobState::Done);
}
