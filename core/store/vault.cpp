#include "store/vault.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <vector>

#include "base/hash.h"
#include "base/text.h"
#include "store/project_folder.h"

namespace studio {
namespace {

constexpr std::size_t copy_step = 8u << 20;  // bytes between two looks at `cancelled`
constexpr std::int64_t spool_life_ms = 24ll * 60 * 60 * 1000;

// errno of the copy, 0 when it is whole, ECANCELED.
int copy_bytes(int from, int to, const std::function<bool()>& cancelled) {
  const auto is_cancelled = [&] { return cancelled && cancelled(); };
  if (is_cancelled()) return ECANCELED;
  if (::ioctl(to, FICLONE, from) == 0) return 0;  // shares the extents; a later write to either file parts them
  bool any = false;
  for (;;) {
    if (is_cancelled()) return ECANCELED;
    const ssize_t moved = ::copy_file_range(from, nullptr, to, nullptr, copy_step, 0);
    if (moved > 0) {
      any = true;
      continue;
    }
    if (moved < 0 && errno == EINTR) continue;
    if (moved == 0 && any) return 0;
    if (moved < 0 && (errno == ENOSPC || errno == EDQUOT || errno == EIO)) return errno;
    break;  // not between these two places, or a file that does not tell its size: by hand from here on
  }
  std::vector<char> buffer(1u << 20);
  for (;;) {
    if (is_cancelled()) return ECANCELED;
    const ssize_t got = ::read(from, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno;
    if (got == 0) return 0;
    if (const int error = write_all(to, buffer.data(), static_cast<std::size_t>(got)); error != 0) return error;
  }
}

}  // namespace

Vault::Vault(std::filesystem::path project) : project_(ProjectFolder(project).root()) {}

std::filesystem::path Vault::blob_path(std::string_view sha256) const {
  const auto folder = ProjectFolder(project_).vault();
  if (!is_sha256_hex(sha256)) return folder / "no-such-blob";
  return folder / sha256.substr(0, 2) / sha256;
}

bool Vault::has(std::string_view sha256) const {
  struct stat facts{};
  return ::lstat(blob_path(sha256).c_str(), &facts) == 0 && S_ISREG(facts.st_mode);
}

Result<UniqueFd> Vault::open(std::string_view sha256) const {
  return open_for_read(blob_path(sha256), O_NOFOLLOW);
}

Result<bool> Vault::is_sound(std::string_view sha256) const {
  STUDIO_TRY(const UniqueFd fd, open(sha256));
  STUDIO_TRY(const std::string found, sha256_hex_of_fd(fd.get()));
  if (found == sha256) return true;
  // The memory that keeps the disk's pages flips bits, too: once more from the disk itself.
  (void)::posix_fadvise(fd.get(), 0, 0, POSIX_FADV_DONTNEED);
  STUDIO_TRY(const std::string again, sha256_hex_of_fd(fd.get()));
  return again == sha256;
}

std::filesystem::path Vault::spool_path(std::string_view name) const {
  return ProjectFolder(project_).spool() / safe_file_name(name, 200);
}

Result<StoredBlob> Vault::adopt(const std::filesystem::path& spool_file) const {
  STUDIO_TRY(const UniqueFd fd, open_for_read(spool_file, O_NOFOLLOW));
  struct stat facts{};
  if (::fstat(fd.get(), &facts) != 0) return fail(disk_error("Cannot store the file", errno, spool_file));
  // Another name for the same bytes would let an edit from outside reach the blob.
  if (facts.st_nlink > 1) {
    STUDIO_TRY(StoredBlob copied, import(spool_file));
    ::unlink(spool_file.c_str());
    return copied;
  }
  if (::fsync(fd.get()) != 0) return fail(disk_error("Cannot store the file", errno, spool_file));
  StoredBlob blob;
  STUDIO_TRY(blob.sha256, sha256_hex_of_fd(fd.get()));
  blob.bytes = facts.st_size;

  const auto path = blob_path(blob.sha256), shelf = path.parent_path();
  blob.was_known = has(blob.sha256);
  // A blob that is no longer what its name says is mended: the good bytes take its place.
  const bool is_kept = blob.was_known && is_sound(blob.sha256).value_or(false);
  if (!is_kept) {
    STUDIO_CHECK(make_folder(shelf));
    if (::fchmod(fd.get(), 0444) != 0 || ::rename(spool_file.c_str(), path.c_str()) != 0) {
      return fail(disk_error("Cannot store the file", errno, path));
    }
  }
  // For known bytes too: who made the shelf or put the blob there may have died before it came to this.
  STUDIO_CHECK(sync_folder(shelf));
  STUDIO_CHECK(sync_folder(shelf.parent_path()));
  if (is_kept) ::unlink(spool_file.c_str());
  return blob;
}

Result<StoredBlob> Vault::import(const std::filesystem::path& file, const std::function<bool()>& cancelled) const {
  static std::atomic<unsigned> counter{0};
  STUDIO_TRY(const UniqueFd from, open_for_read(file));
  const auto temp = spool_path("import-" + std::to_string(::getpid()) + "-" + std::to_string(counter++));
  // A file of that name can only be left from a process that had our number and is dead.
  ::unlink(temp.c_str());
  UniqueFd to(::open(temp.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!to) return fail(disk_error("Cannot copy the file into the project", errno, file));
  const int error_number = copy_bytes(from.get(), to.get(), cancelled);
  to.reset();
  Result<StoredBlob> blob = error_number == ECANCELED ? fail(ErrorKind::Cancelled, "The import was cancelled: " + file.string())
                            : error_number != 0       ? fail(disk_error("Cannot copy the file into the project", error_number, file))
                                                      : adopt(temp);
  if (!blob) ::unlink(temp.c_str());
  return blob;
}

Result<int> Vault::sweep_spool(std::int64_t now_wall_ms, const std::set<std::string>& keep) const {
  const auto spool = ProjectFolder(project_).spool();
  std::error_code error;
  std::filesystem::directory_iterator entries(spool, error);
  if (error) return fail(disk_error("Cannot tidy the spool", error.value(), spool));
  int removed = 0;
  for (const auto& entry : entries) {
    struct stat facts{};
    if (::lstat(entry.path().c_str(), &facts) != 0 || !S_ISREG(facts.st_mode)) continue;
    if (keep.contains(entry.path().filename().string())) continue;
    const std::int64_t written_ms = static_cast<std::int64_t>(facts.st_mtim.tv_sec) * 1000;
    if (now_wall_ms - written_ms < spool_life_ms) continue;
    if (::unlink(entry.path().c_str()) != 0) return fail(disk_error("Cannot tidy the spool", errno, entry.path()));
    ++removed;
  }
  return removed;
}

std::int64_t Vault::free_bytes() const {
  struct statvfs facts{};
  if (::statvfs(project_.c_str(), &facts) != 0) return 0;
  return static_cast<std::int64_t>(facts.f_bavail) * static_cast<std::int64_t>(facts.f_frsize);
}

}  // namespace studio
