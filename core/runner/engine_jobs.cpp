// One event, one commit, its acts: the only way in which a job's rows change.
#include <algorithm>

#include "base/log.h"
#include "jobs/backoff.h"
#include "runner/crash_point.h"
#include "runner/engine.h"

namespace studio {
namespace {

constexpr std::int64_t lazy_save_ms = 10'000;

Result<std::optional<JobEvent>> no_objection(Ledger&) { return std::optional<JobEvent>{}; }

// A remote id has one owner: looked at inside the transaction that takes it.
template <class Event>
std::function<Result<std::optional<JobEvent>>(Ledger&)> nobody_has_it(Event event, const Attempt& attempt) {
  if (event.id_is_taken) return no_objection;
  return [event = std::move(event), attempt](Ledger& ledger) -> Result<std::optional<JobEvent>> {
    STUDIO_TRY(const auto owner, ledger.attempt_with_remote_id(attempt.endpoint, attempt.remote_id));
    if (!owner || *owner == attempt.id) return std::optional<JobEvent>{};
    auto taken = event;
    taken.id_is_taken = true;
    return std::optional<JobEvent>(std::move(taken));
  };
}

}  // namespace

// Its intent was long in being written, for a full disk perhaps, and nobody wants it sent any more: nothing of it has left.
bool Runner::Engine::is_cancelled_unsent(JobId id, const std::vector<JobAct>& acts) {
  const Live* live = find(id);
  const auto is_submit = [](const JobAct& act) { return act.kind == ActKind::Submit; };
  const auto is_cancel = [](const Arrival& arrival) { return std::holds_alternative<happened::CancelWished>(arrival.event); };
  if (!parts.drive || live == nullptr || std::none_of(acts.begin(), acts.end(), is_submit)) return false;
  return std::any_of(live->waiting.begin(), live->waiting.end(), is_cancel);
}

Runner::Engine::Live* Runner::Engine::find(JobId id) {
  const auto found = lives.find(id);
  return found == lives.end() ? nullptr : &found->second;
}

// The job that asked, unless it has moved on meanwhile.
Runner::Engine::Live* Runner::Engine::answered(JobId id, Ticket ticket) {
  Live* live = find(id);
  if (live == nullptr || live->ticket != ticket) return nullptr;
  live->busy = false;
  live->transfer = 0;
  return live;
}

JobFacts Runner::Engine::facts_for(const Live& live) {
  JobFacts facts;
  facts.now_wall_ms = parts.clock.wall_ms();
  facts.now_mono_ms = parts.clock.mono_ms();
  facts.jitter = random.unit();
  const auto& attempt = live.life.attempt;
  if (attempt && !boot_id.empty() && attempt->boot_id == boot_id) facts.intent_age_ms = facts.now_mono_ms - attempt->intent_mono_ms;
  const std::string& model_id = live.life.job.recipe.model;
  if (const Provider* provider = provider_of(live)) {
    facts.service_cancels = provider->profile().cancels;
    facts.key_life_secs = provider->profile().key_life_secs;
    for (const ModelInfo& model : provider->info().models) {
      if (model.id == model_id) facts.expected_secs = model.expected_secs;
    }
  }
  if (live.life.job.state == JobState::Running || live.life.job.state == JobState::Sending) advise(live, facts);
  return facts;
}

void Runner::Engine::happen(JobId id, JobEvent event, Ticket ticket, Done done) {
  Live* live = find(id);
  if (live == nullptr || (ticket != 0 && live->ticket != ticket)) {
    if (done) done(fail(ErrorKind::NotFound, "There is no job " + to_string(id) + "."));
    return;
  }
  if (live->committing) {
    live->waiting.push_back({std::move(event), ticket, std::move(done)});
    return;
  }
  take(*live, std::move(event), std::move(done));
}

void Runner::Engine::take(Live& live, JobEvent event, Done done, std::vector<StoredUpload> uploads) {
  const JobId id = live.life.job.id;
  if (live.committing) {  // uploads come with an answer to a job's own question, never beside a commit
    live.waiting.push_back({std::move(event), live.ticket, std::move(done)});
    return;
  }
  note_throttling(live, event);
  note_outcome(live, event);
  JobStep step = next(live.life, facts_for(live), event);
  if (!step.bug.empty()) {
    log_error("job " + to_string(id) + ": " + step.bug + " does not belong here; nothing was changed");
    if (done) done(fail(ErrorKind::Bug, "That cannot be done with " + to_string(id) + " now.", step.bug));
    return;
  }
  if (!step.refusal.empty()) {
    if (done) done(fail(ErrorKind::BadRequest, to_string(id) + ": " + step.refusal));
    return;
  }
  for (const JobAct& wanted : step.acts) {
    // At once and not after the commit: the place that becomes free must not send another one to its refusal.
    if (wanted.kind != ActKind::StopAccount && wanted.kind != ActKind::StopSubmits) continue;
    const std::string logical = endpoint_of(live);
    // A replay's refusal is in the attempt: its job speaks of the doubt.
    const std::string& why = step.life.job.state == JobState::Unknown ? step.life.attempt->reason : step.life.job.reason;
    if (live.asked_epoch == accounts[logical].epoch) stop_account(logical, wanted.kind, why);
  }
  if (step.saving == Saving::First) {
    commit(live, std::move(step), std::move(event), std::move(done), std::move(uploads));
    return;
  }
  live.life = std::move(step.life);
  if (step.saving == Saving::Lazily) {
    tell(JobChanged{live.life.job});
    save_lazily(live);
  }
  if (done) done(live.life.job);
  carry_out(id, step.acts);
}

// Progress and the reasons of passing troubles: may be lost, so nobody waits for them.
void Runner::Engine::save_lazily(Live& live) {
  const std::int64_t now = parts.clock.mono_ms();
  if (now - live.saved_mono_ms < lazy_save_ms) return;
  live.saved_mono_ms = now;
  parts.store.write([job = live.life.job, attempt = live.life.attempt](Ledger& ledger) -> Result<void> {
    STUDIO_CHECK(ledger.save_job(job));
    if (attempt) STUDIO_CHECK(ledger.save_attempt(*attempt));
    return {};
  });
}

void Runner::Engine::commit(Live& live, JobStep step, JobEvent event, Done done, std::vector<StoredUpload> uploads) {
  auto commit = std::make_shared<Commit>();
  commit->job = live.life.job.id;
  commit->step = std::move(step);
  commit->done = std::move(done);
  commit->uploads = std::move(uploads);
  commit->guard = no_objection;
  if (std::holds_alternative<happened::PlaceGranted>(event)) place_decided(commit->step.life.job);
  if (const auto& attempt = commit->step.life.attempt; attempt && !commit->step.money.empty()) note_cost(live.life.job, attempt->model, attempt->settled);
  if (const auto* accepted = std::get_if<happened::SubmitAccepted>(&event)) {
    commit->guard = nobody_has_it(*accepted, *commit->step.life.attempt);
  } else if (const auto* found = std::get_if<happened::FoundAtService>(&event)) {
    commit->guard = nobody_has_it(*found, *commit->step.life.attempt);
  } else if (const auto* link = std::get_if<happened::LinkWished>(&event)) {
    commit->guard = nobody_has_it(*link, *commit->step.life.attempt);
  }
  for (const Asset& asset : commit->step.assets) commit->lack_posters.push_back(lacks_posters(asset.state, asset.kind, asset.sha256));
  commit->event = std::move(event);
  commit->number = ++changes_made;
  live.committing = true;
  ++commits_under_way;
  // The place is taken (or given back) with the decision, not with the disk: two grants must not meet on one place.
  lanes.note(commit->job, lane_of(commit->step.life.job.recipe), commit->step.life.job.state, live.life.job.rank());
  write(commit);
}

void Runner::Engine::write(const std::shared_ptr<Commit>& commit) {
  // Anew for each try: the caps may be lower than when the disk failed.
  if (std::holds_alternative<happened::PlaceGranted>(commit->event)) commit->guard = within_budget(commit);
  parts.store.write_again(
      commit->number,
      [commit](Ledger& ledger) -> Result<void> {
        STUDIO_CHECK(apply(ledger, *commit));
        crash_point(commit->step.name, "before");
        return {};
      },
      [this, commit, letters = box](Result<void> result) {
        if (result) crash_point(commit->step.name, "after");
        letters->post([this, commit, result = std::move(result)] { committed(commit, result); });
      });
}

// Store thread. Runs again from the start when the disk failed the first time.
Result<void> Runner::Engine::apply(Ledger& ledger, Commit& commit) {
  commit.instead.reset();
  commit.assets.clear();
  commit.local_jobs.clear();
  commit.copies.clear();
  commit.judged.clear();
  commit.mended.clear();
  STUDIO_TRY(commit.instead, commit.guard(ledger));
  if (commit.instead) return {};
  Job& job = commit.step.life.job;
  std::optional<Attempt>& attempt = commit.step.life.attempt;
  if (attempt && commit.step.attempt_is_new) {
    STUDIO_TRY(attempt->id, ledger.add_attempt(*attempt));
    job.attempt = attempt->id;
  } else if (attempt) {
    STUDIO_CHECK(ledger.save_attempt(*attempt));
  }
  for (MoneyEntry& entry : commit.step.money) {
    entry.attempt = attempt->id;
    STUDIO_CHECK(ledger.add_money(entry));
  }
  if (commit.step.said) {
    STUDIO_TRY(commit.judged, ledger.attempts_of(job.id));
    commit.doubts = static_cast<int>(std::count_if(commit.judged.begin(), commit.judged.end(), [](const Attempt& one) { return one.state == AttemptState::InDoubt; }));
    for (const MoneyEntry& entry : settle_doubts(commit.judged, *commit.step.said, job.updated_ms)) STUDIO_CHECK(ledger.add_money(entry));
    for (const Attempt& judged : commit.judged) STUDIO_CHECK(ledger.save_attempt(judged));
    count_charges(job, commit.judged);
  }
  for (const StoredUpload& upload : commit.uploads) STUDIO_CHECK(ledger.save_upload(upload));
  for (std::size_t i = 0; i < commit.step.assets.size(); ++i) {
    Asset asset = commit.step.assets[i];
    if (!commit.lack_posters[i]) {
      STUDIO_TRY(const auto twin, ledger.asset_of_blob(asset.sha256));
      if (twin) asset.hint = twin->hint;
    }
    STUDIO_TRY(asset.id, ledger.add_asset(asset));
    if (i == 0) job.asset = asset.id;
    const RemoteOutput& output = attempt->outputs[i];
    if (output.url.starts_with("https://")) {
      commit.copies.push_back({asset.id, "provider", output.url, output.expires_ms});
      STUDIO_CHECK(ledger.save_copy(commit.copies.back()));
    }
    if (commit.lack_posters[i]) {
      STUDIO_TRY(commit.local_jobs.emplace_back(), add_poster_job(ledger, asset.id, asset.kind, asset.sha256, asset.created_ms));
    }
    STUDIO_TRY(auto mended, found_again(ledger, asset.sha256));
    std::move(mended.begin(), mended.end(), std::back_inserter(commit.mended));
    commit.assets.push_back(std::move(asset));
  }
  if (commit.step.verdict) {
    commit.changed.reset();
    STUDIO_TRY(const auto judged, ledger.asset(job.asset));
    if (judged && judged->state == AssetState::Done) {  // what was deleted meanwhile stays deleted
      STUDIO_CHECK(ledger.set_asset_state(job.asset, commit.step.verdict->state, commit.step.verdict->reason));
      STUDIO_TRY(commit.changed, ledger.asset(job.asset));
    }
  }
  STUDIO_CHECK(ledger.save_job(job));
  if (!commit.step.money.empty() || commit.step.said) {
    STUDIO_TRY(commit.usd, ledger.books(Currency::Usd));
    STUDIO_TRY(commit.play, ledger.books(Currency::Play));
  }
  return {};
}

void Runner::Engine::committed(const std::shared_ptr<Commit>& commit, const Result<void>& result) {
  if (!result) {
    // What has to be written is kept in memory and tried again: a result that came home is not lost to a full disk.
    const bool is_of_disk = result.error().kind == ErrorKind::Disk || result.error().kind == ErrorKind::Damaged;
    disk_failed = disk_failed || is_of_disk;
    trouble(TroubleWith::Ledger, result.error());
    // A full disk, one that cannot be read, and a ledger that somebody holds pass; what the ledger refuses five times it
    // refuses for good.
    const bool may_pass = is_of_disk || result.error().kind == ErrorKind::Timeout;
    if (++commit->tries >= 5 && !may_pass) return give_up(*commit, result.error());
    after(backoff_secs(commit->tries, BackoffKind::Throttled, random.unit(), 0, {1, 30}), [this, commit] { write(commit); });
    return;
  }
  trouble_is_over(TroubleWith::Ledger);
  if (std::exchange(disk_failed, false)) grant_wished = true;
  --commits_under_way;
  if (std::holds_alternative<happened::PlaceGranted>(commit->event)) place_on_disk(commit->step.life.job, !commit->instead);
  Live* live = find(commit->job);
  if (live == nullptr) return;
  live->committing = false;
  live->is_broken = false;
  if (commit->instead) {
    if (std::holds_alternative<happened::Held>(*commit->instead)) live->held_by = HeldBy::Caps;
    // The id that was found is another's: it is looked for again.
    const bool is_looked_for = std::holds_alternative<happened::FoundAtService>(*commit->instead);
    take(*live, std::move(*commit->instead), std::move(commit->done));
    if (is_looked_for) want_look(endpoint_of(*live), reconcile_wait_secs(1));
    if (!live->committing) next_arrival(commit->job);
    return;
  }
  const bool moved = live->life.job.state != commit->step.life.job.state;
  // Its place in line is changed beside its own transitions, and may have been while this one was on its way.
  commit->step.life.job.priority = live->life.job.priority;
  commit->step.life.job.place = live->life.job.place;
  live->life = std::move(commit->step.life);
  for (const Attempt& judged : commit->judged) {
    if (live->life.attempt && live->life.attempt->id == judged.id) live->life.attempt = judged;
  }
  if (live->life.job.state == JobState::Blocked) blocked.insert(commit->job);
  else blocked.erase(commit->job);
  live->saved_mono_ms = parts.clock.mono_ms();
  // Other addresses, possibly another order; or what was home no longer is.
  if (commit->step.name == "T8" || commit->step.name == "T10g") {
    live->stored.clear();
    live->part = {};
  }
  const Job& job = live->life.job;
  if (moved) {
    ++live->ticket;
    live->busy = false;
    live->ready = false;
    live->is_turned_away = false;
    // A place that was granted, and an intent that is on disk, go on under the pass they have.
    if (job.state != JobState::Preparing && job.state != JobState::Sending) never_went(*live);
    if (job.state != JobState::Blocked) live->held_by = HeldBy::Nothing;
    if (job.state == JobState::Running && live->life.attempt) begin_sighting(*live);
    grant_wished = true;
  }
  if (std::holds_alternative<happened::EditWished>(commit->event)) {
    // Possibly another service: what was found for the old one is of no use.
    live->gathered = false;
    live->inputs.clear();
    live->uploads.clear();
    live->planned = {};
  }
  // Also one that stays unknown, because its replay is not possible any more.
  if (job.state == JobState::Unknown && parts.drive) want_first_look(*live);
  for (const Asset& asset : commit->assets) {
    AssetArrived arrived{asset};
    std::copy_if(commit->copies.begin(), commit->copies.end(), std::back_inserter(arrived.copies), [&](const StoredCopy& copy) { return copy.asset == asset.id; });
    tell(std::move(arrived));
  }
  tell(JobChanged{job});
  if (commit->usd) tell(BooksChanged{*commit->usd, *commit->play});
  if (commit->spending.kind == SpendingVerdict::Kind::Warned) warn_of_budget(*commit);
  if (commit->done) commit->done(job);
  if (commit->doubts > 0 && commit->step.said->charged) {
    note_cost(job, commit->judged.back().model, {(commit->step.said->charged->micros + commit->doubts - 1) / commit->doubts});
  }
  const auto is_release = [](const MoneyEntry& entry) { return entry.kind == MoneyKind::Release; };
  if (commit->step.said || std::any_of(commit->step.money.begin(), commit->step.money.end(), is_release)) release_held(HeldBy::Caps, {});
  if (commit->changed) tell(AssetChanged{*commit->changed});
  for (const Asset& asset : commit->mended) tell(AssetChanged{asset});
  if (job.kind == JobKind::Poster && job.state == JobState::Done) tell(PosterReady{job.asset, job.recipe.inputs.front().sha256});
  for (std::size_t i = 0; i < commit->assets.size(); ++i) {
    const Asset& asset = commit->assets[i];
    const bool had_them = !commit->lack_posters[i] && asset.state == AssetState::Done && asset.kind != MediaKind::Audio;
    if (had_them) tell(PosterReady{asset.id, asset.sha256});  // of the same bytes
  }
  for (Job& made : commit->local_jobs) begin(std::move(made));
  const JobId id = commit->job;
  if (is_cancelled_unsent(id, commit->step.acts)) {
    happen(id, happened::SubmitNotAccepted{{ErrorKind::Cancelled, "", "cancelled before it was sent", 0}, true, true});
  } else {
    carry_out(id, commit->step.acts);
  }
  if (moved) {
    children_of(id);
    if (live = find(id); live != nullptr) recheck_held(*live);
  }
  next_arrival(id);
  if (live = find(id); live != nullptr && is_terminal(live->life.job.state)) over(id);
}

// The ledger refuses what we want to write, and will again: our own mistake. The rows stay as they are, for a person to see.
void Runner::Engine::give_up(Commit& commit, const Error& error) {
  --commits_under_way;
  if (std::holds_alternative<happened::PlaceGranted>(commit.event)) place_on_disk(commit.step.life.job, false);
  Live* live = find(commit.job);
  if (live == nullptr) return;
  live->committing = false;
  live->is_broken = true;
  never_went(*live);
  lanes.note(commit.job, lane_of(live->life.job.recipe), live->life.job.state, live->life.job.rank());
  if (live->ready) lanes.make_ready(commit.job);
  live->life.job.reason = "Its state could not be saved: " + error.message;
  tell(JobChanged{live->life.job});
  // What waited its turn was meant for what could not be saved.
  const auto waiting = std::exchange(live->waiting, {});
  if (commit.done) commit.done(fail(error));
  for (const Arrival& arrival : waiting) {
    if (arrival.done) arrival.done(fail(error));
  }
}

void Runner::Engine::next_arrival(JobId id) {
  Live* live = find(id);
  while (live != nullptr && !live->committing && !live->waiting.empty()) {
    Arrival arrival = std::move(live->waiting.front());
    live->waiting.pop_front();
    if (arrival.ticket != 0 && arrival.ticket != live->ticket) continue;  // the job has moved on
    take(*live, std::move(arrival.event), std::move(arrival.done));
    live = find(id);
  }
}

void Runner::Engine::carry_out(JobId id, const std::vector<JobAct>& acts) {
  if (!parts.drive) return;
  for (const JobAct& wanted : acts) {
    Live* live = find(id);
    if (live == nullptr) return;
    const auto slot = static_cast<std::size_t>(wanted.kind);
    const std::uint32_t number = ++live->due[slot];
    const Ticket ticket = live->ticket;
    if (wanted.in_secs <= 0) {
      act(id, wanted.kind);
      continue;
    }
    if (wanted.kind == ActKind::Poll) note_due_look(*live, wanted.in_secs);
    after(wanted.in_secs, [this, id, kind = wanted.kind, slot, number, ticket] {
      Live* then = find(id);
      if (then == nullptr || then->ticket != ticket || then->due[slot] != number) return;
      ++then->due[slot];  // it has run
      act(id, kind);
    });
  }
}

void Runner::Engine::act(JobId id, ActKind kind) {
  if (Live* live = find(id)) guarded(id, [&] { act_on(*live, kind); });
}

void Runner::Engine::act_on(Live& live, ActKind kind) {
  const JobId id = live.life.job.id;
  if (stopping) {
    // An intent that is on disk and not sent would be "may have been charged" at the next start: taken back instead.
    if (kind == ActKind::Submit) happen(id, happened::SubmitNotAccepted{{ErrorKind::Offline, "", "the program ends", 0}, true, true});
    return;
  }
  switch (kind) {
    case ActKind::QueueAgain:
      live.ready = true;
      lanes.make_ready(id);
      grant_wished = true;
      return;
    case ActKind::Prepare: return prepare(live);
    case ActKind::Submit: case ActKind::Replay: return submit(live);
    case ActKind::ReplayLater: return plan_replay(live);
    case ActKind::FollowChain: return follow_chain(live);
    case ActKind::Poll: return poll(live);
    case ActKind::Fetch: return fetch(live);
    case ActKind::Check: return check_result(live);
    case ActKind::Work: return work(live);
    case ActKind::CancelRemote: return cancel_remote(live);
    case ActKind::DropTransfer:
      // The ticket has moved on, so the answer is dropped; this only ends the traffic.
      if (live.transfer != 0) transport->cancel(live.transfer);
      live.transfer = 0;
      return;
    case ActKind::StopSubmits: case ActKind::StopAccount:  // done in take(); what is left is to remember who waits for it
      if (live.life.job.state == JobState::Blocked) live.held_by = HeldBy::Account;
      return;
  }
}

void Runner::Engine::over(JobId id) {
  const auto found = lives.find(id);
  if (found == lives.end()) return;
  if (found->second.committing || !found->second.waiting.empty()) return;
  if (found->second.life.attempt) files->remove(answer_spool(*found->second.life.attempt));
  never_went(found->second);
  lanes.forget(id);
  lives.erase(found);
  look_for_more_posters();
  go_on_checking();
}

}  // namespace studio
