// One job of the queue as a row.
#include "panels/queue_items.h"

#include <algorithm>
#include <cmath>

#include "commands/queue_steps.h"
#include "commands/select_step.h"
#include "widgets/picture.h"
#include "widgets/state_shape.h"

namespace studio {

void note_reply(AppState& app, const CommandReply& reply, const std::string& done) {
  if (reply.error)
    app.note = {Note::Kind::Problem, reply.error->message};
  else if (!reply.failures.empty())
    app.note = {Note::Kind::Problem, reply.failures.front().error.message};
  else
    app.note = {Note::Kind::Done, done};
}

namespace {

constexpr float act_slot = 28, cost_column = 60, left_column = 56, done_column = 44;  // px at scale 1

void act(const QueueFrame& f, Row row, std::string_view id) {
  const PanelContext& c = f.c;
  AppState* app = &c.state;
  const JobId job = c.view.library.items[row].job;
  if (id == "Retry") {
    RetryCommand command;
    command.jobs = {job};
    c.send(command, [app](const CommandReply& reply) { note_reply(*app, reply, "Retrying"); });
  } else if (id == "Cancel") {
    CancelCommand command;
    command.jobs = {job};
    c.send(command, [app](const CommandReply& reply) { note_reply(*app, reply, "Cancelled"); });
  } else if (id == "Decide") {
    c.state.wishes.decide = row;
  } else if (id == "Change the words") {
    change_words(c.state, c.view.library, row);
  } else if (id == "New seed") {
    select_only(c.state, row);
    if (const UiCommand* again = find_command("again-new-seed"); again != nullptr && is_possible(*again, c.commands))
      again->run(c.commands);
  } else if (id == "Keys") {
    c.state.wishes.settings = true;
    c.state.wishes.settings_section = "Providers";
  }
}

// --- rows

// The row whose picture stands for this one; none yet: no_row.
Row pictured(const Library& library, Row row) {
  Row shown = row;
  // Until it has its own picture, it shows the one it is made from.
  if (!library.items[row].has_poster && library.items[row].parent.valid())
    shown = library.row_of(library.items[row].parent);
  const bool has = shown != no_row && library.items[shown].has_poster && library.items[shown].asset.valid();
  return has ? shown : no_row;
}

}  // namespace

void draw_queue_thumb(const QueueFrame& f, ImDrawList* list, Row row, Rect box) {
  const Ui& ui = f.c.ui;
  const Library& library = f.c.view.library;
  const Row shown = pictured(library, row);
  if (shown == no_row) {
    list->AddRectFilled(box.min, box.max, ui.tone(Tone::GroundCell));
    return;
  }
  const Rect fit = fitted_box(box, library.items[shown].width, library.items[shown].height);
  const PictureSlot slot =
      ui.pictures->ask(library.texts[shown].sha256, static_cast<int>(fit.width()), static_cast<int>(fit.height()), library.hints[shown]);
  picture_ground(ui, list, slot, fit);
  picture(list, slot, fit);
}

namespace {

void draw_shape(const QueueFrame& f, ImDrawList* list, const QueueRowFace& face, ImVec2 centre) {
  state_shape(f.c.ui, list, face.shape, centre, 16, face.progress, face.steps);
  if (face.shape == StateShape::RingTick) f.c.ui.redraw_in(0.25);
  if (!face.left.empty() || face.shape == StateShape::RingTick) f.c.ui.redraw_in(1);
}

// The cross at a row's end: cancels, or says why it cannot.
void draw_cancel(const QueueFrame& f, ImDrawList* list, const QueueRowFace& face, Row row, Rect box) {
  const Ui& ui = f.c.ui;
  if (!face.can_cancel && face.no_cancel.empty()) return;
  const Press press = press_area_at("Cancel", box);
  if (face.can_cancel && press.hovered)
    list->AddRectFilled(press.box.min, press.box.max, ui.tone(press.held ? Tone::SurfacePress : Tone::SurfaceRaised),
                        ui.px(4));
  icon_at(ui, list, Icon::X, press.box.centre(), 16,
          ui.tone(!face.can_cancel ? Tone::TextOff
                  : press.hovered  ? Tone::Text1
                                   : Tone::Text3));
  if (press.hovered && !face.can_cancel) ImGui::SetTooltip("%s", face.no_cancel.c_str());
  if (press.clicked && face.can_cancel) act(f, row, "Cancel");
}

// By click alone, with Ctrl or with Shift; the right button takes it into the selection and opens the menu.
void choose(const QueueFrame& f, Row row, const std::vector<Row>& rows, const Press& press) {
  AppState& app = f.c.state;
  const ImGuiIO& io = ImGui::GetIO();
  if (press.hovered && ImGui::IsMouseReleased(ImGuiMouseButton_Right)) {
    if (!app.selection.contains(row)) select_only(app, row);
    f.state.opens_menu = true;
  }
  if (!press.clicked) return;
  const SelectionBefore before = selection_now(app);
  const auto at = [&](Row wanted) { return std::find(rows.begin(), rows.end(), wanted); };
  const auto anchor = at(f.state.anchor), here = at(row);
  if (io.KeyCtrl) {
    app.selection.toggle(row);
  } else if (io.KeyShift && anchor != rows.end() && here != rows.end()) {
    app.selection.clear();
    for (auto i = std::min(anchor, here); i <= std::max(anchor, here); ++i) app.selection.add(*i);
    return push_selection_step(app, before);
  } else {
    f.state.anchor = row;
    return select_only(app, row);
  }
  f.state.anchor = row;
  push_selection_step(app, before);
}

}  // namespace

void draw_queue_row(const QueueFrame& f, Row row, Rect box, bool is_failure, const std::vector<Row>& rows) {
  const Ui& ui = f.c.ui;
  const Library& library = f.c.view.library;
  ImDrawList* list = ImGui::GetWindowDrawList();
  const QueueRowFace face = queue_face(f.faces, row);
  const std::string label = "job " + to_string(library.items[row].job);
  const bool is_chosen = f.c.state.selection.contains(row);
  const bool is_hovered = ImGui::IsWindowHovered() && ImGui::IsMouseHoveringRect(box.min, box.max);
  if (f.state.drag.row == row)
    list->AddRectFilled(box.min, box.max, ui.tone(Tone::AccentWash));
  else if (is_chosen || is_hovered)
    list->AddRectFilled(box.min, box.max, ui.tone(is_chosen ? Tone::SurfacePress : Tone::SurfaceHover));
  const float y = box.centre().y, upper = box.min.y + ui.px(14), lower = box.min.y + ui.px(31);
  if (is_failure) list->AddRectFilled(box.min, {box.min.x + ui.px(3), box.max.y}, ui.tone(tone_of(face.shape)));

  draw_shape(f, list, face, {f.left + ui.px(8), y});
  const float thumb_w = ui.px(f.wide ? 50 : 42), thumb_h = ui.px(28);
  const float thumb_x = f.left + ui.px(26);
  draw_queue_thumb(f, list, row, rect_at(thumb_x, std::round(y - thumb_h * 0.5f), thumb_w, thumb_h));

  ImGui::PushID(label.c_str());
  float right = f.right;
  draw_cancel(f, list, face, row, rect_at(right - ui.px(24), std::round(y - ui.px(12)), ui.px(24), ui.px(24)));
  right -= ui.px(act_slot);
  const Tone quiet = is_chosen ? Tone::Text1 : Tone::Text2;
  if (f.wide) {
    // Words take the room of figures that are not there.
    const float at_left = right - ui.px(cost_column), at_done = at_left - ui.px(left_column);
    float edge = text_right(ui, list, Type::MonoSmall, right, y, ui.tone(Tone::Text1), face.cost);
    if (!face.left.empty()) edge = text_right(ui, list, Type::MonoSmall, at_left, y, ui.tone(quiet), face.left);
    if (!face.done.empty()) {
      text_right(ui, list, Type::MonoSmall, at_done, y, ui.tone(Tone::Text1), face.done);
      edge = at_done - ui.px(done_column);
    }
    right = edge - ui.px(8);
  } else {
    const float at = text_right(ui, list, Type::MonoSmall, right, lower, ui.tone(quiet), face.cost);
    const float above = text_right(ui, list, Type::MonoSmall, right, upper, ui.tone(Tone::Text1),
                                   face.done.empty() ? face.left : face.done);
    right = std::min(at, above) - ui.px(8);
  }
  // A failure among many: its best way on stands in the row.
  if (is_failure) {
    const FailureCard card = failure_card(f.faces, row);
    if (!card.ways.empty()) {
      ButtonFace way;
      way.text = card.ways.front().label;
      const float w = button_width(ui, way);
      if (f.wide && right - w > thumb_x + thumb_w + ui.px(120)) {
        if (button_at(ui, card.ways.front().id.c_str(), way,
                      rect_at(right - w, std::round(y - ui.px(12)), w, ui.px(24))))
          act(f, row, card.ways.front().id);
        right -= w + ui.px(8);
      }
    }
  }
  ImGui::PopID();
  const float x = thumb_x + thumb_w + ui.px(10);
  text_elided(ui, list, Type::Body, x, upper, right - x, ui.tone(Tone::Text1), face.title);
  text_elided(ui, list, Type::Caption, x, lower, right - x, ui.tone(quiet), face.line);
  const Press press = press_area_at(label.c_str(), box);
  choose(f, row, rows, press);
  // A waiting one can be taken to another place.
  const bool waits = waits_in_line(library.items[row].state);
  if (waits && press.held && f.state.drag.row == no_row && ImGui::IsMouseDragging(ImGuiMouseButton_Left, ui.px(6)))
    f.state.drag.row = row;
}

}  // namespace studio
