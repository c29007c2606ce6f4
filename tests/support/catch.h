// The one place that knows which Catch2 is here: 2.13 (Debian 12) or 3.
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
#else
#include <catch2/catch.hpp>
#endif

#include <cstdio>
#include <string>

namespace studio {
// Set by STUDIO_SKIP; the main of the test program then ends with the code that CTest reads as skipped, if nothing failed.
inline bool test_was_skipped = false;
inline constexpr int SkippedExitCode = 77;
}  // namespace studio

// Leaves the test with a reason. CTest counts the test as skipped, and ./check names what lacks by this line.
#define STUDIO_SKIP(reason)                                      \
  do {                                                           \
    std::printf("SKIPPED: %s\n", std::string(reason).c_str());   \
    std::fflush(stdout);                                         \
    studio::test_was_skipped = true;                             \
    SUCCEED();                                                   \
    return;                                                      \
  } while (false)
