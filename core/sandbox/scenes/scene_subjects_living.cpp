// Living subjects, and those that walk like them: tree, person, dog, cat, horse, deer, robot, astronaut.
#include "sandbox/scenes/scene_figure.h"
#include "sandbox/scenes/scene_parts.h"

namespace studio::scenes {
namespace {

void branch(Figure& f, Stream& s, Point from, float angle, float length, float width, int level, Rgb bark,
            std::vector<Point>& tips) {
  const Point to = {from.x + std::cos(angle) * length, from.y + std::sin(angle) * length};
  f.line(from, to, width, width * 0.68f, bark);
  if (level == 0) {
    tips.push_back(to);
    return;
  }
  if (level < 3) tips.push_back(to);
  const int count = level > 3 ? 3 : 2;
  for (int k = 0; k < count; ++k) {
    const float spread = (static_cast<float>(k) - static_cast<float>(count - 1) * 0.5f) * (count == 3 ? 0.62f : 0.78f) +
                         s.between(-0.18f, 0.18f);
    branch(f, s, to, angle + spread, length * s.between(0.68f, 0.82f), width * 0.66f, level - 1, bark, tips);
  }
}

void tree(Canvas& c, const Plan& p, const Spot& spot) {
  Stream s = p.stream("tree");
  const float size = 0.56f * spot.size;
  Figure f(c, p, {spot.x, spot.y}, size, spot.flip);
  const Rgb bark = rgb(0x5a4434);
  f.part({{-0.105f, 0.02f}, {-0.055f, -0.05f}, {-0.042f, -0.26f}, {0.042f, -0.26f}, {0.050f, -0.05f}, {0.115f, 0.02f}},
         bark, 0.9f);
  std::vector<Point> tips;
  for (const float a : {-1.5708f - 0.42f, -1.5708f + 0.02f, -1.5708f + 0.46f})
    branch(f, s, {0.0f, -0.24f}, a + s.between(-0.08f, 0.08f) + 0.18f * p.wind, 0.185f, 0.060f, 4, bark, tips);
  Rgb leaf = ground_colour(p, Ground::Grass) * Rgb{0.72f, 0.85f, 0.6f};
  const bool blossom = p.words.tint == Tint::Pink,
             autumn = p.words.tint == Tint::Autumn || p.words.tint == Tint::Orange;
  if (blossom) leaf = rgb(0xf0a8b8);
  if (autumn) leaf = rgb(0xd87828);
  const bool bare = p.snow > 0.5f && !blossom;
  if (bare) {
    for (const Point t : tips) f.ellipse(t.x, t.y - 0.006f, 0.016f, 0.008f, rgb(0xeef3f8), 0.4f);
  } else {
    // Clusters about the ends of the boughs: dark ones behind, light ones towards the light.
    for (int round = 0; round < 3; ++round) {
      for (std::size_t k = 0; k < tips.size(); ++k) {
        const float dx = s.between(-0.05f, 0.05f), dy = s.between(-0.05f, 0.04f), r = s.between(0.030f, 0.062f);
        if (round == 2 && k % 2 == 0) continue;
        const float toward = static_cast<float>(round) * 0.018f;
        const float tone = (round == 0 ? 0.50f : (round == 1 ? 0.85f : 1.25f)) * s.between(0.85f, 1.15f);
        const float up = clamp01(0.75f - (tips[k].y + 1.0f) * 0.5f);
        Outline o;
        for (int q = 0; q < 11; ++q) {
          const float a = 6.2831853f * static_cast<float>(q) / 11, m = r * s.between(0.72f, 1.2f);
          o.push_back({tips[k].x + dx + spot.flip * p.light.side * toward + std::cos(a) * m * 1.15f,
                       tips[k].y + dy - toward + std::sin(a) * m * 0.85f});
        }
        f.part(o, leaf * (tone * (0.7f + 0.5f * up)), 0.35f);
      }
    }
  }
  f.paint({});
}

void person(Canvas& c, const Plan& p, const Spot& spot) {
  Stream s = p.stream("person");
  const float size = 0.275f * spot.size;
  Figure f(c, p, {spot.x, spot.y}, size, spot.flip);
  static constexpr std::uint32_t Coats[5] = {0xb23c2a, 0x2f5a7a, 0xc89a3c, 0x3c5a48, 0x6a3a5a};
  const Rgb coat = rgb(Coats[s.below(5)]), dark = rgb(0x2a2830), skin = rgb(0xb88468), hair = rgb(0x3a2a22);
  f.part({{-0.100f, -0.34f}, {-0.010f, -0.34f}, {-0.030f, -0.02f}, {-0.015f, 0.0f}, {-0.110f, 0.0f}, {-0.098f, -0.03f}},
         dark, 0.7f);
  f.part({{0.005f, -0.34f}, {0.100f, -0.34f}, {0.098f, -0.03f}, {0.125f, 0.005f}, {0.030f, 0.005f}, {0.028f, -0.03f}},
         dark, 0.7f);
  const float blow = 0.10f * p.wind;
  f.curve({{-0.075f, -0.80f},
           {-0.150f, -0.755f},
           {-0.172f, -0.60f},
           {-0.165f, -0.42f},
           {-0.185f, -0.25f},
           {0.0f, -0.235f},
           {0.190f + blow, -0.25f},
           {0.165f, -0.42f},
           {0.172f, -0.60f},
           {0.150f, -0.755f},
           {0.075f, -0.80f}},
          coat, 0.85f);
  f.curve({{-0.135f, -0.75f},
           {-0.205f, -0.62f},
           {-0.215f, -0.45f},
           {-0.185f, -0.40f},
           {-0.165f, -0.46f},
           {-0.150f, -0.62f}},
          coat * 0.9f, 0.8f);
  f.curve({{0.135f, -0.75f}, {0.205f, -0.62f}, {0.215f, -0.45f}, {0.185f, -0.40f}, {0.165f, -0.46f}, {0.150f, -0.62f}},
          coat * 0.9f, 0.8f);
  f.ellipse(-0.196f, -0.395f, 0.022f, 0.028f, skin, 0.6f);
  f.ellipse(0.196f, -0.395f, 0.022f, 0.028f, skin, 0.6f);
  f.line({0, -0.005f - 0.235f}, {0, -0.55f}, 0.010f, 0.006f, coat * 0.6f);
  const int kind = s.below(3);
  if (kind == 0)
    f.curve({{-0.10f, -0.74f}, {-0.115f, -0.50f}, {0.115f, -0.50f}, {0.10f, -0.74f}}, rgb(0x6c5434), 0.7f);  // rucksack
  f.rect(-0.035f, -0.84f, 0.035f, -0.78f, skin, 0.8f);
  f.ellipse(0, -0.905f, 0.068f, 0.088f, hair, 0.9f);
  if (kind == 1) {
    f.curve(
        {{-0.155f, -0.925f}, {-0.06f, -0.945f}, {0.06f, -0.945f}, {0.155f, -0.925f}, {0.06f, -0.91f}, {-0.06f, -0.91f}},
        dark * 1.5f, 0.5f);
    f.curve({{-0.072f, -0.93f}, {-0.062f, -1.01f}, {0.062f, -1.01f}, {0.072f, -0.93f}}, dark * 1.5f, 0.8f);
  } else if (kind == 2) {
    f.curve(
        {{-0.070f, -0.95f}, {-0.075f, -0.82f}, {-0.060f, -0.72f}, {0.060f, -0.72f}, {0.075f, -0.82f}, {0.070f, -0.95f}},
        hair, 0.8f);
  }
  f.curve({{-0.085f, -0.815f}, {0.085f, -0.815f}, {0.095f, -0.77f}, {-0.095f, -0.77f}}, rgb(0xd8b060), 0.7f);  // scarf
  if (p.wind > 0.5f)
    f.curve({{0.08f, -0.80f}, {0.20f, -0.83f}, {0.36f, -0.79f}, {0.38f, -0.75f}, {0.22f, -0.77f}, {0.09f, -0.76f}},
            rgb(0xd8b060), 0.4f);
  f.paint({});
}

void dog(Canvas& c, const Plan& p, const Spot& spot) {
  Figure f(c, p, {spot.x, spot.y}, 0.25f * spot.size, -spot.flip * -1);
  const Rgb coat = rgb(p.stream("dog").chance(0.5f) ? 0x9a6a40 : 0x6c645c), pale = coat * 1.5f;
  f.curve({{0.10f, -0.88f},  {0.125f, -1.02f}, {0.20f, -0.86f},  {0.31f, -0.81f},  {0.43f, -0.775f}, {0.445f, -0.73f},
           {0.40f, -0.69f},  {0.28f, -0.665f}, {0.22f, -0.60f},  {0.245f, -0.45f}, {0.24f, -0.28f},  {0.235f, -0.08f},
           {0.31f, -0.025f}, {0.30f, 0.0f},    {0.13f, 0.0f},    {0.115f, -0.18f}, {0.05f, -0.12f},  {0.10f, -0.03f},
           {0.08f, 0.0f},    {-0.28f, 0.0f},   {-0.39f, -0.06f}, {-0.58f, 0.0f},   {-0.74f, -0.08f}, {-0.66f, -0.13f},
           {-0.50f, -0.13f}, {-0.42f, -0.22f}, {-0.36f, -0.40f}, {-0.20f, -0.60f}, {-0.07f, -0.72f}, {-0.035f, -0.86f}},
          coat, 0.75f);
  f.curve({{-0.02f, -0.86f}, {0.0f, -1.02f}, {0.075f, -0.88f}}, coat * 0.8f, 0.4f);
  f.curve({{0.16f, -0.62f}, {0.22f, -0.58f}, {0.225f, -0.40f}, {0.16f, -0.28f}, {0.11f, -0.42f}}, pale, 0.5f);
  f.curve({{-0.33f, -0.30f}, {-0.12f, -0.34f}, {0.02f, -0.14f}, {-0.06f, -0.02f}, {-0.28f, -0.03f}}, coat * 0.92f,
          0.8f);
  f.ellipse(0.435f, -0.757f, 0.020f, 0.017f, rgb(0x181414), 0.5f);
  f.ellipse(0.235f, -0.815f, 0.014f, 0.014f, rgb(0x141010), 0.3f);
  f.line({0.14f, -0.635f}, {0.215f, -0.575f}, 0.035f, 0.035f, rgb(0xb03c2c));
  f.paint({});
}

void cat(Canvas& c, const Plan& p, const Spot& spot) {
  Figure f(c, p, {spot.x, spot.y}, 0.215f * spot.size, spot.flip);
  const Rgb coat = rgb(p.stream("cat").chance(0.5f) ? 0xc07a3c : 0x57504c);
  Point at = {0.20f, -0.05f};
  const Point tail[6] = {{0.36f, -0.03f}, {0.52f, -0.08f}, {0.60f, -0.22f},
                         {0.57f, -0.37f}, {0.50f, -0.44f}, {0.44f, -0.42f}};
  float w = 0.085f;
  for (const Point t : tail) {
    f.line(at, t, w, w * 0.94f, coat * 0.95f);
    f.ellipse(t.x, t.y, w * 0.47f, w * 0.47f, coat * 0.95f, 0.3f);
    at = t;
    w *= 0.94f;
  }
  f.curve({{-0.10f, -0.62f},
           {0.0f, -0.66f},
           {0.10f, -0.62f},
           {0.20f, -0.47f},
           {0.285f, -0.24f},
           {0.28f, -0.06f},
           {0.20f, 0.0f},
           {-0.20f, 0.0f},
           {-0.28f, -0.06f},
           {-0.285f, -0.24f},
           {-0.20f, -0.47f}},
          coat, 0.85f);
  f.curve({{-0.165f, -0.80f},
           {-0.155f, -1.0f},
           {-0.055f, -0.905f},
           {0.055f, -0.905f},
           {0.155f, -1.0f},
           {0.165f, -0.80f},
           {0.13f, -0.67f},
           {0.0f, -0.62f},
           {-0.13f, -0.67f}},
          coat * 1.06f, 0.85f);
  f.part({{-0.135f, -0.87f}, {-0.142f, -0.965f}, {-0.085f, -0.90f}}, coat * 0.6f, 0.2f);
  f.part({{0.135f, -0.87f}, {0.142f, -0.965f}, {0.085f, -0.90f}}, coat * 0.6f, 0.2f);
  for (int k = 0; k < 5; ++k)
    f.line({-0.16f + 0.02f * static_cast<float>(k), -0.50f + 0.085f * static_cast<float>(k)},
           {0.16f - 0.02f * static_cast<float>(k), -0.50f + 0.085f * static_cast<float>(k)}, 0.016f, 0.016f,
           coat * 0.68f);
  f.paint({});
}

void horse(Canvas& c, const Plan& p, const Spot& spot) {
  Figure f(c, p, {spot.x, spot.y}, 0.36f * spot.size, spot.flip);
  const Rgb coat = rgb(p.stream("horse").chance(0.6f) ? 0x7a4a2c : 0xcfc4b8), hair = rgb(0x2c1e18), far = coat * 0.55f;
  f.curve({{0.30f, -0.36f},
           {0.34f, -0.20f},
           {0.43f, -0.13f},
           {0.40f, -0.02f},
           {0.35f, 0.0f},
           {0.35f, -0.11f},
           {0.26f, -0.18f},
           {0.22f, -0.34f}},
          far, 0.6f);
  f.curve({{-0.30f, -0.38f},
           {-0.16f, -0.24f},
           {-0.17f, -0.14f},
           {-0.11f, -0.01f},
           {-0.18f, 0.0f},
           {-0.23f, -0.13f},
           {-0.34f, -0.24f}},
          far, 0.6f);
  f.curve({{-0.39f, -0.57f},
           {-0.50f, -0.52f},
           {-0.56f, -0.32f},
           {-0.54f, -0.13f},
           {-0.48f, -0.16f},
           {-0.46f, -0.34f},
           {-0.40f, -0.47f}},
          hair, 0.5f);
  f.curve(
      {{0.49f, -1.0f},    {0.545f, -0.93f},  {0.60f, -0.87f},   {0.71f, -0.73f},   {0.735f, -0.68f},  {0.71f, -0.635f},
       {0.66f, -0.645f},  {0.575f, -0.735f}, {0.51f, -0.70f},   {0.46f, -0.58f},   {0.405f, -0.45f},  {0.375f, -0.34f},
       {0.355f, -0.20f},  {0.350f, -0.04f},  {0.385f, 0.0f},    {0.305f, 0.0f},    {0.300f, -0.06f},  {0.290f, -0.20f},
       {0.245f, -0.33f},  {0.05f, -0.305f},  {-0.14f, -0.325f}, {-0.225f, -0.32f}, {-0.255f, -0.20f}, {-0.285f, -0.04f},
       {-0.245f, 0.0f},   {-0.335f, 0.0f},   {-0.350f, -0.05f}, {-0.335f, -0.20f}, {-0.385f, -0.30f}, {-0.425f, -0.42f},
       {-0.405f, -0.54f}, {-0.30f, -0.615f}, {-0.12f, -0.575f}, {0.08f, -0.575f},  {0.19f, -0.635f},  {0.31f, -0.80f},
       {0.42f, -0.955f}},
      coat, 0.55f);
  f.curve({{0.43f, -0.97f},
           {0.50f, -0.95f},
           {0.46f, -0.80f},
           {0.38f, -0.66f},
           {0.26f, -0.60f},
           {0.20f, -0.62f},
           {0.30f, -0.80f},
           {0.38f, -0.93f}},
          hair, 0.4f);
  f.part({{0.485f, -0.95f}, {0.500f, -1.04f}, {0.535f, -0.94f}}, coat * 0.9f, 0.3f);
  f.ellipse(0.575f, -0.865f, 0.012f, 0.012f, rgb(0x120c0a), 0.2f);
  f.paint({});
}

void deer(Canvas& c, const Plan& p, const Spot& spot) {
  Figure f(c, p, {spot.x, spot.y}, 0.34f * spot.size, spot.flip);
  const Rgb coat = rgb(0xa06a3c), pale = rgb(0xe0c8a0), horn = rgb(0x8a7458), far = coat * 0.55f;
  f.part({{0.20f, -0.36f}, {0.265f, -0.20f}, {0.255f, 0.0f}, {0.225f, 0.0f}, {0.225f, -0.18f}, {0.14f, -0.34f}}, far,
         0.5f);
  f.part({{-0.22f, -0.38f}, {-0.12f, -0.22f}, {-0.15f, 0.0f}, {-0.185f, 0.0f}, {-0.17f, -0.20f}, {-0.28f, -0.32f}}, far,
         0.5f);
  f.curve(
      {{0.305f, -0.80f},  {0.36f, -0.80f},   {0.415f, -0.74f},  {0.475f, -0.70f},  {0.470f, -0.665f}, {0.40f, -0.655f},
       {0.345f, -0.66f},  {0.325f, -0.56f},  {0.295f, -0.46f},  {0.265f, -0.36f},  {0.245f, -0.22f},  {0.225f, -0.03f},
       {0.235f, 0.0f},    {0.185f, 0.0f},    {0.188f, -0.04f},  {0.185f, -0.22f},  {0.155f, -0.335f}, {0.0f, -0.32f},
       {-0.15f, -0.335f}, {-0.205f, -0.30f}, {-0.225f, -0.20f}, {-0.255f, -0.03f}, {-0.240f, 0.0f},   {-0.295f, 0.0f},
       {-0.298f, -0.04f}, {-0.275f, -0.20f}, {-0.315f, -0.32f}, {-0.330f, -0.44f}, {-0.295f, -0.53f}, {-0.16f, -0.555f},
       {0.03f, -0.535f},  {0.14f, -0.55f},   {0.215f, -0.63f},  {0.260f, -0.74f}},
      coat, 0.55f);
  f.curve({{0.30f, -0.62f}, {0.325f, -0.55f}, {0.27f, -0.40f}, {0.22f, -0.42f}, {0.245f, -0.54f}}, pale, 0.4f);
  f.curve({{-0.325f, -0.50f}, {-0.36f, -0.44f}, {-0.335f, -0.38f}, {-0.31f, -0.44f}}, pale, 0.3f);
  f.curve({{0.29f, -0.775f}, {0.20f, -0.815f}, {0.175f, -0.795f}, {0.24f, -0.755f}}, coat * 0.85f, 0.3f);
  for (const float k : {0.0f, 1.0f}) {
    const float o = 0.30f + 0.045f * k;
    const Rgb tone = horn * (k == 0.0f ? 0.75f : 1.0f);
    Point at = {o, -0.795f};
    const Point beam[5] = {{o - 0.05f, -0.87f},
                           {o - 0.10f + 0.06f * k, -0.96f},
                           {o - 0.08f + 0.09f * k, -1.06f},
                           {o - 0.01f + 0.10f * k, -1.14f},
                           {o + 0.05f + 0.09f * k, -1.20f}};
    float w = 0.028f;
    for (int q = 0; q < 5; ++q) {
      f.line(at, beam[q], w, w * 0.85f, tone);
      if (q > 0)
        f.line(beam[q], {beam[q].x + 0.085f - 0.01f * static_cast<float>(q), beam[q].y - 0.075f}, w * 0.75f, 0.006f,
               tone);
      if (q == 0) f.line(beam[q], {beam[q].x + 0.11f, beam[q].y - 0.03f}, w * 0.75f, 0.006f, tone);
      at = beam[q];
      w *= 0.85f;
    }
  }
  f.ellipse(0.375f, -0.755f, 0.011f, 0.011f, rgb(0x120c0a), 0.2f);
  f.paint({});
}

void robot(Canvas& c, const Plan& p, const Spot& spot) {
  Stream s = p.stream("robot");
  const float size = 0.36f * spot.size;
  Figure f(c, p, {spot.x, spot.y}, size, spot.flip);
  const Rgb steel = mix(rgb(0xb4b8bc), rgb(0xd8a048), s.chance(0.4f) ? 0.8f : 0.0f), dark = rgb(0x3c4046),
            eye = p.words.tint == Tint::Red ? rgb(0xff4030) : rgb(0x58e8ff);
  for (const float k : {-1.0f, 1.0f}) {
    f.rect(k * 0.105f - 0.045f, -0.30f, k * 0.105f + 0.045f, -0.05f, dark, 0.9f);
    f.ellipse(k * 0.105f, -0.17f, 0.056f, 0.038f, steel * 0.8f, 0.8f);
    f.curve({{k * 0.105f - 0.095f, 0.0f},
             {k * 0.105f - 0.08f, -0.075f},
             {k * 0.105f + 0.06f, -0.075f},
             {k * 0.105f + 0.10f, 0.0f}},
            steel * 0.75f, 0.6f);
    f.line({k * 0.235f, -0.60f}, {k * 0.305f, -0.44f}, 0.070f, 0.060f, dark);
    f.line({k * 0.305f, -0.44f}, {k * 0.275f, -0.28f}, 0.075f, 0.065f, steel * 0.85f);
    f.ellipse(k * 0.305f, -0.44f, 0.048f, 0.048f, steel, 0.8f);
    f.ellipse(k * 0.272f, -0.25f, 0.046f, 0.050f, dark, 0.8f);
  }
  f.curve({{-0.20f, -0.31f}, {-0.235f, -0.60f}, {-0.19f, -0.66f}, {0.19f, -0.66f}, {0.235f, -0.60f}, {0.20f, -0.31f}},
          steel, 0.8f);
  f.rect(-0.125f, -0.58f, 0.125f, -0.42f, dark, 0.4f);
  for (int k = 0; k < 4; ++k)
    f.lamp(ellipse_outline(-0.085f + 0.057f * static_cast<float>(k), -0.535f, 0.014f, 0.014f, 10),
           k % 2 == 0 ? rgb(0xffb040) : rgb(0x60ff90), 1.2f);
  f.lamp({{-0.09f, -0.49f}, {0.09f, -0.49f}, {0.09f, -0.455f}, {-0.09f, -0.455f}}, eye, 0.7f);
  for (const float k : {-1.0f, 1.0f}) f.ellipse(k * 0.235f, -0.60f, 0.065f, 0.065f, steel * 1.05f, 0.85f);
  f.rect(-0.055f, -0.71f, 0.055f, -0.65f, dark, 0.8f);
  f.curve({{-0.165f, -0.70f},
           {-0.185f, -0.82f},
           {-0.15f, -0.93f},
           {0.0f, -0.955f},
           {0.15f, -0.93f},
           {0.185f, -0.82f},
           {0.165f, -0.70f},
           {0.0f, -0.685f}},
          steel, 0.9f);
  f.curve({{-0.135f, -0.79f}, {-0.13f, -0.875f}, {0.0f, -0.89f}, {0.13f, -0.875f}, {0.135f, -0.79f}, {0.0f, -0.775f}},
          rgb(0x181c22), 0.7f);
  for (const float k : {-1.0f, 1.0f}) f.lamp(ellipse_outline(k * 0.066f, -0.832f, 0.027f, 0.029f, 16), eye, 2.4f);
  f.line({0.10f, -0.93f}, {0.13f, -1.06f}, 0.012f, 0.008f, dark);
  f.lamp(ellipse_outline(0.13f, -1.07f, 0.018f, 0.018f, 12), rgb(0xff5040), 2.0f);
  f.paint({});
  for (const float k : {-1.0f, 1.0f}) {
    const Point e = f.world({k * 0.066f, -0.832f});
    add_glow(c, e.x, e.y, size * 0.06f, eye, 0.55f);
  }
}

void astronaut(Canvas& c, const Plan& p, const Spot& spot) {
  const float size = 0.34f * spot.size;
  Figure f(c, p, {spot.x, spot.y}, size, spot.flip);
  const Rgb suit = rgb(0xe8e6e2), grey = rgb(0x8a8c90), orange = rgb(0xd86a2c);
  f.curve({{-0.20f, -0.78f}, {-0.21f, -0.36f}, {0.21f, -0.36f}, {0.20f, -0.78f}}, suit * 0.68f, 0.6f);  // life support
  for (const float k : {-1.0f, 1.0f}) {
    f.curve({{k * 0.03f, -0.36f},
             {k * 0.15f, -0.36f},
             {k * 0.155f, -0.18f},
             {k * 0.145f, -0.05f},
             {k * 0.055f, -0.05f},
             {k * 0.035f, -0.18f}},
            suit, 0.85f);
    f.curve({{k * 0.04f, -0.06f}, {k * 0.15f, -0.06f}, {k * 0.19f, 0.0f}, {k * 0.03f, 0.0f}}, grey, 0.6f);
    f.line({k * 0.06f, -0.20f}, {k * 0.15f, -0.20f}, 0.016f, 0.016f, grey);
    f.curve({{k * 0.16f, -0.70f},
             {k * 0.255f, -0.62f},
             {k * 0.285f, -0.46f},
             {k * 0.245f, -0.36f},
             {k * 0.195f, -0.38f},
             {k * 0.200f, -0.50f},
             {k * 0.15f, -0.58f}},
            suit * 0.96f, 0.85f);
    f.ellipse(k * 0.222f, -0.345f, 0.040f, 0.045f, grey, 0.7f);
  }
  f.curve({{-0.17f, -0.72f},
           {-0.185f, -0.52f},
           {-0.16f, -0.34f},
           {0.0f, -0.31f},
           {0.16f, -0.34f},
           {0.185f, -0.52f},
           {0.17f, -0.72f},
           {0.0f, -0.76f}},
          suit, 0.85f);
  f.rect(-0.085f, -0.60f, 0.085f, -0.50f, grey, 0.4f);
  for (int k = 0; k < 3; ++k)
    f.lamp(ellipse_outline(-0.05f + 0.05f * static_cast<float>(k), -0.55f, 0.012f, 0.012f, 10),
           k == 0 ? rgb(0xff5040) : rgb(0x60d0ff), 1.3f);
  f.line({-0.17f, -0.42f}, {0.17f, -0.42f}, 0.022f, 0.022f, orange);
  f.ellipse(0, -0.86f, 0.148f, 0.152f, suit, 0.9f);
  f.curve({{-0.112f, -0.86f},
           {-0.10f, -0.945f},
           {0.0f, -0.965f},
           {0.10f, -0.945f},
           {0.112f, -0.86f},
           {0.09f, -0.785f},
           {0.0f, -0.765f},
           {-0.09f, -0.785f}},
          rgb(0x1c1610), 0.9f);
  // The visor mirrors sky and light.
  f.lamp(
      smooth_outline(
          {{-0.09f, -0.875f}, {-0.08f, -0.935f}, {0.0f, -0.95f}, {0.08f, -0.935f}, {0.09f, -0.875f}, {0.0f, -0.86f}}),
      mix(p.colour.mid, rgb(0xe0a040), 0.55f), 0.55f);
  f.lamp(ellipse_outline(0.055f * spot.flip * p.light.side, -0.905f, 0.020f, 0.026f, 14), p.colour.light, 1.7f);
  f.paint({});
}

}  // namespace

void paint_living_subject(Canvas& c, const Plan& p, Subject subject, const Spot& spot) {
  switch (subject) {
    case Subject::Tree:
      tree(c, p, spot);
      break;
    case Subject::Person:
      person(c, p, spot);
      break;
    case Subject::Dog:
      dog(c, p, spot);
      break;
    case Subject::Cat:
      cat(c, p, spot);
      break;
    case Subject::Horse:
      horse(c, p, spot);
      break;
    case Subject::Deer:
      deer(c, p, spot);
      break;
    case Subject::Robot:
      robot(c, p, spot);
      break;
    case Subject::Astronaut:
      astronaut(c, p, spot);
      break;
    default:
      break;
  }
}

}  // namespace studio::scenes
