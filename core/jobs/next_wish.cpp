// What the user wishes: cancel, retry, resubmit, write off, link, edit, dismiss; what the user says of a charge. A wish is durable before anything is done about it.
#include "jobs/steps.h"

namespace studio::steps {
namespace {

// Closes an attempt whose outcome nobody will learn: its sum counts as spent, so that the books never say too little.
void write_off(JobStep& step, const JobFacts& facts) {
  settle(step, facts, step.life.attempt->reserved);
  step.life.attempt->state = AttemptState::WrittenOff;
  step.life.attempt->reason = "Written off: its outcome is not known.";
}

JobStep queue_anew(JobLife life, const JobFacts& facts, std::string_view name) {
  JobStep step = first(std::move(life), facts, name, JobState::Queued, {});
  Job& job = step.life.job;
  job.cancel_wished = false;
  job.hold = false;
  job.local_tries = 0;
  job.progress = -1;
  job.eta_secs = 0;
  job.not_before_ms = 0;
  step.life.tries = {};
  step.acts.push_back({ActKind::QueueAgain});
  return step;
}

JobStep wish_noted(JobLife life, const JobFacts& facts, std::string reason) {
  const JobState state = life.job.state;
  JobStep step = first(std::move(life), facts, "T14", state, std::move(reason));
  step.life.job.cancel_wished = true;
  return step;
}

}  // namespace

JobStep on(JobLife life, const JobFacts& facts, const happened::CancelWished&) {
  switch (life.job.state) {
    case JobState::Waiting: case JobState::Queued: case JobState::Blocked:
      return cancelled_unpaid(std::move(life), facts);
    case JobState::Preparing: {
      JobStep step = cancelled_unpaid(std::move(life), facts);
      step.acts.push_back({ActKind::DropTransfer});
      return step;
    }
    case JobState::Sending:
      if (life.job.cancel_wished) return nothing(std::move(life));
      return wish_noted(std::move(life), facts, "Cancelling as soon as the service has answered…");
    case JobState::Running: {
      if (life.job.cancel_wished) return nothing(std::move(life));
      if (!facts.service_cancels) {
        return wish_noted(std::move(life), facts, "This service cannot cancel: the result is paid and will be kept.");
      }
      JobStep step = wish_noted(std::move(life), facts, "Cancelling…");
      step.acts.push_back({ActKind::CancelRemote});
      return step;
    }
    case JobState::Unknown: {
      if (!may_replay(life, facts)) {
        return refuse(std::move(life), "It may have been charged already: send it again (it may pay twice), or write it off.");
      }
      if (life.job.cancel_wished) return nothing(std::move(life));
      return wish_noted(std::move(life), facts, "Cancelling as soon as its outcome is known…");
    }
    case JobState::Fetching:
      return refuse(std::move(life), "It is too late to cancel: the result is made and paid, and is being fetched.");
    default:
      return refuse(std::move(life), "There is nothing to cancel: the job is " + std::string(to_string(life.job.state)) + " already.");
  }
}

JobStep on(JobLife life, const JobFacts& facts, const happened::RetryWished&) {
  switch (life.job.state) {
    case JobState::Failed: case JobState::Refused: case JobState::Cancelled: case JobState::Expired: case JobState::Blocked: {
      JobStep step = queue_anew(std::move(life), facts, "T15r");
      step.life.attempt.reset();  // a person's retry is a new attempt with a new key, even where nothing was sent
      return step;
    }
    case JobState::Queued: {
      life.tries = {};
      life.job.not_before_ms = 0;
      return nothing(std::move(life), {{ActKind::QueueAgain}});
    }
    case JobState::Running: {
      life.tries = {};
      return nothing(std::move(life), {{ActKind::Poll}});
    }
    case JobState::Fetching: {
      const bool is_home = life.attempt && life.attempt->state == AttemptState::Fetched;
      life.tries = {};
      return nothing(std::move(life), {{is_home ? ActKind::Check : ActKind::Fetch}});
    }
    case JobState::Unknown:
      if (may_replay(life, facts)) {
        life.tries.replays = 1;
        return nothing(std::move(life), {{ActKind::ReplayLater}});
      }
      return refuse(std::move(life), may_have_been_charged(*life.attempt));
    case JobState::Waiting:
      return refuse(std::move(life), "It waits for another job: retry that one.");
    case JobState::Quarantined:
      return refuse(std::move(life), "Its result is kept but cannot be opened: generate it anew with another seed.");
    case JobState::Done:
      return refuse(std::move(life), "There is nothing to retry: the job is done.");
    case JobState::Preparing: case JobState::Sending: break;
  }
  return refuse(std::move(life), "It is under way already.");
}

JobStep on(JobLife life, const JobFacts& facts, const happened::ResubmitWished&) {
  if (!is(life, JobState::Unknown)) return refuse(std::move(life), "Only a job of unknown outcome can be resubmitted: retry it instead.");
  JobStep step = queue_anew(std::move(life), facts, "T6");
  write_off(step, facts);
  step.acts.push_back({ActKind::DropTransfer});
  return step;
}

JobStep on(JobLife life, const JobFacts& facts, const happened::WriteOffWished&) {
  if (!is(life, JobState::Unknown)) return refuse(std::move(life), "Only a job of unknown outcome can be written off.");
  JobStep step = first(std::move(life), facts, "T6", JobState::Failed, "Written off: it may have been charged, and counts as paid.");
  write_off(step, facts);
  step.life.job.cause = JobCause::WrittenOff;
  step.life.job.hold = true;
  step.acts.push_back({ActKind::DropTransfer});
  return step;
}

JobStep on(JobLife life, const JobFacts& facts, const happened::LinkWished& event) {
  if (!is(life, JobState::Unknown)) return refuse(std::move(life), "Only a job of unknown outcome can be linked with an id of the service.");
  if (event.remote_id.empty()) return refuse(std::move(life), "There is no id to link it with.");
  if (event.id_is_taken) return refuse(std::move(life), "That id belongs to another job already.");
  const std::string doubt = life.attempt->reason.empty() ? "Its outcome is not known." : life.attempt->reason;
  life.job.cancel_wished = false;  // who names it wants it, whatever was wished before
  JobStep step = linked(std::move(life), facts, event.remote_id, {});
  step.life.attempt->reason = doubt;
  step.acts.insert(step.acts.begin(), {ActKind::DropTransfer});
  return step;
}

JobStep on(JobLife life, const JobFacts& facts, const happened::EditWished& event) {
  switch (life.job.state) {
    case JobState::Waiting: case JobState::Queued: case JobState::Blocked: break;
    case JobState::Preparing:
      return refuse(std::move(life), "It is about to be sent: cancel it, or wait for what it makes.");
    case JobState::Sending: case JobState::Unknown: case JobState::Running: case JobState::Fetching:
      return refuse(std::move(life), "It was sent already, so it cannot be changed any more: make another one.");
    default:
      return refuse(std::move(life), "The job is " + std::string(to_string(life.job.state)) + " already: make another one.");
  }
  if (event.recipe.kind != life.job.recipe.kind) {
    return refuse(std::move(life), "It makes " + std::string(to_string(life.job.recipe.kind)) + "s, which cannot be changed: make another one.");
  }
  // What it has charged, and what is in doubt, are sums of one service in one currency.
  const bool is_elsewhere = event.recipe.provider != life.job.recipe.provider || event.currency != life.job.currency;
  if (is_elsewhere && life.job.in_doubt.micros > 0) {
    return refuse(std::move(life), "It may have charged " + format_money(life.job.in_doubt, life.job.currency) +
                                       " where it was sent before, so it cannot move to another service: say whether it was charged, or make another one.");
  }
  if (is_elsewhere && life.job.charged.micros > 0) {
    return refuse(std::move(life), "It has charged " + format_money(life.job.charged, life.job.currency) +
                                       " where it was sent before, so it cannot move to another service: make another one.");
  }
  const bool waits = is(life, JobState::Waiting);
  // What waits for a job goes on waiting, and still says why.
  std::string reason = waits ? life.job.reason : std::string();
  const JobCause cause = waits ? life.job.cause : JobCause::None;
  JobStep step = first(std::move(life), facts, "T0e", waits ? JobState::Waiting : JobState::Queued, std::move(reason));
  Job& job = step.life.job;
  job.cause = cause;
  // The picture it starts from may be filled in only when its own job is done.
  const std::vector<RecipeInput> inputs = std::move(job.recipe.inputs);
  job.recipe = event.recipe;
  job.recipe.inputs = inputs;
  job.recipe_digest = recipe_digest(job.recipe);
  job.estimate = event.estimate;
  job.currency = event.currency;
  job.not_before_ms = 0;
  step.life.tries = {};
  step.life.attempt.reset();  // another body under an old key could be taken for the old one
  if (!waits) step.acts.push_back({ActKind::QueueAgain});
  return step;
}

JobStep on(JobLife life, const JobFacts& facts, const happened::DismissWished&) {
  const JobState state = life.job.state;
  const bool has_failed = state == JobState::Failed || state == JobState::Refused || state == JobState::Expired || state == JobState::Quarantined;
  if (!has_failed) {
    return refuse(std::move(life), is_terminal(state) ? "There is nothing to dismiss: the job is " + std::string(to_string(state)) + "."
                                                      : "It is not over: cancel it instead.");
  }
  if (life.job.hold) return nothing(std::move(life));
  std::string reason = life.job.reason;
  const JobCause cause = life.job.cause;
  JobStep step = first(std::move(life), facts, "T15d", state, std::move(reason));
  step.life.job.cause = cause;
  step.life.job.hold = true;
  return step;
}

JobStep on(JobLife life, const JobFacts& facts, const happened::ChargeSaid& event) {
  if (event.charged && event.charged->micros < 0) return refuse(std::move(life), "What was charged cannot be below zero.");
  if (is(life, JobState::Unknown)) {
    const Money in_doubt = life.job.in_doubt + life.attempt->reserved;
    const Money spent = event.charged.value_or(in_doubt);
    JobStep step = first(std::move(life), facts, "T6", JobState::Failed, spent.micros > 0 ? "Given up." : "Given up: it was not charged.");
    say_charge(step, spent);
    step.life.job.in_doubt = in_doubt;  // until the commit, which settles it
    step.life.job.cause = JobCause::WrittenOff;
    step.life.job.hold = true;
    step.life.attempt->state = AttemptState::InDoubt;
    step.life.attempt->reason = step.life.job.reason;
    step.said = event;
    step.acts.push_back({ActKind::DropTransfer});
    return step;
  }
  if (life.job.in_doubt.micros <= 0) return refuse(std::move(life), "It is known what it was charged: there is nothing to say.");
  Job before = life.job;
  const bool speaks_of_it = life.attempt && life.attempt->state == AttemptState::InDoubt;
  JobStep step = first(std::move(life), facts, "T15c", before.state, speaks_of_it ? without_doubt(before.reason) : before.reason);
  step.life.job.cause = before.cause;
  step.life.job.refused_input = before.refused_input;
  step.said = event;
  const Money spent = event.charged.value_or(before.in_doubt);
  if (speaks_of_it) {
    if (spent.micros > 0) say_charge(step, spent);
    else step.life.job.reason += " It charged nothing.";
  }
  return step;
}

}  // namespace studio::steps
