#include "sandbox/motion.h"

#include <algorithm>
#include <cmath>

#include "base/random.h"

namespace studio {
namespace {

CameraMove drawn_move(Random& random) {
  constexpr CameraMove calm[] = {CameraMove::PushIn, CameraMove::PushIn, CameraMove::OrbitLeft, CameraMove::OrbitRight,
                                 CameraMove::PanLeft, CameraMove::PanRight, CameraMove::Rise};
  return calm[random.below(std::size(calm))];
}

CameraMove move_from(const PromptWords& words, Random& random) {
  const bool left = words.any({"left", "leftward", "leftwards"}), right = words.any({"right", "rightward", "rightwards"});
  const bool up = words.any({"up", "upward", "upwards"}), down = words.any({"down", "downward", "downwards"});
  const CameraMove drawn = drawn_move(random);
  const bool coin = random.unit() < 0.5;
  if (words.any({"pull back", "pulls back", "pulling back", "pull out", "pulls out", "zoom out", "zooms out", "zooming out", "dolly out", "dolly back", "recede", "recedes", "retreat"}))
    return CameraMove::PullBack;
  if (words.any({"orbit", "orbits", "orbiting", "arc", "arcs", "circle", "circles", "circling", "revolve", "around", "rotate", "rotates"}))
    return left ? CameraMove::OrbitLeft : right ? CameraMove::OrbitRight : coin ? CameraMove::OrbitLeft : CameraMove::OrbitRight;
  if (words.any({"pan", "pans", "panning", "track", "tracks", "tracking", "truck", "slide", "slides", "sliding", "sideways", "lateral"}))
    return left ? CameraMove::PanLeft : right ? CameraMove::PanRight : coin ? CameraMove::PanLeft : CameraMove::PanRight;
  if (words.any({"tilt", "tilts", "tilting", "look", "looks"}) && (up || down)) return up ? CameraMove::TiltUp : CameraMove::TiltDown;
  if (words.any({"tilt", "tilts", "tilting"})) return CameraMove::TiltUp;
  if (words.any({"crane", "rise", "rises", "rising", "ascend", "ascends", "pedestal", "boom", "drone", "aerial"}))
    return down ? CameraMove::TiltDown : CameraMove::Rise;
  if (words.any({"push", "pushes", "push in", "zoom", "zooms", "zooming", "zoom in", "dolly", "dolly in", "closer", "approach", "approaches", "forward", "forwards", "into"}))
    return CameraMove::PushIn;
  if (words.any({"still", "static", "locked", "fixed", "tripod", "motionless"})) return CameraMove::Still;
  if (left) return CameraMove::PanLeft;
  if (right) return CameraMove::PanRight;
  return drawn;
}

// Starts and ends at rest, with a steady middle.
double eased(double t) {
  t = std::clamp(t, 0.0, 1.0);
  const double smooth = t * t * (3 - 2 * t);
  const double smoother = t * t * t * (t * (6 * t - 15) + 10);
  return 0.5 * smooth + 0.5 * smoother;
}

// Slow wandering without a beat: sums of sines with unrelated periods, 0 at 0.
double wander(double secs, std::uint64_t seed, int channel) {
  Random random(mix64(seed ^ (0xA11CEull + static_cast<std::uint64_t>(channel) * 7919)));
  double sum = 0;
  for (const double hertz : {0.37, 0.83, 1.71}) {
    const double phase = random.between(0, 6.283185307), speed = hertz * random.between(0.85, 1.15);
    sum += (std::sin(6.283185307 * speed * secs + phase) - std::sin(phase)) * 0.4 / (0.6 + hertz);
  }
  return sum * std::min(1.0, secs / 0.6);
}

}  // namespace

std::string_view to_string(CameraMove move) {
  switch (move) {
    case CameraMove::PushIn: return "push in";
    case CameraMove::PullBack: return "pull back";
    case CameraMove::PanLeft: return "pan left";
    case CameraMove::PanRight: return "pan right";
    case CameraMove::TiltUp: return "tilt up";
    case CameraMove::TiltDown: return "tilt down";
    case CameraMove::OrbitLeft: return "orbit left";
    case CameraMove::OrbitRight: return "orbit right";
    case CameraMove::Rise: return "rise";
    case CameraMove::Still: return "still";
  }
  return "push in";
}

MotionPlan plan_motion(std::string_view prompt, std::int64_t seed) {
  const PromptWords words(prompt);
  Random random(mix64(static_cast<std::uint64_t>(seed)) ^ stable_hash(prompt));
  MotionPlan plan;
  plan.seed = random.next();
  plan.move = move_from(words, random);
  plan.strength = random.between(0.9, 1.1);
  if (words.any({"slow", "slowly", "gentle", "gently", "subtle", "calm", "soft", "softly"})) plan.strength *= 0.65;
  if (words.any({"fast", "quick", "quickly", "rapid", "dramatic", "energetic", "dynamic"})) plan.strength *= 1.5;
  if (words.any({"handheld", "hand held", "shaky", "shake", "documentary", "walking", "vlog"})) plan.handheld = words.any({"shaky", "shake"}) ? 1.0 : 0.7;
  if (words.any({"wind", "windy", "breeze", "sway", "swaying", "grass", "leaves", "trees", "storm"})) plan.wind = words.any({"storm", "strong wind"}) ? 1.0 : 0.6;
  if (words.any({"water", "sea", "ocean", "wave", "waves", "lake", "river", "ripple", "ripples", "shore", "beach", "rain"})) plan.water = 0.8;
  if (words.any({"clouds", "time lapse", "timelapse"})) plan.clouds = 2.2;
  if (words.any({"mist", "misty", "fog", "foggy", "haze", "smoke", "steam"})) plan.mist = 1.0;
  if (words.any({"snow", "snowy", "snowfall", "snowing", "blizzard"})) plan.snow = words.any({"blizzard"}) ? 1.0 : 0.7;
  if (words.any({"rain", "rainy", "raining", "drizzle", "downpour", "storm"})) plan.rain = words.any({"downpour", "storm"}) ? 1.0 : 0.7;
  if (words.any({"ember", "embers", "spark", "sparks", "fire", "fireflies", "firefly", "lava", "campfire", "magic", "magical"})) plan.sparks = 0.8;
  if (words.any({"dust", "motes", "particles", "pollen", "petals", "sunbeam", "sunbeams", "rays"})) plan.motes = 1.0;
  if (plan.snow + plan.rain + plan.sparks + plan.motes == 0) plan.motes = 0.35;
  if (words.any({"fire", "campfire", "candle", "torch", "flicker", "flickering", "neon", "lightning"})) plan.flicker = 1.0;
  if (words.any({"light", "lights", "sunlight", "rays", "sunbeam", "sunbeams", "glow", "glowing"})) plan.light = 1.7;
  return plan;
}

CameraPose camera_pose(const MotionPlan& plan, double t, double secs, double aspect) {
  CameraPose pose;
  const double s = eased(t) * plan.strength;
  // A way of x to one side is inside the picture when the zoom leaves that much beyond the view: (1 - 1/zoom) / 2.
  const auto pay_for = [&](double way_of_width) { return 1.0 / (1.0 - 2.0 * way_of_width); };
  switch (plan.move) {
    case CameraMove::PushIn:
      pose.zoom = 1 + 0.13 * s;
      pose.near_zoom = 0.075 * s;
      break;
    case CameraMove::PullBack:
      pose.pinned = 0.075 * s;
      pose.near_zoom = -0.06 * s;
      break;
    case CameraMove::PanLeft: case CameraMove::PanRight: {
      const double side = plan.move == CameraMove::PanRight ? 1 : -1, way = 0.055 * s;
      pose.zoom = pay_for(way + 0.012 * s);
      pose.x = side * way * aspect;
      pose.near_x = side * 0.026 * s * aspect;
      break;
    }
    case CameraMove::TiltUp: case CameraMove::TiltDown: {
      const double side = plan.move == CameraMove::TiltDown ? 1 : -1, way = 0.055 * s;
      pose.zoom = pay_for(way + 0.010 * s);
      pose.y = side * way;
      pose.near_y = side * 0.022 * s;
      break;
    }
    case CameraMove::OrbitLeft: case CameraMove::OrbitRight: {
      // Around a point in the middle depth: near and far go opposite ways.
      const double side = plan.move == CameraMove::OrbitRight ? 1 : -1;
      pose.zoom = 1 + 0.075 * s;
      pose.x = side * 0.006 * s * aspect;
      pose.near_x = side * 0.05 * s * aspect;
      pose.near_zoom = 0.02 * s;
      pose.roll = -side * 0.006 * s;
      break;
    }
    case CameraMove::Rise:
      pose.zoom = pay_for(0.04 * s) + 0.015 * s;
      pose.y = -0.030 * s;
      pose.near_y = -0.045 * s;
      break;
    case CameraMove::Still:
      pose.zoom = 1 + 0.004 * s;
      break;
  }
  if (plan.handheld > 0) {
    const double reach = 0.011 * plan.handheld;
    const double settle = std::min(1.0, secs / 1.2);  // the margin has to grow before the hand may shake
    pose.zoom *= 1 + 3.2 * reach * settle * settle * (3 - 2 * settle);
    pose.x += reach * settle * wander(secs, plan.seed, 1);
    pose.y += reach * settle * wander(secs, plan.seed, 2);
    pose.roll += 0.45 * reach * settle * wander(secs, plan.seed, 3);
  }
  return pose;
}

}  // namespace studio
