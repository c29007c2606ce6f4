#include "jobs/spending.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace studio {
namespace {

std::size_t index_of(Currency currency) { return currency == Currency::Usd ? 0 : 1; }

// Whether sum + amount > cap, without the sum running over. Amounts are not negative here.
bool exceeds(Money sum, Money amount, Money cap) { return sum > cap || amount > cap - sum; }

// Four fifths of it, rounded up: from there on it warns.
Money warning_level(Money cap) { return {cap.micros / 5 * 4 + (cap.micros % 5 * 4 + 4) / 5}; }

struct Cap {
  CapKind kind;
  std::optional<Money> cap;
  Money committed;
};

std::array<Cap, 3> caps_of(const SpendingCaps& caps, const Committed& committed) {
  return {{{CapKind::Run, caps.run, committed.run}, {CapKind::Day, caps.day, committed.day}, {CapKind::Project, caps.project, committed.project}}};
}

std::string name_of(const Cap& cap, Currency currency) {
  const std::string amount = format_money(*cap.cap, currency);
  switch (cap.kind) {
    case CapKind::Run: return "This run's budget of " + amount;
    case CapKind::Day: return "Today's budget of " + amount;
    case CapKind::Project: return "The project's budget of " + amount;
  }
  return amount;
}

std::string way_on(CapKind kind) {
  switch (kind) {
    case CapKind::Run: return "raise the budget for a run in the settings, or make fewer at a time; then retry.";
    case CapKind::Day: return "raise the budget for a day in the settings, or go on tomorrow; then retry.";
    case CapKind::Project: return "raise the project's budget in the settings, then retry.";
  }
  return "raise it in the settings, then retry.";
}

SpendingVerdict blocked_by(const Cap& cap, Money amount, Currency currency) {
  const Money left{std::max<std::int64_t>(0, cap.cap->micros - cap.committed.micros)};
  return {SpendingVerdict::Kind::Blocked, cap.kind, false,
          name_of(cap, currency) + " has " + format_money(left, currency) + " left, and this costs up to " + format_money(amount, currency) + ": " +
              way_on(cap.kind)};
}

SpendingVerdict blocked_as_negative() {
  return {SpendingVerdict::Kind::Blocked, std::nullopt, false, "Its price is below zero, which cannot be: nothing is sent. Choose another model."};
}

double part_used(const Cap& cap, Money amount) {
  return static_cast<double>(cap.committed.micros + amount.micros) / static_cast<double>(std::max<std::int64_t>(1, cap.cap->micros));
}

}  // namespace

std::string_view to_string(CapKind kind) {
  switch (kind) {
    case CapKind::Run: return "run";
    case CapKind::Day: return "day";
    case CapKind::Project: return "project";
  }
  return "project";
}

SpendingVerdict judge_spending(const SpendingCaps& caps, const Committed& committed, Money amount, Currency currency) {
  if (amount.micros < 0) return blocked_as_negative();
  if (amount.micros == 0) return {};  // what is free is admitted over a cap that is used up
  std::optional<Cap> nearest;
  for (const Cap& cap : caps_of(caps, committed)) {
    if (!cap.cap) continue;
    if (exceeds(cap.committed, amount, *cap.cap)) return blocked_by(cap, amount, currency);
    const bool warns = cap.committed + amount >= warning_level(*cap.cap);
    if (warns && (!nearest || part_used(cap, amount) > part_used(*nearest, amount))) nearest = cap;
  }
  if (!nearest) return {};
  const int percent = static_cast<int>(part_used(*nearest, amount) * 100 + 1e-9);
  return {SpendingVerdict::Kind::Warned, nearest->kind, false, name_of(*nearest, currency) + " is used to " + std::to_string(percent) + " % with this."};
}

// --- the tally

void SpendingTally::apply(const MoneyEntry& entry, GenerationId run, std::int64_t day) {
  const std::size_t at = index_of(entry.currency);
  const auto count = [&](GenerationId of, std::int64_t on, Money change) {
    of_run_[of][at] += change;
    of_day_[on][at] += change;
  };
  // A settlement of less than was reserved follows the release of the rest, in the same commit.
  Counted& attempt = attempts_.try_emplace(entry.attempt, Counted{run, day, {}}).first->second;
  switch (entry.kind) {
    case MoneyKind::Reserve:
      attempt.reserved += entry.amount;
      reserved_[at] += entry.amount;
      count(attempt.run, attempt.day, entry.amount);
      break;
    case MoneyKind::Release:
      attempt.reserved = attempt.reserved - entry.amount;
      reserved_[at] = reserved_[at] - entry.amount;
      count(attempt.run, attempt.day, Money{} - entry.amount);
      break;
    case MoneyKind::Settle: {
      // What of it was still reserved is spent; what goes beyond comes on top.
      const Money freed = attempt.reserved;
      reserved_[at] = reserved_[at] - freed;
      settled_[at] += entry.amount;
      count(attempt.run, attempt.day, entry.amount - freed);
      attempt.reserved = {};
      break;
    }
  }
}

Committed SpendingTally::committed(GenerationId run, std::int64_t day, Currency currency) const {
  const std::size_t at = index_of(currency);
  const auto of_run = of_run_.find(run);
  const auto of_day = of_day_.find(day);
  return {of_run == of_run_.end() ? Money{} : of_run->second[at], of_day == of_day_.end() ? Money{} : of_day->second[at], reserved_[at] + settled_[at]};
}

Money SpendingTally::reserved(Currency currency) const { return reserved_[index_of(currency)]; }
Money SpendingTally::settled(Currency currency) const { return settled_[index_of(currency)]; }

// --- the runaway guard

void SpendingRate::note(double now_secs, Money reserved) {
  const auto second = static_cast<std::int64_t>(std::floor(std::max(0.0, now_secs)));
  Slot& slot = slots_[static_cast<std::size_t>(second % slots)];
  if (slot.second != second) slot = {second, {}};
  slot.sum += reserved;
}

Money SpendingRate::last_minute(double now_secs) const {
  const auto second = static_cast<std::int64_t>(std::floor(std::max(0.0, now_secs)));
  Money sum;
  for (const Slot& slot : slots_) {
    if (slot.second > second - slots && slot.second <= second && slot.second >= 0) sum += slot.sum;
  }
  return sum;
}

SpendingVerdict SpendingRate::judge(const SpendingCaps& caps, double now_secs, Money amount, Currency currency) const {
  if (amount.micros < 0) return blocked_as_negative();
  if (!caps.per_minute || !exceeds(last_minute(now_secs), amount, *caps.per_minute)) return {};
  return {SpendingVerdict::Kind::Blocked, std::nullopt, true,
          "More than " + format_money(*caps.per_minute, currency) + " within a minute would be spent: nothing more is sent until you say that it may go on."};
}

// --- prices

PriceVerdict judge_price(std::string_view model_label, std::optional<Money> price, std::optional<Money> allowed_at, int factor) {
  const std::string label(model_label);
  if (price && price->micros < 0) return {std::nullopt, "The price of " + label + " is below zero, which cannot be: choose another model."};
  if (price) return {with_factor(*price, {factor}), {}};
  if (allowed_at && allowed_at->micros >= 0) return {*allowed_at, {}};
  return {std::nullopt, "The price of " + label + " is not known, so nothing is sent: choose a model with a price, or say what one job of this one is to count as (costs --allow)."};
}

EstimateFactor after_settling(EstimateFactor factor, Money price, Money settled) {
  if (price.micros <= 0 || settled <= with_factor(price, factor)) return factor;
  // Rounded up, so that the next estimate covers what this one cost. By doubles: far from the limits of either type.
  const double needed = std::ceil(static_cast<double>(settled.micros) * EstimateFactor::one / static_cast<double>(price.micros) - 1e-9);
  return {static_cast<int>(std::clamp<double>(needed, factor.permille, EstimateFactor::most))};
}

// --- the sum before admission

AdmissionSum sum_of(std::span<const AdmissionItem> items) {
  AdmissionSum sum;
  for (const AdmissionItem& item : items) {
    ++sum.jobs;
    if (!item.price) ++sum.unknown;
    else (item.currency == Currency::Usd ? sum.usd : sum.play) += *item.price;
  }
  return sum;
}

std::string admission_sentence(const AdmissionSum& sum) {
  const auto jobs = [](int count) { return std::to_string(count) + (count == 1 ? " job" : " jobs"); };
  const int known = sum.jobs - sum.unknown;
  if (known == 0) return jobs(sum.jobs) + " of unknown price.";
  std::string text = jobs(known) + " for ";
  if (sum.usd.micros > 0 || sum.play.micros == 0) text += format_money(sum.usd, Currency::Usd);
  if (sum.usd.micros > 0 && sum.play.micros > 0) text += " and ";
  if (sum.play.micros > 0) text += format_money(sum.play, Currency::Play);
  text += " at most";
  if (sum.unknown > 0) text += ", and " + std::to_string(sum.unknown) + " of unknown price";
  return text + ".";
}

}  // namespace studio
