// Brush strokes: the graded picture is painted again in three passes, large strokes first, each with bristles,
// following the picture's own edges. Small strokes only where there is detail, so that skies keep broad, visible
// brushwork.
#include "sandbox/scenes/render_finish.h"
#include "sandbox/scenes/scene_noise.h"

namespace studio::scenes {
namespace {

struct Guide {  // lightness and its direction on a coarse grid
  int step, w, h;
  std::vector<float> gx, gy, detail;
};

Guide make_guide(const Picture& picture) {
  Guide g;
  g.step = std::max(1, picture.height / 170);
  g.w = std::max(3, picture.width / g.step);
  g.h = std::max(3, picture.height / g.step);
  const std::size_t n = static_cast<std::size_t>(g.w) * static_cast<std::size_t>(g.h);
  std::vector<float> light(n);
  for (int y = 0; y < g.h; ++y) {
    for (int x = 0; x < g.w; ++x) {
      float sum = 0;
      for (int yy = 0; yy < g.step; ++yy) {
        const std::uint8_t* row = picture.row(std::min(y * g.step + yy, picture.height - 1));
        for (int xx = 0; xx < g.step; ++xx) {
          const std::uint8_t* q = row + 4 * std::min(x * g.step + xx, picture.width - 1);
          sum += 0.3f * q[0] + 0.59f * q[1] + 0.11f * q[2];
        }
      }
      light[static_cast<std::size_t>(y * g.w + x)] = sum / static_cast<float>(g.step * g.step);
    }
  }
  std::vector<float> broad = light;
  blur_plane(broad.data(), g.w, g.h, static_cast<float>(g.h) / 90.0f, static_cast<float>(g.h) / 90.0f);
  g.gx.resize(n), g.gy.resize(n), g.detail.resize(n);
  for (int y = 0; y < g.h; ++y) {
    for (int x = 0; x < g.w; ++x) {
      const auto at = [&](const std::vector<float>& v, int xx, int yy) {
        return v[static_cast<std::size_t>(std::clamp(yy, 0, g.h - 1) * g.w + std::clamp(xx, 0, g.w - 1))];
      };
      const std::size_t i = static_cast<std::size_t>(y * g.w + x);
      g.gx[i] = at(broad, x + 1, y) - at(broad, x - 1, y);
      g.gy[i] = at(broad, x, y + 1) - at(broad, x, y - 1);
      g.detail[i] =
          std::fabs(at(light, x + 1, y) - at(light, x - 1, y)) + std::fabs(at(light, x, y + 1) - at(light, x, y - 1));
    }
  }
  // Smooth directions flow; detail spreads a little so that edges are covered from both sides.
  blur_plane(g.gx.data(), g.w, g.h, 3, 3);
  blur_plane(g.gy.data(), g.w, g.h, 3, 3);
  blur_plane(g.detail.data(), g.w, g.h, 1, 1);
  return g;
}

// The sketch scaled up, in floats: what shows between strokes.
std::vector<F4> ground_of(const Picture& source, int width, int height) {
  std::vector<F4> out(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
  const float fx = static_cast<float>(source.width) / static_cast<float>(width),
              fy = static_cast<float>(source.height) / static_cast<float>(height);
  for (int y = 0; y < height; ++y) {
    const std::uint8_t* from =
        source.row(std::min(static_cast<int>((static_cast<float>(y) + 0.5f) * fy), source.height - 1));
    F4* row = out.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width);
    for (int x = 0; x < width; ++x) {
      const std::uint8_t* q =
          from + 4 * std::min(static_cast<int>((static_cast<float>(x) + 0.5f) * fx), source.width - 1);
      row[x] = f4(q[0], q[1], q[2], 255);
    }
  }
  return out;
}

struct Pass {
  float length, width, spacing, detail_min, alpha;
};

typedef int I4 __attribute__((vector_size(16)));
inline F4 smaller(F4 a, float b) { return a < b ? a : F4{b, b, b, b}; }
inline F4 larger(F4 a, float b) { return a > b ? a : F4{b, b, b, b}; }

constexpr int Lanes = 16;
// One stroke as its rows see it. Across: v = v0 + vx * x, along: u = u0 + ux * x, both within (-1, 1).
struct Stroke {
  F4 colour;
  float alpha, vx, ux;
  float lane[Lanes];  // bristles: one strength a lane, and a ridge of paint lit from above on one side
};

// The columns from first to last, four at a time.
void stroke_row(const Stroke& s, F4* row, int first, int last, float v0, float u0) {
  for (int x = first; x <= last; x += 4) {
    const F4 at = F4{0, 1, 2, 3} + static_cast<float>(x);
    const F4 v = v0 + s.vx * at, u = u0 + s.ux * at;
    // The columns after the last are worked out too and not used, so their lanes are kept within bounds.
    const I4 l = __builtin_convertvector(smaller(larger((v + 1.0f) * 7.99f, 0.0f), Lanes - 1.0f), I4);
    const auto lane = [&](int q) { return s.lane[l[q]]; };
    const F4 bristle = {lane(0), lane(1), lane(2), lane(3)};
    const F4 u2 = u * u;
    const F4 tail = u > 0.0f ? 1.0f - u2 * (1.5f - 0.66f * bristle) : 1.0f - u2 * u2;
    const F4 inward = 1.0f - larger(v, 0.0f) - larger(-v, 0.0f);
    const F4 a = s.alpha * smaller(inward * 3.2f, 1.0f) * smaller(larger(tail, 0.0f) * 1.6f * bristle, 1.0f);
    const F4 ridge = (bristle - 0.9f) * 15.0f - 7.0f * v * inward;
    const int count = std::min(4, last - x + 1);
    for (int q = 0; q < count; ++q) row[x + q] += (s.colour + ridge[q] - row[x + q]) * a[q];
  }
}

}  // namespace

Picture paint_over(const Picture& source, const Plan& plan, int width, int height) {
  std::vector<F4> paint = ground_of(source, width, height);
  const Guide guide = make_guide(source);
  const float scale = static_cast<float>(height), source_scale = static_cast<float>(source.height);
  const std::uint32_t flow = plan.noise("flow");
  static constexpr Pass Passes[3] = {{0.075f, 0.0200f, 0.0205f, 0.0f, 0.94f},
                                     {0.040f, 0.0098f, 0.0110f, 8.0f, 0.92f},
                                     {0.0165f, 0.0042f, 0.0054f, 21.0f, 0.92f}};
  for (int pass = 0; pass < 3; ++pass) {
    const Pass& brush = Passes[pass];
    Stream s(plan.seed, "brush", static_cast<std::uint64_t>(pass));
    const int columns = static_cast<int>(plan.aspect / brush.spacing) + 2,
              rows = static_cast<int>(1.0f / brush.spacing) + 2;
    for (int gy = 0; gy < rows; ++gy) {
      for (int gx = 0; gx < columns; ++gx) {
        const float jx = s.unit(), jy = s.unit(), ja = s.between(-1, 1), jl = s.unit(), jc = s.between(-1, 1),
                    jh = s.between(-1, 1);
        const float x = (static_cast<float>(gx) + jx - 0.5f) * brush.spacing,
                    y = (static_cast<float>(gy) + jy - 0.5f) * brush.spacing;
        const int px = std::clamp(static_cast<int>(x * scale), 0, width - 1),
                  py = std::clamp(static_cast<int>(y * scale), 0, height - 1);
        const int sx = std::clamp(static_cast<int>(x * source_scale), 0, source.width - 1),
                  sy = std::clamp(static_cast<int>(y * source_scale), 0, source.height - 1);
        const std::size_t cell = static_cast<std::size_t>(std::min(sy / guide.step, guide.h - 1) * guide.w +
                                                          std::min(sx / guide.step, guide.w - 1));
        if (guide.detail[cell] < brush.detail_min) continue;
        // Along the edge where there is one, else along a slow flow.
        const float strength = std::sqrt(sq(guide.gx[cell]) + sq(guide.gy[cell]));
        const float drift = (fbm2(x * 1.6f, y * 2.2f, flow, 2) - 0.5f) * 4.4f;
        const float pull = clamp01(strength * 0.8f);
        float ex = -guide.gy[cell], ey = guide.gx[cell];
        if (ex < 0) ex = -ex, ey = -ey;
        const float norm = 1.0f / std::max(strength, 1e-3f);
        const float ax = mix(std::cos(drift * 0.55f), ex * norm, pull),
                    ay = mix(std::sin(drift * 0.55f), ey * norm, pull);
        const float angle = std::atan2(ay, ax) + ja * (pass == 2 ? 0.08f : 0.16f);
        const float ca = std::cos(angle), sa = std::sin(angle);
        const float shorter = 1.0f - 0.45f * clamp01(guide.detail[cell] / 60.0f);
        const float length_px = brush.length * scale * (0.65f + 0.6f * jl) * shorter * 0.5f,
                    width_px = brush.width * scale * (0.75f + 0.5f * jh * jh) * 0.5f;
        const std::uint8_t* q = source.row(sy) + 4 * sx;
        const float vary = 1.0f + 0.055f * jc;
        const float cr = q[0] * vary + 5.0f * jh, cg = q[1] * vary, cb = q[2] * vary - 5.0f * jh;
        const int reach_x = static_cast<int>(std::fabs(ca) * length_px + std::fabs(sa) * width_px + 1.5f),
                  reach_y = static_cast<int>(std::fabs(sa) * length_px + std::fabs(ca) * width_px + 1.5f);
        const int x0 = std::max(0, px - reach_x), x1 = std::min(width, px + reach_x + 1),
                  y0 = std::max(0, py - reach_y), y1 = std::min(height, py + reach_y + 1);
        const float inverse_length = 1 / length_px, inverse_width = 1 / width_px;
        const float mx = x * scale, my = y * scale;
        const float vx = -sa * inverse_width, ux = ca * inverse_length;
        Stroke stroke = {f4(cr, cg, cb, 255), brush.alpha, vx, ux, {}};
        for (float& v : stroke.lane) v = 0.62f + 0.55f * s.unit();
        // Of each row only the columns where both u and v lie in (-1, 1) are touched.
        for (int yy = y0; yy < y1; ++yy) {
          F4* row = paint.data() + static_cast<std::size_t>(yy) * static_cast<std::size_t>(width);
          const float ddy = static_cast<float>(yy) + 0.5f - my;
          const float v0 = ddy * ca * inverse_width + (0.5f - mx) * vx,
                      u0 = ddy * sa * inverse_length + (0.5f - mx) * ux;
          float from = static_cast<float>(x0), to = static_cast<float>(x1 - 1);
          const auto narrow = [&](float at, float slope) {
            if (std::fabs(slope) < 1e-6f) {
              if (std::fabs(at) >= 1) to = from - 1;
              return;
            }
            const float a = (-0.999f - at) / slope, b = (0.999f - at) / slope;
            from = std::max(from, std::min(a, b));
            to = std::min(to, std::max(a, b));
          };
          narrow(v0, vx);
          narrow(u0, ux);
          if (to < from) continue;
          stroke_row(stroke, row, static_cast<int>(std::ceil(from)), static_cast<int>(to), v0, u0);
        }
      }
    }
  }
  Picture picture(width, height);
  for (std::size_t i = 0; i < paint.size(); ++i) {
    for (std::size_t k = 0; k < 3; ++k)
      picture.rgba[4 * i + k] =
          static_cast<std::uint8_t>(static_cast<int>(std::clamp(paint[i][k] + 0.5f, 0.0f, 255.0f)));
    picture.rgba[4 * i + 3] = 255;
  }
  return picture;
}

}  // namespace studio::scenes
