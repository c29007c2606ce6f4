// The moving picture of one clip: from a picture and words to the n-th frame. Holds what all frames share.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "sandbox/depth.h"
#include "sandbox/motion.h"
#include "sandbox/warp.h"

namespace studio {

class ClipScene {
 public:
  ClipScene(const Picture& picture, std::string_view prompt, std::int64_t seed, int frame_count, double fps);
  // Any order, one thread at a time. Frame 0 is the picture.
  void draw(int frame, Picture& out);

 private:
  struct Particle {
    float x, y;          // at time 0, in picture heights over a field a little larger than the picture
    float depth;         // 0 far … 1 near: size and speed
    float phase, speed;
    enum class Kind : std::uint8_t { Mote, Snow, Rain, Spark } kind;
  };

  void scatter_particles();
  void build_grid(double t, double secs);
  void draw_particles(double t, double secs, Picture& out) const;

  int width_, height_, frame_count_;
  double fps_;
  MotionPlan plan_;
  DepthMap depth_;
  FrameWarper warper_;
  WarpGrid grid_;
  // Two smooth fields of phases over the vertices, as sine and cosine: sin(speed * time + phase) then costs no library call.
  struct Phase {
    float sin_a, cos_a, sin_b, cos_b;
  };
  std::vector<Phase> phases_;
  std::vector<Particle> particles_;
};

}  // namespace studio
