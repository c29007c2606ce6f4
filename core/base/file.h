// Files: owned descriptors, whole reads, and durable writes (temp name, fsync, rename, fsync of the folder).
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace studio {

// Owns one file descriptor.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(other.release()) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept;
  UniqueFd(const UniqueFd&) = delete;
  UniqueFd& operator=(const UniqueFd&) = delete;
  ~UniqueFd() { reset(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release();
  void reset(int fd = -1);

 private:
  int fd_ = -1;
};

// The words for an errno value, as one sentence: "There is no room left on the disk."
Error disk_error(std::string_view what, int error_number, const std::filesystem::path& path);

// Opens an ordinary file and nothing else: folders, pipes, sockets and devices are refused (BadRequest), and no pipe without
// a writer is waited for. `extra_flags` are those of open(2), as O_NOFOLLOW.
Result<UniqueFd> open_for_read(const std::filesystem::path& path, int extra_flags = 0);
Result<std::string> read_file(const std::filesystem::path& path, std::uint64_t max_bytes = 64u << 20);
// All of it, or the errno of what stopped it; 0: written.
int write_all(int fd, const void* data, std::size_t size);

// Replaces `path` in one step; after success the bytes and the name survive a power loss. Mode is that of the new file.
Result<void> write_file_durable(const std::filesystem::path& path, std::string_view bytes, unsigned mode = 0644);
// The bytes of the open file survive a power loss; `path` is for the words of the error.
Result<void> sync_file(int fd, const std::filesystem::path& path);
Result<void> sync_folder(const std::filesystem::path& folder);

// Creates the folder and its parents; 0700 when `secret`.
Result<void> make_folder(const std::filesystem::path& path, bool is_private = false);

}  // namespace studio
