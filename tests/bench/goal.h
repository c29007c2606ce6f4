// What a figure has to keep to. A benchmark with a figure that misses its goal says so and exits with 1.
#pragma once

#include <cmath>
#include <cstdio>
#include <string>

namespace studio {

struct Goal {
  double limit = 0;
  bool is_floor = false;  // at least so much; else at most
};
constexpr Goal at_most(double limit) { return {limit, false}; }
constexpr Goal at_least(double limit) { return {limit, true}; }

// False, with a line on stderr, when it does not. A figure that is no number keeps to nothing.
inline bool keeps_to(const Goal& goal, double figure, const std::string& what) {
  if (goal.is_floor ? figure >= goal.limit : figure <= goal.limit) return true;
  std::fprintf(stderr, "missed: %s: %.3f, where at %s %.3f is promised\n", what.c_str(), figure, goal.is_floor ? "least" : "most", goal.limit);
  return false;
}

}  // namespace studio
