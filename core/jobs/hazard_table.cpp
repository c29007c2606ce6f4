#include "jobs/hazard_table.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace studio {
namespace {

constexpr double log_step = 11.877568578558138 / (HazardTable::points - 1);  // ln(longest / shortest)
// Nothing is so surely over that it could not still happen within about an hour of looking.
constexpr double least_survival = 1e-9;
constexpr double least_last_hazard = 1.0 / 3600;

using Ages = std::array<double, HazardTable::points>;

const Ages& ages() {
  static const Ages all = [] {
    Ages made;
    for (int i = 0; i < HazardTable::points; ++i) made[static_cast<std::size_t>(i)] = HazardTable::shortest_secs * std::exp(log_step * i);
    return made;
  }();
  return all;
}

// The last point that is not above `age`; -1 below the first.
int point_before(double age) {
  if (!(age >= HazardTable::shortest_secs)) return -1;
  const int guess = static_cast<int>(std::log(age / HazardTable::shortest_secs) / log_step);
  const int point = std::clamp(guess, 0, HazardTable::points - 1);
  // The logarithm may be off by one point at the point itself.
  const Ages& all = ages();
  if (all[static_cast<std::size_t>(point)] > age) return point - 1;
  if (point + 1 < HazardTable::points && all[static_cast<std::size_t>(point) + 1] <= age) return point + 1;
  return point;
}

double between(double from, double to, double part) { return from + (to - from) * part; }

}  // namespace

double HazardTable::age_of_point(int point) { return ages()[static_cast<std::size_t>(point)]; }

HazardTable::HazardTable(std::span<const double, points> survival) {
  double age = 0, left = 1, accrued = 0;
  for (std::size_t i = 0; i < points; ++i) {
    const double next_left = std::clamp(survival[i], least_survival, left);
    const double secs = ages()[i] - age;
    const double hazard = std::log(left / next_left);  // of the whole step
    accrued += std::sqrt(hazard * secs / 2);           // √(h/2) · secs, h = hazard / secs
    survival_[i] = next_left;
    accrual_[i] = accrued;
    age = ages()[i];
    left = next_left;
  }
  const double last_secs = ages()[points - 1] - ages()[points - 2];
  last_hazard_ = std::max(least_last_hazard, std::log(survival_[points - 2] / survival_[points - 1]) / last_secs);
}

double HazardTable::survival_at(double age_secs) const {
  const int point = point_before(age_secs);
  if (point < 0) return between(1, survival_[0], std::max(0.0, age_secs) / shortest_secs);
  const auto i = static_cast<std::size_t>(point);
  if (point == points - 1) return survival_[i] * std::exp(-last_hazard_ * (age_secs - longest_secs));
  return between(survival_[i], survival_[i + 1], (age_secs - ages()[i]) / (ages()[i + 1] - ages()[i]));
}

double HazardTable::age_of_chance(double chance) const {
  const double left = 1 - std::clamp(chance, 0.0, 1.0);
  const auto found = std::lower_bound(survival_.begin(), survival_.end(), left, [](double at, double wanted) { return at > wanted; });
  if (found == survival_.begin()) return survival_[0] < 1 ? shortest_secs * (1 - left) / (1 - survival_[0]) : shortest_secs;
  if (found == survival_.end()) return longest_secs;
  const auto i = static_cast<std::size_t>(found - survival_.begin());
  const double fall = survival_[i - 1] - survival_[i];
  return fall > 0 ? between(ages()[i - 1], ages()[i], (survival_[i - 1] - left) / fall) : ages()[i - 1];
}

double HazardTable::accrual_at(double age_secs) const {
  const int point = point_before(age_secs);
  if (point < 0) return accrual_[0] * std::max(0.0, age_secs) / shortest_secs;
  const auto i = static_cast<std::size_t>(point);
  if (point == points - 1) return accrual_[i] + std::sqrt(last_hazard_ / 2) * (age_secs - longest_secs);
  return between(accrual_[i], accrual_[i + 1], (age_secs - ages()[i]) / (ages()[i + 1] - ages()[i]));
}

double HazardTable::age_of_accrual(double accrual) const {
  const auto found = std::lower_bound(accrual_.begin(), accrual_.end(), accrual);
  if (found == accrual_.end()) return longest_secs + (accrual - accrual_[points - 1]) / std::sqrt(last_hazard_ / 2);
  if (found == accrual_.begin()) return accrual_[0] > 0 ? shortest_secs * std::max(0.0, accrual) / accrual_[0] : shortest_secs;
  const auto i = static_cast<std::size_t>(found - accrual_.begin());
  return between(ages()[i - 1], ages()[i], (accrual - accrual_[i - 1]) / (accrual_[i] - accrual_[i - 1]));
}

}  // namespace studio
