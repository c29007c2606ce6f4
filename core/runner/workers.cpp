#include "runner/workers.h"

#include <algorithm>

#include "base/log.h"

namespace studio {

Workers::Workers(int count) {
  for (int i = 0; i < std::max(1, count); ++i) threads_.emplace_back([this] { run(); });
}

Workers::~Workers() {
  {
    std::lock_guard lock(shared_.mutex);
    shared_.stopping = true;
  }
  shared_.changed.notify_all();
  threads_.clear();  // joins
}

void Workers::hand_in(std::deque<std::function<void()>>& queue, std::function<void()> work) {
  {
    std::lock_guard lock(shared_.mutex);
    if (shared_.stopping) return;
    queue.push_back(std::move(work));
  }
  shared_.changed.notify_one();
}

void Workers::run() {
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
      // Each piece of work answers for itself; what arrives here would be lost, and must at least be seen.
      log_error(std::string("work on a worker failed: ") + error.what());
    }
  }
}

}  // namespace studio
