// Spool, vault and posters in memory. A power cut takes what was not made durable: all of it, the end of it, or nothing.
#pragma once

#include <map>
#include <unordered_map>
#include <unordered_set>

#include "runner/files.h"
#include "runner/runner.h"
#include "simulation/sim.h"
#include "store/packs.h"

namespace studio {

class MemoryFiles final : public Files {
 public:
  explicit MemoryFiles(Sim& sim) : sim_(sim) {}

  std::filesystem::path spool_path(std::string_view name) const override { return name; }
  std::int64_t size_of(const std::filesystem::path& file) const override;
  void remove(const std::filesystem::path& file) override;
  Result<std::string> read(const std::filesystem::path& file, std::uint64_t max_bytes) const override;
  Result<std::string> hash_of(const std::filesystem::path& file) const override;
  Result<void> write_durable(const std::filesystem::path& file, std::string_view bytes) override;
  Result<void> make_durable(const std::filesystem::path& file) override;
  Result<int> sweep_spool(std::int64_t now_wall_ms, const std::set<std::string>& keep) override;
  bool has(std::string_view sha256) const override { return vault_.contains(std::string(sha256)); }
  std::filesystem::path blob_path(std::string_view sha256) const override { return sha256; }
  // A descriptor that says nothing; content_of() knows what it stands for.
  Result<UniqueFd> open(std::string_view sha256) const override;
  Result<StoredBlob> adopt(const std::filesystem::path& spool_file) override;

  // --- for the network: bytes arrive, not durable yet
  void put(const std::string& file, std::string bytes, bool appends);
  // --- for the media work
  std::string content_of(int fd) const;
  // --- for the oracle: empty when there is none
  const std::string* blob(const std::string& sha256) const;
  std::size_t spool_size() const { return spool_.size(); }
  // Said before a blob may be lost by itself: not where an asset lies on it.
  std::function<bool(std::string_view sha256)> is_needed;

  void power_cut();

 private:
  struct File {
    std::string bytes;
    std::size_t durable_bytes = 0;
  };
  Result<void> disk_works() const;

  Sim& sim_;
  std::unordered_map<std::string, File> spool_;
  mutable std::unordered_map<std::string, std::string> vault_;
  mutable std::map<int, std::string> opened_;  // by descriptor: the newest blob
};

// Says of a part of all pictures that their posters are made already, so that not each one asks for work.
class MemoryPacks final : public Packs {
 public:
  explicit MemoryPacks(double known) : known_(known) {}
  Result<void> append(std::string_view key, std::string_view bytes) override;
  std::optional<std::string> read(std::string_view key) const override;
  bool has(std::string_view key) const override;

 private:
  double known_;
  std::map<std::string, std::string, std::less<>> records_;
};

// Files are what their first bytes say: "PNG:" and a ";" at the end is a picture, "CRASH" kills the decoder, all else is damaged.
class ModelMedia final : public MediaWork {
 public:
  ModelMedia(Sim& sim, MemoryFiles& files) : sim_(sim), files_(files) {}
  tl::expected<MediaSummary, Failure> probe(int fd) override;
  tl::expected<Posters, Failure> posters(int fd, MediaKind kind) override;

 private:
  Sim& sim_;
  MemoryFiles& files_;
};

}  // namespace studio
