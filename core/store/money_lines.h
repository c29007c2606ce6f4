// The entries of the books with what each was for, and the sums that go with them, as a face shows them. Read over a
// read-only connection of its own, so that nobody who looks at the books holds a paid job up.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "store/ledger.h"

namespace studio {

struct MoneyLine {
  std::int64_t id = 0;  // grows with every entry
  AttemptId attempt;
  JobId job;
  GenerationId generation;
  MoneyKind kind = MoneyKind::Reserve;
  Currency currency = Currency::Usd;
  bool was_written_off = false;  // counts as spent because a person gave it up
  Money amount;
  std::int64_t at_ms = 0;  // wall time
  std::string provider, model;
};

// Of one currency, all from the same moment.
struct MoneySums {
  Books books;
  Money today;           // reserved or settled, of the day where the user lives
  Money newest_run;      // the same of the newest generation that had any
  Money in_doubt;        // of `books.reserved`: of attempts whose outcome, or charge, is not known
  int in_doubt_jobs = 0;
};

struct MoneyPage {
  std::vector<MoneyLine> lines;  // by id
  bool is_last = true;           // there were no more when it was read
  std::array<MoneySums, 2> sums;  // by Currency
};

// Entries after `after` (0: from the first), `most` of them at most, and the sums: one snapshot of the ledger. Blocking;
// any thread but the UI's. Errors: NotFound, Disk, Damaged.
Result<MoneyPage> read_money_page(const std::filesystem::path& project, std::int64_t after, int most,
                                  std::int64_t now_wall_ms);

}  // namespace studio
