// T0, T1, T2: waiting, the queue, and the free steps. Nothing here can cost money.
#include <algorithm>

#include "base/clock.h"
#include "jobs/steps.h"

namespace studio::steps {

JobStep on(JobLife life, const JobFacts& facts, const happened::ParentsDone& event) {
  if (!is(life, JobState::Waiting)) return bug(std::move(life));
  JobStep step = first(std::move(life), facts, "T0", JobState::Queued, {});
  step.life.job.recipe = event.recipe;
  step.life.job.recipe_digest = recipe_digest(event.recipe);
  step.life.job.parents = event.parents;
  step.acts.push_back({ActKind::QueueAgain});
  return step;
}

JobStep on(JobLife life, const JobFacts& facts, const happened::ParentFailed& event) {
  if (!is(life, JobState::Waiting)) return bug(std::move(life));
  if (life.job.reason == event.reason) return nothing(std::move(life));
  JobStep step = first(std::move(life), facts, "T0", JobState::Waiting, event.reason);
  step.life.job.cause = JobCause::Parent;
  return step;
}

JobStep on(JobLife life, const JobFacts& facts, const happened::PlaceGranted& event) {
  if (!is(life, JobState::Queued)) return bug(std::move(life));
  if (life.attempt && is_open(life.attempt->state)) return bug(std::move(life));  // I1
  // An attempt of which nothing was ever sent serves again, with its key and under its frozen identity: on the day of its first
  // reservation, which is the one that the books count it for. On another it would be beyond that day's cap.
  const bool serves_again =
      life.attempt && life.attempt->state == AttemptState::NotSent && life.attempt->intent_wall_ms == 0 &&
      local_date(life.attempt->created_ms) == local_date(facts.now_wall_ms) &&
      life.attempt->endpoint == event.endpoint && life.attempt->model == event.model && life.attempt->provider == event.provider;
  JobStep step = first(std::move(life), facts, "T1", JobState::Preparing, {});
  Job& job = step.life.job;
  job.estimate = std::max(job.estimate, event.estimate);
  if (!serves_again) {
    Attempt fresh;
    fresh.job = job.id;
    fresh.provider = event.provider;
    fresh.account = event.account;
    fresh.endpoint = event.endpoint;
    fresh.model = event.model;
    fresh.key = event.key;
    fresh.created_ms = facts.now_wall_ms;
    step.life.attempt = fresh;
    step.attempt_is_new = true;
    ++job.attempts;
  }
  Attempt& attempt = *step.life.attempt;
  attempt.state = AttemptState::Reserved;
  attempt.prepare_state.clear();
  attempt.remote_state.clear();
  attempt.body_digest.clear();
  attempt.submit_body.clear();
  attempt.reason.clear();
  attempt.detail.clear();
  attempt.reserved = job.estimate;
  attempt.settled = {};
  attempt.currency = job.currency;
  job.not_before_ms = 0;
  job.progress = -1;
  job.eta_secs = facts.expected_secs;
  step.money.push_back({attempt.id, MoneyKind::Reserve, attempt.reserved, attempt.currency, facts.now_wall_ms});
  step.acts.push_back({ActKind::Prepare});
  return step;
}

JobStep on(JobLife life, const JobFacts& facts, const happened::Held& event) {
  if (!is(life, JobState::Queued)) return bug(std::move(life));
  JobStep step = first(std::move(life), facts, "T1", JobState::Blocked, event.reason);
  step.life.job.cause = event.cause;
  step.life.job.estimate = std::max(step.life.job.estimate, event.estimate);
  return step;
}

JobStep on(JobLife life, const JobFacts& facts, const happened::Released&) {
  if (!is(life, JobState::Blocked)) return bug(std::move(life));
  JobStep step = first(std::move(life), facts, "T1", JobState::Queued, {});
  step.life.job.not_before_ms = 0;
  step.acts.push_back({ActKind::QueueAgain});
  return step;
}

JobStep on(JobLife life, const JobFacts& facts, const happened::PrepareStepDone& event) {
  if (!is(life, JobState::Preparing)) return bug(std::move(life));
  JobStep step = first(std::move(life), facts, "T1p", JobState::Preparing, {});
  step.life.attempt->state = AttemptState::Preparing;
  step.life.attempt->prepare_state = event.prepare_state;
  step.acts.push_back({ActKind::Prepare});
  return step;
}

JobStep on(JobLife life, const JobFacts& facts, const happened::PrepareFailed& event) {
  if (!is(life, JobState::Preparing)) return bug(std::move(life));
  const ErrorKind kind = event.error.kind;
  const bool passes = event.transient || kind == ErrorKind::Offline || kind == ErrorKind::Timeout;
  return not_accepted(std::move(life), facts, event.error, passes, passes, "T1p");
}

JobStep on(JobLife life, const JobFacts& facts, const happened::SubmitPlanned& event) {
  if (!is(life, JobState::Preparing)) return bug(std::move(life));
  JobStep step = first(std::move(life), facts, "T2", JobState::Sending, {});
  Attempt& attempt = *step.life.attempt;
  attempt.state = AttemptState::Sending;
  attempt.body_digest = event.body_digest;
  attempt.submit_body = event.submit_body;
  attempt.boot_id = event.boot_id;
  attempt.replay_declared = event.replay_declared;
  attempt.intent_wall_ms = facts.now_wall_ms;
  attempt.intent_mono_ms = facts.now_mono_ms;
  step.acts.push_back({ActKind::Submit});
  return step;
}

}  // namespace studio::steps
