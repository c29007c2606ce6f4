#include "jobs/lanes.h"

#include "support/catch.h"

using namespace studio;

namespace {
const LaneKey images{"sandbox", MediaKind::Image};
const LaneKey clips{"sandbox", MediaKind::Video};
const auto always = [](JobId) { return true; };
}  // namespace

TEST_CASE("a lane grants in order and never more than its limit") {
  Lanes lanes;
  lanes.set_limit(images, 2);
  for (int i = 5; i >= 1; --i) lanes.note(JobId{i}, images, JobState::Queued);
  CHECK(lanes.next(always) == std::vector<JobId>{JobId{1}, JobId{2}});
  lanes.note(JobId{1}, images, JobState::Preparing);
  CHECK(lanes.next(always) == std::vector<JobId>{JobId{2}});
  lanes.note(JobId{2}, images, JobState::Sending);
  CHECK(lanes.next(always).empty());
  lanes.note(JobId{1}, images, JobState::Running);
  CHECK(lanes.next(always).empty());
  lanes.note(JobId{1}, images, JobState::Fetching);  // the service is through with it
  CHECK(lanes.next(always) == std::vector<JobId>{JobId{3}});
  CHECK(lanes.in_flight(images) == 1);
  CHECK(lanes.queued(images) == 3);
}

TEST_CASE("media have lanes of their own") {
  Lanes lanes;
  lanes.set_limit(images, 1);
  lanes.set_limit(clips, 1);
  lanes.note(JobId{1}, images, JobState::Running);
  lanes.note(JobId{2}, images, JobState::Queued);
  lanes.note(JobId{3}, clips, JobState::Queued);
  CHECK(lanes.next(always) == std::vector<JobId>{JobId{3}});
}

TEST_CASE("a job that is not ready is passed over, not waited for") {
  Lanes lanes;
  lanes.set_limit(images, 1);
  lanes.note(JobId{1}, images, JobState::Queued);
  lanes.note(JobId{2}, images, JobState::Queued);
  CHECK(lanes.next([](JobId job) { return job.value == 2; }) == std::vector<JobId>{JobId{2}});
}

TEST_CASE("only preparing, sending and running hold a place") {
  int holding = 0;
  for (int i = 0; i < job_state_count; ++i) holding += holds_place(static_cast<JobState>(i)) ? 1 : 0;
  CHECK(holding == 3);
  CHECK(holds_place(JobState::Preparing));
  CHECK(holds_place(JobState::Sending));
  CHECK(holds_place(JobState::Running));
}
