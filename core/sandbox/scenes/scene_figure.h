// A subject made of flat parts that are shaded, rimmed with light, mirrored in water or given a shadow, all as one
// thing.
#pragma once

#include <vector>

#include "sandbox/scenes/scene_canvas.h"
#include "sandbox/scenes/scene_plan.h"

namespace studio::scenes {

class Figure {
 public:
  // Local coordinates: the foot is (0, 0), up is negative y, one unit is `size`; `flip` = -1 mirrors left and right.
  Figure(Canvas& canvas, const Plan& plan, Point foot, float size, float flip = 1);

  void part(const Outline& local, Rgb albedo, float round = 0.5f);
  void curve(const Outline& local, Rgb albedo, float round = 0.5f);  // the smooth closed curve through the points
  void ellipse(float cx, float cy, float rx, float ry, Rgb albedo, float round = 0.8f);
  void rect(float x0, float y0, float x1, float y1, Rgb albedo, float round = 0.2f);
  void line(Point from, Point to, float width_from, float width_to, Rgb albedo);
  void lamp(const Outline& local, Rgb light, float power);  // shines by itself

  struct Ending {
    bool mirror = false;  // stands in water
    bool shadow = true;   // on the ground
    float haze = 0.06f;   // of the air between
    float rim = 1;
    float dark = 0;  // forced towards a silhouette
  };
  void paint(const Ending& ending);

  Point world(Point local) const { return {foot_.x + local.x * size_ * flip_, foot_.y + local.y * size_}; }
  float size() const { return size_; }

 private:
  struct Part {
    Outline outline;  // in picture heights
    Rgb albedo;
    float round, power;
  };
  Canvas& canvas_;
  const Plan& plan_;
  Point foot_;
  float size_, flip_;
  std::vector<Part> parts_;
};

}  // namespace studio::scenes
