// What every draw helper is given: theme, fonts, scale and the pictures. One per window, the UI thread's own.
#pragma once

#include <array>
#include <cmath>
#include <string_view>

#include "widgets/theme.h"

namespace studio {

class PictureCache;

struct Ui {
  const Theme& theme;
  std::array<ImFont*, face_count> fonts{};
  PictureCache* pictures = nullptr;
  float scale = 1;      // monitor × user
  double now_secs = 0;  // monotonic

  // Device pixels, whole.
  float px(float at_1x) const { return std::round(at_1x * scale); }
  float hair() const { return std::max(1.0f, std::round(scale)); }
  ImU32 tone(Tone t) const { return theme[t]; }
  ImFont* font(Type t) const { return fonts[static_cast<std::size_t>(theme.type(t).face)]; }
  float font_px(Type t) const { return theme.type(t).size * scale; }
  float line_px(Type t) const { return px(theme.type(t).line); }

  // The next moment at which something on screen changes by itself; drawing helpers lower it.
  mutable double next_change_secs = 1e300;
  void redraw_in(double secs) const { next_change_secs = std::min(next_change_secs, now_secs + secs); }
};

}  // namespace studio
