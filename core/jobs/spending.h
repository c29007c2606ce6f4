// What may be spent: caps for one run, one day and the project; the guard against runaway spending; unknown prices; estimates
// that turned out too low. Amounts are exact; play money has caps of its own and never counts towards real ones.
//
// The rule of the books (invariant I4): what is reserved and what is settled together never exceed a cap at any commit. The
// check is made inside the transaction that reserves, against the worst-case price. UNKNOWN stays reserved. A service may
// still charge more than was reserved; then the books say so, nothing more is admitted, and the model's estimate rises.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "model/job.h"
#include "model/money.h"
#include "model/price_rules.h"

namespace studio {

// --- caps

// A run is one generation; a day is a calendar day where the user lives.
enum class CapKind : std::uint8_t { Run, Day, Project };
std::string_view to_string(CapKind kind);  // "run", "day", "project"

// Nothing: no cap.
struct SpendingCaps {
  std::optional<Money> run, day, project;
  std::optional<Money> per_minute;  // the runaway guard
};

// Reserved and settled so far, in one currency.
struct Committed {
  Money run, day, project;
};

struct SpendingVerdict {
  enum class Kind : std::uint8_t { Allowed, Warned, Blocked };
  Kind kind = Kind::Allowed;
  std::optional<CapKind> cap;  // the one that speaks: the first that blocks, else the one nearest to its end
  bool is_runaway = false;     // blocked by the guard: a person says "go on"
  std::string sentence;        // for people; empty when allowed
};

// Whether `amount` may be reserved now. 100 % of a cap may be used to the last micro; from 80 % on it warns.
SpendingVerdict judge_spending(const SpendingCaps& caps, const Committed& committed, Money amount, Currency currency);

// --- the tally: what is committed, by run, day and project

// Fed with every entry of the books, in order; the ledger's sums and a test's are the same by it. An attempt counts for the day on
// which it was reserved first, also when it is settled on a later one: else midnight would make room twice. It never serves again on
// another day.
class SpendingTally {
 public:
  // `day`: the number of the local calendar day; only that of an attempt's first reservation is looked at.
  void apply(const MoneyEntry& entry, GenerationId run, std::int64_t day);
  Committed committed(GenerationId run, std::int64_t day, Currency currency) const;
  // What the project has reserved and has settled; their sum is committed().project.
  Money reserved(Currency currency) const;
  Money settled(Currency currency) const;

 private:
  struct Counted {  // an attempt
    GenerationId run;
    std::int64_t day = 0;
    Money reserved;
  };
  using PerCurrency = std::array<Money, 2>;
  std::map<AttemptId, Counted> attempts_;
  std::map<GenerationId, PerCurrency> of_run_;
  std::map<std::int64_t, PerCurrency> of_day_;
  PerCurrency reserved_{}, settled_{};
};

// --- the runaway guard

// Sums of what was reserved within the last minute, one currency. Seconds of a clock that never goes back.
class SpendingRate {
 public:
  void note(double now_secs, Money reserved);
  Money last_minute(double now_secs) const;
  // Says why `amount` now would be too fast, or allows it.
  SpendingVerdict judge(const SpendingCaps& caps, double now_secs, Money amount, Currency currency) const;
  // A person said "go on": what was spent until now does not count any more.
  void excuse() { slots_ = {}; }

 private:
  // Whole seconds, one more than a minute, so that the minute is never cut short.
  static constexpr std::int64_t slots = 61;
  struct Slot {
    std::int64_t second = -1;
    Money sum;
  };
  std::array<Slot, slots> slots_{};
};

// --- prices

// What an attempt is reserved with; or, in a sentence, why nothing is sent.
struct PriceVerdict {
  std::optional<Money> reserve;
  std::string objection;
};
// `price`: the worst case by the model's data, nothing where it is not known. `allowed_at`: the user allowed this model without a
// known price, and said what one job of it is to count as. `factor`: EstimateFactor::permille of the model.
PriceVerdict judge_price(std::string_view model_label, std::optional<Money> price, std::optional<Money> allowed_at, int factor = 1000);

// What a model's factor is after a job that cost `settled`. `price`: by the data, without the factor. It only ever rises.
EstimateFactor after_settling(EstimateFactor factor, Money price, Money settled);

// --- the sum that is shown before anything is admitted

struct AdmissionItem {
  std::optional<Money> price;  // nothing: not known
  Currency currency = Currency::Usd;
};
struct AdmissionSum {
  int jobs = 0, unknown = 0;
  Money usd, play;
};
AdmissionSum sum_of(std::span<const AdmissionItem> items);
// "8 jobs for $0.32 at most.", "8 jobs for $0.32 at most, and 2 of unknown price."
std::string admission_sentence(const AdmissionSum& sum);

}  // namespace studio
