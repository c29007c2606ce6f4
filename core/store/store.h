// The store thread: the one read-write connection to a project's ledger; ordered writes, grouped into durable commits.
#pragma once

#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <string>

#include "base/result.h"
#include "store/ledger.h"

namespace studio {

inline constexpr int ledger_schema_version = 6;

// Whether that folder holds a project (of whatever version).
bool is_project(const std::filesystem::path& folder);

// Simulations put one of their own in its place, with a ledger in memory.
class Store {
 public:
  // Makes a new project folder (ledger, vault, spool, packs). BadRequest when there is a project already, or when the folder
  // holds something else. What an interrupted creation left is finished by the next one.
  static Result<void> create(const std::filesystem::path& project, const std::string& name);
  // Takes the project for this process: OS lock, migrations, quick_check after an unclean exit, then the store thread.
  // Errors: NotFound, Owned (names the owner), TooNew, Damaged, Disk.
  static Result<std::unique_ptr<Store>> open(const std::filesystem::path& project);
  // Finishes the queued writes, checkpoints, makes a backup where the ledger has changed and the last one is not of the last
  // minutes, marks the exit as clean, gives the lock back. While it is open a backup is made once a day, after a write, beside it.
  virtual ~Store() = default;

  // Runs `work` on the store thread inside a transaction, together with whatever else is queued. If `work` fails, its own
  // changes alone are rolled back. `durable` is called on the store thread after the commit reached the disk
  // (synchronous FULL), or with the error; it may only post a message. Callbacks come in the order of the calls. Any thread.
  // After an error of the disk every writer of that transaction gets the error, and the ledger is opened anew, with
  // recovery, before the next write: when there is room again, writes work again.
  virtual void write(std::function<Result<void>(Ledger&)> work, std::function<void(Result<void>)> durable = {}) = 0;
  // The same for a change that is tried again when it failed, each time by the same number (not 0, and no other change's). A
  // change of which an error was told may turn out to be on the disk when the ledger is opened anew: then its next try is
  // answered with success and not run, for what it would do is done, with the results of the run before.
  virtual void write_again([[maybe_unused]] std::uint64_t change, std::function<Result<void>(Ledger&)> work, std::function<void(Result<void>)> durable) {
    write(std::move(work), std::move(durable));
  }
  // The same, waiting; not from the store thread, never from the UI thread.
  virtual Result<void> write_and_wait(std::function<Result<void>(Ledger&)> work) = 0;
  // Runs a read on the store thread, after all writes queued before it have reached the disk. What it changes is undone.
  virtual Result<void> read_and_wait(std::function<Result<void>(Ledger&)> work) = 0;

  virtual const std::filesystem::path& project() const = 0;
  // Whether whoever had the project before gave it back in order; false after a crash, and the ledger was checked then.
  virtual bool last_exit_was_clean() const { return true; }
  // When the backup was made that a person put in the ledger's place, until its fact (store/ledger_care.h) is taken out of the
  // ledger; empty: the ledger is no backup. It does not know what was sent since.
  virtual std::string restored_from() const { return {}; }
};

}  // namespace studio
