// Places by row, lines by halves.
#include "commands/shown_rows.h"

#include <algorithm>

namespace studio {

ShownRows::ShownRows(std::vector<Row> rows, int columns) {
  std::vector<std::uint32_t> starts;
  for (std::size_t at = 0; at < rows.size(); at += static_cast<std::size_t>(std::max(1, columns)))
    starts.push_back(static_cast<std::uint32_t>(at));
  set(std::move(rows), std::move(starts));
}

void ShownRows::set(std::vector<Row> rows, std::vector<std::uint32_t> line_starts) {
  for (const Row row : rows_) places_[row] = none;
  rows_ = std::move(rows);
  line_starts_ = std::move(line_starts);
  for (std::size_t at = 0; at < rows_.size(); ++at) {
    if (rows_[at] >= places_.size()) places_.resize(rows_[at] + std::size_t{1}, none);
    places_[rows_[at]] = static_cast<std::uint32_t>(at);
  }
}

std::size_t ShownRows::place_in_line(std::size_t from, std::ptrdiff_t lines) const {
  if (from >= rows_.size() || line_starts_.empty()) return from;
  const auto after = std::upper_bound(line_starts_.begin(), line_starts_.end(), from);
  const auto line = after - line_starts_.begin() - 1;
  const auto last = static_cast<std::ptrdiff_t>(line_starts_.size()) - 1;
  const auto to = static_cast<std::size_t>(std::clamp(line + lines, std::ptrdiff_t{0}, last));
  const std::size_t column = from - line_starts_[static_cast<std::size_t>(line)];
  const std::size_t end = to + 1 < line_starts_.size() ? line_starts_[to + 1] : rows_.size();
  return std::min(line_starts_[to] + column, end - 1);
}

}  // namespace studio
