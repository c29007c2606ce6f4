// A bit for each row and the order of choosing.
#include "commands/selection.h"

#include <algorithm>

namespace studio {

void Selection::clear() {
  for (const Row row : order_) chosen_[row] = false;
  order_.clear();
  ++revision_;
}

void Selection::reset() {
  ++revision_;
  chosen_.clear();
  order_.clear();
  anchor_ = focus_ = no_row;
}

void Selection::add(Row row) {
  if (row == no_row || contains(row)) return;
  if (row >= chosen_.size()) chosen_.resize(row + 1);
  chosen_[row] = true;
  order_.push_back(row);
  ++revision_;
}

void Selection::set_only(Row row) {
  clear();
  add(row);
  anchor_ = row;
}

void Selection::toggle(Row row) {
  if (contains(row)) {
    chosen_[row] = false;
    order_.erase(std::find(order_.begin(), order_.end(), row));
    ++revision_;
  } else {
    add(row);
  }
  anchor_ = row;
}

void Selection::set_all(const std::vector<Row>& rows) {
  clear();
  order_.reserve(rows.size());
  for (const Row row : rows) add(row);
}

void Selection::extend_to(Row row, const ShownRows& shown) {
  const std::size_t to = shown.place_of(row), from = shown.place_of(anchor_);
  if (to == ShownRows::nowhere || from == ShownRows::nowhere) return set_only(row);
  clear();
  for (std::size_t at = from;; at += from < to ? 1 : std::size_t{0} - 1) {
    add(shown[at]);
    if (at == to) break;
  }
}

void Selection::invert(const ShownRows& shown) {
  std::vector<Row> others;
  for (const Row row : shown.rows())
    if (!contains(row)) others.push_back(row);
  set_all(others);
}

}  // namespace studio
