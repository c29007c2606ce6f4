// Value noise from one fixed lattice of 256 x 256 numbers: by point, along a pixel row (much cheaper), and in one
// dimension.
#pragma once

#include <cstdint>
#include <vector>

namespace studio::scenes {

// One octave in [0, 1]; the seed moves the window over the lattice.
float noise2(float x, float y, std::uint32_t seed);
// Several octaves, each turned against the last, normalised to [0, 1].
float fbm2(float x, float y, std::uint32_t seed, int octaves, float gain = 0.5f);
float fbm1(float x, std::uint32_t seed, int octaves, float gain = 0.5f);

// out[i] = several octaves at (u0 + i * du, v), in [0, 1]. The rows of a picture in perspective have one v each, so a
// row costs two loads an octave and pixel.
void fbm_row(float* out, int count, float u0, float du, float v, std::uint32_t seed, int octaves, float gain = 0.5f);

}  // namespace studio::scenes
