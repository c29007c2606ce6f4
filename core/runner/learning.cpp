// When a job is looked at: what looks have shown is remembered, how long such jobs take is learned, and jobs/poll_schedule.h
// says when the next look is due. What was learned is kept in the ledger, a small text for each kind of job.
#include <utility>

#include "base/log.h"
#include "runner/engine.h"

namespace studio {
namespace {

constexpr double keep_clocks_secs = 5;

std::string fact_of(const std::string& key) { return "latency " + key; }

// Three records, a line each: the whole, the wait in the service's queue, the work.
std::string to_text(const LatencyClocks& clocks) {
  return latency_record_to_json(clocks.whole.record()) + "\n" + latency_record_to_json(clocks.queued.record()) + "\n" +
         latency_record_to_json(clocks.running.record());
}

LatencyClocks from_text(const std::string& text) {
  LatencyClocks clocks;
  std::size_t from = 0;
  for (LatencyModel* model : {&clocks.whole, &clocks.queued, &clocks.running}) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    if (auto record = latency_record_from_json(std::string_view(text).substr(from, end - from))) *model = LatencyModel(std::move(*record));
    from = std::min(end + 1, text.size());
  }
  return clocks;
}

}  // namespace

double Runner::Engine::now_secs() const { return static_cast<double>(parts.clock.mono_ms()) / 1000; }

// Its first look is counted from now, or from when the service took it in an earlier run of the program.
void Runner::Engine::begin_sighting(Live& live) {
  const std::int64_t since_ms = live.life.attempt && live.life.attempt->submitted_ms > 0 ? parts.clock.wall_ms() - live.life.attempt->submitted_ms : 0;
  const double accepted_secs = now_secs() - static_cast<double>(std::max<std::int64_t>(0, since_ms)) / 1000;
  // After a while away nobody knows when it ended: what lay for an hour did not take an hour.
  constexpr std::int64_t just_now_ms = 1000;
  live.sighting = since_ms > just_now_ms ? sighted_after_restart(accepted_secs, now_secs()) : sighted_at_start(accepted_secs);
  load_clocks(latency_key_of(live.life.job.recipe));
}

void Runner::Engine::load_clocks(const std::string& key) {
  if (!clocks_asked.insert(key).second) return;
  auto text = std::make_shared<std::string>();
  parts.store.write(
      [key, text](Ledger& ledger) -> Result<void> {
        STUDIO_TRY(*text, ledger.fact(fact_of(key)));
        return {};
      },
      [this, key, text, letters = box](Result<void> result) {
        letters->post([this, key, text, result = std::move(result)] {
          if (!result) log_warning("read how long jobs take: " + result.error().message);
          clocks.emplace(key, from_text(*text));
        });
      });
}

// Into the facts of a job that the service works on, or has just taken.
void Runner::Engine::advise(const Live& live, JobFacts& facts) {
  const auto found = clocks.find(latency_key_of(live.life.job.recipe));
  if (found == clocks.end()) return;  // the plain rule
  PollTerms terms;
  terms.expected_secs = facts.expected_secs;
  terms.look_price_secs = look_price_secs(live.life.job.recipe.kind);
  const Account& account = accounts[endpoint_of(live)];
  terms.throttle = account.throttle.factor_at(now_secs());
  terms.answered_at_once = account.answered_at_once;
  if (const Provider* provider = provider_of(live)) {
    terms.lane_limit = live.life.job.recipe.kind == MediaKind::Image ? provider->info().image_lane : provider->info().video_lane;
  }
  terms.server_says_secs = live.server_says_secs;
  terms.explores = explores(live.life.job.id);
  terms.jitter = facts.jitter;
  const PollAdvice advice = next_look(found->second, live.sighting, now_secs(), terms);
  facts.poll_wait_secs = advice.wait_secs;
  facts.is_late = advice.is_late;
}

// Nobody waits for it, and a lost sample is no loss: what is learned is written down a little later, many samples at once, and
// at the end.
void Runner::Engine::keep_clocks_later(const std::string& key) {
  if (clocks_to_keep.empty()) after(keep_clocks_secs, [this] { keep_clocks(); });
  clocks_to_keep.insert(key);
}

void Runner::Engine::keep_clocks() {
  for (const std::string& key : std::exchange(clocks_to_keep, {})) {
    parts.store.write([key, text = to_text(clocks.at(key))](Ledger& ledger) { return ledger.set_fact(fact_of(key), text); });
  }
}

// A look has found it done.
void Runner::Engine::learn(const Live& live) {
  const std::string key = latency_key_of(live.life.job.recipe);
  const auto found = clocks.find(key);
  if (found == clocks.end()) return;
  const bool was_wrong = add_latency(found->second, latency_of(live.sighting, now_secs(), parts.clock.wall_ms()));
  keep_clocks_later(key);
  if (!was_wrong) return;
  // What already waits by the old expectation is planned again.
  std::vector<std::pair<JobId, double>> again;
  for (const auto& [id, waiting] : lives) {
    if (waiting.life.job.state != JobState::Running || waiting.busy || waiting.committing || &waiting == &live) continue;
    if (latency_key_of(waiting.life.job.recipe) != key) continue;
    const JobFacts facts = facts_for(waiting);
    if (facts.poll_wait_secs > 0) again.emplace_back(id, facts.poll_wait_secs);
  }
  for (const auto& [id, wait] : again) carry_out(id, {{ActKind::Poll, wait}});
}

}  // namespace studio
