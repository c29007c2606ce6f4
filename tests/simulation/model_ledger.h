// A ledger in memory: the same promises as the one on SQLite, as plain values. A transaction is a list of what to put back.
#pragma once

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <unordered_map>

#include "store/ledger.h"

namespace studio {

// One thread. What the schema of the real one refuses, this refuses too: a second open attempt (I1), another identity of an
// attempt (I7), money without an attempt or in another currency. Days of the books are those of UTC.
class ModelLedger final : public Ledger {
 public:
  // --- for the store that has it
  using Mark = std::size_t;
  Mark mark() const { return undo_.size(); }
  void back_to(Mark mark);
  bool has_changes() const { return !undo_.empty(); }
  // What has changed since the last commit is kept. Tells which rows, each once a change.
  struct Touched {
    std::vector<JobId> jobs;
    std::vector<AttemptId> attempts;
    std::vector<AttemptId> reserved;  // money was set aside for it
  };
  const Touched& commit();

  // --- for the oracle: looks without copies
  struct AttemptMoney {
    std::int64_t reserved = 0, released = 0, settled = 0;
    std::int64_t generation = 0, day = 0;
    std::int64_t held() const { return std::max<std::int64_t>(0, reserved - released - settled); }
  };
  const std::deque<Job>& all_jobs() const { return jobs_; }
  const std::deque<Attempt>& all_attempts() const { return attempts_; }
  const std::deque<Asset>& all_assets() const { return assets_; }
  const Job& job_at(JobId id) const { return jobs_[index(id)]; }
  const Attempt& attempt_at(AttemptId id) const { return attempts_[index(id)]; }
  const AttemptMoney& money_of(AttemptId id) const { return money_of_[index(id)]; }
  const Attempt* attempt_with_key(const std::string& key) const;
  int open_attempts_of(JobId id) const { return open_of_job_[index(id)]; }

  // --- writes
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
  Result<void> set_mark(AssetId id, studio::Mark mark, int stars) override;
  Result<void> set_trashed(AssetId id, bool in_trash) override;
  Result<void> delete_asset(AssetId id) override;
  Result<void> add_money(const MoneyEntry& entry) override;
  Result<void> save_upload(const StoredUpload& upload) override;
  Result<void> save_copy(const StoredCopy& copy) override;
  Result<void> set_fact(std::string_view name, std::string_view value) override;

  // --- reads
  Result<std::optional<Generation>> generation(GenerationId id) override;
  Result<std::vector<Generation>> generations() override;
  Result<std::optional<Job>> job(JobId id) override;
  Result<std::vector<Job>> jobs(const JobFilter& filter = {}) override;
  Result<std::vector<QueueRank>> queue_line() override;
  Result<std::optional<Attempt>> attempt(AttemptId id) override;
  Result<std::vector<Attempt>> open_attempts() override;
  Result<std::vector<Attempt>> attempts_of(JobId job) override;
  Result<std::optional<AttemptId>> attempt_with_remote_id(std::string_view endpoint, std::string_view remote_id) override;
  Result<std::optional<Asset>> asset(AssetId id) override;
  Result<std::vector<Asset>> assets(const AssetFilter& filter = {}) override;
  Result<std::vector<Asset>> assets_after(AssetId after, int limit) override;
  Result<std::vector<AssetRow>> asset_rows_after(AssetId after, int limit) override;
  Result<std::vector<AssetLink>> asset_links() override;
  Result<std::vector<AssetId>> children(AssetId parent) override;
  Result<std::vector<StoredCopy>> copies() override;
  Result<std::int64_t> asset_count(const AssetFilter& filter = {}) override;
  Result<std::int64_t> job_count(const JobFilter& filter = {}) override;
  Result<bool> is_blob_needed(std::string_view sha256) override;
  Result<std::optional<Asset>> asset_of_blob(std::string_view sha256) override;
  Result<int> count_with_seedless_digest(std::string_view digest, bool& any_done) override;
  Result<std::vector<StoredUpload>> uploads(std::string_view provider, std::string_view endpoint) override;
  Result<Books> books(Currency currency) override;
  Result<SpentSoFar> spent(GenerationId run, std::int64_t now_wall_ms, Currency currency) override;
  Result<std::vector<MoneyEntry>> money() override;
  Result<std::vector<MoneyEntry>> reserved_since(std::int64_t wall_ms) override;
  Result<std::string> fact(std::string_view name) override;
  Result<std::int64_t> commits() override { return commits_; }
  Result<void> snapshot(const std::function<Result<void>()>& reads) override { return reads(); }

 private:
  // How one change is taken back.
  struct Undo {
    enum class Of : std::uint8_t { Generation, NewJob, Job, NewAttempt, Attempt, NewAsset, Asset, Money, Upload, Copy, Fact };
    Of of;
    std::int64_t id = 0;
    std::unique_ptr<studio::Job> job = {};
    std::unique_ptr<studio::Attempt> attempt = {};
    std::unique_ptr<studio::Asset> asset = {};
    std::unique_ptr<AttemptMoney> money = {};
    MoneyKind money_kind = MoneyKind::Reserve;
    std::string name = {};
    std::optional<std::string> value = {};
    std::optional<StoredUpload> upload = {};
    std::optional<StoredCopy> copy = {};
  };
  template <class Tag>
  static std::size_t index(Id<Tag> id) { return static_cast<std::size_t>(id.value - 1); }
  template <class Tag, class Rows>
  static bool is_there(Id<Tag> id, const Rows& rows) { return id.valid() && index(id) < rows.size(); }

  void take_back(Undo& undo);
  void set_money(std::size_t at, const AttemptMoney& money);
  Result<Asset*> change_asset(AssetId id);
  bool matches(const Job& job, const JobFilter& filter) const;
  bool matches(const Asset& asset, const AssetFilter& filter) const;
  AssetRow row_of(const Asset& asset) const;

  std::deque<Generation> generations_;
  std::deque<Job> jobs_;
  std::deque<Attempt> attempts_;
  std::deque<AttemptMoney> money_of_;  // beside attempts_
  std::deque<int> open_of_job_;        // beside jobs_
  std::deque<Asset> assets_;
  std::vector<MoneyEntry> money_;
  std::map<std::string, StoredUpload> uploads_;
  std::map<std::pair<AssetId, std::string>, StoredCopy> copies_;
  std::map<std::string, std::string, std::less<>> facts_;
  std::array<Books, 2> books_;
  std::map<std::pair<std::int64_t, Currency>, std::int64_t> run_books_, day_books_;
  // Hints: what they name is looked at before it is believed, so nothing of them is ever taken back.
  std::unordered_map<std::string, std::vector<AttemptId>> by_remote_id_;
  std::unordered_map<std::string, AttemptId> by_key_;
  std::unordered_map<std::string, std::vector<AssetId>> by_blob_;
  std::unordered_map<AssetId, std::vector<JobId>> posters_of_;
  std::int64_t commits_ = 0;
  std::vector<Undo> undo_;
  Touched touched_;
};

}  // namespace studio
