// The one door to the network: start a request, get its answer as a callback on the thread that runs the loop.
#pragma once

#include <cstdint>
#include <functional>

#include "http/message.h"

namespace studio {

using TransferId = std::uint64_t;  // 0: none

// All calls but wake() belong to the one thread that calls run_once(). Implementations: HttpClient (libcurl, epoll) and
// the virtual network of simulations.
class Transport {
 public:
  virtual ~Transport() = default;

  // `done` is called from run_once(), exactly once, never from start().
  virtual TransferId start(HttpRequest request, std::function<void(HttpResponse)> done) = 0;
  // The answer becomes HttpFailure::Cancelled.
  virtual void cancel(TransferId id) = 0;
  // Bytes so far, for progress; total 0 when not known.
  struct Progress {
    std::int64_t received = 0, sent = 0, total = 0;
  };
  virtual Progress progress(TransferId id) const = 0;

  // Waits at most `max_wait_ms` (negative: for ever) for the network or a wake-up and carries out what is due.
  virtual void run_once(int max_wait_ms) = 0;
  // Any thread: ends the waiting of run_once().
  virtual void wake() = 0;
  virtual int in_flight() const = 0;
};

}  // namespace studio
