// Inside of this room: the facts of a picture file from its head.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "media/media_facts.h"
#include "media/probe.h"
#include "media/resize.h"

namespace studio {

Result<std::string> read_image_file(int fd);
Result<MediaFacts> image_facts(std::string_view bytes, const Sniffed& sniffed);
Result<void> check_picture_size(PictureSize size);

}  // namespace studio
