// Line, bar, plate; and the arithmetic of the hand.
#include "widgets/scrub.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace studio {

double scrub_time(ScrubHand& hand, std::uint64_t clip, float x, float left, float width, double clip_secs,
                  double now_secs) {
  if (clip_secs <= 0 || width <= 0) return 0;
  const double share = std::clamp(static_cast<double>((x - left) / width), 0.0, 1.0);
  if (hand.clip != clip || hand.x != x) hand = {clip, x, now_secs, share * clip_secs};
  const double rested = now_secs - hand.moved_secs - scrub_rest_secs;
  return rested <= 0 ? hand.from_secs : std::fmod(hand.from_secs + rested, clip_secs);
}

bool scrub_plays(const ScrubHand& hand, double now_secs) {
  return hand.clip != 0 && now_secs - hand.moved_secs >= scrub_rest_secs;
}

void scrub_leave(ScrubHand& hand) { hand = {}; }

void scrub_overlay(const Ui& ui, ImDrawList* list, const ScrubFace& face, Rect box) {
  if (face.clip_secs <= 0) return;
  const auto x_of = [&](double secs) {
    return std::round(box.min.x + box.width() * static_cast<float>(std::clamp(secs / face.clip_secs, 0.0, 1.0)));
  };
  const float line = std::min(x_of(face.at_secs), box.max.x - ui.hair());
  const float bar = box.max.y - ui.px(3);
  list->AddRectFilled({box.min.x, bar}, box.max, ui.tone(Tone::OverPlate));
  list->AddRectFilled({box.min.x, bar}, {x_of(face.decoded_secs), box.max.y}, ui.tone(Tone::LineEdge));
  list->AddRectFilled({box.min.x, bar}, {line, box.max.y}, ui.tone(Tone::AccentBase));
  // White with dark edges: seen on any picture.
  list->AddRectFilled({line - ui.hair(), box.min.y}, {line + 2 * ui.hair(), bar}, ui.tone(Tone::OverPlate));
  list->AddRectFilled({line, box.min.y}, {line + ui.hair(), bar}, ui.tone(Tone::SelectRing));

  char time[32];
  std::snprintf(time, sizeof time, face.is_exact ? "%.2f" : "%.2f…", face.at_secs);
  const bool small = box.width() < ui.px(120);
  const float h = ui.px(small ? 15 : 20), inset = ui.px(small ? 3 : 6);
  // As wide as the longest one, so that it does not jump.
  const float w = std::round(text_width(ui, Type::MonoSmall, "0.00…") + ui.px(10));
  const Rect plate = rect_at(box.min.x + inset, bar - inset - h, w, h);
  if (plate.max.x > box.max.x || plate.min.y < box.min.y) return;
  list->AddRectFilled(plate.min, plate.max, ui.tone(Tone::OverPlate), ui.px(2));
  text_at(ui, list, Type::MonoSmall, plate.min.x + ui.px(5), plate.centre().y, ui.tone(Tone::Text1), time);
}

}  // namespace studio
