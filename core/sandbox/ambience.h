// The sound of a clip: quiet layers of shaped noise and a soft chord, chosen by words. The same words, seed and length give the
// same samples.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace studio {

inline constexpr int ambience_rate = 48000;

// Interleaved stereo, -1 … 1, `frames` sample pairs, faded at both ends.
std::vector<float> make_ambience(std::string_view prompt, std::int64_t seed, std::int64_t frames);

}  // namespace studio
