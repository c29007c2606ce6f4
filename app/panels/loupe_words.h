// The words of a clip's transport: time, frame, speed, and what is to be said about its sound. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace studio {

std::string timecode(double secs);  // "1:02.250": minutes, seconds, thousandths
std::string frame_words(std::int64_t index, std::int64_t frames, bool is_exact);  // "f 25 of 48"; "…" while it is on its way
// "2×", "−1×"; at rest (0) the speed at which it would play.
std::string speed_words(double speed);

// The speeds there are to choose from, fastest first.
inline constexpr std::array<double, 10> clip_speeds = {8, 4, 2, 1, 0.5, 0.25, -1, -2, -4, -8};

struct SoundFacts {
  bool has_audio = true;
  bool is_on = true;       // as the user has it
  bool has_device = true;  // or it is not known yet
  bool is_broken = false;  // this clip's sound cannot be played
  double speed = 0;
};
// Why nothing is heard, in a few words; empty: it is heard, or would be.
std::string sound_words(const SoundFacts& facts);

}  // namespace studio
