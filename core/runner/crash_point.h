// Named places where tests let the program die as by kill -9: STUDIO_CRASH_AT="T2 after" or "T2 after#3" (the third time).
#pragma once

#include <string_view>

namespace studio {

#ifdef STUDIO_TEST_HOOKS
void crash_point(std::string_view transition, std::string_view side);
#else
inline void crash_point(std::string_view, std::string_view) {}
#endif

}  // namespace studio
