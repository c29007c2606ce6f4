#include <set>

#include "model/asset.h"
#include "model/job.h"
#include "support/catch.h"

using namespace studio;

TEST_CASE("the names of job states are the public ones and read back") {
  // The list of the command line's interface.
  const std::set<std::string> expected = {"waiting", "queued", "preparing", "sending", "unknown", "running", "fetching",
                                          "done", "failed", "refused", "blocked", "cancelled", "expired", "quarantined"};
  std::set<std::string> seen;
  for (int i = 0; i < job_state_count; ++i) {
    const auto state = static_cast<JobState>(i);
    seen.insert(std::string(to_string(state)));
    CHECK(job_state_from(to_string(state)) == state);
  }
  CHECK(seen == expected);
  CHECK_FALSE(job_state_from("paused"));
}

TEST_CASE("money in doubt and work that waits for a person are not over") {
  for (const JobState state : {JobState::Unknown, JobState::Blocked, JobState::Waiting, JobState::Sending, JobState::Fetching}) CHECK_FALSE(is_terminal(state));
  for (const JobState state : {JobState::Done, JobState::Failed, JobState::Refused, JobState::Cancelled, JobState::Expired, JobState::Quarantined}) CHECK(is_terminal(state));
}

TEST_CASE("an attempt is open exactly while it may still cost money or bring a result") {
  const std::set<AttemptState> open = {AttemptState::Reserved, AttemptState::Preparing, AttemptState::Sending, AttemptState::Submitted,
                                       AttemptState::Unknown, AttemptState::RemoteDone, AttemptState::Fetched};
  for (int i = 0; i < 16; ++i) {
    const auto state = static_cast<AttemptState>(i);
    CHECK(is_open(state) == open.contains(state));
    CHECK(attempt_state_from(to_string(state)) == state);
  }
}

TEST_CASE("marks, asset states and kinds read back") {
  for (const Mark mark : {Mark::None, Mark::Pick, Mark::Reject}) CHECK(mark_from(to_string(mark)) == mark);
  for (const AssetState state : {AssetState::Done, AssetState::Missing, AssetState::Quarantined}) CHECK(asset_state_from(to_string(state)) == state);
  for (const MediaKind kind : {MediaKind::Image, MediaKind::Video, MediaKind::Audio}) CHECK(media_kind_from(to_string(kind)) == kind);
}
