// A queue that any thread may post to and one thread drains; a post may ring a bell (wake function).
#pragma once

#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace studio {

// `wake` is called outside the lock, only when the inbox was empty before: it may only wake, never work.
template <class T>
class Inbox {
 public:
  explicit Inbox(std::function<void()> wake = {}) : wake_(std::move(wake)) {}

  void post(T value) {
    bool was_empty = false;
    {
      std::lock_guard lock(mutex_);
      was_empty = items_.empty();
      items_.push_back(std::move(value));
    }
    if (was_empty && wake_) wake_();
  }

  std::vector<T> drain() {
    std::lock_guard lock(mutex_);
    return std::exchange(items_, {});
  }

 private:
  std::function<void()> wake_;
  std::mutex mutex_;
  std::vector<T> items_;
};

}  // namespace studio
