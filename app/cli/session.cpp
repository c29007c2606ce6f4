#include "cli/session.h"

#include <csignal>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <thread>

#include "base/text.h"
#include "engine/wiring.h"

namespace studio {
namespace {

std::atomic<bool> interrupted{false};

// Ends the wait of the loop below from any thread.
struct Bell {
  std::mutex mutex;
  std::condition_variable rung;
  bool is_rung = false;
  void ring() {
    {
      std::lock_guard lock(mutex);
      is_rung = true;
    }
    rung.notify_one();
  }
  void wait() {
    std::unique_lock lock(mutex);
    rung.wait_for(lock, std::chrono::milliseconds(100), [&] { return is_rung; });
    is_rung = false;
  }
};

class ProgressLine {
 public:
  void show(const CommandProgress& progress) {
    if (progress.total <= 0) return;
    if (!is_terminal_) {
      if (progress.done != last_done_ && progress.done > 0) std::fprintf(stderr, "%d of %d\n", progress.done, progress.total);
      last_done_ = progress.done;
      return;
    }
    constexpr int width = 30;
    const int filled = progress.done * width / progress.total;
    std::string bar(static_cast<std::size_t>(filled), '#');
    bar.resize(width, '.');
    std::string eta;
    if (progress.eta_secs > 0 && progress.done < progress.total) eta = ", about " + format_duration(progress.eta_secs) + " left";
    std::fprintf(stderr, "\r[%s] %d of %d%s\033[K", bar.c_str(), progress.done, progress.total, eta.c_str());
    is_open_ = true;
  }
  ~ProgressLine() {
    if (is_open_) std::fputc('\n', stderr);
  }

 private:
  bool is_terminal_ = ::isatty(2) == 1;
  bool is_open_ = false;
  int last_done_ = 0;
};

Error interrupted_error() {
  return {ErrorKind::Cancelled, "Stopped. What is queued stays queued: `run` or an open window goes on with it.", "", 0};
}

Result<ReplyIds> run_here(Studio& studio, Bell& bell, const Command& command, ProgressLine& line) {
  std::optional<ReplyIds> ids;
  studio.run(
      command,
      [&](const CommandReply& reply) {
        auto read = reply_from_json(reply_to_json(reply));
        ids = read ? std::move(*read) : ReplyIds{read.error(), {}, {}, {}, {}, 0, 0};
      },
      [&](const CommandProgress& progress) { line.show(progress); });
  while (!ids) {
    if (interrupted) return fail(interrupted_error());
    studio.tick();
    if (!ids) bell.wait();
  }
  return std::move(*ids);
}

Result<Outcome> as_owner(Studio& studio, Bell& bell, const Command& command, bool wait) {
  ProgressLine line;
  Outcome outcome;
  STUDIO_TRY(outcome.reply, run_here(studio, bell, command, line));
  if (outcome.reply.error) return outcome;
  if (wait && !outcome.reply.jobs.empty()) {
    STUDIO_TRY(outcome.wait, run_here(studio, bell, WaitCommand{outcome.reply.jobs}, line));
  }
  return outcome;
}

Result<Outcome> through_owner(const std::filesystem::path& project, const Command& command, bool wait) {
  ProgressLine line;
  const auto show = [&](const CommandProgress& progress) { line.show(progress); };
  Outcome outcome;
  STUDIO_TRY(outcome.reply, run_through_owner(project, command, show));
  if (outcome.reply.error) return outcome;
  if (wait && !outcome.reply.jobs.empty()) {
    STUDIO_TRY(outcome.wait, run_through_owner(project, WaitCommand{outcome.reply.jobs}, show));
  }
  return outcome;
}

}  // namespace

Result<Outcome> carry_out(const std::filesystem::path& project, const Command& command, bool wait, bool drive) {
  std::signal(SIGINT, [](int) { interrupted = true; });
  std::signal(SIGTERM, [](int) { interrupted = true; });
  std::signal(SIGPIPE, SIG_IGN);
  Bell bell;
  // A program that only adds to the queue owns the project for a moment and takes no requests: look again for a while.
  // Only a command that surely was not taken (Owned) is tried again.
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(6);
  for (;;) {
    STUDIO_TRY(StudioParts parts, make_studio_parts([&bell] { bell.ring(); }));
    parts.drive = drive;
    auto studio = Studio::open(project, std::move(parts));
    if (studio) return as_owner(**studio, bell, command, wait);
    if (studio.error().kind != ErrorKind::Owned) return fail(std::move(studio.error()));
    auto outcome = through_owner(project, command, wait);
    const bool is_worth_a_look = !outcome && (outcome.error().kind == ErrorKind::Owned || outcome.error().kind == ErrorKind::Offline);
    if (!is_worth_a_look || std::chrono::steady_clock::now() > give_up) return outcome;
    if (interrupted) return fail(interrupted_error());
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

}  // namespace studio
