// Another program's hand in a project's ledger: makes it refuse what the engine wants to write, for as long as it likes.
#pragma once

#include <sqlite3.h>

#include <filesystem>
#include <stdexcept>
#include <string>

namespace studio {

class SecondHand {
 public:
  explicit SecondHand(const std::filesystem::path& project) {
    if (sqlite3_open((project / "ledger.sqlite").c_str(), &ledger_) != SQLITE_OK) throw std::runtime_error("open the ledger beside the store");
    sqlite3_busy_timeout(ledger_, 10'000);
  }
  ~SecondHand() { sqlite3_close(ledger_); }
  SecondHand(const SecondHand&) = delete;
  SecondHand& operator=(const SecondHand&) = delete;

  void refuse_updates_of(const std::string& table) {
    run("CREATE TRIGGER second_hand BEFORE UPDATE ON " + table + " BEGIN SELECT RAISE(ABORT, 'held by the test'); END");
  }
  void let_go() { run("DROP TRIGGER second_hand"); }

 private:
  void run(const std::string& sql) {
    if (sqlite3_exec(ledger_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) throw std::runtime_error(sqlite3_errmsg(ledger_));
  }

  sqlite3* ledger_ = nullptr;
};

}  // namespace studio
