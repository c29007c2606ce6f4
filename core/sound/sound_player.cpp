// OpenAL Soft mixes on threads of its own; this room's thread opens the device, which may take long, and watches the time.
#include "sound/sound_player.h"

#include <AL/al.h>
#include <AL/alc.h>
#include <AL/alext.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace studio {
namespace {

using Clock = std::chrono::steady_clock;
using Secs = std::chrono::duration<double>;

// EBU R37: sound may come 40 ms before its picture, or 60 ms after it.
constexpr double NoticedSecs = 0.040;
constexpr double LookEverySecs = 0.1;
constexpr double TryAgainSecs = 3;

struct Wish {
  std::shared_ptr<const Sound> sound;
  double at_secs = 0;  // at `since`
  double period_secs = 0;
  bool loops = false;
  Clock::time_point since;

  double position(Clock::time_point now) const {
    const double at = at_secs + Secs(now - since).count();
    return loops ? std::fmod(at, period_secs) : std::min(at, period_secs);
  }
  // How far `at` lies after `other`; over the seam of a loop the short way.
  double ahead(double at, double other) const {
    const double difference = at - other;
    return loops ? difference - period_secs * std::round(difference / period_secs) : difference;
  }
};

// Asking OpenAL where there is nothing makes ALSA complain on stderr, so the usual places are looked at first.
bool may_have_device() {
  namespace fs = std::filesystem;
  for (const char* name : {"ALSOFT_DRIVERS", "ALSOFT_CONF", "PULSE_SERVER", "JACK_DEFAULT_SERVER"}) {
    if (const char* value = std::getenv(name); value != nullptr && *value != 0) return true;
  }
  std::error_code error;
  if (const char* runtime = std::getenv("XDG_RUNTIME_DIR"); runtime != nullptr && *runtime != 0) {
    if (fs::exists(fs::path(runtime) / "pulse" / "native", error) || fs::exists(fs::path(runtime) / "pipewire-0", error)) return true;
  }
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != 0) {
    if (fs::exists(fs::path(home) / ".asoundrc", error)) return true;
  }
  if (fs::exists("/etc/asound.conf", error) || fs::exists("/dev/dsp", error)) return true;
  for (fs::directory_iterator entry("/dev/snd", error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name.starts_with("pcm") && name.ends_with('p')) return true;
  }
  return false;
}

// The device with one source. Used by the player's thread only.
class Speaker {
 public:
  ~Speaker() { close(); }

  bool is_open() const { return device_ != nullptr; }
  bool is_connected() const {
    ALCint connected = ALC_TRUE;
    if (alcIsExtensionPresent(device_, "ALC_EXT_disconnect") == ALC_TRUE) alcGetIntegerv(device_, ALC_CONNECTED, 1, &connected);
    return connected == ALC_TRUE;
  }

  bool open() {
    if (!may_have_device()) return false;
    device_ = alcOpenDevice(nullptr);
    if (device_ == nullptr) return false;
    const ALCint wanted[] = {ALC_FREQUENCY, SoundRate, 0};
    context_ = alcCreateContext(device_, wanted);
    if (context_ == nullptr || alcMakeContextCurrent(context_) != ALC_TRUE || alIsExtensionPresent("AL_EXT_FLOAT32") != AL_TRUE) {
      close();
      return false;
    }
    alGetError();
    alGenSources(1, &source_);
    alGenBuffers(1, &buffer_);
    if (alGetError() != AL_NO_ERROR) {
      close();
      return false;
    }
    // Left is left and right is right: no placing in a room.
    if (alIsExtensionPresent("AL_SOFT_direct_channels") == AL_TRUE) alSourcei(source_, AL_DIRECT_CHANNELS_SOFT, AL_TRUE);
    if (alIsExtensionPresent("AL_SOFT_source_latency") == AL_TRUE)
      latency_of_ = reinterpret_cast<LPALGETSOURCEDVSOFT>(alGetProcAddress("alGetSourcedvSOFT"));
    return true;
  }

  void close() {
    if (context_ != nullptr) {
      if (source_ != 0) alDeleteSources(1, &source_);
      if (buffer_ != 0) alDeleteBuffers(1, &buffer_);
      alcMakeContextCurrent(nullptr);
      alcDestroyContext(context_);
    }
    if (device_ != nullptr) alcCloseDevice(device_);
    device_ = nullptr, context_ = nullptr, source_ = buffer_ = 0, loaded_.reset();
  }

  // From where the wish says. Whether it plays.
  bool start(const Wish& wish, Clock::time_point now) {
    if (loaded_ != wish.sound || loaded_secs_ != wish.period_secs) {
      alSourceStop(source_);
      alSourcei(source_, AL_BUFFER, 0);
      std::vector<float> samples = wish.sound->samples;
      samples.resize(static_cast<std::size_t>(std::llround(wish.period_secs * SoundRate)) * static_cast<std::size_t>(SoundChannels), 0.0f);
      alGetError();
      alBufferData(buffer_, AL_FORMAT_STEREO_FLOAT32, samples.data(), static_cast<ALsizei>(samples.size() * sizeof(float)), SoundRate);
      alSourcei(source_, AL_BUFFER, static_cast<ALint>(buffer_));
      if (alGetError() != AL_NO_ERROR) return false;
      loaded_ = wish.sound;
      loaded_secs_ = wish.period_secs;
    }
    const bool played = plays();
    set_position(wish, now);
    if (!played) alSourcePlay(source_);  // one that plays would begin anew
    return alGetError() == AL_NO_ERROR;
  }

  void set_position(const Wish& wish, Clock::time_point now) {
    alSourcei(source_, AL_LOOPING, wish.loops ? AL_TRUE : AL_FALSE);
    double at = wish.position(now) + latency_secs_;
    at = wish.loops ? std::fmod(at, wish.period_secs) : std::min(at, wish.period_secs - 1e-3);
    // A whole sample: between two of them every one would have to be interpolated.
    alSourcei(source_, AL_SAMPLE_OFFSET, static_cast<ALint>(std::max(0.0, at) * SoundRate));
  }

  double latency_secs() const { return latency_secs_; }
  void stop() { alSourceStop(source_); }
  bool plays() const {
    ALint state = 0;
    alGetSourcei(source_, AL_SOURCE_STATE, &state);
    return state == AL_PLAYING;
  }

  // Where the sound is that can be heard now.
  double heard_secs() {
    ALdouble offset[2] = {0, 0};  // and how long it takes from there to the ear
    if (latency_of_ != nullptr) {
      latency_of_(source_, AL_SEC_OFFSET_LATENCY_SOFT, offset);
    } else {
      ALfloat secs = 0;
      alGetSourcef(source_, AL_SEC_OFFSET, &secs);
      offset[0] = secs;
    }
    latency_secs_ = std::clamp(offset[1], 0.0, 1.0);
    return offset[0] - latency_secs_;
  }

 private:
  ALCdevice* device_ = nullptr;
  ALCcontext* context_ = nullptr;
  ALuint source_ = 0, buffer_ = 0;
  LPALGETSOURCEDVSOFT latency_of_ = nullptr;
  std::shared_ptr<const Sound> loaded_;
  double loaded_secs_ = 0;
  double latency_secs_ = 0;
};

}  // namespace

struct SoundPlayer::State {
  std::function<void()> wake;
  Settings settings;
  bool asked = false;  // in this frame; UI thread
  Clock::time_point frame = Clock::now();

  struct Shared {
    std::mutex mutex;
    std::condition_variable_any changed;
    std::optional<Wish> wish;
    Clock::time_point renewed;
    bool has_work = false;  // the wish is another one, or it jumped
    SoundDevice device = SoundDevice::Unknown;
    Counts counts;
  } shared;

  Speaker speaker;  // the thread's own
  std::jthread thread;

  void run(const std::stop_token& stop);
  void attend(const std::optional<Wish>& wish, bool jumped, Clock::time_point& tried);
};

// One look: starts, sets right, or falls silent.
void SoundPlayer::State::attend(const std::optional<Wish>& wish, bool jumped, Clock::time_point& tried) {
  auto now = Clock::now();
  if (speaker.is_open() && !speaker.is_connected()) speaker.close();
  if (!wish) {
    if (speaker.is_open()) speaker.stop();
  } else if (!speaker.is_open() && tried == Clock::time_point{}) {
    tried = now;
    const bool opened = speaker.open();
    if (opened) tried = {};  // given back in silence, or lost with its cable: opened again when there is sound
    now = Clock::now();
    std::unique_lock lock(shared.mutex);
    const auto device = opened ? SoundDevice::There : SoundDevice::None;
    const bool is_news = std::exchange(shared.device, device) != device;
    lock.unlock();
    if (is_news && wake) wake();
  }
  double heard = 0;
  bool started = false, corrected = false;
  if (wish && speaker.is_open()) {
    // It ends earlier than its pictures, by what is still on its way to the ear.
    const bool at_end = !wish->loops && wish->position(now) + speaker.latency_secs() >= wish->period_secs - NoticedSecs;
    if (jumped || (!speaker.plays() && !at_end)) {
      corrected = jumped && speaker.plays();
      started = speaker.start(*wish, now) && !corrected;
    } else if (speaker.plays()) {
      heard = speaker.heard_secs();
      if (std::abs(wish->ahead(heard, wish->position(Clock::now()))) > NoticedSecs) {
        speaker.set_position(*wish, Clock::now());
        corrected = true;
      }
    }
  }
  const std::lock_guard lock(shared.mutex);
  shared.counts.starts += started ? 1 : 0;
  shared.counts.corrections += corrected ? 1 : 0;
  shared.counts.is_open = speaker.is_open();
  shared.counts.heard_secs = heard;
}

void SoundPlayer::State::run(const std::stop_token& stop) {
  Clock::time_point tried{}, silent_since{};
  bool was_silent = true;
  std::unique_lock lock(shared.mutex);
  while (!stop.stop_requested()) {
    const auto has_work = [this] { return shared.has_work; };
    if (shared.wish)
      shared.changed.wait_for(lock, stop, Secs(LookEverySecs), has_work);
    else if (speaker.is_open())
      shared.changed.wait_until(lock, stop, silent_since + std::chrono::duration_cast<Clock::duration>(Secs(settings.close_secs)), has_work);
    else
      shared.changed.wait(lock, stop, has_work);
    if (stop.stop_requested()) break;
    const auto now = Clock::now();
    if (shared.wish && Secs(now - shared.renewed).count() > settings.forget_secs) shared.wish.reset();
    const bool jumped = std::exchange(shared.has_work, false) && shared.wish.has_value();
    const std::optional<Wish> wish = shared.wish;
    lock.unlock();
    // Where there was no device, the next sound after some silence looks again: headphones may have come.
    if (wish && was_silent && Secs(now - silent_since).count() > TryAgainSecs) tried = {};
    was_silent = !wish;
    attend(wish, jumped, tried);
    if (wish) silent_since = Clock::now();
    if (!wish && speaker.is_open() && Secs(now - silent_since).count() >= settings.close_secs) speaker.close();
    lock.lock();
    shared.counts.is_open = speaker.is_open();
  }
  lock.unlock();
  speaker.close();  // on its own thread
}

SoundPlayer::SoundPlayer(std::function<void()> wake, Settings settings) : state_(std::make_unique<State>()) {
  state_->wake = std::move(wake);
  state_->settings = settings;
  state_->thread = std::jthread([state = state_.get()](const std::stop_token& stop) { state->run(stop); });
}

SoundPlayer::~SoundPlayer() {
  state_->thread.request_stop();
  state_->thread.join();
}

void SoundPlayer::begin_frame() {
  state_->asked = false;
  state_->frame = Clock::now();
}

void SoundPlayer::play(std::shared_ptr<const Sound> sound, double at_secs, double period_secs, bool loops) {
  if (!sound || sound->channels != SoundChannels || sound->rate != SoundRate || !(period_secs > 0.01) || !std::isfinite(at_secs)) return;
  if (period_secs > MaxSoundSecs + 1) {
    period_secs = MaxSoundSecs + 1;
    loops = false;
    if (at_secs >= period_secs) return;
  }
  state_->asked = true;
  Wish wish{std::move(sound), std::clamp(at_secs, 0.0, period_secs), period_secs, loops, state_->frame};
  auto& shared = state_->shared;
  const std::lock_guard lock(shared.mutex);
  const bool goes_on = shared.wish && shared.wish->sound == wish.sound && shared.wish->period_secs == wish.period_secs && shared.wish->loops == loops &&
                       std::abs(wish.ahead(wish.at_secs, shared.wish->position(wish.since))) < NoticedSecs;
  shared.renewed = wish.since;
  shared.wish = std::move(wish);
  if (goes_on) return;
  shared.has_work = true;
  shared.changed.notify_all();
}

void SoundPlayer::end_frame() {
  if (state_->asked) return;
  auto& shared = state_->shared;
  const std::lock_guard lock(shared.mutex);
  if (!shared.wish) return;
  shared.wish.reset();
  shared.has_work = true;
  shared.changed.notify_all();
}

SoundDevice SoundPlayer::device() const {
  const std::lock_guard lock(state_->shared.mutex);
  return state_->shared.device;
}

SoundPlayer::Counts SoundPlayer::counts() const {
  const std::lock_guard lock(state_->shared.mutex);
  return state_->shared.counts;
}

}  // namespace studio
