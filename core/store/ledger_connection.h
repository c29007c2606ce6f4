// What the sources of the ledger share: the connection, and how enumerations, rows and errors go in and out.
#pragma once

#include <memory>
#include <string>

#include "store/ledger.h"
#include "store/ledger_care.h"
#include "store/sqlite_db.h"

namespace studio {

// Every call of Ledger on one connection of SQLite.
class SqliteLedger final : public Ledger {
 public:
  struct Connection {
    std::unique_ptr<Database> db;
  };
  explicit SqliteLedger(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
  Database& db() { return *connection_->db; }

  Result<GenerationId> add_generation(const Generation& generation) override;
  Result<JobId> add_job(const Job& job) override;
  Result<void> save_job(const Job& job) override;
  Result<void> set_queue_rank(const QueueRank& rank) override;
  Result<AttemptId> add_attempt(const Attempt& attempt) override;
  Result<void> save_attempt(const Attempt& attempt) override;
  Result<AssetId> add_asset(const Asset& asset) override;
  Result<void> set_parents(AssetId id, const std::vector<AssetId>& parents) override;
  Result<void> set_asset_state(AssetId id, AssetState state, std::string_view reason) override;
  Result<std::vector<AssetId>> save_poster_hint(std::string_view sha256, const PosterHint& hint) override;
  Result<void> set_mark(AssetId id, Mark mark, int stars) override;
  Result<void> set_trashed(AssetId id, bool in_trash) override;
  Result<void> delete_asset(AssetId id) override;
  Result<void> add_money(const MoneyEntry& entry) override;
  Result<void> save_upload(const StoredUpload& upload) override;
  Result<void> save_copy(const StoredCopy& copy) override;
  Result<void> set_fact(std::string_view name, std::string_view value) override;
  Result<std::optional<Generation>> generation(GenerationId id) override;
  Result<std::vector<Generation>> generations() override;
  Result<std::optional<Job>> job(JobId id) override;
  Result<std::vector<Job>> jobs(const JobFilter& filter) override;
  Result<std::vector<QueueRank>> queue_line() override;
  Result<std::optional<Attempt>> attempt(AttemptId id) override;
  Result<std::vector<Attempt>> open_attempts() override;
  Result<std::vector<Attempt>> attempts_of(JobId job) override;
  Result<std::optional<AttemptId>> attempt_with_remote_id(std::string_view endpoint, std::string_view remote_id) override;
  Result<std::optional<Asset>> asset(AssetId id) override;
  Result<std::vector<Asset>> assets(const AssetFilter& filter) override;
  Result<std::vector<Asset>> assets_after(AssetId after, int limit) override;
  Result<std::vector<AssetRow>> asset_rows_after(AssetId after, int limit) override;
  Result<std::vector<AssetLink>> asset_links() override;
  Result<std::vector<AssetId>> children(AssetId parent) override;
  Result<std::vector<StoredCopy>> copies() override;
  Result<std::int64_t> asset_count(const AssetFilter& filter) override;
  Result<std::int64_t> job_count(const JobFilter& filter) override;
  Result<bool> is_blob_needed(std::string_view sha256) override;
  Result<std::optional<Asset>> asset_of_blob(std::string_view sha256) override;
  Result<int> count_with_seedless_digest(std::string_view digest, bool& any_done) override;
  Result<std::vector<StoredUpload>> uploads(std::string_view provider, std::string_view endpoint) override;
  Result<Books> books(Currency currency) override;
  Result<SpentSoFar> spent(GenerationId run, std::int64_t now_wall_ms, Currency currency) override;
  Result<std::vector<MoneyEntry>> money() override;
  Result<std::vector<MoneyEntry>> reserved_since(std::int64_t wall_ms) override;
  Result<std::string> fact(std::string_view name) override;
  Result<std::int64_t> commits() override;
  Result<void> snapshot(const std::function<Result<void>()>& reads) override;

 private:
  std::unique_ptr<Connection> connection_;
};

// A row that holds a name or a recipe this program does not know.
inline tl::unexpected<Error> unreadable(const Database& db, std::string_view what, std::int64_t id) {
  return fail(ErrorKind::Damaged, "The project's ledger is damaged: " + std::string(what) + " " + std::to_string(id) +
                                      " cannot be read. " + restore_words(db.file()));
}

inline Result<Recipe> recipe_of_row(const Database& db, const std::string& json, std::string_view what, std::int64_t id) {
  auto recipe = recipe_from_json(json);
  if (!recipe) {
    auto damaged = unreadable(db, what, id);
    damaged.value().detail = recipe.error().message;
    return damaged;
  }
  return recipe;
}

// "'done','missing'" for an IN list; the names are our own constants.
template <class Values>
std::string quoted_names(const Values& values) {
  std::string list;
  for (const auto value : values) {
    if (!list.empty()) list += ',';
    list += '\'';
    list += to_string(value);
    list += '\'';
  }
  return list;
}

}  // namespace studio
