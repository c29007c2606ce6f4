// What the frame touches is computed from the layout, so tiles far off screen count as well.
#include "panels/gallery_marquee.h"

#include <imgui_internal.h>

#include <algorithm>

namespace studio {

std::vector<Row> marquee_selection(const std::vector<Row>& before, const std::vector<Row>& touched, bool adds) {
  if (!adds) return touched;
  // The selection itself leaves out what is named twice.
  std::vector<Row> rows = before;
  rows.insert(rows.end(), touched.begin(), touched.end());
  return rows;
}

float edge_scroll_speed(float y, float top, float bottom, float edge) {
  constexpr float per_px = 12, most = 6000;
  if (y < top + edge) return -std::min(most, (top + edge - y) * per_px);
  if (y > bottom - edge) return std::min(most, (y - bottom + edge) * per_px);
  return 0;
}

void update_marquee(GalleryState& state, const PanelContext& c, ImVec2 content, Rect view, bool ground_pressed) {
  Marquee& marquee = state.marquee;
  const ImGuiIO& io = ImGui::GetIO();
  const ImVec2 at{io.MousePos.x - content.x, io.MousePos.y - content.y};
  Selection& selection = c.state.selection;
  if (ImGui::IsMouseClicked(ImGuiMouseButton_Left)) {
    marquee = {};
    // From a tile only with a key held: without one a press there is about that tile.
    const bool on_tile =
        state.hover.seen && ImGui::IsWindowHovered(ImGuiHoveredFlags_AllowWhenBlockedByActiveItem);
    if (ground_pressed || (on_tile && (state.press_ctrl || state.press_shift))) {
      marquee.phase = Marquee::Phase::Armed;
      marquee.adds = state.press_ctrl || state.press_shift;
      marquee.from = marquee.to = at;
      marquee.before = selection_now(c.state);
    }
  }
  if (marquee.phase == Marquee::Phase::None) return;
  if (ImGui::IsKeyPressed(ImGuiKey_Escape, false)) {
    restore_selection(c.state, marquee.before);
    marquee = {};
    return;
  }
  if (marquee.phase == Marquee::Phase::Armed && ImGui::IsMouseDragPastThreshold(ImGuiMouseButton_Left))
    marquee.phase = Marquee::Phase::Active;

  if (marquee.phase == Marquee::Phase::Active) {
    marquee.to = at;
    std::vector<Row> touched =
        rows_touched(state.index, state.layout, marquee.from.x, marquee.from.y, marquee.to.x, marquee.to.y);
    if (touched != marquee.touched || (!marquee.adds && selection.count() != touched.size())) {
      selection.set_all(marquee_selection(marquee.before.rows, touched, marquee.adds));
      marquee.touched = std::move(touched);
    }
    const float speed = edge_scroll_speed(io.MousePos.y, view.min.y, view.max.y, c.ui.px(16));
    if (speed != 0 && ImGui::IsMouseDown(ImGuiMouseButton_Left)) {
      // After a sleep the first frame is long: no leap.
      const float secs = std::min(io.DeltaTime, 1.0f / 30);
      ImGui::SetScrollY(std::clamp(ImGui::GetScrollY() + speed * secs, 0.0f, ImGui::GetScrollMaxY()));
      c.ui.redraw_in(0);
    }
  }
  if (ImGui::IsMouseDown(ImGuiMouseButton_Left)) return;
  if (marquee.phase == Marquee::Phase::Active) {
    // Keys act where the frame was.
    if (!marquee.touched.empty() && !selection.contains(selection.focus())) {
      selection.set_focus(marquee.touched.front());
      selection.set_anchor(marquee.touched.front());
    }
    push_selection_step(c.state, std::move(marquee.before));
  } else if (!marquee.adds) {
    // A click on the ground between the tiles lets go of the selection.
    selection.clear();
    push_selection_step(c.state, std::move(marquee.before));
  }
  marquee = {};
}

void draw_marquee(const GalleryState& state, const PanelContext& c, ImDrawList* list, ImVec2 content, Rect view) {
  const Marquee& marquee = state.marquee;
  if (marquee.phase != Marquee::Phase::Active) return;
  const Ui& ui = c.ui;
  const Rect box{{std::max(view.min.x, std::round(content.x + std::min(marquee.from.x, marquee.to.x))),
                  std::max(view.min.y - ui.px(4), std::round(content.y + std::min(marquee.from.y, marquee.to.y)))},
                 {std::min(view.max.x, std::round(content.x + std::max(marquee.from.x, marquee.to.x))),
                  std::min(view.max.y + ui.px(4), std::round(content.y + std::max(marquee.from.y, marquee.to.y)))}};
  list->AddRectFilled(box.min, box.max, faded(ui.tone(Tone::SelectRing), 0.1f));
  list->AddRect(box.min, box.max, ui.tone(Tone::SelectRing), 0, ui.hair());
  // Dear ImGui has no cross among its cursors: drawn, light with dark edges.
  ImGui::SetMouseCursor(ImGuiMouseCursor_None);
  ImDrawList* above = ImGui::GetForegroundDrawList();
  const ImVec2 at{std::round(ImGui::GetIO().MousePos.x), std::round(ImGui::GetIO().MousePos.y)};
  const float arm = ui.px(9), w = ui.hair();
  for (const bool dark : {true, false}) {
    const float e = dark ? w : 0;
    const ImU32 colour = ui.tone(dark ? Tone::SurfaceVoid : Tone::SelectRing);
    above->AddRectFilled({at.x - arm - e, at.y - e}, {at.x + arm + w + e, at.y + w + e}, colour);
    above->AddRectFilled({at.x - e, at.y - arm - e}, {at.x + w + e, at.y + arm + w + e}, colour);
  }
}

}  // namespace studio
