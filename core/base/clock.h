// Wall and monotonic time behind one interface, so that tests step time by hand.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

namespace studio {

// Any thread may read a clock.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual std::int64_t wall_ms() const = 0;  // since 1970-01-01 UTC; may jump
  virtual std::int64_t mono_ms() const = 0;  // never goes back; timers and delays use this one
};

class SystemClock final : public Clock {
 public:
  std::int64_t wall_ms() const override;
  std::int64_t mono_ms() const override;
};

class FakeClock final : public Clock {
 public:
  std::int64_t wall_ms() const override { return wall_; }
  std::int64_t mono_ms() const override { return mono_; }
  void advance_ms(std::int64_t ms) { wall_ += ms; mono_ += ms; }
  void jump_wall_ms(std::int64_t ms) { wall_ += ms; }

 private:
  std::atomic<std::int64_t> wall_{1'700'000'000'000};
  std::atomic<std::int64_t> mono_{1'000'000};
};

// The monotonic time of this machine in seconds, for what is only drawn by it and never tested by hand.
double mono_secs();

// "2026-03-01T14:05:09Z"
std::string iso_utc(std::int64_t wall_ms);
// "2026-03-01" in UTC
std::string iso_date(std::int64_t wall_ms);
// The same where the user lives (TZ): the day that caps speak of. It may have 23 or 25 hours.
std::string local_date(std::int64_t wall_ms);

}  // namespace studio
