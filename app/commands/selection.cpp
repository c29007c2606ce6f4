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

void Selection::set_all(std::vector<Row> rows) {
  clear();
  order_.reserve(rows.size());
  for (const Row row : rows) add(row);
}

void Selection::extend_to(Row row, const std::vector<Row>& shown) {
  const auto to = std::find(shown.begin(), shown.end(), row);
  const auto from = std::find(shown.begin(), shown.end(), anchor_);
  if (to == shown.end() || from == shown.end()) return set_only(row);
  clear();
  if (from <= to)
    for (auto at = from; at <= to; ++at) add(*at);
  else
    for (auto at = from;; --at) {
      add(*at);
      if (at == to) break;
    }
}

}  // namespace studio
