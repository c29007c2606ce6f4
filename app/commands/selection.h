// Which rows are selected, in which order, and where keys act. View state: never in the project.
#pragma once

#include <vector>

#include "commands/shown_rows.h"

namespace studio {

// UI thread. Rows never move while a project is open, so they identify places.
class Selection {
 public:
  bool contains(Row row) const { return row < chosen_.size() && chosen_[row]; }
  std::size_t count() const { return order_.size(); }
  bool empty() const { return order_.empty(); }
  // In the order they were chosen.
  const std::vector<Row>& rows() const { return order_; }

  std::uint64_t revision() const { return revision_; }  // grows with every change of the rows

  void clear();
  void set_only(Row row);
  void toggle(Row row);
  void add(Row row);
  void set_all(const std::vector<Row>& rows);
  // From the anchor (the last row clicked without Shift) to `row`, along the rows as they are on screen.
  void extend_to(Row row, const ShownRows& shown);
  // What of `shown` was not selected, in its order; nothing else.
  void invert(const ShownRows& shown);
  // Lets go of the rows that `keep` says no to. True when there were any.
  template <class Keep>
  bool keep_if(const Keep& keep) {
    std::size_t kept = 0;
    for (const Row row : order_)
      if (keep(row))
        order_[kept++] = row;
      else
        chosen_[row] = false;
    if (kept == order_.size()) return false;
    order_.resize(kept);
    ++revision_;
    return true;
  }

  Row focus() const { return focus_; }  // no_row: none
  void set_focus(Row row) { focus_ = row; }
  Row anchor() const { return anchor_; }
  void set_anchor(Row row) { anchor_ = row; }
  // Another project.
  void reset();

 private:
  std::vector<bool> chosen_;
  std::vector<Row> order_;
  std::uint64_t revision_ = 1;
  Row anchor_ = no_row;
  Row focus_ = no_row;
};

}  // namespace studio
