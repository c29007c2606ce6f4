// What is told apart when latencies are learned, what looks at one job have shown, and the samples that come of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "jobs/latency_model.h"
#include "model/recipe.h"

namespace studio {

// Latencies are shared by jobs of the same provider, model, medium, length and size, as text: "fal|fal-ai/flux/dev|image|0|20".
// Length: 0 for none, else the class up to 3, 5, 8, 10, 15, 20, 30, 60 s or more. Size: log2 of the pixels, rounded (1024 x 1024
// and 1280 x 720: 20); 0 where the recipe says none.
std::string latency_key_of(const Recipe& recipe);

// Three clocks for one key. Where a service shows both its queue and the work, each is learned by itself: the wait in the queue
// says nothing about the work after it.
struct LatencyClocks {
  LatencyModel whole;    // from accepted to done
  LatencyModel queued;   // from accepted to started
  LatencyModel running;  // from started to done
};

// What looks at one job have shown so far. Seconds on any one clock that does not jump; below 0: never.
struct JobSighting {
  double accepted_secs = 0;
  double watched_from_secs = 0;    // later than that after a restart: what happened before, nobody saw
  double not_done_secs = 0;        // the last look that found it unfinished
  double queued_secs = -1;         // the last one that found it in the service's queue,
  double running_secs = -1;        // and the first after it that found it at work
  int queue_position = 0;          // 0: not said
  double progress = -1;            // the newest value, below 0: not said,
  double progress_secs = -1;       // and when that value was first seen
  int looks = 0;
};

JobSighting sighted_at_start(double accepted_secs);
// The program was away, and knows from the ledger when the job was accepted.
JobSighting sighted_after_restart(double accepted_secs, double now_secs);
enum class ServiceStage : std::uint8_t { NotShown, Queued, Running };
// A look has found it unfinished.
void note_look(JobSighting& sighting, double now_secs, ServiceStage stage, int queue_position = 0, double progress = -1);

// The service's own stamps of a job, wall time; 0: not said.
struct ServiceStamps {
  std::int64_t created_ms = 0, started_ms = 0, completed_ms = 0;
};

// What a finished job adds to its clocks: the stages only where both were seen, and nothing where it ended while the program was
// away (its latency would be that of the user's night).
struct FinishedLatency {
  std::optional<LatencySample> whole, queued, running;
  bool by_first_look = false;
};
// `now_secs` is the look that found it done.
FinishedLatency latency_of(const JobSighting& sighting, double now_secs, std::int64_t now_wall_ms, const ServiceStamps& stamps = {});
// True when jobs of this key that already wait must be planned again: the model was wrong.
bool add_latency(LatencyClocks& clocks, const FinishedLatency& latency);

}  // namespace studio
