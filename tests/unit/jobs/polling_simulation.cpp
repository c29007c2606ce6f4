#include "unit/jobs/polling_simulation.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <queue>
#include <utility>
#include <vector>

#include "jobs/poll_schedule.h"

namespace studio {
namespace {

double normal(Random& random) {  // Box and Muller
  const double radius = std::sqrt(-2 * std::log(1 - random.unit()));
  return radius * std::cos(2 * 3.14159265358979323846 * random.unit());
}

double log_normal(Random& random, double median, double sigma) { return median * std::exp(sigma * normal(random)); }

PollFigures figures_of(std::int64_t polls, std::vector<double> delays) {
  PollFigures figures;
  double sum = 0;
  for (const double delay : delays) sum += delay;
  const auto count = static_cast<double>(delays.size());
  figures.polls = static_cast<double>(polls) / count;
  figures.mean_delay = sum / count;
  const auto at = static_cast<std::ptrdiff_t>(0.95 * count);
  std::nth_element(delays.begin(), delays.begin() + at, delays.end());
  figures.p95_delay = delays[static_cast<std::size_t>(at)];
  return figures;
}

}  // namespace

double draw_latency_secs(LatencyShape shape, Random& random, double speed) {
  switch (shape) {
    case LatencyShape::Video: return (80 + log_normal(random, 25, 0.8)) / speed;
    case LatencyShape::Image: return log_normal(random, 12, 0.5) / speed;
    case LatencyShape::WarmCold: return (random.unit() < 0.58 ? log_normal(random, 6, 0.25) : log_normal(random, 90, 0.25)) / speed;
    case LatencyShape::HeavyTail: return (random.unit() < 0.97 ? log_normal(random, 120, 0.45) : random.between(600, 1800)) / speed;
  }
  return 1;
}

PollRule every(double secs) {
  return [secs](int, Random&) { return secs; };
}

PollFigures simulate_rule(LatencyShape shape, const PollRule& rule, int jobs, std::uint64_t seed, double speed) {
  Random latencies(seed), waits(seed + 1);
  std::int64_t polls = 0;
  std::vector<double> delays;
  for (int job = 0; job < jobs; ++job) {
    const double latency = draw_latency_secs(shape, latencies, speed);
    double age = 0;
    for (int look = 0; age < latency; ++look, ++polls) age += rule(look, waits);
    delays.push_back(age - latency);
  }
  return figures_of(polls, std::move(delays));
}

namespace {

struct SimulatedJob {
  JobSighting sighting;
  double latency_secs = 0;
  double due_secs = 0;
  bool explores = false;
  bool is_counted = false;
};

class LearnedSimulation {
 public:
  explicit LearnedSimulation(const LearnedRun& run) : run_(run), latencies_(run.seed), jitters_(run.seed + 1) {
    jobs_.reserve(static_cast<std::size_t>(run.jobs_before + run.jobs));
  }

  PollFigures run() {
    for (int i = 0; i < run_.at_once; ++i) begin_job(jitters_.between(0, 100));
    while (!due_.empty()) {
      const auto [at, job] = due_.top();
      due_.pop();
      if (jobs_[job].due_secs == at) look(job, at);  // else it was planned anew
    }
    PollFigures figures = figures_of(polls_, std::move(delays_));
    figures.rebuilds = rebuilds_;
    return figures;
  }

 private:
  void begin_job(double now) {
    if (std::cmp_greater_equal(jobs_.size(), run_.jobs_before + run_.jobs)) return;
    SimulatedJob job;
    job.sighting = sighted_at_start(now);
    job.is_counted = std::cmp_greater_equal(jobs_.size(), run_.jobs_before);
    job.latency_secs = draw_latency_secs(run_.shape, latencies_, job.is_counted ? run_.speed : run_.speed_before);
    job.explores = run_.is_guarded && explores(JobId{static_cast<std::int64_t>(jobs_.size()) + 1});
    jobs_.push_back(job);
    plan(jobs_.size() - 1, now);
  }

  void plan(std::size_t index, double now) {
    PollTerms terms;
    terms.expected_secs = run_.expected_secs;
    terms.look_price_secs = run_.look_price_secs;
    terms.is_guarded = run_.is_guarded;
    terms.explores = jobs_[index].explores;
    terms.jitter = jitters_.unit();
    jobs_[index].due_secs = now + next_look(clocks_, jobs_[index].sighting, now, terms).wait_secs;
    due_.emplace(jobs_[index].due_secs, index);
  }

  void look(std::size_t index, double now) {
    SimulatedJob& job = jobs_[index];
    if (job.is_counted) ++polls_;
    const double done = job.sighting.accepted_secs + job.latency_secs;
    if (now < done) {
      note_look(job.sighting, now, ServiceStage::NotShown);
      return plan(index, now);
    }
    if (job.is_counted) delays_.push_back(now - done);
    job.due_secs = -1;
    const bool is_wrong = add_latency(clocks_, latency_of(job.sighting, now, static_cast<std::int64_t>(now * 1000)));
    if (is_wrong) {
      ++rebuilds_;
      for (std::size_t i = 0; i < jobs_.size(); ++i) {
        if (jobs_[i].due_secs > now) plan(i, now);
      }
    }
    begin_job(now);
  }

  using Due = std::pair<double, std::size_t>;

  LearnedRun run_;
  Random latencies_, jitters_;
  LatencyClocks clocks_;
  std::vector<SimulatedJob> jobs_;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
  std::int64_t polls_ = 0;
  std::vector<double> delays_;
  int rebuilds_ = 0;
};

// Halves, on a logarithmic scale, between a price at which `is_too_high` does not hold and one at which it does.
struct Bounds {
  PollFigures low, high;
};
template <class TooHigh>
Bounds at_price(LearnedRun run, TooHigh is_too_high) {
  double low = 1e-5, high = 30;
  Bounds bounds;
  for (int i = 0; i < 15; ++i) {
    run.look_price_secs = std::sqrt(low * high);
    const PollFigures figures = simulate_learned(run);
    const bool is_high = is_too_high(figures);
    (is_high ? high : low) = run.look_price_secs;
    (is_high ? bounds.high : bounds.low) = figures;
  }
  return bounds;
}

}  // namespace

PollFigures simulate_learned(const LearnedRun& run) { return LearnedSimulation(run).run(); }

PollFigures learned_at_polls(LearnedRun run, double polls) {
  const Bounds bounds = at_price(run, [polls](const PollFigures& figures) { return figures.polls <= polls; });
  return bounds.high.polls > 0 ? bounds.high : bounds.low;  // never more looks, if there is such a price
}

PollFigures learned_at_delay(LearnedRun run, double mean_delay) {
  const Bounds bounds = at_price(run, [mean_delay](const PollFigures& figures) { return figures.mean_delay > mean_delay; });
  return bounds.low.polls > 0 ? bounds.low : bounds.high;  // never later, if there is such a price
}

}  // namespace studio
