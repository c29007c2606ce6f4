#include "jobs/lanes.h"

#include "support/catch.h"

using namespace studio;

namespace {
const LaneKey images{"sandbox", MediaKind::Image};
const LaneKey clips{"sandbox", MediaKind::Video};
// As the engine does it, for a job that nobody moved.
void note(Lanes& lanes, std::int64_t job, const LaneKey& lane, JobState state) {
  lanes.note(JobId{job}, lane, state, rank_of(JobId{job}, Priority::Normal, 0));
  lanes.make_ready(JobId{job});
}

std::vector<JobId> ids(std::initializer_list<std::int64_t> values) {
  std::vector<JobId> jobs;
  for (const std::int64_t value : values) jobs.push_back(JobId{value});
  return jobs;
}

const auto always = [](JobId) { return true; };
}  // namespace

TEST_CASE("a lane grants in order and never more than its limit") {
  Lanes lanes;
  lanes.set_limit(images, 2);
  for (int i = 5; i >= 1; --i) note(lanes, i, images, JobState::Queued);
  CHECK(lanes.next(always) == ids({1, 2}));
  note(lanes, 1, images, JobState::Preparing);
  CHECK(lanes.next(always) == ids({2}));
  note(lanes, 2, images, JobState::Sending);
  CHECK(lanes.next(always).empty());
  note(lanes, 1, images, JobState::Running);
  CHECK(lanes.next(always).empty());
  note(lanes, 1, images, JobState::Fetching);  // the service is through with it
  CHECK(lanes.next(always) == ids({3}));
  CHECK(lanes.in_flight(images) == 1);
  CHECK(lanes.queued(images) == 3);
}

TEST_CASE("media have lanes of their own") {
  Lanes lanes;
  lanes.set_limit(images, 1);
  lanes.set_limit(clips, 1);
  note(lanes, 1, images, JobState::Running);
  note(lanes, 2, images, JobState::Queued);
  note(lanes, 3, clips, JobState::Queued);
  CHECK(lanes.next(always) == ids({3}));
}

TEST_CASE("a job that is not ready is passed over, not waited for") {
  Lanes lanes;
  lanes.set_limit(images, 1);
  lanes.note(JobId{1}, images, JobState::Queued, rank_of(JobId{1}, Priority::Normal, 0));
  note(lanes, 2, images, JobState::Queued);
  note(lanes, 3, images, JobState::Queued);
  CHECK(lanes.next(always) == ids({2}));
  CHECK(lanes.next([](JobId job) { return job.value == 3; }) == ids({3}));
  CHECK(lanes.queued(images) == 3);
  lanes.make_ready(JobId{1});
  CHECK(lanes.next(always) == ids({1}));
}

TEST_CASE("a lane follows priorities and places, also when they change while jobs wait") {
  Lanes lanes;
  lanes.set_limit(images, 9);
  for (int i = 1; i <= 4; ++i) note(lanes, i, images, JobState::Queued);
  lanes.set_rank(rank_of(JobId{3}, Priority::High, 0));
  lanes.set_rank(rank_of(JobId{1}, Priority::Low, 0));
  CHECK(lanes.next(always) == ids({3, 2, 4, 1}));
  lanes.set_rank({Priority::Normal, usual_place(JobId{2}) - 1, JobId{4}});
  CHECK(lanes.next(always) == ids({3, 4, 2, 1}));
  // It keeps its rank and its turn when something else about it changes (its recipe, for one).
  lanes.note(JobId{4}, images, JobState::Queued, {Priority::Normal, usual_place(JobId{2}) - 1, JobId{4}});
  CHECK(lanes.next(always) == ids({3, 4, 2, 1}));
  // Another lane: gone from the old one, ready in the new one.
  lanes.note(JobId{4}, clips, JobState::Queued, rank_of(JobId{4}, Priority::Normal, 0));
  CHECK(lanes.queued(images) == 3);
  CHECK(lanes.queued(clips) == 1);
  CHECK(lanes.next(always) == ids({3, 2, 1, 4}));
  for (int i = 1; i <= 4; ++i) lanes.forget(JobId{i});
  CHECK(lanes.next(always).empty());
  CHECK(lanes.queued(images) == 0);
}

TEST_CASE("ten thousand jobs that are not ready cost a grant nothing") {
  Lanes lanes;
  lanes.set_limit(images, 4);
  for (int i = 1; i <= 10'000; ++i) lanes.note(JobId{i}, images, JobState::Queued, rank_of(JobId{i}, Priority::Normal, 0));
  note(lanes, 10'001, images, JobState::Queued);
  int looked_at = 0;
  const auto granted = lanes.next([&](JobId) { return ++looked_at > 0; });
  CHECK(granted == ids({10'001}));
  CHECK(looked_at == 1);
}

TEST_CASE("only preparing, sending and running hold a place") {
  int holding = 0;
  for (int i = 0; i < job_state_count; ++i) holding += holds_place(static_cast<JobState>(i)) ? 1 : 0;
  CHECK(holding == 3);
  CHECK(holds_place(JobState::Preparing));
  CHECK(holds_place(JobState::Sending));
  CHECK(holds_place(JobState::Running));
}
