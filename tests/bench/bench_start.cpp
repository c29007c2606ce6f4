// From the start of the program to its first screen full of posters, beside the start of the bare window, in a real
// window.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "base/file.h"
#include "bench/bench_project.h"
#include "media/encode_image.h"

using namespace studio;

namespace {

constexpr int pictures = 240, rounds = 7;

Picture sample(int number) {
  Picture picture(480, 320);
  for (int y = 0; y < picture.height; ++y)
    for (int x = 0; x < picture.width; ++x) {
      std::uint8_t* p = picture.row(y) + x * 4;
      p[0] = static_cast<std::uint8_t>((x + number * 37) & 255);
      p[1] = static_cast<std::uint8_t>((y + number * 91) & 255);
      p[2] = static_cast<std::uint8_t>(((x ^ y) + number) & 255);
      p[3] = 255;
    }
  return picture;
}

}  // namespace

int main() {
  for (const char* program : {"Xvfb"})
    if (!has_program(program)) return std::fprintf(stderr, "bench_start: %s is not installed\n", program), 1;
  BenchProject studio;
  const std::string window = sibling_program("studio").string(), project = studio.project();
  std::vector<std::string> import = {"import"};
  for (int n = 0; n < pictures; ++n) {
    const auto file = studio.folder() / ("picture" + std::to_string(n) + ".jpg");
    const auto jpeg = encode_jpeg(sample(n));
    if (!jpeg || !write_file_durable(file, *jpeg)) return 1;
    import.push_back(file.string());
  }
  if (!studio.run({"new"}) || !studio.run(import) || !studio.run({"run"})) return 1;

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
