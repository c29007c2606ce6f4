// Storage (rest.fal.ai): uploads in two calls; and the files themselves (v3.fal.media), which need no key.
#pragma once

#include "simulators/fal_board.h"
#include "simulators/wire.h"

namespace studio::simulators {

// `path` without the prefix. All throw FalProblem.
WireAnswer answer_storage(FalBoard& board, const WireRequest& request, std::string_view path);
// The second call of an upload, at the address that the first one gave: "/upload/ID".
WireAnswer answer_upload(FalBoard& board, const WireRequest& request, std::string_view path);
WireAnswer answer_file(FalBoard& board, const WireRequest& request, std::string_view path);

}  // namespace studio::simulators
