// Which of them, in which order, how large?
#include "panels/gallery_toolbar.h"

#include <imgui_stdlib.h>

#include <algorithm>

#include "panels/gallery_menu.h"

namespace studio {
namespace {

constexpr float narrow_below = 620;  // px at scale 1
constexpr float popup_width = 232;

bool begin_popup_below(const Ui& ui, const char* name, Rect button, bool from_right) {
  ImGui::SetNextWindowPos({from_right ? button.max.x : button.min.x, button.max.y + ui.px(4)}, ImGuiCond_Always,
                          {from_right ? 1.0f : 0.0f, 0});
  return begin_menu(ui, name);
}

// A line of a list to choose from: a check mark where it is chosen, a figure at the right.
bool choice_row(const Ui& ui, const char* label, std::string_view text, std::string_view value, bool chosen) {
  const Press press = press_area(label, {ui.px(popup_width), ui.px(28)});
  ImDrawList* list = ImGui::GetWindowDrawList();
  if (press.hovered)
    list->AddRectFilled(press.box.min, press.box.max, ui.tone(press.held ? Tone::SurfacePress : Tone::SurfaceHover),
                        ui.px(4));
  const float y = press.box.centre().y;
  if (chosen) icon_at(ui, list, Icon::Check, {press.box.min.x + ui.px(16), y}, 16, ui.tone(Tone::Text1));
  text_at(ui, list, chosen ? Type::Strong : Type::Body, press.box.min.x + ui.px(32), y, ui.tone(Tone::Text1), text);
  text_right(ui, list, Type::Body, press.box.max.x - ui.px(10), y, ui.tone(Tone::Text2), value);
  return press.clicked;
}

void popup_head(const Ui& ui, std::string_view text) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  text_at(ui, ImGui::GetWindowDrawList(), Type::Caption, at.x + ui.px(10), at.y + ui.px(13), ui.tone(Tone::Text3),
          text);
  ImGui::Dummy({ui.px(popup_width), ui.px(24)});
}

void popup_line(const Ui& ui) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  ImGui::GetWindowDrawList()->AddRectFilled(
      {at.x, at.y + ui.px(4)}, {at.x + ui.px(popup_width), at.y + ui.px(4) + ui.hair()}, ui.tone(Tone::LineSoft));
  ImGui::Dummy({ui.px(popup_width), ui.px(8) + ui.hair()});
}

// A quiet button that opens a list: its text and a caret. Gives the box; `width` 0: as wide as its text.
float drop_width(const Ui& ui, std::string_view text, bool has_icon) {
  return std::round(text_width(ui, Type::Label, text) + ui.px(has_icon ? 52 : 32));
}
Press drop_button(const Ui& ui, const char* label, const char* popup, std::string_view text, Icon icon, Rect box,
                  bool filled) {
  const Press press = press_area_at(label, box);
  ImDrawList* list = ImGui::GetWindowDrawList();
  const bool open = ImGui::IsPopupOpen(popup);
  if (filled || press.hovered || open)
    list->AddRectFilled(box.min, box.max,
                        ui.tone(open || press.held ? Tone::SurfacePress
                                : press.hovered    ? Tone::SurfaceHover
                                                   : Tone::SurfaceRaised),
                        ui.px(4));
  const float y = box.centre().y;
  float x = box.min.x + ui.px(8);
  if (icon != Icon::Count) {
    icon_at(ui, list, icon, {x + ui.px(8), y}, 16, ui.tone(Tone::Text1));
    x += ui.px(22);
  }
  text_elided(ui, list, Type::Label, x, y, box.max.x - ui.px(22) - x, ui.tone(Tone::Text1), text);
  icon_at(ui, list, Icon::CaretDown, {box.max.x - ui.px(12), y}, 12, ui.tone(Tone::Text2));
  if (press.clicked) ImGui::OpenPopup(popup);
  return press;
}

void filter_list(const GalleryState& state, const PanelContext& c) {
  GalleryQuery& query = c.state.query;
  for (std::size_t i = 0; i < gallery_filter_count; ++i) {
    const auto filter = static_cast<GalleryFilter>(i);
    if (filter == GalleryFilter::New || filter == GalleryFilter::Images || filter == GalleryFilter::Failed)
      popup_line(c.ui);
    const std::string label(label_of(filter));
    if (choice_row(c.ui, label.c_str(), label, grouped_figures(state.index.counts()[filter]), query.filter == filter)) {
      query.filter = filter;
      ImGui::CloseCurrentPopup();
    }
  }
  popup_line(c.ui);
  if (choice_row(c.ui, "Hide rejected", "Hide rejected", "", query.hide_rejected))
    query.hide_rejected = !query.hide_rejected;
}

void grouping_list(const PanelContext& c) {
  for (std::size_t i = 0; i < gallery_grouping_count; ++i) {
    const auto grouping = static_cast<GalleryGrouping>(i);
    const std::string label(label_of(grouping));
    if (choice_row(c.ui, label.c_str(), label, "", c.state.query.grouping == grouping)) {
      c.state.query.grouping = grouping;
      ImGui::CloseCurrentPopup();
    }
  }
}

void sort_list(const PanelContext& c) {
  for (std::size_t i = 0; i < gallery_sort_count; ++i) {
    const auto sort = static_cast<GallerySort>(i);
    const std::string label(label_of(sort));
    if (choice_row(c.ui, label.c_str(), label, "", c.state.query.sort == sort)) {
      c.state.query.sort = sort;
      ImGui::CloseCurrentPopup();
    }
  }
}

// Everything about the view, also what has a button of its own where there is room.
void view_menu(const PanelContext& c) {
  const Ui& ui = c.ui;
  popup_head(ui, "Group");
  grouping_list(c);
  popup_line(ui);
  popup_head(ui, "Sort by");
  sort_list(c);
  popup_line(ui);
  if (choice_row(ui, "Square tiles", "Square tiles", "", c.state.query.square))
    c.state.query.square = !c.state.query.square;
  if (choice_row(ui, "Hide rejected", "Hide rejected", "", c.state.query.hide_rejected))
    c.state.query.hide_rejected = !c.state.query.hide_rejected;
  popup_line(ui);
  if (choice_row(ui, "Fold all", "Fold all groups", "", false)) {
    c.state.wishes.fold_all = true;
    ImGui::CloseCurrentPopup();
  }
  if (choice_row(ui, "Unfold all", "Unfold all groups", "", false)) {
    c.state.wishes.unfold_all = true;
    ImGui::CloseCurrentPopup();
  }
}

void filter_button(const GalleryState& state, const PanelContext& c, Rect box) {
  const Ui& ui = c.ui;
  const std::string text(label_of(c.state.query.filter));
  const Press press = drop_button(ui, "Show##filter", "filters", text, Icon::Image, box, true);
  if (begin_popup_below(ui, "filters", press.box, false)) {
    filter_list(state, c);
    end_menu();
  }
}

void words_field(GalleryState& state, const PanelContext& c, Rect box) {
  const Ui& ui = c.ui;
  std::string& text = c.state.query.text;
  ImDrawList* list = ImGui::GetWindowDrawList();
  const float y = box.centre().y;
  // Asked before the field: the first to be asked has the pointer.
  const bool can_clear = !text.empty();
  Press clear;
  const Rect clear_box = rect_at(box.max.x - ui.px(26), box.min.y, ui.px(24), box.height());
  if (can_clear) clear = press_area_at("Clear the words", clear_box);

  if (std::exchange(c.state.wishes.find, false)) {
    ImGui::SetKeyboardFocusHere();
    state.key_frames = 3;
  }
  // The key that brought us here is no word; its letter may come a frame later than the key.
  if (state.key_frames > 0) {
    --state.key_frames;
    auto& letters = ImGui::GetIO().InputQueueCharacters;
    if (letters.Size > 0 && letters[0] == '/') letters.erase(letters.begin()), state.key_frames = 0;
    c.ui.redraw_in(0);
  }
  const Type type = Type::Body;
  ImGui::PushFont(ui.font(type), ui.theme.type(type).size);
  const float pad_y = std::max(0.0f, std::round((box.height() - ui.font_px(type)) * 0.5f));
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, ImVec2(ui.px(28), pad_y));
  ImGui::PushStyleColor(ImGuiCol_FrameBgHovered, ui.tone(Tone::SurfaceRaised));
  ImGui::PushStyleColor(ImGuiCol_FrameBgActive, ui.tone(Tone::SurfaceRaised));
  const ImVec2 before = ImGui::GetCursorPos();
  ImGui::SetCursorScreenPos(box.min);
  ImGui::SetNextItemWidth(box.width());
  ImGui::InputTextWithHint("##words", "Filter", &text, ImGuiInputTextFlags_EscapeClearsAll);
  const bool active = ImGui::IsItemActive();
  const bool left = ImGui::IsItemDeactivated();
  ImGui::SetCursorPos(before);
  ImGui::PopStyleColor(2);
  ImGui::PopStyleVar();
  ImGui::PopFont();
  if (active) list->AddRect(box.min, box.max, ui.tone(Tone::AccentBase), ui.px(4), ui.hair());
  icon_at(ui, list, Icon::Funnel, {box.min.x + ui.px(15), y}, 16, ui.tone(active ? Tone::Text1 : Tone::Text2));
  if (can_clear) {
    icon_at(ui, list, Icon::X, clear_box.centre(), 12, ui.tone(clear.hovered ? Tone::Text1 : Tone::Text2));
    if (clear.clicked) text.clear();
  } else if (!active && box.width() > ui.px(110)) {
    key_cap(ui, list, box.max.x - ui.px(24), y, "/", ui.tone(Tone::Text3), ui.tone(Tone::LineHard));
  }
  if (left && (ImGui::IsKeyPressed(ImGuiKey_Enter, false) || ImGui::IsKeyPressed(ImGuiKey_KeypadEnter, false)))
    ImGui::SetWindowFocus();
}

// The filters that are wanted most, as far as there is room: one press to see only those, another to see all again.
void chips(const GalleryState& state, const PanelContext& c, float x, float right, float y) {
  const Ui& ui = c.ui;
  ImDrawList* list = ImGui::GetWindowDrawList();
  for (const GalleryFilter filter : {GalleryFilter::Picked, GalleryFilter::New, GalleryFilter::Videos,
                                     GalleryFilter::Images, GalleryFilter::Rejected, GalleryFilter::Failed}) {
    const bool on = c.state.query.filter == filter;
    const std::string name(label_of(filter)), count = grouped_figures(state.index.counts()[filter]);
    const float name_w = text_width(ui, Type::Label, name);
    // Room for three figures at least, so that counting moves nothing.
    const float w = std::round(
        name_w + std::max(text_width(ui, Type::Label, count), text_width(ui, Type::Label, "000")) + ui.px(26));
    if (x + w > right) break;
    const Press press = press_area_at((name + "##chip").c_str(), rect_at(x, y - ui.px(12), w, ui.px(24)));
    const Tone ground = on ? Tone::SurfacePress : press.hovered ? Tone::SurfaceHover : Tone::SurfaceRaised;
    list->AddRectFilled(press.box.min, press.box.max, ui.tone(ground), ui.px(12));
    text_at(ui, list, Type::Label, x + ui.px(10), y, ui.tone(on ? Tone::Text1 : Tone::Text2), name);
    text_at(ui, list, Type::Label, x + ui.px(16) + name_w, y, ui.tone(on ? Tone::Text1 : Tone::Text3), count);
    if (press.clicked) c.state.query.filter = on ? GalleryFilter::All : filter;
    x += w + ui.px(6);
  }
}

float size_slider(GalleryState& state, const PanelContext& c, float right, float y, float track) {
  const Ui& ui = c.ui;
  ImDrawList* list = ImGui::GetWindowDrawList();
  const int steps = static_cast<int>(ui.theme.tile_widths.size());
  const Rect slider = rect_at(right - track, y - ui.px(12), track, ui.px(24));
  const Press press = press_area_at("Tile size", slider);
  if (press.held) {
    const float part = (ImGui::GetIO().MousePos.x - slider.min.x) / track;
    state.size_step = std::clamp(static_cast<int>(std::lround(part * static_cast<float>(steps - 1))), 0, steps - 1);
  }
  const float at = slider.min.x + track * static_cast<float>(state.size_step) / static_cast<float>(steps - 1);
  list->AddRectFilled({slider.min.x, y - ui.px(1)}, {slider.max.x, y + ui.px(1)}, ui.tone(Tone::LineHard), ui.px(1));
  list->AddRectFilled({slider.min.x, y - ui.px(1)}, {at, y + ui.px(1)}, ui.tone(Tone::Text2), ui.px(1));
  list->AddCircleFilled({at, y}, ui.px(6), ui.tone(press.hovered || press.held ? Tone::Text1 : Tone::Text2));
  icon_at(ui, list, Icon::GridFour, {slider.min.x - ui.px(16), y}, 16, ui.tone(Tone::Text2));
  return slider.min.x - ui.px(28);
}

}  // namespace

float toolbar_height(const Ui& ui, float width) { return ui.px(width < ui.px(narrow_below) ? 72 : 40); }

void draw_toolbar(GalleryState& state, const PanelContext& c, Rect bar) {
  const Ui& ui = c.ui;
  ImDrawList* list = ImGui::GetWindowDrawList();
  list->AddRectFilled({bar.min.x, bar.max.y - ui.hair()}, bar.max, ui.tone(Tone::LineSoft));
  const int steps = static_cast<int>(ui.theme.tile_widths.size());
  if (const int by = std::exchange(c.state.wishes.larger_tiles, 0); by != 0)
    state.size_step = std::clamp(state.size_step + by, 0, steps - 1);

  const bool narrow = bar.width() < ui.px(narrow_below);
  const float h = ui.px(28), y = bar.min.y + ui.px(20), y2 = narrow ? bar.min.y + ui.px(54) : y;
  const auto icon_box = [&](float right, float middle) {
    return rect_at(right - ui.px(28), middle - ui.px(14), ui.px(28), ui.px(28));
  };
  float left = bar.min.x + ui.px(narrow ? 12 : 18), right = bar.max.x - ui.px(narrow ? 12 : 18);

  // How, from the right.
  const Rect menu_box = icon_box(right, y);
  if (icon_button_at(ui, "View", Icon::DotsThree, menu_box, ImGui::IsPopupOpen("view"))) ImGui::OpenPopup("view");
  if (begin_popup_below(ui, "view", menu_box, true)) {
    view_menu(c);
    end_menu();
  }
  float line_right = menu_box.min.x - ui.px(4);
  float how = narrow ? right : line_right;
  if (!narrow && icon_button_at(ui, "Square", Icon::SquaresFour, icon_box(how, y2), c.state.query.square))
    c.state.query.square = !c.state.query.square;
  if (!narrow) how -= ui.px(28 + 14);
  how = size_slider(state, c, how - ui.px(narrow ? 4 : 0), y2, ui.px(narrow || bar.width() < ui.px(900) ? 64 : 88));
  const auto drop = [&](const char* label, const char* popup, std::string_view text, auto draw_list) {
    const float w = drop_width(ui, text, false);
    const Rect box = rect_at(how - w, y2 - ui.px(14), w, h);
    const Press press = drop_button(ui, label, popup, text, Icon::Count, box, false);
    if (begin_popup_below(ui, popup, press.box, true)) {
      draw_list();
      end_menu();
    }
    how -= w + ui.px(2);
  };
  if (narrow || bar.width() >= ui.px(760)) {
    drop("Sort##sort", "sorts", label_of(c.state.query.sort), [&] { sort_list(c); });
    drop("Group##grouping", "groupings", label_of(c.state.query.grouping), [&] { grouping_list(c); });
  }
  const std::string count = grouped_figures(static_cast<std::int64_t>(state.index.tiles()));
  const std::string words = count + " shown";
  if (narrow) {
    text_elided(ui, list, Type::Label, left, y2, how - left - ui.px(8), ui.tone(Tone::Text1), words);
  } else {
    how = text_right(ui, list, Type::Caption, how - ui.px(8), y, ui.tone(Tone::Text2),
                     bar.width() < ui.px(960) ? count : words) -
          ui.px(16);
    line_right = how;
  }

  // What, from the left.
  const float filter_w = drop_width(ui, "All assets", true);
  filter_button(state, c, rect_at(left, y - ui.px(14), filter_w, h));
  left += filter_w + ui.px(8);
  const float field_w =
      narrow ? line_right - left - ui.px(4) : std::clamp((line_right - left) * 0.34f, ui.px(110), ui.px(216));
  words_field(state, c, rect_at(left, y - ui.px(14), std::round(field_w), h));
  left += std::round(field_w) + ui.px(10);
  if (!narrow) chips(state, c, left, line_right, y);

  // Words are looked for in slices; what was shown before stays meanwhile.
  if (state.searching_since > 0 && ui.now_secs - state.searching_since > 0.3)
    list->AddRectFilled({bar.min.x, bar.max.y}, {bar.max.x, bar.max.y + ui.px(2)}, ui.tone(Tone::AccentBase));
}

}  // namespace studio
