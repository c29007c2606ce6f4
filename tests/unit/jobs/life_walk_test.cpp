// A million random steps through the life of jobs, each held against a ledger of its own: what may be open, sent, reserved, spent.
#include <map>
#include <set>

#include "base/random.h"
#include "jobs/life.h"
#include "jobs/spending.h"
#include "support/catch.h"

using namespace studio;

namespace {

constexpr int jobs = 120, local_jobs = 10;

// What the ledger knows of an attempt.
struct Row {
  Attempt attempt;
  Money reserved;          // by its entries
  int maybe_received = 0;  // paid requests of it that may have reached the service
};

bool same(const Job& a, const Job& b) {
  return a.id == b.id && a.state == b.state && a.cancel_wished == b.cancel_wished && a.hold == b.hold && a.reason == b.reason &&
         a.attempts == b.attempts && a.local_tries == b.local_tries && a.progress == b.progress && a.not_before_ms == b.not_before_ms &&
         a.updated_ms == b.updated_ms && a.recipe == b.recipe && a.estimate == b.estimate;
}
bool same(const Attempt& a, const Attempt& b) {
  return a.id == b.id && a.state == b.state && a.key == b.key && a.remote_id == b.remote_id && a.remote_state == b.remote_state &&
         a.prepare_state == b.prepare_state && a.reserved == b.reserved && a.settled == b.settled && a.intent_wall_ms == b.intent_wall_ms &&
         a.outputs.size() == b.outputs.size() && a.polls == b.polls && a.reason == b.reason;
}
bool same_identity(const Attempt& a, const Attempt& b) {  // I7, and the key for life
  return a.id == b.id && a.job == b.job && a.provider == b.provider && a.account == b.account && a.endpoint == b.endpoint && a.model == b.model &&
         a.key == b.key && a.currency == b.currency;
}

class Walk {
 public:
  Walk(std::uint64_t seed, Money cap) : random_(seed), cap_(cap) {
    for (int i = 1; i <= jobs; ++i) {
      JobLife life;
      life.job.id = JobId{i};
      life.job.generation = GenerationId{1 + i % 7};
      life.job.kind = i <= local_jobs ? JobKind::Poster : JobKind::Generate;
      life.job.state = i > local_jobs && i % 4 == 0 ? JobState::Waiting : JobState::Queued;
      life.job.estimate = Money{static_cast<std::int64_t>(1'000 + random_.below(200'000))};
      life.job.recipe.provider = "sandbox";
      lives_.push_back(std::move(life));
    }
  }

  void steps(int count) {
    for (int i = 0; i < count; ++i) step(lives_[random_.below(lives_.size())]);
  }

  // Faults have stopped: each job is answered well until it is over. Doubts are written off, as a person would.
  void finish() {
    for (JobLife& life : lives_) {
      for (int i = 0; i < 60 && !is_terminal(life.job.state); ++i) take(life, good_event(life));
      CHECK(is_terminal(life.job.state));
      if (life.job.in_doubt.micros > 0) take(life, happened::ChargeSaid{});
    }
    CHECK(tally_.reserved(Currency::Usd) == Money{});
    Money settled;
    for (const auto& [id, row] : rows_) {
      CHECK_FALSE(is_open(row.attempt.state));
      CHECK(row.reserved == Money{});
      settled += row.attempt.settled;
    }
    CHECK(tally_.settled(Currency::Usd) == settled);
  }

  std::set<JobState> seen;
  std::set<std::size_t> taken;  // events that were not out of place

 private:
  JobFacts facts() {
    // The wall clock is set back now and then; the monotonic one is not.
    now_ms_ += random_.below(1000) == 0 ? -static_cast<std::int64_t>(random_.below(90'000'000)) : static_cast<std::int64_t>(random_.below(20'000));
    mono_ms_ += static_cast<std::int64_t>(random_.below(20'000));
    return {.now_wall_ms = now_ms_, .now_mono_ms = mono_ms_, .jitter = random_.unit(), .expected_secs = random_.between(0, 120),
            .service_cancels = random_.below(2) == 0, .key_life_secs = random_.below(2) == 0 ? 0 : 3600};
  }

  void step(JobLife& life) {
    seen.insert(life.job.state);
    const bool is_sensible = random_.below(10) < 7;
    take(life, is_sensible ? likely_event(life) : any_event(life, random_.below(std::variant_size_v<JobEvent>)));
  }

  void take(JobLife& life, const JobEvent& event) {
    // As the engine does, in the transaction that reserves: what does not fit into the cap is held instead.
    const bool is_grant = std::holds_alternative<happened::PlaceGranted>(event) && life.job.kind == JobKind::Generate && life.job.state == JobState::Queued;
    SpendingCaps caps;
    caps.project = cap_;
    const Committed committed = tally_.committed(life.job.generation, 1, Currency::Usd);
    const Money amount = is_grant ? std::max(life.job.estimate, std::get<happened::PlaceGranted>(event).estimate) : life.job.estimate;
    const SpendingVerdict verdict = judge_spending(caps, committed, amount, Currency::Usd);
    const bool is_held = is_grant && verdict.kind == SpendingVerdict::Kind::Blocked;
    const JobEvent happening = is_held ? JobEvent(happened::Held{verdict.sentence, JobCause::Cap, amount}) : event;
    JobStep step = next(life, facts(), happening);
    INFO(name_of(happening) << " at " << to_string(life.job.state));
    if (!step.bug.empty() || !step.refusal.empty()) {
      REQUIRE(same(step.life.job, life.job));
      REQUIRE(step.life.attempt.has_value() == life.attempt.has_value());
      if (life.attempt) REQUIRE(same(*step.life.attempt, *life.attempt));
      REQUIRE((step.acts.empty() && step.money.empty() && step.assets.empty() && step.saving == Saving::Nothing && !step.attempt_is_new));
      return;
    }
    taken.insert(happening.index());
    write(life, step, happening);
    if (step.said) judge(step);
    check_acts(step);
    if (step.said || step.life.job.in_doubt != life.job.in_doubt) {
      Money in_doubt;
      for (const AttemptId id : of_job_[life.job.id]) {
        if (rows_.at(id).attempt.state == AttemptState::InDoubt) in_doubt += rows_.at(id).reserved;
      }
      REQUIRE(step.life.job.in_doubt == in_doubt);
    }
    life = std::move(step.life);
  }

  // The commit of a step.
  void write(const JobLife& before, JobStep& step, const JobEvent& event) {
    if (step.attempt_is_new) {
      for (const AttemptId old : of_job_[before.job.id]) REQUIRE_FALSE(is_open(rows_.at(old).attempt.state));  // I1
      step.life.attempt->id = AttemptId{++last_attempt_};
      step.life.job.attempt = step.life.attempt->id;
      of_job_[before.job.id].push_back(step.life.attempt->id);
      REQUIRE(keys_.insert(step.life.attempt->key).second);
      rows_[step.life.attempt->id] = {*step.life.attempt, {}, 0};
    }
    if (before.attempt && !step.life.attempt) REQUIRE_FALSE(is_open(before.attempt->state));  // nothing open is forgotten
    const bool moved = before.job.state != step.life.job.state;
    if (moved || !step.money.empty() || !step.assets.empty()) REQUIRE(step.saving == Saving::First);
    if (!step.life.attempt) {
      REQUIRE(step.money.empty());
      return;
    }
    Row& row = rows_.at(step.life.attempt->id);
    REQUIRE(same_identity(row.attempt, *step.life.attempt));
    note_send(row, step, event);
    for (MoneyEntry& entry : step.money) {
      entry.attempt = step.life.attempt->id;
      REQUIRE(entry.amount.micros >= 0);
      if (entry.kind == MoneyKind::Reserve) row.reserved += entry.amount;
      else row.reserved = entry.kind == MoneyKind::Settle ? Money{} : row.reserved - entry.amount;
      tally_.apply(entry, step.life.job.generation, 1);
    }
    row.attempt = *step.life.attempt;
    check_held(row);
    // I4. Services of this walk charge what was set aside at most.
    REQUIRE(tally_.reserved(Currency::Usd).micros + tally_.settled(Currency::Usd).micros <= cap_.micros);
    REQUIRE(tally_.reserved(Currency::Usd).micros >= 0);
  }

  // What is set aside is all of it while it may still cost money, or may have cost it, and nothing after that.
  static void check_held(const Row& row) {
    const bool may_cost = is_open(row.attempt.state) || row.attempt.state == AttemptState::InDoubt;
    REQUIRE(row.reserved == (may_cost ? row.attempt.reserved : Money{}));
  }

  // A person's word on the charges, as the engine carries it out in the same commit.
  void judge(JobStep& step) {
    std::vector<Attempt> attempts;
    for (const AttemptId id : of_job_[step.life.job.id]) attempts.push_back(rows_.at(id).attempt);
    const Money settled_before = tally_.settled(Currency::Usd), in_doubt = step.life.job.in_doubt;
    for (const MoneyEntry& entry : settle_doubts(attempts, *step.said, now_ms_)) {
      Row& row = rows_.at(entry.attempt);
      row.reserved = entry.kind == MoneyKind::Settle ? Money{} : row.reserved - entry.amount;
      tally_.apply(entry, step.life.job.generation, 1);
    }
    REQUIRE(tally_.settled(Currency::Usd) - settled_before == step.said->charged.value_or(in_doubt));
    for (Attempt& attempt : attempts) {
      Row& row = rows_.at(attempt.id);
      row.attempt = attempt;
      check_held(row);
      if (step.life.attempt && step.life.attempt->id == attempt.id) step.life.attempt = attempt;
    }
    count_charges(step.life.job, attempts);
  }

  // I2 and I3: how many paid requests of this attempt may have reached the service.
  void note_send(Row& row, const JobStep& step, const JobEvent& event) {
    const auto* not_accepted = std::get_if<happened::SubmitNotAccepted>(&event);
    if (not_accepted != nullptr && not_accepted->no_byte_left && step.life.attempt->state == AttemptState::NotSent) --row.maybe_received;
    if (std::holds_alternative<happened::AbsentAtService>(event)) row.maybe_received = 0;
    for (const JobAct& act : step.acts) {
      if (act.kind != ActKind::Submit && act.kind != ActKind::Replay) continue;
      REQUIRE(step.saving == Saving::First);
      REQUIRE(step.life.attempt->state == AttemptState::Sending);
      REQUIRE(step.life.attempt->intent_wall_ms != 0);
      REQUIRE_FALSE(step.life.attempt->body_digest.empty());
      if (act.kind == ActKind::Replay) REQUIRE(step.life.attempt->replay_declared);
      else REQUIRE(++row.maybe_received == 1);
    }
  }

  void check_acts(const JobStep& step) {
    for (const JobAct& act : step.acts) REQUIRE((act.in_secs >= 0 && act.in_secs <= 3961));  // an hour, and a tenth
    const bool has_ended = step.life.job.state == JobState::Done && step.saving == Saving::First && !step.said;
    if (has_ended && step.life.job.kind == JobKind::Generate) {
      REQUIRE_FALSE(step.assets.empty());  // I6: each with what lies in the vault
      for (const Asset& asset : step.assets) REQUIRE(asset.sha256.size() == 4);
    }
    if (is_terminal(step.life.job.state) && step.life.attempt) REQUIRE_FALSE(is_open(step.life.attempt->state));  // I5
  }

  // --- events

  Money part_of(const JobLife& life) {
    const std::int64_t most = life.attempt ? life.attempt->reserved.micros : 0;
    return {static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(most) + 1))};
  }
  std::optional<Money> maybe_cost(const JobLife& life) { return random_.below(2) == 0 ? std::nullopt : std::optional(part_of(life)); }
  std::vector<RemoteOutput> outputs(std::size_t count, bool stored) {
    std::vector<RemoteOutput> made(count);
    for (RemoteOutput& output : made) {
      output.url = "/out";
      if (stored) output.sha256 = "abcd";
    }
    return made;
  }
  Error error() {
    const ErrorKind kinds[] = {ErrorKind::Offline, ErrorKind::Timeout, ErrorKind::RateLimited, ErrorKind::Unauthorised,
                               ErrorKind::Refused, ErrorKind::BadRequest, ErrorKind::Damaged, ErrorKind::Disk};
    return {kinds[random_.below(8)], "It went wrong", "", random_.below(4) == 0 ? random_.between(0, 9000) : 0};
  }
  bool coin() { return random_.below(2) == 0; }
  std::string remote_id() { return "r" + std::to_string(++last_remote_); }

  JobEvent any_event(const JobLife& life, std::size_t index) {
    using namespace happened;
    const std::size_t made = life.attempt ? life.attempt->outputs.size() : 0;
    switch (index) {
      case 0: return ParentsDone{life.job.recipe, {}};
      case 1: return ParentFailed{"j9 failed."};
      case 2: return PlaceGranted{"k" + std::to_string(++last_key_), "sandbox", "default", coin() ? "sandbox:default" : "sandbox:two", coin() ? "m" : "n",
                                   coin() ? Money{static_cast<std::int64_t>(random_.below(220'000))} : Money{}};
      case 3: return Held{"No room."};
      case 4: return Released{};
      case 5: return PrepareStepDone{"{}"};
      case 6: return PrepareFailed{error(), coin()};
      case 7: return SubmitPlanned{"digest", "body", "boot", coin()};
      case 8: return SubmitChained{"{}"};
      case 9: return ChainBroken{error()};
      case 10: return SubmitAccepted{random_.below(10) == 0 ? "" : remote_id(), "{}", 0, random_.below(10) == 0};
      case 11: return SubmitNotAccepted{error(), coin(), coin()};
      case 12: return SubmitUnclear{"reset"};
      case 13: return ReplayDue{};
      case 14: return ReplayPutOff{error()};
      case 15: return ReplayImpossible{"other bytes"};
      case 16: return FoundAtService{remote_id(), "{}", coin()};
      case 17: return AbsentAtService{};
      case 18: return PollPending{coin(), random_.between(-1, 2), 0, coin() ? random_.between(0, 5000) : 0};
      case 19: return PollChained{"{}"};
      case 20: return PollFailed{error()};
      case 21: return RemoteFinished{outputs(random_.below(4), false), maybe_cost(life)};
      case 22: return RemoteRefused{"No", coin(), maybe_cost(life), {}, coin()};
      case 23: return RemoteFailed{"Broke", coin(), maybe_cost(life), coin(), coin() ? std::nullopt : std::optional(coin())};
      case 24: return RemoteCancelled{maybe_cost(life), coin()};
      case 25: return RemoteGone{};
      case 26: return CancelAccepted{coin()};
      case 27: return CancelTooLate{};
      case 28: return CancelFailed{error()};
      case 29: return FetchChained{"{}"};
      case 30: return FetchFailed{error()};
      case 31: return OutputExpired{};
      case 32: return BlobsStored{outputs(made, true)};
      case 33: return BlobsGone{};
      case 34: return ResultChecked{std::vector<MediaSummary>(random_.below(8) == 0 ? 1 : made)};
      case 35: return CheckFailed{error(), coin()};
      case 36: return LocalDone{};
      case 37: return LocalFailed{error(), coin()};
      case 38: return LocalMissing{};
      case 39: return CancelWished{};
      case 40: return RetryWished{};
      case 41: return ResubmitWished{};
      case 42: return WriteOffWished{};
      case 43: return LinkWished{remote_id(), coin()};
      case 44: return EditWished{life.job.recipe, Money{1 + static_cast<std::int64_t>(random_.below(90'000))}, life.job.currency};
      case 45: return DismissWished{};
      case 46: return ChargeSaid{coin() ? std::nullopt : std::optional(Money{static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(life.job.in_doubt.micros) + 1))})};
      default: return Recovered{};
    }
  }

  // One that belongs to the state, so that walks get far.
  JobEvent likely_event(const JobLife& life) {
    const auto one_of = [&](std::initializer_list<std::size_t> events) { return any_event(life, events.begin()[random_.below(events.size())]); };
    if (is_local(life.job.kind)) return one_of({2, 36, 37, 38, 40, 47});
    switch (life.job.state) {
      case JobState::Waiting: return one_of({0, 0, 1, 44, 47});
      case JobState::Queued: return one_of({2, 2, 2, 3, 44, 47});
      case JobState::Blocked: return one_of({4, 40, 44, 47});
      case JobState::Preparing: return one_of({5, 6, 7, 7, 7, 39, 47});
      case JobState::Sending: return one_of({8, 9, 10, 10, 10, 11, 12, 21, 22, 39, 47});
      case JobState::Unknown: return one_of({13, 13, 14, 15, 16, 17, 40, 41, 42, 43, 46, 47});
      case JobState::Running: return one_of({18, 18, 19, 20, 21, 21, 21, 22, 23, 24, 25, 26, 27, 28, 39, 47});
      case JobState::Fetching: return one_of({18, 20, 21, 25, 29, 30, 31, 32, 32, 33, 34, 34, 35, 47});
      default: return one_of({40, 40, 45, 46, 47});
    }
  }

  // The shortest way to an end.
  JobEvent good_event(const JobLife& life) {
    using namespace happened;
    if (is_local(life.job.kind)) return life.job.state == JobState::Queued ? JobEvent(PlaceGranted{}) : JobEvent(LocalDone{});
    const bool is_home = life.attempt && life.attempt->state == AttemptState::Fetched;
    switch (life.job.state) {
      case JobState::Waiting: return ParentsDone{life.job.recipe, {}};
      case JobState::Queued: return any_event(life, 2);
      case JobState::Blocked: return CancelWished{};  // the budget may be used up
      case JobState::Preparing: return SubmitPlanned{"digest", "body", "boot", true};
      case JobState::Sending: return SubmitAccepted{remote_id(), "{}"};
      case JobState::Unknown: return WriteOffWished{};
      case JobState::Running: return RemoteFinished{outputs(1, false), std::nullopt};
      default:
        if (is_home) return ResultChecked{std::vector<MediaSummary>(life.attempt->outputs.size())};
        return BlobsStored{outputs(life.attempt->outputs.size(), true)};
    }
  }

  Random random_;
  Money cap_;
  std::vector<JobLife> lives_;
  std::map<AttemptId, Row> rows_;
  std::map<JobId, std::vector<AttemptId>> of_job_;
  std::set<std::string> keys_;
  SpendingTally tally_;
  std::int64_t now_ms_ = 1'700'000'000'000, mono_ms_ = 0, last_attempt_ = 0, last_key_ = 0, last_remote_ = 0;
};

void walk(std::uint64_t seed) {
  INFO("seed " << seed);
  // New worlds with caps from one to 128 dollars, since money that is spent fills one for good.
  std::set<JobState> seen;
  std::set<std::size_t> taken;
  for (std::uint64_t world = 0; world < 8; ++world) {
    Walk one(seed * 100 + world, Money{std::int64_t{1'000'000} << world});
    one.steps(25'000);
    one.finish();
    seen.insert(one.seen.begin(), one.seen.end());
    taken.insert(one.taken.begin(), one.taken.end());
  }
  CHECK(seen.size() == static_cast<std::size_t>(job_state_count));
  CHECK(taken.size() == std::variant_size_v<JobEvent>);
}

}  // namespace

// Five times 200,000 steps.
TEST_CASE("a random walk keeps the books, the keys and the one paid request: seed 1") { walk(1); }
TEST_CASE("a random walk keeps the books, the keys and the one paid request: seed 2") { walk(2); }
TEST_CASE("a random walk keeps the books, the keys and the one paid request: seed 3") { walk(3); }
TEST_CASE("a random walk keeps the books, the keys and the one paid request: seed 4") { walk(4); }
TEST_CASE("a random walk keeps the books, the keys and the one paid request: seed 5") { walk(5); }
