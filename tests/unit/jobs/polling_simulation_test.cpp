// What learned polling promises, held against fixed polling in a simulation with fixed seeds. docs/polling.md has the figures.
#include "unit/jobs/polling_simulation.h"

#include <cmath>

#include "support/catch.h"

using namespace studio;

namespace {

constexpr int jobs = 1200;

LearnedRun run_of(LatencyShape shape, bool is_guarded, std::uint64_t seed) {
  LearnedRun run;
  run.shape = shape;
  run.is_guarded = is_guarded;
  run.jobs = jobs;
  run.seed = seed;
  const double expected[] = {100, 12, 30, 120};
  run.expected_secs = expected[static_cast<std::size_t>(shape)];
  run.look_price_secs = shape == LatencyShape::Image ? 0.5 : 0.4;
  return run;
}

PollFigures fixed_of(LatencyShape shape, std::uint64_t seed, double speed = 1) { return simulate_rule(shape, every(5), 6000, seed, speed); }

}  // namespace

TEST_CASE("fixed polling costs what theory says: a look an interval, half an interval late") {
  for (const double interval : {0.5, 1.0, 5.0, 10.0}) {
    const PollFigures figures = simulate_rule(LatencyShape::Video, every(interval), 6000, 3);
    CHECK(figures.mean_delay == Approx(interval / 2).epsilon(0.05));
    // Mean latency: 80 + 25 · e^(0.8²/2) = 114.4 s.
    CHECK(figures.polls == Approx((114.4 + interval / 2) / interval).epsilon(0.01));
    CHECK(figures.p95_delay == Approx(0.95 * interval).epsilon(0.03));
  }
}

TEST_CASE("the same seed gives the same figures") {
  const LearnedRun run = run_of(LatencyShape::WarmCold, true, 9);
  const PollFigures one = simulate_learned(run), other = simulate_learned(run);
  CHECK(one.polls == other.polls);
  CHECK(one.mean_delay == other.mean_delay);
  CHECK(one.p95_delay == other.p95_delay);
}

TEST_CASE("clips, equal looks: found out at most 0.6 times as late as every 5 s with the guard, 0.5 times without") {
  for (const std::uint64_t seed : {1u, 2u}) {
    const PollFigures fixed = fixed_of(LatencyShape::Video, seed);
    for (const int before : {50, 200}) {
      LearnedRun run = run_of(LatencyShape::Video, true, seed);
      run.jobs_before = before;
      const PollFigures learned = learned_at_polls(run, fixed.polls);
      CHECK(learned.polls == Approx(fixed.polls).epsilon(0.03));
      CHECK(learned.mean_delay <= 0.6 * fixed.mean_delay);
    }
    CHECK(learned_at_polls(run_of(LatencyShape::Video, false, seed), fixed.polls).mean_delay <= 0.5 * fixed.mean_delay);
  }
}

TEST_CASE("clips, found out as late: at most 0.75 times the looks of every 5 s with the guard, 0.5 times without") {
  for (const std::uint64_t seed : {1u, 2u}) {
    const PollFigures fixed = fixed_of(LatencyShape::Video, seed);
    const PollFigures guarded = learned_at_delay(run_of(LatencyShape::Video, true, seed), fixed.mean_delay);
    CHECK(guarded.mean_delay <= 1.03 * fixed.mean_delay);
    CHECK(guarded.polls <= 0.75 * fixed.polls);
    CHECK(learned_at_delay(run_of(LatencyShape::Video, false, seed), fixed.mean_delay).polls <= 0.5 * fixed.polls);
  }
}

TEST_CASE("models that are warm or cold, found out as late: at most 0.65 times the looks, without the guard") {
  for (const std::uint64_t seed : {1u, 2u}) {
    const PollFigures fixed = fixed_of(LatencyShape::WarmCold, seed);
    const PollFigures learned = learned_at_delay(run_of(LatencyShape::WarmCold, false, seed), fixed.mean_delay);
    CHECK(learned.mean_delay <= 1.05 * fixed.mean_delay);
    CHECK(learned.polls <= 0.65 * fixed.polls);
  }
}

TEST_CASE("pictures and heavy tails, found out as late: at most 0.85 times the looks, without the guard") {
  for (const LatencyShape shape : {LatencyShape::Image, LatencyShape::HeavyTail}) {
    for (const std::uint64_t seed : {1u, 2u}) {
      const PollFigures fixed = fixed_of(shape, seed);
      const PollFigures learned = learned_at_delay(run_of(shape, false, seed), fixed.mean_delay);
      CHECK(learned.mean_delay <= 1.05 * fixed.mean_delay);
      CHECK(learned.polls <= 0.85 * fixed.polls);
    }
  }
}

TEST_CASE("a service that becomes twice as fast or twice as slow is found out at most twice as late as every 5 s, over 100 jobs") {
  for (const double speed : {2.0, 0.5}) {
    for (const int at_once : {1, 8, 100}) {
      double learned = 0, fixed = 0;
      for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        LearnedRun run = run_of(LatencyShape::Video, true, seed);
        run.jobs = 100;
        run.at_once = at_once;
        run.speed = speed;
        const double delay = simulate_learned(run).mean_delay;
        CHECK(delay <= 2 * 2.5 * 1.1);  // each seed, with what chance may add
        learned += delay;
        fixed += simulate_rule(LatencyShape::Video, every(5), 100, seed, speed).mean_delay;
      }
      INFO("speed " << speed << ", at once " << at_once);
      CHECK(learned <= 2 * fixed);
    }
  }
}

TEST_CASE("a service that becomes ten times as fast is noticed by its first ends, also by jobs that already wait") {
  for (const int at_once : {8, 100}) {
    LearnedRun run = run_of(LatencyShape::Video, true, 3);
    run.jobs = 100;
    run.at_once = at_once;
    run.speed = 10;
    const PollFigures learned = simulate_learned(run);
    CHECK(learned.rebuilds >= 1);
    CHECK(learned.mean_delay <= 2 * simulate_rule(LatencyShape::Video, every(5), 1000, 3, 10).mean_delay);
  }
}

TEST_CASE("a service that stays as it is, is hardly ever taken for another") {
  for (const LatencyShape shape : {LatencyShape::Video, LatencyShape::Image, LatencyShape::WarmCold, LatencyShape::HeavyTail}) {
    CHECK(simulate_learned(run_of(shape, true, 5)).rebuilds <= 6);  // of 1,400 jobs
  }
}

TEST_CASE("the first eight jobs are looked at exactly as by the plain rule") {
  LearnedRun run = run_of(LatencyShape::Image, true, 6);
  run.jobs_before = 0;
  run.jobs = 8;
  run.at_once = 1;
  run.expected_secs = 20;  // first look at 20 s, then every 5 s, each with its tenth of jitter
  const PollFigures learned = simulate_learned(run);
  int polls = 0;
  Random latencies(run.seed);
  for (int i = 0; i < 8; ++i) polls += 1 + static_cast<int>(std::max(0.0, std::ceil((draw_latency_secs(LatencyShape::Image, latencies) - 20) / 5)));
  CHECK(learned.polls == Approx(polls / 8.0).margin(0.26));
}
