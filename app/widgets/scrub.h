// What lies over a clip while the pointer is on it: where in time the pointer is, and how far the clip is decoded.
#pragma once

#include <string_view>

#include "widgets/draw.h"

namespace studio {

// The pointer on a clip: a moving one scrubs, one at rest lets it play on. One per panel; UI thread.
struct ScrubHand {
  std::uint64_t clip = 0;  // which one, by any number of the caller's; 0: none
  float x = -1;            // of the pointer when it last moved
  double moved_secs = 0;   // when
  double from_secs = 0;    // time in the clip there
};

inline constexpr double scrub_rest_secs = 0.4;

// The time in the clip that shall be on screen for a pointer at `x` within [left, left + width). Plays on, in a loop,
// once the pointer rested long enough. `now_secs` is monotonic.
double scrub_time(ScrubHand& hand, std::uint64_t clip, float x, float left, float width, double clip_secs,
                  double now_secs);
// It plays on by itself, so further frames are due.
bool scrub_plays(const ScrubHand& hand, double now_secs);
void scrub_leave(ScrubHand& hand);

struct ScrubFace {
  double at_secs = 0, decoded_secs = 0, clip_secs = 0;
  bool is_exact = true;  // false: the picture shown is only near; "…" at the time
};
// Line, bar and time plate over `box`.
void scrub_overlay(const Ui& ui, ImDrawList* list, const ScrubFace& face, Rect box);

}  // namespace studio
