// The sandbox's painter: a picture from the words of a prompt. Pure and single-threaded: the same request gives the
// same bytes on the same build. Any thread may call it; nothing is shared but constant tables.
#pragma once

#include <cstdint>
#include <string>

#include "media/picture.h"

namespace studio {

struct SceneRequest {
  std::string
      model;  // sandbox-flux (a crisp lens), sandbox-xl (brush and pigment), sandbox-dream (soft, pastel); else as flux
  std::string prompt;     // see words.h for what is understood; any text gives a picture
  std::int64_t seed = 0;  // composition
  int width = 1024;       // pixels, 16 to 8192
  int height = 1024;
};

// The picture, opaque. Sizes out of range are brought into it. About 0.1 s of one core for 1024 x 1024.
Picture render_scene(const SceneRequest& request);

}  // namespace studio
