#include "runner/files.h"

#include "base/hash.h"

namespace studio {

std::int64_t ProjectFiles::size_of(const std::filesystem::path& file) const {
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  return error ? 0 : static_cast<std::int64_t>(size);
}

void ProjectFiles::remove(const std::filesystem::path& file) {
  std::error_code ignored;
  std::filesystem::remove(file, ignored);
}

Result<std::string> ProjectFiles::hash_of(const std::filesystem::path& file) const {
  STUDIO_TRY(const UniqueFd fd, open_for_read(file));
  return sha256_hex_of_fd(fd.get());
}

Result<void> ProjectFiles::make_durable(const std::filesystem::path& file) {
  STUDIO_TRY(const UniqueFd fd, open_for_read(file));
  STUDIO_CHECK(sync_file(fd.get(), file));
  return sync_folder(file.parent_path());
}

}  // namespace studio
