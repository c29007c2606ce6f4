// Filter, sums and words of the ledger page.
#include "panels/ledger_rows.h"

#include <algorithm>
#include <ctime>
#include <numeric>

#include "base/text.h"

namespace studio {
namespace {

std::tm local_time(std::int64_t wall_ms) {
  const std::time_t secs = wall_ms / 1000;
  std::tm tm{};
  localtime_r(&secs, &tm);
  return tm;
}

std::string time_words(const char* format, const std::tm& tm) {
  char text[48];
  std::strftime(text, sizeof text, format, &tm);
  return text;
}

std::string prompt_of(const Library& library, JobId job) {
  const Row row = library.row_of(job);
  const auto& recipe = row == no_row ? nullptr : library.texts[row].recipe;
  return recipe ? recipe->prompt : std::string();
}

std::string asset_of(const Library& library, JobId job) {
  const Row row = library.row_of(job);
  return row == no_row || !library.items[row].asset.valid() ? std::string() : to_string(library.items[row].asset);
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string field = "\"";
  for (const char c : text) {
    if (c == '"') field += '"';
    field += c;
  }
  return field + '"';
}

std::string plain_sum(Money sum) {
  const std::int64_t whole = sum.micros / 1'000'000, part = std::abs(sum.micros % 1'000'000);
  char text[40];
  std::snprintf(text, sizeof text, "%s%lld.%06lld", sum.micros < 0 && whole == 0 ? "-" : "",
                static_cast<long long>(whole), static_cast<long long>(part));
  return text;
}

std::string utc(std::int64_t wall_ms) {
  const std::time_t secs = wall_ms / 1000;
  std::tm tm{};
  gmtime_r(&secs, &tm);
  return time_words("%Y-%m-%dT%H:%M:%SZ", tm);
}

}  // namespace

Money LedgerIndex::Attempt::held() const {
  return {std::max<std::int64_t>(0, reserved.micros - released.micros - settled.micros)};
}

std::string LedgerIndex::day_of(std::int64_t wall_ms) {
  if (wall_ms < day_from_ms_ || wall_ms >= day_until_ms_) {
    std::tm tm = local_time(wall_ms);
    day_text_ = time_words("%Y-%m-%d", tm);
    day_number_ = tm.tm_year * 1000LL + tm.tm_yday;
    tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
    tm.tm_isdst = -1;
    day_from_ms_ = static_cast<std::int64_t>(std::mktime(&tm)) * 1000;
    tm.tm_mday += 1;
    tm.tm_isdst = -1;
    day_until_ms_ = static_cast<std::int64_t>(std::mktime(&tm)) * 1000;
  }
  return day_text_;
}

std::uint32_t LedgerIndex::group_of(LedgerView view, std::int64_t key, const Naming& naming, const MoneyRow& entry) {
  const auto n = static_cast<std::size_t>(view);
  const auto next = static_cast<std::uint32_t>(groups_[n].size());
  const auto [at, is_new] = group_of_key_[n].emplace(key, next);
  if (!is_new) return at->second;
  const MoneyModel& model = naming.book.models()[entry.model];
  LedgerGroup group;
  switch (view) {
    case LedgerView::Day:
      group.name = time_words("%a %d %b %Y", local_time(entry.at_ms));
      group.find = day_text_;
      break;
    case LedgerView::Run:
      group.name = trimmed(prompt_of(naming.library, entry.job));
      group.name = shortened(group.name.substr(0, group.name.find('\n')), 120);
      if (group.name.empty()) group.name = "Run " + to_string(entry.generation);
      group.note = time_words("%d %b %H:%M", local_time(entry.at_ms));
      group.find = to_string(entry.generation);
      break;
    case LedgerView::Model:
      group.name = model_label(naming.providers, model);
      group.note = provider_label(naming.providers, model.provider);
      group.find = model.model;
      break;
    default:
      group.name = group.find = provider_label(naming.providers, model.provider);
      break;
  }
  groups_[n].push_back(std::move(group));
  return next;
}

LedgerIndex::Attempt LedgerIndex::begin(const Naming& naming, const MoneyRow& entry) {
  Attempt attempt;
  const MoneyModel& model = naming.book.models()[entry.model];
  const std::string day = day_of(entry.at_ms);
  attempt.fits = entry.currency == filter_.currency;
  if (attempt.fits && !words_.empty()) {
    // Ids stand between spaces, so that "g1" is not found in "g12".
    const std::string text = " " + to_string(entry.generation) + " " + to_string(entry.job) + " " +
                             asset_of(naming.library, entry.job) + " " +
                             to_lower_ascii(model.model + " " + model_label(naming.providers, model) + " " +
                                            provider_label(naming.providers, model.provider) + " " +
                                            prompt_of(naming.library, entry.job)) +
                             " " + day + " ";
    attempt.fits = std::all_of(words_.begin(), words_.end(),
                               [&](const std::string& word) { return text.find(word) != std::string::npos; });
  }
  if (!attempt.fits) return attempt;
  const auto set = [&](LedgerView view, std::int64_t key) {
    attempt.group[static_cast<std::size_t>(view)] = group_of(view, key, naming, entry);
  };
  set(LedgerView::Day, day_number_);
  set(LedgerView::Run, entry.generation.value);
  set(LedgerView::Model, entry.model);
  // A provider's key is the first of its models.
  std::size_t first = 0;
  while (naming.book.models()[first].provider != model.provider) ++first;
  set(LedgerView::Provider, static_cast<std::int64_t>(first));
  const bool is_new_job = jobs_.emplace(entry.job, std::uint8_t{1}).second;
  if (is_new_job) {
    ++sum_.jobs;
    for (std::size_t n = 1; n < ledger_views; ++n) ++groups_[n][attempt.group[n]].sum.jobs;
  }
  return attempt;
}

void LedgerIndex::add(const Naming& naming, std::uint32_t row) {
  const MoneyRow& entry = naming.book.rows()[row];
  auto at = attempts_.find(entry.attempt);
  if (at == attempts_.end()) at = attempts_.emplace(entry.attempt, begin(naming, entry)).first;
  Attempt& attempt = at->second;
  if (!attempt.fits) return;
  const Money held = attempt.held();
  (entry.kind == MoneyKind::Reserve   ? attempt.reserved
   : entry.kind == MoneyKind::Release ? attempt.released
                                      : attempt.settled) += entry.amount;
  const Money reserved = attempt.held() - held, spent = entry.kind == MoneyKind::Settle ? entry.amount : Money{};
  const auto count = [&](LedgerSum& sum) {
    sum.reserved += reserved;
    sum.spent += spent;
  };
  count(sum_);
  for (std::size_t n = 1; n < ledger_views; ++n) count(groups_[n][attempt.group[n]].sum);
  entries_.push_back({row, sum_.spent});
}

void LedgerIndex::put_in_order() {
  for (std::size_t n = 1; n < ledger_views; ++n) {
    auto& order = order_[n];
    order.resize(groups_[n].size());
    std::iota(order.rbegin(), order.rend(), 0u);  // newest first
    const auto view = static_cast<LedgerView>(n);
    if (view != LedgerView::Model && view != LedgerView::Provider) continue;
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
      return groups_[n][a].sum.spent > groups_[n][b].sum.spent;
    });
  }
}

bool LedgerIndex::update(const MoneyBook& book, const Library& library, const ProviderSet& providers,
                         const LedgerFilter& filter, std::size_t most) {
  const bool is_other = !(filter == filter_) || book.rows().size() < examined_;
  if (!is_other && is_done(book)) return false;
  if (is_other) {
    const auto revision = revision_, looked_at = looked_at_;
    *this = LedgerIndex();
    revision_ = revision;
    looked_at_ = looked_at;
    filter_ = filter;
    for (const std::string& word : split(to_lower_ascii(filter.text), ' '))
      if (!word.empty()) words_.push_back(word);
  }
  const Naming naming{book, library, providers};
  const std::size_t until = std::min(book.rows().size(), examined_ + most);
  looked_at_ += until - examined_;
  for (; examined_ < until; ++examined_) add(naming, static_cast<std::uint32_t>(examined_));
  put_in_order();
  ++revision_;
  return true;
}

// --- words

std::string_view entry_words(const MoneyRow& entry) {
  switch (entry.kind) {
    case MoneyKind::Reserve:
      return "Set aside";
    case MoneyKind::Release:
      return "Given back";
    case MoneyKind::Settle:
      return entry.was_written_off ? "Written off" : "Spent";
  }
  return "";
}

std::string model_label(const ProviderSet& providers, const MoneyModel& model) {
  const ModelInfo* info = providers.find_model(model.model);
  return info != nullptr ? info->label : model.model;
}

std::string provider_label(const ProviderSet& providers, const std::string& provider) {
  const Provider* found = providers.find(provider);
  return found != nullptr ? found->info().label : provider;
}

std::string entry_time(std::int64_t wall_ms) { return time_words("%Y-%m-%d %H:%M:%S", local_time(wall_ms)); }

std::string ledger_csv_head(LedgerView view) {
  return view == LedgerView::Entries
             ? "time,entry,amount,currency,job,asset,run,provider,model,prompt\n"
             : "name,note,jobs,set_aside,spent,currency\n";
}

std::string ledger_csv(const LedgerIndex& index, LedgerView view, const MoneyBook& book, const Library& library,
                       Currency currency, std::size_t first, std::size_t count) {
  std::string text;
  const std::string unit(to_string(currency));
  if (view != LedgerView::Entries) {
    const auto& order = index.order(view);
    for (std::size_t n = first; n < std::min(order.size(), first + count); ++n) {
      const LedgerGroup& group = index.groups(view)[order[n]];
      text += csv_field(group.name) + "," + csv_field(group.note) + "," + std::to_string(group.sum.jobs) + "," +
              plain_sum(group.sum.reserved) + "," + plain_sum(group.sum.spent) + "," + unit + "\n";
    }
    return text;
  }
  const auto& entries = index.entries();
  for (std::size_t n = first; n < std::min(entries.size(), first + count); ++n) {
    const MoneyRow& entry = book.rows()[entries[entries.size() - 1 - n].row];
    const MoneyModel& model = book.models()[entry.model];
    text += utc(entry.at_ms) + "," + to_lower_ascii(entry_words(entry)) + "," + plain_sum(entry.amount) + "," + unit +
            "," + to_string(entry.job) + "," + asset_of(library, entry.job) + "," + to_string(entry.generation) + "," +
            csv_field(model.provider) + "," + csv_field(model.model) + "," + csv_field(prompt_of(library, entry.job)) + "\n";
  }
  return text;
}

}  // namespace studio
