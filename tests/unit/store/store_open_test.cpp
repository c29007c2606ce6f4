#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>

#include "base/file.h"
#include "damage_pages.h"
#include "project_fixture.h"
#include "sample_values.h"
#include "store/project_folder.h"
#include "store/sqlite_db.h"

using namespace studio;

namespace {

void put_text(const std::filesystem::path& path, const std::string& text) { REQUIRE(write_file_durable(path, text)); }

// As a kill would leave it: owned by a process that is no more.
void pretend_unclean_exit(const std::filesystem::path& project) {
  put_text(project / "owner.lock", "pid 4000000\nprogram studio\nhost here\nstarted 2026-01-01T00:00:00Z\n");
}

void fill(Store& store) {
  REQUIRE(store.write_and_wait([](Ledger& l) -> Result<void> {
    for (int i = 0; i < 400; ++i) STUDIO_CHECK(l.add_asset(full_asset()));
    return {};
  }));
}

}  // namespace

TEST_CASE("a new project has its parts, its name, and is recognised") {
  TempFolder temp;
  const auto path = temp.path() / "deep" / "er" / "My film é";
  CHECK_FALSE(is_project(path));
  REQUIRE(Store::create(path, "My film é"));
  CHECK(is_project(path));
  for (const char* part : {"vault", "spool", "packs"}) CHECK(std::filesystem::is_directory(path / part));
  auto store = Store::open(path / ".." / "My film é");
  REQUIRE(store);
  CHECK((*store)->project() == path);
  CHECK(fact_of(**store, "name") == "My film é");
}

TEST_CASE("a project is made only where nothing is") {
  TempFolder temp;
  const auto refusal = [&](const std::filesystem::path& path) {
    const auto made = Store::create(path, "x");
    REQUIRE_FALSE(made);
    CHECK(made.error().kind == ErrorKind::BadRequest);
    CHECK(made.error().message.find(path.string()) != std::string::npos);
    return made.error().message;
  };
  std::filesystem::create_directory(temp.path() / "full");
  put_text(temp.path() / "full" / "letter.txt", "dear");
  CHECK(refusal(temp.path() / "full").find("not empty") != std::string::npos);
  CHECK(std::distance(std::filesystem::directory_iterator(temp.path() / "full"), {}) == 1);
  put_text(temp.path() / "file", "x");
  CHECK(refusal(temp.path() / "file").find("file") != std::string::npos);

  std::filesystem::create_directory(temp.path() / "empty");
  REQUIRE(Store::create(temp.path() / "empty", "x"));
  CHECK(refusal(temp.path() / "empty").find("already") != std::string::npos);
}

TEST_CASE("a creation that was cut is finished by the next one") {
  TempFolder temp;
  const auto path = temp.path() / "p";
  std::filesystem::create_directories(path / "vault");
  put_text(path / "ledger.sqlite.new", "half");
  put_text(path / "owner.lock", "pid 4000000\n");
  CHECK_FALSE(is_project(path));
  REQUIRE(Store::create(path, "x"));
  CHECK(Store::open(path));
  CHECK_FALSE(std::filesystem::exists(path / "ledger.sqlite.new"));
}

TEST_CASE("what is no project is named") {
  TempFolder temp;
  put_text(temp.path() / "file", "x");
  for (const char* name : {"absent", "file", "."}) {
    for (const auto& kind : {Store::open(temp.path() / name).error().kind, Ledger::open_read_only(temp.path() / name).error().kind}) {
      CHECK(kind == ErrorKind::NotFound);
    }
  }
  CHECK_FALSE(std::filesystem::exists(temp.path() / "absent"));
}

TEST_CASE("one process owns a project, the second is told who, and a kill gives it free", "[fault-27]") {
  TestProject project;
  SecondProcess other([&](auto ready) {
    auto store = Store::open(project.path);
    if (!store || !(*store)->write_and_wait([](Ledger& l) { return l.set_fact("by", "other"); })) ::_exit(1);
    ready();
    for (;;) ::pause();
  });
  REQUIRE(other.wait_ready());
  const auto refused = Store::open(project.path);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == ErrorKind::Owned);
  CHECK(refused.error().message.find("process " + std::to_string(other.pid())) != std::string::npos);
  CHECK(refused.error().message.find("test_store") != std::string::npos);
  CHECK(OwnerLock::current_owner(ProjectFolder(project.path))->pid == other.pid());
  {
    auto reader = Ledger::open_read_only(project.path);  // reading is free for all
    REQUIRE(reader);
    CHECK((*reader)->fact("by").value() == "other");
  }
  other.kill();
  CHECK_FALSE(OwnerLock::current_owner(ProjectFolder(project.path)));
  {
    auto reader = Ledger::open_read_only(project.path);  // and so it is with what a kill left
    REQUIRE(reader);
    CHECK((*reader)->fact("by").value() == "other");
  }
  auto store = project.open();
  CHECK(fact_of(*store, "by") == "other");
  CHECK(OwnerLock::current_owner(ProjectFolder(project.path))->pid == ::getpid());
}

TEST_CASE("the same process cannot open a project twice") {
  TestProject project;
  auto first = project.open();
  const auto second = Store::open(project.path);
  REQUIRE_FALSE(second);
  CHECK(second.error().kind == ErrorKind::Owned);
  first.reset();
  CHECK(Store::open(project.path));
}

TEST_CASE("everything confirmed before a kill is there after it") {
  TestProject project;
  int count = 0;
  for (int round = 0; round < 5; ++round) {
    SecondProcess other([&](auto ready) {
      auto store = Store::open(project.path);
      if (!store) ::_exit(1);
      for (int i = 0;; ++i) {
        const auto key = std::to_string(round) + "/" + std::to_string(i);
        if (!(*store)->write_and_wait([&](Ledger& l) { return l.set_fact(key, "v"); })) ::_exit(1);
        ready();
      }
    });
    int confirmed = 0;
    while (confirmed < 5 + round * 7 && other.wait_ready()) ++confirmed;
    other.kill();
    while (other.wait_ready()) ++confirmed;  // what it had said before it died
    REQUIRE(confirmed >= 5);
    auto store = project.open();
    for (int i = 0; i < confirmed; ++i) {
      if (fact_of(*store, std::to_string(round) + "/" + std::to_string(i)) == "v") ++count;
      else FAIL("lost " << round << "/" << i << " of " << confirmed);
    }
  }
  CHECK(count >= 25);
}

TEST_CASE("after an unclean exit a damaged ledger is found, named, and not touched", "[fault-25]") {
  TestProject project;
  {
    auto store = project.open();
    fill(*store);
  }
  const auto ledger = project.path / "ledger.sqlite";
  const std::string good = read_file(ledger).value();
  damage_pages(ledger);
  const std::string bad = read_file(ledger).value();
  {
    auto db = Database::open(ledger, Database::Mode::ReadOnly).value();
    CHECK(db->number("SELECT count(*) FROM facts"));  // an opening alone does not notice
    const auto problem = db->quick_check();
    REQUIRE((!problem || problem->has_value()));  // the fault bites
  }
  pretend_unclean_exit(project.path);
  for (int tries = 0; tries < 2; ++tries) {  // the finding does not wear off
    const auto store = Store::open(project.path);
    REQUIRE_FALSE(store);
    CHECK(store.error().kind == ErrorKind::Damaged);
    CHECK(store.error().message.find("damaged") != std::string::npos);
    CHECK(store.error().message.find("backup") != std::string::npos);
    CHECK(read_file(ledger).value() == bad);
    CHECK_FALSE(OwnerLock::current_owner(ProjectFolder(project.path)));
  }
  // The advice works.
  for (const char* suffix : {"-wal", "-shm"}) std::filesystem::remove(ledger.string() + suffix);
  put_text(ledger, good);
  auto store = project.open();
  CHECK(in_store(*store, [](Ledger& l) { return l.asset_count(); }) == 400);
}

TEST_CASE("a damaged ledger keeps the log that a kill left, for whoever repairs it", "[fault-25]") {
  TestProject project;
  fill(*project.open());
  SecondProcess other([&](auto ready) {
    auto store = Store::open(project.path);
    if (!store || !(*store)->write_and_wait([](Ledger& l) { return l.set_fact("by", "other"); })) ::_exit(1);
    ready();
    for (;;) ::pause();
  });
  REQUIRE(other.wait_ready());
  other.kill();
  damage_pages(project.path / "ledger.sqlite");
  const std::string ledger = read_file(project.path / "ledger.sqlite").value();
  const std::string log = read_file(project.path / "ledger.sqlite-wal").value();
  REQUIRE(log.size() > 4096);
  const auto store = Store::open(project.path);
  REQUIRE_FALSE(store);
  CHECK(store.error().kind == ErrorKind::Damaged);
  CHECK(read_file(project.path / "ledger.sqlite").value() == ledger);
  CHECK(read_file(project.path / "ledger.sqlite-wal").value() == log);
}

TEST_CASE("only an unclean exit pays for the check, and a clean one is remembered") {
  TestProject project;
  project.open().reset();
  const auto lock = OwnerLock::take(ProjectFolder(project.path));
  REQUIRE(lock);
  CHECK((*lock)->last_exit_was_clean());
}

TEST_CASE("the mark of a clean exit is gone while a project is open and after a kill") {
  TestProject project;
  SecondProcess other([&](auto ready) {
    auto store = Store::open(project.path);
    ready();
    for (;;) ::pause();
  });
  REQUIRE(other.wait_ready());
  other.kill();
  const auto lock = OwnerLock::take(ProjectFolder(project.path));
  REQUIRE(lock);
  CHECK_FALSE((*lock)->last_exit_was_clean());
}

TEST_CASE("a ledger that is no database any more is called damaged by opener and reader", "[fault-25]") {
  TestProject project;
  const auto ledger = project.path / "ledger.sqlite";
  std::string bytes = read_file(ledger).value();
  bytes.replace(0, 100, std::string(100, 'x'));
  put_text(ledger, bytes);
  const auto store = Store::open(project.path);
  REQUIRE_FALSE(store);
  CHECK(store.error().kind == ErrorKind::Damaged);
  const auto reader = Ledger::open_read_only(project.path);
  REQUIRE_FALSE(reader);
  CHECK(reader.error().kind == ErrorKind::Damaged);
  CHECK(read_file(ledger).value() == bytes);
}

TEST_CASE("a name that this program does not know makes its row damaged, not something else") {
  TestProject project;
  in_store(*project.open(), [](Ledger& l) { return l.add_job(Job{}); });
  REQUIRE(Database::open(project.path / "ledger.sqlite", Database::Mode::ReadWrite).value()->run_script("UPDATE jobs SET state = 'melted'"));
  auto ledger = Ledger::open_read_only(project.path).value();
  const auto jobs = ledger->jobs();
  REQUIRE_FALSE(jobs);
  CHECK(jobs.error().kind == ErrorKind::Damaged);
}

TEST_CASE("a project on a read-only disk can be read", "[fault-23]") {
  TempFolder temp;
  SmallDisk disk(temp.path() / "disk", "3m");
  if (!disk.is_there()) STUDIO_SKIP("the right to mount a small disk");
  const auto project = temp.path() / "disk" / "a %41 ? # project";  // a name that an address must escape
  REQUIRE(Store::create(project, "still"));
  REQUIRE(disk.make_read_only());
  auto ledger = Ledger::open_read_only(project);
  if (!ledger) FAIL(ledger.error().message + " " + ledger.error().detail);
  CHECK((*ledger)->fact("name").value() == "still");
  const auto store = Store::open(project);
  REQUIRE_FALSE(store);
  CHECK(store.error().kind == ErrorKind::Disk);
  CHECK(store.error().message.find("read-only") != std::string::npos);
}

TEST_CASE("readers leave the log to the owner and no owner is needed for them") {
  TestProject project;
  {
    auto reader = Ledger::open_read_only(project.path).value();
    CHECK(reader->fact("name").value() == "test");
  }
  auto store = project.open();
  REQUIRE(store->write_and_wait([](Ledger& l) { return l.set_fact("x", "1"); }));
  const auto wal = project.path / "ledger.sqlite-wal";
  const auto size = std::filesystem::file_size(wal);
  REQUIRE(size > 0);
  {
    auto reader = Ledger::open_read_only(project.path).value();
    CHECK(reader->fact("x").value() == "1");
  }
  CHECK(std::filesystem::file_size(wal) == size);
}

TEST_CASE("network file systems are known by the kernel's numbers") {
  CHECK(network_file_system(0x6969, "nfs4") == "NFS");
  CHECK(network_file_system(0xFF534D42, "cifs") == "SMB");
  CHECK(network_file_system(static_cast<std::int32_t>(0xFE534D42), "smb2") == "SMB");
  CHECK(network_file_system(0x65735546, "fuse.sshfs") == "FUSE");
  CHECK(network_file_system(0x65735546, "fuseblk").empty());  // a local disk behind FUSE
  CHECK(network_file_system(0xEF53, "ext4").empty());
  CHECK(network_file_system(0x01021994, "tmpfs").empty());
  CHECK(network_file_system(0x9123683E, "btrfs").empty());
}

TEST_CASE("a folder that may not be written is said to be so", "[fault-23]") {
  if (::geteuid() == 0) {
    // Root ignores modes; an owner.lock that is a folder stands in for what cannot be opened.
    TestProject project;
    std::filesystem::remove(project.path / "owner.lock");
    std::filesystem::create_directory(project.path / "owner.lock");
    const auto store = Store::open(project.path);
    REQUIRE_FALSE(store);
    CHECK(store.error().message.find(project.path.string()) != std::string::npos);
    return;
  }
  TestProject project;
  ::chmod(project.path.c_str(), 0555);
  ::chmod((project.path / "owner.lock").c_str(), 0444);
  const auto store = Store::open(project.path);
  ::chmod(project.path.c_str(), 0755);
  REQUIRE_FALSE(store);
  CHECK(store.error().kind == ErrorKind::Disk);
  CHECK(store.error().message.find("permission") != std::string::npos);
}
