#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/paths.h"
#include "base/text.h"
#include "sandbox/produce.h"
#include "sandbox/sandbox.h"
#include "sandbox/server.h"
#include "sandbox/state.h"

namespace studio {
namespace {

constexpr std::uintmax_t longest_log_bytes = 4 << 20;

int say_failure(const Error& error) {
  std::fprintf(stderr, "studio: %s\n", error.message.c_str());
  return error.kind == ErrorKind::Owned ? sandbox_exit_taken : sandbox_exit_failed;
}

void start_log(const std::filesystem::path& folder) {
  const auto file = folder / "sandbox.log";
  std::error_code error;
  if (std::filesystem::file_size(file, error) > longest_log_bytes && !error) std::filesystem::rename(file, folder / "sandbox.log.1", error);
  log_to_file(file);
}

// Until a signal, or until nothing has happened for the idle time. Wakes once per idle time, never without one.
void wait_for_end(SandboxServer& server, int signals, double idle_exit_secs) {
  const auto limit_ms = static_cast<std::int64_t>(idle_exit_secs * 1000);
  for (;;) {
    int timeout = -1;
    if (limit_ms > 0) {
      const std::int64_t idle = server.idle_ms();
      if (idle >= limit_ms) {
        log_info("sandbox: idle, ends");
        return;
      }
      timeout = static_cast<int>(std::min<std::int64_t>(limit_ms - idle, 3'600'000));
    }
    pollfd watched{signals, POLLIN, 0};
    const int ready = ::poll(&watched, 1, timeout);
    if (ready < 0 && errno != EINTR) return;
    if (ready > 0) {
      log_info("sandbox: told to end");
      return;
    }
  }
}

}  // namespace

int run_sandbox_server(const SandboxOptions& options) {
  ::sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  const UniqueFd signals(::signalfd(-1, &ends, SFD_CLOEXEC));
  if (!signals) return say_failure({ErrorKind::Bug, "The sandbox cannot watch for signals; restart the program.", "signalfd", 0});

  if (auto made = make_folder(options.state_dir, true); !made) return say_failure(made.error());
  const SystemClock clock;
  auto server = SandboxServer::start(options, make_producer(), clock);
  if (!server) return say_failure(server.error());
  start_log(options.state_dir);  // only the owner of the folder writes its log
  log_info("sandbox: ready on 127.0.0.1:" + std::to_string((*server)->port()));
  std::printf("listening 127.0.0.1:%d\n", (*server)->port());
  std::fflush(stdout);
  wait_for_end(**server, signals.get(), options.idle_exit_secs);
  server->reset();
  return sandbox_exit_ok;
}

int print_sandbox_bill(const std::filesystem::path& state_dir, bool json) {
  const auto lines = read_sandbox_bill(state_dir);
  if (!lines) return say_failure(lines.error());
  double total = 0;
  for (const auto& line : *lines) {
    const double amount = static_cast<double>(line.amount_micros) / 1e6;
    total += amount;
    if (json) {
      nlohmann::ordered_json row{{"key", line.key}, {"model", line.model}, {"amount", amount}, {"created", iso_utc(line.created_ms)}};
      std::printf("%s\n", without_exponents(row.dump()).c_str());
    } else {
      std::printf("%s  %-15s  %8.4f  %s\n", iso_utc(line.created_ms).c_str(), line.model.c_str(), amount, line.key.c_str());
    }
  }
  if (!json && !lines->empty()) std::printf("%zu jobs, %.4f in play money\n", lines->size(), total);
  return std::fflush(stdout) == 0 ? sandbox_exit_ok : sandbox_exit_failed;
}

}  // namespace studio
