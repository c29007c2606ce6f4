// What is known of a clip once it was opened: when each frame is shown, and the words for people.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "media/media_facts.h"

namespace studio {

struct ClipFacts {
  std::vector<double> times;  // presentation of frame n from the first's, ascending; at least one
  double seconds = 0;         // when the last frame ends
  int width = 0, height = 0;  // px as shown
  bool has_audio = false;
  ColourTags colour;
  bool is_decoded = false;    // size and colour come from a decoded frame; before, from the file's header
  std::string fps_words;      // "24 fps", "29.97 fps", "about 24 fps, varying"
  std::string container, video_codec, audio_codec;

  std::int64_t frames() const { return static_cast<std::int64_t>(times.size()); }
  // When frame n stops being shown.
  double end_of(std::int64_t index) const { return index + 1 < frames() ? times[static_cast<std::size_t>(index + 1)] : seconds; }
};

// The frame shown at that time; the nearest end outside of the clip.
std::int64_t frame_at(const std::vector<double>& times, double secs);
inline std::int64_t frame_at(const ClipFacts& facts, double secs) { return frame_at(facts.times, secs); }

ClipFacts make_clip_facts(const MediaFacts& media, std::vector<double> times, double end_secs);
// The same times with what a decoded frame tells.
ClipFacts with_decoded_facts(ClipFacts facts, const MediaFacts& media);

}  // namespace studio
