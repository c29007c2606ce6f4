#include "jobs/retry_budget.h"

#include "support/catch.h"

using namespace studio;

TEST_CASE("a host that never answered well is tried again ten times a minute") {
  RetryBudget budget;
  for (int i = 0; i < 10; ++i) CHECK(budget.take(2));
  CHECK_FALSE(budget.may_retry(2));
  CHECK_FALSE(budget.take(2));
  CHECK_FALSE(budget.take(60));
  CHECK(budget.take(65));  // the minute of the slot from 0 to 5 s is over
}

TEST_CASE("every ten requests that went well allow one more retry") {
  RetryBudget budget;
  for (int i = 0; i < 99; ++i) budget.succeeded(10);
  int retries = 0;
  while (budget.take(12)) ++retries;
  CHECK(retries == 19);
  budget.succeeded(12);  // the hundredth
  CHECK(budget.take(12));
  CHECK_FALSE(budget.take(12));
}

TEST_CASE("successes of an hour ago allow nothing now") {
  RetryBudget budget;
  for (int i = 0; i < 1000; ++i) budget.succeeded(0);
  int retries = 0;
  while (budget.take(3600)) ++retries;
  CHECK(retries == 10);
}

TEST_CASE("it says how long to wait for the next one") {
  RetryBudget budget;
  CHECK(budget.secs_until_retry(7) == 0);
  for (int i = 0; i < 10; ++i) budget.take(7);  // in the slot from 5 to 10 s, which counts until 70 s
  CHECK(budget.secs_until_retry(7) == Approx(63));
  CHECK_FALSE(budget.may_retry(69.9));
  CHECK(budget.may_retry(70));
}

TEST_CASE("under a storm no more than a tenth and ten a minute are tried again") {
  RetryBudget budget;
  int retries = 0;
  for (int tick = 0; tick < 600; ++tick) {  // a minute, ten requests a second, every other one fails
    const double now = tick / 10.0;
    if (tick % 2 == 0) budget.succeeded(now);
    else retries += budget.take(now) ? 1 : 0;
  }
  CHECK(retries <= 10 + 30);
  CHECK(retries >= 10 + 28);
}

TEST_CASE("hosts have budgets of their own") {
  RetryBudgets budgets;
  for (int i = 0; i < 10; ++i) budgets.of_host("queue.fal.run").take(0);
  CHECK_FALSE(budgets.of_host("queue.fal.run").may_retry(0));
  CHECK(budgets.of_host("rest.fal.ai").may_retry(0));
}
