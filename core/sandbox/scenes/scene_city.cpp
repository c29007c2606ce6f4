// Built places: a skyline with lit windows, a street in perspective, villages, a quay.
#include "sandbox/scenes/scene_noise.h"
#include "sandbox/scenes/scene_parts.h"

namespace studio::scenes {
namespace {

constexpr std::uint32_t WarmLamps[5] = {0xffcf8a, 0xffb764, 0xffe6bf, 0xcfe4ff, 0xffd79c};
constexpr std::uint32_t NeonSigns[5] = {0xff3f7f, 0x2fd6ff, 0xffb02f, 0x7f5fff, 0x3fffb0};

float hash_unit(std::uint32_t a, std::uint32_t b, std::uint32_t seed) {
  std::uint32_t h = a * 374761393u + b * 668265263u + seed * 2246822519u;
  h = (h ^ (h >> 13)) * 1274126177u;
  h = (h ^ (h >> 16)) * 2654435761u;
  return static_cast<float>(h >> 8) * (1.0f / 16777216.0f);
}

struct Building {
  float x0, x1, top, foot, split;  // split: where the front ends and the side begins
  float pitch_x, pitch_y, lit;
  float depth;
  Rgb wall, lamp;
  std::uint32_t seed;
  int crown;  // 0 flat, 1 stepped, 2 spire, 3 slanted, 4 mast
};

void paint_building(Canvas& c, const Plan& p, const Building& b, const Rgb& ambient, const Rgb& key, const Rgb& air) {
  const float w = b.x1 - b.x0;
  const float day = 1 - p.night;
  const float fog = std::min(0.9f, (1 - b.depth) * 0.62f * std::min(1.3f, 0.5f + 0.5f * p.mist));
  const bool right_lit = p.light.side > 0;
  const Rgb front_light = ambient * 0.9f + key * (0.25f + 0.45f * p.light.front);
  const Rgb lit_light = ambient + key * (0.55f + 0.55f * p.light.front), dark_light = ambient * 0.62f;
  const Rgb front = mix(b.wall * front_light, air, fog);
  const Rgb side = mix(b.wall * (right_lit ? lit_light : dark_light), air, fog);
  const Rgb roof = p.snow > 0 ? mix(rgb(0xe8eef6) * (ambient + key * 0.5f), air, fog) : front * 1.1f;
  const int i0 = c.column_of(b.x0), i1 = std::min(c.w, c.column_of(b.x1) + 1);
  const int j0 = c.row_of(b.top - 0.002f), j1 = c.row_of(b.foot);
  const float px = c.pixel();
  const float glass = 0.35f * day;
  const Rgb pane = mix(p.colour.mid, p.colour.horizon, 0.35f);
  // Windows smaller than two pixels melt into their mean.
  const float sharp = clamp01(b.pitch_y / px * 0.5f - 0.6f);
  const float lamp_power = p.lamps * (0.55f + 0.45f * b.depth);
  std::uint32_t column = 0;
  for (int i = i0; i < i1; ++i) {
    const float x = c.x_of(i);
    const float cover_x = clamp01((x - b.x0) / px + 0.5f) * clamp01((b.x1 - x) / px + 0.5f);
    float top = b.top;
    const float t = (x - b.x0) / w;
    if (b.crown == 1) top += t < 0.2f || t > 0.8f ? 0.028f : (t < 0.34f || t > 0.66f ? 0.012f : 0.0f);
    if (b.crown == 2) top += 0.10f * std::fabs(t - 0.5f);
    if (b.crown == 3) top += 0.035f * t;
    const bool on_side = x > b.split;
    const Rgb wall = on_side ? side : front;
    const float face_x = on_side ? (x - b.split) * 1.6f : x - b.x0;
    const float u = std::max(face_x, 0.0f) / b.pitch_x;
    column = static_cast<std::uint32_t>(u) + (on_side ? 100u : 0u);
    const float fu = u - std::floor(u);
    const float in_u = ss(0.14f, 0.24f, fu) * ss(0.90f, 0.80f, fu);
    for (int j = std::max(j0, c.row_of(top - px)); j < j1; ++j) {
      const float y = c.y_of(j);
      const float cover = cover_x * clamp01((y - top) / px + 0.5f);
      if (cover <= 0) continue;
      const float v = (y - b.top) / b.pitch_y;
      const std::uint32_t row = static_cast<std::uint32_t>(std::max(v, 0.0f) + 1);
      const float fv = v - std::floor(v);
      const float in_window =
          mix(0.42f, in_u * ss(0.16f, 0.26f, fv) * ss(0.84f, 0.74f, fv), sharp) * (y > top + 0.010f ? 1.0f : 0.0f);
      const float h = hash_unit(column, row, b.seed);
      Rgb out = wall * (0.82f + 0.30f * (y - top) / std::max(b.foot - top, 0.05f));
      if (glass > 0)
        out = mix(out, mix(pane * (on_side && right_lit ? 1.15f : 0.75f), air, fog * 0.7f),
                  in_window * glass * (0.6f + 0.8f * h));
      if (y < top + 0.004f) out = mix(out, roof, 0.8f);
      // Lit windows come in floors and flats, not evenly.
      const float busy = b.lit * (0.45f + 1.1f * hash_unit(row, 7, b.seed + 3));
      if (lamp_power > 0) {
        const float on = mix(busy, h < busy ? 1.0f : 0.0f, sharp);
        out = out + b.lamp * (in_window * on * lamp_power * (0.30f + 1.0f * sq(hash_unit(column, row, b.seed + 9))) *
                              (on_side ? 0.7f : 1.0f) * 1.25f);
      }
      // Light from the streets below.
      out = out + mix(rgb(0xff9a50), p.colour.horizon, 0.4f) * (0.16f * p.lamps * fast_exp(-(b.foot - y) * 22));
      c.blend(c.at(i, j), out, cover);
    }
  }
  const float middle = (b.x0 + b.x1) * 0.5f;
  if (b.crown == 2 || b.crown == 4) {
    const float height = b.crown == 2 ? 0.055f : 0.05f;
    fill(c,
         rasterise({stroke_outline({middle, b.top + 0.01f}, {middle, b.top - height}, 0.0045f, 0.0012f)}, c.scale(),
                   c.w, c.h),
         front, 0.95f);
    if (p.lamps > 0.3f) add_glow(c, middle, b.top - height, 0.0016f, rgb(0xff4030), 3.0f * p.lamps);
  }
}

}  // namespace

void paint_city(Canvas& c, const Plan& p) {
  const float hy = p.horizon;
  Stream s = p.stream("city");
  const Colours& col = p.colour;
  const float day = 1 - 0.85f * p.night;
  const Rgb ambient = (mix(col.mid, col.zenith, 0.4f) * 0.55f + col.haze * 0.2f) * (1 - 0.45f * p.night);
  const Rgb key = p.silhouette ? Rgb{} : col.light * (day * (1 - 0.6f * p.gloom) * (0.35f + 0.65f * p.light.front));
  const Rgb air = mix(col.haze, col.horizon, 0.4f);
  const bool far = p.place != Place::City;
  const float size = std::pow(p.zoom, 0.6f) * (far ? 0.6f : 1.0f) * (0.55f + 0.45f * p.fit);
  // City glow on the haze.
  if (p.lamps > 0) {
    const Rgb glow = mix(rgb(0xff9a50), col.horizon, 0.5f) * (0.26f * p.lamps);
    for (int j = c.row_of(hy - 0.4f); j < c.row_of(hy); ++j) {
      const float k = fast_exp(-(hy - c.y_of(j)) * 6.5f);
      for (int i = 0; i < c.w; ++i) c.add(c.at(i, j), glow, k);
    }
  }
  const int layers = p.aerial && !far ? 9 : (far ? 2 : 4);
  const float heart = p.words.subjects.empty() ? p.subject_x : p.aspect - p.subject_x;
  const int first = c.row_of(hy - 0.6f), last = c.row_of(hy);
  for (int k = 0; k < layers; ++k) {
    const float t = layers == 1 ? 1.0f : static_cast<float>(k) / static_cast<float>(layers - 1);
    const float foot = p.aerial && !far ? hy + 0.04f + 1.05f * std::pow(t, 1.3f) : hy;
    const float grow = p.aerial && !far ? 0.35f + 1.4f * t : 1.0f;
    float x = -0.1f - 0.05f * s.unit();
    while (x < p.aspect + 0.1f) {
      Building b;
      const float w = (0.034f + 0.075f * s.unit()) * (0.7f + 0.6f * t) * size * grow;
      const float bump = bell((x + w * 0.5f - heart) / (0.40f * std::max(0.6f, p.aspect * 0.7f)));
      const float tall =
          (0.08f + 0.24f * std::pow(s.unit(), 1.7f) + 0.25f * bump * (1 - 0.5f * t) * (0.6f + 0.6f * s.unit())) *
          (1.08f - 0.50f * t) * p.relief * size * (p.aerial ? 0.75f * grow : 1.0f);
      b.x0 = x, b.x1 = x + w;
      b.foot = foot;
      b.top = foot - tall;
      b.split = b.x0 + w * (p.light.side > 0 ? s.between(0.62f, 0.78f) : s.between(0.66f, 1.2f));
      b.depth = p.aerial ? 0.15f + 0.8f * t : 0.30f + 0.65f * std::pow(t, 0.8f);
      b.pitch_x = (0.0062f + 0.0045f * s.unit()) * (0.75f + 0.45f * t) * (0.6f + 0.4f * grow);
      b.pitch_y = (0.0085f + 0.0040f * s.unit()) * (0.75f + 0.45f * t) * (0.6f + 0.4f * grow);
      b.lit = 0.10f + 0.42f * std::pow(s.unit(), 1.5f);
      b.seed = p.noise("building") + static_cast<std::uint32_t>(k * 1000) +
               static_cast<std::uint32_t>(static_cast<int>((x + 1) * 997));
      b.lamp = rgb(WarmLamps[s.below(5)]);
      if (p.words.tint == Tint::Neon) b.lamp = mix(b.lamp, rgb(NeonSigns[s.below(5)]), 0.75f);
      const float tone = s.between(0.16f, 0.46f);
      b.wall = mix(Rgb{tone, tone, tone}, mix(rgb(0x9a7a60), rgb(0x6a7c94), s.unit()) * 0.8f, 0.55f);
      if (p.words.tint)
        b.wall = mix(b.wall, col.haze * (luminance(b.wall) / std::max(0.02f, luminance(col.haze))), 0.5f);
      b.wall = mix(b.wall, b.wall * 0.35f, 0.55f * t * (1 - p.light.front));
      const float form = s.unit();
      b.crown = form < 0.40f ? 0 : (form < 0.62f ? 1 : (form < 0.74f && tall > 0.2f ? 2 : (form < 0.86f ? 3 : 4)));
      paint_building(c, p, b, ambient, key, air);
      const bool neon = p.words.tint == Tint::Neon || p.rain > 0.2f || s.chance(0.5f);
      if (neon && p.lamps > 0.5f && t > 0.3f && s.chance(p.words.tint == Tint::Neon ? 0.4f : 0.14f)) {
        const float nx = b.x0 + w * s.between(0.2f, 0.7f), ny = b.top + tall * 0.2f, nh = tall * s.between(0.25f, 0.5f),
                    nw = std::max(0.004f, w * 0.13f);
        const Rgb sign = rgb(NeonSigns[s.below(5)]);
        fill(c, rasterise({{{nx, ny}, {nx + nw, ny}, {nx + nw, ny + nh}, {nx, ny + nh}}}, c.scale(), c.w, c.h),
             sign * (1.6f * p.lamps), 0.92f);
      }
      x += w + 0.010f * s.unit() * size;
    }
    // Haze between the rows of houses.
    const Rgb between = mix(air, rgb(0xff9a50), 0.12f * p.lamps) * (1 - 0.25f * p.night);
    const int from = p.aerial ? c.row_of(foot - 0.3f) : first, to = p.aerial ? c.row_of(foot) : last;
    for (int j = from; j < to; ++j) {
      const float v = 0.30f * (1 - t) * p.mist * fast_exp(-(foot - c.y_of(j)) * (p.aerial ? 14.0f : 9.0f));
      if (v < 0.004f) continue;
      for (int i = 0; i < c.w; ++i) c.blend(c.at(i, j), between, v);
    }
  }
  if (!far && !p.aerial) {
    for (int k = 0; k < 12; ++k) {
      const float x = p.aspect * (0.03f + 0.088f * static_cast<float>(k) + 0.02f * s.unit());
      if (p.lamps > 0.1f) add_glow(c, x, hy - 0.014f, 0.0032f, rgb(0xffd090), 4.0f * p.lamps);
    }
  }
  if (p.lamps > 0.2f) add_bloom(c, c.row_of(p.aerial ? 1.0f : hy), 0.55f, 0.45f * p.lamps, 0.006f, 0.030f);
}

void paint_street(Canvas& c, const Plan& p) {
  const std::uint32_t seed = p.noise("houses");
  const Colours& col = p.colour;
  const float vx = p.symmetrical ? p.aspect * 0.5f : p.aspect * 0.5f + (p.aspect * 0.5f - p.subject_x) * 0.45f,
              vy = p.aerial ? 0.10f : p.horizon;
  const float width = 0.62f * std::min(1.2f, 0.45f + 0.5f * p.aspect) * (p.zoom > 1 ? 0.85f : 1.0f),
              eye = p.low ? 0.22f : (p.aerial ? 0.9f : 0.40f);
  const float day = 1 - 0.85f * p.night;
  const Rgb ambient = (mix(col.mid, col.zenith, 0.3f) * 0.6f + col.haze * 0.2f) * (1 - 0.35f * p.night);
  const Rgb key = p.silhouette ? Rgb{} : col.light * (day * (1 - 0.6f * p.gloom) * (0.3f + 0.6f * p.light.front));
  const Rgb air = mix(col.haze, col.horizon, 0.5f);
  const bool neon = p.words.tint == Tint::Neon || p.lamps > 0.6f;
  const float wet = std::max(p.wet, 0.35f + 0.25f * p.lamps) * (1 - 0.8f * p.snow);
  const Rgb paving = ground_colour(p, Ground::Paving);

  struct Seen {
    Rgb colour;
    bool sky;
  };
  // The wall on one side at distance z and height h above the eye.
  const auto wall = [&](bool right, float z, float h) -> Seen {
    const float along = z * 1.15f + (right ? 0.37f : 0.0f);
    const std::uint32_t house = static_cast<std::uint32_t>(along) * 2u + (right ? 1u : 0u);
    const float roof = 0.75f + 1.9f * hash_unit(house, 1, seed) * p.relief;
    if (h > roof) return {{}, true};
    const float in_house = along - std::floor(along);
    const Rgb tone =
        mix(rgb(0x9c8470), rgb(0x70788c), hash_unit(house, 2, seed)) * (0.35f + 0.5f * hash_unit(house, 3, seed));
    const bool lit_side = right != (p.light.side > 0);
    Rgb out = tone * (ambient + key * (lit_side ? 1.0f : 0.12f)) * (0.8f + 0.2f * ss(-0.4f, 1.2f, h));
    if (in_house < 0.035f || roof - h < 0.03f) out = out * 0.55f;
    if (p.snow > 0 && roof - h < 0.05f) out = rgb(0xe8eef6) * (ambient + key * 0.4f);
    const float level = h + eye;  // above the street
    const float fade = clamp01(1.3f - z * 0.11f);
    if (level < 0.34f) {
      // Shop fronts.
      const float shop = hash_unit(house, 5, seed);
      const float pane =
          ss(0.10f, 0.13f, in_house) * ss(0.92f, 0.89f, in_house) * ss(0.04f, 0.06f, level) * ss(0.30f, 0.27f, level);
      const Rgb lamp = neon && shop > 0.5f ? mix(rgb(NeonSigns[house % 5]), rgb(WarmLamps[house % 5]), 0.45f)
                                           : rgb(WarmLamps[house % 5]);
      // Goods and people stand dark before the light; bars divide the glass.
      const float goods = ss(0.02f, -0.02f, level - 0.07f - 0.14f * noise2(in_house * 13 + shop * 40, 0.5f, seed + 6));
      const float bar = 1 - 0.75f * bell((std::fabs(std::remainder(in_house - 0.1f, 0.27f)) - 0.0f) / 0.010f);
      const float falloff = 0.55f + 0.6f * ss(0.02f, 0.28f, level);
      out = mix(out,
                (lamp * ((0.10f + 0.80f * p.lamps) * (0.45f + shop * 0.6f) * falloff) + ambient * 0.2f) *
                    (1 - 0.72f * goods) * bar,
                pane * 0.9f);
    } else {
      const float cells = 5;
      const float u = in_house * cells, v = (level - 0.36f) * 5.2f;
      const float fu = u - std::floor(u), fv = v - std::floor(v);
      const float in =
          mix(0.2f, ss(0.26f, 0.32f, fu) * ss(0.78f, 0.72f, fu) * ss(0.22f, 0.28f, fv) * ss(0.84f, 0.78f, fv), fade);
      const float h1 = hash_unit(static_cast<std::uint32_t>(u) + house * 31u,
                                 static_cast<std::uint32_t>(std::max(v, 0.0f)), seed + 4);
      out = mix(out, mix(col.mid, air, 0.5f) * 0.55f * day, in * 0.5f);
      if (h1 < 0.42f)
        out = out + rgb(WarmLamps[(house + static_cast<std::uint32_t>(u)) % 5]) * (in * p.lamps * (0.25f + 1.6f * h1));
    }
    // Upright signs at the corners of some houses.
    if (neon && hash_unit(house, 8, seed) < (p.words.tint == Tint::Neon ? 0.85f : 0.45f)) {
      const float from = 0.45f + 0.3f * hash_unit(house, 9, seed);
      const float in = ss(0.03f, 0.05f, in_house) * ss(0.17f, 0.15f, in_house) * ss(from, from + 0.02f, level) *
                       ss(from + 0.55f, from + 0.53f, level);
      out = mix(out, rgb(NeonSigns[(house * 7u) % 5]) * (1.5f * p.lamps), in);
    }
    return {mix(out, air, std::min(0.97f, 1 - fast_exp(-z * 0.085f * (0.5f + p.mist)))), false};
  };

  std::vector<float> ripple(static_cast<std::size_t>(c.w)), grit(static_cast<std::size_t>(c.w));
  for (int j = 0; j < c.h; ++j) {
    const float dy = c.y_of(j) - vy;
    const float z_ground = dy > 0 ? eye / dy : 1e9f;
    if (dy > 0) {
      fbm_row(ripple.data(), c.w, (0.5f * c.pixel() - vx) * z_ground * 3, c.pixel() * z_ground * 3, z_ground * 6,
              seed + 71, 4);
      fbm_row(grit.data(), c.w, (0.5f * c.pixel() - vx) * z_ground * 16, c.pixel() * z_ground * 16, z_ground * 14,
              seed + 77, 3, 0.6f);
    }
    for (int i = 0; i < c.w; ++i) {
      const float dx = c.x_of(i) - vx;
      const float z_wall = width / std::max(std::fabs(dx), 1e-4f);
      const bool right = dx > 0;
      const std::size_t at = c.at(i, j);
      if (z_ground >= z_wall || dy <= 0) {
        if (z_wall > 60) continue;
        const Seen seen = wall(right, z_wall, -dy * z_wall);
        if (!seen.sky) c.put(at, seen.colour);
        continue;
      }
      // Street: paving, kerb, and the wet mirror of the walls and the sky.
      const float across = std::fabs(dx) * z_ground / width;
      const float g = grit[static_cast<std::size_t>(i)] - 0.5f, r = ripple[static_cast<std::size_t>(i)] - 0.5f;
      Rgb out = paving * (ambient + key * 0.45f) * (1 + g * 0.7f) * (across > 0.66f ? 1.25f : 0.85f);
      if (std::fabs(across - 0.66f) < 0.012f) out = out * 0.5f;
      const float pool = ss(-0.10f, 0.12f, r + 0.22f * (p.wet - 0.5f)) * wet * (across > 0.66f ? 0.6f : 1.0f);
      if (pool > 0.01f) {
        const float wobble = 1 + (g * 0.22f + r * 0.10f) * (p.wet > 0 ? 1.0f : 0.6f);
        const float h = dy * z_wall * wobble - 2 * eye;
        const Seen seen = wall(right, z_wall * (1 + g * 0.04f), h);
        const Rgb mirror = seen.sky ? mix(col.horizon, col.mid, clamp01(h * 0.12f)) * 0.9f : seen.colour;
        out = mix(out, mirror, pool * (0.35f + 0.45f * fast_exp(-dy * 1.6f)));
      }
      if (p.snow > 0)
        out = mix(out, rgb(0xe4ebf4) * (ambient + key * 0.5f),
                  0.55f * p.snow * ss(-0.1f, 0.15f, r + (across > 0.6f ? 0.2f : 0.0f)));
      c.put(at, mix(out, air, std::min(0.97f, 1 - fast_exp(-z_ground * 0.085f * (0.5f + p.mist)))));
    }
  }
  // The far end opens on light.
  add_glow(c, vx, vy - 0.02f, 0.11f, mix(col.light, col.horizon, 0.5f), 0.55f * (1 - 0.6f * p.night) * p.light.glow);
  for (int k = 6; k >= 1; --k) {
    const float z = 0.75f + 1.15f * static_cast<float>(k);
    for (const float side : {-1.0f, 1.0f}) {
      const float x = vx + side * width * 0.66f / z, foot = vy + eye / z, head = vy - 0.26f / z;
      const Rgb post = mix(col.dark, air, 1 - fast_exp(-z * 0.09f));
      fill(c,
           rasterise({stroke_outline({x, foot}, {x, head}, 0.014f / z, 0.009f / z),
                      stroke_outline({x, head}, {x - side * 0.06f / z, head - 0.01f / z}, 0.009f / z, 0.009f / z)},
                     c.scale(), c.w, c.h),
           post, 0.95f);
      if (p.lamps > 0.05f) {
        add_glow(c, x - side * 0.06f / z, head, 0.030f / z, rgb(0xffc880), 2.6f * p.lamps);
        add_glow(c, x - side * 0.05f / z, foot + 0.03f / z, 0.055f / z, rgb(0xffb060), 0.32f * p.lamps);
      }
    }
  }
}

void paint_village(Canvas& c, const Plan& p, const std::vector<float>& ground, float house_size, int houses,
                   float depth) {
  Stream s = p.stream("village", static_cast<std::uint64_t>(depth * 100));
  const Colours& col = p.colour;
  const float day = 1 - 0.82f * p.night;
  const Rgb ambient = (mix(col.mid, col.zenith, 0.4f) * 0.6f + col.haze * 0.2f) * (1 - 0.3f * p.night);
  const Rgb key = p.silhouette ? Rgb{} : col.light * (day * (1 - 0.6f * p.gloom) * (0.2f + 0.8f * p.light.front));
  const Rgb air = mix(col.haze, col.horizon, 0.45f);
  const float fog = 0.55f * (1 - depth) * std::min(1.4f, 0.4f + 0.6f * p.mist);
  const float size = house_size * (0.6f + 0.4f * p.fit);
  const bool right_lit = p.light.side > 0;
  const float middle = p.aspect * 0.5f + (p.aspect * 0.5f - p.subject_x) * 0.5f;
  const int church = s.below(std::max(1, houses));
  for (int k = 0; k < houses; ++k) {
    const float x =
        middle + (static_cast<float>(k) + s.between(0.1f, 0.9f) - static_cast<float>(houses) * 0.5f) * size * 1.25f;
    const std::size_t i = static_cast<std::size_t>(std::clamp(c.column_of(x), 0, c.w - 1));
    const float y = ground[i] + size * s.between(0.02f, 0.30f);
    const float w = size * s.between(0.8f, 1.25f), h = size * s.between(0.55f, 1.05f),
                roof = size * s.between(0.42f, 0.62f);
    const float gable = w * 0.42f;  // the gable wall is on the left, the long wall on the right
    const Rgb plaster = mix(mix(rgb(0xe8dcc4), rgb(0xc89878), s.unit()), rgb(0xa8b0b4), 0.4f * s.unit());
    const Rgb tiles = p.snow > 0 ? rgb(0xe6ecf4) : mix(rgb(0x9c4a34), rgb(0x5a5250), s.unit());
    const Rgb bright = ambient + key * 0.95f, dim = ambient * 0.75f + key * 0.08f;
    const auto shade = [&](Rgb albedo, bool lit) { return mix(albedo * (lit ? bright : dim), air, fog); };
    const auto poly = [&](Outline o, Rgb colour, float a = 1) {
      fill(c, rasterise({std::move(o)}, c.scale(), c.w, c.h), colour, a);
    };
    const float g0 = x - w / 2, g1 = g0 + gable, g2 = x + w / 2, top = y - h;
    poly({{g0, y + size * 0.2f}, {g0, top}, {g0 + gable / 2, top - roof}, {g1, top}, {g1, y + size * 0.2f}},
         shade(plaster, !right_lit));
    poly({{g1, y + size * 0.2f}, {g1, top}, {g2, top}, {g2, y + size * 0.2f}}, shade(plaster * 0.95f, right_lit));
    poly({{g0 + gable / 2, top - roof},
          {g2 - gable * 0.30f, top - roof},
          {g2 + size * 0.05f, top + size * 0.05f},
          {g1 - size * 0.01f, top + size * 0.05f}},
         shade(tiles, right_lit));
    poly({{g0 + gable / 2, top - roof - size * 0.04f},
          {g0 + gable / 2, top - roof + size * 0.05f},
          {g0 - size * 0.05f, top + size * 0.06f},
          {g0 - size * 0.06f, top}},
         shade(tiles, !right_lit));
    poly({{g2 - gable * 0.7f, top - roof * 0.6f},
          {g2 - gable * 0.7f, top - roof * 1.25f},
          {g2 - gable * 0.5f, top - roof * 1.25f},
          {g2 - gable * 0.5f, top - roof * 0.6f}},
         shade(plaster * 0.6f, right_lit));
    for (int q = 0; q < 4; ++q) {
      const bool on_gable = q == 0;
      const float wx = on_gable ? g0 + gable * 0.5f : g1 + (g2 - g1) * (0.2f + 0.3f * static_cast<float>(q - 1)),
                  wy = y - h * 0.55f, ww = size * 0.065f, wh = size * 0.11f;
      if (wx > g2 - ww) continue;
      const bool on = s.chance(0.72f);
      poly({{wx - ww, wy - wh}, {wx + ww, wy - wh}, {wx + ww, wy + wh}, {wx - ww, wy + wh}},
           mix(shade(plaster * 0.25f, false), rgb(WarmLamps[(k + q) % 3]) * 1.9f, on ? std::min(1.0f, p.lamps) : 0.0f),
           0.95f);
      if (on && p.lamps > 0.2f) add_glow(c, wx, wy, size * 0.10f, rgb(0xffb060), 0.28f * p.lamps);
    }
    if (k == church) {
      const float t0 = g0 - size * 0.42f, t1 = g0 - size * 0.02f, head = y - size * 2.3f;
      poly({{t0, y + size * 0.2f}, {t0, head}, {t1, head}, {t1, y + size * 0.2f}}, shade(rgb(0xe4dcc8), !right_lit));
      poly({{(t0 + t1) / 2, y + size * 0.2f}, {(t0 + t1) / 2, head}, {t1, head}, {t1, y + size * 0.2f}},
           shade(rgb(0xe4dcc8), right_lit));
      poly({{t0 - size * 0.05f, head}, {(t0 + t1) / 2, head - size * 1.25f}, {t1 + size * 0.05f, head}},
           shade(tiles * 0.7f, right_lit));
      poly({{(t0 + t1) / 2 - size * 0.06f, head + size * 0.5f},
            {(t0 + t1) / 2 - size * 0.06f, head + size * 0.25f},
            {(t0 + t1) / 2 + size * 0.06f, head + size * 0.25f},
            {(t0 + t1) / 2 + size * 0.06f, head + size * 0.5f}},
           mix(shade(rgb(0x302820), false), rgb(0xffc070) * 1.6f, std::min(1.0f, p.lamps)), 0.95f);
    }
    // A bush or a tree beside it.
    if (s.chance(0.6f)) {
      const float bx = g2 + size * s.between(0.1f, 0.5f), r = size * s.between(0.22f, 0.48f);
      poly(ellipse_outline(bx, y - r * 0.7f, r * 0.8f, r * 1.15f, 14), shade(ground_colour(p, Ground::Pines), false));
      poly(ellipse_outline(bx + r * 0.2f * p.light.side, y - r * 0.95f, r * 0.5f, r * 0.8f, 12),
           shade(ground_colour(p, Ground::Pines), true), 0.75f);
    }
  }
}

void paint_quay(Canvas& c, const Plan& p) {
  Stream s = p.stream("quay");
  const float hy = p.horizon;
  // Moored boats: hulls and masts with their own reflections.
  for (int k = 0; k < 9; ++k) {
    const float t = static_cast<float>(k) / 8;
    const float y = hy + 0.022f + 0.11f * t * t, x = p.aspect * (0.04f + 0.92f * s.unit());
    if (std::fabs(x - p.subject_x) < 0.14f && !p.words.subjects.empty()) continue;
    const float l = (0.035f + 0.05f * t) * s.between(0.8f, 1.3f) * (0.6f + 0.4f * p.fit),
                mast = l * s.between(1.2f, 1.9f);
    const Rgb hull = mix(mix(s.chance(0.5f) ? rgb(0xe6e2d8) : rgb(0x3a5a80), p.colour.light, 0.15f) *
                             (0.25f + 0.75f * p.light.front) * (1 - 0.8f * p.night),
                         p.colour.haze, 0.25f) +
                     p.colour.dark;
    const std::vector<Outline> body = {
        {{x - l, y - l * 0.26f}, {x + l * 1.1f, y - l * 0.32f}, {x + l * 0.8f, y}, {x - l * 0.8f, y}},
        {{x - l * 0.5f, y - l * 0.26f},
         {x - l * 0.4f, y - l * 0.55f},
         {x + l * 0.2f, y - l * 0.55f},
         {x + l * 0.3f, y - l * 0.28f}}};
    const std::vector<Outline> rig = {
        stroke_outline({x + l * 0.1f, y - l * 0.3f}, {x + l * 0.1f, y - mast}, l * 0.045f, l * 0.03f),
        stroke_outline({x + l * 0.1f, y - mast * 0.98f}, {x + l, y - l * 0.3f}, 0.0008f, 0.0008f),
        stroke_outline({x + l * 0.1f, y - l * 0.5f}, {x - l * 0.7f, y - l * 0.48f}, l * 0.05f, l * 0.04f)};
    fill(c,
         rasterise({{{x - l * 0.8f, y}, {x + l * 0.8f, y}, {x + l * 0.6f, y + l * 0.3f}, {x - l * 0.6f, y + l * 0.3f}},
                    stroke_outline({x + l * 0.1f, y}, {x + l * 0.13f, y + mast * 0.7f}, l * 0.05f, l * 0.02f)},
                   c.scale(), c.w, c.h),
         p.colour.dark + p.colour.water * 0.5f, 0.5f);
    fill(c, rasterise(body, c.scale(), c.w, c.h), hull, 1);
    fill(c, rasterise(rig, c.scale(), c.w, c.h), mix(p.colour.dark, p.colour.haze, 0.3f), 0.9f);
    if (p.lamps > 0.4f && s.chance(0.5f))
      add_glow(c, x - l * 0.1f, y - l * 0.42f, l * 0.10f, rgb(0xffc070), 1.6f * p.lamps);
  }
  // Piles of a jetty in the near corner.
  std::vector<Outline> wood;
  const float side = p.light.side, base = side > 0 ? p.aspect : 0.0f;
  for (int k = 0; k < 5; ++k) {
    const float t = static_cast<float>(k) / 4, x = base - side * (0.05f + 0.30f * (1 - t) * p.fit + 0.02f * s.unit()),
                y = hy + 0.17f + 0.30f * t, w = 0.010f + 0.016f * t;
    wood.push_back(
        {{x - w, y + 0.30f}, {x - w, y - 0.075f - 0.06f * t}, {x + w, y - 0.085f - 0.06f * t}, {x + w, y + 0.30f}});
  }
  wood.push_back({{base - side * 0.37f * p.fit, hy + 0.155f},
                  {base - side * 0.34f * p.fit, hy + 0.145f},
                  {base + side * 0.05f, hy + 0.38f},
                  {base + side * 0.05f, hy + 0.46f}});
  fill(c, rasterise(wood, c.scale(), c.w, c.h),
       mix(p.colour.dark, rgb(0x4a3a2c) * p.colour.light * 0.5f, 0.55f * p.light.front + 0.1f), 0.98f);
}

}  // namespace studio::scenes
