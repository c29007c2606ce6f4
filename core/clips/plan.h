// What to decode of a clip, and in which order: pure rules over frame numbers, without pictures, threads or time.
//
// A clip that fits is wanted whole. Decoding goes forward from keyframes, so a plan is a list of runs, each of which the
// decoder does in one go; the first run is always what somebody is looking at.
#pragma once

#include <cstdint>
#include <vector>

#include "clips/frame_set.h"

namespace studio {

struct DecodeRun {
  std::int64_t first = 0;
  std::int64_t last = 0;
  bool alone = false;  // a keyframe by itself, as soon as it can be had
  bool operator==(const DecodeRun&) const = default;
};

// Frames that are wanted around somewhere, both ends included.
struct Window {
  std::int64_t first = 0;
  std::int64_t last = -1;
  bool operator==(const Window&) const = default;
};

// Clips up to this many frames (a minute at 25 a second) have all their frames in their strip; of longer ones the
// keyframes and what is around the pointer.
inline constexpr std::int64_t WholeStripFrames = 1500;

// The keyframe that `index` needs: at it or before it, 0 where the file names none.
std::int64_t key_before(const std::vector<std::uint8_t>& is_key, std::int64_t index);

Window strip_window(const std::vector<std::uint8_t>& is_key, std::int64_t wanted);
// `room`: how many frames may be kept. Where that is not the whole clip, three quarters lie in the direction of play. The
// window moves in steps, so that walking frame by frame does not ask for a frame at a time.
Window clip_window(std::int64_t frames, std::int64_t wanted, int direction, std::int64_t room);

// `have[n]` != 0: frame n is there. Both lists are as long as the clip.
std::vector<DecodeRun> strip_plan(const std::vector<std::uint8_t>& is_key, const std::vector<std::uint8_t>& have, std::int64_t wanted);
std::vector<DecodeRun> clip_plan(const std::vector<std::uint8_t>& is_key, const std::vector<std::uint8_t>& have, std::int64_t wanted, int direction, Window window);

}  // namespace studio
