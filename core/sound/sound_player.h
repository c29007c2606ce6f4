// Plays the sound of one clip on the machine's device. The pictures lead: each frame says where they are, and sound that is
// off by more than can be noticed is set right. Nothing is open while nothing plays, so silence costs nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "media/sound.h"

namespace studio {

enum class SoundDevice : std::uint8_t { Unknown, There, None };  // Unknown: nothing was played yet

// All calls on the UI thread; the device is talked to on a thread of its own.
class SoundPlayer {
 public:
  struct Settings {
    double forget_secs = 0.5;  // sound that is not asked for again stops, also when no frame is drawn any more
    double close_secs = 2;     // after the last sound the device is given back
  };

  // `wake` is called from the player's thread when device() changed; it may only wake.
  explicit SoundPlayer(std::function<void()> wake) : SoundPlayer(std::move(wake), Settings{}) {}
  SoundPlayer(std::function<void()> wake, Settings settings);
  ~SoundPlayer();
  SoundPlayer(const SoundPlayer&) = delete;
  SoundPlayer& operator=(const SoundPlayer&) = delete;

  void begin_frame();  // the moment that play() is about
  // What shall be heard now: `sound` at `at_secs`, at its own speed. The clip takes `period_secs`: longer sound is cut there,
  // shorter sound is silent up to there, and what loops begins anew there. Of a clip longer than any sound, silence follows.
  void play(std::shared_ptr<const Sound> sound, double at_secs, double period_secs, bool loops);
  // What was not asked for in this frame stops.
  void end_frame();

  // Where there is none, the next sound after three seconds of silence looks again.
  SoundDevice device() const;

  struct Counts {
    std::int64_t starts = 0;       // of the device with something to play
    std::int64_t corrections = 0;  // jumps, because the pictures jumped or the clocks drifted apart
    bool is_open = false;          // the device is held
    double heard_secs = 0;         // where the sound is that comes out now; 0 while silent
  };
  Counts counts() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace studio
