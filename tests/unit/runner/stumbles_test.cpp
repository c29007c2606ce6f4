// What throws where nothing should: a provider's plans and readings, the decoder, the look-up of an address. It costs the job
// a try or its life, never the engine, and nobody waits for ever.
#include <fstream>
#include <new>
#include <stdexcept>

#include "base/hash.h"
#include "support/catch.h"
#include "support/runner_rig.h"

using namespace studio;

namespace {

using Stroke = FakeService::Stroke;

// Throws at that step after `good` passes, `times` in a row.
std::function<void(std::string_view)> throws_at(std::string step, int times = 1, int good = 0) {
  auto passed = std::make_shared<std::atomic<int>>(0);
  return [step = std::move(step), times, good, passed](std::string_view at) {
    if (at != step) return;
    const int now = (*passed)++;
    if (now >= good && now < good + times) throw std::runtime_error("stumbled on purpose");
  };
}

}  // namespace

TEST_CASE("a provider that stumbles over a paid job is asked again, and the result comes home") {
  for (const char* step : {"plan_poll", "read_poll", "plan_fetch", "read_fetch"}) {
    for (const int times : {1, 12}) {  // so often that the address is looked up anew between two tries
      INFO(step << ", " << times << " times");
      RigOptions options;
      options.provider.before = throws_at(step, times);
      Rig rig(options);
      rig.open();
      const auto jobs = rig.generate(2);
      for (const Job& job : jobs) rig.wait_for(job.id, JobState::Done);
      rig.drain();
      CHECK(rig.service.bill().size() == 2);
      CHECK(rig.broken_promises() == "");
    }
  }
}

TEST_CASE("a provider that stumbles before the send fails the job, free, and a retry goes on") {
  for (const char* step : {"plan_info", "plan_submit"}) {
    INFO(step);
    RigOptions options;
    options.provider.before = throws_at(step);
    Rig rig(options);
    rig.open();
    const auto jobs = rig.generate(1);
    rig.drain();
    CHECK(rig.job(jobs[0].id).state == JobState::Failed);
    CHECK_FALSE(rig.job(jobs[0].id).reason.empty());
    CHECK(rig.service.bill().empty());
    CHECK(rig.books().reserved == Money{});
    REQUIRE(rig.retry(jobs[0].id));
    rig.drain();
    CHECK(rig.job(jobs[0].id).state == JobState::Done);
    CHECK(rig.broken_promises() == "");
  }
}

TEST_CASE("a provider that stumbles over the answer of a submit, or over a replay, pays once") {
  for (const char* step : {"read_submit", "plan_submit"}) {
    INFO(step);
    RigOptions options;
    options.provider.before = throws_at(step, 1, std::string_view(step) == "plan_submit" ? 1 : 0);
    Rig rig(options);
    auto is_first = std::make_shared<bool>(true);
    rig.service.hook = [is_first](const HttpRequest& request) -> std::optional<Stroke> {
      if (!is_submit(request) || !std::exchange(*is_first, false)) return std::nullopt;
      return Stroke{http_failure(HttpFailure::Broken, true), false, true};  // carried out, and the answer is lost
    };
    rig.open();
    const auto jobs = rig.generate(1);
    rig.drain();
    CHECK(rig.job(jobs[0].id).state == JobState::Done);
    CHECK(rig.service.bill().size() == 1);
    CHECK(rig.broken_promises() == "");
  }
}

TEST_CASE("a provider that stumbles in the middle of a submit's chain goes on with the chain") {
  RigOptions options;
  options.provider.before = throws_at("plan_continue", 2);
  Rig rig(options);
  rig.service.replays = false;
  rig.service.tickets = true;
  auto is_first = std::make_shared<bool>(true);
  rig.service.hook = [is_first](const HttpRequest& request) -> std::optional<Stroke> {
    if (request.url.find("/tickets/") == std::string::npos || !std::exchange(*is_first, false)) return std::nullopt;
    return Stroke{http_answer(503)};
  };
  rig.open();
  const auto jobs = rig.generate(1);
  rig.drain();
  CHECK(rig.job(jobs[0].id).state == JobState::Done);
  CHECK(rig.service.count("POST /jobs") == 1);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("a provider that stumbles over a cancel is asked again") {
  RigOptions options;
  options.provider.before = throws_at("plan_cancel");
  Rig rig(options);
  rig.service.polls_until_done = 1'000'000;
  rig.open();
  const auto jobs = rig.generate(1);
  rig.wait_for(jobs[0].id, JobState::Running);
  REQUIRE(rig.cancel(jobs[0].id));
  rig.wait_for(jobs[0].id, JobState::Cancelled);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("a check that throws is made again, a shortage of memory too") {
  Rig rig;
  auto turn = std::make_shared<std::atomic<int>>(0);
  rig.media->before = [turn](std::string_view step) {
    if (step != "probe") return;
    switch ((*turn)++) {
      case 0: throw std::bad_alloc();
      case 1: throw std::runtime_error("stumbled on purpose");
      default: return;
    }
  };
  rig.open();
  const auto jobs = rig.generate(1);
  rig.drain();
  CHECK(rig.media->probes == 3);
  CHECK(rig.job(jobs[0].id).state == JobState::Done);
  CHECK(rig.assets().at(0).state == AssetState::Done);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("a poster that throws is done without, and nobody waits for it") {
  Rig rig;
  rig.media->before = [](std::string_view step) {
    if (step == "posters") throw std::runtime_error("stumbled on purpose");
  };
  rig.open();
  const auto jobs = rig.generate(1);
  CHECK(rig.drain().local_work == 0);
  CHECK(rig.job(jobs[0].id).state == JobState::Done);
  CHECK(rig.assets().at(0).state == AssetState::Done);
  CHECK(rig.events<AssetChanged>().empty());
}

TEST_CASE("an import that throws is answered, and leaves nothing behind") {
  for (const char* at : {"probe", "posters"}) {
    INFO(at);
    Rig rig;
    rig.media->before = throws_at(at);
    rig.open();
    const auto file = rig.project().parent_path() / "in.png";
    std::ofstream(file, std::ios::binary) << "PNG:start";
    const auto imported = rig.import({file});
    REQUIRE(imported.size() == 1);
    CHECK_FALSE(imported[0].asset);
    CHECK(rig.drain().local_work == 0);
    REQUIRE(rig.store().read_and_wait([](Ledger&) -> Result<void> { return {}; }));
    CHECK_FALSE(rig.vault().has(sha256_hex("PNG:start")));
    CHECK(rig.import({file}).at(0).asset);
  }
}

TEST_CASE("an address whose look-up throws fails the job with a reason, and the next one is looked up again") {
  Rig rig;
  auto is_first = std::make_shared<std::atomic<bool>>(true);
  rig.resolve = [is_first](const std::string&) -> Result<Endpoint> {
    if (is_first->exchange(false)) throw std::runtime_error("stumbled on purpose");
    return Endpoint{"http://fake", {{"Authorization", "Bearer fake-token", true}}};
  };
  rig.open();
  const auto jobs = rig.generate(1);
  rig.drain();
  CHECK(rig.job(jobs[0].id).state == JobState::Failed);
  CHECK_FALSE(rig.job(jobs[0].id).reason.empty());
  CHECK(rig.books().reserved == Money{});
  REQUIRE(rig.retry(jobs[0].id));
  rig.drain();
  CHECK(rig.job(jobs[0].id).state == JobState::Done);
  CHECK(rig.broken_promises() == "");
}
