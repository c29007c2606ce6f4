#include "engine/money_book.h"

#include <utility>

namespace studio {
namespace {

// So many are taken in between two frames.
constexpr int page_lines = 8192;

}  // namespace

MoneyBook::MoneyBook(std::filesystem::path project, std::shared_ptr<const Clock> clock, std::function<void()> wake)
    : project_(std::move(project)), clock_(std::move(clock)), wake_(std::move(wake)) {}

bool MoneyBook::is_same(const Seen& a, const Seen& b) {
  const auto same = [](const Books& x, const Books& y) { return x.reserved == y.reserved && x.settled == y.settled; };
  return same(a.usd, b.usd) && same(a.play, b.play) && a.rows_revision == b.rows_revision;
}

bool MoneyBook::tend(const StudioView& view) {
  bool changed = false;
  if (reading_.is_done()) {
    // Nothing at all: there was no memory for it.
    auto page = reading_.take().value_or(fail(ErrorKind::Disk, "The books do not fit into memory."));
    problem_.reset();
    if (page)
      add(std::move(*page));
    else
      problem_ = page.error(), is_complete_ = true;
    changed = true;
  }
  const Seen now{view.usd, view.play, view.library.rows_revision};
  if (reading_.is_under_way() || (is_complete_ && read_for_ && is_same(*read_for_, now))) return changed;
  read_for_ = now;
  const std::int64_t after = rows_.empty() ? 0 : rows_.back().id;
  reading_.start(
      [project = project_, after, wall_ms = clock_->wall_ms()] {
        return std::optional(read_money_page(project, after, page_lines, wall_ms));
      },
      wake_);
  return changed;
}

std::uint16_t MoneyBook::model_of(const MoneyLine& line) {
  // There are a handful; the last one is the likeliest.
  for (std::size_t i = models_.size(); i-- > 0;)
    if (models_[i].model == line.model && models_[i].provider == line.provider) return static_cast<std::uint16_t>(i);
  models_.push_back({line.provider, line.model});
  return static_cast<std::uint16_t>(models_.size() - 1);
}

void MoneyBook::add(MoneyPage page) {
  for (const MoneyLine& line : page.lines)
    rows_.push_back({line.id, line.at_ms, line.attempt, line.job, line.generation, line.amount, model_of(line),
                     line.kind, line.currency, line.was_written_off});
  sums_ = page.sums;
  is_complete_ = page.is_last;
}

}  // namespace studio
