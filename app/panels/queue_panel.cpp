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
constexpr float column_head = 24, section_head = 28, row_height = 44, foot = 32;
constexpr float act_slot = 28, cost_column = 60, left_column = 56, done_column = 44;
constexpr float wide_from = 380;  // columns of figures; below, they stand under each other
// So many failures show their whole card; more are rows, and one of them may be opened.
constexpr int most_cards = 12;

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
  }
  return true;
}

bool newest_first(QueueSection section) {
  return section == QueueSection::NeedYou || section == QueueSection::Failed || section == QueueSection::Done;
}

Row row_at(const QueueIndex& index, QueueSection section, std::size_t n) {
  const auto& rows = index.rows(section);
  return newest_first(section) ? rows[rows.size() - 1 - n] : rows[n];
}

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
  if (index.count(QueueSection::NeedYou) > 0)
    chips.push_back({QueueFilter::NeedYou, "Need you", index.count(QueueSection::NeedYou)});
  chips.push_back({QueueFilter::All, "All", index.total()});
  chips.push_back({QueueFilter::Running, "Running", index.count(QueueSection::Running)});
  chips.push_back({QueueFilter::Waiting, "Waiting", index.count(QueueSection::Waiting)});
  chips.push_back({QueueFilter::Failed, "Failed", index.count(QueueSection::Failed)});
  chips.push_back({QueueFilter::Done, "Done", index.count(QueueSection::Done)});
  const bool paused = f.c.view.paused;
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

// --- list

struct Block {
  QueueSection section = QueueSection::Done;
  float top = 0;               // of its head
  std::size_t count = 0;       // shown rows
  std::vector<float> heights;  // of cards; empty: rows of one height
  std::size_t opened = ~std::size_t{0};
  float opened_height = 0;
  bool has_head = true;
};

std::vector<Block> lay_out_blocks(const QueueFrame& f, float& height) {
  const Ui& ui = f.c.ui;
  std::vector<Block> blocks;
  float y = 0;
  for (std::size_t s = 0; s < queue_sections; ++s) {
    const auto section = static_cast<QueueSection>(s);
    const auto count = static_cast<std::size_t>(f.state.index.count(section));
    if (count == 0 || !shows(f.state.filter, section)) continue;
    Block block;
    block.section = section;
    block.top = y;
    block.has_head = f.state.filter == QueueFilter::All;
    const bool is_folded =
        section == QueueSection::Done && f.state.filter == QueueFilter::All && !f.state.done_unfolded;
    block.count = is_folded ? 0 : count;
    y += block.has_head ? ui.px(section_head) : ui.px(8);
    const bool is_failure = section == QueueSection::NeedYou || section == QueueSection::Failed;
    if (is_failure && static_cast<int>(count) <= most_cards) {
      for (std::size_t n = 0; n < count; ++n) {
        block.heights.push_back(queue_card_height(f, row_at(f.state.index, section, n)));
        y += block.heights.back();
      }
    } else {
      y += static_cast<float>(block.count) * ui.px(row_height);
      if (is_failure && f.state.opened != no_row) {
        const auto& rows = f.state.index.rows(section);
        const auto at = std::lower_bound(rows.begin(), rows.end(), f.state.opened);
        if (at != rows.end() && *at == f.state.opened) {
          block.opened = rows.size() - 1 - static_cast<std::size_t>(at - rows.begin());
          block.opened_height = queue_card_height(f, f.state.opened);
          y += block.opened_height - ui.px(row_height);
        }
      }
    }
    y += ui.px(8);
    blocks.push_back(std::move(block));
  }
  height = y;
  return blocks;
}

void draw_section_head(const QueueFrame& f, const Block& block, float y) {
  const Ui& ui = f.c.ui;
  ImDrawList* list = ImGui::GetWindowDrawList();
  const float middle = y + ui.px(section_head * 0.5f);
  float x = f.left;
  if (block.section == QueueSection::Done) {
    const Press press = press_area_at("Done jobs", rect_at(f.left, y, f.right - f.left, ui.px(section_head)));
    icon_at(ui, list, f.state.done_unfolded ? Icon::CaretDown : Icon::CaretRight, {x + ui.px(6), middle}, 12,
            ui.tone(press.hovered ? Tone::Text1 : Tone::Text2));
    x += ui.px(18);
    if (press.clicked) f.state.done_unfolded = !f.state.done_unfolded;
  }
  x = text_at(ui, list, Type::Label, x, middle, ui.tone(Tone::Text2), heading(block.section));
  text_at(ui, list, Type::Caption, x + ui.px(6), middle, ui.tone(Tone::Text3),
          std::to_string(f.state.index.count(block.section)));
}

void draw_block(const QueueFrame& f, const Block& block, float origin, float top, float bottom, bool is_first) {
  const Ui& ui = f.c.ui;
  float y = block.top + (block.has_head ? ui.px(section_head) : ui.px(8));
  if (block.has_head && y > top && block.top < bottom) draw_section_head(f, block, origin + block.top);
  const auto full = [&](float from, float h) {
    return Rect{{f.left - ui.px(12), origin + from}, {f.right + ui.px(4), origin + from + h}};
  };
  if (!block.heights.empty()) {
    for (std::size_t n = 0; n < block.heights.size(); ++n) {
      if (y < bottom && y + block.heights[n] > top)
        draw_queue_card(f, row_at(f.state.index, block.section, n), full(y, block.heights[n]), is_first && n == 0);
      y += block.heights[n];
    }
    return;
  }
  const float h = ui.px(row_height);
  const bool is_failure = block.section == QueueSection::NeedYou || block.section == QueueSection::Failed;
  // The rows that are in sight, found by arithmetic; the opened one is higher than the others.
  const float extra = block.opened < block.count ? block.opened_height - h : 0;
  const auto first = static_cast<std::size_t>(std::max(0.0f, std::floor((top - y - extra) / h)));
  for (std::size_t n = first; n < block.count; ++n) {
    const float at = y + static_cast<float>(n) * h + (n > block.opened && extra > 0 ? extra : 0);
    if (at >= bottom) break;
    const Row row = row_at(f.state.index, block.section, n);
    if (n == block.opened)
      draw_queue_card(f, row, full(at, block.opened_height), is_first);
    else
      draw_queue_row(f, row, full(at, h), is_failure);
  }
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

void draw_foot(const QueueFrame& f, Rect box) {
  const Ui& ui = f.c.ui;
  ImDrawList* list = ImGui::GetWindowDrawList();
  list->AddRectFilled(box.min, {box.max.x, box.min.y + ui.hair()}, ui.tone(Tone::LineSoft));
  const float y = box.centre().y;
  const QueueIndex& index = f.state.index;
  float x = text_at(ui, list, Type::Strong, f.left, y, ui.tone(Tone::Text1), std::to_string(index.open()) + " open");
  if (f.c.view.paused)
    x = text_at(ui, list, Type::Caption, x + ui.px(12), y, ui.tone(Tone::Text1), "paused");
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
  const std::string rest = std::to_string(index.count(QueueSection::Done)) + " done";
  if (x + ui.px(16) + text_width(ui, Type::Caption, rest) < f.right)
    text_right(ui, list, Type::Caption, f.right, y, ui.tone(Tone::Text3), rest);
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

void reset_queue(QueuePanelState& state) {
  state.index.reset();
  state.filter = QueueFilter::All;
  state.opened = no_row;
  state.done_unfolded = false;
}

void draw_queue_panel(QueuePanelState& state, const PanelContext& c) {
  const Ui& ui = c.ui;
  state.index.update(c.view.library, c.view.providers);
  // Who needed somebody is served: back to all.
  if (state.filter == QueueFilter::NeedYou && state.index.count(QueueSection::NeedYou) == 0)
    state.filter = QueueFilter::All;

  const ImVec2 min = ImGui::GetCursorScreenPos();
  const ImVec2 size = ImGui::GetContentRegionAvail();
  const float pad = ui.px(12);
  QueueFrame f{c, state, {c.view.library, c.view.providers, state.index, c.view.now_wall_ms}};
  f.left = min.x + pad;
  f.right = min.x + size.x - pad;
  float y = min.y + draw_head(f, min);
  f.wide = size.x / ui.scale >= wide_from;
  ImDrawList* list = ImGui::GetWindowDrawList();
  list->AddRectFilled({min.x, y - ui.hair()}, {min.x + size.x, y}, ui.tone(Tone::LineSoft));
  const Rect foot_box{{min.x, min.y + size.y - ui.px(foot)}, {min.x + size.x, min.y + size.y}};

  float height = 0;
  const auto blocks = lay_out_blocks(f, height);
  if (blocks.empty()) {
    text_wrapped(ui, list, Type::Body, {f.left, y + ui.px(16)}, f.right - f.left, ui.tone(Tone::Text2),
                 nothing_here(state));
  } else {
    // Figures have a head where there are rows of them.
    const bool has_rows =
        std::any_of(blocks.begin(), blocks.end(), [](const Block& b) { return b.count > b.heights.size(); });
    if (f.wide && has_rows) {
      draw_column_head(f, y);
      y += ui.px(column_head);
    }
    ImGui::SetCursorScreenPos({min.x, y});
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
    ImGui::BeginChild("##jobs", {size.x, std::max(1.0f, foot_box.min.y - y)}, 0, ImGuiWindowFlags_NoNav);
    ImGui::PopStyleVar();
    if (std::exchange(state.scroll_up, false)) ImGui::SetScrollY(0);
    const ImVec2 origin = ImGui::GetCursorScreenPos();
    // The scroll bar stands at the right of the figures, not over them.
    if (ImGui::GetScrollMaxY() > 0) f.right -= ui.px(4);
    const float top = ImGui::GetScrollY(), bottom = top + ImGui::GetWindowHeight();
    bool is_first = true;
    for (const Block& block : blocks) {
      draw_block(f, block, origin.y, top, bottom, is_first);
      is_first = false;
    }
    ImGui::SetCursorScreenPos(origin);
    ImGui::Dummy({1, height});
    ImGui::EndChild();
  }
  draw_foot(f, foot_box);
}

}  // namespace studio
