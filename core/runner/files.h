// The engine's files: the spool where answers and results arrive, and the vault where they stay.
//
// An interface, so that a simulation may lose in memory what a crash loses on a disk. Blocking; engine thread and workers.
#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>

#include "base/file.h"
#include "base/result.h"
#include "store/vault.h"

namespace studio {

class Files {
 public:
  virtual ~Files() = default;

  // --- the spool: a name's path is stable across restarts
  virtual std::filesystem::path spool_path(std::string_view name) const = 0;
  virtual std::int64_t size_of(const std::filesystem::path& file) const = 0;  // 0 when it is not there
  virtual void remove(const std::filesystem::path& file) = 0;                 // nothing where there is none
  virtual Result<std::string> read(const std::filesystem::path& file, std::uint64_t max_bytes) const = 0;
  virtual Result<std::string> hash_of(const std::filesystem::path& file) const = 0;  // SHA-256 of the bytes
  virtual Result<void> write_durable(const std::filesystem::path& file, std::string_view bytes) = 0;
  virtual Result<void> make_durable(const std::filesystem::path& file) = 0;  // bytes and name of what was written survive a power loss
  virtual Result<int> sweep_spool(std::int64_t now_wall_ms, const std::set<std::string>& keep) = 0;

  // --- the vault, as store/vault.h has it
  virtual bool has(std::string_view sha256) const = 0;
  virtual std::filesystem::path blob_path(std::string_view sha256) const = 0;
  virtual Result<UniqueFd> open(std::string_view sha256) const = 0;
  virtual Result<bool> is_sound(std::string_view sha256) const {
    STUDIO_TRY(const std::string found, hash_of(blob_path(sha256)));
    return found == sha256;
  }
  virtual Result<StoredBlob> adopt(const std::filesystem::path& spool_file) = 0;
};

// Those of a project's folder.
class ProjectFiles final : public Files {
 public:
  explicit ProjectFiles(Vault vault) : vault_(std::move(vault)) {}

  std::filesystem::path spool_path(std::string_view name) const override { return vault_.spool_path(name); }
  std::int64_t size_of(const std::filesystem::path& file) const override;
  void remove(const std::filesystem::path& file) override;
  Result<std::string> read(const std::filesystem::path& file, std::uint64_t max_bytes) const override { return read_file(file, max_bytes); }
  Result<std::string> hash_of(const std::filesystem::path& file) const override;
  Result<void> write_durable(const std::filesystem::path& file, std::string_view bytes) override { return write_file_durable(file, bytes, 0600); }
  Result<void> make_durable(const std::filesystem::path& file) override;
  Result<int> sweep_spool(std::int64_t now_wall_ms, const std::set<std::string>& keep) override { return vault_.sweep_spool(now_wall_ms, keep); }
  bool has(std::string_view sha256) const override { return vault_.has(sha256); }
  std::filesystem::path blob_path(std::string_view sha256) const override { return vault_.blob_path(sha256); }
  Result<UniqueFd> open(std::string_view sha256) const override { return vault_.open(sha256); }
  Result<bool> is_sound(std::string_view sha256) const override { return vault_.is_sound(sha256); }
  Result<StoredBlob> adopt(const std::filesystem::path& spool_file) override { return vault_.adopt(spool_file); }

 private:
  Vault vault_;
};

}  // namespace studio
