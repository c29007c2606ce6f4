#include "clips/clip_facts.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace studio {
namespace {

std::string rate_words(double rate) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", rate);
  std::string words = text;
  while (words.back() == '0') words.pop_back();
  if (words.back() == '.') words.pop_back();
  return words;
}

// From the times themselves: what the header says about its rate may be wrong.
std::string fps_words(const std::vector<double>& times, const MediaFacts& media) {
  if (times.size() < 2) return "one frame";
  double shortest = 1e9, longest = 0;
  for (std::size_t i = 1; i < times.size(); ++i) {
    shortest = std::min(shortest, times[i] - times[i - 1]);
    longest = std::max(longest, times[i] - times[i - 1]);
  }
  const double average = static_cast<double>(times.size() - 1) / times.back();
  // Containers that count in milliseconds round every time.
  if (longest - shortest > 0.0021) return "about " + rate_words(std::round(average * 10) / 10) + " fps, varying";
  const double said = media.fps_den > 0 ? static_cast<double>(media.fps_num) / media.fps_den : 0;
  if (said > 0 && std::fabs(said - average) < 0.002 * average) return rate_words(std::round(said * 100) / 100) + " fps";
  return rate_words(std::round(average * 100) / 100) + " fps";
}

}  // namespace

std::int64_t frame_at(const std::vector<double>& times, double secs) {
  // Times asked for are often those handed out, a rounding error later: they stay on their frame.
  const auto after = std::upper_bound(times.begin(), times.end(), secs + 1e-6);
  return after == times.begin() ? 0 : after - times.begin() - 1;
}

ClipFacts make_clip_facts(const MediaFacts& media, std::vector<double> times, double end_secs) {
  ClipFacts facts;
  facts.fps_words = fps_words(times, media);
  facts.times = std::move(times);
  facts.seconds = end_secs;
  facts.container = media.container;
  facts.video_codec = media.video_codec;
  facts.audio_codec = media.audio_codec;
  facts.has_audio = media.has_audio;
  facts.width = media.width;
  facts.height = media.height;
  facts.colour = media.colour;
  return facts;
}

ClipFacts with_decoded_facts(ClipFacts facts, const MediaFacts& media) {
  facts.width = media.width;
  facts.height = media.height;
  facts.colour = media.colour;
  facts.is_decoded = true;
  return facts;
}

}  // namespace studio
