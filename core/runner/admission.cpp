// What is asked of the engine: requests, wishes, the outlook; and which queued job is next.
#include <algorithm>
#include <iterator>
#include <numeric>
#include <set>
#include <utility>

#include "base/hash.h"
#include "base/log.h"
#include "runner/crash_point.h"
#include "runner/engine.h"

namespace studio {
namespace {

constexpr std::int64_t room_check_ms = 1000;
constexpr double room_recheck_secs = 3;
constexpr double take_back_secs = 5;

std::int64_t floor_of(const RunnerParts& parts) {
  if (parts.min_free_bytes >= 0) return parts.min_free_bytes;
  constexpr std::int64_t usual = std::int64_t{1} << 30;
  std::error_code error;
  const auto space = std::filesystem::space(parts.store.project(), error);
  return error ? usual : std::min(usual, static_cast<std::int64_t>(space.capacity / 20));
}

Error file_is_missing(AssetId picture) {
  const std::string which = picture.valid() ? to_string(picture) : "An input of the recipe";
  return {ErrorKind::BadRequest, which + " cannot be used: its file is missing. Import the picture again.", "", 0};
}

// What is to come in the place of an asset comes there alone: refused where a job is under way to it. What failed at it before
// needs nobody any more, so that a retry of all that failed does not make it twice. Rare: only where something is made again.
Result<std::vector<Job>> let_failed_be(Ledger& ledger, const std::vector<Job>& admitted, std::int64_t now_wall_ms) {
  std::set<AssetId> places;
  for (const Job& job : admitted) {
    for (const AssetId place : earlier_versions(job.recipe, job.parents)) {
      if (!places.insert(place).second) return fail(ErrorKind::BadRequest, to_string(place) + " would be made again twice: choose one of the jobs for it.");
    }
  }
  if (places.empty()) return std::vector<Job>{};
  JobFilter filter;
  filter.kind = JobKind::Generate;
  filter.parents.assign(places.begin(), places.end());
  STUDIO_TRY(const std::vector<Job> jobs, ledger.jobs(filter));
  std::vector<Job> let_be;
  for (const Job& job : jobs) {
    const auto earlier = earlier_versions(job.recipe, job.parents);
    const auto place = std::find_if(earlier.begin(), earlier.end(), [&](AssetId id) { return places.contains(id); });
    if (place == earlier.end()) continue;
    if (!is_terminal(job.state)) return fail(ErrorKind::BadRequest, to_string(*place) + " is being made again already, by " + to_string(job.id) + ".");
    const bool has_failed = job.state == JobState::Failed || job.state == JobState::Refused || job.state == JobState::Expired || job.state == JobState::Quarantined;
    if (!has_failed || job.hold) continue;
    Job held = job;
    held.hold = true;
    held.updated_ms = now_wall_ms;
    STUDIO_CHECK(ledger.save_job(held));
    let_be.push_back(std::move(held));
  }
  return let_be;
}

}  // namespace

// --- requests

Result<Runner::Engine::RequestPrice> Runner::Engine::price_of_request(const Recipe& recipe) const {
  const Provider* provider = parts.providers.find(recipe.provider);
  const ModelInfo* model = parts.providers.find_model(recipe.model);
  if (provider == nullptr || model == nullptr || model->provider != recipe.provider) return fail(parts.providers.unknown_model(recipe.model));
  if (auto objection = objection_to(*model, recipe)) return fail(ErrorKind::BadRequest, *objection);
  const int factor = price_rules.factor_of(*model).permille;
  const PriceVerdict price = judge_price(model->label, price_of(*model, recipe), price_rules.allowed_at(model->id), factor);
  if (!price.reserve) return fail(ErrorKind::BadRequest, price.objection);
  return RequestPrice{*price.reserve, model->currency};
}

// What a job that waits costs at most by what is known now: more than it was shown where such jobs have cost more since.
Money Runner::Engine::estimate_now(const Job& job) const {
  const auto price = price_of_request(job.recipe);
  return price && price->currency == job.currency ? std::max(job.estimate, price->estimate) : job.estimate;
}

Result<std::vector<Job>> Runner::Engine::jobs_of(const Admission& admission) const {
  std::vector<Job> jobs;
  const std::int64_t now = parts.clock.wall_ms();
  for (const Admission::Item& item : admission.items) {
    STUDIO_TRY(const RequestPrice price, price_of_request(item.recipe));
    const auto open_inputs = std::count_if(item.recipe.inputs.begin(), item.recipe.inputs.end(), [](const auto& input) { return input.sha256.empty(); });
    if (open_inputs > static_cast<std::ptrdiff_t>(item.waits_for.size())) {
      return fail(ErrorKind::BadRequest, "An input of the recipe names no file: choose a picture.");
    }
    Job job;
    job.state = item.waits_for.empty() ? JobState::Queued : JobState::Waiting;
    job.variation = item.variation;
    job.recipe = item.recipe;
    job.recipe_digest = recipe_digest(item.recipe);
    job.parents = item.parents;
    job.waits_for = item.waits_for;
    job.estimate = price.estimate;
    job.currency = price.currency;
    job.progress = -1;
    job.created_ms = job.updated_ms = now;
    jobs.push_back(std::move(job));
  }
  if (jobs.empty()) return fail(ErrorKind::BadRequest, "There is nothing to make: the request has no jobs.");
  return jobs;
}

void Runner::Engine::admit(Admission admission, std::function<void(Result<Admitted>)> done) {
  auto jobs = jobs_of(admission);
  if (!jobs) return done(fail(jobs.error()));
  // A paid request whose input is gone would fail after it was confirmed.
  std::vector<Input> inputs;
  for (const Job& job : *jobs) {
    for (const RecipeInput& input : job.recipe.inputs) {
      if (!input.sha256.empty()) inputs.push_back({input.sha256, job.parents.empty() ? AssetId{} : job.parents.front()});
    }
  }
  if (inputs.empty()) return admit_jobs(std::move(admission.generation), std::move(*jobs), std::move(done), {});
  const auto look = [inputs = std::move(inputs), files = files]() -> Result<std::vector<Input>> {
    std::vector<Input> lost;
    std::copy_if(inputs.begin(), inputs.end(), std::back_inserter(lost), [&](const Input& input) { return !files->has(input.sha256); });
    return lost;
  };
  on_worker(Urgency::Urgent, look,
            [this, admission = std::move(admission), found = std::move(*jobs), done = std::move(done)](Result<std::vector<Input>> lost) mutable {
              if (!lost) return done(fail(lost.error()));
              if (!lost->empty() && !admission.may_leave_out) return done(fail(file_is_missing(lost->front().asset)));
              auto left_out = leave_out(found, *lost);
              if (!found.empty()) return admit_jobs(std::move(admission.generation), std::move(found), std::move(done), std::move(left_out));
              done(Admitted{std::move(admission.generation), {}, std::move(left_out)});
            });
}

// What starts from a file that is gone goes; the others close up and keep their order.
std::vector<Admitted::LeftOut> Runner::Engine::leave_out(std::vector<Job>& jobs, const std::vector<Input>& lost) {
  std::vector<Admitted::LeftOut> left_out;
  if (lost.empty()) return left_out;
  std::set<std::string> files_lost;
  for (const Input& input : lost) files_lost.insert(input.sha256);
  std::vector<Job> others;
  std::vector<AssetId> pictures;
  for (Job& job : jobs) {
    const auto& inputs = job.recipe.inputs;
    if (std::any_of(inputs.begin(), inputs.end(), [&](const RecipeInput& input) { return files_lost.contains(input.sha256); })) {
      const AssetId picture = job.parents.empty() ? AssetId{} : job.parents.front();
      left_out.push_back({picture, file_is_missing(picture)});
      if (picture.valid()) pictures.push_back(picture);
    } else {
      job.variation -= static_cast<int>(left_out.size());
      others.push_back(std::move(job));
    }
  }
  jobs = std::move(others);
  check_files(pictures);
  return left_out;
}

void Runner::Engine::admit_jobs(Generation generation, std::vector<Job> jobs, std::function<void(Result<Admitted>)> done,
                                std::vector<Admitted::LeftOut> left_out) {
  auto admitted = std::make_shared<Admitted>();
  admitted->generation = std::move(generation);
  admitted->generation.count = static_cast<int>(jobs.size());
  admitted->generation.created_ms = parts.clock.wall_ms();
  admitted->jobs = std::move(jobs);
  admitted->left_out = std::move(left_out);
  const std::uint64_t change = ++changes_made;
  parts.store.write_again(
      change,
      [admitted](Ledger& ledger) -> Result<void> {
        STUDIO_TRY(admitted->let_be, let_failed_be(ledger, admitted->jobs, admitted->generation.created_ms));
        STUDIO_TRY(admitted->generation.id, ledger.add_generation(admitted->generation));
        for (Job& job : admitted->jobs) {
          job.generation = admitted->generation.id;
          STUDIO_TRY(job.id, ledger.add_job(job));
          crash_point("T0 job", "after");
        }
        crash_point("T0", "before");
        return {};
      },
      [this, change, admitted, done = std::move(done), letters = box](Result<void> result) {
        if (result) crash_point("T0", "after");
        letters->post([this, change, admitted, done, result = std::move(result)] {
          if (!result) {
            if (result.error().kind == ErrorKind::Disk) take_back(change, admitted);
            return done(fail(result.error()));
          }
          done(*admitted);
          for (const Job& job : admitted->let_be) tell(JobChanged{job});
          for (const Job& job : admitted->jobs) {
            tell(JobChanged{job});
            if (!parts.drive) continue;
            adopt_live({job, std::nullopt, {}});
            carry_out(job.id, {{ActKind::QueueAgain}});
          }
        });
      });
}

// Who asked was told that it failed; should the disk hold it nevertheless, it is cancelled, in sight of everybody.
void Runner::Engine::take_back(std::uint64_t change, const std::shared_ptr<Admitted>& admitted) {
  after(take_back_secs, [this, change, admitted] {
    parts.store.write_again(
        change, [](Ledger&) -> Result<void> { return fail(ErrorKind::NotFound, "It is not there."); },
        [this, change, admitted, letters = box](const Result<void>& is_there) {
          letters->post([this, change, admitted, is_there] {
            if (!is_there && is_there.error().kind != ErrorKind::NotFound) return take_back(change, admitted);
            if (!is_there) return;
            need_somebody_again(admitted->let_be);
            for (const Job& job : admitted->jobs) {
              log_warning(to_string(job.id) + " was refused when the disk failed, and is there: it is cancelled");
              adopt_live({job, std::nullopt, {}});
              tell(JobChanged{job});
              happen(job.id, happened::CancelWished{});
            }
          });
        });
  });
}

// Nothing comes in the place for which these had failed.
void Runner::Engine::need_somebody_again(const std::vector<Job>& let_be) {
  for (const Job& job : let_be) {
    parts.store.write([id = job.id](Ledger& ledger) -> Result<void> {
      STUDIO_TRY(auto now, ledger.job(id));
      if (!now || !is_terminal(now->state)) return {};
      now->hold = false;
      return ledger.save_job(*now);
    });
    Job shown = job;
    shown.hold = false;
    tell(JobChanged{shown});
  }
}

// From now on the job is driven.
void Runner::Engine::adopt_live(JobLife life) {
  const JobId id = life.job.id;
  const bool waits = life.job.state == JobState::Waiting;
  lanes.note(id, lane_of(life.job.recipe), life.job.state, life.job.rank());
  for (const JobId parent : life.job.waits_for) {
    if (waits) children[parent].insert(id);
  }
  Live& live = lives[id];
  live.life = std::move(life);
  if (live.life.job.state == JobState::Running && live.life.attempt) begin_sighting(live);
  if (waits && parts.drive) check_parents(id);
}

// --- wishes

void Runner::Engine::wish(JobId id, JobEvent event, Done done) {
  if (const Live* live = find(id); live != nullptr) {
    // Who retries what the guard holds has looked at it, and says that it may go on.
    if (std::holds_alternative<happened::RetryWished>(event) && live->held_by == HeldBy::Runaway) go_on([](const Result<void>&) {});
    if (std::holds_alternative<happened::RetryWished>(event) && !is_local(find(id)->life.job.kind)) restart_account(endpoint_of(*find(id)));
    return happen(id, std::move(event), 0, std::move(done));
  }
  // It is over, or not driven by this program: read it first.
  auto life = std::make_shared<std::optional<JobLife>>();
  parts.store.write(
      [id, life](Ledger& ledger) -> Result<void> {
        STUDIO_TRY(const auto job, ledger.job(id));
        if (!job) return {};
        JobLife found;
        found.job = *job;
        if (job->attempt.valid()) {
          STUDIO_TRY(found.attempt, ledger.attempt(job->attempt));
        }
        *life = std::move(found);
        return {};
      },
      [this, id, life, event = std::move(event), done = std::move(done), letters = box](Result<void> result) mutable {
        letters->post([this, id, life, event = std::move(event), done = std::move(done), result = std::move(result)]() mutable {
          if (!result) return done(fail(result.error()));
          if (!*life) return done(fail(ErrorKind::NotFound, "There is no job " + to_string(id) + " in this project."));
          if (find(id) == nullptr) adopt_live(std::move(**life));
          happen(id, std::move(event), 0, std::move(done));
          // A wish that was refused leaves the job as over as it was.
          if (Live* live = find(id); live != nullptr && !live->committing && is_terminal(live->life.job.state)) over(id);
        });
      });
}

// --- parents

void Runner::Engine::check_parents(JobId id) {
  const Live* live = find(id);
  if (live == nullptr) return;
  struct Parent {
    Job job;
    std::optional<Asset> asset;
  };
  auto parents = std::make_shared<std::vector<Parent>>();
  parts.store.write(
      [parents, waits_for = live->life.job.waits_for](Ledger& ledger) -> Result<void> {
        for (const JobId parent : waits_for) {
          STUDIO_TRY(const auto job, ledger.job(parent));
          if (!job) return fail(ErrorKind::NotFound, "It waits for " + to_string(parent) + ", which is not in this project.");
          Parent found;
          found.job = *job;
          if (job->asset.valid()) {
            STUDIO_TRY(found.asset, ledger.asset(job->asset));
          }
          parents->push_back(std::move(found));
        }
        return {};
      },
      [this, id, parents, letters = box](Result<void> result) {
        letters->post([this, id, parents, result = std::move(result)] {
          Live* child = find(id);
          if (child == nullptr || child->life.job.state != JobState::Waiting) return;
          // Where another look, or a cancel, is being written down already, this one is no news.
          const Ticket ticket = child->ticket;
          if (!result) {
            child->parent_failed = true;
            return happen(id, happened::ParentFailed{result.error().message}, ticket);
          }
          happened::ParentsDone ready{child->life.job.recipe, child->life.job.parents};
          auto open_input = ready.recipe.inputs.begin();
          for (const Parent& parent : *parents) {
            if (parent.job.state != JobState::Done || !parent.asset) {
              child->parent_failed = is_terminal(parent.job.state);
              if (!child->parent_failed) return;
              return happen(id, happened::ParentFailed{"It waits for " + to_string(parent.job.id) + ", which is " +
                                                       std::string(to_string(parent.job.state)) + ": retry that one."}, ticket);
            }
            ready.parents.push_back(parent.asset->id);
            open_input = std::find_if(open_input, ready.recipe.inputs.end(), [](const auto& input) { return input.sha256.empty(); });
            if (open_input != ready.recipe.inputs.end()) (open_input++)->sha256 = parent.asset->sha256;
          }
          for (const Parent& parent : *parents) {
            if (const auto found = children.find(parent.job.id); found != children.end()) found->second.erase(id);
          }
          happen(id, std::move(ready), ticket);
        });
      });
}

void Runner::Engine::children_of(JobId parent) {
  const auto found = children.find(parent);
  if (found == children.end()) return;
  const Live* live = find(parent);
  if (live != nullptr && !is_terminal(live->life.job.state)) {
    for (const JobId child : found->second) {
      if (Live* waiting = find(child)) waiting->parent_failed = false;  // it was retried
    }
    return;
  }
  for (const JobId child : std::set<JobId>(found->second)) check_parents(child);
}

// --- places

bool Runner::Engine::has_room() {
  const std::int64_t now = parts.clock.mono_ms();
  if (room_checked_mono_ms >= 0 && now - room_checked_mono_ms < room_check_ms) return !room_is_short;
  room_checked_mono_ms = now;
  const bool was_short = room_is_short;
  room_is_short = (parts.free_bytes ? parts.free_bytes() : parts.vault.free_bytes()) < floor_of(parts);
  if (room_is_short) {
    // A ledger that cannot be written is the worse trouble of the two.
    if (!disk_failed) trouble(TroubleWith::Room, {ErrorKind::Disk, "The disk is nearly full: nothing new is sent until there is room for the results.", "", 0});
    // Looked at by its own timer, though nobody may ask for a place any more.
    if (!std::exchange(room_timer_is_set, true)) {
      after(room_recheck_secs, [this] {
        room_timer_is_set = false;
        if (has_room()) grant_wished = true;
      });
    }
  } else if (was_short) {
    trouble_is_over(TroubleWith::Room);
  }
  return !room_is_short;
}

void Runner::Engine::set_budgets(const Budgets& wanted, std::function<void(Result<void>)> done) {
  // What allows more holds from when it is on disk, what allows less from now on: the write that sets money aside meanwhile
  // comes after theirs.
  budgets_wished.push_back(wanted);
  parts.store.write([wanted](Ledger& ledger) -> Result<void> {
                      STUDIO_CHECK(forget_stops(ledger));
                      return ledger.set_fact(budgets_fact, budgets_to_json(wanted));
                    },
                    [this, wanted, done = std::move(done), letters = box](Result<void> result) {
                      letters->post([this, wanted, done, result = std::move(result)] {
                        budgets_wished.pop_front();
                        if (result) {
                          budgets = wanted;
                          warned_of.clear();
                          release_held(HeldBy::Caps, {});
                          release_guards();  // judged anew, by the new cap
                        }
                        done(result);
                      });
                    });
}

// I4 is checked where it must hold: inside the transaction that reserves. Store thread; the commit outlives it.
std::function<Result<std::optional<JobEvent>>(Ledger&)> Runner::Engine::within_budget(const std::shared_ptr<Commit>& commit) {
  const Job& job = commit->step.life.job;
  Budget budget = budgets.of(job.currency);
  for (const Budgets& wished : budgets_wished) {
    const Budget& other = wished.of(job.currency);
    for (const auto cap : {&Budget::run, &Budget::day, &Budget::project}) {
      if (other.*cap && (!(budget.*cap) || *(other.*cap) < *(budget.*cap))) budget.*cap = other.*cap;
    }
  }
  const SpendingCaps caps{budget.run, budget.day, budget.project, {}};
  // Of the day for which it will count, also where the disk took it only after midnight.
  return [caps, now = job.updated_ms, run = job.generation, amount = job.estimate, currency = job.currency, dearer = why_dearer(job),
          verdict = &commit->spending](Ledger& ledger) -> Result<std::optional<JobEvent>> {
    STUDIO_TRY(const SpentSoFar spent, ledger.spent(run, now, currency));
    *verdict = judge_spending(caps, {spent.run, spent.day, spent.project}, amount, currency);
    if (verdict->kind != SpendingVerdict::Kind::Blocked) return std::optional<JobEvent>{};
    return std::optional<JobEvent>(happened::Held{verdict->sentence + dearer, JobCause::Cap, amount});
  };
}

void Runner::Engine::warn_of_budget(const Commit& commit) {
  const Job& job = commit.step.life.job;
  std::string which = std::string(to_string(commit.spending.cap.value_or(CapKind::Project))) + " " + std::string(to_string(job.currency));
  if (commit.spending.cap == CapKind::Run) which += " " + std::to_string(job.generation.value);
  if (commit.spending.cap == CapKind::Day) which += " " + local_date(parts.clock.wall_ms());  // as the ledger counts days
  if (warned_of.insert(which).second) tell(BudgetWarning{commit.spending.sentence});
}

void Runner::Engine::grant_places() {
  grant_wished = false;
  if (nothing_new() || queue_told.mode != QueueMode::Going) tell_queue();
  if (stopping || !parts.drive || disk_failed) return;
  const auto ready = [this](JobId id) {
    const Live* live = find(id);
    return live != nullptr && live->ready && !live->committing && !live->is_broken;
  };
  for (const JobId id : lanes.next(ready)) {
    Live& live = lives.at(id);
    const Recipe& recipe = live.life.job.recipe;
    if (is_local(live.life.job.kind)) {
      happen(id, happened::PlaceGranted{});
      continue;
    }
    if (nothing_new()) continue;
    const std::string logical = endpoint_of(recipe);
    const Account& account = accounts[logical];
    const Money estimate = estimate_now(live.life.job);
    if (const std::string& stopped = account.why_nothing_is_sent(); !stopped.empty()) {
      live.held_by = HeldBy::Account;
      happen(id, happened::Held{stopped, JobCause::Key});
    } else if (is_running_away(live.life.job.currency, estimate)) {
      live.held_by = HeldBy::Runaway;
      happen(id, happened::Held{guard_of(live.life.job.currency).stopped, JobCause::Spending, estimate});
    } else if (has_room() && may_submit_now(live) && may_go(live, ServicePath::Submit, ActKind::QueueAgain)) {
      take_submit(live);
      happen(id, happened::PlaceGranted{fresh_key(), recipe.provider, "default", logical, recipe.model, estimate});
    }
  }
}

// --- outlook

bool Runner::Engine::stuck(const Live& live, std::set<JobId>& seen) {
  const Job& job = live.life.job;
  if (live.is_broken || (disk_failed && job.state != JobState::Waiting)) return true;
  if (live.committing) return false;
  switch (job.state) {
    case JobState::Waiting: {
      if (live.parent_failed) return true;
      if (!seen.insert(job.id).second) return true;  // they wait for each other
      return std::any_of(job.waits_for.begin(), job.waits_for.end(), [&](JobId id) {
        const Live* parent = find(id);
        return parent != nullptr && stuck(*parent, seen);
      });
    }
    // Also behind jobs that run and hold its lane's places.
    case JobState::Queued:
      return nothing_new() || room_is_short || needs_person(live.life) || is_away(live) || !accounts[endpoint_of(live)].why_nothing_is_sent().empty();
    case JobState::Preparing: return is_away(live);
    case JobState::Running: case JobState::Fetching:
      return needs_person(live.life) || !accounts[endpoint_of(live)].stopped.empty() || is_away(live);
    // A replay, and a submit's chain, wait for the account too; what is on the wire brings its answer anyway.
    case JobState::Unknown: case JobState::Sending: {
      const bool is_unknown = job.state == JobState::Unknown;
      if (is_unknown && may_be_found(live)) return false;
      const Account& account = accounts[endpoint_of(live)];
      const bool is_stopped = !(is_unknown ? account.why_nothing_is_sent() : account.stopped).empty();
      return needs_person(live.life) || (!live.busy && (is_stopped || is_away(live)));
    }
    default: return needs_person(live.life);
  }
}

std::string Runner::Engine::stuck_reason(const Live& live) {
  if (nothing_new() && live.life.job.state == JobState::Queued) {
    if (!held_since_crash || mode != QueueMode::Going) return "The queue is paused: resume it.";
    return backup_held.empty() ? "The last run ended in the middle: it waits until you say go on."
                               : "This is the project's backup of " + backup_held + ": it waits until you say go on.";
  }
  if (disk_failed || (room_is_short && live.life.job.state == JobState::Queued)) return problem.message;
  const std::string logical = endpoint_of(live);
  // A probe that is being prepared has not been told anything yet.
  if ((live.life.job.state == JobState::Queued || live.life.job.state == JobState::Preparing) && is_away(live)) return trouble_of(gate_of(logical, ServicePath::Submit));
  if (!live.life.job.reason.empty()) return live.life.job.reason;
  if (live.life.job.state == JobState::Waiting) return "It waits for a job that needs you.";
  return accounts[logical].why_nothing_is_sent();
}

void Runner::Engine::outlook(std::function<void(Outlook)> done) {
  Outlook outlook;
  std::vector<const Live*> waiting;  // for a person
  std::set<JobId> seen;
  for (const auto& [id, live] : lives) {
    if (is_terminal(live.life.job.state) && !live.committing) continue;
    if (is_local(live.life.job.kind)) {  // never a person's affair
      outlook.local_work += live.is_broken || disk_failed ? 0 : 1;
      continue;
    }
    seen.clear();
    if (stuck(live, seen)) waiting.push_back(&live);
    else ++outlook.can_go_on;
  }
  std::sort(waiting.begin(), waiting.end(), [](const Live* a, const Live* b) { return a->life.job.id < b->life.job.id; });
  outlook.need_person.reserve(waiting.size());
  for (const Live* live : waiting) {
    outlook.need_person.push_back(live->life.job);
    outlook.need_person.back().reason = stuck_reason(*live);
  }
  outlook.local_work += imports_under_way;
  outlook.problem = problem;
  done(std::move(outlook));
}

}  // namespace studio
