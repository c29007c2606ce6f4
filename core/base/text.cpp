#include "base/text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>

namespace studio {
namespace {

// Length of the well-formed UTF-8 sequence at `at` (Unicode 15, table 3-7), or 0. Sets `code` when it is one.
std::size_t sequence_at(std::string_view text, std::size_t at, char32_t& code) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(at);
  if (lead < 0x80) {
    code = lead;
    return 1;
  }
  std::size_t size = 0;
  unsigned char low = 0x80, high = 0xBF;
  if (lead >= 0xC2 && lead <= 0xDF) {
    size = 2;
    code = lead & 0x1Fu;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    size = 3;
    code = lead & 0x0Fu;
    if (lead == 0xE0) low = 0xA0;
    if (lead == 0xED) high = 0x9F;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    size = 4;
    code = lead & 0x07u;
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F;
  } else {
    return 0;
  }
  if (at + size > text.size()) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    const unsigned char next = byte(at + i);
    if (next < (i == 1 ? low : 0x80) || next > (i == 1 ? high : 0xBF)) return 0;
    code = (code << 6) | (next & 0x3Fu);
  }
  return size;
}

bool is_bidi_control(char32_t c) {
  return c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

}  // namespace

bool is_valid_utf8(std::string_view text) {
  char32_t code = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = sequence_at(text, at, code);
    if (size == 0) return false;
    at += size;
  }
  return true;
}

std::string_view trimmed(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::string to_lower_ascii(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t at = text.find(separator);
    parts.emplace_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::string safe_file_name(std::string_view text, std::size_t max_bytes) {
  std::string name;
  for (std::size_t at = 0; at < text.size();) {
    char32_t code = 0;
    const std::size_t size = sequence_at(text, at, code);
    const bool is_plain = size > 0 && code >= 0x20 && code != 0x7F && !(code >= 0x80 && code < 0xA0) &&
                          code != 0x2028 && code != 0x2029 && !is_bidi_control(code) &&
                          !(code < 0x80 && std::string_view("/\\:*?\"<>|").find(static_cast<char>(code)) != std::string_view::npos);
    const std::string_view piece = is_plain ? text.substr(at, size) : std::string_view("-");
    if (name.size() + piece.size() > max_bytes) break;
    name += piece;
    at += std::max<std::size_t>(size, 1);
  }
  while (!name.empty() && (name.front() == '.' || name.front() == '-' || name.front() == ' ')) name.erase(0, 1);
  while (!name.empty() && (name.back() == '.' || name.back() == ' ')) name.pop_back();
  // Names that Windows keeps for devices: an export folder may be shared with one.
  static constexpr std::string_view reserved[] = {"con", "prn", "aux", "nul"};
  const std::string stem = to_lower_ascii(name.substr(0, name.find('.')));
  const bool is_port = stem.size() == 4 && (stem.starts_with("com") || stem.starts_with("lpt")) && stem[3] >= '0' && stem[3] <= '9';
  if (is_port || std::find(std::begin(reserved), std::end(reserved), stem) != std::end(reserved)) name.insert(0, "_");
  return name.empty() ? "unnamed" : name;
}

std::string on_one_line(std::string_view text) {
  std::string line;
  for (std::size_t at = 0; at < text.size();) {
    char32_t code = 0;
    const std::size_t size = sequence_at(text, at, code);
    const bool is_space = code == '\t' || code == '\n' || code == '\r' || code == 0x85 || code == 0x2028 || code == 0x2029;
    const bool is_plain = code >= 0x20 && !(code >= 0x7F && code < 0xA0) && !is_bidi_control(code);
    line += size == 0 ? "\uFFFD" : is_space ? " " : is_plain ? text.substr(at, size) : std::string_view("\uFFFD");
    at += std::max<std::size_t>(size, 1);
  }
  return line;
}

std::string without_exponents(std::string_view json) {
  std::string text;
  bool in_string = false;
  for (std::size_t at = 0; at < json.size();) {
    const char c = json[at];
    const bool is_number = !in_string && (c == '-' || (c >= '0' && c <= '9'));
    const std::size_t end = is_number ? std::min(json.find_first_not_of("+-.0123456789eE", at), json.size()) : at + 1;
    const std::string_view piece = json.substr(at, end - at);
    double value = 0;
    if (!is_number) {
      if (c == '"') in_string = !in_string;
      text += c;
      if (in_string && c == '\\' && end < json.size()) text += json[at + 1];
    } else if (piece.find_first_of("eE") == std::string_view::npos || std::from_chars(piece.data(), piece.data() + piece.size(), value).ec != std::errc()) {
      text += piece;
    } else {
      char digits[400];  // the smallest and the largest double have some 330
      text.append(digits, std::to_chars(digits, digits + sizeof digits, value, std::chars_format::fixed).ptr);
    }
    at = end + (in_string && c == '\\' ? 1 : 0);
  }
  return text;
}

std::string shortened(std::string_view text, std::size_t max_chars) {
  std::size_t chars = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (chars == max_chars) return std::string(text.substr(0, at)) + "…";
    char32_t code = 0;
    at += std::max<std::size_t>(sequence_at(text, at, code), 1);
    ++chars;
  }
  return std::string(text);
}

std::string format_duration(double secs) {
  char text[32];
  const long whole = std::lround(std::floor(secs));
  if (secs < 10) {
    std::snprintf(text, sizeof text, "%.1f s", secs);
  } else if (secs < 3600) {
    std::snprintf(text, sizeof text, "%ld:%02ld", whole / 60, whole % 60);
  } else {
    std::snprintf(text, sizeof text, "%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60);
  }
  return text;
}

std::string format_bytes(std::uint64_t bytes) {
  static constexpr const char* units[] = {"B", "kB", "MB", "GB", "TB"};
  double value = static_cast<double>(bytes);
  int unit = 0;
  while (value >= 1000 && unit < 4) {
    value /= 1000;
    ++unit;
  }
  char text[32];
  std::snprintf(text, sizeof text, unit == 0 || value >= 100 ? "%.0f %s" : "%.1f %s", value, units[unit]);
  return text;
}

}  // namespace studio
