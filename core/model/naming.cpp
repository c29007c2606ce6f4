#include "model/naming.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/text.h"

namespace studio {
namespace {

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value <= 0) return std::nullopt;
  return value;
}

// The named ratios have the sizes that image models are trained on.
struct NamedSize {
  std::string_view aspect;
  Size size;
};
constexpr NamedSize named_sizes[] = {
    {"1:1", {1024, 1024}}, {"16:9", {1344, 768}}, {"9:16", {768, 1344}}, {"4:3", {1152, 896}}, {"3:4", {896, 1152}}};

}  // namespace

Result<std::string> name_from_template(std::string_view name_template, const NameParts& parts) {
  std::string name;
  for (std::size_t at = 0; at < name_template.size();) {
    if (name_template[at] != '{') {
      name += name_template[at++];
      continue;
    }
    const std::size_t end = name_template.find('}', at);
    const std::string_view token = end == std::string_view::npos ? name_template.substr(at) : name_template.substr(at, end - at + 1);
    if (token == "{project}") name += safe_file_name(parts.project, 40);
    else if (token == "{prompt}") name += safe_file_name(parts.prompt, 60);
    else if (token == "{seed}") name += parts.seed;
    else if (token == "{model}") name += parts.model;
    else if (token == "{n}") name += parts.number;
    else if (token == "{date}") name += parts.date;
    else if (token == "{id}") name += parts.id;
    else
      return fail(ErrorKind::BadRequest, "The name has an unknown part " + std::string(token) +
                                             ": use {project}, {prompt}, {seed}, {model}, {n}, {date} or {id}.");
    at += token.size();
  }
  return safe_file_name(name, 120);
}

std::string words_for_name(const std::string& prompt, const std::string& source_name) {
  if (!prompt.empty()) return prompt;
  const std::size_t dot = source_name.rfind('.');
  if (dot == std::string::npos || dot == 0) return source_name;
  // "Take 1.5" has a point and no extension.
  const std::string tail = to_lower_ascii(std::string_view(source_name).substr(dot + 1));
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto is_sign = [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); };
  const bool is_extension = tail.size() <= 5 && std::all_of(tail.begin(), tail.end(), is_sign) && std::any_of(tail.begin(), tail.end(), is_letter);
  return is_extension ? source_name.substr(0, dot) : source_name;
}

std::optional<Size> size_from_aspect(std::string_view aspect) {
  for (const auto& named : named_sizes) {
    if (named.aspect == aspect) return named.size;
  }
  if (const std::size_t x = aspect.find('x'); x != std::string_view::npos) {
    const auto width = number(aspect.substr(0, x)), height = number(aspect.substr(x + 1));
    if (width && height) return Size{*width, *height};
    return std::nullopt;
  }
  if (const std::size_t colon = aspect.find(':'); colon != std::string_view::npos) {
    const auto a = number(aspect.substr(0, colon)), b = number(aspect.substr(colon + 1));
    if (!a || !b || *a > 8 * *b || *b > 8 * *a) return std::nullopt;
    const double ratio = static_cast<double>(*a) / *b;
    const auto side = [](double px) { return static_cast<int>(std::lround(px / 16)) * 16; };
    return Size{side(1024 * std::sqrt(ratio)), side(1024 / std::sqrt(ratio))};
  }
  return std::nullopt;
}

}  // namespace studio
