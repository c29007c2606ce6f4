// Progress for people: on a terminal a bar with what is left, elsewhere plain lines, and results alone on stdout.
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include <regex>
#include <thread>

#include "base/file.h"
#include "e2e/headless.h"
#include "support/catch.h"

using namespace studio;

namespace {

// A terminal that a program may have as its stderr. What it gets is read all the time, else the program would wait.
class Terminal {
 public:
  Terminal() : master_(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    char name[128] = {};
    REQUIRE(master_);
    REQUIRE(::grantpt(master_.get()) == 0);
    REQUIRE(::unlockpt(master_.get()) == 0);
    REQUIRE(::ptsname_r(master_.get(), name, sizeof name) == 0);
    name_ = name;
    slave_ = UniqueFd(::open(name, O_RDWR | O_NOCTTY | O_CLOEXEC));  // held open, so that no end is read before the program comes
    REQUIRE(slave_);
    reader_ = std::thread([this] {
      char chunk[4096];
      for (ssize_t got = 0; (got = ::read(master_.get(), chunk, sizeof chunk)) > 0;) text_.append(chunk, static_cast<std::size_t>(got));
    });
  }
  ~Terminal() {
    if (reader_.joinable()) end();
  }
  // After its program has ended: all that was written to it.
  const std::string& end() {
    slave_ = UniqueFd();  // the last one that could write is gone: the reader comes to the end
    reader_.join();
    return text_;
  }
  const std::string& name() const { return name_; }

 private:
  UniqueFd master_, slave_;
  std::string name_, text_;
  std::thread reader_;
};

}  // namespace

TEST_CASE("on a terminal a bar says how many are done and how long it will take, and stdout holds results alone") {
  Headless studio;
  studio.lines({"new"});
  auto server = studio.serve({"--latency", "2"});
  Terminal terminal;
  const Args generate = studio.command(studio.project(), {"generate", "--prompt", "a boat", "--count", "2", "--aspect", "128x128", "--wait"});
  Args command = {"sh", "-c", "exec \"$@\" 2>" + terminal.name(), "sh"};
  command.insert(command.end(), generate.begin(), generate.end());
  const auto result = run_program(command, studio.environment());
  const std::string shown = terminal.end();
  INFO(shown);
  REQUIRE(result.exit_code == 0);
  CHECK(std::regex_search(shown, std::regex(R"(\r\[\.{30}\] 0 of 2, about \d+\.\d s left)")));
  CHECK(std::regex_search(shown, std::regex(R"(\r\[#{30}\] 2 of 2\x1b\[K\r?\n)")));  // the whole bar, and the line is ended
  const auto assets = json_lines(result.out);  // each line is JSON, else this throws
  REQUIRE(assets.size() == 2);
  CHECK(result.out.find('\x1b') == std::string::npos);
  CHECK(result.out.find('\r') == std::string::npos);
}

TEST_CASE("without a terminal progress is a line for each one done, without control characters") {
  Headless studio;
  studio.lines({"new"});
  const auto result = studio.run({"generate", "--prompt", "a boat", "--count", "2", "--aspect", "128x128", "--wait"});
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK(result.err.find("2 of 2\n") != std::string::npos);
  CHECK(result.err.find('\r') == std::string::npos);
  CHECK(result.err.find('\x1b') == std::string::npos);
}
