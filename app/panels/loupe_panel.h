// The loupe: one asset large, in its own pixels or in motion, and its recipe beside it. It shows where the keys act.
#pragma once

#include <memory>

#include "clips/clip_desk.h"
#include "panels/loupe_view.h"
#include "panels/panel_context.h"
#include "panels/playhead.h"

namespace studio {

// A mark that was just given to what is, or was a frame ago, in the loupe.
struct LoupeFlash {
  Row row = no_row;
  Mark mark = Mark::None;
  double since_secs = 0;
};

// What the transport says and where, as drawn last: for tests. Empty words were not drawn.
struct TransportShown {
  struct Words {
    std::string text;
    Rect box;
  };
  Words time, frame, rate, speed, sound;
  Rect bar;
};

struct LoupeState {
  Row row = no_row;  // what it shows
  AssetId asset;     // the same, as it was when it was opened here
  Mark mark = Mark::None;  // of it, and its stars, as they were last seen here
  int stars = 0;
  LoupeFlash flash;
  LoupeView view;
  Playhead playhead;
  int ground = 1;    // of four greys
  bool scrubbing = false;
  std::shared_ptr<const ClipFrame> last;  // the last picture of this asset that was shown: stands until the next is there
  std::int64_t wanted = 0;                // frame of the clip, for tests: what `last` should be
  bool is_exact = false;                  // it is
  double waits_since_secs = 0;            // for the exact picture; 0: it is there, or there is none
  AssetId asked_about;                    // its file could not be read: the engine looks at it
  bool was_missing = false, was_read_anew = false;  // of its file, since it was opened here
  std::string silence;                    // why there is no sound although it is on; empty: there is, or there would be
  TransportShown transport;
};

// Another project was opened.
void reset_loupe(LoupeState& state);
void draw_loupe_panel(LoupeState& state, const PanelContext& context);

// In sources of their own.
float loupe_transport_height(const Ui& ui, float width);
void draw_loupe_transport(LoupeState& state, const PanelContext& context, const ClipFacts* facts, bool is_opening,
                          const std::vector<FrameRange>& cached, Rect box);
float draw_loupe_recipe(LoupeState& state, const PanelContext& context, Rect box);

}  // namespace studio
