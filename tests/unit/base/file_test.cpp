#include "base/file.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cstdio>

#include "support/catch.h"
#include "support/temp_folder.h"

using namespace studio;

TEST_CASE("a durable write replaces the file in one step and leaves no temporary name") {
  const TempFolder folder;
  const auto path = folder.path() / "settings.json";
  REQUIRE(write_file_durable(path, "one"));
  REQUIRE(write_file_durable(path, "two", 0600));
  CHECK(read_file(path).value() == "two");
  struct stat facts{};
  REQUIRE(::stat(path.c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777) == 0600);
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("a missing file, a folder and a too large file are refused in words") {
  const TempFolder folder;
  CHECK(read_file(folder.path() / "none").error().kind == ErrorKind::NotFound);
  CHECK(read_file(folder.path()).error().kind == ErrorKind::BadRequest);
  REQUIRE(write_file_durable(folder.path() / "big", std::string(100, 'x')));
  CHECK(read_file(folder.path() / "big", 10).error().kind == ErrorKind::BadRequest);
}

TEST_CASE("a write into a folder that is not there fails and names the path") {
  const TempFolder folder;
  const auto result = write_file_durable(folder.path() / "no" / "file", "x");
  REQUIRE_FALSE(result);
  CHECK(result.error().message.find("no/file") != std::string::npos);
}

TEST_CASE("pipes, sockets, devices and folders are refused in words, without waiting") {
  const TempFolder folder;
  const auto pipe = folder.path() / "pipe", socket_path = folder.path() / "socket";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  const UniqueFd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::snprintf(address.sun_path, sizeof address.sun_path, "%s", socket_path.c_str());
  REQUIRE(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  for (const std::filesystem::path& path : {pipe, socket_path, std::filesystem::path("/dev/zero"), folder.path()}) {
    const auto opened = open_for_read(path);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().kind == ErrorKind::BadRequest);
    CHECK(opened.error().message.find(path.string()) != std::string::npos);
  }
  CHECK_FALSE(read_file(pipe));
}

TEST_CASE("files of the kernel are read, links only where they may be followed") {
  CHECK_FALSE(read_file("/proc/self/mountinfo").value().empty());
  const TempFolder folder;
  REQUIRE(write_file_durable(folder.path() / "file", "x"));
  std::filesystem::create_symlink("file", folder.path() / "link");
  CHECK(read_file(folder.path() / "link").value() == "x");
  CHECK_FALSE(open_for_read(folder.path() / "link", O_NOFOLLOW));
}

TEST_CASE("securing a file that cannot be secured fails and names it") {
  int ends[2];
  REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  const UniqueFd from(ends[0]), to(ends[1]);
  const auto result = sync_file(to.get(), "some/file");
  REQUIRE_FALSE(result);
  CHECK(result.error().message.find("some/file") != std::string::npos);
  const TempFolder folder;
  REQUIRE(write_file_durable(folder.path() / "file", "x"));
  CHECK(sync_file(open_for_read(folder.path() / "file")->get(), folder.path() / "file"));
}

TEST_CASE("an error of a file without a name has no colon at its end, and a write that fails gives the disk's own number") {
  const UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  REQUIRE(full);
  const int result = write_all(full.get(), "x", 1);
  REQUIRE(result == ENOSPC);
  const Error error = disk_error("Cannot write", result, {});
  CHECK(error.kind == ErrorKind::Disk);
  CHECK(error.message == "Cannot write: there is no room left on the disk; free some and try again");
}
