// What has been made, what is being made, and which of it is kept?
#include "panels/gallery_panel.h"

#include <imgui_internal.h>

#include <algorithm>

#include "panels/decide_dialog.h"
#include "panels/gallery_tiles.h"
#include "panels/selection_bar.h"

namespace studio {
namespace {

void refresh(GalleryState& state, const PanelContext& c) {
  const Library& library = c.view.library;
  state.index.update(library);
  if (state.rows_revision == library.rows_revision) return;
  state.rows_revision = library.rows_revision;
  state.first_open = first_open_row(library, state.first_open);
  state.place_in_line = places_in_line(library, state.first_open);
  // Once per change of a mark or state, not per frame.
  state.picked = state.pictures = state.videos = 0;
  for (const Item& item : library.items) {
    if (!item.asset.valid()) continue;
    ++(item.kind == MediaKind::Video ? state.videos : state.pictures);
    if (item.kind == MediaKind::Image && item.mark == Mark::Pick && item.asset_state == AssetState::Done)
      ++state.picked;
  }
  c.ui.pictures->forget_failures();
}

GalleryMetrics metrics_for(const GalleryState& state, const Ui& ui, float width) {
  GalleryMetrics m;
  const auto& ladder = ui.theme.tile_widths;
  const int wished =
      ladder[static_cast<std::size_t>(std::clamp(state.size_step, 0, static_cast<int>(ladder.size()) - 1))];
  m.width = width;
  m.tile_width = ui.px(static_cast<float>(wished));
  m.gap = ui.px(12);
  m.row_gap = ui.px(16);
  m.head = ui.px(32);
  m.head_gap = ui.px(4);
  m.group_gap = ui.px(12);
  m.footer = tile_footer_height(ui, m.tile_width);
  m.strip = ui.px(48);
  m.max_tile_height = std::floor(m.tile_width * 2.4f);
  return m;
}

void draw_head(const PanelContext& c, GalleryState& state, ImDrawList* list, std::size_t group_index, Rect box) {
  const Ui& ui = c.ui;
  const GalleryGroup& group = state.index.groups()[group_index];
  const GroupHead head = head_of(c.view.library, c.view.providers, group);
  const std::string id = group.generation.valid() ? to_string(group.generation) : group.day;
  const Press press = press_area_at(("group " + id).c_str(), box);
  state.channels.SetCurrentChannel(list, 1);
  const float y = box.centre().y;
  icon_at(ui, list, group.folded ? Icon::CaretRight : Icon::CaretDown, {box.min.x + ui.px(6), y}, 12,
          ui.tone(press.hovered ? Tone::Text1 : Tone::Text2));
  float right = box.max.x;
  if (head.arrived < head.total) {
    const float bar = ui.px(64), top = std::round(y - ui.px(2));
    const float part = static_cast<float>(head.arrived) / static_cast<float>(std::max(1, head.total));
    list->AddRectFilled({right - bar, top}, {right, top + ui.px(4)}, ui.tone(Tone::LineHard), ui.px(2));
    if (head.arrived > 0)
      list->AddRectFilled({right - bar, top}, {right - bar + bar * part, top + ui.px(4)}, ui.tone(Tone::AccentBase),
                          ui.px(2));
    right = text_right(ui, list, Type::Caption, right - bar - ui.px(10), y, ui.tone(Tone::Text2),
                       std::to_string(head.arrived) + " of " + std::to_string(head.total) + " arrived");
  } else if (head.picked > 0) {
    right =
        text_right(ui, list, Type::Caption, right, y, ui.tone(Tone::Text2), std::to_string(head.picked) + " picked");
  }
  const float x = box.min.x + ui.px(22), room = right - ui.px(24) - x;
  // The prompt gives way to the facts only down to a third of the line.
  const float facts = text_width(ui, Type::Caption, head.facts);
  const float title_room = std::max(room * 0.34f, room - facts - ui.px(10));
  const float title_end = text_elided(ui, list, Type::Strong, x, y, title_room, ui.tone(Tone::Text1), head.title);
  text_elided(ui, list, Type::Caption, title_end + ui.px(10), y, right - ui.px(24) - title_end - ui.px(10),
              ui.tone(Tone::Text2), head.facts);
  if (press.clicked) state.index.set_folded(group_index, !group.folded);
}

void draw_toolbar(GalleryState& state, const PanelContext& c, Rect bar) {
  const Ui& ui = c.ui;
  ImDrawList* list = ImGui::GetWindowDrawList();
  list->AddRectFilled({bar.min.x, bar.max.y - ui.hair()}, bar.max, ui.tone(Tone::LineSoft));
  const float y = bar.centre().y;
  const auto count = [](int n, const char* one, const char* many) {
    return std::to_string(n) + " " + (n == 1 ? one : many);
  };
  float x = bar.min.x + ui.px(18);
  x = text_at(ui, list, Type::Label, x, y, ui.tone(Tone::Text1), count(state.pictures, "picture", "pictures"));
  if (state.videos > 0)
    x = text_at(ui, list, Type::Label, x + ui.px(16), y, ui.tone(Tone::Text1), count(state.videos, "video", "videos"));
  if (state.picked > 0) {
    icon_at(ui, list, Icon::Flag, {x + ui.px(23), y}, 14, ui.tone(Tone::StateDone), true);
    text_at(ui, list, Type::Label, x + ui.px(34), y, ui.tone(Tone::Text2), count(state.picked, "picked", "picked"));
  }

  // The size ladder: a slider of eight steps between small and large.
  const int steps = static_cast<int>(ui.theme.tile_widths.size());
  const float track = ui.px(88), right = bar.max.x - ui.px(26) - ui.px(24);
  icon_at(ui, list, Icon::GridFour, {right - track - ui.px(16), y}, 16, ui.tone(Tone::Text2));
  icon_at(ui, list, Icon::Image, {right + ui.px(18), y}, 16, ui.tone(Tone::Text2));
  const Rect slider = rect_at(right - track, y - ui.px(12), track, ui.px(24));
  const Press press = press_area_at("Tile size", slider);
  if (press.held) {
    const float part = (ImGui::GetIO().MousePos.x - slider.min.x) / track;
    state.size_step = std::clamp(static_cast<int>(std::lround(part * static_cast<float>(steps - 1))), 0, steps - 1);
  }
  if (c.state.wishes.larger_tiles != 0) {
    state.size_step = std::clamp(state.size_step + c.state.wishes.larger_tiles, 0, steps - 1);
    c.state.wishes.larger_tiles = 0;
  }
  const float at = slider.min.x + track * static_cast<float>(state.size_step) / static_cast<float>(steps - 1);
  list->AddRectFilled({slider.min.x, y - ui.px(1)}, {slider.max.x, y + ui.px(1)}, ui.tone(Tone::LineHard), ui.px(1));
  list->AddRectFilled({slider.min.x, y - ui.px(1)}, {at, y + ui.px(1)}, ui.tone(Tone::Text2), ui.px(1));
  list->AddCircleFilled({at, y}, ui.px(6), ui.tone(press.hovered || press.held ? Tone::Text1 : Tone::Text2));
}

void draw_empty(const PanelContext& c) {
  const Ui& ui = c.ui;
  const ImVec2 min = ImGui::GetWindowPos(), size = ImGui::GetWindowSize();
  const ImVec2 middle{min.x + size.x * 0.5f, min.y + size.y * 0.42f};
  ImDrawList* list = ImGui::GetWindowDrawList();
  icon_at(ui, list, Icon::Image, {middle.x, middle.y - ui.px(44)}, 32, ui.tone(Tone::Text3));
  text_centred(ui, list, Type::Body, middle, ui.tone(Tone::Text2), "Pictures appear here as soon as you ask for some.");
  ButtonFace face;
  face.text = "Write a prompt";
  face.key1 = "Ctrl";
  face.key2 = "L";
  const float w = button_width(ui, face);
  if (button_at(ui, "Write a prompt", face,
                rect_at(std::round(middle.x - w * 0.5f), middle.y + ui.px(24), w, ui.px(32))))
    c.state.wishes.write_prompt = true;
}

void scroll_to_focus(GalleryState& state, const PanelContext& c) {
  const Row row = c.state.selection.focus();
  const std::size_t group_index = state.index.group_of(row);
  for (const GroupPlace& place : state.layout.places) {
    if (place.group != group_index) continue;
    const auto& rows = state.index.groups()[group_index].rows;
    const auto at = std::find(rows.begin(), rows.end(), row);
    if (at == rows.end()) return;
    const auto tile_row = static_cast<std::uint32_t>((at - rows.begin()) / state.layout.columns);
    const float top = state.layout.row_top(place, tile_row, state.metrics), height = ImGui::GetWindowHeight();
    const float bottom = top + place.row_height + c.ui.px(60);
    if (top - c.ui.px(44) < ImGui::GetScrollY())
      ImGui::SetScrollY(std::max(0.0f, top - c.ui.px(44)));
    else if (bottom > ImGui::GetScrollY() + height)
      ImGui::SetScrollY(bottom - height);
    return;
  }
}

void draw_grid(GalleryState& state, const PanelContext& c) {
  const Ui& ui = c.ui;
  const Library& library = c.view.library;
  const float pad_left = ui.px(18), pad_top = ui.px(12), bottom_room = ui.px(84);
  // Room for the scrollbar is always left, so that tiles do not change size when it appears.
  const float width = ImGui::GetWindowWidth() - pad_left - ui.px(26);
  const GalleryMetrics metrics = metrics_for(state, ui, width);
  if (state.laid_out_index != state.index.revision() || !(metrics == state.metrics) ||
      state.laid_out_children != library.children.size()) {
    state.layout = lay_out(state.index, library, metrics);
    state.metrics = metrics;
    state.laid_out_index = state.index.revision();
    state.laid_out_children = library.children.size();
    c.state.shown = rows_in_order(state.index, library);
    c.state.columns = state.layout.columns;
  }
  if (c.state.wishes.show_newest) {
    c.state.wishes.show_newest = false;
    ImGui::SetScrollY(0);
  }
  if (c.state.wishes.show_focus) {
    c.state.wishes.show_focus = false;
    scroll_to_focus(state, c);
  }

  const ImVec2 origin = ImGui::GetCursorScreenPos();
  ImGui::Dummy({1, state.layout.height + pad_top + bottom_room});
  const ImVec2 content{std::round(origin.x + pad_left), std::round(origin.y + pad_top)};
  const float scroll = ImGui::GetScrollY(), height = ImGui::GetWindowHeight();
  const auto [first, last] = state.layout.visible(scroll - pad_top, scroll - pad_top + height);

  ImDrawList* list = ImGui::GetWindowDrawList();
  state.channels.Split(list, 2);
  state.channels.SetCurrentChannel(list, 0);
  begin_pictures(list, ui.pictures->gpu());
  const FaceContext faces{library, c.view.providers, c.view.now_wall_ms, state.place_in_line};
  const float tile_w = state.layout.tile_width;
  bool any_pressed = false;
  for (std::size_t i = first; i < last; ++i) {
    const GroupPlace& place = state.layout.places[i];
    const GalleryGroup& group = state.index.groups()[place.group];
    const float head_top = content.y + place.top;
    if (head_top + metrics.head > origin.y + scroll && head_top < origin.y + scroll + height)
      draw_head(c, state, list, place.group, rect_at(content.x, head_top, width, metrics.head));
    if (group.folded) continue;
    const auto rows =
        static_cast<std::uint32_t>((group.rows.size() + static_cast<std::size_t>(state.layout.columns) - 1) /
                                   static_cast<std::size_t>(state.layout.columns));
    // The last row that begins above the view: strips make rows of two heights, so it is looked for by halves.
    std::uint32_t row = 0;
    for (std::uint32_t beyond = rows; row + 1 < beyond;) {
      const std::uint32_t middle = row + (beyond - row) / 2;
      (state.layout.row_top(place, middle, metrics) <= scroll - pad_top ? row : beyond) = middle;
    }
    for (; row < rows; ++row) {
      const float top = content.y + state.layout.row_top(place, row, metrics);
      if (top > origin.y + scroll + height) break;
      const bool has_strip = std::binary_search(place.strip_rows.begin(), place.strip_rows.end(), row);
      const std::size_t from = static_cast<std::size_t>(row) * static_cast<std::size_t>(state.layout.columns);
      const std::size_t to = std::min(group.rows.size(), from + static_cast<std::size_t>(state.layout.columns));
      for (std::size_t n = from; n < to; ++n) {
        const float x = content.x + static_cast<float>(n - from) * (tile_w + metrics.gap);
        const Rect box = rect_at(x, std::round(top), tile_w, place.tile_height);
        draw_tile(c, faces, state, list, group.rows[n], box);
        any_pressed = any_pressed || ImGui::IsAnyItemActive();
        if (has_strip)
          draw_strip(c, faces, state, list, library.items[group.rows[n]].asset,
                     {x, std::round(top + place.tile_height + metrics.footer)}, tile_w);
      }
    }
  }
  state.channels.SetCurrentChannel(list, 0);
  end_pictures(list);
  state.channels.Merge(list);
  // A click on the ground between the tiles lets go of the selection.
  if (ImGui::IsWindowHovered() && ImGui::IsMouseReleased(ImGuiMouseButton_Left) && !ImGui::IsAnyItemHovered() &&
      !any_pressed && !ImGui::IsMouseDragPastThreshold(ImGuiMouseButton_Left))
    c.state.selection.clear();
}

}  // namespace

void reset_gallery(GalleryState& state) {
  const int step = state.size_step;
  const VideoDraft video = state.video;
  state.index.reset();
  state.layout = {};
  state.laid_out_index = 0;
  state.rows_revision = 0;
  state.place_in_line.clear();
  state.first_open = 0;
  state.picked = state.pictures = state.videos = 0;
  state.size_step = step;
  state.video = video;
}

void draw_gallery_panel(GalleryState& state, const PanelContext& c) {
  const Ui& ui = c.ui;
  refresh(state, c);
  if (ImGui::IsMouseClicked(ImGuiMouseButton_Left)) {
    state.press_ctrl = ImGui::GetIO().KeyCtrl;
    state.press_shift = ImGui::GetIO().KeyShift;
  }
  const ImVec2 min = ImGui::GetCursorScreenPos(), size = ImGui::GetContentRegionAvail();
  draw_toolbar(state, c, rect_at(min.x, min.y, size.x, ui.px(40)));

  ImGui::SetCursorScreenPos({min.x, min.y + ui.px(40)});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
  ImGui::BeginChild("##grid", {size.x, size.y - ui.px(40)}, 0, ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoNav);
  ImGui::PopStyleVar();
  if (c.view.library.items.empty())
    draw_empty(c);
  else
    draw_grid(state, c);
  ImGui::EndChild();

  draw_selection_bar(state, c,
                     rect_at(min.x + ui.px(18), min.y + size.y - ui.px(12 + 48), size.x - ui.px(44), ui.px(48)));
  draw_child_popup(state, c);
  draw_decide_dialog(c);
  c.state.pictures_have_focus = ImGui::IsWindowFocused(ImGuiFocusedFlags_ChildWindows) &&
                                !ImGui::GetIO().WantTextInput &&
                                !ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopupId | ImGuiPopupFlags_AnyPopupLevel);
}

}  // namespace studio
