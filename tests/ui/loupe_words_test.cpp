// What the transport says: time to the thousandth, frames counted from one, the speed, and why nothing is heard.
#include "panels/loupe_words.h"

#include "panels/playhead.h"
#include "support/catch.h"

using namespace studio;

TEST_CASE("a time is minutes, seconds and thousandths") {
  CHECK(timecode(0) == "0:00.000");
  CHECK(timecode(0.5) == "0:00.500");
  CHECK(timecode(62.25) == "1:02.250");
  CHECK(timecode(3599.999) == "59:59.999");
  CHECK(timecode(3600) == "60:00.000");
  // The third frame at 24 a second begins after a twelfth of one; that of a rate of 30000/1001 after 0.0667333.
  CHECK(timecode(2 / 24.0) == "0:00.083");
  CHECK(timecode(2 * 1001 / 30000.0) == "0:00.066");
  // Sums of binary fractions lie a hair below what they mean.
  CHECK(timecode(0.1 + 0.7) == "0:00.800");
}

TEST_CASE("a frame is counted from one, and says when it is not there yet") {
  CHECK(frame_words(0, 48, true) == "f 1 of 48");
  CHECK(frame_words(47, 48, true) == "f 48 of 48");
  CHECK(frame_words(9, 1000, false) == "f 10 of 1000 …");
}

TEST_CASE("a speed is said as a factor, backwards with a minus, at rest as what Play would do") {
  CHECK(speed_words(1) == "1×");
  CHECK(speed_words(8) == "8×");
  CHECK(speed_words(0.25) == "0.25×");
  CHECK(speed_words(-2) == "−2×");
  CHECK(speed_words(0) == "1×");
}

TEST_CASE("each reason for silence has its words, the nearest one first, and sound that is heard has none") {
  SoundFacts facts;
  facts.speed = 1;
  CHECK(sound_words(facts).empty());
  facts.speed = 0;
  CHECK(sound_words(facts).empty());
  facts.speed = 2;
  CHECK(sound_words(facts) == "Silent at 2×");
  facts.speed = -1;
  CHECK(sound_words(facts) == "Silent at −1×");
  facts.is_broken = true;
  CHECK(sound_words(facts) == "Sound not playable");
  facts.has_device = false;
  CHECK(sound_words(facts) == "No sound device");
  facts.is_on = false;
  CHECK(sound_words(facts) == "Sound off");
  facts.has_audio = false;
  CHECK(sound_words(facts) == "Clip without sound");
}

TEST_CASE("a clip is played at the speed that is chosen, from the other end where it stands at one") {
  ClipFacts facts;
  facts.times = {0, 0.25, 0.5, 0.75};
  facts.seconds = 1;
  Playhead head;
  head.open();
  head.play_at(0.5, facts, 10);
  CHECK(head.speed() == 0.5);
  CHECK(head.frame(facts, 10.4) == 0);
  CHECK(head.frame(facts, 10.6) == 1);
  // In the middle of playing it goes on from where it is.
  head.play_at(-1, facts, 10.6);
  CHECK(head.frame(facts, 10.7) == 0);
  head.press(ClipKeys::Act::Stop, facts, 10.7);
  head.press(ClipKeys::Act::Loop, facts, 10.7);
  head.play_at(-2, facts, 11);
  CHECK(head.speed() == -2);
  CHECK(head.frame(facts, 11) == 3);
  CHECK(head.frame(facts, 11.1) == 2);
  head.press(ClipKeys::Act::Stop, facts, 11.1);
  head.seek(3, facts, 12);
  head.play_at(4, facts, 12);
  CHECK(head.frame(facts, 12.05) == 0);
}
