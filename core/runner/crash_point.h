// Named places where tests let the program die as by kill -9: STUDIO_CRASH_AT="T2 after" or "T2 after#3" (the third time).
#pragma once

#include <string_view>

namespace studio {

// A transition that is saved first (JobStep::name), or a step between two of them. Most have a point just before and one just after.
struct CrashPlace {
  std::string_view name;
  bool has_before = true, has_after = true;
};

// All of them. In the check build a point that is not named here ends the program, so that none escapes the tests that kill it at
// each (tests/e2e/kill_points_test.cpp).
inline constexpr CrashPlace crash_places[] = {
    {"T0 job", false, true},  // one job of a request is written, the others not yet
    {"T0"}, {"T0e"}, {"T1"}, {"T1p"}, {"T2"},
    {"send", true, false}, {"answer", true, false}, {"spool", false, true},
    {"T3"}, {"T3c"}, {"T4"}, {"T5"}, {"T6"}, {"T7c"}, {"T8"}, {"T9"},
    {"vault"},
    {"T10"}, {"T10g"}, {"T11"}, {"T12"}, {"T14"}, {"T15"}, {"T15r"}, {"T15c"}, {"T15d"}, {"T16"},
    {"R1"}, {"R2"}, {"L1"}, {"L2"}, {"L3"}, {"L4"}, {"L5"}};

#ifdef STUDIO_TEST_HOOKS
// Any thread. Does nothing unless this very point is asked for.
void crash_point(std::string_view transition, std::string_view side);
#else
inline void crash_point(std::string_view, std::string_view) {}
#endif

}  // namespace studio
