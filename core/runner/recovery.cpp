// The start: what the ledger knows is taken up again, and what a crash left half done is put right by the state machine.
#include "base/log.h"
#include "runner/engine.h"

namespace studio {

// Called on the starting thread, before the engine's own exists.
Result<void> Runner::Engine::recover() {
  std::vector<Job> jobs;
  std::unordered_map<JobId, Attempt> attempts;
  std::set<std::string> spool_in_use;
  std::string files_checked;
  std::vector<AssetRow> first_asset;
  STUDIO_CHECK(parts.store.read_and_wait([&](Ledger& ledger) -> Result<void> {
    STUDIO_TRY(jobs, ledger.jobs({.only_open = true}));
    STUDIO_TRY(const std::string caps, ledger.fact(budgets_fact));
    STUDIO_TRY(budgets, budgets_from_json(caps));
    STUDIO_TRY(files_checked, ledger.fact(files_checked_fact));
    STUDIO_TRY(first_asset, ledger.asset_rows_after({}, 1));
    STUDIO_TRY(const auto open, ledger.open_attempts());
    for (const Attempt& attempt : open) {
      spool_in_use.insert(answer_spool(attempt).filename().string());
      for (std::size_t i = 0; i <= attempt.outputs.size(); ++i) spool_in_use.insert(part_spool(attempt, i).filename().string());
      attempts[attempt.job] = attempt;
    }
    for (const Job& job : jobs) {
      if (attempts.contains(job.id) || !job.attempt.valid()) continue;
      STUDIO_TRY(const auto last, ledger.attempt(job.attempt));
      if (last) attempts[job.id] = *last;
    }
    return {};
  }));
  workers->run(Urgency::Background, [files = files, now = parts.clock.wall_ms(), spool_in_use = std::move(spool_in_use)] {
    const auto swept = files->sweep_spool(now, spool_in_use);
    if (!swept) log_warning("tidy the spool: " + swept.error().message);
  });
  std::vector<JobId> ids;
  for (Job& job : jobs) {
    JobLife life;
    if (const auto found = attempts.find(job.id); found != attempts.end()) life.attempt = std::move(found->second);
    ids.push_back(job.id);
    life.job = std::move(job);
    adopt_live(std::move(life));
  }
  for (const JobId id : ids) post_to_engine([this, id] { guarded(id, [&] { recover_job(id); }); });
  post_to_engine([this] { find_missing_posters({}); });
  plan_file_checks(files_checked, first_asset.empty() ? std::nullopt : std::optional(first_asset.front().created_ms));
  post_to_engine([this] { go_on_checking(); });
  return {};
}

void Runner::Engine::recover_job(JobId id) {
  Live* live = find(id);
  if (live == nullptr) return;
  const Provider* provider = provider_of(*live);
  if (live->life.job.state == JobState::Unknown) want_first_look(*live);
  if (live->life.job.state != JobState::Sending || !live->life.attempt || provider == nullptr) {
    const bool was_stopped = live->life.job.cause == JobCause::Key;
    happen(id, happened::Recovered{});
    // Of what is sent nothing is saved by it.
    if (const Live* now = find(id); was_stopped && now != nullptr && now->life.job.cause != JobCause::Key) tell(JobChanged{now->life.job});
    return;
  }
  // In the middle of a submit's chain: the paid request went well, its answer's position is in the attempt.
  if (!live->life.attempt->remote_state.empty() && provider->plan_continue(call_of(*live, {}).call())) return follow_chain(*live);
  if (!provider->profile().answers_inline) return happen(id, happened::Recovered{});
  // The answer may lie in the spool, complete: then the outcome is known after all.
  HttpResponse response;
  response.status = 200;
  response.request_sent = true;
  read_spool(*live, std::move(response), true);
}

}  // namespace studio
