// The paths to each service: one that keeps failing is left alone, what would use it waits and says so, and one request goes
// ahead to see whether it works again. jobs/breaker.h decides; this asks it before each request and tells it what became of it.
//
// What is turned away was never tried: no attempt, no backoff, nothing of a retry budget. It waits at the gate in the order in
// which it came (what is queued waits in its lane), keeps its money where it has some, and goes on when the gate opens.
#include <cmath>
#include <type_traits>

#include "base/log.h"
#include "runner/engine.h"

namespace studio {
namespace {

std::string_view name_of(ServicePath path) {
  switch (path) {
    case ServicePath::Submit: return "submits";
    case ServicePath::Poll: return "looks";
    case ServicePath::Download: return "downloads";
  }
  return "requests";
}

// Whether an error is an answer of the service, one that says no. Neither is what went wrong on this side.
bool is_an_answer(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::RateLimited: case ErrorKind::Unauthorised: case ErrorKind::Refused: case ErrorKind::BadRequest: case ErrorKind::NotFound:
      return true;
    default: return false;
  }
}

template <class Event, class... Others>
inline constexpr bool is_one_of = (std::is_same_v<Event, Others> || ...);

// Each of many goes on at its own moment within a second.
double spread_secs(std::size_t waiting, double jitter) { return waiting > 16 ? jitter : 0; }

}  // namespace

// True: the request may leave now, and the job's errand says on which path. False: the job waits and has been told.
bool Runner::Engine::may_go(Live& live, ServicePath path, ActKind kind) {
  const std::string logical = endpoint_of(live);
  Gate& gate = gate_of(logical, path);
  if (live.errand && (live.errand->account != logical || live.errand->path != path || !gate.breaker.is_current(live.errand->pass))) never_went(live);
  if (live.errand) return true;
  const auto pass = gate.breaker.ask(now_secs());
  if (!pass) {
    turn_away(live, gate, kind);
    watch_gate(logical, path);
    return false;
  }
  live.errand = Errand{logical, path, *pass};
  live.is_turned_away = false;
  return true;
}

void Runner::Engine::turn_away(Live& live, Gate& gate, ActKind kind) {
  const bool is_new = !std::exchange(live.is_turned_away, true);
  // What is queued keeps its place there, and asks again when places are given.
  if (kind != ActKind::QueueAgain) gate.waiting.push_back({live.life.job.id, live.ticket, kind});
  // What is on its way to the disk says more of it; these rows would be written after those, and undo them.
  if (live.committing) return;
  std::string reason = trouble_of(gate);
  if (!is_new && live.life.job.reason == reason) return;
  live.life.job.reason = std::move(reason);
  // A moment's trouble is nobody's affair.
  live.life.job.cause = gate.breaker.is_lasting() ? JobCause::Service : JobCause::None;
  tell(JobChanged{live.life.job});
  save_lazily(live);
}

// "fal.ai cannot be reached. It is tried again in 20 s."
std::string Runner::Engine::trouble_of(const Gate& gate) const {
  std::string words = gate.trouble.empty() ? "The service has trouble." : gate.trouble;
  if (!words.ends_with('.')) words += '.';
  if (gate.breaker.state() == Breaker::State::Probing) return words + " It is being tried again.";
  return words + " It is tried again in " + std::to_string(static_cast<int>(std::ceil(gate.breaker.secs_until_free(now_secs())))) + " s.";
}

// --- what becomes of a request

// It goes out, to the address that is known now.
void Runner::Engine::leaves(Live& live) {
  if (!live.errand) return;
  live.errand->lookup = accounts[live.errand->account].lookups;
  live.errand->was_there = true;
}

void Runner::Engine::came_back(Live& live, const HttpResponse& response) {
  if (!live.errand || !surely_not_sent(response) || response.failure == HttpFailure::NotSentRefusedHere) return;
  live.errand->was_there = false;
  drop_address(live.errand->account, live.errand->lookup);
}

// Every answer comes as an event: what it says of the path is read off it here, once.
void Runner::Engine::note_outcome(Live& live, const JobEvent& event) {
  if (!live.errand) return;
  using namespace happened;
  std::visit(
      [&](const auto& e) {
        using Event = std::decay_t<decltype(e)>;
        if constexpr (is_one_of<Event, PrepareStepDone, SubmitChained, SubmitAccepted, RemoteFinished, RemoteRefused, RemoteFailed,
                                RemoteCancelled, RemoteGone, PollPending, PollChained, FetchChained, happened::OutputExpired, BlobsStored>) {
          went_well(live);
        } else if constexpr (is_one_of<Event, PrepareFailed, ChainBroken, SubmitNotAccepted, ReplayPutOff, PollFailed, FetchFailed>) {
          went_wrong(live, e.error);
        } else if constexpr (is_one_of<Event, SubmitUnclear>) {
          went_wrong(live, {ErrorKind::UnknownOutcome, e.reason, e.detail, 0});
        } else if constexpr (is_one_of<Event, Held, ReplayImpossible>) {
          never_went(live);
        }
      },
      event);
}

void Runner::Engine::went_well(Live& live) {
  if (!live.errand) return;
  const Errand errand = *std::exchange(live.errand, std::nullopt);
  if (!errand.host.empty()) retry_budgets.of_host(errand.host).succeeded(now_secs());
  path_works(errand.account, errand.path, errand.pass);
}

void Runner::Engine::went_wrong(Live& live, const Error& error) {
  if (!live.errand) return;
  if (is_an_answer(error.kind) && live.errand->lookup != 0) return went_well(live);
  if (!is_breakage(error.kind)) return never_went(live);
  const Errand errand = *std::exchange(live.errand, std::nullopt);
  Gate& gate = gate_of(errand.account, errand.path);
  const bool nobody_was_there = errand.lookup == 0 || !errand.was_there;
  const int lookup = errand.lookup == 0 ? accounts[errand.account].lookups : errand.lookup;
  if (nobody_was_there && std::exchange(gate.blamed_lookup, lookup) == lookup && gate.breaker.state() == Breaker::State::Closed) return;
  path_failed(errand.account, errand.path, errand.pass, error);
}

// It ended without telling anything: cancelled, moved on, not sent after all.
void Runner::Engine::never_went(Live& live) {
  if (!live.errand) return;
  const Errand errand = *std::exchange(live.errand, std::nullopt);
  no_news(errand.account, errand.path, errand.pass);
}

void Runner::Engine::no_news(const std::string& logical, ServicePath path, Breaker::Pass pass) {
  Gate& gate = gate_of(logical, path);
  gate.breaker.abandoned(pass);
  if (gate.breaker.state() == Breaker::State::Open) watch_gate(logical, path);
}

void Runner::Engine::path_works(const std::string& logical, ServicePath path, Breaker::Pass pass) {
  Gate& gate = gate_of(logical, path);
  const bool was_closed = gate.breaker.state() == Breaker::State::Closed;
  gate.breaker.succeeded(pass);
  if (was_closed || gate.breaker.state() != Breaker::State::Closed) return;
  log_info(logical + " works again: " + std::string(name_of(path)) + " go on");
  open_gate(logical, path);
}

void Runner::Engine::path_failed(const std::string& logical, ServicePath path, Breaker::Pass pass, const Error& error) {
  Gate& gate = gate_of(logical, path);
  const bool was_closed = gate.breaker.state() == Breaker::State::Closed;
  gate.trouble = error.message;
  gate.breaker.failed(pass, now_secs());
  if (gate.breaker.state() != Breaker::State::Open) return;
  if (was_closed) log_warning(logical + ": " + std::string(name_of(path)) + " keep failing and wait: " + error.message);
  watch_gate(logical, path);
  // Those at the gate hear how long it is now.
  const std::string reason = trouble_of(gate);
  for (const Gate::Waiting& waiting : gate.waiting) {
    Live* live = find(waiting.job);
    if (live == nullptr || live->ticket != waiting.ticket || live->committing) continue;
    live->life.job.reason = reason;
    live->life.job.cause = gate.breaker.is_lasting() ? JobCause::Service : JobCause::None;
    tell(JobChanged{live->life.job});
  }
}

// --- the gate

// Looks at it again when a probe may go.
void Runner::Engine::watch_gate(const std::string& logical, ServicePath path) {
  Gate& gate = gate_of(logical, path);
  const double wait_secs = gate.breaker.secs_until_free(now_secs());
  const std::int64_t due = parts.clock.mono_ms() + static_cast<std::int64_t>(std::ceil(wait_secs * 1000));
  if (gate.timer_mono_ms == due) return;
  gate.timer_mono_ms = due;
  after(static_cast<double>(due - parts.clock.mono_ms()) / 1000, [this, logical, path, due] {
    Gate& then = gate_of(logical, path);
    if (then.timer_mono_ms != due) return;
    then.timer_mono_ms = -1;
    try_gate(logical, path);
  });
}

// The first one that still wants to go is the probe; what waits there was begun, so it goes before what is queued.
void Runner::Engine::try_gate(const std::string& logical, ServicePath path) {
  Gate& gate = gate_of(logical, path);
  if (gate.breaker.state() == Breaker::State::Closed) return open_gate(logical, path);
  const auto may_probe = [&] { return gate.breaker.secs_until_free(now_secs()) <= 0; };
  if (!may_probe()) return watch_gate(logical, path);
  for (std::size_t left = gate.waiting.size(); left > 0 && may_probe(); --left) {
    const Gate::Waiting first = gate.waiting.front();
    gate.waiting.pop_front();
    Live* live = find(first.job);
    if (live == nullptr || live->ticket != first.ticket) continue;
    live->is_turned_away = false;
    act(first.job, first.kind);
  }
  if (path == ServicePath::Submit && may_probe()) grant_wished = true;
}

void Runner::Engine::open_gate(const std::string& logical, ServicePath path) {
  Gate& gate = gate_of(logical, path);
  gate.timer_mono_ms = -1;
  gate.trouble.clear();
  const auto waiting = std::exchange(gate.waiting, {});
  for (const Gate::Waiting& one : waiting) {
    Live* live = find(one.job);
    if (live == nullptr || live->ticket != one.ticket) continue;
    live->is_turned_away = false;
    if (live->life.job.cause == JobCause::Service && !live->committing) {
      live->life.job.cause = JobCause::None;
      live->life.job.reason.clear();
      tell(JobChanged{live->life.job});
    }
    carry_out(one.job, {{one.kind, spread_secs(waiting.size(), random.unit())}});
  }
  if (path != ServicePath::Submit) return;
  grant_wished = true;
  // What was told while it was queued is not so any more.
  for (auto& [id, live] : lives) {
    if (!live.is_turned_away || live.life.job.state != JobState::Queued || live.committing || endpoint_of(live) != logical) continue;
    live.is_turned_away = false;
    live.life.job.reason.clear();
    live.life.job.cause = JobCause::None;
    tell(JobChanged{live.life.job});
  }
}

// The path that this job needs next has been in trouble for so long that a person should know.
bool Runner::Engine::is_away(const Live& live) {
  const std::string logical = endpoint_of(live);
  switch (live.life.job.state) {
    case JobState::Queued: case JobState::Preparing: case JobState::Sending: case JobState::Unknown:
      return gate_of(logical, ServicePath::Submit).breaker.is_lasting();
    case JobState::Running: return gate_of(logical, ServicePath::Poll).breaker.is_lasting();
    case JobState::Fetching:
      return gate_of(logical, ServicePath::Download).breaker.is_lasting() || (live.is_turned_away && gate_of(logical, ServicePath::Poll).breaker.is_lasting());
    default: return false;
  }
}

}  // namespace studio
