#include "jobs/latency_clocks.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace studio {
namespace {

int length_class(double seconds) {
  if (!(seconds > 0)) return 0;
  constexpr double most_of[] = {3, 5, 8, 10, 15, 20, 30, 60};
  return 1 + static_cast<int>(std::lower_bound(std::begin(most_of), std::end(most_of), seconds) - std::begin(most_of));
}

int size_class(int width, int height) {
  if (width <= 0 || height <= 0) return 0;
  return static_cast<int>(std::lround(std::log2(static_cast<double>(width) * height)));
}

double secs_between(std::int64_t from_ms, std::int64_t to_ms) { return static_cast<double>(to_ms - from_ms) / 1000; }

}  // namespace

std::string latency_key_of(const Recipe& recipe) {
  return recipe.provider + '|' + recipe.model + '|' + std::string(to_string(recipe.kind)) + '|' + std::to_string(length_class(recipe.seconds)) +
         '|' + std::to_string(size_class(recipe.width, recipe.height));
}

JobSighting sighted_at_start(double accepted_secs) {
  JobSighting sighting;
  sighting.accepted_secs = sighting.watched_from_secs = sighting.not_done_secs = accepted_secs;
  return sighting;
}

JobSighting sighted_after_restart(double accepted_secs, double now_secs) {
  JobSighting sighting = sighted_at_start(accepted_secs);
  sighting.watched_from_secs = std::max(accepted_secs, now_secs);
  return sighting;
}

void note_look(JobSighting& sighting, double now_secs, ServiceStage stage, int queue_position, double progress) {
  ++sighting.looks;
  sighting.not_done_secs = now_secs;
  sighting.queue_position = stage == ServiceStage::Queued ? queue_position : 0;
  if (stage == ServiceStage::Queued) {
    sighting.queued_secs = now_secs;
    sighting.running_secs = -1;  // a service may put a job back
  } else if (stage == ServiceStage::Running && sighting.running_secs < 0) {
    sighting.running_secs = now_secs;
  }
  if (progress >= 0 && progress != sighting.progress) {
    sighting.progress = progress;
    sighting.progress_secs = now_secs;
  }
}

FinishedLatency latency_of(const JobSighting& sighting, double now_secs, std::int64_t now_wall_ms, const ServiceStamps& stamps) {
  FinishedLatency latency;
  latency.by_first_look = sighting.looks == 0 && sighting.watched_from_secs <= sighting.accepted_secs;
  const auto exactly = [&](double secs) { return LatencySample{now_wall_ms, secs, secs}; };
  const bool whole_is_said = stamps.created_ms > 0 && stamps.completed_ms >= stamps.created_ms;
  const bool stages_are_said = whole_is_said && stamps.started_ms >= stamps.created_ms && stamps.completed_ms >= stamps.started_ms;
  const double accepted = sighting.accepted_secs;
  const bool ended_unseen = sighting.looks == 0 && sighting.watched_from_secs > accepted;
  if (whole_is_said) {
    latency.whole = exactly(secs_between(stamps.created_ms, stamps.completed_ms));
  } else if (!ended_unseen) {
    latency.whole = LatencySample{now_wall_ms, sighting.not_done_secs - accepted, now_secs - accepted};
  }
  if (stages_are_said) {
    latency.queued = exactly(secs_between(stamps.created_ms, stamps.started_ms));
    latency.running = exactly(secs_between(stamps.started_ms, stamps.completed_ms));
  } else if (sighting.queued_secs >= 0 && sighting.running_secs >= 0) {
    latency.queued = LatencySample{now_wall_ms, sighting.queued_secs - accepted, sighting.running_secs - accepted};
    latency.running = LatencySample{now_wall_ms, sighting.not_done_secs - sighting.running_secs, now_secs - sighting.queued_secs};
  }
  return latency;
}

bool add_latency(LatencyClocks& clocks, const FinishedLatency& latency) {
  bool is_wrong = latency.whole && clocks.whole.add(*latency.whole, latency.by_first_look);
  if (latency.queued) is_wrong = clocks.queued.add(*latency.queued, false) || is_wrong;
  if (latency.running) is_wrong = clocks.running.add(*latency.running, false) || is_wrong;
  return is_wrong;
}

}  // namespace studio
