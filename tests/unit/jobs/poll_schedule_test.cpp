#include "jobs/poll_schedule.h"

#include <cmath>

#include "base/random.h"
#include "jobs/polling.h"
#include "support/catch.h"

using namespace studio;

namespace {

LatencyModel around(double secs, int count = 60, double spread = 0.1) {
  LatencyRecord record;
  Random random(11);
  for (int i = 0; i < count; ++i) {
    const double latency = secs * std::exp(spread * (2 * random.unit() - 1));
    record.samples.push_back({i, latency, latency});
  }
  return LatencyModel(record);
}

LatencyClocks clocks_around(double secs) { return {around(secs), {}, {}}; }

PollTerms unguarded(double price = 0.4) {
  PollTerms terms;
  terms.look_price_secs = price;
  terms.is_guarded = false;
  return terms;
}

JobSighting looked_at(double age, int looks = 3) {
  JobSighting sighting = sighted_at_start(0);
  for (int i = 0; i < looks; ++i) note_look(sighting, age, ServiceStage::NotShown);
  return sighting;
}

PollAdvice advice_at(const LatencyClocks& clocks, double age, const PollTerms& terms) { return next_look(clocks, looked_at(age), age, terms); }

}  // namespace

TEST_CASE("a look costs 0.4 s of a clip's delay, 0.5 s of a picture's, less for the eager, more for the frugal") {
  CHECK(look_price_secs(MediaKind::Video) == 0.4);
  CHECK(look_price_secs(MediaKind::Image) == 0.5);
  CHECK(look_price_secs(MediaKind::Audio) == 0.4);
  CHECK(look_price_secs(MediaKind::Video, PollEagerness::Eager) == 0.1);
  CHECK(look_price_secs(MediaKind::Image, PollEagerness::Frugal) == 1.5);
}

TEST_CASE("below eight samples and without a hint the schedule is the plain rule, look for look") {
  Random random(1);
  for (int count = 0; count < 8; ++count) {
    LatencyClocks clocks;
    for (int i = 0; i < count; ++i) clocks.whole.add({i, 3, 4}, false);
    for (int i = 0; i < 500; ++i) {
      PollTerms terms;
      terms.expected_secs = random.between(0, 150);
      terms.jitter = random.unit();
      terms.look_price_secs = random.between(0.1, 2);
      terms.explores = random.below(2) == 0;
      const int looks = static_cast<int>(random.below(4));
      const double age = random.between(0, 1000);
      const PollAdvice advice = next_look(clocks, looked_at(age, looks), age, terms);
      CHECK(advice.wait_secs == next_poll_secs(terms.expected_secs, looks == 0, 0, terms.jitter));
      CHECK(advice.reason == PollReason::Plain);
      CHECK_FALSE(advice.is_late);
    }
  }
}

TEST_CASE("from the eighth sample on, or with a hint, it is learned") {
  LatencyClocks clocks;
  for (int i = 0; i < 8; ++i) clocks.whole.add({i, 100, 100}, false);
  CHECK(advice_at(clocks, 95, unguarded()).reason == PollReason::Learned);
  LatencyClocks hinted;
  hinted.whole.set_hint({100, 110});
  CHECK(advice_at(hinted, 95, unguarded()).reason == PollReason::Learned);
}

TEST_CASE("learned looks lie the root of 2κ/h apart") {
  const LatencyClocks clocks = clocks_around(100);
  const HazardTable& table = clocks.whole.table();
  for (const double age : {96.0, 100.0, 104.0, 150.0, 250.0}) {
    // A look so cheap that the hazard does not change before the next one.
    const double price = 0.0015;
    const double hazard = std::log(table.survival_at(age) / table.survival_at(age + 0.05)) / 0.05;
    const double expected = std::sqrt(2 * price / hazard);
    if (expected < 0.25) continue;  // the shortest wait
    CHECK(advice_at(clocks, age, unguarded(price)).wait_secs == Approx(expected).epsilon(0.1));
  }
  PollTerms dear = unguarded(0.8), cheap = unguarded(0.2);
  // In the far tail the hazard hardly changes: four times the price, twice the distance.
  CHECK(advice_at(clocks, 200, dear).wait_secs / advice_at(clocks, 200, cheap).wait_secs == Approx(2).epsilon(0.15));
}

TEST_CASE("no learned look comes before the 1st percentile of what was seen") {
  const LatencyClocks clocks = clocks_around(100);
  for (const double age : {0.0, 30.0, 80.0}) {
    for (const double jitter : {0.0, 0.5, 0.999}) {
      PollTerms terms = unguarded(0.1);
      terms.jitter = jitter;
      const PollAdvice advice = next_look(clocks, looked_at(age, 0), age, terms);
      CHECK(age + advice.wait_secs >= clocks.whole.soonest_secs());
      CHECK(age + advice.wait_secs < 100);
    }
  }
}

TEST_CASE("looks are close where the end is likely and far apart where it is not") {
  const LatencyClocks clocks = clocks_around(100);
  const double in_the_middle = advice_at(clocks, 100, unguarded()).wait_secs;
  const double long_after = advice_at(clocks, 160, unguarded()).wait_secs;
  CHECK(in_the_middle < 3);
  CHECK(long_after > 3 * in_the_middle);
}

TEST_CASE("the guard looks every ten seconds up to two minutes, then after 8 % of the age, at most a minute") {
  const LatencyClocks clocks{around(2500, 12), {}, {}};  // far away, and too few to agree
  PollTerms terms;
  struct Row { double age, wait; };
  for (const Row& row : {Row{0, 10}, Row{60, 10}, Row{120, 10}, Row{124, 10}, Row{150, 12}, Row{250, 20}, Row{500, 40}, Row{750, 60}}) {
    const PollAdvice advice = advice_at(clocks, row.age, terms);
    CHECK(advice.reason == PollReason::Guard);
    CHECK(advice.wait_secs == Approx(row.wait));
  }
  terms.is_guarded = false;
  CHECK(advice_at(clocks, 60, terms).wait_secs > 600);
}

TEST_CASE("once fifty samples agree the guard is eased to twenty seconds") {
  LatencyClocks clocks;
  Random random(4);
  for (int i = 0; i < 100; ++i) {
    const double latency = 900 * std::exp(0.1 * (2 * random.unit() - 1));
    clocks.whole.add({i, latency, latency}, false);
  }
  REQUIRE(clocks.whole.agrees());
  CHECK(advice_at(clocks, 60, {}).wait_secs == Approx(20));
  CHECK(advice_at(clocks, 150, {}).wait_secs == Approx(20));
  CHECK(advice_at(clocks, 500, {}).wait_secs == Approx(40));
}

TEST_CASE("one job in ten explores: every five seconds from the first one on, whatever was learned") {
  int exploring = 0;
  for (int id = 1; id <= 10'000; ++id) exploring += explores(JobId{id}) ? 1 : 0;
  CHECK(exploring == Approx(1000).margin(100));
  PollTerms terms;
  terms.explores = true;
  terms.expected_secs = 100;
  for (const double age : {0.0, 5.0, 95.0, 200.0}) {
    const PollAdvice advice = next_look(clocks_around(100), looked_at(age, age > 0 ? 1 : 0), age, terms);
    CHECK(advice.reason == PollReason::Exploring);
    CHECK(advice.wait_secs == Approx(5));
  }
  terms.expected_secs = 4;  // of a fast service the quarter, as in the plain rule
  CHECK(next_look(clocks_around(4), looked_at(0, 0), 0, terms).wait_secs == Approx(1));
}

TEST_CASE("while a model that was wrong learns anew, every job explores") {
  LatencyClocks clocks = clocks_around(100);
  for (int i = 0; i < 3; ++i) clocks.whole.add({0, 20, 25}, false);
  REQUIRE(clocks.whole.is_relearning());
  PollTerms terms;
  terms.expected_secs = 100;
  const PollAdvice advice = next_look(clocks, sighted_at_start(0), 0, terms);
  CHECK(advice.reason == PollReason::Exploring);
  CHECK(advice.wait_secs == Approx(5));  // and not at the expected time, which was wrong
}

TEST_CASE("the server's poll-after wins over everything, for an hour at most") {
  PollTerms terms;
  terms.server_says_secs = 0.05;
  CHECK(advice_at(clocks_around(100), 60, terms).wait_secs == 0.05);
  terms.server_says_secs = 42;
  CHECK(advice_at(clocks_around(100), 60, terms).wait_secs == 42);
  CHECK(advice_at(clocks_around(100), 50'000, terms).wait_secs == 42);
  CHECK(advice_at(clocks_around(100), 50'000, terms).is_late);
  CHECK(advice_at({}, 60, terms).reason == PollReason::Server);
  terms.server_says_secs = 1e9;
  CHECK(advice_at(clocks_around(100), 60, terms).wait_secs == 3600);
}

TEST_CASE("Retry-After and the documented shortest interval are floors") {
  PollTerms terms;
  terms.retry_after_secs = 30;
  CHECK(advice_at(clocks_around(100), 60, terms).wait_secs == 30);
  CHECK(advice_at(clocks_around(100), 60, terms).reason == PollReason::Server);
  terms.retry_after_secs = 86'400;
  CHECK(advice_at(clocks_around(100), 60, terms).wait_secs == 3600);
  terms.retry_after_secs = 3;
  CHECK(advice_at(clocks_around(100), 60, terms).wait_secs == Approx(10));  // ours is longer
  PollTerms documented;
  documented.shortest_secs = 6;
  CHECK(advice_at({}, 60, documented).wait_secs == 6);
  documented.server_says_secs = 1;
  CHECK(advice_at({}, 60, documented).wait_secs == 6);
}

TEST_CASE("a throttled account looks half as often at four times the price, by every rule") {
  PollTerms usual, throttled;
  throttled.throttle = 4;
  CHECK(advice_at({}, 60, throttled).wait_secs == Approx(2 * advice_at({}, 60, usual).wait_secs));
  CHECK(advice_at(clocks_around(900), 60, throttled).wait_secs == Approx(20));  // the guard
  usual.is_guarded = throttled.is_guarded = false;
  CHECK(advice_at(clocks_around(100), 200, throttled).wait_secs > 1.7 * advice_at(clocks_around(100), 200, usual).wait_secs);
  throttled.throttle = 0.1;  // it never hurries
  CHECK(advice_at({}, 60, throttled).wait_secs == advice_at({}, 60, usual).wait_secs);
}

TEST_CASE("jobs that share one call look as often as if a look cost their part of it") {
  PollTerms shared = unguarded(0.4), cheaper = unguarded(0.1);
  shared.answered_at_once = 4;
  CHECK(advice_at(clocks_around(100), 150, shared).wait_secs == Approx(advice_at(clocks_around(100), 150, cheaper).wait_secs));
}

TEST_CASE("a progress narrows the rest to a(1−p)/p") {
  JobSighting sighting = sighted_at_start(0);
  note_look(sighting, 30, ServiceStage::Running, 0, 0.25);  // 120 s in all, 90 to go
  const LatencyClocks clocks = clocks_around(300);
  const PollAdvice advice = next_look(clocks, sighting, 30, unguarded());
  CHECK(advice.reason == PollReason::Progress);
  CHECK(30 + advice.wait_secs > 80);
  CHECK(30 + advice.wait_secs < 120);
  PollTerms guarded;
  CHECK(next_look(clocks, sighting, 30, guarded).wait_secs == Approx(10));
}

TEST_CASE("a progress clock has no scale of its own: twice the rest at twice the price is twice the wait") {
  const LatencyClocks clocks = clocks_around(3000);
  JobSighting one = sighted_at_start(0), other = sighted_at_start(0);
  note_look(one, 20, ServiceStage::Running, 0, 0.5);    // 20 s to go
  note_look(other, 40, ServiceStage::Running, 0, 0.5);  // 40 s to go
  CHECK(next_look(clocks, other, 40, unguarded(0.8)).wait_secs == Approx(2 * next_look(clocks, one, 20, unguarded(0.4)).wait_secs));
}

TEST_CASE("a progress that does not move, or says nothing, is not believed for ever") {
  const LatencyClocks clocks = clocks_around(100);
  JobSighting stuck = sighted_at_start(0);
  note_look(stuck, 50, ServiceStage::Running, 0, 0.99);  // done at 50.5 s, it says
  note_look(stuck, 60, ServiceStage::Running, 0, 0.99);
  CHECK(next_look(clocks, stuck, 60, unguarded()).reason == PollReason::Learned);
  for (const double progress : {0.0, 0.01, 1.0}) {
    JobSighting empty = sighted_at_start(0);
    note_look(empty, 60, ServiceStage::Running, 0, progress);
    CHECK(next_look(clocks, empty, 60, unguarded()).reason == PollReason::Learned);
  }
}

TEST_CASE("in the service's queue behind more jobs than we may have running nobody looks sooner than ten seconds") {
  PollTerms terms;
  terms.expected_secs = 2;
  terms.lane_limit = 4;
  JobSighting sighting = sighted_at_start(0);
  note_look(sighting, 10, ServiceStage::Queued, 5);
  CHECK(next_look({}, sighting, 10, terms).wait_secs == 10);
  CHECK(next_look({}, sighting, 10, terms).reason == PollReason::Queue);
  note_look(sighting, 20, ServiceStage::Queued, 4);
  CHECK(next_look({}, sighting, 20, terms).wait_secs == Approx(0.5));
  terms.lane_limit = 0;  // not known
  note_look(sighting, 20, ServiceStage::Queued, 40);
  CHECK(next_look({}, sighting, 20, terms).wait_secs == Approx(0.5));
}

TEST_CASE("queue and work have clocks of their own where both were learned") {
  LatencyClocks clocks{around(300), around(200), around(100)};
  PollTerms terms = unguarded();
  JobSighting sighting = sighted_at_start(0);
  note_look(sighting, 10, ServiceStage::Queued);
  const double queue_look = 10 + next_look(clocks, sighting, 10, terms).wait_secs;
  CHECK(queue_look > clocks.queued.soonest_secs());
  CHECK(queue_look < 215);
  // It left the queue between 40 and 50: its work is over at 140 at the soonest, long before the whole clock would look.
  note_look(sighting, 40, ServiceStage::Queued);
  note_look(sighting, 50, ServiceStage::Running);
  const double work_look = 50 + next_look(clocks, sighting, 50, terms).wait_secs;
  const HazardTable& work = clocks.running.table();
  CHECK(work_look == Approx(40 + work.age_of_accrual(work.accrual_at(clocks.running.soonest_secs()) + std::sqrt(0.4))));
  // Without clocks of the stages the whole one counts.
  clocks.queued = clocks.running = LatencyModel();
  CHECK(50 + next_look(clocks, sighting, 50, terms).wait_secs >= clocks.whole.soonest_secs());
}

TEST_CASE("after three times the 99th percentile a job is late, and looked at every minute, then every ten, for ever") {
  const LatencyClocks clocks = clocks_around(100);
  const double late = late_after_secs(clocks, 5);
  CHECK(late == Approx(3 * clocks.whole.latest_secs()));
  CHECK_FALSE(advice_at(clocks, late - 1, {}).is_late);
  const PollAdvice first = advice_at(clocks, late, {});
  CHECK(first.is_late);
  CHECK(first.reason == PollReason::Late);
  CHECK(first.wait_secs == Approx(60));
  CHECK(advice_at(clocks, late + 3000, {}).wait_secs == Approx(300));
  CHECK(advice_at(clocks, late + 86'400, {}).wait_secs == Approx(600));
}

TEST_CASE("without anything learned a job is late after half an hour, or thirty times what its model says") {
  CHECK(late_after_secs({}, 5) == Approx(1843).epsilon(0.001));
  CHECK(late_after_secs({}, 120) == Approx(2 * 1843.2).epsilon(0.001));
  CHECK(advice_at({}, 1900, {}).is_late);
}

TEST_CASE("a late job that says how far it is, is looked at when it will be done") {
  const LatencyClocks clocks = clocks_around(100);
  const double late = late_after_secs(clocks, 5);
  JobSighting sighting = sighted_at_start(0);
  note_look(sighting, late + 10, ServiceStage::Running, 0, 0.98);
  const PollAdvice advice = next_look(clocks, sighting, late + 10, {});
  CHECK(advice.is_late);
  CHECK(advice.reason == PollReason::Progress);
  CHECK(advice.wait_secs < 20);
}

TEST_CASE("when the service keeps results no longer, a look every ten minutes is all that is left") {
  PollTerms terms;
  terms.retention_secs = 3600;
  CHECK(advice_at(clocks_around(100), 3599, terms).reason == PollReason::Late);
  const PollAdvice over = advice_at(clocks_around(100), 3600, terms);
  CHECK(over.reason == PollReason::Over);
  CHECK(over.wait_secs == 600);
  CHECK(over.is_late);
}

TEST_CASE("jitter moves a learned look by a tenth of a look either way, and never backwards") {
  const LatencyClocks clocks = clocks_around(100);
  PollTerms terms = unguarded();
  const HazardTable& table = clocks.whole.table();
  double before = 0;
  for (const double jitter : {0.0, 0.25, 0.5, 0.75, 0.999}) {
    terms.jitter = jitter;
    const double wait = advice_at(clocks, 100, terms).wait_secs;
    CHECK(wait > before);
    before = wait;
    const double accrued = table.accrual_at(100 + wait) - table.accrual_at(100);
    CHECK(accrued == Approx(std::sqrt(0.4) * (0.9 + 0.2 * jitter)));
  }
}

TEST_CASE("whatever it is asked, the answer is a wait that can be waited") {
  Random random(21);
  const std::vector<LatencyClocks> all = {{}, clocks_around(0.2), clocks_around(12), clocks_around(100), {around(300), around(200), around(100)}};
  for (int i = 0; i < 20'000; ++i) {
    PollTerms terms;
    terms.expected_secs = random.between(-5, 500);
    terms.look_price_secs = random.between(0, 3);
    terms.throttle = random.between(0, 64);
    terms.answered_at_once = static_cast<int>(random.below(200));
    terms.lane_limit = static_cast<int>(random.below(10));
    terms.explores = random.below(10) == 0;
    terms.jitter = random.unit();
    const double now = random.between(0, 20'000);
    JobSighting sighting = sighted_at_start(random.between(0, 100));
    const int looks = static_cast<int>(random.below(4));
    for (int look = 0; look < looks; ++look) {
      note_look(sighting, random.between(0, now), static_cast<ServiceStage>(random.below(3)), static_cast<int>(random.below(20)), random.between(-0.2, 1.2));
    }
    const PollAdvice advice = next_look(all[random.below(all.size())], sighting, now, terms);
    CHECK(advice.wait_secs >= 0.25);
    CHECK(advice.wait_secs <= 700);
  }
}
