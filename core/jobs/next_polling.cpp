// T7, T8, T14, T15, T16: the service works on it, finishes, fails, is asked to stop, or has forgotten it.
#include <algorithm>

#include "jobs/backoff.h"
#include "jobs/polling.h"
#include "jobs/steps.h"

namespace studio::steps {
namespace {

constexpr int looks_before_gone = 3;
// From the first of them to the last at least a minute: a service that was just put right, or knows late what it took, loses nobody's
// result. Shorter where nothing is lost by it: what was asked to stop is expected to go, and what a person linked stays theirs to link.
constexpr BackoffRule between_looks{40, 80};

double wait_for_gone_secs(const JobLife& life, const JobFacts& facts) {
  const bool may_be_short = life.job.cancel_wished || is_only_linked(*life.attempt);
  return backoff_secs(life.tries.gone, BackoffKind::Throttled, facts.jitter, 0, may_be_short ? BackoffRule{} : between_looks);
}

bool is_running(const JobLife& life) { return is(life, JobState::Running, AttemptState::Submitted); }
// Fresh addresses are asked for after the old ones expired.
bool is_renewing(const JobLife& life) { return is(life, JobState::Fetching, AttemptState::RemoteDone); }

// An answer to a request for fresh addresses that brought none: three looks, then it is over. Where the old addresses still
// work and were only asked about because what came from them seemed damaged, they are what there is.
JobStep no_fresh_address(JobLife life, const JobFacts& facts) {
  if (++life.tries.gone >= looks_before_gone) {
    if (!life.tries.addresses_renewed && life.tries.result_asked_anew) {
      const double wait = backoff_secs(life.tries.fetches_failed, BackoffKind::Throttled, facts.jitter);
      return nothing(std::move(life), {{ActKind::Fetch, wait}});
    }
    return expired(std::move(life), facts, "The result was made and paid, but the service no longer has it.");
  }
  const double wait = wait_for_gone_secs(life, facts);
  return nothing(std::move(life), {{ActKind::Poll, wait}});
}

}  // namespace

JobStep on(JobLife life, const JobFacts& facts, const happened::PollPending& event) {
  if (is_renewing(life)) return no_fresh_address(std::move(life), facts);
  if (!is_running(life)) return bug(std::move(life));
  JobStep step = nothing(std::move(life));
  step.saving = Saving::Lazily;
  step.name = "T7";
  Job& job = step.life.job;
  Attempt& attempt = *step.life.attempt;
  step.life.tries = {.cancels_failed = step.life.tries.cancels_failed, .service_stops = step.life.tries.service_stops};
  confirm(attempt);
  // What was reached is not taken back: some services count their progress per stage.
  if (event.progress >= 0) job.progress = std::clamp(std::max(job.progress, event.progress), 0.0, 1.0);
  const double age_secs = static_cast<double>(std::max<std::int64_t>(0, facts.now_wall_ms - attempt.submitted_ms)) / 1000;
  job.eta_secs = eta_secs(facts.expected_secs, age_secs, job.progress, event.eta_secs);
  job.cause = JobCause::None;
  if (!job.cancel_wished) job.reason = facts.is_late ? "It takes far longer than usual; it is looked at for as long as the service has it." : "";
  job.updated_ms = facts.now_wall_ms;
  ++attempt.polls;
  const double wait = poll_wait_secs(facts, false, event.poll_after_secs);
  attempt.next_poll_ms = facts.now_wall_ms + static_cast<std::int64_t>(wait * 1000);
  step.acts.push_back({ActKind::Poll, wait});
  return step;
}

JobStep on(JobLife life, const JobFacts& facts, const happened::PollChained& event) {
  if (!is_running(life) && !is_renewing(life)) return bug(std::move(life));
  const JobState state = life.job.state;
  std::string reason = life.job.reason;
  JobStep step = first(std::move(life), facts, "T7c", state, std::move(reason));
  step.life.attempt->remote_state = event.remote_state;
  confirm(*step.life.attempt);
  step.acts.push_back({ActKind::FollowChain});
  return step;
}

JobStep on(JobLife life, const JobFacts& facts, const happened::PollFailed& event) {
  if (!is_running(life) && !is_renewing(life)) return bug(std::move(life));
  // A status that may not be asked for: no id of this service looks like that.
  if (event.error.kind == ErrorKind::BadRequest && is_only_linked(*life.attempt)) return on(std::move(life), facts, happened::RemoteGone{});
  const bool was_throttled = event.error.kind == ErrorKind::RateLimited;
  const int tries = was_throttled ? ++life.tries.throttled : ++life.tries.polls_failed;  // a throttling service is there
  JobStep step = nothing(std::move(life));
  step.saving = Saving::Lazily;
  step.name = "T7";
  step.life.job.reason = sentence(event.error.message);
  step.life.job.cause = event.error.kind == ErrorKind::Unauthorised ? JobCause::Key : JobCause::None;
  step.life.job.updated_ms = facts.now_wall_ms;
  if (event.error.kind == ErrorKind::Unauthorised) step.acts.push_back({ActKind::StopAccount});
  step.acts.push_back({ActKind::Poll, backoff_secs(tries, was_throttled ? BackoffKind::Throttled : BackoffKind::Network, facts.jitter,
                                                   event.error.retry_after_secs)});
  return step;
}

JobStep on(JobLife life, const JobFacts& facts, const happened::RemoteFinished& event) {
  const bool from_submit = is(life, JobState::Sending, AttemptState::Sending);
  if (is_renewing(life)) {
    if (event.outputs.empty()) return no_fresh_address(std::move(life), facts);
    return remote_done(std::move(life), facts, event);
  }
  if (!from_submit && !is_running(life)) return bug(std::move(life));
  if (from_submit) life.attempt->submitted_ms = facts.now_wall_ms;
  return remote_done(std::move(life), facts, event);
}

JobStep on(JobLife life, const JobFacts& facts, const happened::RemoteRefused& event) {
  if (is_renewing(life)) return no_fresh_address(std::move(life), facts);
  if (is(life, JobState::Sending)) return refused(std::move(life), facts, event, "T4");
  if (!is_running(life)) return bug(std::move(life));
  return refused(std::move(life), facts, event, "T15");
}

JobStep on(JobLife life, const JobFacts& facts, const happened::RemoteFailed& event) {
  if (is_renewing(life)) return no_fresh_address(std::move(life), facts);
  if (!is_running(life)) return bug(std::move(life));
  JobStep step = first(std::move(life), facts, "T15", JobState::Failed, sentence(event.reason));
  const bool same_may_help = event.may_retry.value_or(true);
  step.life.job.cause = same_may_help ? JobCause::ServiceFailed : JobCause::Rejected;
  step.life.job.refused_input = event.input;
  Attempt& attempt = *step.life.attempt;
  if (event.perhaps_billed && !event.billed && leave_in_doubt(step, event.cost)) return step;
  const Money spent = cost_of_ending(attempt, event.cost, event.billed);
  say_charge(step, spent);
  attempt.reason = step.life.job.reason;
  settle_ending(step, facts, spent);
  attempt.state = spent.micros > 0 ? AttemptState::FailedBilled : AttemptState::FailedFree;
  return step;
}

JobStep on(JobLife life, const JobFacts& facts, const happened::RemoteCancelled& event) {
  if (is_renewing(life)) return no_fresh_address(std::move(life), facts);
  if (!is_running(life)) return bug(std::move(life));
  confirm(*life.attempt);
  const Money spent = cost_of_ending(*life.attempt, event.cost, false);
  const bool may_cost = event.perhaps_billed && !life.tries.service_stops;
  std::string words = life.job.cancel_wished ? "Cancelled at the service" : "The service cancelled it";
  words += spent.micros > 0 ? ", which charged " + format_money(spent, life.attempt->currency) + "." : ".";
  JobStep step = first(std::move(life), facts, "T14", JobState::Cancelled, std::move(words));
  if (may_cost && leave_in_doubt(step, event.cost)) return step;
  step.life.attempt->state = AttemptState::CancelledRemote;
  settle_ending(step, facts, spent);
  return step;
}

JobStep on(JobLife life, const JobFacts& facts, const happened::RemoteGone&) {
  if (is_renewing(life)) return no_fresh_address(std::move(life), facts);
  if (!is_running(life)) return bug(std::move(life));
  if (++life.tries.gone >= looks_before_gone) {
    if (is_only_linked(*life.attempt)) return unlinked(std::move(life), facts);
    // Stopped and forgotten is free. Forgotten without a word may have been done, and paid, before the wish arrived or in spite of it.
    if (life.job.cancel_wished && life.tries.service_stops) return on(std::move(life), facts, happened::RemoteCancelled{});
    return forgotten(std::move(life), facts);
  }
  const double wait = wait_for_gone_secs(life, facts);
  JobStep step = nothing(std::move(life), {{ActKind::Poll, wait}});
  step.saving = Saving::Lazily;
  step.name = "T7";
  Job& job = step.life.job;
  if (!job.cancel_wished) job.reason = "The service does not know this job at the moment: it is asked again before it counts as gone.";
  job.cause = JobCause::None;
  job.updated_ms = facts.now_wall_ms;
  return step;
}

JobStep on(JobLife life, const JobFacts&, const happened::CancelAccepted& event) {
  if (!is_running(life)) return bug(std::move(life));
  // Only a look tells what became of it: it may have been finished, and paid, before the wish arrived.
  if (event.stops) life.tries.service_stops = true;
  return nothing(std::move(life), {{ActKind::Poll}});
}

JobStep on(JobLife life, const JobFacts& facts, const happened::CancelTooLate&) {
  if (!is_running(life)) return bug(std::move(life));
  JobStep step = first(std::move(life), facts, "T14", JobState::Running, "Too late to cancel: the result is paid and will be kept.");
  step.acts.push_back({ActKind::Poll});
  return step;
}

JobStep on(JobLife life, const JobFacts& facts, const happened::CancelFailed& event) {
  if (!is_running(life)) return bug(std::move(life));
  ++life.tries.cancels_failed;
  const double wait = backoff_secs(life.tries.cancels_failed, BackoffKind::Network, facts.jitter, event.error.retry_after_secs);
  return nothing(std::move(life), {{ActKind::CancelRemote, wait}});
}

}  // namespace studio::steps
