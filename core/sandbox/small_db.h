// A small SQLite database of one owner: opened durable, one statement at a time, errors in words that name the owner. For the
// sandbox and the simulators, whose own thread rules it keeps: one connection, no locking here.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace studio {

class SmallDb {
 public:
  // Makes the file (mode 0600) when missing; WAL, every commit on disk before it returns. `owner` begins the sentences of
  // errors: "The sandbox".
  static Result<SmallDb> open(const std::filesystem::path& file, std::string owner);
  // Beside a server that may be running, or none; the file must be there.
  static Result<SmallDb> open_beside(const std::filesystem::path& file, std::string owner);

  Result<void> run(const char* sql, std::string_view what);
  Result<std::int64_t> one_number(const std::string& sql, std::string_view what);
  std::int64_t last_row() const;
  // Of the statement that failed last; `what`: "accept the job".
  Error error(std::string_view what) const;
  sqlite3* handle() const { return db_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* db) const;
  };
  static Result<SmallDb> open_there(const std::filesystem::path& file, std::string owner);

  std::unique_ptr<sqlite3, Close> db_;
  std::string owner_;
};

// One statement, run once: bind in order, step, read columns by position.
class Query {
 public:
  Query(const SmallDb& db, const std::string& sql);
  ~Query();
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  Query& operator<<(const std::string& text);
  Query& operator<<(std::int64_t number);
  Query& operator<<(double number);
  bool next();
  std::string text(int column) const;
  std::int64_t number(int column) const;
  double real(int column) const;
  // What happened to the whole statement: call after the last next().
  Result<void> outcome(std::string_view what) const;

 private:
  const SmallDb& db_;
  sqlite3_stmt* statement_ = nullptr;
  int bound_ = 0;
  int status_ = 0;
};

// Rolls back unless committed.
class Transaction {
 public:
  explicit Transaction(SmallDb& db) : db_(db) {}
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  Result<void> begin();
  Result<void> commit(std::string_view what);

 private:
  SmallDb& db_;
  bool is_open_ = false;
};

}  // namespace studio
