// The end asked for with 1,000 jobs under way: the real program, the sandbox as its own process, SIGTERM until it is gone.
#include <csignal>
#include <stdexcept>

#include "base/file.h"
#include "bench/bench_jobs.h"
#include "bench/bench_project.h"
#include "store/ledger.h"

namespace studio {
namespace {

constexpr int under_way = 1'000, jobs_a_request = 10;
constexpr double promised_ms = 5'000;

// The program's data with lanes that let all of them be under way at once.
void widen_lanes(const std::filesystem::path& assets) {
  std::filesystem::copy(assets_folder(), assets, std::filesystem::copy_options::recursive);
  const auto file = assets / "providers" / "sandbox.json";
  const auto text = read_file(file);
  if (!text) throw std::runtime_error(text.error().message);
  Json data = Json::parse(*text);
  data["lanes"]["image"] = under_way;
  std::filesystem::remove(file);
  if (const auto written = write_file_durable(file, data.dump()); !written) throw std::runtime_error(written.error().message);
}

std::int64_t jobs_in(const std::filesystem::path& project, JobState state) {
  const auto ledger = Ledger::open_read_only(project);
  if (!ledger) return 0;
  return (*ledger)->job_count({.states = {state}}).value_or(0);
}

Json stop() {
  BenchProject studio;
  studio.environment()["STUDIO_ASSETS"] = (studio.folder() / "assets").string();
  widen_lanes(studio.folder() / "assets");
  // None is done before the end.
  if (!studio.start_sandbox({"--latency", "3600"}) || !studio.run({"new"})) throw std::runtime_error("no project");
  for (int made = 0; made < under_way; made += jobs_a_request) {
    if (!studio.run({"generate", "--prompt", "a boat", "--count", std::to_string(jobs_a_request), "--strategy", "seed", "--aspect", "64x64"})) throw std::runtime_error("no jobs");
  }
  Process owner({sibling_program("studio_headless").string(), "run", "--project", studio.project()}, studio.environment());
  const double begun = wall_secs();
  while (jobs_in(studio.project(), JobState::Running) < under_way) {
    if (wall_secs() - begun > 120 || owner.runs_out_within(100)) throw std::runtime_error("they are not all under way");
  }
  const double asked = wall_secs();
  owner.signal(SIGTERM);
  const ProgramResult ended = owner.wait(60'000);
  const double ms = (wall_secs() - asked) * 1000;
  if (ended.timed_out || ended.exit_code < 0) throw std::runtime_error("it did not end by itself: " + ended.err);
  if (jobs_in(studio.project(), JobState::Running) != under_way) throw std::runtime_error("they are not under way any more");
  return {{"ms", ms}};
}

}  // namespace

bool bench_stop() {
  const Json figures = in_own_process(stop);
  return report("jobs: the end asked for with 1,000 jobs under way", figures.is_object() ? figures["ms"] : Json(), "floor", promised_ms, "ms",
                "SIGTERM to a `run` whose jobs the sandbox all has, until the process is gone; the floor is what is promised", Promise{at_most(promised_ms)});
}

}  // namespace studio
