// Hands for blocking work: looking up endpoints, hashing, probing, posters; and what becomes of what it throws.
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <type_traits>
#include <vector>

#include "base/result.h"

namespace studio {

// What a throw means: a shortage of memory is of this machine and may pass (Disk), all else is our own mistake (Bug).
Error error_thrown(const std::exception& thrown);

// What `work` answers, with what it throws as an Error: whoever waits for an answer must get one.
template <class Answer>
struct CaughtAnswer { using Type = Result<Answer>; };
template <class T>
struct CaughtAnswer<Result<T>> { using Type = Result<T>; };
template <class Work>
typename CaughtAnswer<std::invoke_result_t<Work&>>::Type caught(Work& work) try {
  return work();
} catch (const std::exception& thrown) {
  return fail(error_thrown(thrown));
}

enum class Urgency : std::uint8_t {
  Urgent,      // something paid waits for it
  Background,  // posters and imports: only when nothing urgent waits
};

// Any thread may hand work in. The destructor drops what has not begun and waits for what has.
class Workers {
 public:
  virtual ~Workers() = default;
  virtual void run(Urgency urgency, std::function<void()> work) = 0;
};

// A few threads. Simulations have hands of their own.
class WorkerThreads final : public Workers {
 public:
  explicit WorkerThreads(int count);
  ~WorkerThreads() override;
  WorkerThreads(const WorkerThreads&) = delete;
  WorkerThreads& operator=(const WorkerThreads&) = delete;

  void run(Urgency urgency, std::function<void()> work) override { hand_in(urgency == Urgency::Urgent ? shared_.urgent : shared_.background, std::move(work)); }

 private:
  struct Shared {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<std::function<void()>> urgent, background;
    bool stopping = false;
  };
  void hand_in(std::deque<std::function<void()>>& queue, std::function<void()> work);
  void work_on();

  Shared shared_;
  std::vector<std::jthread> threads_;
};

}  // namespace studio
