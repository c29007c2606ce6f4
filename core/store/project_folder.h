// A project's folder: where its parts lie, whether it is one, and the lock that makes one process its owner.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/file.h"
#include "base/result.h"

namespace studio {

class ProjectFolder {
 public:
  explicit ProjectFolder(const std::filesystem::path& project);  // made absolute, so that a later chdir is harmless

  const std::filesystem::path& root() const { return root_; }
  std::filesystem::path ledger() const { return root_ / "ledger.sqlite"; }  // its presence makes the folder a project
  std::filesystem::path unfinished_ledger() const { return root_ / "ledger.sqlite.new"; }
  std::filesystem::path vault() const { return root_ / "vault"; }
  std::filesystem::path spool() const { return root_ / "spool"; }
  std::filesystem::path packs() const { return root_ / "packs"; }
  std::filesystem::path lock() const { return root_ / "owner.lock"; }

  bool is_project() const;
  Result<void> check_is_project() const;  // NotFound in words
  // Empty, absent, or what an interrupted creation left; BadRequest in words otherwise.
  Result<void> check_can_become_project() const;
  // Network file systems keep neither the locks nor the order of writes that the ledger depends on.
  Result<void> check_file_system() const;

 private:
  std::filesystem::path root_;
};

// "NFS", "SMB", …, or nothing for a local one: by the magic number of statfs and the mounted type.
std::string_view network_file_system(std::int64_t magic, std::string_view type);

// Who owns a project, as its lock file says.
struct OwnerNote {
  long pid = 0;
  std::string program, host, started;
};
// "studio, process 123" or, from another machine, "studio on machine x, process 123".
std::string owner_words(const OwnerNote& note);

// Held from open to close of a project. The kernel gives the lock back when the process ends, however it ends; the file
// stays, and its content tells whether that was an orderly end.
class OwnerLock {
 public:
  // Error Owned, naming the owner, when another process (or another Store of this one) has it.
  static Result<std::unique_ptr<OwnerLock>> take(const ProjectFolder& folder);
  // Nothing when no process holds the lock now.
  static std::optional<OwnerNote> current_owner(const ProjectFolder& folder);
  ~OwnerLock() = default;

  bool last_exit_was_clean() const { return last_exit_was_clean_; }
  Result<void> mark_clean();  // to be called when the ledger is closed and on the disk

 private:
  OwnerLock(UniqueFd fd, bool was_clean) : fd_(std::move(fd)), last_exit_was_clean_(was_clean) {}
  UniqueFd fd_;
  bool last_exit_was_clean_;
};

}  // namespace studio
