// The books of a project, entry by entry, in memory for a panel: read page by page on a thread of its own, and followed
// while somebody looks. The UI thread's own.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include "base/clock.h"
#include "base/side_work.h"
#include "engine/studio.h"
#include "store/money_lines.h"

namespace studio {

// One entry; 56 bytes.
struct MoneyRow {
  std::int64_t id = 0;
  std::int64_t at_ms = 0;  // wall time
  AttemptId attempt;
  JobId job;
  GenerationId generation;
  Money amount;
  std::uint16_t model = 0;  // into MoneyBook::models()
  MoneyKind kind = MoneyKind::Reserve;
  Currency currency = Currency::Usd;
  bool was_written_off = false;
};

struct MoneyModel {
  std::string provider, model;
};

class MoneyBook {
 public:
  // `wake` is called on another thread when something was read; it may only wake.
  MoneyBook(std::filesystem::path project, std::shared_ptr<const Clock> clock, std::function<void()> wake);

  // To be called each frame while the books are looked at: takes what was read and asks for what is new. Costs nothing
  // while nothing changed. True when rows or sums changed.
  bool tend(const StudioView& view);
  bool has_news() const { return reading_.is_done(); }

  // Oldest first; they are only ever added to.
  const std::vector<MoneyRow>& rows() const { return rows_; }
  const std::vector<MoneyModel>& models() const { return models_; }
  const MoneySums& sums(Currency currency) const { return sums_[static_cast<std::size_t>(currency)]; }
  // All that there was at the last look is here. Until then rows lack their newest, but the sums hold.
  bool is_complete() const { return is_complete_; }
  const std::optional<Error>& problem() const { return problem_; }  // of the last look

  // What tend() does with a page.
  void add(MoneyPage page);

 private:
  struct Seen {
    Books usd, play;
    std::uint64_t rows_revision = 0;
  };
  static bool is_same(const Seen& a, const Seen& b);
  std::uint16_t model_of(const MoneyLine& line);

  const std::filesystem::path project_;
  const std::shared_ptr<const Clock> clock_;
  const std::function<void()> wake_;
  std::vector<MoneyRow> rows_;
  std::vector<MoneyModel> models_;
  std::array<MoneySums, 2> sums_;
  std::optional<Error> problem_;
  std::optional<Seen> read_for_;  // what the project showed when the last look began
  bool is_complete_ = false;
  SideWork<std::optional<Result<MoneyPage>>> reading_;  // last: it waits for its thread
};

}  // namespace studio
