// What is under way, what waits, what went wrong, and what can be done about each?
#include "panels/queue_panel.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "panels/queue_items.h"
#include "widgets/state_shape.h"

namespace studio {
namespace {

// px at scale 1.
constexpr float foot = 32;
constexpr float wide_from = 380;  // columns of figures; below, they stand under each other

// --- head

struct FilterChip {
  QueueFilter filter;
  const char* id;
  int count;
};

float filter_width(const Ui& ui, const FilterChip& chip) {
  return std::round(text_width(ui, Type::Label, chip.id) + ui.px(4) +
                    text_width(ui, Type::Label, std::to_string(chip.count)) +
                    ui.px(chip.filter == QueueFilter::NeedYou ? 40 : 20));
}

void draw_filter(const QueueFrame& f, const FilterChip& chip, ImVec2 at) {
  const Ui& ui = f.c.ui;
  ImDrawList* list = ImGui::GetWindowDrawList();
  const bool on = f.state.filter == chip.filter;
  const Press press = press_area_at(chip.id, rect_at(at.x, at.y, filter_width(ui, chip), ui.px(24)));
  const Tone ground = on ? Tone::SurfacePress : press.hovered ? Tone::SurfaceHover : Tone::SurfaceRaised;
  list->AddRectFilled(press.box.min, press.box.max, ui.tone(ground), press.box.height() * 0.5f);
  float x = press.box.min.x + ui.px(10);
  const float y = press.box.centre().y;
  if (chip.filter == QueueFilter::NeedYou) {
    state_shape(ui, list, StateShape::Diamond, {x + ui.px(7), y}, 14);
    x += ui.px(20);
  }
  x = text_at(ui, list, Type::Label, x, y, ui.tone(on ? Tone::Text1 : Tone::Text2), chip.id);
  text_at(ui, list, Type::Label, x + ui.px(4), y, ui.tone(on ? Tone::Text2 : Tone::Text3), std::to_string(chip.count));
  if (press.clicked) {
    f.state.filter = chip.filter;
    f.state.scroll_up = true;
  }
}

void draw_more(const QueueFrame& f, Rect box) {
  const Ui& ui = f.c.ui;
  if (icon_button_at(ui, "More##queue", Icon::DotsThree, box, ImGui::IsPopupOpen("queue more")))
    ImGui::OpenPopup("queue more");
  ImGui::SetNextWindowPos({box.max.x, box.max.y + ui.px(4)}, ImGuiCond_Always, {1, 0});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(ui.px(4), ui.px(4)));
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(0, 0));
  if (ImGui::BeginPopup("queue more")) {
    const int waiting = f.state.index.count(QueueSection::Waiting);
    const RetryAll again = retry_all(f.c.view.library, f.state.index);
    const auto entry = [&](const char* id, const char* label, int count, const std::string& price) {
      ImGui::BeginDisabled(count == 0);
      const std::string value = std::to_string(count) + (price.empty() ? "" : " · " + price);
      if (list_row(ui, label, label, "", value, false, ui.px(280)) && count > 0) {
        run_command(id, f.c.commands);
        ImGui::CloseCurrentPopup();
      }
      ImGui::EndDisabled();
    };
    entry("cancel-waiting", "Cancel all that wait", waiting, "");
    entry("retry-failed", "Retry all that failed", static_cast<int>(again.jobs.size()), again.price);
    hairline(ui);
    if (f.c.view.queue.mode == QueueMode::Going) {
      const UiCommand* drain = find_command("drain");
      if (list_row(ui, "Drain", drain->label, "", "", false, ui.px(280))) {
        drain->run(f.c.commands);
        ImGui::CloseCurrentPopup();
      }
    }
    ImGui::EndPopup();
  }
  ImGui::PopStyleVar(2);
}

// Gives the height used.
float draw_head(const QueueFrame& f, ImVec2 at) {
  const Ui& ui = f.c.ui;
  const QueueIndex& index = f.state.index;
  // From the right: more, then pause.
  float right = f.right;
  const float top = at.y + ui.px(8), h = ui.px(24);
  draw_more(f, rect_at(right - ui.px(24), top, ui.px(24), h));
  right -= ui.px(28);
  std::vector<FilterChip> chips;
  if (f.state.needing > 0) chips.push_back({QueueFilter::NeedYou, "Need you", f.state.needing});
  chips.push_back({QueueFilter::All, "All", index.total()});
  chips.push_back({QueueFilter::Running, "Running", index.count(QueueSection::Running)});
  chips.push_back({QueueFilter::Waiting, "Waiting", index.count(QueueSection::Waiting)});
  chips.push_back({QueueFilter::Failed, "Failed", index.count(QueueSection::Failed)});
  chips.push_back({QueueFilter::Done, "Done", index.count(QueueSection::Done)});
  if (const int cancelled = index.count(QueueSection::Cancelled); cancelled > 0)
    chips.push_back({QueueFilter::Cancelled, "Cancelled", cancelled});
  const bool paused = f.c.view.paused;  // or draining
  ButtonFace pause;
  pause.icon = paused ? Icon::Play : Icon::Pause;
  pause.text = paused ? "Resume" : "Pause all";
  pause.kind = paused ? ButtonKind::Accent : ButtonKind::Plain;
  float pause_w = button_width(ui, pause);
  const char* pause_id = paused ? "Resume" : "Pause all";
  // Its word gives way where all filters then stand on one line; a paused queue always says so.
  float chips_w = 0;
  for (const FilterChip& chip : chips) chips_w += filter_width(ui, chip) + ui.px(4);
  const float for_chips = right - f.left - ui.px(8);
  const bool only_icon = !paused && chips_w > for_chips - pause_w && chips_w <= for_chips - h;
  bool pressed = false;
  if (only_icon) {
    pause_w = h;
    pressed = icon_button_at(ui, pause_id, Icon::Pause, rect_at(right - h, top, h, h));
    if (ImGui::IsItemHovered()) ImGui::SetTooltip("Pause all");
  } else {
    pressed = button_at(ui, pause_id, pause, rect_at(right - pause_w, top, pause_w, h));
  }
  if (pressed) run_command(paused ? "resume" : "pause", f.c.commands);
  right -= pause_w + ui.px(8);

  // Beside the buttons as far as there is room, then on lines of their own.
  float x = f.left, y = top;
  for (const FilterChip& chip : chips) {
    const float w = filter_width(ui, chip);
    if (x > f.left && x + w > (y == top ? right : f.right)) {
      x = f.left;
      y += h + ui.px(6);
    }
    draw_filter(f, chip, {x, y});
    x += w + ui.px(4);
  }
  return y + h + ui.px(8) - at.y;
}

// --- foot

void draw_foot(const QueueFrame& f, Rect box) {
  const Ui& ui = f.c.ui;
  ImDrawList* list = ImGui::GetWindowDrawList();
  list->AddRectFilled(box.min, {box.max.x, box.min.y + ui.hair()}, ui.tone(Tone::LineSoft));
  const float y = box.centre().y;
  const QueueIndex& index = f.state.index;
  float x = text_at(ui, list, Type::Strong, f.left, y, ui.tone(Tone::Text1), std::to_string(index.open()) + " open");
  const QueueMode mode = f.c.view.queue.mode;
  if (mode != QueueMode::Going)
    x = text_at(ui, list, Type::Caption, x + ui.px(12), y, ui.tone(Tone::Text1), to_string(mode));
  else if (index.expected_secs() >= 0)
    x = text_at(ui, list, Type::Caption, x + ui.px(12), y, ui.tone(Tone::Text2), about_time(index.expected_secs()));
  const auto reserved = [&](Money sum, Currency currency) {
    if (sum.micros == 0) return;
    const std::string words = format_money(sum, currency) + " reserved";
    if (x + ui.px(12) + text_width(ui, Type::Caption, words) > f.right) return;
    x = text_at(ui, list, Type::Caption, x + ui.px(12), y, ui.tone(Tone::Text2), words);
  };
  reserved(f.c.view.usd.reserved, Currency::Usd);
  reserved(f.c.view.play.reserved, Currency::Play);
  std::string rest = std::to_string(index.count(QueueSection::Done)) + " done";
  if (const int cancelled = index.count(QueueSection::Cancelled); cancelled > 0) rest += ", " + std::to_string(cancelled) + " cancelled";
  if (x + ui.px(16) + text_width(ui, Type::Caption, rest) < f.right)
    text_right(ui, list, Type::Caption, f.right, y, ui.tone(Tone::Text3), rest);
}

}  // namespace

void reset_queue(QueuePanelState& state) { state = {}; }

void draw_queue_panel(QueuePanelState& state, const PanelContext& c) {
  const Ui& ui = c.ui;
  state.index.update(c.view.library, c.view.providers);
  if (state.needing_revision != c.view.library.needs.revision()) {
    state.needing_revision = c.view.library.needs.revision();
    state.needing = 0;
    for (const Need& need : c.view.library.needs.cards()) state.needing += is_over(need) ? 0 : need.jobs;
  }
  // Who needed somebody is served, what was cancelled began again: back to all.
  if (state.filter == QueueFilter::NeedYou && state.needing == 0) state.filter = QueueFilter::All;
  if (state.filter == QueueFilter::Cancelled && state.index.count(QueueSection::Cancelled) == 0) state.filter = QueueFilter::All;

  const ImVec2 min = ImGui::GetCursorScreenPos();
  const ImVec2 size = ImGui::GetContentRegionAvail();
  const float pad = ui.px(12);
  QueueFrame f{c, state, {c.view.library, c.view.providers, state.index, c.view.now_wall_ms}};
  f.left = min.x + pad;
  f.right = min.x + size.x - pad;
  const float y = min.y + draw_head(f, min);
  f.wide = size.x / ui.scale >= wide_from;
  ImGui::GetWindowDrawList()->AddRectFilled({min.x, y - ui.hair()}, {min.x + size.x, y}, ui.tone(Tone::LineSoft));
  const Rect foot_box{{min.x, min.y + size.y - ui.px(foot)}, {min.x + size.x, min.y + size.y}};
  draw_queue_list(f, {{min.x, y}, {min.x + size.x, foot_box.min.y}});
  draw_foot(f, foot_box);
  draw_queue_menu(f);
}

}  // namespace studio
