#include "simulation/model_ledger.h"

#include <algorithm>

namespace studio {
namespace {

tl::unexpected<Error> none(std::string_view what) {
  return fail(ErrorKind::NotFound, "There is no such " + std::string(what) + " in this project.");
}

constexpr std::int64_t day_ms = 86'400'000;

}  // namespace

// --- transactions

void ModelLedger::back_to(Mark mark) {
  while (undo_.size() > mark) {
    take_back(undo_.back());
    undo_.pop_back();
  }
}

void ModelLedger::take_back(Undo& undo) {
  const auto at = static_cast<std::size_t>(undo.id - 1);
  switch (undo.of) {
    case Undo::Of::Generation: generations_.pop_back(); return;
    case Undo::Of::NewJob:
      jobs_.pop_back();
      open_of_job_.pop_back();
      return;
    case Undo::Of::Job: jobs_[at] = std::move(*undo.job); return;
    case Undo::Of::NewAttempt:
      if (is_open(attempts_.back().state)) --open_of_job_[index(attempts_.back().job)];
      attempts_.pop_back();
      money_of_.pop_back();
      return;
    case Undo::Of::Attempt:
      open_of_job_[index(undo.attempt->job)] += static_cast<int>(is_open(undo.attempt->state)) - static_cast<int>(is_open(attempts_[at].state));
      attempts_[at] = std::move(*undo.attempt);
      return;
    case Undo::Of::NewAsset: assets_.pop_back(); return;
    case Undo::Of::Asset: assets_[at] = std::move(*undo.asset); return;
    case Undo::Of::Money:
      set_money(at, *undo.money);
      money_.pop_back();
      return;
    case Undo::Of::Upload:
      if (undo.upload) uploads_[undo.name] = std::move(*undo.upload);
      else uploads_.erase(undo.name);
      return;
    case Undo::Of::Copy:
      if (undo.copy) copies_[{undo.copy->asset, undo.copy->target}] = *undo.copy;
      else copies_.erase({AssetId{undo.id}, undo.name});
      return;
    case Undo::Of::Fact:
      if (undo.value) facts_[undo.name] = std::move(*undo.value);
      else facts_.erase(undo.name);
      return;
  }
}

const ModelLedger::Touched& ModelLedger::commit() {
  touched_.jobs.clear();
  touched_.attempts.clear();
  touched_.reserved.clear();
  for (const Undo& undo : undo_) {
    switch (undo.of) {
      case Undo::Of::NewJob: case Undo::Of::Job: touched_.jobs.push_back(JobId{undo.id}); break;
      case Undo::Of::NewAttempt: case Undo::Of::Attempt: touched_.attempts.push_back(AttemptId{undo.id}); break;
      case Undo::Of::Money:
        touched_.attempts.push_back(AttemptId{undo.id});
        if (undo.money_kind == MoneyKind::Reserve) touched_.reserved.push_back(AttemptId{undo.id});
        break;
      default: break;
    }
  }
  undo_.clear();
  ++commits_;
  return touched_;
}

const Attempt* ModelLedger::attempt_with_key(const std::string& key) const {
  const auto found = by_key_.find(key);
  if (found == by_key_.end() || !is_there(found->second, attempts_) || attempts_[index(found->second)].key != key) return nullptr;
  return &attempts_[index(found->second)];
}

// --- jobs and attempts

Result<GenerationId> ModelLedger::add_generation(const Generation& generation) {
  generations_.push_back(generation);
  generations_.back().id = GenerationId{static_cast<std::int64_t>(generations_.size())};
  undo_.push_back({Undo::Of::Generation, generations_.back().id.value});
  return generations_.back().id;
}

Result<JobId> ModelLedger::add_job(const Job& job) {
  jobs_.push_back(job);
  open_of_job_.push_back(0);
  Job& added = jobs_.back();
  added.id = JobId{static_cast<std::int64_t>(jobs_.size())};
  if (job.kind == JobKind::Poster) posters_of_[job.asset].push_back(added.id);
  undo_.push_back({Undo::Of::NewJob, added.id.value});
  return added.id;
}

Result<void> ModelLedger::save_job(const Job& job) {
  if (!is_there(job.id, jobs_)) return none("job");
  Job& row = jobs_[index(job.id)];
  Undo undo{Undo::Of::Job, job.id.value};
  undo.job = std::make_unique<Job>(std::move(row));
  row = job;
  row.priority = undo.job->priority;
  row.place = undo.job->place;
  undo_.push_back(std::move(undo));
  return {};
}

Result<void> ModelLedger::set_queue_rank(const QueueRank& rank) {
  if (!is_there(rank.job, jobs_)) return none("job");
  Job& row = jobs_[index(rank.job)];
  Undo undo{Undo::Of::Job, rank.job.value};
  undo.job = std::make_unique<Job>(row);
  row.priority = rank.priority;
  row.place = rank.place;
  undo_.push_back(std::move(undo));
  return {};
}

Result<std::vector<QueueRank>> ModelLedger::queue_line() {
  std::vector<QueueRank> line;
  for (const Job& job : jobs_) {
    const bool waits = job.state == JobState::Waiting || job.state == JobState::Queued || job.state == JobState::Blocked;
    if (waits && !is_local(job.kind)) line.push_back(job.rank());
  }
  std::sort(line.begin(), line.end());
  return line;
}

Result<AttemptId> ModelLedger::add_attempt(const Attempt& attempt) {
  if (!is_there(attempt.job, jobs_)) return none("job");
  if (is_open(attempt.state) && open_of_job_[index(attempt.job)] > 0) {
    return fail(ErrorKind::Bug, "This job has an open attempt already; it must end before another begins.");
  }
  attempts_.push_back(attempt);
  money_of_.emplace_back();
  Attempt& added = attempts_.back();
  added.id = AttemptId{static_cast<std::int64_t>(attempts_.size())};
  open_of_job_[index(attempt.job)] += static_cast<int>(is_open(attempt.state));
  by_key_[added.key] = added.id;
  undo_.push_back({Undo::Of::NewAttempt, added.id.value});
  return added.id;
}

Result<void> ModelLedger::save_attempt(const Attempt& attempt) {
  if (!is_there(attempt.id, attempts_)) return none("attempt");
  Attempt& row = attempts_[index(attempt.id)];
  const bool was_sent = row.intent_wall_ms != 0 && row.state != AttemptState::Reserved && row.state != AttemptState::Preparing;
  const bool is_frozen = row.job == attempt.job && row.provider == attempt.provider && row.account == attempt.account &&
                         row.endpoint == attempt.endpoint && row.model == attempt.model && row.key == attempt.key && row.currency == attempt.currency;
  const bool says_the_same = row.replay_declared == attempt.replay_declared && (row.body_digest.empty() || row.body_digest == attempt.body_digest);
  if (!is_frozen || (was_sent && !says_the_same)) return fail(ErrorKind::Bug, "The identity of an attempt is frozen.");
  int& open = open_of_job_[index(row.job)];
  if (!is_open(row.state) && is_open(attempt.state) && open > 0) {
    return fail(ErrorKind::Bug, "This job has an open attempt already; it must end before another begins.");
  }
  open += static_cast<int>(is_open(attempt.state)) - static_cast<int>(is_open(row.state));
  if (!attempt.remote_id.empty() && attempt.remote_id != row.remote_id) by_remote_id_[attempt.remote_id].push_back(attempt.id);
  Undo undo{Undo::Of::Attempt, attempt.id.value};
  undo.attempt = std::make_unique<Attempt>(std::move(row));
  row = attempt;
  undo_.push_back(std::move(undo));
  return {};
}

Result<std::optional<Generation>> ModelLedger::generation(GenerationId id) {
  if (!is_there(id, generations_)) return std::nullopt;
  return generations_[index(id)];
}

Result<std::vector<Generation>> ModelLedger::generations() { return std::vector<Generation>(generations_.begin(), generations_.end()); }

Result<std::optional<Job>> ModelLedger::job(JobId id) {
  if (!is_there(id, jobs_)) return std::nullopt;
  return jobs_[index(id)];
}

bool ModelLedger::matches(const Job& job, const JobFilter& filter) const {
  if (filter.only_open && is_terminal(job.state)) return false;
  if (filter.kind && job.kind != *filter.kind) return false;
  if (filter.generation && job.generation != *filter.generation) return false;
  if (filter.asset && job.asset != *filter.asset) return false;
  const auto is_parent = [&](AssetId id) { return std::count(filter.parents.begin(), filter.parents.end(), id) > 0; };
  if (!filter.parents.empty() && std::none_of(job.parents.begin(), job.parents.end(), is_parent)) return false;
  return filter.states.empty() || std::count(filter.states.begin(), filter.states.end(), job.state) > 0;
}

Result<std::vector<Job>> ModelLedger::jobs(const JobFilter& filter) {
  std::vector<Job> found;
  if (filter.asset && filter.kind == JobKind::Poster) {
    if (const auto known = posters_of_.find(*filter.asset); known != posters_of_.end()) {
      for (const JobId id : known->second) {
        if (is_there(id, jobs_) && matches(jobs_[index(id)], filter)) found.push_back(jobs_[index(id)]);
      }
    }
    return found;
  }
  for (const Job& job : jobs_) {
    if (matches(job, filter)) found.push_back(job);
  }
  return found;
}

Result<std::int64_t> ModelLedger::job_count(const JobFilter& filter) {
  return std::count_if(jobs_.begin(), jobs_.end(), [&](const Job& job) { return matches(job, filter); });
}

Result<std::optional<Attempt>> ModelLedger::attempt(AttemptId id) {
  if (!is_there(id, attempts_)) return std::nullopt;
  return attempts_[index(id)];
}

Result<std::vector<Attempt>> ModelLedger::open_attempts() {
  std::vector<Attempt> found;
  for (const Attempt& attempt : attempts_) {
    if (is_open(attempt.state)) found.push_back(attempt);
  }
  return found;
}

Result<std::vector<Attempt>> ModelLedger::attempts_of(JobId job) {
  std::vector<Attempt> found;
  for (const Attempt& attempt : attempts_) {
    if (attempt.job == job) found.push_back(attempt);
  }
  return found;
}

Result<std::optional<AttemptId>> ModelLedger::attempt_with_remote_id(std::string_view endpoint, std::string_view remote_id) {
  if (remote_id.empty()) return std::nullopt;
  const auto known = by_remote_id_.find(std::string(remote_id));
  if (known == by_remote_id_.end()) return std::nullopt;
  std::optional<AttemptId> first;
  for (const AttemptId id : known->second) {
    if (!is_there(id, attempts_)) continue;
    const Attempt& attempt = attempts_[index(id)];
    if (attempt.remote_id == remote_id && attempt.endpoint == endpoint && (!first || id < *first)) first = id;
  }
  return first;
}

// --- assets

Result<AssetId> ModelLedger::add_asset(const Asset& asset) {
  assets_.push_back(asset);
  Asset& added = assets_.back();
  added.id = AssetId{static_cast<std::int64_t>(assets_.size())};
  by_blob_[added.sha256].push_back(added.id);
  undo_.push_back({Undo::Of::NewAsset, added.id.value});
  return added.id;
}

Result<Asset*> ModelLedger::change_asset(AssetId id) {
  if (!is_there(id, assets_)) return none("asset");
  Asset& row = assets_[index(id)];
  Undo undo{Undo::Of::Asset, id.value};
  undo.asset = std::make_unique<Asset>(row);
  undo_.push_back(std::move(undo));
  return &row;
}

Result<void> ModelLedger::set_parents(AssetId id, const std::vector<AssetId>& parents) {
  STUDIO_TRY(Asset* asset, change_asset(id));
  asset->parents = parents;
  return {};
}

Result<void> ModelLedger::set_asset_state(AssetId id, AssetState state, std::string_view reason) {
  STUDIO_TRY(Asset* asset, change_asset(id));
  asset->state = state;
  asset->reason = reason;
  return {};
}

Result<std::vector<AssetId>> ModelLedger::save_poster_hint(std::string_view sha256, const PosterHint& hint) {
  std::vector<AssetId> ids;
  const auto found = by_blob_.find(std::string(sha256));
  if (found == by_blob_.end()) return ids;
  for (const AssetId id : found->second) {
    if (!is_there(id, assets_) || assets_[index(id)].sha256 != sha256 || assets_[index(id)].state == AssetState::Deleted) continue;
    if (std::count(ids.begin(), ids.end(), id) > 0) continue;
    STUDIO_TRY(Asset* asset, change_asset(id));
    asset->hint = hint;
    ids.push_back(id);
  }
  return ids;
}

Result<void> ModelLedger::set_mark(AssetId id, studio::Mark mark, int stars) {
  STUDIO_TRY(Asset* asset, change_asset(id));
  asset->mark = mark;
  asset->stars = std::clamp(stars, 0, 5);
  return {};
}

Result<void> ModelLedger::set_trashed(AssetId id, bool in_trash) {
  if (!is_there(id, assets_)) return {};
  STUDIO_TRY(Asset* asset, change_asset(id));
  asset->in_trash = in_trash && asset->state != AssetState::Deleted;
  return {};
}

Result<void> ModelLedger::delete_asset(AssetId id) {
  if (!is_there(id, assets_)) return none("asset");
  if (!assets_[index(id)].in_trash) return fail(ErrorKind::BadRequest, "It is not in the trash any more.");
  for (const Job& job : jobs_) {
    const auto inputs = made_from(job.recipe, job.parents);
    const bool is_used = !is_terminal(job.state) && std::count(inputs.begin(), inputs.end(), id) > 0;
    if (is_used) return fail(ErrorKind::BadRequest, "A job that is not over is made from it: wait for the job, or cancel it.");
  }
  STUDIO_CHECK(set_asset_state(id, AssetState::Deleted, "Deleted with the trash."));
  assets_[index(id)].hint = {};
  return set_trashed(id, false);
}

Result<std::optional<Asset>> ModelLedger::asset(AssetId id) {
  if (!is_there(id, assets_)) return std::nullopt;
  return assets_[index(id)];
}

bool ModelLedger::matches(const Asset& asset, const AssetFilter& filter) const {
  if (filter.kind && asset.kind != *filter.kind) return false;
  if (filter.mark && asset.mark != *filter.mark) return false;
  return filter.states.empty() || std::count(filter.states.begin(), filter.states.end(), asset.state) > 0;
}

Result<std::vector<Asset>> ModelLedger::assets(const AssetFilter& filter) {
  std::vector<Asset> found;
  for (const Asset& asset : assets_) {
    if (matches(asset, filter)) found.push_back(asset);
  }
  return found;
}

Result<std::int64_t> ModelLedger::asset_count(const AssetFilter& filter) {
  return std::count_if(assets_.begin(), assets_.end(), [&](const Asset& asset) { return matches(asset, filter); });
}

Result<std::vector<Asset>> ModelLedger::assets_after(AssetId after, int limit) {
  std::vector<Asset> page;
  for (auto at = static_cast<std::size_t>(after.value); at < assets_.size() && static_cast<int>(page.size()) < limit; ++at) page.push_back(assets_[at]);
  return page;
}

AssetRow ModelLedger::row_of(const Asset& asset) const {
  return {.id = asset.id, .kind = asset.kind, .state = asset.state, .mark = asset.mark, .currency = asset.currency, .has_audio = asset.media.has_audio,
          .in_trash = asset.in_trash, .stars = asset.stars, .width = asset.media.width, .height = asset.media.height, .variation = asset.variation,
          .seconds = asset.media.seconds, .job = asset.job, .generation = asset.generation, .cost = asset.cost, .created_ms = asset.created_ms,
          .sha256 = asset.sha256, .has_hint = asset.hint.is_known()};
}

Result<std::vector<AssetRow>> ModelLedger::asset_rows_after(AssetId after, int limit) {
  std::vector<AssetRow> page;
  for (auto at = static_cast<std::size_t>(after.value); at < assets_.size() && static_cast<int>(page.size()) < limit; ++at) {
    page.push_back(row_of(assets_[at]));
  }
  return page;
}

Result<std::vector<AssetLink>> ModelLedger::asset_links() {
  std::vector<AssetLink> links;
  for (const Asset& asset : assets_) {
    for (const AssetId parent : asset.parents) links.push_back({asset.id, parent});
  }
  return links;
}

Result<std::vector<AssetId>> ModelLedger::children(AssetId parent) {
  std::vector<AssetId> found;
  for (const Asset& asset : assets_) {
    if (std::count(asset.parents.begin(), asset.parents.end(), parent) > 0) found.push_back(asset.id);
  }
  return found;
}

Result<std::vector<StoredCopy>> ModelLedger::copies() {
  std::vector<StoredCopy> all;
  for (const auto& [at, copy] : copies_) all.push_back(copy);
  return all;
}

Result<bool> ModelLedger::is_blob_needed(std::string_view sha256) {
  STUDIO_TRY(const auto asset, asset_of_blob(sha256));
  if (asset) return true;
  for (const Attempt& attempt : attempts_) {
    if (!is_open(attempt.state)) continue;
    for (const RemoteOutput& output : attempt.outputs) {
      if (output.sha256 == sha256) return true;
    }
  }
  for (const Job& job : jobs_) {
    if (is_terminal(job.state)) continue;
    for (const RecipeInput& input : job.recipe.inputs) {
      if (input.sha256 == sha256) return true;
    }
  }
  return false;
}

Result<std::optional<Asset>> ModelLedger::asset_of_blob(std::string_view sha256) {
  const auto known = by_blob_.find(std::string(sha256));
  if (known == by_blob_.end()) return std::nullopt;
  std::optional<AssetId> first;
  for (const AssetId id : known->second) {
    if (!is_there(id, assets_)) continue;
    const Asset& asset = assets_[index(id)];
    if (asset.sha256 == sha256 && asset.state != AssetState::Deleted && (!first || id < *first)) first = id;
  }
  return first ? asset(*first) : Result<std::optional<Asset>>(std::nullopt);
}

Result<int> ModelLedger::count_with_seedless_digest(std::string_view digest, bool& any_done) {
  int done = 0, open = 0;
  for (const Asset& asset : assets_) done += asset.state == AssetState::Done && recipe_digest(asset.recipe, false) == digest ? 1 : 0;
  for (const Job& job : jobs_) {
    open += !is_terminal(job.state) && job.kind == JobKind::Generate && recipe_digest(job.recipe, false) == digest ? 1 : 0;
  }
  any_done = done > 0;
  return done + open;
}

// --- money

// The sums follow from the difference, so that a change is taken back by the same way.
void ModelLedger::set_money(std::size_t at, const AttemptMoney& money) {
  AttemptMoney& row = money_of_[at];
  const Currency currency = attempts_[at].currency;
  Books& books = books_[static_cast<std::size_t>(currency)];
  books.reserved.micros += money.held() - row.held();
  books.settled.micros += money.settled - row.settled;
  run_books_[{money.generation, currency}] += money.held() + money.settled - (row.generation == money.generation ? row.held() + row.settled : 0);
  day_books_[{money.day, currency}] += money.held() + money.settled - (row.day == money.day ? row.held() + row.settled : 0);
  row = money;
}

Result<void> ModelLedger::add_money(const MoneyEntry& entry) {
  if (!is_there(entry.attempt, attempts_)) return none("attempt");
  if (entry.amount.micros < 0) return fail(ErrorKind::Bug, "An amount of money is below zero.");
  const std::size_t at = index(entry.attempt);
  if (attempts_[at].currency != entry.currency) return fail(ErrorKind::Bug, "The currency is not that of the attempt.");
  AttemptMoney money = money_of_[at];
  if (money.generation == 0) {
    money.generation = jobs_[index(attempts_[at].job)].generation.value;
    money.day = entry.at_ms / day_ms;
    money_of_[at].generation = money.generation;
    money_of_[at].day = money.day;
  }
  Undo undo{Undo::Of::Money, entry.attempt.value};
  undo.money = std::make_unique<AttemptMoney>(money);
  undo.money_kind = entry.kind;
  undo_.push_back(std::move(undo));
  if (entry.kind == MoneyKind::Reserve) money.reserved += entry.amount.micros;
  else if (entry.kind == MoneyKind::Release) money.released += entry.amount.micros;
  else money.settled += entry.amount.micros;
  set_money(at, money);
  money_.push_back(entry);
  return {};
}

Result<Books> ModelLedger::books(Currency currency) { return books_[static_cast<std::size_t>(currency)]; }

Result<SpentSoFar> ModelLedger::spent(GenerationId run, std::int64_t now_wall_ms, Currency currency) {
  const auto sum = [currency](const auto& books, std::int64_t at) {
    const auto found = books.find({at, currency});
    return found == books.end() ? Money{} : Money{found->second};
  };
  const Books& all = books_[static_cast<std::size_t>(currency)];
  return SpentSoFar{sum(run_books_, run.value), sum(day_books_, now_wall_ms / day_ms), all.reserved + all.settled};
}

Result<std::vector<MoneyEntry>> ModelLedger::money() { return money_; }

Result<std::vector<MoneyEntry>> ModelLedger::reserved_since(std::int64_t wall_ms) {
  std::vector<MoneyEntry> found;
  for (auto entry = money_.rbegin(); entry != money_.rend() && entry->at_ms >= wall_ms; ++entry) {
    if (entry->kind == MoneyKind::Reserve) found.insert(found.begin(), *entry);
  }
  return found;
}

// --- uploads, copies, facts

Result<void> ModelLedger::save_upload(const StoredUpload& upload) {
  const std::string key = upload.provider + "\n" + upload.endpoint + "\n" + upload.sha256;
  Undo undo{Undo::Of::Upload};
  undo.name = key;
  if (const auto known = uploads_.find(key); known != uploads_.end()) undo.upload = known->second;
  undo_.push_back(std::move(undo));
  uploads_[key] = upload;
  return {};
}

Result<std::vector<StoredUpload>> ModelLedger::uploads(std::string_view provider, std::string_view endpoint) {
  std::vector<StoredUpload> found;
  const std::string prefix = std::string(provider) + "\n" + std::string(endpoint) + "\n";
  for (auto at = uploads_.lower_bound(prefix); at != uploads_.end() && at->first.starts_with(prefix); ++at) found.push_back(at->second);
  return found;
}

Result<void> ModelLedger::save_copy(const StoredCopy& copy) {
  Undo undo{Undo::Of::Copy, copy.asset.value};
  undo.name = copy.target;
  if (const auto known = copies_.find({copy.asset, copy.target}); known != copies_.end()) undo.copy = known->second;
  undo_.push_back(std::move(undo));
  copies_[{copy.asset, copy.target}] = copy;
  return {};
}

Result<void> ModelLedger::set_fact(std::string_view name, std::string_view value) {
  Undo undo{Undo::Of::Fact};
  undo.name = name;
  if (const auto known = facts_.find(name); known != facts_.end()) undo.value = known->second;
  undo_.push_back(std::move(undo));
  facts_[std::string(name)] = value;
  return {};
}

Result<std::string> ModelLedger::fact(std::string_view name) {
  const auto known = facts_.find(name);
  return known == facts_.end() ? std::string() : known->second;
}

}  // namespace studio
