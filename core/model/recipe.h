// A recipe: everything needed to make an asset again. Its digest says whether two recipes are the same work.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace studio {

enum class MediaKind : std::uint8_t { Image, Video, Audio };
std::string_view to_string(MediaKind kind);  // "image", "video", "audio"
std::optional<MediaKind> media_kind_from(std::string_view text);

inline constexpr std::string_view import_provider = "import";  // in the recipe of what somebody brought

// A blob that goes into the making: the picture a clip starts from, a style reference.
struct RecipeInput {
  std::string role;    // "image": the start frame of a video
  std::string sha256;  // of the blob
  bool operator==(const RecipeInput&) const = default;
};

struct Recipe {
  MediaKind kind = MediaKind::Image;
  std::string provider;  // "sandbox"
  std::string model;     // "sandbox-flux"
  std::string prompt;    // exactly as sent, any UTF-8
  std::string negative_prompt;
  std::int64_t seed = 0;  // 0 … 2^53-1, so that every JSON reader keeps it
  int width = 0;          // px
  int height = 0;
  double seconds = 0;  // videos and audio
  std::vector<RecipeInput> inputs;
  std::map<std::string, std::string> options;  // model options by their documented names
  bool operator==(const Recipe&) const = default;
};

// The largest seed that we draw: fits every provider's documented range.
inline constexpr std::int64_t max_seed = 2'147'483'647;

// One line of JSON with a fixed order of keys; reading refuses wrong types and kinds in words and ignores unknown keys.
std::string recipe_to_json(const Recipe& recipe);
Result<Recipe> recipe_from_json(std::string_view text);
// A recipe that a person brings, who pays for what is read: it must have all that recipe_to_json always writes, nothing that we
// do not know, and numbers as they are kept. What is in words is the same for all.
Result<Recipe> recipe_from_outside(std::string_view text);

// SHA-256 over the canonical JSON: equal digests mean the same work. `with_seed` false gives the digest of "the same
// recipe, whatever the seed", by which "already has or awaits such a video" is judged.
std::string recipe_digest(const Recipe& recipe, bool with_seed = true);

}  // namespace studio
