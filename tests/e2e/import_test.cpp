// Import of folders: what is found comes in, and what cannot be read is named and counts as a failure.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "e2e/headless.h"
#include "support/catch.h"

using namespace studio;

namespace {

// A flat card of 64 × 64 pixels; what follows the end of a PNG is not looked at, and makes each file another.
void write_png(const std::filesystem::path& path, const std::string& more) {
  static constexpr unsigned char bytes[] = {
      0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0x00, 0x00, 0x00, 0x0D, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00, 0x00, 0x40, 0x00,
      0x00, 0x00, 0x40, 0x08, 0x02, 0x00, 0x00, 0x00, 0x25, 0x0B, 0xE6, 0x89, 0x00, 0x00, 0x00, 0x4F, 0x49, 0x44, 0x41, 0x54, 0x78,
      0xDA, 0xED, 0xCF, 0x41, 0x09, 0x00, 0x00, 0x08, 0x04, 0xB0, 0x8B, 0x63, 0x44, 0x23, 0x1A, 0xCB, 0x08, 0xBE, 0x85, 0xC1, 0x0A,
      0x2C, 0xD3, 0xF5, 0x5A, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04,
      0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04,
      0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x2E, 0x0B, 0x00, 0xE6, 0x81, 0x4B, 0xEF, 0x05, 0x26, 0x6A, 0x00, 0x00,
      0x00, 0x00, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82};
  std::filesystem::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes), sizeof bytes) << more;
}

struct GiveBack {  // else the folder could not be removed
  std::filesystem::path path;
  ~GiveBack() { ::chmod(path.c_str(), 0700); }
};

}  // namespace

TEST_CASE("import of a folder names each folder and file in it that cannot be read, takes the rest and is exit 1") {
  // Root may read everything by two capabilities; without them it reads what its permissions say, and still owns its files.
  const bool is_root = ::geteuid() == 0;
  if (is_root && !has_program("setpriv")) STUDIO_SKIP("the program setpriv, or a user that is not root");
  const Args plainly = is_root ? Args{"setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search", "--"} : Args{};
  Headless studio;
  studio.lines({"new"});
  const auto in = studio.folder() / "in", closed = in / "shoot" / "closed", locked = in / "locked.png";
  write_png(in / "good.png", "1");
  write_png(in / "shoot" / "good 2.png", "2");
  write_png(closed / "unseen.png", "3");
  write_png(locked, "4");
  std::ofstream(in / "notes.txt") << "no picture";
  write_png(in / ".thumbs.png", "5");
  std::filesystem::create_symlink(in / "good.png", in / "link.png");
  const GiveBack give_back{closed};
  REQUIRE(::chmod(closed.c_str(), 0) == 0);
  REQUIRE(::chmod(locked.c_str(), 0) == 0);
  const auto run = [&](Args command) {
    command.insert(command.begin(), plainly.begin(), plainly.end());
    return run_program(std::move(command), studio.environment());
  };
  // Proves that the fault bites.
  if (run({"true"}).exit_code != 0) STUDIO_SKIP("the right to give up capabilities");
  REQUIRE(run({"ls", closed.string()}).exit_code != 0);
  REQUIRE(run({"cat", locked.string()}).exit_code != 0);
  const auto result = run(studio.command(studio.project(), {"import", in.string()}));
  INFO(result.err);
  CHECK(result.exit_code == 1);
  CHECK(json_lines(result.out).size() == 2);
  CHECK(studio.lines({"list"}).size() == 2);
  int lines_with_reason = 0;
  for (std::size_t at = 0; at < result.err.size();) {
    const std::size_t end = std::min(result.err.find('\n', at), result.err.size());
    const std::string line = result.err.substr(at, end - at);
    if (line.find("permission") != std::string::npos && (line.find(closed.string()) != std::string::npos || line.find(locked.string()) != std::string::npos)) ++lines_with_reason;
    at = end + 1;
  }
  CHECK(lines_with_reason == 2);
  CHECK(result.err.find("1 hidden, 1 links, 1 that") != std::string::npos);
  // With nothing but what cannot be read there is nothing to import, which is a failure and no bad usage.
  const auto none = run(studio.command(studio.project(), {"import", closed.string()}));
  CHECK(none.exit_code == 1);
  CHECK(none.out.empty());
  CHECK(none.err.find(closed.string()) != std::string::npos);
  // Once it may be read, the same command brings what was missing, and only that is new.
  REQUIRE(::chmod(closed.c_str(), 0700) == 0);
  REQUIRE(::chmod(locked.c_str(), 0600) == 0);
  CHECK(run(studio.command(studio.project(), {"import", in.string()})).exit_code == 0);
  CHECK(studio.lines({"list"}).size() == 4);
}

TEST_CASE("import of a folder that is no longer there, or that holds a project, says so and is exit 1") {
  Headless studio;
  studio.lines({"new"});
  const auto in = studio.folder() / "in";
  write_png(in / "good.png", "1");
  REQUIRE(studio.run_in(in / "other film", {"new"}).exit_code == 0);
  const auto result = studio.run({"import", in.string(), (studio.folder() / "gone").string()});
  INFO(result.err);
  CHECK(result.exit_code == 1);
  CHECK(json_lines(result.out).size() == 1);
  CHECK(result.err.find("other film: This is a project") != std::string::npos);
  CHECK(result.err.find((studio.folder() / "gone").string()) != std::string::npos);
}
