// A head and shoulders before a blurred scene, modelled by a key light from the side of the sun and a cool fill.
#include "sandbox/scenes/scene_noise.h"
#include "sandbox/scenes/scene_parts.h"

namespace studio::scenes {
namespace {

const Outline Profile = {
    {0, -.50f},     {.18f, -.47f},  {.30f, -.36f},  {.345f, -.22f}, {.352f, -.11f}, {.336f, -.05f},
    {.378f, .03f},  {.432f, .112f}, {.418f, .148f}, {.362f, .163f}, {.366f, .205f}, {.386f, .234f},
    {.362f, .262f}, {.378f, .291f}, {.347f, .325f}, {.357f, .375f}, {.325f, .43f},  {.24f, .445f},
    {.13f, .41f},   {.085f, .47f},  {.09f, .62f},   {.17f, .74f},   {.42f, .86f},   {.66f, 1.08f},
    {.78f, 1.9f},   {-1.0f, 1.9f},  {-.90f, 1.12f}, {-.62f, .90f},  {-.30f, .76f},  {-.215f, .62f},
    {-.235f, .45f}, {-.35f, .28f},  {-.43f, .05f},  {-.43f, -.2f},  {-.33f, -.40f}, {-.17f, -.49f}};
const Outline Hood = {{0, -.66f},      {.26f, -.60f},  {.44f, -.40f}, {.49f, -.08f},  {.46f, .22f},  {.40f, .46f},
                      {.44f, .64f},    {.66f, .82f},   {.90f, .98f},  {1.02f, 1.35f}, {1.05f, 2.0f}, {-1.05f, 2.0f},
                      {-1.02f, 1.35f}, {-.90f, .98f},  {-.66f, .82f}, {-.44f, .64f},  {-.40f, .46f}, {-.46f, .22f},
                      {-.49f, -.08f},  {-.44f, -.40f}, {-.26f, -.60f}};
const Outline Brim = {{.0f, -.66f},   {.25f, -.60f}, {.33f, -.40f}, {.62f, -.22f},  {.60f, -.17f}, {.3f, -.22f},
                      {-.35f, -.17f}, {-.70f, .10f}, {-.76f, .07f}, {-.46f, -.36f}, {-.28f, -.58f}};
const Outline Beanie = {{.0f, -.60f},  {.25f, -.55f},  {.38f, -.34f}, {.37f, -.17f},
                        {0.0f, -.20f}, {-.43f, -.08f}, {-.48f, -.3f}, {-.32f, -.53f}};
const Outline Long = {{.0f, -.55f},   {.24f, -.50f},  {.33f, -.34f}, {.12f, -.22f}, {-.06f, .05f},
                      {-.08f, .45f},  {-.16f, .85f},  {-.42f, .98f}, {-.62f, .80f}, {-.60f, .35f},
                      {-.54f, -.10f}, {-.44f, -.38f}, {-.22f, -.52f}};

}  // namespace

void paint_portrait(Canvas& c, const Plan& p, const Spot& spot) {
  Stream s = p.stream("portrait");
  const float size = 0.44f * spot.size, y = 0.46f + (p.low ? -0.03f : 0.0f);
  const float x = p.symmetrical ? p.aspect * 0.5f : mix(spot.x, p.aspect * 0.5f, p.aspect < 0.9f ? 0.8f : 0.35f);
  const float flip = p.light.x > x ? 1.0f : -1.0f;  // faces the light
  const int kind = s.below(4);
  const auto place = [&](const Outline& local) {
    Outline o;
    for (const Point q : smooth_outline(local, 10)) o.push_back({x + flip * q.x * size, y + q.y * size});
    return o;
  };
  std::vector<Outline> shapes = {place(kind == 3 ? Hood : Profile)};
  if (kind == 0)
    shapes.push_back(ellipse_outline(x - flip * 0.46f * size, y - 0.19f * size, 0.16f * size, 0.17f * size));
  if (kind == 1) shapes.push_back(place(s.chance(0.5f) ? Brim : Beanie));
  if (kind == 2) shapes.push_back(place(Long));
  const Mask m = rasterise(shapes, c.scale(), c.w, c.h, 2);
  if (m.empty()) return;
  // Slopes of the blurred outline stand for the turning of the form; the broad ones are found at a quarter of the size.
  const auto blurred = [&](float radius, int step) {
    const int w = (m.w + step - 1) / step, h = (m.h + step - 1) / step;
    std::vector<float> v(static_cast<std::size_t>(w) * static_cast<std::size_t>(h));
    for (int j = 0; j < h; ++j) {
      for (int i = 0; i < w; ++i)
        v[static_cast<std::size_t>(j * w + i)] =
            m.cover[static_cast<std::size_t>(std::min(j * step, m.h - 1)) * static_cast<std::size_t>(m.w) +
                    static_cast<std::size_t>(std::min(i * step, m.w - 1))];
    }
    const float r = std::max(0.6f, radius * c.scale() / static_cast<float>(step));
    blur_plane(v.data(), w, h, r, r);
    return v;
  };
  const int coarse = std::max(1, c.h / 256);
  const std::vector<float> wide = blurred(0.020f, coarse), middle = blurred(0.0055f, coarse),
                           tight = blurred(0.0019f, 1);
  const float kx = flip * 0.97f, ky = -0.24f;
  const auto slope = [&](const std::vector<float>& v, int step, int i, int j, float dx, float dy) {
    const int w = (m.w + step - 1) / step, h = (m.h + step - 1) / step;
    const float fx = std::clamp((static_cast<float>(i) + 0.5f) / static_cast<float>(step) - 0.5f, 1.0f,
                                static_cast<float>(w) - 2.001f),
                fy = std::clamp((static_cast<float>(j) + 0.5f) / static_cast<float>(step) - 0.5f, 1.0f,
                                static_cast<float>(h) - 2.001f);
    const int xa = static_cast<int>(fx), ya = static_cast<int>(fy);
    const float tx = fx - static_cast<float>(xa), ty = fy - static_cast<float>(ya);
    const auto at = [&](int xx, int yy) { return v[static_cast<std::size_t>(yy * w + xx)]; };
    const float gx = mix(mix(at(xa + 1, ya) - at(xa - 1, ya), at(xa + 2, ya) - at(xa, ya), tx),
                         mix(at(xa + 1, ya + 1) - at(xa - 1, ya + 1), at(xa + 2, ya + 1) - at(xa, ya + 1), tx), ty);
    const float gy = mix(mix(at(xa, ya + 1) - at(xa, ya - 1), at(xa + 1, ya + 1) - at(xa + 1, ya - 1), tx),
                         mix(at(xa, ya + 2) - at(xa, ya), at(xa + 1, ya + 2) - at(xa + 1, ya), tx), ty);
    return -(gx * dx + gy * dy) * 0.5f * c.scale() / static_cast<float>(step);
  };
  const Colours& col = p.colour;
  const Rgb key =
      mix(col.light, col.horizon, 0.35f) * (0.95f - 0.35f * p.night - 0.35f * p.gloom + 0.25f * p.lamps * p.night);
  const Rgb fill_light = mix(col.zenith, col.mid, 0.55f) * 1.5f;
  const float modelled = p.silhouette ? 0.25f : 1.0f;
  const Rgb skin = mix(rgb(0x9a6a50), rgb(0x5c4034), s.unit()), cloth = mix(rgb(0x3a4a5c), rgb(0x6a3c3c), s.unit()),
            hair = mix(rgb(0x1c1412), rgb(0x6a4024), s.unit());
  const std::uint32_t seed = p.noise("cloth");
  std::vector<float> weave(static_cast<std::size_t>(m.w));
  for (int j = 0; j < m.h; ++j) {
    const float py = c.y_of(m.y0 + j);
    fbm_row(weave.data(), m.w, 0, c.pixel() * 14, py * 22, seed, 4);
    for (int i = 0; i < m.w; ++i) {
      const std::size_t q = static_cast<std::size_t>(j) * static_cast<std::size_t>(m.w) + static_cast<std::size_t>(i);
      const float cover = m.cover[q];
      if (cover <= 0.002f) continue;
      const float broad = slope(wide, coarse, i, j, kx, ky) * 0.055f, sharp = slope(tight, 1, i, j, kx, ky) * 0.0085f;
      const float a = clamp01(broad), b = clamp01(slope(middle, coarse, i, j, kx, ky) * 0.022f), t = clamp01(sharp);
      const float back = clamp01(-broad), back_edge = clamp01(-sharp);
      const float v = (py - y) / size;
      const float u = flip * (c.x_of(m.x0 + i) - x) / size,
                  strand = 0.10f * (weave[static_cast<std::size_t>(i)] - 0.5f);
      // Hair above the brow and behind the ear.
      const float hairline = std::max(ss(-0.20f, -0.27f, v + strand + 0.25f * u),
                                      ss(0.02f, -0.06f, u + strand) * ss(0.46f, 0.36f, v - (kind == 2 ? 0.5f : 0.0f)));
      const Rgb surface = kind == 3 ? cloth
                                    : mix(mix(skin, cloth, ss(0.56f, 0.64f, v - 0.10f * u)), hair,
                                          hairline * (kind == 1 && v < -0.2f ? 0.0f : 1.0f) * ss(1.05f, 0.75f, v));
      Rgb out = mix(col.dark, surface * (col.mid * 0.75f + col.haze * 0.40f + fill_light * 0.15f), 0.85f * modelled) *
                (0.8f + 0.4f * weave[static_cast<std::size_t>(i)]);
      // Most of the form is flat, and powers are dear.
      const float a12 = a > 0 ? std::pow(a, 1.2f) : 0.0f, a14 = a > 0 ? std::pow(a, 1.4f) : 0.0f,
                  back16 = back > 0 ? std::pow(back, 1.6f) : 0.0f;
      out = out + surface * key * ((2.4f * a12 + 1.3f * b * b) * modelled * (0.75f + 0.5f * p.light.front));
      out = out + key * (0.06f * a14 + 0.20f * b * b + 0.62f * t * t);
      out = out + fill_light * (0.05f * back16 + 0.24f * back_edge * back_edge);
      c.blend(c.at(m.x0 + i, m.y0 + j), out, cover);
    }
  }
}

}  // namespace studio::scenes
