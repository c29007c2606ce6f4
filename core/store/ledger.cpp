#include "store/ledger.h"

#include <unistd.h>

#include "store/ledger_connection.h"
#include "store/project_folder.h"
#include "store/schema.h"
#include "store/store.h"

namespace studio {

Result<std::unique_ptr<Ledger>> Ledger::open_read_only(const std::filesystem::path& project) {
  const ProjectFolder folder(project);
  STUDIO_CHECK(folder.check_is_project());
  // Reading a WAL database wants its -shm file, which the library makes when it is absent. Where that is not possible (a
  // read-only disk) the file itself is all there is, provided that no log is left beside it.
  auto opened = Database::open(folder.ledger(), Database::Mode::ReadOnly);
  Result<std::int64_t> version = opened ? check_schema(**opened, ledger_schema_version) : fail(opened.error());
  const bool is_unreachable = !version && (version.error().kind == ErrorKind::Disk || version.error().kind == ErrorKind::NotFound);
  if (is_unreachable && ::access(folder.root().c_str(), W_OK) != 0 &&
      !std::filesystem::exists(folder.ledger().string() + "-wal")) {
    opened = Database::open(folder.ledger(), Database::Mode::Immutable);
    version = opened ? check_schema(**opened, ledger_schema_version) : fail(opened.error());
  }
  if (!version) return fail_in("open project", version.error());
  if (*version < ledger_schema_version) {
    return fail(ErrorKind::BadRequest, "This project was made by an older version: open it once with this program, which "
                                       "brings it up to date, then try again.");
  }
  auto connection = std::make_unique<SqliteLedger::Connection>();
  connection->db = std::move(*opened);
  return std::make_unique<SqliteLedger>(std::move(connection));
}

Result<void> SqliteLedger::snapshot(const std::function<Result<void>()>& reads) {
  Database& db = *connection_->db;
  if (db.is_in_transaction()) return reads();
  STUDIO_CHECK(db.run("BEGIN"));
  auto result = reads();
  auto ended = db.run("COMMIT");
  if (!result) return result;
  return ended;
}

// --- generations

Result<GenerationId> SqliteLedger::add_generation(const Generation& generation) {
  Database& db = *connection_->db;
  STUDIO_CHECK(db.run("INSERT INTO generations(kind, strategy, count, created_ms) VALUES(?,?,?,?)", to_string(generation.kind),
                      generation.strategy, generation.count, generation.created_ms));
  const GenerationId id{db.last_row_id()};
  STUDIO_CHECK(db.run("INSERT INTO generation_texts VALUES(?,?)", id, generation.prompt));
  return id;
}

namespace {

Result<Generation> generation_of(const Database& db, Row row) {
  Generation generation;
  generation.id = row.id<GenerationTag>();
  generation.kind = row.named(media_kind_from);
  generation.strategy = row.text();
  generation.count = row.small();
  generation.created_ms = row.integer();
  generation.prompt = row.text();
  if (!row.is_sound()) return unreadable(db, "generation", generation.id.value);
  return generation;
}

}  // namespace

Result<std::optional<Generation>> SqliteLedger::generation(GenerationId id) {
  STUDIO_TRY(Statement statement, connection_->db->prepare("SELECT id, kind, strategy, count, created_ms, prompt FROM generations "
                                                           "JOIN generation_texts ON generation = id WHERE id = ?"));
  statement.bind(id);
  STUDIO_TRY(const bool found, statement.step());
  if (!found) return std::nullopt;
  STUDIO_TRY(Generation generation, generation_of(*connection_->db, statement.row()));
  return std::optional<Generation>(std::move(generation));
}

Result<std::vector<Generation>> SqliteLedger::generations() {
  STUDIO_TRY(Statement statement, connection_->db->prepare("SELECT id, kind, strategy, count, created_ms, prompt FROM generations "
                                                           "JOIN generation_texts ON generation = id ORDER BY id"));
  std::vector<Generation> all;
  for (;;) {
    STUDIO_TRY(const bool found, statement.step());
    if (!found) return all;
    STUDIO_TRY(Generation generation, generation_of(*connection_->db, statement.row()));
    all.push_back(std::move(generation));
  }
}

// --- money

Result<void> SqliteLedger::add_money(const MoneyEntry& entry) {
  return connection_->db->run("INSERT INTO money(attempt, kind, amount_micros, currency, at_ms) VALUES(?,?,?,?,?)", entry.attempt,
                              to_string(entry.kind), entry.amount, to_string(entry.currency), entry.at_ms);
}

Result<Books> SqliteLedger::books(Currency currency) {
  STUDIO_TRY(Statement statement, connection_->db->prepare("SELECT reserved, settled FROM books WHERE currency = ?"));
  statement.bind(to_string(currency));
  STUDIO_TRY(const bool found, statement.step());
  Books books;
  if (!found) return books;
  Row row = statement.row();
  books.reserved = row.money();
  books.settled = row.money();
  return books;
}

Result<SpentSoFar> SqliteLedger::spent(GenerationId run, std::int64_t now_wall_ms, Currency currency) {
  STUDIO_TRY(Statement statement,
             connection_->db->prepare("SELECT (SELECT committed FROM run_books WHERE generation = ?1 AND currency = ?3), "
                                      "(SELECT committed FROM day_books WHERE day = date(?2 / 1000, 'unixepoch', 'localtime') AND currency = ?3), "
                                      "(SELECT reserved + settled FROM books WHERE currency = ?3)"));
  statement.bind(run, now_wall_ms, to_string(currency));
  STUDIO_TRY(const bool found, statement.step());
  SpentSoFar spent;
  if (!found) return spent;
  Row row = statement.row();
  spent.run = row.money();
  spent.day = row.money();
  spent.project = row.money();
  return spent;
}

namespace {

Result<std::vector<MoneyEntry>> entries_of(const Database& db, Statement statement) {
  const auto kind_from = [](std::string_view text) -> std::optional<MoneyKind> {
    for (const MoneyKind kind : {MoneyKind::Reserve, MoneyKind::Release, MoneyKind::Settle}) {
      if (text == to_string(kind)) return kind;
    }
    return std::nullopt;
  };
  std::vector<MoneyEntry> all;
  for (;;) {
    STUDIO_TRY(const bool found, statement.step());
    if (!found) return all;
    Row row = statement.row();
    MoneyEntry entry;
    const std::int64_t id = row.integer();
    entry.attempt = row.id<AttemptTag>();
    entry.kind = row.named<MoneyKind>(+kind_from);
    entry.amount = row.money();
    entry.currency = row.named(currency_from);
    entry.at_ms = row.integer();
    if (!row.is_sound()) return unreadable(db, "entry of money", id);
    all.push_back(entry);
  }
}

}  // namespace

Result<std::vector<MoneyEntry>> SqliteLedger::money() {
  STUDIO_TRY(Statement statement, connection_->db->prepare("SELECT id, attempt, kind, amount_micros, currency, at_ms FROM money ORDER BY id"));
  return entries_of(*connection_->db, std::move(statement));
}

Result<std::vector<MoneyEntry>> SqliteLedger::reserved_since(std::int64_t wall_ms) {
  STUDIO_TRY(Statement statement,
             connection_->db->prepare("SELECT id, attempt, kind, amount_micros, currency, at_ms FROM money WHERE kind = 'reserve' AND "
                                      "id > coalesce((SELECT id FROM money WHERE at_ms < ? ORDER BY id DESC LIMIT 1), 0) ORDER BY id"));
  statement.bind(wall_ms);
  return entries_of(*connection_->db, std::move(statement));
}

// --- uploads, copies, facts

Result<void> SqliteLedger::save_upload(const StoredUpload& upload) {
  return connection_->db->run("INSERT INTO uploads VALUES(?,?,?,?,?) ON CONFLICT DO UPDATE SET reference = excluded.reference, "
                              "expires_ms = excluded.expires_ms",
                              upload.provider, upload.endpoint, upload.sha256, upload.reference, upload.expires_ms);
}

Result<std::vector<StoredUpload>> SqliteLedger::uploads(std::string_view provider, std::string_view endpoint) {
  STUDIO_TRY(Statement statement, connection_->db->prepare("SELECT provider, endpoint, sha256, reference, expires_ms FROM uploads "
                                                           "WHERE provider = ? AND endpoint = ? ORDER BY sha256"));
  statement.bind(provider, endpoint);
  std::vector<StoredUpload> all;
  for (;;) {
    STUDIO_TRY(const bool found, statement.step());
    if (!found) return all;
    Row row = statement.row();
    StoredUpload upload;
    upload.provider = row.text();
    upload.endpoint = row.text();
    upload.sha256 = row.text();
    upload.reference = row.text();
    upload.expires_ms = row.integer();
    all.push_back(std::move(upload));
  }
}

Result<void> SqliteLedger::save_copy(const StoredCopy& copy) {
  return connection_->db->run("INSERT INTO asset_copies VALUES(?,?,?,?) ON CONFLICT DO UPDATE SET address = excluded.address, "
                              "expires_ms = excluded.expires_ms",
                              copy.asset, copy.target, copy.address, copy.expires_ms);
}

Result<void> SqliteLedger::set_fact(std::string_view name, std::string_view value) {
  return connection_->db->run("INSERT INTO facts VALUES(?,?) ON CONFLICT DO UPDATE SET value = excluded.value", name, value);
}

Result<std::string> SqliteLedger::fact(std::string_view name) {
  STUDIO_TRY(Statement statement, connection_->db->prepare("SELECT value FROM facts WHERE name = ?"));
  statement.bind(name);
  STUDIO_TRY(const bool found, statement.step());
  return found ? statement.row().text() : std::string();
}

Result<std::int64_t> SqliteLedger::commits() { return connection_->db->number("SELECT number FROM commits"); }

}  // namespace studio
