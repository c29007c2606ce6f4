#include "base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>

namespace studio {

UniqueFd& UniqueFd::operator=(UniqueFd&& other) noexcept {
  if (this != &other) reset(other.release());
  return *this;
}

int UniqueFd::release() {
  const int fd = fd_;
  fd_ = -1;
  return fd;
}

void UniqueFd::reset(int fd) {
  if (fd_ >= 0) ::close(fd_);
  fd_ = fd;
}

Error disk_error(std::string_view what, int error_number, const std::filesystem::path& path) {
  std::string why;
  ErrorKind kind = ErrorKind::Disk;
  switch (error_number) {
    case ENOSPC: case EDQUOT: why = "there is no room left on the disk; free some and try again"; break;
    case EACCES: case EPERM: why = "the permission is missing; give yourself the right to it (chmod, chown) and try again"; break;
    case EROFS: why = "the disk is read-only"; break;
    case ENOENT: why = "it does not exist"; kind = ErrorKind::NotFound; break;
    case EISDIR: why = "it is a folder"; kind = ErrorKind::BadRequest; break;
    case ENOTDIR: why = "a part of the path is not a folder"; kind = ErrorKind::BadRequest; break;
    case EEXIST: why = "it exists already"; kind = ErrorKind::BadRequest; break;
    default: why = std::strerror(error_number); break;
  }
  const std::string where = path.empty() ? std::string() : ": " + path.string();
  return Error{kind, std::string(what) + ": " + why + where, "errno " + std::to_string(error_number), 0};
}

Result<UniqueFd> open_for_read(const std::filesystem::path& path, int extra_flags) {
  // Without O_NONBLOCK a pipe would hang the opening, without O_NOCTTY a terminal could become ours.
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | extra_flags));
  // A socket, and a device without a driver, cannot even be opened.
  if (!fd && errno != ENXIO && errno != ENODEV) return fail(disk_error("Cannot open the file", errno, path));
  struct stat facts{};
  if (fd && ::fstat(fd.get(), &facts) != 0) return fail(disk_error("Cannot read the file", errno, path));
  if (fd && S_ISDIR(facts.st_mode)) return fail(disk_error("Cannot read the file", EISDIR, path));
  if (!fd || !S_ISREG(facts.st_mode)) {
    return fail(ErrorKind::BadRequest, "This is no ordinary file (a pipe, a socket or a device); choose an ordinary one: " + path.string());
  }
  return fd;
}

Result<std::string> read_file(const std::filesystem::path& path, std::uint64_t max_bytes) {
  STUDIO_TRY(const UniqueFd fd, open_for_read(path));
  std::string bytes;
  char chunk[1 << 16];
  for (;;) {
    const ssize_t got = ::read(fd.get(), chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(disk_error("Cannot read the file", errno, path));
    if (got == 0) return bytes;
    bytes.append(chunk, static_cast<std::size_t>(got));
    if (bytes.size() > max_bytes) return fail(ErrorKind::BadRequest, "The file is larger than allowed: " + path.string());
  }
}

int write_all(int fd, const void* data, std::size_t size) {
  const char* at = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t put = ::write(fd, at, size);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return errno;
    at += put;
    size -= static_cast<std::size_t>(put);
  }
  return 0;
}

Result<void> sync_file(int fd, const std::filesystem::path& path) {
  if (::fsync(fd) != 0) return fail(disk_error("Cannot secure the file", errno, path));
  return {};
}

Result<void> sync_folder(const std::filesystem::path& folder) {
  const UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) return fail(disk_error("Cannot secure the folder", errno, folder));
  return {};
}

Result<void> write_file_durable(const std::filesystem::path& path, std::string_view bytes, unsigned mode) {
  static std::atomic<unsigned> counter{0};
  const auto temp = path.parent_path() /
                    ("." + path.filename().string() + "." + std::to_string(::getpid()) + "." + std::to_string(counter++));
  UniqueFd fd(::open(temp.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (!fd) return fail(disk_error("Cannot write the file", errno, path));
  auto abandon = [&](int error_number) {
    ::unlink(temp.c_str());
    return fail(disk_error("Cannot write the file", error_number, path));
  };
  if (const int error = write_all(fd.get(), bytes.data(), bytes.size()); error != 0) return abandon(error);
  if (::fsync(fd.get()) != 0) return abandon(errno);
  if (::rename(temp.c_str(), path.c_str()) != 0) return abandon(errno);
  return sync_folder(path.parent_path());
}

Result<void> make_folder(const std::filesystem::path& path, bool is_private) {
  std::error_code error;
  const bool existed = std::filesystem::exists(path, error);
  std::filesystem::create_directories(path, error);
  if (error) return fail(disk_error("Cannot make the folder", error.value(), path));
  if (is_private && !existed) ::chmod(path.c_str(), 0700);
  return {};
}

}  // namespace studio
