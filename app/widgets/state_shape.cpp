// The fourteen shapes, on a grid of 20.
#include "widgets/state_shape.h"

namespace studio {

Tone tone_of(StateShape shape) {
  switch (shape) {
    case StateShape::None:
      return Tone::Text3;
    case StateShape::Circle:
    case StateShape::CircleUp:
      return Tone::StateWaiting;
    case StateShape::Ring:
    case StateShape::RingTick:
    case StateShape::RingDown:
      return Tone::StateRunning;
    case StateShape::DiscCheck:
      return Tone::StateDone;
    case StateShape::Half:
      return Tone::StateStale;
    case StateShape::Triangle:
    case StateShape::SquareDashed:
    case StateShape::SquareCross:
      return Tone::StateFailed;
    case StateShape::Octagon:
      return Tone::StateRefused;
    case StateShape::SquarePause:
    case StateShape::Diamond:
      return Tone::StateMoney;
    case StateShape::CircleSlash:
      return Tone::Text3;
  }
  return Tone::Text3;
}

void state_shape(const Ui& ui, ImDrawList* list, StateShape shape, ImVec2 centre, float size, float part, int steps) {
  const float u = size * ui.scale / 20;  // one unit of the grid in device px
  const ImU32 colour = ui.tone(tone_of(shape));
  const ImU32 ink = ui.tone(Tone::TextOn);
  const ImU32 track = ui.tone(Tone::LineEdge);
  const auto at = [&](float x, float y) { return ImVec2{centre.x + x * u, centre.y + y * u}; };
  const float r = 7 * u, stroke = std::max(1.0f, 2 * u);
  const auto circle = [&] { list->AddCircle(centre, r + stroke * 0.5f, colour, 0, stroke); };
  const auto bar = [&](float x0, float y0, float x1, float y1, ImU32 c) {
    list->AddRectFilled(at(x0, y0), at(x1, y1), c, 0.5f * u);
  };
  const auto line = [&](float x0, float y0, float x1, float y1, ImU32 c, float w = 2) {
    list->AddLine(at(x0, y0), at(x1, y1), c, w * u);
  };
  const auto square = [&](ImU32 c) { list->AddRectFilled(at(-7.5f, -7.5f), at(7.5f, 7.5f), c, 2 * u); };
  // Small arrows inside circles; `d` is 1 for down, -1 for up.
  const auto arrow = [&](float d) {
    line(0, -3.4f * d, 0, 2.6f * d, colour, 1.7f);
    const ImVec2 head[3] = {at(-2.7f, 0.2f * d), at(0, 3.0f * d), at(2.7f, 0.2f * d)};
    list->AddPolyline(head, 3, colour, 1.7f * u);
  };

  switch (shape) {
    case StateShape::None:
      break;
    case StateShape::Circle:
      circle();
      break;
    case StateShape::CircleUp:
      circle();
      arrow(-1);
      break;
    case StateShape::Ring:
      progress_ring(ui, list, centre, 8.5f * u, 2.6f * u, part, colour, track);
      break;
    case StateShape::RingTick:
      running_ring(ui, list, centre, 8.5f * u, 2.6f * u, steps, colour, track);
      break;
    case StateShape::RingDown:
      if (part >= 0)
        progress_ring(ui, list, centre, 8.5f * u + 1.1f * u, 2.2f * u, part, colour, track);
      else
        list->AddCircle(centre, 8.5f * u, colour, 0, 2.2f * u);
      arrow(1);
      break;
    case StateShape::DiscCheck: {
      list->AddCircleFilled(centre, 8 * u, colour);
      const ImVec2 tick[3] = {at(-3.6f, 0.3f), at(-1, 2.9f), at(3.8f, -2.5f)};
      list->AddPolyline(tick, 3, ink, 2 * u);
      break;
    }
    case StateShape::Half:
      list->PathArcTo(centre, 7 * u, 1.5707963f, 4.7123890f);
      list->PathFillConvex(colour);
      circle();
      break;
    case StateShape::Triangle:
      list->PathLineTo(at(0, -8));
      list->PathLineTo(at(9, 7.5f));
      list->PathLineTo(at(-9, 7.5f));
      list->PathFillConvex(colour);
      bar(-1, -3, 1, 2.4f, ink);
      bar(-1, 3.8f, 1, 5.8f, ink);
      break;
    case StateShape::Octagon: {
      const float a = 8.2f, b = 3.4f;
      const ImVec2 corners[8] = {at(-b, -a), at(b, -a), at(a, -b), at(a, b),
                                 at(b, a),   at(-b, a), at(-a, b), at(-a, -b)};
      list->AddConvexPolyFilled(corners, 8, colour);
      bar(-4, -1.1f, 4, 1.1f, ink);
      break;
    }
    case StateShape::SquarePause:
      square(colour);
      bar(-3.4f, -4, -1.2f, 4, ink);
      bar(1.2f, -4, 3.4f, 4, ink);
      break;
    case StateShape::Diamond: {
      const ImVec2 corners[4] = {at(0, -9.5f), at(9.5f, 0), at(0, 9.5f), at(-9.5f, 0)};
      list->AddConvexPolyFilled(corners, 4, colour);
      list->PathArcTo(at(0, -2), 2.5f * u, -3.1415926f, 0.9f);
      list->PathLineTo(at(0, 2));
      list->PathStroke(ink, 1.7f * u);
      bar(-0.95f, 3.3f, 0.95f, 5.1f, ink);
      break;
    }
    case StateShape::SquareDashed: {
      dashed_rect(ui, list, {at(-8, -8), at(8, 8)}, colour);
      line(-4, 4, 4, -4, colour, 1.7f);
      break;
    }
    case StateShape::SquareCross:
      square(colour);
      line(-3.2f, -3.2f, 3.2f, 3.2f, ink);
      line(-3.2f, 3.2f, 3.2f, -3.2f, ink);
      break;
    case StateShape::CircleSlash:
      circle();
      line(-4.6f, 4.6f, 4.6f, -4.6f, colour);
      break;
  }
}

}  // namespace studio
