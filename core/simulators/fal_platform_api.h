// The platform's interface (api.fal.ai/v1): prices, and the list of requests.
#pragma once

#include "simulators/fal_board.h"
#include "simulators/wire.h"

namespace studio::simulators {

// `path` without the prefix: "/models/pricing". Throws FalProblem.
WireAnswer answer_platform(FalBoard& board, const WireRequest& request, std::string_view path);

// "2025-01-01T00:00:05Z", "2025-01-01T00:00:05.250Z" or "2025-01-01" as wall ms; nothing for anything else.
std::optional<std::int64_t> parse_iso_time(const std::string& text);

}  // namespace studio::simulators
