#include "jobs/caps.h"

#include "support/catch.h"

using namespace studio;

TEST_CASE("a cap admits up to its last micro and not one more") {
  Caps caps;
  caps.project_usd = money_from_dollars(1);
  CHECK_FALSE(objection_to_spending(caps, money_from_dollars(0.6), money_from_dollars(0.4), Currency::Usd));
  const auto objection = objection_to_spending(caps, money_from_dollars(0.6), Money{400'001}, Currency::Usd);
  REQUIRE(objection);
  CHECK(objection->find("$1.00") != std::string::npos);
}

TEST_CASE("play money never counts towards a real cap") {
  Caps caps;
  caps.project_usd = Money{};
  CHECK_FALSE(objection_to_spending(caps, {}, money_from_dollars(5), Currency::Play));
  CHECK(objection_to_spending(caps, {}, Money{1}, Currency::Usd));
  CHECK_FALSE(objection_to_spending({}, money_from_dollars(1e6), money_from_dollars(1e6), Currency::Usd));
}
