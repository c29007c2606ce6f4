// Caps on spending: whether one more reservation fits (invariant I4: reserved + settled never exceed the cap).
#pragma once

#include <optional>
#include <string>

#include "model/money.h"

namespace studio {

// Play money has a cap of its own: it never counts towards a real one.
struct Caps {
  std::optional<Money> project_usd;
  std::optional<Money> project_play;
};

// Says in one sentence why `amount` does not fit, or nothing. `committed` is what is reserved or settled already, in the
// same currency.
std::optional<std::string> objection_to_spending(const Caps& caps, Money committed, Money amount, Currency currency);

}  // namespace studio
