// The queue as people steer it: going, draining, paused, held after a crash; the order of those who wait, and what one of
// them shall make instead.
#include <algorithm>
#include <unordered_set>

#include "runner/engine.h"
#include "store/ledger_care.h"

namespace studio {
namespace {

constexpr std::string_view draining_value = "draining";
constexpr std::string_view paused_value = "1";
constexpr std::string_view crash_value = "1";  // of the hold; else when the backup was made

std::string_view value_of(QueueMode mode) {
  switch (mode) {
    case QueueMode::Draining: return draining_value;
    case QueueMode::Paused: return paused_value;
    default: return "";
  }
}

}  // namespace

QueueMode queue_mode_from_fact(std::string_view value) {
  if (value == draining_value) return QueueMode::Draining;
  return value.empty() ? QueueMode::Going : QueueMode::Paused;
}

std::string_view to_string(QueueMode mode) {
  switch (mode) {
    case QueueMode::Going: return "going";
    case QueueMode::Draining: return "draining";
    case QueueMode::Paused: return "paused";
    case QueueMode::Held: return "held";
  }
  return "going";
}

// --- going, draining, paused, held

// Called on the starting thread. Whoever only adds to the queue finds a crash like everybody else, and must leave word of it.
Result<void> Runner::Engine::find_hold() {
  std::int64_t waiting = 0;
  STUDIO_CHECK(parts.store.read_and_wait([&](Ledger& ledger) -> Result<void> {
    STUDIO_TRY(const std::string pause, ledger.fact(paused_fact));
    mode = queue_mode_from_fact(pause);
    STUDIO_TRY(const std::string never, ledger.fact(never_hold_fact));
    holds_after_crash = never.empty();
    STUDIO_TRY(const std::string hold, ledger.fact(held_fact));
    held_since_crash = !hold.empty();
    if (hold != crash_value) backup_held = hold;
    // What was about to be sent goes back into the queue, so it waits too.
    STUDIO_TRY(waiting, ledger.job_count({.states = {JobState::Waiting, JobState::Queued, JobState::Blocked, JobState::Preparing},
                                          .kind = JobKind::Generate}));
    return {};
  }));
  const bool was_held = held_since_crash;
  const bool is_restored = !parts.restored_from.empty();
  if (((parts.after_crash && holds_after_crash) || is_restored) && waiting > 0) held_since_crash = true;
  if (held_since_crash == was_held && !is_restored) return {};
  // The hold is on disk before the ledger ceases to say that it is a backup.
  if (held_since_crash && is_restored) backup_held = parts.restored_from;
  const std::string held = !held_since_crash ? "" : backup_held.empty() ? std::string(crash_value) : backup_held;
  parts.store.write([held, is_restored](Ledger& ledger) -> Result<void> {
    STUDIO_CHECK(ledger.set_fact(held_fact, held));
    return is_restored ? ledger.set_fact(backup_fact, "") : Result<void>();
  });
  return {};
}

QueueStatus Runner::Engine::queue_status() {
  QueueStatus state;
  state.mode = held_since_crash && mode == QueueMode::Going ? QueueMode::Held : mode;
  state.held = held_since_crash;
  if (held_since_crash) state.backup_of = backup_held;
  state.holds_after_crash = holds_after_crash;
  // Counted only while somebody looks at the number: with ten thousand in the queue it is no longer for nothing.
  if (mode != QueueMode::Draining && !held_since_crash) return state;
  for (const auto& [id, live] : lives) {
    const JobState job_state = live.life.job.state;
    if (is_terminal(job_state) && !live.committing) continue;
    if (is_local(live.life.job.kind)) {
      state.local_work += live.is_broken ? 0 : 1;
      continue;
    }
    const bool waits = job_state == JobState::Waiting || job_state == JobState::Queued || job_state == JobState::Blocked;
    std::set<JobId> seen;
    if (waits) ++state.waiting;
    if (live.committing || (!waits && !stuck(live, seen))) ++state.under_way;
  }
  state.local_work += imports_under_way;
  return state;
}

void Runner::Engine::tell_queue() {
  QueueStatus state = queue_status();
  const bool is_through = state.mode == QueueMode::Draining && state.under_way == 0 && state.local_work == 0;
  if (is_through && parts.drive && !stopping && queue_wishes_under_way == 0) {  // a newer wish is not written over
    // Where this write fails the next start drains once more, and is through at once.
    mode = state.mode = QueueMode::Paused;
    parts.store.write([](Ledger& ledger) { return ledger.set_fact(paused_fact, paused_value); });
  }
  if (state == queue_told) return;
  queue_told = state;
  tell(QueueChanged{state});
}

void Runner::Engine::set_queue(QueueMode wanted, std::function<void(Result<void>)> done) {
  // A pause holds from now on, a resumption from when it is on disk: what starts again by itself must be wished for for
  // sure. Only the newest wish counts.
  const int number = ++queue_wishes;
  ++queue_wishes_under_way;
  const QueueMode before = mode;
  const bool goes = wanted == QueueMode::Going;
  if (!goes) mode = wanted;
  parts.store.write(
      [wanted, goes](Ledger& ledger) -> Result<void> {
        STUDIO_CHECK(ledger.set_fact(paused_fact, value_of(wanted)));
        if (goes) STUDIO_CHECK(ledger.set_fact(held_fact, ""));
        return {};
      },
      [this, number, before, wanted, goes, done = std::move(done), letters = box](Result<void> result) {
        letters->post([this, number, before, wanted, goes, done, result = std::move(result)] {
          --queue_wishes_under_way;
          if (number == queue_wishes) {
            mode = result ? wanted : before;
            if (result && goes) end_hold();
          }
          grant_wished = true;
          tell_queue();
          done(result);
        });
      });
}

void Runner::Engine::release_hold(std::function<void(Result<void>)> done) {
  parts.store.write([](Ledger& ledger) { return ledger.set_fact(held_fact, ""); },
                    [this, done = std::move(done), letters = box](Result<void> result) {
                      letters->post([this, done, result = std::move(result)] {
                        if (result) end_hold();
                        grant_wished = true;
                        tell_queue();
                        done(result);
                      });
                    });
}

void Runner::Engine::set_hold_after_crash(bool wanted, std::function<void(Result<void>)> done) {
  parts.store.write([wanted](Ledger& ledger) { return ledger.set_fact(never_hold_fact, wanted ? "" : "1"); },
                    [this, wanted, done = std::move(done), letters = box](Result<void> result) {
                      letters->post([this, wanted, done, result = std::move(result)] {
                        if (result) holds_after_crash = wanted;
                        tell_queue();
                        done(result);
                      });
                    });
}

// --- order

// One transaction for all of it: the ledger's word on who waits is the one that counts.
void Runner::Engine::reorder(std::vector<JobId> jobs, RankPlan plan, std::function<void(Result<Reordered>)> done) {
  auto reordered = std::make_shared<Reordered>();
  parts.store.write(
      [reordered, jobs = std::move(jobs), plan = std::move(plan)](Ledger& ledger) -> Result<void> {
        *reordered = {};
        STUDIO_TRY(const auto line, ledger.queue_line());
        std::unordered_set<JobId> waiting;
        for (const QueueRank& rank : line) waiting.insert(rank.job);
        for (const JobId job : jobs) {
          if (!waiting.contains(job)) reordered->left_out.push_back(job);
        }
        STUDIO_TRY(reordered->ranks, plan(line, jobs));
        for (const QueueRank& rank : reordered->ranks) STUDIO_CHECK(ledger.set_queue_rank(rank));
        return {};
      },
      [this, reordered, done = std::move(done), letters = box](Result<void> result) {
        letters->post([this, reordered, done, result = std::move(result)] {
          if (!result) return done(fail(result.error()));
          for (const QueueRank& rank : reordered->ranks) {
            lanes.set_rank(rank);
            Live* live = find(rank.job);
            if (live == nullptr) continue;
            live->life.job.priority = rank.priority;
            live->life.job.place = rank.place;
          }
          if (!reordered->ranks.empty()) tell(QueueReordered{reordered->ranks});
          done(*reordered);
        });
      });
}

void Runner::Engine::move_jobs(std::vector<JobId> jobs, MoveTo to, JobId before, std::function<void(Result<Reordered>)> done) {
  reorder(
      std::move(jobs), [to, before](const auto& line, const auto& moved) { return plan_move(line, moved, to, before); }, std::move(done));
}

void Runner::Engine::set_priority(std::vector<JobId> jobs, Priority priority, std::function<void(Result<Reordered>)> done) {
  reorder(
      std::move(jobs),
      [priority](const std::vector<QueueRank>& line, const std::vector<JobId>& chosen) -> Result<std::vector<QueueRank>> {
        const std::unordered_set<JobId> wanted(chosen.begin(), chosen.end());
        std::vector<QueueRank> changed;
        for (const QueueRank& rank : line) {
          if (wanted.contains(rank.job) && rank.priority != priority) changed.push_back({priority, rank.place, rank.job});
        }
        return changed;
      },
      std::move(done));
}

// --- another recipe

void Runner::Engine::edit(JobId job, Recipe recipe, Done done) {
  const auto price = price_of_request(recipe);
  if (!price) return done(fail(price.error()));
  wish(job, happened::EditWished{std::move(recipe), price->estimate, price->currency}, std::move(done));
}

}  // namespace studio
