// Lens and look: depth of field, tilt and fisheye, bloom, exposure, a filmic curve, the grade of model and palette
// word.
#include "sandbox/scenes/render_finish.h"

#include <array>

#include "sandbox/scenes/scene_field.h"
#include "sandbox/scenes/scene_noise.h"
#include "sandbox/scenes/scene_parts.h"

namespace studio::scenes {

namespace {

// Each pixel becomes combine(itself, its surroundings blurred by a radius), plane by plane.
template <typename Combine>
void with_blurred(Canvas& c, float radius, Combine&& combine) {
  const int step = std::max(1, static_cast<int>(radius * c.scale() * 0.4f));
  const int w = (c.w + step - 1) / step, h = (c.h + step - 1) / step;
  if (w < 3 || h < 3) return;
  const float r = radius * c.scale() / static_cast<float>(step) * 0.6f;
  for (std::vector<float>* plane : {&c.r, &c.g, &c.b}) {
    std::vector<float> small = scaled_down(plane->data(), c.w, c.h, step, [](float v) { return smaller(v, 6.0f); });
    blur_plane(small.data(), w, h, r, r);
    ScaledUp blurred(small.data(), w, h, step, c.w);
    for (int j = 0; j < c.h; ++j) {
      const float* __restrict soft = blurred.row(j);
      float* __restrict out = plane->data() + c.at(0, j);
      for (int i = 0; i < c.w; ++i) out[i] = combine(out[i], soft[i]);
    }
  }
}

}  // namespace

void soften(Canvas& c, float radius) {
  with_blurred(c, radius, [](float, float blurred) { return blurred; });
}

namespace {

// Draws the canvas anew, each pixel from where `from` says (in picture heights).
template <typename From>
void remap(Canvas& c, From&& from) {
  const Canvas old = c;
  for (int j = 0; j < c.h; ++j) {
    for (int i = 0; i < c.w; ++i) {
      const Point q = from(c.x_of(i), c.y_of(j));
      const float fx = std::clamp(q.x * c.scale() - 0.5f, 0.0f, static_cast<float>(c.w) - 1.001f);
      const float fy = std::clamp(q.y * c.scale() - 0.5f, 0.0f, static_cast<float>(c.h) - 1.001f);
      const int x = static_cast<int>(fx), y = static_cast<int>(fy);
      const float tx = fx - static_cast<float>(x), ty = fy - static_cast<float>(y);
      const std::size_t a = c.at(x, y), b = a + static_cast<std::size_t>(c.w);
      const std::size_t to = c.at(i, j);
      const auto sample = [&](const std::vector<float>& v) {
        const float top = v[a] + (v[a + 1] - v[a]) * tx, low = v[b] + (v[b + 1] - v[b]) * tx;
        return top + (low - top) * ty;
      };
      c.r[to] = sample(old.r), c.g[to] = sample(old.g), c.b[to] = sample(old.b);
    }
  }
}

void light_discs(Canvas& c, const Plan& p) {
  Stream s = p.stream("bokeh");
  const float strength = p.words.has(Camera::Macro) ? 0.8f : 1.7f;
  const Rgb kinds[5] = {p.colour.light, p.colour.horizon, mix(rgb(0xff9a5a), p.colour.light, 0.4f),
                        mix(rgb(0x8fc4ff), p.colour.horizon, 0.4f), mix(p.colour.haze, p.colour.light, 0.5f)};
  for (int k = 0; k < 38; ++k) {
    const float x = s.unit() * p.aspect, y = s.between(0.05f, 0.95f), r = 0.012f + 0.045f * sq(s.unit());
    const Rgb tone =
        kinds[k % 5] * (strength * s.between(0.05f, 0.30f) * (0.6f + 0.5f * p.night + 0.2f * p.light.glow));
    const float away =
        ss(0.05f, 0.30f, std::fabs(x - p.subject_x) / std::max(0.7f, p.aspect) + 0.6f * std::fabs(y - 0.62f));
    const int x0 = c.column_of(x - r), x1 = c.column_of(x + r), y0 = c.row_of(y - r), y1 = c.row_of(y + r);
    for (int j = y0; j < y1; ++j) {
      for (int i = x0; i < x1; ++i) {
        const float d = std::sqrt(sq(c.x_of(i) - x) + sq(c.y_of(j) - y)) / r;
        c.add(c.at(i, j), tone, away * ss(1.0f, 0.90f, d) * (0.62f + 0.38f * ss(0.5f, 0.95f, d)));
      }
    }
  }
}

// Grass with drops before a blurred scene; each drop holds the scene upside down.
void dew(Canvas& c, const Plan& p) {
  const Canvas behind = c;
  Stream s = p.stream("dew");
  const Rgb tone =
      mix(p.colour.dark, ground_colour(p, Ground::Grass) * p.colour.light * 0.5f, 0.35f + 0.5f * p.light.front);
  for (int k = 0; k < 7; ++k) {
    const float x = p.aspect * (0.04f + 0.15f * static_cast<float>(k)) + s.between(-0.05f, 0.05f),
                reach = s.between(0.34f, 0.72f) * p.fit, lean = s.between(0.06f, 0.30f) * s.sign() + 0.15f * p.wind;
    Outline left, right;
    std::array<Point, 13> spine;
    for (int q = 0; q <= 12; ++q) {
      const float t = static_cast<float>(q) / 12;
      spine[static_cast<std::size_t>(q)] = {x + lean * t * t,
                                            1.04f - reach * (t - 0.22f * t * t * std::fabs(lean) * 4)};
      const float w = 0.0135f * (1 - t) * (1 - 0.2f * t) + 0.0008f;
      left.push_back({spine[static_cast<std::size_t>(q)].x - w, spine[static_cast<std::size_t>(q)].y});
      right.push_back({spine[static_cast<std::size_t>(q)].x + w, spine[static_cast<std::size_t>(q)].y});
    }
    left.insert(left.end(), right.rbegin(), right.rend());
    const Mask blade = rasterise({left}, c.scale(), c.w, c.h);
    fill(c, blade, tone * s.between(0.7f, 1.2f), 0.98f);
    const int drops = 2 + s.below(3);
    for (int q = 0; q < drops; ++q) {
      const Point at = spine[static_cast<std::size_t>(4 + s.below(8))];
      const float r = s.between(0.010f, 0.032f) * p.fit;
      const float cx = at.x + r * 0.5f * s.sign(), cy = at.y + r * 0.3f;
      const int x0 = c.column_of(cx - r), x1 = c.column_of(cx + r), y0 = c.row_of(cy - r), y1 = c.row_of(cy + r);
      for (int j = y0; j < y1; ++j) {
        for (int i = x0; i < x1; ++i) {
          const float u = (c.x_of(i) - cx) / r, v = (c.y_of(j) - cy) / r, d2 = u * u + v * v;
          if (d2 >= 1) continue;
          const float d = std::sqrt(d2), bend = 0.25f + 0.55f * d2;
          const float sx = std::clamp(cx - u * bend * 0.9f, 0.0f, p.aspect - 0.01f),
                      sy = std::clamp(p.horizon - v * bend * 0.75f, 0.0f, 0.99f);
          Rgb inside =
              behind.get(behind.at(std::min(behind.column_of(sx), c.w - 1), std::min(behind.row_of(sy), c.h - 1)));
          inside = inside * (1.12f - 0.75f * ss(0.72f, 1.0f, d)) +
                   p.colour.light * (0.9f * bell((u + 0.38f * -p.light.side) / 0.16f) * bell((v + 0.42f) / 0.14f));
          c.blend(c.at(i, j), inside, ss(1.0f, 0.94f, d));
        }
      }
    }
  }
}

struct Grade {
  float exposure = 0.70f, bloom = 0.34f, threshold = 0.75f, vignette = 0.40f, saturation = 0.98f, lift = 0.004f,
        contrast = 1.07f;
  Rgb shadows = {1, 1, 1}, lights = {1, 1, 1};  // multiplied in, by lightness
  float dither = 0.8f;
};

Grade grade_of(const Plan& p) {
  Grade g;
  if (p.look == Look::Xl) {
    g.saturation = 1.12f;
    g.contrast = 1.04f;
    g.exposure = 0.76f;
    g.vignette = 0.22f;
    g.bloom = 0.22f;
    g.shadows = {0.93f, 0.97f, 1.12f};
    g.lights = {1.04f, 1.0f, 0.93f};
  } else if (p.look == Look::Dream) {
    g.saturation = 0.84f;
    g.exposure = 0.86f;
    g.vignette = -0.10f;
    g.lift = 0.060f;
    g.contrast = 0.93f;
    g.bloom = 0.62f;
    g.threshold = 0.48f;
    g.shadows = {1.10f, 0.96f, 1.22f};
    g.lights = {1.05f, 0.985f, 0.99f};
  }
  if (p.words.has(Camera::Cinematic)) {
    g.shadows = g.shadows * Rgb{0.78f, 1.02f, 1.16f};
    g.lights = g.lights * Rgb{1.14f, 1.0f, 0.84f};
    g.contrast *= 1.08f;
    g.vignette = std::max(g.vignette, 0.5f);
  }
  // A picture of the night stays one under every look; heavy weather takes light away.
  if (p.look == Look::Dream) g.exposure *= 1 - 0.38f * p.night, g.lift *= 1 - 0.35f * p.night;
  g.exposure *= 1 - 0.26f * p.gloom;
  if (p.silhouette) g.contrast *= 1.10f, g.exposure *= 0.86f;
  if (p.words.has(Weather::Clear)) g.saturation *= 1.08f;
  if (p.words.tint) {
    switch (*p.words.tint) {
      case Tint::Monochrome:
        g.saturation = 0;
        g.contrast *= 1.14f;
        g.shadows = g.lights = p.look == Look::Dream ? Rgb{1.02f, 0.99f, 1.03f} : Rgb{1, 1, 1};
        break;
      case Tint::Sepia:
        g.saturation *= 0.22f;
        g.shadows = {1.12f, 0.98f, 0.80f};
        g.lights = {1.06f, 1.0f, 0.84f};
        g.lift += 0.02f;
        break;
      case Tint::Muted:
        g.saturation *= 0.60f;
        g.lift += 0.035f;
        g.contrast *= 0.94f;
        break;
      case Tint::Pastel:
        g.saturation *= 0.88f;
        g.exposure *= 1.18f;
        g.lift += 0.09f;
        g.contrast *= 0.88f;
        break;
      case Tint::Neon:
        g.saturation *= 1.35f;
        g.contrast *= 1.08f;
        g.shadows = {0.95f, 0.85f, 1.25f};
        g.bloom *= 1.6f;
        break;
      case Tint::Vivid:
        g.saturation *= 1.42f;
        g.contrast *= 1.06f;
        break;
      case Tint::Red:
        g.lights = g.lights * Rgb{1.10f, 0.95f, 0.92f};
        g.shadows = g.shadows * Rgb{1.14f, 0.92f, 0.92f};
        break;
      case Tint::Green:
        g.lights = g.lights * Rgb{0.96f, 1.05f, 0.94f};
        g.shadows = g.shadows * Rgb{0.92f, 1.08f, 0.95f};
        break;
      case Tint::Teal:
        g.lights = g.lights * Rgb{0.95f, 1.03f, 1.01f};
        g.shadows = g.shadows * Rgb{0.85f, 1.06f, 1.08f};
        break;
      case Tint::Blue:
        g.lights = g.lights * Rgb{0.94f, 0.99f, 1.08f};
        g.shadows = g.shadows * Rgb{0.86f, 0.97f, 1.2f};
        break;
      case Tint::Violet:
        g.lights = g.lights * Rgb{1.03f, 0.94f, 1.08f};
        g.shadows = g.shadows * Rgb{1.03f, 0.88f, 1.2f};
        break;
      case Tint::Pink:
        g.lights = g.lights * Rgb{1.08f, 0.96f, 0.99f};
        g.shadows = g.shadows * Rgb{1.10f, 0.92f, 1.05f};
        break;
      case Tint::Orange:
      case Tint::Golden:
      case Tint::Autumn:
        g.lights = g.lights * Rgb{1.08f, 1.0f, 0.88f};
        g.shadows = g.shadows * Rgb{1.08f, 0.98f, 0.88f};
        break;
    }
  }
  return g;
}

// sRGB code value (0 to 255) from linear light in [0, 1]: three square roots fit the curve to a third of a code, and
// vectorise.
inline float code_of(float x) {
  const float s1 = std::sqrt(x), s2 = std::sqrt(s1), s3 = std::sqrt(s2);
  return larger(0.0f, 255.0f * (0.585122381f * s1 + 0.783140355f * s2 - 0.368262736f * s3));
}

inline float film(float x) { return (x * (2.51f * x + 0.03f)) / (x * (2.43f * x + 0.59f) + 0.14f); }

inline float toned(float v, float l, float s, float saturation, float shadow, float light) {
  const float x = (l + (v - l) * saturation) * (shadow + (light - shadow) * s);
  return code_of(smaller(larger(x, 0.0f), 1.0f));
}

// One row from linear light to code values. Nothing overlaps and all is passed by value, so that the loop becomes
// vector code.
void tone_row(const Grade grade, const int count, float y, const float* __restrict in_r, const float* __restrict in_g,
              const float* __restrict in_b, const float* __restrict dither, float* __restrict red,
              float* __restrict green, float* __restrict blue) {
  const float gain = grade.exposure * 0.9f, vignette = grade.vignette, saturation = grade.saturation,
              contrast = grade.contrast;
  const float offset = (grade.lift * 255 - 128.0f) * contrast + 128.0f, slope = (1 - grade.lift) * contrast;
  const Rgb dark = grade.shadows, light = grade.lights;
  const float across = 1.1f / static_cast<float>(count), dy = (y - 0.5f) * (y - 0.5f) - 0.04f;
  for (int i = 0; i < count; ++i) {
    const float u = (static_cast<float>(i) + 0.5f) * across - 0.55f;
    const float t = smaller(larger((u * u + dy) * (1 / 0.60f), 0.0f), 1.0f);
    const float k = gain * (1 - vignette * t);
    const float r = film(larger(in_r[i] * k, 0.0f)), g = film(larger(in_g[i] * k, 0.0f)),
                b = film(larger(in_b[i] * k, 0.0f));
    const float l = 0.2126f * r + 0.7152f * g + 0.0722f * b;
    // Split tone by lightness, then saturation about it.
    const float s = smaller(std::sqrt(l) * 1.1f, 1.0f);
    const float d = dither[i] + offset;
    red[i] = smaller(larger(toned(r, l, s, saturation, dark.r, light.r) * slope + d, 0.0f), 255.0f);
    green[i] = smaller(larger(toned(g, l, s, saturation, dark.g, light.g) * slope + d, 0.0f), 255.0f);
    blue[i] = smaller(larger(toned(b, l, s, saturation, dark.b, light.b) * slope + d, 0.0f), 255.0f);
  }
}

void orton(Canvas& c, float share) {
  // A blurred copy laid over the sharp one: the classic soft-focus print.
  with_blurred(c, 0.016f, [share](float sharp, float blurred) {
    return sharp * (1 - share) + larger(sharp, blurred * 1.04f) * share * 0.45f + blurred * share * 0.62f;
  });
}

}  // namespace

void apply_lens(Canvas& c, const Plan& p) {
  if (p.words.has(Camera::Macro)) dew(c, p);
  if (p.words.has(Camera::Bokeh) || p.words.has(Camera::Macro)) light_discs(c, p);
  if (p.words.has(Camera::Symmetrical)) {
    for (int j = 0; j < c.h; ++j) {
      for (int i = 0; i < c.w / 2; ++i) c.put(c.at(c.w - 1 - i, j), c.get(c.at(i, j)));
    }
  }
  if (p.words.has(Camera::Fisheye)) {
    const float cx = p.aspect * 0.5f, reach = 0.5f * std::sqrt(1 + p.aspect * p.aspect);
    remap(c, [&](float x, float y) {
      const float u = (x - cx) / reach, v = (y - 0.5f) / reach, r2 = u * u + v * v;
      const float k = 0.50f + 0.52f * r2 * (0.6f + 0.4f * r2);
      return Point{cx + u * k * reach, 0.5f + v * k * reach};
    });
    for (int j = 0; j < c.h; ++j) {
      for (int i = 0; i < c.w; ++i) {
        const float r = std::sqrt(sq(c.x_of(i) - cx) + sq(c.y_of(j) - 0.5f)) / reach;
        const float k = 1 - 0.9f * ss(0.80f, 1.0f, r);
        const std::size_t at = c.at(i, j);
        c.put(at, c.get(at) * k);
      }
    }
  }
  if (p.words.has(Camera::Tilt)) {
    const float a = 0.15f * p.light.side, ca = std::cos(a), sa = std::sin(a), cx = p.aspect * 0.5f;
    const float shrink = 1.0f / (ca + std::fabs(sa) * std::max(p.aspect, 1 / p.aspect));
    remap(c, [&](float x, float y) {
      const float u = (x - cx) * shrink, v = (y - 0.5f) * shrink;
      return Point{cx + u * ca - v * sa, 0.5f + u * sa + v * ca};
    });
  }
}

Picture finish(Canvas& c, const Plan& p) {
  const Grade grade = grade_of(p);
  if (p.look == Look::Dream) orton(c, 0.55f);
  add_bloom(c, c.h, grade.threshold / grade.exposure, grade.bloom * 1.6f, 0.010f,
            p.look == Look::Dream ? 0.07f : 0.045f);
  Picture out(c.w, c.h);
  const bool bars = p.words.has(Camera::Cinematic);
  const float bar_size = bars ? std::clamp(0.5f * (1 - p.aspect / 2.39f), 0.07f, 0.115f) : 0.0f;
  // A little noise against steps in the sky: one table, read from another place in every row.
  constexpr std::size_t Noises = 4096;
  static const std::array<float, Noises> noises = [] {
    std::array<float, Noises> n{};
    Random random(0xD17E);
    for (float& v : n) v = static_cast<float>(random.unit()) - 0.5f;
    return n;
  }();
  const std::size_t width = static_cast<std::size_t>(c.w);
  std::vector<float> line[3], noise(width);
  for (auto& l : line) l.resize(width);
  const Grade g = grade;
  for (int j = 0; j < c.h; ++j) {
    const float y = c.y_of(j);
    std::uint8_t* row = out.row(j);
    if (bars && (y < bar_size || y > 1 - bar_size)) {
      for (std::size_t i = 0; i < width; ++i) row[4 * i] = row[4 * i + 1] = row[4 * i + 2] = 4, row[4 * i + 3] = 255;
      continue;
    }
    std::size_t from = static_cast<std::size_t>(mix64(static_cast<std::uint64_t>(j)) % Noises);
    for (std::size_t i = 0; i < width; ++i, from = (from + 1) % Noises) noise[i] = noises[from] * g.dither + 0.5f;
    tone_row(g, c.w, y, c.r.data() + c.at(0, j), c.g.data() + c.at(0, j), c.b.data() + c.at(0, j), noise.data(),
             line[0].data(), line[1].data(), line[2].data());
    for (std::size_t i = 0; i < width; ++i) {
      row[4 * i] = static_cast<std::uint8_t>(static_cast<int>(line[0][i]));
      row[4 * i + 1] = static_cast<std::uint8_t>(static_cast<int>(line[1][i]));
      row[4 * i + 2] = static_cast<std::uint8_t>(static_cast<int>(line[2][i]));
      row[4 * i + 3] = 255;
    }
  }
  return out;
}

}  // namespace studio::scenes
