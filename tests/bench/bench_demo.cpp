// bench demo: from the start of `studio --demo` in a window under Xvfb until its pictures and clips are all there.
#include <csignal>
#include <cstdlib>

#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "bench/bench_project.h"
#include "bench/goal.h"
#include "store/ledger.h"
#include "window/x_screen.h"

using namespace studio;

namespace {

constexpr double promised_secs = 20;
constexpr int pictures = 15, clips = 2;

// All that it asks for has arrived.
bool is_filled(const std::filesystem::path& project) {
  if (!std::filesystem::exists(project / "ledger.sqlite")) return false;
  const auto ledger = Ledger::open_read_only(project);
  if (!ledger) return false;  // it is being made
  const auto jobs = (*ledger)->jobs({.kind = JobKind::Generate});
  if (!jobs) return false;
  int made[2] = {};
  for (const Job& job : *jobs) {
    if (job.state == JobState::Done) ++made[job.recipe.kind == MediaKind::Video];
  }
  return made[0] >= pictures && made[1] >= clips;
}

// The sandbox that the window started outlives it.
void end_sandbox(const std::filesystem::path& state) {
  const auto text = read_file(state / "endpoint.json");
  if (!text) return;
  const auto json = nlohmann::json::parse(*text, nullptr, false);
  if (json.is_object() && json.contains("pid")) ::kill(json["pid"].get<pid_t>(), SIGTERM);
}

}  // namespace

int main() {
  std::string why;
  const auto screen = XScreen::start(1920, 1080, 96, why);
  if (!screen) return std::fprintf(stderr, "bench_demo: %s\n", why.c_str()), 1;
  BenchProject studio;
  studio.environment()["DISPLAY"] = screen->name();
  studio.environment()["DBUS_SESSION_BUS_ADDRESS"] = "disabled:";
  const auto project = studio.folder() / "data" / "production-studio" / "Demo";
  const auto begun = std::chrono::steady_clock::now();
  const auto secs = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count(); };
  Process window({sibling_program("studio").string(), "--demo"}, studio.environment());
  bool filled = false;
  while (!filled && secs() < 120 && !window.runs_out_within(50)) filled = is_filled(project);
  const double ours = secs();
  window.signal(SIGTERM);
  const auto ended = window.wait(30'000);
  end_sandbox(studio.folder() / "sandbox");
  if (!filled) return std::fprintf(stderr, "bench_demo: the demo did not fill itself\n%s", ended.err.c_str()), 1;
  std::printf("{\"name\":\"demo\",\"ours\":%.2f,\"floor\":%.0f,\"ratio\":%.3f,\"unit\":\"s\",\"promised\":%.0f,\"method\":\"start of the process to the last of %d pictures and %d clips, "
              "in a window of 1920x1080 under Xvfb, the sandbox's start and drawing on the same machine; the floor is what is promised\"}\n",
              ours, promised_secs, ours / promised_secs, promised_secs, pictures, clips);
  return keeps_to(at_most(promised_secs), ours, "demo, s") ? 0 : 1;
}
