#include "jobs/poll_schedule.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "base/random.h"
#include "jobs/polling.h"

namespace studio {
namespace {

constexpr double least_wait_secs = 0.25;       // as the plain rule
constexpr double late_least_secs = 60, late_most_secs = 600;
constexpr double queue_least_secs = 10;

// The clock that counts now, and the age on it.
struct Clock {
  const LatencyModel* model = nullptr;
  double start_secs = 0;  // the earliest that this stage can have begun
};

Clock clock_of(const LatencyClocks& clocks, const JobSighting& seen) {
  const bool is_queued = seen.queued_secs >= 0 && seen.running_secs < 0;
  if (is_queued && clocks.queued.is_usable()) return {&clocks.queued, seen.accepted_secs};
  const bool has_left_queue = seen.queued_secs >= 0 && seen.running_secs >= 0;
  if (has_left_queue && clocks.running.is_usable()) return {&clocks.running, seen.queued_secs};
  return {&clocks.whole, seen.accepted_secs};
}

double jittered(double jitter) { return 0.9 + 0.2 * std::clamp(jitter, 0.0, 1.0); }

// The wait until one more look has accrued. Before the soonest end nothing accrues.
double accrued_wait_secs(const HazardTable& table, double soonest_secs, double age_secs, double price_secs, double factor) {
  const double begun = std::max(table.accrual_at(age_secs), table.accrual_at(soonest_secs));
  return table.age_of_accrual(begun + std::sqrt(price_secs) * factor) - age_secs;
}

// A progress leaves a rest r that is off by about a quarter either way: log-normal around it. The accrual of a clock that is
// k times slower is √k times as large, so one table serves every rest.
double progress_wait_secs(double rest_secs, double price_secs, double factor) {
  constexpr double unit_secs = 100, off = 1.38;  // e^(0.25 · z90)
  static const LatencyModel model(LatencyRecord{}, LatencyHint{unit_secs, unit_secs * off});
  const double scale = rest_secs / unit_secs;
  return scale * accrued_wait_secs(model.table(), model.soonest_secs(), 0, price_secs / scale, factor);
}

// Seconds that the service's own progress leaves, or nothing (below 0) where it says none or was wrong.
double rest_by_progress_secs(const JobSighting& seen, double start_secs, double now_secs) {
  if (!(seen.progress > 0.02 && seen.progress < 1)) return -1;
  const double whole_secs = (seen.progress_secs - start_secs) / seen.progress;
  return start_secs + whole_secs - now_secs;
}

double guard_secs(double age_secs, bool agrees) {
  constexpr double share_of_age = 0.08, most_secs = 60;
  const double least_secs = agrees ? 20 : 10;
  return age_secs <= 120 ? least_secs : std::clamp(share_of_age * age_secs, least_secs, most_secs);
}

double price_secs(const PollTerms& terms) {
  return std::max(1e-3, terms.look_price_secs) * std::max(1.0, terms.throttle) / std::max(1, terms.answered_at_once);
}

PollAdvice learned_advice(const Clock& clock, const JobSighting& seen, double now_secs, const PollTerms& terms) {
  constexpr double least_rest_secs = 0.5;  // less is no news
  const double factor = jittered(terms.jitter);
  const double rest = rest_by_progress_secs(seen, clock.start_secs, now_secs);
  PollAdvice advice;
  if (rest > least_rest_secs) {
    advice = {progress_wait_secs(rest, price_secs(terms), factor), PollReason::Progress};
  } else {
    const LatencyModel& model = *clock.model;
    advice = {accrued_wait_secs(model.table(), model.soonest_secs(), now_secs - clock.start_secs, price_secs(terms), factor), PollReason::Learned};
  }
  const double guard = guard_secs(now_secs - seen.accepted_secs, clock.model->agrees()) * std::sqrt(std::max(1.0, terms.throttle)) * factor;
  if (terms.is_guarded && advice.wait_secs > guard) advice = {guard, PollReason::Guard};
  advice.wait_secs = std::max(advice.wait_secs, least_wait_secs);
  return advice;
}

// By our own rules.
PollAdvice own_advice(const LatencyClocks& clocks, const JobSighting& seen, double now_secs, const PollTerms& terms) {
  const Clock clock = clock_of(clocks, seen);
  // Looks lie √throttle apart as learned ones would; 1 leaves the plain rule as it is.
  const double spread = std::sqrt(std::max(1.0, terms.throttle));
  if (clock.model->is_relearning() || clocks.whole.is_relearning() || (terms.explores && clock.model->is_usable())) {
    return {spread * next_poll_secs(terms.expected_secs, false, 0, terms.jitter), PollReason::Exploring};
  }
  if (!clock.model->is_usable()) {
    const bool is_first = seen.looks == 0;
    return {(is_first ? 1 : spread) * next_poll_secs(terms.expected_secs, is_first, 0, terms.jitter), PollReason::Plain};
  }
  return learned_advice(clock, seen, now_secs, terms);
}

}  // namespace

double look_price_secs(MediaKind kind, PollEagerness eagerness) {
  if (eagerness == PollEagerness::Eager) return 0.1;
  if (eagerness == PollEagerness::Frugal) return 1.5;
  return kind == MediaKind::Image ? 0.5 : 0.4;
}

std::string_view to_string(PollReason reason) {
  constexpr std::string_view names[] = {"plain", "exploring", "learned", "progress", "guard", "queue", "server", "late", "over"};
  return names[static_cast<std::size_t>(reason)];
}

bool explores(JobId job) { return mix64(static_cast<std::uint64_t>(job.value)) % 10 == 0; }

double late_after_secs(const LatencyClocks& clocks, double expected_secs) {
  constexpr double times = 3;
  if (clocks.whole.is_usable()) return times * clocks.whole.latest_secs();
  // Nothing learned yet: the 99th percentile of the broad prior, around the model's own time where that is longer.
  constexpr double p99_of_median = 10.24;  // e^2.326
  return times * p99_of_median * std::max(60.0, expected_secs);
}

PollAdvice next_look(const LatencyClocks& clocks, const JobSighting& seen, double now_secs, const PollTerms& terms) {
  const double age = now_secs - seen.accepted_secs;
  const double late_after = late_after_secs(clocks, terms.expected_secs);
  const bool is_late = age >= late_after;
  PollAdvice advice;
  if (terms.server_says_secs > 0) {
    advice = {std::min(terms.server_says_secs, longest_server_secs), PollReason::Server};
  } else if (terms.retention_secs > 0 && age >= terms.retention_secs) {
    advice = {late_most_secs, PollReason::Over};
  } else if (is_late) {
    advice = {std::clamp((age - late_after) / 10, late_least_secs, late_most_secs) * jittered(terms.jitter), PollReason::Late};
    const PollAdvice own = own_advice(clocks, seen, now_secs, terms);
    if (own.reason == PollReason::Progress && own.wait_secs < advice.wait_secs) advice = own;  // slow, but not stuck
  } else {
    advice = own_advice(clocks, seen, now_secs, terms);
    const bool is_behind = terms.lane_limit > 0 && seen.queue_position > terms.lane_limit;
    if (is_behind && advice.wait_secs < queue_least_secs) advice = {queue_least_secs, PollReason::Queue};
  }
  const double floor = std::max(std::min(terms.retry_after_secs, longest_server_secs), terms.shortest_secs);
  if (advice.wait_secs < floor) advice = {floor, PollReason::Server};
  advice.is_late = is_late;
  return advice;
}

}  // namespace studio
