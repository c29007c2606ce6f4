#include "model/recipe.h"

#include "base/hash.h"

namespace studio {

std::string_view to_string(MediaKind kind) {
  switch (kind) {
    case MediaKind::Image: return "image";
    case MediaKind::Video: return "video";
    case MediaKind::Audio: return "audio";
  }
  return "image";
}

std::optional<MediaKind> media_kind_from(std::string_view text) {
  if (text == "image") return MediaKind::Image;
  if (text == "video") return MediaKind::Video;
  if (text == "audio") return MediaKind::Audio;
  return std::nullopt;
}

std::string recipe_digest(const Recipe& recipe, bool with_seed) {
  Recipe judged = recipe;
  if (!with_seed) judged.seed = 0;
  return sha256_hex(recipe_to_json(judged));
}

}  // namespace studio
