#include "jobs/spending.h"

#include <limits>

#include "base/random.h"
#include "support/catch.h"

using namespace studio;

namespace {

using Kind = SpendingVerdict::Kind;

constexpr GenerationId run1{1}, run2{2};

Money dollars(double amount) { return money_from_dollars(amount); }

SpendingCaps caps(std::optional<double> run, std::optional<double> day, std::optional<double> project) {
  const auto cap = [](std::optional<double> amount) { return amount ? std::optional(dollars(*amount)) : std::nullopt; };
  return {cap(run), cap(day), cap(project), {}};
}

MoneyEntry entry(std::int64_t attempt, MoneyKind kind, double amount, Currency currency = Currency::Usd) {
  return {AttemptId{attempt}, kind, dollars(amount), currency, 0};
}

}  // namespace

TEST_CASE("a cap may be used to its last micro, and not to one more") {
  for (const CapKind kind : {CapKind::Run, CapKind::Day, CapKind::Project}) {
    SpendingCaps one;
    (kind == CapKind::Run ? one.run : kind == CapKind::Day ? one.day : one.project) = dollars(1);
    const Committed committed{dollars(0.6), dollars(0.6), dollars(0.6)};
    CHECK(judge_spending(one, committed, dollars(0.4), Currency::Usd).kind == Kind::Warned);
    const SpendingVerdict over = judge_spending(one, committed, Money{400'001}, Currency::Usd);
    CHECK(over.kind == Kind::Blocked);
    CHECK(over.cap == kind);
  }
}

TEST_CASE("from eighty percent on it warns, and says of which cap and how far") {
  const SpendingCaps day = caps({}, 5, {});
  CHECK(judge_spending(day, {{}, dollars(3.9), {}}, Money{99'999}, Currency::Usd).kind == Kind::Allowed);
  const SpendingVerdict warned = judge_spending(day, {{}, dollars(3.9), {}}, Money{100'000}, Currency::Usd);
  CHECK(warned.kind == Kind::Warned);
  CHECK(warned.cap == CapKind::Day);
  CHECK(warned.sentence == "Today's budget of $5.00 is used to 80 % with this.");
}

TEST_CASE("of several caps that warn the one nearest to its end speaks, of several that block the narrowest") {
  const SpendingVerdict warned = judge_spending(caps(1, 10, 100), {dollars(0.7), dollars(9), dollars(80)}, dollars(0.1), Currency::Usd);
  CHECK(warned.kind == Kind::Warned);
  CHECK(warned.cap == CapKind::Day);
  const SpendingVerdict blocked = judge_spending(caps(1, 10, 100), {dollars(1), dollars(10), dollars(100)}, dollars(0.1), Currency::Usd);
  CHECK(blocked.cap == CapKind::Run);
}

TEST_CASE("a blocked job is told which budget, what is left of it, and the way on") {
  const auto sentence = [](const SpendingCaps& with, const Committed& committed) {
    return judge_spending(with, committed, dollars(0.5), Currency::Usd).sentence;
  };
  CHECK(sentence(caps(1, {}, {}), {dollars(0.75), {}, {}}) ==
        "This run's budget of $1.00 has $0.25 left, and this costs up to $0.50: raise the budget for a run in the settings, or make fewer at a time; then retry.");
  CHECK(sentence(caps({}, 2, {}), {{}, dollars(2), {}}) ==
        "Today's budget of $2.00 has $0.00 left, and this costs up to $0.50: raise the budget for a day in the settings, or go on tomorrow; then retry.");
  CHECK(sentence(caps({}, {}, 3), {{}, {}, dollars(9)}) ==  // a service charged more than was reserved
        "The project's budget of $3.00 has $0.00 left, and this costs up to $0.50: raise the project's budget in the settings, then retry.");
}

TEST_CASE("without caps everything is allowed, and what is free always") {
  CHECK(judge_spending({}, {dollars(1e6), dollars(1e6), dollars(1e6)}, dollars(1e6), Currency::Usd).kind == Kind::Allowed);
  CHECK(judge_spending(caps(0, 0, 0), {dollars(1), dollars(1), dollars(1)}, Money{}, Currency::Usd).kind == Kind::Allowed);
  CHECK(judge_spending(caps(0, {}, {}), {}, Money{1}, Currency::Usd).kind == Kind::Blocked);
}

TEST_CASE("a price below zero blocks, and sums never run over") {
  CHECK(judge_spending({}, {}, Money{-1}, Currency::Usd).kind == Kind::Blocked);
  const Money most{std::numeric_limits<std::int64_t>::max()};
  CHECK(judge_spending(caps({}, {}, 5), {{}, {}, dollars(4)}, most, Currency::Usd).kind == Kind::Blocked);
  SpendingCaps huge;
  huge.project = most;
  CHECK(judge_spending(huge, {{}, {}, Money{most.micros - 1}}, Money{1}, Currency::Usd).kind == Kind::Warned);
  CHECK(judge_spending(huge, {{}, {}, Money{most.micros - 1}}, Money{2}, Currency::Usd).kind == Kind::Blocked);
}

TEST_CASE("a hundred grants at the last dollar: exactly those that fit are made") {
  SpendingTally tally;
  const SpendingCaps cap = caps({}, {}, 1);
  int granted = 0;
  for (int i = 1; i <= 100; ++i) {
    if (judge_spending(cap, tally.committed(run1, 7, Currency::Usd), dollars(0.03), Currency::Usd).kind == Kind::Blocked) continue;
    tally.apply(entry(i, MoneyKind::Reserve, 0.03), run1, 7);
    ++granted;
  }
  CHECK(granted == 33);
  CHECK(tally.committed(run1, 7, Currency::Usd).project == dollars(0.99));
}

// --- the tally

TEST_CASE("a reservation counts for run, day and project, and a settlement takes its place") {
  SpendingTally tally;
  tally.apply(entry(1, MoneyKind::Reserve, 0.5), run1, 7);
  tally.apply(entry(2, MoneyKind::Reserve, 0.2), run2, 7);
  CHECK(tally.committed(run1, 7, Currency::Usd).run == dollars(0.5));
  CHECK(tally.committed(run1, 7, Currency::Usd).day == dollars(0.7));
  CHECK(tally.reserved(Currency::Usd) == dollars(0.7));
  tally.apply(entry(1, MoneyKind::Release, 0.1), run1, 7);
  tally.apply(entry(1, MoneyKind::Settle, 0.4), run1, 7);
  CHECK(tally.committed(run1, 7, Currency::Usd).run == dollars(0.4));
  CHECK(tally.committed(run2, 7, Currency::Usd).project == dollars(0.6));
  CHECK(tally.reserved(Currency::Usd) == dollars(0.2));
  CHECK(tally.settled(Currency::Usd) == dollars(0.4));
}

TEST_CASE("what is settled after midnight counts for the day on which it was reserved") {
  SpendingTally tally;
  tally.apply(entry(1, MoneyKind::Reserve, 0.5), run1, 7);
  tally.apply(entry(1, MoneyKind::Settle, 0.5), run1, 8);
  CHECK(tally.committed(run1, 7, Currency::Usd).day == dollars(0.5));
  CHECK(tally.committed(run1, 8, Currency::Usd).day == Money{});
  tally.apply(entry(2, MoneyKind::Reserve, 0.5), run1, 7);
  tally.apply(entry(2, MoneyKind::Settle, 0.8), run2, 8);  // more than was reserved: where the reservation was
  CHECK(tally.committed(run1, 7, Currency::Usd).day == dollars(1.3));
  CHECK(tally.committed(run1, 7, Currency::Usd).run == dollars(1.3));
  CHECK(tally.committed(run2, 8, Currency::Usd).day == Money{});
}

TEST_CASE("what was released makes room, and an attempt that serves again counts again") {
  SpendingTally tally;
  tally.apply(entry(1, MoneyKind::Reserve, 0.5), run1, 7);
  tally.apply(entry(1, MoneyKind::Release, 0.5), run1, 8);
  CHECK(tally.committed(run1, 7, Currency::Usd).day == Money{});
  CHECK(tally.committed(run1, 7, Currency::Usd).project == Money{});
  tally.apply(entry(1, MoneyKind::Reserve, 0.5), run1, 7);
  CHECK(tally.committed(run1, 7, Currency::Usd).day == dollars(0.5));
}

TEST_CASE("what is set aside later, when more was charged, counts for the day of the first reservation") {
  SpendingTally tally;
  tally.apply(entry(1, MoneyKind::Reserve, 0.5), run1, 7);
  tally.apply(entry(1, MoneyKind::Reserve, 0.3), run1, 8);
  tally.apply(entry(1, MoneyKind::Settle, 0.8), run1, 8);
  CHECK(tally.committed(run1, 7, Currency::Usd).day == dollars(0.8));
  CHECK(tally.committed(run1, 8, Currency::Usd).day == Money{});
}

TEST_CASE("a service that charges more than was reserved is in the books with all of it") {
  SpendingTally tally;
  tally.apply(entry(1, MoneyKind::Reserve, 0.5), run1, 7);
  tally.apply(entry(1, MoneyKind::Settle, 0.8), run1, 7);
  CHECK(tally.committed(run1, 7, Currency::Usd).project == dollars(0.8));
  CHECK(tally.committed(run1, 7, Currency::Usd).day == dollars(0.8));
  CHECK(tally.reserved(Currency::Usd) == Money{});
}

TEST_CASE("play money never counts towards real caps") {
  SpendingTally tally;
  tally.apply(entry(1, MoneyKind::Reserve, 5, Currency::Play), run1, 7);
  CHECK(tally.committed(run1, 7, Currency::Usd).project == Money{});
  CHECK(tally.committed(run1, 7, Currency::Play).run == dollars(5));
}

TEST_CASE("whatever happens to attempts, run, day and project hold what is reserved and settled") {
  Random random(12);
  SpendingTally tally;
  struct Known { std::int64_t reserved = 0, settled = 0, run = 0, day = 0; };
  std::map<std::int64_t, Known> attempts;
  for (int i = 0; i < 20'000; ++i) {
    const auto id = static_cast<std::int64_t>(1 + random.below(300));
    Known& known = attempts[id];
    const std::int64_t day = i / 2000;
    if (known.settled > 0) continue;
    if (known.reserved == 0) {
      if (known.run == 0) known = {0, 0, 1 + id % 5, day};
      known.reserved = static_cast<std::int64_t>(1 + random.below(900'000));
      tally.apply({AttemptId{id}, MoneyKind::Reserve, {known.reserved}, Currency::Usd, 0}, GenerationId{known.run}, day);
    } else if (random.below(3) == 0) {
      tally.apply({AttemptId{id}, MoneyKind::Release, {known.reserved}, Currency::Usd, 0}, GenerationId{known.run}, day);
      known.reserved = 0;
    } else {
      const auto spent = static_cast<std::int64_t>(1 + random.below(1'200'000));
      if (spent < known.reserved) {
        tally.apply({AttemptId{id}, MoneyKind::Release, {known.reserved - spent}, Currency::Usd, 0}, GenerationId{known.run}, day);
      }
      tally.apply({AttemptId{id}, MoneyKind::Settle, {spent}, Currency::Usd, 0}, GenerationId{known.run}, day);
      known.settled = spent;
      known.reserved = 0;
    }
  }
  std::int64_t reserved = 0, settled = 0, of_run = 0, of_day = 0;
  for (const auto& [id, known] : attempts) {
    reserved += known.reserved;
    settled += known.settled;
    if (known.run == 3) of_run += known.reserved + known.settled;
    if (known.day == 4 && known.run > 0) of_day += known.reserved + known.settled;
  }
  const Committed committed = tally.committed(GenerationId{3}, 4, Currency::Usd);
  CHECK(tally.reserved(Currency::Usd).micros == reserved);
  CHECK(tally.settled(Currency::Usd).micros == settled);
  CHECK(committed.project.micros == reserved + settled);
  CHECK(committed.run.micros == of_run);
  CHECK(committed.day.micros == of_day);
}

// --- the runaway guard

TEST_CASE("more than so much within a minute is stopped, and a person lets it go on") {
  SpendingCaps fast;
  fast.per_minute = dollars(2);
  SpendingRate rate;
  for (int i = 0; i < 20; ++i) {
    CHECK(rate.judge(fast, i, dollars(0.1), Currency::Usd).kind == Kind::Allowed);
    rate.note(i, dollars(0.1));
  }
  const SpendingVerdict stopped = rate.judge(fast, 20, Money{1}, Currency::Usd);
  CHECK(stopped.kind == Kind::Blocked);
  CHECK(stopped.is_runaway);
  CHECK(stopped.sentence == "More than $2.00 within a minute would be spent: nothing more is sent until you say that it may go on.");
  CHECK(rate.judge({}, 20, dollars(1e6), Currency::Usd).kind == Kind::Allowed);
  rate.excuse();
  CHECK(rate.judge(fast, 20, dollars(2), Currency::Usd).kind == Kind::Allowed);
}

TEST_CASE("the minute slides: what is older than it does not count, what is younger always does") {
  SpendingRate rate;
  rate.note(10.9, dollars(1));
  rate.note(40, dollars(2));
  CHECK(rate.last_minute(10.9) == dollars(1));
  CHECK(rate.last_minute(70.9) == dollars(3));   // a whole minute after 10.9
  CHECK(rate.last_minute(71) == dollars(2));
  CHECK(rate.last_minute(101) == Money{});
  rate.note(5'000, dollars(4));
  CHECK(rate.last_minute(5'000) == dollars(4));
}

TEST_CASE("a runaway of equal jobs is stopped within its first minute, whatever their price") {
  for (const double price : {0.003, 0.04, 0.9}) {
    SpendingCaps fast;
    fast.per_minute = dollars(1);
    SpendingRate rate;
    Money spent;
    for (int tick = 0; tick < 590; ++tick) {
      const double now = tick / 10.0;
      if (rate.judge(fast, now, dollars(price), Currency::Usd).kind == Kind::Blocked) continue;
      rate.note(now, dollars(price));
      spent += dollars(price);
    }
    CHECK(spent <= dollars(1));
    CHECK(spent > dollars(1 - price - 0.0001));
  }
}

// --- prices

TEST_CASE("an unknown price is refused unless the user allowed it for the model, and then counts as what the user said") {
  CHECK(judge_price("Flux", dollars(0.03), {}).reserve == dollars(0.03));
  const PriceVerdict unknown = judge_price("Flux", {}, {});
  CHECK_FALSE(unknown.reserve);
  CHECK(unknown.objection == "The price of Flux is not known, so nothing is sent: choose a model with a price, or say what one job of this one is to count as (costs --allow).");
  CHECK(judge_price("Flux", {}, dollars(0.25)).reserve == dollars(0.25));
  CHECK(judge_price("Flux", dollars(0.03), dollars(0.25)).reserve == dollars(0.03));  // a price that is known counts
  CHECK_FALSE(judge_price("Flux", Money{-5}, dollars(0.25)).reserve);
  CHECK_FALSE(judge_price("Flux", {}, Money{-5}).reserve);
}

TEST_CASE("a service that charged more than was estimated raises the model's estimate to cover it") {
  EstimateFactor factor = after_settling({}, dollars(0.04), dollars(0.05));
  CHECK(factor.permille == 1250);
  CHECK(judge_price("Flux", dollars(0.04), {}, factor.permille).reserve == dollars(0.05));
  factor = after_settling(factor, dollars(0.04), dollars(0.045));  // below what is estimated now
  CHECK(factor.permille == 1250);
  factor = after_settling(factor, dollars(0.04), dollars(0.06));
  CHECK(factor.permille == 1500);
}

TEST_CASE("the factor covers the charge exactly or by a little more, never by less") {
  Random random(2);
  for (int i = 0; i < 5000; ++i) {
    const Money price{static_cast<std::int64_t>(1 + random.below(5'000'000))};
    const Money settled{static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(4 * price.micros)))};
    const EstimateFactor factor = after_settling({}, price, settled);
    CHECK(with_factor(price, factor) >= settled);
    CHECK(factor.permille >= 1000);
    CHECK(factor.permille <= 4000);
  }
}

TEST_CASE("no charge, however high, makes an estimate more than four times the price") {
  CHECK(after_settling({}, dollars(0.04), dollars(40)).permille == 4000);
  CHECK(after_settling({}, Money{}, dollars(40)).permille == 1000);
  CHECK(with_factor(dollars(1), {9999}) == dollars(4));
  CHECK(with_factor(dollars(1), {0}) == dollars(1));
  CHECK(with_factor(Money{1}, {1001}) == Money{2});
}

// --- the sum before admission

TEST_CASE("what a wish will cost is said before it is admitted, each currency by itself") {
  const std::vector<AdmissionItem> items = {{dollars(0.04)}, {dollars(0.04)}, {dollars(1), Currency::Play}, {}};
  const AdmissionSum sum = sum_of(items);
  CHECK(sum.jobs == 4);
  CHECK(sum.unknown == 1);
  CHECK(sum.usd == dollars(0.08));
  CHECK(sum.play == dollars(1));
  CHECK(admission_sentence(sum) == "3 jobs for $0.08 and $1.00 play at most, and 1 of unknown price.");
  CHECK(admission_sentence({1, 0, dollars(0.04), {}}) == "1 job for $0.04 at most.");
  CHECK(admission_sentence({2, 2, {}, {}}) == "2 jobs of unknown price.");
  CHECK(admission_sentence({2, 0, {}, dollars(3)}) == "2 jobs for $3.00 play at most.");
  CHECK(admission_sentence({2, 0, {}, {}}) == "2 jobs for $0.00 at most.");
}
