// One request in place of many: where a service tells about several jobs at once, those of an account that are due within a
// second are asked about together (jobs/poll_sharing.h says when that pays). The first of them stands for the request: its pass,
// its turn within the rate, its retry. What the answer tells of each goes the way of a look of its own; of whom it tells nothing
// is asked about alone from then on.
#include <algorithm>
#include <cmath>

#include "base/log.h"
#include "runner/engine.h"

namespace studio {
namespace {

constexpr std::int64_t together_ms = 1000;
constexpr auto poll_slot = static_cast<std::size_t>(ActKind::Poll);

}  // namespace

// The timer of its next look was set: remembered by its time.
void Runner::Engine::note_due_look(const Live& live, double in_secs) {
  const Provider* provider = provider_of(live);
  if (provider == nullptr || provider->profile().looks_at_once < 2) return;
  auto& due = accounts[endpoint_of(live)].looks_due;
  const std::int64_t now = parts.clock.mono_ms();
  due.erase(due.begin(), due.lower_bound(now));  // these timers have run
  due.emplace(now + static_cast<std::int64_t>(std::ceil(in_secs * 1000)), Account::DueLook{live.life.job.id, live.ticket, live.due[poll_slot]});
}

// Who is asked about along with this job; nobody where that does not pay.
Runner::Engine::Asked Runner::Engine::due_with(const Live& live) {
  const std::string logical = endpoint_of(live);
  Account& account = accounts[logical];
  const auto most = static_cast<std::size_t>(std::max(1, provider_of(live)->profile().looks_at_once)) - 1;
  if (most == 0 || live.is_looked_at_alone || account.tells_of_one) return {};
  Asked others;
  std::vector<double> due_in_secs{0};
  const auto may_join = [&](JobId id, Ticket ticket) -> const Live* {
    const Live* other = others.size() < most ? find(id) : nullptr;
    if (other == nullptr || other == &live || other->ticket != ticket || other->life.job.state != JobState::Running) return nullptr;
    if (other->committing || !other->waiting.empty() || other->is_looked_at_alone || other->is_turned_away) return nullptr;
    return endpoint_of(*other) == logical ? other : nullptr;
  };
  const auto join = [&](JobId id, Ticket ticket, double in_secs) {
    others.emplace_back(id, ticket);
    due_in_secs.push_back(in_secs);
  };
  // In line already,
  for (const auto& [id, ticket] : polls_waiting) {
    if (may_join(id, ticket) != nullptr) join(id, ticket, 0);
  }
  for (const auto& [id, ticket] : account.looks_waiting) {
    if (may_join(id, ticket) != nullptr) join(id, ticket, 0);
  }
  // or due soon. Who is busy has been asked about, or waits in line.
  const std::int64_t now = parts.clock.mono_ms();
  for (auto due = account.looks_due.begin(); due != account.looks_due.end() && due->first <= now + together_ms; ++due) {
    const Live* other = may_join(due->second.job, due->second.ticket);
    if (other == nullptr || other->busy || other->due[poll_slot] != due->second.timer) continue;
    join(due->second.job, due->second.ticket, static_cast<double>(due->first - now) / 1000);
  }
  return list_pays(due_in_secs) ? others : Asked{};
}

// Nothing: this look goes out by itself. Else whether it is on the wire, together with others.
std::optional<bool> Runner::Engine::start_shared_poll(Live& live, const Endpoint& endpoint) {
  const Asked others = due_with(live);
  if (others.empty()) return std::nullopt;
  const std::string logical = endpoint_of(live);
  std::vector<ProviderCall> calls{loan_of(live, endpoint)};
  for (const auto& [id, ticket] : others) calls.push_back(loan_of(lives.at(id), endpoint));
  const Provider& provider = *provider_of(live);
  std::optional<HttpRequest> request = provider.plan_poll_many(calls);
  if (!request) return std::nullopt;
  request->local = request->local && provider.profile().local;
  if (!may_retry(live, *request, live.life.tries.polls_failed, ActKind::Poll)) return false;
  Asked asked{{live.life.job.id, live.ticket}};
  asked.insert(asked.end(), others.begin(), others.end());
  const auto is_asked = [&](const auto& one) { return std::find(asked.begin(), asked.end(), one) != asked.end(); };
  std::erase_if(polls_waiting, is_asked);
  std::erase_if(accounts[logical].looks_waiting, is_asked);
  for (const auto& [id, ticket] : asked) {
    Live& one = lives.at(id);
    if (&one != &live) never_went(one);  // one pass for one request
    one.asked_epoch = accounts[logical].epoch;
    one.busy = true;
    ++one.due[poll_slot];  // its own timer is void: what it is told sets the next
  }
  leaves(live);
  // Nobody's own transfer: it goes on for the others when one of them is cancelled.
  transport->start(std::move(*request), [this, logical, asked = std::move(asked)](const HttpResponse& response) {
    --polls_under_way;
    guarded([&] { shared_poll_answered(logical, asked, response); });
    start_polls();
  });
  return true;
}

void Runner::Engine::shared_poll_answered(const std::string& logical, const Asked& asked, const HttpResponse& response) {
  const auto still_asks = [this](const std::pair<JobId, Ticket>& one) {
    const Live* live = find(one.first);
    return live != nullptr && live->ticket == one.second;
  };
  Asked present;
  std::copy_if(asked.begin(), asked.end(), std::back_inserter(present), still_asks);
  if (present.empty()) return;
  if (present.front() == asked.front()) came_back(lives.at(asked.front().first), response);
  if (response.status == 429) accounts[logical].throttle.told_to_slow_down(now_secs());
  std::vector<std::optional<PollRead>> reads(present.size());
  try {
    std::vector<ProviderCall> calls;
    for (const auto& [id, ticket] : present) calls.push_back(loan_of(lives.at(id), known_endpoint(logical)));
    const Provider* provider = provider_of(lives.at(present.front().first));
    if (response.failure == HttpFailure::None && response.body.size() <= read_here_bytes && provider != nullptr) {
      reads = provider->read_poll_many(calls, response);
      reads.resize(present.size());
    }
  } catch (const std::exception& thrown) {
    log_error(logical + ": the status of several jobs could not be read: " + thrown.what());
    reads.assign(present.size(), std::nullopt);
  }
  const bool told_nothing = response.failure == HttpFailure::None && std::none_of(reads.begin(), reads.end(), [](const auto& read) { return read.has_value(); });
  if (told_nothing) accounts[logical].tells_of_one = true;
  for (std::size_t i = 0; i < present.size(); ++i) {
    Live* live = answered(present[i].first, present[i].second);  // what became of those before may have moved it on
    if (live == nullptr) continue;
    guarded(present[i].first, [&] {
      if (response.failure != HttpFailure::None) happen(present[i].first, happened::PollFailed{error_of(response, *live)});
      else if (!reads[i] || std::holds_alternative<InlineFinished>(*reads[i])) look_alone(*live);  // files are taken apart elsewhere
      else poll_read(*live, *reads[i]);
    });
  }
}

void Runner::Engine::look_alone(Live& live) {
  live.is_looked_at_alone = true;
  carry_out(live.life.job.id, {{ActKind::Poll, 0}});
}

}  // namespace studio
