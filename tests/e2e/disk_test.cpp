// The disk fails under the program as people run it, with its real client of the network: the n-th call in the spool, where
// answers and results arrive, and in the vault. Then it is started once more, on a disk that works.
#include <csignal>

#include "base/paths.h"
#include "e2e/kill_bench.h"
#include "faults/disk_faults.h"
#include "support/catch.h"

using namespace studio;

namespace {

// Until a run passes without a fault; says in how many it struck.
int sweep(KillBench& bench, Headless& studio, const std::string& where, const std::string& how, unsigned calls) {
  for (int n = 1; n < 60; ++n) {
    INFO(how << ", call " << n << " in " << where);
    const auto project = bench.another();
    auto environment = studio.environment();
    environment["LD_PRELOAD"] = sibling_program("libstudio_disk_faults.so").string();
    environment["STUDIO_DISK_FAULT"] = "fail " + std::to_string(n) + " " + how + " " + std::to_string(ENOSPC) + " " + std::to_string(calls) + " " +
                                       project.string() + " " + where;
    Process owner(studio.command(project, {"run"}), environment);
    // It would try again for as long as the fault lasts: pulled away from under it instead.
    if (!owner.runs_out_within(1500)) owner.signal(SIGKILL);
    const auto first = owner.wait();
    INFO(first.err);
    const bool was_hit = first.err.find("the disk fault struck") != std::string::npos;
    const ProjectNow left = look_at(project);
    CHECK(sins_of(left, lines_of(left, sandbox_bill(studio)), false).words == "");
    const auto second = bench.run(project);
    INFO(second.err);
    CHECK(second.exit_code == 0);
    const ProjectNow over = look_at(project);
    CHECK(over.count(JobState::Done) == 1);
    CHECK(over.damage == "");
    CHECK(over.play.reserved == Money{});
    CHECK(over.play.settled == Money{40'000});
    if (!was_hit) return n - 1;
  }
  FAIL("the run never passed without a fault");
  return 0;
}

}  // namespace

TEST_CASE("a download meets a full disk at any call, once and for good: it comes home after all, paid once", "[fault-21][fault-22]") {
  Headless studio;
  auto server = studio.serve({"--no-replay"});
  KillBench bench(studio, {{"generate", "--prompt", "a boat", "--count", "1", "--aspect", "64x64"}});
  int projects = 0;
  for (const char* how : {"once", "on"}) {
    for (const char* where : {"/spool/", "/vault"}) {
      const int hits = sweep(bench, studio, where, how, WriteCall | SyncCall | RenameCall | MakeCall);
      CHECK(hits >= 1);
      projects += hits + 1;
    }
  }
  CHECK(studio.bill().size() == static_cast<std::size_t>(projects));
}
