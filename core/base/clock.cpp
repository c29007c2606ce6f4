#include "base/clock.h"

#include <chrono>
#include <ctime>

namespace studio {

std::int64_t SystemClock::wall_ms() const {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

std::int64_t SystemClock::mono_ms() const {
  using namespace std::chrono;
  return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

double mono_secs() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

namespace {
std::string format_utc(std::int64_t wall_ms, const char* format) {
  const std::time_t secs = static_cast<std::time_t>(wall_ms / 1000);
  std::tm parts{};
  gmtime_r(&secs, &parts);
  char text[32];
  return std::string(text, std::strftime(text, sizeof text, format, &parts));
}
}  // namespace

std::string iso_utc(std::int64_t wall_ms) { return format_utc(wall_ms, "%Y-%m-%dT%H:%M:%SZ"); }
std::string iso_date(std::int64_t wall_ms) { return format_utc(wall_ms, "%Y-%m-%d"); }

std::string local_date(std::int64_t wall_ms) {
  const std::time_t secs = static_cast<std::time_t>(wall_ms / 1000);
  std::tm parts{};
  localtime_r(&secs, &parts);
  char text[32];
  return std::string(text, std::strftime(text, sizeof text, "%Y-%m-%d", &parts));
}

}  // namespace studio
