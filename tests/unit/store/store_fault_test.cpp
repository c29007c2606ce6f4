// The n-th write, truncation or fsync under the ledger fails, for every n: what was confirmed is there, what was refused is
// not, and the store works again when the disk does.
#include <sqlite3.h>
#include <unistd.h>

#include <cstdlib>

#include "base/log.h"
#include "fault_vfs.h"
#include "project_fixture.h"
#include "store/sqlite_db.h"

using namespace studio;

namespace {

struct Sweep {
  int runs = 0;       // in which a fault struck
  int refused = 0;    // writes that were told of an error
  int surfaced = 0;   // refused writes that are there nevertheless
  int lost = 0;       // confirmed writes that are not there
  int trusted = 0;    // writes that were confirmed although the disk had failed for good meanwhile
  int not_healed = 0; // runs in which the store did not work again
};

// Six writes, one of them large, with the fault somewhere in them.
Sweep sweep(bool goes_on, int code) {
  // Hundreds of projects: in memory, where there is such a place, since a real fsync adds nothing here.
  if (::access("/dev/shm", W_OK) == 0) ::setenv("TMPDIR", "/dev/shm", 1);
  install_fault_vfs();
  log_to_file("/dev/null");
  Sweep all;
  for (int n = 1; n < 500; ++n) {
    TempFolder temp;
    const auto path = temp.path() / "p";
    arm_faults({});
    REQUIRE(Store::create(path, "x"));
    auto store = Store::open(path).value();
    std::vector<bool> confirmed;
    arm_faults({n, goes_on, code});
    for (int i = 0; i < 6; ++i) {
      const std::string value(i == 3 ? 30'000 : 10, 'v');
      confirmed.push_back(store->write_and_wait([&](Ledger& l) { return l.set_fact("k" + std::to_string(i), value); }).has_value());
      all.trusted += goes_on && faults_hit() > 0 && confirmed.back();
    }
    const bool struck = faults_hit() > 0;
    arm_faults({});
    if (!struck) {
      for (const bool good : confirmed) CHECK(good);
      return all;
    }
    ++all.runs;
    all.not_healed += !store->write_and_wait([](Ledger& l) { return l.set_fact("after", "1"); });
    store.reset();
    auto db = Database::open(path / "ledger.sqlite", Database::Mode::ReadOnly).value();
    const auto problem = db->quick_check();
    CHECK((problem && !problem->has_value()));
    auto again = Store::open(path);
    REQUIRE(again);
    for (std::size_t i = 0; i < confirmed.size(); ++i) {
      const bool is_there = !fact_of(**again, "k" + std::to_string(i)).empty();
      all.refused += !confirmed[i];
      all.lost += confirmed[i] && !is_there;
      all.surfaced += !confirmed[i] && is_there;
    }
  }
  FAIL("the run never passed without a fault");
  return all;
}

}  // namespace

TEST_CASE("one failing write, truncation or fsync: confirmed is there, refused is not", "[fault-22]") {
  const Sweep result = sweep(false, 0);
  CHECK(result.runs > 10);
  CHECK(result.refused > 0);  // the fault bites
  CHECK(result.lost == 0);
  CHECK(result.surfaced == 0);
  CHECK(result.not_healed == 0);
}

TEST_CASE("a disk that fails from some moment on: nothing confirmed is lost, and it heals", "[fault-22]") {
  const Sweep result = sweep(true, 0);
  CHECK(result.runs > 10);
  CHECK(result.refused > result.runs);
  CHECK(result.lost == 0);
  CHECK(result.trusted == 0);
  // Of a refused commit whose fsync failed the disk may hold everything; no more than that one in each run.
  CHECK(result.surfaced <= result.runs);
  CHECK(result.not_healed == 0);
}

TEST_CASE("a disk without room at any write: confirmed is there, refused is not", "[fault-21]") {
  const Sweep result = sweep(false, SQLITE_FULL);
  CHECK(result.refused > 0);
  CHECK(result.lost == 0);
  CHECK(result.surfaced == 0);
  CHECK(result.not_healed == 0);
}
