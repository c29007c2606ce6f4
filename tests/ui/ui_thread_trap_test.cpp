// The trap bites: each kind of call that may hold the window up is noted, and only within its scope.
#include "ui/ui_thread_trap.h"

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <future>
#include <mutex>
#include <thread>

#include "base/file.h"
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "store/store.h"
#include "support/catch.h"
#include "support/process.h"
#include "support/temp_folder.h"

using namespace studio;

namespace {

template <class Work>
std::string noted(Work work) {
  take_trapped_calls(false);
  {
    const TrapScope trap;
    work();
  }
  std::string names;
  for (const TrappedCall& call : take_trapped_calls(false)) names += call.name + ";";
  return names;
}

}  // namespace

TEST_CASE("calls that may hold a thread up are noted, whoever makes them: files, waits, sockets, programs, the database") {
  const TempFolder folder;
  const auto file = folder.path() / "file";
  CHECK(noted([&] { static_cast<void>(std::filesystem::exists(file)); }).find("stat") != std::string::npos);
  CHECK(noted([&] { std::ofstream(file) << "x"; }).find("open") != std::string::npos);
  CHECK(noted([&] { static_cast<void>(read_file(file)); }).find("open") != std::string::npos);
  CHECK(noted([&] { std::filesystem::directory_iterator(folder.path()); }).find("open") != std::string::npos);
  CHECK(noted([&] { std::filesystem::remove(file); }) != "");
  CHECK(noted([] { std::this_thread::sleep_for(std::chrono::milliseconds(1)); }).find("nanosleep") != std::string::npos);
  CHECK(noted([] {
          std::mutex mutex;
          std::condition_variable bell;
          std::unique_lock lock(mutex);
          bell.wait_for(lock, std::chrono::milliseconds(1));
        }).find("cond") != std::string::npos);
  std::promise<void> answer;
  std::jthread answering([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    answer.set_value();
  });
  CHECK(noted([&] { answer.get_future().wait(); }).find("futex") != std::string::npos);
  CHECK(noted([] { std::thread([] {}).join(); }).find("pthread_join") != std::string::npos);
  CHECK(noted([] {
          const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
          ::close(fd);
        }).find("socket") != std::string::npos);
  CHECK(noted([] { static_cast<void>(run_program({"true"})); }) != "");
  CHECK(noted([&] { static_cast<void>(Store::create(folder.path() / "project", "x")); }).find("sqlite3_") != std::string::npos);
  CHECK(noted([&] {
          log_to_file(folder.path() / "log");
          take_trapped_calls(false);
        }) == "");
  // Logging waits for nobody.
  CHECK(noted([] { log_warning("said by the window"); }) == "");
}

TEST_CASE("what is quick, what others do and what is paused is not noted") {
  const TempFolder folder;
  CHECK(noted([] {
          std::mutex mutex;
          const std::lock_guard lock(mutex);
          std::string(100'000, 'x');
        }) == "");
  CHECK(noted([&] {
          const TrapPause pause;
          static_cast<void>(std::filesystem::exists(folder.path()));
        }) == "");
  std::promise<void> go, done;
  std::thread other([&] {
    go.get_future().wait();
    static_cast<void>(std::filesystem::exists(folder.path()));
    done.set_value();
  });
  CHECK(noted([&] {
          go.set_value();
          const TrapPause pause;
          done.get_future().wait();
        }) == "");
  other.join();
  static_cast<void>(std::filesystem::exists(folder.path()));
  CHECK(take_trapped_calls().empty());
}
