// The list of models to choose from, in a popup: of each what it can do, and what it costs.
#pragma once

#include <string>

#include "panels/panel_context.h"

namespace studio {

// The rows of all models of this kind. `chosen`: the model's id. Gives the id of the one that was clicked; empty: none.
std::string draw_model_rows(const PanelContext& context, MediaKind kind, const std::string& chosen, float width);

}  // namespace studio
