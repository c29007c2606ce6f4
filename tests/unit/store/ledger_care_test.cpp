#include "store/ledger_care.h"

#include <chrono>
#include <fstream>
#include <thread>

#include "base/clock.h"
#include "base/file.h"
#include "damage_pages.h"
#include "project_fixture.h"
#include "sample_values.h"
#include "store/sqlite_db.h"

using namespace studio;

namespace {

using namespace std::chrono_literals;

std::string name_of_today() { return "ledger-" + local_date(SystemClock().wall_ms()) + ".sqlite"; }

void fill(Store& store, int assets) {
  REQUIRE(store.write_and_wait([&](Ledger& l) -> Result<void> {
    for (int i = 0; i < assets; ++i) STUDIO_CHECK(l.add_asset(full_asset()));
    return {};
  }));
}

void set_fact(Store& store, const std::string& name, const std::string& value) {
  REQUIRE(store.write_and_wait([&](Ledger& l) { return l.set_fact(name, value); }));
}

void make_older(const std::filesystem::path& file, std::chrono::hours by) {
  std::filesystem::last_write_time(file, std::filesystem::last_write_time(file) - by);
}

// Everything that a ledger says, row by row, but for what makes a copy one.
std::string all_rows(const std::filesystem::path& ledger) {
  auto db = Database::open(ledger, Database::Mode::ReadOnly).value();
  std::vector<std::string> tables;
  auto names = db->prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").value();
  while (names.step().value()) tables.push_back(names.row().text());
  REQUIRE(tables.size() > 15);
  std::string rows;
  for (const std::string& table : tables) {
    rows += table + ":\n";
    auto columns = db->prepare_once("SELECT group_concat('quote(\"' || name || '\")', ' || ''|'' || ') FROM pragma_table_xinfo('" + table + "')").value();
    REQUIRE(columns.step().value());
    const std::string where = table == "facts" ? " WHERE name <> 'backup_of'" : "";
    auto all = db->prepare_once("SELECT " + columns.row().text() + " FROM \"" + table + "\"" + where).value();
    while (all.step().value()) rows += all.row().text() + "\n";
  }
  return rows;
}

std::vector<std::string> files_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

TEST_CASE("the end of a project that was changed leaves a backup, which is the ledger once more") {
  TestProject project;
  fill(*project.open(), 40);
  REQUIRE(files_in(project.path / "backup") == std::vector<std::string>{name_of_today()});
  const auto backup = project.path / "backup" / name_of_today();
  CHECK(all_rows(backup) == all_rows(project.path / "ledger.sqlite"));
  CHECK_FALSE(Database::open(backup, Database::Mode::ReadOnly).value()->full_check().value());
  CHECK(fact_of(*project.open(), "backup_of") == "");  // it is the copy that says what it is

  const auto again = project.temp.path() / "again";
  REQUIRE(Store::create(again, "other"));
  std::filesystem::copy_file(backup, again / "ledger.sqlite", std::filesystem::copy_options::overwrite_existing);
  auto store = Store::open(again).value();
  CHECK(in_store(*store, [](Ledger& l) { return l.asset_count(); }) == 40);
  CHECK(fact_of(*store, "name") == "test");
  CHECK(store->restored_from().starts_with("20"));
  set_fact(*store, "after", "1");
}

TEST_CASE("a backup is made when there is something new, and not after each of many short visits") {
  TestProject project;
  set_fact(*project.open(), "a", "1");
  const auto ledger = project.path / "ledger.sqlite", backup = project.path / "backup" / name_of_today();
  const auto first = std::filesystem::last_write_time(backup);

  set_fact(*project.open(), "b", "1");  // minutes later at most
  CHECK(std::filesystem::last_write_time(backup) == first);

  make_older(backup, 1h);
  set_fact(*project.open(), "c", "1");
  CHECK(std::filesystem::last_write_time(backup) >= first);
  CHECK(all_rows(backup) == all_rows(ledger));
  CHECK(ledger_backups(ProjectFolder(project.path)).size() == 1);  // of the same day

  make_older(ledger, 2h);
  make_older(backup, 1h);
  const auto older = std::filesystem::last_write_time(backup);
  CHECK(fact_of(*project.open(), "c") == "1");  // only looked at
  CHECK(std::filesystem::last_write_time(backup) == older);
}

TEST_CASE("a project that stays open gets its backup after a day, beside the work") {
  TestProject project;
  set_fact(*project.open(), "a", "1");
  const auto backup = project.path / "backup" / name_of_today();
  make_older(backup, 23h);
  const auto older = std::filesystem::last_write_time(backup);
  {
    auto store = project.open();
    set_fact(*store, "b", "1");
    CHECK(std::filesystem::last_write_time(backup) == older);
  }
  make_older(backup, 25h);
  auto store = project.open();
  set_fact(*store, "c", "1");
  // Only the store's own thread makes it now: this one looks until it is there.
  const auto limit = std::chrono::steady_clock::now() + 30s;
  std::error_code error;
  while (std::filesystem::last_write_time(backup, error) <= older && std::chrono::steady_clock::now() < limit) std::this_thread::yield();
  REQUIRE(std::filesystem::last_write_time(backup) > older);
  auto copy = Database::open(backup, Database::Mode::ReadOnly).value();
  CHECK(copy->number("SELECT count(*) FROM facts WHERE name = 'c'").value() == 1);
  set_fact(*store, "d", "1");
  CHECK(fact_of(*store, "d") == "1");
}

TEST_CASE("the newest three backups stay, and nothing else in their folder is touched") {
  TestProject project;
  fill(*project.open(), 1);
  const ProjectFolder folder(project.path);
  std::filesystem::remove_all(project.path / "backup");
  std::filesystem::create_directory(project.path / "backup");
  std::ofstream(project.path / "backup" / "notes.txt") << "mine";
  std::ofstream(project.path / "backup" / "ledger-2019-1-1.sqlite") << "mine";
  std::ofstream(project.path / "backup" / "ledger.part") << "of a crash";
  const std::int64_t noon = 1'750'000'000'000, day = 86'400'000;
  std::vector<std::string> days;
  for (int i = 0; i < 5; ++i) {
    const auto made = back_up_ledger(folder, LedgerNow::Closed, noon + i * day);
    REQUIRE(made);
    days.push_back("ledger-" + local_date(noon + i * day) + ".sqlite");
    CHECK(made->filename() == days.back());
  }
  CHECK(files_in(project.path / "backup") == std::vector<std::string>{"ledger-2019-1-1.sqlite", days[2], days[3], days[4], "notes.txt"});
  const auto found = ledger_backups(folder);
  REQUIRE(found.size() == 3);
  CHECK(found[0].filename() == days[4]);
  CHECK(found[2].filename() == days[2]);
}

TEST_CASE("without room there is no backup, and the project is none the worse", "[fault-21]") {
  TempFolder temp;
  SmallDisk disk(temp.path() / "disk", "8m");
  if (!disk.is_there()) STUDIO_SKIP("the right to mount a small disk");
  const auto path = temp.path() / "disk" / "project";
  REQUIRE(Store::create(path, "small"));
  set_fact(*Store::open(path).value(), "a", "1");
  const auto made = back_up_ledger(ProjectFolder(path), LedgerNow::Closed, 1'750'000'000'000);
  REQUIRE_FALSE(made);
  CHECK(made.error().kind == ErrorKind::Disk);
  CHECK(made.error().message.find("room") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(path / "backup"));
  const auto store = Store::open(path);
  REQUIRE(store);
  CHECK((*store)->last_exit_was_clean());
  CHECK(fact_of(**store, "a") == "1");
}

TEST_CASE("of a damaged ledger no backup is made, and the good ones stay", "[fault-25]") {
  TestProject project;
  fill(*project.open(), 400);
  const auto backup = project.path / "backup" / name_of_today();
  const std::string good = read_file(backup).value();
  damage_pages(project.path / "ledger.sqlite");
  const auto made = back_up_ledger(ProjectFolder(project.path), LedgerNow::Closed, SystemClock().wall_ms());
  REQUIRE_FALSE(made);
  CHECK(made.error().kind == ErrorKind::Damaged);
  CHECK(read_file(backup).value() == good);
  CHECK(files_in(project.path / "backup").size() == 1);

  // At the end of a project that finding is left for the next start.
  make_older(backup, 1h);
  {
    auto lock = OwnerLock::take(ProjectFolder(project.path)).value();
    REQUIRE(lock->last_exit_was_clean());
    REQUIRE(lock->mark_clean());
  }
  auto store = Store::open(project.path);
  REQUIRE(store);  // a clean exit: nobody looks at every page
  store->reset();
  const auto again = Store::open(project.path);
  REQUIRE_FALSE(again);
  CHECK(again.error().kind == ErrorKind::Damaged);
}

TEST_CASE("the sentence about a damaged ledger names its backup, and doing what it says works", "[fault-25]") {
  TestProject project;
  fill(*project.open(), 400);
  SecondProcess other([&](auto ready) {
    auto store = Store::open(project.path);
    if (!store || !(*store)->write_and_wait([](Ledger& l) { return l.set_fact("late", "1"); })) ::_exit(1);
    ready();
    for (;;) ::pause();
  });
  REQUIRE(other.wait_ready());
  other.kill();
  const auto ledger = project.path / "ledger.sqlite";
  damage_pages(ledger);
  const auto store = Store::open(project.path);
  REQUIRE_FALSE(store);
  CHECK(store.error().kind == ErrorKind::Damaged);
  const std::string said = store.error().message;
  INFO(said);
  CHECK(said.find("copy backup/" + name_of_today() + " to ledger.sqlite") != std::string::npos);
  CHECK(said.find("move ledger.sqlite, ledger.sqlite-wal and ledger.sqlite-shm out of the folder") != std::string::npos);
  CHECK(said.find(project.path.string()) != std::string::npos);

  const auto aside = project.temp.path() / "aside";
  std::filesystem::create_directory(aside);
  for (const char* name : {"ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"}) std::filesystem::rename(project.path / name, aside / name);
  std::filesystem::copy_file(project.path / "backup" / name_of_today(), ledger);
  auto restored = project.open();
  CHECK(in_store(*restored, [](Ledger& l) { return l.asset_count(); }) == 400);
  CHECK(fact_of(*restored, "late") == "");
  CHECK_FALSE(restored->restored_from().empty());
}

TEST_CASE("without a backup the sentence says so, and what is safe") {
  TestProject project;
  const std::string said = restore_words(project.path / "ledger.sqlite");
  CHECK(said.find("no backup") != std::string::npos);
  CHECK(said.find("vault") != std::string::npos);
}

TEST_CASE("the full check finds what the quick one does not, and can be stopped", "[fault-25]") {
  TestProject project;
  fill(*project.open(), 400);
  CHECK_FALSE(check_whole_ledger(project.path).value());
  const auto stopped = check_whole_ledger(project.path, [] { return true; });
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().kind == ErrorKind::Cancelled);

  REQUIRE(Database::open(project.path / "ledger.sqlite", Database::Mode::ReadWrite).value()->run_script(
      "PRAGMA foreign_keys = OFF; INSERT INTO marks VALUES(99999, 'pick', 0)"));
  CHECK_FALSE(Database::open(project.path / "ledger.sqlite", Database::Mode::ReadOnly).value()->quick_check().value());
  const auto found = check_whole_ledger(project.path).value();
  REQUIRE(found);
  CHECK(found->find("marks") != std::string::npos);

  damage_pages(project.path / "ledger.sqlite");
  CHECK(check_whole_ledger(project.path).value());
}
