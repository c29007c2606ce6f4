// The simulated fal.ai as one function from request to answer. Its hosts are folded into prefixes of the path: /queue, /rest,
// /api/v1, /files. Beside them is the control door, /control, which is no part of the service and has a token of its own.
#pragma once

#include <mutex>
#include <string>

#include "simulators/fal_board.h"
#include "simulators/faults.h"
#include "simulators/request_log.h"
#include "simulators/wire.h"

namespace studio::simulators {

class FalService {
 public:
  explicit FalService(FalBoard& board) : board_(board) {}

  // {"settings": {…}, "rules": […]}, each may be absent; settings change in part, rules as a whole. BadRequest names what is not
  // understood.
  Result<void> obey(const nlohmann::json& orders);

  // Any thread.
  WireAnswer answer(const WireRequest& request);

 private:
  struct Place;
  static Place place_of(const WireRequest& request);
  WireAnswer serve(const WireRequest& request, const Place& place, const FaultAction* action);
  WireAnswer control(const WireRequest& request);
  void check_key(const WireRequest& request, const Place& place) const;
  void check_rate(const Place& place);

  FalBoard& board_;
  FaultBook faults_;
  RequestLog log_;
  std::mutex mutex_;  // guards the three below
  std::string last_request_id_;
  double tokens_ = 0;
  std::int64_t filled_ms_ = 0;
};

}  // namespace studio::simulators
