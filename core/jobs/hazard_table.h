// The chance that something has happened by some age, as a table, and how often it is worth looking until then.
//
// h(t) is the hazard: the chance per second of happening at age t where it has not happened before. When one look costs as
// much as κ seconds of finding out late, the best distance between two looks is √(2κ/h) (Barlow, Hunter, Proschan 1963, in
// Keller's density form). Looks therefore lie √(h/2κ) a second, and one is due whenever the *accrual* A(t) = ∫ √(h/2) dt has
// grown by √κ. A does not depend on κ, so one table serves every price of a look.
#pragma once

#include <array>
#include <span>

namespace studio {

class HazardTable {
 public:
  // Ages from 0.1 s to four hours, each 2 % above the one before.
  static constexpr int points = 601;
  static constexpr double shortest_secs = 0.1;
  static constexpr double longest_secs = 4 * 3600.0;
  static double age_of_point(int point);

  // `survival[i]` is the chance that it has not happened by age_of_point(i). It must not rise; between two points it falls
  // evenly, and after the last one with the last hazard.
  explicit HazardTable(std::span<const double, points> survival);

  double survival_at(double age_secs) const;
  // The age by which it has happened with this chance.
  double age_of_chance(double chance) const;
  // In √s. Without end: age_of_accrual() always answers.
  double accrual_at(double age_secs) const;
  double age_of_accrual(double accrual) const;

 private:
  std::array<double, points> survival_;
  std::array<double, points> accrual_;
  double last_hazard_;  // a second
};

}  // namespace studio
