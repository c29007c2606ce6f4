#include "sandbox/clip.h"

#include <cmath>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <span>
#include <thread>

#include "media/clip_encoder.h"
#include "sandbox/ambience.h"
#include "sandbox/clip_scene.h"

namespace studio {
namespace {

// Hands drawn frames to the encoder in order and gives their memory back. A few are enough: both sides are steady.
class FrameBelt {
 public:
  FrameBelt(int width, int height) {
    for (int i = 0; i < 3; ++i) empty_.emplace_back(width, height);
  }
  std::optional<Picture> take_empty() { return take(empty_); }
  std::optional<Picture> take_drawn() { return take(drawn_); }
  void put_empty(Picture picture) { put(empty_, std::move(picture)); }
  void put_drawn(Picture picture) { put(drawn_, std::move(picture)); }
  void close() {
    std::lock_guard lock(mutex_);
    is_closed_ = true;
    changed_.notify_all();
  }

 private:
  std::optional<Picture> take(std::deque<Picture>& from) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return is_closed_ || !from.empty(); });
    if (is_closed_) return std::nullopt;
    Picture picture = std::move(from.front());
    from.pop_front();
    return picture;
  }
  void put(std::deque<Picture>& to, Picture picture) {
    std::lock_guard lock(mutex_);
    to.push_back(std::move(picture));
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Picture> empty_, drawn_;
  bool is_closed_ = false;
};

}  // namespace

Result<void> make_clip(const ClipOrder& order, int fd, const std::stop_token& stop, const std::function<void(double)>& tell_progress) {
  const int frames = std::max(1, static_cast<int>(std::lround(order.seconds * clip_fps)));
  ClipSettings settings = fast_clip_settings(order.picture.width, order.picture.height, clip_fps, 1);
  // As quick as the next faster preset on slow moves, at a sixth of the bytes. The pictures are full of soft gradients, which
  // show every block, hence the low factor.
  settings.preset = "veryfast";
  settings.crf = 16;
  settings.audio_channels = 2;
  settings.audio_rate = ambience_rate;
  STUDIO_TRY(const auto encoder, ClipEncoder::start(settings, fd));

  FrameBelt belt(order.picture.width, order.picture.height);
  std::vector<float> sound;
  std::jthread drawer([&] {
    ClipScene scene(order.picture, order.prompt, order.seed, frames, clip_fps);
    for (int n = 0; n < frames; ++n) {
      auto picture = belt.take_empty();
      if (!picture) return;
      scene.draw(n, *picture);
      belt.put_drawn(std::move(*picture));
    }
  });
  struct CloseAtEnd {  // whatever ends this function first, the drawer must not wait for ever
    FrameBelt& belt;
    ~CloseAtEnd() { belt.close(); }
  } close_at_end{belt};

  // While the first frames are drawn.
  constexpr int samples_per_frame = ambience_rate / clip_fps;
  sound = make_ambience(order.prompt, order.seed, std::int64_t{frames} * samples_per_frame);
  for (int n = 0; n < frames; ++n) {
    if (stop.stop_requested()) return fail(ErrorKind::Cancelled, "The clip was cancelled.");
    auto picture = belt.take_drawn();
    if (!picture) return fail(ErrorKind::Bug, "The clip could not be drawn.");
    STUDIO_CHECK(encoder->add_frame(*picture));
    belt.put_empty(std::move(*picture));
    const std::size_t first = static_cast<std::size_t>(n) * samples_per_frame * 2;
    STUDIO_CHECK(encoder->add_audio(std::span<const float>(sound).subspan(first, samples_per_frame * 2)));
    tell_progress(static_cast<double>(n + 1) / (frames + 4));
  }
  return encoder->finish();
}

}  // namespace studio
