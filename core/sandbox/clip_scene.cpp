#include "sandbox/clip_scene.h"

#include <algorithm>
#include <cmath>

#include "base/random.h"

namespace studio {
namespace {

float clamp01(float x) { return std::clamp(x, 0.0f, 1.0f); }
float smooth(float from, float to, float x) {
  const float t = clamp01((x - from) / (to - from));
  return t * t * (3 - 2 * t);
}

// What effects reach at a time: nothing in the first frame, all of it after a second and a half.
float ramp(double secs) { return smooth(0.0f, 1.5f, static_cast<float>(secs)); }

std::array<float, 3> mist_colour(const Picture& picture) {
  // The pale tone of this picture's own air: the mean, lifted towards white.
  double sum[3] = {0, 0, 0};
  const std::size_t count = picture.rgba.size() / 4, step = std::max<std::size_t>(1, count / 4096);
  std::size_t taken = 0;
  for (std::size_t i = 0; i < count; i += step, ++taken)
    for (std::size_t c = 0; c < 3; ++c) sum[c] += picture.rgba[i * 4 + c];
  std::array<float, 3> colour{};
  for (std::size_t c = 0; c < 3; ++c) {
    const double mean = sum[c] / static_cast<double>(std::max<std::size_t>(taken, 1));
    colour[c] = static_cast<float>(mean + (235 - mean) * 0.55);
  }
  return colour;
}

// Brightens a round soft spot; light adds, so it saturates instead of wrapping.
void add_spot(Picture& out, float cx, float cy, float radius, const std::array<float, 3>& light, float strength) {
  const int x0 = std::max(0, static_cast<int>(std::floor(cx - radius))), x1 = std::min(out.width - 1, static_cast<int>(std::ceil(cx + radius)));
  const int y0 = std::max(0, static_cast<int>(std::floor(cy - radius))), y1 = std::min(out.height - 1, static_cast<int>(std::ceil(cy + radius)));
  const float inverse = 1.0f / (radius * radius);
  for (int y = y0; y <= y1; ++y) {
    std::uint8_t* row = out.row(y);
    for (int x = x0; x <= x1; ++x) {
      const float dx = static_cast<float>(x) - cx, dy = static_cast<float>(y) - cy;
      const float left = 1.0f - (dx * dx + dy * dy) * inverse;
      if (left <= 0) continue;
      const float cover = left * left * strength;
      std::uint8_t* pixel = row + x * 4;
      for (int c = 0; c < 3; ++c) {
        const float under = pixel[c];
        pixel[c] = static_cast<std::uint8_t>(under + (255.0f - under) * std::min(1.0f, cover * light[static_cast<std::size_t>(c)]) + 0.5f);
      }
    }
  }
}

// A thin soft stroke, for rain.
void add_stroke(Picture& out, float x0, float y0, float x1, float y1, float strength) {
  const int steps = std::max(1, static_cast<int>(std::fabs(y1 - y0)));
  for (int k = 0; k <= steps; ++k) {
    const float t = static_cast<float>(k) / static_cast<float>(steps);
    const float x = x0 + (x1 - x0) * t;
    const int y = static_cast<int>(y0 + (y1 - y0) * t), left = static_cast<int>(std::floor(x));
    if (y < 0 || y >= out.height) continue;
    const float share = x - static_cast<float>(left), fade = strength * 4 * t * (1 - t);
    for (int side = 0; side < 2; ++side) {
      const int column = left + side;
      if (column < 0 || column >= out.width) continue;
      std::uint8_t* pixel = out.row(y) + column * 4;
      const float cover = fade * (side == 0 ? 1 - share : share);
      for (int c = 0; c < 3; ++c) pixel[c] = static_cast<std::uint8_t>(pixel[c] + (225.0f - std::min<float>(pixel[c], 225.0f)) * cover + 0.5f);
    }
  }
}

float wrapped(float x, float size) { return x - std::floor(x / size) * size; }

}  // namespace

ClipScene::ClipScene(const Picture& picture, std::string_view prompt, std::int64_t seed, int frame_count, double fps)
    : width_(picture.width), height_(picture.height), frame_count_(frame_count), fps_(fps), plan_(plan_motion(prompt, seed)),
      warper_(picture), grid_(picture.width, picture.height) {
  depth_ = estimate_depth(picture, grid_.columns, grid_.rows);
  grid_.mist_rgb = mist_colour(picture);
  Random random(plan_.seed);
  const double turn = random.between(0, 6.28), other_turn = random.between(0, 6.28);
  for (int j = 0; j < grid_.rows; ++j) {
    for (int i = 0; i < grid_.columns; ++i) {
      const double u = static_cast<double>(i * warp_cell) / height_, v = static_cast<double>(j * warp_cell) / height_;
      const double a = turn + 2.4 * u + 1.1 * v + 0.5 * std::sin(2.1 * v + turn) + 0.4 * std::sin(2.6 * u - other_turn);
      const double b = other_turn - 2.6 * u + 3.4 * v + 1.1 * std::sin(2.4 * u + other_turn);
      phases_.push_back({static_cast<float>(std::sin(a)), static_cast<float>(std::cos(a)), static_cast<float>(std::sin(b)), static_cast<float>(std::cos(b))});
    }
  }
  scatter_particles();
}

void ClipScene::scatter_particles() {
  Random random(mix64(plan_.seed + 5));
  const float aspect = static_cast<float>(width_) / static_cast<float>(height_);
  const auto scatter = [&](double amount, double each, Particle::Kind kind) {
    for (int n = 0; n < static_cast<int>(amount * each * static_cast<double>(aspect)); ++n) {
      Particle p{};
      p.x = static_cast<float>(random.between(-0.1, static_cast<double>(aspect) + 0.1));
      p.y = static_cast<float>(random.between(-0.1, 1.1));
      p.depth = static_cast<float>(std::pow(random.unit(), 2.2));
      p.phase = static_cast<float>(random.between(0, 6.28));
      p.speed = static_cast<float>(random.between(0.7, 1.3));
      p.kind = kind;
      particles_.push_back(p);
    }
  };
  scatter(plan_.motes, 42, Particle::Kind::Mote);
  scatter(plan_.snow, 210, Particle::Kind::Snow);
  scatter(plan_.rain, 150, Particle::Kind::Rain);
  scatter(plan_.sparks, 45, Particle::Kind::Spark);
}

void ClipScene::build_grid(double t, double secs) {
  const float aspect = static_cast<float>(width_) / static_cast<float>(height_);
  const CameraPose pose = camera_pose(plan_, t, secs, static_cast<double>(aspect));
  const auto size = static_cast<float>(height_);
  const float zoom = static_cast<float>(pose.zoom), pinned = static_cast<float>(pose.pinned), near_zoom = static_cast<float>(pose.near_zoom);
  const float roll_sin = static_cast<float>(std::sin(pose.roll)), roll_cos = static_cast<float>(std::cos(pose.roll));
  const float rise = ramp(secs), time = static_cast<float>(secs);
  const float lively = rise * depth_.contrast;
  const float cloud_way = 0.0045f * static_cast<float>(plan_.clouds * t) * depth_.contrast * ((plan_.seed & 1) != 0 ? 1.0f : -1.0f);
  const float ripple = 0.0016f * static_cast<float>(plan_.water) * lively, sway = 0.0024f * static_cast<float>(plan_.wind) * lively;
  const float light = 0.030f * static_cast<float>(plan_.light) * lively, flicker = 0.03f * static_cast<float>(plan_.flicker) * lively;
  const float flame = flicker * (std::sin(time * 11.3f) * 0.5f + std::sin(time * 17.9f + 1.0f) * 0.3f + std::sin(time * 29.0f) * 0.2f);
  // The sines of what all vertices share at this time; a vertex adds its phase by the addition theorem.
  struct Turn {
    float sine, cosine;
    explicit Turn(float angle) : sine(std::sin(angle)), cosine(std::cos(angle)) {}
    float with(float phase_sine, float phase_cosine) const { return sine * phase_cosine + cosine * phase_sine; }
  };
  const Turn light_turn(0.62f * time), sway_turn(1.9f * time), haze_turn(0.5f * time), veil_turn(0.33f * time);
  const float mist = 0.42f * static_cast<float>(plan_.mist) * lively;

  for (int j = 0; j < grid_.rows; ++j) {
    const float py = static_cast<float>(j * warp_cell) / size - 0.5f;
    const float edge_y = clamp01((0.5f - std::fabs(py)) / 0.06f);
    const Turn wave_turn(58.0f * py + 2.1f * time), swell_turn(31.0f * py - 1.7f * time);
    for (int i = 0; i < grid_.columns; ++i) {
      const std::size_t at = grid_.at(i, j);
      const float px = static_cast<float>(i * warp_cell) / size - aspect * 0.5f;
      const float depth = depth_.depth[at], sky = depth_.sky[at], around = depth - 0.5f;
      float x = px * roll_cos - py * roll_sin, y = px * roll_sin + py * roll_cos;
      const float closer = 1.0f / (zoom * (1.0f + near_zoom * around));
      if (pinned > 0) {
        const float u = px / (aspect * 0.5f), v = py / 0.5f;
        x += px * (closer - 1 + pinned) * (1 - u * u * u * u);
        y += py * (closer - 1 + pinned) * (1 - v * v * v * v);
      } else {
        x *= closer, y *= closer;
      }
      x += static_cast<float>(pose.x) + static_cast<float>(pose.near_x) * around;
      y += static_cast<float>(pose.y) + static_cast<float>(pose.near_y) * around;

      // Small lives of their own, quiet towards the edge so that nothing is pulled in from outside.
      const float edge = edge_y * clamp01((aspect * 0.5f - std::fabs(px)) / 0.06f);
      const Phase& phase = phases_[at];
      x += cloud_way * sky * edge;
      if (ripple > 0) {
        const float wet = edge * (1 - sky) * smooth(0.05f, 0.4f, py) * (0.4f + depth);
        x += ripple * wet * wave_turn.with(phase.sin_a, phase.cos_a);
        y += 0.6f * ripple * wet * swell_turn.with(phase.sin_b, phase.cos_b);
      }
      if (sway > 0) x += sway * edge * (1 - sky) * (0.3f + depth) * (sway_turn.with(phase.sin_a, phase.cos_a) - phase.sin_a) * 0.6f;
      grid_.x[at] = (x + aspect * 0.5f) * size;
      grid_.y[at] = (y + 0.5f) * size;

      const float wave = light_turn.with(phase.sin_a, phase.cos_a) - phase.sin_a;
      const float haze = mist > 0 ? mist * (1 - 0.75f * depth) * (0.45f + 0.55f * haze_turn.with(phase.sin_b, phase.cos_b) * veil_turn.with(phase.sin_a, phase.cos_a)) : 0.0f;
      grid_.gain[at] = 1.0f + light * wave + flame * (0.5f + depth);
      grid_.mist[at] = clamp01(haze);
    }
  }
}

void ClipScene::draw_particles(double t, double secs, Picture& out) const {
  const float size = static_cast<float>(height_), aspect = static_cast<float>(width_) / size;
  const float visible = ramp(secs) * depth_.contrast, time = static_cast<float>(secs);
  if (visible <= 0.002f) return;
  const CameraPose pose = camera_pose(plan_, t, secs, static_cast<double>(aspect));
  const float field_x = aspect + 0.2f, field_y = 1.2f;
  for (const Particle& p : particles_) {
    float x = p.x, y = p.y, radius = 0, strength = 0;
    std::array<float, 3> light{1, 1, 1};
    switch (p.kind) {
      case Particle::Kind::Mote:
        x += 0.012f * p.speed * time + 0.012f * std::sin(0.5f * time + p.phase);
        y += -0.008f * p.speed * time + 0.010f * std::sin(0.7f * time + 2 * p.phase);
        radius = 0.0022f + 0.0045f * p.depth;
        strength = (0.10f + 0.20f * (1 - p.depth)) * (0.6f + 0.4f * std::sin(1.3f * time + p.phase));
        light = {1.0f, 0.95f, 0.82f};
        break;
      case Particle::Kind::Snow:
        x += 0.03f * p.speed * time + 0.02f * std::sin(0.9f * time + p.phase);
        y += (0.05f + 0.16f * p.depth) * p.speed * time;
        radius = 0.0018f + 0.0060f * p.depth;
        strength = 0.75f - 0.35f * p.depth;
        break;
      case Particle::Kind::Rain:
        x += -0.10f * p.speed * time;
        y += (1.1f + 0.9f * p.depth) * p.speed * time;
        strength = 0.16f + 0.22f * p.depth;
        break;
      case Particle::Kind::Spark:
        x += 0.03f * std::sin(1.1f * time + p.phase) + 0.01f * time;
        y -= (0.04f + 0.07f * p.depth) * p.speed * time;
        radius = 0.0022f + 0.0040f * p.depth;
        strength = 0.55f * (0.5f + 0.5f * std::sin((3.0f + p.speed) * time + p.phase));
        light = {1.0f, 0.72f, 0.32f};
        break;
    }
    // They float before the picture: the camera passes them faster than what is behind.
    x -= static_cast<float>(pose.x + pose.near_x * 0.7) * (0.6f + p.depth);
    y -= static_cast<float>(pose.y + pose.near_y * 0.7) * (0.6f + p.depth);
    x = (wrapped(x + 0.1f, field_x) - 0.1f) * size;
    y = (wrapped(y + 0.1f, field_y) - 0.1f) * size;
    if (p.kind == Particle::Kind::Rain) {
      const float length = (0.03f + 0.05f * p.depth) * size;
      add_stroke(out, x, y, x - 0.06f * length, y + length, strength * visible);
    } else {
      add_spot(out, x, y, std::max(1.2f, radius * size), light, strength * visible);
    }
  }
}

void ClipScene::draw(int frame, Picture& out) {
  const double secs = frame / fps_;
  const double t = frame_count_ > 1 ? static_cast<double>(frame) / (frame_count_ - 1) : 0.0;
  build_grid(t, secs);
  warper_.draw(grid_, out);
  draw_particles(t, secs, out);
}

}  // namespace studio
