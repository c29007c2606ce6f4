#include "shell/frame_watch.h"

#include <time.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/log.h"

namespace studio {
namespace {

std::int64_t now_ns(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return now.tv_sec * std::int64_t{1'000'000'000} + now.tv_nsec;
}

long whole_ms(std::int64_t ns) { return std::lround(static_cast<double>(ns) / 1e6); }

}  // namespace

void FrameWatch::begin() {
  if (is_under_way_) end(false);  // one that was never drawn: what it folded counts as well
  is_under_way_ = true;
  count_ = 0;
  begun_ns_ = since_ns_ = now_ns(CLOCK_THREAD_CPUTIME_ID);
}

void FrameWatch::did(const char* part) {
  if (!is_under_way_) return;
  const std::int64_t now = now_ns(CLOCK_THREAD_CPUTIME_ID);
  const std::int64_t took = now - std::exchange(since_ns_, now);
  for (std::size_t i = 0; i < count_; ++i) {
    if (std::strcmp(parts_[i].name, part) != 0) continue;
    parts_[i].ns += took;
    return;
  }
  if (count_ < parts_.size()) parts_[count_++] = {part, took};
}

void FrameWatch::end(bool is_drawn) {
  if (!std::exchange(is_under_way_, false)) return;
  const std::int64_t took = now_ns(CLOCK_THREAD_CPUTIME_ID) - begun_ns_;
  const double ms = static_cast<double>(took) / 1e6;
  report_.frames += is_drawn ? 1 : 0;
  if (ms > report_.worst_ms) {
    report_.worst_ms = ms;
    report_.worst = parts_in_words();
  }
  if (ms <= slow_ms) return;
  ++report_.slow_frames;
  ++unlogged_;
  const std::int64_t now = now_ns(CLOCK_MONOTONIC);
  if (logged_mono_ns_ != 0 && now - logged_mono_ns_ < log_every_ns_) return;
  logged_mono_ns_ = now;
  const std::int64_t others = std::exchange(unlogged_, 0) - 1;
  log_warning("a frame took " + std::to_string(whole_ms(took)) + " ms of processor time before it could be shown: " + parts_in_words() +
              (others > 0 ? "; " + std::to_string(others) + " more since the last such line" : ""));
}

// The largest first; what is under a millisecond is left out.
std::string FrameWatch::parts_in_words() const {
  auto parts = parts_;
  const auto end = parts.begin() + static_cast<std::ptrdiff_t>(count_);
  std::sort(parts.begin(), end, [](const Part& a, const Part& b) { return a.ns > b.ns; });
  std::string words;
  for (auto part = parts.begin(); part != end; ++part) {
    if (part != parts.begin() && whole_ms(part->ns) < 1) break;
    words += (words.empty() ? "" : ", ") + std::string(part->name) + " " + std::to_string(whole_ms(part->ns)) + " ms";
  }
  return words;
}

}  // namespace studio
