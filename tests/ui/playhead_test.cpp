// How a clip moves in the loupe: by presentation times, never by a rate.
#include "panels/playhead.h"

#include "support/catch.h"

using namespace studio;
using Act = ClipKeys::Act;

namespace {

// Frames of unequal length, as a variable rate has them.
ClipFacts uneven() {
  ClipFacts facts;
  facts.times = {0, 0.1, 0.5, 0.6};
  facts.seconds = 1.0;
  return facts;
}

}  // namespace

TEST_CASE("a clip at rest stays, one that plays shows each frame for its own time and loops") {
  const ClipFacts facts = uneven();
  Playhead head;
  head.open();
  CHECK(head.frame(facts, 100) == 0);
  CHECK(head.frame(facts, 500) == 0);
  CHECK(head.secs_to_next(facts, 500) > 1e6);
  head.press(Act::Toggle, facts, 10);
  CHECK(head.frame(facts, 10.05) == 0);
  CHECK(head.frame(facts, 10.11) == 1);
  CHECK(head.frame(facts, 10.49) == 1);
  CHECK(head.frame(facts, 10.51) == 2);
  CHECK(head.frame(facts, 10.95) == 3);
  CHECK(head.frame(facts, 11.05) == 0);
  CHECK(head.frame(facts, 12.55) == 2);
  CHECK(head.secs_to_next(facts, 12.55) == Approx(0.05).margin(0.001));
  head.press(Act::Toggle, facts, 12.55);
  CHECK(head.frame(facts, 99) == 2);
}

TEST_CASE("without a loop it stops at its end, and begins anew from there") {
  const ClipFacts facts = uneven();
  Playhead head;
  head.open();
  head.press(Act::Loop, facts, 0);
  head.press(Act::Toggle, facts, 0);
  CHECK(head.frame(facts, 5) == 3);
  CHECK(head.speed() == 0);
  head.press(Act::Toggle, facts, 6);
  CHECK(head.frame(facts, 6.05) == 0);
  // Backwards to the start.
  head.press(Act::Back, facts, 6.2);
  CHECK(head.frame(facts, 9) == 0);
  CHECK(head.speed() == 0);
}

TEST_CASE("J and L double, turn round, and K stops") {
  const ClipFacts facts = uneven();
  Playhead head;
  head.open();
  head.press(Act::On, facts, 0);
  CHECK(head.speed() == 1);
  head.press(Act::On, facts, 0);
  head.press(Act::On, facts, 0);
  CHECK(head.speed() == 4);
  for (int i = 0; i < 5; ++i) head.press(Act::On, facts, 0);
  CHECK(head.speed() == 8);
  head.press(Act::Back, facts, 0);
  CHECK(head.speed() == -1);
  head.press(Act::Back, facts, 0);
  CHECK(head.speed() == -2);
  head.press(Act::Stop, facts, 0.1);
  CHECK(head.speed() == 0);
}

TEST_CASE("steps go frame by frame, both ways, and round the loop") {
  const ClipFacts facts = uneven();
  Playhead head;
  head.open();
  for (const std::int64_t expected : {1, 2, 3, 0, 1}) {
    head.press(Act::FrameOn, facts, 0);
    CHECK(head.frame(facts, 7) == expected);
  }
  for (const std::int64_t expected : {0, 3, 2}) {
    head.press(Act::FrameBack, facts, 0);
    CHECK(head.frame(facts, 7) == expected);
  }
  head.seek(1000, facts, 0);
  CHECK(head.frame(facts, 0) == 3);
  // A step stops what plays, at the frame beside the one that was seen.
  head.seek(1, facts, 0);
  head.press(Act::On, facts, 0);
  head.press(Act::FrameOn, facts, 0.05);
  CHECK(head.speed() == 0);
  CHECK(head.frame(facts, 3) == 2);
}
