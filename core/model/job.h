// Jobs, their attempts and the generation that owns them, as the ledger keeps them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "model/money.h"
#include "model/queue_order.h"
#include "model/recipe.h"

namespace studio {

// What people see. The finer position of a paid job is its attempt's state.
enum class JobState : std::uint8_t {
  Waiting,      // for parents that are not done
  Queued,       // ready, waiting for a place in its lane
  Preparing,    // money reserved; free steps (uploads) under way
  Sending,      // the intent to submit is durable; the paid request may be on the wire
  Unknown,      // sent, outcome not known: may have been charged
  Running,      // the provider works on it
  Fetching,     // the result is being brought home and checked
  Done,
  Failed,
  Refused,      // the provider's moderation said no
  Blocked,      // over a budget or of unknown price: starts when there is room
  Cancelled,
  Expired,      // the provider no longer has the result
  Quarantined,  // its result crashed the decoder twice
};
inline constexpr int job_state_count = 14;
std::string_view to_string(JobState state);  // lower case: "waiting", …
std::optional<JobState> job_state_from(std::string_view text);

// Nothing more happens by itself and no money is in doubt. Unknown, Blocked and Waiting-on-a-failed-parent are not
// terminal: they need a person.
bool is_terminal(JobState state);

enum class JobKind : std::uint8_t {
  Generate,  // remote and paid: makes an image or a video by its recipe
  // Local: on this machine, unpaid, without attempts, done again after a crash. Their recipe names what they work on.
  Poster,  // posters of an asset into the pack file
};
bool is_local(JobKind kind);
std::string_view to_string(JobKind kind);
std::optional<JobKind> job_kind_from(std::string_view text);

// What kind of trouble a job is in, or ended by: jobs with the same one, and the same sentence, need the same thing from a
// person. Most have none.
enum class JobCause : std::uint8_t {
  None,
  Key,          // its account is stopped: the key was refused, or there is no credit
  Cap,          // a cap on spending
  Spending,     // money goes faster than a person said it may
  Price,        // its price is not known
  Service,      // the service cannot be reached, or has trouble
  Parent,       // waits for a job that did not come to a good end
  Unknown,      // may have been charged
  Moderation,   // the service's rules on content
  Rejected,     // the service did not take the request as it is
  Input,        // a file it is made from is not there
  ServiceFailed,
  Expired,
  Result,       // what came home cannot be opened
  WrittenOff,   // given up by a person while its outcome was unknown
};
inline constexpr int job_cause_count = 15;
std::string_view to_string(JobCause cause);  // "", "key", …
std::optional<JobCause> job_cause_from(std::string_view text);

struct Generation {
  GenerationId id;
  std::string prompt;    // as the user wrote it
  std::string strategy;  // how the further variations differ
  MediaKind kind = MediaKind::Image;
  int count = 0;
  std::int64_t created_ms = 0;
};

struct Job {
  JobId id;
  JobKind kind = JobKind::Generate;
  JobState state = JobState::Queued;
  GenerationId generation;
  int variation = 0;  // from 1
  Recipe recipe;
  std::string recipe_digest;
  std::vector<AssetId> parents;     // assets it is made from; behind them those in whose place it comes (model/asset.h)
  std::vector<JobId> waits_for;     // edges: jobs that must be Done first
  AssetId asset;                    // what it made, or what a local job works on
  AttemptId attempt;                // the newest one
  int attempts = 0;
  Money estimate;
  Currency currency = Currency::Usd;
  bool cancel_wished = false;       // durable before anything is done about it
  bool hold = false;                // the user settled it by hand (written off) or must act first
  std::string reason;               // a sentence for people; why it is where it is
  JobCause cause = JobCause::None;  // of what the sentence says
  std::string refused_input;        // which of its inputs the service named: "prompt", "image"; empty: none
  std::string told_id;              // while its outcome is unknown: its attempt's, read with it and saved there
  Money charged;                    // settled by its attempts so far, whatever came of them
  Money in_doubt;                   // reserved for those that are over and of which nobody has said whether they were charged
  int local_tries = 0;              // decoder crashes of its result so far
  double progress = 0;              // 0…1, or below 0 when the provider does not say
  double eta_secs = 0;              // 0 when not known
  std::int64_t not_before_ms = 0;   // wall time; earliest next act of a queued job (backoff)
  std::int64_t created_ms = 0;
  std::int64_t updated_ms = 0;
  // Choices about its place in line, saved by Ledger::set_queue_rank() alone.
  Priority priority = Priority::Normal;
  std::int64_t place = 0;  // 0: where its number puts it
  QueueRank rank() const { return rank_of(id, priority, place); }
};

// research numbering: T1 Reserved, T2 Sending, T3 Submitted, T5 Unknown, T8 RemoteDone, T10 Fetched, T12 Settled,
// T14 Cancelled…, T15 Failed…, T16 Expired.
enum class AttemptState : std::uint8_t {
  Reserved,
  Preparing,
  Sending,
  Submitted,
  Unknown,
  RemoteDone,
  Fetched,              // the blob is in the vault
  Settled,              // asset and cost committed
  NotSent,              // surely not accepted; nothing paid
  Refused,
  FailedFree,
  FailedBilled,
  CancelledBeforeSend,
  CancelledRemote,
  Expired,
  WrittenOff,           // an Unknown given up by the user; its sum counts as spent
  InDoubt,              // over, and the service did not say whether it was charged: its sum stays reserved until a person does
};
std::string_view to_string(AttemptState state);
std::optional<AttemptState> attempt_state_from(std::string_view text);
// An open attempt may still cost money or bring a result (invariant I1: at most one open per job).
bool is_open(AttemptState state);

// Where a result can be fetched. Kept in the attempt, so that a restart goes on from here.
struct RemoteOutput {
  std::string url;
  std::string mime;
  std::string sha256;           // when the provider says it
  std::int64_t bytes = 0;       // 0: not said
  std::int64_t expires_ms = 0;  // wall time; 0: not said
};

struct Attempt {
  AttemptId id;
  JobId job;
  AttemptState state = AttemptState::Reserved;
  // Frozen identity (invariant I7).
  std::string provider;
  std::string account;
  std::string endpoint;          // logical: "sandbox:default"
  std::string model;
  std::string key;               // idempotency key, random, kept for life
  bool replay_declared = false;  // what the server's info call said; frozen with the intent
  std::string body_digest;       // SHA-256 of the exact submit body
  std::string submit_body;       // the exact body, for replay; empty where it is large and can be planned again
  std::string prepare_state;     // the provider's own notes from the free steps (upload ids), JSON
  std::string remote_id;
  std::string remote_state;      // the provider's own notes from the answer (status URLs), JSON
  std::string told_id;           // that an unclear answer to the submit named: a clue, not a proof that there is such a job
  std::vector<RemoteOutput> outputs;
  Money reserved;
  Money settled;
  Currency currency = Currency::Usd;
  std::string reason;            // sentence; of a Submitted one: why it was in doubt, while only a person's word says that remote_id is its id
  std::string detail;            // for the log
  std::string boot_id;           // of the machine's run at intent
  std::int64_t intent_wall_ms = 0;
  std::int64_t intent_mono_ms = 0;
  std::int64_t submitted_ms = 0;
  std::int64_t next_poll_ms = 0;  // wall time
  std::int64_t polls = 0;
  std::int64_t created_ms = 0;
};

// Append-only record of money, one row per change; sums per currency are the books.
enum class MoneyKind : std::uint8_t { Reserve, Release, Settle };
std::string_view to_string(MoneyKind kind);
struct MoneyEntry {
  AttemptId attempt;
  MoneyKind kind = MoneyKind::Reserve;
  Money amount;  // Reserve: what is set aside. Release: what of it is given back. Settle: what was spent.
  Currency currency = Currency::Usd;
  std::int64_t at_ms = 0;
};

}  // namespace studio
