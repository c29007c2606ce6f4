// The queue: every job with its state in words, and what can be done about it.
#pragma once

#include "panels/panel_context.h"
#include "panels/queue_rows.h"

namespace studio {

enum class QueueFilter : std::uint8_t { All, NeedYou, Running, Waiting, Failed, Done };

struct QueuePanelState {
  QueueIndex index;
  QueueFilter filter = QueueFilter::All;
  bool done_unfolded = false;
  Row opened = no_row;  // a failure that shows its card while there are too many to show all
  bool scroll_up = false;
};

// Another project was opened.
void reset_queue(QueuePanelState& state);
void draw_queue_panel(QueuePanelState& state, const PanelContext& context);

}  // namespace studio
