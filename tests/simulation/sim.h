// What all parts of a simulated machine share: its seed, its clocks, how often things go wrong, and what was found broken.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>

#include "base/clock.h"
#include "base/random.h"

namespace studio {

// Thrown wherever the power may go out. Not a std::exception, so that nothing of the engine catches it.
struct PowerCut {};

// How often, from 0 to 1; drawn anew for each seed.
struct FaultRates {
  double not_sent = 0, lost_before = 0, lost_after = 0, late = 0;  // of any request
  double trouble = 0, throttled = 0, rejected = 0, unauthorised = 0, odd_page = 0;  // statuses, and pages of others
  double same_id = 0, no_id = 0, refused = 0;   // of submits
  double odd_word = 0, back_again = 0, not_known_yet = 0;  // of looks
  double damaged = 0, cut_short = 0, empty = 0, expired = 0;  // of downloads
  double failed = 0, forgotten = 0;  // of what the service works on
  double commit_fails = 0, file_fails = 0, worker_throws = 0, blob_lost = 0;
  double address_unknown = 0;
  double decoder_dies = 0;
};

struct Sim {
  explicit Sim(std::uint64_t seed) : random(seed) {}

  FakeClock clock;
  Random random;
  FaultRates rates;
  bool is_quiet = false;          // nothing goes wrong any more
  std::int64_t power_cut_in = -1;  // steps; negative: none is set
  std::int64_t disk_full_until_ms = 0;  // mono
  std::int64_t steps = 0;
  std::string broken;             // the first promise that was broken; empty: none

  bool hits(double rate) { return rate > 0 && !is_quiet && random.unit() < rate; }
  std::int64_t pick(std::int64_t low, std::int64_t high) {  // both may come
    return low + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(high - low + 1)));
  }
  // A place where the machine may die.
  void step() {
    ++steps;
    if (power_cut_in >= 0 && power_cut_in-- == 0) throw PowerCut{};
  }
  void say(std::string what) {
    if (broken.empty()) broken = std::move(what);
  }
};

}  // namespace studio
