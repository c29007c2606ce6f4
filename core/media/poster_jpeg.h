// Decoding the JPEGs we wrote ourselves (posters, strips): the one decoder that the app itself links.
#pragma once

#include <string_view>

#include "base/result.h"
#include "media/picture.h"
#include "media/resize.h"

namespace studio {

// For bytes of encode_jpeg() only, never for anything from outside. Fitted into the box; any thread.
Result<Picture> decode_poster(std::string_view jpeg, FitBox box = {});

}  // namespace studio
