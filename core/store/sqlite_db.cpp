#include "store/sqlite_db.h"

#include <sqlite3.h>

#include <cerrno>
#include <cstring>

#include "base/file.h"
#include "base/log.h"
#include "store/ledger_care.h"

namespace studio {

// --- rows

std::int64_t Row::integer() { return sqlite3_column_int64(statement_, column_++); }

double Row::real() { return sqlite3_column_double(statement_, column_++); }

std::string_view Row::view() {
  const int column = column_++;
  // column_text before column_bytes: the order that the library asks for.
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::string_view Row::blob() {
  const int column = column_++;
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

// --- statements

Statement::Statement(Statement&& other) noexcept
    : database_(other.database_), sql_(other.sql_), statement_(std::exchange(other.statement_, nullptr)),
      next_parameter_(other.next_parameter_), bind_code_(other.bind_code_) {}

Statement::~Statement() {
  if (statement_ == nullptr) return;
  if (sql_.empty()) {
    sqlite3_finalize(statement_);
    return;
  }
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
  database_->idle_statements_[sql_].push_back(statement_);
}

void Statement::bind_next(std::int64_t value) {
  const int code = sqlite3_bind_int64(statement_, next_parameter_++, value);
  if (bind_code_ == SQLITE_OK) bind_code_ = code;
}

void Statement::bind_next(double value) {
  const int code = sqlite3_bind_double(statement_, next_parameter_++, value);
  if (bind_code_ == SQLITE_OK) bind_code_ = code;
}

void Statement::bind_next(std::string_view value) {
  // A copy: the statement may be stepped after the caller's text is gone. A null pointer would bind NULL.
  const char* bytes = value.data() == nullptr ? "" : value.data();
  const int code = sqlite3_bind_text64(statement_, next_parameter_++, bytes, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  if (bind_code_ == SQLITE_OK) bind_code_ = code;
}

void Statement::bind_next(Blob value) {
  const char* bytes = value.bytes.data() == nullptr ? "" : value.bytes.data();
  const int code = sqlite3_bind_blob64(statement_, next_parameter_++, bytes, value.bytes.size(), SQLITE_TRANSIENT);
  if (bind_code_ == SQLITE_OK) bind_code_ = code;
}

Result<bool> Statement::step() {
  if (bind_code_ != SQLITE_OK) return fail(database_->error_of(bind_code_));
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return fail(database_->error_of(sqlite3_extended_errcode(database_->handle_)));
}

// --- connections

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& file, Mode mode) {
  // Each connection belongs to one thread, so the library's own lock around it is not needed.
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  std::string name = file.string();
  switch (mode) {
    case Mode::Create: flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE; break;
    case Mode::ReadWrite: flags |= SQLITE_OPEN_READWRITE; break;
    case Mode::ReadOnly: flags |= SQLITE_OPEN_READONLY; break;
    case Mode::Immutable: {
      flags |= SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
      std::string uri = "file:";
      for (const char c : name) {
        char escaped[4];
        std::snprintf(escaped, sizeof escaped, "%%%02X", static_cast<unsigned char>(c));
        uri += c == '/' || std::isalnum(static_cast<unsigned char>(c)) ? std::string(1, c) : std::string(escaped);
      }
      name = uri + "?immutable=1";
      break;
    }
  }
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(name.c_str(), &handle, flags, nullptr);
  std::unique_ptr<Database> database(new Database(handle, file));
  if (code != SQLITE_OK) return fail(database->error_of(code));

  sqlite3_busy_timeout(handle, 5000);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  database->set_checkpoint_on_close(false);
  // Replaces the automatic checkpoint, which no connection of ours may do.
  sqlite3_wal_hook(
      handle,
      [](void* self, sqlite3*, const char*, int frames) {
        static_cast<Database*>(self)->wal_frames_ = frames;
        return SQLITE_OK;
      },
      database.get());
  STUDIO_CHECK(database->run_script("PRAGMA foreign_keys = ON; PRAGMA mmap_size = 0; PRAGMA synchronous = FULL;"
                                    "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384"));
  return database;
}

Database::~Database() {
  for (auto& [sql, statements] : idle_statements_) {
    for (sqlite3_stmt* statement : statements) sqlite3_finalize(statement);
  }
  sqlite3_close_v2(handle_);
}

Result<Statement> Database::prepare(std::string_view sql) {
  auto& idle = idle_statements_[sql];
  if (!idle.empty()) {
    sqlite3_stmt* statement = idle.back();
    idle.pop_back();
    return Statement(*this, sql, statement);
  }
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return fail(error_of(code));
  return Statement(*this, sql, statement);
}

Result<Statement> Database::prepare_once(const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(handle_, sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
  if (code != SQLITE_OK) return fail(error_of(code));
  return Statement(*this, {}, statement);
}

Result<void> Database::run_script(const std::string& sql) {
  const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return fail(error_of(code));
  return {};
}

Result<std::int64_t> Database::number(std::string_view sql) {
  STUDIO_TRY(Statement statement, prepare(sql));
  STUDIO_TRY(const bool found, statement.step());
  return found ? statement.row().integer() : 0;
}

std::int64_t Database::last_row_id() const { return sqlite3_last_insert_rowid(handle_); }
std::int64_t Database::total_changes() const { return sqlite3_total_changes64(handle_); }
bool Database::is_in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }

Result<bool> Database::checkpoint(bool truncate) {
  int in_log = 0, moved = 0;
  const int mode = truncate ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
  const int code = sqlite3_wal_checkpoint_v2(handle_, nullptr, mode, &in_log, &moved);
  if ((code & 0xFF) == SQLITE_BUSY) return false;
  if (code != SQLITE_OK) return fail(error_of(code));
  if (in_log != moved) return false;
  wal_frames_ = 0;
  return true;
}

void Database::set_checkpoint_on_close(bool wanted) {
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, wanted ? 0 : 1, nullptr);
}

Result<std::optional<std::string>> Database::quick_check() {
  STUDIO_TRY(Statement statement, prepare("PRAGMA quick_check(1)"));
  STUDIO_TRY(const bool found, statement.step());
  const std::string words = found ? statement.row().text() : "no answer";
  if (words == "ok") return std::nullopt;
  return words;
}

Result<std::optional<std::string>> Database::full_check() {
  {
    STUDIO_TRY(Statement statement, prepare("PRAGMA integrity_check(1)"));
    STUDIO_TRY(const bool found, statement.step());
    const std::string words = found ? statement.row().text() : "no answer";
    if (words != "ok") return words;
  }
  STUDIO_TRY(Statement statement, prepare("PRAGMA foreign_key_check"));
  STUDIO_TRY(const bool found, statement.step());
  if (!found) return std::nullopt;
  return "a row of " + statement.row().text() + " refers to what is not there";
}

Result<void> Database::copy_to(Database& target, const std::function<bool()>& stopped) {
  constexpr int pages_a_step = 1024;  // 4 MiB
  // What is read before the first step holds the moment that is copied, whatever others write meanwhile.
  STUDIO_CHECK(run("BEGIN"));
  auto copied = [&]() -> Result<void> {
    STUDIO_CHECK(number("SELECT count(*) FROM sqlite_master"));
    sqlite3_backup* copy = sqlite3_backup_init(target.handle_, "main", handle_, "main");
    if (copy == nullptr) return fail(target.error_of(sqlite3_extended_errcode(target.handle_)));
    int code = SQLITE_OK;
    bool is_stopped = false;
    while (code == SQLITE_OK && !is_stopped) {
      code = sqlite3_backup_step(copy, pages_a_step);
      is_stopped = code == SQLITE_OK && stopped && stopped();
    }
    const int ended = sqlite3_backup_finish(copy);
    if (is_stopped) return fail(ErrorKind::Cancelled, "The copy of the ledger was stopped.");
    if (code == SQLITE_DONE) return {};
    return fail(target.error_of(ended != SQLITE_OK ? ended : code));
  }();
  (void)run("ROLLBACK");
  return copied;
}

void Database::set_stop(std::function<bool()> stopped) {
  constexpr int steps_between = 2000;  // of the library's virtual machine: less than a millisecond
  stopped_ = std::move(stopped);
  if (!stopped_) return sqlite3_progress_handler(handle_, 0, nullptr, nullptr);
  sqlite3_progress_handler(handle_, steps_between, [](void* self) { return static_cast<Database*>(self)->stopped_() ? 1 : 0; }, this);
}

Error Database::error_of(int code) {
  const int extended = code;
  const int primary = code & 0xFF;
  const int system = handle_ != nullptr ? sqlite3_system_errno(handle_) : 0;
  const std::string detail = "sqlite " + std::to_string(extended) + ": " +
                             (handle_ != nullptr ? sqlite3_errmsg(handle_) : sqlite3_errstr(code));
  auto error = [&](ErrorKind kind, std::string message) { return Error{kind, std::move(message), detail, 0}; };
  switch (primary) {
    case SQLITE_FULL:
      has_io_error_ = true;
      return error(ErrorKind::Disk, "There is no room left on the project's disk; free some and try again: " + file_.string());
    case SQLITE_IOERR:
      has_io_error_ = true;
      if (system == ENOSPC || system == EDQUOT) {
        return error(ErrorKind::Disk, "There is no room left on the project's disk; free some and try again: " + file_.string());
      }
      return error(ErrorKind::Disk, "The project's disk reports an error; check the disk and try again: " + file_.string());
    case SQLITE_CANTOPEN: {
      has_io_error_ = true;
      std::error_code ignored;
      // When it is the ledger itself that is not there, the project was not recognised before we came here.
      if (system == ENOENT && std::filesystem::exists(file_, ignored)) {
        return error(ErrorKind::Disk, "The project's ledger cannot be opened, because nothing can be written beside it; check the "
                                      "permissions of its folder: " + file_.string());
      }
      Error disk = disk_error("Cannot open the project's ledger", system != 0 ? system : EIO, file_);
      disk.detail = detail;
      return disk;
    }
    case SQLITE_CORRUPT: case SQLITE_NOTADB:
      // The library says the same of pages that the disk does not give: which it was is seen when it is opened anew.
      has_io_error_ = true;
      return error(ErrorKind::Damaged, "The project's ledger is damaged; nothing was changed. " + restore_words(file_));
    case SQLITE_READONLY:
      // A ledger that was opened while the disk was read-only stays so for this connection: only another one can write again.
      has_io_error_ = true;
      [[fallthrough]];
    case SQLITE_PERM: case SQLITE_AUTH:
      return error(ErrorKind::Disk, "The project's ledger cannot be written; check the permissions of its folder: " + file_.string());
    case SQLITE_BUSY: case SQLITE_LOCKED:
      return error(ErrorKind::Timeout, "Another program holds the project's ledger locked; close it and try again: " + file_.string());
    case SQLITE_INTERRUPT:
      return error(ErrorKind::Cancelled, "It was stopped.");
    case SQLITE_NOMEM:
      return error(ErrorKind::Disk, "There is not enough memory; close something and try again.");
    case SQLITE_TOOBIG:
      return error(ErrorKind::BadRequest, "A text is too large to be stored.");
    case SQLITE_CONSTRAINT:
      return error(ErrorKind::Bug, extended == SQLITE_CONSTRAINT_FOREIGNKEY
                                       ? "The project's ledger refused a change: it refers to something that is not there."
                                       : "The project's ledger refused a change that would break its rules (" + detail + ").");
    default:
      return error(ErrorKind::Bug, "The project's ledger refused a change (" + detail + ").");
  }
}

}  // namespace studio
