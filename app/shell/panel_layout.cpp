// "Pos=0,42", "Size=360,652" and "SizeRef=360,652", in the parts about windows and docks; all else stays as it is.
#include "shell/panel_layout.h"

#include <charconv>
#include <cmath>

namespace studio {
namespace {

constexpr std::string_view scaled_names[] = {"Pos=", "Size=", "SizeRef="};

bool is_about_panels(std::string_view head) { return head.starts_with("[Window]") || head.starts_with("[Docking]"); }

// How long the number at the front is; it is written scaled. 0: there is none.
std::size_t scale_number(std::string_view text, double factor, std::string& into) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return 0;
  into += std::to_string(std::lround(value * factor));
  return static_cast<std::size_t>(end - text.data());
}

void scale_line(std::string_view line, double factor, std::string& into) {
  std::size_t at = 0;
  while (at < line.size()) {
    std::size_t used = 0;
    for (const std::string_view name : scaled_names) {
      if ((at > 0 && line[at - 1] != ' ') || !line.substr(at).starts_with(name)) continue;
      into += name;
      used = name.size();
      used += scale_number(line.substr(at + used), factor, into);
      if (at + used < line.size() && line[at + used] == ',') {
        into += ',';
        ++used;
        used += scale_number(line.substr(at + used), factor, into);
      }
      break;
    }
    if (used == 0) into += line[at++];
    at += used;
  }
}

}  // namespace

std::string scaled_layout(std::string_view layout, double factor) {
  std::string scaled;
  bool is_panels = false;
  while (!layout.empty()) {
    const std::size_t end = layout.find('\n');
    const std::string_view line = layout.substr(0, end);
    if (line.starts_with('[')) is_panels = is_about_panels(line);
    if (is_panels)
      scale_line(line, factor, scaled);
    else
      scaled += line;
    if (end == std::string_view::npos) break;
    scaled += '\n';
    layout.remove_prefix(end + 1);
  }
  return scaled;
}

}  // namespace studio
