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
constexpr double one_by_one_secs = 600;  // after a request about several that told of none
constexpr auto poll_slot = static_cast<std::size_t>(ActKind::Poll);

}  // namespace

// The timer of its next look was set: remembered by its time.
void Runner::Engine::note_due_look(const Live& live, double in_secs) {
  const Provider* provider = provider_of(live);
  if (provider == nullptr || provider->profile().looks_at_once < 2) return;
  auto& due = accounts[endpoint_of(live)].looks_due;
  const std::int64_t now = parts.clock.mono_ms();
  due.erase(due.begin(), due.lower_bound(now));  // their time has come
  due.emplace(now + static_cast<std::int64_t>(std::ceil(in_secs * 1000)), Account::DueLook{live.life.job.id, live.ticket, live.due[poll_slot]});
}

// Who is asked about along with this job; nobody where that does not pay.
Runner::Engine::Asked Runner::Engine::due_with(const Live& live) {
  const std::string logical = endpoint_of(live);
  Account& account = accounts[logical];
  const auto most = static_cast<std::size_t>(std::max(1, provider_of(live)->profile().looks_at_once)) - 1;
  if (most == 0 || live.is_looked_at_alone || now_secs() < account.one_by_one_until_secs) return {};
  Asked others;
  std::vector<double> due_in_secs{0};
  const auto may_join = [&](JobId id, Ticket ticket) -> const Live* {
    const Live* other = find(id);
    if (other == nullptr || other == &live || other->ticket != ticket || other->life.job.state != JobState::Running) return nullptr;
    if (other->committing || !other->waiting.empty() || other->is_looked_at_alone || other->is_turned_away) return nullptr;
    return endpoint_of(*other) == logical ? other : nullptr;
  };
  const auto join = [&](JobId id, Ticket ticket, double in_secs) {
    others.emplace_back(id, ticket);
    due_in_secs.push_back(in_secs);
  };
  // In line already,
  const auto join_line = [&](const auto& line) {
    for (const auto& [id, ticket] : line) {
      if (others.size() == most) return;
      if (may_join(id, ticket) != nullptr) join(id, ticket, 0);
    }
  };
  join_line(polls_waiting);
  join_line(account.looks_waiting);
  // or due soon. Who is busy has been asked about, or waits in line or for the address.
  const std::int64_t now = parts.clock.mono_ms();
  for (auto due = account.looks_due.begin(); due != account.looks_due.end() && due->first <= now + together_ms && others.size() < most; ++due) {
    const Live* other = may_join(due->second.job, due->second.ticket);
    if (other == nullptr || other->busy || other->due[poll_slot] != due->second.timer) continue;
    join(due->second.job, due->second.ticket, static_cast<double>(due->first - now) / 1000);
  }
  return list_pays(due_in_secs) ? others : Asked{};
}

// Nothing: this look goes out by itself. Else whether it is on the wire, together with others.
std::optional<bool> Runner::Engine::start_shared_poll(Live& live, const Endpoint& endpoint) {
  const Asked others = due_with(live);
  const std::string logical = endpoint_of(live);
  accounts[logical].answered_at_once = 1 + static_cast<int>(others.size());
  if (others.empty()) return std::nullopt;
  std::vector<ProviderCall> calls{loan_of(live, endpoint)};
  for (const auto& [id, ticket] : others) calls.push_back(loan_of(lives.at(id), endpoint));
  const Provider& provider = *provider_of(live);
  std::optional<HttpRequest> request = provider.plan_poll_many(calls);
  if (!request) return std::nullopt;
  keep_to_profile(*request, &provider);
  if (!may_retry(live, *request, live.life.tries.polls_failed, ActKind::Poll)) return false;
  Asked asked{{live.life.job.id, live.ticket}};
  asked.insert(asked.end(), others.begin(), others.end());
  const std::set<std::pair<JobId, Ticket>> all(asked.begin(), asked.end());
  const int epoch = accounts[logical].epoch;
  for (const auto& [id, ticket] : others) never_went(lives.at(id));  // one pass for one request
  leaves(live);
  // Nobody's own transfer: it goes on for the others when one of them is cancelled.
  transport->start(std::move(*request), [this, logical, asked](const HttpResponse& response) {
    --polls_under_way;
    shared_poll_answered(logical, asked, response);
    start_polls();
  });
  // What throws before this leaves the others where they were.
  const auto is_asked = [&](const auto& one) { return all.contains(one); };
  std::erase_if(polls_waiting, is_asked);
  std::erase_if(accounts[logical].looks_waiting, is_asked);
  for (const auto& [id, ticket] : asked) {
    Live& one = lives.at(id);
    one.asked_epoch = epoch;
    one.busy = true;
    ++one.due[poll_slot];  // its own timer is void: what it is told sets the next
  }
  return true;
}

void Runner::Engine::shared_poll_answered(const std::string& logical, const Asked& asked, const HttpResponse& response) {
  SharedReads reads;
  try {
    reads = read_shared_poll(logical, asked, response);
  } catch (const std::exception& thrown) {
    log_error(logical + ": the status of several jobs could not be read: " + thrown.what());
  }
  reads.resize(asked.size());
  const auto is_no_answer = [](const PollRead& read) {
    const auto* failed = std::get_if<CallFailed>(&read);
    return failed != nullptr && (failed->error.kind == ErrorKind::Damaged || failed->error.kind == ErrorKind::BadRequest || failed->error.kind == ErrorKind::NotFound);
  };
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const JobId id = asked[i].first;
    Live* live = answered(id, asked[i].second);  // it may have moved on, also by what became of those before
    if (live == nullptr) continue;
    guarded([&] {
      guarded(id, [&] {
        if (i == 0) came_back(*live, response);
        if (response.failure != HttpFailure::None && response.failure != HttpFailure::TooLarge) {
          happen(id, happened::PollFailed{error_of(response, *live)});
        } else if (!reads[i] || std::holds_alternative<InlineFinished>(*reads[i]) || is_no_answer(*reads[i])) {
          look_alone(*live);  // files are taken apart elsewhere, and what fails for several may do for one
        } else {
          poll_read(*live, *reads[i]);
        }
      });
    });
  }
}

// For each that still waits for it, in the order of `asked`.
Runner::Engine::SharedReads Runner::Engine::read_shared_poll(const std::string& logical, const Asked& asked, const HttpResponse& response) {
  SharedReads reads(asked.size());
  Account& account = accounts[logical];
  if (response.status == 429) account.throttle.told_to_slow_down(now_secs());
  std::vector<ProviderCall> calls;
  std::vector<std::size_t> places;
  const Provider* provider = nullptr;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const Live* live = find(asked[i].first);
    if (live == nullptr || live->ticket != asked[i].second) continue;
    provider = provider_of(*live);
    calls.push_back(loan_of(*live, known_endpoint(logical)));
    places.push_back(i);
  }
  if (provider == nullptr || response.failure != HttpFailure::None || response.body.size() > read_here_bytes) return reads;
  auto told = provider->read_poll_many(calls, response);
  told.resize(calls.size());
  const bool told_nothing = std::none_of(told.begin(), told.end(), [](const auto& read) { return read.has_value(); });
  if (told_nothing && calls.size() == asked.size()) account.one_by_one_until_secs = now_secs() + one_by_one_secs;
  for (std::size_t i = 0; i < places.size(); ++i) reads[places[i]] = std::move(told[i]);
  return reads;
}

void Runner::Engine::look_alone(Live& live) {
  live.is_looked_at_alone = true;
  carry_out(live.life.job.id, {{ActKind::Poll, 0}});
}

}  // namespace studio
