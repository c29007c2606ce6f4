// What the player sends to its device, read from the device: OpenAL Soft's own one that writes a WAV file at the pace of a
// real one.
#include "sound/sound_player.h"

#include <cmath>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <mutex>

#include "support/catch.h"
#include "support/temp_folder.h"

using namespace studio;

namespace {

// Sample n of the left channel says n: what is heard can be told to the sample.
constexpr int Cycle = 1 << 18;
float left_at(std::int64_t sample) { return (static_cast<float>(sample % Cycle) + 0.5f) / Cycle - 0.5f; }  // never silence

std::shared_ptr<const Sound> counting_sound(double secs) {
  auto sound = std::make_shared<Sound>();
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(secs * SoundRate); ++i) {
    sound->samples.push_back(left_at(i));
    sound->samples.push_back(0.25f);
  }
  return sound;
}

struct Rig {
  TempFolder folder;
  std::filesystem::path wav = folder.path() / "heard.wav";

  // OpenAL reads its settings once in a process's life: before the first player.
  void use_wave_file() {
    const auto settings = folder.path() / "alsoft.conf";
    std::ofstream(settings) << "[general]\nchannels = stereo\nsample-type = float32\nfrequency = 48000\nperiod_size = 480\noutput-limiter = false\n[wave]\nfile = "
                            << wav.string() << "\n";
    setenv("ALSOFT_CONF", settings.c_str(), 1);
    setenv("ALSOFT_DRIVERS", "wave", 1);
  }

  // The left channel of all that was written.
  std::vector<float> heard() const {
    std::ifstream in(wav, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(in)), {});
    const std::size_t data = bytes.find("data");
    if (data == std::string::npos) return {};
    std::vector<float> samples;
    for (std::size_t at = data + 8; at + 8 <= bytes.size(); at += 8) {
      float left = 0;
      std::memcpy(&left, bytes.data() + at, sizeof left);
      samples.push_back(left);
    }
    return samples;
  }

  // Frames, one every ten milliseconds, until it is so.
  bool frames(SoundPlayer& player, const std::function<void()>& ask, const std::function<bool()>& done) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    std::mutex mutex;
    std::condition_variable pause;
    while (!done()) {
      if (std::chrono::steady_clock::now() > end) return false;
      player.begin_frame();
      ask();
      player.end_frame();
      std::unique_lock lock(mutex);
      pause.wait_for(lock, std::chrono::milliseconds(10));
    }
    return true;
  }
};

double now_secs() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

std::int64_t number_at(float value) { return std::llround((value + 0.5) * Cycle - 0.5); }

// The longest stretch that counts on from sample to sample, as (first sample's number within the cycle, length).
std::pair<std::int64_t, std::int64_t> longest_run(const std::vector<float>& heard) {
  std::int64_t best = 0, best_at = 0, run = 0;
  for (std::size_t i = 1; i < heard.size(); ++i) {
    const bool counts_on = heard[i] != 0 && number_at(heard[i]) == (number_at(heard[i - 1]) + 1) % Cycle;
    run = counts_on ? run + 1 : 0;
    if (run > best) best = run, best_at = static_cast<std::int64_t>(i) - run;
  }
  return {best > 0 ? number_at(heard[static_cast<std::size_t>(best_at)]) : -1, best};
}

}  // namespace

TEST_CASE("What comes out is the clip's sound, sample for sample, from where the pictures are") {
  Rig rig;
  rig.use_wave_file();
  {
    SoundPlayer player([] {});
    const auto sound = counting_sound(3);
    const double since = now_secs();
    double heard = 0;
    REQUIRE(rig.frames(
        player, [&] { player.play(sound, 1.0 + now_secs() - since, 3, false); },
        [&] {
          heard = std::max(heard, player.counts().heard_secs);
          return heard > 1.8;
        }));
    CHECK(player.device() == SoundDevice::There);
    CHECK(player.counts().starts == 1);
    // The sound is where the pictures are.
    CHECK(std::abs(heard - (1.0 + now_secs() - since)) < 0.5);
  }
  const auto heard = rig.heard();
  REQUIRE(heard.size() > 24'000);
  const auto [first, length] = longest_run(heard);
  // Without a hole for long, however busy the machine is, and from where it was asked for, or as much later as it took to begin.
  CHECK(length > 9'600);
  const double from = static_cast<double>(first - SoundRate) / SoundRate;
  INFO("begins " << from << " s after the place");
  CHECK(from > -0.001);
  CHECK(from < 2);
}

TEST_CASE("Shorter sound is silent up to the clip's end, and a loop begins there anew") {
  Rig rig;
  rig.use_wave_file();
  {
    SoundPlayer player([] {});
    const auto sound = counting_sound(0.2);
    const double since = now_secs();
    REQUIRE(rig.frames(
        player, [&] { player.play(sound, std::fmod(now_secs() - since, 0.5), 0.5, true); }, [&] { return now_secs() - since > 1.6 && player.counts().starts > 0; }));
  }
  const auto heard = rig.heard();
  // From the start of one round to the start of the next it is the clip's half a second.
  std::vector<std::size_t> starts;
  for (std::size_t i = 1; i + 1 < heard.size(); ++i) {
    if (number_at(heard[i]) == 0 && number_at(heard[i + 1]) == 1 && heard[i - 1] == 0) starts.push_back(i);
  }
  REQUIRE(starts.size() >= 2);
  bool found = false;
  for (std::size_t i = 1; i < starts.size(); ++i) found = found || starts[i] - starts[i - 1] == SoundRate / 2;
  CHECK(found);
}

TEST_CASE("When the pictures jump, the sound jumps with them") {
  Rig rig;
  rig.use_wave_file();
  SoundPlayer player([] {});
  const auto sound = counting_sound(20);
  double since = now_secs(), from = 0;
  const auto ask = [&] { player.play(sound, from + now_secs() - since, 20, false); };
  REQUIRE(rig.frames(player, ask, [&] { return player.counts().heard_secs > 0.1; }));
  since = now_secs(), from = 12;
  REQUIRE(rig.frames(player, ask, [&] { return player.counts().heard_secs > 12; }));
  CHECK(player.counts().corrections >= 1);
  CHECK(std::abs(player.counts().heard_secs - (from + now_secs() - since)) < 0.5);
}

TEST_CASE("Sound that nobody asks for any more stops, and the device is given back") {
  Rig rig;
  rig.use_wave_file();
  SoundPlayer::Settings settings;
  settings.forget_secs = 0.2;
  settings.close_secs = 0.1;
  SoundPlayer player([] {}, settings);
  const auto sound = counting_sound(20);
  const double since = now_secs();
  const auto ask = [&] { player.play(sound, now_secs() - since, 20, false); };
  REQUIRE(rig.frames(player, ask, [&] { return player.counts().heard_secs > 0; }));
  CHECK(player.counts().is_open);
  // A frame that does not ask.
  REQUIRE(rig.frames(player, [] {}, [&] { return !player.counts().is_open; }));
  CHECK(player.counts().heard_secs == 0);
  // And it comes again.
  REQUIRE(rig.frames(player, ask, [&] { return player.counts().heard_secs > 0; }));
  // No frame at all: the window is hidden.
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (player.counts().is_open && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  CHECK_FALSE(player.counts().is_open);
  CHECK(player.counts().heard_secs == 0);
  // And it comes again.
  REQUIRE(rig.frames(player, ask, [&] { return player.counts().heard_secs > 0; }));
}

TEST_CASE("Where there is no device the player says so and harms nothing") {
  setenv("ALSOFT_DRIVERS", "wave", 1);  // without a file to write: there is none
  Rig rig;
  std::atomic<int> woken = 0;
  SoundPlayer player([&] { ++woken; });
  CHECK(player.device() == SoundDevice::Unknown);
  const auto sound = counting_sound(1);
  REQUIRE(rig.frames(player, [&] { player.play(sound, 0, 1, true); }, [&] { return player.device() != SoundDevice::Unknown; }));
  CHECK(player.device() == SoundDevice::None);
  REQUIRE(rig.frames(player, [] {}, [&] { return woken == 1; }));
  CHECK_FALSE(player.counts().is_open);
}

TEST_CASE("Rubbish is not played") {
  Rig rig;
  rig.use_wave_file();
  SoundPlayer player([] {});
  player.begin_frame();
  player.play(nullptr, 0, 1, true);
  player.play(counting_sound(0.1), 0, 0, true);
  player.play(counting_sound(0.1), std::nan(""), 1, true);
  auto mono = std::make_shared<Sound>();
  mono->channels = 1;
  mono->samples.assign(100, 0.5f);
  player.play(mono, 0, 1, true);
  player.end_frame();
  CHECK(player.device() == SoundDevice::Unknown);
  CHECK(player.counts().starts == 0);
}
