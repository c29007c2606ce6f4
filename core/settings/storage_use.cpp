// The parts are the project's folders by name: vault/, packs/, spool/, and the files of the ledger with its backups.
#include "settings/storage_use.h"

#include <optional>
#include <string>

namespace studio {
namespace {

struct Sum {
  std::int64_t bytes = 0, files = 0;
};

std::optional<Sum> sum_of(const std::filesystem::path& folder, const std::stop_token& stop) {
  Sum sum;
  std::error_code error;
  std::filesystem::recursive_directory_iterator at(folder, std::filesystem::directory_options::skip_permission_denied,
                                                   error);
  if (error) return sum;
  for (const std::filesystem::recursive_directory_iterator end; at != end; at.increment(error)) {
    if (stop.stop_requested()) return std::nullopt;
    if (error) break;
    std::error_code gone;
    if (!at->is_regular_file(gone) || at->is_symlink(gone)) continue;
    const auto bytes = at->file_size(gone);
    if (gone) continue;
    sum.bytes += static_cast<std::int64_t>(bytes);
    ++sum.files;
  }
  return sum;
}

}  // namespace

Result<StorageUse> measure_storage(const std::filesystem::path& project, std::stop_token stop) {
  std::error_code error;
  if (!std::filesystem::is_directory(project, error))
    return fail(ErrorKind::NotFound, "The project's folder is not there any more: " + project.string());
  StorageUse use;
  const auto cancelled = [] { return fail(ErrorKind::Cancelled, "Measuring was cancelled."); };
  const auto vault = sum_of(project / "vault", stop);
  const auto packs = sum_of(project / "packs", stop);
  const auto spool = sum_of(project / "spool", stop);
  const auto backups = sum_of(project / "backup", stop);
  if (!vault || !packs || !spool || !backups) return cancelled();
  use.vault = vault->bytes;
  use.vault_files = vault->files;
  use.packs = packs->bytes;
  use.spool = spool->bytes;
  use.ledger = backups->bytes;
  for (const char* name : {"ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"}) {
    std::error_code gone;
    const auto bytes = std::filesystem::file_size(project / name, gone);
    if (!gone) use.ledger += static_cast<std::int64_t>(bytes);
  }
  const auto space = std::filesystem::space(project, error);
  if (!error) use.free = static_cast<std::int64_t>(space.available);
  return use;
}

}  // namespace studio
