// Decoded frames of one clip at one size, by number; some may be missing. UI thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "media/picture.h"

namespace studio {

// One decoded picture. It never changes: whoever holds the pointer may show it for as long as it likes.
struct ClipFrame {
  std::int64_t index = 0;   // frame of the clip; 0 for a still
  double time_secs = 0;     // from the clip's first frame
  Picture picture;
};

// A run of frame numbers, both ends included.
using FrameRange = std::pair<std::int64_t, std::int64_t>;

class FrameSet {
 public:
  // Keeps the frame that is there already: who shows it has its texture. Answers the bytes added.
  std::int64_t add(std::shared_ptr<const ClipFrame> frame);
  // Answers the bytes given back.
  std::int64_t remove(std::int64_t index);
  // The frame outside of first … last that is furthest from `index`; below zero: none is outside.
  std::int64_t furthest_outside(std::int64_t first, std::int64_t last, std::int64_t index) const;

  bool has(std::int64_t index) const { return frames_.contains(index); }
  std::shared_ptr<const ClipFrame> exact(std::int64_t index) const;
  std::shared_ptr<const ClipFrame> nearest(std::int64_t index) const;  // null: there is none at all
  // The last frame that can be reached from `index` without a gap; index - 1 when it is missing.
  std::int64_t reached_from(std::int64_t index) const;
  const std::vector<FrameRange>& ranges() const;
  bool empty() const { return frames_.empty(); }
  std::int64_t bytes() const { return bytes_; }
  std::size_t size() const { return frames_.size(); }
  std::vector<std::int64_t> numbers() const;

 private:
  std::map<std::int64_t, std::shared_ptr<const ClipFrame>> frames_;
  std::int64_t bytes_ = 0;
  mutable std::vector<FrameRange> ranges_;  // made when asked for
  mutable bool ranges_are_old_ = false;
};

}  // namespace studio
