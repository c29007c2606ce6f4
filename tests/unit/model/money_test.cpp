#include "model/money.h"

#include "support/catch.h"

using namespace studio;

TEST_CASE("money is exact: a thousand times four cents is forty dollars") {
  Money sum;
  for (int i = 0; i < 1000; ++i) sum += money_from_dollars(0.04);
  CHECK(sum == money_from_dollars(40));
}

TEST_CASE("money is written with at least two digits and never rounded") {
  CHECK(format_money(money_from_dollars(0.42)) == "$0.42");
  CHECK(format_money(money_from_dollars(3)) == "$3.00");
  CHECK(format_money(money_from_dollars(0.0035)) == "$0.0035");
  CHECK(format_money(Money{-1'500'000}) == "-$1.50");
  CHECK(format_money(money_from_dollars(0.04), Currency::Play) == "$0.04 play");
}

TEST_CASE("a currency's name reads back") {
  CHECK(currency_from("usd") == Currency::Usd);
  CHECK(currency_from("play") == Currency::Play);
  CHECK_FALSE(currency_from("eur"));
}
