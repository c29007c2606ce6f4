// Sound in plain memory.
#pragma once

#include <cstddef>
#include <vector>

namespace studio {

// What every decoded clip's sound becomes, whatever the file holds.
inline constexpr int SoundRate = 48'000;
inline constexpr int SoundChannels = 2;
inline constexpr double MaxSoundSecs = 60;

// Samples interleaved by channel, -1…1 (a little beyond where the file was mastered too loud). The first belongs to the
// moment the clip's first picture is shown.
struct Sound {
  int rate = SoundRate;
  int channels = SoundChannels;
  std::vector<float> samples;
  double secs() const { return static_cast<double>(samples.size()) / rate / channels; }
};

}  // namespace studio
