// From the start of the program to its first screen full of posters, beside the start of the bare window, in a real
// window.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "bench/bench_project.h"
#include "window/barcodes.h"

using namespace studio;

namespace {

constexpr int pictures = 10'000, rounds = 7;

}  // namespace

int main() {
  for (const char* program : {"Xvfb"})
    if (!has_program(program)) return std::fprintf(stderr, "bench_start: %s is not installed\n", program), 1;
  BenchProject studio;
  const std::string window = sibling_program("studio").string(), project = studio.project();
  if (const auto made = make_barcodes(project, pictures); !made) return std::fprintf(stderr, "bench_start: %s\n", made.error().message.c_str()), 1;

  const std::string display = ":" + std::to_string(200 + ::getpid() % 500);
  Process server({"Xvfb", display, "-screen", "0", "1920x1080x24", "-nolisten", "tcp"});
  studio.environment()["DISPLAY"] = display;
  const auto timed = [&](std::vector<std::string> arguments) {
    const auto begin = std::chrono::steady_clock::now();
    const auto result = run_program(std::move(arguments), studio.environment(), 60'000);
    return result.exit_code == 0
               ? std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count()
               : -1;
  };
  // The display is ready when a first window comes and goes.
  bool ready = false;
  for (int tries = 0; tries < 50 && !ready; ++tries) ready = timed({window, "--frames", "2"}) > 0;
  if (!ready) return std::fputs("bench_start: no window could be opened under Xvfb\n", stderr), 1;
  const auto fastest_but = [&](std::vector<std::string> arguments) {
    std::vector<double> times;
    for (int n = 0; n < rounds; ++n) {
      const double ms = timed(arguments);
      if (ms > 0) times.push_back(ms);
      // The next start without a folder must not open the project again.
      std::error_code ignored;
      std::filesystem::remove_all(studio.folder() / "config", ignored);
    }
    std::sort(times.begin(), times.end());
    return times.empty() ? -1 : times[times.size() / 2];
  };
  const double floor_ms = fastest_but({window, "--frames", "1"});
  const double ours = fastest_but({window, project, "--until-pictures"});
  if (floor_ms < 0 || ours < 0) return std::fputs("bench_start: the window did not open\n", stderr), 1;
  std::printf(
      "{\"name\":\"start\",\"ours\":%.0f,\"floor\":%.0f,\"ratio\":%.3f,\"unit\":\"ms\",\"method\":\"median of %d: "
      "start of the process to the first "
      "screen of posters of a project with %d pictures and the end of the process, beside one frame of the start page, "
      "in a window under Xvfb\"}\n",
      ours, floor_ms, ours / floor_ms, rounds, pictures);
  return 0;
}
