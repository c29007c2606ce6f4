#include "model/budgets.h"

#include "support/catch.h"

using namespace studio;

TEST_CASE("amounts as people type them are exact, and nothing else is an amount") {
  CHECK(money_from_text("12") == Money{12'000'000});
  CHECK(money_from_text(" $12.50 ") == Money{12'500'000});
  CHECK(money_from_text("0.0035") == Money{3'500});
  CHECK(money_from_text(".5") == Money{500'000});
  CHECK(money_from_text("0") == Money{});
  CHECK(money_from_text("0.000001") == Money{1});
  for (const char* text : {"", " ", "$", ".", "-1", "1,50", "1.0000001", "twelve", "1e3", "12 $", "0x10", "1.-5", "99999999999999999999", "nan"}) {
    INFO("\"" << text << "\"");
    CHECK_FALSE(money_from_text(text));
  }
}

TEST_CASE("budgets are kept as they are, and a damaged text is said to be one") {
  Budgets budgets;
  CHECK(budgets_to_json(budgets).empty());
  CHECK(budgets_from_json("")->of(Currency::Usd) == Budget{});
  budgets.usd.day = money_from_text("5");
  budgets.usd.run = Money{};
  budgets.play.project = money_from_text("100.25");
  const auto again = budgets_from_json(budgets_to_json(budgets));
  REQUIRE(again);
  CHECK(*again == budgets);
  for (const char* text : {"{", "[]", R"({"usd":5})", R"({"usd":{"day":-1}})", R"({"usd":{"day":"5"}})", R"({"usd":{"week":5}})"}) {
    INFO(text);
    CHECK_FALSE(budgets_from_json(text));
  }
}

TEST_CASE("the cap on a minute is kept like the others") {
  Budgets budgets;
  budgets.usd.per_minute = Money{2'000'000};
  CHECK(budgets_from_json(budgets_to_json(budgets)).value() == budgets);
  CHECK_FALSE(budgets_from_json(R"({"usd":{"per_minute":-1}})"));
}
