#include "panels/playhead.h"

#include <algorithm>
#include <cmath>

namespace studio {
namespace {

constexpr double fastest = 8;
// A time within a frame, not on its edge: rounding must not make it the frame before.
double inside(const ClipFacts& facts, std::int64_t index) {
  const double from = facts.times[static_cast<std::size_t>(index)];
  return from + std::min(1e-4, (facts.end_of(index) - from) / 2);
}

}  // namespace

void Playhead::open() {
  base_secs_ = since_secs_ = speed_ = 0;
}

double Playhead::secs(const ClipFacts& facts, double now_secs) const {
  const double run = base_secs_ + (now_secs - since_secs_) * speed_;
  if (facts.seconds <= 0) return 0;
  if (speed_ == 0 || !loops_) return std::clamp(run, 0.0, facts.seconds);
  const double wrapped = std::fmod(run, facts.seconds);
  return wrapped < 0 ? wrapped + facts.seconds : wrapped;
}

void Playhead::set_speed(double speed, const ClipFacts& facts, double now_secs) {
  base_secs_ = secs(facts, now_secs);
  since_secs_ = now_secs;
  speed_ = speed;
}

void Playhead::seek(std::int64_t index, const ClipFacts& facts, double now_secs) {
  base_secs_ = inside(facts, std::clamp<std::int64_t>(index, 0, facts.frames() - 1));
  since_secs_ = now_secs;
}

void Playhead::play(const ClipFacts& facts, double now_secs) { play_at(1, facts, now_secs); }

void Playhead::play_at(double speed, const ClipFacts& facts, double now_secs) {
  // From the end it begins anew, and so it does backwards from the start.
  const std::int64_t last = facts.frames() - 1, at = frame_at(facts, secs(facts, now_secs));
  if (speed_ == 0 && speed > 0 && at == last) seek(0, facts, now_secs);
  if (speed_ == 0 && speed < 0 && at == 0) seek(last, facts, now_secs);
  set_speed(speed, facts, now_secs);
}

void Playhead::press(ClipKeys::Act act, const ClipFacts& facts, double now_secs) {
  using Act = ClipKeys::Act;
  switch (act) {
    case Act::Toggle:
      if (speed_ == 0)
        play(facts, now_secs);
      else
        set_speed(0, facts, now_secs);
      return;
    case Act::Stop: return set_speed(0, facts, now_secs);
    case Act::On: return set_speed(speed_ <= 0 ? 1 : std::min(fastest, speed_ * 2), facts, now_secs);
    case Act::Back:
      // Backwards from the start means from the end, where it loops.
      return set_speed(speed_ >= 0 ? -1 : std::max(-fastest, speed_ * 2), facts, now_secs);
    case Act::FrameBack:
    case Act::FrameOn: {
      const std::int64_t at = frame_at(facts, secs(facts, now_secs)), last = facts.frames() - 1;
      set_speed(0, facts, now_secs);
      std::int64_t to = at + (act == Act::FrameOn ? 1 : -1);
      if (loops_ && to > last) to = 0;
      if (loops_ && to < 0) to = last;
      return seek(to, facts, now_secs);
    }
    case Act::Loop:
      base_secs_ = secs(facts, now_secs);
      since_secs_ = now_secs;
      loops_ = !loops_;
      return;
  }
}

std::int64_t Playhead::frame(const ClipFacts& facts, double now_secs) {
  const double at = secs(facts, now_secs);
  if (!loops_ && ((speed_ > 0 && at >= facts.seconds) || (speed_ < 0 && at <= 0))) {
    const std::int64_t end = speed_ > 0 ? facts.frames() - 1 : 0;
    speed_ = 0;
    seek(end, facts, now_secs);
    return end;
  }
  return frame_at(facts, at);
}

double Playhead::secs_to_next(const ClipFacts& facts, double now_secs) const {
  if (speed_ == 0) return 1e300;
  const double at = secs(facts, now_secs);
  const std::int64_t index = frame_at(facts, at);
  const double edge = speed_ > 0 ? facts.end_of(index) : facts.times[static_cast<std::size_t>(index)];
  return std::max(0.0, (edge - at) / speed_) + 1e-4;
}

}  // namespace studio
