// What may be spent in a project, as the user set it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/money.h"

namespace studio {

// Caps; nothing: none. A run is one generation, a day is a calendar day where the user lives.
struct Budget {
  std::optional<Money> run, day, project;
  std::optional<Money> per_minute;  // the guard against runaway spending: beyond it a person says that it may go on
  bool operator==(const Budget&) const = default;
};

struct Budgets {
  Budget usd, play;
  bool operator==(const Budgets&) const = default;
  const Budget& of(Currency currency) const { return currency == Currency::Play ? play : usd; }
  Budget& of(Currency currency) { return currency == Currency::Play ? play : usd; }
};

// The ledger's fact that keeps them, as JSON.
inline constexpr std::string_view budgets_fact = "budgets";
// One line of JSON; empty where nothing is set.
std::string budgets_to_json(const Budgets& budgets);
// An empty text is no cap at all. Errors: Damaged.
Result<Budgets> budgets_from_json(std::string_view text);

// An amount as people type it: "12", "$12.50", "0.004". Nothing when it is none, is below zero or has more than six decimals.
std::optional<Money> money_from_text(std::string_view text);

}  // namespace studio
