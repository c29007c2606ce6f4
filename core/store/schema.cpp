#include "store/schema.h"

#include <array>
#include <string>

#include "store/store.h"

namespace studio {
namespace {

// Values of enumerations are stored by name: the file outlives the order of an enum. Long texts (prompts, recipes, bodies)
// lie in tables of their own, so that a walk over 100,000 summaries stays narrow. References are checked at once, never at
// COMMIT: a commit carries the work of several writers.
constexpr const char* step_1 = R"sql(
CREATE TABLE facts(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- How many commits there were: tells after an I/O error whether the last one is in the file, and readers that it changed.
CREATE TABLE commits(only INTEGER PRIMARY KEY CHECK(only = 1), number INTEGER NOT NULL);
INSERT INTO commits VALUES(1, 0);

CREATE TABLE generations(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL, strategy TEXT NOT NULL, count INTEGER NOT NULL, created_ms INTEGER NOT NULL);
CREATE TABLE generation_texts(generation INTEGER PRIMARY KEY REFERENCES generations, prompt TEXT NOT NULL);

CREATE TABLE jobs(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL, state TEXT NOT NULL, is_open INTEGER NOT NULL,
  generation INTEGER REFERENCES generations, variation INTEGER NOT NULL,
  asset INTEGER REFERENCES assets, attempt INTEGER REFERENCES attempts, attempts INTEGER NOT NULL,
  estimate_micros INTEGER NOT NULL, currency TEXT NOT NULL,
  cancel_wished INTEGER NOT NULL, hold INTEGER NOT NULL, reason TEXT NOT NULL, local_tries INTEGER NOT NULL,
  progress REAL NOT NULL, eta_secs REAL NOT NULL,
  not_before_ms INTEGER NOT NULL, created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL);
CREATE INDEX jobs_open ON jobs(id) WHERE is_open = 1;
CREATE INDEX jobs_of_generation ON jobs(generation, variation);
CREATE INDEX jobs_by_asset ON jobs(asset) WHERE asset IS NOT NULL;
CREATE TABLE job_texts(
  job INTEGER PRIMARY KEY REFERENCES jobs,
  digest TEXT NOT NULL, seedless_digest TEXT NOT NULL, recipe TEXT NOT NULL);
CREATE INDEX job_texts_seedless ON job_texts(seedless_digest);
CREATE TABLE job_parents(
  job INTEGER NOT NULL REFERENCES jobs, position INTEGER NOT NULL, asset INTEGER NOT NULL REFERENCES assets,
  PRIMARY KEY(job, position)) WITHOUT ROWID;
CREATE TABLE job_edges(
  job INTEGER NOT NULL REFERENCES jobs, position INTEGER NOT NULL, waits_for INTEGER NOT NULL REFERENCES jobs,
  PRIMARY KEY(job, position)) WITHOUT ROWID;
CREATE INDEX job_edges_back ON job_edges(waits_for);

CREATE TABLE attempts(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  job INTEGER NOT NULL REFERENCES jobs, state TEXT NOT NULL, is_open INTEGER NOT NULL,
  provider TEXT NOT NULL, account TEXT NOT NULL, endpoint TEXT NOT NULL, model TEXT NOT NULL,
  key TEXT NOT NULL, replay_declared INTEGER NOT NULL, body_digest TEXT NOT NULL, remote_id TEXT NOT NULL,
  reserved_micros INTEGER NOT NULL, settled_micros INTEGER NOT NULL, currency TEXT NOT NULL,
  reason TEXT NOT NULL, boot_id TEXT NOT NULL, intent_wall_ms INTEGER NOT NULL, intent_mono_ms INTEGER NOT NULL,
  submitted_ms INTEGER NOT NULL, next_poll_ms INTEGER NOT NULL, polls INTEGER NOT NULL, created_ms INTEGER NOT NULL);
-- At most one open attempt per job (invariant I1).
CREATE UNIQUE INDEX attempts_one_open ON attempts(job) WHERE is_open = 1;
CREATE INDEX attempts_of_job ON attempts(job);
CREATE INDEX attempts_by_remote_id ON attempts(endpoint, remote_id) WHERE remote_id <> '';
CREATE TABLE attempt_texts(
  attempt INTEGER PRIMARY KEY REFERENCES attempts,
  submit_body TEXT NOT NULL, prepare_state TEXT NOT NULL, remote_state TEXT NOT NULL, detail TEXT NOT NULL);
CREATE TABLE attempt_outputs(
  attempt INTEGER NOT NULL REFERENCES attempts, position INTEGER NOT NULL,
  url TEXT NOT NULL, mime TEXT NOT NULL, sha256 TEXT NOT NULL, bytes INTEGER NOT NULL, expires_ms INTEGER NOT NULL,
  PRIMARY KEY(attempt, position)) WITHOUT ROWID;
-- The identity of an attempt is frozen (invariant I7), and so is what was declared with its intent.
CREATE TRIGGER attempts_frozen BEFORE UPDATE ON attempts
WHEN NEW.job IS NOT OLD.job
  OR (OLD.provider <> '' AND NEW.provider IS NOT OLD.provider)
  OR (OLD.account <> '' AND NEW.account IS NOT OLD.account)
  OR (OLD.endpoint <> '' AND NEW.endpoint IS NOT OLD.endpoint)
  OR (OLD.model <> '' AND NEW.model IS NOT OLD.model)
  OR (OLD.key <> '' AND NEW.key IS NOT OLD.key)
  OR NEW.currency IS NOT OLD.currency
  OR (OLD.intent_wall_ms <> 0 AND OLD.state NOT IN ('reserved', 'preparing')
      AND (NEW.replay_declared IS NOT OLD.replay_declared OR (OLD.body_digest <> '' AND NEW.body_digest IS NOT OLD.body_digest)))
BEGIN SELECT RAISE(ABORT, 'the identity of an attempt is frozen'); END;

CREATE TABLE assets(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL, state TEXT NOT NULL, sha256 TEXT NOT NULL, bytes INTEGER NOT NULL,
  mime TEXT NOT NULL, extension TEXT NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL,
  seconds REAL NOT NULL, has_audio INTEGER NOT NULL,
  job INTEGER REFERENCES jobs, generation INTEGER REFERENCES generations, variation INTEGER NOT NULL,
  cost_micros INTEGER NOT NULL, currency TEXT NOT NULL, created_ms INTEGER NOT NULL);
CREATE INDEX assets_by_blob ON assets(sha256);
CREATE INDEX assets_of_generation ON assets(generation, variation) WHERE generation IS NOT NULL;
CREATE INDEX assets_by_job ON assets(job) WHERE job IS NOT NULL;
CREATE INDEX assets_not_done ON assets(state) WHERE state <> 'done';
CREATE TABLE asset_texts(
  asset INTEGER PRIMARY KEY REFERENCES assets,
  reason TEXT NOT NULL, source_name TEXT NOT NULL, digest TEXT NOT NULL, seedless_digest TEXT NOT NULL, recipe TEXT NOT NULL);
CREATE INDEX asset_texts_seedless ON asset_texts(seedless_digest);
CREATE TABLE asset_parents(
  asset INTEGER NOT NULL REFERENCES assets, position INTEGER NOT NULL, parent INTEGER NOT NULL REFERENCES assets,
  PRIMARY KEY(asset, position)) WITHOUT ROWID;
CREATE INDEX asset_parents_back ON asset_parents(parent);
-- Where else an asset lies: 0…n copies, at a storage target or still at its provider.
CREATE TABLE asset_copies(
  asset INTEGER NOT NULL REFERENCES assets, target TEXT NOT NULL, address TEXT NOT NULL, expires_ms INTEGER NOT NULL,
  PRIMARY KEY(asset, target)) WITHOUT ROWID;

-- Choices of people, apart from the facts.
CREATE TABLE marks(asset INTEGER PRIMARY KEY REFERENCES assets, mark TEXT NOT NULL, stars INTEGER NOT NULL CHECK(stars BETWEEN 0 AND 5));
CREATE INDEX marks_by_mark ON marks(mark);

CREATE TABLE uploads(
  provider TEXT NOT NULL, endpoint TEXT NOT NULL, sha256 TEXT NOT NULL, reference TEXT NOT NULL, expires_ms INTEGER NOT NULL,
  PRIMARY KEY(provider, endpoint, sha256)) WITHOUT ROWID;

-- Money: rows are only ever added.
CREATE TABLE money(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  attempt INTEGER NOT NULL REFERENCES attempts, kind TEXT NOT NULL CHECK(kind IN ('reserve', 'release', 'settle')),
  amount_micros INTEGER NOT NULL CHECK(amount_micros >= 0), currency TEXT NOT NULL, at_ms INTEGER NOT NULL);
CREATE INDEX money_of_attempt ON money(attempt);
CREATE INDEX money_settled ON money(currency, at_ms, amount_micros) WHERE kind = 'settle';
CREATE TRIGGER money_never_changes BEFORE UPDATE ON money
BEGIN SELECT RAISE(ABORT, 'money is append-only'); END;
CREATE TRIGGER money_never_goes BEFORE DELETE ON money
BEGIN SELECT RAISE(ABORT, 'money is append-only'); END;
-- REPLACE would delete without the trigger above.
CREATE TRIGGER money_never_replaced BEFORE INSERT ON money WHEN EXISTS(SELECT 1 FROM money WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'money is append-only'); END;
CREATE TRIGGER money_never_mixes BEFORE INSERT ON money
WHEN NEW.currency IS NOT (SELECT currency FROM attempts WHERE id = NEW.attempt)
BEGIN SELECT RAISE(ABORT, 'the currency is not that of the attempt'); END;

-- The sums, kept by the file itself, so that checking a cap costs the same after 100,000 entries.
CREATE TABLE attempt_money(
  attempt INTEGER PRIMARY KEY, reserved INTEGER NOT NULL DEFAULT 0, released INTEGER NOT NULL DEFAULT 0,
  settled INTEGER NOT NULL DEFAULT 0,
  held INTEGER GENERATED ALWAYS AS (max(0, reserved - released - settled)) STORED);
CREATE TABLE books(currency TEXT PRIMARY KEY, reserved INTEGER NOT NULL, settled INTEGER NOT NULL) WITHOUT ROWID;
CREATE TRIGGER money_adds_up AFTER INSERT ON money
BEGIN
  INSERT OR IGNORE INTO attempt_money(attempt) VALUES(NEW.attempt);
  INSERT OR IGNORE INTO books VALUES(NEW.currency, 0, 0);
  UPDATE books SET reserved = reserved - (SELECT held FROM attempt_money WHERE attempt = NEW.attempt)
    WHERE currency = NEW.currency;
  UPDATE attempt_money SET
    reserved = reserved + iif(NEW.kind = 'reserve', NEW.amount_micros, 0),
    released = released + iif(NEW.kind = 'release', NEW.amount_micros, 0),
    settled = settled + iif(NEW.kind = 'settle', NEW.amount_micros, 0)
    WHERE attempt = NEW.attempt;
  UPDATE books SET reserved = reserved + (SELECT held FROM attempt_money WHERE attempt = NEW.attempt),
    settled = settled + iif(NEW.kind = 'settle', NEW.amount_micros, 0)
    WHERE currency = NEW.currency;
END;
)sql";

constexpr const char* step_2 = R"sql(
-- A choice: kept until the trash is emptied.
CREATE TABLE trash(asset INTEGER PRIMARY KEY REFERENCES assets);
)sql";

constexpr const char* step_3 = R"sql(
-- What is committed (reserved or settled) by run and by day, for their caps. An attempt counts for the run and the local day
-- of its first reservation, also when it is settled later: else midnight would make room twice.
ALTER TABLE attempt_money ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;
ALTER TABLE attempt_money ADD COLUMN day TEXT NOT NULL DEFAULT '';
CREATE TABLE run_books(generation INTEGER NOT NULL, currency TEXT NOT NULL, committed INTEGER NOT NULL,
  PRIMARY KEY(generation, currency)) WITHOUT ROWID;
CREATE TABLE day_books(day TEXT NOT NULL, currency TEXT NOT NULL, committed INTEGER NOT NULL,
  PRIMARY KEY(day, currency)) WITHOUT ROWID;
UPDATE attempt_money SET
  generation = coalesce((SELECT jobs.generation FROM attempts JOIN jobs ON jobs.id = attempts.job WHERE attempts.id = attempt_money.attempt), 0),
  day = coalesce((SELECT date(at_ms / 1000, 'unixepoch', 'localtime') FROM money WHERE money.attempt = attempt_money.attempt
                  ORDER BY money.id LIMIT 1), '');
INSERT INTO run_books SELECT m.generation, a.currency, sum(m.held + m.settled)
  FROM attempt_money m JOIN attempts a ON a.id = m.attempt GROUP BY 1, 2;
INSERT INTO day_books SELECT m.day, a.currency, sum(m.held + m.settled)
  FROM attempt_money m JOIN attempts a ON a.id = m.attempt GROUP BY 1, 2;
DROP TRIGGER money_adds_up;
CREATE TRIGGER money_adds_up AFTER INSERT ON money
BEGIN
  INSERT OR IGNORE INTO attempt_money(attempt, generation, day) VALUES(NEW.attempt,
    coalesce((SELECT jobs.generation FROM attempts JOIN jobs ON jobs.id = attempts.job WHERE attempts.id = NEW.attempt), 0),
    date(NEW.at_ms / 1000, 'unixepoch', 'localtime'));
  INSERT OR IGNORE INTO books VALUES(NEW.currency, 0, 0);
  INSERT OR IGNORE INTO run_books SELECT generation, NEW.currency, 0 FROM attempt_money WHERE attempt = NEW.attempt;
  INSERT OR IGNORE INTO day_books SELECT day, NEW.currency, 0 FROM attempt_money WHERE attempt = NEW.attempt;
  UPDATE books SET reserved = reserved - (SELECT held FROM attempt_money WHERE attempt = NEW.attempt)
    WHERE currency = NEW.currency;
  UPDATE run_books SET committed = committed - (SELECT held + settled FROM attempt_money WHERE attempt = NEW.attempt)
    WHERE currency = NEW.currency AND generation = (SELECT generation FROM attempt_money WHERE attempt = NEW.attempt);
  UPDATE day_books SET committed = committed - (SELECT held + settled FROM attempt_money WHERE attempt = NEW.attempt)
    WHERE currency = NEW.currency AND day = (SELECT day FROM attempt_money WHERE attempt = NEW.attempt);
  UPDATE attempt_money SET
    reserved = reserved + iif(NEW.kind = 'reserve', NEW.amount_micros, 0),
    released = released + iif(NEW.kind = 'release', NEW.amount_micros, 0),
    settled = settled + iif(NEW.kind = 'settle', NEW.amount_micros, 0)
    WHERE attempt = NEW.attempt;
  UPDATE books SET reserved = reserved + (SELECT held FROM attempt_money WHERE attempt = NEW.attempt),
    settled = settled + iif(NEW.kind = 'settle', NEW.amount_micros, 0)
    WHERE currency = NEW.currency;
  UPDATE run_books SET committed = committed + (SELECT held + settled FROM attempt_money WHERE attempt = NEW.attempt)
    WHERE currency = NEW.currency AND generation = (SELECT generation FROM attempt_money WHERE attempt = NEW.attempt);
  UPDATE day_books SET committed = committed + (SELECT held + settled FROM attempt_money WHERE attempt = NEW.attempt)
    WHERE currency = NEW.currency AND day = (SELECT day FROM attempt_money WHERE attempt = NEW.attempt);
END;
)sql";

constexpr const char* step_4 = R"sql(
-- A choice: where a waiting job stands in line. No row: where its number puts it.
CREATE TABLE queue_ranks(job INTEGER PRIMARY KEY REFERENCES jobs, priority TEXT NOT NULL, place INTEGER NOT NULL);
-- What kind of trouble a job is in, and what its attempts have charged so far, whatever came of them.
ALTER TABLE jobs ADD COLUMN cause TEXT NOT NULL DEFAULT '';
ALTER TABLE jobs ADD COLUMN refused_input TEXT NOT NULL DEFAULT '';
ALTER TABLE jobs ADD COLUMN charged_micros INTEGER NOT NULL DEFAULT 0;
UPDATE jobs SET charged_micros = coalesce((SELECT sum(settled) FROM attempt_money m JOIN attempts a ON a.id = m.attempt
  WHERE a.job = jobs.id), 0);
UPDATE jobs SET cause = 'unknown' WHERE state = 'unknown'
  AND (hold = 1 OR EXISTS(SELECT 1 FROM attempts WHERE attempts.id = jobs.attempt AND replay_declared = 0));
UPDATE jobs SET cause = 'written_off' WHERE state = 'failed' AND hold = 1;
UPDATE jobs SET cause = 'moderation' WHERE state = 'refused';
UPDATE jobs SET cause = 'expired' WHERE state = 'expired';
UPDATE jobs SET cause = 'result' WHERE state = 'quarantined';
UPDATE jobs SET cause = 'parent' WHERE state = 'waiting' AND reason <> '';
)sql";

constexpr const char* step_5 = R"sql(
-- Reserved for attempts of a job that are over and of which nobody has said whether they were charged.
ALTER TABLE jobs ADD COLUMN in_doubt_micros INTEGER NOT NULL DEFAULT 0;
CREATE INDEX attempts_in_doubt ON attempts(currency, job) WHERE state = 'in_doubt';
)sql";

constexpr const char* step_6 = R"sql(
-- The id that an unclear answer to a submit named.
ALTER TABLE attempt_texts ADD COLUMN told_id TEXT NOT NULL DEFAULT '';
-- Average colour and ThumbHash of an asset's poster (model/poster_hint.h). A hint: what is not here is made again of the poster.
CREATE TABLE poster_hints(asset INTEGER PRIMARY KEY REFERENCES assets, hint BLOB NOT NULL);
)sql";

constexpr std::array<const char*, 6> steps = {step_1, step_2, step_3, step_4, step_5, step_6};
static_assert(steps.size() == ledger_schema_version);

}  // namespace

std::span<const char* const> ledger_migrations() { return steps; }

Result<std::int64_t> check_schema(Database& database, std::size_t known) {
  STUDIO_TRY(const std::int64_t version, database.number("PRAGMA user_version"));
  if (version > static_cast<std::int64_t>(known)) {
    return fail(ErrorKind::TooNew, "This project was made by a newer version of Production Studio (format " +
                                       std::to_string(version) + ", this one knows up to " + std::to_string(known) +
                                       "): update the program to open it.");
  }
  STUDIO_TRY(const std::int64_t application, database.number("PRAGMA application_id"));
  if (version > 0 && application != ledger_application_id) {
    return fail(ErrorKind::Damaged, "The file ledger.sqlite of this folder is not one of Production Studio: nothing was changed.");
  }
  return version;
}

Result<void> migrate(Database& database, std::span<const char* const> migrations) {
  STUDIO_TRY(std::int64_t version, check_schema(database, migrations.size()));
  while (version < static_cast<std::int64_t>(migrations.size())) {
    const auto stepped = database.run_script(
        "BEGIN IMMEDIATE;" + std::string(migrations[static_cast<std::size_t>(version)]) +
        ";PRAGMA application_id = " + std::to_string(ledger_application_id) +
        ";PRAGMA user_version = " + std::to_string(version + 1) + ";COMMIT");
    if (!stepped) {
      if (database.is_in_transaction()) (void)database.run_script("ROLLBACK");
      return fail_in("bring the project up to date", stepped.error());
    }
    ++version;
  }
  return {};
}

}  // namespace studio
