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

// A job in a line; a failure among many has its best way on in it. `rows`: what it stands among, for Shift+click.
void draw_queue_row(const QueueFrame& frame, Row row, Rect box, bool is_failure, const std::vector<Row>& rows);
// The picture that stands for a job; none yet: a grey box.
void draw_queue_thumb(const QueueFrame& frame, ImDrawList* list, Row row, Rect box);

// One cause with what it cost, what helps and the ways on; those of the top card have keys.
void draw_need_card(const QueueFrame& frame, const QueuePanelState::Card& card, Rect area, bool is_top);
// Makes the cards, where one changed, and takes up the wish for a way of the top one.
void tend_need_cards(const QueueFrame& frame);

// "The last run ended in the middle"; 0: nothing is held. `draw` false: only measured.
float queue_hold(const QueueFrame& frame, float y, bool draw);
// Each lane with its places, and why what waits there does not begin.
float queue_lanes(const QueueFrame& frame, float y, bool draw);

// What can be done with the chosen rows; opened by a right click on one.
void draw_queue_menu(const QueueFrame& frame);

// Everything between the head and the foot.
void draw_queue_list(QueueFrame frame, Rect box);

void note_reply(AppState& app, const CommandReply& reply, const std::string& done);

}  // namespace studio
