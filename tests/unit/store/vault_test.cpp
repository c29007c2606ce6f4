#include "store/vault.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <utime.h>

#include <array>
#include <optional>
#include <vector>

#include "base/file.h"
#include "project_fixture.h"

using namespace studio;

namespace {

// FIPS 180-4, the example "abc".
const std::string abc_sha = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

struct VaultProject : TestProject {
  Vault vault{path};
  std::filesystem::path put(const std::filesystem::path& file, const std::string& bytes) const {
    REQUIRE(write_file_durable(file, bytes));
    return file;
  }
  std::size_t spooled() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path / "spool"), {}));
  }
};

struct stat facts_of(const std::filesystem::path& path) {
  struct stat facts{};
  REQUIRE(::lstat(path.c_str(), &facts) == 0);
  return facts;
}

// What was synced while one of these lives, in order; with it a test sees what a power loss would not take.
struct SyncWatch {
  std::vector<std::filesystem::path> synced;
  static inline SyncWatch* current = nullptr;
  SyncWatch() { current = this; }
  ~SyncWatch() { current = nullptr; }
  bool has(const std::filesystem::path& path) const { return std::find(synced.begin(), synced.end(), path) != synced.end(); }
};

}  // namespace

// Stands before the C library's, for every caller in this program.
extern "C" int fsync(int fd) {
  if (SyncWatch::current != nullptr) {
    std::error_code ignored;
    SyncWatch::current->synced.push_back(std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(fd), ignored));
  }
  return static_cast<int>(::syscall(SYS_fsync, fd));
}

TEST_CASE("a spool file becomes a blob named by its SHA-256, read-only") {
  VaultProject p;
  const auto blob = p.vault.adopt(p.put(p.vault.spool_path("attempt-t1"), "abc"));
  REQUIRE(blob);
  CHECK(blob->sha256 == abc_sha);
  CHECK(blob->bytes == 3);
  CHECK_FALSE(blob->was_known);
  const auto path = p.vault.blob_path(abc_sha);
  CHECK(path == p.path / "vault" / "ba" / abc_sha);
  CHECK(read_file(path).value() == "abc");
  CHECK((facts_of(path).st_mode & 07777) == 0444);
  CHECK(p.vault.has(abc_sha));
  CHECK(p.vault.open(abc_sha));
  CHECK(p.vault.is_sound(abc_sha).value());
  CHECK(p.spooled() == 0);
}

TEST_CASE("known bytes stay the blob they are") {
  VaultProject p;
  REQUIRE(p.vault.adopt(p.put(p.vault.spool_path("one"), "abc")));
  const auto inode = facts_of(p.vault.blob_path(abc_sha)).st_ino;
  const auto again = p.vault.adopt(p.put(p.vault.spool_path("two"), "abc"));
  REQUIRE(again);
  CHECK(again->was_known);
  CHECK(again->sha256 == abc_sha);
  CHECK(facts_of(p.vault.blob_path(abc_sha)).st_ino == inode);
  CHECK(p.spooled() == 0);
}

TEST_CASE("importing copies: the outside file stays its own") {
  VaultProject p;
  const auto outside = p.put(p.temp.path() / "photo.png", "abc");
  const auto blob = p.vault.import(outside);
  REQUIRE(blob);
  CHECK(blob->sha256 == abc_sha);
  const auto inside_facts = facts_of(p.vault.blob_path(abc_sha)), outside_facts = facts_of(outside);
  CHECK(inside_facts.st_ino != outside_facts.st_ino);
  CHECK(inside_facts.st_nlink == 1);
  CHECK(outside_facts.st_nlink == 1);
  CHECK((outside_facts.st_mode & 0777) == 0644);
  {
    UniqueFd fd(::open(outside.c_str(), O_WRONLY | O_CLOEXEC));
    REQUIRE(write_all(fd.get(), "xyz", 3) == 0);  // an edit from outside, in place
  }
  CHECK(read_file(p.vault.blob_path(abc_sha)).value() == "abc");
  CHECK(p.vault.import(p.put(p.temp.path() / "same", "abc"))->was_known);
  CHECK(p.spooled() == 0);
}

TEST_CASE("a large file is imported whole") {
  VaultProject p;
  std::string bytes(20'000'000, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>((i * 2654435761u) >> 13);
  const auto blob = p.vault.import(p.put(p.temp.path() / "clip", bytes));
  REQUIRE(blob);
  CHECK(blob->bytes == 20'000'000);
  CHECK(read_file(p.vault.blob_path(blob->sha256)).value() == bytes);
}

TEST_CASE("a file that does not tell its size is imported by reading it") {
  VaultProject p;
  const auto blob = p.vault.import("/proc/sys/kernel/ostype");
  REQUIRE(blob);
  CHECK(read_file(p.vault.blob_path(blob->sha256)).value() == "Linux\n");
  CHECK(blob->bytes == 6);
}

TEST_CASE("a spool file with a second name is copied, so that no other name reaches the blob") {
  VaultProject p;
  const auto spooled = p.put(p.vault.spool_path("linked"), "abc");
  const auto elsewhere = p.temp.path() / "elsewhere";
  REQUIRE(::link(spooled.c_str(), elsewhere.c_str()) == 0);
  REQUIRE(p.vault.adopt(spooled));
  CHECK(facts_of(p.vault.blob_path(abc_sha)).st_nlink == 1);
  CHECK(facts_of(p.vault.blob_path(abc_sha)).st_ino != facts_of(elsewhere).st_ino);
  CHECK(p.spooled() == 0);
}

TEST_CASE("folders, pipes, sockets, devices and absent files are refused in words, without waiting") {
  VaultProject p;
  const auto pipe = p.temp.path() / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  const auto socket_path = p.temp.path() / "socket";
  UniqueFd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::snprintf(address.sun_path, sizeof address.sun_path, "%s", socket_path.c_str());
  REQUIRE(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  const auto refusal = [&](const std::filesystem::path& path, ErrorKind kind) {
    const auto blob = p.vault.import(path);
    REQUIRE_FALSE(blob);
    CHECK(blob.error().kind == kind);
    CHECK(blob.error().message.find(path.string()) != std::string::npos);
  };
  refusal(p.temp.path(), ErrorKind::BadRequest);
  refusal(pipe, ErrorKind::BadRequest);
  refusal(socket_path, ErrorKind::BadRequest);
  refusal("/dev/zero", ErrorKind::BadRequest);
  refusal("/dev/full", ErrorKind::BadRequest);
  refusal(p.temp.path() / "absent", ErrorKind::NotFound);
  CHECK(p.spooled() == 0);
}

TEST_CASE("a cancelled import leaves nothing") {
  VaultProject p;
  const auto file = p.put(p.temp.path() / "clip", std::string(30'000'000, 'x'));
  int looks = 0;
  const auto blob = p.vault.import(file, [&] { return ++looks >= 1; });
  REQUIRE_FALSE(blob);
  CHECK(blob.error().kind == ErrorKind::Cancelled);
  CHECK(looks == 1);
  CHECK(p.spooled() == 0);
}

TEST_CASE("hostile names stay inside the project") {
  VaultProject p;
  const std::string names[] = {"../../etc/passwd", "/etc/passwd", "..", ".", "", std::string("a\0b", 3), "a/b", "\n", std::string(4000, 'x')};
  for (const std::string& name : names) {
    const auto path = p.vault.spool_path(name);
    CHECK(path.parent_path() == p.path / "spool");
    CHECK(path.filename() != "..");
    CHECK(path.filename() != ".");
    CHECK(path.filename().string().size() <= 255);
    CHECK_FALSE(p.vault.has(name));
    CHECK_FALSE(p.vault.open(name));
    CHECK(p.vault.blob_path(name).string().starts_with((p.path / "vault").string() + "/"));
    CHECK(p.vault.blob_path(name).lexically_normal() == p.vault.blob_path(name));
  }
  CHECK_FALSE(p.vault.has(std::string(62, 'a') + "/."));
  CHECK(p.vault.spool_path("attempt-t9") == p.path / "spool" / "attempt-t9");
}

TEST_CASE("a spool file that is a link is not followed") {
  VaultProject p;
  const auto secret = p.put(p.temp.path() / "secret", "abc");
  std::filesystem::create_symlink(secret, p.vault.spool_path("link"));
  CHECK_FALSE(p.vault.adopt(p.vault.spool_path("link")));
  CHECK_FALSE(p.vault.has(abc_sha));
  CHECK(std::filesystem::exists(secret));
}

TEST_CASE("a damaged blob is found by reading it again, and mended by the same bytes coming once more", "[fault-26]") {
  VaultProject p;
  REQUIRE(p.vault.adopt(p.put(p.vault.spool_path("one"), "abc")));
  const auto path = p.vault.blob_path(abc_sha);
  for (const char* damaged : {"abb", "ab", ""}) {  // a flipped bit, a lost end, an empty file
    INFO(damaged);
    REQUIRE(write_file_durable(path, damaged, 0644));
    CHECK_FALSE(p.vault.is_sound(abc_sha).value());
    const auto fetched = p.vault.adopt(p.put(p.vault.spool_path("two"), "abc"));
    REQUIRE(fetched);
    CHECK(fetched->was_known);  // others may own that blob: it is not one that came for nothing
    CHECK(p.vault.is_sound(abc_sha).value());
    CHECK((facts_of(path).st_mode & 07777) == 0444);
    REQUIRE(write_file_durable(path, damaged, 0644));
    REQUIRE(p.vault.import(p.put(p.temp.path() / "photo.png", "abc")));
    CHECK(p.vault.is_sound(abc_sha).value());
    CHECK(p.spooled() == 0);
  }
  CHECK_FALSE(p.vault.is_sound(std::string(64, '0')));
}

TEST_CASE("the names of a blob and of its folder are secured for whoever brings the bytes") {
  VaultProject p;
  for (const char* name : {"first", "again"}) {  // the first may have died between its rename and its sync
    INFO(name);
    const auto spooled = p.put(p.vault.spool_path(name), "abc");
    const SyncWatch watch;
    REQUIRE(p.vault.adopt(spooled));
    CHECK(watch.has(p.vault.blob_path(abc_sha).parent_path()));
    CHECK(watch.has(p.path / "vault"));
  }
}

TEST_CASE("a full disk refuses an import in words and leaves no part of it", "[fault-21]") {
  TempFolder temp;
  SmallDisk disk(temp.path() / "disk", "4m");
  if (!disk.is_there()) STUDIO_SKIP("the right to mount a small disk");
  const auto project = temp.path() / "disk" / "p";
  REQUIRE(Store::create(project, "x"));
  const Vault vault(project);
  const auto large = temp.path() / "large";
  REQUIRE(write_file_durable(large, std::string(8 << 20, 'x')));
  CHECK(vault.free_bytes() < (4 << 20));
  CHECK(vault.free_bytes() > 0);
  const auto blob = vault.import(large);
  REQUIRE_FALSE(blob);
  CHECK(blob.error().kind == ErrorKind::Disk);
  CHECK(blob.error().message.find("no room") != std::string::npos);
  CHECK(std::filesystem::is_empty(project / "spool"));
  CHECK(std::filesystem::is_empty(project / "vault"));
  const auto small = temp.path() / "small";
  REQUIRE(write_file_durable(small, "abc"));
  CHECK(vault.import(small));  // what fits still fits
}

TEST_CASE("old spool files are swept, young and named ones stay") {
  VaultProject p;
  const std::int64_t now_ms = 1'800'000'000'000;
  const auto spool_file = [&](const char* name, std::int64_t age_secs) {
    const auto path = p.put(p.vault.spool_path(name), "x");
    const utimbuf times{static_cast<time_t>(now_ms / 1000 - age_secs), static_cast<time_t>(now_ms / 1000 - age_secs)};
    REQUIRE(::utime(path.c_str(), &times) == 0);
    return path;
  };
  const auto old = spool_file("old", 24 * 3600 + 1), young = spool_file("young", 24 * 3600 - 1), kept = spool_file("kept", 48 * 3600);
  CHECK(p.vault.sweep_spool(now_ms, {"kept"}).value() == 1);
  CHECK_FALSE(std::filesystem::exists(old));
  CHECK(std::filesystem::exists(young));
  CHECK(std::filesystem::exists(kept));
}
