// Tiles, the strips under them, and what a click on either does.
#include "panels/gallery_tiles.h"

#include <algorithm>
#include <utility>

namespace studio {
namespace {

constexpr float strip_gap = 6, strip_tile = 40;
constexpr int strip_most = 3;

// By the keys that were held when the button went down: a quick hand lets go of them before the button.
void click_tile(const GalleryState& state, const PanelContext& c, Row row) {
  Selection& selection = c.state.selection;
  if (state.press_ctrl)
    selection.toggle(row);
  else if (state.press_shift && selection.anchor() != no_row)
    selection.extend_to(row, c.state.shown);
  else
    selection.set_only(row);
  selection.set_focus(row);
}

void send_retry(const PanelContext& c, JobId job) {
  AppState* app = &c.state;
  RetryCommand command;
  command.jobs = {job};
  c.send(command, [app](const CommandReply& reply) {
    if (reply.error)
      app->note = {Note::Kind::Problem, reply.error->message};
    else if (!reply.failures.empty())
      app->note = {Note::Kind::Problem, reply.failures.front().error.message};
    else
      app->note = {Note::Kind::Done, "Retrying"};
  });
}

void send_cancel(const PanelContext& c, JobId job) {
  AppState* app = &c.state;
  CancelCommand command;
  command.jobs = {job};
  c.send(command, [app](const CommandReply& reply) {
    if (reply.error)
      app->note = {Note::Kind::Problem, reply.error->message};
    else
      app->note = {Note::Kind::Done, "Cancelled"};
  });
}

void send_mark(const PanelContext& c, AssetId asset, Mark mark) {
  MarkCommand command;
  command.assets = {asset};
  command.mark = mark;
  c.send(std::move(command), {});
}

// A stable name for a place: by its job where it has one, else by its asset.
std::string tile_label(const Item& item) {
  return "tile " + (item.job.valid() ? to_string(item.job) : to_string(item.asset));
}

PictureSlot slot_for(const PanelContext& c, Row row, Rect shown) {
  const Item& item = c.view.library.items[row];
  if (!item.has_poster || !item.asset.valid()) return {};
  return c.ui.pictures->ask(c.view.library.texts[row].sha256, static_cast<int>(shown.width()),
                            static_cast<int>(shown.height()));
}

}  // namespace

void draw_strip(const PanelContext& c, const FaceContext& faces, GalleryState& state, ImDrawList* list, AssetId image,
                ImVec2 at, float width) {
  const Library& library = c.view.library;
  const auto found = library.children.find(image);
  if (found == library.children.end()) return;
  const Ui& ui = c.ui;
  const auto& children = found->second;
  float x = at.x;
  int shown_count = 0;
  // The newest matter most: the last ones are shown, oldest of them first.
  const std::size_t first = children.size() > strip_most ? children.size() - strip_most : 0;
  for (std::size_t i = first; i < children.size(); ++i) {
    const Row row = children[i];
    const Item& item = library.items[row];
    const float ratio = item.height > 0 ? static_cast<float>(item.width) / static_cast<float>(item.height) : 1.5f;
    const float w = std::clamp(std::round(ui.px(strip_tile) * ratio), ui.px(24), ui.px(72));
    if (x + w > at.x + width + 1) break;
    const Rect box = rect_at(x, at.y, w, ui.px(strip_tile));
    const Press press = press_area_at(tile_label(item).c_str(), box);
    TileFace face = face_of(faces, row);
    face.selected = c.state.selection.contains(row);
    face.focused = c.state.selection.focus() == row;
    face.hovered = press.hovered;
    // Until it has its own poster, its image stands there under the state.
    PictureSlot slot = slot_for(c, row, box);
    if (slot.texture == 0) {
      const Row parent = library.row_of(image);
      if (parent != no_row) slot = slot_for(c, parent, box);
    }
    state.channels.SetCurrentChannel(list, 0);
    tile_picture(list, slot, box);
    state.channels.SetCurrentChannel(list, 1);
    strip_overlay(ui, list, face, slot, box);
    if (press.clicked) {
      click_tile(state, c, row);
      if (face.act_id == "Decide")
        c.state.wishes.decide = row;
      else if (!face.act.empty() || face.can_cancel)
        state.child = row, state.open_child = true;
    }
    if (face.big_ring && face.progress < 0) ui.redraw_in(0.25);
    x += w + ui.px(strip_gap);
    ++shown_count;
  }
  const auto hidden = static_cast<int>(children.size()) - shown_count;
  if (hidden > 0)
    text_at(ui, list, Type::Caption, x, at.y + ui.px(strip_tile * 0.5f), ui.tone(Tone::Text2),
            "+" + std::to_string(hidden));
}

void draw_child_popup(GalleryState& state, const PanelContext& c) {
  const Ui& ui = c.ui;
  if (std::exchange(state.open_child, false)) ImGui::OpenPopup("child");
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(ui.px(16), ui.px(14)));
  if (ImGui::BeginPopup("child")) {
    const Library& library = c.view.library;
    const TileFace face =
        state.child < library.items.size()
            ? face_of({library, c.view.providers, c.view.now_wall_ms, state.place_in_line}, state.child)
            : TileFace{};
    if (face.act.empty() && !face.can_cancel) {
      ImGui::CloseCurrentPopup();
    } else {
      const float width = ui.px(300);
      const JobId job = library.items[state.child].job;
      ImDrawList* list = ImGui::GetWindowDrawList();
      const ImVec2 at = ImGui::GetCursorScreenPos();
      state_shape(ui, list, face.shape, {at.x + ui.px(10), at.y + ui.px(10)}, 20, face.progress, face.steps);
      text_at(ui, list, Type::Strong, at.x + ui.px(30), at.y + ui.px(10), ui.tone(Tone::Text1),
              face.headline.empty() ? "Running" : face.headline);
      ImGui::Dummy({width, ui.px(20)});
      if (!face.line.empty()) {
        const ImVec2 p = ImGui::GetCursorScreenPos();
        ImGui::Dummy({width, text_wrapped(ui, list, Type::Body, p, width, ui.tone(Tone::Text2), face.line, 5)});
      }
      ButtonFace act;
      act.text = face.can_cancel ? "Cancel it" : face.act;
      if (button(ui, face.can_cancel ? "Cancel it" : face.act_id.c_str(), act, 0, ui.px(32))) {
        if (face.can_cancel)
          send_cancel(c, job);
        else
          send_retry(c, job);
        ImGui::CloseCurrentPopup();
      }
    }
    ImGui::EndPopup();
  }
  ImGui::PopStyleVar();
}

void draw_tile(const PanelContext& c, const FaceContext& faces, GalleryState& state, ImDrawList* list, Row row,
               Rect box) {
  const Ui& ui = c.ui;
  const Item& item = c.view.library.items[row];
  Selection& selection = c.state.selection;
  TileFace face = face_of(faces, row);
  face.selected = selection.contains(row);
  face.focused = selection.focus() == row;
  face.hovered = ImGui::IsWindowHovered(ImGuiHoveredFlags_AllowWhenBlockedByActiveItem) &&
                 ImGui::IsMouseHoveringRect(box.min, box.max);
  const Rect shown = face.shape == StateShape::None ? fitted_box(box, item.width, item.height) : box;
  const PictureSlot slot = face.shape == StateShape::None ? slot_for(c, row, shown) : PictureSlot{};

  state.channels.SetCurrentChannel(list, 0);
  tile_picture(list, slot, shown);
  state.channels.SetCurrentChannel(list, 1);
  tile_overlay(ui, list, face, slot, box, shown);

  // What lies on the tile is asked first: the first to be asked has the pointer.
  const TileParts parts = tile_parts(ui, face, box);
  const std::string label = tile_label(item);
  ImGui::PushID(label.c_str());
  if (parts.check.width() > 0 && press_area_at("Choose", grown(parts.check, ui.px(2))).clicked) {
    selection.toggle(row);
    selection.set_focus(row);
  }
  if (parts.flag.width() > 0) {
    if (press_area_at("Pick", parts.flag).clicked)
      send_mark(c, item.asset, item.mark == Mark::Pick ? Mark::None : Mark::Pick);
    if (press_area_at("Reject", parts.reject).clicked)
      send_mark(c, item.asset, item.mark == Mark::Reject ? Mark::None : Mark::Reject);
  }
  if (parts.cancel.width() > 0 && press_area_at("Cancel", parts.cancel).clicked) send_cancel(c, item.job);
  if (parts.act.width() > 0 && press_area_at(face.act_id.c_str(), parts.act).clicked) {
    if (face.act_id == "Decide")
      c.state.wishes.decide = row;
    else
      send_retry(c, item.job);
  }
  ImGui::PopID();
  if (press_area_at(label.c_str(), box).clicked) click_tile(state, c, row);

  // A reason that does not fit is told whole where the pointer rests.
  if (face.hovered && !face.line.empty() && face.shape != StateShape::None && !face.big_ring &&
      text_width(ui, Type::Caption, face.line) > box.width() - ui.px(16))
    ImGui::SetTooltip("%s", face.line.c_str());
  if (face.big_ring && face.progress < 0) ui.redraw_in(0.25);
}

}  // namespace studio
