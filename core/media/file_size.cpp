#include "media/file_size.h"

#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "base/file.h"

namespace studio {

Result<std::int64_t> regular_file_size(int fd) {
  struct stat status {};
  // The C library's fstat() is newfstatat() in disguise, which takes a path; the child must not be able to look at paths.
#ifdef SYS_fstat
  if (::syscall(SYS_fstat, fd, &status) != 0) return fail(disk_error("read the file", errno, {}));
#else
  if (::fstat(fd, &status) != 0) return fail(disk_error("read the file", errno, {}));
#endif
  if (!S_ISREG(status.st_mode)) return fail(ErrorKind::Damaged, "This is not a regular file; choose a picture or a clip.");
  return status.st_size;
}

}  // namespace studio
