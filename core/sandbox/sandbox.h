// The embedded provider's server: what it can be told, and the functions that programs call to run it.
// It behaves like a remote service (docs/sandbox-api.md): own process, own folder, own jobs, own bill in play money.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace studio {

struct SandboxOptions {
  std::filesystem::path state_dir;   // made when missing; one server a folder
  int port = 0;                      // on 127.0.0.1; 0 takes a free one
  double latency_secs = 0;           // no job is done earlier than this after it was accepted
  double submit_delay_secs = 0;      // a job is accepted and billed at once, the answer leaves this much later
  double fail_rate = 0;              // 0 … 1: this share of the accepted jobs fails, by seed
  std::vector<std::string> refused_words;
  double price_factor = 1;
  bool replay = true;                // a known Idempotency-Key answers its first job
  bool list = true;                  // false: there is no list of jobs, 404
  std::uint64_t seed = 1;            // of the failures
  double idle_exit_secs = 0;         // > 0: end after that long without client and unfinished job
};

// Exit codes of the two functions below.
inline constexpr int sandbox_exit_ok = 0;
inline constexpr int sandbox_exit_failed = 1;
inline constexpr int sandbox_exit_usage = 2;
inline constexpr int sandbox_exit_taken = 3;  // another server runs on that folder

// Serves until SIGTERM, SIGINT or the idle time is over; prints "listening 127.0.0.1:PORT" on stdout when ready. Call it
// on the main thread before others exist: it blocks the two signals for the threads it starts. Returns the exit code.
int run_sandbox_server(const SandboxOptions& options);

// Prints one line per billed job on stdout, oldest first; nothing when there is no server or no job. Needs no running
// server and disturbs none.
int print_sandbox_bill(const std::filesystem::path& state_dir, bool json);

// The `sandbox` verb: args are what follows the word "sandbox" ("serve …", "bill …"). Returns the exit code.
int sandbox_main(std::span<const std::string> args);

}  // namespace studio
