#include "jobs/breaker.h"

#include "support/catch.h"

using namespace studio;

namespace {

void succeed(Breaker& breaker, double now) {
  const auto pass = breaker.ask(now);
  REQUIRE(pass);
  breaker.succeeded(*pass);
}

void fail_once(Breaker& breaker, double now) {
  const auto pass = breaker.ask(now);
  REQUIRE(pass);
  breaker.failed(*pass, now);
}

Breaker opened_at(double now) {
  Breaker breaker;
  for (int i = 0; i < 5; ++i) fail_once(breaker, now);
  REQUIRE(breaker.state() == Breaker::State::Open);
  return breaker;
}

}  // namespace

TEST_CASE("five failures in a row open it, four do not") {
  Breaker breaker;
  for (int i = 0; i < 4; ++i) fail_once(breaker, 0);
  CHECK(breaker.state() == Breaker::State::Closed);
  succeed(breaker, 0);
  for (int i = 0; i < 4; ++i) fail_once(breaker, 0);
  CHECK(breaker.state() == Breaker::State::Closed);
  fail_once(breaker, 0);
  CHECK(breaker.state() == Breaker::State::Open);
  CHECK_FALSE(breaker.ask(0));
}

TEST_CASE("ten failures of the last twenty open it, nine do not, and nineteen are not twenty") {
  Breaker breaker;
  for (int i = 0; i < 9; ++i) {  // nine of eighteen, never two in a row
    fail_once(breaker, 0);
    succeed(breaker, 0);
  }
  succeed(breaker, 0);
  CHECK(breaker.state() == Breaker::State::Closed);
  succeed(breaker, 0);  // nine of twenty
  CHECK(breaker.state() == Breaker::State::Closed);
  // From here a success pushes an old failure out and a failure pushes a success out.
  succeed(breaker, 0);
  fail_once(breaker, 0);
  CHECK(breaker.state() == Breaker::State::Closed);
  succeed(breaker, 0);
  fail_once(breaker, 0);
  CHECK(breaker.state() == Breaker::State::Closed);
  fail_once(breaker, 0);
  fail_once(breaker, 0);
  CHECK(breaker.state() == Breaker::State::Open);
}

TEST_CASE("one probe goes after five seconds, then ten, twenty, forty, and every minute") {
  Breaker breaker = opened_at(100);
  double now = 100;
  for (const double wait : {5.0, 10.0, 20.0, 40.0, 60.0, 60.0, 60.0}) {
    CHECK(breaker.secs_until_free(now) == Approx(wait));
    CHECK_FALSE(breaker.ask(now + wait - 0.01));
    now += wait;
    const auto probe = breaker.ask(now);
    REQUIRE(probe);
    CHECK(breaker.state() == Breaker::State::Probing);
    CHECK_FALSE(breaker.ask(now));  // one
    breaker.failed(*probe, now);
  }
}

TEST_CASE("the first probe that comes through closes it, and it begins with a fresh page") {
  Breaker breaker = opened_at(0);
  succeed(breaker, 5);
  CHECK(breaker.state() == Breaker::State::Closed);
  CHECK(breaker.secs_until_free(5) == 0);
  for (int i = 0; i < 4; ++i) fail_once(breaker, 6);
  CHECK(breaker.state() == Breaker::State::Closed);
  fail_once(breaker, 6);
  CHECK(breaker.secs_until_free(6) == Approx(5));  // and with the shortest wait
}

TEST_CASE("requests that were sent before it opened say nothing about now") {
  Breaker breaker;
  const auto early = breaker.ask(0);
  const auto other = breaker.ask(0);
  REQUIRE((early && other));
  for (int i = 0; i < 5; ++i) fail_once(breaker, 1);
  breaker.failed(*early, 2);
  CHECK(breaker.secs_until_free(1) == Approx(5));
  breaker.succeeded(*other);
  CHECK(breaker.state() == Breaker::State::Open);
  const auto probe = breaker.ask(6);
  REQUIRE(probe);
  breaker.failed(*early, 6);
  CHECK(breaker.state() == Breaker::State::Probing);
  breaker.succeeded(*probe);
  CHECK(breaker.state() == Breaker::State::Closed);
}

TEST_CASE("a probe that ends without an outcome gives its turn back, and one that is lost does so in time") {
  Breaker breaker = opened_at(0);
  auto probe = breaker.ask(5);
  REQUIRE(probe);
  breaker.abandoned(*probe);
  probe = breaker.ask(5);
  REQUIRE(probe);
  CHECK_FALSE(breaker.ask(600));
  CHECK(breaker.ask(606));       // never heard of again
  breaker.succeeded(*probe);     // too late to count
  CHECK(breaker.state() == Breaker::State::Probing);
  const auto closed = Breaker().ask(0);
  REQUIRE(closed);
  Breaker fresh;
  fresh.abandoned(*closed);
  CHECK(fresh.state() == Breaker::State::Closed);
}

TEST_CASE("an outage of ten minutes costs a few probes, not hundreds of requests") {
  Breaker breaker;
  int sent = 0;
  for (int second = 0; second < 600; ++second) {
    for (int job = 0; job < 50; ++job) {
      if (const auto pass = breaker.ask(second)) {
        ++sent;
        breaker.failed(*pass, second);
      }
    }
  }
  CHECK(sent <= 5 + 4 + 10);
  succeed(breaker, 700);
  CHECK(breaker.state() == Breaker::State::Closed);
}

TEST_CASE("a fresh page after a person's word: it lets through at once, and what was sent before says nothing") {
  Breaker breaker;
  const auto old = breaker.ask(0);
  for (int i = 0; i < 5; ++i) fail_once(breaker, 0);
  REQUIRE_FALSE(breaker.ask(0));
  breaker.reset();
  CHECK(breaker.state() == Breaker::State::Closed);
  CHECK_FALSE(breaker.is_current(*old));
  for (int i = 0; i < 4; ++i) fail_once(breaker, 0);
  breaker.failed(*old, 0);
  CHECK(breaker.state() == Breaker::State::Closed);
}

TEST_CASE("it is lasting trouble when four openings brought nothing") {
  Breaker breaker = opened_at(0);
  double now = 0;
  for (int openings = 1; openings < 4; ++openings) {
    CHECK_FALSE(breaker.is_lasting());
    now += breaker.secs_until_free(now);
    fail_once(breaker, now);
  }
  CHECK(breaker.is_lasting());
  CHECK(now == 5 + 10 + 20);
  now += breaker.secs_until_free(now);
  succeed(breaker, now);
  CHECK_FALSE(breaker.is_lasting());
}

TEST_CASE("only what breaks a path counts: not throttling, not an answer that says no") {
  for (const ErrorKind kind : {ErrorKind::Offline, ErrorKind::Timeout, ErrorKind::Damaged, ErrorKind::UnknownOutcome}) CHECK(is_breakage(kind));
  for (const ErrorKind kind : {ErrorKind::RateLimited, ErrorKind::Unauthorised, ErrorKind::Refused, ErrorKind::BadRequest, ErrorKind::NotFound,
                               ErrorKind::Cancelled, ErrorKind::Disk}) {
    CHECK_FALSE(is_breakage(kind));
  }
}
