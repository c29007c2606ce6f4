// Polling as a simulation: jobs whose true latency is known, looked at by a rule; how many looks, and how late their end was seen.
// No time passes and no clock is read: the same seed gives the same figures. For the tests and for the benchmark.
#pragma once

#include <cstdint>
#include <functional>

#include "base/random.h"

namespace studio {

// Latencies as services show them.
enum class LatencyShape : std::uint8_t {
  Video,      // 80 s at least, median 105 s
  Image,      // median 12 s
  WarmCold,   // about 6 s where the model is loaded, about 90 s where it is not
  HeavyTail,  // median 120 s, and 3 % between 10 and 30 minutes
};
// `speed` 2: twice as fast.
double draw_latency_secs(LatencyShape shape, Random& random, double speed = 1);

struct PollFigures {
  double polls = 0;       // a job
  double mean_delay = 0;  // seconds from done to seen
  double p95_delay = 0;
  int rebuilds = 0;       // times that the model was found wrong
};

// The wait before look number `look`, from 0.
using PollRule = std::function<double(int look, Random& random)>;
PollFigures simulate_rule(LatencyShape shape, const PollRule& rule, int jobs, std::uint64_t seed, double speed = 1);
PollRule every(double secs);

// The learned schedule in closed loop: it learns from what its own looks show, with several jobs under way at a time.
struct LearnedRun {
  LatencyShape shape = LatencyShape::Video;
  double look_price_secs = 0.4;
  bool is_guarded = true;      // the ceilings and the exploring tenth; without: what they cost
  int jobs_before = 200;       // learned from and not counted
  int jobs = 2000;
  int at_once = 8;
  double speed_before = 1, speed = 1;  // of the service, before and while it is measured
  double expected_secs = 60;
  std::uint64_t seed = 1;
};
PollFigures simulate_learned(const LearnedRun& run);

// The same with the price of a look at which it makes as many looks, or finds out as late, as wished.
PollFigures learned_at_polls(LearnedRun run, double polls);
PollFigures learned_at_delay(LearnedRun run, double mean_delay);

}  // namespace studio
