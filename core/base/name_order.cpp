#include "base/name_order.h"

#include <cstddef>

namespace studio {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
}  // namespace

bool is_name_before(std::string_view a, std::string_view b) {
  std::size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (is_digit(a[i]) && is_digit(b[j])) {
      while (i + 1 < a.size() && a[i] == '0' && is_digit(a[i + 1])) ++i;
      while (j + 1 < b.size() && b[j] == '0' && is_digit(b[j + 1])) ++j;
      std::size_t end_a = i, end_b = j;
      while (end_a < a.size() && is_digit(a[end_a])) ++end_a;
      while (end_b < b.size() && is_digit(b[end_b])) ++end_b;
      if (end_a - i != end_b - j) return end_a - i < end_b - j;
      if (const int order = a.substr(i, end_a - i).compare(b.substr(j, end_b - j)); order != 0) return order < 0;
      i = end_a;
      j = end_b;
      continue;
    }
    const auto x = static_cast<unsigned char>(lower(a[i])), y = static_cast<unsigned char>(lower(b[j]));
    if (x != y) return x < y;
    ++i;
    ++j;
  }
  if (a.size() - i != b.size() - j) return a.size() - i < b.size() - j;
  return a < b;
}

}  // namespace studio
