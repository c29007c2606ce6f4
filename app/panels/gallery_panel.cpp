// What has been made, what is being made, and which of it is kept?
#include "panels/gallery_panel.h"

#include <imgui_internal.h>

#include <algorithm>

#include "panels/gallery_marquee.h"
#include "panels/gallery_menu.h"
#include "panels/gallery_tiles.h"
#include "panels/gallery_toolbar.h"
#include "panels/selection_bar.h"

namespace studio {
namespace {

// Somebody wants to see a row that the filter or a folded group hides.
void make_visible(GalleryState& state, const PanelContext& c, Row row) {
  const Library& library = c.view.library;
  if (row >= library.items.size()) return;
  GalleryQuery& query = c.state.query;
  if (!state.index.is_shown(row)) {
    const Item& item = library.items[row];
    query.filter = item.in_trash ? GalleryFilter::Trash : GalleryFilter::All;
    query.text.clear();
    if (item.mark == Mark::Reject) query.hide_rejected = false;
  }
  const std::size_t group = state.index.group_of(row);
  if (group < state.index.groups().size() && state.index.groups()[group].folded) state.index.set_folded(group, false);
}

void keep_selection_shown(GalleryState& state, const PanelContext& c) {
  Selection& selection = c.state.selection;
  const Row focus = selection.focus();
  const bool only_focus = selection.count() == 1 && selection.contains(focus);
  selection.keep_if([&](Row row) { return state.index.is_shown(row); });
  // What took the place of the one that left is next: judging goes on without the mouse.
  if (focus == no_row || state.index.is_shown(focus)) return;
  const std::size_t place = c.state.shown.place_of(focus);
  Row next = no_row;
  for (std::size_t at = place; at < c.state.shown.size() && next == no_row; ++at)
    if (state.index.is_tile(c.state.shown[at])) next = c.state.shown[at];
  for (std::size_t at = std::min(place, c.state.shown.size()); at-- > 0 && next == no_row;)
    if (state.index.is_tile(c.state.shown[at])) next = c.state.shown[at];
  selection.set_focus(next);
  if (only_focus && next != no_row) selection.set_only(next);
}

void refresh(GalleryState& state, const PanelContext& c) {
  const Library& library = c.view.library;
  GalleryQuery& query = c.state.query;
  if (std::exchange(state.is_fresh, false)) {
    query.filter = GalleryFilter::All;
    query.text.clear();
  }
  if (c.state.wishes.show_focus && state.index.revision() > 1) make_visible(state, c, c.state.selection.focus());
  if (std::exchange(c.state.wishes.fold_all, false)) state.index.fold_all(true);
  if (std::exchange(c.state.wishes.unfold_all, false)) state.index.fold_all(false);
  const bool by_text = query.sort == GallerySort::Name || query.sort == GallerySort::Prompt;
  if (state.text.work(library, query.text, by_text)) {
    if (state.searching_since == 0) state.searching_since = c.ui.now_secs;
    c.ui.redraw_in(0);
  } else {
    state.searching_since = 0;
  }
  const bool other_tiles = state.index.update(library, query, state.text);
  for (const Row row : state.index.marked()) {
    std::erase_if(state.flashes, [row](const MarkFlash& flash) { return flash.row == row; });
    state.flashes.push_back({row, c.ui.now_secs});
  }
  std::erase_if(state.flashes,
                [&](const MarkFlash& flash) { return c.ui.now_secs - flash.since_secs > mark_flash_secs; });
  if (other_tiles || state.selection_revision != c.state.selection.revision()) {
    keep_selection_shown(state, c);
    state.selection_revision = c.state.selection.revision();
  }
  if (state.rows_revision == library.rows_revision) return;
  state.rows_revision = library.rows_revision;
  if (state.index.states_changed() || state.line_revision != library.line_revision) {
    state.line_revision = library.line_revision;
    state.first_open = first_open_row(library, state.first_open);
    state.place_in_line = places_in_line(library, state.first_open);
  }
  c.ui.pictures->forget_failures();
}

GalleryMetrics metrics_for(const GalleryState& state, const Ui& ui, float width, bool square) {
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
  m.square = square;
  return m;
}

const GroupHead& head_words(GalleryState& state, const PanelContext& c, std::size_t group) {
  GalleryState::Head& head = state.heads[group];
  if (head.rows_revision != c.view.library.rows_revision || head.index_revision != state.index.revision()) {
    head.rows_revision = c.view.library.rows_revision;
    head.index_revision = state.index.revision();
    head.words = head_of(c.view.library, c.view.providers, state.index.groups()[group], c.view.now_wall_ms);
  }
  return head.words;
}

void draw_head(const PanelContext& c, GalleryState& state, ImDrawList* list, std::size_t group_index, Rect box) {
  const Ui& ui = c.ui;
  const GalleryGroup& group = state.index.groups()[group_index];
  const GroupHead& head = head_words(state, c, group_index);
  const std::string id = group.generation.valid()                   ? to_string(group.generation)
                         : group.grouping == GalleryGrouping::Model ? "model " + group.model
                                                                    : group.day;
  state.channels.SetCurrentChannel(list, 1);
  const float y = box.centre().y;
  // The menu lies on the head: it is asked first.
  const Rect menu_box = rect_at(box.max.x - ui.px(24), y - ui.px(12), ui.px(24), ui.px(24));
  if (icon_button_at(ui, ("More of group " + id).c_str(), Icon::DotsThree, menu_box)) {
    state.menu_group = group_index;
    state.open_group_menu = true;
  }
  const Press press = press_area_at(("group " + id).c_str(), box);
  box.max.x -= ui.px(24 + 10);
  icon_at(ui, list, group.folded ? Icon::CaretRight : Icon::CaretDown, {box.min.x + ui.px(6), y}, 12,
          ui.tone(press.hovered ? Tone::Text1 : Tone::Text2));
  float right = box.max.x;
  if (head.open > 0) {
    const float bar = ui.px(64), top = std::round(y - ui.px(2));
    const float part = static_cast<float>(head.arrived) / static_cast<float>(std::max(1, head.total));
    list->AddRectFilled({right - bar, top}, {right, top + ui.px(4)}, ui.tone(Tone::LineHard), ui.px(2));
    if (head.arrived > 0)
      list->AddRectFilled({right - bar, top}, {right - bar + bar * part, top + ui.px(4)}, ui.tone(Tone::AccentBase),
                          ui.px(2));
    right -= bar + ui.px(10);
  }
  if (!head.state.empty()) right = text_right(ui, list, Type::Caption, right, y, ui.tone(Tone::Text2), head.state);
  const float x = box.min.x + ui.px(22), room = right - ui.px(24) - x;
  // The prompt gives way to the facts only down to a third of the line.
  const float facts = text_width(ui, Type::Caption, head.facts);
  const float title_room = std::max(room * 0.34f, room - facts - ui.px(10));
  const float title_end = text_elided(ui, list, Type::Strong, x, y, title_room, ui.tone(Tone::Text1), head.title);
  text_elided(ui, list, Type::Caption, title_end + ui.px(10), y, right - ui.px(24) - title_end - ui.px(10),
              ui.tone(Tone::Text2), head.facts);
  if (press.clicked) state.index.set_folded(group_index, !group.folded);
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

void draw_no_match(const PanelContext& c) {
  const Ui& ui = c.ui;
  const ImVec2 min = ImGui::GetWindowPos(), size = ImGui::GetWindowSize();
  const ImVec2 middle{min.x + size.x * 0.5f, min.y + size.y * 0.42f};
  ImDrawList* list = ImGui::GetWindowDrawList();
  const GalleryQuery& query = c.state.query;
  const bool empty_trash = query.filter == GalleryFilter::Trash && query.text.empty();
  const std::string words = empty_trash          ? "The trash is empty."
                            : query.text.empty() ? "Nothing here is " + fold_case(label_of(query.filter)) + "."
                                                 : "Nothing here has these words.";
  icon_at(ui, list, empty_trash ? Icon::Trash : Icon::Funnel, {middle.x, middle.y - ui.px(44)}, 32,
          ui.tone(Tone::Text3));
  text_centred(
      ui, list, Type::Body, middle, ui.tone(Tone::Text2),
      query.filter == GalleryFilter::All && query.text.empty() ? "Everything is hidden by the filter." : words);
  ButtonFace face;
  face.text = empty_trash ? "Show all assets" : "Clear filter";
  const float w = button_width(ui, face);
  if (button_at(ui, "Clear filter", face, rect_at(std::round(middle.x - w * 0.5f), middle.y + ui.px(24), w, ui.px(32))))
    run_command("clear-filter", c.commands);
}

void scroll_to_focus(const GalleryState& state, const PanelContext& c) {
  const auto box = box_of_row(state.index, state.layout, c.state.shown, c.state.selection.focus());
  if (!box) return;
  const float height = ImGui::GetWindowHeight(), top = box->y, bottom = top + box->height + c.ui.px(24 + 16 + 84);
  // Below a head that belongs to it, above the bar that floats.
  if (top - c.ui.px(36) < ImGui::GetScrollY())
    ImGui::SetScrollY(std::max(0.0f, top - c.ui.px(36)));
  else if (bottom > ImGui::GetScrollY() + height)
    ImGui::SetScrollY(std::min(bottom - height, std::max(0.0f, top - c.ui.px(36))));
}

// What was at the top of the view before the layout changed, so that it is there afterwards as well.
struct Anchor {
  Row row = no_row;
  float below_top = 0;
};
Anchor anchor_of(const GalleryState& state, const PanelContext& c, float scroll) {
  Anchor anchor;
  // At the very top the newest are wanted, whatever arrives.
  if (scroll <= 0 || c.state.shown.empty()) return anchor;
  const auto [first, last] = state.layout.visible(scroll, scroll + ImGui::GetWindowHeight());
  for (std::size_t i = first; i < last; ++i) {
    const GroupPlace& place = state.layout.places[i];
    if (place.tiles == 0 || place.group >= state.index.groups().size()) continue;
    std::uint32_t line = state.layout.line_at(place, scroll);
    if (state.layout.row_top(place, line) + place.tile_height < scroll && line + 1 < state.layout.lines(place)) ++line;
    const std::size_t at =
        place.first_tile + static_cast<std::size_t>(line) * static_cast<std::size_t>(state.layout.columns);
    if (at >= c.state.shown.size()) continue;
    anchor.row = c.state.shown[at];
    anchor.below_top = state.layout.row_top(place, line) - scroll;
    break;
  }
  // Where keys act matters more than the corner, if it can be seen.
  const Row focus = c.state.selection.focus();
  if (const auto box = box_of_row(state.index, state.layout, c.state.shown, focus);
      box && box->y + box->height > scroll && box->y < scroll + ImGui::GetWindowHeight())
    anchor = {focus, box->y - scroll};
  return anchor;
}

void lay_out_again(GalleryState& state, const PanelContext& c, const GalleryMetrics& metrics) {
  const float scroll = ImGui::GetScrollY();
  const Anchor anchor = anchor_of(state, c, scroll);
  state.layout = lay_out(state.index, metrics);
  state.metrics = metrics;
  state.laid_out_index = state.index.revision();
  c.state.shown = rows_in_order(state.index, state.layout);
  if (anchor.row == no_row) return;
  if (const auto box = box_of_row(state.index, state.layout, c.state.shown, anchor.row))
    ImGui::SetScrollY(std::max(0.0f, std::round(box->y - anchor.below_top)));
}

void draw_tiles(GalleryState& state, const PanelContext& c, ImDrawList* list, ImVec2 content, Rect view) {
  const Library& library = c.view.library;
  const FaceContext faces{library, c.view.providers, c.view.now_wall_ms, state.place_in_line};
  const float top = view.min.y - content.y, bottom = view.max.y - content.y;
  const auto [first, last] = state.layout.visible(top, bottom);
  const auto columns = static_cast<std::uint32_t>(state.layout.columns);
  for (std::size_t i = first; i < last; ++i) {
    const GroupPlace& place = state.layout.places[i];
    const GalleryGroup& group = state.index.groups()[place.group];
    if (place.head > 0 && place.top + place.head > top)
      draw_head(c, state, list, place.group,
                rect_at(content.x, content.y + place.top, state.metrics.width, state.metrics.head));
    const std::uint32_t lines = state.layout.lines(place);
    for (std::uint32_t line = state.layout.line_at(place, top); line < lines; ++line) {
      if (state.layout.row_top(place, line) > bottom) break;
      const bool has_strip = state.layout.has_strip(place, line);
      const std::uint32_t from = line * columns, to = std::min(place.tiles, from + columns);
      for (std::uint32_t n = from; n < to; ++n) {
        const GalleryBox at = state.layout.box_of(place, n);
        const Rect box = rect_at(content.x + at.x, std::round(content.y + at.y), at.width, at.height);
        draw_tile(c, faces, state, list, group.rows[n], box);
        if (has_strip && state.index.has_strip(group.rows[n]))
          draw_strip(c, faces, state, list, library.items[group.rows[n]].asset,
                     {box.min.x, std::round(box.max.y + state.metrics.footer)}, at.width);
      }
    }
  }
}

void draw_grid(GalleryState& state, const PanelContext& c) {
  const Ui& ui = c.ui;
  const bool narrow = ImGui::GetWindowWidth() < ui.px(620);
  const float pad_left = ui.px(narrow ? 12 : 18), pad_top = ui.px(12), bottom_room = ui.px(84);
  // Room for the scrollbar is always left, so that tiles do not change size when it appears.
  const float width = ImGui::GetWindowWidth() - pad_left - ui.px(narrow ? 22 : 26);
  const GalleryMetrics metrics = metrics_for(state, ui, width, c.state.query.square);
  if (state.laid_out_index != state.index.revision() || !(metrics == state.metrics)) lay_out_again(state, c, metrics);
  const float height = ImGui::GetWindowHeight();
  const float line_height =
      state.layout.places.empty() ? height : std::max(1.0f, state.layout.places.front().row_height);
  c.state.lines_on_page = std::max(1, static_cast<int>((height - bottom_room) / line_height));
  if (std::exchange(c.state.wishes.show_newest, false)) ImGui::SetScrollY(0);

  const ImVec2 origin = ImGui::GetCursorScreenPos();
  ImGui::Dummy({1, state.layout.height + pad_top + bottom_room});
  if (std::exchange(c.state.wishes.show_focus, false)) scroll_to_focus(state, c);
  const ImVec2 content{std::round(origin.x + pad_left), std::round(origin.y + pad_top)};
  const float view_top = ImGui::GetWindowPos().y;
  const Rect view{{ImGui::GetWindowPos().x, view_top},
                  {ImGui::GetWindowPos().x + ImGui::GetWindowWidth(), view_top + height}};

  ImDrawList* list = ImGui::GetWindowDrawList();
  state.channels.Split(list, 2);
  state.channels.SetCurrentChannel(list, 0);
  begin_pictures(list, ui.pictures->gpu());
  draw_tiles(state, c, list, content, view);
  state.channels.SetCurrentChannel(list, 0);
  end_pictures(list);
  lay_filtered_pictures(state, list);
  state.channels.Merge(list);

  if (state.index.tiles() == 0 && state.searching_since == 0) draw_no_match(c);

  // Asked last: it has the pointer where nothing lies above it.
  const Rect ground{view.min, {view.max.x - ui.px(14), view.max.y}};
  const Press press = press_area_at("ground", ground);
  update_marquee(state, c, content, view, press.held && ImGui::IsMouseClicked(ImGuiMouseButton_Left));
  c.state.drags_frame = state.marquee.phase != Marquee::Phase::None;
  draw_marquee(state, c, list, content, view);
}

}  // namespace

void reset_gallery(GalleryState& state) {
  // Tile size and the draft for videos are the user's, the rest was the project's.
  state.text.reset();
  state.index.reset();
  state.layout = {};
  state.laid_out_index = 0;
  state.rows_revision = state.selection_revision = 0;
  state.place_in_line.clear();
  state.first_open = 0;
  state.heads.clear();
  state.chosen_images.clear();
  state.chosen_selection = state.chosen_rows = state.takes_selection = state.takes_rows = 0;
  state.note_row = state.menu_row = state.child = state.video_of = no_row;
  state.strip_of = {};
  state.marquee = {};
  state.hover = {};
  state.scrub = {};
  state.flashes.clear();
  state.searching_since = 0;
  state.is_fresh = true;
}

void draw_gallery_panel(GalleryState& state, const PanelContext& c) {
  const Ui& ui = c.ui;
  refresh(state, c);
  state.hover.seen = state.scrub_seen = state.scrub_exact = false;
  if (ImGui::IsMouseClicked(ImGuiMouseButton_Left)) {
    state.press_ctrl = ImGui::GetIO().KeyCtrl;
    state.press_shift = ImGui::GetIO().KeyShift;
  }
  const ImVec2 min = ImGui::GetCursorScreenPos(), size = ImGui::GetContentRegionAvail();
  const float bar = toolbar_height(ui, size.x);
  draw_toolbar(state, c, rect_at(min.x, min.y, size.x, bar));

  ImGui::SetCursorScreenPos({min.x, min.y + bar});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
  ImGui::BeginChild("##grid", {size.x, size.y - bar}, 0, ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoNav);
  ImGui::PopStyleVar();
  if (c.view.library.items.empty()) {
    draw_empty(c);
  } else {
    draw_grid(state, c);
  }
  ImGui::EndChild();

  const float inset = ui.px(size.x < ui.px(620) ? 12 : 18);
  draw_selection_bar(state, c,
                     rect_at(min.x + inset, min.y + size.y - ui.px(12 + 48), size.x - inset - ui.px(26), ui.px(48)));
  draw_strip_popup(state, c);
  draw_child_popup(state, c);
  draw_tile_menu(state, c);
  draw_group_menu(state, c);
  // A clip may lie in the grid or in a popup over it: only now it is known that the pointer is on none.
  if (!state.hover.seen) state.hover = {};
  if (!state.scrub_seen) scrub_leave(state.scrub);
  draw_tile_note(state, c);
  c.state.pictures_have_focus = ImGui::IsWindowFocused(ImGuiFocusedFlags_ChildWindows) &&
                                !ImGui::GetIO().WantTextInput &&
                                !ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopupId | ImGuiPopupFlags_AnyPopupLevel);
}

}  // namespace studio
