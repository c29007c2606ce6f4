#include "jobs/latency_clocks.h"

#include "support/catch.h"

using namespace studio;

namespace {

Recipe recipe_of(std::string model, int width, int height, double seconds = 0) {
  Recipe recipe;
  recipe.kind = seconds > 0 ? MediaKind::Video : MediaKind::Image;
  recipe.provider = "fal";
  recipe.model = std::move(model);
  recipe.width = width;
  recipe.height = height;
  recipe.seconds = seconds;
  return recipe;
}

}  // namespace

TEST_CASE("latencies are told apart by service, model, medium, length and size") {
  CHECK(latency_key_of(recipe_of("flux/dev", 1024, 1024)) == "fal|flux/dev|image|0|20");
  CHECK(latency_key_of(recipe_of("flux/dev", 1280, 720)) == "fal|flux/dev|image|0|20");
  CHECK(latency_key_of(recipe_of("flux/dev", 512, 512)) == "fal|flux/dev|image|0|18");
  CHECK(latency_key_of(recipe_of("flux/dev", 1920, 1080)) == "fal|flux/dev|image|0|21");
  CHECK(latency_key_of(recipe_of("kling", 0, 0, 5)) == "fal|kling|video|2|0");
  CHECK(latency_key_of(recipe_of("kling", 0, 0, 5.1)) == "fal|kling|video|3|0");
  CHECK(latency_key_of(recipe_of("kling", 0, 0, 3)) == "fal|kling|video|1|0");
  CHECK(latency_key_of(recipe_of("kling", 0, 0, 600)) == "fal|kling|video|9|0");
}

TEST_CASE("prompt, seed and inputs do not tell latencies apart") {
  Recipe one = recipe_of("flux/dev", 1024, 1024), other = one;
  other.prompt = "a boat";
  other.seed = 5;
  other.inputs = {{"image", "aa"}};
  CHECK(latency_key_of(one) == latency_key_of(other));
}

TEST_CASE("a job lies between the last look that found it at work and the first that found it done") {
  JobSighting sighting = sighted_at_start(100);
  note_look(sighting, 105, ServiceStage::NotShown);
  note_look(sighting, 110, ServiceStage::NotShown);
  const FinishedLatency latency = latency_of(sighting, 114, 9'000);
  CHECK(latency.whole == LatencySample{9'000, 10, 14});
  CHECK_FALSE(latency.by_first_look);
  CHECK_FALSE(latency.queued);
  CHECK_FALSE(latency.running);
}

TEST_CASE("a job that the first look found done may have ended at any time before") {
  const FinishedLatency latency = latency_of(sighted_at_start(100), 107, 9'000);
  CHECK(latency.whole == LatencySample{9'000, 0, 7});
  CHECK(latency.by_first_look);
}

TEST_CASE("a job that ended while the program was away teaches nothing, unless it was seen at work after that") {
  JobSighting sighting = sighted_after_restart(100, 3'700);
  CHECK_FALSE(latency_of(sighting, 3'701, 1).whole);
  CHECK_FALSE(latency_of(sighting, 3'701, 1).by_first_look);
  CHECK(latency_of(sighting, 3'701, 1, {1'000, 0, 61'000}).whole == LatencySample{1, 60, 60});  // the service knows
  note_look(sighting, 3'701, ServiceStage::NotShown);
  CHECK(latency_of(sighting, 3'706, 1).whole == LatencySample{1, 3'601, 3'606});
  LatencyClocks clocks;
  CHECK_FALSE(add_latency(clocks, latency_of(sighted_after_restart(0, 50), 51, 1)));
  CHECK(clocks.whole.record().samples.empty());
}

TEST_CASE("where the queue is shown, its end and the work lie between looks of their own") {
  JobSighting sighting = sighted_at_start(0);
  note_look(sighting, 10, ServiceStage::Queued, 7);
  CHECK(sighting.queue_position == 7);
  note_look(sighting, 20, ServiceStage::Queued, 2);
  note_look(sighting, 30, ServiceStage::Running);
  CHECK(sighting.queue_position == 0);
  note_look(sighting, 40, ServiceStage::Running);
  const FinishedLatency latency = latency_of(sighting, 45, 1);
  CHECK(latency.whole == LatencySample{1, 40, 45});
  REQUIRE(latency.queued);
  CHECK(*latency.queued == LatencySample{1, 20, 30});
  REQUIRE(latency.running);
  CHECK(*latency.running == LatencySample{1, 10, 25});  // from 30 to 40 at least, from 20 to 45 at most
}

TEST_CASE("work that nobody saw queued says nothing about the queue") {
  JobSighting sighting = sighted_at_start(0);
  note_look(sighting, 10, ServiceStage::Running);
  const FinishedLatency latency = latency_of(sighting, 20, 1);
  CHECK_FALSE(latency.queued);
  CHECK_FALSE(latency.running);
}

TEST_CASE("a job that is put back into the queue begins its work anew") {
  JobSighting sighting = sighted_at_start(0);
  note_look(sighting, 10, ServiceStage::Queued);
  note_look(sighting, 20, ServiceStage::Running);
  note_look(sighting, 30, ServiceStage::Queued);
  note_look(sighting, 40, ServiceStage::Running);
  const FinishedLatency latency = latency_of(sighting, 50, 1);
  REQUIRE(latency.running);
  CHECK(*latency.running == LatencySample{1, 0, 20});
}

TEST_CASE("progress keeps the time at which its value was first seen") {
  JobSighting sighting = sighted_at_start(0);
  note_look(sighting, 10, ServiceStage::Running, 0, 0.25);
  note_look(sighting, 20, ServiceStage::Running, 0, 0.25);
  note_look(sighting, 25, ServiceStage::Running, 0, -1);
  CHECK(sighting.progress == 0.25);
  CHECK(sighting.progress_secs == 10);
  note_look(sighting, 30, ServiceStage::Running, 0, 0.5);
  CHECK(sighting.progress_secs == 30);
}

TEST_CASE("the service's own stamps are exact and win over looks") {
  JobSighting sighting = sighted_at_start(0);
  note_look(sighting, 10, ServiceStage::NotShown);
  const FinishedLatency latency = latency_of(sighting, 60, 1, {1'000, 21'000, 41'500});
  CHECK(latency.whole == LatencySample{1, 40.5, 40.5});
  CHECK(latency.queued == LatencySample{1, 20, 20});
  CHECK(latency.running == LatencySample{1, 20.5, 20.5});
  // Stamps that cannot be are not believed.
  CHECK(latency_of(sighting, 60, 1, {5'000, 0, 4'000}).whole == LatencySample{1, 10, 60});
  CHECK_FALSE(latency_of(sighting, 60, 1, {1'000, 50'000, 41'500}).running);
}

TEST_CASE("a finished job feeds the clocks that it has something for, and tells when one was wrong") {
  LatencyClocks clocks;
  for (int i = 0; i < 20; ++i) {
    FinishedLatency latency;
    latency.whole = LatencySample{0, 100, 100};
    if (i % 2 == 0) latency.running = LatencySample{0, 60, 60};
    CHECK_FALSE(add_latency(clocks, latency));
  }
  CHECK(clocks.whole.record().samples.size() == 20);
  CHECK(clocks.running.record().samples.size() == 10);
  CHECK(clocks.queued.record().samples.empty());
  FinishedLatency early;
  early.whole = LatencySample{0, 10, 12};
  add_latency(clocks, early);
  add_latency(clocks, early);
  CHECK(add_latency(clocks, early));
}
