// Builds what every project of this program shares: providers, data files, the clock, the media children's handle.
#pragma once

#include <functional>

#include "engine/studio.h"

namespace studio {

// Reads assets_folder(). `wake` may be called from any thread and may only wake.
Result<StudioParts> make_studio_parts(std::function<void()> wake);

}  // namespace studio
