#include "faults/fault_rig.h"

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <thread>

#include "base/log.h"

namespace studio {

void prepare_for_many_projects() {
  if (::access("/dev/shm", W_OK) == 0) ::setenv("TMPDIR", "/dev/shm", 1);
  log_to([](LogLevel, std::string_view) {});  // no thread: many of these fork
}

Ended go_on_to_the_end(Rig& rig) {
  using namespace std::chrono;
  Ended ended;
  const auto limit = steady_clock::now() + seconds(30);
  for (;;) {
    const auto outlook = rig.drain();
    ended.stuck = outlook.problem.message;
    const auto read = rig.store().read_and_wait([&](Ledger& ledger) -> Result<void> {
      STUDIO_TRY(const auto jobs, ledger.jobs({.kind = JobKind::Generate}));
      ended.jobs = ended.done = ended.unknown = ended.cancelled = 0;
      for (const Job& job : jobs) {
        ++ended.jobs;
        ended.done += job.state == JobState::Done ? 1 : 0;
        ended.unknown += job.state == JobState::Unknown ? 1 : 0;
        ended.cancelled += job.state == JobState::Cancelled ? 1 : 0;
        if (is_terminal(job.state) || job.state == JobState::Unknown) continue;
        ended.stuck += to_string(job.id) + " is " + std::string(to_string(job.state)) + ": " + job.reason + "\n";
      }
      return {};
    });
    if (!read) ended.stuck += read.error().message;
    // The engine tries again by its own timers, in its own time.
    if (ended.stuck.empty() || steady_clock::now() > limit) break;
    std::this_thread::yield();
  }
  ended.broken = rig.broken_promises();
  const Books books = rig.books();
  ended.reserved = books.reserved;
  ended.settled = books.settled;
  for (const BillLine& line : rig.service.bill()) ended.billed += line.amount;
  return ended;
}

bool dies(const std::function<void()>& body, std::string* failed) {
  ::fflush(nullptr);
  int ends[2];
  if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    int code = 0;
    try {
      body();
    } catch (const std::exception& thrown) {
      const std::string words = thrown.what();
      code = ::write(ends[1], words.data(), words.size()) < 0 ? 4 : 3;
    }
    ::_exit(code);
  }
  ::close(ends[1]);
  char words[4096];
  ssize_t got = 0;
  std::string said;
  while ((got = ::read(ends[0], words, sizeof words)) > 0) said.append(words, static_cast<std::size_t>(got));
  ::close(ends[0]);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (failed != nullptr) *failed = said;
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

}  // namespace studio
