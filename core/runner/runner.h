// The job engine: one thread that drives every job's state machine against the ledger, the network and the workers.
// The only writer of jobs, attempts, assets and money. It needs no window and no UI tick.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "http/transport.h"
#include "model/asset.h"
#include "model/budgets.h"
#include "model/job.h"
#include "model/price_rules.h"
#include "providers/provider_set.h"
#include "runner/files.h"
#include "runner/workers.h"
#include "store/packs.h"
#include "store/store.h"
#include "store/vault.h"

namespace studio {

// --- what is asked of it

// One user request: all jobs of a generation, admitted in one transaction. Recipes are complete; parents are assets.
struct Admission {
  Generation generation;
  struct Item {
    Recipe recipe;
    int variation = 1;
    std::vector<AssetId> parents;
    // Jobs that must be done first. The k-th one's asset fills the k-th input of the recipe whose hash is empty.
    std::vector<JobId> waits_for;
  };
  std::vector<Item> items;
  // An item whose picture's file is gone is left out and named; otherwise it refuses the whole. Such pictures are looked at
  // again, so that the library says what is wrong with them.
  bool may_leave_out = false;
};
struct Admitted {
  Generation generation;  // with its id, where there are jobs
  std::vector<Job> jobs;
  struct LeftOut {
    AssetId picture;
    Error error;
  };
  std::vector<LeftOut> left_out = {};
  std::vector<Job> let_be = {};  // had failed at coming in the same place, and need nobody any more
};

// What is imported is an edited version of an asset that there is: of its kind, and with other bytes. It comes in its place.
struct VersionOf {
  AssetId asset;
  MediaKind kind = MediaKind::Image;
};

struct ImportedFile {
  std::filesystem::path source;
  Result<Asset> asset;
  bool was_known = false;  // the bytes were in the project already: `asset` is the one there is
  bool is_linked = false;  // it became an edited version
};

// Whether new paid work is begun. What is on its way goes on in any case, and so does local work.
enum class QueueMode : std::uint8_t {
  Going,
  Draining,  // nothing new is begun; paused as soon as what is on its way is home
  Paused,
  Held,      // the last run ended in the middle: a person is asked first
};
std::string_view to_string(QueueMode mode);  // "going", …

struct QueueStatus {
  QueueMode mode = QueueMode::Going;
  // The counts are kept while draining or held only.
  int under_way = 0;   // paid jobs that go on by machine
  int local_work = 0;  // imports and local jobs
  int waiting = 0;     // paid jobs of which nothing is under way
  bool held = false;   // also while paused: after the pause a person is asked
  std::string backup_of;  // held because the ledger is a backup: of when; empty: because the last run ended in the middle
  bool holds_after_crash = true;  // as the person wants it for this project
  bool operator==(const QueueStatus&) const = default;
};

// What a new order of the line changed, and who of those named does not wait (any more).
struct Reordered {
  std::vector<QueueRank> ranks;
  std::vector<JobId> left_out;
};

// --- what it tells (posted from its thread)

struct JobChanged {
  Job job;
};
// How much of a result is here. Told when a download begins and, while more arrives, twice a second.
struct DownloadProgress {
  JobId job;
  std::int64_t bytes = 0;
  std::int64_t of_bytes = 0;    // 0: not known
  std::int64_t expires_ms = 0;  // wall time at which its address ends; 0: not said
  bool operator==(const DownloadProgress&) const = default;
};
struct AssetArrived {
  Asset asset;
  std::vector<StoredCopy> copies = {};
};
struct AssetChanged {  // its state became missing or quarantined, or its bytes were found again
  Asset asset;
  bool out_of_trash = false;
  bool is_linked = false;  // it became an edited version
};
struct PosterReady {
  AssetId asset;
  std::string sha256;
};
// What stands in the place of these assets' posters while those are read.
struct HintsReady {
  std::vector<std::pair<AssetId, PosterHint>> hints;
};
struct BooksChanged {
  Books usd, play;
};
// Four fifths of a cap are used, said once for each run, day and project; or the guard against runaway spending has stopped
// everything, said once until it may go on.
struct BudgetWarning {
  std::string sentence;
};
struct QueueChanged {
  QueueStatus state;
};
struct QueueReordered {
  std::vector<QueueRank> ranks;  // those that changed
};
struct PriceRulesChanged {  // allowed, not allowed any more, or an estimate that was too low
  PriceRules rules;
};
struct RunnerProblem {  // the engine as a whole: disk full, ledger failed; an empty message: it is over
  Error error;
};
using RunnerEvent = std::variant<JobChanged, DownloadProgress, AssetArrived, AssetChanged, PosterReady, HintsReady, BooksChanged, BudgetWarning, PriceRulesChanged, QueueChanged, QueueReordered,
                                 RunnerProblem>;

// Looks up where a logical endpoint ("sandbox:default") is now, with its credentials. May block (start a program); the
// runner calls it on a worker.
using EndpointResolver = std::function<Result<Endpoint>(const std::string& logical)>;

// Local work on files that came from outside; made of media children by the app, replaced in simulations. Blocking, called
// on workers, several at a time.
class MediaWork {
 public:
  virtual ~MediaWork() = default;
  struct Failure {
    Error error;
    bool crashed = false;  // counts towards quarantine
  };
  // What the file is, by content.
  virtual tl::expected<MediaSummary, Failure> probe(int fd) = 0;
  // JPEG posters, largest edge 1024 and 256, ready for the packs.
  struct Posters {
    std::string large, small;
  };
  virtual tl::expected<Posters, Failure> posters(int fd, MediaKind kind) = 0;
  // Of a small poster from the packs: work of a millisecond. Not known: it cannot be decoded.
  virtual PosterHint hint_of([[maybe_unused]] const std::string& small_poster) { return {}; }
};

struct RunnerParts {
  Store& store;
  Vault vault;
  Packs& packs;
  const ProviderSet& providers;
  const Clock& clock;
  std::unique_ptr<Transport> transport;
  EndpointResolver resolve_endpoint;
  std::shared_ptr<MediaWork> media;
  std::function<void(RunnerEvent)> post;  // any thread; must not block
  int cpu_workers = 2;
  // false: commands are carried out and nothing else is started (no submit, no poll, no fetch): for a program that only
  // adds to the queue and leaves.
  bool drive = true;
  // The last end of this project was none in order (Store::last_exit_was_clean): what waits is held until a person says go
  // on, also across later starts.
  bool after_crash = false;
  // When the backup was made that was put in the ledger's place (Store::restored_from); empty: it is no backup. What waits is
  // held, whatever the person wants after crashes: it may have been sent since.
  std::string restored_from = {};
  // The last end may have been the machine's: every file of the vault is read again, in quiet moments.
  bool doubts_files = false;
  // No submit is begun with less room than this on the project's disk, because a paid result needs room. Negative: 1 GiB
  // or a twentieth of the disk, whichever is less.
  std::int64_t min_free_bytes = -1;
  std::function<std::int64_t()> free_bytes = {};  // room on that disk; empty: asked of the system
  int stop_grace_ms = 3000;  // stop() waits this long for the answers of submits that are on the wire
  // What simulations put in the place of the machine. Empty: the project's disk, threads, and chance.
  std::shared_ptr<Files> files = {};
  std::unique_ptr<Workers> workers = {};
  std::function<std::uint64_t()> chance = {};  // engine thread; of it are the keys of attempts, and jitter
};

// The ledger's facts about the queue: whether it is paused or draining, whether it is held, and whether it never is.
inline constexpr std::string_view paused_fact = "paused";
inline constexpr std::string_view held_fact = "held";
inline constexpr std::string_view never_hold_fact = "never_hold";
QueueMode queue_mode_from_fact(std::string_view value);  // of paused_fact

class Runner {
 public:
  explicit Runner(RunnerParts parts);
  ~Runner();  // stops; nothing is lost, the ledger has everything

  // Reads the ledger, recovers what a crash left (reconcile, resume polling and fetching), then runs on its own thread.
  Result<void> start();
  void stop();

  // For simulations, instead of start() and stop(): no thread is made, and whoever calls turn() is the engine's. One round of
  // letters, timers, places and network; false when the end that was wished for is reached. Without that wish the destructor
  // ends as a crash does: at once, whatever is under way.
  Result<void> start_by_hand();
  bool turn();
  void wish_end();

  // Commands: any thread; `done` is called on the runner's thread after the change is durable.
  void admit(Admission admission, std::function<void(Result<Admitted>)> done);
  void import_files(std::vector<std::filesystem::path> files, std::function<void(ImportedFile)> each,
                    std::function<void()> all_done, std::optional<VersionOf> version_of = {});
  using Done = std::function<void(Result<Job>)>;
  void cancel(JobId job, Done done);
  void retry(JobId job, Done done);      // failed, refused, cancelled, expired, blocked: a new attempt
  void resubmit(JobId job, Done done);   // an Unknown, knowing that it may pay twice
  void write_off(JobId job, Done done);  // an Unknown given up: its sum counts as spent, the job fails

  // What a person found out about the attempts of a job that ended without a word on their charge: so much was charged for them,
  // or all that is reserved (no sum). An Unknown is given up with it, and the job fails.
  void say_charged(JobId job, std::optional<Money> charged, Done done);

  // An Unknown whose id at the service a person found: it goes on as if that had been its answer.
  void link(JobId job, std::string remote_id, Done done);

  // Going, Draining or Paused; kept in the ledger. Going also ends a hold.
  void set_queue(QueueMode mode, std::function<void(Result<void>)> done);
  void release_hold(std::function<void(Result<void>)> done);
  void set_hold_after_crash(bool hold, std::function<void(Result<void>)> done);  // from the next crash on

  // The order of the line. What of `jobs` does not wait is left out.
  void move_jobs(std::vector<JobId> jobs, MoveTo to, JobId before, std::function<void(Result<Reordered>)> done);
  void set_priority(std::vector<JobId> jobs, Priority priority, std::function<void(Result<Reordered>)> done);

  // Another recipe for a job of which nothing was sent; its estimate is made anew.
  void edit(JobId job, Recipe recipe, Done done);
  void dismiss(JobId job, Done done);  // failed, and a person lets it be

  // Caps on what may be spent from now on. What they held goes on where there is room now. Kept in the ledger.
  void set_budgets(Budgets budgets, std::function<void(Result<void>)> done);
  // After the guard against runaway spending has stopped everything: a person says that it may go on. What was spent until
  // now does not count towards its minute any more.
  void go_on(std::function<void(Result<void>)> done);
  // A model without a known price may be used, and one job of it counts as `each`; nothing: it may not any more. What was
  // admitted stays. Kept in the ledger. Errors: BadRequest for a model that is not known or has a price.
  void allow_model(std::string model, std::optional<Money> each, std::function<void(Result<void>)> done);

  // Reads the files of these assets again, and says of each that is damaged, gone, or there again what it is now. `done` comes
  // after that, on the runner's thread.
  void check_files(std::vector<AssetId> assets, std::function<void()> done = {});
  // Somebody uses the window: work that can wait for a quiet moment waits. Any thread; costs nothing.
  void note_use();

  // What is left to do by machine. Nothing when every job is terminal or needs a person; asked by `run` and `--wait`.
  struct Outlook {
    int can_go_on = 0;
    std::vector<Job> need_person;  // unknown without replay, blocked, waiting on a failed parent, service away for long
    int local_work = 0;            // imports and local jobs (posters) under way
    Error problem;                 // of the engine as a whole; empty message: none
  };
  void outlook(std::function<void(Outlook)> done);

 private:
  struct Engine;
  std::unique_ptr<Engine> engine_;
};

}  // namespace studio
