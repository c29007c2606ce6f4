// The life of one job as values: what it is, what may happen to it, and what is to be done next. No I/O, no clock.
//
// `next(life, facts, event)` is the whole state machine. It answers with the changed rows, the money entries and new
// assets that belong into the same commit, and the acts that may be carried out only after that commit is on disk.
// docs/jobs.md has the table. Local jobs (is_local) know only QUEUED, RUNNING, DONE, FAILED and CANCELLED. An event that does not
// belong to the state changes nothing and is reported as a bug.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "model/asset.h"
#include "model/job.h"

namespace studio {

// --- what it is

// Counts that are only remembered while the program runs; a restart begins them anew.
struct JobTries {
  int put_off = 0;       // submits that could not leave or were not taken, in a row (throttling apart)
  int throttled = 0;     // in a row
  int replays = 0;       // in a row
  int polls_failed = 0;  // in a row
  int gone = 0;          // "unknown id" in a row
  int fetches_failed = 0;
  int checks_failed = 0;
  int cancels_failed = 0;
  bool service_stops = false;      // it has said so, asked to cancel
  bool addresses_renewed = false;  // after expired ones, fresh ones were asked for
  bool result_asked_anew = false;  // after damaged ones, what the service says of the result was asked for
};

struct JobLife {
  Job job;
  std::optional<Attempt> attempt;  // the newest one
  JobTries tries;
};

// --- what is known beside it

struct JobFacts {
  std::int64_t now_wall_ms = 0;
  std::int64_t now_mono_ms = 0;
  double jitter = 0.5;             // [0, 1), a fresh one each time
  double expected_secs = 5;        // of the model
  double poll_wait_secs = 0;       // until the next look, by jobs/poll_schedule.h; 0: by the plain rule
  bool is_late = false;            // it takes far longer than such jobs do, by the same
  bool service_cancels = false;    // from the provider's profile
  std::int64_t key_life_secs = 0;  // how long a key replays; 0: for ever
  std::int64_t intent_age_ms = -1;  // of the attempt by the monotonic clock; negative: the machine was started anew since
};

// --- what may happen

namespace happened {

// Before the send.
struct ParentsDone { Recipe recipe; std::vector<AssetId> parents; };  // the recipe with its inputs filled in
struct ParentFailed { std::string reason; };
// `key` is fresh. `estimate`: what such a job costs at most by what is known now; it only ever raises the job's own.
struct PlaceGranted { std::string key, provider, account, endpoint, model; Money estimate = {}; };
struct Held { std::string reason; JobCause cause = JobCause::None; Money estimate = {}; };  // no room in the budget, account stopped, service away; `estimate` as above
struct Released {};                                              // what held it is gone
struct PrepareStepDone { std::string prepare_state; };
struct PrepareFailed { Error error; bool transient = false; };
struct SubmitPlanned { std::string body_digest, submit_body, boot_id; bool replay_declared = false; };

// The paid request.
struct SubmitChained { std::string remote_state; };
struct ChainBroken { Error error; };  // a free request of the submit's chain failed; the paid one went well
struct SubmitAccepted { std::string remote_id, remote_state; double poll_after_secs = 0; bool id_is_taken = false; };
struct SubmitNotAccepted { Error error; bool transient = false; bool no_byte_left = false; };
struct SubmitUnclear { std::string reason, detail = {}; bool stops_account = false; std::string told_id = {}; };  // the id that the answer named
struct ReplayDue {};
struct ReplayPutOff { Error error; };          // it could not even be planned now
struct ReplayImpossible { std::string reason; };  // what would be sent is no longer what was sent
// By the service's own list or look-up (jobs/reconcile.h). `id_is_taken`: another attempt owns it, so it says nothing.
struct FoundAtService { std::string remote_id, remote_state; bool id_is_taken = false; };
struct AbsentAtService {};  // surely: it was never accepted

// The service's work.
struct PollPending { bool started = false; double progress = -1, eta_secs = 0, poll_after_secs = 0; };
struct PollChained { std::string remote_state; };
struct PollFailed { Error error; };
struct RemoteFinished { std::vector<RemoteOutput> outputs; std::optional<Money> cost; };  // by submit or poll
// Refused: by submit or poll; `input`: which one, where it is said. `cost`: what the service says it charged for that. Not said:
// `billed` is all that was set aside, or nothing. `perhaps_billed`: nobody knows; what was set aside stays so until a person says.
struct RemoteRefused { std::string reason; bool billed = false; std::optional<Money> cost = {}; std::string input = {}; bool perhaps_billed = false; };
// `may_retry`: whether the service says that the same again can help.
struct RemoteFailed { std::string reason; bool billed = false; std::optional<Money> cost = {}; bool perhaps_billed = false; std::optional<bool> may_retry = {}; std::string input = {}; };
struct RemoteCancelled { std::optional<Money> cost = {}; bool perhaps_billed = false; };
struct RemoteGone {};
struct CancelAccepted { bool stops = false; };  // otherwise it may go on all the same
struct CancelTooLate {};
struct CancelFailed { Error error; };

// The result.
struct FetchChained { std::string remote_state; };
struct FetchFailed { Error error; };
struct OutputExpired {};
struct BlobsStored { std::vector<RemoteOutput> outputs; };      // all of them, with the hash and size of what is in the vault
struct BlobsGone {};                                            // one of them is not in the vault any more
struct ResultChecked { std::vector<MediaSummary> media; };      // one per output
struct CheckFailed { Error error; bool crashed = false; };

// Local work.
struct LocalDone {};
struct LocalFailed { Error error; bool crashed = false; };  // the decoder
struct LocalMissing {};                                     // what it made is not there any more

// Wishes of the user.
struct CancelWished {};
struct RetryWished {};
struct ResubmitWished {};
struct WriteOffWished {};
struct LinkWished { std::string remote_id; bool id_is_taken = false; };  // "this is it": an id that the person found
struct EditWished { Recipe recipe; Money estimate; Currency currency = Currency::Usd; };  // its inputs stay what they are
struct DismissWished {};  // seen, and let be
// A person has looked it up: so much was charged for what is in doubt, or all that is reserved for it.
struct ChargeSaid { std::optional<Money> charged; };

// The program was started and found the job in this state.
struct Recovered {};

}  // namespace happened

using JobEvent = std::variant<
    happened::ParentsDone, happened::ParentFailed, happened::PlaceGranted, happened::Held, happened::Released,
    happened::PrepareStepDone, happened::PrepareFailed, happened::SubmitPlanned, happened::SubmitChained, happened::ChainBroken,
    happened::SubmitAccepted, happened::SubmitNotAccepted, happened::SubmitUnclear, happened::ReplayDue,
    happened::ReplayPutOff, happened::ReplayImpossible, happened::FoundAtService, happened::AbsentAtService,
    happened::PollPending, happened::PollChained, happened::PollFailed, happened::RemoteFinished,
    happened::RemoteRefused, happened::RemoteFailed, happened::RemoteCancelled, happened::RemoteGone,
    happened::CancelAccepted, happened::CancelTooLate, happened::CancelFailed, happened::FetchChained,
    happened::FetchFailed, happened::OutputExpired, happened::BlobsStored, happened::BlobsGone,
    happened::ResultChecked, happened::CheckFailed, happened::LocalDone, happened::LocalFailed, happened::LocalMissing,
    happened::CancelWished, happened::RetryWished,
    happened::ResubmitWished, happened::WriteOffWished, happened::LinkWished, happened::EditWished, happened::DismissWished,
    happened::ChargeSaid, happened::Recovered>;
std::string_view name_of(const JobEvent& event);  // "SubmitAccepted", for the log and the tests

// --- what is to be done next

enum class ActKind : std::uint8_t {
  QueueAgain,       // becomes ready for a place after the delay
  Prepare,          // the next free step, or the planning of the submit when there is none
  Submit,           // sends the planned paid request; its intent is durable
  Replay,           // sends the same body with the same key again; its intent is durable
  ReplayLater,
  FollowChain,      // sends the next request of the chain that the provider gave
  Poll,
  Fetch,
  Check,            // probes the blobs
  Work,             // does a local job
  CancelRemote,
  DropTransfer,     // what is on the wire for this job is of no use any more
  // Until a person has acted. A refused submit says nothing of what was accepted before it: no credit is left, and that is paid.
  StopSubmits,      // key or credit refused to what would be paid: nothing further of that; what is under way is looked at and fetched
  StopAccount,      // refused to a look or a download: nothing further at all
};
std::string_view to_string(ActKind kind);

struct JobAct {
  ActKind kind;
  double in_secs = 0;
};

enum class Saving : std::uint8_t {
  Nothing,  // only the counts changed
  Lazily,   // progress: may be lost, written at most every ten seconds
  First,    // the commit must be on disk before the acts and before anybody is told
};

// What a local job found out about its asset.
struct AssetVerdict {
  AssetState state = AssetState::Done;
  std::string reason;
};

struct JobStep {
  std::string bug;      // the event does not belong to this state: nothing changed
  std::string refusal;  // a wish that cannot be granted, in words: nothing changed
  JobLife life;
  Saving saving = Saving::Nothing;
  std::string_view name;           // "T2": research numbering, names the crash points
  bool attempt_is_new = false;     // to be added, not saved
  std::vector<MoneyEntry> money;   // of life.attempt; its id is filled in by who adds it
  std::vector<Asset> assets;       // to be added; the first one becomes job.asset
  std::optional<AssetVerdict> verdict;  // of job.asset
  // What a person said of the attempts of this job that are in doubt, of which the life knows the newest at most: whoever commits
  // the step settles each of them (settle_doubts), in the same commit.
  std::optional<happened::ChargeSaid> said;
  std::vector<JobAct> acts;
};

JobStep next(JobLife life, const JobFacts& facts, const JobEvent& event);

// Whether a job in this state can have an attempt in that one (invariant I1 among others). next() answers everything that does not
// fit with a bug: rows that a damaged ledger gives are not acted upon.
bool fit_together(JobState job, std::optional<AttemptState> attempt);

// Settles what is in doubt by a person's word: changes the attempts (those of one job, by id; the rest are left alone) and gives the
// entries of money. A sum is charged to the oldest first; what is more than was reserved, to the newest.
std::vector<MoneyEntry> settle_doubts(std::vector<Attempt>& attempts, const happened::ChargeSaid& said, std::int64_t now_wall_ms);
// Job::charged and Job::in_doubt, by its attempts.
void count_charges(Job& job, const std::vector<Attempt>& attempts);

// True when a person, not time, is needed: an unknown outcome without replay, a held job, a service that did not answer
// many times in a row. (A Waiting job's answer depends on its parents.)
bool needs_person(const JobLife& life);

// The sentence of an unknown outcome: with what was answered (attempt.reason), and what a person can do.
std::string may_have_been_charged(const Attempt& attempt);

}  // namespace studio
