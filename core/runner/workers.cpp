#include "runner/workers.h"

#include <algorithm>
#include <new>

#include "base/log.h"

namespace studio {

Error error_thrown(const std::exception& thrown) {
  if (dynamic_cast<const std::bad_alloc*>(&thrown) != nullptr) {
    return {ErrorKind::Disk, "There is not enough memory; close other programs and try again.", thrown.what(), 0};
  }
  return {ErrorKind::Bug, "That failed because of a mistake in this program.", thrown.what(), 0};
}

WorkerThreads::WorkerThreads(int count) {
  for (int i = 0; i < std::max(1, count); ++i) threads_.emplace_back([this] { work_on(); });
}

WorkerThreads::~WorkerThreads() {
  {
    std::lock_guard lock(shared_.mutex);
    shared_.stopping = true;
  }
  shared_.changed.notify_all();
  threads_.clear();  // joins
}

void WorkerThreads::hand_in(std::deque<std::function<void()>>& queue, std::function<void()> work) {
  {
    std::lock_guard lock(shared_.mutex);
    if (shared_.stopping) return;
    queue.push_back(std::move(work));
  }
  shared_.changed.notify_one();
}

void WorkerThreads::work_on() {
  for (;;) {
    std::function<void()> work;
    {
      std::unique_lock lock(shared_.mutex);
      shared_.changed.wait(lock, [&] { return shared_.stopping || !shared_.urgent.empty() || !shared_.background.empty(); });
      if (shared_.stopping) return;
      auto& queue = shared_.urgent.empty() ? shared_.background : shared_.urgent;
      work = std::move(queue.front());
      queue.pop_front();
    }
    try {
      work();
    } catch (const std::exception& error) {
      // What somebody waits for goes through caught(); what arrives here would be lost, and must at least be seen.
      log_error(std::string("work on a worker failed: ") + error.what());
    }
  }
}

}  // namespace studio
