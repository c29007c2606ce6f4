#include "store/money_lines.h"

#include "store/ledger_care.h"
#include "store/project_folder.h"
#include "store/sqlite_db.h"

namespace studio {
namespace {

std::optional<MoneyKind> money_kind_from(std::string_view text) {
  for (const MoneyKind kind : {MoneyKind::Reserve, MoneyKind::Release, MoneyKind::Settle})
    if (text == to_string(kind)) return kind;
  return std::nullopt;
}

Result<void> read_lines(Database& database, const std::filesystem::path& project, std::int64_t after, int most, MoneyPage& page) {
  STUDIO_TRY(Statement statement,
             database.prepare("SELECT m.id, m.attempt, m.kind, m.amount_micros, m.currency, m.at_ms, a.job, a.provider, "
                              "a.model, a.state, j.generation FROM money m JOIN attempts a ON a.id = m.attempt "
                              "JOIN jobs j ON j.id = a.job WHERE m.id > ?1 ORDER BY m.id LIMIT ?2"));
  statement.bind(after, most);
  for (;;) {
    STUDIO_TRY(const bool found, statement.step());
    if (!found) break;
    Row row = statement.row();
    MoneyLine line;
    line.id = row.integer();
    line.attempt = row.id<AttemptTag>();
    line.kind = row.named<MoneyKind>(money_kind_from);
    line.amount = row.money();
    line.currency = row.named(currency_from);
    line.at_ms = row.integer();
    line.job = row.id<JobTag>();
    line.provider = row.text();
    line.model = row.text();
    const std::string_view state = row.view();
    line.was_written_off = line.kind == MoneyKind::Settle && state == to_string(AttemptState::WrittenOff);
    line.generation = row.id<GenerationTag>();
    if (!row.is_sound())
      return fail(ErrorKind::Damaged, "The project's ledger is damaged: entry of money " + std::to_string(line.id) +
                                          " cannot be read. " + restore_words(ProjectFolder(project).ledger()));
    page.lines.push_back(std::move(line));
  }
  page.is_last = static_cast<int>(page.lines.size()) < most;
  return {};
}

Result<MoneySums> read_sums(Database& database, Currency currency, std::int64_t now_wall_ms) {
  STUDIO_TRY(
      Statement statement,
      database.prepare(
          "SELECT (SELECT reserved FROM books WHERE currency = ?1), (SELECT settled FROM books WHERE currency = ?1), "
          "(SELECT committed FROM day_books WHERE day = date(?2 / 1000, 'unixepoch', 'localtime') AND currency = ?1), "
          "(SELECT committed FROM run_books WHERE currency = ?1 ORDER BY generation DESC LIMIT 1), "
          "(SELECT coalesce(sum(m.held), 0) FROM attempts a JOIN attempt_money m ON m.attempt = a.id "
          " WHERE a.is_open = 1 AND a.state = ?3 AND a.currency = ?1) + "
          "(SELECT coalesce(sum(m.held), 0) FROM attempts a JOIN attempt_money m ON m.attempt = a.id "
          " WHERE a.state = 'in_doubt' AND a.currency = ?1), "
          "(SELECT count(DISTINCT job) FROM (SELECT job FROM attempts WHERE is_open = 1 AND state = ?3 AND currency = ?1 "
          " UNION ALL SELECT job FROM attempts WHERE state = 'in_doubt' AND currency = ?1))"));
  statement.bind(to_string(currency), now_wall_ms, to_string(AttemptState::Unknown));
  STUDIO_TRY(const bool found, statement.step());
  MoneySums sums;
  if (!found) return sums;
  Row row = statement.row();
  sums.books.reserved = row.money();
  sums.books.settled = row.money();
  sums.today = row.money();
  sums.newest_run = row.money();
  sums.in_doubt = row.money();
  sums.in_doubt_jobs = row.small();
  return sums;
}

}  // namespace

Result<MoneyPage> read_money_page(const std::filesystem::path& project, std::int64_t after, int most,
                                  std::int64_t now_wall_ms) {
  STUDIO_TRY(const auto database, Database::open(ProjectFolder(project).ledger(), Database::Mode::ReadOnly));
  MoneyPage page;
  // Lines and sums of the same moment. Only reads: whatever ends the transaction, nothing is lost.
  STUDIO_CHECK(database->run("BEGIN"));
  STUDIO_CHECK(read_lines(*database, project, after, most, page));
  for (const Currency currency : {Currency::Usd, Currency::Play}) {
    STUDIO_TRY(page.sums[static_cast<std::size_t>(currency)], read_sums(*database, currency, now_wall_ms));
  }
  STUDIO_CHECK(database->run("COMMIT"));
  return page;
}

}  // namespace studio
