// Amounts of money as whole micro-dollars; play money never mixes with real money.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

namespace studio {

// 1 US dollar = 1,000,000 micros. Exact: sums of prices never drift.
struct Money {
  std::int64_t micros = 0;
  constexpr auto operator<=>(const Money&) const = default;
  constexpr Money operator+(Money other) const { return {micros + other.micros}; }
  constexpr Money operator-(Money other) const { return {micros - other.micros}; }
  constexpr Money& operator+=(Money other) { micros += other.micros; return *this; }
  constexpr Money operator*(std::int64_t count) const { return {micros * count}; }
  constexpr double dollars() const { return static_cast<double>(micros) / 1e6; }
};

// The sandbox's prices are Play: reserved and settled like real ones, kept in a total of their own.
enum class Currency : std::uint8_t { Usd, Play };

Money money_from_dollars(double dollars);          // rounds to the nearest micro
std::string format_money(Money amount);            // "$0.42", "$0.0035" (as many digits as needed, two at least)
std::string format_money(Money amount, Currency);  // "$0.42 play" for Play
std::string_view to_string(Currency currency);     // "usd", "play"
std::optional<Currency> currency_from(std::string_view text);

}  // namespace studio
