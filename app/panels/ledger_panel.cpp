// What was spent, on what, and how much is left?
#include "panels/ledger_panel.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/text.h"
#include "commands/select_step.h"
#include "panels/queue_rows.h"
#include "widgets/state_shape.h"

namespace studio {
namespace {

// px at scale 1.
constexpr float wide = 1120, high = 720, head = 48, pad = 24, toolbar_high = 44, figures = 76, column_head = 28, row_high = 28,
                foot = 36;
constexpr float time_column = 156, kind_column = 92, model_column = 168, sum_column = 96;
constexpr std::size_t copied_a_frame = 5000;

constexpr const char* view_names[] = {"Entries", "By day", "By run", "By model", "By provider"};
constexpr const char* currency_names[] = {"Real money", "Play money"};

struct Frame {
  LedgerState& state;
  const MoneyBook& book;
  const PanelContext& c;
  float left = 0, right = 0;
};

std::size_t shown_rows(const LedgerState& state) {
  return state.view == LedgerView::Entries ? state.index.entries().size() : state.index.order(state.view).size();
}

// --- copying

void copy_some(const Frame& f) {
  LedgerState::Copying& copying = f.state.copying;
  if (!copying.is_on || !f.state.index.is_done(f.book) || !f.book.is_complete()) return;
  if (copying.text.empty() || copying.revision != f.state.index.revision() || copying.view != f.state.view) {
    copying.revision = f.state.index.revision();
    copying.view = f.state.view;
    copying.next = 0;
    copying.text = ledger_csv_head(f.state.view);
  }
  copying.text += ledger_csv(f.state.index, f.state.view, f.book, f.c.view.library, f.state.filter.currency,
                             copying.next, copied_a_frame);
  copying.next += copied_a_frame;
  const std::size_t all = shown_rows(f.state);
  if (copying.next < all) return f.c.ui.redraw_in(0);
  f.c.state.wishes.copy_text = std::move(copying.text);
  f.c.state.note = {Note::Kind::Done, "Copied " + counted(all, "line", "lines") + " as CSV"};
  copying = {};
}

// --- above the list

// Gives the right edge.
float figure(const Frame& f, float x, float top, const std::string& value, const std::string& words, StateShape shape) {
  const Ui& ui = f.c.ui;
  ImDrawList* list = ImGui::GetWindowDrawList();
  const float at = shape == StateShape::None ? x : x + ui.px(24);
  if (shape != StateShape::None) state_shape(ui, list, shape, {x + ui.px(8), top + ui.px(20)}, 16);
  const float end = text_at(ui, list, Type::Title, at, top + ui.px(20), ui.tone(Tone::Text1), value);
  const float words_end = text_at(ui, list, Type::Caption, x, top + ui.px(44), ui.tone(Tone::Text2), words);
  const float right = std::max(end, words_end) + ui.px(20);
  list->AddRectFilled({right, top + ui.px(10)}, {right + ui.hair(), top + ui.px(52)}, ui.tone(Tone::LineSoft));
  return right + ui.px(20);
}

// One cap with how much of it is used: "Today  $26.94 of $40.00" over a bar.
void cap(const Frame& f, Rect box, const char* name, Money used, const std::optional<Money>& most) {
  const Ui& ui = f.c.ui;
  ImDrawList* list = ImGui::GetWindowDrawList();
  const float y = box.min.y + ui.px(20);
  const std::string of = most ? " of " + format_money(*most) : "";
  const float end = text_at(ui, list, Type::Strong, box.min.x, y, ui.tone(Tone::Text1), format_money(used));
  text_elided(ui, list, Type::Caption, end, y, box.max.x - end, ui.tone(Tone::Text2), of);
  text_elided(ui, list, Type::Caption, box.min.x, box.min.y + ui.px(44), box.width(), ui.tone(Tone::Text2),
              std::string(name) + (most ? "" : ", no cap"));
  if (!most) return;
  const float part = most->micros > 0 ? std::clamp(static_cast<float>(used.dollars() / most->dollars()), 0.0f, 1.0f) : 1;
  const Rect bar = rect_at(box.min.x, box.min.y + ui.px(56), box.width(), ui.px(4));
  list->AddRectFilled(bar.min, bar.max, ui.tone(Tone::SurfacePress), ui.px(2));
  // From four fifths on in the colour of money in question; the words beside it say how much.
  list->AddRectFilled(bar.min, {bar.min.x + std::round(bar.width() * part), bar.max.y},
                      ui.tone(part >= 0.8f ? Tone::StateMoney : Tone::Text3), ui.px(2));
}

void draw_figures(const Frame& f, float top) {
  const Ui& ui = f.c.ui;
  const Currency currency = f.state.filter.currency;
  const MoneySums& sums = f.book.sums(currency);
  float x = f.left;
  x = figure(f, x, top, format_money(sums.books.settled),
             currency == Currency::Play ? "spent, play money" : "spent in this project", StateShape::None);
  x = figure(f, x, top, format_money(sums.books.reserved), "set aside, not yet known", StateShape::None);
  if (sums.in_doubt_jobs > 0)
    x = figure(f, x, top, format_money(sums.in_doubt),
               "of it in doubt, " + counted(static_cast<std::size_t>(sums.in_doubt_jobs), "job", "jobs"),
               StateShape::Diamond);
  const Budget& budget = f.c.view.budgets.of(currency);
  const float room = f.right - x, gap = ui.px(20);
  const float w = std::floor(std::min((room - 2 * gap) / 3, ui.px(170)));
  if (w < ui.px(70)) return;
  float at = f.right - 3 * w - 2 * gap;
  cap(f, rect_at(at, top, w, ui.px(figures)), "Newest run", sums.newest_run, budget.run);
  at += w + gap;
  cap(f, rect_at(at, top, w, ui.px(figures)), "Today", sums.today, budget.day);
  at += w + gap;
  cap(f, rect_at(at, top, w, ui.px(figures)), "Project", sums.books.reserved + sums.books.settled, budget.project);
}

void draw_toolbar(const Frame& f, float top) {
  const Ui& ui = f.c.ui;
  const float h = ui.px(28), y = top + ui.px(8);
  const float w = segments_width(ui, view_names);
  const int chosen = segments_at(ui, view_names, static_cast<int>(f.state.view), rect_at(f.left, y, w, h));
  if (chosen >= 0) {
    f.state.view = static_cast<LedgerView>(chosen);
    f.state.scroll_up = true;
  }
  ButtonFace copy;
  copy.icon = Icon::Copy;
  copy.text = f.state.copying.is_on ? "Copying…" : "Copy as CSV";
  copy.enabled = shown_rows(f.state) > 0;
  const float copy_w = button_width(ui, copy);
  if (button_at(ui, "Copy as CSV", copy, rect_at(f.right - copy_w, y, copy_w, h)) && copy.enabled)
    f.state.copying.is_on = true;
  const float x = f.left + w + ui.px(12), room = f.right - copy_w - ui.px(12) - x;
  ImGui::SetCursorScreenPos({x, y});
  FieldLook look;
  look.size = {std::min(room, ui.px(280)), h};
  look.hint = "Filter: words, model, j12, 2026-11";
  text_field(ui, "##ledger filter", f.state.filter.text, look);
}

// --- the list

void draw_entry(const Frame& f, const LedgerEntry& shown, Rect box) {
  const Ui& ui = f.c.ui;
  ImDrawList* list = ImGui::GetWindowDrawList();
  const MoneyRow& entry = f.book.rows()[shown.row];
  const Row row = f.c.view.library.row_of(entry.job);
  const std::string label = "entry " + std::to_string(entry.id);
  const Press press = press_area_at(label.c_str(), box);
  if (press.hovered) list->AddRectFilled(box.min, box.max, ui.tone(Tone::SurfaceHover));
  const float y = box.centre().y;
  const bool is_spent = entry.kind == MoneyKind::Settle;
  const Tone tone = is_spent ? Tone::Text1 : Tone::Text2;
  text_at(ui, list, Type::MonoSmall, f.left, y, ui.tone(Tone::Text2), entry_time(entry.at_ms));
  float x = f.left + ui.px(time_column);
  text_at(ui, list, Type::Label, x, y, ui.tone(tone), entry_words(entry));
  x += ui.px(kind_column);
  float right = f.right;
  text_right(ui, list, Type::MonoSmall, right, y, ui.tone(Tone::Text2), format_money(shown.spent));
  right -= ui.px(sum_column);
  const std::string sign = entry.kind == MoneyKind::Release ? "−" : "";
  text_right(ui, list, Type::MonoSmall, right, y, ui.tone(tone), sign + format_money(entry.amount));
  right -= ui.px(sum_column) + ui.px(model_column);
  text_elided(ui, list, Type::Label, right, y, ui.px(model_column), ui.tone(Tone::Text2),
              model_label(f.c.view.providers, f.book.models()[entry.model]));
  const std::string id = to_string(entry.job);
  const float job_end = text_at(ui, list, Type::MonoSmall, x, y, ui.tone(Tone::Text3), id);
  const float title = std::max(job_end + ui.px(10), x + ui.px(64));
  text_elided(ui, list, Type::Label, title, y, right - title - ui.px(12), ui.tone(Tone::Text1),
              row == no_row ? std::string() : job_title(f.c.view.library, row));
  if (!press.clicked || row == no_row) return;
  // To the tile it paid for.
  select_only(f.c.state, row);
  f.c.state.wishes.show_focus = true;
  f.c.state.wishes.show_panel = "Gallery";
  f.state.is_open = false;
}

// True when it was pressed.
bool draw_group(const Frame& f, std::uint32_t n, Money largest, Rect box) {
  const Ui& ui = f.c.ui;
  ImDrawList* list = ImGui::GetWindowDrawList();
  const LedgerGroup& group = f.state.index.groups(f.state.view)[n];
  const Press press = press_area_at(("group " + group.find).c_str(), box);
  if (press.hovered) list->AddRectFilled(box.min, box.max, ui.tone(Tone::SurfaceHover));
  const float y = box.centre().y, bar_w = ui.px(160);
  float right = f.right;
  text_right(ui, list, Type::MonoSmall, right, y, ui.tone(Tone::Text1), format_money(group.sum.spent));
  right -= ui.px(sum_column);
  text_right(ui, list, Type::MonoSmall, right, y, ui.tone(Tone::Text2),
             group.sum.reserved.micros > 0 ? format_money(group.sum.reserved) : "");
  right -= ui.px(sum_column);
  text_right(ui, list, Type::MonoSmall, right, y, ui.tone(Tone::Text2), std::to_string(group.sum.jobs));
  right -= ui.px(64) + bar_w;
  // Its share beside the largest one.
  if (largest.micros > 0) {
    const float part = static_cast<float>(group.sum.spent.dollars() / largest.dollars());
    const Rect bar = rect_at(right, std::round(y - ui.px(3)), bar_w, ui.px(6));
    list->AddRectFilled(bar.min, bar.max, ui.tone(Tone::SurfacePanel));
    list->AddRectFilled(bar.min, {bar.min.x + std::round(bar_w * part), bar.max.y}, ui.tone(Tone::LineEdge));
  }
  right -= ui.px(16);
  const float note_w = group.note.empty() ? 0 : text_width(ui, Type::Caption, group.note) + ui.px(10);
  const float end = text_elided(ui, list, Type::Label, f.left, y, right - f.left - note_w, ui.tone(Tone::Text1), group.name);
  if (!group.note.empty())
    text_at(ui, list, Type::Caption, end + ui.px(10), y, ui.tone(Tone::Text3), group.note);
  return press.clicked;
}

void draw_column_head(const Frame& f, float top) {
  const Ui& ui = f.c.ui;
  ImDrawList* list = ImGui::GetWindowDrawList();
  const float y = top + ui.px(column_head * 0.5f);
  const ImU32 ink = ui.tone(Tone::Text3);
  float right = f.right;
  if (f.state.view == LedgerView::Entries) {
    text_at(ui, list, Type::Caption, f.left, y, ink, "Time");
    text_at(ui, list, Type::Caption, f.left + ui.px(time_column), y, ink, "Entry");
    text_at(ui, list, Type::Caption, f.left + ui.px(time_column + kind_column), y, ink, "Job");
    text_right(ui, list, Type::Caption, right, y, ink, "Spent so far");
    right -= ui.px(sum_column);
    text_right(ui, list, Type::Caption, right, y, ink, "Amount");
    right -= ui.px(sum_column + model_column);
    text_at(ui, list, Type::Caption, right, y, ink, "Model");
  } else {
    static constexpr const char* names[] = {"", "Day", "Run", "Model", "Provider"};
    text_at(ui, list, Type::Caption, f.left, y, ink, names[static_cast<std::size_t>(f.state.view)]);
    text_right(ui, list, Type::Caption, right, y, ink, "Spent");
    right -= ui.px(sum_column);
    text_right(ui, list, Type::Caption, right, y, ink, "Set aside");
    right -= ui.px(sum_column);
    text_right(ui, list, Type::Caption, right, y, ink, "Jobs");
  }
  list->AddRectFilled({f.left, top + ui.px(column_head)}, {f.right, top + ui.px(column_head) + ui.hair()},
                      ui.tone(Tone::LineSoft));
}

std::string nothing_here(const Frame& f) {
  if (f.book.problem()) return f.book.problem()->message;
  if (!f.book.is_complete() || !f.state.index.is_done(f.book)) return "";
  if (!trimmed(f.state.filter.text).empty()) return "No entry fits the filter.";
  return f.state.filter.currency == Currency::Play ? "The sandbox has not been asked for anything yet."
                                                   : "No real money was spent or set aside in this project.";
}

void draw_list(Frame f, Rect box) {
  const Ui& ui = f.c.ui;
  LedgerState& state = f.state;
  state.rows_drawn = 0;
  const std::size_t count = shown_rows(state);
  if (count == 0) {
    const std::string words = nothing_here(f);
    if (f.book.problem())
      state_shape(ui, ImGui::GetWindowDrawList(), StateShape::Triangle, {f.left + ui.px(8), box.min.y + ui.px(25)}, 16);
    text_wrapped(ui, ImGui::GetWindowDrawList(), Type::Body,
                 {f.left + (f.book.problem() ? ui.px(28) : 0), box.min.y + ui.px(16)}, f.right - f.left - ui.px(28),
                 ui.tone(f.book.problem() ? Tone::Text1 : Tone::Text2), words);
    return;
  }
  ImGui::SetCursorScreenPos(box.min);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
  ImGui::BeginChild("##lines", {box.width(), box.height()}, 0, ImGuiWindowFlags_NoNav | ImGuiWindowFlags_NoBackground);
  ImGui::PopStyleVar();
  if (std::exchange(state.scroll_up, false)) ImGui::SetScrollY(0);
  const ImVec2 origin = ImGui::GetCursorScreenPos();
  const float h = ui.px(row_high), top = ImGui::GetScrollY(), bottom = top + ImGui::GetWindowHeight();
  const auto first = static_cast<std::size_t>(std::max(0.0f, std::floor(top / h)));
  const auto last = std::min(count, static_cast<std::size_t>(std::ceil(bottom / h)));
  const auto& order = state.index.order(state.view);
  Money largest;
  if (state.view == LedgerView::Model || state.view == LedgerView::Provider) {
    largest = state.index.groups(state.view)[order.front()].sum.spent;  // they stand in that order
  } else if (state.view != LedgerView::Entries) {
    for (std::size_t n = first; n < last; ++n)
      largest = std::max(largest, state.index.groups(state.view)[order[n]].sum.spent);
  }
  const LedgerGroup* opened = nullptr;
  for (std::size_t n = first; n < last; ++n, ++state.rows_drawn) {
    const float y = origin.y + static_cast<float>(n) * h;
    const Rect row{{f.left - ui.px(12), y}, {f.right + ui.px(4), y + h}};
    if (state.view == LedgerView::Entries)
      draw_entry(f, state.index.entries()[count - 1 - n], row);
    else if (draw_group(f, order[n], largest, row))
      opened = &state.index.groups(state.view)[order[n]];
  }
  ImGui::SetCursorScreenPos(origin);
  ImGui::Dummy({1, static_cast<float>(count) * h});
  ImGui::EndChild();
  if (opened == nullptr) return;
  // What it is made of.
  state.filter.text = opened->find;
  state.view = LedgerView::Entries;
  state.scroll_up = true;
}

void draw_foot(const Frame& f, Rect box) {
  const Ui& ui = f.c.ui;
  ImDrawList* list = ImGui::GetWindowDrawList();
  list->AddRectFilled(box.min, {box.max.x, box.min.y + ui.hair()}, ui.tone(Tone::LineSoft));
  const float y = box.centre().y;
  const LedgerSum& sum = f.state.index.sum();
  const bool is_reading = !f.book.is_complete() || !f.state.index.is_done(f.book);
  std::string words = counted(f.state.index.entries().size(), "entry", "entries") + " of " +
                      counted(static_cast<std::size_t>(sum.jobs), "job", "jobs");
  if (is_reading) words = "Reading: " + words + " so far";
  float x = text_at(ui, list, Type::Caption, f.left, y, ui.tone(Tone::Text2), words);
  if (!trimmed(f.state.filter.text).empty()) {
    const Press clear = press_area_at("Clear filter", rect_at(x + ui.px(8), box.min.y + ui.px(4), ui.px(90), ui.px(28)));
    text_at(ui, list, Type::Caption, x + ui.px(12), y, ui.tone(clear.hovered ? Tone::AccentHover : Tone::AccentBase),
            "Clear filter");
    if (clear.clicked) f.state.filter.text.clear();
  }
  float right = text_right(ui, list, Type::Strong, f.right, y, ui.tone(Tone::Text1), format_money(sum.spent));
  right = text_right(ui, list, Type::Caption, right - ui.px(6), y, ui.tone(Tone::Text2), "spent");
  if (sum.reserved.micros > 0) {
    right = text_right(ui, list, Type::Strong, right - ui.px(16), y, ui.tone(Tone::Text1), format_money(sum.reserved));
    text_right(ui, list, Type::Caption, right - ui.px(6), y, ui.tone(Tone::Text2), "set aside");
  }
}

}  // namespace

void reset_ledger(LedgerState& state) { state = {}; }

void draw_ledger(LedgerState& state, MoneyBook& book, const PanelContext& c) {
  if (std::exchange(c.state.wishes.ledger, false)) {
    state.bring_to_front = !state.is_open;
    state.is_open = !state.is_open;
  }
  if (!state.is_open) return;
  const Ui& ui = c.ui;
  book.tend(c.view);
  if (!state.currency_is_chosen) {
    const bool any_real = c.view.usd.settled.micros > 0 || c.view.usd.reserved.micros > 0;
    state.filter.currency = any_real ? Currency::Usd : Currency::Play;
  }
  state.index.update(book, c.view.library, c.view.providers, state.filter);
  if (!state.index.is_done(book)) ui.redraw_in(0);

  const ImGuiViewport* viewport = ImGui::GetMainViewport();
  const float width = std::min(ui.px(wide), viewport->Size.x - ui.px(32));
  const float height = std::min(ui.px(high), viewport->Size.y - ui.px(80));
  const ImVec2 min{std::round(viewport->Pos.x + (viewport->Size.x - width) * 0.5f),
                   std::round(viewport->Pos.y + (viewport->Size.y - height) * 0.5f)};
  ImGui::SetNextWindowPos(min);
  ImGui::SetNextWindowSize({width, height});
  if (std::exchange(state.bring_to_front, false)) ImGui::SetNextWindowFocus();
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, ui.px(6));
  ImGui::PushStyleColor(ImGuiCol_WindowBg, ui.tone(Tone::SurfaceFloat));
  ImGui::Begin("Ledger", nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoDocking | ImGuiWindowFlags_NoSavedSettings |
                   ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoNav | ImGuiWindowFlags_NoScrollWithMouse);
  ImGui::PopStyleColor();
  ImGui::PopStyleVar(2);
  ImDrawList* list = ImGui::GetWindowDrawList();
  list->AddRect(min, {min.x + width, min.y + height}, ui.tone(Tone::LineHard), ui.px(6), ui.hair());
  Frame f{state, book, c, min.x + ui.px(pad), min.x + width - ui.px(pad)};
  const float middle = min.y + ui.px(head * 0.5f);
  text_at(ui, list, Type::Title, f.left, middle, ui.tone(Tone::Text1), "Ledger");
  const bool close = icon_button_at(ui, "Close##ledger", Icon::X,
                                    rect_at(min.x + width - ui.px(40), middle - ui.px(14), ui.px(28), ui.px(28)));
  const float segments_w = segments_width(ui, currency_names);
  const int chosen = segments_at(ui, currency_names, static_cast<int>(state.filter.currency),
                                 rect_at(min.x + width - ui.px(56) - segments_w, middle - ui.px(14), segments_w, ui.px(28)));
  if (chosen >= 0) {
    state.filter.currency = static_cast<Currency>(chosen);
    state.currency_is_chosen = state.scroll_up = true;
  }
  float y = min.y + ui.px(head);
  list->AddRectFilled({min.x + ui.hair(), y}, {min.x + width - ui.hair(), y + ui.hair()}, ui.tone(Tone::LineSoft));
  draw_figures(f, y);
  y += ui.px(figures);
  draw_toolbar(f, y);
  y += ui.px(toolbar_high);
  draw_column_head(f, y);
  y += ui.px(column_head) + ui.hair();
  const Rect foot_box{{min.x + ui.hair(), min.y + height - ui.px(foot)}, {min.x + width - ui.hair(), min.y + height}};
  draw_list(f, {{min.x + ui.px(8), y}, {min.x + width - ui.px(8), foot_box.min.y}});
  draw_foot(f, foot_box);
  copy_some(f);
  const bool has_keyboard = ImGui::IsWindowFocused(ImGuiFocusedFlags_ChildWindows);
  const bool escaped =
      has_keyboard && !ImGui::GetIO().WantTextInput && ImGui::IsKeyPressed(ImGuiKey_Escape, false);
  ImGui::End();
  if (close || escaped) state.is_open = false;
}

}  // namespace studio
