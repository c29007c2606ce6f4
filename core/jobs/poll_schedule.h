// When to look at a job again: learned from how long such jobs took, guarded against a service that has changed, and never
// against the service's own words. Pure: what it is given decides, and a call costs about a microsecond.
//
// The order of the rules, first to last:
//   1. the service's word (poll after), and its limits as floors (Retry-After, a documented shortest interval);
//   2. late: after three times the 99th percentile every 60 s, more and more slowly up to 10 min, for as long as the service
//      keeps results. Our own clock never gives up a paid id;
//   3. one job in ten, and all while a model that was wrong learns anew, look every 5 s (a quarter of the usual time where
//      that is less) from the first second on: what is never looked at early is never known to have become faster;
//   4. with fewer than eight samples and no hint: the plain rule of jobs/polling.h, exactly;
//   5. a progress p at age a means a/p in all: its own narrow clock, until that time has passed;
//   6. else the learned clock: a look whenever its accrual has grown by √κ (jobs/hazard_table.h), and none before the 1st
//      percentile of what was seen;
//   7. the guard: whatever 5 and 6 say, no longer than 10 s (20 s once fifty samples agree) up to an age of two minutes, then
//      8 % of the age, at most 60 s;
//   8. in the service's queue behind more jobs than we may have running: not sooner than 10 s.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/ids.h"
#include "jobs/latency_clocks.h"
#include "model/recipe.h"

namespace studio {

// How much a look is worth to the user: its price in seconds of finding out late.
enum class PollEagerness : std::uint8_t { Usual, Eager, Frugal };
double look_price_secs(MediaKind kind, PollEagerness eagerness = PollEagerness::Usual);  // κ: 0.5 image, 0.4 else; 0.1; 1.5

// Why a look is when it is; for the log and the tests.
enum class PollReason : std::uint8_t { Plain, Exploring, Learned, Progress, Guard, Queue, Server, Late, Over };
std::string_view to_string(PollReason reason);

struct PollTerms {
  double expected_secs = 5;      // of the model, from its data file
  double look_price_secs = 0.4;  // κ
  double throttle = 1;           // of the account: Throttle::factor_at()
  int answered_at_once = 1;      // jobs that share one list call, and its price
  int lane_limit = 0;            // how many of our jobs the service works on at a time; 0: not known
  double server_says_secs = 0;   // poll after; 0: none, as below
  double retry_after_secs = 0;
  double shortest_secs = 0;      // documented
  double retention_secs = 0;     // how long the service keeps results
  bool explores = false;         // explores(job)
  double jitter = 0.5;           // [0, 1), a fresh one each time
  bool is_guarded = true;        // off only to measure what the guard costs
};

struct PollAdvice {
  double wait_secs = 0;
  PollReason reason = PollReason::Plain;
  bool is_late = false;  // the user should see it
};

PollAdvice next_look(const LatencyClocks& clocks, const JobSighting& sighting, double now_secs, const PollTerms& terms);

// One job in ten, always the same ones.
bool explores(JobId job);
// The age from which a job is late.
double late_after_secs(const LatencyClocks& clocks, double expected_secs);

}  // namespace studio
