#include "jobs/life.h"

#include <algorithm>
#include <iterator>

#include "jobs/steps.h"

namespace studio {
namespace {

// In the order of the variant; an array without a size, so that a missing name does not become an empty one.
constexpr std::string_view event_names[] = {
    "ParentsDone",     "ParentFailed",   "PlaceGranted",      "Held",             "Released",         "PrepareStepDone",
    "PrepareFailed",   "SubmitPlanned",  "SubmitChained",     "ChainBroken",      "SubmitAccepted",   "SubmitNotAccepted",
    "SubmitUnclear",   "ReplayDue",      "ReplayPutOff",      "ReplayImpossible", "FoundAtService",   "AbsentAtService",
    "PollPending",     "PollChained",    "PollFailed",        "RemoteFinished",   "RemoteRefused",    "RemoteFailed",
    "RemoteCancelled", "RemoteGone",     "CancelAccepted",    "CancelTooLate",    "CancelFailed",     "FetchChained",
    "FetchFailed",     "OutputExpired",  "BlobsStored",       "BlobsGone",        "ResultChecked",    "CheckFailed",
    "LocalDone",       "LocalFailed",    "LocalMissing",      "CancelWished",     "RetryWished",      "ResubmitWished",
    "WriteOffWished",  "LinkWished",     "EditWished",
    "DismissWished",   "ChargeSaid",     "Recovered"};
static_assert(std::size(event_names) == std::variant_size_v<JobEvent>);

// Failures in a row after which waiting alone is no longer a plan.
constexpr int many = 10;

}  // namespace

std::string_view name_of(const JobEvent& event) { return event_names[event.index()]; }

std::string_view to_string(ActKind kind) {
  switch (kind) {
    case ActKind::QueueAgain: return "queue again";
    case ActKind::Prepare: return "prepare";
    case ActKind::Submit: return "submit";
    case ActKind::Replay: return "replay";
    case ActKind::ReplayLater: return "replay later";
    case ActKind::FollowChain: return "follow chain";
    case ActKind::Poll: return "poll";
    case ActKind::Fetch: return "fetch";
    case ActKind::Check: return "check";
    case ActKind::Work: return "work";
    case ActKind::CancelRemote: return "cancel remote";
    case ActKind::DropTransfer: return "drop transfer";
    case ActKind::StopSubmits: return "stop submits";
    case ActKind::StopAccount: return "stop account";
  }
  return "?";
}

bool fit_together(JobState job, std::optional<AttemptState> attempt) {
  switch (job) {
    case JobState::Preparing: return attempt == AttemptState::Reserved || attempt == AttemptState::Preparing;
    case JobState::Sending: return attempt == AttemptState::Sending;
    case JobState::Unknown: return attempt == AttemptState::Unknown;
    case JobState::Running: return attempt == AttemptState::Submitted;
    case JobState::Fetching: return attempt == AttemptState::RemoteDone || attempt == AttemptState::Fetched;
    // Not sent yet, or over: an attempt that is still open would be lost.
    default: return !attempt || !is_open(*attempt);
  }
}

std::vector<MoneyEntry> settle_doubts(std::vector<Attempt>& attempts, const happened::ChargeSaid& said, std::int64_t now_wall_ms) {
  std::vector<Attempt*> open;
  for (Attempt& attempt : attempts) {
    if (attempt.state == AttemptState::InDoubt) open.push_back(&attempt);
  }
  std::vector<MoneyEntry> entries;
  std::optional<Money> left = said.charged;
  for (Attempt* attempt : open) {
    const bool is_newest = attempt == open.back();
    const Money spent = !left ? attempt->reserved : is_newest ? *left : std::min(*left, attempt->reserved);
    if (left) left = *left - spent;
    attempt->settled = spent;
    attempt->state = spent.micros > 0 ? AttemptState::FailedBilled : AttemptState::FailedFree;
    attempt->reason = steps::without_doubt(std::move(attempt->reason));
    if (spent < attempt->reserved) {
      entries.push_back({attempt->id, MoneyKind::Release, attempt->reserved - spent, attempt->currency, now_wall_ms});
    }
    if (spent.micros > 0) entries.push_back({attempt->id, MoneyKind::Settle, spent, attempt->currency, now_wall_ms});
  }
  return entries;
}

void count_charges(Job& job, const std::vector<Attempt>& attempts) {
  job.charged = job.in_doubt = {};
  for (const Attempt& attempt : attempts) {
    if (attempt.state == AttemptState::InDoubt) job.in_doubt += attempt.reserved;
    else if (!is_open(attempt.state)) job.charged += attempt.settled;
  }
}

bool needs_person(const JobLife& life) {
  switch (life.job.state) {
    case JobState::Blocked: return true;
    case JobState::Queued: return life.tries.put_off >= many;
    case JobState::Unknown: return !life.attempt || !life.attempt->replay_declared || life.job.hold || life.tries.replays >= many;
    case JobState::Sending: case JobState::Running: return life.tries.polls_failed >= many;
    case JobState::Fetching:
      return life.tries.fetches_failed >= many || life.tries.checks_failed >= many || life.tries.polls_failed >= many;
    default: return false;
  }
}

std::string may_have_been_charged(const Attempt& attempt) {
  std::string words = "It may have been charged " + format_money(attempt.reserved, attempt.currency) + ": it was sent, and its outcome is not known. ";
  if (!attempt.reason.empty()) words += steps::sentence(attempt.reason) + " ";
  if (attempt.told_id.empty()) return words + "Send it again (it may pay twice), or write it off.";
  return words + "The answer named the id " + attempt.told_id + ". Link that id, send it again (it may pay twice), or write it off.";
}

}  // namespace studio
