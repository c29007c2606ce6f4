#include "simulation/memory_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <stdexcept>

#include "base/hash.h"

namespace studio {
namespace {

tl::unexpected<Error> not_there() { return fail(ErrorKind::NotFound, "The file is not there."); }

// One descriptor that all others are doubles of.
int nothing_fd() {
  static const int fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  return fd;
}

}  // namespace

Result<void> MemoryFiles::disk_works() const {
  sim_.step();
  if (sim_.hits(sim_.rates.file_fails)) return fail(ErrorKind::Disk, "The disk failed: try again.");
  return {};
}

std::int64_t MemoryFiles::size_of(const std::filesystem::path& file) const {
  if (const auto found = spool_.find(file.native()); found != spool_.end()) return static_cast<std::int64_t>(found->second.bytes.size());
  const auto found = vault_.find(file.native());
  return found == vault_.end() ? 0 : static_cast<std::int64_t>(found->second.size());
}

void MemoryFiles::remove(const std::filesystem::path& file) {
  sim_.step();
  spool_.erase(file.native());
}

Result<std::string> MemoryFiles::read(const std::filesystem::path& file, std::uint64_t max_bytes) const {
  STUDIO_CHECK(disk_works());
  const auto found = spool_.find(file.native());
  if (found == spool_.end()) return not_there();
  if (found->second.bytes.size() > max_bytes) return fail(ErrorKind::Damaged, "The file is too large.");
  return found->second.bytes;
}

Result<std::string> MemoryFiles::hash_of(const std::filesystem::path& file) const {
  STUDIO_CHECK(disk_works());
  if (const auto blob = vault_.find(file.native()); blob != vault_.end()) return sha256_hex(blob->second);
  const auto found = spool_.find(file.native());
  if (found == spool_.end()) return not_there();
  return sha256_hex(found->second.bytes);
}

Result<void> MemoryFiles::write_durable(const std::filesystem::path& file, std::string_view bytes) {
  STUDIO_CHECK(disk_works());
  spool_[file.native()] = {std::string(bytes), bytes.size()};
  sim_.step();
  return {};
}

Result<void> MemoryFiles::make_durable(const std::filesystem::path& file) {
  STUDIO_CHECK(disk_works());
  const auto found = spool_.find(file.native());
  if (found == spool_.end()) return not_there();
  found->second.durable_bytes = found->second.bytes.size();
  return {};
}

Result<int> MemoryFiles::sweep_spool(std::int64_t, const std::set<std::string>&) {
  return 0;  // nothing here grows a day old
}

Result<UniqueFd> MemoryFiles::open(std::string_view sha256) const {
  STUDIO_CHECK(disk_works());
  const auto found = vault_.find(std::string(sha256));
  if (found != vault_.end() && sim_.hits(sim_.rates.blob_lost) && is_needed && !is_needed(sha256)) {
    vault_.erase(found);
    return not_there();
  }
  if (found == vault_.end()) return not_there();
  UniqueFd fd(::dup(nothing_fd()));
  opened_[fd.get()] = found->second;
  return fd;
}

Result<StoredBlob> MemoryFiles::adopt(const std::filesystem::path& spool_file) {
  STUDIO_CHECK(disk_works());
  const auto found = spool_.find(spool_file.native());
  if (found == spool_.end()) return not_there();
  StoredBlob blob;
  blob.sha256 = sha256_hex(found->second.bytes);
  blob.bytes = static_cast<std::int64_t>(found->second.bytes.size());
  blob.was_known = !vault_.try_emplace(blob.sha256, found->second.bytes).second;
  sim_.step();
  spool_.erase(found);
  // The name is in the folder, and the folder could not be synced.
  if (sim_.hits(sim_.rates.file_fails)) return fail(ErrorKind::Disk, "The disk failed: try again.");
  return blob;
}

void MemoryFiles::put(const std::string& file, std::string bytes, bool appends) {
  File& there = spool_[file];
  if (!appends) {
    there.durable_bytes = 0;
    there.bytes.clear();
  }
  there.bytes += bytes;
}

std::string MemoryFiles::content_of(int fd) const {
  const auto found = opened_.find(fd);
  return found == opened_.end() ? std::string() : found->second;
}

const std::string* MemoryFiles::blob(const std::string& sha256) const {
  const auto found = vault_.find(sha256);
  return found == vault_.end() ? nullptr : &found->second;
}

void MemoryFiles::power_cut() {
  // In the order of their names: the seed alone decides.
  std::vector<std::string> names;
  for (const auto& [name, file] : spool_) {
    if (file.durable_bytes < file.bytes.size()) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) {
    File& file = spool_[name];
    const auto chance = sim_.random.below(3);
    if (chance == 0) spool_.erase(name);
    else if (chance == 1) file.bytes.resize(file.durable_bytes + sim_.random.below(file.bytes.size() - file.durable_bytes + 1));
  }
  opened_.clear();
}

Result<void> MemoryPacks::append(std::string_view key, std::string_view bytes) {
  records_[std::string(key)] = bytes;
  return {};
}

std::optional<std::string> MemoryPacks::read(std::string_view key) const {
  const auto found = records_.find(key);
  return found == records_.end() ? std::nullopt : std::optional(found->second);
}

bool MemoryPacks::has(std::string_view key) const {
  const double share = static_cast<double>(stable_hash(key.substr(0, 16)) >> 11) * 0x1.0p-53;
  return share < known_ || records_.contains(key);
}

tl::expected<MediaSummary, MediaWork::Failure> ModelMedia::probe(int fd) {
  if (sim_.hits(sim_.rates.worker_throws)) throw std::runtime_error("the decoder's handle stumbled");
  const std::string content = files_.content_of(fd);
  if (content.starts_with("CRASH") || sim_.hits(sim_.rates.decoder_dies)) {
    return tl::unexpected(Failure{{ErrorKind::Damaged, "The decoder crashed.", "", 0}, true});
  }
  if (!content.starts_with("PNG:") || !content.ends_with(";")) {
    return tl::unexpected(Failure{{ErrorKind::Damaged, "The file is no picture and no clip.", "", 0}, false});
  }
  MediaSummary summary;
  summary.mime = "image/png";
  summary.extension = "png";
  summary.width = summary.height = 64;
  return summary;
}

tl::expected<MediaWork::Posters, MediaWork::Failure> ModelMedia::posters(int fd, MediaKind) {
  const auto seen = probe(fd);
  if (!seen) return tl::unexpected(seen.error());
  return Posters{"large", "small"};
}

}  // namespace studio
