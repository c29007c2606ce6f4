// Small text helpers: UTF-8, names that are safe as files, and how figures are written for people.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace studio {

bool is_valid_utf8(std::string_view text);
std::string_view trimmed(std::string_view text);
std::string to_lower_ascii(std::string_view text);
std::vector<std::string> split(std::string_view text, char separator);

// A name that is safe as one path component: control and bidirectional characters, slashes and reserved characters
// become '-', no leading dot or dash, at most `max_bytes` bytes cut at a character's edge; never empty.
std::string safe_file_name(std::string_view text, std::size_t max_bytes = 120);

// As one line of a terminal: line breaks and tabs become spaces, and what would steer the terminal or turn the direction of
// the text, or is no UTF-8, becomes U+FFFD.
std::string on_one_line(std::string_view text);

// The same JSON with every number written out: 0.000004 in place of 4e-06.
std::string without_exponents(std::string_view json);

// At most `max_chars` characters, "…" when cut.
std::string shortened(std::string_view text, std::size_t max_chars);

std::string format_duration(double secs);        // "5.0 s", "0:41", "1:02:03"
std::string format_bytes(std::uint64_t bytes);   // "4.1 MB"

}  // namespace studio
