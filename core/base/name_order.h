// The order of names as people sort them: "take 2" before "take 10", large and small ASCII letters alike. Pure; any bytes.
#pragma once

#include <string_view>

namespace studio {

bool is_name_before(std::string_view a, std::string_view b);

}  // namespace studio
