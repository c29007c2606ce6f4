// The sandbox's models as its server knows them: kinds, prices, limits. The app has its own table (assets/providers/sandbox.json);
// a test holds both together, as it would with a real service's documentation.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace studio {

struct SandboxModel {
  std::string_view id;
  bool makes_clips = false;
  std::int64_t price_micros = 0;  // millionths of a play dollar, before the price factor
  int max_side = 0;               // px
};

inline constexpr std::array<SandboxModel, 4> sandbox_models{{
    {"sandbox-flux", false, 40'000, 2048},
    {"sandbox-xl", false, 40'000, 2048},
    {"sandbox-dream", false, 40'000, 2048},
    {"sandbox-motion", true, 420'000, 1280},
}};

inline constexpr int sandbox_min_side = 64;
inline constexpr std::int64_t sandbox_max_pixels = 4'194'304;
inline constexpr double sandbox_min_seconds = 1, sandbox_max_seconds = 10;
inline constexpr std::int64_t sandbox_max_upload_bytes = 32 << 20;
inline constexpr std::size_t sandbox_max_prompt_bytes = 16'384;
inline constexpr std::int64_t sandbox_max_seed = (std::int64_t{1} << 53) - 1;

constexpr const SandboxModel* find_sandbox_model(std::string_view id) {
  for (const auto& model : sandbox_models)
    if (model.id == id) return &model;
  return nullptr;
}

}  // namespace studio
