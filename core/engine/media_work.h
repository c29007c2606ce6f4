// Probing and posters for the job engine, done in a media child of the background kind.
#pragma once

#include <memory>

#include "runner/runner.h"

namespace studio {

// Starts its child at the first use. Any thread; calls run one after another.
std::shared_ptr<MediaWork> make_media_work();

inline constexpr int large_poster_edge = 1024;
inline constexpr int small_poster_edge = 256;

}  // namespace studio
