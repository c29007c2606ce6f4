#include "simulation/world.h"

#include <algorithm>
#include <cstdio>
#include <stdexcept>

#include "base/log.h"
#include "runner/runner.h"
#include "simulation/memory_files.h"
#include "simulation/model_service.h"
#include "simulation/model_store.h"
#include "simulation/oracle.h"
#include "simulation/sim_network.h"
#include "simulation/twin_store.h"
#include "simulation/wire.h"

namespace studio {
namespace {

constexpr std::int64_t longest_settling_ms = 48LL * 3600 * 1000;  // of virtual time after the faults have stopped
constexpr std::int64_t most_steps = 20'000'000;

FaultRates draw_rates(Sim& sim) {
  FaultRates rates;
  // Some seeds are rough, some calm, and each fault is missing in some.
  const double roughness = sim.random.below(4) == 0 ? 3 : 1;
  const auto up_to = [&](double most) { return sim.random.below(4) == 0 ? 0 : sim.random.unit() * most * roughness; };
  rates.not_sent.rate = up_to(0.02);
  rates.lost_before.rate = up_to(0.015);
  rates.lost_after.rate = up_to(0.02);
  rates.late.rate = up_to(0.01);
  rates.trouble.rate = up_to(0.02);
  rates.throttled.rate = up_to(0.03);
  rates.rejected.rate = up_to(0.01);
  rates.unauthorised.rate = up_to(0.0005);
  rates.odd_page.rate = up_to(0.01);
  rates.same_id.rate = up_to(0.01);
  rates.no_id.rate = up_to(0.005);
  rates.refused.rate = up_to(0.02);
  rates.odd_word.rate = up_to(0.03);
  rates.back_again.rate = up_to(0.03);
  rates.not_known_yet.rate = up_to(0.03);
  rates.damaged.rate = up_to(0.03);
  rates.cut_short.rate = up_to(0.03);
  rates.empty.rate = up_to(0.02);
  rates.expired.rate = up_to(0.02);
  rates.failed.rate = up_to(0.06);
  rates.forgotten.rate = up_to(0.01);
  rates.commit_fails.rate = up_to(0.001);
  rates.file_fails.rate = up_to(0.005);
  rates.worker_throws.rate = up_to(0.01);
  rates.blob_lost.rate = up_to(0.01);
  rates.address_unknown.rate = up_to(0.05);
  rates.decoder_dies.rate = up_to(0.01);
  rates.dearer.rate = up_to(0.01);
  return rates;
}

ServiceTerms draw_terms(Sim& sim, bool is_sandbox) {
  ServiceTerms terms;
  const auto half = [&] { return sim.random.below(2) == 0; };
  terms.replays = half();
  terms.says_so = half();
  if (sim.random.below(3) == 0) terms.key_life_secs = sim.pick(30, 3600);
  terms.lists = half();
  terms.list_is_complete = terms.lists && half();
  terms.echoes_keys = sim.random.below(3) == 0;
  terms.cancels = half();
  terms.answers_inline = sim.random.below(6) == 0;
  terms.inline_status = !terms.answers_inline && sim.random.below(6) == 0;
  terms.tickets = !terms.answers_inline && sim.random.below(5) == 0;
  terms.bills_at_start = half();
  terms.is_silent = half();
  terms.always_states_cost = half();
  terms.names_ids = half();
  if (sim.random.below(3) == 0) terms.clock_ahead_ms = sim.pick(-400'000, 400'000);
  if (half()) terms.file_life_ms = sim.pick(20'000, 600'000);
  // Its jobs have no ids on our side, so nothing that it lists can be told from what is at home.
  if (half()) terms.looks_at_once = static_cast<int>(sim.pick(2, 60));
  if (terms.answers_inline) terms.lists = terms.list_is_complete = terms.echoes_keys = terms.names_ids = false;
  if (is_sandbox) as_the_sandbox(terms);
  return terms;
}

class World {
 public:
  explicit World(const SimulationOptions& options);
  SimulationReport run();

 private:
  // What the engine sees of all this.
  class Door final : public Transport {
   public:
    explicit Door(World& world) : world_(world) {}
    TransferId start(HttpRequest request, std::function<void(HttpResponse)> done) override {
      ++world_.report_.requests;
      if (world_.options_.writes_log) world_.show("asked " + request.url);
      return world_.network_.start(std::move(request), std::move(done));
    }
    void cancel(TransferId id) override { world_.network_.cancel(id); }
    Progress progress(TransferId) const override { return {}; }
    void run_once(int max_wait_ms) override { world_.go_on(max_wait_ms); }
    void wake() override {}
    int in_flight() const override { return world_.network_.in_flight(); }

   private:
    World& world_;
  };
  class Hands final : public Workers {
   public:
    explicit Hands(World& world) : world_(world) {}
    void run(Urgency, std::function<void()> work) override { world_.work_.push_back(std::move(work)); }

   private:
    World& world_;
  };

  void show(const std::string& what) const;
  void add_to_fingerprint(std::string_view words);
  void show_rows(const ModelLedger::Touched& touched);
  void start_engine();
  void power_cut();
  void end_in_order();
  void go_on(int max_wait_ms);
  void let_time_pass(int max_wait_ms);
  void settle_down();

  // --- the person
  void act();
  void order_some();
  Recipe recipe_for(bool is_clip);
  JobId some_job();
  void clear_the_table(const Runner::Outlook& outlook);
  void resolve(const Job& job);
  bool say_what_was_charged(const Job& job);

  SimulationOptions options_;
  Sim sim_;
  ServiceTerms terms_;
  ModelService service_;
  std::unique_ptr<Wire> wire_;
  MemoryFiles files_;
  MemoryPacks packs_;
  std::shared_ptr<ModelMedia> media_;
  std::unique_ptr<ModelStore> store_holder_;
  ModelStore& store_;
  SimNetwork network_;
  Oracle oracle_;
  ProviderSet providers_;
  std::deque<std::function<void()>> work_;
  SimulationReport report_;
  int ordered_ = 0, prompts_ = 0;
  std::int64_t act_mono_ms_ = 0;
  std::int64_t quiet_since_ms_ = -1;
  int power_cuts_left_ = 0;
  bool is_over_ = false;
  bool asked_ = false;
  bool has_paused_ = false, has_reset_ = false;
  int resolutions_ = 0;
  std::unique_ptr<Runner> runner_;  // last: it goes first
};

World::World(const SimulationOptions& options)
    : options_(options),
      sim_(mix64(options.seed)),
      terms_(draw_terms(sim_, options.is_real)),
      service_(sim_, terms_),
      wire_(options.is_real ? make_sandbox_wire(terms_, static_cast<int>(sim_.pick(2, 64))) : make_plain_wire(terms_, static_cast<int>(sim_.pick(2, 64)))),
      files_(sim_),
      packs_(0.8),
      media_(std::make_shared<ModelMedia>(sim_, files_)),
      store_holder_(options.is_real ? std::make_unique<TwinStore>(sim_) : std::make_unique<ModelStore>(sim_)),
      store_(*store_holder_),
      network_(sim_, service_, *wire_, files_),
      oracle_(sim_, store_.ledger(), service_, files_, wire_->provider_id() + ":default") {
  sim_.rates = draw_rates(sim_);
  power_cuts_left_ = static_cast<int>(sim_.random.below(4));
  providers_.add(wire_->make_provider());
  store_.on_commit = [this](const ModelLedger::Touched& touched) {
    if (options_.writes_log) show_rows(touched);
    oracle_.committed(touched);
  };
  service_.on_charge = [this](const RemoteRow& row) {
    if (options_.writes_log) show("charged " + row.id + " " + row.key + " " + std::to_string(row.charged_micros));
    oracle_.charged(row);
  };
  network_.on_submit = [this](const Asked& asked) {
    if (options_.writes_log) show("sent " + asked.key);
    oracle_.sent(asked);
  };
  network_.is_owned = [this](const std::string& id) { return store_.ledger().attempt_with_remote_id(wire_->provider_id() + ":default", id)->has_value(); };
  files_.is_needed = [this](std::string_view sha256) { return store_.ledger().asset_of_blob(sha256)->has_value(); };
}

void World::show(const std::string& what) const { std::fprintf(stderr, "%8.3f %s\n", static_cast<double>(sim_.clock.mono_ms() - 1'000'000) / 1000, what.c_str()); }

// Without what differs from run to run though nothing else does.
void World::add_to_fingerprint(std::string_view words) {
  std::string same(words);
  if (const std::string folder = store_.folder_name(); !folder.empty()) {
    for (std::size_t at = same.find(folder); at != std::string::npos; at = same.find(folder)) same.erase(at, folder.size());
  }
  report_.fingerprint = mix64(report_.fingerprint ^ stable_hash(same));
}

void World::show_rows(const ModelLedger::Touched& touched) {
  for (const JobId id : touched.jobs) {
    const Job& job = store_.ledger().job_at(id);
    if (is_local(job.kind)) continue;
    std::string line = to_string(id) + " " + std::string(to_string(job.state));
    if (job.attempt.valid()) {
      const Attempt& attempt = store_.ledger().attempt_at(job.attempt);
      line += " " + to_string(attempt.id) + " " + std::string(to_string(attempt.state)) + " " + attempt.key + " " + attempt.remote_id;
    }
    show(line + (job.cancel_wished ? " cancel wished " : " ") + job.reason);
  }
}

void World::start_engine() {
  RunnerParts parts{.store = store_,
                    .vault = Vault("simulated"),
                    .packs = packs_,
                    .providers = providers_,
                    .clock = sim_.clock,
                    .transport = std::make_unique<Door>(*this),
                    .resolve_endpoint = [this](const std::string&) -> Result<Endpoint> {
                      if (sim_.hits(sim_.rates.worker_throws)) throw std::runtime_error("the look-up stumbled");
                      if (sim_.hits(sim_.rates.address_unknown)) return fail(ErrorKind::Offline, "Plain is not there.");
                      return Endpoint{"http://simulated", {{"Authorization", std::string(wire_secret), true}}};
                    },
                    .media = media_,
                    .post = [this](const RunnerEvent& event) { oracle_.told(event); },
                    .cpu_workers = 2,
                    .after_crash = report_.power_cuts > 0,
                    .min_free_bytes = 1000,
                    .free_bytes = [this]() -> std::int64_t { return sim_.clock.mono_ms() < sim_.disk_full_until_ms && !sim_.is_quiet ? 0 : 1'000'000; },
                    .stop_grace_ms = 1 << 30,
                    .files = std::shared_ptr<Files>(std::shared_ptr<void>(), &files_),
                    .workers = std::make_unique<Hands>(*this),
                    .chance = [this] { return sim_.random.next(); }};
  runner_ = std::make_unique<Runner>(std::move(parts));
  if (const auto started = runner_->start_by_hand(); !started) sim_.say("the engine does not start: " + started.error().message);
  asked_ = false;
}

void World::power_cut() {
  ++report_.power_cuts;
  if (options_.writes_log) show("--- power cut");
  sim_.power_cut_in = -1;
  runner_.reset();
  work_.clear();
  store_.power_cut();
  network_.power_cut();
  files_.power_cut();
  const std::int64_t away = sim_.random.below(3) == 0 ? sim_.pick(1, 48 * 3600) * 1000 : sim_.pick(0, 60'000);
  // What had left arrives while the machine is off.
  constexpr std::int64_t longest_way_ms = 21'000;
  sim_.clock.advance_ms(std::min(away, longest_way_ms));
  network_.carry_late();
  sim_.clock.advance_ms(away - std::min(away, longest_way_ms));
  if (quiet_since_ms_ >= 0) quiet_since_ms_ += away;
}

// The window was closed, and is opened again.
void World::end_in_order() {
  runner_.reset();
  work_.clear();
  while (store_.has_work()) store_.run_group();
  network_.power_cut();
  start_engine();
}

SimulationReport World::run() {
  log_to([this](LogLevel, std::string_view line) {
    if (options_.writes_log) show(std::string(line));
    add_to_fingerprint(line);
    oracle_.logged(line);
  });
  const auto power_cut_later = [this] {
    if (power_cuts_left_-- > 0) sim_.power_cut_in = sim_.pick(1, options_.jobs * 30);
  };
  start_engine();
  power_cut_later();
  while (!is_over_ && sim_.broken.empty()) {
    try {
      if (!runner_->turn()) end_in_order();
    } catch (const PowerCut&) {
      power_cut();
      start_engine();
      power_cut_later();
    }
    if (sim_.steps > most_steps) sim_.say("it does not come to an end");
  }
  runner_.reset();
  work_.clear();
  if (sim_.broken.empty()) oracle_.all_is_over();
  if (sim_.broken.empty()) store_.compare();
  log_to({});
  ModelLedger& ledger = store_.ledger();
  report_.broken = sim_.broken;
  for (const Job& job : ledger.all_jobs()) {
    if (is_local(job.kind)) continue;
    ++report_.jobs;
    report_.done += job.state == JobState::Done;
    report_.failed += job.state == JobState::Failed;
    report_.cancelled += job.state == JobState::Cancelled;
    report_.expired += job.state == JobState::Expired;
    report_.quarantined += job.state == JobState::Quarantined;
    report_.refused += job.state == JobState::Refused;
    report_.fingerprint ^= static_cast<std::uint64_t>(job.state);
    add_to_fingerprint(job.reason);
  }
  report_.attempts = static_cast<int>(ledger.all_attempts().size());
  for (const Attempt& attempt : ledger.all_attempts()) report_.written_off += attempt.state == AttemptState::WrittenOff;
  for (std::size_t i = 0; i < all_faults.size(); ++i) report_.faults_hit[i] = (sim_.rates.*all_faults[i].second).hits;
  report_.disk_faults_hit = sim_.disk_faults_hit;
  report_.steps = sim_.steps;
  report_.commits = *ledger.commits();
  report_.virtual_secs = (sim_.clock.mono_ms() - 1'000'000) / 1000;
  report_.fingerprint = mix64(report_.fingerprint ^ static_cast<std::uint64_t>(report_.steps) ^ stable_hash(std::to_string(sim_.clock.wall_ms())));
  return report_;
}

// --- one thing at a time, in any order

void World::go_on(int max_wait_ms) {
  const bool has_net = network_.next_mono_ms() >= 0 && network_.next_mono_ms() <= sim_.clock.mono_ms();
  const std::uint64_t store_weight = store_.has_work() ? 8 : 0, work_weight = work_.empty() ? 0 : 4, net_weight = has_net ? 8 : 0;
  const std::uint64_t all = store_weight + work_weight + net_weight;
  if (all == 0) return let_time_pass(max_wait_ms);
  std::uint64_t chosen = sim_.random.below(all + 1);
  if (chosen < store_weight) return store_.run_group();
  chosen -= store_weight;
  if (chosen < net_weight) return network_.carry_one();
  chosen -= net_weight;
  if (chosen < work_weight) {
    const auto which = static_cast<std::ptrdiff_t>(sim_.random.below(std::min<std::uint64_t>(2, work_.size())));
    const auto work = std::move(work_[static_cast<std::size_t>(which)]);
    work_.erase(work_.begin() + which);
    sim_.step();
    work();
    sim_.step();
    return;
  }
  // All of them are slow for a moment.
  let_time_pass(std::min<int>(max_wait_ms < 0 ? 50 : max_wait_ms, static_cast<int>(sim_.pick(0, 50))));
}

void World::let_time_pass(int max_wait_ms) {
  const std::int64_t now = sim_.clock.mono_ms();
  std::int64_t until = act_mono_ms_;
  if (max_wait_ms >= 0) until = std::min(until, now + max_wait_ms);
  if (network_.next_mono_ms() >= 0) until = std::min(until, network_.next_mono_ms());
  if (until > now) sim_.clock.advance_ms(until - now);
  if (network_.has_late()) network_.carry_late();
  ++sim_.steps;
  if (sim_.clock.mono_ms() >= act_mono_ms_) act();
}

// --- the person

JobId World::some_job() {
  const auto count = store_.ledger().all_jobs().size();
  return count == 0 ? JobId{1} : JobId{static_cast<std::int64_t>(1 + sim_.random.below(count))};
}

Recipe World::recipe_for(bool is_clip) {
  Recipe recipe;
  recipe.kind = is_clip ? MediaKind::Video : MediaKind::Image;
  recipe.provider = wire_->provider_id();
  recipe.model = recipe.provider + (is_clip ? "-clip" : "-image");
  // Some say the same, so that no list can tell them apart.
  recipe.prompt = sim_.random.below(8) == 0 ? "the same again" : "picture " + std::to_string(++prompts_);
  recipe.width = recipe.height = 512;
  recipe.seconds = is_clip ? 5 : 0;
  return recipe;
}

void World::order_some() {
  const int count = static_cast<int>(std::min<std::int64_t>(options_.jobs - ordered_, sim_.pick(1, 60)));
  Admission admission;
  const auto& jobs = store_.ledger().all_jobs();
  const bool are_clips = ordered_ > 20 && sim_.random.below(4) == 0;
  admission.generation.kind = are_clips ? MediaKind::Video : MediaKind::Image;
  admission.generation.count = count;
  for (int i = 1; i <= count; ++i) {
    Admission::Item item;
    item.variation = i;
    item.recipe = recipe_for(are_clips);
    if (are_clips) {
      // Of a picture that is there, or of one that is still being made.
      const Job& parent = jobs[sim_.random.below(jobs.size())];
      if (is_local(parent.kind) || parent.recipe.kind != MediaKind::Image) continue;
      const auto& assets = store_.ledger().all_assets();
      item.recipe.inputs = {{"image", ""}};
      if (parent.state == JobState::Done) {
        item.recipe.inputs.front().sha256 = assets[static_cast<std::size_t>(parent.asset.value - 1)].sha256;
        item.parents = {parent.asset};
      } else {
        item.waits_for = {parent.id};
      }
    }
    admission.items.push_back(std::move(item));
  }
  if (admission.items.empty()) return;
  ordered_ += count;
  runner_->admit(std::move(admission), [this, count](const Result<Admitted>& admitted) {
    if (!admitted && admitted.error().kind != ErrorKind::BadRequest) ordered_ -= count;  // asked for again
  });
}

void World::act() {
  const auto ignore = [](const Result<Job>&) {};
  const auto ignored = [](const Result<void>&) {};
  if (quiet_since_ms_ >= 0) return settle_down();
  act_mono_ms_ = sim_.clock.mono_ms() + (sim_.random.below(10) == 0 ? sim_.pick(5000, 60'000) : sim_.pick(10, 2000));
  if (ordered_ >= options_.jobs) {
    // Some more time for trouble, then it is over.
    if (sim_.random.below(40) == 0) {
      quiet_since_ms_ = sim_.clock.mono_ms();
      sim_.is_quiet = true;
      return settle_down();
    }
  } else if (sim_.random.below(2) == 0) {
    return order_some();
  }
  if (sim_.random.below(300) == 0) return runner_->wish_end();
  switch (sim_.random.below(17)) {
    case 0: case 1: return runner_->cancel(some_job(), ignore);
    case 2: case 3: case 4: return runner_->retry(some_job(), ignore);
    case 5: return runner_->resubmit(some_job(), ignore);
    case 6: return runner_->write_off(some_job(), ignore);
    case 7: {
      const Job& job = store_.ledger().all_jobs().empty() ? Job{} : store_.ledger().job_at(some_job());
      return job.id.valid() ? resolve(job) : void();
    }
    case 8: {
      const std::string id = "r" + std::to_string(1 + sim_.random.below(5));
      return network_.is_owned(id) ? runner_->link(some_job(), id, ignore) : void();  // it is somebody else's
    }
    case 9:
      has_paused_ = !has_paused_;
      return runner_->set_queue(!has_paused_ ? QueueMode::Going : sim_.random.below(2) == 0 ? QueueMode::Paused : QueueMode::Draining, ignored);
    case 10: {
      Budgets budgets;
      if (sim_.random.below(2) == 0) {
        const std::int64_t most = terms_.price_micros * options_.jobs;
        if (sim_.random.below(2) == 0) budgets.usd.project = Money{sim_.pick(0, most)};
        if (sim_.random.below(2) == 0) budgets.usd.day = Money{sim_.pick(0, most)};
        if (sim_.random.below(2) == 0) budgets.usd.run = Money{sim_.pick(0, most / 20)};
      }
      return runner_->set_budgets(budgets, ignored);
    }
    case 11: {
      const std::int64_t jumps[] = {3'600'000, -3'600'000, 86'400'000, -86'400'000, 1000, -1000};
      return sim_.clock.jump_wall_ms(sim_.chance(0.3) ? jumps[sim_.random.below(6)] : 0);
    }
    case 12: return sim_.random.below(2) == 0 ? runner_->release_hold(ignored) : runner_->outlook([](const Runner::Outlook&) {});
    case 13: {
      const MoveTo to = static_cast<MoveTo>(sim_.random.below(3));
      return runner_->move_jobs({some_job(), some_job()}, to, some_job(), [](const Result<Reordered>&) {});
    }
    case 14: {
      const JobId first = some_job();
      return runner_->set_priority({first, some_job()}, static_cast<Priority>(sim_.random.below(3)), [](const Result<Reordered>&) {});
    }
    case 15: {
      const JobId id = some_job();
      if (store_.ledger().all_jobs().empty()) return;
      if (sim_.random.below(3) == 0) return runner_->dismiss(id, ignore);
      const Recipe old = store_.ledger().job_at(id).recipe;
      if (old.provider.empty() || is_local(store_.ledger().job_at(id).kind)) return;
      Recipe recipe = recipe_for(old.kind == MediaKind::Video);
      recipe.inputs = old.inputs;
      return runner_->edit(id, std::move(recipe), ignore);
    }
    case 16:
      if (store_.ledger().all_jobs().empty()) return;
      // What goes on may come to a second doubt before this word is heard.
      if (const Job& job = store_.ledger().job_at(some_job()); is_terminal(job.state)) say_what_was_charged(job);
      return;
    default: return;
  }
}

// Faults have stopped: what is left needs time, then a person, then nothing.
void World::settle_down() {
  act_mono_ms_ = sim_.clock.mono_ms() + 60'000;
  if (sim_.clock.mono_ms() - quiet_since_ms_ > longest_settling_ms) {
    std::string left;
    for (const Job& job : store_.ledger().all_jobs()) {
      if (!is_terminal(job.state)) left += " " + to_string(job.id) + " " + std::string(to_string(job.state)) + " (" + job.reason + ")";
    }
    return sim_.say("it does not settle, though the table was cleared " + std::to_string(resolutions_) + " times:" + left);
  }
  if (std::exchange(asked_, true)) return;
  if (!std::exchange(has_reset_, true)) {
    runner_->set_queue(QueueMode::Going, [](const Result<void>&) {});
    runner_->set_budgets({}, [](const Result<void>&) {});
  }
  runner_->outlook([this](const Runner::Outlook& outlook) {
    asked_ = false;
    if (outlook.can_go_on > 0 || outlook.local_work > 0) return;
    if (outlook.need_person.empty() && !store_.has_work() && work_.empty()) {
      bool is_in_doubt = false;
      for (const Job& job : store_.ledger().all_jobs()) {
        if (job.in_doubt.micros == 0) continue;
        is_in_doubt = true;
        say_what_was_charged(job);
      }
      is_over_ = !is_in_doubt;
      return;
    }
    clear_the_table(outlook);
  });
}

void World::clear_the_table(const Runner::Outlook& outlook) {
  if (++resolutions_ > 200) return sim_.say("a person cannot clear the table: " + to_string(outlook.need_person.front().id) + " " + outlook.need_person.front().reason);
  runner_->set_queue(QueueMode::Going, [](const Result<void>&) {});
  for (const Job& job : outlook.need_person) resolve(job);
}

// As somebody who has the bill before him. False: the service works on something of it, so its bill is not final.
bool World::say_what_was_charged(const Job& job) {
  if (job.in_doubt.micros == 0 || job.state == JobState::Unknown) return false;
  std::int64_t sum = 0;
  int charged = 0, free = 0;
  for (const Attempt& attempt : store_.ledger().all_attempts()) {
    if (attempt.job != job.id || attempt.state != AttemptState::InDoubt) continue;
    if (RemoteRow* row = service_.find_by_key(attempt.key)) service_.bring_up_to_date(*row);
    const auto bill = oracle_.bill_for(attempt);
    if (!bill) return false;
    sum += *bill;
    ++(*bill > 0 ? charged : free);
  }
  report_.doubts_charged += charged;
  report_.doubts_free += free;
  const bool is_all = sum == job.in_doubt.micros && sim_.random.below(2) == 0;
  runner_->say_charged(job.id, is_all ? std::nullopt : std::optional(Money{sum}), [](const Result<Job>&) {});
  return true;
}

// As somebody would who looks at the service's own page.
void World::resolve(const Job& job) {
  const auto ignore = [](const Result<Job>&) {};
  switch (job.state) {
    case JobState::Unknown: {
      const Attempt& attempt = store_.ledger().attempt_at(job.attempt);
      const RemoteRow* row = service_.find_by_key(attempt.key);
      const bool may_still_arrive = quiet_since_ms_ < 0 || network_.has_late();
      if (row == nullptr && !may_still_arrive && job.in_doubt.micros == 0) return runner_->say_charged(job.id, Money{}, ignore);
      if (row == nullptr) return runner_->write_off(job.id, ignore);
      return sim_.random.below(4) == 0 ? runner_->resubmit(job.id, ignore) : runner_->link(job.id, row->id, ignore);
    }
    case JobState::Waiting: return sim_.random.below(2) == 0 ? runner_->cancel(job.id, ignore) : runner_->retry(job.waits_for.front(), ignore);
    default: return runner_->retry(job.id, ignore);
  }
}

}  // namespace

SimulationReport simulate(const SimulationOptions& options) { return World(options).run(); }

}  // namespace studio
