// The arrangement of the panels, as Dear ImGui writes it down, for another scale.
#pragma once

#include <string>
#include <string_view>

namespace studio {

// All places and sizes of windows and docks, which are in device px, times `factor`.
std::string scaled_layout(std::string_view layout, double factor);

}  // namespace studio
