#include "simulation/model_service.h"

namespace studio {

RemoteRow* ModelService::take(const std::string& key, const std::string& body, const std::string& model, const std::string& prompt) {
  if (terms_.replays) {
    RemoteRow* known = find_by_key(key);
    const bool is_alive = known != nullptr && (terms_.key_life_secs == 0 || now_wall_ms() - known->created_wall_ms < terms_.key_life_secs * 1000);
    if (is_alive) {
      if (known->body != body) sim_.say("I3: another body under the same key");
      return known;
    }
  }
  if (refuses(key) || rejects(key) != 0) {
    ++(refuses(key) ? sim_.rates.refused : sim_.rates.rejected).hits;
    return nullptr;
  }
  auto made = std::make_unique<RemoteRow>();
  RemoteRow& row = *made;
  row.id = "r" + std::to_string(rows_.size() + 1);
  row.key = key;
  row.body = body;
  row.model = model;
  row.prompt = prompt;
  row.created_wall_ms = now_wall_ms();
  row.ends_mono_ms = sim_.clock.mono_ms() + (sim_.random.below(20) == 0 ? sim_.pick(60'000, 900'000) : sim_.pick(500, 20'000));
  row.says_hash = sim_.random.below(2) == 0;
  row.says_size = sim_.random.below(3) > 0;
  row.states_cost = terms_.always_states_cost || sim_.random.below(2) == 0;
  row.amount_micros = row.states_cost ? sim_.pick(1, terms_.price_micros) : terms_.price_micros;
  // Of a service that always says so: where one is silent, what was set aside counts, which after such a price is more than its usual one.
  if (terms_.always_states_cost && sim_.hits(sim_.rates.dearer)) row.amount_micros = sim_.pick(terms_.price_micros + 1, 3 * terms_.price_micros);
  row.files = sim_.random.below(10) == 0 ? terms_.most_files : 1;
  row.is_damaged = sim_.hits(sim_.rates.damaged, 0.25);
  if (sim_.hits(sim_.rates.failed)) {
    const RemoteEnd ends[] = {RemoteEnd::Empty, RemoteEnd::Failed, RemoteEnd::Failed, RemoteEnd::Refused};
    row.end = ends[sim_.random.below(4)];
    row.is_billed_end = sim_.random.below(2) == 0;
    if (!row.states_cost) row.amount_micros = row.is_billed_end ? terms_.price_micros : 0;
    else if (!row.is_billed_end) row.amount_micros = 0;
  } else if (sim_.hits(sim_.rates.forgotten)) {
    // Charged or free: nothing of it was ever said.
    row.end = RemoteEnd::Forgotten;
    row.amount_micros = sim_.random.below(2) == 0 ? terms_.price_micros : 0;
    row.states_cost = false;
  } else {
    row.is_dropped = sim_.hits(sim_.rates.expired, 0.25);
  }
  if (!terms_.always_stops) row.on_cancel = static_cast<OnCancel>(sim_.random.below(3));
  if (terms_.answers_inline) {
    row.end = RemoteEnd::Done;
    row.states_cost = row.states_cost || terms_.always_states_cost;
    row.files = 1;
    row.is_dropped = false;
    if (row.amount_micros == 0) row.amount_micros = terms_.price_micros;
    row.ends_mono_ms = sim_.clock.mono_ms();
  }
  by_id_[row.id] = &row;
  by_key_.try_emplace(key, &row);
  rows_.push_back(std::move(made));
  if (terms_.bills_at_start) charge(row, row.states_cost ? row.amount_micros : terms_.price_micros);
  bring_up_to_date(row);
  return &row;
}

bool ModelService::refuses(const std::string& key) const {
  return static_cast<double>(stable_hash(key) >> 11) * 0x1.0p-53 < sim_.rates.refused.rate;
}

int ModelService::rejects(const std::string& key) const {
  const std::uint64_t mixed = mix64(stable_hash(key));
  if (static_cast<double>(mixed >> 11) * 0x1.0p-53 >= sim_.rates.rejected.rate) return 0;
  const int statuses[] = {400, 404, 413};
  return statuses[mixed % 3];
}

void ModelService::charge(RemoteRow& row, std::int64_t micros) {
  if (row.charged_micros == micros) return;
  bill_micros_ += micros - row.charged_micros;
  row.charged_micros = micros;
  if (on_charge) on_charge(row);
}

void ModelService::bring_up_to_date(RemoteRow& row) {
  if (row.now != RemoteNow::Working || sim_.clock.mono_ms() < row.ends_mono_ms) return;
  row.now = RemoteNow::Over;
  renew_addresses(row);
  charge(row, row.amount_micros);
}

RemoteRow* ModelService::find(const std::string& id) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return nullptr;
  bring_up_to_date(*found->second);
  return found->second;
}

const RemoteRow* ModelService::peek(const std::string& id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

const RemoteRow* ModelService::peek_by_key(const std::string& key) const {
  const auto found = by_key_.find(key);
  return found == by_key_.end() ? nullptr : found->second;
}

RemoteRow* ModelService::find_by_key(const std::string& key) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return nullptr;
  bring_up_to_date(*found->second);
  return found->second;
}

CancelAnswer ModelService::cancel(RemoteRow& row) {
  bring_up_to_date(row);
  if (row.now == RemoteNow::Over) return CancelAnswer::TooLate;
  const CancelAnswer answer = row.on_cancel == OnCancel::Stops ? CancelAnswer::Stops : CancelAnswer::WasHeard;
  if (row.now == RemoteNow::Cancelled) return answer;
  if (row.on_cancel == OnCancel::GoesOn) {
    // Some are forgotten as soon as they are over: then nobody hears that they were made, and paid.
    if (row.end == RemoteEnd::Done && sim_.random.below(4) == 0) row.end = RemoteEnd::Forgotten;
    return answer;
  }
  row.now = RemoteNow::Cancelled;
  // A stop half-way may cost a part, which then is said. Of all that is charged a word may be missing where none was promised.
  const bool is_charged_in_silence = row.on_cancel == OnCancel::MayStop && terms_.is_silent && sim_.random.below(2) == 0;
  row.amount_micros = row.states_cost ? row.amount_micros / 3 : is_charged_in_silence ? terms_.price_micros : 0;
  charge(row, row.amount_micros);
  return answer;
}

void ModelService::renew_addresses(RemoteRow& row) {
  ++row.addresses;
  row.addresses_end_mono_ms = terms_.file_life_ms == 0 ? 0 : sim_.clock.mono_ms() + terms_.file_life_ms;
}

std::string ModelService::content_of(const RemoteRow& row, int file) const {
  return (row.is_damaged ? "CRASH:" : "PNG:") + row.id + "." + std::to_string(file) + ";";
}

}  // namespace studio
