// How the simulated fal.ai behaves as a whole. Set at the start or through the control door, in part or all of it; what is said
// of single requests are fault rules (faults.h).
#pragma once

#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/result.h"

namespace studio::simulators {

struct FalLatency {
  enum class Shape : std::uint8_t { Fixed, LogNormal, WarmCold } shape = Shape::Fixed;
  double secs = 0;                 // Fixed: from the start of the work to its end; LogNormal: the median; WarmCold: when warm
  double sigma = 0.5;              // LogNormal: of the logarithm
  double cold_secs = 0;            // WarmCold: of the first job, and after a time without one
  double idle_secs = 60;           // WarmCold: that time
};

struct FalSettings {
  std::uint64_t seed = 1;          // of every draw: latency, shares of fault rules, seeds of pictures
  FalLatency latency;
  int concurrency = 2;             // jobs in progress at a time; the others are in the queue
  double price_factor = 1;         // of the prices that are told and billed
  double bill_factor = 1;          // of what is billed alone: more than was told
  double balance = -1;             // dollars; negative: endless. With nothing left a submit is 403
  double requests_per_sec = 0;     // of the queue's interface; 0: any number. More are 429 with Retry-After
  std::vector<std::string> refused_words;  // a prompt with one ends as 422 content_policy_violation
  std::vector<std::string> unsafe_words;   // its pictures come back black, if the checker is on
  bool bills_refusals = false;     // the first of these is billed all the same
  bool checks_late = false;        // a bad input is accepted and found by the runner: COMPLETED, then 422
  bool says_200_unfinished = false;    // else 202, as the service's reference says
  bool stops_when_cancelled = false;   // a job in progress; else it goes on to its end and is billed
  bool forgets_cancelled = false;      // a cancelled job is 404 from then on; else COMPLETED with an error
  bool lists_unfinished = true;
  double list_delay_secs = 0;      // a request is in the list so much later
  double file_life_secs = 0;       // of files without a lifecycle of their own; 0: for ever
  int clip_short_side = 0;         // px; 0: what the model makes. For tests that do not want to wait for large clips
};

// Changes those settings that are named. BadRequest names the word that is not understood; then nothing is changed.
Result<void> change_fal_settings(FalSettings& settings, const nlohmann::json& words);
nlohmann::json to_json(const FalSettings& settings);

inline std::int64_t ms_of(double secs) { return static_cast<std::int64_t>(std::llround(secs * 1000)); }

// How long the work on a job takes, drawn by its number. `is_warm`: there was another one of the endpoint just before.
double fal_work_secs(const FalSettings& settings, std::int64_t job_number, bool is_warm);

}  // namespace studio::simulators
