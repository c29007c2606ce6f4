// Inside of this room: sentences that several decoders say.
#pragma once

#include <string_view>

#include "base/result.h"
#include "media/resize.h"

namespace studio {

// "The JPEG picture is damaged; fetch or copy it again." `why` is for the log.
tl::unexpected<Error> damaged_image(std::string_view format, std::string_view why);
tl::unexpected<Error> out_of_memory_for(PictureSize size);

}  // namespace studio
