// Text, icons and small shapes. Positions are rounded to device pixels so that edges stay sharp.
#include "widgets/draw.h"

#include <algorithm>
#include <cmath>

namespace studio {
namespace {

constexpr float pi = 3.14159265f;

float text_top(const Ui& ui, Type type, float middle_y) { return std::round(middle_y - ui.font_px(type) * 0.5f); }

// Bytes of the UTF-8 character that starts here.
std::size_t character_bytes(unsigned char lead) { return lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4; }

}  // namespace

float text_width(const Ui& ui, Type type, std::string_view text) {
  if (text.empty()) return 0;
  return ui.font(type)->CalcTextSizeA(ui.font_px(type), FLT_MAX, 0, text.data(), text.data() + text.size()).x;
}

float text_at(const Ui& ui, ImDrawList* list, Type type, float x, float middle_y, ImU32 colour, std::string_view text) {
  if (text.empty()) return x;
  x = std::round(x);
  list->AddText(ui.font(type), ui.font_px(type), {x, text_top(ui, type, middle_y)}, colour, text.data(),
                text.data() + text.size());
  return x + text_width(ui, type, text);
}

float text_right(const Ui& ui, ImDrawList* list, Type type, float right_x, float middle_y, ImU32 colour,
                 std::string_view text) {
  const float x = right_x - text_width(ui, type, text);
  text_at(ui, list, type, x, middle_y, colour, text);
  return x;
}

void text_centred(const Ui& ui, ImDrawList* list, Type type, ImVec2 centre, ImU32 colour, std::string_view text) {
  text_at(ui, list, type, centre.x - text_width(ui, type, text) * 0.5f, centre.y, colour, text);
}

std::string elided(const Ui& ui, Type type, std::string_view text, float max_width) {
  // Only the first line is shown.
  const auto line_end = text.find('\n');
  const bool more_lines = line_end != std::string_view::npos;
  if (more_lines) text = text.substr(0, line_end);
  if (!more_lines && text_width(ui, type, text) <= max_width) return std::string(text);
  const float room = max_width - text_width(ui, type, "…");
  if (room <= 0) return "";
  const char* rest = nullptr;
  ui.font(type)->CalcTextSizeA(ui.font_px(type), room, 0, text.data(), text.data() + text.size(), &rest);
  std::string_view kept = text.substr(0, rest == nullptr ? text.size() : static_cast<std::size_t>(rest - text.data()));
  while (!kept.empty() && (kept.back() == ' ' || kept.back() == ',')) kept.remove_suffix(1);
  return std::string(kept) + "…";
}

float text_elided(const Ui& ui, ImDrawList* list, Type type, float x, float middle_y, float max_width, ImU32 colour,
                  std::string_view text) {
  if (max_width <= 0) return x;
  return text_at(ui, list, type, x, middle_y, colour, elided(ui, type, text, max_width));
}

namespace {

// Calls `line` with the top and the text of each line; gives the height of all.
template <class Line>
float each_line(const Ui& ui, Type type, float width, std::string_view text, int max_lines, const Line& line) {
  ImFont* font = ui.font(type);
  const float size = ui.font_px(type), line_height = ui.line_px(type);
  const char* at = text.data();
  const char* end = at + text.size();
  float y = 0;
  for (int n = 0; at < end && n < max_lines; ++n) {
    const char* stop = font->CalcWordWrapPosition(size, at, end, width);
    if (stop == at) stop = std::min(end, at + character_bytes(static_cast<unsigned char>(*at)));
    if (const char* newline = std::find(at, stop, '\n'); newline != stop) stop = newline;
    const std::string_view part(at, static_cast<std::size_t>(stop - at));
    const bool cut = n + 1 == max_lines && stop < end;
    line(y, cut ? elided(ui, type, std::string(part) + "……", width) : std::string(part));
    y += line_height;
    at = stop;
    while (at < end && (*at == ' ' || *at == '\n')) {
      if (*at++ == '\n') break;
    }
  }
  return y;
}

}  // namespace

float text_wrapped(const Ui& ui, ImDrawList* list, Type type, ImVec2 top_left, float width, ImU32 colour,
                   std::string_view text, int max_lines) {
  const float half = ui.line_px(type) * 0.5f;
  return each_line(ui, type, width, text, max_lines, [&](float y, const std::string& line) {
    if (colour != 0) text_at(ui, list, type, top_left.x, top_left.y + y + half, colour, line);
  });
}

float text_wrapped_centred(const Ui& ui, ImDrawList* list, Type type, float x, float top, float width, ImU32 colour,
                           std::string_view text, int max_lines) {
  const float half = ui.line_px(type) * 0.5f;
  return each_line(ui, type, width, text, max_lines, [&](float y, const std::string& line) {
    if (colour != 0) text_centred(ui, list, type, {x, top + y + half}, colour, line);
  });
}

void icon_at(const Ui& ui, ImDrawList* list, Icon icon, ImVec2 centre, float size, ImU32 colour, bool fill) {
  const IconGlyphs& glyphs = ui.theme.icon(icon);
  const unsigned code = fill ? glyphs.fill : glyphs.regular;
  ImFont* font = ui.fonts[static_cast<std::size_t>(Face::Icon)];
  if (font == nullptr || code == 0) return;
  const float px = std::round(size * ui.scale);
  font->RenderChar(list, px, {std::round(centre.x - px * 0.5f), std::round(centre.y - px * 0.5f)}, colour,
                   static_cast<ImWchar>(code));
}

float key_cap_width(const Ui& ui, std::string_view key) {
  return std::max(ui.px(16), std::round(text_width(ui, Type::MonoSmall, key) + ui.px(8)));
}

float key_cap(const Ui& ui, ImDrawList* list, float x, float middle_y, std::string_view key, ImU32 text, ImU32 border) {
  const float w = key_cap_width(ui, key), h = ui.px(16);
  const ImVec2 min{std::round(x), std::round(middle_y - h * 0.5f)};
  list->AddRect(min, {min.x + w, min.y + h}, border, ui.px(2), ui.hair());
  text_centred(ui, list, Type::MonoSmall, {min.x + w * 0.5f, middle_y}, text, key);
  return w;
}

void progress_ring(const Ui& ui, ImDrawList* list, ImVec2 centre, float radius, float stroke, float part, ImU32 colour,
                   ImU32 track) {
  (void)ui;
  list->PathArcTo(centre, radius - stroke * 0.5f, 0, 2 * pi);
  list->PathStroke(track, stroke, ImDrawFlags_Closed);
  part = std::clamp(part, 0.0f, 1.0f);
  if (part <= 0) return;
  list->PathArcTo(centre, radius - stroke * 0.5f, -pi * 0.5f, -pi * 0.5f + 2 * pi * part);
  list->PathStroke(colour, stroke);
}

void running_ring(const Ui& ui, ImDrawList* list, ImVec2 centre, float radius, float stroke, int steps, ImU32 colour,
                  ImU32 track) {
  (void)ui;
  list->PathArcTo(centre, radius - stroke * 0.5f, 0, 2 * pi);
  list->PathStroke(track, stroke, ImDrawFlags_Closed);
  const float from = -pi * 0.5f + static_cast<float>(steps % 12) * pi / 6;
  list->PathArcTo(centre, radius - stroke * 0.5f, from, from + pi * 0.5f);
  list->PathStroke(colour, stroke);
}

void dashed_rect(const Ui& ui, ImDrawList* list, Rect box, ImU32 colour) {
  const float dash = ui.px(5), gap = ui.px(4), w = ui.hair();
  const auto along = [&](ImVec2 from, ImVec2 to) {
    const bool flat = from.y == to.y;
    const float length = flat ? to.x - from.x : to.y - from.y;
    for (float at = 0; at < length; at += dash + gap) {
      const float stop = std::min(at + dash, length);
      if (flat)
        list->AddRectFilled({from.x + at, from.y}, {from.x + stop, from.y + w}, colour);
      else
        list->AddRectFilled({from.x, from.y + at}, {from.x + w, from.y + stop}, colour);
    }
  };
  along(box.min, {box.max.x, box.min.y});
  along({box.min.x, box.max.y - w}, {box.max.x, box.max.y - w});
  along(box.min, {box.min.x, box.max.y});
  along({box.max.x - w, box.min.y}, {box.max.x - w, box.max.y});
}

}  // namespace studio
