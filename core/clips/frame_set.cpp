#include "clips/frame_set.h"

#include <cstdlib>

namespace studio {

std::int64_t FrameSet::add(std::shared_ptr<const ClipFrame> frame) {
  const auto size = static_cast<std::int64_t>(frame->picture.rgba.size());
  const std::int64_t index = frame->index;
  if (!frames_.emplace(index, std::move(frame)).second) return 0;
  bytes_ += size;
  ranges_are_old_ = true;
  return size;
}

std::int64_t FrameSet::remove(std::int64_t index) {
  const auto found = frames_.find(index);
  if (found == frames_.end()) return 0;
  const auto size = static_cast<std::int64_t>(found->second->picture.rgba.size());
  frames_.erase(found);
  bytes_ -= size;
  ranges_are_old_ = true;
  return size;
}

std::int64_t FrameSet::furthest_outside(std::int64_t first, std::int64_t last, std::int64_t index) const {
  if (frames_.empty()) return -1;
  const std::int64_t low = frames_.begin()->first, high = frames_.rbegin()->first;
  const bool low_is_outside = low < first || low > last, high_is_outside = high < first || high > last;
  if (low_is_outside && high_is_outside) return std::llabs(low - index) >= std::llabs(high - index) ? low : high;
  if (low_is_outside) return low;
  return high_is_outside ? high : -1;
}

std::shared_ptr<const ClipFrame> FrameSet::exact(std::int64_t index) const {
  const auto found = frames_.find(index);
  return found == frames_.end() ? nullptr : found->second;
}

std::shared_ptr<const ClipFrame> FrameSet::nearest(std::int64_t index) const {
  const auto after = frames_.lower_bound(index);
  if (after == frames_.begin()) return after == frames_.end() ? nullptr : after->second;
  const auto before = std::prev(after);
  if (after == frames_.end()) return before->second;
  return after->first - index < index - before->first ? after->second : before->second;
}

std::int64_t FrameSet::reached_from(std::int64_t index) const {
  for (const FrameRange& range : ranges()) {
    if (index >= range.first && index <= range.second) return range.second;
  }
  return index - 1;
}

const std::vector<FrameRange>& FrameSet::ranges() const {
  if (!ranges_are_old_) return ranges_;
  ranges_are_old_ = false;
  ranges_.clear();
  for (const auto& [index, frame] : frames_) {
    if (!ranges_.empty() && ranges_.back().second + 1 == index) {
      ranges_.back().second = index;
    } else {
      ranges_.emplace_back(index, index);
    }
  }
  return ranges_;
}

std::vector<std::int64_t> FrameSet::numbers() const {
  std::vector<std::int64_t> result;
  result.reserve(frames_.size());
  for (const auto& [index, frame] : frames_) result.push_back(index);
  return result;
}

}  // namespace studio
