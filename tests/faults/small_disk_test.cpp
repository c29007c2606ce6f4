// A real disk without room, or one that may only be read: mounted for the test, where this user may.
#include <fcntl.h>
#include <unistd.h>

#include <fstream>

#include "base/log.h"
#include "faults/disk_faults.h"
#include "faults/fault_rig.h"
#include "support/catch.h"
#include "unit/store/project_fixture.h"

using namespace studio;

namespace {

constexpr const char* right = "the right to mount a small disk (root)";

// Takes all room but so much.
class Filler {
 public:
  Filler(const std::filesystem::path& disk, std::int64_t left) : file_(disk / "filler") {
    UniqueFd fd(::open(file_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    const std::int64_t there = Vault(disk).free_bytes();
    const std::string block(4096, 'x');
    for (std::int64_t taken = 0; taken + 4096 <= there - left; taken += 4096) {
      if (::write(fd.get(), block.data(), block.size()) <= 0) break;
    }
  }
  ~Filler() { remove(); }
  void remove() {
    std::error_code ignored;
    std::filesystem::remove(file_, ignored);
  }

 private:
  std::filesystem::path file_;
};

// The project is the disk; the service keeps its bill elsewhere.
struct SmallRig {
  TempFolder folder;
  std::filesystem::path place = folder.path() / "project";
  SmallDisk disk{place, "8m"};
  RigOptions options;
  SmallRig() {
    options.project = place;
    if (disk.is_there()) REQUIRE(Store::create(place, "small"));
  }
};

}  // namespace

TEST_CASE("no room for the ledger's log: it is said, nothing new is sent, and with room all goes on", "[fault-21]") {
  SmallRig small;
  if (!small.disk.is_there()) STUDIO_SKIP(right);
  Rig rig(small.options);
  // When the first paid request is on the wire, the last room goes.
  auto filler = std::make_shared<std::optional<Filler>>();
  rig.service.hook = [&, filler](const HttpRequest& request) -> std::optional<FakeService::Stroke> {
    if (request.method == HttpMethod::Post && !*filler) filler->emplace(small.place, 0);
    return std::nullopt;
  };
  rig.service.polls_until_done = 1;
  rig.open();
  rig.generate(3);
  rig.wait_until([&] { return !rig.events<RunnerProblem>().empty(); });
  CHECK(rig.events<RunnerProblem>().front().error.message.find("room") != std::string::npos);  // the fault bites
  CHECK(rig.service.count("POST /jobs") <= 2);
  (*filler)->remove();
  const Ended ended = go_on_to_the_end(rig);
  CHECK(ended.stuck + ended.broken == "");
  CHECK(ended.done == 3);
  CHECK(ended.settled == ended.billed);
  CHECK(rig.events<RunnerProblem>().back().error.message.empty());
}

TEST_CASE("no room for a result on its way: it is not lost and not failed, and comes home when there is room", "[fault-21]") {
  SmallRig small;
  if (!small.disk.is_there()) STUDIO_SKIP(right);
  Rig rig(small.options);
  rig.service.file_bytes = [](const std::string& id, int) { return "PNG:" + id + std::string(1'500'000, 'p'); };
  auto filler = std::make_shared<std::optional<Filler>>();
  rig.service.hook = [&, filler](const HttpRequest& request) -> std::optional<FakeService::Stroke> {
    if (request.url.find("/files/") != std::string::npos && !*filler) filler->emplace(small.place, 900'000);
    return std::nullopt;
  };
  rig.open();
  const auto jobs = rig.generate(1);
  rig.wait_until([&] { return rig.service.count("GET /files/") >= 3; });
  CHECK(rig.job(jobs[0].id).state == JobState::Fetching);  // the fault bites
  CHECK(rig.events<JobChanged>().back().job.reason.find("room") != std::string::npos);
  CHECK(rig.assets().empty());
  (*filler)->remove();
  const Ended ended = go_on_to_the_end(rig);
  CHECK(ended.stuck + ended.broken == "");
  CHECK(ended.done == 1);
  CHECK(rig.service.count("POST /jobs") == 1);
}

TEST_CASE("little room: nothing is bought that could not be kept, and it goes on by itself when there is room", "[fault-21]") {
  SmallRig small;
  if (!small.disk.is_there()) STUDIO_SKIP(right);
  small.options.min_free_bytes = 4 << 20;
  Rig rig(small.options);
  rig.open();
  Filler filler(small.place, 2 << 20);
  rig.generate(2);
  const auto outlook = rig.drain();
  CHECK(outlook.problem.message.find("nearly full") != std::string::npos);
  CHECK(rig.service.count("POST /jobs") == 0);
  filler.remove();
  const Ended ended = go_on_to_the_end(rig);
  CHECK(ended.stuck + ended.broken == "");
  CHECK(ended.done == 2);
}

TEST_CASE("no room for the log of the program: the work goes on", "[fault-21]") {
  SmallRig small;
  if (!small.disk.is_there()) STUDIO_SKIP(right);
  const auto log = small.place / "studio.log";
  log_to_file(log);
  log_warning("before");
  log_flush();
  const auto size = std::filesystem::file_size(log);
  REQUIRE(size > 0);
  Filler filler(small.place, 0);
  TempFolder elsewhere;
  {
    RigOptions options;
    options.project = elsewhere.path() / "project";
    Rig rig(options);
    rig.service.hook = [](const HttpRequest& request) -> std::optional<FakeService::Stroke> {
      log_warning("asked for " + request.url + std::string(4096, 'x'));
      return std::nullopt;
    };
    rig.open();
    rig.generate(2);
    const Ended ended = go_on_to_the_end(rig);
    CHECK(ended.stuck + ended.broken == "");
    CHECK(ended.done == 2);
  }
  log_flush();
  CHECK(std::filesystem::file_size(log) < size + 8192);  // the fault bit
  filler.remove();
  log_warning("after");
  log_flush();
  const auto text = read_file(log);
  REQUIRE(text);
  CHECK(text->find("after") != std::string::npos);
  log_to({});
}

TEST_CASE("a disk that becomes read-only while it is worked on: it pauses and says so, and goes on when it may", "[fault-23]") {
  Rig rig;
  rig.service.polls_until_done = 1;
  auto has_turned = std::make_shared<bool>(false);
  rig.service.hook = [&, has_turned](const HttpRequest& request) -> std::optional<FakeService::Stroke> {
    if (request.method == HttpMethod::Post && !std::exchange(*has_turned, true)) {
      arm_disk({.under = rig.project().string(), .calls = WriteCall | SyncCall | RenameCall | MakeCall, .goes_on = true, .error = EROFS});
    }
    return std::nullopt;
  };
  rig.open();
  rig.generate(3);
  const auto outlook = rig.drain();
  CHECK(disk_faults_hit() > 0);
  CHECK_FALSE(outlook.problem.message.empty());
  const int sent = rig.service.count("POST /jobs");
  CHECK_THROWS(rig.generate(1));
  CHECK(rig.service.count("POST /jobs") == sent);
  {
    // Meanwhile everything can be looked at.
    auto ledger = Ledger::open_read_only(rig.project());
    REQUIRE(ledger);
    CHECK((*ledger)->jobs().value().size() == 3);
  }
  disarm_disk();
  const Ended ended = go_on_to_the_end(rig);
  CHECK(ended.stuck + ended.broken == "");
  CHECK(ended.done == 3);
  CHECK(ended.settled == ended.billed);
}
