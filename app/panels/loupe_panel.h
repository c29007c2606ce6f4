// The loupe: one asset large, in its own pixels or in motion, and its recipe beside it. It shows where the keys act.
#pragma once

#include <memory>

#include "clips/clip_desk.h"
#include "panels/loupe_view.h"
#include "panels/panel_context.h"
#include "panels/playhead.h"

namespace studio {

struct LoupeState {
  Row row = no_row;  // what it shows
  AssetId asset;     // the same, as it was when it was opened here
  LoupeView view;
  Playhead playhead;
  int ground = 1;    // of four greys
  bool scrubbing = false;
  std::shared_ptr<const ClipFrame> last;  // the last picture of this asset that was shown: stands until the next is there
  std::int64_t wanted = 0;                // frame of the clip, for tests: what `last` should be
  bool is_exact = false;                  // it is
  double waits_since_secs = 0;            // for the exact picture; 0: it is there, or there is none
  std::string silence;                    // why there is no sound although it is on; empty: there is, or there would be
};

// Another project was opened.
void reset_loupe(LoupeState& state);
void draw_loupe_panel(LoupeState& state, const PanelContext& context);

// In sources of their own.
void draw_loupe_transport(LoupeState& state, const PanelContext& context, const ClipFacts* facts, bool is_opening,
                          const std::vector<FrameRange>& cached, Rect box);
float draw_loupe_recipe(LoupeState& state, const PanelContext& context, Rect box);

}  // namespace studio
