// Knows which services lack their key, without file work on the thread that asks.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "base/clock.h"

namespace studio {

// What `look` found last, by provider. Looks on a thread of its own: once at the start, and again when somebody asks
// and the last look is some seconds old. Asked by nobody it does nothing.
class KeyWatch {
 public:
  using Missing = std::map<std::string, std::string>;
  // `look` blocks and runs on the watch's thread; `wake` (may be empty) is called there when what is missing has
  // changed.
  KeyWatch(std::function<Missing()> look, std::shared_ptr<const Clock> clock, std::function<void()> wake);
  ~KeyWatch();

  // What is missing for this provider, as a sentence; empty: nothing, or not known yet. Any thread, never blocks for
  // long.
  std::string missing(std::string_view provider);

 private:
  void run(const std::stop_token& stop);

  const std::function<Missing()> look_;
  const std::shared_ptr<const Clock> clock_;
  const std::function<void()> wake_;
  std::mutex mutex_;
  std::condition_variable_any asked_;
  Missing missing_;  // with the mutex, as all below
  bool is_wanted_ = true;
  std::int64_t looked_mono_ms_ = 0;
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace studio
