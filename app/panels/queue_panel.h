// The queue: every job with its state in words, what needs a person by cause, the order of those that wait, and what can
// be done about each.
#pragma once

#include "panels/panel_context.h"
#include "panels/queue_rows.h"

namespace studio {

enum class QueueFilter : std::uint8_t { All, NeedYou, Running, Waiting, Failed, Done, Cancelled };

struct QueuePanelState {
  QueueIndex index;
  QueueFilter filter = QueueFilter::All;
  bool done_unfolded = false, cancelled_unfolded = false;
  bool scroll_up = false;
  bool top_card_is_seen = false;  // its ways on, in the last frame
  bool hold_folded = false;  // "keep holding" was said: a line instead of the card

  // The cards of causes, measured for this width and scale; made anew when one changes.
  struct Card {
    std::string key;
    NeedCard face;
    JobCause cause = JobCause::None;
    int jobs = 0;
    bool is_over = false;
    float why_height = 0, helps_height = 0, height = 0;  // device px
  };
  std::vector<Card> cards;
  int needing = 0;  // jobs on cards of those that wait
  std::uint64_t needing_revision = 0;
  int more_cards = 0;  // causes beyond those
  std::uint64_t cards_revision = 0;
  float cards_width = 0, cards_scale = 0;
  std::string opened;            // the card whose jobs are listed below it
  std::vector<Row> opened_rows;  // of it
  std::uint64_t opened_revision = 0;

  // A waiting row on its way to another place.
  struct Drag {
    Row row = no_row;
    std::size_t to = 0;  // before the row that stands there now
  } drag;
  Row anchor = no_row;  // of Shift+click
  bool opens_menu = false;

  int rows_drawn = 0;  // in the last frame
};

// Another project was opened.
void reset_queue(QueuePanelState& state);
void draw_queue_panel(QueuePanelState& state, const PanelContext& context);

}  // namespace studio
