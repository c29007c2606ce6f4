// The ledger: every entry of the books and what it was for, sums by day, run, model and provider, what is still open, and
// how much of each cap is used. A page over the panels; real and play money apart.
#pragma once

#include "panels/ledger_rows.h"
#include "panels/panel_context.h"

namespace studio {

struct LedgerState {
  bool is_open = false;
  bool bring_to_front = false;
  LedgerView view = LedgerView::Entries;
  LedgerFilter filter;
  bool currency_is_chosen = false;  // by a person; until then real money where there was any
  LedgerIndex index;
  bool scroll_up = false;
  // Copying as CSV, some thousand rows a frame; begun anew when what is shown changes.
  struct Copying {
    bool is_on = false;
    std::uint64_t revision = 0;  // of the index
    LedgerView view = LedgerView::Entries;
    std::size_t next = 0;
    std::string text;
  } copying;
  int rows_drawn = 0;  // in the last frame
};

// Another project was opened, or this one left.
void reset_ledger(LedgerState& state);
// Opens by wish. `book` is the open project's and is followed while the page is open.
void draw_ledger(LedgerState& state, MoneyBook& book, const PanelContext& context);

}  // namespace studio
