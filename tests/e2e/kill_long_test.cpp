// ./check long: five thousand kills; and what takes its minutes.
#include "e2e/fal_simulator.h"
#include "e2e/kill_rounds.h"
#include "e2e/kill_storm.h"
#include "support/catch.h"

using namespace studio;

TEST_CASE("killed 1,250 times at random with replay, once", "[fault-18]") { demand_calm(kill_at_random(1250, true), 1250, true); }
TEST_CASE("killed 1,250 times at random with replay, twice", "[fault-18]") { demand_calm(kill_at_random(1250, true), 1250, true); }
TEST_CASE("killed 1,250 times at random without replay, once", "[fault-18]") { demand_calm(kill_at_random(1250, false), 1250, false); }
TEST_CASE("killed 1,250 times at random without replay, twice", "[fault-18]") { demand_calm(kill_at_random(1250, false), 1250, false); }

TEST_CASE("killed twenty times without replay, with a list") {
  for (int round = 0; round < 2; ++round) kill_round_with_list();
}

TEST_CASE("fal.ai: clips of the picked pictures, which take their minutes") {
  Headless studio;
  const Fal fal(studio);
  studio.lines({"new"});
  const auto pictures = studio.lines({"generate", "--prompt", "a lighthouse", "--count", "1", "--model", "fal-flux-dev", "--aspect", "1024x576", "--wait"});
  studio.lines({"mark", pictures.at(0).at("id").get<std::string>(), "--pick"});
  for (const Args& model : {Args{"fal-kling", "5"}, Args{"fal-hailuo", "6"}}) {
    const auto made = studio.run({"animate", "--picked", "--model", model[0], "--seconds", model[1], "--wait"}, 400'000);
    INFO(made.err);
    CHECK(made.exit_code == 0);
  }
  CHECK(studio.lines({"list", "--kind", "video"}).size() == 2);
  CHECK(fal.bill().size() == 3);
  CHECK(micros(books_in_dollars(studio).at("settled")) == fal.billed_micros());
  // The same clip is not paid a second time.
  studio.run({"animate", "--picked", "--model", "fal-kling", "--seconds", "5", "--wait"});
  CHECK(fal.bill().size() == 3);
}
