// bench polling: learned polling beside what other clients do, in the simulation of tests/unit/jobs. Shapes and peers are those of
// docs/polling.md. All figures but the last lines are of simulated time: the same on every machine.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "bench/goal.h"
#include "jobs/poll_schedule.h"
#include "unit/jobs/polling_simulation.h"

using namespace studio;

namespace {

constexpr std::uint64_t seed = 20;
constexpr int jobs = 800, peer_jobs = 6000;

struct Shape {
  LatencyShape shape;
  const char* name;
  double expected_secs, price_secs;
};
constexpr Shape shapes[] = {{LatencyShape::Video, "video", 100, 0.4},
                            {LatencyShape::Image, "image", 12, 0.5},
                            {LatencyShape::WarmCold, "warm/cold", 30, 0.5},
                            {LatencyShape::HeavyTail, "heavy tail", 120, 0.4}};

struct Peer {
  const char* name;
  PollRule rule;
};

std::vector<Peer> peers() {
  return {{"every 0.5 s", every(0.5)},
          {"every 1 s", every(1)},
          {"every 5 s", every(5)},
          {"every 10 s", every(10)},
          {"6 s +- 1.5 s", [](int, Random& random) { return random.between(4.5, 7.5); }},
          {"ramp 2 to 10 s", [](int look, Random& random) { return std::min(10, 2 + look) * random.between(0.9, 1.1); }}};
}

LearnedRun run_of(const Shape& shape, bool is_guarded) {
  LearnedRun run;
  run.shape = shape.shape;
  run.is_guarded = is_guarded;
  run.jobs = jobs;
  run.seed = seed;
  run.expected_secs = shape.expected_secs;
  run.look_price_secs = shape.price_secs;
  return run;
}

void print(const std::string& name, double ours, double peer, const char* unit, const PollFigures& learned, const PollFigures& fixed, const std::string& method) {
  std::printf("{\"name\":\"%s\",\"ours\":%.3f,\"peer\":%.3f,\"ratio\":%.3f,\"unit\":\"%s\",\"looks\":[%.2f,%.2f],\"mean_delay_secs\":[%.3f,%.3f],"
              "\"p95_delay_secs\":[%.2f,%.2f],\"method\":\"%s\"}\n",
              name.c_str(), ours, peer, ours / peer, unit, learned.polls, fixed.polls, learned.mean_delay, fixed.mean_delay, learned.p95_delay,
              fixed.p95_delay, method.c_str());
}

// The shortest wait and the exploring tenth set a limit to what any price can reach.
std::string equal(const char* what, double ours, double peer) {
  return std::string(", ") + (std::abs(ours / peer - 1) < 0.05 ? "equal " : "nearest ") + what;
}

// Of the ratios, where something is promised.
struct Promised {
  double delay_at_equal_looks = 0, looks_at_equal_delay = 0;
};

bool compare(const Shape& shape, const Peer& peer, bool is_guarded, const std::optional<Promised>& promised = {}) {
  const PollFigures fixed = simulate_rule(shape.shape, peer.rule, peer_jobs, seed);
  const std::string name = std::string("polling: ") + shape.name + ", " + peer.name + (is_guarded ? "" : ", no guard");
  const std::string method = "200 jobs learned from, then " + std::to_string(jobs) + " in closed loop; simulated, seed " + std::to_string(seed);
  const PollFigures same_looks = learned_at_polls(run_of(shape, is_guarded), fixed.polls);
  print(name + equal("looks", same_looks.polls, fixed.polls), same_looks.mean_delay, fixed.mean_delay, "s mean delay", same_looks, fixed, method);
  const PollFigures same_delay = learned_at_delay(run_of(shape, is_guarded), fixed.mean_delay);
  print(name + equal("delay", same_delay.mean_delay, fixed.mean_delay), same_delay.polls, fixed.polls, "looks a job", same_delay, fixed, method);
  if (!promised) return true;
  const bool keeps_delay = keeps_to(at_most(promised->delay_at_equal_looks), same_looks.mean_delay / fixed.mean_delay, name + ", delay, ratio");
  return keeps_to(at_most(promised->looks_at_equal_delay), same_delay.polls / fixed.polls, name + ", looks, ratio") && keeps_delay;
}

void at_the_usual_price(const Shape& shape) {
  const PollFigures fixed = simulate_rule(shape.shape, every(5), peer_jobs, seed), learned = simulate_learned(run_of(shape, true));
  print(std::string("polling: ") + shape.name + ", as shipped", learned.mean_delay * learned.polls, fixed.mean_delay * fixed.polls, "s x looks", learned, fixed,
        "the product of mean delay and looks, beside every 5 s");
}

void drift(double speed, const char* name) {
  constexpr int runs = 20;
  PollFigures learned, fixed;
  for (int i = 0; i < runs; ++i) {
    LearnedRun run = run_of(shapes[0], true);
    run.jobs = 100;
    run.speed = speed;
    run.seed = seed + static_cast<std::uint64_t>(i);
    const PollFigures one = simulate_learned(run), other = simulate_rule(run.shape, every(5), 100, run.seed, speed);
    learned.polls += one.polls / runs;
    learned.mean_delay += one.mean_delay / runs;
    learned.p95_delay += one.p95_delay / runs;
    fixed.polls += other.polls / runs;
    fixed.mean_delay += other.mean_delay / runs;
    fixed.p95_delay += other.p95_delay / runs;
  }
  print(std::string("polling: video, ") + name, learned.mean_delay, fixed.mean_delay, "s mean delay", learned, fixed,
        "200 jobs learned from, then 100 of the changed service, 20 seeds, beside every 5 s");
}

double now_us() { return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

// What it costs the processor, beside a budget: there is no peer for it.
bool cost() {
  Random random(seed);
  LatencyClocks clocks;
  for (int i = 0; i < 200; ++i) {
    const double latency = draw_latency_secs(LatencyShape::Video, random);
    clocks.whole.add({i, latency, latency + 2}, false);
  }
  constexpr int looks = 100'000, rebuilds = 2'000;
  double begin = now_us(), sum = 0;
  for (int i = 0; i < looks; ++i) {
    JobSighting sighting = sighted_at_start(0);
    sighting.looks = 5;
    PollTerms terms;
    terms.jitter = random.unit();
    sum += next_look(clocks, sighting, random.between(0, 300), terms).wait_secs;
  }
  const double look_us = (now_us() - begin) / looks;
  begin = now_us();
  for (int i = 0; i < rebuilds; ++i) clocks.whole.add({i, 90, 92}, false);
  const double rebuild_us = (now_us() - begin) / rebuilds;
  std::printf("{\"name\":\"polling: planning a look\",\"ours\":%.3f,\"floor\":10,\"ratio\":%.3f,\"unit\":\"us\",\"method\":\"mean of %d plans from 200 samples (mean wait %.1f s)\"}\n",
              look_us, look_us / 10, looks, sum / looks);
  std::printf("{\"name\":\"polling: learning from a job\",\"ours\":%.1f,\"floor\":1000,\"ratio\":%.3f,\"unit\":\"us\",\"method\":\"mean of %d new samples with 200 kept, each table made anew\"}\n",
              rebuild_us, rebuild_us / 1000, rebuilds);
  const bool plans = keeps_to(at_most(10), look_us, "polling: planning a look, us");
  return keeps_to(at_most(1000), rebuild_us, "polling: learning from a job, us") && plans;
}

}  // namespace

int main() {
  bool ok = true;
  for (const Shape& shape : shapes) {
    at_the_usual_price(shape);
    for (const Peer& peer : peers()) {
      const bool is_promised = &shape == &shapes[0] && std::string(peer.name) == "every 5 s";
      ok = compare(shape, peer, true, is_promised ? std::optional(Promised{0.6, 0.75}) : std::nullopt) && ok;
    }
    compare(shape, peers()[2], false);
  }
  drift(2, "twice as fast");
  drift(0.5, "twice as slow");
  return cost() && ok ? 0 : 1;
}
