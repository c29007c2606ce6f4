// One piece of work at a time on a thread of its own, for an owner that never waits for it: not for its result, and not for
// its thread to end either, which the next piece's thread or the destructor sees to.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

namespace studio {

// T: what comes of it, default constructible. All calls on the owner's thread.
template <class T>
class SideWork {
 public:
  SideWork() = default;
  ~SideWork() { wait(); }
  SideWork(const SideWork&) = delete;
  SideWork& operator=(const SideWork&) = delete;

  // Begun, and its result was not taken yet.
  bool is_under_way() const { return shared_ != nullptr; }
  bool is_done() const { return shared_ && shared_->done.load(std::memory_order_acquire); }
  // Of work that is done; T{} where it threw.
  T take() { return std::exchange(shared_, nullptr)->result.value_or(T{}); }

  // Not while other work is under way. `then` is called on the work's thread once is_done() holds.
  template <class Work>
  void start(Work work, std::function<void()> then = {}) {
    auto shared = std::make_shared<Shared>();
    shared_ = shared;
    thread_ = std::jthread([shared, then = std::move(then), work = std::move(work), before = std::move(thread_)]() mutable {
      if (before.joinable()) before.join();
      try {
        shared->result = work();
      } catch (const std::exception&) {
        shared->result.reset();  // out of memory: the owner gets nothing of it
      }
      shared->done.store(true, std::memory_order_release);
      if (then) then();
    });
  }

  // For the end of the owner only: until it is done.
  void wait() {
    if (thread_.joinable()) thread_.join();
  }

 private:
  struct Shared {
    std::atomic<bool> done = false;
    std::optional<T> result;
  };
  std::shared_ptr<Shared> shared_;
  std::jthread thread_;
};

}  // namespace studio
