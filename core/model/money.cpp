#include "model/money.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace studio {

Money money_from_dollars(double dollars) { return {std::llround(dollars * 1e6)}; }

std::string format_money(Money amount) {
  const std::int64_t micros = std::llabs(amount.micros);
  char text[48];
  std::snprintf(text, sizeof text, "%s$%lld.%06lld", amount.micros < 0 ? "-" : "", static_cast<long long>(micros / 1'000'000),
                static_cast<long long>(micros % 1'000'000));
  std::string result = text;
  const std::size_t least = result.find('.') + 3;
  while (result.size() > least && result.back() == '0') result.pop_back();
  return result;
}

std::string format_money(Money amount, Currency currency) {
  return currency == Currency::Play ? format_money(amount) + " play" : format_money(amount);
}

std::string_view to_string(Currency currency) { return currency == Currency::Play ? "play" : "usd"; }

std::optional<Currency> currency_from(std::string_view text) {
  if (text == "usd") return Currency::Usd;
  if (text == "play") return Currency::Play;
  return std::nullopt;
}

}  // namespace studio
