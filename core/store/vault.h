// The vault: blobs named by the SHA-256 of their bytes; and the spool for what is still on its way.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "base/file.h"
#include "base/result.h"

namespace studio {

struct StoredBlob {
  std::string sha256;
  std::int64_t bytes = 0;
  bool was_known = false;
};

// Blocking file work; any thread but the UI's. Values only: copies are cheap.
class Vault {
 public:
  explicit Vault(std::filesystem::path project);

  const std::filesystem::path& project() const { return project_; }

  // project/vault/ab/abcdef…; for anything that is no SHA-256 a path inside the vault where nothing ever is.
  std::filesystem::path blob_path(std::string_view sha256) const;
  bool has(std::string_view sha256) const;
  Result<UniqueFd> open(std::string_view sha256) const;

  // Reads the blob again: false when its bytes are no longer those of its name. NotFound when it is not there.
  Result<bool> is_sound(std::string_view sha256) const;

  // A name in the spool for one attempt's part file or inline answer; stable across restarts. Whatever the name is, the
  // path stays inside the spool.
  std::filesystem::path spool_path(std::string_view name) const;

  // Moves a finished spool file into the vault: fsync, hash, rename, fsync of the folders. Known bytes: the blob there is
  // read again; a sound one is used and the spool file removed, a damaged one replaced. After an error before the rename
  // the spool file is still there.
  Result<StoredBlob> adopt(const std::filesystem::path& spool_file) const;
  // Copies a file from outside (reflink where possible, never a hard link) and adopts the copy. Folders, pipes and devices
  // are refused (BadRequest); after an error nothing is left behind.
  Result<StoredBlob> import(const std::filesystem::path& file, const std::function<bool()>& cancelled = {}) const;
  // Removes files of the spool that nobody wrote to for 24 hours, except those named; says how many.
  Result<int> sweep_spool(std::int64_t now_wall_ms, const std::set<std::string>& keep = {}) const;
  // Room left on the project's disk.
  std::int64_t free_bytes() const;

 private:
  std::filesystem::path project_;
};

}  // namespace studio
