// A program that is none of ours holds the ledger locked for longer than one is willing to wait.
#include <sqlite3.h>
#include <unistd.h>

#include "faults/disk_faults.h"
#include "faults/fault_rig.h"
#include "support/catch.h"
#include "unit/store/project_fixture.h"

using namespace studio;

TEST_CASE("a foreign process holds the ledger for over ten seconds: it waits, says so, spends nothing, and goes on", "[fault-24]") {
  TempFolder folder;
  RigOptions options;
  options.project = folder.path() / "project";
  { Rig made(options); }
  int go[2];
  REQUIRE(::pipe(go) == 0);
  SecondProcess other([&](auto ready) {
    char byte = 0;
    if (::read(go[0], &byte, 1) != 1) ::_exit(1);
    sqlite3* ledger = nullptr;
    if (sqlite3_open((options.project / "ledger.sqlite").c_str(), &ledger) != SQLITE_OK) ::_exit(2);
    sqlite3_busy_timeout(ledger, 20'000);
    if (sqlite3_exec(ledger, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) != SQLITE_OK) ::_exit(3);
    ready();
    for (;;) ::pause();
  });
  Rig rig(options);
  rig.service.replays = false;
  auto was_held = std::make_shared<bool>(false);
  // With the first paid request on the wire: its answer cannot be written down.
  rig.service.hook = [&, was_held](const HttpRequest& request) -> std::optional<FakeService::Stroke> {
    if (request.method == HttpMethod::Post && !std::exchange(*was_held, true)) {
      if (::write(go[1], "g", 1) != 1 || !other.wait_ready()) throw std::runtime_error("the other process does not take the ledger");
    }
    return std::nullopt;
  };
  rig.open();
  skip_sleeps(true);
  rig.generate(4);
  rig.wait_until([&] { return !rig.events<RunnerProblem>().empty(); });
  const int sent = rig.service.count("POST /jobs");
  CHECK(rig.events<RunnerProblem>().front().error.message.find("Another program holds") != std::string::npos);
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (skipped_sleep_ms() < 12'000 && std::chrono::steady_clock::now() < limit) rig.outlook();
  CHECK(skipped_sleep_ms() >= 12'000);  // the fault bites, for longer than one wait
  CHECK(rig.service.count("POST /jobs") == sent);  // nothing is sent whose intent cannot be written
  other.kill();
  const Ended ended = go_on_to_the_end(rig);
  skip_sleeps(false);
  CHECK(ended.stuck == "");
  CHECK(ended.broken == "");
  CHECK(ended.done == 4);
  CHECK(ended.unknown == 0);
  CHECK(rig.service.count("POST /jobs") == 4);
  CHECK(rig.events<RunnerProblem>().back().error.message.empty());
  ::close(go[0]);
  ::close(go[1]);
}
