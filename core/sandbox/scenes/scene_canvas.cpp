// Outlines, coverage, blurs and lights.
#include "sandbox/scenes/scene_canvas.h"

#include "sandbox/scenes/scene_field.h"

namespace studio::scenes {

Outline smooth_outline(const Outline& p, int steps) {
  Outline out;
  const std::size_t m = p.size();
  out.reserve(m * static_cast<std::size_t>(steps));
  for (std::size_t i = 0; i < m; ++i) {
    const Point a = p[(i + m - 1) % m], b = p[i], c = p[(i + 1) % m], d = p[(i + 2) % m];
    for (int s = 0; s < steps; ++s) {
      const float t = static_cast<float>(s) / static_cast<float>(steps), t2 = t * t, t3 = t2 * t;
      const auto at = [&](float q0, float q1, float q2, float q3) {
        return 0.5f *
               (2 * q1 + (q2 - q0) * t + (2 * q0 - 5 * q1 + 4 * q2 - q3) * t2 + (3 * q1 - q0 - 3 * q2 + q3) * t3);
      };
      out.push_back({at(a.x, b.x, c.x, d.x), at(a.y, b.y, c.y, d.y)});
    }
  }
  return out;
}

Outline ellipse_outline(float cx, float cy, float rx, float ry, int steps) {
  Outline out;
  for (int i = 0; i < steps; ++i) {
    const float t = 6.2831853f * static_cast<float>(i) / static_cast<float>(steps);
    out.push_back({cx + rx * std::cos(t), cy + ry * std::sin(t)});
  }
  return out;
}

Outline stroke_outline(Point from, Point to, float width_from, float width_to) {
  const float dx = to.x - from.x, dy = to.y - from.y;
  const float length = std::max(std::sqrt(dx * dx + dy * dy), 1e-6f);
  const float nx = -dy / length * 0.5f, ny = dx / length * 0.5f;
  return {{from.x + nx * width_from, from.y + ny * width_from},
          {to.x + nx * width_to, to.y + ny * width_to},
          {to.x - nx * width_to, to.y - ny * width_to},
          {from.x - nx * width_from, from.y - ny * width_from}};
}

namespace {

// Signed-area accumulation: each edge adds its area to the cells of its rows; a running sum gives the coverage.
// Edges left of the box still count (they are moved to its left side), edges above and below do not.
void add_edge(std::vector<float>& cells, int w, int h, float x0, float y0, float x1, float y1) {
  if (y0 == y1) return;
  float direction = 1;
  if (y0 > y1) {
    std::swap(x0, x1);
    std::swap(y0, y1);
    direction = -1;
  }
  const float slope = (x1 - x0) / (y1 - y0);
  if (y0 < 0) x0 -= y0 * slope, y0 = 0;
  const int last = std::min(h, static_cast<int>(std::ceil(y1)));
  float x = x0;
  for (int row = static_cast<int>(y0); row < last; ++row) {
    float* line = cells.data() + static_cast<std::size_t>(row) * static_cast<std::size_t>(w + 2);
    const float dy = std::min(static_cast<float>(row + 1), y1) - std::max(static_cast<float>(row), y0);
    const float next = x + slope * dy;
    const float d = dy * direction;
    float xa = std::clamp(std::min(x, next), 0.0f, static_cast<float>(w));
    float xb = std::clamp(std::max(x, next), 0.0f, static_cast<float>(w));
    x = next;
    const int ia = static_cast<int>(xa);
    const int ib = static_cast<int>(std::ceil(xb));
    if (ib <= ia + 1) {
      const float middle = 0.5f * (xa + xb) - static_cast<float>(ia);
      line[ia] += d * (1.0f - middle);
      line[ia + 1] += d * middle;
    } else {
      // Shares of the first and last cell are triangles, those between are trapezoids of slope s.
      const float s = 1.0f / (xb - xa);
      const float head = static_cast<float>(ia + 1) - xa;
      const float tail = xb - static_cast<float>(ib - 1);
      const float first = 0.5f * s * head * head;
      const float rest = 0.5f * s * tail * tail;
      line[ia] += d * first;
      if (ib == ia + 2) {
        line[ia + 1] += d * (1.0f - first - rest);
      } else {
        const float second = s * (head + 0.5f);
        line[ia + 1] += d * (second - first);
        for (int i = ia + 2; i < ib - 1; ++i) line[i] += d * s;
        line[ib - 1] += d * (1.0f - second - static_cast<float>(ib - ia - 3) * s - rest);
      }
      line[ib] += d * rest;
    }
  }
}

}  // namespace

Mask rasterise(const std::vector<Outline>& outlines, float scale, int clip_w, int clip_h, int margin) {
  float left = 1e9f, right = -1e9f, top = 1e9f, bottom = -1e9f;
  for (const Outline& o : outlines) {
    for (const Point p : o) {
      left = std::min(left, p.x), right = std::max(right, p.x);
      top = std::min(top, p.y), bottom = std::max(bottom, p.y);
    }
  }
  Mask mask;
  const auto bounded = [](float v) { return std::clamp(v, -1e6f, 1e6f); };
  const int x0 = std::max(0, static_cast<int>(std::floor(bounded(left * scale))) - margin);
  const int y0 = std::max(0, static_cast<int>(std::floor(bounded(top * scale))) - margin);
  const int x1 = std::min(clip_w, static_cast<int>(std::ceil(bounded(right * scale))) + margin);
  const int y1 = std::min(clip_h, static_cast<int>(std::ceil(bounded(bottom * scale))) + margin);
  if (x1 <= x0 || y1 <= y0) return mask;
  mask.x0 = x0, mask.y0 = y0, mask.w = x1 - x0, mask.h = y1 - y0;
  mask.cover.assign(static_cast<std::size_t>(mask.w) * static_cast<std::size_t>(mask.h), 0.0f);
  // Each outline is worked out in its own box: a wood of thin boughs must not cost a picture each.
  std::vector<float> cells;
  for (const Outline& o : outlines) {
    float l = 1e9f, r = -1e9f, t = 1e9f, bo = -1e9f;
    for (const Point p : o) {
      l = std::min(l, p.x), r = std::max(r, p.x);
      t = std::min(t, p.y), bo = std::max(bo, p.y);
    }
    const int ox = std::max(x0, static_cast<int>(std::floor(bounded(l * scale)))),
              oy = std::max(y0, static_cast<int>(std::floor(bounded(t * scale))));
    const int ow = std::min(x1, static_cast<int>(std::ceil(bounded(r * scale)))) - ox,
              oh = std::min(y1, static_cast<int>(std::ceil(bounded(bo * scale)))) - oy;
    if (ow <= 0 || oh <= 0) continue;
    cells.assign(static_cast<std::size_t>(ow + 2) * static_cast<std::size_t>(oh), 0.0f);
    for (std::size_t i = 0; i < o.size(); ++i) {
      const Point a = o[i], b = o[(i + 1) % o.size()];
      add_edge(cells, ow, oh, a.x * scale - static_cast<float>(ox), a.y * scale - static_cast<float>(oy),
               b.x * scale - static_cast<float>(ox), b.y * scale - static_cast<float>(oy));
    }
    for (int y = 0; y < oh; ++y) {
      const float* line = cells.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(ow + 2);
      float* out = mask.cover.data() + static_cast<std::size_t>(oy - y0 + y) * static_cast<std::size_t>(mask.w) +
                   static_cast<std::size_t>(ox - x0);
      float sum = 0;
      for (int x = 0; x < ow; ++x) {
        sum += line[x];
        out[x] = std::max(out[x], std::min(std::fabs(sum), 1.0f));
      }
    }
  }
  return mask;
}

namespace {

void box_rows(const float* in, float* out, int w, int h, int radius) {
  const float k = 1.0f / static_cast<float>(2 * radius + 1);
  for (int y = 0; y < h; ++y) {
    const float* src = in + static_cast<std::size_t>(y) * static_cast<std::size_t>(w);
    float* dst = out + static_cast<std::size_t>(y) * static_cast<std::size_t>(w);
    float sum = src[0] * static_cast<float>(radius);
    for (int x = 0; x <= radius; ++x) sum += src[std::min(x, w - 1)];
    for (int x = 0; x < w; ++x) {
      dst[x] = sum * k;
      sum += src[std::min(x + radius + 1, w - 1)] - src[std::max(x - radius, 0)];
    }
  }
}

void box_columns(const float* in, float* out, int w, int h, int radius) {
  const float k = 1.0f / static_cast<float>(2 * radius + 1);
  const auto row = [&](int y) {
    return in + static_cast<std::size_t>(std::clamp(y, 0, h - 1)) * static_cast<std::size_t>(w);
  };
  std::vector<float> sum(static_cast<std::size_t>(w), 0.0f);
  for (int y = -radius; y <= radius; ++y) {
    const float* src = row(y);
    for (int x = 0; x < w; ++x) sum[static_cast<std::size_t>(x)] += src[x];
  }
  for (int y = 0; y < h; ++y) {
    float* dst = out + static_cast<std::size_t>(y) * static_cast<std::size_t>(w);
    const float* in_row = row(y + radius + 1);
    const float* out_row = row(y - radius);
    float* s = sum.data();
    for (int x = 0; x < w; ++x) {
      dst[x] = s[x] * k;
      s[x] += in_row[x] - out_row[x];
    }
  }
}

}  // namespace

void blur_plane(float* plane, int w, int h, float radius_x, float radius_y) {
  std::vector<float> other(static_cast<std::size_t>(w) * static_cast<std::size_t>(h));
  float* a = plane;
  float* b = other.data();
  // Three boxes of half-width about the radius divided by the square root of three make a near Gaussian of that sigma.
  const int rx = std::max(0, static_cast<int>(radius_x + 0.5f)), ry = std::max(0, static_cast<int>(radius_y + 0.5f));
  for (int pass = 0; pass < 3; ++pass) {
    if (rx > 0) {
      box_rows(a, b, w, h, rx);
      std::swap(a, b);
    }
    if (ry > 0) {
      box_columns(a, b, w, h, ry);
      std::swap(a, b);
    }
  }
  if (a != plane) std::copy(a, a + other.size(), plane);
}

void add_bloom(Canvas& c, int rows, float threshold, float strength, float near_radius, float far_radius) {
  const int step = std::max(1, c.h / 256);
  const int w = (c.w + step - 1) / step, h = (rows + step - 1) / step;
  if (w < 2 || h < 2) return;
  const float near_px = near_radius * c.scale() / static_cast<float>(step);
  const float far_px = far_radius * c.scale() / static_cast<float>(step);
  for (std::vector<float>* plane : {&c.r, &c.g, &c.b}) {
    std::vector<float> wide = scaled_down(plane->data(), c.w, rows, step,
                                          [threshold](float v) { return smaller(larger(v - threshold, 0.0f), 4.0f); });
    std::vector<float> tight = wide;
    blur_plane(tight.data(), w, h, near_px, near_px);
    blur_plane(wide.data(), w, h, far_px, far_px);
    for (std::size_t i = 0; i < wide.size(); ++i) wide[i] = (wide[i] * 0.55f + tight[i] * 0.6f) * strength;
    ScaledUp spilled(wide.data(), w, h, step, c.w);
    for (int y = 0; y < rows; ++y) {
      const float* __restrict light = spilled.row(y);
      float* __restrict out = plane->data() + c.at(0, y);
      for (int x = 0; x < c.w; ++x) out[x] += light[x];
    }
  }
}

void fill(Canvas& c, const Mask& m, Rgb colour, float opacity) {
  for (int y = 0; y < m.h; ++y) {
    const float* cover = m.cover.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(m.w);
    const std::size_t start = c.at(m.x0, m.y0 + y);
    for (int x = 0; x < m.w; ++x) c.blend(start + static_cast<std::size_t>(x), colour, cover[x] * opacity);
  }
}

void add_glow(Canvas& c, float x, float y, float radius, Rgb colour, float strength) {
  const float reach = radius * 4.5f;
  const int x0 = c.column_of(x - reach), x1 = c.column_of(x + reach);
  const int y0 = c.row_of(y - reach), y1 = c.row_of(y + reach);
  const float k = 1.0f / radius;
  for (int j = y0; j < y1; ++j) {
    const float dy = c.y_of(j) - y;
    for (int i = x0; i < x1; ++i) {
      const float d2 = (sq(c.x_of(i) - x) + dy * dy) * k * k;
      const float edge = clamp01(1.0f - d2 / (4.5f * 4.5f));
      const float v = strength * edge * edge / (1.0f + 6.0f * d2);
      c.add(c.at(i, j), colour, v);
    }
  }
}

void add_line(Canvas& c, Point from, Point to, float width, Rgb colour, float strength) {
  const float pad = width * 3;
  const int x0 = c.column_of(std::min(from.x, to.x) - pad), x1 = c.column_of(std::max(from.x, to.x) + pad);
  const int y0 = c.row_of(std::min(from.y, to.y) - pad), y1 = c.row_of(std::max(from.y, to.y) + pad);
  const float dx = to.x - from.x, dy = to.y - from.y;
  const float inverse = 1.0f / std::max(dx * dx + dy * dy, 1e-9f);
  for (int j = y0; j < y1; ++j) {
    // Of a steep line only the columns near it in this row.
    int i0 = x0, i1 = x1;
    if (std::fabs(dy) > width) {
      const float ta = clamp01((c.y_of(j) - pad - from.y) / dy), tb = clamp01((c.y_of(j) + pad - from.y) / dy);
      const float xa = from.x + dx * ta, xb = from.x + dx * tb;
      i0 = std::max(x0, c.column_of(std::min(xa, xb) - pad));
      i1 = std::min(x1, c.column_of(std::max(xa, xb) + pad) + 1);
    }
    for (int i = i0; i < i1; ++i) {
      const float px = c.x_of(i) - from.x, py = c.y_of(j) - from.y;
      const float t = clamp01((px * dx + py * dy) * inverse);
      const float d2 = (sq(px - t * dx) + sq(py - t * dy)) / (width * width);
      if (d2 > 9) continue;
      c.add(c.at(i, j), colour, strength * fast_exp(-d2 * 1.5f));
    }
  }
}

}  // namespace studio::scenes
