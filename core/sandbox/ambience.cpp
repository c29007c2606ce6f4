#include "sandbox/ambience.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/random.h"
#include "sandbox/prompt_words.h"

namespace studio {
namespace {

constexpr double two_pi = 6.283185307179586;

// White noise from a small fast generator: one a channel and layer.
class Noise {
 public:
  explicit Noise(std::uint64_t seed) : state_(static_cast<std::uint32_t>(mix64(seed)) | 1u) {}
  float next() {
    state_ ^= state_ << 13, state_ ^= state_ >> 17, state_ ^= state_ << 5;
    return static_cast<float>(static_cast<std::int32_t>(state_)) * 0x1.0p-31f;
  }

 private:
  std::uint32_t state_;
};

// State-variable filter (Chamberlin): low, band and high outputs of one input; `pitch` may move.
struct Filter {
  float low = 0, band = 0;
  float high = 0;
  void run(float in, float hertz, float damping) {
    const float f = 2.0f * std::sin(3.14159265f * std::min(hertz, 8000.0f) / ambience_rate);
    low += f * band;
    high = in - low - damping * band;
    band += f * high;
  }
};

// A slow value between 0 and 1 without a beat.
class Drift {
 public:
  Drift(Random& random, double hertz) {
    for (auto& [speed, phase] : parts_) speed = two_pi * hertz * random.between(0.5, 1.5), phase = random.between(0, two_pi);
  }
  float at(double secs) const {
    double sum = 0;
    for (const auto& [speed, phase] : parts_) sum += std::sin(speed * secs + phase);
    return static_cast<float>(0.5 + sum / (2.0 * static_cast<double>(parts_.size())));
  }

 private:
  std::array<std::pair<double, double>, 3> parts_;
};

struct Mix {
  float waves = 0, wind = 0, rain = 0, city = 0, fire = 0, night = 0, birds = 0, hall = 0;
  float pad = 0.5f;
  bool is_dark = false;
};

Mix mix_from(std::string_view prompt) {
  const PromptWords words(prompt);
  Mix mix;
  if (words.any({"sea", "ocean", "beach", "shore", "wave", "waves", "coast", "island", "harbour", "harbor"})) mix.waves = 0.9f;
  if (words.any({"river", "lake", "water", "waterfall", "stream", "ripple", "ripples"})) mix.waves = std::max(mix.waves, 0.5f);
  if (words.any({"wind", "windy", "breeze", "mountain", "mountains", "desert", "snow", "snowy", "storm", "field", "fields", "cliff", "blizzard", "dunes"})) mix.wind = 0.8f;
  if (words.any({"rain", "rainy", "raining", "storm", "drizzle", "downpour"})) mix.rain = 0.8f;
  if (words.any({"city", "street", "neon", "traffic", "market", "station", "town", "downtown", "skyline"})) mix.city = 0.9f;
  if (words.any({"fire", "campfire", "candle", "torch", "ember", "embers", "lava"})) mix.fire = 0.8f;
  if (words.any({"night", "moon", "moonlit", "stars", "midnight", "crickets", "fireflies"})) mix.night = 0.5f;
  if (words.any({"forest", "garden", "meadow", "birds", "bird", "morning", "spring", "jungle", "park"})) mix.birds = 0.5f;
  if (words.any({"room", "hall", "temple", "cathedral", "museum", "library", "cave", "space", "ship", "interior"})) mix.hall = 0.7f;
  if (mix.waves + mix.wind + mix.rain + mix.city + mix.fire + mix.night + mix.birds + mix.hall == 0) mix.wind = 0.4f;
  if (words.any({"silent", "silence", "no music"})) mix.pad = 0;
  mix.is_dark = words.any({"night", "dark", "storm", "noir", "moody", "dystopian", "horror", "gloomy", "midnight", "abandoned"});
  return mix;
}

struct Voice {
  double phase = 0, step = 0;
  float left = 0, right = 0;
};

void add_pad(std::vector<float>& out, const Mix& mix, Random& random) {
  if (mix.pad <= 0) return;
  // Open voicings over a low root: major with a ninth, or minor with a seventh.
  constexpr std::array<int, 5> bright{0, 7, 12, 16, 26}, dark{0, 7, 12, 15, 22};
  const double root = 110.0 * std::pow(2.0, static_cast<double>(random.below(6)) / 12.0) * (mix.is_dark ? 0.75 : 1.0);
  std::vector<Voice> voices;
  const auto& chord = mix.is_dark ? dark : bright;
  for (std::size_t n = 0; n < chord.size(); ++n) {
    for (const double detune : {-1.0, 1.0}) {
      Voice voice;
      voice.phase = random.unit();
      voice.step = root * std::pow(2.0, chord[n] / 12.0) * (1 + detune * random.between(0.0008, 0.0022)) / ambience_rate;
      const auto side = static_cast<float>(random.between(0.25, 0.75));
      const float loud = 0.05f / (1.0f + 0.35f * static_cast<float>(n));
      voice.left = loud * side, voice.right = loud * (1 - side);
      voices.push_back(voice);
    }
  }
  const Drift breath(random, 0.11);
  float level = 0;
  for (std::size_t i = 0; i * 2 < out.size(); ++i) {
    if (i % 64 == 0) level = mix.pad * (0.55f + 0.45f * breath.at(static_cast<double>(i) / ambience_rate));
    for (Voice& voice : voices) {
      voice.phase += voice.step;
      if (voice.phase >= 1) voice.phase -= 1;
      // A parabola for a sine: a little warmth, no library call.
      const float x = static_cast<float>(voice.phase) * 2 - 1;
      const float wave = 4 * x * (1 - std::fabs(x));
      out[i * 2] += wave * voice.left * level;
      out[i * 2 + 1] += wave * voice.right * level;
    }
  }
}

// One layer of filtered noise whose loudness and colour drift: waves, wind, rain, a city far away are all this.
struct Bed {
  float loud = 0;
  float low_hertz = 200, high_hertz = 800;  // the colour drifts between these
  float damping = 1;
  enum class Part { Low, Band, High } part = Part::Low;
  double swell_hertz = 0.1;
  float quiet = 0.3f;  // the least loudness between swells
  float sharpness = 1; // > 1: longer lulls, as of waves
};

void add_bed(std::vector<float>& out, const Bed& bed, Random& random) {
  if (bed.loud <= 0) return;
  const Drift swell(random, bed.swell_hertz), colour(random, bed.swell_hertz * 0.7);
  Noise left(random.next()), right(random.next()), shared(random.next());
  Filter filters[2];
  float level = 0, hertz = 0, wanted_level = 0, wanted_hertz = 0;
  for (std::size_t i = 0; i * 2 < out.size(); ++i) {
    if (i % 128 == 0) {
      const double secs = static_cast<double>(i) / ambience_rate;
      wanted_level = bed.loud * (bed.quiet + (1 - bed.quiet) * std::pow(swell.at(secs), bed.sharpness));
      wanted_hertz = bed.low_hertz + (bed.high_hertz - bed.low_hertz) * colour.at(secs);
      if (i == 0) level = wanted_level, hertz = wanted_hertz;
    }
    level += (wanted_level - level) * 0.002f;
    hertz += (wanted_hertz - hertz) * 0.002f;
    const float common = 0.5f * shared.next();
    const float in[2] = {common + 0.5f * left.next(), common + 0.5f * right.next()};
    for (std::size_t c = 0; c < 2; ++c) {
      Filter& filter = filters[c];
      filter.run(in[c], hertz, bed.damping);
      const float heard = bed.part == Bed::Part::Low ? filter.low : bed.part == Bed::Part::Band ? filter.band : filter.high;
      out[i * 2 + c] += heard * level;
    }
  }
}

// Short sounds scattered over time: drops, crackles, chirps.
struct Scatter {
  double each_second = 10;
  float loud = 0.1f;
  double low_hertz = 1000, high_hertz = 3000;
  double secs = 0.02;
  double glide = 1;   // pitch at the end, as a factor
  float noise = 0;    // 1: noise instead of a tone
  int repeats = 1;
};

void add_scatter(std::vector<float>& out, const Scatter& scatter, Random& random) {
  if (scatter.loud <= 0) return;
  const double length = static_cast<double>(out.size() / 2) / ambience_rate;
  const auto count = static_cast<int>(scatter.each_second * length);
  for (int n = 0; n < count; ++n) {
    const double begins = random.between(0, length), hertz = random.between(scatter.low_hertz, scatter.high_hertz);
    const auto loud = static_cast<float>(scatter.loud * std::pow(random.unit(), 2.0) + 0.1 * scatter.loud);
    const auto side = static_cast<float>(random.between(0.15, 0.85));
    Noise hiss(random.next());
    for (int repeat = 0; repeat < scatter.repeats; ++repeat) {
      const auto first = static_cast<std::size_t>((begins + repeat * scatter.secs * 1.6) * ambience_rate);
      const auto samples = static_cast<std::size_t>(scatter.secs * ambience_rate);
      double phase = 0;
      for (std::size_t k = 0; k < samples && (first + k) * 2 + 1 < out.size(); ++k) {
        const double t = static_cast<double>(k) / static_cast<double>(samples);
        phase += two_pi * hertz * (1 + (scatter.glide - 1) * t) / ambience_rate;
        const auto shape = static_cast<float>(std::min(1.0, t * 12) * (1 - t) * (1 - t));
        const float wave = scatter.noise > 0 ? hiss.next() : static_cast<float>(std::sin(phase));
        out[(first + k) * 2] += wave * shape * loud * side;
        out[(first + k) * 2 + 1] += wave * shape * loud * (1 - side);
      }
    }
  }
}

}  // namespace

std::vector<float> make_ambience(std::string_view prompt, std::int64_t seed, std::int64_t frames) {
  std::vector<float> out(static_cast<std::size_t>(std::max<std::int64_t>(frames, 0)) * 2, 0.0f);
  Random random(mix64(static_cast<std::uint64_t>(seed) ^ 0x50BEDull) ^ stable_hash(prompt));
  const Mix mix = mix_from(prompt);
  using Part = Bed::Part;
  add_bed(out, {0.30f * mix.waves, 250, 900, 1.4f, Part::Low, 0.13, 0.12f, 2.2f}, random);   // the body of the surf
  add_bed(out, {0.06f * mix.waves, 2500, 5000, 1.2f, Part::High, 0.13, 0.05f, 3.0f}, random);  // its foam
  add_bed(out, {0.16f * mix.wind, 220, 620, 0.35f, Part::Band, 0.17, 0.25f, 1.4f}, random);
  add_bed(out, {0.05f * mix.rain, 3000, 4200, 1.2f, Part::High, 0.05, 0.75f, 1}, random);
  add_scatter(out, {70.0 * (mix.rain > 0), 0.05f * mix.rain, 1800, 5200, 0.008, 0.6, 0, 1}, random);
  add_bed(out, {0.34f * mix.city, 90, 210, 1.2f, Part::Low, 0.08, 0.55f, 1}, random);
  add_scatter(out, {0.5 * (mix.city > 0), 0.02f * mix.city, 300, 480, 0.7, 0.86, 0, 1}, random);  // a car passing far away
  add_scatter(out, {22.0 * (mix.fire > 0), 0.16f * mix.fire, 900, 2600, 0.005, 1, 1, 1}, random);
  add_bed(out, {0.20f * mix.fire, 120, 300, 1.2f, Part::Low, 0.5, 0.5f, 1}, random);
  add_scatter(out, {1.6 * (mix.night > 0), 0.030f * mix.night, 3900, 4500, 0.05, 1, 0, 4}, random);
  add_scatter(out, {1.3 * (mix.birds > 0), 0.060f * mix.birds, 2300, 4200, 0.09, 1.3, 0, 3}, random);
  add_bed(out, {0.22f * mix.hall, 60, 140, 0.9f, Part::Low, 0.06, 0.6f, 1}, random);
  add_pad(out, mix, random);

  const double in_secs = 0.15, out_secs = 0.5;
  for (std::size_t i = 0; i * 2 < out.size(); ++i) {
    const double from_start = static_cast<double>(i) / ambience_rate;
    const double to_end = static_cast<double>(static_cast<std::size_t>(frames) - i) / ambience_rate;
    const auto fade = static_cast<float>(std::min({1.0, from_start / in_secs, to_end / out_secs}));
    for (std::size_t c = 0; c < 2; ++c) {
      const float x = out[i * 2 + c] * 1.6f;
      out[i * 2 + c] = 0.9f * x / (1 + std::fabs(x)) * fade;  // soft limit: never clips
    }
  }
  return out;
}

}  // namespace studio
