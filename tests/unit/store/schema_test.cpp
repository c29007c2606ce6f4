#include "store/schema.h"

#include <array>

#include "base/file.h"
#include "project_fixture.h"

using namespace studio;

TEST_CASE("migrations run in order, each once, and bring an older ledger up to date") {
  TempFolder temp;
  const auto file = temp.path() / "l.sqlite";
  const std::array<const char*, 3> steps = {"CREATE TABLE t(a); INSERT INTO t VALUES(1)", "ALTER TABLE t ADD COLUMN b DEFAULT 5",
                                            "UPDATE t SET a = a + 1"};
  {
    auto db = Database::open(file, Database::Mode::Create).value();
    REQUIRE(migrate(*db, std::span(steps).first(1)));
    CHECK(db->number("PRAGMA user_version").value() == 1);
  }
  auto db = Database::open(file, Database::Mode::ReadWrite).value();
  REQUIRE(migrate(*db, steps));
  CHECK(db->number("PRAGMA user_version").value() == 3);
  CHECK(db->number("SELECT a FROM t").value() == 2);
  CHECK(db->number("SELECT b FROM t").value() == 5);
  REQUIRE(migrate(*db, steps));
  CHECK(db->number("SELECT a FROM t").value() == 2);
}

TEST_CASE("a ledger from before budgets knows what each run and day had cost") {
  TempFolder temp;
  auto db = Database::open(temp.path() / "l.sqlite", Database::Mode::Create).value();
  REQUIRE(migrate(*db, ledger_migrations().first(2)));
  const auto columns = [&](const char* table, const char* given) {
    // Everything else that must not be null, filled with what its type allows.
    std::string names, values;
    auto rows = db->prepare_once("SELECT name, type FROM pragma_table_info('" + std::string(table) + "') WHERE \"notnull\" = 1 AND pk = 0");
    REQUIRE(rows);
    while (*rows->step()) {
      Row row = rows->row();
      const std::string name = row.text(), type = row.text();
      if (std::string(given).find(" " + name + " ") != std::string::npos) continue;
      names += ", \"" + name + "\"";
      values += type == "TEXT" ? ", ''" : ", 0";
    }
    return std::pair(names, values);
  };
  const auto [job_names, job_values] = columns("jobs", " generation ");
  const auto [attempt_names, attempt_values] = columns("attempts", " job currency ");
  const auto [generation_names, generation_values] = columns("generations", " ");
  const auto script = "INSERT INTO generations(id" + generation_names + ") VALUES(7" + generation_values + ");" +
                      "INSERT INTO jobs(id, generation" + job_names + ") VALUES(1, 7" + job_values + ");" +
                      "INSERT INTO attempts(id, job, currency" + attempt_names + ") VALUES(1, 1, 'usd'" + attempt_values + ");" +
                      "INSERT INTO money(attempt, kind, amount_micros, currency, at_ms) VALUES(1, 'reserve', 100, 'usd', 1795435200000)," +
                      "(1, 'release', 30, 'usd', 1795521600000), (1, 'settle', 70, 'usd', 1795521600000)";
  const auto filled = db->run_script(script);
  INFO((filled ? std::string() : filled.error().message + filled.error().detail));
  REQUIRE(filled);
  REQUIRE(migrate(*db, ledger_migrations()));
  CHECK(db->number("SELECT committed FROM run_books WHERE generation = 7 AND currency = 'usd'").value() == 70);
  CHECK(db->number("SELECT committed FROM day_books WHERE day = date(1795435200, 'unixepoch', 'localtime')").value() == 70);
  CHECK(db->number("SELECT count(*) FROM day_books").value() == 1);
  CHECK(db->number("SELECT charged_micros FROM jobs WHERE id = 1").value() == 70);
}

TEST_CASE("a project from before posters had hints opens, has none, and takes them") {
  TestProject project;
  AssetId id;
  {
    auto store = project.open();
    Asset asset;
    asset.sha256 = std::string(64, 'a');
    id = in_store(*store, [&](Ledger& ledger) { return ledger.add_asset(asset); });
  }
  {
    auto db = Database::open(project.path / "ledger.sqlite", Database::Mode::ReadWrite).value();
    REQUIRE(db->run_script("DROP TABLE poster_hints; ALTER TABLE attempt_texts DROP COLUMN told_id; PRAGMA user_version = 5"));
  }
  // Whoever only reads says what to do.
  const auto reader = Ledger::open_read_only(project.path);
  REQUIRE_FALSE(reader);
  CHECK(reader.error().message.find("older version") != std::string::npos);
  auto store = project.open();
  const auto rows = in_store(*store, [&](Ledger& ledger) { return ledger.asset_rows_after({}, 10); });
  REQUIRE(rows.size() == 1);
  CHECK_FALSE(rows[0].has_hint);
  PosterHint hint;
  hint.average_rgba = 0xFF0A0B0Cu;
  CHECK(in_store(*store, [&](Ledger& ledger) { return ledger.save_poster_hint(std::string(64, 'a'), hint); }) == std::vector{id});
  CHECK(in_store(*store, [&](Ledger& ledger) { return ledger.asset(id); })->hint == hint);
}

TEST_CASE("a migration that fails leaves the ledger at the step before it") {
  TempFolder temp;
  auto db = Database::open(temp.path() / "l.sqlite", Database::Mode::Create).value();
  const std::array<const char*, 2> steps = {"CREATE TABLE t(a)", "INSERT INTO t VALUES(1); INSERT INTO nowhere VALUES(1)"};
  CHECK_FALSE(migrate(*db, steps));
  CHECK(db->number("PRAGMA user_version").value() == 1);
  CHECK(db->number("SELECT count(*) FROM t").value() == 0);
  CHECK_FALSE(db->is_in_transaction());
}

TEST_CASE("a project of a newer version is refused in words and not changed") {
  TestProject project;
  const auto file = project.path / "ledger.sqlite";
  REQUIRE(Database::open(file, Database::Mode::ReadWrite).value()->run_script("PRAGMA user_version = 99; PRAGMA journal_mode = DELETE"));
  const std::string before = read_file(file).value();
  const auto store = Store::open(project.path);
  REQUIRE_FALSE(store);
  CHECK(store.error().kind == ErrorKind::TooNew);
  CHECK(store.error().message.find("newer version") != std::string::npos);
  CHECK(store.error().message.find("99") != std::string::npos);
  const auto reader = Ledger::open_read_only(project.path);
  REQUIRE_FALSE(reader);
  CHECK(reader.error().kind == ErrorKind::TooNew);
  CHECK(read_file(file).value() == before);
}

TEST_CASE("a foreign SQLite file is not taken for a ledger") {
  TempFolder temp;
  {
    auto db = Database::open(temp.path() / "ledger.sqlite", Database::Mode::Create).value();
    REQUIRE(db->run_script("CREATE TABLE theirs(a); PRAGMA user_version = 1"));
  }
  const std::string before = read_file(temp.path() / "ledger.sqlite").value();
  CHECK_FALSE(Store::open(temp.path()));
  CHECK_FALSE(Ledger::open_read_only(temp.path()));
  CHECK(read_file(temp.path() / "ledger.sqlite").value() == before);
}

TEST_CASE("a reader says what to do with a project of an older version") {
  TestProject project;
  REQUIRE(Database::open(project.path / "ledger.sqlite", Database::Mode::ReadWrite).value()->run_script("PRAGMA user_version = 0"));
  const auto reader = Ledger::open_read_only(project.path);
  REQUIRE_FALSE(reader);
  CHECK(reader.error().message.find("older version") != std::string::npos);
}
