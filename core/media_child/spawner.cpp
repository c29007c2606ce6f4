#include "media_child/spawner.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "media_child/protocol.h"

namespace studio {
namespace {

// Keys may lie in our environment; the child gets only what the dynamic linker and the sanitizers need.
std::vector<std::string> child_environment() {
  std::vector<std::string> result{"LC_ALL=C", "PATH=/usr/bin:/bin"};
  for (const char* name : {"LD_LIBRARY_PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"}) {
    if (const char* value = std::getenv(name)) result.push_back(std::string(name) + "=" + value);
  }
  return result;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

struct FileActions {
  posix_spawn_file_actions_t value;
  FileActions() { posix_spawn_file_actions_init(&value); }
  ~FileActions() { posix_spawn_file_actions_destroy(&value); }
};
struct Attributes {
  posix_spawnattr_t value;
  Attributes() { posix_spawnattr_init(&value); }
  ~Attributes() { posix_spawnattr_destroy(&value); }
};

Result<SpawnedChild> start_process(const std::filesystem::path& program, const char* role) {
  int ends[2] = {-1, -1};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return fail(disk_error("start the media child", errno, {}));
  SpawnedChild child;
  child.socket.reset(ends[0]);
  // Off the numbers that are replaced below.
  const UniqueFd theirs(::fcntl(ends[1], F_DUPFD_CLOEXEC, wire::ChildSocket + 1));
  ::close(ends[1]);
  if (!theirs) return fail(disk_error("start the media child", errno, {}));

  FileActions files;
  posix_spawn_file_actions_adddup2(&files.value, theirs.get(), wire::ChildSocket);
  posix_spawn_file_actions_addopen(&files.value, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files.value, 1, "/dev/null", O_WRONLY, 0);
#ifndef STUDIO_SANITIZED  // a sanitizer's report is worth reading
  posix_spawn_file_actions_addopen(&files.value, 2, "/dev/null", O_WRONLY, 0);
#endif
  posix_spawn_file_actions_addclosefrom_np(&files.value, wire::ChildSocket + 1);

  // Its own session: Ctrl-C in a terminal is for this program, which then ends the child itself.
  Attributes attributes;
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes.value, &none);
  posix_spawnattr_setsigdefault(&attributes.value, &all);
  posix_spawnattr_setflags(&attributes.value, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);

  std::vector<std::string> arguments{program.string(), role, std::to_string(::getpid())};
  std::vector<std::string> environment = child_environment();
  const int code = ::posix_spawn(&child.process, program.c_str(), &files.value, &attributes.value, pointers(arguments).data(), pointers(environment).data());
  if (code != 0) {
    return fail(ErrorKind::NotFound, "The media child (studio_media) cannot be started, so no picture or clip can be opened; build or install the program again.",
                program.string() + ": " + std::strerror(code));
  }
  return child;
}

}  // namespace

Spawner::Spawner() : thread_([this](const std::stop_token& stop) { run(stop); }) {}

Spawner::~Spawner() {
  thread_.request_stop();
  thread_.join();
}

Result<SpawnedChild> Spawner::spawn(const std::filesystem::path& program, const char* role) {
  std::unique_lock lock(mutex_);
  wish_ = Wish{program, role};
  changed_.notify_all();
  changed_.wait(lock, [this] { return outcome_.has_value(); });
  Result<SpawnedChild> outcome = std::move(*outcome_);
  outcome_.reset();
  return outcome;
}

void Spawner::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stop, [this] { return wish_.has_value(); })) {
    const Wish wish = std::move(*wish_);
    wish_.reset();
    lock.unlock();
    auto outcome = start_process(wish.program, wish.role);
    lock.lock();
    outcome_.emplace(std::move(outcome));
    changed_.notify_all();
  }
}

}  // namespace studio
