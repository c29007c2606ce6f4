// SQLite as values and Results: connections, cached statements, rows. Only its .cpp sees the library's own header.
//
// Neither a Database nor what it lends may leave the thread that uses it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "model/money.h"

struct sqlite3;
struct sqlite3_stmt;

namespace studio {

// Bytes that are no text, for binding.
struct Blob {
  std::string_view bytes;
};

// The columns of the current row, read from left to right.
class Row {
 public:
  explicit Row(sqlite3_stmt* statement) : statement_(statement) {}
  std::int64_t integer();
  int small() { return static_cast<int>(integer()); }
  bool flag() { return integer() != 0; }
  double real();
  std::string text() { return std::string(view()); }
  std::string_view view();  // valid until the next step
  std::string_view blob();  // the same, of bytes that are no text; empty for NULL
  Money money() { return {integer()}; }
  template <class Tag>
  Id<Tag> id() { return {integer()}; }  // NULL is "none"
  // A value stored by its name; an unknown name makes the row unsound.
  template <class Value>
  Value named(std::optional<Value> (*from)(std::string_view)) {
    if (const auto value = from(view())) return *value;
    is_sound_ = false;
    return Value{};
  }
  bool is_sound() const { return is_sound_; }

 private:
  sqlite3_stmt* statement_;
  int column_ = 0;
  bool is_sound_ = true;
};

class Database;

// A prepared statement on loan from its connection; goes back, reset, when it leaves the scope.
class Statement {
 public:
  Statement(Database& database, std::string_view sql, sqlite3_stmt* statement)
      : database_(&database), sql_(sql), statement_(statement) {}
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  template <class... Values>
  void bind(const Values&... values) { (bind_next(values), ...); }
  Result<bool> step();  // true: there is a row
  Row row() const { return Row(statement_); }

 private:
  void bind_next(std::int64_t value);
  void bind_next(int value) { bind_next(static_cast<std::int64_t>(value)); }
  void bind_next(bool value) { bind_next(static_cast<std::int64_t>(value)); }
  void bind_next(double value);
  void bind_next(std::string_view value);
  void bind_next(Blob value);
  void bind_next(const std::string& value) { bind_next(std::string_view(value)); }
  void bind_next(const char* value) { bind_next(std::string_view(value)); }
  void bind_next(Money value) { bind_next(value.micros); }
  template <class Tag>
  void bind_next(Id<Tag> value) {
    if (value.valid()) bind_next(value.value);
    else ++next_parameter_;  // stays NULL: foreign keys ignore it
  }

  Database* database_;
  std::string_view sql_;
  sqlite3_stmt* statement_;
  int next_parameter_ = 1;
  int bind_code_ = 0;  // the first binding that failed, reported by step()
};

class Database {
 public:
  enum class Mode {
    Create,     // makes the file when it is absent
    ReadWrite,
    ReadOnly,
    Immutable,  // on a disk that cannot be written, of a database that nobody else can change
  };
  static Result<std::unique_ptr<Database>> open(const std::filesystem::path& file, Mode mode);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // `sql` must outlive the connection (a literal): it is the key of the statement cache.
  Result<Statement> prepare(std::string_view sql);
  Result<Statement> prepare_once(const std::string& sql);  // not cached: for text that is put together
  template <class... Values>
  Result<void> run(std::string_view sql, const Values&... values) {
    STUDIO_TRY(Statement statement, prepare(sql));
    statement.bind(values...);
    STUDIO_CHECK(statement.step());
    return {};
  }
  // Several statements at once, not cached; for schemas and pragmas.
  Result<void> run_script(const std::string& sql);
  // One whole number: a count or a pragma.
  Result<std::int64_t> number(std::string_view sql);

  const std::filesystem::path& file() const { return file_; }
  std::int64_t last_row_id() const;
  std::int64_t total_changes() const;
  bool is_in_transaction() const;
  // An I/O error was seen since the opening: what is in memory about the file may be wrong, close and open again.
  bool has_io_error() const { return has_io_error_; }

  int wal_frames() const { return wal_frames_; }  // in the log after the last commit of this connection
  // True when the whole log is in the file now; readers that hold an old snapshot delay that without harm.
  Result<bool> checkpoint(bool truncate);
  void set_checkpoint_on_close(bool wanted);
  // The first problem that PRAGMA quick_check names; nothing when the file is sound.
  Result<std::optional<std::string>> quick_check();
  // The same with every index against its table, and every reference against what it refers to.
  Result<std::optional<std::string>> full_check();

  // Copies everything, as it is at one moment, over `target`. `stopped` is asked now and then. Errors also: Cancelled, and
  // those of the target.
  Result<void> copy_to(Database& target, const std::function<bool()>& stopped);
  // Asked now and then while a statement runs: true ends it (Cancelled).
  void set_stop(std::function<bool()> stopped);

 private:
  friend class Statement;
  Database(sqlite3* handle, std::filesystem::path file) : handle_(handle), file_(std::move(file)) {}
  Error error_of(int code);

  sqlite3* handle_;
  std::filesystem::path file_;
  std::unordered_map<std::string_view, std::vector<sqlite3_stmt*>> idle_statements_;
  std::function<bool()> stopped_;
  int wal_frames_ = 0;
  bool has_io_error_ = false;
};

}  // namespace studio
