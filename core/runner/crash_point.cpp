#include "runner/crash_point.h"

#ifdef STUDIO_TEST_HOOKS
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <string>

namespace studio {

void crash_point(std::string_view transition, std::string_view side) {
  const char* const wanted = std::getenv("STUDIO_CRASH_AT");
  if (wanted == nullptr || *wanted == 0) return;
  static std::atomic<int> times{0};
  std::string_view name = wanted;
  int wanted_time = 1;
  if (const auto hash = name.find('#'); hash != std::string_view::npos) {
    wanted_time = std::atoi(std::string(name.substr(hash + 1)).c_str());
    name = name.substr(0, hash);
  }
  if (name != std::string(transition) + " " + std::string(side)) return;
  if (++times == wanted_time) ::kill(::getpid(), SIGKILL);
}

}  // namespace studio
#endif
