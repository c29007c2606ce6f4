// Stateless drawing on a draw list: text in the theme's styles, icons, plates, rings, key caps.
#pragma once

#include <string>
#include <string_view>

#include "widgets/ui.h"

namespace studio {

struct Rect {
  ImVec2 min, max;
  float width() const { return max.x - min.x; }
  float height() const { return max.y - min.y; }
  ImVec2 centre() const { return {(min.x + max.x) * 0.5f, (min.y + max.y) * 0.5f}; }
  bool contains(ImVec2 p) const { return p.x >= min.x && p.x < max.x && p.y >= min.y && p.y < max.y; }
};
inline Rect rect_at(float x, float y, float w, float h) { return {{x, y}, {x + w, y + h}}; }
inline Rect grown(Rect r, float by) { return {{r.min.x - by, r.min.y - by}, {r.max.x + by, r.max.y + by}}; }

float text_width(const Ui& ui, Type type, std::string_view text);

// The text's left edge at `x`, its line centred on `middle_y`. Gives the right edge.
float text_at(const Ui& ui, ImDrawList* list, Type type, float x, float middle_y, ImU32 colour, std::string_view text);
// Right edge at `right_x`; gives the left edge.
float text_right(const Ui& ui, ImDrawList* list, Type type, float right_x, float middle_y, ImU32 colour,
                 std::string_view text);
void text_centred(const Ui& ui, ImDrawList* list, Type type, ImVec2 centre, ImU32 colour, std::string_view text);
// Cut with "…" where it is wider than `max_width`. Gives the right edge.
float text_elided(const Ui& ui, ImDrawList* list, Type type, float x, float middle_y, float max_width, ImU32 colour,
                  std::string_view text);
std::string elided(const Ui& ui, Type type, std::string_view text, float max_width);
// Wrapped from `top_left`; gives the height used. No colour: measures only.
float text_wrapped(const Ui& ui, ImDrawList* list, Type type, ImVec2 top_left, float width, ImU32 colour,
                   std::string_view text, int max_lines = 100);

// The same with each line centred on `x`.
float text_wrapped_centred(const Ui& ui, ImDrawList* list, Type type, float x, float top, float width, ImU32 colour,
                           std::string_view text, int max_lines);

// `size` is that of the box, at scale 1; icons are crisp at 16 and its multiples.
void icon_at(const Ui& ui, ImDrawList* list, Icon icon, ImVec2 centre, float size, ImU32 colour, bool fill = false);

// A key as it is printed on keyboards, 16 high. Gives the width.
float key_cap(const Ui& ui, ImDrawList* list, float x, float middle_y, std::string_view key, ImU32 text, ImU32 border);
float key_cap_width(const Ui& ui, std::string_view key);

// Clockwise from 12, `part` of a full ring on a faint track.
void progress_ring(const Ui& ui, ImDrawList* list, ImVec2 centre, float radius, float stroke, float part, ImU32 colour,
                   ImU32 track);
// A quarter arc at `steps` × 30°.
void running_ring(const Ui& ui, ImDrawList* list, ImVec2 centre, float radius, float stroke, int steps, ImU32 colour,
                  ImU32 track);

void dashed_rect(const Ui& ui, ImDrawList* list, Rect box, ImU32 colour);

}  // namespace studio
