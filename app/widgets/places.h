// Where what can be pressed lies on screen, for tests that press it from outside by real events of the X server. Test builds
// only, and only where STUDIO_TELL_PLACES is set: anywhere else nothing is kept.
#pragma once

#include <string>

#include "widgets/draw.h"

namespace studio {

#ifdef STUDIO_TEST_HOOKS
void note_place(const char* label, Rect box);
// Of the frame just drawn, a line each: "LABEL<tab>X Y WIDTH HEIGHT".
std::string take_places();
#else
inline void note_place(const char*, Rect) {}
#endif

}  // namespace studio
