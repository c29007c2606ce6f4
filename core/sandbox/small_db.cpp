#include "sandbox/small_db.h"

#include <fcntl.h>
#include <sqlite3.h>

#include <cerrno>

#include "base/file.h"

namespace studio {

void SmallDb::Close::operator()(sqlite3* db) const { sqlite3_close_v2(db); }

Error SmallDb::error(std::string_view what) const {
  const int code = db_ ? sqlite3_errcode(db_.get()) : SQLITE_NOMEM;
  const std::string detail = db_ ? sqlite3_errmsg(db_.get()) : "no memory";
  const std::string cannot = owner_ + " cannot " + std::string(what) + ": ";
  switch (code & 0xff) {
    case SQLITE_FULL: return {ErrorKind::Disk, cannot + "there is no room left on the disk; free some and try again.", detail, 0};
    case SQLITE_CORRUPT: case SQLITE_NOTADB:
      return {ErrorKind::Damaged, owner_ + "'s jobs.sqlite is damaged; move its state folder away to start afresh.", detail, 0};
    case SQLITE_CONSTRAINT: return {ErrorKind::Bug, cannot + "its tables disagree.", detail, 0};
    default: return {ErrorKind::Disk, cannot + "check its state folder.", detail, 0};
  }
}

Result<SmallDb> SmallDb::open_there(const std::filesystem::path& file, std::string owner) {
  SmallDb db;
  db.owner_ = std::move(owner);
  sqlite3* raw = nullptr;
  const int status = sqlite3_open_v2(file.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  db.db_.reset(raw);
  if (status != SQLITE_OK) return fail(db.error("open its database"));
  sqlite3_busy_timeout(raw, 5000);  // a bill may be read beside the server
  return db;
}

Result<SmallDb> SmallDb::open(const std::filesystem::path& file, std::string owner) {
  {
    // Made here for its mode, which the WAL takes too, and closed again before SQLite has it: closing any descriptor of a file
    // drops the whole process's locks on it (POSIX), and another program would take the database for unused and delete its WAL.
    const UniqueFd made(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!made) return fail(disk_error(owner + " cannot open its database", errno, file));
  }
  STUDIO_TRY(auto db, open_there(file, std::move(owner)));
  STUDIO_CHECK(db.run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;", "open its database"));
  return db;
}

// Read-write where it may be: a reader of a WAL database must be able to open its index after a crash.
Result<SmallDb> SmallDb::open_beside(const std::filesystem::path& file, std::string owner) { return open_there(file, std::move(owner)); }

Result<void> SmallDb::run(const char* sql, std::string_view what) {
  if (sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) return fail(error(what));
  return {};
}

Result<std::int64_t> SmallDb::one_number(const std::string& sql, std::string_view what) {
  Query query(*this, sql);
  const std::int64_t value = query.next() ? query.number(0) : 0;
  STUDIO_CHECK(query.outcome(what));
  return value;
}

std::int64_t SmallDb::last_row() const { return sqlite3_last_insert_rowid(db_.get()); }

Query::Query(const SmallDb& db, const std::string& sql) : db_(db) {
  status_ = sqlite3_prepare_v2(db.handle(), sql.c_str(), -1, &statement_, nullptr);
}

Query::~Query() { sqlite3_finalize(statement_); }

Query& Query::operator<<(const std::string& text) {
  if (statement_) sqlite3_bind_text(statement_, ++bound_, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
  return *this;
}

Query& Query::operator<<(std::int64_t number) {
  if (statement_) sqlite3_bind_int64(statement_, ++bound_, number);
  return *this;
}

Query& Query::operator<<(double number) {
  if (statement_) sqlite3_bind_double(statement_, ++bound_, number);
  return *this;
}

bool Query::next() {
  if (status_ == SQLITE_OK || status_ == SQLITE_ROW) status_ = sqlite3_step(statement_);
  return status_ == SQLITE_ROW;
}

std::string Query::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  return bytes ? std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))) : std::string();
}

std::int64_t Query::number(int column) const { return sqlite3_column_int64(statement_, column); }
double Query::real(int column) const { return sqlite3_column_double(statement_, column); }

Result<void> Query::outcome(std::string_view what) const {
  if (status_ == SQLITE_DONE || status_ == SQLITE_ROW) return {};
  return fail(db_.error(what));
}

Transaction::~Transaction() {
  if (is_open_) sqlite3_exec(db_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

Result<void> Transaction::begin() {
  STUDIO_CHECK(db_.run("BEGIN IMMEDIATE", "begin writing"));
  is_open_ = true;
  return {};
}

Result<void> Transaction::commit(std::string_view what) {
  if (auto written = db_.run("COMMIT", what); !written) {
    // Without room the last pages were not written. After any other trouble with the disk they may stand there whole, and be
    // found at the next start.
    const bool is_open_question = written.error().kind == ErrorKind::Disk && (sqlite3_errcode(db_.handle()) & 0xff) != SQLITE_FULL;
    if (is_open_question) written.error().kind = ErrorKind::UnknownOutcome;
    return written;
  }
  is_open_ = false;
  return {};
}

}  // namespace studio
