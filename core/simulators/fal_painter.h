// What the simulator's models make: real picture files of exactly the size that was asked for, real H.264 clips from the picture
// that was given. The scenes are the sandbox's.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <vector>

#include "base/result.h"
#include "simulators/fal_input.h"

namespace studio::simulators {

struct FalPaintOrder {
  FalOrder order;
  std::int64_t seed = 0;
  std::filesystem::path source;  // the picture that was given
  bool is_blank = false;         // the safety checker struck: black
  int clip_short_side = 0;       // px; 0: what the model makes
  std::vector<std::filesystem::path> files;  // one a picture, or the clip's
};

struct FalPainting {
  int width = 0, height = 0;
  std::vector<std::int64_t> bytes;  // of the files
};

// Blocks; looks at the stop token. Errors: Damaged (the given picture cannot be used), Cancelled, Disk. Any number of threads.
using FalPaint = std::function<Result<FalPainting>(const FalPaintOrder&, const std::stop_token&)>;

FalPaint make_fal_painter();

}  // namespace studio::simulators
