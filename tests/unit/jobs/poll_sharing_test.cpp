#include "jobs/poll_sharing.h"

#include "support/catch.h"

using namespace studio;

namespace {

LatencyModel around(double secs) {
  LatencyRecord record;
  for (int i = 0; i < 40; ++i) record.samples.push_back({i, secs * (0.9 + 0.005 * i), secs * (0.9 + 0.005 * i)});
  return LatencyModel(record);
}

}  // namespace

TEST_CASE("each 429 doubles the price of a look, and each minute takes a tenth of it off again") {
  Throttle throttle;
  CHECK(throttle.factor_at(0) == 1);
  throttle.told_to_slow_down(100);
  CHECK(throttle.factor_at(100) == 2);
  CHECK(throttle.factor_at(160) == Approx(1.8));
  CHECK(throttle.factor_at(220) == Approx(1.62));
  throttle.told_to_slow_down(160);
  CHECK(throttle.factor_at(160) == Approx(3.6));
  CHECK(throttle.factor_at(160 + 60 * 60) == 1);  // 3.6 · 0.9^60 is long below 1
}

TEST_CASE("the price stops rising at sixty-four times, and a clock that stands still does no harm") {
  Throttle throttle;
  for (int i = 0; i < 100; ++i) throttle.told_to_slow_down(5);
  CHECK(throttle.factor_at(5) == 64);
  CHECK(throttle.factor_at(0) == 64);
}

TEST_CASE("a list call pays from three jobs on that are due within a second") {
  CHECK_FALSE(list_pays({}));
  CHECK_FALSE(list_pays(std::vector<double>{0, 0}));
  CHECK(list_pays(std::vector<double>{0, 1, -5}));
  CHECK_FALSE(list_pays(std::vector<double>{0, 0.5, 1.01, 30}));
  CHECK(list_pays(std::vector<double>{9, 0.5, 0.1, 30, 1}));
}

TEST_CASE("a look is worth the chance that the job is done since the last one, times how long") {
  const LatencyModel model = around(100);
  const HazardTable& table = model.table();
  const double chance = (table.survival_at(95) - table.survival_at(105)) / table.survival_at(95);
  CHECK(worth_secs({&model, 105, 95}) == Approx(10 * chance));
  CHECK(worth_secs({&model, 95, 95}) == 0);
  CHECK(worth_secs({&model, 90, 95}) == 0);
  CHECK(worth_secs({nullptr, 105, 95}) == 0);
}

TEST_CASE("when calls are short, those jobs are looked at that are most worth it") {
  const LatencyModel slow = around(100), fast = around(12);
  const std::vector<WaitingLook> looks = {
      {&slow, 40, 20},    // hardly done
      {&slow, 101, 97},   // in the middle of it
      {&fast, 12.5, 11},  // as well, but a short wait
      {&slow, 110, 80},   // surely done meanwhile, and waiting for long
      {&fast, 3, 0},
  };
  CHECK(most_worth(looks, 3) == std::vector<std::size_t>{3, 1, 2});
  CHECK(most_worth(looks, 0).empty());
  CHECK(most_worth(looks, 99).size() == 5);
}

TEST_CASE("equal jobs keep their order, so that none waits for ever") {
  const LatencyModel model = around(100);
  const std::vector<WaitingLook> looks(6, WaitingLook{&model, 100, 95});
  CHECK(most_worth(looks, 4) == std::vector<std::size_t>{0, 1, 2, 3});
  // Of two that began together the one that was left out is worth more next time.
  const WaitingLook left_out{&model, 102, 95}, looked_at{&model, 102, 100};
  CHECK(worth_secs(left_out) > worth_secs(looked_at));
}
