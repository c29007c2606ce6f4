// Single features of places: shores and islands, rivers, flowers, dunes, cliffs, ice, fire. Used by scene_places.cpp
// only.
#pragma once

#include <vector>

#include "sandbox/scenes/scene_parts.h"

namespace studio::scenes {

// Paints ranges back to front, each only as far down as the next one leaves it open.
void paint_ranges(Canvas& canvas, const Plan& plan, std::vector<Range>& ranges);

// ---- scene_features.cpp
void headland(Canvas& canvas, const Plan& plan, float height, float reach, float depth, std::uint32_t seed);
void beach(Canvas& canvas, const Plan& plan, float left_y, float right_y);
void palm(Canvas& canvas, const Plan& plan, float x, float y, float size, std::uint64_t n);
void island(Canvas& canvas, const Plan& plan, float x, float width, float height);
void river(Canvas& canvas, const Plan& plan, Ground ground);
void flowers(Canvas& canvas, const Plan& plan, float from_y);
void grass_edge(Canvas& canvas, const Plan& plan, float y, float size);

// ---- scene_wilds.cpp
void dunes(Canvas& canvas, const Plan& plan);
void canyon(Canvas& canvas, const Plan& plan);
void icebergs(Canvas& canvas, const Plan& plan);
void floes(Canvas& canvas, const Plan& plan);
void volcano(Canvas& canvas, const Plan& plan);
void craters(Canvas& canvas, const Plan& plan);

}  // namespace studio::scenes
