#include "simulation/oracle.h"

#include <algorithm>

#include "base/hash.h"
#include "jobs/life.h"

namespace studio {

void Oracle::committed(const ModelLedger::Touched& touched) {
  for (const AttemptId id : touched.attempts) look_at(id);
  for (const JobId id : touched.jobs) look_at(id);
  if (touched.reserved.empty()) return;
  // I4: whoever set money aside found room for it. What lowered a cap afterwards is no reservation.
  const std::string caps = *ledger_.fact(budgets_fact);
  if (caps != caps_text_) {
    // Which of them came first in this very transaction nobody can tell.
    caps_text_ = caps;
    caps_ = budgets_from_json(caps).value_or(Budgets{});
    return;
  }
  // Nor was it asked for room when the service charged more than its price: by so much the books of this very transaction may lie
  // above a cap, for what was granted in it may have come first.
  std::int64_t beyond_price = 0;
  for (const AttemptId id : touched.attempts) beyond_price += std::max<std::int64_t>(ledger_.attempt_at(id).settled.micros - service_.terms().price_micros, 0);
  for (const AttemptId id : touched.reserved) {
    const Attempt& attempt = ledger_.attempt_at(id);
    // Set aside for what the service has charged beyond it, also where a cap was lowered meanwhile: no room was asked for.
    if (attempt.state == AttemptState::RemoteDone) continue;
    const auto& money = ledger_.money_of(id);
    const SpentSoFar spent = *ledger_.spent(GenerationId{money.generation}, money.day * 86'400'000, attempt.currency);
    const Budget& caps_now = caps_.of(attempt.currency);
    const auto exceeds = [&](const std::optional<Money>& cap, Money sum) { return cap && sum.micros - beyond_price > cap->micros; };
    if (exceeds(caps_now.run, spent.run) || exceeds(caps_now.day, spent.day) || exceeds(caps_now.project, spent.project)) {
      sim_.say("I4: " + to_string(id) + " reserved beyond a cap");
    }
  }
}

void Oracle::look_at(JobId id) {
  const Job& job = ledger_.job_at(id);
  if (is_local(job.kind)) return;
  std::optional<AttemptState> state;
  if (job.attempt.valid()) state = ledger_.attempt_at(job.attempt).state;
  const int open = ledger_.open_attempts_of(id);
  if (open > 1) sim_.say("I1: " + to_string(id) + " has " + std::to_string(open) + " open attempts");
  if (is_terminal(job.state) && open > 0) sim_.say("I5: " + to_string(id) + " is over with an open attempt");
  if (!fit_together(job.state, state)) sim_.say("I5: " + to_string(id) + " is " + std::string(to_string(job.state)) + " with an attempt that does not fit");
  std::int64_t in_doubt = 0;
  if (const auto known = doubted_.find(id); known != doubted_.end()) {
    for (const AttemptId attempt : known->second) in_doubt += ledger_.money_of(attempt).held();
  }
  if (job.in_doubt.micros != in_doubt) sim_.say("money: " + to_string(id) + " says that another sum is in doubt than its attempts hold");
  if (job.state != JobState::Done) return;
  const auto& assets = ledger_.all_assets();
  if (!job.asset.valid() || job.asset.value > static_cast<std::int64_t>(assets.size())) return sim_.say("I6: " + to_string(id) + " is done without an asset");
  blob_is_sound(assets[static_cast<std::size_t>(job.asset.value - 1)]);
}

void Oracle::blob_is_sound(const Asset& asset) {
  const std::string* blob = files_.blob(asset.sha256);
  if (blob == nullptr) return sim_.say("I6: there is no file of " + to_string(asset.id));
  if (static_cast<std::int64_t>(blob->size()) != asset.bytes) return sim_.say("I6: the file of " + to_string(asset.id) + " has another size");
  const Attempt* attempt = nullptr;
  if (asset.job.valid()) attempt = &ledger_.attempt_at(ledger_.job_at(asset.job).attempt);
  if (attempt == nullptr || asset.state != AssetState::Done) return;
  // It is the very thing that the service made for this attempt.
  const std::string& id = attempt->remote_id;
  const RemoteRow* row = service_.peek_by_key(attempt->key);
  if (row == nullptr || (!id.empty() && row->id != id)) row = service_.peek(id);
  const bool is_of_it = row != nullptr && blob->starts_with("PNG:" + row->id + ".");
  if (!is_of_it) sim_.say("I6: the file of " + to_string(asset.id) + " is not what was made for its job");
}

void Oracle::look_at(AttemptId id) {
  const Attempt& attempt = ledger_.attempt_at(id);
  const auto& money = ledger_.money_of(id);
  const bool open = is_open(attempt.state);
  const bool is_in_doubt = attempt.state == AttemptState::InDoubt;
  if (is_in_doubt) {
    auto& doubted = doubted_[attempt.job];
    if (std::find(doubted.begin(), doubted.end(), id) == doubted.end()) doubted.push_back(id);
  }
  if ((open || is_in_doubt) && money.held() != attempt.reserved.micros) sim_.say("money: " + to_string(id) + " may cost money and has no reservation");
  if (!open && !is_in_doubt && money.held() != 0) sim_.say("money: " + to_string(id) + " is closed and still holds some");
  if (attempt.provider.empty() || attempt.endpoint.empty() || attempt.model.empty() || attempt.key.empty()) sim_.say("I7: identity of " + to_string(id));
  money_of(id);
  // Linked to what another's request made: what its own made is that one's affair from now on.
  const RemoteRow* linked = attempt.remote_id.empty() ? nullptr : service_.peek(attempt.remote_id);
  if (linked == nullptr || linked->key == attempt.key) return;
  if (const Attempt* other = ledger_.attempt_with_key(linked->key)) money_of(other->id);
}

// The one job at the service that it answers for. The job it is linked to; else the one that its own request made. Where another
// attempt is linked to that (of equal work nobody can tell which is whose), the two have changed places, and it answers for what
// that one's request made. So each job at the service is one attempt's, and none is forgotten.
const RemoteRow* Oracle::charged_to(const Attempt& attempt) const {
  if (!attempt.remote_id.empty()) return service_.peek(attempt.remote_id);
  const Attempt* maker = &attempt;
  for (std::size_t i = 0; i <= service_.count(); ++i) {
    const RemoteRow* made = service_.peek_by_key(maker->key);
    if (made == nullptr) return nullptr;
    const auto owner = *ledger_.attempt_with_remote_id(attempt.endpoint, made->id);
    if (!owner) return made;
    maker = &ledger_.attempt_at(*owner);
  }
  return nullptr;
}

std::int64_t Oracle::charged_for(const Attempt& attempt) const {
  const RemoteRow* row = charged_to(attempt);
  return row == nullptr ? 0 : row->charged_micros;
}

std::optional<std::int64_t> Oracle::bill_for(const Attempt& attempt) const {
  const RemoteRow* row = charged_to(attempt);
  if (row != nullptr && row->now == RemoteNow::Working) return std::nullopt;
  return row == nullptr ? 0 : row->charged_micros;
}

namespace {

// Whether the service, or a person, has told what it charged for this attempt. Before, nobody can know that it is more than its price.
bool is_told(const Attempt& attempt) {
  if (is_open(attempt.state)) return attempt.state == AttemptState::RemoteDone || attempt.state == AttemptState::Fetched;
  return attempt.state != AttemptState::InDoubt && attempt.state != AttemptState::WrittenOff;
}

}  // namespace

// settled ≤ bill ≤ settled + reserved, for each attempt alone; a sum that was written off counts as spent whatever was charged. What a
// person says of several doubts of a job is one sum, so those count together.
void Oracle::money_of(AttemptId id) {
  const Attempt& attempt = ledger_.attempt_at(id);
  std::int64_t charged = 0, settled = 0, held = 0;
  const auto add = [&](AttemptId one) {
    const std::int64_t bill = charged_for(ledger_.attempt_at(one));
    charged += is_told(ledger_.attempt_at(one)) ? bill : std::min(bill, service_.terms().price_micros);
    settled += ledger_.money_of(one).settled;
    held += ledger_.money_of(one).held();
  };
  const auto doubted = doubted_.find(attempt.job);
  const bool was_in_doubt = doubted != doubted_.end() && std::find(doubted->second.begin(), doubted->second.end(), id) != doubted->second.end();
  if (was_in_doubt) std::for_each(doubted->second.begin(), doubted->second.end(), add);
  else add(id);
  if (charged > settled + held) {
    sim_.say("money: " + to_string(id) + " (" + std::string(to_string(attempt.state)) + ") was charged " + std::to_string(charged) + ", and the books have " +
             std::to_string(settled) + " + " + std::to_string(held));
  }
  if (settled > charged && attempt.state != AttemptState::WrittenOff) {
    sim_.say("money: " + to_string(id) + " (" + std::string(to_string(attempt.state)) + ") settled " + std::to_string(settled) + " and was charged " +
             std::to_string(charged));
  }
}

void Oracle::charged(const RemoteRow& row) {
  if (service_.peek_by_key(row.key) != &row) sim_.say("I3: two jobs at the service under one key");
  if (const auto owner = *ledger_.attempt_with_remote_id(endpoint_, row.id)) return money_of(*owner);
  const Attempt* attempt = ledger_.attempt_with_key(row.key);
  if (attempt == nullptr) return sim_.say("I2: charged for a key that no attempt has");
  // The way of charged_to() back: whoever changed places with it answers for it.
  for (std::size_t i = 0; i <= service_.count() && !attempt->remote_id.empty(); ++i) {
    const RemoteRow* linked = service_.peek(attempt->remote_id);
    const Attempt* other = linked == nullptr || linked->key == attempt->key ? nullptr : ledger_.attempt_with_key(linked->key);
    if (other == nullptr) return sim_.say("money: " + row.id + " was charged, and nobody answers for it");
    attempt = other;
  }
  money_of(attempt->id);
}

void Oracle::sent(const Asked& asked) {
  const int times = ++posts_[asked.key];
  const Attempt* attempt = ledger_.attempt_with_key(asked.key);
  if (attempt == nullptr) return sim_.say("I2: a paid request whose key no attempt has");
  if (attempt->state != AttemptState::Sending) return sim_.say("I2: " + to_string(attempt->id) + " was sent while it was " + std::string(to_string(attempt->state)));
  if (attempt->body_digest != sha256_hex(asked.body)) return sim_.say("I2: " + to_string(attempt->id) + " was sent with other bytes than its intent's");
  if (times > 1 && !attempt->replay_declared) sim_.say("I3: " + to_string(attempt->id) + " was sent " + std::to_string(times) + " times");
}

// Nobody is told what is not on disk.
void Oracle::told(const RunnerEvent& event) {
  const auto* changed = std::get_if<JobChanged>(&event);
  if (changed == nullptr) return;
  const Job& job = changed->job;
  if (job.id.value > static_cast<std::int64_t>(ledger_.all_jobs().size())) return sim_.say("told of " + to_string(job.id) + ", which is not in the ledger");
  const JobState kept = ledger_.job_at(job.id).state;
  if (kept != job.state) sim_.say("told that " + to_string(job.id) + " is " + std::string(to_string(job.state)) + ", and the ledger says " + std::string(to_string(kept)));
}

void Oracle::logged(std::string_view line) {
  if (line.find(wire_secret) != std::string_view::npos) sim_.say("a key in the log: " + std::string(line));
  if (line.find("does not belong here") != std::string_view::npos) sim_.say("the state machine was asked for what it does not know: " + std::string(line));
}

void Oracle::all_is_over() {
  for (const Job& job : ledger_.all_jobs()) {
    if (!is_terminal(job.state)) sim_.say("stuck: " + to_string(job.id) + " is " + std::string(to_string(job.state)) + " (" + job.reason + ")");
    look_at(job.id);
  }
  for (std::size_t i = 0; i < service_.count(); ++i) service_.bring_up_to_date(service_.at(i));
  std::int64_t settled = 0, written_off_too_much = 0;
  for (const Attempt& attempt : ledger_.all_attempts()) {
    look_at(attempt.id);
    const auto& money = ledger_.money_of(attempt.id);
    settled += money.settled;
    if (attempt.state == AttemptState::WrittenOff) written_off_too_much += money.settled - charged_for(attempt);
  }
  const Books books = *ledger_.books(Currency::Usd);
  if (books.settled.micros != settled || books.reserved.micros != 0) sim_.say("money: the books do not add up");
  if (settled - written_off_too_much != service_.bill_micros()) {
    sim_.say("money: settled " + std::to_string(settled - written_off_too_much) + ", and the bill is " + std::to_string(service_.bill_micros()));
  }
  for (const Asset& asset : ledger_.all_assets()) {
    if (asset.state == AssetState::Done && files_.blob(asset.sha256) == nullptr) sim_.say("I6: there is no file of " + to_string(asset.id));
  }
}

}  // namespace studio
