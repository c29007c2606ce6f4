// Where a clip is in the loupe, and how it moves: play, shuttle, steps, loop. Pure: times go in, a frame number comes out.
#pragma once

#include <cstdint>

#include "clips/clip_facts.h"
#include "commands/app_state.h"

namespace studio {

class Playhead {
 public:
  // Another clip: at its first frame, at rest; the loop stays as it was set.
  void open();
  // What a key or button asks for. `now_secs`: monotonic.
  void press(ClipKeys::Act act, const ClipFacts& facts, double now_secs);
  void seek(std::int64_t index, const ClipFacts& facts, double now_secs);
  void play(const ClipFacts& facts, double now_secs);
  void play_at(double speed, const ClipFacts& facts, double now_secs);

  // The frame to be shown now. At an end it turns to the other one (loop) or stops there.
  std::int64_t frame(const ClipFacts& facts, double now_secs);
  // Seconds until another frame is due; large while at rest.
  double secs_to_next(const ClipFacts& facts, double now_secs) const;
  // Time within the clip at `now_secs`.
  double secs(const ClipFacts& facts, double now_secs) const;

  double speed() const { return speed_; }  // 0: at rest; below 0: backwards
  bool loops() const { return loops_; }
  int direction() const { return speed_ > 0 ? 1 : speed_ < 0 ? -1 : 0; }

 private:
  void set_speed(double speed, const ClipFacts& facts, double now_secs);

  double base_secs_ = 0;  // within the clip, at since_secs_
  double since_secs_ = 0;
  double speed_ = 0;
  bool loops_ = true;
};

}  // namespace studio
