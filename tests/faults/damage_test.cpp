// Bits that flip in the vault, logs of the ledger that are cut, shared memory that is gone: found, and mended where it can be.
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "base/file.h"
#include "faults/disk_faults.h"
#include "faults/fault_rig.h"
#include "store/sqlite_db.h"
#include "support/catch.h"

using namespace studio;

namespace {

std::filesystem::path only_blob(const std::filesystem::path& project) {
  std::filesystem::path found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(project / "vault")) {
    if (entry.is_regular_file()) found = entry.path();
  }
  return found;
}

void flip_a_bit(const std::filesystem::path& file) {
  ::chmod(file.c_str(), 0644);
  std::string bytes = read_file(file).value();
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 0x10);
  std::ofstream(file, std::ios::binary) << bytes;
  ::chmod(file.c_str(), 0444);
}

}  // namespace

TEST_CASE("a bit that flips between the vault and the ledger is found, and the result is fetched again", "[fault-26]") {
  for (const char* point : {"vault after", "T10 before", "T10 after", "T12 before"}) {
    for (const bool says_hash : {true, false}) {
      INFO(point << (says_hash ? ", the service says the hash" : ""));
      TempFolder folder;
      RigOptions options;
      options.project = folder.path() / "project";
      REQUIRE(dies([&] {
        ::setenv("STUDIO_CRASH_AT", point, 1);
        Rig rig(options);
        rig.service.says_hash = says_hash;
        rig.open();
        rig.generate(1);
        rig.drain();
      }));
      const auto blob = only_blob(options.project);
      REQUIRE_FALSE(blob.empty());
      flip_a_bit(blob);
      REQUIRE_FALSE(Vault(options.project).is_sound(blob.filename().string()).value());  // the fault bites
      Rig rig(options);
      rig.service.says_hash = says_hash;
      rig.open();
      const Ended ended = go_on_to_the_end(rig);
      CHECK(ended.stuck == "");
      CHECK(ended.broken == "");  // I6 reads every blob
      CHECK(ended.done == 1);
      CHECK(rig.service.count("GET /files/") >= 1);
      CHECK(rig.service.count("POST /jobs") == 0);
      CHECK(rig.service.bill().size() == 1);
    }
  }
}

TEST_CASE("a file that the disk does not give is not taken for a damaged one", "[fault-22][fault-26]") {
  Rig rig;
  rig.open();
  rig.generate(1);
  rig.drain();
  const Asset asset = rig.assets().at(0);
  arm_disk({.under = rig.project().string(), .name = asset.sha256, .calls = ReadCall, .goes_on = true});
  rig.runner().check_files({asset.id});
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (disk_faults_hit() == 0 && std::chrono::steady_clock::now() < limit) std::this_thread::yield();  // which no event tells
  REQUIRE(disk_faults_hit() > 0);
  disarm_disk();
  flip_a_bit(rig.vault().blob_path(asset.sha256));
  rig.runner().check_files({asset.id});  // after the other: one at a time
  rig.wait_until([&] { return !rig.events<AssetChanged>().empty(); });
  rig.outlook();
  CHECK(rig.events<AssetChanged>().size() == 1);
  CHECK(rig.assets().at(0).state == AssetState::Missing);
}

TEST_CASE("a log of the ledger that is cut anywhere: what comes before the cut is there, and the ledger is sound", "[fault-25]") {
  prepare_for_many_projects();
  TempFolder folder;
  const auto project = folder.path() / "project";
  constexpr int facts = 12;
  REQUIRE(Store::create(project, "x"));
  REQUIRE(dies([&] {
    auto store = Store::open(project);
    for (int i = 0; i < facts; ++i) {
      if (!(*store)->write_and_wait([&](Ledger& l) { return l.set_fact("k" + std::to_string(i), std::string(700, 'v')); })) throw std::runtime_error("write");
    }
    ::kill(::getpid(), SIGKILL);
  }));
  const auto log = project / "ledger.sqlite-wal";
  const auto size = std::filesystem::file_size(log);
  REQUIRE(size > 20'000);
  int fewest = facts, most = 0;
  for (std::uintmax_t cut = 0; cut <= size; cut += cut < 64 ? 16 : 2999) {
    for (const bool has_shm : {true, false}) {
      INFO("cut at " << cut << " of " << size);
      const auto copy = folder.path() / "copy";
      std::filesystem::remove_all(copy);
      std::filesystem::copy(project, copy, std::filesystem::copy_options::recursive);
      std::filesystem::resize_file(copy / "ledger.sqlite-wal", cut);
      if (!has_shm) std::filesystem::remove(copy / "ledger.sqlite-shm");
      auto store = Store::open(copy);
      if (!store) FAIL(store.error().message);
      int there = 0;
      bool is_prefix = true;
      REQUIRE((*store)->read_and_wait([&](Ledger& ledger) -> Result<void> {
        for (int i = 0; i < facts; ++i) {
          STUDIO_TRY(const std::string value, ledger.fact("k" + std::to_string(i)));
          if (!value.empty()) is_prefix = is_prefix && there++ == i;
        }
        return {};
      }));
      CHECK(is_prefix);
      fewest = std::min(fewest, there);
      most = std::max(most, there);
      CHECK((*store)->write_and_wait([](Ledger& l) { return l.set_fact("after", "1"); }));
      store->reset();
      auto db = Database::open(copy / "ledger.sqlite", Database::Mode::ReadOnly).value();
      const auto problem = db->quick_check();
      CHECK((problem && !problem->has_value()));
    }
  }
  CHECK(fewest == 0);  // the fault bites
  CHECK(most >= facts - 1);
}

TEST_CASE("the shared memory beside a ledger is gone after a kill: everything that was confirmed is there", "[fault-25]") {
  TempFolder folder;
  RigOptions options;
  options.project = folder.path() / "project";
  REQUIRE(dies([&] {
    ::setenv("STUDIO_CRASH_AT", "T12 after#2", 1);
    Rig rig(options);
    rig.open();
    rig.generate(2);
    rig.drain();
  }));
  REQUIRE(std::filesystem::remove(options.project / "ledger.sqlite-shm"));
  Rig rig(options);
  rig.open();
  const Ended ended = go_on_to_the_end(rig);
  CHECK(ended.stuck + ended.broken == "");
  CHECK(ended.done == 2);
  CHECK(rig.service.count("POST /jobs") == 0);
}
