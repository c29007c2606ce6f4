// What is said of an asset whose file lies in the vault with other bytes than arrived. Its state is Missing, for the blob that
// is named by its SHA-256 is not on disk any more; the bytes that are there stay where they are.
#pragma once

#include <string>
#include <string_view>

#include "model/recipe.h"

namespace studio {

// How the reason of such an asset begins.
inline constexpr std::string_view damaged_words = "Its file is damaged";

// The whole reason: what happened, and what helps. `has_address`: it lies somewhere else, too, at an address that is not over.
std::string damaged_reason(const Recipe& recipe, bool has_address);

// The same of one whose file is gone.
std::string missing_reason(const Recipe& recipe);

inline bool is_damage(std::string_view reason) { return reason.starts_with(damaged_words); }

}  // namespace studio
