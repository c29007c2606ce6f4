// How much of a picture the loupe shows and where: zoom and pan. Pure; device px.
#pragma once

#include "widgets/draw.h"

namespace studio {

class LoupeView {
 public:
  void fit() { zoom_ = 0; centre_ = {0.5f, 0.5f}; }
  bool is_fit() const { return zoom_ == 0; }
  // Device px per px of the picture.
  float scale(Rect box, int width, int height) const;
  // Where the whole picture lies, in whole px; parts of it may be outside of the box.
  Rect place(Rect box, int width, int height) const;

  // To the next step of the ladder, up or down; what is under `pointer` stays there.
  void step(int by, ImVec2 pointer, Rect box, int width, int height);
  void set_zoom(float zoom, ImVec2 pointer, Rect box, int width, int height);  // 0: fit
  void drag(ImVec2 by, Rect box, int width, int height);

 private:
  void keep_inside(Rect box, int width, int height);

  float zoom_ = 0;                 // 0: fit
  ImVec2 centre_{0.5f, 0.5f};      // of the box, in parts of the picture
};

// The scale at which a picture fits: never larger than its own pixels, unless a whole multiple fits.
float fit_scale(Rect box, int width, int height);

}  // namespace studio
