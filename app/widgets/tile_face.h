// What a tile says, as plain values: made by pure functions from the read model, drawn by tile.h.
#pragma once

#include <cstdint>
#include <string>

#include "model/asset.h"

namespace studio {

enum class StateShape : std::uint8_t {
  None,
  Circle,        // queued
  CircleUp,      // being sent
  Ring,          // running; progress known
  RingTick,      // running; a quarter arc that steps
  RingDown,      // being brought home
  DiscCheck,     // done
  Half,          // stale
  Triangle,      // failed
  Octagon,       // refused
  SquarePause,   // blocked
  Diamond,       // unknown outcome
  SquareDashed,  // file missing
  SquareCross,   // quarantined
  CircleSlash,   // cancelled
};

struct TileFace {
  StateShape shape = StateShape::None;  // None: the picture itself
  bool big_ring = false;                // running: the ring is the picture's place holder, with words inside
  float progress = -1;                  // of the ring
  int steps = 0;                        // of a ring that does not know
  std::string inside;                   // "62%", "1:48"
  std::string headline;                 // "Waiting"
  std::string brief;                    // the same in one word, for small tiles
  std::string line;                     // "2nd in line · $0.04"
  std::string act;                      // "Retry $0.04"; empty: nothing can be done here
  std::string act_id;                   // its stable identity: "Retry"
  bool can_cancel = false;              // shown while the pointer is over it
  bool hatched = false;                 // quarantined
  bool over_picture = false;  // being made again: the state lies over the picture that there is
  JobId over_job;             // by which; what can be done is about that
  std::string plate;          // why it is stale: "Older picture"; empty: it is current
  Mark mark = Mark::None;
  int stars = 0;
  int number = 0;        // shown at the right of the footer; 0: none
  std::string duration;  // "5.0" on a video
  bool selected = false, focused = false, hovered = false;

  bool is_picture() const { return shape == StateShape::None || over_picture; }
};

}  // namespace studio
