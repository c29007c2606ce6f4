// The words by which the gallery is filtered and sorted, folded to one case, and which rows hold the words asked for.
// Pure: without drawing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/library.h"

namespace studio {

// Lower case for Latin, Greek and Cyrillic letters; anything else as it is. Bytes that are no UTF-8 are kept.
std::string fold_case(std::string_view text);
// Below 0 when `a` comes first: figures in names by their value, so that "img 2" comes before "img 10".
int compare_names(std::string_view a, std::string_view b);

// UI thread. Works in slices: a call looks at a bounded number of bytes, whatever the library holds.
class GalleryText {
 public:
  static constexpr std::size_t slice_bytes = 1 << 20;

  void reset();
  // One slice of the work for `wanted` (as it was typed). `all_texts`: also for sorting, where nothing is looked for.
  // True while something is left to do; then the answer is still the one before.
  bool work(const Library& library, std::string_view wanted, bool all_texts, std::size_t most_bytes = slice_bytes);

  bool filters() const { return !words_.empty(); }
  bool matches(Row row) const { return words_.empty() || (row < matches_.size() && matches_[row]); }
  // Grows when rows that were there before match or do no longer.
  std::uint64_t revision() const { return revision_; }

  // Empty until the row was looked at.
  std::string_view prompt(Row row) const;
  std::string_view name(Row row) const;  // of the file it came from, else the prompt
  bool knows(Row row) const { return row < ends_.size(); }

 private:
  struct Ends {
    std::uint32_t prompt = 0, name = 0;  // within texts_; a row's text begins where the one before ends
  };
  std::size_t start_of(Row row) const { return row == 0 ? 0 : ends_[row - 1].name; }
  std::string_view text_of(Row row) const;
  bool holds(Row row, const std::vector<std::string>& words) const;
  void learn(const Library& library, Row row);

  std::string texts_;  // of all rows, one after another
  std::vector<Ends> ends_;
  std::string answered_, looked_for_;  // folded
  std::vector<std::string> words_, next_words_;
  std::vector<std::uint8_t> matches_, next_matches_;
  bool looking_ = false, narrows_ = false;
  std::size_t library_before_ = 0;  // rows at the call before
  std::uint64_t revision_ = 1;
};

}  // namespace studio
