// The app bar above the panels and the status bar below them.
#pragma once

#include "panels/panel_context.h"

namespace studio {

struct BarsState {
  // Cached by the library's revision of rows: progress changes no count.
  std::uint64_t counted_revision = 0;
  QueueCounts counts;
  std::size_t assets = 0;
};

// `view` is null on the start page.
void draw_app_bar(BarsState& state, const Ui& ui, const StudioView* view, CommandContext& commands, Rect bar);
void draw_status_bar(BarsState& state, const Ui& ui, const StudioView* view, const AppState& app, Rect bar);

}  // namespace studio
