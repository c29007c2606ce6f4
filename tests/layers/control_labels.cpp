#include "layers/control_labels.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string_view>

namespace studio {
namespace {

namespace fs = std::filesystem;

// The helpers that make something a person can press or type into, and which argument its label is.
struct Helper {
  std::string_view name;
  std::size_t label;
};
constexpr std::array helpers = {
    Helper{"press_area", 0},      Helper{"press_area_at", 0},     Helper{"bare_text_field", 0},    Helper{"InputText", 0},
    Helper{"InputTextWithHint", 0}, Helper{"InputTextMultiline", 0}, Helper{"button", 1},            Helper{"button_at", 1},
    Helper{"icon_button_at", 1},  Helper{"chip", 1},              Helper{"list_row", 1},           Helper{"menu_row", 1},
    Helper{"choice_row", 1},      Helper{"combo_face", 1},        Helper{"drop_button", 1},        Helper{"text_field", 1},
    Helper{"plain_button", 1},    Helper{"segments", 1},          Helper{"segments_at", 1},
};

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in) throw std::runtime_error("cannot read " + file.string());
  return text;
}

std::string stripped(std::string_view text) {
  const auto begin = text.find_first_not_of(" \n\t"), end = text.find_last_not_of(" \n\t");
  return begin == std::string_view::npos ? "" : std::string(text.substr(begin, end - begin + 1));
}

bool is_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// Behind a quotation mark at `at`: the place behind the closing one.
std::size_t behind_quote(std::string_view text, std::size_t at) {
  while (at < text.size() && text[at] != '"') at += text[at] == '\\' ? 2 : 1;
  return at + 1;
}

// The arguments of a call whose opening bracket is just before `at`.
std::vector<std::string> arguments(std::string_view text, std::size_t at) {
  std::vector<std::string> all;
  std::size_t begin = at;
  for (int depth = 0; at < text.size();) {
    const char c = text[at];
    if (c == '"') {
      at = behind_quote(text, at + 1);
      continue;
    }
    if (c == '(' || c == '[' || c == '{') ++depth;
    if (c == ')' || c == ']' || c == '}') --depth;
    if (depth < 0 || (depth == 0 && c == ',')) {
      all.push_back(stripped(text.substr(begin, at - begin)));
      begin = at + 1;
      if (depth < 0) break;
    }
    ++at;
  }
  return all;
}

std::vector<std::string> literals(std::string_view expression) {
  std::vector<std::string> all;
  for (std::size_t at = expression.find('"'); at < expression.size(); at = expression.find('"', at)) {
    const std::size_t end = behind_quote(expression, at + 1);
    all.emplace_back(expression.substr(at + 1, end - at - 2));
    at = end;
  }
  return all;
}

bool is_declaration(std::string_view argument) { return argument.starts_with("const ") || argument.starts_with("std::string_view "); }

bool names(const std::string& tests, const std::string& label, bool is_part) {
  for (const char* before : {"/", "\""}) {
    if (tests.find(before + label + (is_part ? "" : "\"")) != std::string::npos) return true;
  }
  return is_part && tests.find(label + "\"") != std::string::npos;
}

}  // namespace

std::vector<ControlLabel> control_labels(const fs::path& panels) {
  std::vector<fs::path> sources;
  for (const auto& entry : fs::directory_iterator(panels))
    if (entry.path().extension() == ".cpp") sources.push_back(entry.path());
  std::sort(sources.begin(), sources.end());
  std::vector<ControlLabel> labels;
  for (const fs::path& source : sources) {
    const std::string text = text_of(source);
    for (std::size_t open = text.find('('); open != std::string::npos; open = text.find('(', open + 1)) {
      std::size_t begin = open;
      while (begin > 0 && is_name(text[begin - 1])) --begin;
      const std::string_view name(text.data() + begin, open - begin);
      const auto helper = std::find_if(helpers.begin(), helpers.end(), [&](const Helper& each) { return each.name == name; });
      if (helper == helpers.end()) continue;
      const auto given = arguments(text, open + 1);
      if (given.size() <= helper->label || is_declaration(given[helper->label])) continue;
      const std::string& expression = given[helper->label];
      const int line = 1 + static_cast<int>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(open), '\n'));
      const auto written = literals(expression);
      const std::string file = source.filename().string();
      if (written.empty()) labels.push_back({file, line, expression, false, true});
      for (const std::string& each : written) labels.push_back({file, line, each, expression.find('+') != std::string::npos, false});
    }
  }
  return labels;
}

ComputedLabels read_computed_labels(const fs::path& table) {
  std::istringstream in(text_of(table));
  ComputedLabels computed;
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (stripped(line).empty() || line.starts_with("#")) continue;
    const std::size_t first = line.find(" | "), second = first == std::string::npos ? first : line.find(" | ", first + 3);
    if (second == std::string::npos) throw std::runtime_error("line " + std::to_string(number) + " of the table of computed labels has not three parts");
    std::vector<std::string> labels;
    std::istringstream parts(line.substr(second + 3));
    for (std::string label; std::getline(parts, label, ',');) labels.push_back(stripped(label));
    computed[{stripped(line.substr(0, first)), stripped(line.substr(first + 3, second - first - 3))}] = std::move(labels);
  }
  return computed;
}

std::vector<std::string> controls_without_a_script(const std::vector<ControlLabel>& labels, const ComputedLabels& computed, const std::string& tests) {
  std::vector<std::string> objections;
  std::set<std::pair<std::string, std::string>> used;
  for (const ControlLabel& label : labels) {
    const std::string where = label.file + ":" + std::to_string(label.line) + ": ";
    if (!label.is_computed) {
      if (!names(tests, label.text, label.is_part)) objections.push_back(where + "no script presses \"" + label.text + "\"");
      continue;
    }
    const auto known = computed.find({label.file, label.text});
    if (known == computed.end()) {
      objections.push_back(where + "control_labels.txt does not say what the label `" + label.text + "` can be");
      continue;
    }
    if (!used.insert(known->first).second) continue;
    for (const std::string& each : known->second) {
      const bool is_beginning = each.ends_with('*');
      if (!names(tests, is_beginning ? each.substr(0, each.size() - 1) : each, is_beginning))
        objections.push_back(where + "no script presses \"" + each + "\"");
    }
  }
  for (const auto& [place, each] : computed)
    if (!used.contains(place)) objections.push_back("control_labels.txt: nothing in " + place.first + " has the label `" + place.second + "` any more");
  return objections;
}

}  // namespace studio
