// The room a project takes is the sum of its files, part by part.
#include "settings/storage_use.h"

#include <fstream>

#include "support/catch.h"
#include "support/temp_folder.h"

using namespace studio;

namespace {

void put(const std::filesystem::path& file, std::size_t bytes) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file) << std::string(bytes, 'x');
}

}  // namespace

TEST_CASE("Each part of a project is counted once") {
  TempFolder folder;
  const auto project = folder.path();
  put(project / "vault" / "ab" / "abcd", 1000);
  put(project / "vault" / "cd" / "cdef", 500);
  put(project / "packs" / "0001.pack", 70);
  put(project / "spool" / "part", 9);
  put(project / "ledger.sqlite", 4096);
  put(project / "ledger.sqlite-wal", 4);
  put(project / "backup" / "ledger-2026-11-21.sqlite", 3000);
  put(project / "notes.txt", 123);  // not ours
  const auto use = measure_storage(project);
  REQUIRE(use);
  CHECK(use->vault == 1500);
  CHECK(use->vault_files == 2);
  CHECK(use->packs == 70);
  CHECK(use->spool == 9);
  CHECK(use->ledger == 7100);
  CHECK(use->total() == 8679);
  CHECK(use->free > 0);
}

TEST_CASE("Links are not followed out of the project, and a missing part is empty") {
  TempFolder folder, outside;
  put(outside.path() / "large", 100000);
  std::filesystem::create_directory(folder.path() / "vault");
  std::filesystem::create_symlink(outside.path() / "large", folder.path() / "vault" / "link");
  std::filesystem::create_directory_symlink(outside.path(), folder.path() / "vault" / "folder");
  const auto use = measure_storage(folder.path());
  REQUIRE(use);
  CHECK(use->vault == 0);
  CHECK(use->packs == 0);
}

TEST_CASE("A project that is gone is named, what is no longer wanted ends") {
  TempFolder folder;
  REQUIRE_FALSE(measure_storage(folder.path() / "none"));
  put(folder.path() / "vault" / "a", 1);
  std::stop_source stop;
  stop.request_stop();
  const auto cancelled = measure_storage(folder.path(), stop.get_token());
  REQUIRE_FALSE(cancelled);
  CHECK(cancelled.error().kind == ErrorKind::Cancelled);
}
