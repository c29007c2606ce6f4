#include "sandbox/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

namespace studio {
namespace {

std::string who_runs_there(const std::filesystem::path& lock_file, std::string_view what) {
  const auto text = read_file(lock_file, 4096);
  const auto owner = nlohmann::json::parse(text ? *text : std::string(), nullptr, false);
  std::string who = "Another " + std::string(what) + " server";
  if (owner.is_object() && owner.contains("pid") && owner["pid"].is_number_integer()) {
    who += " (process " + std::to_string(owner["pid"].get<std::int64_t>());
    if (owner.contains("port") && owner["port"].is_number_integer()) who += ", 127.0.0.1:" + std::to_string(owner["port"].get<std::int64_t>());
    who += ")";
  }
  return who;
}

}  // namespace

Result<FolderLock> FolderLock::take(const std::filesystem::path& folder, std::string_view what) {
  const std::string cannot = "The " + std::string(what) + " cannot lock its folder";
  FolderLock lock;
  lock.file_ = folder / "lock";
  lock.fd_.reset(::open(lock.file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock.fd_) return fail(disk_error(cannot, errno, lock.file_));
  // Who only looks whether somebody serves the folder holds the lock for a moment, too.
  int failure = EWOULDBLOCK;
  for (int tries = 0; tries < 20 && failure == EWOULDBLOCK; ++tries) {
    if (tries > 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    failure = ::flock(lock.fd_.get(), LOCK_EX | LOCK_NB) == 0 ? 0 : errno;
  }
  if (failure != 0) {
    if (failure != EWOULDBLOCK) return fail(disk_error(cannot, failure, lock.file_));
    return fail(ErrorKind::Owned, who_runs_there(lock.file_, what) + " serves this folder; use it, stop it, or choose another folder with --state: " + folder.string());
  }
  return lock;
}

Result<void> FolderLock::sign(int port) {
  const std::string who = nlohmann::json{{"pid", ::getpid()}, {"port", port}}.dump();
  if (::ftruncate(fd_.get(), 0) != 0 || ::pwrite(fd_.get(), who.data(), who.size(), 0) < 0)
    return fail(disk_error("Cannot write the lock of the folder", errno, file_));
  return {};
}

}  // namespace studio
