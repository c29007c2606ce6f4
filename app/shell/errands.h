// Errands of the window: file and desktop work that may take as long as it likes, each on a thread of its own.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <stop_token>
#include <thread>
#include <vector>

#include "base/inbox.h"

namespace studio {

// All calls on the UI thread. `wake` may be called from any thread and may only wake.
class Errands {
 public:
  using Then = std::function<void()>;      // runs on the UI thread, in tick()
  using Tell = std::function<void(Then)>;  // any number of times, in order
  using Work = std::function<void(const std::stop_token&, const Tell&)>;

  explicit Errands(std::function<void()> wake)
      : wake_(std::move(wake)), inbox_(std::make_shared<Inbox<Message>>(wake_)) {}
  ~Errands() { stop(); }
  Errands(const Errands&) = delete;
  Errands& operator=(const Errands&) = delete;

  void start(Work work);
  // One that asks for a place which may never answer, as a dead network mount: stop() does not wait for it, so the work itself
  // may use nothing but what it was given.
  void start_left_alone(Work work);
  // Runs what the errands told. True when there was something.
  bool tick();
  // Asks all of them to stop, and waits for it, but for those left alone; what they still tell is not heard.
  void stop();
  bool is_idle() const { return running_.empty(); }

 private:
  struct Message {
    int over = 0;  // the number of the errand that has ended; 0: none
    Then then;
  };
  struct Errand {
    int number;
    std::jthread thread;
    bool is_left_alone = false;
  };
  void start(Work work, bool is_left_alone);

  std::function<void()> wake_;
  std::shared_ptr<Inbox<Message>> inbox_;
  std::list<Errand> running_;
  std::vector<std::jthread> over_;  // the next errand's thread, or stop(), waits until these are gone
  int last_number_ = 0;
};

}  // namespace studio
