#include "base/file.h"

#include <sys/stat.h>

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
