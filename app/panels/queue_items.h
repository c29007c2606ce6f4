// The pieces of the queue's list.
#pragma once

#include "panels/panel_context.h"
#include "panels/queue_panel.h"

namespace studio {

// What one frame of the panel is drawn with.
struct QueueFrame {
  const PanelContext& c;
  QueuePanelState& state;
  QueueFaceContext faces;
  bool wide = false;
  float left = 0, right = 0;  // of the content
};

// A job in a line; a failure among many has its best way on in it.
void draw_queue_row(const QueueFrame& frame, Row row, Rect box, bool is_failure);
float queue_card_height(const QueueFrame& frame, Row row);
// A failure with what it cost, what helps and the ways on.
void draw_queue_card(const QueueFrame& frame, Row row, Rect area, bool is_top);

}  // namespace studio
