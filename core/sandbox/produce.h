// What the sandbox's models make: a picture file from words, a clip file from a picture.
#pragma once

#include "sandbox/board.h"

namespace studio {

// The real thing: pictures by the scene painter, clips by the clip maker, uploads decoded in a media child of its own that
// is started at the first clip. Any number of threads may call the function.
RenderFunction make_producer();

}  // namespace studio
