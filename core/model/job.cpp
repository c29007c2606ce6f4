#include "model/job.h"

#include <array>

#include "base/names.h"

namespace studio {
namespace {

constexpr std::array<std::string_view, job_state_count> job_state_names = {
    "waiting", "queued", "preparing", "sending", "unknown", "running", "fetching",
    "done", "failed", "refused", "blocked", "cancelled", "expired", "quarantined"};

constexpr std::array<std::string_view, job_cause_count> job_cause_names = {
    "", "key", "cap", "spending", "price", "service", "parent", "unknown",
    "moderation", "rejected", "input", "service_failed", "expired", "result", "written_off"};

constexpr std::array<std::string_view, 17> attempt_state_names = {
    "reserved", "preparing", "sending", "submitted", "unknown", "remote_done", "fetched", "settled",
    "not_sent", "refused", "failed_free", "failed_billed", "cancelled_before_send", "cancelled_remote", "expired", "written_off",
    "in_doubt"};

}  // namespace

std::string_view to_string(JobState state) { return job_state_names[static_cast<std::size_t>(state)]; }
std::optional<JobState> job_state_from(std::string_view text) { return find_name<JobState>(job_state_names, text); }

bool is_terminal(JobState state) {
  switch (state) {
    case JobState::Done: case JobState::Failed: case JobState::Refused: case JobState::Cancelled:
    case JobState::Expired: case JobState::Quarantined: return true;
    default: return false;
  }
}

bool is_local(JobKind kind) { return kind != JobKind::Generate; }
std::string_view to_string(JobKind kind) { return kind == JobKind::Poster ? "poster" : "generate"; }
std::optional<JobKind> job_kind_from(std::string_view text) {
  if (text == "generate") return JobKind::Generate;
  if (text == "poster") return JobKind::Poster;
  return std::nullopt;
}

std::string_view to_string(JobCause cause) { return job_cause_names[static_cast<std::size_t>(cause)]; }
std::optional<JobCause> job_cause_from(std::string_view text) { return find_name<JobCause>(job_cause_names, text); }

std::string_view to_string(AttemptState state) { return attempt_state_names[static_cast<std::size_t>(state)]; }
std::optional<AttemptState> attempt_state_from(std::string_view text) {
  return find_name<AttemptState>(attempt_state_names, text);
}

bool is_open(AttemptState state) {
  switch (state) {
    case AttemptState::Reserved: case AttemptState::Preparing: case AttemptState::Sending: case AttemptState::Submitted:
    case AttemptState::Unknown: case AttemptState::RemoteDone: case AttemptState::Fetched: return true;
    default: return false;
  }
}

std::string_view to_string(MoneyKind kind) {
  switch (kind) {
    case MoneyKind::Reserve: return "reserve";
    case MoneyKind::Release: return "release";
    case MoneyKind::Settle: return "settle";
  }
  return "reserve";
}

}  // namespace studio
