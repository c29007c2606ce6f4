// The list of the queue: what needs a person, then rows by section; only what is in sight is drawn.
#include <algorithm>
#include <cmath>
#include <utility>

#include "commands/queue_steps.h"
#include "panels/queue_items.h"

namespace studio {
namespace {

constexpr float column_head = 24, section_head = 28, row_height = 44, line_height = 28;  // px at scale 1
constexpr float act_slot = 28, cost_column = 60, left_column = 56, done_column = 44;

std::string_view heading(QueueSection section) {
  switch (section) {
    case QueueSection::NeedYou:
      return "Need you";
    case QueueSection::Failed:
      return "Failed";
    case QueueSection::Running:
      return "Running";
    case QueueSection::Waiting:
      return "Waiting, in order";
    case QueueSection::Done:
      return "Done";
    case QueueSection::Cancelled:
      return "Cancelled";
    case QueueSection::Count:
      break;
  }
  return "";
}

bool shows(QueueFilter filter, QueueSection section) {
  switch (filter) {
    case QueueFilter::All:
      return true;
    case QueueFilter::NeedYou:
      return section == QueueSection::NeedYou;
    case QueueFilter::Running:
      return section == QueueSection::Running;
    case QueueFilter::Waiting:
      return section == QueueSection::Waiting;
    case QueueFilter::Failed:
      return section == QueueSection::Failed;
    case QueueFilter::Done:
      return section == QueueSection::Done;
    case QueueFilter::Cancelled:
      return section == QueueSection::Cancelled;
  }
  return true;
}

// What is over and well folds away; null: it does not.
bool* unfolded(QueuePanelState& state, QueueSection section) {
  return section == QueueSection::Done        ? &state.done_unfolded
         : section == QueueSection::Cancelled ? &state.cancelled_unfolded
                                              : nullptr;
}

bool has_cards(QueueSection section) { return section == QueueSection::NeedYou || section == QueueSection::Failed; }

// Where each part begins, from the top of the list, in device px.
struct Block {
  QueueSection section = QueueSection::Done;
  float top = 0, content = 0;  // of the head, and below it
  bool has_head = true;
  int count = 0;                    // said in the head
  std::size_t rows = 0;             // drawn as rows; for the done only when unfolded
  std::vector<std::size_t> cards;   // into QueuePanelState::cards
};

struct Layout {
  float hold = 0, lanes = 0;  // heights
  std::vector<Block> blocks;
  float more = -1;  // where the line about further causes stands
  float height = 0;
};

float height_below(const QueueFrame& f, const QueuePanelState::Card& card) {
  if (f.state.opened != card.key) return 0;
  return static_cast<float>(f.state.opened_rows.size()) * f.c.ui.px(row_height) + f.c.ui.px(8);
}

Layout lay_out(const QueueFrame& f) {
  const Ui& ui = f.c.ui;
  Layout layout;
  layout.hold = queue_hold(f, 0, false);
  const bool with_lanes = f.state.filter == QueueFilter::All || f.state.filter == QueueFilter::Running ||
                          f.state.filter == QueueFilter::Waiting;
  layout.lanes = with_lanes ? queue_lanes(f, 0, false) : 0;
  float y = ui.px(8) + layout.hold + layout.lanes;
  for (std::size_t s = 0; s < queue_sections; ++s) {
    Block block;
    block.section = static_cast<QueueSection>(s);
    if (!shows(f.state.filter, block.section)) continue;
    if (has_cards(block.section)) {
      for (std::size_t n = 0; n < f.state.cards.size(); ++n) {
        if (f.state.cards[n].is_over != (block.section == QueueSection::Failed)) continue;
        block.cards.push_back(n);
        block.count += f.state.cards[n].jobs;
      }
      if (block.cards.empty()) continue;
    } else {
      block.count = f.state.index.count(block.section);
      if (block.count == 0) continue;
      const bool* is_unfolded = unfolded(f.state, block.section);
      const bool is_folded = is_unfolded != nullptr && f.state.filter == QueueFilter::All && !*is_unfolded;
      block.rows = is_folded ? 0 : static_cast<std::size_t>(block.count);
    }
    block.has_head = f.state.filter == QueueFilter::All;
    block.top = y;
    block.content = y + (block.has_head ? ui.px(section_head) : 0);
    y = block.content + static_cast<float>(block.rows) * ui.px(row_height);
    for (const std::size_t n : block.cards) y += f.state.cards[n].height + height_below(f, f.state.cards[n]);
    y += ui.px(8);
    layout.blocks.push_back(std::move(block));
  }
  if (f.state.more_cards > 0 && (shows(f.state.filter, QueueSection::NeedYou) || shows(f.state.filter, QueueSection::Failed))) {
    layout.more = y;
    y += ui.px(line_height);
  }
  layout.height = y;
  return layout;
}

void draw_section_head(const QueueFrame& f, const Block& block, float y) {
  const Ui& ui = f.c.ui;
  ImDrawList* list = ImGui::GetWindowDrawList();
  const float middle = y + ui.px(section_head * 0.5f);
  float x = f.left;
  if (bool* is_unfolded = unfolded(f.state, block.section)) {
    const Press press = press_area_at(block.section == QueueSection::Done ? "Done jobs" : "Cancelled jobs",
                                      rect_at(f.left, y, f.right - f.left, ui.px(section_head)));
    icon_at(ui, list, *is_unfolded ? Icon::CaretDown : Icon::CaretRight, {x + ui.px(6), middle}, 12,
            ui.tone(press.hovered ? Tone::Text1 : Tone::Text2));
    x += ui.px(18);
    if (press.clicked) *is_unfolded = !*is_unfolded;
  }
  x = text_at(ui, list, Type::Label, x, middle, ui.tone(Tone::Text2), heading(block.section));
  x = text_at(ui, list, Type::Caption, x + ui.px(6), middle, ui.tone(Tone::Text3), std::to_string(block.count));
  static constexpr const char* hint = "drag to reorder";
  if (block.section == QueueSection::Waiting && block.count > 1 &&
      x + ui.px(16) + text_width(ui, Type::Caption, hint) < f.right)
    text_right(ui, list, Type::Caption, f.right, middle, ui.tone(Tone::Text3), hint);
}

// What of the list is in sight.
struct Sight {
  float origin = 0;  // on screen, of the list's top
  float top = 0, bottom = 0;
  Rect full(const QueueFrame& f, float from, float height) const {
    return {{f.left - f.c.ui.px(12), origin + from}, {f.right + f.c.ui.px(4), origin + from + height}};
  }
};

void draw_rows(const QueueFrame& f, const Sight& sight, const std::vector<Row>& rows, float from, std::size_t count,
               bool newest_first, bool is_failure) {
  const float h = f.c.ui.px(row_height);
  const auto first = static_cast<std::size_t>(std::max(0.0f, std::floor((sight.top - from) / h)));
  for (std::size_t n = first; n < count; ++n) {
    const float y = from + static_cast<float>(n) * h;
    if (y >= sight.bottom) break;
    const Row row = newest_first ? rows[rows.size() - 1 - n] : rows[n];
    draw_queue_row(f, row, sight.full(f, y, h), is_failure, rows);
    ++f.state.rows_drawn;
  }
}

// --- dragging a waiting row to another place

void drop(const QueueFrame& f, const std::vector<Row>& line) {
  AppState& app = f.c.state;
  const Library& library = f.c.view.library;
  const Row dragged = std::exchange(f.state.drag.row, no_row);
  std::vector<JobId> jobs;
  if (app.selection.contains(dragged) && app.selection.count() > 1)
    jobs = waiting_meant(f.c.commands);
  else
    jobs = {library.items[dragged].job};
  const auto moves = [&](Row row) {
    return std::find(jobs.begin(), jobs.end(), library.items[row].job) != jobs.end();
  };
  // Before the next one that stays.
  std::size_t to = f.state.drag.to;
  while (to < line.size() && moves(line[to])) ++to;
  MoveJobsCommand command{std::move(jobs), MoveTo::Last};
  if (to < line.size()) command = {std::move(command.jobs), MoveTo::Before, library.items[line[to]].job};
  move_in_line(app, f.c.send, std::move(command));
}

void tend_drag(const QueueFrame& f, const Sight& sight, const Block* waiting) {
  QueuePanelState& state = f.state;
  if (state.drag.row == no_row) return;
  const Ui& ui = f.c.ui;
  const bool still_waits = state.drag.row < f.c.view.library.items.size() &&
                           waits_in_line(f.c.view.library.items[state.drag.row].state);
  if (!still_waits || waiting == nullptr || ImGui::IsKeyPressed(ImGuiKey_Escape, false)) {
    state.drag.row = no_row;
    return;
  }
  const auto& line = state.index.rows(QueueSection::Waiting);
  const float h = ui.px(row_height), mouse = ImGui::GetMousePos().y - sight.origin;
  const float at = std::round((mouse - waiting->content) / h);
  state.drag.to = static_cast<std::size_t>(std::clamp(at, 0.0f, static_cast<float>(waiting->rows)));
  const float y = sight.origin + waiting->content + static_cast<float>(state.drag.to) * h;
  ImGui::GetWindowDrawList()->AddRectFilled({f.left - ui.px(8), y - ui.px(1)}, {f.right, y + ui.px(1)},
                                            ui.tone(Tone::AccentBase));
  // At the edges the list goes on under the pointer.
  if (mouse < sight.top + ui.px(24)) ImGui::SetScrollY(std::max(0.0f, ImGui::GetScrollY() - ui.px(10)));
  if (mouse > sight.bottom - ui.px(24)) ImGui::SetScrollY(ImGui::GetScrollY() + ui.px(10));
  ui.redraw_in(0);
  if (!ImGui::IsMouseDown(ImGuiMouseButton_Left)) drop(f, line);
}

void draw_block(const QueueFrame& f, const Sight& sight, const Block& block) {
  if (block.has_head && block.content > sight.top && block.top < sight.bottom)
    draw_section_head(f, block, sight.origin + block.top);
  float y = block.content;
  for (const std::size_t n : block.cards) {
    const QueuePanelState::Card& card = f.state.cards[n];
    if (y < sight.bottom && y + card.height > sight.top) draw_need_card(f, card, sight.full(f, y, card.height), n == 0);
    y += card.height;
    if (f.state.opened != card.key) continue;
    draw_rows(f, sight, f.state.opened_rows, y, f.state.opened_rows.size(), false, true);
    y += height_below(f, card);
  }
  if (block.rows > 0)
    draw_rows(f, sight, f.state.index.rows(block.section), y, block.rows, unfolded(f.state, block.section) != nullptr, false);
}

void draw_column_head(const QueueFrame& f, float y) {
  const Ui& ui = f.c.ui;
  ImDrawList* list = ImGui::GetWindowDrawList();
  const float middle = y + ui.px(column_head * 0.5f);
  const ImU32 colour = ui.tone(Tone::Text3);
  text_at(ui, list, Type::Caption, f.left + ui.px(86), middle, colour, "Job");
  float right = f.right - ui.px(act_slot);
  text_right(ui, list, Type::Caption, right, middle, colour, "Cost");
  right -= ui.px(cost_column);
  text_right(ui, list, Type::Caption, right, middle, colour, "Left");
  right -= ui.px(left_column);
  text_right(ui, list, Type::Caption, right, middle, colour, "Done");
}

std::string_view nothing_here(const QueuePanelState& state) {
  if (state.index.total() == 0) return "No jobs yet. What you generate shows here while it is made.";
  switch (state.filter) {
    case QueueFilter::Running:
      return "Nothing runs.";
    case QueueFilter::Waiting:
      return "Nothing waits.";
    case QueueFilter::Failed:
      return "Nothing failed.";
    case QueueFilter::Done:
      return "Nothing is done yet.";
    default:
      return "Nothing needs you.";
  }
}

}  // namespace

void draw_queue_list(QueueFrame f, Rect box) {
  const Ui& ui = f.c.ui;
  QueuePanelState& state = f.state;
  state.rows_drawn = 0;
  f.right -= ui.px(4);  // the scroll bar stands at the right of the figures, not over them
  tend_need_cards(f);
  const Layout layout = lay_out(f);
  if (layout.blocks.empty() && layout.hold + layout.lanes == 0) {
    text_wrapped(ui, ImGui::GetWindowDrawList(), Type::Body, {f.left, box.min.y + ui.px(16)}, f.right - f.left,
                 ui.tone(Tone::Text2), nothing_here(state));
    return;
  }
  // Figures have a head where there are rows of them.
  const bool has_rows = std::any_of(layout.blocks.begin(), layout.blocks.end(), [](const Block& b) { return b.rows > 0; });
  if (f.wide && has_rows) {
    draw_column_head(f, box.min.y);
    box.min.y += ui.px(column_head);
  }
  ImGui::SetCursorScreenPos(box.min);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
  ImGui::BeginChild("##jobs", {box.width(), std::max(1.0f, box.height())}, 0, ImGuiWindowFlags_NoNav);
  ImGui::PopStyleVar();
  if (std::exchange(state.scroll_up, false)) ImGui::SetScrollY(0);
  const ImVec2 origin = ImGui::GetCursorScreenPos();
  const Sight sight{origin.y, ImGui::GetScrollY(), ImGui::GetScrollY() + ImGui::GetWindowHeight()};
  if (layout.hold > 0) queue_hold(f, origin.y + ui.px(8), true);
  if (layout.lanes > 0) queue_lanes(f, origin.y + ui.px(8) + layout.hold, true);
  const Block* waiting = nullptr;
  for (const Block& block : layout.blocks) {
    draw_block(f, sight, block);
    if (block.section == QueueSection::Waiting) waiting = &block;
  }
  if (layout.more >= 0)
    text_at(ui, ImGui::GetWindowDrawList(), Type::Caption, f.left, origin.y + layout.more + ui.px(14),
            ui.tone(Tone::Text2), "and " + counted(static_cast<std::size_t>(state.more_cards), "more cause", "more causes"));
  tend_drag(f, sight, waiting);
  ImGui::SetCursorScreenPos(origin);
  ImGui::Dummy({1, layout.height});
  ImGui::EndChild();
}

}  // namespace studio
