#include "network/wire_network.h"

#include <algorithm>
#include <utility>

namespace studio {

void WireNetwork::run_once(int max_wait_ms) {
  if (client_->in_flight() > 0) {
    client_->run_once(max_wait_ms < 0 ? 100 : std::min(max_wait_ms, 100));
    if (take_ring()) clock_.advance_ms(1);  // a caller that asks without end must not stop the time
    return;
  }
  // Store and workers run in real time: they get a moment before the clock is moved.
  client_->run_once(2);
  if (take_ring()) {
    clock_.advance_ms(1);
  } else if (max_wait_ms >= 0) {
    clock_.advance_ms(std::max(1, max_wait_ms));
  } else {
    client_->run_once(100);  // nothing will ever be due: only a ring can go on
  }
}

void WireNetwork::wake() {
  {
    std::lock_guard lock(mutex_);
    rung_ = true;
  }
  client_->wake();
}

bool WireNetwork::take_ring() {
  std::lock_guard lock(mutex_);
  return std::exchange(rung_, false);
}

}  // namespace studio
