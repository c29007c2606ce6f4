// How often a service is asked: within the rates that its data names, not before it said that we may come back, and with few
// retries. jobs/rate_limits.h and jobs/retry_budget.h decide; who has to wait here waits its turn and was never tried.
//
// Submits and looks have rates of their own: a service that takes no more work for an hour must still be asked about the
// work that it has. A Retry-After therefore parks the account for what it was said to.
#include <algorithm>
#include <cmath>

#include "runner/engine.h"

namespace studio {
namespace {

constexpr double worth_telling_secs = 2;  // a shorter wait is over before it is read
constexpr double least_timer_secs = 0.01;

double submits_per_minute(const ProviderRates& rates, MediaKind kind) { return kind == MediaKind::Video ? rates.video_submits : rates.image_submits; }

// Looks count for the account, whatever they are about.
RateLimits::Key looks_of(const std::string& logical) { return {logical, MediaKind::Image}; }

}  // namespace

std::string host_of(std::string_view url) {
  const std::size_t mark = url.find("://");
  const std::size_t from = mark == std::string_view::npos ? 0 : mark + 3;
  return std::string(url.substr(from, url.find('/', from) - from));
}

// --- submits

// 0: now.
double Runner::Engine::secs_until_submit(const Live& live) {
  const Recipe& recipe = live.life.job.recipe;
  const Provider* provider = provider_of(live);
  const RateLimits::Key key{endpoint_of(live), recipe.kind};
  const double per_minute = provider == nullptr ? 0 : submits_per_minute(provider->info().rates, recipe.kind);
  if (per_minute > 0) submit_rates.set_rule(key, rate_per_minute(per_minute), now_secs());
  const double wait_secs = submit_rates.secs_until_free(key, now_secs());
  return wait_secs <= 0 ? 0 : std::max(least_timer_secs, wait_secs);
}

bool Runner::Engine::may_submit_now(Live& live) {
  const Provider* provider = provider_of(live);
  const double wait_secs = secs_until_submit(live);
  if (wait_secs <= 0) return true;
  const std::int64_t due = parts.clock.mono_ms() + static_cast<std::int64_t>(std::ceil(wait_secs * 1000));
  if (grant_timer_mono_ms < 0 || due < grant_timer_mono_ms) {
    grant_timer_mono_ms = due;
    after(static_cast<double>(due - parts.clock.mono_ms()) / 1000, [this, due] {
      // Whoever may still not go then needs a timer of his own, in this very millisecond or a little before it.
      if (grant_timer_mono_ms == due) grant_timer_mono_ms = -1;
      grant_wished = true;
    });
  }
  if (wait_secs >= worth_telling_secs && !std::exchange(live.is_turned_away, true)) {
    const std::string label = provider == nullptr ? "the service" : provider->info().label;
    live.life.job.reason = "It goes on in " + std::to_string(static_cast<int>(std::ceil(wait_secs))) + " s: " + label + " takes no more at the moment.";
    tell(JobChanged{live.life.job});
    save_lazily(live);
  }
  return false;
}

void Runner::Engine::take_submit(const Live& live) { submit_rates.take({endpoint_of(live), live.life.job.recipe.kind}, now_secs()); }

// --- looks

// 0: now. For what has no line of its own: lists, told ids, cancels.
double Runner::Engine::secs_until_look(const std::string& logical, const Provider* provider) {
  if (provider != nullptr && provider->info().rates.calls > 0) {
    look_rates.set_rule(looks_of(logical), rate_per_minute(provider->info().rates.calls), now_secs());
  }
  const double wait_secs = look_rates.secs_until_free(looks_of(logical), now_secs());
  return wait_secs <= 0 ? 0 : std::max(least_timer_secs, wait_secs + 0.001);  // a timer may be a part of a millisecond early
}

void Runner::Engine::take_look(const std::string& logical) { look_rates.take(looks_of(logical), now_secs()); }

// False: it has to wait for its turn, in the account's own line.
bool Runner::Engine::takes_look(const Live& live) {
  const std::string logical = endpoint_of(live);
  if (secs_until_look(logical, provider_of(live)) > 0 || !accounts[logical].looks_waiting.empty()) return false;
  take_look(logical);
  return true;
}

// When fewer looks are free than jobs are due, those go first that most likely end something.
void Runner::Engine::start_looks(const std::string& logical) {
  Account& account = accounts[logical];
  auto& waiting = account.looks_waiting;
  std::erase_if(waiting, [&](const auto& one) {
    const Live* live = find(one.first);
    return live == nullptr || live->ticket != one.second;
  });
  const int free = look_rates.free_calls(looks_of(logical), now_secs());
  if (free > 0 && !waiting.empty()) {
    std::vector<WaitingLook> looks;
    for (const auto& [id, ticket] : waiting) {
      const Live& live = lives.at(id);
      const auto known = clocks.find(latency_key_of(live.life.job.recipe));
      const JobSighting& seen = live.sighting;
      looks.push_back({known == clocks.end() ? nullptr : &known->second.whole, now_secs() - seen.accepted_secs, seen.not_done_secs - seen.accepted_secs});
    }
    auto chosen = most_worth(looks, static_cast<std::size_t>(free));
    for (const std::size_t i : chosen) {
      look_rates.take(looks_of(logical), now_secs());
      polls_waiting.push_back(waiting[i]);
    }
    std::sort(chosen.begin(), chosen.end(), std::greater<>());
    for (const std::size_t i : chosen) waiting.erase(waiting.begin() + static_cast<std::ptrdiff_t>(i));
    start_polls();
  }
  if (waiting.empty() || std::exchange(account.looks_timer_is_set, true)) return;
  // A little later than what waits by itself (secs_until_look): a cancel does not stand behind a thousand looks.
  after(2 * least_timer_secs + look_rates.secs_until_free(looks_of(logical), now_secs()), [this, logical] {
    accounts[logical].looks_timer_is_set = false;
    start_looks(logical);
  });
}

// --- what the service says

void Runner::Engine::park_rates(RateLimits& rates, const std::string& logical, double retry_after_secs) {
  if (retry_after_secs <= 0) return;
  rates.park_account(logical, now_secs() + std::min(retry_after_secs, longest_park_secs) * (1 + random.unit() / 10));
}

// Whatever was asked: an account that is told to slow down is looked at less often for a while (docs/polling.md). Of looks that is
// told where they are answered, once for each request.
void Runner::Engine::note_throttling(const Live& live, const JobEvent& event) {
  const auto told_not_to_submit = [&](const Error& error) {
    accounts[endpoint_of(live)].throttle.told_to_slow_down(now_secs());
    park_rates(submit_rates, endpoint_of(live), error.retry_after_secs);
  };
  const auto is_throttled = [](const auto* happened) { return happened != nullptr && happened->error.kind == ErrorKind::RateLimited; };
  if (const auto* submit = std::get_if<happened::SubmitNotAccepted>(&event); is_throttled(submit)) {
    told_not_to_submit(submit->error);
  } else if (const auto* step = std::get_if<happened::PrepareFailed>(&event); is_throttled(step)) {
    told_not_to_submit(step->error);
  } else if (const auto* chain = std::get_if<happened::ChainBroken>(&event); is_throttled(chain)) {
    told_not_to_submit(chain->error);
  } else if (const auto* look = std::get_if<happened::PollFailed>(&event); is_throttled(look)) {
    park_rates(look_rates, endpoint_of(live), look->error.retry_after_secs);
  } else if (const auto* cancel = std::get_if<happened::CancelFailed>(&event); is_throttled(cancel)) {
    note_throttled_look(endpoint_of(live), cancel->error);
  }
}

// Of a cancel, or a look that is nobody's own.
void Runner::Engine::note_throttled_look(const std::string& logical, const Error& error) {
  if (error.kind != ErrorKind::RateLimited) return;
  accounts[logical].throttle.told_to_slow_down(now_secs());
  park_rates(look_rates, logical, error.retry_after_secs);
}

// --- retries

// `failures`: of this request in a row; none is no retry, and a person's own retry counts from none. A probe is no retry: there
// is but one. False: it is carried out again when there is room for a retry.
bool Runner::Engine::may_retry(Live& live, const HttpRequest& request, int failures, ActKind again) {
  const std::string host = host_of(request.url);
  bool is_probe = false;
  if (live.errand) {
    live.errand->host = host;
    is_probe = gate_of(live.errand->account, live.errand->path).breaker.state() == Breaker::State::Probing;
  }
  RetryBudget& budget = retry_budgets.of_host(host);
  if (failures == 0 || is_probe || budget.take(now_secs())) return true;
  never_went(live);
  live.busy = false;
  constexpr double spread_secs = 5;  // as long as a slot of the budget
  carry_out(live.life.job.id, {{again, budget.secs_until_retry(now_secs()) + spread_secs * random.unit()}});
  return false;
}

}  // namespace studio
