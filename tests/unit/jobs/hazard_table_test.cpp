#include "jobs/hazard_table.h"

#include <array>
#include <cmath>

#include "support/catch.h"

using namespace studio;

namespace {

template <class Survival>
HazardTable table_of(Survival survival) {
  std::array<double, HazardTable::points> at;
  for (int i = 0; i < HazardTable::points; ++i) at[static_cast<std::size_t>(i)] = survival(HazardTable::age_of_point(i));
  return HazardTable(at);
}

double next_look_after(const HazardTable& table, double age, double price) { return table.age_of_accrual(table.accrual_at(age) + std::sqrt(price)); }

}  // namespace

TEST_CASE("a constant hazard gives a constant distance of looks, the root of 2κ/h") {
  const HazardTable table = table_of([](double t) { return std::exp(-t / 100); });  // h = 0.01
  for (const double price : {0.1, 0.4, 1.5}) {
    const double expected = std::sqrt(2 * price / 0.01);  // 4.47, 8.94, 17.3 s
    for (const double age : {0.0, 0.05, 1.0, 33.3, 100.0, 750.0}) CHECK(next_look_after(table, age, price) - age == Approx(expected));
  }
}

TEST_CASE("a hazard that grows evenly accrues with the age to the power of one and a half") {
  // Weibull with shape 2: h = 2t/s², so A = ∫√(t/s²) dt = 2/3 · t^1.5 / s.
  constexpr double s = 80;
  const HazardTable table = table_of([](double t) { return std::exp(-(t / s) * (t / s)); });
  for (const double age : {5.0, 40.0, 80.0, 200.0}) CHECK(table.accrual_at(age) == Approx(2.0 / 3 * std::pow(age, 1.5) / s).epsilon(0.01));
}

TEST_CASE("nothing accrues while nothing can happen") {
  const HazardTable table = table_of([](double t) { return t < 50 ? 1.0 : std::exp(-(t - 50) / 10); });
  CHECK(table.accrual_at(45) == 0);
  CHECK(table.survival_at(45) == 1);
  CHECK(next_look_after(table, 0, 0.4) > 50);
  CHECK(next_look_after(table, 45, 0.4) == Approx(next_look_after(table, 0, 0.4)));
}

TEST_CASE("ages and chances, ages and accruals lead to each other") {
  const HazardTable table = table_of([](double t) { return std::erfc(std::log(t / 60) / std::sqrt(2.0)) / 2; });  // log-normal, 60 s, σ 1
  CHECK(table.age_of_chance(0.5) == Approx(60).epsilon(0.001));
  CHECK(table.age_of_chance(0.8413) == Approx(60 * std::exp(1.0)).epsilon(0.002));
  for (const double age : {0.3, 1.0, 7.7, 60.0, 61.0, 900.0}) {
    CHECK(table.age_of_accrual(table.accrual_at(age)) == Approx(age));
    CHECK(table.age_of_chance(1 - table.survival_at(age)) == Approx(age));
  }
}

TEST_CASE("the table goes on beyond both its ends") {
  const HazardTable table = table_of([](double t) { return std::exp(-t / 2000); });
  CHECK(table.survival_at(-1) == 1);
  CHECK(table.accrual_at(-1) == 0);
  CHECK(table.survival_at(0.05) == Approx(std::exp(-0.000025)));
  CHECK(next_look_after(table, 20'000, 0.4) - 20'000 == Approx(std::sqrt(0.8 * 2000)));  // the last hazard
  CHECK(table.survival_at(20'000) == Approx(std::exp(-10.0)).epsilon(0.001));
  CHECK(table.age_of_chance(0) == Approx(0).margin(0.001));
}

TEST_CASE("what is surely over by some age is still looked for within an hour") {
  const HazardTable table = table_of([](double t) { return t < 10 ? 1.0 : 0.0; });
  CHECK(table.survival_at(100) > 0);
  const double next = next_look_after(table, 15'000, 0.4);
  CHECK(next > 15'000);
  CHECK(next - 15'000 <= std::sqrt(2 * 0.4 * 3600) + 1e-6);  // 54 s
}

TEST_CASE("a survival that rises or leaves its bounds is read as one that does not") {
  const HazardTable table = table_of([](double t) { return t < 10 ? 2.0 : t < 20 ? 0.5 : t < 30 ? 0.9 : -3.0; });
  CHECK(table.survival_at(9) == 1);
  CHECK(table.survival_at(25) == Approx(0.5));
  CHECK(table.survival_at(40) > 0);
  CHECK(table.survival_at(40) < 1e-6);
  for (double age = 0; age < 60; age += 0.7) CHECK(table.accrual_at(age + 0.7) >= table.accrual_at(age));
}
