// Inside of the job engine: what it keeps in memory, and its parts. Not for other rooms.
//
// Everything here belongs to the engine thread, except where a line says otherwise. A job's rows change in one way only:
// happen() asks the state machine, commits, and carries the acts out once the commit is on disk. What arrives meanwhile
// waits its turn, so each job is strictly serial.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <deque>
#include <map>
#include <set>
#include <thread>
#include <unordered_map>

#include "base/random.h"
#include "jobs/breaker.h"
#include "jobs/lanes.h"
#include "jobs/latency_clocks.h"
#include "jobs/life.h"
#include "jobs/poll_schedule.h"
#include "jobs/poll_sharing.h"
#include "jobs/rate_limits.h"
#include "jobs/reconcile.h"
#include "jobs/retry_budget.h"
#include "jobs/spending.h"
#include "runner/mailbox.h"
#include "runner/runner.h"
#include "runner/workers.h"

namespace studio {

// What a plan or a reading looks at, owned, so that a worker may have it.
struct OwnedCall {
  Recipe recipe;
  Attempt attempt;
  Endpoint endpoint;
  std::vector<InputBlob> inputs;
  std::vector<RemoteUpload> uploads;
  std::int64_t now_wall_ms = 0;
  ProviderCall call() const { return {recipe, attempt, endpoint, inputs, uploads, now_wall_ms}; }
};

// A status is shorter; a longer answer is not for the engine's thread to take apart.
inline constexpr std::size_t read_here_bytes = 256 << 10;

// What a service says of when it may be asked again is believed up to this.
inline constexpr double longest_park_secs = 3600;

// "queue.fal.run" of an address, with its port.
std::string host_of(std::string_view url);

// Store thread: the row of a job that will make an asset's posters.
Result<Job> add_poster_job(Ledger& ledger, AssetId asset, MediaKind kind, const std::string& sha256, std::int64_t now_wall_ms);

// Store thread: the bytes of a blob are there again. Where the first asset on it missed them, all that did are done: which.
Result<std::vector<Asset>> found_again(Ledger& ledger, const std::string& sha256);

// The ledger's fact about the round of looks at the files of the vault.
inline constexpr std::string_view files_checked_fact = "files_checked";

struct Runner::Engine {
  using Done = Runner::Done;
  using Ticket = std::uint64_t;

  enum class HeldBy : std::uint8_t { Nothing, Caps, Account, Runaway };
  enum class TroubleWith : std::uint8_t { Ledger, Room };  // what a problem of the engine came from, and what ends it

  struct Arrival {
    JobEvent event;
    Ticket ticket = 0;  // 0: for whatever state the job is in (a wish)
    Done done;
  };

  // One request of a job on one path to its service: whose breaker hears what became of it.
  struct Errand {
    std::string account;  // logical
    ServicePath path = ServicePath::Submit;
    Breaker::Pass pass;
    int lookup = 0;         // of the address it was sent to; 0: not sent yet
    bool was_there = true;  // the other side took the connection
    std::string host = {};  // where it goes to
  };

  // A job that is not over, or has a wish under way.
  struct Live {
    JobLife life;
    std::deque<Arrival> waiting;
    bool committing = false;
    bool ready = false;          // queued, and its backoff is over
    bool parent_failed = false;
    bool is_broken = false;      // the ledger refuses its rows
    HeldBy held_by = HeldBy::Nothing;
    Ticket ticket = 1;           // grows with every change of state: answers to older questions are dropped
    bool busy = false;           // something was asked for and its answer is awaited
    TransferId transfer = 0;     // of it, where it is one
    std::int64_t bytes_told = -1;  // of the download that is under way
    int asked_epoch = 0;         // of the account, when the question was asked
    bool cancelling = false;     // a cancel request is on the wire, beside `busy`
    std::array<std::uint32_t, 16> due{};  // by kind of act: the newest timer; older ones are void
    std::int64_t saved_mono_ms = 0;
    bool gathered = false;       // inputs and uploads are known
    std::vector<InputBlob> inputs;
    std::vector<RemoteUpload> uploads;
    bool uploads_forgotten = false;
    HttpRequest planned;         // the paid request, or the next of a chain
    bool chain_is_fetch = false; // what `planned` goes on with, in Fetching: the download or a look for fresh addresses
    std::string odd_word;        // the last unknown status word, which is warned about once
    std::vector<RemoteOutput> stored;  // outputs that are home already
    std::int64_t unproven_bytes = -1;  // of the next one, as it came when nothing showed that it came whole; below 0: it did not
    HttpPart part;                     // what is known of the part of the next one; only while this program runs
    bool is_home_damaged = false;      // the blob of the next output lies in the vault, and is not what its name says
    bool is_looked_at_alone = false;   // a look at several told nothing of it that could be used
    JobSighting sighting;              // what looks at it have shown, while the service works on it
    double server_says_secs = 0;       // until the next look, by the answer that is being read; 0: not said
    std::optional<Errand> errand;      // the request that is under way, or may go
    bool is_turned_away = false;       // it waits for a path to its service
  };

  // One path to a service: closed to all but a probe while it is in trouble.
  struct Gate {
    Breaker breaker;
    std::string trouble;   // what went wrong last
    struct Waiting {
      JobId job;
      Ticket ticket = 0;
      ActKind kind = ActKind::Poll;
    };
    std::deque<Waiting> waiting;  // in the order in which they go on
    std::int64_t timer_mono_ms = -1;  // when it is looked at again; older timers are void
    int blamed_lookup = 0;        // an address that is not right any more is one failure, not fifty
  };

  // One account at one logical endpoint.
  struct Account {
    std::array<Gate, service_path_count> gates;
    std::optional<Endpoint> endpoint;
    std::int64_t resolved_mono_ms = 0;
    bool resolving = false;
    std::vector<std::function<void(const Result<Endpoint>&)>> waiting;
    std::string stopped;   // why a person must act before anything goes on; empty: it works
    std::string submits_stopped;  // the same for what would be paid alone
    const std::string& why_nothing_is_sent() const { return stopped.empty() ? submits_stopped : stopped; }
    int epoch = 0;         // grows when a person has acted: a refusal of before is no news
    int lookups = 0;       // of its address, that were answered
    std::vector<std::pair<JobId, Ticket>> looks_waiting;  // for their turn within the service's rate
    bool looks_timer_is_set = false;
    // Timers of looks by monotonic time, where the service can be asked about several jobs at once. An entry whose timer is void
    // counts for nothing.
    struct DueLook {
      JobId job;
      Ticket ticket = 0;
      std::uint32_t timer = 0;
    };
    std::multimap<std::int64_t, DueLook> looks_due;
    int answered_at_once = 1;          // jobs that the newest request for a status was about: they share its price
    double one_by_one_until_secs = 0;  // the service was asked about several and told of none: not so for a while
    std::vector<std::pair<JobId, ActKind>> parked;  // paid work that goes on when the account does
    Throttle throttle;             // how often it told us to slow down
    // Looks for attempts of unknown outcome.
    std::int64_t look_due_mono_ms = -1;
    bool is_looking = false;
    int looks_failed = 0;  // in a row
    std::map<AttemptId, ReconcileLooks> looks;
  };

  // One transition on its way to the disk. The store thread fills in the ids; the engine reads them afterwards.
  struct Commit {
    std::uint64_t number = 0;  // the same at each try
    JobId job;
    JobEvent event;
    JobStep step;
    Done done;
    std::vector<StoredUpload> uploads;
    // Looks at the ledger inside the transaction: an event it answers happens instead, and nothing is written.
    std::function<Result<std::optional<JobEvent>>(Ledger&)> guard;
    std::optional<JobEvent> instead;
    std::vector<Asset> assets;    // added, with ids
    std::vector<bool> lack_posters;
    std::vector<Job> local_jobs;  // added for them
    std::vector<StoredCopy> copies;
    std::optional<Asset> changed; // by the step's verdict
    std::vector<Attempt> judged;  // by what a person said of their charges
    int doubts = 0;               // of them, that were settled by it
    std::vector<Asset> mended;    // their bytes came once more
    std::optional<Books> usd, play;
    SpendingVerdict spending;     // of a place that was granted
    int tries = 0;
  };

  explicit Engine(RunnerParts given);
  ~Engine();

  // --- engine.cpp: thread, loop, timers
  Result<void> start();
  void stop();
  Result<void> begin();
  bool turn();
  std::string fresh_key();
  int wait_ms() const;
  void run_timers();
  void spread_overdue(std::int64_t now);
  void after(double secs, std::function<void()> what);
  void post_to_engine(std::function<void()> what) { box->post(std::move(what)); }
  // What throws must neither end the program nor be lost: it is logged, and becomes a failure of the job it was about.
  void guarded(const std::function<void()>& what);
  void guarded(JobId id, const std::function<void()>& what);
  void stumbled(JobId id, const Error& error);
  // Runs `work` on a worker and hands its answer, a Result, to `then` on this thread.
  template <class Work, class Then>
  void on_worker(Urgency urgency, Work work, Then then) {
    workers->run(urgency, [this, work = std::move(work), then = std::move(then)]() mutable {
      post_to_engine([then = std::move(then), answer = caught(work)]() mutable { then(std::move(answer)); });
    });
  }
  // The same for one job, which waits for it: `then` gets the job, unless it has moved on.
  template <class Work, class Then>
  void on_worker(Live& live, Work work, Then then) {
    live.busy = true;
    on_worker(Urgency::Urgent, std::move(work), [this, id = live.life.job.id, ticket = live.ticket, then = std::move(then)](auto answer) mutable {
      Live* asked = answered(id, ticket);
      if (asked != nullptr) guarded(id, [&] { then(*asked, std::move(answer)); });
    });
  }
  void tell(RunnerEvent event);
  void trouble(TroubleWith what, const Error& error);
  void trouble_is_over(TroubleWith what);
  bool should_end();

  // --- engine_jobs.cpp: one event, one commit, its acts
  Live* find(JobId id);
  Live* answered(JobId id, Ticket ticket);
  JobFacts facts_for(const Live& live);
  void happen(JobId id, JobEvent event, Ticket ticket = 0, Done done = {});
  void take(Live& live, JobEvent event, Done done, std::vector<StoredUpload> uploads = {});
  void commit(Live& live, JobStep step, JobEvent event, Done done, std::vector<StoredUpload> uploads);
  void write(const std::shared_ptr<Commit>& commit);
  void committed(const std::shared_ptr<Commit>& commit, const Result<void>& result);
  bool is_cancelled_unsent(JobId id, const std::vector<JobAct>& acts);
  void give_up(Commit& commit, const Error& error);
  void save_lazily(Live& live);
  void carry_out(JobId id, const std::vector<JobAct>& acts);
  void act(JobId id, ActKind kind);
  void act_on(Live& live, ActKind kind);
  void next_arrival(JobId id);
  void over(JobId id);
  static Result<void> apply(Ledger& ledger, Commit& commit);

  // --- admission.cpp: requests, wishes, parents, places
  void admit(Admission admission, std::function<void(Result<Admitted>)> done);
  struct Input {
    std::string sha256;
    AssetId asset;  // whose file it is, where that is known
  };
  std::vector<Admitted::LeftOut> leave_out(std::vector<Job>& jobs, const std::vector<Input>& lost);
  void admit_jobs(Generation generation, std::vector<Job> jobs, std::function<void(Result<Admitted>)> done,
                  std::vector<Admitted::LeftOut> left_out);
  void need_somebody_again(const std::vector<Job>& let_be);
  void take_back(std::uint64_t change, const std::shared_ptr<Admitted>& admitted);
  struct RequestPrice {
    Money estimate;
    Currency currency = Currency::Usd;
  };
  // Refused where the model is unknown, cannot do it, or has no price.
  Result<RequestPrice> price_of_request(const Recipe& recipe) const;
  Money estimate_now(const Job& job) const;
  Result<std::vector<Job>> jobs_of(const Admission& admission) const;
  void wish(JobId id, JobEvent event, Done done);
  void adopt_live(JobLife life);
  void check_parents(JobId id);
  void children_of(JobId parent);
  void grant_places();
  bool has_room();
  void set_budgets(const Budgets& wanted, std::function<void(Result<void>)> done);
  std::function<Result<std::optional<JobEvent>>(Ledger&)> within_budget(const std::shared_ptr<Commit>& commit);
  void warn_of_budget(const Commit& commit);
  void outlook(std::function<void(Outlook)> done);
  bool stuck(const Live& live, std::set<JobId>& seen);
  std::string stuck_reason(const Live& live);

  // --- queue.cpp: going, draining, paused, held; the order of the line; edits
  Result<void> find_hold();
  bool nothing_new() const { return held_since_crash || mode != QueueMode::Going; }
  QueueStatus queue_status();
  void tell_queue();
  void set_queue(QueueMode wanted, std::function<void(Result<void>)> done);
  void release_hold(std::function<void(Result<void>)> done);
  void set_hold_after_crash(bool wanted, std::function<void(Result<void>)> done);
  using RankPlan = std::function<Result<std::vector<QueueRank>>(const std::vector<QueueRank>& line, const std::vector<JobId>& jobs)>;
  void reorder(std::vector<JobId> jobs, RankPlan plan, std::function<void(Result<Reordered>)> done);
  void move_jobs(std::vector<JobId> jobs, MoveTo to, JobId before, std::function<void(Result<Reordered>)> done);
  void set_priority(std::vector<JobId> jobs, Priority priority, std::function<void(Result<Reordered>)> done);
  void edit(JobId job, Recipe recipe, Done done);
  // --- spending_guard.cpp: runaway spending, allowed models, estimates that were too low
  struct Guard {  // of one currency
    SpendingRate rate;
    Money on_its_way;     // places that were granted and are not on disk yet
    std::string stopped;  // why a person must say "go on"; empty: it goes on
  };
  Guard& guard_of(Currency currency) { return guards[currency == Currency::Usd ? 0 : 1]; }
  bool is_running_away(Currency currency, Money amount);
  void place_decided(const Job& job);
  void place_on_disk(const Job& job, bool is_reserved);
  void go_on(std::function<void(Result<void>)> done);
  static Result<void> forget_stops(Ledger& ledger);
  void release_guards();
  Result<void> recall_minute(Ledger& ledger);
  Result<void> load_money_rules();
  void allow_model(const std::string& model, std::optional<Money> each, std::function<void(Result<void>)> done);
  void save_price_rules();
  void note_cost(const Job& job, const std::string& model_id, Money cost);
  std::string why_dearer(const Job& job) const;

  // --- accounts.cpp: endpoints, and what stops an account or its submits
  static std::string endpoint_of(const Recipe& recipe) { return recipe.provider + ":default"; }
  static std::string endpoint_of(const Live& live);
  void with_endpoint(const std::string& logical, std::function<void(const Result<Endpoint>&)> then);
  void with_endpoint_of(Live& live, std::function<void(Live&, const Result<Endpoint>&)> then);
  void drop_address(const std::string& logical, int lookup);
  void stop_account(const std::string& logical, ActKind what, const std::string& why);
  void restart_account(const std::string& logical);
  void release_held(HeldBy by, const std::string& logical);
  void recheck_held(Live& live);
  bool park(Live& live, ActKind kind);
  Error error_of(const HttpResponse& response, const Live& live) const;
  Error error_of_status(const HttpResponse& response, const Live& live) const;

  // --- limits.cpp: paths to a service that are in trouble
  Gate& gate_of(const std::string& logical, ServicePath path) { return accounts[logical].gates[static_cast<std::size_t>(path)]; }
  bool may_go(Live& live, ServicePath path, ActKind kind);
  void turn_away(Live& live, Gate& gate, ActKind kind);
  void leaves(Live& live);
  void came_back(Live& live, const HttpResponse& response);
  void note_outcome(Live& live, const JobEvent& event);
  void went_well(Live& live);
  void went_wrong(Live& live, const Error& error);
  void never_went(Live& live);
  void path_failed(const std::string& logical, ServicePath path, Breaker::Pass pass, const Error& error);
  void path_works(const std::string& logical, ServicePath path, Breaker::Pass pass);
  void no_news(const std::string& logical, ServicePath path, Breaker::Pass pass);
  void watch_gate(const std::string& logical, ServicePath path);
  void try_gate(const std::string& logical, ServicePath path);
  void open_gate(const std::string& logical, ServicePath path);
  bool is_away(const Live& live);
  std::string trouble_of(const Gate& gate) const;

  // --- pacing.cpp: how often a service is asked
  double secs_until_submit(const Live& live);
  bool may_submit_now(Live& live);
  void take_submit(const Live& live);
  double secs_until_look(const std::string& logical, const Provider* provider);
  void take_look(const std::string& logical);
  bool takes_look(const Live& live);
  void start_looks(const std::string& logical);
  void park_rates(RateLimits& rates, const std::string& logical, double retry_after_secs);
  void note_throttling(const Live& live, const JobEvent& event);
  void note_throttled_look(const std::string& logical, const Error& error);
  bool may_retry(Live& live, const HttpRequest& request, int failures, ActKind again);

  // --- preparing.cpp: free steps, the info call, the plan of the submit
  const Provider* provider_of(const Live& live) const;
  OwnedCall call_of(const Live& live, const Endpoint& endpoint) const;
  ProviderCall loan_of(const Live& live, const Endpoint& endpoint) const;
  const Endpoint& known_endpoint(const std::string& logical) const;
  static void keep_to_profile(HttpRequest& request, const Provider* provider);
  void exchange(Live& live, HttpRequest request, std::function<void(Live&, HttpResponse)> answer);
  void gather(JobId id, Ticket ticket, std::function<void(Live&, Result<void>)> then);
  void prepare(Live& live);
  void prepare_step(Live& live, const Endpoint& endpoint);
  void ask_info(Live& live, const Endpoint& endpoint);
  void plan_submit(Live& live, const Endpoint& endpoint, bool replays);
  void fail_prepare(Live& live, Error error, bool transient = false);
  bool is_stopped_before_send(Live& live);

  // --- sending.cpp: the paid request
  std::filesystem::path answer_spool(const Attempt& attempt) const;
  std::filesystem::path part_spool(const Attempt& attempt, std::size_t output) const;
  void submit(Live& live);
  void submit_answered(Live& live, HttpResponse response);
  void read_submit(Live& live, const HttpResponse& response);
  void submit_read(Live& live, SubmitRead read);
  void read_spool(Live& live, HttpResponse response, bool recovering);
  Result<Finished> keep_inline(const Attempt& attempt, const InlineFinished& read) const;
  void plan_replay(Live& live);
  void not_accepted(Live& live, NotAccepted read);
  void forget_uploads(Live& live);
  void chain_broken(Live& live, Error error);
  void continue_chain(Live& live);

  // --- polling.cpp
  void poll(Live& live);
  void poll_answered(Live& live, HttpResponse response);
  void read_poll_apart(Live& live, HttpResponse response);
  void poll_read(Live& live, const PollRead& read);
  void cancel_remote(Live& live);
  void send_cancel(Live& live, HttpRequest request, OwnedCall call, Breaker::Pass pass);
  void cancel_failed(JobId id, Ticket ticket, Error error, Breaker::Pass pass);
  void follow_chain(Live& live);
  void start_polls();
  bool start_poll(Live& live, const Result<Endpoint>& endpoint);

  // --- shared_looks.cpp: one request that asks about several jobs
  using Asked = std::vector<std::pair<JobId, Ticket>>;
  void note_due_look(const Live& live, double in_secs);
  Asked due_with(const Live& live);
  std::optional<bool> start_shared_poll(Live& live, const Endpoint& endpoint);
  void shared_poll_answered(const std::string& logical, const Asked& asked, const HttpResponse& response);
  using SharedReads = std::vector<std::optional<PollRead>>;
  SharedReads read_shared_poll(const std::string& logical, const Asked& asked, const HttpResponse& response);
  void look_alone(Live& live);

  // --- fetching.cpp
  void fetch(Live& live);
  void start_fetches();
  void fetch_output(Live& live);
  bool is_home(const Live& live) const;
  void start_download(Live& live, const Result<Endpoint>& endpoint);
  void download(Live& live, HttpRequest request);
  void fetch_answered(Live& live, const HttpResponse& response);
  void tell_download(Live& live, Transport::Progress progress);
  void watch_downloads_later();
  void store_output(Live& live);
  void output_stored(Live& live, Result<StoredBlob> blob);
  void check_result(Live& live);

  // --- learning.cpp: when a job is looked at
  double now_secs() const;
  void begin_sighting(Live& live);
  void load_clocks(const std::string& key);
  void advise(const Live& live, JobFacts& facts);
  void learn(const Live& live);
  void keep_clocks_later(const std::string& key);
  void keep_clocks();

  // --- reconciling.cpp: attempts whose outcome is not known
  struct Look;
  void want_look(const std::string& logical, double in_secs);
  void want_first_look(const Live& live);
  bool can_be_asked(const Live& live) const;
  bool may_be_found(const Live& live);
  std::vector<std::pair<UnknownAttempt, JobId>> unknown_of(const std::string& logical);
  void begin_look(const std::string& logical);
  void guarded_look(const Look& look, const std::function<void()>& what);
  void plan_look(Look& look, const Endpoint& endpoint);
  void look_further(const std::shared_ptr<Look>& look);
  void look_answered(const std::shared_ptr<Look>& look, const HttpResponse& response);
  void told_id_answered(const std::shared_ptr<Look>& look, const HttpResponse& response);
  void listing_failed(const std::shared_ptr<Look>& look, const Error& error);
  void look_failed(const Look& look, const Error& error);
  void look_is_complete(const std::shared_ptr<Look>& look);
  void judge_look(const Look& look, const std::set<std::string, std::less<>>& owned);

  // --- recovery.cpp
  Result<void> recover();
  void recover_job(JobId id);

  // --- local_work.cpp: imports, and local jobs
  void import_files(std::vector<std::filesystem::path> sources, std::function<void(ImportedFile)> each, std::function<void()> all_done,
                    std::optional<VersionOf> version_of);
  void remove_blob(const std::string& sha256);
  bool lacks_posters(AssetState state, MediaKind kind, const std::string& sha256) const;
  void begin(Job job);
  void work(Live& live);
  void find_missing_posters(AssetId after);
  void want_posters(AssetId after, std::vector<AssetRow> rows);
  void look_for_posters_later(AssetId after, const Error& why);
  void look_for_more_posters();
  using BlobHints = std::vector<std::pair<std::string, PosterHint>>;
  void keep_hints(BlobHints hints);
  void want_hints(const std::vector<AssetRow>& rows);
  void make_hints();

  // --- file_checks.cpp: the files of the vault are read again
  struct FileChecks {
    std::int64_t due_wall_ms = 0;  // when the next round begins
    std::int64_t began_wall_ms = 0;
    bool is_under_way = false;
    bool takes_all = false;        // also what arrived lately
    AssetId after;                 // looked at up to there
    std::deque<AssetRow> rows;     // next
    bool is_last_page = false;     // nothing comes after `rows`
    std::deque<AssetId> wished;    // somebody asks about these, now
    std::vector<std::function<void()>> askers;  // and is told when all of these were looked at
    bool is_busy = false;          // something was asked for and its answer is awaited
    bool timer_is_set = false;
    int unnoted = 0;               // files that were read since the fact was written
    std::string to_fact() const;
  };
  enum class FileFound : std::uint8_t { Sound, Damaged, Gone };
  void plan_file_checks(const std::string& fact, std::optional<std::int64_t> oldest);
  void begin_file_round(bool takes_all);
  void note_file_checks();
  bool is_quiet() const;
  void check_files(const std::vector<AssetId>& assets, std::function<void()> done = {});
  void tell_askers();
  void go_on_checking();
  void check_files_later(double secs);
  void next_files();
  void read_file_of(AssetId id);
  void read_file_again(AssetId id, AssetState state, const std::string& sha256);
  void judge_file(AssetId id, FileFound found);

  RunnerParts parts;
  Transport* transport = nullptr;
  std::shared_ptr<Mailbox> box;
  std::unique_ptr<Workers> workers;
  std::shared_ptr<Files> files;
  std::jthread thread;
  std::atomic<bool> stop_wished{false};

  bool stopping = false;
  std::int64_t stop_mono_ms = 0;  // of the machine's clock, not the given one: a fake one may stand still
  std::unordered_map<JobId, Live> lives;
  std::set<JobId> blocked;  // those of them, so that looking for whom to release does not walk through all
  std::map<std::string, Account> accounts;
  Lanes lanes;
  Random random{1};
  std::string boot_id;
  std::multimap<std::int64_t, std::function<void()>> timers;  // by mono ms
  std::unordered_map<JobId, std::set<JobId>> children;        // waiting for the key
  bool grant_wished = false;
  std::int64_t grant_timer_mono_ms = -1;  // when the next submit is within its rate; below 0: none is set
  RateLimits submit_rates, look_rates;
  RetryBudgets retry_budgets;
  QueueMode mode = QueueMode::Going;  // Held is `held_since_crash`, beside it
  bool held_since_crash = false;
  std::string backup_held;  // when the backup was made that is held; empty: none is
  void end_hold() { held_since_crash = false, backup_held.clear(); }
  bool holds_after_crash = true;
  int queue_wishes = 0, queue_wishes_under_way = 0;
  QueueStatus queue_told;
  Budgets budgets;
  std::deque<Budgets> budgets_wished;  // being written down
  std::array<Guard, 2> guards;
  PriceRules price_rules;
  std::set<std::string> warned_of;  // caps whose four fifths were told
  int commits_under_way = 0;
  std::uint64_t changes_made = 0;
  int imports_under_way = 0;
  std::map<std::string, LatencyClocks> clocks;  // by latency_key_of()
  std::set<std::string> clocks_asked;           // read from the ledger, or being read
  std::set<std::string> clocks_to_keep;         // have learned what is not written down yet
  std::deque<std::pair<JobId, Ticket>> polls_waiting;
  int polls_under_way = 0;
  std::set<std::pair<std::int64_t, JobId>> fetches_waiting;  // by expiry
  std::set<JobId> fetches_under_way;
  bool downloads_are_watched = false;
  bool looking_for_posters = false;
  std::optional<AssetId> posters_looked_at;  // up to there; nothing: up to the end
  std::deque<std::string> hints_wanted;      // blobs with posters of which the ledger knows no hint
  bool making_hints = false;
  FileChecks checks;
  std::atomic<std::int64_t> last_use_mono_ms{0};  // of the window; any thread
  Error problem;               // empty message: none
  TroubleWith problem_with = TroubleWith::Ledger;
  bool disk_failed = false;    // the ledger cannot be written: nothing new is begun
  bool room_is_short = false;
  std::int64_t room_checked_mono_ms = -1;
  bool room_timer_is_set = false;
};

}  // namespace studio
