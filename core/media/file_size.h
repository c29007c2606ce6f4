// Inside of this room: how long an open file is, asked in the one way that the media child's confinement allows.
#pragma once

#include <cstdint>

#include "base/result.h"

namespace studio {

// Damaged when it is not a regular file.
Result<std::int64_t> regular_file_size(int fd);

}  // namespace studio
