#include "engine/key_watch.h"

namespace studio {
namespace {

// A key that was just saved in the settings is seen as soon as that.
constexpr std::int64_t good_for_ms = 2000;

}  // namespace

KeyWatch::KeyWatch(std::function<Missing()> look, std::shared_ptr<const Clock> clock, std::function<void()> wake)
    : look_(std::move(look)),
      clock_(std::move(clock)),
      wake_(std::move(wake)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

KeyWatch::~KeyWatch() = default;

std::string KeyWatch::missing(std::string_view provider) {
  std::lock_guard lock(mutex_);
  if (!is_wanted_ && clock_->mono_ms() - looked_mono_ms_ >= good_for_ms) {
    is_wanted_ = true;
    asked_.notify_one();
  }
  const auto found = missing_.find(std::string(provider));
  return found == missing_.end() ? std::string() : found->second;
}

void KeyWatch::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    Missing seen = look_();
    bool has_changed = false;
    {
      std::lock_guard lock(mutex_);
      has_changed = seen != missing_;
      missing_ = std::move(seen);
      is_wanted_ = false;
      looked_mono_ms_ = clock_->mono_ms();
    }
    if (has_changed && wake_) wake_();
    std::unique_lock lock(mutex_);
    asked_.wait(lock, stop, [this] { return is_wanted_; });
  }
}

}  // namespace studio
