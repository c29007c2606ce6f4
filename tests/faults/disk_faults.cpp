#include "faults/disk_faults.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <random>
#include <utility>
#include <vector>

namespace studio {
namespace {

template <class Function>
Function* real(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}
#define REAL(name) (*real<decltype(::name)>(#name))

// --- what was done and not synced, for a power cut

struct PendingWrite {
  off_t offset = 0;
  std::string bytes;
  off_t truncated_to = -1;  // a truncation, not a write
};
struct DirtyFile {
  int fd = -1;       // our own
  std::string base;  // as it was synced last
  std::vector<PendingWrite> writes;
};
struct FolderChange {
  enum class What { Made, MadeFolder, Renamed, Removed } what;
  std::string path, from;  // `from`: of a rename
  std::string stash;       // a second name of the file that was lost by it; empty: none was
};

struct Disk {
  std::recursive_mutex mutex;
  DiskFault fault;
  int calls = 0, hit = 0;
  bool is_short = false;  // a short write was given: the next call fails
  bool says_so = false;   // on stderr, when the fault strikes first
  std::map<std::pair<dev_t, ino_t>, DirtyFile> dirty;
  std::vector<FolderChange> changes;
  int stashes = 0;
};

// Never destroyed: threads may write until the very end.
Disk& disk() {
  static Disk* const one = new Disk;
  return *one;
}
std::atomic<bool> armed{false};
std::atomic<bool> sleepless{false};
std::atomic<long> skipped_ms{0};
thread_local bool inside = false;  // our own calls are nobody's
thread_local int looking = 0;      // so are a test's looks

struct Inside {
  Inside() { inside = true; }
  ~Inside() { inside = false; }
};

// By the system call: what is looked at here may itself be looked at.
std::string path_of(int fd) {
  char link[64], path[4096];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t size = ::readlink(link, path, sizeof path);
  return size > 0 ? std::string(path, static_cast<std::size_t>(size)) : std::string();
}

std::string absolute(int folder, const char* path) {
  if (path[0] == '/') return path;
  if (folder != AT_FDCWD) return path_of(folder) + "/" + path;
  char here[4096];
  return ::getcwd(here, sizeof here) == nullptr ? std::string(path) : std::string(here) + "/" + path;
}

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

bool is_ours(const std::string& path) {
  const DiskFault& fault = disk().fault;
  if (path.empty() || path.compare(0, fault.under.size(), fault.under) != 0) return false;
  if (path.size() > fault.under.size() && path[fault.under.size()] != '/') return false;
  if (path.ends_with("-shm") || path.find("/.stash-") != std::string::npos) return false;
  return fault.name.empty() || path.find(fault.name) != std::string::npos;
}

std::string content_of(int fd) {
  std::string bytes;
  char chunk[1 << 16];
  for (off_t at = 0;;) {
    const ssize_t got = ::syscall(SYS_pread64, fd, chunk, sizeof chunk, at);
    if (got <= 0) return bytes;
    bytes.append(chunk, static_cast<std::size_t>(got));
    at += got;
  }
}

DirtyFile* dirty_of(int fd) {
  struct stat facts{};
  if (::fstat(fd, &facts) != 0 || !S_ISREG(facts.st_mode)) return nullptr;
  DirtyFile& file = disk().dirty[{facts.st_dev, facts.st_ino}];
  if (file.fd < 0) {
    char link[64];
    std::snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    file.fd = static_cast<int>(::syscall(SYS_openat, AT_FDCWD, link, O_RDWR | O_CLOEXEC));
    file.base = content_of(file.fd);
  }
  return &file;
}

// The file's pages are on the disk, or the folder's entries are.
void synced(int fd) {
  struct stat facts{};
  if (::fstat(fd, &facts) != 0) return;
  if (S_ISDIR(facts.st_mode)) {
    const std::string folder = path_of(fd);
    std::erase_if(disk().changes, [&](const FolderChange& change) { return folder_of(change.path) == folder; });
    return;
  }
  const auto found = disk().dirty.find({facts.st_dev, facts.st_ino});
  if (found == disk().dirty.end()) return;
  ::syscall(SYS_close, found->second.fd);
  disk().dirty.erase(found);
}

void put_back(const DirtyFile& file, std::mt19937* random) {
  std::string bytes = file.base;
  for (const PendingWrite& write : file.writes) {
    if (random == nullptr || (*random)() % 2 == 0) continue;  // lost
    if (write.truncated_to >= 0) {
      bytes.resize(static_cast<std::size_t>(write.truncated_to), '\0');
      continue;
    }
    std::size_t size = write.bytes.size();
    if (size > 512 && (*random)() % 4 == 0) size = 512 * ((*random)() % (size / 512));  // torn
    const auto offset = static_cast<std::size_t>(write.offset);
    if (bytes.size() < offset + size) bytes.resize(offset + size, '\0');
    bytes.replace(offset, size, write.bytes, 0, size);
  }
  ::syscall(SYS_ftruncate, file.fd, 0L);
  for (std::size_t at = 0; at < bytes.size();) {
    const long put = ::syscall(SYS_pwrite64, file.fd, bytes.data() + at, bytes.size() - at, at);
    if (put <= 0) break;
    at += static_cast<std::size_t>(put);
  }
}

void take_back(const FolderChange& change) {
  using What = FolderChange::What;
  switch (change.what) {
    case What::Made: REAL(unlink)(change.path.c_str()); break;
    case What::MadeFolder: REAL(rmdir)(change.path.c_str()); break;
    case What::Renamed:
      REAL(rename)(change.path.c_str(), change.from.c_str());
      [[fallthrough]];
    case What::Removed:
      if (!change.stash.empty()) REAL(rename)(change.stash.c_str(), change.path.c_str());
      break;
  }
}

[[noreturn]] void cut_power() {
  Disk& d = disk();
  std::mt19937 random(d.fault.seed);
  for (const auto& [id, file] : d.dirty) put_back(file, d.fault.seed == 0 ? nullptr : &random);
  const std::size_t kept = d.fault.seed == 0 || d.changes.empty() ? 0 : random() % (d.changes.size() + 1);
  while (d.changes.size() > kept) {
    take_back(d.changes.back());
    d.changes.pop_back();
  }
  for (const FolderChange& change : d.changes) {
    if (!change.stash.empty()) REAL(unlink)(change.stash.c_str());
  }
  ::kill(::getpid(), SIGKILL);
  for (;;) ::pause();
}

// A second name for what a change is about to lose, beside the folder that is looked at.
std::string stash_of(const std::string& path) {
  struct stat facts{};
  if (::lstat(path.c_str(), &facts) != 0) return {};
  const std::string stash = disk().fault.under + "/.stash-" + std::to_string(disk().stashes++);
  return ::link(path.c_str(), stash.c_str()) == 0 ? stash : std::string();
}

enum class Verdict { Go, Fail, Short };

// With the mutex held: what becomes of this call. Does not return where the process dies.
Verdict judge(DiskCall call) {
  Disk& d = disk();
  if ((d.fault.calls & call) == 0) return Verdict::Go;
  const int number = ++d.calls;
  const bool follows_short = std::exchange(d.is_short, false);
  if (number != d.fault.at && !(d.fault.goes_on && number > d.fault.at) && !follows_short) return Verdict::Go;
  if (++d.hit == 1 && d.says_so) {
    constexpr char words[] = "the disk fault struck\n";
    ::syscall(SYS_write, 2, words, sizeof words - 1);
  }
  switch (d.fault.kind) {
    case DiskFault::Kind::Kill:
      ::kill(::getpid(), SIGKILL);
      for (;;) ::pause();
    case DiskFault::Kind::PowerCut: cut_power();
    case DiskFault::Kind::ShortWrite:
      if (call == WriteCall && number == d.fault.at) {
        d.is_short = true;
        return Verdict::Short;
      }
      [[fallthrough]];
    case DiskFault::Kind::Fail: errno = d.fault.error; return Verdict::Fail;
  }
  return Verdict::Go;
}

bool keeps_journal() { return disk().fault.kind == DiskFault::Kind::PowerCut; }

// Carries `what` out if the path is looked at and nothing hinders it; `note` afterwards, for a power cut.
template <class What, class Note>
auto watched(DiskCall call, const std::string& path, What what, Note note) -> decltype(what(false)) {
  std::lock_guard lock(disk().mutex);
  const Inside mark;
  if (!armed || !is_ours(path)) return what(false);
  const Verdict verdict = judge(call);
  if (verdict == Verdict::Fail) return -1;
  return note([&] { return what(verdict == Verdict::Short); });
}

template <class Done>
auto no_note(Done done) { return done(); }

bool is_watched() { return armed && !inside && looking == 0; }

// --- from the environment, where a program is started under this library

const struct FromEnvironment {
  FromEnvironment() {
    // "KIND AT ONCE|ON ERRNO CALLS UNDER [NAME]", as "fail 3 on 28 2 /project spool"
    const char* const text = std::getenv("STUDIO_DISK_FAULT");
    if (text == nullptr) return;
    char kind[16] = "", how[8] = "", under[2048] = "", name[256] = "";
    DiskFault fault;
    if (std::sscanf(text, "%15s %d %7s %d %u %2047s %255s", kind, &fault.at, how, &fault.error, &fault.calls, under, name) < 6) std::abort();
    fault.kind = std::strcmp(kind, "short") == 0 ? DiskFault::Kind::ShortWrite : DiskFault::Kind::Fail;
    fault.goes_on = std::strcmp(how, "on") == 0;
    fault.under = under;
    fault.name = name;
    arm_disk(fault);
    // For this program alone, not for those that it starts.
    ::unsetenv("STUDIO_DISK_FAULT");
    ::unsetenv("LD_PRELOAD");
    disk().says_so = true;
  }
} from_environment;

}  // namespace

void arm_disk(const DiskFault& fault) {
  std::lock_guard lock(disk().mutex);
  Disk& d = disk();
  for (const auto& [id, file] : d.dirty) ::syscall(SYS_close, file.fd);
  d.dirty.clear();
  d.changes.clear();
  d.fault = fault;
  d.calls = d.hit = 0;
  d.is_short = false;
  armed = true;
}

void disarm_disk() {
  std::lock_guard lock(disk().mutex);
  armed = false;
}

DiskLook::DiskLook() { ++looking; }
DiskLook::~DiskLook() { --looking; }

int disk_calls() {
  std::lock_guard lock(disk().mutex);
  return disk().calls;
}

int disk_faults_hit() {
  std::lock_guard lock(disk().mutex);
  return disk().hit;
}

void skip_sleeps(bool wanted) {
  skipped_ms = 0;
  sleepless = wanted;
}

long skipped_sleep_ms() { return skipped_ms; }

}  // namespace studio

// --- what stands before the C library

using namespace studio;

namespace {

ssize_t write_to(int fd, const char* bytes, std::size_t size, off_t offset) {  // offset < 0: where the file stands
  const auto put = [&](bool is_short) -> ssize_t {
    const std::size_t wanted = is_short && size > 1 ? size / 2 : size;
    return offset < 0 ? ::syscall(SYS_write, fd, bytes, wanted) : ::syscall(SYS_pwrite64, fd, bytes, wanted, offset);
  };
  if (!is_watched()) return put(false);
  return watched(WriteCall, path_of(fd), put, [&](auto done) -> ssize_t {
    if (!keeps_journal()) return done();
    DirtyFile* const file = dirty_of(fd);
    off_t at = offset >= 0 ? offset : ::lseek(fd, 0, SEEK_CUR);
    if (offset < 0 && (::fcntl(fd, F_GETFL) & O_APPEND) != 0) at = ::lseek(fd, 0, SEEK_END);
    const ssize_t written = done();
    if (file != nullptr && written > 0) file->writes.push_back({at, std::string(bytes, static_cast<std::size_t>(written))});
    return written;
  });
}

ssize_t read_from(int fd, void* to, std::size_t size, off_t offset) {
  const auto get = [&](bool) -> ssize_t { return offset < 0 ? ::syscall(SYS_read, fd, to, size) : ::syscall(SYS_pread64, fd, to, size, offset); };
  if (!is_watched()) return get(false);
  return watched(ReadCall, path_of(fd), get, [](auto done) { return done(); });
}

int truncate_to(int fd, off_t size) {
  const auto cut = [&](bool) -> int { return static_cast<int>(::syscall(SYS_ftruncate, fd, size)); };
  if (!is_watched()) return cut(false);
  return watched(WriteCall, path_of(fd), cut, [&](auto done) -> int {
    DirtyFile* const file = keeps_journal() ? dirty_of(fd) : nullptr;
    const int code = done();
    if (file != nullptr && code == 0) file->writes.push_back({0, {}, size});
    return code;
  });
}

int sync_of(int fd, long number) {
  const auto sync = [&](bool) -> int { return static_cast<int>(::syscall(number, fd)); };
  if (!is_watched()) return sync(false);
  return watched(SyncCall, path_of(fd), sync, [&](auto done) -> int {
    // No power goes in a test: what the kernel has is as good as on the disk, and the model keeps its own books.
    if (!keeps_journal()) return done();
    synced(fd);
    return 0;
  });
}

int open_at(int folder, const char* path, int flags, mode_t mode) {
  const auto open = [&](bool) -> int { return static_cast<int>(::syscall(SYS_openat, folder, path, flags, mode)); };
  const bool writes = (flags & O_ACCMODE) != O_RDONLY || (flags & (O_CREAT | O_TRUNC)) != 0;
  if (!is_watched() || !writes) return open(false);
  const std::string full = absolute(folder, path);
  return watched(MakeCall, full, open, [&](auto done) -> int {
    if (!keeps_journal()) return done();
    struct stat facts{};
    const bool is_new = ::lstat(full.c_str(), &facts) != 0;
    const bool cuts = !is_new && (flags & O_TRUNC) != 0 && facts.st_size > 0;
    if (cuts) {
      const int fd = static_cast<int>(::syscall(SYS_openat, AT_FDCWD, full.c_str(), O_RDWR | O_CLOEXEC));
      if (DirtyFile* const file = dirty_of(fd)) file->writes.push_back({0, {}, 0});
      ::syscall(SYS_close, fd);
    }
    const int fd = done();
    if (fd >= 0 && is_new) disk().changes.push_back({FolderChange::What::Made, full, {}, {}});
    return fd;
  });
}

int rename_of(const char* from, const char* to) {
  const auto rename_it = [&](bool) -> int { return static_cast<int>(::syscall(SYS_rename, from, to)); };
  if (!is_watched()) return rename_it(false);
  const std::string full_from = absolute(AT_FDCWD, from), full_to = absolute(AT_FDCWD, to);
  return watched(RenameCall, full_to, rename_it, [&](auto done) -> int {
    if (!keeps_journal()) return done();
    const std::string stash = stash_of(full_to);
    const int code = done();
    if (code == 0) disk().changes.push_back({FolderChange::What::Renamed, full_to, full_from, stash});
    return code;
  });
}

int unlink_of(const char* path) {
  const auto remove_it = [&](bool) -> int { return static_cast<int>(::syscall(SYS_unlink, path)); };
  if (!is_watched()) return remove_it(false);
  const std::string full = absolute(AT_FDCWD, path);
  return watched(MakeCall, full, remove_it, [&](auto done) -> int {
    if (!keeps_journal()) return done();
    const std::string stash = stash_of(full);
    const int code = done();
    if (code == 0) disk().changes.push_back({FolderChange::What::Removed, full, {}, stash});
    return code;
  });
}

bool skip(const struct timespec& wanted) {
  if (!sleepless) return false;
  skipped_ms += static_cast<long>(wanted.tv_sec * 1000 + wanted.tv_nsec / 1'000'000);
  ::sched_yield();
  return true;
}

}  // namespace

extern "C" {

ssize_t write(int fd, const void* bytes, size_t size) { return write_to(fd, static_cast<const char*>(bytes), size, -1); }
ssize_t pwrite(int fd, const void* bytes, size_t size, off_t offset) { return write_to(fd, static_cast<const char*>(bytes), size, offset); }
ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t offset) { return write_to(fd, static_cast<const char*>(bytes), size, offset); }
ssize_t writev(int fd, const struct iovec* parts, int count) {
  if (!is_watched()) return ::syscall(SYS_writev, fd, parts, count);
  std::string bytes;
  for (int i = 0; i < count; ++i) bytes.append(static_cast<const char*>(parts[i].iov_base), parts[i].iov_len);
  return write_to(fd, bytes.data(), bytes.size(), -1);
}
ssize_t read(int fd, void* to, size_t size) { return read_from(fd, to, size, -1); }
ssize_t pread(int fd, void* to, size_t size, off_t offset) { return read_from(fd, to, size, offset); }
ssize_t pread64(int fd, void* to, size_t size, off64_t offset) { return read_from(fd, to, size, offset); }
int ftruncate(int fd, off_t size) noexcept { return truncate_to(fd, size); }
int ftruncate64(int fd, off64_t size) noexcept { return truncate_to(fd, size); }
int fsync(int fd) { return sync_of(fd, SYS_fsync); }
int fdatasync(int fd) { return sync_of(fd, SYS_fdatasync); }
int rename(const char* from, const char* to) noexcept { return rename_of(from, to); }
int unlink(const char* path) noexcept { return unlink_of(path); }
int remove(const char* path) noexcept {
  struct stat facts{};
  if (::lstat(path, &facts) == 0 && S_ISDIR(facts.st_mode)) return ::rmdir(path);
  return unlink_of(path);
}
int mkdir(const char* path, mode_t mode) noexcept {
  const auto make = [&](bool) -> int { return static_cast<int>(::syscall(SYS_mkdir, path, mode)); };
  if (!is_watched()) return make(false);
  const std::string full = absolute(AT_FDCWD, path);
  return watched(MakeCall, full, make, [&](auto done) -> int {
    const int code = done();
    if (keeps_journal() && code == 0) disk().changes.push_back({FolderChange::What::MadeFolder, full, {}, {}});
    return code;
  });
}

int open(const char* path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(list, mode_t) : 0;
  va_end(list);
  return open_at(AT_FDCWD, path, flags, mode);
}
int open64(const char* path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(list, mode_t) : 0;
  va_end(list);
  return open_at(AT_FDCWD, path, flags, mode);
}
int openat(int folder, const char* path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(list, mode_t) : 0;
  va_end(list);
  return open_at(folder, path, flags, mode);
}

int usleep(useconds_t micros) {
  const struct timespec wanted{static_cast<time_t>(micros / 1'000'000), static_cast<long>(micros % 1'000'000) * 1000};
  if (skip(wanted)) return 0;
  return static_cast<int>(::syscall(SYS_nanosleep, &wanted, nullptr));
}
int nanosleep(const struct timespec* wanted, struct timespec* left) {
  if (skip(*wanted)) return 0;
  return static_cast<int>(::syscall(SYS_nanosleep, wanted, left));
}

}  // extern "C"
