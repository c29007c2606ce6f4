// Set-up and hand-over, of the real scripts in a tree of their own: what a failed, a wrong and an unfinished download say and
// leave behind, and that the next start goes on; that ./studio with nothing to build is the program and nothing else; what
// ./check closes with. The downloader is a stand-in for pip, put in front of the machine's own.
#include <sys/mount.h>
#include <unistd.h>

#include "e2e/setup_tree.h"

using namespace studio;

namespace {

struct SmallDisk {
  std::filesystem::path path;
  bool is_there = false;
  SmallDisk(std::filesystem::path where, const std::string& size) : path(std::move(where)) {
    std::filesystem::create_directories(path);
    is_there = ::mount("tmpfs", path.c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0;
  }
  bool grow(const std::string& size) const { return ::mount("tmpfs", path.c_str(), "tmpfs", MS_REMOUNT, ("size=" + size).c_str()) == 0; }
  ~SmallDisk() {
    if (is_there) ::umount2(path.c_str(), MNT_DETACH);
  }
};

}  // namespace

TEST_CASE("a download that fails, is wrong or breaks off says what to do, leaves nothing, and the next start brings it") {
  const Tree tree;
  struct Case {
    const char *pip_does, *sentence;
  };
  for (const Case& each : {Case{"fail", "The download of toy-1.0.tar failed: check the network and start again"},
                           Case{"see through", "The archive toy-1.0.tar is not the one we pinned"},
                           Case{"bring wrong bytes", "The archive toy-1.0.tar has the wrong SHA-256, so it was thrown away."},
                           Case{"bring another", "The download of toy-1.0.tar brought another file than expected"},
                           Case{"fill", "No room left while fetching toy-1.0.tar: free 200 MB"}}) {
    const auto result = tree.fetch(each.pip_does);
    INFO(each.pip_does << ": " << result.err);
    CHECK(result.exit_code == 1);
    CHECK(result.out.empty());
    CHECK(says(result, each.sentence));
    CHECK(says(result, "start again") != says(result, "Start again"));  // what to do, once
    CHECK(tree.left_behind().empty());
    CHECK(tree.run({"third_party/fetch.sh", "--check"}).exit_code == 1);
  }
  // Killed with no warning it cannot tidy up; the next start does.
  CHECK(tree.fetch("pull the plug").exit_code == -1);
  CHECK_FALSE(std::filesystem::exists(tree.installed()));
  REQUIRE_FALSE(tree.left_behind().empty());
  const auto result = tree.fetch("bring");
  INFO(result.err);
  CHECK(result.exit_code == 0);
  CHECK(tree.is_installed());
  // From here on nothing is fetched and nothing is said, though the network were gone.
  const std::size_t downloads = tree.downloads();
  const auto again = tree.fetch("fail");
  CHECK(again.exit_code == 0);
  CHECK(again.err.empty());
  CHECK(tree.run({"third_party/fetch.sh", "--check"}).exit_code == 0);
  // What was unpacked is gone: the kept archive is enough. A kept archive that rotted is not.
  std::filesystem::remove_all(tree.installed());
  CHECK(tree.fetch("fail").exit_code == 0);
  CHECK(tree.is_installed());
  CHECK(tree.downloads() == downloads);
  std::filesystem::remove_all(tree.installed());
  write(tree.cache() / "archives" / "toy-1.0.tar", "rotten");
  const auto rotten = tree.fetch("bring");
  CHECK(rotten.exit_code == 0);
  CHECK(says(rotten, "The kept archive toy-1.0.tar is damaged; fetching it again."));
  CHECK(tree.is_installed());
}

TEST_CASE("without room the set-up says how much it needs, leaves nothing half done, and goes on when there is room") {
  const Tree tree;
  const SmallDisk disk(tree.cache(), "64k");
  if (!disk.is_there) STUDIO_SKIP("the right to mount a small disk (root)");
  const auto result = tree.fetch("bring");
  INFO(result.err);
  CHECK(result.exit_code == 1);
  CHECK(says(result, "No room for the archive toy-1.0.tar"));
  CHECK(says(result, "needs 200 MB free. Make room and start again"));
  CHECK(tree.downloads() == 0);
  CHECK(tree.left_behind().empty());
  // The archive is there, and what is in it does not fit beside it.
  REQUIRE(disk.grow("76k"));
  std::filesystem::copy_file(tree.archive(), tree.cache() / "archives" / "toy-1.0.tar");
  const auto unpacking = tree.fetch("bring");
  INFO(unpacking.err);
  CHECK(unpacking.exit_code == 1);
  CHECK(says(unpacking, "No room left while unpacking toy-1.0.tar: free 200 MB"));
  CHECK_FALSE(std::filesystem::exists(tree.installed()));
  CHECK(tree.left_behind() == Args{"archives/toy-1.0.tar"});
  REQUIRE(disk.grow("1m"));
  CHECK(tree.fetch("bring").exit_code == 0);
  CHECK(tree.downloads() == 0);
  CHECK(tree.is_installed());
}

TEST_CASE("packages that are missing are named, and nothing is installed unasked") {
  const Tree tree("| package | studio-needs-this | studio | 1 / 2 | MIT | why |\n");
  if (!has_program("dpkg-query")) STUDIO_SKIP("a Debian");
  // Neither root nor a real package manager has a part in this.
  tree.stand_in("apt-get", "echo \"$*\" >>\"" + (tree.folder() / "apt").string() + "\"; exit 100\n");
  tree.stand_in("sudo", "exec \"$@\"\n");
  tree.stand_in("id", "echo 1000\n");
  const auto unasked = tree.run({"studio", "--headless", "models"});
  INFO(unasked.err);
  CHECK(unasked.exit_code == 1);
  CHECK(unasked.out.empty());
  CHECK(says(unasked, "These Debian packages are missing: studio-needs-this\n"));
  CHECK(says(unasked, "Nobody is there to ask, so nothing was installed: start again with --yes"));
  CHECK_FALSE(std::filesystem::exists(tree.folder() / "apt"));
  const auto offline = tree.run({"studio", "--yes", "--headless", "models"});
  INFO(offline.err);
  CHECK(offline.exit_code == 1);
  CHECK(says(offline, "The package lists could not be read: check the network and the sources in /etc/apt, and start again."));
  CHECK(read_file(tree.folder() / "apt").value().find(" update\n") != std::string::npos);
  CHECK(read_file(tree.folder() / "apt").value().find("install") == std::string::npos);
}

TEST_CASE("./studio with nothing to build is the program: no configuring, no byte of its own, the same process") {
  if (!has_program("ninja")) STUDIO_SKIP("the program ninja");
  const Tree tree;
  const auto build = tree.root() / "build" / "release";
  for (const char* name : {"studio", "studio_headless"}) {
    write(build / "bin" / name, std::string("#!/bin/sh\necho \"$0 $$ $#: $*\"; echo \"its own word\" >&2; exit 7\n"), true);
  }
  write(build / "build.ninja", "rule make\n  command = false\nbuild all: phony bin/studio_headless\n");
  write(build / "CMakeCache.txt", "CMAKE_HOME_DIRECTORY:INTERNAL=" + tree.root().string() + "\n");
  tree.stand_in("cmake", "touch \"" + (tree.folder() / "configured").string() + "\"; exit 1\n");
  tree.stand_in("dpkg-query", "touch \"" + (tree.folder() / "configured").string() + "\"; exit 1\n");
  const auto hands_over = [&](Args arguments, const std::string& program, const std::string& words, const char* display) {
    std::map<std::string, std::string> environment = {{"DISPLAY", display}, {"WAYLAND_DISPLAY", ""}, {"PATH", (tree.folder() / "bin").string() + ":" + std::getenv("PATH")}};
    arguments.insert(arguments.begin(), (tree.root() / "studio").string());
    Process process(arguments, environment);
    const pid_t pid = process.pid();
    const auto result = process.wait();
    CHECK(result.out == (build / "bin" / program).string() + " " + std::to_string(pid) + " " + words + "\n");
    CHECK(result.err == "its own word\n");
    CHECK(result.exit_code == 7);
  };
  hands_over({"--headless", "generate", "--prompt", "two words", "--yes"}, "studio_headless", "4: generate --prompt two words --yes", "");
  hands_over({"--yes", "--headless", "models"}, "studio_headless", "1: models", "");
  hands_over({"a film"}, "studio", "1: a film", ":99");
  CHECK_FALSE(std::filesystem::exists(tree.folder() / "configured"));
  // Without a display there is one sentence that names the other way.
  const auto blind = tree.run({"studio"}, {{"DISPLAY", ""}, {"WAYLAND_DISPLAY", ""}});
  CHECK(blind.exit_code == 2);
  CHECK(says(blind, "--headless"));
  CHECK(std::count(blind.err.begin(), blind.err.end(), '\n') == 1);
  // A build that fails is not started all the same.
  write(build / "build.ninja", "rule make\n  command = false\nbuild bin/new: make\nbuild all: phony bin/new\n");
  write(tree.root() / "CMakePresets.json", "{}");
  write(build / "presets-used.json", "{}");
  std::filesystem::create_directories(tree.installed());
  std::filesystem::remove(tree.folder() / "bin" / "dpkg-query");
  const auto broken = tree.run({"studio", "--headless", "models"});
  INFO(broken.err);
  CHECK(broken.exit_code == 1);
  CHECK(broken.out.empty());
  CHECK(says(broken, "Building build/release failed (see above)."));
}

TEST_CASE("./check closes with its line and exit 1 when the set-up fails") {
  const Tree tree;
  if (!has_program("dpkg-query")) STUDIO_SKIP("a Debian");
  const auto result = tree.run({"check"}, {{"PIP_DOES", "fail"}});
  INFO(result.err);
  CHECK(result.exit_code == 1);
  CHECK(result.out == "0 passed, 1 failed, 0 skipped\n");
  CHECK(says(result, "The download of toy-1.0.tar failed"));
}

TEST_CASE("tests are counted from what CTest writes: a skip names what lacks, one that gives no reason has failed") {
  const Tree tree;
  const auto file = tree.folder() / "tests.xml";
  // As CTest 3.25 and 3.31 write it.
  const auto testcase = [](const std::string& name, const std::string& status, const std::string& more) {
    return "\t<testcase name=\"" + name + "\" classname=\"" + name + "\" time=\"0.1\" status=\"" + status + "\">\n" + more + "\t</testcase>\n";
  };
  const std::string skip = "\t\t<skipped message=\"SKIP_RETURN_CODE=77\"/>\n";
  write(file, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"x\">\n" +
                  testcase("one", "run", "\t\t<system-out>fine</system-out>\n") +
                  testcase("two", "fail", "\t\t<failure message=\"\"/>\n\t\t<system-out>it broke &amp; fell</system-out>\n") +
                  testcase("three", "notrun", skip + "\t\t<system-out>SKIPPED: a &quot;screen&quot;</system-out>\n") +
                  testcase("four", "notrun", skip + "\t\t<system-out>nothing to say</system-out>\n") +
                  testcase("five", "notrun", "\t\t<skipped message=\"\"/>\n\t\t<system-out></system-out>\n") + "</testsuite>\n");
  const auto result = run_program({"awk", "-v", "build=check", "-v", "failures=" + (tree.folder() / "failures").string(), "-f",
                                   (tree.root() / "scripts" / "count_tests.awk").string(), file.string()});
  CHECK(result.exit_code == 0);
  CHECK(result.out == "1 3 1\n");
  CHECK(says(result, "skipped: three: a \"screen\"\n"));
  CHECK(says(result, "failed: two\n"));
  CHECK(says(result, "failed: four: it was skipped and gives no reason\n"));
  CHECK(says(result, "failed: five\n"));
  const std::string failures = read_file(tree.folder() / "failures").value();
  CHECK(failures.find("failed in build/check: two\n    ") != std::string::npos);
  CHECK(failures.find("it broke & fell") != std::string::npos);
  CHECK(failures.find("failed in build/check: four: it was skipped and gives no reason\n") != std::string::npos);
}
