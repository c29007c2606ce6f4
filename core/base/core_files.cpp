#include "base/core_files.h"

#include <sys/resource.h>

#include <cerrno>

#include "base/file.h"
#include "base/log.h"

namespace studio {

void forbid_core_files() {
  const rlimit none{0, 0};
  // Lowering a limit is refused to nobody; if it ever is, somebody should know.
  if (::setrlimit(RLIMIT_CORE, &none) != 0) log_warning(disk_error("forbid core files", errno, {}).message);
}

}  // namespace studio
