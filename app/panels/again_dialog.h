// The same again with another model: which one, what it says about it, and what it costs. Of jobs that still wait it
// changes the model instead.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/again.h"
#include "engine/library.h"
#include "panels/panel_context.h"

namespace studio {

struct AgainChoice {
  std::string model, label, provider_label;
  std::optional<Money> price;  // of all together; nothing: not known
  Currency currency = Currency::Usd;
  std::string objection;  // why it cannot be chosen; empty: it can
};
// What other models say of all these rows together, those without an objection first. Looks at each row: for opening.
std::vector<AgainChoice> again_choices(const Library& library, const std::vector<Row>& rows, const ProviderSet& providers,
                                       const PriceRules& rules = {});

struct AgainState {
  std::vector<Row> rows;  // empty: closed
  std::vector<AgainChoice> choices;
  bool changes_them = false;  // they wait: the model is changed, nothing is made in addition
};
// Opens by wish.
void draw_again_dialog(AgainState& state, const PanelContext& context);

}  // namespace studio
