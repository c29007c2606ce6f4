// A pack is a file of records, one after the other:
//   magic 8 · key length u32 · value length u32 · check of the header u32 · check of key and value 16 · key · value
// all little-endian. The header's own check lets a scan trust the lengths without reading the values; the magic lets it find
// the next record behind a damaged one. Nothing here is forced to the disk: what a power loss takes is made again.
//
// Beside each pack lies an index, one entry a record, so that opening does not walk through gigabytes:
//   short key u64 · offset u32 · length of key u32 · length of value u32 · check of the entry u32
// It is a hint: a scan goes on where it ends, and a record is compared with its key and its check whenever it is read.
#include "store/packs.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <limits>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "base/file.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/random.h"

namespace studio {
namespace {

constexpr std::array<char, 8> record_magic = {'\x89', 'P', 'S', 'p', 'k', '\r', '\n', '\x1A'};
constexpr std::size_t header_bytes = 36;
constexpr std::size_t max_key_bytes = 512;
constexpr std::size_t max_value_bytes = 64u << 20;
constexpr std::uint64_t max_pack_bytes = 256u << 20;

struct Header {
  std::uint32_t key_bytes = 0;
  std::uint32_t value_bytes = 0;
  std::array<std::uint8_t, 16> check{};
  std::uint64_t record_bytes() const { return header_bytes + std::uint64_t{key_bytes} + value_bytes; }
};

void put_u32(char* to, std::uint32_t value) {
  for (int i = 0; i < 4; ++i) to[i] = static_cast<char>(value >> (8 * i));
}

std::uint32_t get_u32(const char* from) {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value |= static_cast<std::uint32_t>(static_cast<unsigned char>(from[i])) << (8 * i);
  return value;
}

// Of the lengths, the value's check and the key, so that a scan knows whose record it found.
std::uint32_t header_check(const Header& header, std::string_view key) {
  std::array<char, 24> fields{};
  put_u32(fields.data(), header.key_bytes);
  put_u32(fields.data() + 4, header.value_bytes);
  std::memcpy(fields.data() + 8, header.check.data(), header.check.size());
  return static_cast<std::uint32_t>(mix64(stable_hash({fields.data(), fields.size()}) ^ stable_hash(key)));
}

std::array<std::uint8_t, 16> value_check(std::string_view key, std::string_view value) {
  Sha256 hash;
  hash.update(key.data(), key.size());
  hash.update(value.data(), value.size());
  const Sha256Bytes whole = hash.finish();
  std::array<std::uint8_t, 16> check{};
  std::copy_n(whole.begin(), check.size(), check.begin());
  return check;
}

std::string record_of(std::string_view key, std::string_view value) {
  Header header{static_cast<std::uint32_t>(key.size()), static_cast<std::uint32_t>(value.size()), value_check(key, value)};
  std::string record(header_bytes, '\0');
  std::copy(record_magic.begin(), record_magic.end(), record.begin());
  put_u32(record.data() + 8, header.key_bytes);
  put_u32(record.data() + 12, header.value_bytes);
  put_u32(record.data() + 16, header_check(header, key));
  std::memcpy(record.data() + 20, header.check.data(), header.check.size());
  record.append(key).append(value);
  return record;
}

// The header at the start of `bytes` and its key; nothing when it is not a sound one or the key is not whole.
std::optional<Header> header_of(std::string_view bytes, std::string_view& key) {
  if (bytes.size() < header_bytes || std::memcmp(bytes.data(), record_magic.data(), record_magic.size()) != 0) return std::nullopt;
  Header header;
  header.key_bytes = get_u32(bytes.data() + 8);
  header.value_bytes = get_u32(bytes.data() + 12);
  std::memcpy(header.check.data(), bytes.data() + 20, header.check.size());
  if (header.key_bytes > max_key_bytes || header.value_bytes > max_value_bytes) return std::nullopt;
  if (bytes.size() < header_bytes + header.key_bytes) return std::nullopt;
  key = bytes.substr(header_bytes, header.key_bytes);
  if (get_u32(bytes.data() + 16) != header_check(header, key)) return std::nullopt;
  return header;
}

// Reads as much as there is, up to `size`.
std::size_t read_at(int fd, char* to, std::size_t size, std::uint64_t offset) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got = ::pread(fd, to + done, size - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

// Where the next sound header begins, at `from` or behind it; nothing when there is none up to the end.
std::optional<std::uint64_t> next_record(int fd, std::uint64_t from, std::uint64_t end) {
  std::string window(1u << 20, '\0');
  constexpr std::size_t overlap = header_bytes + max_key_bytes;
  while (from < end) {
    const std::size_t got = read_at(fd, window.data(), window.size(), from);
    const std::string_view bytes(window.data(), got);
    std::size_t at = 0;
    while ((at = bytes.find(std::string_view(record_magic.data(), record_magic.size()), at)) != std::string_view::npos) {
      std::string_view key;
      const auto header = header_of(bytes.substr(at), key);
      if (header && from + at + header->record_bytes() <= end) return from + at;
      ++at;
    }
    if (from + got >= end || got <= overlap) return std::nullopt;
    from += got - overlap;
  }
  return std::nullopt;
}

struct Place {
  std::uint32_t pack = 0;
  std::uint32_t value_bytes = 0;
  std::uint64_t offset = 0;
};

// 64 bits of the key stand for it in memory. The record holds the key itself, so a chance twin (one in ten thousand
// million at 100,000 records) reads as "not there", never as the wrong picture.
std::uint64_t short_key(std::string_view key) { return mix64(stable_hash(key)); }

constexpr std::size_t entry_bytes = 24;

std::string entry_of(std::uint64_t key, std::uint64_t offset, std::size_t key_bytes, std::size_t value_bytes) {
  std::string entry(entry_bytes, '\0');
  put_u32(entry.data(), static_cast<std::uint32_t>(key));
  put_u32(entry.data() + 4, static_cast<std::uint32_t>(key >> 32));
  put_u32(entry.data() + 8, static_cast<std::uint32_t>(offset));
  put_u32(entry.data() + 12, static_cast<std::uint32_t>(key_bytes));
  put_u32(entry.data() + 16, static_cast<std::uint32_t>(value_bytes));
  put_u32(entry.data() + 20, static_cast<std::uint32_t>(mix64(stable_hash({entry.data(), 20}))));
  return entry;
}

bool is_sound_entry(const char* entry) {
  return get_u32(entry + 20) == static_cast<std::uint32_t>(mix64(stable_hash({entry, 20})));
}

struct Identity {
  std::size_t operator()(std::uint64_t value) const { return static_cast<std::size_t>(value); }
};

std::string pack_name(std::uint32_t number, const char* extension = "pack") {
  char name[32];
  std::snprintf(name, sizeof name, "%06u.%s", number, extension);
  return name;
}

struct Shared {
  std::filesystem::path folder;

  // Under the mutex; descriptors stay open until the end, so that they may be used outside.
  struct File {
    UniqueFd pack;
    UniqueFd index;  // appended to; none where it could not be opened
  };
  mutable std::mutex mutex;
  std::unordered_map<std::uint32_t, File> files;
  std::unordered_map<std::uint64_t, Place, Identity> places;
  std::uint32_t newest = 0;
  std::uint64_t end = 0;  // of the newest pack

  Result<void> open_pack(std::uint32_t number, bool is_newest);
  Result<void> begin_pack(std::uint32_t number);
  UniqueFd open_index(std::uint32_t number, bool anew) const {
    const int flags = O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | (anew ? O_TRUNC : 0);
    return UniqueFd(::open((folder / pack_name(number, "index")).c_str(), flags, 0644));
  }
  std::uint64_t read_index(std::uint32_t number, const UniqueFd& index, std::uint64_t pack_size);
};

Result<void> Shared::begin_pack(std::uint32_t number) {
  const auto path = folder / pack_name(number);
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (!fd) return fail(disk_error("Cannot make a poster file", errno, path));
  files[number] = {std::move(fd), open_index(number, true)};
  newest = number;
  end = 0;
  return {};
}

// Takes over the entries whose records lie inside the pack; says where the last of them ends. A damaged or torn index
// counts up to its first bad entry: the scan behind it finds the rest.
std::uint64_t Shared::read_index(std::uint32_t number, const UniqueFd& index, std::uint64_t pack_size) {
  struct stat facts{};
  if (!index || ::fstat(index.get(), &facts) != 0) return 0;
  std::string bytes(static_cast<std::size_t>(facts.st_size), '\0');
  bytes.resize(read_at(index.get(), bytes.data(), bytes.size(), 0));
  std::uint64_t known_end = 0;
  std::size_t at = 0;
  for (; at + entry_bytes <= bytes.size() && is_sound_entry(bytes.data() + at); at += entry_bytes) {
    const char* entry = bytes.data() + at;
    const std::uint64_t key = get_u32(entry) | (std::uint64_t{get_u32(entry + 4)} << 32);
    const std::uint64_t offset = get_u32(entry + 8);
    const std::uint32_t value_bytes = get_u32(entry + 16);
    const std::uint64_t record_end = offset + header_bytes + get_u32(entry + 12) + value_bytes;
    if (record_end > pack_size) break;
    places[key] = {number, value_bytes, offset};
    known_end = std::max(known_end, record_end);
  }
  if (at < bytes.size() && ::ftruncate(index.get(), static_cast<off_t>(at)) != 0) log_warning("a poster index could not be cut");
  return known_end;
}

Result<void> Shared::open_pack(std::uint32_t number, bool is_newest) {
  const auto path = folder / pack_name(number);
  File file{UniqueFd(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW)), open_index(number, false)};
  struct stat facts{};
  if (!file.pack || ::fstat(file.pack.get(), &facts) != 0) return fail(disk_error("Cannot open a poster file", errno, path));
  const int fd = file.pack.get();
  const auto size = static_cast<std::uint64_t>(facts.st_size);
  ::posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM);  // only headers are read: read-ahead would fetch the values

  std::uint64_t at = read_index(number, file.index, size);
  std::uint64_t sound_end = at;
  std::string new_entries;
  std::array<char, header_bytes + max_key_bytes> bytes{};
  // Most keys are short: one small read gets header and key.
  constexpr std::size_t usual = header_bytes + 92;
  while (at < size) {
    std::string_view key;
    std::size_t got = read_at(fd, bytes.data(), usual, at);
    auto header = header_of({bytes.data(), got}, key);
    if (!header && got == usual) {
      got = read_at(fd, bytes.data(), bytes.size(), at);
      header = header_of({bytes.data(), got}, key);
    }
    if (!header || at + header->record_bytes() > size) {
      const auto next = next_record(fd, at + 1, size);
      if (!next) break;
      at = *next;
      continue;
    }
    places[short_key(key)] = {number, header->value_bytes, at};
    new_entries += entry_of(short_key(key), at, header->key_bytes, header->value_bytes);
    at += header->record_bytes();
    sound_end = at;
  }
  if (file.index && !new_entries.empty() && write_all(file.index.get(), new_entries.data(), new_entries.size()) != 0) {
    log_warning("a poster index could not be written");
  }
  if (is_newest) {
    // A torn tail goes, so that what is appended stands where a scan finds it.
    if (sound_end < size && ::ftruncate(fd, static_cast<off_t>(sound_end)) != 0) {
      return fail(disk_error("Cannot mend a poster file", errno, path));
    }
    newest = number;
    end = sound_end;
  }
  files[number] = std::move(file);
  return {};
}

class PackFiles final : public Packs {
 public:
  explicit PackFiles(std::unique_ptr<Shared> shared) : shared_(std::move(shared)) {}
  Result<void> append(std::string_view key, std::string_view bytes) override;
  std::optional<std::string> read(std::string_view key) const override;
  bool has(std::string_view key) const override;

 private:
  std::unique_ptr<Shared> shared_;
};

}  // namespace

Result<std::unique_ptr<Packs>> Packs::open(const std::filesystem::path& folder) {
  STUDIO_CHECK(make_folder(folder));
  auto shared = std::make_unique<Shared>();
  shared->folder = folder;
  std::vector<std::uint32_t> numbers;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), last; !error && entry != last; entry.increment(error)) {
    unsigned number = 0;
    const std::string name = entry->path().filename().string();
    if (std::sscanf(name.c_str(), "%6u.pack", &number) == 1 && number > 0 && name == pack_name(number)) numbers.push_back(number);
  }
  if (error) return fail(disk_error("Cannot read the posters", error.value(), folder));
  std::sort(numbers.begin(), numbers.end());  // of two records of a key the newer one counts
  for (const std::uint32_t number : numbers) STUDIO_CHECK(shared->open_pack(number, number == numbers.back()));
  return std::make_unique<PackFiles>(std::move(shared));
}

Result<void> PackFiles::append(std::string_view key, std::string_view bytes) {
  if (key.empty() || key.size() > max_key_bytes || bytes.size() > max_value_bytes) {
    return fail(ErrorKind::Bug, "A poster does not fit into a poster file.");
  }
  const std::string record = record_of(key, bytes);
  Place place;
  int fd = -1, index = -1;
  {
    std::lock_guard guard(shared_->mutex);
    if (shared_->newest == 0 || shared_->end + record.size() > max_pack_bytes) STUDIO_CHECK(shared_->begin_pack(shared_->newest + 1));
    place = {shared_->newest, static_cast<std::uint32_t>(bytes.size()), shared_->end};
    shared_->end += record.size();
    fd = shared_->files.at(place.pack).pack.get();
    index = shared_->files.at(place.pack).index.get();
  }
  std::size_t done = 0;
  while (done < record.size()) {
    const ssize_t put = ::pwrite(fd, record.data() + done, record.size() - done, static_cast<off_t>(place.offset + done));
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) {
      const int error_number = put < 0 ? errno : ENOSPC;
      std::lock_guard guard(shared_->mutex);
      // Nobody came behind: the room is free again. Otherwise a scan steps over the gap.
      if (shared_->newest == place.pack && shared_->end == place.offset + record.size()) {
        shared_->end = place.offset;
        if (::ftruncate(fd, static_cast<off_t>(place.offset)) != 0) log_warning("a poster file could not be cut");
      }
      return fail(disk_error("Cannot store a poster", error_number, shared_->folder));
    }
    done += static_cast<std::size_t>(put);
  }
  // After the record, so that an entry never points at what is not there. One write: entries of two threads stay apart.
  const std::string entry = entry_of(short_key(key), place.offset, key.size(), bytes.size());
  if (index >= 0 && write_all(index, entry.data(), entry.size()) != 0) log_warning("a poster index could not be written");
  std::lock_guard guard(shared_->mutex);
  shared_->places[short_key(key)] = place;
  return {};
}

std::optional<std::string> PackFiles::read(std::string_view key) const {
  Place place;
  int fd = -1;
  {
    std::lock_guard guard(shared_->mutex);
    const auto found = shared_->places.find(short_key(key));
    if (found == shared_->places.end()) return std::nullopt;
    place = found->second;
    fd = shared_->files.at(place.pack).pack.get();
  }
  std::string record(header_bytes + key.size() + place.value_bytes, '\0');
  std::string_view found_key;
  const bool is_whole = read_at(fd, record.data(), record.size(), place.offset) == record.size();
  const auto header = is_whole ? header_of(record, found_key) : std::nullopt;
  const std::string_view value = std::string_view(record).substr(header_bytes + key.size());
  if (!header || found_key != key || header->value_bytes != place.value_bytes || header->check != value_check(key, value)) {
    std::lock_guard guard(shared_->mutex);
    const auto found = shared_->places.find(short_key(key));
    // Forgotten, unless a newer record took its place meanwhile.
    if (found != shared_->places.end() && found->second.pack == place.pack && found->second.offset == place.offset) {
      shared_->places.erase(found);
    }
    return std::nullopt;
  }
  return record.substr(header_bytes + key.size());
}

bool PackFiles::has(std::string_view key) const {
  std::lock_guard guard(shared_->mutex);
  return shared_->places.contains(short_key(key));
}

}  // namespace studio
