// The labels of all controls that the window's panels offer, read from their sources, and which of them no script presses.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace studio {

struct ControlLabel {
  std::string file;        // "prompt_panel.cpp"
  int line = 0;
  std::string text;        // the label, or the part of it that is written down; of a computed one the expression
  bool is_part = false;    // more is joined to it
  bool is_computed = false;  // nothing of it stands in the call
};

// Of each call of a helper for controls in the sources (*.cpp) of this folder. Throws where a source cannot be read.
std::vector<ControlLabel> control_labels(const std::filesystem::path& panels);

// Computed labels, by file and expression: what they can be. An entry that ends with "*" is the beginning of many.
using ComputedLabels = std::map<std::pair<std::string, std::string>, std::vector<std::string>>;
// Lines "file | expression | label, label"; "#" begins a comment. Throws std::runtime_error on anything else.
ComputedLabels read_computed_labels(const std::filesystem::path& table);

// A sentence for each label that no test names, each computed one that the table lacks, and each line of the table that
// nothing uses any more. `tests`: all sources of scripts in one text.
std::vector<std::string> controls_without_a_script(const std::vector<ControlLabel>& labels, const ComputedLabels& computed, const std::string& tests);

}  // namespace studio
