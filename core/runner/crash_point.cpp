#include "runner/crash_point.h"

#ifdef STUDIO_TEST_HOOKS
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace studio {
namespace {

bool is_named(std::string_view transition, std::string_view side) {
  return std::any_of(std::begin(crash_places), std::end(crash_places), [&](const CrashPlace& place) {
    return place.name == transition && (side == "before" ? place.has_before : place.has_after);
  });
}

}  // namespace

void crash_point(std::string_view transition, std::string_view side) {
  const std::string point = std::string(transition) + " " + std::string(side);
  if (!is_named(transition, side)) {
    std::fprintf(stderr, "The crash point \"%s\" is not in the list of core/runner/crash_point.h.\n", point.c_str());
    std::abort();
  }
  const char* const wanted = std::getenv("STUDIO_CRASH_AT");
  if (wanted == nullptr || *wanted == 0) return;
  static std::atomic<int> times{0};
  std::string_view name = wanted;
  int wanted_time = 1;
  if (const auto hash = name.find('#'); hash != std::string_view::npos) {
    wanted_time = std::atoi(std::string(name.substr(hash + 1)).c_str());
    name = name.substr(0, hash);
  }
  if (name != point) return;
  if (++times == wanted_time) ::kill(::getpid(), SIGKILL);
}

}  // namespace studio
#endif
