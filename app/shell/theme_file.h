// Reads the theme from assets/theme/tokens.json.
#pragma once

#include <filesystem>

#include "base/result.h"
#include "widgets/theme.h"

namespace studio {

// Every token the window uses must be there; the error names the first that is not.
Result<Theme> load_theme(const std::filesystem::path& tokens_file);
Result<Theme> theme_from_json(std::string_view text);

}  // namespace studio
