#include "cli/session.h"

#include <csignal>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <functional>
#include <memory>
#include <thread>
#include <utility>

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
    const bool asks_about_more = progress.asked_about > std::exchange(last_asked_about_, progress.asked_about);
    const std::string asked_about = std::to_string(progress.asked_about) + (progress.asked_about == 1 ? " job" : " jobs") +
                                    " of unknown outcome: the service is being asked";
    if (!is_terminal_) {
      if (asks_about_more) std::fprintf(stderr, "%s.\n", asked_about.c_str());
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
    if (progress.asked_about > 0) eta += "; " + asked_about;
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
  int last_asked_about_ = 0;
};

Error interrupted_error() {
  return {ErrorKind::Cancelled, "Stopped. What is queued stays queued: `run` or an open window goes on with it.", "", 0};
}

Result<ReplyIds> run_here(Studio& studio, Bell& bell, const Command& command, const std::shared_ptr<ProgressLine>& line) {
  // The Studio may call back after an interrupted wait has returned, so nothing here is taken by reference.
  auto ids = std::make_shared<std::optional<ReplyIds>>();
  studio.run(
      command,
      [ids](const CommandReply& reply) {
        auto read = reply_from_json(reply_to_json(reply));
        *ids = read ? std::move(*read) : ReplyIds{read.error(), {}, {}, {}, {}, 0, 0};
      },
      [line](const CommandProgress& progress) { line->show(progress); });
  while (!*ids) {
    if (interrupted) return fail(interrupted_error());
    studio.tick();
    if (!*ids) bell.wait();
  }
  return std::move(**ids);
}

// Other programs may have handed work over meanwhile: it is ended before the project is given back.
void end_service(Studio& studio, Bell& bell) {
  studio.tick();
  while (studio.is_serving() && !interrupted) {
    bell.wait();
    studio.tick();
  }
}

// One command, by whichever hand. `then` is carried out by the same owner before it gives the project back.
Result<ReplyIds> by_any_hand(const std::filesystem::path& project, const Command& command, bool drive,
                             const std::function<Result<void>(Studio&, Bell&, ReplyIds&)>& then = {}) {
  const auto line = std::make_shared<ProgressLine>();
  // Waiting changes nothing and known bytes are imported once, so these are asked again though the owner ended meanwhile.
  const bool is_repeatable = std::holds_alternative<WaitCommand>(command) || std::holds_alternative<ImportCommand>(command);
  // An owner that closes is gone in a moment: looked at for a while, which is as long as one that hangs is waited for once.
  // Only a command that surely was not taken (Owned, Offline) is tried again.
  constexpr auto patience = std::chrono::seconds(5);
  auto give_up = std::chrono::steady_clock::now() + patience;
  for (;;) {
    Bell bell;
    STUDIO_TRY(StudioParts parts, make_studio_parts([&bell] { bell.ring(); }));
    parts.drive = drive;
    auto studio = Studio::open(project, parts_for(project, std::move(parts)));
    if (studio) {
      auto reply = run_here(**studio, bell, command, line);
      if (reply && !reply->error && then) {
        if (auto done = then(**studio, bell, *reply); !done) return fail(std::move(done.error()));
      }
      end_service(**studio, bell);
      return reply;
    }
    if (studio.error().kind != ErrorKind::Owned) return fail(std::move(studio.error()));
    auto reply = run_through_owner(project, command, [&](const CommandProgress& progress) { line->show(progress); });
    if (reply && reply->error && reply->error->kind == ErrorKind::Offline) {  // it was closing, or does no work that can be waited for
      reply = fail(*reply->error);
      give_up = std::chrono::steady_clock::now() + patience;
    }
    if (interrupted) return fail(interrupted_error());
    const bool was_lost = !reply && reply.error().kind == ErrorKind::UnknownOutcome && is_repeatable;
    if (was_lost) give_up = std::chrono::steady_clock::now() + patience;
    const bool is_worth_a_look = was_lost || (!reply && (reply.error().kind == ErrorKind::Owned || reply.error().kind == ErrorKind::Offline));
    if (!is_worth_a_look || std::chrono::steady_clock::now() > give_up) return reply;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

}  // namespace

Result<Outcome> carry_out(const std::filesystem::path& project, const Command& command, bool wait, bool drive,
                          const std::function<void(const ReplyIds&)>& taken_on) {
  std::signal(SIGINT, [](int) { interrupted = true; });
  std::signal(SIGTERM, [](int) { interrupted = true; });
  std::signal(SIGPIPE, SIG_IGN);
  Outcome outcome;
  bool is_waited_for = false, is_told = !taken_on;
  const auto tell = [&](const ReplyIds& reply) {
    if (!std::exchange(is_told, true) && !reply.error) taken_on(reply);
  };
  const auto then = [&](Studio& studio, Bell& bell, ReplyIds& reply) -> Result<void> {
    tell(reply);
    if (!wait || reply.jobs.empty()) return {};
    STUDIO_TRY(outcome.wait, run_here(studio, bell, WaitCommand{reply.jobs}, std::make_shared<ProgressLine>()));
    is_waited_for = true;
    return {};
  };
  STUDIO_TRY(outcome.reply, by_any_hand(project, command, drive, then));
  tell(outcome.reply);
  if (outcome.reply.error || !wait || outcome.reply.jobs.empty() || is_waited_for) return outcome;
  // The owner that took the command may be gone by now; then this program goes on with the work.
  STUDIO_TRY(outcome.wait, by_any_hand(project, WaitCommand{outcome.reply.jobs}, true));
  return outcome;
}

}  // namespace studio
