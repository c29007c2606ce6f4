#include "project_fixture.h"
#include "sample_values.h"
#include "store/sqlite_db.h"

using namespace studio;

namespace {

struct Purse {
  TestProject project;
  std::unique_ptr<Store> store = project.open();
  AttemptId new_attempt(Currency currency = Currency::Usd) {
    Attempt attempt;
    attempt.job = in_store(*store, [](Ledger& l) { return l.add_job(Job{}); });
    attempt.currency = currency;
    return in_store(*store, [&](Ledger& l) { return l.add_attempt(attempt); });
  }
  Result<void> add(AttemptId attempt, MoneyKind kind, std::int64_t micros, Currency currency = Currency::Usd, std::int64_t at_ms = 0) {
    return store->write_and_wait([&](Ledger& l) { return l.add_money({attempt, kind, {micros}, currency, at_ms}); });
  }
  Books books(Currency currency = Currency::Usd) {
    return in_store(*store, [&](Ledger& l) { return l.books(currency); });
  }
};

}  // namespace

TEST_CASE("the books are what was set aside, given back and spent") {
  Purse purse;
  CHECK(purse.books().reserved.micros == 0);
  const AttemptId a = purse.new_attempt(), b = purse.new_attempt(), c = purse.new_attempt();
  REQUIRE(purse.add(a, MoneyKind::Reserve, 100));
  REQUIRE(purse.add(b, MoneyKind::Reserve, 40));
  CHECK(purse.books().reserved.micros == 140);
  REQUIRE(purse.add(a, MoneyKind::Settle, 70));
  CHECK(purse.books().reserved.micros == 70);
  CHECK(purse.books().settled.micros == 70);
  REQUIRE(purse.add(a, MoneyKind::Release, 30));
  CHECK(purse.books().reserved.micros == 40);
  // Given back whole and spent beside it: the same truth in another order of rows.
  REQUIRE(purse.add(b, MoneyKind::Release, 40));
  REQUIRE(purse.add(b, MoneyKind::Settle, 25));
  CHECK(purse.books().reserved.micros == 0);
  CHECK(purse.books().settled.micros == 95);
  // Dearer than reserved.
  REQUIRE(purse.add(c, MoneyKind::Reserve, 10));
  REQUIRE(purse.add(c, MoneyKind::Settle, 15));
  CHECK(purse.books().reserved.micros == 0);
  CHECK(purse.books().settled.micros == 110);
}

TEST_CASE("what is committed is counted by run and by the day of its reservation") {
  Purse purse;
  const auto generation = [&] { return in_store(*purse.store, [](Ledger& l) { return l.add_generation({}); }); };
  const GenerationId first = generation(), second = generation();
  const auto attempt_of = [&](GenerationId run) {
    return in_store(*purse.store, [&](Ledger& l) -> Result<AttemptId> {
      Job job;
      job.generation = run;
      Attempt attempt;
      STUDIO_TRY(attempt.job, l.add_job(job));
      attempt.currency = Currency::Usd;
      return l.add_attempt(attempt);
    });
  };
  const auto spent = [&](GenerationId run, std::int64_t at_ms) {
    return in_store(*purse.store, [&](Ledger& l) { return l.spent(run, at_ms, Currency::Usd); });
  };
  // Noon of two days, far enough from midnight in every time zone of the test's machine but the extremes.
  const std::int64_t monday = 1'795'435'200'000, tuesday = monday + 86'400'000;
  const AttemptId a = attempt_of(first), b = attempt_of(first), c = attempt_of(second);
  REQUIRE(purse.add(a, MoneyKind::Reserve, 100, Currency::Usd, monday));
  REQUIRE(purse.add(c, MoneyKind::Reserve, 30, Currency::Usd, monday));
  REQUIRE(purse.add(b, MoneyKind::Reserve, 50, Currency::Usd, tuesday));
  CHECK(spent(first, monday).run.micros == 150);
  CHECK(spent(second, monday).run.micros == 30);
  CHECK(spent(first, monday).day.micros == 130);
  CHECK(spent(first, tuesday).day.micros == 50);
  CHECK(spent(first, tuesday).project.micros == 180);
  CHECK(spent(first, tuesday + 86'400'000).day.micros == 0);
  // Settled a day later for less: Monday's money all the same.
  REQUIRE(purse.add(a, MoneyKind::Release, 40, Currency::Usd, tuesday));
  REQUIRE(purse.add(a, MoneyKind::Settle, 60, Currency::Usd, tuesday));
  CHECK(spent(first, monday).day.micros == 90);
  CHECK(spent(first, tuesday).day.micros == 50);
  CHECK(spent(first, monday).run.micros == 110);
  REQUIRE(purse.add(b, MoneyKind::Release, 50, Currency::Usd, tuesday));
  CHECK(spent(first, tuesday).day.micros == 0);
  CHECK(spent(first, tuesday).project.micros == 90);
}

TEST_CASE("what was set aside since a moment is found from the newest entry back") {
  Purse purse;
  const AttemptId a = purse.new_attempt(), b = purse.new_attempt(), c = purse.new_attempt(Currency::Play);
  const auto since = [&](std::int64_t at_ms) {
    std::vector<std::int64_t> sums;
    for (const MoneyEntry& entry : in_store(*purse.store, [&](Ledger& l) { return l.reserved_since(at_ms); })) sums.push_back(entry.amount.micros);
    return sums;
  };
  CHECK(since(0).empty());
  REQUIRE(purse.add(a, MoneyKind::Reserve, 100, Currency::Usd, 1000));
  REQUIRE(purse.add(b, MoneyKind::Reserve, 40, Currency::Usd, 2000));
  REQUIRE(purse.add(a, MoneyKind::Settle, 100, Currency::Usd, 2500));
  REQUIRE(purse.add(c, MoneyKind::Reserve, 7, Currency::Play, 9000));  // and the clock is set back
  CHECK(since(0) == std::vector<std::int64_t>{100, 40, 7});
  CHECK(since(1000) == std::vector<std::int64_t>{100, 40, 7});
  CHECK(since(1001) == std::vector<std::int64_t>{40, 7});
  CHECK(since(2001) == std::vector<std::int64_t>{7});
  CHECK(since(9001).empty());
}

TEST_CASE("play money and real money never mix") {
  Purse purse;
  const AttemptId real = purse.new_attempt(), play = purse.new_attempt(Currency::Play);
  REQUIRE(purse.add(real, MoneyKind::Settle, 5));
  REQUIRE(purse.add(play, MoneyKind::Settle, 1000, Currency::Play));
  CHECK(purse.books().settled.micros == 5);
  CHECK(purse.books(Currency::Play).settled.micros == 1000);
  CHECK_FALSE(purse.add(play, MoneyKind::Settle, 1, Currency::Usd));
  CHECK_FALSE(purse.add(real, MoneyKind::Settle, 1, Currency::Play));
  CHECK(purse.books().settled.micros == 5);
}

TEST_CASE("the sums of the books are the sums of the rows") {
  Purse purse;
  std::vector<AttemptId> attempts;
  for (int i = 0; i < 10; ++i) attempts.push_back(purse.new_attempt());
  for (int i = 0; i < 10; ++i) {
    REQUIRE(purse.add(attempts[i], MoneyKind::Reserve, 1000 + i));
    if (i % 2 == 0) REQUIRE(purse.add(attempts[i], MoneyKind::Settle, 500 + i, Currency::Usd, i));
  }
  std::int64_t reserved = 0, settled = 0;
  for (const MoneyEntry& entry : in_store(*purse.store, [](Ledger& l) { return l.money(); })) {
    if (entry.kind == MoneyKind::Reserve) reserved += entry.amount.micros;
    if (entry.kind == MoneyKind::Settle) settled += entry.amount.micros;
  }
  CHECK(settled == 500 + 502 + 504 + 506 + 508);
  CHECK(purse.books().settled.micros == settled);
  CHECK(purse.books().reserved.micros == reserved - settled);
}

TEST_CASE("money is append-only for everybody") {
  Purse purse;
  const AttemptId attempt = purse.new_attempt();
  REQUIRE(purse.add(attempt, MoneyKind::Settle, 70, Currency::Usd, 12));
  purse.store.reset();
  {
    auto db = Database::open(purse.project.path / "ledger.sqlite", Database::Mode::ReadWrite).value();
    CHECK_FALSE(db->run_script("UPDATE money SET amount_micros = 1"));
    CHECK_FALSE(db->run_script("DELETE FROM money"));
    CHECK_FALSE(db->run_script("INSERT OR REPLACE INTO money(id, attempt, kind, amount_micros, currency, at_ms) "
                               "SELECT id, attempt, kind, 1, currency, at_ms FROM money"));
    CHECK_FALSE(db->run_script("INSERT INTO money(attempt, kind, amount_micros, currency, at_ms) "
                               "SELECT attempt, kind, -1, currency, at_ms FROM money"));
    CHECK_FALSE(db->run_script("DELETE FROM attempts"));
  }
  purse.store = purse.project.open();
  const auto rows = in_store(*purse.store, [](Ledger& l) { return l.money(); });
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].attempt == attempt);
  CHECK(rows[0].kind == MoneyKind::Settle);
  CHECK(rows[0].amount.micros == 70);
  CHECK(rows[0].currency == Currency::Usd);
  CHECK(rows[0].at_ms == 12);
}
