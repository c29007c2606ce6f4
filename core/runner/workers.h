// A few threads for blocking work: looking up endpoints, hashing, probing, posters.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace studio {

// Any thread may hand work in. The destructor drops what has not begun and waits for what has.
class Workers {
 public:
  explicit Workers(int count);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  // Something paid waits for it.
  void urgent(std::function<void()> work) { hand_in(shared_.urgent, std::move(work)); }
  // Posters and imports: only when nothing urgent waits.
  void background(std::function<void()> work) { hand_in(shared_.background, std::move(work)); }

 private:
  struct Shared {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<std::function<void()>> urgent, background;
    bool stopping = false;
  };
  void hand_in(std::deque<std::function<void()>>& queue, std::function<void()> work);
  void run();

  Shared shared_;
  std::vector<std::jthread> threads_;
};

}  // namespace studio
