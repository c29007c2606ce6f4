// T3, T4, T5, T6: the one paid request and what is made of its answer; the unknown outcome, its replay, and how else it is cleared up.
#include <algorithm>
#include <utility>

#include "jobs/backoff.h"
#include "jobs/polling.h"
#include "jobs/steps.h"

namespace studio::steps {

double poll_wait_secs(const JobFacts& facts, bool is_first, double server_says_secs) {
  if (facts.poll_wait_secs > 0) return facts.poll_wait_secs;
  return next_poll_secs(facts.expected_secs, is_first, server_says_secs, facts.jitter);
}

bool may_replay(const JobLife& life, const JobFacts& facts) {
  if (!life.attempt || !life.attempt->replay_declared || life.job.hold) return false;
  if (facts.key_life_secs == 0) return true;
  // The wall clock may have been set back, the monotonic one may have slept: the greater age counts. Where both say nothing, only a
  // key that lives for ever is trusted.
  const std::int64_t age_ms = std::max(facts.now_wall_ms - life.attempt->intent_wall_ms, facts.intent_age_ms);
  // A request takes its time, and must arrive while the key lives.
  const std::int64_t on_the_way_ms = std::min<std::int64_t>(120'000, facts.key_life_secs * 100);
  return age_ms >= 0 && age_ms < facts.key_life_secs * 1000 - on_the_way_ms;
}

JobStep to_unknown(JobLife life, const JobFacts& facts, const std::string& reason, const std::string& detail, double retry_after_secs) {
  const bool replays = may_replay(life, facts);
  life.attempt->reason = sentence(reason);  // the sentence of the job tells it
  if (life.attempt->replay_declared && !replays) life.job.hold = true;  // the key is too old: only a person can go on
  const std::string words = replays ? "Sent, and no clear answer came back: asking the service again with the same key."
                                    : may_have_been_charged(*life.attempt);
  JobStep step = first(std::move(life), facts, "T5", JobState::Unknown, words);
  if (!replays) step.life.job.cause = JobCause::Unknown;
  step.life.attempt->state = AttemptState::Unknown;
  step.life.attempt->detail = detail;
  if (replays) {
    ++step.life.tries.replays;
    step.acts.push_back({ActKind::ReplayLater, backoff_secs(step.life.tries.replays, BackoffKind::Throttled, facts.jitter, retry_after_secs)});
  }
  return step;
}

JobStep on(JobLife life, const JobFacts& facts, const happened::SubmitChained& event) {
  if (!is(life, JobState::Sending)) return bug(std::move(life));
  JobStep step = first(std::move(life), facts, "T3c", JobState::Sending, {});
  step.life.attempt->remote_state = event.remote_state;
  step.acts.push_back({ActKind::FollowChain});
  return step;
}

JobStep on(JobLife life, const JobFacts& facts, const happened::ChainBroken& event) {
  if (!is(life, JobState::Sending)) return bug(std::move(life));
  const int tries = ++life.tries.polls_failed;
  JobStep step = nothing(std::move(life));
  step.saving = Saving::Lazily;
  step.name = "T3c";
  step.life.job.reason = sentence(event.error.message);
  step.life.job.cause = event.error.kind == ErrorKind::Unauthorised ? JobCause::Key : JobCause::None;
  step.life.job.updated_ms = facts.now_wall_ms;
  if (event.error.kind == ErrorKind::Unauthorised) step.acts.push_back({ActKind::StopAccount});
  step.acts.push_back({ActKind::FollowChain, backoff_secs(tries, BackoffKind::Throttled, facts.jitter, event.error.retry_after_secs)});
  return step;
}

JobStep on(JobLife life, const JobFacts& facts, const happened::SubmitAccepted& event) {
  if (!is(life, JobState::Sending)) return bug(std::move(life));
  if (event.remote_id.empty()) {
    return to_unknown(std::move(life), facts, "The service answered without an id", {});
  }
  if (event.id_is_taken) {
    life.job.hold = true;  // asking again would only bring the same id again
    return to_unknown(std::move(life), facts, "The service gave an id that another job has already", event.remote_id);
  }
  JobStep step = first(std::move(life), facts, "T3", JobState::Running, {});
  Attempt& attempt = *step.life.attempt;
  Job& job = step.life.job;
  attempt.state = AttemptState::Submitted;
  attempt.remote_id = event.remote_id;
  attempt.remote_state = event.remote_state;
  attempt.submitted_ms = facts.now_wall_ms;
  attempt.reason.clear();
  attempt.detail.clear();
  attempt.polls = 0;
  step.life.tries = {};
  job.progress = -1;
  job.eta_secs = facts.expected_secs;
  const double wait = poll_wait_secs(facts, true, event.poll_after_secs);
  attempt.next_poll_ms = facts.now_wall_ms + static_cast<std::int64_t>(wait * 1000);
  if (job.cancel_wished) {
    job.reason = facts.service_cancels ? "Cancelling…" : "Sent already, and this service cannot cancel: the result is paid and will be kept.";
    if (facts.service_cancels) step.acts.push_back({ActKind::CancelRemote});
  }
  step.acts.push_back({ActKind::Poll, wait});
  return step;
}

JobStep on(JobLife life, const JobFacts& facts, const happened::SubmitNotAccepted& event) {
  if (!is(life, JobState::Sending)) return bug(std::move(life));
  // This request was a replay: that it was put off says nothing about the first one. A definite no does: a service that
  // replays would have answered a key it knows with the job of that key.
  const bool was_replay = life.tries.replays > 0;
  const bool is_definite = !event.transient && !event.no_byte_left && event.error.kind != ErrorKind::Unauthorised &&
                           event.error.kind != ErrorKind::RateLimited;
  if (was_replay && !is_definite) {
    JobStep step = to_unknown(std::move(life), facts, event.error.message, event.error.detail, event.error.retry_after_secs);
    if (event.error.kind == ErrorKind::Unauthorised) {
      if (!step.life.job.hold) {  // it is what the replay waits for
        step.life.job.reason = sentence(event.error.message);
        step.life.job.cause = JobCause::Key;
      }
      step.acts.push_back({ActKind::StopSubmits});
    }
    return step;
  }
  return not_accepted(std::move(life), facts, event.error, event.transient, event.no_byte_left, "T4");
}

JobStep on(JobLife life, const JobFacts& facts, const happened::SubmitUnclear& event) {
  if (!is(life, JobState::Sending)) return bug(std::move(life));
  if (!event.told_id.empty()) life.attempt->told_id = event.told_id;
  JobStep step = to_unknown(std::move(life), facts, event.reason, event.detail);
  if (event.stops_account) step.acts.push_back({ActKind::StopSubmits});
  return step;
}

JobStep on(JobLife life, const JobFacts& facts, const happened::ReplayDue&) {
  if (!is(life, JobState::Unknown)) return bug(std::move(life));
  if (!may_replay(life, facts)) {
    life.job.hold = true;
    const std::string words = may_have_been_charged(*life.attempt);
    JobStep step = first(std::move(life), facts, "T5", JobState::Unknown, words);
    step.life.job.cause = JobCause::Unknown;
    return step;
  }
  JobStep step = first(std::move(life), facts, "T6", JobState::Sending, {});
  step.life.attempt->state = AttemptState::Sending;
  step.life.attempt->remote_state.clear();  // a chain begins anew
  if (step.life.tries.replays == 0) step.life.tries.replays = 1;
  step.acts.push_back({ActKind::Replay});
  return step;
}

JobStep on(JobLife life, const JobFacts& facts, const happened::ReplayPutOff& event) {
  if (!is(life, JobState::Unknown)) return bug(std::move(life));
  JobStep step = nothing(std::move(life));
  const int tries = ++step.life.tries.replays;
  step.saving = Saving::Lazily;
  step.name = "T5";
  step.life.job.reason = sentence(event.error.message);
  step.life.job.cause = JobCause::None;
  step.life.job.updated_ms = facts.now_wall_ms;
  step.acts.push_back({ActKind::ReplayLater, backoff_secs(tries, BackoffKind::Throttled, facts.jitter, event.error.retry_after_secs)});
  return step;
}

JobStep on(JobLife life, const JobFacts& facts, const happened::ReplayImpossible& event) {
  if (!is(life, JobState::Unknown)) return bug(std::move(life));
  const std::string words = may_have_been_charged(*life.attempt);
  JobStep step = first(std::move(life), facts, "T5", JobState::Unknown, words);
  step.life.job.hold = true;
  step.life.job.cause = JobCause::Unknown;
  step.life.attempt->detail = event.reason;
  return step;
}

// The rest of its way is that of an accepted one; its age counts from when it was sent.
JobStep linked(JobLife life, const JobFacts& facts, const std::string& remote_id, const std::string& remote_state) {
  JobStep step = first(std::move(life), facts, "T6", JobState::Running, {});
  Attempt& attempt = *step.life.attempt;
  Job& job = step.life.job;
  attempt.state = AttemptState::Submitted;
  attempt.remote_id = remote_id;
  attempt.remote_state = remote_state;
  attempt.submitted_ms = attempt.intent_wall_ms > 0 ? std::min(attempt.intent_wall_ms, facts.now_wall_ms) : facts.now_wall_ms;
  attempt.next_poll_ms = facts.now_wall_ms;
  attempt.reason.clear();
  attempt.detail.clear();
  attempt.polls = 0;
  step.life.tries = {};
  job.hold = false;
  job.progress = -1;
  if (job.cancel_wished && facts.service_cancels) step.acts.push_back({ActKind::CancelRemote});
  step.acts.push_back({ActKind::Poll});
  return step;
}

bool is_only_linked(const Attempt& attempt) { return attempt.state == AttemptState::Submitted && !attempt.reason.empty(); }

void confirm(Attempt& attempt) {
  if (is_only_linked(attempt)) attempt.reason.clear();
}

// Nothing is lost by a wrong letter: the sum stays set aside, and the right id can still be linked.
JobStep unlinked(JobLife life, const JobFacts& facts) {
  Attempt& attempt = *life.attempt;
  const std::string wrong_id = std::exchange(attempt.remote_id, {});
  attempt.remote_state.clear();
  attempt.submitted_ms = attempt.next_poll_ms = 0;
  life.tries = {};
  life.job.eta_secs = 0;
  const std::string doubt = attempt.reason;
  JobStep step = to_unknown(std::move(life), facts, doubt, {});
  step.life.job.reason = "The service knows no job " + wrong_id + ": check the id. " + step.life.job.reason;
  return step;
}

JobStep on(JobLife life, const JobFacts& facts, const happened::FoundAtService& event) {
  if (!is(life, JobState::Unknown) || event.remote_id.empty()) return bug(std::move(life));
  if (event.id_is_taken) return nothing(std::move(life));  // as unknown as before
  JobStep step = linked(std::move(life), facts, event.remote_id, event.remote_state);
  step.acts.insert(step.acts.begin(), {ActKind::DropTransfer});
  return step;
}

JobStep on(JobLife life, const JobFacts& facts, const happened::AbsentAtService&) {
  if (!is(life, JobState::Unknown)) return bug(std::move(life));
  if (life.job.cancel_wished) return cancelled_unpaid(std::move(life), facts);
  JobStep step = first(std::move(life), facts, "T6", JobState::Queued, {});
  step.life.attempt->state = AttemptState::NotSent;
  step.life.attempt->reason = "The service never had it.";
  step.life.tries = {};
  step.life.job.hold = false;
  step.life.job.not_before_ms = 0;
  release(step, facts);
  step.acts.push_back({ActKind::DropTransfer});
  step.acts.push_back({ActKind::QueueAgain});
  return step;
}

}  // namespace studio::steps
