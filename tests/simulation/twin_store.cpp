#include "simulation/twin_store.h"

#include <algorithm>
#include <stdexcept>

#include "unit/store/fault_vfs.h"

namespace studio {
namespace {

// `a` of SQLite, which works out a digest where none is given.
bool same(const Job& a, const Job& b) {
  return a.id == b.id && a.kind == b.kind && a.state == b.state && a.generation == b.generation && a.variation == b.variation && a.recipe == b.recipe &&
         (b.recipe_digest.empty() || a.recipe_digest == b.recipe_digest) && a.parents == b.parents && a.waits_for == b.waits_for && a.asset == b.asset && a.attempt == b.attempt &&
         a.attempts == b.attempts && a.charged == b.charged && a.in_doubt == b.in_doubt && a.estimate == b.estimate && a.currency == b.currency && a.cancel_wished == b.cancel_wished && a.hold == b.hold &&
         a.reason == b.reason && a.told_id == b.told_id && a.local_tries == b.local_tries && a.not_before_ms == b.not_before_ms && a.updated_ms == b.updated_ms;
}
bool same(const RemoteOutput& a, const RemoteOutput& b) {
  return a.url == b.url && a.mime == b.mime && a.sha256 == b.sha256 && a.bytes == b.bytes && a.expires_ms == b.expires_ms;
}
bool same(const Attempt& a, const Attempt& b) {
  if (a.outputs.size() != b.outputs.size()) return false;
  for (std::size_t i = 0; i < a.outputs.size(); ++i) {
    if (!same(a.outputs[i], b.outputs[i])) return false;
  }
  return a.id == b.id && a.job == b.job && a.state == b.state && a.provider == b.provider && a.account == b.account && a.endpoint == b.endpoint &&
         a.model == b.model && a.key == b.key && a.replay_declared == b.replay_declared && a.body_digest == b.body_digest &&
         a.submit_body == b.submit_body && a.prepare_state == b.prepare_state && a.remote_id == b.remote_id && a.remote_state == b.remote_state &&
         a.reserved == b.reserved && a.settled == b.settled && a.currency == b.currency && a.reason == b.reason && a.detail == b.detail && a.told_id == b.told_id &&
         a.intent_wall_ms == b.intent_wall_ms && a.submitted_ms == b.submitted_ms;
}
bool same(const Asset& a, const Asset& b) {
  return a.id == b.id && a.kind == b.kind && a.state == b.state && a.sha256 == b.sha256 && a.bytes == b.bytes && a.recipe == b.recipe && a.job == b.job &&
         a.parents == b.parents && a.cost == b.cost && a.reason == b.reason;
}
bool same(const Books& a, const Books& b) { return a.reserved == b.reserved && a.settled == b.settled; }
bool same(const SpentSoFar& a, const SpentSoFar& b) { return a.run == b.run && a.day == b.day && a.project == b.project; }
bool same(const MoneyEntry& a, const MoneyEntry& b) {
  return a.attempt == b.attempt && a.kind == b.kind && a.amount == b.amount && a.currency == b.currency && a.at_ms == b.at_ms;
}
bool same(const std::vector<MoneyEntry>& a, const std::vector<MoneyEntry>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const MoneyEntry& one, const MoneyEntry& other) { return same(one, other); });
}
bool same(const std::string& a, const std::string& b) { return a == b; }
bool same(std::int64_t a, std::int64_t b) { return a == b; }
bool same(bool a, bool b) { return a == b; }
template <class Tag>
bool same(Id<Tag> a, Id<Tag> b) { return a == b; }
bool same(const std::vector<AssetId>& a, const std::vector<AssetId>& b) { return a == b; }
template <class T>
bool same(const std::optional<T>& a, const std::optional<T>& b) { return a.has_value() == b.has_value() && (!a || same(*a, *b)); }

// What a call says of both: they agree, or the disk has failed under the real one.
class TwinLedger final : public Ledger {
 public:
  TwinLedger(Sim& sim, Ledger& real, ModelLedger& model) : sim_(sim), real_(real), model_(model) {}

  Result<GenerationId> add_generation(const Generation& generation) override { return both("add_generation", real_.add_generation(generation), model_.add_generation(generation)); }
  Result<JobId> add_job(const Job& job) override { return both("add_job", real_.add_job(job), model_.add_job(job)); }
  Result<void> save_job(const Job& job) override { return both("save_job", real_.save_job(job), model_.save_job(job)); }
  Result<AttemptId> add_attempt(const Attempt& attempt) override { return both("add_attempt", real_.add_attempt(attempt), model_.add_attempt(attempt)); }
  Result<void> save_attempt(const Attempt& attempt) override { return both("save_attempt", real_.save_attempt(attempt), model_.save_attempt(attempt)); }
  Result<AssetId> add_asset(const Asset& asset) override { return both("add_asset", real_.add_asset(asset), model_.add_asset(asset)); }
  Result<void> set_parents(AssetId id, const std::vector<AssetId>& parents) override { return both("set_parents", real_.set_parents(id, parents), model_.set_parents(id, parents)); }
  Result<void> set_asset_state(AssetId id, AssetState state, std::string_view reason) override { return both("set_asset_state", real_.set_asset_state(id, state, reason), model_.set_asset_state(id, state, reason)); }
  Result<std::vector<AssetId>> save_poster_hint(std::string_view sha256, const PosterHint& hint) override { return both("save_poster_hint", real_.save_poster_hint(sha256, hint), model_.save_poster_hint(sha256, hint)); }
  Result<void> set_mark(AssetId id, studio::Mark mark, int stars) override { return both("set_mark", real_.set_mark(id, mark, stars), model_.set_mark(id, mark, stars)); }
  Result<void> set_trashed(AssetId id, bool in_trash) override { return both("set_trashed", real_.set_trashed(id, in_trash), model_.set_trashed(id, in_trash)); }
  Result<void> delete_asset(AssetId id) override { return both("delete_asset", real_.delete_asset(id), model_.delete_asset(id)); }
  Result<void> add_money(const MoneyEntry& entry) override { return both("add_money", real_.add_money(entry), model_.add_money(entry)); }
  Result<void> save_upload(const StoredUpload& upload) override { return both("save_upload", real_.save_upload(upload), model_.save_upload(upload)); }
  Result<void> save_copy(const StoredCopy& copy) override { return both("save_copy", real_.save_copy(copy), model_.save_copy(copy)); }
  Result<void> set_fact(std::string_view name, std::string_view value) override { return both("set_fact", real_.set_fact(name, value), model_.set_fact(name, value)); }
  Result<std::optional<Generation>> generation(GenerationId id) override { return real_.generation(id); }
  Result<std::vector<Generation>> generations() override { return real_.generations(); }
  Result<std::optional<Job>> job(JobId id) override { return both("job", real_.job(id), model_.job(id)); }
  Result<std::vector<Job>> jobs(const JobFilter& filter) override { return real_.jobs(filter); }
  Result<std::optional<Attempt>> attempt(AttemptId id) override { return both("attempt", real_.attempt(id), model_.attempt(id)); }
  Result<std::vector<Attempt>> open_attempts() override { return real_.open_attempts(); }
  Result<std::vector<Attempt>> attempts_of(JobId job) override { return real_.attempts_of(job); }
  Result<std::optional<AttemptId>> attempt_with_remote_id(std::string_view endpoint, std::string_view remote_id) override { return both("attempt_with_remote_id", real_.attempt_with_remote_id(endpoint, remote_id), model_.attempt_with_remote_id(endpoint, remote_id)); }
  Result<std::optional<Asset>> asset(AssetId id) override { return real_.asset(id); }
  Result<std::vector<Asset>> assets(const AssetFilter& filter) override { return real_.assets(filter); }
  Result<std::vector<Asset>> assets_after(AssetId after, int limit) override { return real_.assets_after(after, limit); }
  Result<std::vector<AssetRow>> asset_rows_after(AssetId after, int limit) override { return real_.asset_rows_after(after, limit); }
  Result<std::vector<AssetLink>> asset_links() override { return real_.asset_links(); }
  Result<std::vector<AssetId>> children(AssetId parent) override { return real_.children(parent); }
  Result<std::vector<StoredCopy>> copies() override { return real_.copies(); }
  Result<std::int64_t> asset_count(const AssetFilter& filter) override { return both("asset_count", real_.asset_count(filter), model_.asset_count(filter)); }
  Result<std::int64_t> job_count(const JobFilter& filter) override { return both("job_count", real_.job_count(filter), model_.job_count(filter)); }
  Result<bool> is_blob_needed(std::string_view sha256) override { return both("is_blob_needed", real_.is_blob_needed(sha256), model_.is_blob_needed(sha256)); }
  Result<std::optional<Asset>> asset_of_blob(std::string_view sha256) override { return both("asset_of_blob", real_.asset_of_blob(sha256), model_.asset_of_blob(sha256)); }
  Result<std::vector<StoredUpload>> uploads(std::string_view provider, std::string_view endpoint) override { return real_.uploads(provider, endpoint); }
  Result<Books> books(Currency currency) override { return both("books", real_.books(currency), model_.books(currency)); }
  Result<SpentSoFar> spent(GenerationId run, std::int64_t now_wall_ms, Currency currency) override { return both("spent", real_.spent(run, now_wall_ms, currency), model_.spent(run, now_wall_ms, currency)); }
  Result<std::vector<MoneyEntry>> money() override { return real_.money(); }
  Result<std::vector<MoneyEntry>> reserved_since(std::int64_t wall_ms) override { return both("reserved_since", real_.reserved_since(wall_ms), model_.reserved_since(wall_ms)); }
  Result<std::string> fact(std::string_view name) override { return both("fact", real_.fact(name), model_.fact(name)); }
  Result<void> set_queue_rank(const QueueRank& rank) override { return both("set_queue_rank", real_.set_queue_rank(rank), model_.set_queue_rank(rank)); }
  Result<std::vector<QueueRank>> queue_line() override { return real_.queue_line(); }
  Result<int> count_with_seedless_digest(std::string_view digest, bool& any_done) override { return real_.count_with_seedless_digest(digest, any_done); }
  Result<std::int64_t> commits() override { return real_.commits(); }
  Result<void> snapshot(const std::function<Result<void>()>& reads) override { return reads(); }

 private:
  template <class T>
  Result<T> both(const char* what, Result<T> real, const Result<T>& model) {
    if (!real && real.error().kind == ErrorKind::Disk) return real;
    bool is_same = real.has_value() == model.has_value();
    if constexpr (!std::is_void_v<T>) is_same = is_same && (!real || same(*real, *model));
    if (!is_same) sim_.say(std::string("SQLite and the model answer differently: ") + what + (real ? "" : ": " + real.error().message));
    return real;
  }

  Sim& sim_;
  Ledger& real_;
  ModelLedger& model_;
};

}  // namespace

TwinStore::TwinStore(Sim& sim) : ModelStore(sim) {
  install_fault_vfs();
  if (const auto made = Store::create(folder_.path() / "0", "simulated"); !made) throw std::runtime_error(made.error().message);
  open();
}

void TwinStore::open() {
  auto opened = Store::open(folder_.path() / std::to_string(number_));
  if (!opened) throw std::runtime_error("the ledger does not open again: " + opened.error().message + " " + opened.error().detail);
  real_ = std::move(*opened);
}

Result<void> TwinStore::carry_out(const std::function<Result<void>(Ledger&)>& work) {
  const auto before = ledger_.mark();
  auto outcome = real_->write_and_wait([&](Ledger& real) {
    TwinLedger twin(sim_, real, ledger_);
    return work(twin);
  });
  if (!outcome) ledger_.back_to(before);
  kept();
  return outcome;
}

Result<void> TwinStore::write_and_wait(std::function<Result<void>(Ledger&)> work) { return carry_out(work); }

Result<void> TwinStore::read_and_wait(std::function<Result<void>(Ledger&)> work) { return real_->read_and_wait(std::move(work)); }

void TwinStore::run_group() {
  Item item = take_first();
  sim_.step();
  const bool strikes = sim_.hits(sim_.rates.commit_fails, 20);
  if (strikes) arm_faults({static_cast<int>(sim_.pick(1, 12)), sim_.random.below(2) == 0, 0});
  const auto outcome = carry_out(item.work);
  if (strikes) {
    sim_.disk_faults_hit += faults_hit();
    arm_faults({});
  }
  sim_.step();
  if (item.durable) item.durable(outcome);
}

void TwinStore::power_cut() {
  ModelStore::power_cut();
  const auto from = folder_.path() / std::to_string(number_), to = folder_.path() / std::to_string(number_ + 1);
  std::filesystem::create_directories(to);
  for (const auto& entry : std::filesystem::directory_iterator(from)) {
    if (entry.is_regular_file() && !entry.path().string().ends_with("-shm")) std::filesystem::copy_file(entry.path(), to / entry.path().filename());
  }
  real_.reset();
  ++number_;
  open();
  compare();
}

void TwinStore::compare() {
  const auto read = real_->read_and_wait([&](Ledger& real) -> Result<void> {
    STUDIO_TRY(const auto jobs, real.jobs());
    STUDIO_TRY(const auto assets, real.assets());
    if (jobs.size() != ledger_.all_jobs().size()) sim_.say("SQLite has another number of jobs than the model");
    if (assets.size() != ledger_.all_assets().size()) sim_.say("SQLite has another number of assets than the model");
    for (const Job& job : jobs) {
      if (!same(job, ledger_.job_at(job.id))) sim_.say("SQLite keeps " + to_string(job.id) + " otherwise than the model");
      STUDIO_TRY(const auto attempts, real.attempts_of(job.id));
      for (const Attempt& attempt : attempts) {
        if (!same(attempt, ledger_.attempt_at(attempt.id))) sim_.say("SQLite keeps " + to_string(attempt.id) + " otherwise than the model");
      }
    }
    for (const Asset& asset : assets) {
      if (!same(asset, ledger_.all_assets()[static_cast<std::size_t>(asset.id.value - 1)])) sim_.say("SQLite keeps " + to_string(asset.id) + " otherwise than the model");
    }
    STUDIO_TRY(const Books books, real.books(Currency::Usd));
    if (!same(books, *ledger_.books(Currency::Usd))) sim_.say("the books of SQLite are not those of the model");
    return {};
  });
  if (!read) sim_.say("the ledger cannot be read: " + read.error().message);
}

}  // namespace studio
