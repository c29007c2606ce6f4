// Export names from a template, and sizes from an aspect ratio: pure rules.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace studio {

struct NameParts {
  std::string project, prompt, seed, model, number, date, id;
};

inline constexpr std::string_view default_name_template = "{project}-{n}-{prompt}";

// Fills {project} {prompt} {seed} {model} {n} {date} {id}; the result is one safe path component without extension, at
// most 120 bytes. An unknown token is an error that names it and lists the known ones.
Result<std::string> name_from_template(std::string_view name_template, const NameParts& parts);

// What {prompt} stands for: the prompt, or of what came from elsewhere the name of its file, whose extension follows the name.
std::string words_for_name(const std::string& prompt, const std::string& source_name);

struct Size {
  int width = 0;
  int height = 0;
  bool operator==(const Size&) const = default;
};

// "16:9" and its like at about one megapixel, sides a multiple of 64 for the named ratios (9:16, 16:9, 1:1, 4:3, 3:4);
// "WIDTHxHEIGHT" gives exactly that size. Nothing for anything else.
std::optional<Size> size_from_aspect(std::string_view aspect);

}  // namespace studio
