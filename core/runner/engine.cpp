// The engine's thread: commands, timers, network, in one loop.
#include "runner/engine.h"

#include <algorithm>
#include <chrono>

#include "base/file.h"
#include "base/hash.h"
#include "base/log.h"

namespace studio {
namespace {

// Which run of the machine this is: a monotonic time only means something within one.
std::string boot_id_now() {
  auto text = read_file("/proc/sys/kernel/random/boot_id", 128);
  if (!text) return {};
  while (!text->empty() && text->back() == '\n') text->pop_back();
  return *text;
}

std::int64_t machine_mono_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

std::uint64_t fresh_seed() { return stable_hash(random_hex_128()); }

}  // namespace

Runner::Engine::Engine(RunnerParts given)
    : parts(std::move(given)),
      transport(parts.transport.get()),
      box(std::make_shared<Mailbox>(transport)),
      random(fresh_seed()),
      boot_id(boot_id_now()) {
  for (const Provider* provider : parts.providers.all()) {
    for (const MediaKind kind : {MediaKind::Image, MediaKind::Video, MediaKind::Audio}) {
      lanes.set_limit({provider->info().id, kind}, lane_limit(provider->info(), kind));
    }
  }
}

Runner::Engine::~Engine() { stop(); }

Result<void> Runner::Engine::start() {
  workers.emplace(parts.cpu_workers);
  if (parts.drive) STUDIO_CHECK(recover());
  thread = std::jthread([this] { loop(); });
  return {};
}

void Runner::Engine::stop() {
  if (thread.joinable()) {
    stop_wished = true;
    box->ring();
    thread.join();
  }
  workers.reset();  // joins: after this nobody else posts but the store, whose letters lie unread
  box->close();
}

void Runner::Engine::loop() {
  while (!should_end()) {
    for (auto& letter : box->drain()) {
      try {
        letter();
      } catch (const std::exception& error) {
        log_error(std::string("the job engine stumbled: ") + error.what());
      }
    }
    // Timers first: one of them may make a job ready, and nothing else would wake us to grant it a place.
    run_timers();
    if (grant_wished) grant_places();
    if (should_end()) break;
    transport->run_once(wait_ms());
  }
}

// A submit on the wire is paid: its answer is waited for, within limits. Everything else is taken up again at the next start.
bool Runner::Engine::should_end() {
  if (!stop_wished) return false;
  const std::int64_t now = machine_mono_ms();
  if (!std::exchange(stopping, true)) stop_mono_ms = now;
  if (disk_failed || now - stop_mono_ms >= parts.stop_grace_ms) return true;
  if (commits_under_way > 0) return false;
  return std::none_of(lives.begin(), lives.end(), [](const auto& entry) { return entry.second.life.job.state == JobState::Sending; });
}

int Runner::Engine::wait_ms() const {
  constexpr std::int64_t longest = 3'600'000;
  std::int64_t wait = longest;
  if (!timers.empty()) wait = std::clamp<std::int64_t>(timers.begin()->first - parts.clock.mono_ms(), 0, longest);
  else if (!stopping) return -1;
  if (stopping) wait = std::min<std::int64_t>(wait, 50);
  return static_cast<int>(wait);
}

void Runner::Engine::run_timers() {
  const std::int64_t now = parts.clock.mono_ms();
  while (!timers.empty() && timers.begin()->first <= now) {
    const auto what = std::move(timers.begin()->second);
    timers.erase(timers.begin());
    what();
  }
}

void Runner::Engine::after(double secs, std::function<void()> what) {
  timers.emplace(parts.clock.mono_ms() + static_cast<std::int64_t>(std::max(0.0, secs) * 1000), std::move(what));
}

void Runner::Engine::tell(RunnerEvent event) {
  if (parts.post) parts.post(std::move(event));
}

void Runner::Engine::trouble(const Error& error) {
  if (problem.message == error.message) return;
  problem = error;
  log_error(error.message + (error.detail.empty() ? "" : " (" + error.detail + ")"));
  tell(RunnerProblem{error});
}

void Runner::Engine::trouble_is_over() {
  if (problem.message.empty()) return;
  problem = {};
  tell(RunnerProblem{problem});
}

}  // namespace studio
