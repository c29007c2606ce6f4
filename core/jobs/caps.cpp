#include "jobs/caps.h"

namespace studio {

std::optional<std::string> objection_to_spending(const Caps& caps, Money committed, Money amount, Currency currency) {
  const std::optional<Money>& cap = currency == Currency::Usd ? caps.project_usd : caps.project_play;
  if (!cap || committed + amount <= *cap) return std::nullopt;
  return "The project's budget of " + format_money(*cap, currency) + " has no room for " + format_money(amount, currency) +
         " more: raise it, then retry.";
}

}  // namespace studio
