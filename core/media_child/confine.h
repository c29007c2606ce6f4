// The media child's own cage: what remains possible after it is what decoding needs, and nothing else.
#pragma once

#include "base/result.h"

namespace studio {

// Loads what libraries load lazily, then gives up everything else for good: descriptors other than 0, 1, 2 and `socket`, new
// privileges, core dumps, more than 2 GiB of address space (not in sanitizer builds, which need more), writing to files,
// and every system call outside a short list. Call before the first byte from outside is read; no threads may run yet.
// An error means that the process is not confined and must not go on.
Result<void> confine_media_child(int socket, int parent_process);

}  // namespace studio
