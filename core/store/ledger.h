// The ledger: one SQLite database per project, as typed calls on one connection; simulations put one in memory in its place.
//
// A Ledger belongs to one thread. The read-write one lives on the store thread and is handed to the closures of
// Store::write; read-only ones are opened by whoever needs to read (another thread or another program).
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "model/asset.h"
#include "model/job.h"

namespace studio {

struct JobFilter {
  std::vector<JobState> states;  // empty: all
  std::optional<JobKind> kind;
  std::optional<GenerationId> generation;
  std::optional<AssetId> asset;  // what it made, or works on
  bool only_open = false;  // not terminal
  std::vector<AssetId> parents = {};  // those with one of these among their parents; empty: all
};

struct AssetFilter {
  std::vector<AssetState> states;  // empty: all
  std::optional<MediaKind> kind;
  std::optional<Mark> mark;
};

// Sums of the books for one currency.
struct Books {
  Money reserved;  // set aside and neither given back nor spent; of one attempt never below zero
  Money settled;   // spent
};

// Reserved or settled, in one currency: of one run (generation), of one day where the user lives, and of the project.
struct SpentSoFar {
  Money run, day, project;
};

struct StoredUpload {
  std::string provider, endpoint, sha256, reference;
  std::int64_t expires_ms = 0;
};

// Where else an asset lies (D13): "provider" or the name of a storage target.
struct StoredCopy {
  AssetId asset;
  std::string target, address;
  std::int64_t expires_ms = 0;  // wall time; 0: lasting
};

// An asset without its long texts: what a grid of 100,000 tiles keeps in memory.
struct AssetRow {
  AssetId id;
  MediaKind kind = MediaKind::Image;
  AssetState state = AssetState::Done;
  Mark mark = Mark::None;
  Currency currency = Currency::Usd;
  bool has_audio = false;
  bool in_trash = false;
  int stars = 0;
  int width = 0, height = 0;  // px
  int variation = 0;
  double seconds = 0;
  JobId job;
  GenerationId generation;
  Money cost;
  std::int64_t created_ms = 0;
  std::string sha256;
  bool has_hint = false;  // of its poster
};

struct AssetLink {
  AssetId child, parent;
};

class Ledger {
 public:
  virtual ~Ledger() = default;
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  // A read-only connection to the project's ledger, while its owner is alive or not; never checkpoints. Errors as
  // Store::open, but never Owned.
  static Result<std::unique_ptr<Ledger>> open_read_only(const std::filesystem::path& project);

  // --- writes: only inside Store::write
  virtual Result<GenerationId> add_generation(const Generation& generation) = 0;  // the id inside is ignored
  virtual Result<JobId> add_job(const Job& job) = 0;
  virtual Result<void> save_job(const Job& job) = 0;  // all but its rank
  virtual Result<void> set_queue_rank(const QueueRank& rank) = 0;
  virtual Result<AttemptId> add_attempt(const Attempt& attempt) = 0;  // refuses a second open attempt of a job (I1)
  virtual Result<void> save_attempt(const Attempt& attempt) = 0;
  virtual Result<AssetId> add_asset(const Asset& asset) = 0;
  virtual Result<void> set_parents(AssetId id, const std::vector<AssetId>& parents) = 0;  // see version_links.h
  virtual Result<void> set_asset_state(AssetId id, AssetState state, std::string_view reason) = 0;
  // Of all assets on that blob; says which they are.
  virtual Result<std::vector<AssetId>> save_poster_hint(std::string_view sha256, const PosterHint& hint) = 0;
  virtual Result<void> set_mark(AssetId id, Mark mark, int stars) = 0;
  virtual Result<void> set_trashed(AssetId id, bool in_trash) = 0;
  // What lies in the trash is deleted for good; its row stays. Refused (BadRequest) when it is not in the trash, or while a
  // job that is not over is made from it. Its file is whoever calls's: see is_blob_needed().
  virtual Result<void> delete_asset(AssetId id) = 0;
  virtual Result<void> add_money(const MoneyEntry& entry) = 0;
  virtual Result<void> save_upload(const StoredUpload& upload) = 0;
  virtual Result<void> save_copy(const StoredCopy& copy) = 0;
  virtual Result<void> set_fact(std::string_view name, std::string_view value) = 0;  // small facts about the project

  // --- reads
  virtual Result<std::optional<Generation>> generation(GenerationId id) = 0;
  virtual Result<std::vector<Generation>> generations() = 0;
  virtual Result<std::optional<Job>> job(JobId id) = 0;
  virtual Result<std::vector<Job>> jobs(const JobFilter& filter = {}) = 0;
  // Paid jobs of which nothing is under way (waiting, queued, blocked), in the order of their turns.
  virtual Result<std::vector<QueueRank>> queue_line() = 0;
  virtual Result<std::optional<Attempt>> attempt(AttemptId id) = 0;
  virtual Result<std::vector<Attempt>> open_attempts() = 0;
  virtual Result<std::vector<Attempt>> attempts_of(JobId job) = 0;  // oldest first
  // Which attempt owns that remote id: a second one with the same is flagged, never overwritten.
  virtual Result<std::optional<AttemptId>> attempt_with_remote_id(std::string_view endpoint, std::string_view remote_id) = 0;
  virtual Result<std::optional<Asset>> asset(AssetId id) = 0;
  virtual Result<std::vector<Asset>> assets(const AssetFilter& filter = {}) = 0;  // by id
  virtual Result<std::vector<Asset>> assets_after(AssetId after, int limit) = 0;  // by id; page by page
  virtual Result<std::vector<AssetRow>> asset_rows_after(AssetId after, int limit) = 0;
  virtual Result<std::vector<AssetLink>> asset_links() = 0;  // all of them, by child
  virtual Result<std::vector<AssetId>> children(AssetId parent) = 0;
  virtual Result<std::vector<StoredCopy>> copies() = 0;  // of all assets
  virtual Result<std::int64_t> asset_count(const AssetFilter& filter = {}) = 0;
  virtual Result<std::int64_t> job_count(const JobFilter& filter = {}) = 0;
  // An asset that is not deleted lies on it, or a job that is not over has it as an input or as its result on the way.
  virtual Result<bool> is_blob_needed(std::string_view sha256) = 0;
  virtual Result<std::optional<Asset>> asset_of_blob(std::string_view sha256) = 0;  // the first one on that blob that is not deleted
  // Done assets and open Generate jobs with that digest of recipe (digest without seed): has or awaits the same work?
  virtual Result<int> count_with_seedless_digest(std::string_view digest, bool& any_done) = 0;
  virtual Result<std::vector<StoredUpload>> uploads(std::string_view provider, std::string_view endpoint) = 0;
  virtual Result<Books> books(Currency currency) = 0;
  // Of the day of `now_wall_ms`. Costs the same however much there is.
  virtual Result<SpentSoFar> spent(GenerationId run, std::int64_t now_wall_ms, Currency currency) = 0;
  virtual Result<std::vector<MoneyEntry>> money() = 0;
  // What was set aside after the last entry from before that time; by a clock that was set back, also what seems to be yet to come.
  // Costs the same however much there is.
  virtual Result<std::vector<MoneyEntry>> reserved_since(std::int64_t wall_ms) = 0;
  virtual Result<std::string> fact(std::string_view name) = 0;  // empty when absent
  virtual Result<std::int64_t> commits() = 0;                   // grows with every commit: has anything changed since?

  // All reads inside see the ledger as it was at the first of them. For read-only ledgers; on the store thread every read
  // has that already.
  virtual Result<void> snapshot(const std::function<Result<void>()>& reads) = 0;

 protected:
  Ledger() = default;
};

}  // namespace studio
