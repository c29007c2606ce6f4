// Local jobs: queued → running → done, failed or cancelled. They cost nothing, so what a crash interrupts is done again.
#include "jobs/steps.h"

namespace studio::steps {
namespace {

JobStep queue_anew(JobLife life, const JobFacts& facts, std::string_view name) {
  JobStep step = first(std::move(life), facts, name, JobState::Queued, {});
  step.life.job.cancel_wished = false;
  step.acts.push_back({ActKind::QueueAgain});
  return step;
}

}  // namespace

// A paid job never hears of these.
JobStep on(JobLife life, const JobFacts&, const happened::LocalDone&) { return bug(std::move(life)); }
JobStep on(JobLife life, const JobFacts&, const happened::LocalFailed&) { return bug(std::move(life)); }
JobStep on(JobLife life, const JobFacts&, const happened::LocalMissing&) { return bug(std::move(life)); }

JobStep on_local(JobLife life, const JobFacts& facts, const happened::PlaceGranted&) {
  if (!is(life, JobState::Queued)) return bug(std::move(life));
  JobStep step = first(std::move(life), facts, "L1", JobState::Running, {});
  step.acts.push_back({ActKind::Work});
  return step;
}

JobStep on_local(JobLife life, const JobFacts& facts, const happened::LocalDone&) {
  if (!is(life, JobState::Running)) return bug(std::move(life));
  return first(std::move(life), facts, "L2", JobState::Done, {});
}

JobStep on_local(JobLife life, const JobFacts& facts, const happened::LocalFailed& event) {
  if (!is(life, JobState::Running)) return bug(std::move(life));
  // A decoder that dies or hangs may have been unlucky once; twice is the file's fault.
  const bool counts = event.crashed || event.error.kind == ErrorKind::Timeout;
  if (counts && ++life.job.local_tries < 2) return queue_anew(std::move(life), facts, "L3");
  JobStep step = first(std::move(life), facts, "L3", JobState::Failed, sentence(event.error.message));
  if (counts) {
    step.verdict = AssetVerdict{AssetState::Quarantined, "It crashed the decoder twice: it is kept, but never opened again."};
  } else if (event.error.kind == ErrorKind::NotFound) {
    step.verdict = AssetVerdict{AssetState::Missing, "Its file is not in the project any more."};
  } else if (event.error.kind == ErrorKind::Damaged) {
    step.verdict = AssetVerdict{AssetState::Quarantined, "Its file cannot be read: " + event.error.message};
  }
  return step;  // what is wrong with this machine says nothing about the file: tried again at the next start
}

JobStep on_local(JobLife life, const JobFacts& facts, const happened::LocalMissing&) {
  if (is(life, JobState::Queued) || is(life, JobState::Running)) return nothing(std::move(life));  // it is coming
  if (is(life, JobState::Cancelled)) return nothing(std::move(life));                              // a person did not want it
  return queue_anew(std::move(life), facts, "L5");
}

JobStep on_local(JobLife life, const JobFacts& facts, const happened::CancelWished&) {
  if (!is(life, JobState::Queued) && !is(life, JobState::Running)) {
    return refuse(std::move(life), "There is nothing to cancel: the job is " + std::string(to_string(life.job.state)) + " already.");
  }
  JobStep step = first(std::move(life), facts, "L4", JobState::Cancelled, "Cancelled.");
  step.life.job.cancel_wished = true;
  return step;
}

JobStep on_local(JobLife life, const JobFacts& facts, const happened::RetryWished&) {
  if (is(life, JobState::Done)) return refuse(std::move(life), "There is nothing to retry: the job is done.");
  if (is(life, JobState::Queued) || is(life, JobState::Running)) return refuse(std::move(life), "It is under way already.");
  life.job.local_tries = 0;
  return queue_anew(std::move(life), facts, "L5");
}

JobStep on_local(JobLife life, const JobFacts&, const happened::ResubmitWished&) {
  return refuse(std::move(life), "It is work of this machine, and nothing was sent: retry it instead.");
}
JobStep on_local(JobLife life, const JobFacts&, const happened::WriteOffWished&) {
  return refuse(std::move(life), "It is work of this machine: there is nothing to write off.");
}

JobStep on_local(JobLife life, const JobFacts&, const happened::LinkWished&) {
  return refuse(std::move(life), "It is work of this machine: no service has it.");
}

JobStep on_local(JobLife life, const JobFacts&, const happened::EditWished&) {
  return refuse(std::move(life), "It is work of this machine, which has no recipe.");
}

JobStep on_local(JobLife life, const JobFacts&, const happened::DismissWished&) {
  return refuse(std::move(life), "It is work of this machine, which needs nobody.");
}

JobStep on_local(JobLife life, const JobFacts&, const happened::ChargeSaid&) {
  return refuse(std::move(life), "It is work of this machine, which costs nothing.");
}

JobStep on_local(JobLife life, const JobFacts& facts, const happened::Recovered&) {
  if (is(life, JobState::Running)) return queue_anew(std::move(life), facts, "L5");
  if (is(life, JobState::Queued)) return nothing(std::move(life), {{ActKind::QueueAgain}});
  return nothing(std::move(life));
}

}  // namespace studio::steps
