// Tile drawing. Sizes are those of the look's section 5, at scale 1.
#include "widgets/tile.h"

#include <algorithm>

namespace studio {
namespace {

void plate(const Ui& ui, ImDrawList* list, Rect box) {
  list->AddRectFilled(box.min, box.max, ui.tone(Tone::OverPlate), ui.px(2));
}

void check_mark(ImDrawList* list, Rect box, ImU32 colour) {
  const ImVec2 c = box.centre();
  const float u = box.width() / 20;
  const ImVec2 tick[3] = {{c.x - 5 * u, c.y + 0.5f * u}, {c.x - 1.5f * u, c.y + 4 * u}, {c.x + 5.5f * u, c.y - 4 * u}};
  list->AddPolyline(tick, 3, colour, 2.2f * u);
}

void brackets(const Ui& ui, ImDrawList* list, Rect box) {
  const float leg = ui.px(14), w = ui.px(2);
  const ImU32 c = ui.tone(Tone::AccentBase);
  const auto bar = [&](float x0, float y0, float x1, float y1) { list->AddRectFilled({x0, y0}, {x1, y1}, c); };
  const float l = box.min.x, t = box.min.y, r = box.max.x, b = box.max.y;
  bar(l, t, l + leg, t + w), bar(l, t, l + w, t + leg);
  bar(r - leg, t, r, t + w), bar(r - w, t, r, t + leg);
  bar(l, b - w, l + leg, b), bar(l, b - leg, l + w, b);
  bar(r - leg, b - w, r, b), bar(r - w, b - leg, r, b);
}

// 45° lines every 14 px.
void hatch(const Ui& ui, ImDrawList* list, Rect box) {
  const ImU32 colour = faded(ui.tone(Tone::StateFailed), 0.2f);
  list->PushClipRect(box.min, box.max, true);
  for (float x = box.min.x - box.height(); x < box.max.x; x += ui.px(14))
    list->AddLine({x, box.max.y}, {x + box.height(), box.min.y}, colour, ui.px(2));
  list->PopClipRect();
}

void slot_ground(const Ui& ui, ImDrawList* list, const TileFace& face, Rect box) {
  list->AddRectFilled(box.min, box.max, ui.tone(Tone::GroundCell));
  if (face.hatched) hatch(ui, list, box);
  if (face.shape == StateShape::SquareDashed)
    dashed_rect(ui, list, box, ui.tone(Tone::LineEdge));
  else
    list->AddRect(box.min, box.max, ui.tone(Tone::LineHard), 0, ui.hair());
}

float ring_size(const Ui& ui, float width) {
  const TileSize size = tile_size_of(ui, width);
  return size == TileSize::Full ? 44.0f : size == TileSize::Dense ? 32.0f : 24.0f;
}

// How a slot's content is stacked from the top, by what there is room for.
struct SlotStack {
  bool words = false, act = false;
  int lines = 0;            // of the reason
  float top = 0, mark = 0;  // first y; height of shape or ring
  float height = 0;
};
SlotStack slot_stack(const Ui& ui, const TileFace& face, Rect box) {
  SlotStack stack;
  const TileSize size = tile_size_of(ui, box.width());
  stack.mark = ui.px(face.big_ring ? ring_size(ui, box.width()) : 20);
  stack.height = stack.mark;
  const float room = box.height() - ui.px(8);
  const auto add = [&](bool wished, float h) {
    if (!wished || stack.height + h > room) return false;
    stack.height += h;
    return true;
  };
  if (size != TileSize::Tiny) {
    stack.words = add(!face.headline.empty(), ui.px(6 + 16));
    if (size == TileSize::Full) {
      // The way on matters more than the reason when both do not fit.
      stack.act = add(!face.act.empty(), ui.px(8 + 24));
      if (add(!face.line.empty(), ui.px(face.headline.empty() ? 6 + 16 : 2 + 16))) stack.lines = 1;
      // A long reason may have a second line where there is room.
      const bool is_long = stack.lines == 1 && text_width(ui, Type::Caption, face.line) > box.width() - ui.px(16);
      if (add(is_long, ui.px(16))) stack.lines = 2;
    } else {
      if (add(face.big_ring && !face.line.empty(), ui.px(6 + 16))) stack.lines = 1;
    }
  }
  stack.top = std::round(box.centre().y - stack.height * 0.5f);
  return stack;
}

float slot_act_top(const Ui& ui, const SlotStack& stack) { return stack.top + stack.height - ui.px(24); }

// What runs, or is brought home: without the words inside.
void big_ring(const Ui& ui, ImDrawList* list, const TileFace& face, ImVec2 centre, float radius, float stroke) {
  const ImU32 colour = ui.tone(tone_of(face.shape)), track = ui.tone(Tone::LineEdge);
  if (face.progress >= 0)
    progress_ring(ui, list, centre, radius, stroke, face.progress, colour, track);
  else if (face.shape == StateShape::RingDown)
    list->AddCircle(centre, radius, colour, 0, stroke);
  else
    running_ring(ui, list, centre, radius, stroke, face.steps, colour, track);
  if (face.shape == StateShape::RingDown) icon_at(ui, list, Icon::CaretDown, centre, std::min(16.0f, 1.2f * radius / ui.scale), colour);
}

void slot_content(const Ui& ui, ImDrawList* list, const TileFace& face, Rect box) {
  const SlotStack stack = slot_stack(ui, face, box);
  const float x = box.centre().x;
  float y = stack.top;
  const TileSize size = tile_size_of(ui, box.width());
  const ImVec2 mark{x, y + stack.mark * 0.5f};
  if (face.big_ring) {
    big_ring(ui, list, face, mark, stack.mark * 0.5f, ui.px(size == TileSize::Tiny ? 2 : 3));
    if (size == TileSize::Full)
      text_centred(ui, list, Type::Label, mark, ui.tone(Tone::Text1), face.inside);
    else if (size == TileSize::Dense)
      text_centred(ui, list, Type::Caption, mark, ui.tone(Tone::Text1), face.inside);
  } else {
    state_shape(ui, list, face.shape, mark, 20, face.progress, face.steps);
  }
  y += stack.mark;
  const float room = box.width() - ui.px(16);
  if (stack.words) {
    const std::string& words = size == TileSize::Full || face.brief.empty() ? face.headline : face.brief;
    text_centred(ui, list, Type::Label, {x, y + ui.px(6 + 8)}, ui.tone(Tone::Text1),
                 elided(ui, Type::Label, words, room));
    y += ui.px(6 + 16);
  }
  if (stack.lines > 0)
    text_wrapped_centred(ui, list, Type::Caption, x, y + ui.px(stack.words ? 2 : 6), room, ui.tone(Tone::Text2),
                         face.line, stack.lines);
}

void footer(const Ui& ui, ImDrawList* list, const TileFace& face, Rect box) {
  const TileSize size = tile_size_of(ui, box.width());
  const float height = tile_footer_height(ui, box.width());
  const float y = box.max.y + height * 0.5f;
  float x = box.min.x + ui.px(2);
  if (face.mark == Mark::Pick) {
    icon_at(ui, list, Icon::Flag, {x + ui.px(7), y}, size == TileSize::Tiny ? 12 : 14, ui.tone(Tone::StateDone), true);
    x += ui.px(20);
  } else if (face.mark == Mark::Reject) {
    icon_at(ui, list, Icon::X, {x + ui.px(7), y}, size == TileSize::Tiny ? 12 : 14, ui.tone(Tone::Text2));
    x += ui.px(20);
  }
  if (face.stars > 0) {
    if (size == TileSize::Full) {
      for (int i = 0; i < face.stars; ++i, x += ui.px(12))
        icon_at(ui, list, Icon::Star, {x + ui.px(6), y}, 12, ui.tone(Tone::Text1), true);
    } else {
      icon_at(ui, list, Icon::Star, {x + ui.px(6), y}, 12, ui.tone(Tone::Text1), true);
      text_at(ui, list, Type::Caption, x + ui.px(13), y, ui.tone(Tone::Text1), std::to_string(face.stars));
    }
  }
  if (face.number > 0 && size != TileSize::Tiny) {
    const std::string number = (face.number < 10 ? "0" : "") + std::to_string(face.number);
    text_right(ui, list, Type::MonoSmall, box.max.x, y, ui.tone(Tone::Text3), number);
  }
}

void duration_plate(const Ui& ui, ImDrawList* list, const std::string& duration, Rect shown, float height,
                    float inset) {
  const float w = std::round(text_width(ui, Type::MonoSmall, duration) + ui.px(10 + 8));
  const Rect box = rect_at(shown.max.x - inset - ui.px(4) - w, shown.max.y - inset - height, w + ui.px(4), height);
  plate(ui, list, box);
  const float y = box.centre().y, x = box.min.x + ui.px(5), r = ui.px(4);
  list->AddTriangleFilled({x, y - r}, {x + r * 1.6f, y}, {x, y + r}, ui.tone(Tone::Text1));
  text_right(ui, list, Type::MonoSmall, box.max.x - ui.px(5), y, ui.tone(Tone::Text1), duration);
}

// What how long it plays takes at the bottom right, with its inset.
float duration_room(const Ui& ui, const TileFace& face) {
  return face.duration.empty() ? 0 : std::round(text_width(ui, Type::MonoSmall, face.duration) + ui.px(10 + 8 + 4 + 8));
}

// Why it is stale, at the bottom left; with words where they have room beside how long it plays.
float stale_plate_width(const Ui& ui, const TileFace& face, Rect shown, TileSize size) {
  const bool is_full = size == TileSize::Full;
  const float bare = ui.px((is_full ? 14 : 12) + 6), inset = ui.px(is_full ? 6 : 4);
  const float words = std::round(text_width(ui, Type::Caption, face.plate) + ui.px(8));
  const bool has_words = size != TileSize::Tiny && 2 * inset + bare + words + duration_room(ui, face) <= shown.width();
  return bare + (has_words ? words : 0) + inset;
}

void stale_plate(const Ui& ui, ImDrawList* list, const TileFace& face, Rect shown, TileSize size) {
  const bool is_full = size == TileSize::Full;
  const float height = ui.px(is_full ? 20 : 16), inset = ui.px(is_full ? 6 : 4), mark = is_full ? 14.0f : 12.0f, bare = ui.px(mark + 6);
  const Rect box = rect_at(shown.min.x + inset, shown.max.y - inset - height, stale_plate_width(ui, face, shown, size) - inset, height);
  plate(ui, list, box);
  state_shape(ui, list, StateShape::Half, {box.min.x + bare * 0.5f, box.centre().y}, mark);
  if (box.width() > bare) text_at(ui, list, Type::Caption, box.min.x + bare + ui.px(2), box.centre().y, ui.tone(Tone::Text1), face.plate);
}

// The state of what is made again, on a dark disc over its picture, which lies under the ground.
void busy_over(const Ui& ui, ImDrawList* list, const TileFace& face, Rect shown, float ring, bool has_words) {
  list->AddRectFilled(shown.min, shown.max, ui.tone(Tone::OverBusy));
  const ImVec2 centre = shown.centre();
  const float radius = ui.px(ring) * 0.5f, stroke = ui.px(ring < 30 ? 2 : 3);
  list->AddCircleFilled(centre, radius + ui.px(ring < 30 ? 2 : 6), ui.tone(Tone::OverPlate));
  if (!face.big_ring) return state_shape(ui, list, face.shape, centre, std::min(20.0f, ring));
  big_ring(ui, list, face, centre, radius, stroke);
  if (has_words && face.shape != StateShape::RingDown)
    text_centred(ui, list, ring < 40 ? Type::Caption : Type::Label, centre, ui.tone(Tone::Text1), face.inside);
}

}  // namespace

TileSize tile_size_of(const Ui& ui, float width) {
  const float at_1x = width / ui.scale;
  return at_1x >= 207.5f ? TileSize::Full : at_1x >= 127.5f ? TileSize::Dense : TileSize::Tiny;
}

float tile_footer_height(const Ui& ui, float width) {
  return ui.px(tile_size_of(ui, width) == TileSize::Tiny ? 14 : 24);
}

TileParts tile_parts(const Ui& ui, const TileFace& face, Rect box) {
  TileParts parts;
  const TileSize size = tile_size_of(ui, box.width());
  const float inset = ui.px(6);
  const bool is_picture = face.is_picture();
  if (is_picture && (face.hovered || face.selected))
    parts.check = rect_at(box.min.x + inset, box.min.y + inset, ui.px(20), ui.px(20));
  // Three acts on one plate at the top right, each 24 wide.
  const float hit = ui.px(24);
  if (is_picture && !face.over_picture && face.hovered && size != TileSize::Tiny && box.height() >= ui.px(56)) {
    parts.open = rect_at(box.max.x - inset - hit, box.min.y + inset, hit, hit);
    parts.reject = rect_at(parts.open.min.x - hit, box.min.y + inset, hit, hit);
    parts.flag = rect_at(parts.reject.min.x - hit, box.min.y + inset, hit, hit);
  }
  if (face.can_cancel && face.hovered && size != TileSize::Tiny)
    parts.cancel = rect_at(box.max.x - inset - ui.px(24), box.min.y + inset, ui.px(24), ui.px(24));
  if (!face.act.empty() && face.over_picture && size == TileSize::Full && box.height() >= ui.px(112)) {
    const float w = std::round(text_width(ui, Type::Label, face.act) + ui.px(20));
    parts.act = rect_at(std::round(box.centre().x - w * 0.5f), std::round(box.max.y - ui.px(24 + 8)), w, ui.px(24));
  }
  if (!face.act.empty() && !is_picture) {
    const SlotStack stack = slot_stack(ui, face, box);
    const float w = std::round(text_width(ui, Type::Label, face.act) + ui.px(20));
    if (stack.act) parts.act = rect_at(std::round(box.centre().x - w * 0.5f), slot_act_top(ui, stack), w, ui.px(24));
  }
  return parts;
}

void tile_picture(ImDrawList* list, const PictureSlot& slot, Rect box) { picture(list, slot, box); }

void tile_overlay(const Ui& ui, ImDrawList* list, const TileFace& face, const PictureSlot& slot, Rect box, Rect shown) {
  const bool is_picture = face.is_picture();
  if (!is_picture) {
    slot_ground(ui, list, face, box);
    slot_content(ui, list, face, box);
  } else {
    picture_ground(ui, list, slot, shown);  // no spinner
  }
  if (face.over_picture)
    busy_over(ui, list, face, shown, std::min(ring_size(ui, box.width()), 0.5f * shown.height() / ui.scale), tile_size_of(ui, box.width()) != TileSize::Tiny);
  else if (is_picture && face.mark == Mark::Reject)
    list->AddRectFilled(shown.min, shown.max, ui.tone(Tone::OverReject));

  const TileParts parts = tile_parts(ui, face, box);
  if (parts.act.width() > 0) {
    const bool hovered = ImGui::IsMouseHoveringRect(parts.act.min, parts.act.max) && face.hovered;
    list->AddRectFilled(parts.act.min, parts.act.max, ui.tone(Tone::LineHard), ui.px(4));
    if (hovered) list->AddRect(parts.act.min, parts.act.max, ui.tone(Tone::LineEdge), ui.px(4), ui.hair());
    text_centred(ui, list, Type::Label, parts.act.centre(), ui.tone(Tone::Text1), face.act);
  }
  const TileSize size = tile_size_of(ui, box.width());
  // While it is scrubbed, the time under the pointer stands there.
  const bool has_plate = is_picture && !face.plate.empty() && !(face.hovered && !face.duration.empty());
  if (has_plate) stale_plate(ui, list, face, shown, size);
  if (is_picture && !face.duration.empty() && (!has_plate || stale_plate_width(ui, face, shown, size) + duration_room(ui, face) <= shown.width()))
    duration_plate(ui, list, face.duration, shown, ui.px(size == TileSize::Full ? 20 : 16),
                   ui.px(size == TileSize::Full ? 6 : 4));
  if (parts.check.width() > 0) {
    if (face.selected) {
      list->AddRectFilled(parts.check.min, parts.check.max, ui.tone(Tone::SelectRing), ui.px(3));
      check_mark(list, parts.check, ui.tone(Tone::TextOn));
    } else {
      list->AddRectFilled(parts.check.min, parts.check.max, ui.tone(Tone::OverPlate), ui.px(3));
      list->AddRect(parts.check.min, parts.check.max, ui.tone(Tone::SelectRing), ui.px(3), ui.px(1.5f));
    }
  }
  if (parts.flag.width() > 0) {
    plate(ui, list, {parts.flag.min, parts.open.max});
    const auto ink = [&](Rect r) {
      return ui.tone(ImGui::IsMouseHoveringRect(r.min, r.max) ? Tone::Text1 : Tone::Text2);
    };
    icon_at(ui, list, Icon::Flag, parts.flag.centre(), 16,
            face.mark == Mark::Pick ? ui.tone(Tone::StateDone) : ink(parts.flag), face.mark == Mark::Pick);
    icon_at(ui, list, Icon::X, parts.reject.centre(), 16, ink(parts.reject));
    icon_at(ui, list, Icon::CornersOut, parts.open.centre(), 16, ink(parts.open));
  }
  if (parts.cancel.width() > 0) {
    plate(ui, list, parts.cancel);
    const bool hovered = ImGui::IsMouseHoveringRect(parts.cancel.min, parts.cancel.max);
    icon_at(ui, list, Icon::X, parts.cancel.centre(), 16, ui.tone(hovered ? Tone::Text1 : Tone::Text2));
  }
  footer(ui, list, face, box);
  if (face.selected) {
    const Rect ring = grown(box, ui.px(3));
    list->AddRect(ring.min, ring.max, ui.tone(Tone::SelectRing), 0, ui.px(2));
  }
  if (face.focused) brackets(ui, list, grown(box, ui.px(6)));
}

void mark_flash(const Ui& ui, ImDrawList* list, Mark mark, Rect shown, float part) {
  const Tone tone = mark == Mark::Pick ? Tone::StateDone : mark == Mark::Reject ? Tone::SurfaceVoid : Tone::SelectRing;
  list->AddRectFilled(shown.min, shown.max, faded(ui.tone(tone), 0.35f * part));
  list->AddRect(shown.min, shown.max, faded(ui.tone(tone), part), 0, ui.px(3));
}

void strip_overlay(const Ui& ui, ImDrawList* list, const TileFace& face, const PictureSlot& slot, Rect box) {
  picture_ground(ui, list, slot, box);
  if (face.shape != StateShape::None) {
    list->AddRectFilled(box.min, box.max, ui.tone(Tone::OverBusy));
    if (face.big_ring) {
      list->AddCircleFilled(box.centre(), ui.px(13), ui.tone(Tone::OverPlate));
      if (face.shape == StateShape::Ring && face.progress >= 0) {
        progress_ring(ui, list, box.centre(), ui.px(12), ui.px(2.5f), face.progress, ui.tone(Tone::StateRunning),
                      ui.tone(Tone::LineEdge));
        const std::string percent = std::to_string(static_cast<int>(face.progress * 100));
        text_centred(ui, list, Type::MonoSmall, box.centre(), ui.tone(Tone::Text1), percent);
      } else {
        state_shape(ui, list, face.shape, box.centre(), 24, face.progress, face.steps);
      }
    } else {
      state_shape(ui, list, face.shape, box.centre(), 18);
    }
  } else {
    if (face.mark == Mark::Reject) list->AddRectFilled(box.min, box.max, ui.tone(Tone::OverReject));
    if (!face.plate.empty() && !face.hovered) {
      const Rect corner = rect_at(box.min.x + ui.px(3), box.max.y - ui.px(3 + 15), ui.px(15), ui.px(15));
      plate(ui, list, corner);
      state_shape(ui, list, StateShape::Half, corner.centre(), 11);
    }
    // While it is scrubbed, the time under the pointer stands there.
    if (!face.duration.empty() && !face.hovered && box.width() >= ui.px(face.plate.empty() ? 44 : 64))
      duration_plate(ui, list, face.duration, box, ui.px(15), ui.px(3));
    if (face.mark == Mark::Pick)
      icon_at(ui, list, Icon::Flag, {box.min.x + ui.px(9), box.min.y + ui.px(9)}, 12, ui.tone(Tone::StateDone), true);
  }
  if (face.selected) {
    const Rect ring = grown(box, ui.px(2));
    list->AddRect(ring.min, ring.max, ui.tone(Tone::SelectRing), 0, ui.px(2));
  }
  if (face.focused) {
    const Rect ring = grown(box, ui.px(3));
    list->AddRect(ring.min, ring.max, ui.tone(Tone::AccentBase), 0, ui.hair());
  }
}

}  // namespace studio
