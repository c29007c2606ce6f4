// Which way the camera goes: words of the prompt to a plan, and the plan to a pose at a time.
//
// Every move starts at rest as the identity, because the first frame of a clip is the picture itself; and it never looks
// past the picture's edge, so a pan pays for its way with a little zoom, and a pull-back keeps the edge pinned.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sandbox/prompt_words.h"

namespace studio {

enum class CameraMove : std::uint8_t { PushIn, PullBack, PanLeft, PanRight, TiltUp, TiltDown, OrbitLeft, OrbitRight, Rise, Still };

struct MotionPlan {
  CameraMove move = CameraMove::PushIn;
  double strength = 1;   // slow 0.6, fast 1.6
  double handheld = 0;   // 0 … 1
  double wind = 0;       // sway of what is near
  double water = 0;      // ripples in the lower part
  double clouds = 1;     // drift of the far upper part
  double mist = 0;
  double snow = 0, rain = 0, sparks = 0, motes = 0;  // particles
  double light = 1;      // drifting light
  double flicker = 0;    // fire and neon
  std::uint64_t seed = 0;
};

MotionPlan plan_motion(std::string_view prompt, std::int64_t seed);
std::string_view to_string(CameraMove move);

// How the picture is looked at. Lengths are in picture heights; `near_*` is what a point at depth 1 does more than one at
// depth 0, around a pivot at depth 0.5.
struct CameraPose {
  double zoom = 1;             // > 1: closer
  double pinned = 0;           // > 0: the middle recedes, the edge stays
  double x = 0, y = 0;         // where the view has moved to
  double near_x = 0, near_y = 0;
  double near_zoom = 0;
  double roll = 0;             // radians
};

// `t` from 0 (first frame) to 1 (last), `secs` since the first; `aspect` is width / height.
CameraPose camera_pose(const MotionPlan& plan, double t, double secs, double aspect);

}  // namespace studio
