#include "model/damage.h"

namespace studio {

std::string damaged_reason(const Recipe& recipe, bool has_address) {
  std::string words(damaged_words);
  words += ": its bytes are not those that arrived. Import the right file again, which mends it";
  if (has_address) words += "; it can be had from its address (Copy URL)";
  if (recipe.provider != import_provider) words += "; or make it again (Re-make, or Again exactly)";
  return words + ".";
}

std::string missing_reason(const Recipe& recipe) {
  std::string words = "Its file is not in the project any more. Import the same file again, which mends it";
  if (recipe.provider != import_provider) words += "; or make it again (Re-make, or Again exactly)";
  return words + ".";
}

}  // namespace studio
