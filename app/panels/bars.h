// The app bar above the panels and the status bar below them.
#pragma once

#include <vector>

#include "panels/panel_context.h"
#include "panels/queue_rows.h"
#include "panels/start_page.h"

namespace studio {

struct BarsState {
  QueueIndex queue;                     // for the counts; costs nothing while no row changes
  std::vector<RecentProject> projects;  // set by the shell, newest first
};

// `view` is null on the start page.
void draw_app_bar(BarsState& state, const Ui& ui, const StudioView* view, CommandContext& commands, Rect bar);
void draw_status_bar(BarsState& state, const Ui& ui, const StudioView* view, const AppState& app, Rect bar);

}  // namespace studio
