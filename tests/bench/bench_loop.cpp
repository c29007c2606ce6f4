// bench loop: 20 pictures of 1024² from prompts to the vault, wall time beside the sum of their render times on two cores; what one
// picture takes of a core, and one clip of both.
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sstream>
#include <vector>

#include "base/file.h"
#include "bench/bench_project.h"
#include "bench/goal.h"
#include "sandbox/clip.h"
#include "sandbox/scenes/render.h"

using namespace studio;

namespace {

double secs_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// Of this thread: what else runs on the machine does not count.
double own_cpu_ms() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// What was promised of one picture and of one clip.
constexpr double picture_ms = 150, clip_ms = 2000;
// Nobody promised how long a whole picture takes beside drawing it; more than this would be a step back.
constexpr double loop_ratio = 3;

bool print_picture(const std::vector<double>& drawn_ms) {
  const double ours = median(drawn_ms), worst = *std::max_element(drawn_ms.begin(), drawn_ms.end());
  std::printf("{\"name\":\"loop: one picture\",\"ours\":%.1f,\"floor\":%.0f,\"ratio\":%.3f,\"unit\":\"ms\",\"promised\":%.0f,\"worst\":%.1f,\"method\":\"median of %zu "
              "pictures of 1024x1024 drawn without encoding, processor time of one core; the floor is what is promised\"}\n",
              ours, picture_ms, ours / picture_ms, picture_ms, worst, drawn_ms.size());
  return keeps_to(at_most(picture_ms), ours, "loop: one picture, ms");
}

bool time_clip(const std::filesystem::path& folder) {
  constexpr int rounds = 3;
  std::vector<double> times;
  const Picture picture = render_scene({"sandbox-flux", "red sunset over the sea, a boat", 5, 1280, 720});
  for (int round = 0; round < rounds; ++round) {
    const UniqueFd file(::open((folder / ("clip-" + std::to_string(round))).c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    const auto start = std::chrono::steady_clock::now();
    const auto made = make_clip({picture, "waves roll in, slow pan to the left", round, 5}, file.get(), {}, [](double) {});
    times.push_back(secs_since(start) * 1000);
    if (!made) return std::fprintf(stderr, "bench_loop: %s\n", made.error().message.c_str()), false;
  }
  const double ours = median(times);
  std::printf("{\"name\":\"loop: one clip\",\"ours\":%.0f,\"floor\":%.0f,\"ratio\":%.3f,\"unit\":\"ms\",\"promised\":%.0f,\"method\":\"median of %d: 5 s of 1280x720 with sound, H.264 "
              "and AAC in an MP4, wall time alone on the machine; the floor is what is promised\"}\n",
              ours, clip_ms, ours / clip_ms, clip_ms, rounds);
  return keeps_to(at_most(clip_ms), ours, "loop: one clip, ms");
}

}  // namespace

int main() {
  BenchProject studio;
  if (!studio.start_sandbox() || !studio.run({"new"})) return 1;
  // Warm: the programs are in the page cache, the sandbox has its threads.
  if (!studio.run({"generate", "--prompt", "warm up", "--aspect", "128x128", "--wait"})) return 1;
  for (const char* prompt : {"red sunset over the sea, a boat", "snowy night city"}) {
    if (!studio.run({"generate", "--prompt", prompt, "--count", "10", "--aspect", "1024x1024", "--seed", "5"})) return 1;
  }
  const auto start = std::chrono::steady_clock::now();
  const auto said = studio.run({"run", "--json"});
  const double ours = secs_since(start);
  if (!said) return 1;
  std::vector<nlohmann::json> made;
  std::istringstream lines(*said);
  for (std::string line; std::getline(lines, line);) made.push_back(nlohmann::json::parse(line));
  if (made.size() != 20) return std::fprintf(stderr, "bench_loop: %zu pictures instead of 20\n", made.size()), 1;
  double rendering = 0;
  std::vector<double> drawn_ms;
  for (const auto& asset : made) {
    const auto begin = std::chrono::steady_clock::now();
    const double cpu = own_cpu_ms();
    const Picture picture = render_scene({asset.at("model"), asset.at("prompt"), asset.at("seed"), asset.at("width"), asset.at("height")});
    rendering += secs_since(begin);
    drawn_ms.push_back(own_cpu_ms() - cpu);
    if (picture.empty()) return 1;
  }
  const double floor_secs = rendering / 2;
  std::printf("{\"name\":\"loop\",\"ours\":%.3f,\"floor\":%.3f,\"ratio\":%.3f,\"unit\":\"s\",\"promised_ratio\":%.1f,\"method\":\"wall time of `run` on 20 queued pictures of "
              "1024x1024 (render, PNG, HTTP, check and poster in the media child, vault with fsync) beside the sum of their render times divided by two cores\"}\n",
              ours, floor_secs, ours / floor_secs, loop_ratio);
  bool ok = keeps_to(at_most(loop_ratio), ours / floor_secs, "loop, ratio");
  ok = print_picture(drawn_ms) && ok;
  return time_clip(studio.folder()) && ok ? 0 : 1;
}
