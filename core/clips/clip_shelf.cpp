#include "clips/clip_shelf.h"

#include <algorithm>
#include <cstdlib>

namespace studio {
namespace {

constexpr std::size_t MostClips = 4096;  // whose facts are kept; some kilobytes each

std::int64_t bytes_of(const std::shared_ptr<const ClipFrame>& frame) { return frame ? static_cast<std::int64_t>(frame->picture.rgba.size()) : 0; }
std::int64_t bytes_of(const std::shared_ptr<const Sound>& sound) { return sound ? static_cast<std::int64_t>(sound->samples.size() * sizeof(float)) : 0; }

bool is_on_screen(std::uint64_t used, std::uint64_t now) { return used + 1 >= now; }

template <class Item>
Item& of_box(std::vector<Item>& items, FitBox box) {
  for (Item& item : items) {
    if (same_box(item.box, box)) return item;
  }
  items.emplace_back();
  items.back().box = box;
  return items.back();
}

// The oldest of more than a few sizes goes, unless it is on screen.
template <class Item>
std::size_t oldest_surplus(const std::vector<Item>& items, std::uint64_t now) {
  constexpr std::size_t Few = 4;
  if (items.size() <= Few) return items.size();
  const auto oldest = std::min_element(items.begin(), items.end(), [](const Item& a, const Item& b) { return a.used < b.used; });
  return is_on_screen(oldest->used, now) ? items.size() : static_cast<std::size_t>(oldest - items.begin());
}

}  // namespace

ShelfStrip& ShelfClip::strip(FitBox box) { return of_box(strips, box); }
ShelfStill& ShelfClip::still(FitBox box) { return of_box(stills, box); }

ShelfClip* ClipShelf::find(const std::string& sha256) {
  const auto found = clips_.find(sha256);
  return found == clips_.end() ? nullptr : &found->second;
}

void ClipShelf::clear() {
  clips_.clear();
  strip_bytes_ = clip_bytes_ = sound_bytes_ = 0;
}

void ClipShelf::forget_problems() {
  for (auto& [sha256, clip] : clips_) {
    if (!clip.problem && !clip.sound_problem && !clip.frame_problem) continue;
    clip.problem.reset(), clip.sound_problem.reset(), clip.frame_problem.reset(), clip.settled.reset();
    clip.crashes = 0;
    for (ShelfStrip& strip : clip.strips) strip.settled.reset(), strip.hopeless.clear();
  }
}

ShelfStrip& ClipShelf::use_strip(ShelfClip& clip, FitBox box, std::uint64_t now) {
  clip.strip(box).used = now;
  if (const std::size_t surplus = oldest_surplus(clip.strips, now); surplus < clip.strips.size()) {
    strip_bytes_ -= clip.strips[surplus].frames.bytes();
    clip.strips.erase(clip.strips.begin() + static_cast<std::ptrdiff_t>(surplus));
  }
  return clip.strip(box);
}

ShelfStill& ClipShelf::use_still(ShelfClip& clip, FitBox box, std::uint64_t now) {
  clip.still(box).used = now;
  if (const std::size_t surplus = oldest_surplus(clip.stills, now); surplus < clip.stills.size()) {
    clip_bytes_ -= bytes_of(clip.stills[surplus].frame);
    clip.stills.erase(clip.stills.begin() + static_cast<std::ptrdiff_t>(surplus));
  }
  return clip.still(box);
}

bool ClipShelf::make_strip_room(std::int64_t bytes, std::uint64_t now) {
  while (strip_bytes_ + bytes > budgets_.strip_bytes) {
    ShelfClip* owner = nullptr;
    std::size_t oldest = 0;
    for (auto& [sha256, clip] : clips_) {
      for (std::size_t i = 0; i < clip.strips.size(); ++i) {
        const ShelfStrip& strip = clip.strips[i];
        if (strip.frames.empty() || is_on_screen(strip.used, now)) continue;
        if (owner == nullptr || strip.used < owner->strips[oldest].used) owner = &clip, oldest = i;
      }
    }
    if (owner == nullptr) return false;
    strip_bytes_ -= owner->strips[oldest].frames.bytes();
    owner->strips.erase(owner->strips.begin() + static_cast<std::ptrdiff_t>(oldest));
  }
  return true;
}

bool ClipShelf::add_strip_frame(ShelfClip& clip, FitBox box, std::shared_ptr<const ClipFrame> frame, std::int64_t looked_at, std::uint64_t now) {
  // Making room may move the strips of this very clip, so the strip is looked up afterwards.
  if (clip.strip(box).frames.has(frame->index)) return true;
  while (!make_strip_room(bytes_of(frame), now)) {
    // A strip larger than the budget keeps what is near the pointer.
    FrameSet& own = clip.strip(box).frames;
    const std::int64_t furthest = looked_at < 0 ? -1 : own.furthest_outside(looked_at, looked_at, looked_at);
    clip.strip(box).gave_way = true;
    if (furthest < 0 || std::llabs(furthest - looked_at) <= std::llabs(frame->index - looked_at)) return false;
    strip_bytes_ -= own.remove(furthest);
  }
  strip_bytes_ += clip.strip(box).frames.add(std::move(frame));
  return true;
}

// Full pictures give way clip by clip: a single frame would cost a whole group of pictures to bring back.
bool ClipShelf::make_full_room(std::int64_t bytes, std::uint64_t now) {
  while (clip_bytes_ + bytes > budgets_.clip_bytes) {
    ShelfClip* oldest_clip = nullptr;
    ShelfClip* still_owner = nullptr;
    std::size_t oldest_still = 0;
    for (auto& [sha256, clip] : clips_) {
      if (!clip.full.empty() && !is_on_screen(clip.full_used, now) && (oldest_clip == nullptr || clip.full_used < oldest_clip->full_used)) oldest_clip = &clip;
      for (std::size_t i = 0; i < clip.stills.size(); ++i) {
        const ShelfStill& still = clip.stills[i];
        if (!still.frame || is_on_screen(still.used, now)) continue;
        if (still_owner == nullptr || still.used < still_owner->stills[oldest_still].used) still_owner = &clip, oldest_still = i;
      }
    }
    if (still_owner != nullptr && (oldest_clip == nullptr || still_owner->stills[oldest_still].used <= oldest_clip->full_used)) {
      clip_bytes_ -= bytes_of(still_owner->stills[oldest_still].frame);
      still_owner->stills.erase(still_owner->stills.begin() + static_cast<std::ptrdiff_t>(oldest_still));
    } else if (oldest_clip != nullptr) {
      clip_bytes_ -= oldest_clip->full.bytes();
      oldest_clip->full = {};
      oldest_clip->settled.reset();
    } else {
      return false;
    }
  }
  return true;
}

bool ClipShelf::add_full_frame(ShelfClip& clip, std::shared_ptr<const ClipFrame> frame, Window window, std::int64_t looked_at, std::uint64_t now) {
  if (clip.full.has(frame->index)) return true;
  const std::int64_t bytes = bytes_of(frame);
  if (looked_at < 0) {
    if (!make_full_room(bytes, now)) return false;
    clip_bytes_ += clip.full.add(std::move(frame));
    return true;
  }
  while (!make_full_room(bytes, now)) {
    const std::int64_t gives_way = clip.full.furthest_outside(window.first, window.last, looked_at);
    if (gives_way < 0) break;
    clip_bytes_ -= clip.full.remove(gives_way);
    clip.settled.reset();  // or it would count as tried and never be asked for again
  }
  // The frame that is looked at is shown, whatever else must go for it.
  while (frame->index == looked_at && !clip.full.empty() && clip_bytes_ + bytes > budgets_.clip_bytes) {
    const std::int64_t gives_way = clip.full.furthest_outside(looked_at, looked_at, looked_at);
    if (gives_way < 0) break;
    clip_bytes_ -= clip.full.remove(gives_way);
    clip.settled.reset();  // or it would count as tried and never be asked for again
  }
  if (frame->index != looked_at && clip_bytes_ + bytes > budgets_.clip_bytes) return false;
  clip_bytes_ += clip.full.add(std::move(frame));
  return true;
}

bool ClipShelf::add_still(ShelfClip& clip, FitBox box, std::shared_ptr<const ClipFrame> frame, std::uint64_t now) {
  const std::int64_t bytes = bytes_of(frame);
  static_cast<void>(make_full_room(bytes, now));  // one picture is shown even where it is larger than the budget
  ShelfStill& still = clip.still(box);
  clip_bytes_ += bytes - bytes_of(still.frame);
  still.frame = std::move(frame);
  still.used = now;
  return true;
}

bool ClipShelf::add_sound(ShelfClip& clip, std::shared_ptr<const Sound> sound, std::uint64_t now) {
  const std::int64_t bytes = bytes_of(sound);
  while (sound_bytes_ + bytes > budgets_.sound_bytes) {
    ShelfClip* oldest = nullptr;
    for (auto& [sha256, other] : clips_) {
      if (other.sound && !is_on_screen(other.sound_used, now) && (oldest == nullptr || other.sound_used < oldest->sound_used)) oldest = &other;
    }
    if (oldest == nullptr) break;
    sound_bytes_ -= bytes_of(oldest->sound);
    oldest->sound.reset();
  }
  sound_bytes_ += bytes - bytes_of(clip.sound);
  clip.sound = std::move(sound);
  return true;
}

void ClipShelf::tidy(std::uint64_t now) {
  if (clips_.size() <= MostClips) return;
  for (auto entry = clips_.begin(); entry != clips_.end();) {
    const ShelfClip& clip = entry->second;
    bool is_empty = clip.full.empty() && clip.stills.empty() && !clip.sound && !clip.problem && clip.crashes == 0 && !is_on_screen(clip.used, now);
    for (const ShelfStrip& strip : clip.strips) is_empty = is_empty && strip.frames.empty();
    entry = is_empty ? clips_.erase(entry) : std::next(entry);
  }
}

}  // namespace studio
