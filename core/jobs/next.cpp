// The state machine's entrance, and the endings that several parts share.
#include "jobs/backoff.h"
#include "jobs/steps.h"

namespace studio {

namespace {

bool is_whole(const JobLife& life) {
  if (!is_local(life.job.kind)) return fit_together(life.job.state, life.attempt ? std::optional(life.attempt->state) : std::nullopt);
  const JobState state = life.job.state;
  return !life.attempt && (state == JobState::Queued || state == JobState::Running || state == JobState::Done || state == JobState::Failed ||
                           state == JobState::Cancelled);
}

}  // namespace

JobStep next(JobLife life, const JobFacts& facts, const JobEvent& event) {
  const auto on = [&](const auto& what) {
    return is_local(life.job.kind) ? steps::on_local(std::move(life), facts, what) : steps::on(std::move(life), facts, what);
  };
  JobStep step = is_whole(life) ? std::visit(on, event) : steps::bug(std::move(life));
  // `bug` is given the name here, so that no overload has to know its own.
  if (!step.bug.empty()) step.bug = std::string(name_of(event)) + " in " + step.bug;
  return step;
}

namespace steps {

bool is(const JobLife& life, JobState state) { return life.job.state == state; }
bool is(const JobLife& life, JobState state, AttemptState attempt) {
  return life.job.state == state && life.attempt && life.attempt->state == attempt;
}

JobStep bug(JobLife life) {
  JobStep step;
  step.bug = std::string(to_string(life.job.state)) + "/" +
             (life.attempt ? std::string(to_string(life.attempt->state)) : std::string("no attempt"));
  step.life = std::move(life);
  return step;
}

JobStep refuse(JobLife life, std::string text) {
  JobStep step;
  step.refusal = std::move(text);
  step.life = std::move(life);
  return step;
}

JobStep nothing(JobLife life, std::vector<JobAct> acts) {
  JobStep step;
  step.life = std::move(life);
  step.acts = std::move(acts);
  return step;
}

JobStep first(JobLife life, const JobFacts& facts, std::string_view name, JobState state, std::string reason) {
  JobStep step;
  step.saving = Saving::First;
  step.name = name;
  step.life = std::move(life);
  step.life.job.state = state;
  step.life.job.reason = std::move(reason);
  step.life.job.cause = JobCause::None;
  step.life.job.refused_input.clear();
  step.life.job.told_id = state == JobState::Unknown && step.life.attempt ? step.life.attempt->told_id : std::string();
  step.life.job.updated_ms = facts.now_wall_ms;
  return step;
}

void release(JobStep& step, const JobFacts& facts) {
  const Attempt& attempt = *step.life.attempt;
  step.money.push_back({attempt.id, MoneyKind::Release, attempt.reserved, attempt.currency, facts.now_wall_ms});
}

void settle(JobStep& step, const JobFacts& facts, Money spent) {
  Attempt& attempt = *step.life.attempt;
  attempt.settled = spent;
  step.life.job.charged += spent;
  if (spent < attempt.reserved) {
    step.money.push_back({attempt.id, MoneyKind::Release, attempt.reserved - spent, attempt.currency, facts.now_wall_ms});
  }
  step.money.push_back({attempt.id, MoneyKind::Settle, spent, attempt.currency, facts.now_wall_ms});
}

Money cost_of(const Attempt& attempt) {
  const bool service_has_said = attempt.state == AttemptState::RemoteDone || attempt.state == AttemptState::Fetched;
  return service_has_said ? attempt.settled : attempt.reserved;
}

Money cost_of_ending(const Attempt& attempt, const std::optional<Money>& stated, bool billed) {
  return believable(stated).value_or(billed ? cost_of(attempt) : Money{});
}

// Nobody is paid for a job: a cost below nothing is a claim not understood, and would make room under a cap.
std::optional<Money> believable(const std::optional<Money>& stated) { return stated && stated->micros < 0 ? std::nullopt : stated; }

void settle_ending(JobStep& step, const JobFacts& facts, Money spent) {
  if (spent.micros > 0) settle(step, facts, spent);
  else release(step, facts);
}

std::string sentence(std::string text) {
  while (!text.empty() && (text.back() == ' ' || text.back() == '\n')) text.pop_back();
  if (text.empty()) return text;
  const char last = text.back();
  if (last != '.' && last != '!' && last != '?') text += '.';
  return text;
}

// The job's sentence is all that people see of an attempt: where money went, it says so.
void say_charge(JobStep& step, Money spent) {
  if (spent.micros > 0) step.life.job.reason += " It charged " + format_money(spent, step.life.attempt->currency) + ".";
}

namespace {

constexpr std::string_view doubt_begins = " It may have charged ";

}  // namespace

bool leave_in_doubt(JobStep& step, const std::optional<Money>& stated) {
  Attempt& attempt = *step.life.attempt;
  if (believable(stated) || attempt.reserved.micros <= 0) return false;
  attempt.state = AttemptState::InDoubt;
  attempt.settled = {};
  step.life.job.in_doubt += attempt.reserved;
  step.life.job.reason += std::string(doubt_begins) + format_money(attempt.reserved, attempt.currency) + ", which stays reserved until you say.";
  attempt.reason = step.life.job.reason;
  return true;
}

std::string without_doubt(std::string reason) {
  if (const std::size_t at = reason.find(doubt_begins); at != std::string::npos) reason.resize(at);
  return reason;
}

JobStep cancelled_unpaid(JobLife life, const JobFacts& facts) {
  JobStep step = first(std::move(life), facts, "T14", JobState::Cancelled, "Cancelled before it was sent.");
  step.life.job.cancel_wished = true;
  if (step.life.attempt && is_open(step.life.attempt->state)) {
    step.life.attempt->state = AttemptState::CancelledBeforeSend;
    release(step, facts);
  }
  return step;
}

JobStep not_accepted(JobLife life, const JobFacts& facts, const Error& error, bool transient, bool no_byte_left,
                     std::string_view name) {
  if (life.job.cancel_wished) return cancelled_unpaid(std::move(life), facts);
  const bool was_unauthorised = error.kind == ErrorKind::Unauthorised;
  const bool was_throttled = error.kind == ErrorKind::RateLimited;
  const bool may_go_again = transient || no_byte_left || was_throttled;
  const JobState state = was_unauthorised                             ? JobState::Blocked
                         : may_go_again                               ? JobState::Queued
                         : error.kind == ErrorKind::Refused           ? JobState::Refused
                                                                      : JobState::Failed;
  JobStep step = first(std::move(life), facts, name, state, sentence(error.message));
  if (state != JobState::Queued) {
    step.life.job.cause = was_unauthorised                             ? JobCause::Key
                          : error.kind == ErrorKind::Refused           ? JobCause::Moderation
                          : error.kind == ErrorKind::NotFound          ? JobCause::Input
                                                                       : JobCause::Rejected;
  }
  Attempt& attempt = *step.life.attempt;
  attempt.state = state == JobState::Refused ? AttemptState::Refused : AttemptState::NotSent;
  attempt.reason = step.life.job.reason;
  attempt.detail = error.detail;
  // Nothing of it was on the wire: the attempt and its key may serve the next try.
  if (no_byte_left) attempt.intent_wall_ms = 0;
  release(step, facts);
  if (was_unauthorised) {
    step.acts.push_back({ActKind::StopSubmits});
  } else if (state == JobState::Queued) {
    JobTries& tries = step.life.tries;
    int& count = was_throttled ? tries.throttled : tries.put_off;
    ++count;
    const double wait = no_byte_left && !was_throttled
                            ? backoff_secs(count, BackoffKind::Network, facts.jitter, error.retry_after_secs, {0.5, 5})
                            : backoff_secs(count, BackoffKind::Throttled, facts.jitter, error.retry_after_secs);
    step.life.job.not_before_ms = facts.now_wall_ms + static_cast<std::int64_t>(wait * 1000);
    step.acts.push_back({ActKind::QueueAgain, wait});
  }
  return step;
}

JobStep refused(JobLife life, const JobFacts& facts, const happened::RemoteRefused& event, std::string_view name) {
  JobStep step = first(std::move(life), facts, name, JobState::Refused, sentence(event.reason));
  step.life.job.cause = JobCause::Moderation;
  step.life.job.refused_input = event.input;
  if (event.perhaps_billed && !event.billed && leave_in_doubt(step, event.cost)) return step;
  step.life.attempt->state = AttemptState::Refused;
  const Money spent = cost_of_ending(*step.life.attempt, event.cost, event.billed);
  say_charge(step, spent);
  step.life.attempt->reason = step.life.job.reason;
  settle_ending(step, facts, spent);
  return step;
}

JobStep remote_done(JobLife life, const JobFacts& facts, const happened::RemoteFinished& event) {
  if (event.outputs.empty()) {
    JobStep step = first(std::move(life), facts, "T15", JobState::Failed, "The service said it was done, but gave no file.");
    step.life.job.cause = JobCause::ServiceFailed;
    if (leave_in_doubt(step, event.cost)) return step;
    const Money spent = believable(event.cost).value_or(Money{});
    step.life.attempt->state = spent.micros > 0 ? AttemptState::FailedBilled : AttemptState::FailedFree;
    say_charge(step, spent);
    step.life.attempt->reason = step.life.job.reason;
    settle_ending(step, facts, spent);
    return step;
  }
  JobStep step = first(std::move(life), facts, "T8", JobState::Fetching, {});
  Attempt& attempt = *step.life.attempt;
  confirm(attempt);
  // Until the attempt is Settled, `settled` is what it will be.
  attempt.settled = believable(event.cost).value_or(attempt.state == AttemptState::RemoteDone ? attempt.settled : attempt.reserved);
  attempt.state = AttemptState::RemoteDone;
  attempt.outputs = event.outputs;
  // Charged more than was set aside: until it is settled the rest is set aside too, so that nobody counts on what is gone.
  if (attempt.settled > attempt.reserved) {
    step.money.push_back({attempt.id, MoneyKind::Reserve, attempt.settled - attempt.reserved, attempt.currency, facts.now_wall_ms});
    attempt.reserved = attempt.settled;
  }
  step.life.tries = {.addresses_renewed = step.life.tries.addresses_renewed, .result_asked_anew = step.life.tries.result_asked_anew};
  step.acts.push_back({ActKind::Fetch});
  return step;
}

JobStep expired(JobLife life, const JobFacts& facts, std::string reason) {
  const Money spent = cost_of(*life.attempt);
  JobStep step = first(std::move(life), facts, "T16", JobState::Expired, std::move(reason));
  step.life.job.cause = JobCause::Expired;
  step.life.attempt->state = AttemptState::Expired;
  step.life.attempt->reason = step.life.job.reason;
  settle(step, facts, spent);
  return step;
}

JobStep forgotten(JobLife life, const JobFacts& facts) {
  JobStep step = first(std::move(life), facts, "T16", JobState::Expired, "The service no longer knows this job. Retry it to make it again.");
  step.life.job.cause = JobCause::Expired;
  if (leave_in_doubt(step, std::nullopt)) return step;
  step.life.attempt->state = AttemptState::Expired;
  step.life.attempt->reason = step.life.job.reason;
  settle_ending(step, facts, {});
  return step;
}

}  // namespace steps
}  // namespace studio
