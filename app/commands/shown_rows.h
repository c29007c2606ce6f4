// The rows of the gallery in the order they are on screen, the place of each, and the lines they stand in.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <vector>

#include "engine/library.h"

namespace studio {

// UI thread. Set by the gallery when what it shows changes; asked by keys and gestures, never searched through.
class ShownRows {
 public:
  static constexpr std::size_t nowhere = ~std::size_t{0};

  ShownRows() = default;
  ShownRows(std::vector<Row> rows, int columns = 1);  // in lines of like length
  ShownRows(std::initializer_list<Row> rows, int columns = 1) : ShownRows(std::vector<Row>(rows), columns) {}

  // `line_starts`: the place each line begins at, ascending, the first 0.
  void set(std::vector<Row> rows, std::vector<std::uint32_t> line_starts);
  void clear() { set({}, {}); }

  bool empty() const { return rows_.empty(); }
  std::size_t size() const { return rows_.size(); }
  Row operator[](std::size_t place) const { return rows_[place]; }
  Row front() const { return rows_.front(); }
  Row back() const { return rows_.back(); }
  const std::vector<Row>& rows() const { return rows_; }
  std::size_t place_of(Row row) const { return row < places_.size() && places_[row] != none ? places_[row] : nowhere; }
  bool contains(Row row) const { return place_of(row) != nowhere; }

  // The same column some lines further down (below 0: up), nearer to the left where that line is shorter; stops at the
  // first and the last line.
  std::size_t place_in_line(std::size_t from, std::ptrdiff_t lines) const;

 private:
  static constexpr std::uint32_t none = ~std::uint32_t{0};
  std::vector<Row> rows_;
  std::vector<std::uint32_t> line_starts_;
  std::vector<std::uint32_t> places_;  // by row
};

}  // namespace studio
