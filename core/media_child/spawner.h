// Inside of this room: starts the child's process from one thread that lives as long as the handle.
//
// The kernel ends the child when the *thread* that started it ends. Callers come and go on worker threads, so the start is
// done by a thread of its own, whose end means: the handle, or this whole program, is gone.
#pragma once

#include <sys/types.h>

#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <optional>
#include <thread>

#include "base/file.h"
#include "base/result.h"

namespace studio {

struct SpawnedChild {
  pid_t process = 0;
  UniqueFd socket;
};

class Spawner {
 public:
  Spawner();
  ~Spawner();
  Spawner(const Spawner&) = delete;
  Spawner& operator=(const Spawner&) = delete;
  // One caller at a time.
  Result<SpawnedChild> spawn(const std::filesystem::path& program, const char* role);

 private:
  void run(const std::stop_token& stop);

  struct Wish {
    std::filesystem::path program;
    const char* role = nullptr;
  };
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::optional<Wish> wish_;                     // guarded
  std::optional<Result<SpawnedChild>> outcome_;  // guarded
  std::jthread thread_;                          // last: ends before what it uses
};

}  // namespace studio
