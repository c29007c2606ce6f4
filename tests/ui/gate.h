// Holds up whoever passes, on whatever thread, until it is opened: for sources that are slow. Declare it after the stage, so
// that it is open before the stage ends.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>

namespace studio {

class Gate {
 public:
  Gate() = default;
  ~Gate() { open(); }
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  void open() {
    std::lock_guard lock(way_->mutex);
    way_->is_open = true;
    way_->changed.notify_all();
  }
  bool is_waited_for() const {
    std::lock_guard lock(way_->mutex);
    return way_->waiting > 0;
  }
  // What a source calls; may outlive the gate.
  auto way() const {
    return [way = way_] {
      std::unique_lock lock(way->mutex);
      ++way->waiting;
      way->changed.wait(lock, [&] { return way->is_open; });
      --way->waiting;
    };
  }

 private:
  struct Way {
    std::mutex mutex;
    std::condition_variable changed;
    bool is_open = false;
    int waiting = 0;
  };
  std::shared_ptr<Way> way_ = std::make_shared<Way>();
};

}  // namespace studio
