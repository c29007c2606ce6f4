// Shared by the sources of the state machine: how a step is begun and how the usual endings are written. Not for others.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "jobs/life.h"

namespace studio::steps {

// The three answers of a step that is not taken.
JobStep bug(JobLife life);
JobStep refuse(JobLife life, std::string sentence);
JobStep nothing(JobLife life, std::vector<JobAct> acts = {});

// A step that is durable before anything follows from it. Its trouble, if it has one, is named afterwards (job.cause).
JobStep first(JobLife life, const JobFacts& facts, std::string_view name, JobState state, std::string reason);

// Money of the attempt: what was set aside goes back, or becomes what was spent.
void release(JobStep& step, const JobFacts& facts);
void settle(JobStep& step, const JobFacts& facts, Money spent);
// What the service said it charged, else what was set aside.
Money cost_of(const Attempt& attempt);
// For an end without a result: what the service says it cost; where it says nothing all of it or, not billed, nothing.
std::optional<Money> believable(const std::optional<Money>& stated);
Money cost_of_ending(const Attempt& attempt, const std::optional<Money>& stated, bool billed);
// An end of which nobody says whether it was charged: its sum stays reserved, and the job says so. False: the service has stated
// a sum, or there is none; nothing was done.
bool leave_in_doubt(JobStep& step, const std::optional<Money>& stated);
// The sentence without what leave_in_doubt() added.
std::string without_doubt(std::string reason);
// Such an end in the books.
void settle_ending(JobStep& step, const JobFacts& facts, Money spent);

// The attempt surely was not accepted: back into the queue, to a person, or over.
JobStep not_accepted(JobLife life, const JobFacts& facts, const Error& error, bool transient, bool no_byte_left,
                     std::string_view name);

// Endings.
JobStep cancelled_unpaid(JobLife life, const JobFacts& facts);
JobStep refused(JobLife life, const JobFacts& facts, const happened::RemoteRefused& event, std::string_view name);
JobStep remote_done(JobLife life, const JobFacts& facts, const happened::RemoteFinished& event);
// Its result was made; only its files are gone.
JobStep expired(JobLife life, const JobFacts& facts, std::string reason);
// Nothing was ever said of it but that it was taken.
JobStep forgotten(JobLife life, const JobFacts& facts);
// An attempt of unknown outcome turned out to be this job of the service.
JobStep linked(JobLife life, const JobFacts& facts, const std::string& remote_id, const std::string& remote_state);
// A person has linked it, and the service has not said a word of that id yet. It does: confirm(). It knows no such job: unlinked().
bool is_only_linked(const Attempt& attempt);
void confirm(Attempt& attempt);
JobStep unlinked(JobLife life, const JobFacts& facts);
JobStep to_unknown(JobLife life, const JobFacts& facts, const std::string& reason, const std::string& detail, double retry_after_secs = 0);

bool is(const JobLife& life, JobState state);
bool is(const JobLife& life, JobState state, AttemptState attempt);
// Until the next look: what the schedule says, which knows the server's word too, or the plain rule.
double poll_wait_secs(const JobFacts& facts, bool is_first, double server_says_secs);
// The machine may send the same key again.
bool may_replay(const JobLife& life, const JobFacts& facts);

// A sentence that ends with a full stop.
std::string sentence(std::string text);
// Adds to the sentence what an attempt that gave nothing has charged; nothing when it was free.
void say_charge(JobStep& step, Money spent);

// One overload an event, each in the file of its part of the life.
JobStep on(JobLife, const JobFacts&, const happened::ParentsDone&);
JobStep on(JobLife, const JobFacts&, const happened::ParentFailed&);
JobStep on(JobLife, const JobFacts&, const happened::PlaceGranted&);
JobStep on(JobLife, const JobFacts&, const happened::Held&);
JobStep on(JobLife, const JobFacts&, const happened::Released&);
JobStep on(JobLife, const JobFacts&, const happened::PrepareStepDone&);
JobStep on(JobLife, const JobFacts&, const happened::PrepareFailed&);
JobStep on(JobLife, const JobFacts&, const happened::SubmitPlanned&);
JobStep on(JobLife, const JobFacts&, const happened::SubmitChained&);
JobStep on(JobLife, const JobFacts&, const happened::ChainBroken&);
JobStep on(JobLife, const JobFacts&, const happened::SubmitAccepted&);
JobStep on(JobLife, const JobFacts&, const happened::SubmitNotAccepted&);
JobStep on(JobLife, const JobFacts&, const happened::SubmitUnclear&);
JobStep on(JobLife, const JobFacts&, const happened::ReplayDue&);
JobStep on(JobLife, const JobFacts&, const happened::ReplayPutOff&);
JobStep on(JobLife, const JobFacts&, const happened::ReplayImpossible&);
JobStep on(JobLife, const JobFacts&, const happened::FoundAtService&);
JobStep on(JobLife, const JobFacts&, const happened::AbsentAtService&);
JobStep on(JobLife, const JobFacts&, const happened::PollPending&);
JobStep on(JobLife, const JobFacts&, const happened::PollChained&);
JobStep on(JobLife, const JobFacts&, const happened::PollFailed&);
JobStep on(JobLife, const JobFacts&, const happened::RemoteFinished&);
JobStep on(JobLife, const JobFacts&, const happened::RemoteRefused&);
JobStep on(JobLife, const JobFacts&, const happened::RemoteFailed&);
JobStep on(JobLife, const JobFacts&, const happened::RemoteCancelled&);
JobStep on(JobLife, const JobFacts&, const happened::RemoteGone&);
JobStep on(JobLife, const JobFacts&, const happened::CancelAccepted&);
JobStep on(JobLife, const JobFacts&, const happened::CancelTooLate&);
JobStep on(JobLife, const JobFacts&, const happened::CancelFailed&);
JobStep on(JobLife, const JobFacts&, const happened::FetchChained&);
JobStep on(JobLife, const JobFacts&, const happened::FetchFailed&);
JobStep on(JobLife, const JobFacts&, const happened::OutputExpired&);
JobStep on(JobLife, const JobFacts&, const happened::BlobsStored&);
JobStep on(JobLife, const JobFacts&, const happened::BlobsGone&);
JobStep on(JobLife, const JobFacts&, const happened::ResultChecked&);
JobStep on(JobLife, const JobFacts&, const happened::CheckFailed&);
JobStep on(JobLife, const JobFacts&, const happened::CancelWished&);
JobStep on(JobLife, const JobFacts&, const happened::RetryWished&);
JobStep on(JobLife, const JobFacts&, const happened::ResubmitWished&);
JobStep on(JobLife, const JobFacts&, const happened::WriteOffWished&);
JobStep on(JobLife, const JobFacts&, const happened::LinkWished&);
JobStep on(JobLife, const JobFacts&, const happened::EditWished&);
JobStep on(JobLife, const JobFacts&, const happened::DismissWished&);
JobStep on(JobLife, const JobFacts&, const happened::ChargeSaid&);
JobStep on(JobLife, const JobFacts&, const happened::Recovered&);
JobStep on(JobLife, const JobFacts&, const happened::LocalDone&);
JobStep on(JobLife, const JobFacts&, const happened::LocalFailed&);
JobStep on(JobLife, const JobFacts&, const happened::LocalMissing&);

// Local jobs: all that may happen to one, and what never does.
JobStep on_local(JobLife, const JobFacts&, const happened::PlaceGranted&);
JobStep on_local(JobLife, const JobFacts&, const happened::LocalDone&);
JobStep on_local(JobLife, const JobFacts&, const happened::LocalFailed&);
JobStep on_local(JobLife, const JobFacts&, const happened::LocalMissing&);
JobStep on_local(JobLife, const JobFacts&, const happened::CancelWished&);
JobStep on_local(JobLife, const JobFacts&, const happened::RetryWished&);
JobStep on_local(JobLife, const JobFacts&, const happened::ResubmitWished&);
JobStep on_local(JobLife, const JobFacts&, const happened::WriteOffWished&);
JobStep on_local(JobLife, const JobFacts&, const happened::LinkWished&);
JobStep on_local(JobLife, const JobFacts&, const happened::EditWished&);
JobStep on_local(JobLife, const JobFacts&, const happened::DismissWished&);
JobStep on_local(JobLife, const JobFacts&, const happened::ChargeSaid&);
JobStep on_local(JobLife, const JobFacts&, const happened::Recovered&);
template <class PaidEvent>
JobStep on_local(JobLife life, const JobFacts&, const PaidEvent&) { return bug(std::move(life)); }

}  // namespace studio::steps
