// The engine's thread: commands, timers, network, in one loop.
#include "runner/engine.h"

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "base/file.h"
#include "base/hash.h"
#include "base/log.h"

namespace studio {
namespace {

// A timer that is so late was slept through; so many of them at once are no burst yet; the rest comes this far apart.
constexpr std::int64_t overslept_ms = 10'000;
constexpr std::ptrdiff_t few_timers = 20;
constexpr std::int64_t overdue_apart_ms = 20, longest_spread_ms = 60'000;

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
      files(parts.files ? parts.files : std::make_shared<ProjectFiles>(parts.vault)),
      random(parts.chance ? parts.chance() : fresh_seed()),
      boot_id(boot_id_now()) {
  for (const Provider* provider : parts.providers.all()) {
    for (const MediaKind kind : {MediaKind::Image, MediaKind::Video, MediaKind::Audio}) {
      lanes.set_limit({provider->info().id, kind}, lane_limit(provider->info(), kind));
    }
  }
  lanes.set_limit(local_lane, parts.cpu_workers);
}

Runner::Engine::~Engine() { stop(); }

Result<void> Runner::Engine::start() {
  STUDIO_CHECK(begin());
  thread = std::jthread([this] {
    while (turn()) {}
  });
  return {};
}

Result<void> Runner::Engine::begin() {
  workers = parts.workers ? std::move(parts.workers) : std::make_unique<WorkerThreads>(parts.cpu_workers);
  STUDIO_CHECK(find_hold());
  STUDIO_CHECK(load_money_rules());
  if (parts.drive) STUDIO_CHECK(recover());
  tell_queue();
  grant_wished = true;
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

// One round of the loop; false: it ends.
bool Runner::Engine::turn() {
  if (should_end()) return false;
  for (auto& letter : box->drain()) guarded(letter);
  // Timers first: one of them may make a job ready, and nothing else would wake us to grant it a place.
  run_timers();
  if (grant_wished) guarded([this] { grant_places(); });
  if (should_end()) return false;
  guarded([this] { transport->run_once(wait_ms()); });
  return true;
}

void Runner::Engine::guarded(const std::function<void()>& what) try {
  what();
} catch (const std::exception& thrown) {
  log_error(std::string("the job engine stumbled: ") + thrown.what());
}

void Runner::Engine::guarded(JobId id, const std::function<void()>& what) try {
  what();
} catch (const std::exception& thrown) {
  log_error("job " + to_string(id) + ": the job engine stumbled: " + thrown.what());
  stumbled(id, error_thrown(thrown));
}

// As if the question that was to be asked, or its answer, had failed: each state knows what to do about that.
void Runner::Engine::stumbled(JobId id, const Error& error) {
  Live* live = find(id);
  if (live == nullptr) return;
  if (live->transfer == 0) {
    live->busy = false;
    fetches_under_way.erase(id);
  }
  const Ticket ticket = live->ticket;
  if (is_local(live->life.job.kind)) {
    if (live->life.job.state == JobState::Running) happen(id, happened::LocalFailed{error}, ticket);
    return;
  }
  const auto& attempt = live->life.attempt;
  switch (live->life.job.state) {
    case JobState::Preparing: return happen(id, happened::PrepareFailed{error, error.kind == ErrorKind::Disk}, ticket);
    case JobState::Sending: {
      // Whether the paid request left is not known here, unless its answer has come: then only its chain goes on.
      const bool chain_goes_on = attempt && !attempt->remote_state.empty() && (live->planned.url.empty() || live->planned.method == HttpMethod::Get);
      if (chain_goes_on) return happen(id, happened::ChainBroken{error}, ticket);
      return happen(id, happened::SubmitUnclear{error.message, error.detail}, ticket);
    }
    case JobState::Unknown: return happen(id, happened::ReplayPutOff{error}, ticket);
    case JobState::Running: return happen(id, happened::PollFailed{error}, ticket);
    case JobState::Fetching:
      if (attempt && attempt->state == AttemptState::Fetched) return happen(id, happened::CheckFailed{error, false}, ticket);
      return happen(id, happened::FetchFailed{error}, ticket);
    default: return;  // nothing is asked in the others
  }
}

// The key of an attempt: 128 bits that nobody else has.
std::string Runner::Engine::fresh_key() {
  if (!parts.chance) return random_hex_128();
  std::array<char, 33> text{};
  std::snprintf(text.data(), text.size(), "%016llx%016llx", static_cast<unsigned long long>(parts.chance()),
                static_cast<unsigned long long>(parts.chance()));
  return text.data();
}

// A submit on the wire is paid: its answer is waited for, within limits. Everything else is taken up again at the next
// start, also a submit's chain that waits for its next try.
bool Runner::Engine::should_end() {
  if (!stop_wished) return false;
  const std::int64_t now = machine_mono_ms();
  if (!std::exchange(stopping, true)) {
    stop_mono_ms = now;
    keep_clocks();
  }
  if (disk_failed || now - stop_mono_ms >= parts.stop_grace_ms) return true;
  if (commits_under_way > 0) return false;
  return std::none_of(lives.begin(), lives.end(), [](const auto& entry) { return entry.second.life.job.state == JobState::Sending && entry.second.busy; });
}

int Runner::Engine::wait_ms() const {
  constexpr std::int64_t longest = 3'600'000;
  std::int64_t wait = longest;
  if (!timers.empty()) wait = std::clamp<std::int64_t>(timers.begin()->first - parts.clock.mono_ms(), 0, longest);
  else if (!stopping) return -1;
  if (stopping) wait = std::min<std::int64_t>(wait, 50);
  return static_cast<int>(wait);
}

// After a sleep of the machine, or of this process, everything is due in one instant: it is done in its order, spread.
void Runner::Engine::spread_overdue(std::int64_t now) {
  const auto end = timers.upper_bound(now);
  const auto count = std::distance(timers.begin(), end);
  if (count <= few_timers) return;
  const std::int64_t apart = std::min(overdue_apart_ms, longest_spread_ms / count);
  std::vector<std::function<void()>> overdue;
  for (auto timer = timers.begin(); timer != end; ++timer) overdue.push_back(std::move(timer->second));
  timers.erase(timers.begin(), end);
  std::int64_t at = now;
  for (auto& what : overdue) timers.emplace(at += apart, std::move(what));
}

void Runner::Engine::run_timers() {
  const std::int64_t now = parts.clock.mono_ms();
  if (!timers.empty() && now - timers.begin()->first > overslept_ms) spread_overdue(now);
  while (!timers.empty() && timers.begin()->first <= now) {
    const auto what = std::move(timers.begin()->second);
    timers.erase(timers.begin());
    guarded(what);
  }
}

void Runner::Engine::after(double secs, std::function<void()> what) {
  timers.emplace(parts.clock.mono_ms() + static_cast<std::int64_t>(std::max(0.0, secs) * 1000), std::move(what));
}

void Runner::Engine::tell(RunnerEvent event) {
  if (parts.post) parts.post(std::move(event));
}

void Runner::Engine::trouble(TroubleWith what, const Error& error) {
  problem_with = what;
  if (problem.message == error.message) return;
  problem = error;
  log_error(error.message + (error.detail.empty() ? "" : " (" + error.detail + ")"));
  tell(RunnerProblem{error});
}

void Runner::Engine::trouble_is_over(TroubleWith what) {
  if (problem.message.empty() || problem_with != what) return;
  problem = {};
  tell(RunnerProblem{problem});
}

}  // namespace studio
