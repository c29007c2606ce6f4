// Short words that stand beside the transport's buttons.
#include "panels/loupe_words.h"

#include <cmath>
#include <cstdio>

namespace studio {

std::string timecode(double secs) {
  // A frame's time may lie a hair below what it means.
  const auto ms = static_cast<long long>(std::floor(secs * 1000 + 1e-6));
  char words[32];
  std::snprintf(words, sizeof words, "%lld:%02lld.%03lld", ms / 60'000, ms / 1000 % 60, ms % 1000);
  return words;
}

std::string frame_words(std::int64_t index, std::int64_t frames, bool is_exact) {
  return "f " + std::to_string(index + 1) + " of " + std::to_string(frames) + (is_exact ? "" : " …");
}

std::string speed_words(double speed) {
  if (speed == 0) return "1×";
  char words[32];
  std::snprintf(words, sizeof words, "%s%g×", speed < 0 ? "−" : "", std::abs(speed));
  return words;
}

std::string sound_words(const SoundFacts& facts) {
  if (!facts.has_audio) return "Clip without sound";
  if (!facts.is_on) return "Sound off";
  if (!facts.has_device) return "No sound device";
  if (facts.is_broken) return "Sound not playable";
  if (facts.speed != 0 && facts.speed != 1) return "Silent at " + speed_words(facts.speed);
  return "";
}

}  // namespace studio
