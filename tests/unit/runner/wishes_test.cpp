// What a person wishes while the machine works: cancel at every state, and jobs that wait for jobs.
#include <future>

#include "support/catch.h"
#include "support/runner_rig.h"

using namespace studio;

namespace {

using Stroke = FakeService::Stroke;

// Requests to this path are never answered until `open` is set.
FakeService::Hook hang(std::string method_and_path) {
  return [method_and_path](const HttpRequest& request) -> std::optional<Stroke> {
    const auto slash = request.url.find('/', 8);
    if (!(std::string(to_string(request.method)) + " " + request.url.substr(slash)).starts_with(method_and_path)) return std::nullopt;
    return Stroke{{}, true, true};
  };
}

}  // namespace

TEST_CASE("cancel a queued job: nothing was sent, nothing is paid", "[fault-59]") {
  Rig rig;
  rig.options().provider.image_lane = 1;
  rig.service.hook = hang("POST /jobs");
  rig.open();
  const auto jobs = rig.generate(4);
  rig.wait_for(jobs[0].id, JobState::Sending);
  REQUIRE(rig.cancel(jobs[3].id));
  CHECK(rig.job(jobs[3].id).state == JobState::Cancelled);
  CHECK(rig.attempts(jobs[3].id).empty());
}

TEST_CASE("cancel while preparing: the reservation goes back", "[fault-59]") {
  Rig rig;
  rig.service.hook = hang("GET /info");
  rig.open();
  const auto jobs = rig.generate(1);
  rig.wait_for(jobs[0].id, JobState::Preparing);
  CHECK(rig.books().reserved == Money{40'000});
  REQUIRE(rig.cancel(jobs[0].id));
  CHECK(rig.job(jobs[0].id).state == JobState::Cancelled);
  CHECK(rig.attempts(jobs[0].id).at(0).state == AttemptState::CancelledBeforeSend);
  CHECK(rig.books().reserved == Money{});
  CHECK(rig.service.bill().empty());
  CHECK(rig.broken_promises() == "");
  rig.service.hook = {};
  REQUIRE(rig.retry(jobs[0].id));
  rig.drain();
  CHECK(rig.job(jobs[0].id).state == JobState::Done);
}

TEST_CASE("cancel while sending: the answer is awaited, then the service is asked to stop", "[fault-59]") {
  Rig rig;
  rig.service.hook = hang("POST /jobs");
  rig.open();
  const auto jobs = rig.generate(1);
  rig.wait_for(jobs[0].id, JobState::Sending);
  REQUIRE(rig.cancel(jobs[0].id));
  REQUIRE(rig.cancel(jobs[0].id));  // twice is once
  CHECK(rig.job(jobs[0].id).state == JobState::Sending);
  rig.service.hook = {};
  rig.reopen();  // the answer never came: replayed, then cancelled at the service
  rig.drain();
  CHECK(rig.job(jobs[0].id).state == JobState::Cancelled);
  CHECK(rig.attempts(jobs[0].id).at(0).state == AttemptState::CancelledRemote);
  CHECK(rig.service.count("DELETE /jobs/") == 1);
  CHECK(rig.books().settled == Money{});
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("cancel while running: the wish is durable, and a crash resumes it", "[fault-59]") {
  Rig rig;
  rig.service.polls_until_done = 1'000'000;
  rig.open();
  const auto jobs = rig.generate(1);
  rig.wait_for(jobs[0].id, JobState::Running);
  rig.service.hook = hang("DELETE /jobs/");
  REQUIRE(rig.cancel(jobs[0].id));
  CHECK(rig.job(jobs[0].id).cancel_wished);
  rig.close();
  rig.service.hook = {};
  rig.open();
  rig.drain();
  CHECK(rig.job(jobs[0].id).state == JobState::Cancelled);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("a cancel of two calls: out of the queue, then interrupted") {
  RigOptions options;
  options.provider.cancels_in_two = true;
  Rig rig(options);
  rig.service.cancels_in_two = true;
  rig.service.polls_until_done = 1'000'000;
  rig.open();
  const auto jobs = rig.generate(1);
  rig.wait_for(jobs[0].id, JobState::Running);
  REQUIRE(rig.cancel(jobs[0].id));
  rig.drain();
  CHECK(rig.job(jobs[0].id).state == JobState::Cancelled);
  CHECK(rig.service.count("DELETE /jobs/") == 1);
  CHECK(rig.service.count("POST /interrupt/") == 1);
  CHECK(rig.books().settled == Money{});
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("a service that cannot cancel: the result is paid and kept", "[fault-59]") {
  RigOptions options;
  options.provider.cancels = false;
  Rig rig(options);
  rig.service.polls_until_done = 50;
  rig.open();
  const auto jobs = rig.generate(1);
  rig.wait_for(jobs[0].id, JobState::Running);
  REQUIRE(rig.cancel(jobs[0].id));
  rig.drain();
  CHECK(rig.job(jobs[0].id).state == JobState::Done);
  CHECK(rig.assets().size() == 1);
  CHECK(rig.service.count("DELETE ") == 0);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("too late to cancel: a result that arrives anyway is kept", "[fault-59]") {
  Rig rig;
  rig.service.polls_until_done = 20;
  rig.open();
  const auto jobs = rig.generate(1);
  rig.wait_for(jobs[0].id, JobState::Running);
  rig.service.hook = [](const HttpRequest& request) -> std::optional<Stroke> {
    if (request.method != HttpMethod::Delete) return std::nullopt;
    return Stroke{http_answer(409)};
  };
  REQUIRE(rig.cancel(jobs[0].id));
  rig.drain();
  CHECK(rig.job(jobs[0].id).state == JobState::Done);
  CHECK(rig.books().settled == Money{40'000});
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("what is over or being fetched cannot be cancelled, and says so", "[fault-59]") {
  Rig rig;
  rig.service.hook = hang("GET /files/");
  rig.open();
  const auto jobs = rig.generate(1);
  rig.wait_for(jobs[0].id, JobState::Fetching);
  const auto fetching = rig.cancel(jobs[0].id);
  REQUIRE_FALSE(fetching);
  CHECK(fetching.error().message.find("paid") != std::string::npos);
  rig.service.hook = {};
  rig.reopen();
  rig.drain();
  CHECK(rig.job(jobs[0].id).state == JobState::Done);
  CHECK_FALSE(rig.cancel(jobs[0].id));
  CHECK_FALSE(rig.retry(jobs[0].id));
  CHECK_FALSE(rig.resubmit(jobs[0].id));
  CHECK_FALSE(rig.cancel(JobId{4711}));
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("a job the service cancelled by itself says so and can be retried") {
  Rig rig;
  rig.service.final_state = [](const std::string& id) { return id == "r1" ? "cancelled" : "done"; };
  rig.open();
  const auto jobs = rig.generate(1);
  rig.drain();
  CHECK(rig.job(jobs[0].id).state == JobState::Cancelled);
  CHECK(rig.job(jobs[0].id).reason == "The service cancelled it.");
  REQUIRE(rig.retry(jobs[0].id));
  rig.drain();
  CHECK(rig.job(jobs[0].id).state == JobState::Done);
  CHECK(rig.broken_promises() == "");
}

namespace {

Admission clip_after(JobId parent) {
  Admission admission;
  admission.generation.kind = MediaKind::Video;
  Recipe recipe;
  recipe.kind = MediaKind::Video;
  recipe.provider = "tiny";
  recipe.model = "tiny-clip";
  recipe.prompt = "it moves";
  recipe.width = recipe.height = 512;
  recipe.seconds = 5;
  recipe.inputs = {{"image", ""}};
  admission.items.push_back({recipe, 1, {}, {parent}});
  return admission;
}

}  // namespace

TEST_CASE("a job that waits for another gets its picture when it is done") {
  Rig rig;
  rig.service.file_bytes = [](const std::string& id, int) { return (id == "r1" ? "PNG:" : "MP4:") + id; };
  rig.open();
  const auto pictures = rig.generate(1);
  const auto clips = rig.admit(clip_after(pictures[0].id));
  REQUIRE(clips);
  CHECK(clips->jobs[0].state == JobState::Waiting);
  rig.drain();
  const Job clip = rig.job(clips->jobs[0].id);
  CHECK(clip.state == JobState::Done);
  const auto assets = rig.assets();
  REQUIRE(assets.size() == 2);
  CHECK(clip.recipe.inputs.at(0).sha256 == assets[0].sha256);
  CHECK(assets[1].parents == std::vector<AssetId>{assets[0].id});
  CHECK(rig.service.count("PUT /uploads/") == 1);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("a failed parent leaves the child waiting with the reason, its retry lets the child go on") {
  Rig rig;
  rig.service.final_state = [](const std::string& id) { return id == "r1" ? "failed" : "done"; };
  rig.open();
  const auto pictures = rig.generate(1);
  const auto clips = rig.admit(clip_after(pictures[0].id));
  REQUIRE(clips);
  auto outlook = rig.drain();
  Job clip = rig.job(clips->jobs[0].id);
  CHECK(clip.state == JobState::Waiting);
  CHECK(clip.reason.find(to_string(pictures[0].id)) != std::string::npos);
  REQUIRE(outlook.need_person.size() == 1);
  CHECK(outlook.need_person[0].id == clip.id);
  CHECK_FALSE(rig.retry(clip.id));
  rig.reopen();  // the same after a restart
  outlook = rig.drain();
  CHECK(outlook.need_person.size() == 1);
  REQUIRE(rig.retry(pictures[0].id));
  outlook = rig.drain();
  CHECK(outlook.need_person.empty());
  CHECK(rig.job(clip.id).state == JobState::Done);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("a waiting job can be cancelled", "[fault-59]") {
  Rig rig;
  rig.service.polls_until_done = 1'000'000;
  rig.open();
  const auto pictures = rig.generate(1);
  const auto clips = rig.admit(clip_after(pictures[0].id));
  REQUIRE(clips);
  REQUIRE(rig.cancel(clips->jobs[0].id));
  CHECK(rig.job(clips->jobs[0].id).state == JobState::Cancelled);
}

TEST_CASE("while the queue is paused nothing is sent, also after a start, and the newest wish counts") {
  Rig rig;
  rig.open();
  const auto pause = [&](bool wanted) {
    auto told = std::make_shared<std::promise<bool>>();
    rig.runner().set_queue(wanted ? QueueMode::Paused : QueueMode::Going, [told](Result<void> done) { told->set_value(done.has_value()); });
    return told;
  };
  REQUIRE(pause(true)->get_future().get());
  const auto jobs = rig.generate(2);
  const auto outlook = rig.drain();
  REQUIRE(outlook.need_person.size() == 2);
  CHECK(outlook.need_person[0].reason.find("paused") != std::string::npos);
  CHECK(rig.service.bill().empty());
  rig.reopen();
  CHECK(rig.drain().need_person.size() == 2);
  // On and off again at once: the queue stays off.
  const auto on = pause(false), off = pause(true);
  REQUIRE(on->get_future().get());
  REQUIRE(off->get_future().get());
  CHECK(rig.drain().need_person.size() == 2);
  CHECK(rig.service.bill().empty());
  REQUIRE(pause(false)->get_future().get());
  rig.drain();
  CHECK(rig.job(jobs[0].id).state == JobState::Done);
  CHECK(rig.service.bill().size() == 2);
  CHECK(rig.broken_promises() == "");
}
