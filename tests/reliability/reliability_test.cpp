// The page of faults tells the truth: nothing counts as proven that has no test, or whose test failed, was skipped or did not run.
#include <cctype>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "base/file.h"
#include "support/catch.h"
#include "support/process.h"
#include "support/temp_folder.h"

using namespace studio;

namespace {

const std::filesystem::path tree = STUDIO_TREE;

// A tree with one test program, which a shell script plays, and the results that CTest wrote of it.
class SmallTree {
 public:
  SmallTree() {
    for (const char* folder : {"build/check/bin", "build/asan", "tests/reliability", "docs"}) std::filesystem::create_directories(folder_.path() / folder);
    faults("1 | the first | it holds\n2 | the second, with a `|` in it | it holds | part: films\n3 | the third | it holds | whole: machines\n");
    tests("1\\ta & b <c>\n2\\tanother\n");
    results("check/tests-check", ran("test_x:a &amp; b &lt;c&gt;") + ran("test_x:another"));
  }
  void faults(const std::string& lines) const { put("tests/reliability/faults.txt", "# a comment | with | bars\n" + lines); }
  void tests(const std::string& lines, const std::string& name = "test_x") const {
    const auto program = put("build/check/bin/" + name, "#!/bin/sh\n[ \"$1\" = --list-faults ] && printf '" + lines + "'\n");
    std::filesystem::permissions(program, std::filesystem::perms(0755));
  }
  void results(const std::string& name, const std::string& cases) const {
    put("build/" + name + ".xml", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"(empty)\"\n\ttests=\"9\"\n\ttime=\"147\"\n\t>\n" + cases + "</testsuite>\n");
  }
  static std::string ran(const std::string& name) { return about(name, "run", ""); }
  static std::string failed(const std::string& name) { return about(name, "fail", "\t\t<failure message=\"\"/>\n"); }
  static std::string skipped(const std::string& name, const std::string& why) {
    return about(name, "notrun", "\t\t<skipped message=\"SKIP_RETURN_CODE=77\"/>\n\t\t<system-out>SKIPPED: " + why + "\n</system-out>\n");
  }
  static std::string missing(const std::string& name) { return about(name, "notrun", "\t\t<skipped message=\"Unable to find executable\"/>\n"); }

  ProgramResult write() const { return run_program({(tree / "scripts/reliability.sh").string(), folder_.path().string()}); }
  std::string page() const { return read_file(folder_.path() / "docs/reliability.md").value_or(""); }
  bool says(const std::string& words) const { return page().find(words) != std::string::npos; }

 private:
  static std::string about(const std::string& name, const std::string& status, const std::string& more) {
    return "\t<testcase name=\"" + name + "\" classname=\"" + name + "\" time=\"0.0155057\" status=\"" + status + "\">\n" + more + "\t</testcase>\n";
  }
  std::filesystem::path put(const std::string& name, const std::string& text) const {
    std::ofstream(folder_.path() / name) << text;
    return folder_.path() / name;
  }
  TempFolder folder_;
};

}  // namespace

TEST_CASE("reliability: what all tests prove is proven, what is to come is neither, and the page is the same each time") {
  const SmallTree small;
  const auto written = small.write();
  INFO(written.err);
  CHECK(written.exit_code == 0);
  CHECK(written.err.empty());
  CHECK(small.says("2 proven, 0 not proven, 0 skipped, 1 to come."));
  CHECK(small.says("| 1 | the first | it holds | passed |"));
  CHECK(small.says("| 2 | the second, with a `\\|` in it | it holds | passed; to come: films |"));
  CHECK(small.says("| 3 | the third | it holds | to come: machines |"));
  CHECK(small.says("* test_x: a & b <c>"));
  const std::string first = small.page();
  CHECK(small.write().exit_code == 0);
  CHECK(small.page() == first);
  CHECK(first.find("0.0155") == std::string::npos);
}

TEST_CASE("reliability: the page in the tree is of the list in the tree") {
  const auto rows_of = [](const std::string& text, const auto& row_of) {
    std::vector<std::string> rows;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      if (std::string row = row_of(std::move(line)); !row.empty()) rows.push_back(std::move(row));
    }
    return rows;
  };
  const auto wanted = rows_of(read_file(tree / "tests/reliability/faults.txt").value(), [](std::string line) -> std::string {
    if (line.empty() || !std::isdigit(static_cast<unsigned char>(line.front()))) return {};
    std::vector<std::string> fields;
    for (std::size_t bar; (bar = line.find(" | ")) != std::string::npos; line.erase(0, bar + 3)) fields.push_back(line.substr(0, bar));
    fields.push_back(line);
    std::string row = "|";
    for (std::size_t i = 0; i < 3; ++i) {
      for (std::size_t at = 0; (at = fields.at(i).find('|', at)) != std::string::npos; at += 2) fields[i].insert(at, "\\");
      row += " " + fields[i] + " |";
    }
    return row;
  });
  const auto found = rows_of(read_file(tree / "docs/reliability.md").value(), [](std::string line) -> std::string {
    if (!line.starts_with("| ") || line.size() < 3 || !std::isdigit(static_cast<unsigned char>(line[2])) || !line.ends_with(" |")) return {};
    return line.substr(0, line.rfind(" | ") + 2);  // without the result
  });
  REQUIRE(wanted.size() > 60);
  CHECK(found == wanted);
}

TEST_CASE("reliability: a fault without a test fails, by name") {
  const SmallTree small;
  small.tests("1\\ta & b <c>\n");
  const auto written = small.write();
  CHECK(written.exit_code == 1);
  CHECK(written.err.find("fault 2 has no test") != std::string::npos);
  CHECK(written.err.find("fault 3") == std::string::npos);
  CHECK(small.says("| it holds | no test; to come: films |"));
  CHECK(small.says("1 proven, 1 not proven"));
}

TEST_CASE("reliability: a fault whose test failed in any build fails, by name") {
  const SmallTree small;
  small.results("asan/tests-asan", SmallTree::failed("test_x:another"));
  const auto written = small.write();
  CHECK(written.exit_code == 1);
  CHECK(written.err.find("fault 2: failed: test_x: another") != std::string::npos);
  CHECK(small.says("| it holds | failed; to come: films |"));
}

TEST_CASE("reliability: a test that did not run, or whose program was not there, proves nothing") {
  const SmallTree small;
  small.results("check/tests-check", SmallTree::ran("test_x:another"));
  auto written = small.write();
  CHECK(written.exit_code == 1);
  CHECK(written.err.find("fault 1: not run: test_x: a & b <c>") != std::string::npos);
  small.results("check/tests-check", SmallTree::ran("test_x:another") + SmallTree::missing("test_x:a &amp; b &lt;c&gt;"));
  written = small.write();
  CHECK(written.exit_code == 1);
  CHECK(written.err.find("fault 1: failed") != std::string::npos);
}

TEST_CASE("reliability: the tests that only ./check long runs are not waited for") {
  const SmallTree small;
  small.tests("1\\ta hundred times as often\n", "test_x_long");
  CHECK(small.write().exit_code == 0);
  CHECK_FALSE(small.says("a hundred times as often"));
  small.tests("1\\ta hundred times as often\n", "test_x_longer");
  CHECK(small.write().exit_code == 1);
}

TEST_CASE("reliability: a skipped test is said with its reason, and fails nothing") {
  const SmallTree small;
  small.tests("1\\ta & b <c>\n2\\tanother\n2\\tone more\n");
  small.results("check/tests-check", SmallTree::skipped("test_x: a &amp; b &lt;c&gt;", "mounting needs root") + SmallTree::ran("test_x: another") +
                                         SmallTree::skipped("test_x: one more", "no display"));
  // Skipped in one build and run in another: it ran.
  const auto written = small.write();
  INFO(written.err);
  CHECK(written.exit_code == 0);
  CHECK(small.says("| 1 | the first | it holds | skipped (mounting needs root) |"));
  CHECK(small.says("passed, 1 of 2 tests skipped (no display); to come: films"));
  CHECK(small.says("1 proven, 0 not proven, 1 skipped, 1 to come."));
  small.results("asan/tests-asan", SmallTree::ran("test_x: a &amp; b &lt;c&gt;"));
  CHECK(small.write().exit_code == 0);
  CHECK(small.says("| 1 | the first | it holds | passed |"));
}

TEST_CASE("reliability: a tag for a fault that is not in the list, and a gap in the list, fail") {
  const SmallTree small;
  small.tests("1\\ta & b <c>\n2\\tanother\n69\\tbeyond\n");
  auto written = small.write();
  CHECK(written.exit_code == 1);
  CHECK(written.err.find("proves fault 69") != std::string::npos);
  small.tests("1\\ta & b <c>\n");
  small.faults("1 | the first | it holds\n3 | the third | it holds | whole: machines\n");
  written = small.write();
  CHECK(written.exit_code == 1);
  CHECK(written.err.find("fault 2 is missing") != std::string::npos);
}

TEST_CASE("reliability: the list has the 68 faults, and what is to come is what this program does not have yet") {
  const auto text = read_file(tree / "tests/reliability/faults.txt");
  REQUIRE(text);
  std::vector<int> numbers, to_come, in_part;
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('#')) continue;
    const int number = std::atoi(line.c_str());
    numbers.push_back(number);
    INFO(line);
    const auto bars = std::count(line.begin(), line.end(), '|');
    CHECK((bars == 2 || bars == 3));
    if (line.find("| whole: ") != std::string::npos) to_come.push_back(number);
    if (line.find("| part: ") != std::string::npos) in_part.push_back(number);
  }
  std::vector<int> all(68);
  for (int i = 0; i < 68; ++i) all[static_cast<std::size_t>(i)] = i + 1;
  CHECK(numbers == all);
  CHECK(to_come == std::vector<int>{60, 61, 62, 63, 64, 65, 67});
  CHECK(in_part == std::vector<int>{53, 54});
}
