// Water: mirrors what is above its edge, rougher and darker towards the front, with the light's path and foam.
#include "sandbox/scenes/scene_noise.h"
#include "sandbox/scenes/scene_parts.h"

namespace studio::scenes {
namespace {

// What lies above the edge, at half size, so that a sample is four loads and already a little soft.
struct Mirror {
  int step, w, h;
  std::vector<F4> cell;
  F4 at(float x, float y) const {  // pixels of the canvas
    const float inverse = 1.0f / static_cast<float>(step);
    const float fx = std::clamp(x * inverse - 0.5f, 0.0f, static_cast<float>(w) - 1.001f);
    const float fy = std::clamp(y * inverse - 0.5f, 0.0f, static_cast<float>(h) - 1.001f);
    const int xa = static_cast<int>(fx), ya = static_cast<int>(fy);
    const float tx = fx - static_cast<float>(xa), ty = fy - static_cast<float>(ya);
    const F4* p = cell.data() + static_cast<std::size_t>(ya) * static_cast<std::size_t>(w) + xa;
    const F4* q = p + w;
    const F4 t = f4(tx, tx, tx, tx);
    const F4 top = p[0] + (p[1] - p[0]) * t, low = q[0] + (q[1] - q[0]) * t;
    return top + (low - top) * f4(ty, ty, ty, ty);
  }
};

Mirror make_mirror(const Canvas& c, int rows, float streak) {
  Mirror m;
  m.step = c.h >= 360 ? 2 : 1;
  m.w = std::max(2, c.w / m.step);
  m.h = std::max(2, rows / m.step);
  m.cell.assign(static_cast<std::size_t>(m.w) * static_cast<std::size_t>(m.h), f4(0, 0, 0, 0));
  const float k = 1.0f / static_cast<float>(m.step * m.step);
  for (int y = 0; y < m.h; ++y) {
    for (int x = 0; x < m.w; ++x) {
      Rgb sum;
      for (int yy = 0; yy < m.step; ++yy) {
        for (int xx = 0; xx < m.step; ++xx)
          sum = sum + c.get(c.at(std::min(x * m.step + xx, c.w - 1), std::min(y * m.step + yy, c.h - 1)));
      }
      m.cell[static_cast<std::size_t>(y) * static_cast<std::size_t>(m.w) + static_cast<std::size_t>(x)] =
          f4(sum * k, 0);
    }
  }
  if (streak > 0) {
    // A one-sided running mean upwards: lights are drawn out towards the viewer.
    const float keep = 1.0f - 1.0f / std::max(1.5f, streak * static_cast<float>(c.h) / static_cast<float>(m.step));
    const F4 k4 = f4(keep, keep, keep, keep), r4 = f4(1 - keep, 1 - keep, 1 - keep, 1 - keep);
    for (int y = m.h - 2; y >= 0; --y) {
      F4* row = m.cell.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(m.w);
      const F4* below = row + m.w;
      for (int x = 0; x < m.w; ++x) row[x] = below[x] * k4 + row[x] * r4;
    }
  }
  return m;
}

}  // namespace

void paint_water(Canvas& c, const Plan& p, const Water& water) {
  const float hy = water.from_y;
  const int first = std::max(0, static_cast<int>(hy * c.scale() - 0.5f)), last = std::min(c.h, c.row_of(water.to_y));
  if (first >= last) return;
  const Mirror mirror = make_mirror(c, std::max(first, 2), water.streak);
  const std::uint32_t seed = p.noise("water");
  const std::size_t n = static_cast<std::size_t>(c.w);
  std::vector<float> big(n), fine(n), foam(n);
  const Colours& col = p.colour;
  const float half = p.aspect * 0.5f;
  const float day = 1 - 0.7f * p.night;
  const bool lit =
      p.light.y < hy && p.light.glow > 0.2f && (!p.words.has(Weather::Overcast)) && p.place != Place::Space;
  const float path = lit ? (p.light.moon ? 1.1f : 1.0f) * std::min(1.0f, p.light.glow) * (1 - 0.7f * p.gloom) *
                               (p.light.disc > 0 ? 1.0f : 0.35f) * (p.time == Time::Noon ? 0.35f : 1.0f)
                         : 0.0f;
  const float swell = p.aerial ? 2.2f : 1.0f;
  for (int j = first; j < last; ++j) {
    const float y = c.y_of(j);
    const float d = std::max(y - hy, 1e-4f);
    const float z = 0.045f / (d + 0.006f) * swell;
    const float du = c.pixel() * z;
    const float u0 = (c.pixel() * 0.5f - half + 0.05f * p.shift) * z;
    fbm_row(big.data(), c.w, u0 * 9, du * 9, z * 26 * 0.8f, seed, 4);
    fbm_row(fine.data(), c.w, u0 * 30, du * 30, z * 95 * 0.5f, seed + 37, 3);
    const bool foamy = water.foam > 0;
    if (foamy) fbm_row(foam.data(), c.w, u0 * 16 + 40, du * 16, z * 60 * 0.6f, seed + 57, 5);
    const float deep = 1 - 0.55f * ss(0, 0.5f, d);
    const Rgb body = col.water * deep;
    const float base = 0.82f - d * (0.60f + 0.55f * smaller(water.rough, 1.0f));
    // Waves seen edge-on mirror a higher, darker sky: the horizon of rough water is a line.
    const float lift = 0.040f * smaller(water.rough, 1.2f),
                edge = 1 - 0.26f * smaller(water.rough, 1.0f) * fast_exp(-d * 22);
    const float width = 0.05f + d * 0.42f, near_fade = fast_exp(-d * 3.6f);
    const float cover = ss(-0.6f, 0.6f, (y - hy) * c.scale() + 0.2f);
    const std::size_t start = c.at(0, j);
    for (int i = 0; i < c.w; ++i) {
      const std::size_t s = static_cast<std::size_t>(i);
      const float nb = big[s] - 0.5f, nf = fine[s] - 0.5f;
      const float amp = (nb * 0.9f + nf * 0.7f) * water.rough;
      const float yr = hy - lift - d * 0.92f + amp * (0.05f + d * 0.55f);
      const float x = c.x_of(i);
      const F4 m = mirror.at((x + amp * 0.05f) * c.scale(), std::min(yr, hy - 0.004f) * c.scale());
      const float fresnel = std::clamp(base + amp * 0.7f, 0.14f, 0.95f);
      Rgb w = mix(body, Rgb{m[0], m[1], m[2]} * edge, fresnel);
      if (path > 0) {
        const float column = bell((x - p.light.x) / width);
        if (column > 0.004f) {
          const float spark = ss(0.10f, 0.36f, nf * 1.15f + nb * (0.75f - 0.6f * std::min(d * 2, 1.0f)) + 0.05f);
          w = w + col.light * (column * spark * 1.25f * near_fade * path);
        }
      }
      if (foamy) {
        const float f = ss(0.64f - 0.10f * water.foam, 0.80f, foam[s]) * ss(0.0f, 0.16f, d);
        w = mix(w, col.cloud_lit * (0.35f + 0.5f * day), f * 0.7f);
      }
      c.blend(start + s, w, cover);
    }
  }
}

}  // namespace studio::scenes
