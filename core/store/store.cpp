#include "store/store.h"

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <set>
#include <thread>

#include "base/clock.h"
#include "base/log.h"
#include "store/ledger_care.h"
#include "store/ledger_connection.h"
#include "store/project_folder.h"
#include "store/schema.h"

namespace studio {
namespace {

// The log is brought into the ledger when nothing was written for a while, and when it has grown to this many pages.
constexpr auto idle_before_checkpoint = std::chrono::seconds(2);
constexpr int checkpoint_frames = 4096;  // 16 MB
// One transaction never carries more than this many writers: a durable write should not wait for thousands behind it.
constexpr std::size_t largest_group = 2048;
// Backups: after a day while the project is open, and at its end, but not after each of many short visits. One that was not
// possible is tried again after a while.
constexpr std::int64_t backup_apart_ms = 24ll * 60 * 60 * 1000, backup_again_ms = 60ll * 60 * 1000;
constexpr std::int64_t backup_fresh_ms = 10ll * 60 * 1000;

struct Item {
  std::function<Result<void>(Ledger&)> work;
  std::function<void(Result<void>)> durable;
  bool is_read = false;
  std::uint64_t change = 0;  // its number, where it is tried again; else 0
};

Result<void> guarded(const std::function<Result<void>(Ledger&)>& work, Ledger& ledger) {
  try {
    return work(ledger);
  } catch (const std::exception& error) {
    return fail(ErrorKind::Bug, "A change to the project failed by a mistake of the program.", error.what());
  }
}

void report(const Item& item, const Result<void>& result) {
  if (!item.durable) {
    if (!result && !item.is_read) log_error("a change to the project failed: " + result.error().message + " (" + result.error().detail + ")");
    return;
  }
  try {
    item.durable(result);
  } catch (const std::exception& error) {
    log_error(std::string("a callback of the store failed: ") + error.what());
  }
}

// Opens the ledger for writing and brings it up to date. Checks it first when the last exit was not orderly; until the check
// is passed nothing is written.
Result<std::unique_ptr<Database>> open_ledger(const ProjectFolder& folder, bool check_first) {
  STUDIO_TRY(auto db, Database::open(folder.ledger(), Database::Mode::ReadWrite));
  STUDIO_CHECK(check_schema(*db, ledger_schema_version));
  if (check_first) {
    STUDIO_TRY(const auto problem, db->quick_check());
    if (problem) {
      return fail(ErrorKind::Damaged,
                  "The project's ledger was damaged when the program or the machine stopped; nothing was changed. " + restore_words(folder.ledger()),
                  *problem);
    }
  }
  STUDIO_CHECK(db->run_script("PRAGMA journal_mode = WAL; PRAGMA journal_size_limit = 67108864"));
  STUDIO_CHECK(migrate(*db, ledger_migrations()));
  return db;
}

}  // namespace

namespace {

struct Worker {
  explicit Worker(const std::filesystem::path& project) : folder(project) {}

  ProjectFolder folder;
  std::unique_ptr<OwnerLock> lock;
  bool last_exit_was_clean = true;
  std::string restored_from;

  // Shared with the callers, under the mutex.
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Item> queue;
  bool is_stopping = false;

  // The store thread's own.
  std::unique_ptr<SqliteLedger> ledger;  // none after an error of the disk, until it is opened again
  std::int64_t commit_number = 0;
  std::int64_t doubtful_commit = -1;  // may be in the log although it failed
  std::set<std::uint64_t> doubtful_changes;  // of that commit
  std::set<std::uint64_t> there_already;     // of which an error was told, and which are on the disk
  bool is_damage_suspected = false;          // read errors and damage look alike: the ledger is checked when it is opened again
  std::jthread thread;
  // A backup that is made beside the work, through a connection of its own.
  std::jthread backup;
  std::atomic<bool> is_backing_up{false};
  std::atomic<std::int64_t> next_backup_wall_ms{0};

  Database& db() { return ledger->db(); }

  void adopt(std::unique_ptr<Database> database) {
    auto connection = std::make_unique<SqliteLedger::Connection>();
    connection->db = std::move(database);
    ledger = std::make_unique<SqliteLedger>(std::move(connection));
  }

  Result<void> reopen();
  void run();
  void run_group(std::vector<Item> group);
  void run_read(const Item& item);
  Result<void> commit();
  void recover_from(const Error& error, const std::set<std::uint64_t>& committing, bool was_committing, Result<void>& outcome);
  void back_up_daily();
  bool back_up_at_end();
};

Result<void> Worker::reopen() {
  ledger.reset();
  STUDIO_TRY(auto database, open_ledger(folder, is_damage_suspected));
  is_damage_suspected = false;
  STUDIO_TRY(const std::int64_t found, database->number("SELECT number FROM commits"));
  if (found == doubtful_commit) {
    STUDIO_TRY(const bool moved, database->checkpoint(true));
    if (!moved) return fail(ErrorKind::Disk, "The project's ledger waits for a reader to end; close other programs that show this project.");
    log_warning("commit " + std::to_string(found) + " of the ledger survived an error of the disk");
    there_already.merge(doubtful_changes);
  }
  doubtful_changes.clear();
  doubtful_commit = -1;
  commit_number = found;
  adopt(std::move(database));
  return {};
}

void Worker::run() {
  bool is_checkpoint_due = false;
  for (;;) {
    std::vector<Item> group;
    {
      std::unique_lock guard(mutex);
      const auto has_work = [&] { return is_stopping || !queue.empty(); };
      // An idle store sleeps without a timer; only unsaved log pages ask for one.
      if (!is_checkpoint_due) {
        changed.wait(guard, has_work);
      } else if (!changed.wait_for(guard, idle_before_checkpoint, has_work)) {
        guard.unlock();
        if (ledger) {
          if (auto done = db().checkpoint(false); !done) log_warning("checkpoint: " + done.error().message);
        }
        is_checkpoint_due = false;
        continue;
      }
      if (queue.empty()) return;  // stopping
      while (!queue.empty() && group.size() < largest_group && (group.empty() || queue.front().is_read == group.front().is_read)) {
        group.push_back(std::move(queue.front()));
        queue.pop_front();
      }
    }
    if (!ledger) {
      if (auto opened = reopen(); !opened) {
        for (const Item& item : group) report(item, fail(opened.error()));
        continue;
      }
    }
    if (group.front().is_read) {
      for (const Item& item : group) run_read(item);
    } else {
      run_group(std::move(group));
      is_checkpoint_due = true;
      back_up_daily();
    }
    if (ledger && db().wal_frames() > checkpoint_frames) {
      if (auto done = db().checkpoint(false); !done) log_warning("checkpoint: " + done.error().message);
    }
  }
}

Result<void> Worker::commit() {
  STUDIO_CHECK(db().run("UPDATE commits SET number = ?", commit_number + 1));
  STUDIO_CHECK(db().run("COMMIT"));
  ++commit_number;
  return {};
}

// After an I/O error what the library believes about the file cannot be trusted, and a failed fsync must not be tried again:
// the kernel may call pages clean that never reached the disk. So the connection is closed, which moves the sound part of
// the log into the ledger and drops the rest, and opened with recovery. Where the disk does not even let it do that, the
// recovered log may hold the failed commit after all; then its pages are written anew, into the ledger itself, and only
// when these reach the disk the writers are told of success and work goes on.
void Worker::recover_from(const Error& error, const std::set<std::uint64_t>& committing, bool was_committing, Result<void>& outcome) {
  log_error("the ledger is closed and opened again after: " + error.message + " (" + error.detail + ")");
  backup.request_stop();  // its look at the ledger would hold up what comes now
  const std::int64_t attempted = commit_number + 1;
  if (was_committing) {
    doubtful_commit = attempted;
    doubtful_changes = committing;
  }
  is_damage_suspected = is_damage_suspected || error.kind == ErrorKind::Damaged;
  db().set_checkpoint_on_close(!is_damage_suspected);  // whoever repairs it wants the log as it is
  if (auto opened = reopen(); !opened) {
    log_error("the ledger cannot be opened again yet: " + opened.error().message);
  } else if (was_committing && commit_number == attempted) {
    outcome = {};
    for (const std::uint64_t change : committing) there_already.erase(change);  // told as it is
  } else if (error.kind == ErrorKind::Damaged) {
    outcome = fail(ErrorKind::Disk, "The project's disk could not be read for a moment; check the disk.", error.detail);
  }
}

void Worker::run_group(std::vector<Item> group) {
  std::vector<Result<void>> results(group.size());
  Result<void> outcome = db().run("BEGIN IMMEDIATE");
  const std::int64_t changes_before = db().total_changes();
  for (std::size_t i = 0; outcome && i < group.size(); ++i) {
    outcome = db().run("SAVEPOINT writer");
    if (!outcome) break;
    if (there_already.erase(group[i].change) == 0) results[i] = guarded(group[i].work, *ledger);
    if (db().has_io_error() || !db().is_in_transaction()) {
      outcome = results[i] ? fail(ErrorKind::Disk, "The project's disk failed during a change; try again.") : results[i];
    } else {
      if (!results[i]) outcome = db().run("ROLLBACK TO writer");
      if (outcome) outcome = db().run("RELEASE writer");
    }
  }
  bool was_committing = false;
  if (outcome) {
    if (db().total_changes() == changes_before) {
      outcome = db().run("ROLLBACK");  // nobody changed anything
    } else {
      was_committing = true;
      outcome = commit();
    }
  }
  if (!outcome) {
    const Error error = outcome.error();
    std::set<std::uint64_t> changes;
    for (std::size_t i = 0; i < group.size(); ++i) {
      if (results[i] && group[i].change != 0) changes.insert(group[i].change);
    }
    if (db().has_io_error()) recover_from(error, changes, was_committing, outcome);
    else if (db().is_in_transaction()) (void)db().run("ROLLBACK");
  }
  for (std::size_t i = 0; i < group.size(); ++i) {
    // A work's own failure is more telling than the group's, and true in either case.
    report(group[i], results[i] ? outcome : results[i]);
  }
}

void Worker::run_read(const Item& item) {
  if (!ledger) {
    if (auto opened = reopen(); !opened) return report(item, fail(opened.error()));
  }
  Result<void> result = db().run("BEGIN");
  if (result) {
    result = guarded(item.work, *ledger);
    if (db().is_in_transaction()) (void)db().run("ROLLBACK");
  }
  if (db().has_io_error()) {
    is_damage_suspected = is_damage_suspected || (!result && result.error().kind == ErrorKind::Damaged);
    ledger.reset();
  }
  report(item, result);
}

// --- backups

// Store thread. The next day begins when the last copy was made, or when the project was opened where there is none.
void Worker::back_up_daily() {
  const std::int64_t now = SystemClock().wall_ms();
  if (now < next_backup_wall_ms || is_backing_up) return;
  is_backing_up = true;
  next_backup_wall_ms = now + backup_apart_ms;
  backup = std::jthread([this, now](const std::stop_token& stop) {
    const auto made = back_up_ledger(folder, LedgerNow::Open, now, [&] { return stop.stop_requested(); });
    if (made) {
      log_info("a backup of the ledger was made: " + made->string());
    } else {
      next_backup_wall_ms = now + backup_again_ms;
      if (made.error().kind != ErrorKind::Cancelled) log_warning("backup: " + made.error().message + " (" + made.error().detail + ")");
    }
    is_backing_up = false;
  });
}

// The ledger is closed and its log is in it. False: it is damaged, which the next opening must find out.
bool Worker::back_up_at_end() {
  struct stat facts{};
  if (::stat(folder.ledger().c_str(), &facts) != 0) return true;
  const std::int64_t written = static_cast<std::int64_t>(facts.st_mtim.tv_sec) * 1000 + facts.st_mtim.tv_nsec / 1'000'000;
  const std::int64_t now = SystemClock().wall_ms();
  const auto last = last_backup_wall_ms(folder);
  if (last && (written <= *last || (now >= *last && now - *last < backup_fresh_ms))) return true;
  const auto made = back_up_ledger(folder, LedgerNow::Closed, now);
  if (!made) log_warning("backup: " + made.error().message + " (" + made.error().detail + ")");
  return made || made.error().kind != ErrorKind::Damaged;
}

// --- the store

// A project's ledger on disk, with its thread.
class ProjectStore final : public Store {
 public:
  explicit ProjectStore(std::unique_ptr<Worker> worker) : worker_(std::move(worker)) {}
  ~ProjectStore() override;
  void write(std::function<Result<void>(Ledger&)> work, std::function<void(Result<void>)> durable) override { write_again(0, std::move(work), std::move(durable)); }
  void write_again(std::uint64_t change, std::function<Result<void>(Ledger&)> work, std::function<void(Result<void>)> durable) override;
  Result<void> write_and_wait(std::function<Result<void>(Ledger&)> work) override;
  Result<void> read_and_wait(std::function<Result<void>(Ledger&)> work) override;
  const std::filesystem::path& project() const override { return worker_->folder.root(); }
  bool last_exit_was_clean() const override { return worker_->last_exit_was_clean; }
  std::string restored_from() const override { return worker_->restored_from; }

 private:
  std::unique_ptr<Worker> worker_;
};

}  // namespace

bool is_project(const std::filesystem::path& folder) { return ProjectFolder(folder).is_project(); }

Result<void> Store::create(const std::filesystem::path& project, const std::string& name) {
  const ProjectFolder folder(project);
  STUDIO_CHECK(folder.check_can_become_project());
  STUDIO_CHECK(make_folder(folder.root()));
  STUDIO_CHECK(folder.check_file_system());
  STUDIO_TRY(const auto lock, OwnerLock::take(folder));
  STUDIO_CHECK(folder.check_can_become_project());  // somebody else may have been faster
  for (const auto& part : {folder.vault(), folder.spool(), folder.packs()}) STUDIO_CHECK(make_folder(part));

  // Under another name until it is whole: a folder with a ledger is a project.
  const auto unfinished = folder.unfinished_ledger();
  std::error_code ignored;
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) std::filesystem::remove(unfinished.string() + suffix, ignored);
  const auto make = [&]() -> Result<void> {
    STUDIO_TRY(const auto db, Database::open(unfinished, Database::Mode::Create));
    STUDIO_CHECK(db->run_script("PRAGMA journal_mode = WAL"));
    STUDIO_CHECK(migrate(*db, ledger_migrations()));
    STUDIO_CHECK(db->run("INSERT INTO facts VALUES('name', ?)", name));
    STUDIO_CHECK(db->checkpoint(true));
    db->set_checkpoint_on_close(true);
    return {};
  };
  auto made = make();
  if (made && ::rename(unfinished.c_str(), folder.ledger().c_str()) != 0) {
    made = fail(disk_error("Cannot make the project", errno, folder.root()));
  }
  if (!made) {
    for (const char* suffix : {"", "-wal", "-shm", "-journal"}) std::filesystem::remove(unfinished.string() + suffix, ignored);
    return fail_in("make project", made.error());
  }
  STUDIO_CHECK(sync_folder(folder.root()));
  STUDIO_CHECK(sync_folder(folder.root().parent_path()));
  return lock->mark_clean();
}

Result<std::unique_ptr<Store>> Store::open(const std::filesystem::path& project) {
  auto worker = std::make_unique<Worker>(project);
  const ProjectFolder& folder = worker->folder;
  STUDIO_CHECK(folder.check_is_project());
  STUDIO_CHECK(folder.check_file_system());
  STUDIO_TRY(worker->lock, OwnerLock::take(folder));
  const bool was_clean = worker->lock->last_exit_was_clean();
  auto database = open_ledger(folder, !was_clean);
  if (!database) {
    // The next opener must know what this one found out: only an orderly exit before this one makes the note clean again.
    if (was_clean) (void)worker->lock->mark_clean();
    return fail_in("open project", database.error());
  }
  for (const auto& part : {folder.vault(), folder.spool(), folder.packs()}) STUDIO_CHECK(make_folder(part));
  worker->last_exit_was_clean = was_clean;
  worker->adopt(std::move(*database));
  STUDIO_TRY(worker->commit_number, worker->ledger->commits());
  STUDIO_TRY(worker->restored_from, worker->ledger->fact(backup_fact));
  worker->next_backup_wall_ms = last_backup_wall_ms(folder).value_or(SystemClock().wall_ms()) + backup_apart_ms;
  worker->thread = std::jthread([raw = worker.get()] { raw->run(); });
  return std::make_unique<ProjectStore>(std::move(worker));
}

ProjectStore::~ProjectStore() {
  {
    std::lock_guard guard(worker_->mutex);
    worker_->is_stopping = true;
  }
  worker_->changed.notify_all();
  worker_->thread.join();
  worker_->backup = {};  // asked to stop, and waited for
  if (!worker_->ledger) return;  // the disk failed: the next opening checks the ledger
  const auto done = worker_->db().checkpoint(true);
  if (!done) {
    log_warning("close project: " + done.error().message);
    return;
  }
  worker_->db().set_checkpoint_on_close(true);  // removes the empty log
  worker_->ledger.reset();
  if (!worker_->back_up_at_end()) return;
  if (auto marked = worker_->lock->mark_clean(); !marked) log_warning("close project: " + marked.error().message);
}

void ProjectStore::write_again(std::uint64_t change, std::function<Result<void>(Ledger&)> work, std::function<void(Result<void>)> durable) {
  bool was_empty = false;
  {
    std::lock_guard guard(worker_->mutex);
    was_empty = worker_->queue.empty();
    worker_->queue.push_back({std::move(work), std::move(durable), false, change});
  }
  if (was_empty) worker_->changed.notify_one();
}

namespace {

// Hands an item in and waits for its result.
template <class Submit>
Result<void> wait_for(Submit submit) {
  // Shared: the waiter may be gone while the store thread still leaves set_value().
  const auto promise = std::make_shared<std::promise<Result<void>>>();
  auto future = promise->get_future();
  submit([promise](Result<void> result) { promise->set_value(std::move(result)); });
  return future.get();
}

}  // namespace

Result<void> ProjectStore::write_and_wait(std::function<Result<void>(Ledger&)> work) {
  return wait_for([&](auto durable) { write(std::move(work), std::move(durable)); });
}

Result<void> ProjectStore::read_and_wait(std::function<Result<void>(Ledger&)> work) {
  return wait_for([&](auto durable) {
    bool was_empty = false;
    {
      std::lock_guard guard(worker_->mutex);
      was_empty = worker_->queue.empty();
      worker_->queue.push_back({std::move(work), std::move(durable), true});
    }
    if (was_empty) worker_->changed.notify_one();
  });
}

}  // namespace studio
