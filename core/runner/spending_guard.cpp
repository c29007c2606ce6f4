// What the caps do not cover: spending that runs away, models whose price is not known, and prices that were told too low.
// jobs/spending.h decides.
#include <algorithm>
#include <charconv>

#include "base/log.h"
#include "runner/engine.h"

namespace studio {
namespace {

// The ledger's fact that says why spending is stopped; empty: it is not. A restart must not be a way around the guard.
std::string stopped_fact(Currency currency) { return "spending stopped " + std::string(to_string(currency)); }

// When a person said "go on", in milliseconds of the wall clock: what was spent before is excused.
constexpr std::string_view excused_fact = "spending excused";

// What was reserved so long ago still counts for the guard.
constexpr std::int64_t a_minute_ms = 60'000;

// Nothing where it says no moment that has been.
std::int64_t excused_until(const std::string& fact, std::int64_t now_wall_ms) {
  std::int64_t at = 0;
  const auto read = std::from_chars(fact.data(), fact.data() + fact.size(), at);
  return read.ec == std::errc() && at <= now_wall_ms ? at : 0;
}

// "125 % of it", rounded up.
std::string percent_of_price(EstimateFactor factor) { return std::to_string((factor.permille + 9) / 10) + " % of it"; }

}  // namespace

// --- the runaway guard

// Once it has stopped, it stays stopped until a person says that it may go on: time alone mends nothing.
bool Runner::Engine::is_running_away(Currency currency, Money amount) {
  Guard& guard = guard_of(currency);
  if (amount.micros == 0) return false;
  if (!guard.stopped.empty()) return true;
  SpendingCaps caps;
  caps.per_minute = budgets.of(currency).per_minute;
  const SpendingVerdict verdict = guard.rate.judge(caps, now_secs(), guard.on_its_way + amount, currency);
  if (verdict.kind != SpendingVerdict::Kind::Blocked) return false;
  guard.stopped = verdict.sentence;
  log_warning(guard.stopped);
  tell(BudgetWarning{guard.stopped});
  parts.store.write([fact = stopped_fact(currency), words = guard.stopped](Ledger& ledger) { return ledger.set_fact(fact, words); },
                    [](const Result<void>& saved) {
                      if (!saved) log_warning("save that spending is stopped: " + saved.error().message);
                    });
  return true;
}

void Runner::Engine::place_decided(const Job& job) { guard_of(job.currency).on_its_way += job.estimate; }

void Runner::Engine::place_on_disk(const Job& job, bool is_reserved) {
  Guard& guard = guard_of(job.currency);
  guard.on_its_way = guard.on_its_way - job.estimate;
  if (is_reserved) guard.rate.note(now_secs(), job.estimate);
}

void Runner::Engine::go_on(std::function<void(Result<void>)> done) {
  // It holds from when it is on disk.
  parts.store.write([now = parts.clock.wall_ms()](Ledger& ledger) -> Result<void> {
                      STUDIO_CHECK(forget_stops(ledger));
                      return ledger.set_fact(excused_fact, std::to_string(now));
                    },
                    [this, done = std::move(done), letters = box](Result<void> result) {
                      letters->post([this, done, result = std::move(result)] {
                        if (result) {
                          for (Guard& guard : guards) guard.rate.excuse();
                          release_guards();
                        }
                        done(result);
                      });
                    });
}

// Store thread.
Result<void> Runner::Engine::forget_stops(Ledger& ledger) {
  STUDIO_CHECK(ledger.set_fact(stopped_fact(Currency::Usd), ""));
  return ledger.set_fact(stopped_fact(Currency::Play), "");
}

void Runner::Engine::release_guards() {
  for (Guard& guard : guards) guard.stopped.clear();
  release_held(HeldBy::Runaway, {});
}

// What was reserved within the last minute before this start counts as if there had been none. By the wall clock, which may have
// been set back: what seems to be yet to come is as of now.
Result<void> Runner::Engine::recall_minute(Ledger& ledger) {
  const std::int64_t now = parts.clock.wall_ms();
  STUDIO_TRY(const std::string excused, ledger.fact(excused_fact));
  STUDIO_TRY(const auto reserved, ledger.reserved_since(std::max(now - a_minute_ms, excused_until(excused, now))));
  for (const MoneyEntry& entry : reserved) {
    const std::int64_t age_ms = std::max<std::int64_t>(0, now - entry.at_ms);
    guard_of(entry.currency).rate.note(now_secs() - static_cast<double>(age_ms) / 1000, entry.amount);
  }
  return {};
}

// --- prices

// Called on the starting thread.
Result<void> Runner::Engine::load_money_rules() {
  return parts.store.read_and_wait([this](Ledger& ledger) -> Result<void> {
    for (const Currency currency : {Currency::Usd, Currency::Play}) {
      STUDIO_TRY(guard_of(currency).stopped, ledger.fact(stopped_fact(currency)));
    }
    STUDIO_CHECK(recall_minute(ledger));
    STUDIO_TRY(const std::string text, ledger.fact(price_rules_fact));
    STUDIO_TRY(price_rules, price_rules_from_json(text));
    return {};
  });
}

void Runner::Engine::allow_model(const std::string& model_id, std::optional<Money> each, std::function<void(Result<void>)> done) {
  const ModelInfo* model = parts.providers.find_model(model_id);
  if (each && model == nullptr) return done(fail(parts.providers.unknown_model(model_id)));
  if (each && has_price(*model)) return done(fail(ErrorKind::BadRequest, "The price of " + model->label + " is known: it can be used as it is."));
  if (each && each->micros < 0) return done(fail(ErrorKind::BadRequest, "What a job is to count as cannot be below zero."));
  PriceRules wanted = price_rules;
  if (each) wanted.allowed[model_id] = *each;
  else wanted.allowed.erase(model_id);
  // They hold from when they are on disk.
  parts.store.write([wanted](Ledger& ledger) { return ledger.set_fact(price_rules_fact, price_rules_to_json(wanted)); },
                    [this, model_id, each, wanted, done = std::move(done), letters = box](Result<void> result) {
                      letters->post([this, model_id, each, wanted, done, result = std::move(result)] {
                        if (result) {
                          // The one entry: another may have changed meanwhile, and was saved without this one.
                          if (each) price_rules.allowed[model_id] = *each;
                          else price_rules.allowed.erase(model_id);
                          tell(PriceRulesChanged{price_rules});
                          if (price_rules != wanted) save_price_rules();
                        }
                        done(result);
                      });
                    });
}

// Whether a job cost more than its estimate: then every one of its model that gets a place from now on is reserved with as much.
// Known as soon as the service has said it, not only when the result is home: the place is given to the next one before.
void Runner::Engine::note_cost(const Job& job, const std::string& model_id, Money cost) {
  if (cost <= job.estimate) return;  // also where nothing was said, and what was set aside counts as spent
  const ModelInfo* model = parts.providers.find_model(model_id);
  const auto price = model == nullptr ? std::nullopt : price_of(*model, job.recipe);
  if (!price) return;
  const EstimateFactor before = price_rules.factor_of(*model), after = after_settling(before, *price, cost);
  if (after == before) return;
  price_rules.factors[price_key(*model)] = after;
  log_warning(model->label + " cost more than its price says: from now on it is reserved with " + percent_of_price(after) + ", what waits too");
  tell(PriceRulesChanged{price_rules});
  save_price_rules();
}

// Why a job may cost more than it was shown; empty where it does not.
std::string Runner::Engine::why_dearer(const Job& job) const {
  const ModelInfo* model = parts.providers.find_model(job.recipe.model);
  if (model == nullptr || price_rules.factor_of(*model) == EstimateFactor{}) return {};
  return " " + model->label + " has cost more than its price says: it is reserved with " + percent_of_price(price_rules.factor_of(*model)) + ".";
}

void Runner::Engine::save_price_rules() {
  parts.store.write([rules = price_rules](Ledger& ledger) { return ledger.set_fact(price_rules_fact, price_rules_to_json(rules)); },
                    [](const Result<void>& saved) {
                      if (!saved) log_warning("save what is known of prices: " + saved.error().message);
                    });
}

}  // namespace studio
