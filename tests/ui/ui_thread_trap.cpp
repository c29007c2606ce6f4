// Each function has the name of one of the C library (or of SQLite, FFmpeg, an image library) and passes on to it.
#include "ui/ui_thread_trap.h"

#include <dirent.h>
#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/select.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace studio {
namespace {

thread_local int scope = 0;  // above 0: calls are noted

constexpr int deepest = 24;
struct Noted {
  std::array<char, 160> name;
  std::array<void*, deepest> stack;
  int depth;
};
// Written by one thread, the UI's: no lock, no memory of its own, since these are called from everywhere.
constexpr std::size_t most = 64;
std::array<Noted, most> noted;
std::atomic<std::size_t> count = 0;

void note(const char* function, const char* subject = "") {
  if (scope <= 0) return;
  const int before = std::exchange(scope, 0);  // what is done here is no call of theirs
  if (const std::size_t at = count; at < most) {
    Noted& n = noted[at];
    std::snprintf(n.name.data(), n.name.size(), "%s %s", function, subject == nullptr ? "" : subject);
    n.depth = ::backtrace(n.stack.data(), deepest);
    count = at + 1;
  }
  scope = before;
}

// The function of that name that comes after ours. Found without a guard of the language, which waits by some of these itself.
template <class Function>
struct Real {
  std::atomic<void*> found = nullptr;
  Function of(const char* name, const char* version = nullptr) {
    void* function = found;
    if (function == nullptr) {
      if (version != nullptr) function = ::dlvsym(RTLD_NEXT, name, version);
      if (function == nullptr) function = ::dlsym(RTLD_NEXT, name);
      if (function == nullptr) ::abort();
      found = function;
    }
    return reinterpret_cast<Function>(function);
  }
};

// Of the file whose reads wait; 0: none does.
std::atomic<ino_t> slow_inode = 0;
std::atomic<int> waiting_for_slow = 0;

void wait_where_slow(int fd) {
  const ino_t inode = slow_inode;
  struct stat status;
  if (inode == 0 || ::fstat(fd, &status) != 0 || status.st_ino != inode) return;
  ++waiting_for_slow;
  slow_inode.wait(inode);
  --waiting_for_slow;
}

bool is_regular(int fd) {
  struct stat status;
  return scope > 0 && ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

}  // namespace

TrapScope::TrapScope() {
  static const bool warmed = [] {
    std::array<void*, 2> stack;
    return ::backtrace(stack.data(), 2) > 0;  // loads a library at its first call
  }();
  static_cast<void>(warmed);
  ++scope;
}
TrapScope::~TrapScope() { --scope; }
TrapPause::TrapPause() : before_(std::exchange(scope, 0)) {}
TrapPause::~TrapPause() { scope = before_; }

SlowFile::SlowFile(const std::filesystem::path& file) {
  struct stat status;
  if (::stat(file.c_str(), &status) != 0) throw std::runtime_error("there is no " + file.string());
  slow_inode = status.st_ino;
}
bool SlowFile::is_waited_for() const { return waiting_for_slow > 0; }
void SlowFile::let_go() {
  slow_inode = 0;
  slow_inode.notify_all();
}

std::vector<TrappedCall> take_trapped_calls(bool with_callers) {
  const TrapPause pause;
  std::vector<TrappedCall> calls;
  for (std::size_t i = 0; i < count; ++i) {
    TrappedCall call;
    call.name = noted[i].name.data();
    if (!with_callers) {
      calls.push_back(std::move(call));
      continue;
    }
    std::string command = "addr2line -Cfpse /proc/" + std::to_string(::getpid()) + "/exe";
    for (int frame = 2; frame < noted[i].depth; ++frame) {
      Dl_info info{};
      void* address = noted[i].stack[static_cast<std::size_t>(frame)];
      if (::dladdr(address, &info) == 0 || info.dli_fbase == nullptr) continue;
      char text[32];
      std::snprintf(text, sizeof text, " %#zx", static_cast<std::size_t>(static_cast<char*>(address) - static_cast<char*>(info.dli_fbase)) - 1);
      command += text;
    }
    if (FILE* lines = ::popen((command + " 2>/dev/null").c_str(), "r")) {
      char line[400];
      for (int shown = 0; ::fgets(line, sizeof line, lines) != nullptr;) {
        if (std::strstr(line, "studio::") != nullptr && shown++ < 8) call.where += std::string("    ") + line;
      }
      ::pclose(lines);
    }
    calls.push_back(std::move(call));
  }
  count = 0;
  return calls;
}

}  // namespace studio

using studio::is_regular;
using studio::Real;
using studio::note;
using studio::wait_where_slow;

// NAME(arguments) that notes itself and passes on.
#define TRAP(RESULT, NAME, SUBJECT, PARAMETERS, ARGUMENTS)        \
  RESULT NAME PARAMETERS {                                        \
    note(#NAME, SUBJECT);                                         \
    static constinit Real<RESULT(*) PARAMETERS> real;   \
    return real.of(#NAME) ARGUMENTS;                              \
  }

extern "C" {

#pragma GCC visibility push(default)

// --- files and folders

#define TRAP_OPEN(NAME)                                                              \
  int NAME(const char* path, int flags, ...) {                                       \
    note(#NAME, path);                                                               \
    va_list more;                                                                    \
    va_start(more, flags);                                                           \
    const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0; \
    va_end(more);                                                                    \
    static constinit Real<int (*)(const char*, int, ...)> real;            \
    return real.of(#NAME)(path, flags, mode);                                            \
  }
TRAP_OPEN(open)
TRAP_OPEN(open64)
#define TRAP_OPENAT(NAME)                                                            \
  int NAME(int folder, const char* path, int flags, ...) {                           \
    note(#NAME, path);                                                               \
    va_list more;                                                                    \
    va_start(more, flags);                                                           \
    const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0; \
    va_end(more);                                                                    \
    static constinit Real<int (*)(int, const char*, int, ...)> real;       \
    return real.of(#NAME)(folder, path, flags, mode);                                    \
  }
TRAP_OPENAT(openat)
TRAP_OPENAT(openat64)
TRAP(FILE*, fopen, path, (const char* path, const char* mode), (path, mode))
TRAP(FILE*, fopen64, path, (const char* path, const char* mode), (path, mode))
TRAP(DIR*, opendir, path, (const char* path), (path))
DIR* fdopendir(int fd) {
  note("fdopendir");
  wait_where_slow(fd);
  static constinit Real<DIR* (*)(int)> real;
  return real.of("fdopendir")(fd);
}
TRAP(int, stat, path, (const char* path, struct stat* status), (path, status))
TRAP(int, stat64, path, (const char* path, struct stat64* status), (path, status))
TRAP(int, lstat, path, (const char* path, struct stat* status), (path, status))
TRAP(int, lstat64, path, (const char* path, struct stat64* status), (path, status))
TRAP(int, fstatat, path, (int folder, const char* path, struct stat* status, int flags), (folder, path, status, flags))
TRAP(int, fstatat64, path, (int folder, const char* path, struct stat64* status, int flags), (folder, path, status, flags))
TRAP(int, access, path, (const char* path, int mode), (path, mode))
TRAP(int, faccessat, path, (int folder, const char* path, int mode, int flags), (folder, path, mode, flags))
TRAP(int, mkdir, path, (const char* path, mode_t mode), (path, mode))
TRAP(int, mkdirat, path, (int folder, const char* path, mode_t mode), (folder, path, mode))
TRAP(int, rmdir, path, (const char* path), (path))
TRAP(int, unlink, path, (const char* path), (path))
TRAP(int, unlinkat, path, (int folder, const char* path, int flags), (folder, path, flags))
TRAP(int, remove, path, (const char* path), (path))
TRAP(int, rename, from, (const char* from, const char* to), (from, to))
TRAP(int, link, from, (const char* from, const char* to), (from, to))
TRAP(int, symlink, to, (const char* from, const char* to), (from, to))
TRAP(ssize_t, readlink, path, (const char* path, char* buffer, size_t size), (path, buffer, size))
TRAP(char*, realpath, path, (const char* path, char* resolved), (path, resolved))
TRAP(int, truncate, path, (const char* path, off_t size), (path, size))
TRAP(int, ftruncate, "", (int fd, off_t size), (fd, size))
TRAP(int, fsync, "", (int fd), (fd))
TRAP(int, fdatasync, "", (int fd), (fd))
TRAP(int, flock, "", (int fd, int operation), (fd, operation))
#define TRAP_PREAD(NAME)                                                   \
  ssize_t NAME(int fd, void* buffer, size_t size, off_t at) {              \
    note(#NAME);                                                           \
    wait_where_slow(fd);                                                   \
    static constinit Real<ssize_t (*)(int, void*, size_t, off_t)> real;    \
    return real.of(#NAME)(fd, buffer, size, at);                           \
  }
TRAP_PREAD(pread)
TRAP_PREAD(pread64)
TRAP(ssize_t, pwrite, "", (int fd, const void* buffer, size_t size, off_t at), (fd, buffer, size, at))
TRAP(ssize_t, pwrite64, "", (int fd, const void* buffer, size_t size, off_t at), (fd, buffer, size, at))
ssize_t read(int fd, void* buffer, size_t size) {
  if (is_regular(fd)) note("read");
  static constinit Real<ssize_t (*)(int, void*, size_t)> real;
  return real.of("read")(fd, buffer, size);
}
ssize_t write(int fd, const void* buffer, size_t size) {
  if (is_regular(fd)) note("write");
  static constinit Real<ssize_t (*)(int, const void*, size_t)> real;
  return real.of("write")(fd, buffer, size);
}

TRAP(ssize_t, readv, "", (int fd, const struct iovec* parts, int number), (fd, parts, number))
TRAP(ssize_t, pwritev, "", (int fd, const struct iovec* parts, int number, off_t at), (fd, parts, number, at))
TRAP(ssize_t, preadv, "", (int fd, const struct iovec* parts, int number, off_t at), (fd, parts, number, at))
TRAP(ssize_t, sendfile, "", (int to, int from, off_t* at, size_t size), (to, from, at, size))
TRAP(ssize_t, copy_file_range, "", (int from, off64_t* at, int to, off64_t* to_at, size_t size, unsigned flags), (from, at, to, to_at, size, flags))
TRAP(int, statx, path, (int folder, const char* path, int flags, unsigned mask, struct statx* status), (folder, path, flags, mask, status))
TRAP(int, statvfs, path, (const char* path, struct statvfs* status), (path, status))
TRAP(int, renameat, from, (int folder, const char* from, int to_folder, const char* to), (folder, from, to_folder, to))
TRAP(int, linkat, from, (int folder, const char* from, int to_folder, const char* to, int flags), (folder, from, to_folder, to, flags))
TRAP(int, fallocate, "", (int fd, int mode, off_t at, off_t size), (fd, mode, at, size))
TRAP(size_t, fread, "", (void* to, size_t size, size_t number, FILE* file), (to, size, number, file))
TRAP(size_t, fwrite, "", (const void* from, size_t size, size_t number, FILE* file), (from, size, number, file))
TRAP(int, fflush, "", (FILE * file), (file))

// --- sockets, programs, time

TRAP(ssize_t, sendto, "", (int fd, const void* buffer, size_t size, int flags, const struct sockaddr* to, socklen_t length), (fd, buffer, size, flags, to, length))
TRAP(ssize_t, recvfrom, "", (int fd, void* buffer, size_t size, int flags, struct sockaddr* from, socklen_t* length), (fd, buffer, size, flags, from, length))
TRAP(int, posix_spawn, path, (pid_t * process, const char* path, const posix_spawn_file_actions_t* acts, const posix_spawnattr_t* how, char* const* arguments, char* const* environment),
     (process, path, acts, how, arguments, environment))
TRAP(int, posix_spawnp, path, (pid_t * process, const char* path, const posix_spawn_file_actions_t* acts, const posix_spawnattr_t* how, char* const* arguments, char* const* environment),
     (process, path, acts, how, arguments, environment))
TRAP(pid_t, wait4, "", (pid_t process, int* status, int flags, struct rusage* use), (process, status, flags, use))

TRAP(int, socket, "", (int domain, int type, int protocol), (domain, type, protocol))
TRAP(int, connect, "", (int fd, const struct sockaddr* address, socklen_t size), (fd, address, size))
TRAP(ssize_t, send, "", (int fd, const void* buffer, size_t size, int flags), (fd, buffer, size, flags))
TRAP(ssize_t, recv, "", (int fd, void* buffer, size_t size, int flags), (fd, buffer, size, flags))
TRAP(ssize_t, sendmsg, "", (int fd, const struct msghdr* message, int flags), (fd, message, flags))
TRAP(ssize_t, recvmsg, "", (int fd, struct msghdr* message, int flags), (fd, message, flags))
int poll(struct pollfd* fds, nfds_t number, int ms) {
  if (ms != 0) note("poll");
  static constinit Real<int (*)(struct pollfd*, nfds_t, int)> real;
  return real.of("poll")(fds, number, ms);
}
TRAP(int, ppoll, "", (struct pollfd* fds, nfds_t number, const struct timespec* limit, const sigset_t* signals), (fds, number, limit, signals))
TRAP(int, select, "", (int number, fd_set* in, fd_set* out, fd_set* odd, struct timeval* limit), (number, in, out, odd, limit))
TRAP(int, epoll_wait, "", (int fd, struct epoll_event* events, int number, int ms), (fd, events, number, ms))
TRAP(pid_t, waitpid, "", (pid_t process, int* status, int flags), (process, status, flags))
TRAP(pid_t, fork, "", (), ())
TRAP(int, system, command, (const char* command), (command))
TRAP(FILE*, popen, command, (const char* command, const char* mode), (command, mode))
TRAP(int, nanosleep, "", (const struct timespec* wanted, struct timespec* left), (wanted, left))
TRAP(int, clock_nanosleep, "", (clockid_t clock, int flags, const struct timespec* wanted, struct timespec* left), (clock, flags, wanted, left))
TRAP(int, usleep, "", (useconds_t us), (us))

// --- waits for other threads

#define TRAP_COND(NAME, VERSION, PARAMETERS, ARGUMENTS)                    \
  int NAME PARAMETERS {                                                    \
    note(#NAME);                                                           \
    static constinit Real<int(*) PARAMETERS> real;      \
    return real.of(#NAME, VERSION) ARGUMENTS;                              \
  }
TRAP_COND(pthread_cond_wait, "GLIBC_2.3.2", (pthread_cond_t * condition, pthread_mutex_t* mutex), (condition, mutex))
TRAP_COND(pthread_cond_timedwait, "GLIBC_2.3.2", (pthread_cond_t * condition, pthread_mutex_t* mutex, const struct timespec* limit), (condition, mutex, limit))
TRAP_COND(pthread_cond_clockwait, "GLIBC_2.30", (pthread_cond_t * condition, pthread_mutex_t* mutex, clockid_t clock, const struct timespec* limit),
          (condition, mutex, clock, limit))
TRAP_COND(pthread_join, "GLIBC_2.34", (pthread_t thread, void** result), (thread, result))
TRAP_COND(sem_wait, "GLIBC_2.34", (sem_t * semaphore), (semaphore))
TRAP_COND(sem_timedwait, "GLIBC_2.34", (sem_t * semaphore, const struct timespec* limit), (semaphore, limit))
// Futures wait by this one. Locks that are held for a few lines are not waits: only a lock that somebody sits on is noted.
long syscall(long number, ...) {
  long a[6];
  va_list more;
  va_start(more, number);
  for (long& each : a) each = va_arg(more, long);
  va_end(more);
  const long operation = a[1] & FUTEX_CMD_MASK;
  if (number == SYS_futex && (operation == FUTEX_WAIT || operation == FUTEX_WAIT_BITSET)) note("futex wait");
  static constinit Real<long (*)(long, ...)> real;
  return real.of("syscall")(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
int pthread_mutex_lock(pthread_mutex_t* mutex) {
  static constinit Real<int (*)(pthread_mutex_t*)> real;
  static constinit Real<int (*)(pthread_mutex_t*)> try_lock;
  if (studio::scope <= 0) return real.of("pthread_mutex_lock")(mutex);
  if (const int got = try_lock.of("pthread_mutex_trylock")(mutex); got != EBUSY) return got;
  struct timespec begin, end;
  ::clock_gettime(CLOCK_MONOTONIC, &begin);
  const int got = real.of("pthread_mutex_lock")(mutex);
  ::clock_gettime(CLOCK_MONOTONIC, &end);
  // Far above what a busy machine makes of a few lines.
  if ((end.tv_sec - begin.tv_sec) * 1000 + (end.tv_nsec - begin.tv_nsec) / 1'000'000 > 250) note("a lock that was held for long");
  return got;
}

// --- the database and decoders

TRAP(int, sqlite3_step, "", (void* statement), (statement))
TRAP(int, sqlite3_exec, sql, (void* database, const char* sql, void* each, void* argument, char** error), (database, sql, each, argument, error))
TRAP(int, avcodec_send_packet, "", (void* codec, const void* packet), (codec, packet))
TRAP(int, avcodec_receive_frame, "", (void* codec, void* frame), (codec, frame))
TRAP(int, avformat_open_input, name, (void* context, const char* name, const void* format, void* options), (context, name, format, options))
TRAP(int, sws_scale, "", (void* context, const void* from, const int* steps, int y, int height, void* to, const int* to_steps), (context, from, steps, y, height, to, to_steps))
TRAP(int, avformat_find_stream_info, "", (void* context, void* options), (context, options))
TRAP(int, av_read_frame, "", (void* context, void* packet), (context, packet))
TRAP(int, swr_convert, "", (void* resampler, void* to, int room, const void* from, int count), (resampler, to, room, from, count))
// The image libraries: by what core/media decodes with, row by row or whole, and by what others would.
TRAP(int, jpeg_start_decompress, "", (void* picture), (picture))
TRAP(unsigned, jpeg_read_scanlines, "", (void* picture, void* rows, unsigned most), (picture, rows, most))
TRAP(void, png_read_row, "", (void* picture, void* row, void* shown), (picture, row, shown))
TRAP(void, png_read_rows, "", (void* picture, void* rows, void* shown, unsigned number), (picture, rows, shown, number))
TRAP(void, png_read_image, "", (void* picture, void* rows), (picture, rows))
TRAP(int, WebPDecode, "", (const void* data, size_t size, void* settings), (data, size, settings))
TRAP(int, WebPAnimDecoderGetNext, "", (void* decoder, void* rgba, int* time_ms), (decoder, rgba, time_ms))
TRAP(int, avifDecoderParse, "", (void* decoder), (decoder))
TRAP(int, avifDecoderNextImage, "", (void* decoder), (decoder))
TRAP(int, avifImageYUVToRGB, "", (const void* picture, void* rgb), (picture, rgb))

#pragma GCC visibility pop

}  // extern "C"
