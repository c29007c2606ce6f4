// The queue's interface (queue.fal.run): submit, status, result, cancel.
#pragma once

#include "simulators/fal_board.h"
#include "simulators/wire.h"

namespace studio::simulators {

// Where a request below /queue goes.
struct FalQueueAddress {
  enum class Page : std::uint8_t { Submit, Status, Result, Cancel, Unknown } page = Page::Unknown;
  std::string endpoint;    // of a submit: the whole id
  std::string app;         // of the others: "fal-ai/flux"
  std::string request_id;
};
// `path` without the prefix: "/fal-ai/flux/requests/5d0c…/status".
FalQueueAddress read_queue_address(std::string_view path);

// `outcome`: JSON text of fal_outcome.h for the job that a submit makes, or empty. Throws FalProblem.
WireAnswer answer_queue(FalBoard& board, const WireRequest& request, const FalQueueAddress& address, const std::string& outcome);

}  // namespace studio::simulators
