// What all parts of a simulated machine share: its seed, its clocks, how often things go wrong, and what was found broken.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "base/random.h"

namespace studio {

// Thrown wherever the power may go out. Not a std::exception, so that nothing of the engine catches it.
struct PowerCut {};

// One kind of trouble: how often it strikes, from 0 to 1, and how many times it has.
struct Fault {
  double rate = 0;
  std::int64_t hits = 0;
};

// The rates are drawn anew for each seed.
struct FaultRates {
  Fault not_sent, lost_before, lost_after, late;  // of any request
  Fault trouble, throttled, rejected, unauthorised, odd_page;  // statuses, and pages of others
  Fault same_id, no_id, refused;   // of submits
  Fault odd_word, back_again, not_known_yet;  // of looks
  Fault damaged, cut_short, empty, expired;  // of downloads
  Fault failed, forgotten, dearer;  // of what the service works on; dearer: it charges more than its price
  Fault commit_fails, file_fails, worker_throws, blob_lost;
  Fault address_unknown;
  Fault decoder_dies;
};
inline constexpr std::array<std::pair<std::string_view, Fault FaultRates::*>, 28> all_faults = {{
    {"not_sent", &FaultRates::not_sent},
    {"lost_before", &FaultRates::lost_before},
    {"lost_after", &FaultRates::lost_after},
    {"late", &FaultRates::late},
    {"trouble", &FaultRates::trouble},
    {"throttled", &FaultRates::throttled},
    {"rejected", &FaultRates::rejected},
    {"unauthorised", &FaultRates::unauthorised},
    {"odd_page", &FaultRates::odd_page},
    {"same_id", &FaultRates::same_id},
    {"no_id", &FaultRates::no_id},
    {"refused", &FaultRates::refused},
    {"odd_word", &FaultRates::odd_word},
    {"back_again", &FaultRates::back_again},
    {"not_known_yet", &FaultRates::not_known_yet},
    {"damaged", &FaultRates::damaged},
    {"cut_short", &FaultRates::cut_short},
    {"empty", &FaultRates::empty},
    {"expired", &FaultRates::expired},
    {"failed", &FaultRates::failed},
    {"forgotten", &FaultRates::forgotten},
    {"dearer", &FaultRates::dearer},
    {"commit_fails", &FaultRates::commit_fails},
    {"file_fails", &FaultRates::file_fails},
    {"worker_throws", &FaultRates::worker_throws},
    {"blob_lost", &FaultRates::blob_lost},
    {"address_unknown", &FaultRates::address_unknown},
    {"decoder_dies", &FaultRates::decoder_dies},
}};
static_assert(sizeof(FaultRates) == all_faults.size() * sizeof(Fault), "each fault is in the list");

struct Sim {
  explicit Sim(std::uint64_t seed) : random(seed) {}

  FakeClock clock;
  Random random;
  FaultRates rates;
  bool is_quiet = false;          // nothing goes wrong any more
  std::int64_t power_cut_in = -1;  // steps; negative: none is set
  std::int64_t disk_full_until_ms = 0;  // mono
  std::int64_t steps = 0;
  std::int64_t disk_faults_hit = 0;  // calls of SQLite that failed
  std::string broken;             // the first promise that was broken; empty: none

  bool chance(double rate) { return rate > 0 && !is_quiet && random.unit() < rate; }
  // `times`: as often as its rate says.
  bool hits(Fault& fault, double times = 1) {
    if (!chance(fault.rate * times)) return false;
    ++fault.hits;
    return true;
  }
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
