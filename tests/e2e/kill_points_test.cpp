// The program killed at every named point, as real processes with a real service beside them: nothing paid is lost, nothing is
// paid twice, nothing hangs, nothing is damaged; held against the service's own bill.
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <poll.h>
#include <sys/syscall.h>

#include "e2e/fal_simulator.h"
#include "e2e/kill_bench.h"
#include "support/catch.h"

using namespace studio;

namespace {

const Args two_pictures = {"generate", "--prompt", "harbour at night", "--count", "2", "--aspect", "64x64", "--strategy", "seed"};

// The paid request may be with the service at these, and nothing on our disk says what it answered.
bool is_doubtful(const std::string& point) { return point == "T2 after" || point == "send before" || point == "answer before" || point == "T3 before"; }

struct Totals {
  int points = 0, duplicates = 0, lost = 0, stuck = 0;
};

// Killed at that point, looked at, taken up again, looked at.
void kill_and_go_on(KillBench& bench, const std::filesystem::path& project, const std::string& point, bool replays,
                    const std::function<std::vector<Billed>(const ProjectNow&)>& bill, Totals& totals, const Args& verb = {"run"}) {
  INFO("killed at " << point);
  REQUIRE(bench.dies_at(project, point, verb));
  const ProjectNow killed = look_at(project);
  CHECK(sins_of(killed, bill(killed), false).words == "");
  const auto in_doubt = killed.in_state(JobState::Sending);
  if (is_doubtful(point)) CHECK_FALSE(in_doubt.empty());
  const auto last = bench.run(project);
  INFO(last.err);
  const ProjectNow over = look_at(project);
  const Sins sins = sins_of(over, bill(over), true);
  CHECK(sins.words == "");
  CHECK(over.in_state(JobState::Unknown) == (replays ? std::set<JobId>{} : in_doubt));
  CHECK(last.exit_code == (over.count(JobState::Unknown) > 0 ? 1 : 0));
  for (const JobId id : over.in_state(JobState::Unknown)) CHECK(last.err.find(to_string(id) + ":") != std::string::npos);
  totals.duplicates += sins.duplicates;
  totals.lost += sins.lost;
  totals.stuck += sins.stuck;
  ++totals.points;
}

const char* const points_of_a_picture[] = {
    "T1 before", "T1 after", "T2 before", "T2 after", "send before", "answer before", "T3 before", "T3 after", "T8 before", "T8 after",
    "vault before", "vault after", "T10 before", "T10 after", "T12 before", "T12 after", "L1 before", "T2 after#2", "T3 before#2", "T12 before#2"};

void kill_at_all_points(bool replays) {
  Headless studio;
  auto server = studio.serve(replays ? Args{} : Args{"--no-replay", "--no-list"});
  KillBench bench(studio, {two_pictures});
  Totals totals;
  std::size_t lines = 0;
  const auto bill = [&](const ProjectNow& now) {
    const auto all = sandbox_bill(studio);
    auto mine = lines_of(now, all);
    lines += mine.size();
    return mine;
  };
  for (const char* point : points_of_a_picture) kill_and_go_on(bench, bench.another(), point, replays, bill, totals);
  CHECK(totals.points == static_cast<int>(std::size(points_of_a_picture)));
  CHECK(totals.duplicates == 0);
  CHECK(totals.lost == 0);
  CHECK(totals.stuck == 0);
  if (replays) CHECK(studio.bill().size() == 2 * std::size(points_of_a_picture));
  else CHECK(studio.bill().size() <= 2 * std::size(points_of_a_picture));
}

std::vector<pid_t> descendants_of(pid_t process) {
  std::vector<pid_t> found;
  std::error_code ignored;
  for (const auto& thread : std::filesystem::directory_iterator("/proc/" + std::to_string(process) + "/task", ignored)) {
    std::ifstream children(thread.path() / "children");
    for (pid_t child = 0; children >> child;) {
      found.push_back(child);
      for (const pid_t further : descendants_of(child)) found.push_back(further);
    }
  }
  return found;
}

}  // namespace

TEST_CASE("killed at each named point with replay: all is done, each billed once",
          "[fault-3][fault-4][fault-5][fault-6][fault-7][fault-8][fault-9][fault-10][fault-11][fault-12][fault-13][fault-14][fault-15]") {
  kill_at_all_points(true);
}

TEST_CASE("killed at each named point without replay: what was being sent is shown, and nothing else",
          "[fault-3][fault-4][fault-5][fault-6][fault-7][fault-8][fault-9][fault-10][fault-11][fault-12][fault-13][fault-14][fault-15]") {
  kill_at_all_points(false);
}

TEST_CASE("killed while a request is taken on: none of its jobs is there, or all", "[fault-1][fault-2]") {
  Headless studio;
  auto server = studio.serve({});
  KillBench bench(studio, {});
  const Args ten = {"generate", "--prompt", "a boat", "--count", "10", "--aspect", "64x64", "--strategy", "seed"};
  const std::pair<const char*, std::size_t> expected[] = {{"T0 job after", 0}, {"T0 job after#5", 0}, {"T0 before", 0}, {"T0 after", 10}};
  std::size_t billed = 0;
  for (const auto& [point, jobs] : expected) {
    INFO(point);
    const auto project = bench.another();
    REQUIRE(bench.dies_at(project, point, ten));
    CHECK(look_at(project).jobs.size() == jobs);
    CHECK(bench.run(project).exit_code == 0);
    const ProjectNow over = look_at(project);
    CHECK(over.count(JobState::Done) == static_cast<int>(jobs));
    CHECK(sins_of(over, lines_of(over, sandbox_bill(studio)), true).words == "");
    billed += jobs;
  }
  CHECK(studio.bill().size() == billed);
}

TEST_CASE("killed at the points of a clip, its picture's upload among them", "[fault-5][fault-7][fault-11]") {
  Headless studio;
  auto server = studio.serve({"--no-replay", "--no-list"});
  KillBench bench(studio, {{"generate", "--prompt", "a lighthouse", "--count", "1", "--aspect", "64x64", "--wait"}, {"mark", "a1", "--pick"},
                           {"animate", "--picked", "--seconds", "2"}});
  Totals totals;
  const std::size_t before = studio.bill().size();
  const auto picture = sandbox_bill(studio);
  const auto bill = [&](const ProjectNow& now) { return lines_of(now, sandbox_bill(studio)); };
  const char* const points[] = {"T1p before", "T1p after", "T1p after#2", "T2 before", "T2 after", "T3 before", "T3 after", "T8 after", "vault after", "T10 before", "T12 before"};
  for (const char* point : points) kill_and_go_on(bench, bench.another(), point, false, bill, totals);
  CHECK(totals.points == static_cast<int>(std::size(points)));
  CHECK(totals.duplicates + totals.lost + totals.stuck == 0);
  // T2 after died before the first byte: what is shown as maybe charged is on no bill.
  CHECK(studio.bill().size() == before + std::size(points) - 1);
}

TEST_CASE("killed around a cancel: what was wished for is carried out or was not taken", "[fault-59]") {
  Headless studio;
  auto server = studio.serve({"--latency", "3"});
  KillBench bench(studio, {{"generate", "--prompt", "a boat", "--count", "1", "--aspect", "64x64"}});
  for (const char* point : {"T14 before", "T14 after"}) {
    INFO(point);
    const auto project = bench.another();
    REQUIRE(bench.dies_at(project, "T3 after"));
    REQUIRE(look_at(project).count(JobState::Running) == 1);
    REQUIRE(bench.dies_at(project, point, {"cancel", "--all"}));
    CHECK(look_at(project).jobs.at(0).cancel_wished == (std::string(point) == "T14 after"));
    bench.run(project);
    const ProjectNow over = look_at(project);
    CHECK(sins_of(over, lines_of(over, sandbox_bill(studio)), true).words == "");
    CHECK(over.jobs.at(0).state == (std::string(point) == "T14 after" ? JobState::Cancelled : JobState::Done));
  }
}

TEST_CASE("killed around a failure and a refusal: they cost nothing, and are said") {
  Headless studio;
  auto server = studio.serve({"--fail-rate", "1", "--refuse", "forbidden"});
  KillBench bench(studio, {{"generate", "--prompt", "a boat", "--count", "1", "--aspect", "64x64"}, {"generate", "--prompt", "a forbidden boat", "--count", "1", "--aspect", "64x64"}});
  for (const char* point : {"T4 before", "T4 after", "T15 before", "T15 after"}) {
    INFO(point);
    const auto project = bench.another();
    REQUIRE(bench.dies_at(project, point));
    bench.run(project);
    const ProjectNow over = look_at(project);
    CHECK(sins_of(over, lines_of(over, sandbox_bill(studio)), true).words == "");
    CHECK(over.count(JobState::Failed) == 1);
    CHECK(over.count(JobState::Refused) == 1);
    CHECK(over.play.settled == Money{});
  }
}

namespace {

std::vector<Billed> fal_bill(const Fal& fal) {
  std::vector<Billed> bill;
  for (const Json& line : fal.bill()) bill.push_back({{}, line.at("request_id").get<std::string>(), Money{line.at("amount_micros").get<std::int64_t>()}});
  return bill;
}

const Args one_of_fal = {"generate", "--prompt", "a lighthouse at dawn", "--count", "1", "--model", "fal-flux-schnell", "--aspect", "256x256"};

// Each project has a request of its own: the lines that came since.
void kill_at_points_of_fal(const Json& faults, const std::vector<std::string>& points, bool is_found) {
  Headless studio;
  const Fal fal(studio, faults);
  KillBench bench(studio, {one_of_fal});
  Totals totals;
  for (const std::string& point : points) {
    const std::size_t before = fal.bill().size();
    const auto bill = [&](const ProjectNow&) {
      auto all = fal_bill(fal);
      return std::vector<Billed>(all.begin() + static_cast<std::ptrdiff_t>(before), all.end());
    };
    kill_and_go_on(bench, bench.another(), point, is_found, bill, totals);
    CHECK(fal.bill().size() <= before + 1);
  }
  CHECK(totals.points == static_cast<int>(points.size()));
  CHECK(totals.duplicates + totals.lost + totals.stuck == 0);
}

}  // namespace

TEST_CASE("fal.ai: killed at each point at which its list can tell: the books are its bill to the micro", "[fault-15]") {
  // A service for each: beside the jobs of other projects, which look the same, none could be told from the list.
  kill_at_points_of_fal(Json::object(), {"answer before"}, true);
  kill_at_points_of_fal(Json::object(), {"T3 before"}, true);
  kill_at_points_of_fal(Json::object(), {"T1 after", "T2 before", "T3 after", "T8 before", "T8 after", "T10 before", "T12 before", "T12 after"}, true);
}

TEST_CASE("fal.ai without a list: each ambiguous outcome is one card, its sum reserved, and nothing is sent again", "[fault-15]") {
  kill_at_points_of_fal({{"rules", {{{"match", {{"purpose", "list"}}}, {"do", {{"status", 404}, {"body", "{}"}}}, {"times", 0}}}}},
                        {"T2 after", "send before", "answer before", "T3 before"}, false);
}

TEST_CASE("the media child dies with the program, and its step is done again", "[fault-17]") {
  Headless studio;
  auto server = studio.serve({});
  KillBench bench(studio, {{"generate", "--prompt", "a boat", "--count", "10", "--aspect", "512x512", "--strategy", "seed"}});
  const auto project = bench.another();
  int children = 0;
  {
    Process owner(studio.command(project, {"run"}), studio.environment());
    std::vector<pid_t> found;
    while (found.empty() && !owner.runs_out_within(1)) found = descendants_of(owner.pid());
    std::vector<int> watched;
    for (const pid_t child : found) watched.push_back(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
    owner.signal(SIGKILL);
    for (const int fd : watched) {
      if (fd < 0) continue;
      ++children;
      pollfd ended{fd, POLLIN, 0};
      CHECK(::poll(&ended, 1, 20'000) == 1);
      ::close(fd);
    }
  }
  CHECK(children >= 1);  // the fault bites
  CHECK(look_at(project).count(JobState::Done) < 10);
  CHECK(bench.run(project).exit_code == 0);
  const ProjectNow over = look_at(project);
  CHECK(over.count(JobState::Done) == 10);
  CHECK(sins_of(over, sandbox_bill(studio), true).words == "");
}
