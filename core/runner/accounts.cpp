// Accounts: where a logical endpoint is now, and what stops all jobs of one (a refused key), or those that are not paid yet (no credit).
#include <algorithm>

#include "base/log.h"
#include "runner/engine.h"

namespace studio {
namespace {

// A looked-up address is believed for this long: shorter than the idle minute after which a local server may have left
// its port to another program.
constexpr std::int64_t address_life_ms = 20'000;

}  // namespace

std::string Runner::Engine::endpoint_of(const Live& live) {
  const auto& attempt = live.life.attempt;
  // I7: an open attempt goes where it was made for, whatever the recipe would mean today.
  return attempt && is_open(attempt->state) ? attempt->endpoint : endpoint_of(live.life.job.recipe);
}

void Runner::Engine::with_endpoint(const std::string& logical, std::function<void(const Result<Endpoint>&)> then) {
  Account& account = accounts[logical];
  if (account.endpoint && parts.clock.mono_ms() - account.resolved_mono_ms < address_life_ms) {
    return then(Result<Endpoint>(*account.endpoint));
  }
  account.waiting.push_back(std::move(then));
  if (account.resolving) return;
  account.resolving = true;
  const auto look_up = [logical, resolve = parts.resolve_endpoint] { return resolve(logical); };
  on_worker(Urgency::Urgent, look_up, [this, logical](const Result<Endpoint>& found) {
    Account& resolved = accounts[logical];
    resolved.resolving = false;
    resolved.endpoint.reset();
    ++resolved.lookups;
    if (found) resolved.endpoint = *found;
    resolved.resolved_mono_ms = parts.clock.mono_ms();
    for (const auto& waiting : std::exchange(resolved.waiting, {})) guarded([&] { waiting(found); });
  });
}

// For a job that waits for it, unless it has moved on.
void Runner::Engine::with_endpoint_of(Live& live, std::function<void(Live&, const Result<Endpoint>&)> then) {
  live.busy = true;
  with_endpoint(endpoint_of(live), [this, id = live.life.job.id, ticket = live.ticket, then = std::move(then)](const Result<Endpoint>& endpoint) {
    Live* asked = answered(id, ticket);
    if (asked != nullptr) guarded(id, [&] { then(*asked, endpoint); });
  });
}

// Nobody is at that address: a local server comes back on another port. `lookup`: the one that gave it.
void Runner::Engine::drop_address(const std::string& logical, int lookup) {
  Account& account = accounts[logical];
  if (account.lookups == lookup) account.endpoint.reset();
}

void Runner::Engine::stop_account(const std::string& logical, ActKind what, const std::string& why) {
  Account& account = accounts[logical];
  const bool is_whole = what == ActKind::StopAccount;
  std::string& stopped = is_whole ? account.stopped : account.submits_stopped;
  if (!stopped.empty()) return;
  stopped = why.empty() ? "The key was refused: check it in the settings, then retry." : why;
  log_warning((is_whole ? "account " + logical + " is stopped: " : "nothing more is sent to " + logical + ": ") + stopped);
  // The others learn it when their turn comes, in grant_places().
  grant_wished = true;
}

// A person has acted: everything of this account gets another chance.
void Runner::Engine::restart_account(const std::string& logical) {
  Account& account = accounts[logical];
  ++account.epoch;
  account.endpoint.reset();
  account.stopped.clear();
  account.submits_stopped.clear();
  for (const ServicePath path : {ServicePath::Submit, ServicePath::Poll, ServicePath::Download}) {
    Gate& gate = gate_of(logical, path);
    if (gate.breaker.state() == Breaker::State::Closed) continue;
    gate.breaker.reset();
    open_gate(logical, path);
  }
  for (const auto& [id, kind] : std::exchange(account.parked, {})) {
    if (Live* live = find(id); live != nullptr && live->life.job.cause == JobCause::Key && !live->committing) {
      live->life.job.cause = JobCause::None;
      live->life.job.reason.clear();
      tell(JobChanged{live->life.job});
    }
    act(id, kind);
  }
  release_held(HeldBy::Account, logical);
  want_look(logical, 0);
}

void Runner::Engine::release_held(HeldBy by, const std::string& logical) {
  std::vector<JobId> held;
  for (const JobId id : blocked) {
    const Live* live = find(id);
    if (live != nullptr && live->held_by == by && (logical.empty() || endpoint_of(*live) == logical)) held.push_back(id);
  }
  for (const JobId id : held) {
    // A wish that is being carried out (retry, cancel) has already taken it out of here.
    if (const Live* live = find(id); live != nullptr && !live->committing) happen(id, happened::Released{});
  }
}

// A job that was put on hold while what held it went away is not held.
void Runner::Engine::recheck_held(Live& live) {
  if (live.life.job.state != JobState::Blocked || live.committing) return;
  const bool is_free = (live.held_by == HeldBy::Account && accounts[endpoint_of(live)].why_nothing_is_sent().empty()) ||
                       (live.held_by == HeldBy::Runaway && guard_of(live.life.job.currency).stopped.empty());
  if (is_free) happen(live.life.job.id, happened::Released{});
}

// True when this act has to wait until the account goes on; the job says so. Of what is paid only a replay is a submit.
bool Runner::Engine::park(Live& live, ActKind kind) {
  Account& account = accounts[endpoint_of(live)];
  const std::string& why = kind == ActKind::ReplayLater ? account.why_nothing_is_sent() : account.stopped;
  if (why.empty()) return false;
  account.parked.emplace_back(live.life.job.id, kind);
  Job& job = live.life.job;
  // What is on its way to the disk says more of it; these rows would be written after those, and undo them.
  if (live.committing || (job.cause == JobCause::Key && job.reason == why)) return true;
  job.reason = why;
  job.cause = JobCause::Key;
  tell(JobChanged{job});
  save_lazily(live);
  return true;
}

Error Runner::Engine::error_of(const HttpResponse& response, const Live& live) const {
  const Provider* provider = provider_of(live);
  const std::string name = provider == nullptr ? "The service" : provider->info().label;
  switch (response.failure) {
    case HttpFailure::NotSentDns: return {ErrorKind::Offline, "The address of " + name + " is not found: check the network.", response.detail, 0};
    case HttpFailure::NotSentConnect: return {ErrorKind::Offline, name + " cannot be reached.", response.detail, 0};
    case HttpFailure::NotSentTls: return {ErrorKind::Offline, "No secure connection to " + name + " can be made.", response.detail, 0};
    case HttpFailure::NotSentRefusedHere:
      return {ErrorKind::BadRequest, "The request to " + name + " is not one this program sends.", response.detail, 0};
    case HttpFailure::Timeout: return {ErrorKind::Timeout, name + " did not answer in time.", response.detail, 0};
    case HttpFailure::TooLarge: return {ErrorKind::Damaged, name + " sent more than is allowed.", response.detail, 0};
    case HttpFailure::Disk: return {ErrorKind::Disk, "The answer of " + name + " could not be written: make room on the disk.", response.detail, 0};
    default: return {ErrorKind::Offline, "The connection to " + name + " broke.", response.detail, 0};
  }
}

Error Runner::Engine::error_of_status(const HttpResponse& response, const Live& live) const {
  const Provider* provider = provider_of(live);
  const std::string name = provider == nullptr ? "The service" : provider->info().label;
  const double after_secs = std::max(0.0, retry_after_secs(response, parts.clock.wall_ms()));
  if (response.status == 429) return {ErrorKind::RateLimited, name + " asks us to slow down.", {}, after_secs};
  return {ErrorKind::Offline, name + " has trouble (status " + std::to_string(response.status) + ").", {}, after_secs};
}

}  // namespace studio
