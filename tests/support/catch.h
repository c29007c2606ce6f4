// The one place that knows which Catch2 is here: 2.13 (Debian 12) or 3.
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif

#include <cstdio>
#include <string>

// Leaves the test with a reason. CTest sees the line and counts the test as skipped, naming what lacks.
#define STUDIO_SKIP(reason)                                                   \
  do {                                                                        \
    std::printf("SKIPPED: %s\n", std::string(reason).c_str());                \
    std::fflush(stdout);                                                      \
    SUCCEED();                                                                \
    return;                                                                   \
  } while (false)
