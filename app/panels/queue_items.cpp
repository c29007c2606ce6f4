// One job of the queue as a row, or, where it went wrong, as a card with the ways on.
#include "panels/queue_items.h"

#include <algorithm>
#include <cmath>

#include "commands/select_step.h"
#include "widgets/picture.h"
#include "widgets/state_shape.h"

namespace studio {
namespace {

constexpr float card_gap = 8, act_height = 28, act_slot = 28, cost_column = 60, left_column = 56, done_column = 44;  // px at scale 1

void note_reply(AppState& app, const CommandReply& reply, const char* done) {
  if (reply.error)
    app.note = {Note::Kind::Problem, reply.error->message};
  else if (!reply.failures.empty())
    app.note = {Note::Kind::Problem, reply.failures.front().error.message};
  else
    app.note = {Note::Kind::Done, done};
}
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
    const Item& item = c.view.library.items[row];
    const Row picture = item.kind == MediaKind::Video ? c.view.library.row_of(item.parent) : no_row;
    if (picture != no_row) {
      // A video's words are its motion, and they are written in the bar of its picture.
      select_only(c.state, picture);
      c.state.wishes.edit_motion = row;
      c.state.wishes.show_panel = "Gallery";
    } else {
      c.state.wishes.load_recipe = row;
      c.state.wishes.write_prompt = true;
    }
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

void draw_thumb(const QueueFrame& f, ImDrawList* list, Row row, Rect box) {
  const Ui& ui = f.c.ui;
  const Library& library = f.c.view.library;
  const Row shown = pictured(library, row);
  if (shown == no_row) {
    list->AddRectFilled(box.min, box.max, ui.tone(Tone::GroundCell));
    return;
  }
  const Rect fit = fitted_box(box, library.items[shown].width, library.items[shown].height);
  const PictureSlot slot =
      ui.pictures->ask(library.texts[shown].sha256, static_cast<int>(fit.width()), static_cast<int>(fit.height()));
  if (slot.texture == 0) list->AddRectFilled(fit.min, fit.max, ui.tone(Tone::GroundCell));
  picture(list, slot, fit);
}

void draw_shape(const QueueFrame& f, ImDrawList* list, const QueueRowFace& face, ImVec2 centre) {
  state_shape(f.c.ui, list, face.shape, centre, 16, std::max(face.progress, 0.0f), face.steps);
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

}  // namespace

void draw_queue_row(const QueueFrame& f, Row row, Rect box, bool is_failure) {
  const Ui& ui = f.c.ui;
  const Library& library = f.c.view.library;
  ImDrawList* list = ImGui::GetWindowDrawList();
  const QueueRowFace face = queue_face(f.faces, row);
  const std::string label = "job " + to_string(library.items[row].job);
  const bool is_chosen = f.c.state.selection.contains(row);
  const bool is_hovered = ImGui::IsWindowHovered() && ImGui::IsMouseHoveringRect(box.min, box.max);
  if (is_chosen || is_hovered)
    list->AddRectFilled(box.min, box.max, ui.tone(is_chosen ? Tone::SurfacePress : Tone::SurfaceHover));
  const float y = box.centre().y, upper = box.min.y + ui.px(14), lower = box.min.y + ui.px(31);
  if (is_failure) list->AddRectFilled(box.min, {box.min.x + ui.px(3), box.max.y}, ui.tone(tone_of(face.shape)));

  draw_shape(f, list, face, {f.left + ui.px(8), y});
  const float thumb_w = ui.px(f.wide ? 50 : 42), thumb_h = ui.px(28);
  const float thumb_x = f.left + ui.px(26);
  draw_thumb(f, list, row, rect_at(thumb_x, std::round(y - thumb_h * 0.5f), thumb_w, thumb_h));

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
  if (press_area_at(label.c_str(), box).clicked) {
    select_only(f.c.state, row);
    if (is_failure) f.state.opened = f.state.opened == row ? no_row : row;
  }
}

namespace {

// --- cards

struct CardLines {
  float why = 0, helps = 0;
};

CardLines measure_card(const QueueFrame& f, const FailureCard& card, float width) {
  const Ui& ui = f.c.ui;
  ImDrawList* list = ImGui::GetWindowDrawList();
  return {text_wrapped(ui, list, Type::Body, {}, width, 0, card.why, 3),
          card.helps.empty() ? 0 : text_wrapped(ui, list, Type::Caption, {}, width, 0, card.helps, 3) + ui.px(4)};
}

float card_text_width(const QueueFrame& f) { return f.right - f.left - f.c.ui.px(28); }

}  // namespace

float queue_card_height(const QueueFrame& f, Row row) {
  const Ui& ui = f.c.ui;
  const FailureCard card = failure_card(f.faces, row);
  const CardLines lines = measure_card(f, card, card_text_width(f));
  return ui.px(12 + 20 + 18 + 8) + lines.why + lines.helps + ui.px(card.ways.empty() ? 12 : 10 + act_height + 12) +
         ui.px(card_gap);
}

void draw_queue_card(const QueueFrame& f, Row row, Rect area, bool is_top) {
  const Ui& ui = f.c.ui;
  const Item& item = f.c.view.library.items[row];
  ImDrawList* list = ImGui::GetWindowDrawList();
  const FailureCard card = failure_card(f.faces, row);
  const Rect box{{f.left, area.min.y}, {f.right, area.max.y - ui.px(card_gap)}};
  const bool is_chosen = f.c.state.selection.contains(row);
  list->AddRectFilled(box.min, box.max, ui.tone(is_chosen ? Tone::SurfaceHover : Tone::SurfaceRaised), ui.px(4));
  list->AddRectFilled(box.min, {box.min.x + ui.px(3), box.max.y}, ui.tone(tone_of(card.shape)), ui.px(4),
                      ImDrawFlags_RoundTopLeft | ImDrawFlags_RoundBottomLeft);
  const float x = box.min.x + ui.px(16), width = card_text_width(f);
  float y = box.min.y + ui.px(12);
  state_shape(ui, list, card.shape, {x + ui.px(8), y + ui.px(10)}, 16);
  const float thumb_w = ui.px(56), thumb_h = ui.px(32);
  const bool with_thumb = width > ui.px(220) && pictured(f.c.view.library, row) != no_row;
  const float head_right = with_thumb ? x + width - thumb_w - ui.px(8) : x + width;
  text_elided(ui, list, Type::Strong, x + ui.px(24), y + ui.px(10), head_right - x - ui.px(24), ui.tone(Tone::Text1),
              card.title);
  y += ui.px(20);
  text_elided(ui, list, Type::Caption, x + ui.px(24), y + ui.px(9), head_right - x - ui.px(24), ui.tone(Tone::Text2),
              card.charge + " · " + card.facts);
  if (with_thumb) draw_thumb(f, list, row, rect_at(x + width - thumb_w, box.min.y + ui.px(12), thumb_w, thumb_h));
  y += ui.px(18 + 8);
  y += text_wrapped(ui, list, Type::Body, {x, y}, width, ui.tone(Tone::Text1), card.why, 3);
  if (!card.helps.empty())
    y +=
        ui.px(4) + text_wrapped(ui, list, Type::Caption, {x, y + ui.px(4)}, width, ui.tone(Tone::Text2), card.helps, 3);
  y += ui.px(10);

  const std::string label = "job " + to_string(item.job);
  ImGui::PushID(label.c_str());
  float at = x;
  for (const FailureWay& way : card.ways) {
    ButtonFace face;
    face.text = way.label;
    face.value = way.value;
    face.kind = way.is_best ? (is_top ? ButtonKind::Accent : ButtonKind::Plain) : ButtonKind::Quiet;
    const float w = std::min(button_width(ui, face), x + width - at);
    if (button_at(ui, way.id.c_str(), face, rect_at(at, y, w, ui.px(act_height)))) act(f, row, way.id);
    at += w + ui.px(8);
  }
  ImGui::PopID();
  if (press_area_at(label.c_str(), box).clicked) select_only(f.c.state, row);
}

}  // namespace studio
