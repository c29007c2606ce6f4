// Reads the theme from assets/theme/tokens.json.
#pragma once

#include <filesystem>

#include "base/result.h"
#include "widgets/theme.h"

namespace studio {

// Every token the window uses must be there; the error names the first that is not.
Result<Theme> load_theme(const std::filesystem::path& tokens_file);
Result<Theme> theme_from_json(std::string_view text);

// The same look for eyes that need more: every word stands out from its ground by 7 at least (WCAG 2).
Theme with_high_contrast(const Theme& theme);

}  // namespace studio
