// What the ledger page shows, without drawing: entries that fit the filter, their sums, and sums by day, run, model and
// provider. Kept up to date by looking at new entries only.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/money_book.h"
#include "providers/provider_set.h"

namespace studio {

enum class LedgerView : std::uint8_t { Entries, Day, Run, Model, Provider, Count };
inline constexpr std::size_t ledger_views = static_cast<std::size_t>(LedgerView::Count);

struct LedgerFilter {
  std::string text;  // all of its words are in the entry's prompt, model, provider, day or ids
  Currency currency = Currency::Usd;
  bool operator==(const LedgerFilter&) const = default;
};

struct LedgerSum {
  Money spent;
  Money reserved;  // set aside now and neither given back nor spent
  int jobs = 0;
};

struct LedgerGroup {
  std::string name;  // "Sat 21 Nov 2026", the first words of the prompt, "Sandbox Motion"
  std::string note;  // "21 Nov 23:14", the provider of a model
  std::string find;  // as the filter's text it leaves this group's entries
  LedgerSum sum;
};

// One entry that fits.
struct LedgerEntry {
  std::uint32_t row = 0;  // of the book
  Money spent;            // what fits and was spent up to here
};

// The books as the filter sees them. An attempt counts for the day of its first entry, as it does for the day's cap.
class LedgerIndex {
 public:
  // Looks at `most` entries at most: a long book takes several frames, an unchanged one none. True when something
  // changed. Another filter begins anew.
  bool update(const MoneyBook& book, const Library& library, const ProviderSet& providers, const LedgerFilter& filter,
              std::size_t most = 20'000);
  bool is_done(const MoneyBook& book) const { return examined_ == book.rows().size(); }
  std::uint64_t revision() const { return revision_; }

  const std::vector<LedgerEntry>& entries() const { return entries_; }  // oldest first
  const LedgerSum& sum() const { return sum_; }
  // In the order they are shown: days and runs newest first, models and providers by what was spent.
  const std::vector<std::uint32_t>& order(LedgerView view) const { return order_[static_cast<std::size_t>(view)]; }
  const std::vector<LedgerGroup>& groups(LedgerView view) const { return groups_[static_cast<std::size_t>(view)]; }
  // How many entries were looked at since the beginning.
  std::uint64_t looked_at() const { return looked_at_; }

 private:
  struct Attempt {
    Money reserved, released, settled;
    std::array<std::uint32_t, ledger_views> group{};
    bool fits = false;
    Money held() const;
  };
  struct Naming {
    const MoneyBook& book;
    const Library& library;
    const ProviderSet& providers;
  };
  void add(const Naming& naming, std::uint32_t row);
  Attempt begin(const Naming& naming, const MoneyRow& entry);
  std::uint32_t group_of(LedgerView view, std::int64_t key, const Naming& naming, const MoneyRow& entry);
  std::string day_of(std::int64_t wall_ms);
  void put_in_order();

  LedgerFilter filter_;
  std::vector<std::string> words_;  // of the filter
  std::size_t examined_ = 0;
  std::uint64_t revision_ = 1, looked_at_ = 0;
  std::vector<LedgerEntry> entries_;
  LedgerSum sum_;
  std::unordered_map<AttemptId, Attempt> attempts_;
  std::unordered_map<JobId, std::uint8_t> jobs_;  // that fit
  std::array<std::vector<LedgerGroup>, ledger_views> groups_;
  std::array<std::unordered_map<std::int64_t, std::uint32_t>, ledger_views> group_of_key_;
  std::array<std::vector<std::uint32_t>, ledger_views> order_;
  // The day that was asked for last: entries of one day follow each other.
  std::int64_t day_from_ms_ = 0, day_until_ms_ = 0, day_number_ = 0;
  std::string day_text_;
};

// "Set aside", "Given back", "Spent", "Written off".
std::string_view entry_words(const MoneyRow& entry);
std::string model_label(const ProviderSet& providers, const MoneyModel& model);
std::string provider_label(const ProviderSet& providers, const std::string& provider);
// "2026-11-21 23:14:07", where the user lives.
std::string entry_time(std::int64_t wall_ms);

// As a spreadsheet takes it: comma separated, quoted where needed, times in UTC, sums in whole currency units. A head
// line, then entries or groups from `first` on, `count` at most, in the order shown.
std::string ledger_csv_head(LedgerView view);
std::string ledger_csv(const LedgerIndex& index, LedgerView view, const MoneyBook& book, const Library& library,
                       Currency currency, std::size_t first, std::size_t count);

}  // namespace studio
