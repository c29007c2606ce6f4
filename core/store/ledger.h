// The ledger: one SQLite database per project, as typed calls on one connection.
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
};

struct AssetLink {
  AssetId child, parent;
};

class Ledger {
 public:
  ~Ledger();
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  // A read-only connection to the project's ledger, while its owner is alive or not; never checkpoints. Errors as
  // Store::open, but never Owned.
  static Result<std::unique_ptr<Ledger>> open_read_only(const std::filesystem::path& project);

  // --- writes: only inside Store::write
  Result<GenerationId> add_generation(const Generation& generation);  // the id inside is ignored
  Result<JobId> add_job(const Job& job);
  Result<void> save_job(const Job& job);
  Result<AttemptId> add_attempt(const Attempt& attempt);  // refuses a second open attempt of a job (I1)
  Result<void> save_attempt(const Attempt& attempt);
  Result<AssetId> add_asset(const Asset& asset);
  Result<void> set_asset_state(AssetId id, AssetState state, std::string_view reason);
  Result<void> set_mark(AssetId id, Mark mark, int stars);
  Result<void> set_trashed(AssetId id, bool in_trash);
  // What lies in the trash is deleted for good; its row stays. Refused (BadRequest) when it is not in the trash, or while a
  // job that is not over is made from it. Its file is whoever calls's: see is_blob_needed().
  Result<void> delete_asset(AssetId id);
  Result<void> add_money(const MoneyEntry& entry);
  Result<void> save_upload(const StoredUpload& upload);
  Result<void> save_copy(const StoredCopy& copy);
  Result<void> set_fact(std::string_view name, std::string_view value);  // small facts about the project

  // --- reads
  Result<std::optional<Generation>> generation(GenerationId id);
  Result<std::vector<Generation>> generations();
  Result<std::optional<Job>> job(JobId id);
  Result<std::vector<Job>> jobs(const JobFilter& filter = {});
  Result<std::optional<Attempt>> attempt(AttemptId id);
  Result<std::vector<Attempt>> open_attempts();
  Result<std::vector<Attempt>> attempts_of(JobId job);  // oldest first
  // Which attempt owns that remote id: a second one with the same is flagged, never overwritten.
  Result<std::optional<AttemptId>> attempt_with_remote_id(std::string_view endpoint, std::string_view remote_id);
  Result<std::optional<Asset>> asset(AssetId id);
  Result<std::vector<Asset>> assets(const AssetFilter& filter = {});  // by id
  Result<std::vector<Asset>> assets_after(AssetId after, int limit);  // by id; page by page
  Result<std::vector<AssetRow>> asset_rows_after(AssetId after, int limit);
  Result<std::vector<AssetLink>> asset_links();  // all of them, by child
  Result<std::vector<AssetId>> children(AssetId parent);
  Result<std::vector<StoredCopy>> copies();  // of all assets
  Result<std::int64_t> asset_count(const AssetFilter& filter = {});
  Result<std::int64_t> job_count(const JobFilter& filter = {});
  // An asset that is not deleted lies on it, or a job that is not over has it as an input or as its result on the way.
  Result<bool> is_blob_needed(std::string_view sha256);
  Result<std::optional<Asset>> asset_of_blob(std::string_view sha256);  // the first one on that blob that is not deleted
  // Done assets and open Generate jobs with that digest of recipe (digest without seed): has or awaits the same work?
  Result<int> count_with_seedless_digest(std::string_view digest, bool& any_done);
  Result<std::vector<StoredUpload>> uploads(std::string_view provider, std::string_view endpoint);
  Result<Books> books(Currency currency);
  // Of the day of `now_wall_ms`. Costs the same however much there is.
  Result<SpentSoFar> spent(GenerationId run, std::int64_t now_wall_ms, Currency currency);
  Result<std::vector<MoneyEntry>> money();
  Result<std::string> fact(std::string_view name);  // empty when absent
  Result<std::int64_t> commits();                   // grows with every commit: has anything changed since?

  // All reads inside see the ledger as it was at the first of them. For read-only ledgers; on the store thread every read
  // has that already.
  Result<void> snapshot(const std::function<Result<void>()>& reads);

 private:
  friend class Store;
  struct Connection;
  explicit Ledger(std::unique_ptr<Connection> connection);
  std::unique_ptr<Connection> connection_;
};

}  // namespace studio
