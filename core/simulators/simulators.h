// Simulators of real services: servers of their own with a bill of their own, written from the services' documentation and from
// nothing of ours that talks to them. docs/simulators.md says how to use them and what about them is confirmed.
#pragma once

#include <span>
#include <string>

namespace studio {

// Exit codes.
inline constexpr int simulate_exit_ok = 0;
inline constexpr int simulate_exit_failed = 1;
inline constexpr int simulate_exit_usage = 2;
inline constexpr int simulate_exit_taken = 3;  // another server runs on that folder

// The `simulate` verb: args are what follows the word ("fal --state …", "fal bill …"). Serves until SIGTERM or SIGINT and prints
// "listening 127.0.0.1:PORT" when ready. Call it on the main thread before others exist: it blocks the two signals for the
// threads it starts.
int simulate_main(std::span<const std::string> args);

}  // namespace studio
