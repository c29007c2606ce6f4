// The OpenGL 3.3 core implementation of Gpu.
#pragma once

#include "gpu/gpu.h"

namespace studio {

using GlLoader = void (*(*)(const char* name))();

// A context must be current on this thread and stay so. Fails in words when it has no OpenGL 3.3.
Result<std::unique_ptr<Gpu>> make_gl_gpu(GlLoader get_proc_address);

}  // namespace studio
