// What the ledger page sums up: held against sums by hand, and against how much it looks at.
#include "panels/ledger_rows.h"
#include "ui/samples.h"

using namespace studio;

namespace {

struct Booking {
  std::int64_t attempt, job, generation;
  MoneyKind kind;
  double dollars;
  const char* model = "sandbox-flux";
  Currency currency = Currency::Play;
  std::int64_t at_ms = 1'700'000'000'000;
};

MoneyPage page_of(const std::vector<Booking>& bookings, std::int64_t first_id = 1) {
  MoneyPage page;
  for (const Booking& booking : bookings) {
    MoneyLine line;
    line.id = first_id++;
    line.attempt = {booking.attempt};
    line.job = {booking.job};
    line.generation = {booking.generation};
    line.kind = booking.kind;
    line.amount = money_from_dollars(booking.dollars);
    line.model = booking.model;
    line.provider = std::string_view(booking.model).starts_with("fal") ? "fal" : "sandbox";
    line.currency = booking.currency;
    line.at_ms = booking.at_ms;
    page.lines.push_back(line);
  }
  return page;
}

MoneyBook book() { return {"nowhere", nullptr, {}}; }

const LedgerGroup& group(const LedgerIndex& index, LedgerView view, std::size_t n) {
  return index.groups(view)[index.order(view)[n]];
}

constexpr std::int64_t day_ms = 86'400'000;

}  // namespace

TEST_CASE("Ledger: what is set aside, given back and spent adds up as the books do, by day, run, model and provider") {
  Library library;
  library.fold(samples::generation(1, "a lighthouse", 2));
  Job first = samples::job(1, 1, 1, JobState::Done), second = samples::job(2, 1, 2);
  second.recipe.prompt = "a boat, \"far out\"";
  library.fold(first);
  library.fold(second);
  library.fold(samples::job(3, 2, 1));
  MoneyBook all = book();
  all.add(page_of({
      {1, 1, 1, MoneyKind::Reserve, 0.04},
      {2, 2, 1, MoneyKind::Reserve, 0.04},
      {1, 1, 1, MoneyKind::Release, 0.01},
      {1, 1, 1, MoneyKind::Settle, 0.03},
      // Dearer than what was set aside: nothing is held any more, and never less than nothing.
      {3, 3, 2, MoneyKind::Reserve, 0.42, "sandbox-motion", Currency::Play, 1'700'000'000'000 + 2 * day_ms},
      {3, 3, 2, MoneyKind::Settle, 0.50, "sandbox-motion", Currency::Play, 1'700'000'000'000 + 3 * day_ms},
      {4, 9, 3, MoneyKind::Reserve, 0.025, "fal-flux-dev", Currency::Usd},
  }));
  LedgerIndex index;
  LedgerFilter filter{"", Currency::Play};
  REQUIRE(index.update(all, library, samples::providers(), filter));
  REQUIRE(index.is_done(all));
  CHECK(index.entries().size() == 6);
  CHECK(index.sum().spent == money_from_dollars(0.53));
  CHECK(index.sum().reserved == money_from_dollars(0.04));
  CHECK(index.sum().jobs == 3);
  CHECK(index.entries().back().spent == money_from_dollars(0.53));

  // A settlement after midnight counts for the day on which the money was set aside, as for the day's cap.
  REQUIRE(index.order(LedgerView::Day).size() == 2);
  CHECK(group(index, LedgerView::Day, 0).sum.spent == money_from_dollars(0.50));
  CHECK(group(index, LedgerView::Day, 1).sum.reserved == money_from_dollars(0.04));
  REQUIRE(index.order(LedgerView::Run).size() == 2);
  CHECK(group(index, LedgerView::Run, 1).name == "a lighthouse");
  CHECK(group(index, LedgerView::Run, 1).sum.jobs == 2);
  // Models by what was spent.
  REQUIRE(index.order(LedgerView::Model).size() == 2);
  CHECK(group(index, LedgerView::Model, 0).find == "sandbox-motion");
  REQUIRE(index.order(LedgerView::Provider).size() == 1);
  CHECK(group(index, LedgerView::Provider, 0).sum.spent == money_from_dollars(0.53));

  filter.text = "boat";
  REQUIRE(index.update(all, library, samples::providers(), filter));
  CHECK(index.entries().size() == 1);
  CHECK(index.sum().spent == Money{});
  CHECK(index.sum().reserved == money_from_dollars(0.04));
  const std::string csv = ledger_csv(index, LedgerView::Entries, all, library, Currency::Play, 0, 10);
  CHECK(csv == "2023-11-14T22:13:20Z,set aside,0.040000,play,j2,,g1,sandbox,sandbox-flux,\"a boat, \"\"far out\"\"\"\n");
  // An id is found whole.
  filter.text = "g1";
  index.update(all, library, samples::providers(), filter);
  CHECK(index.entries().size() == 4);

  filter = {"", Currency::Usd};
  REQUIRE(index.update(all, library, samples::providers(), filter));
  CHECK(index.sum().reserved == money_from_dollars(0.025));
  CHECK(group(index, LedgerView::Model, 0).note == "fal.ai");
}

TEST_CASE("Ledger: of 100,000 entries a frame looks at a part, an unchanged book at none, and later only at what is new") {
  const Library library;
  MoneyBook all = book();
  std::vector<Booking> bookings;
  for (std::int64_t n = 0; n < 50'000; ++n) {
    bookings.push_back({n + 1, n + 1, n / 5 + 1, MoneyKind::Reserve, 0.04});
    bookings.push_back({n + 1, n + 1, n / 5 + 1, MoneyKind::Settle, 0.04});
  }
  all.add(page_of(bookings));
  LedgerIndex index;
  const LedgerFilter filter{"", Currency::Play};
  for (int frame = 1; frame <= 5; ++frame) {
    CHECK(index.update(all, library, samples::providers(), filter));
    CHECK(index.looked_at() == static_cast<std::uint64_t>(frame) * 20'000);
  }
  REQUIRE(index.is_done(all));
  CHECK(index.sum().spent == money_from_dollars(2000));
  for (int frame = 0; frame < 10; ++frame) CHECK_FALSE(index.update(all, library, samples::providers(), filter));
  CHECK(index.looked_at() == 100'000);
  all.add(page_of({{60'000, 60'000, 1, MoneyKind::Reserve, 0.04}}, 100'001));
  CHECK(index.update(all, library, samples::providers(), filter));
  CHECK(index.looked_at() == 100'001);
  CHECK(index.order(LedgerView::Run).size() == 10'000);
}
