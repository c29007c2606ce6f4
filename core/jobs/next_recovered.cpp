// The program was started and found a job in some state: what a crash left is put right, then the job goes on.
#include <algorithm>

#include "jobs/steps.h"

namespace studio::steps {
namespace {

// Polls at the start are spread over this time, so that 10,000 jobs do not ask in one instant.
constexpr double spread_secs = 1;
// So long the time that was meant for the next poll is believed: the clock may have been set back since.
constexpr double longest_poll_wait_secs = 60;

double secs_until(std::int64_t at_ms, const JobFacts& facts, double at_most) {
  // The wall clock may have been changed while the program was away, so its word is believed for a limited time only.
  return std::clamp(static_cast<double>(at_ms - facts.now_wall_ms) / 1000, 0.0, at_most);
}

// It goes on where it was. A start is a fresh chance for its account: whether that is still stopped, the next answer says. Until
// then its row keeps the old word, for whoever reads it while nothing runs.
JobStep goes_on(JobLife life, std::vector<JobAct> acts) {
  if (life.job.cause == JobCause::Key) {
    life.job.cause = JobCause::None;
    life.job.reason.clear();
  }
  return nothing(std::move(life), std::move(acts));
}

}  // namespace

JobStep on(JobLife life, const JobFacts& facts, const happened::Recovered&) {
  life.tries = {};
  switch (life.job.state) {
    case JobState::Queued: {
      const double wait = secs_until(life.job.not_before_ms, facts, 3600);
      return nothing(std::move(life), {{ActKind::QueueAgain, wait}});
    }
    case JobState::Blocked: {
      // A start is a fresh chance: the key may have been mended, the budget raised.
      JobStep step = first(std::move(life), facts, "R1", JobState::Queued, {});
      step.life.job.not_before_ms = 0;
      step.acts.push_back({ActKind::QueueAgain});
      return step;
    }
    case JobState::Preparing: {
      if (!life.attempt || !is_open(life.attempt->state)) return bug(std::move(life));
      if (life.job.cancel_wished) return cancelled_unpaid(std::move(life), facts);
      JobStep step = first(std::move(life), facts, "R1", JobState::Queued, {});
      step.life.attempt->state = AttemptState::NotSent;
      step.life.attempt->intent_wall_ms = 0;
      release(step, facts);
      step.acts.push_back({ActKind::QueueAgain});
      return step;
    }
    case JobState::Sending: {
      if (!life.attempt) return bug(std::move(life));
      JobStep step = to_unknown(std::move(life), facts, "The program ended before the answer was saved", {});
      step.name = "R2";
      for (JobAct& act : step.acts) act.in_secs = 0;
      return step;
    }
    case JobState::Unknown: {
      if (!life.attempt) return bug(std::move(life));
      if (!may_replay(life, facts)) {
        if (!life.attempt->replay_declared || life.job.hold) return nothing(std::move(life));
        // The key grew too old while the program was away: what stands there still speaks of asking again.
        std::string words = may_have_been_charged(*life.attempt);
        JobStep step = first(std::move(life), facts, "R2", JobState::Unknown, std::move(words));
        step.life.job.hold = true;
        step.life.job.cause = JobCause::Unknown;
        return step;
      }
      life.tries.replays = 1;
      return goes_on(std::move(life), {{ActKind::ReplayLater}});
    }
    case JobState::Running: {
      if (!life.attempt) return bug(std::move(life));
      std::vector<JobAct> acts;
      if (life.job.cancel_wished && facts.service_cancels) acts.push_back({ActKind::CancelRemote});
      // The service's own word about when to look holds across a restart.
      const double wait = secs_until(life.attempt->next_poll_ms, facts, longest_poll_wait_secs);
      acts.push_back({ActKind::Poll, wait + facts.jitter * spread_secs});
      return goes_on(std::move(life), std::move(acts));
    }
    case JobState::Fetching: {
      if (!life.attempt) return bug(std::move(life));
      const bool is_home = life.attempt->state == AttemptState::Fetched;
      return goes_on(std::move(life), {{is_home ? ActKind::Check : ActKind::Fetch}});
    }
    default:
      return nothing(std::move(life));  // waiting for parents, or over
  }
}

}  // namespace studio::steps
