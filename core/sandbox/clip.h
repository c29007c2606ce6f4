// A clip from a picture: camera move, parallax, drifting light and air, ambient sound; H.264 and AAC in an MP4.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>

#include "base/result.h"
#include "media/picture.h"

namespace studio {

struct ClipOrder {
  Picture picture;  // of exactly the clip's size, even sides: it is the first frame
  std::string prompt;
  std::int64_t seed = 0;
  double seconds = 5;
};

inline constexpr int clip_fps = 24;

// Writes the clip into `fd` (an empty file, borrowed). Draws on a thread of its own while this one encodes. The same order
// gives the same bytes. Errors: Cancelled, Disk, Bug.
Result<void> make_clip(const ClipOrder& order, int fd, const std::stop_token& stop, const std::function<void(double)>& tell_progress);

}  // namespace studio
