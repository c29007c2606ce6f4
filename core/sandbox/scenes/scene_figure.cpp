// Shading and compositing of figures.
#include "sandbox/scenes/scene_figure.h"

#include "sandbox/scenes/scene_noise.h"

namespace studio::scenes {

Figure::Figure(Canvas& canvas, const Plan& plan, Point foot, float size, float flip)
    : canvas_(canvas), plan_(plan), foot_(foot), size_(size), flip_(flip) {}

void Figure::part(const Outline& local, Rgb albedo, float round) {
  Part p{{}, albedo, round, 0};
  for (const Point q : local) p.outline.push_back(world(q));
  parts_.push_back(std::move(p));
}
void Figure::curve(const Outline& local, Rgb albedo, float round) { part(smooth_outline(local), albedo, round); }
void Figure::ellipse(float cx, float cy, float rx, float ry, Rgb albedo, float round) {
  part(ellipse_outline(cx, cy, rx, ry), albedo, round);
}
void Figure::rect(float x0, float y0, float x1, float y1, Rgb albedo, float round) {
  part({{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}}, albedo, round);
}
void Figure::line(Point from, Point to, float width_from, float width_to, Rgb albedo) {
  // Never thinner than most of a pixel: rigging must not break up in a thumbnail.
  const float least = 0.6f * canvas_.pixel() / size_;
  part(stroke_outline(from, to, std::max(width_from, least), std::max(width_to, least)), albedo, 0.3f);
}
void Figure::lamp(const Outline& local, Rgb light, float power) {
  part(local, light, 0);
  parts_.back().power = power;
}

void Figure::paint(const Ending& e) {
  Canvas& c = canvas_;
  const Plan& p = plan_;
  const Colours& col = p.colour;
  float left = 1e9f, right = -1e9f, top = 1e9f, bottom = -1e9f;
  for (const Part& q : parts_) {
    for (const Point v : q.outline) {
      left = std::min(left, v.x), right = std::max(right, v.x);
      top = std::min(top, v.y), bottom = std::max(bottom, v.y);
    }
  }
  const int pad = 3;
  const int x0 = std::max(0, static_cast<int>(left * c.scale()) - pad),
            x1 = std::min(c.w, static_cast<int>(right * c.scale()) + pad);
  const int y0 = std::max(0, static_cast<int>(top * c.scale()) - pad),
            y1 = std::min(c.h, static_cast<int>(bottom * c.scale()) + pad);
  const int w = x1 - x0, h = y1 - y0;
  if (w <= 0 || h <= 0) return;
  std::vector<F4> layer(static_cast<std::size_t>(w) * static_cast<std::size_t>(h), f4(0, 0, 0, 0));
  const auto at = [&](int x, int y) {
    return static_cast<std::size_t>(y - y0) * static_cast<std::size_t>(w) + static_cast<std::size_t>(x - x0);
  };

  const float day = 1 - 0.80f * p.night;
  const float front = p.silhouette ? 0.0f : p.light.front * (1 - e.dark);
  const Rgb ambient = (mix(col.mid, col.zenith, 0.3f) * 0.55f + col.haze * 0.18f) * (1 - 0.35f * p.night);
  const Rgb key = col.light * (day * (1 - 0.6f * p.gloom));
  const float lit_share = p.silhouette ? 0.0f : std::min(0.94f, 0.30f + 0.75f * std::sqrt(front)) * (1 - e.dark);
  const Rgb air = mix(col.haze, col.horizon, 0.4f);
  const float haze = std::min(0.85f, e.haze * (0.5f + 0.8f * p.mist));
  for (const Part& q : parts_) {
    const Mask m = rasterise({q.outline}, c.scale(), c.w, c.h);
    if (m.empty()) continue;
    float pl = 1e9f, pr = -1e9f;
    for (const Point v : q.outline) pl = std::min(pl, v.x), pr = std::max(pr, v.x);
    const float half = std::max((pr - pl) * 0.5f, 1e-4f), middle = (pl + pr) * 0.5f;
    for (int j = 0; j < m.h; ++j) {
      const int y = m.y0 + j;
      if (y < y0 || y >= y1) continue;
      for (int i = 0; i < m.w; ++i) {
        const float a =
            m.cover[static_cast<std::size_t>(j) * static_cast<std::size_t>(m.w) + static_cast<std::size_t>(i)];
        const int x = m.x0 + i;
        if (a <= 0 || x < x0 || x >= x1) continue;
        Rgb out;
        if (q.power > 0) {
          out = q.albedo * q.power;
        } else {
          const float u = std::clamp((c.x_of(x) - middle) / half, -1.0f, 1.0f) * q.round;
          // Lambert on a cylinder lit from the side and, with a front light, from the viewer's side as well.
          const float nz = std::sqrt(std::max(0.0f, 1 - u * u));
          const float facing = clamp01(0.72f * u * p.light.side + (0.20f + 0.55f * front) * nz + 0.12f);
          const Rgb lit = q.albedo * (ambient + key * (0.10f + 0.95f * facing * (0.35f + 0.65f * front)));
          const Rgb flat = mix(col.dark, q.albedo * ambient * 0.8f, 0.25f) + q.albedo * key * (0.10f * facing);
          out = mix(mix(flat, lit, lit_share), air, haze);
        }
        F4& d = layer[at(x, y)];
        d = d * f4(1 - a, 1 - a, 1 - a, 1 - a) + f4(out * a, a);
      }
    }
  }
  // The edge towards the light.
  const float lx = p.light.x - (left + right) * 0.5f, ly = std::min(p.light.y, p.horizon) - (top + bottom) * 0.5f;
  const float norm = 1 / std::max(std::sqrt(lx * lx + ly * ly), 1e-3f);
  const float step = std::max(1.2f, 0.0032f * c.scale() + 0.010f * size_ * c.scale());
  const int sx = static_cast<int>(std::lround(lx * norm * step)),
            sy = static_cast<int>(std::lround(ly * norm * step * 0.8f));
  const float rim =
      e.rim * p.light.glow * (0.30f + 0.55f * (1 - p.light.front)) * (1 - 0.55f * p.night) * (1 - 0.7f * p.gloom);
  const Rgb rim_tone = mix(col.light, col.horizon, 0.3f) * rim;
  std::vector<F4> shaded = layer;
  for (int y = y0; y < y1; ++y) {
    for (int x = x0; x < x1; ++x) {
      const F4 here = layer[at(x, y)];
      if (here[3] <= 0.02f) continue;
      const int qx = x + sx, qy = y + sy;
      const float beyond = qx < x0 || qx >= x1 || qy < y0 || qy >= y1 ? 0.0f : layer[at(qx, qy)][3];
      const float edge = clamp01(here[3] - beyond) * here[3];
      shaded[at(x, y)] = here + f4(rim_tone * edge, 0);
    }
  }
  const float foot = foot_.y;
  if (e.shadow && p.night < 0.99f) {
    // The shadow falls away from the light; a low light behind throws it towards the viewer.
    const float strength =
        0.62f * (1 - p.gloom) * (1 - 0.6f * p.night) * (p.light.disc > 0 || p.time == Time::Noon ? 1.0f : 0.5f);
    const float length = p.time == Time::Noon ? 0.28f : 0.85f;
    const float slant = std::clamp((foot_.x - p.light.x) * 1.6f, -1.6f, 1.6f);
    const int last = std::min(c.h, c.row_of(foot + (foot - top) * length * 0.55f));
    for (int y = std::max(0, c.row_of(foot)); y < last; ++y) {
      const float up = (c.y_of(y) - foot) / (length * 0.55f);
      const int from_y = c.row_of(foot - up);
      if (from_y < y0 || from_y >= y1) continue;
      const float fade = strength * fast_exp(-up / std::max(size_, 0.05f) * 1.4f);
      const float shift = up * slant * length;
      for (int x = 0; x < w; ++x) {
        const float a = layer[at(x0 + x, from_y)][3];
        if (a <= 0.02f) continue;
        const int to = x0 + x + static_cast<int>(shift * c.scale());
        if (to < 0 || to >= c.w) continue;
        c.blend(c.at(to, y), c.get(c.at(to, y)) * 0.28f + col.zenith * 0.06f, a * fade);
      }
    }
  }
  if (e.mirror) {
    const std::uint32_t seed = p.noise("mirror");
    const int last = std::min(c.h, c.row_of(foot + (foot - top) * 1.1f));
    for (int y = std::max(0, c.row_of(foot - 0.002f)); y < last; ++y) {
      const float d = c.y_of(y) - foot;
      const float keep = 0.70f * fast_exp(-d / std::max(size_, 0.04f) * 0.9f);
      const float ripple = (noise2(d * 160 + 3, 0.5f, seed) - 0.5f) * (0.004f + 0.05f * d) * (0.4f + p.rough);
      const int from_y = c.row_of(foot - d * 0.96f + ripple * 0.5f);
      if (from_y < y0 || from_y >= y1) continue;
      for (int x = x0; x < x1; ++x) {
        const float wave = (noise2(c.x_of(x) * 18, d * 130, seed + 3) - 0.5f) * (0.003f + 0.05f * d) * (0.4f + p.rough);
        const int from_x = x + static_cast<int>((ripple + wave) * c.scale());
        if (from_x < x0 || from_x >= x1) continue;
        const F4 v = shaded[at(from_x, from_y)];
        if (v[3] <= 0.01f) continue;
        c.blend(c.at(x, y), mix(Rgb{v[0] / v[3], v[1] / v[3], v[2] / v[3]}, col.water, 0.25f), v[3] * keep);
      }
    }
  }
  for (int y = y0; y < y1; ++y) {
    for (int x = x0; x < x1; ++x) {
      const F4 v = shaded[at(x, y)];
      if (v[3] <= 0) continue;
      const std::size_t i = c.at(x, y);
      c.r[i] = c.r[i] * (1 - v[3]) + v[0];
      c.g[i] = c.g[i] * (1 - v[3]) + v[1];
      c.b[i] = c.b[i] * (1 - v[3]) + v[2];
    }
  }
}

}  // namespace studio::scenes
