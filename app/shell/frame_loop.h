// Runs an App in a Window: sleeps until something happens, draws only then.
#pragma once

#include <atomic>
#include <functional>

#include "shell/app.h"
#include "shell/window.h"

namespace studio {

struct FrameLoopSettings {
  int most_frames = 0;                      // ends after so many drawn frames; 0: no such end
  const std::atomic<bool>* stop = nullptr;  // ends when it becomes true; may be null
  std::atomic<int>* drawn = nullptr;        // counts the drawn frames; may be null
  std::function<void()> after_drawing;      // each drawn frame; may be empty
  bool until_pictures = false;              // ends once every picture on screen is there
};
struct FrameLoopResult {
  std::int64_t frames = 0;
  double secs_to_pictures = 0;  // from the start of the loop
};
FrameLoopResult run_frame_loop(App& app, Window& window, const FrameLoopSettings& settings);

}  // namespace studio
