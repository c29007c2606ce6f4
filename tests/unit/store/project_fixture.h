// A project in a folder of its own, and a second process on it.
#pragma once

#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <memory>

#include "store/store.h"
#include "support/catch.h"
#include "support/temp_folder.h"

namespace studio {

struct TestProject {
  TempFolder temp;
  std::filesystem::path path = temp.path() / "project";
  TestProject() { REQUIRE(Store::create(path, "test")); }
  std::unique_ptr<Store> open() const {
    auto store = Store::open(path);
    if (!store) FAIL(store.error().message + " " + store.error().detail);
    return std::move(*store);
  }
};

// Runs work on the store thread and returns what it gives.
template <class Work>
auto in_store(Store& store, Work work) {
  using Value = typename std::invoke_result_t<Work, Ledger&>::value_type;
  std::optional<Value> value;
  auto result = store.write_and_wait([&](Ledger& ledger) -> Result<void> {
    STUDIO_TRY(value, work(ledger));
    return {};
  });
  if (!result) FAIL(result.error().message + " " + result.error().detail);
  return std::move(*value);
}

inline std::string fact_of(Store& store, const std::string& name) {
  std::string value;
  REQUIRE(store.read_and_wait([&](Ledger& ledger) -> Result<void> {
    STUDIO_TRY(value, ledger.fact(name));
    return {};
  }));
  return value;
}

// A second process. Make it before this one has threads: only the forking thread lives on in the child.
class SecondProcess {
 public:
  // `body` runs in the child and calls `ready` when the parent may go on; it ends by returning or by being killed.
  explicit SecondProcess(const std::function<void(std::function<void()> ready)>& body) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    pid_ = ::fork();
    REQUIRE(pid_ >= 0);
    if (pid_ == 0) {
      ::close(ends[0]);
      body([&] {
        if (::write(ends[1], "r", 1) != 1) ::_exit(3);
      });
      ::_exit(0);
    }
    ::close(ends[1]);
    ready_fd_ = ends[0];
  }
  ~SecondProcess() {
    kill();
    ::close(ready_fd_);
  }
  SecondProcess(const SecondProcess&) = delete;
  SecondProcess& operator=(const SecondProcess&) = delete;

  bool wait_ready() const {
    char byte = 0;
    return ::read(ready_fd_, &byte, 1) == 1;
  }
  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = 0;
  int ready_fd_ = -1;
};

// A small disk of its own at `path`; absent where this user may not mount.
class SmallDisk {
 public:
  SmallDisk(const std::filesystem::path& path, const char* size) : path_(path) {
    std::filesystem::create_directories(path_);
    is_there_ = ::mount("tmpfs", path_.c_str(), "tmpfs", 0, (std::string("size=") + size).c_str()) == 0;
  }
  ~SmallDisk() {
    if (is_there_) ::umount2(path_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  bool is_there() const { return is_there_; }
  bool make_read_only() const { return ::mount("tmpfs", path_.c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, nullptr) == 0; }

 private:
  std::filesystem::path path_;
  bool is_there_ = false;
};

}  // namespace studio
