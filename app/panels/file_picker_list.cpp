// The list of a folder, and its keys.
#include <imgui_internal.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "panels/file_picker_parts.h"
#include "widgets/state_shape.h"

namespace studio::picking {
namespace {

constexpr float size_1x = 88, changed_1x = 112;

// A head of a column; a click sorts by it, a second one turns the order.
void column(PickerState& state, const Ui& ui, const char* label, PickerOrder order, Rect box, bool at_right) {
  const Press press = press_area_at(label, box);
  ImDrawList* list = ImGui::GetWindowDrawList();
  const bool on = state.filter.order == order;
  const ImU32 ink = ui.tone(on || press.hovered ? Tone::Text1 : Tone::Text2);
  const float y = box.centre().y;
  if (at_right)
    text_right(ui, list, Type::Label, box.max.x, y, ink, label);
  else
    text_at(ui, list, Type::Label, box.min.x, y, ink, label);
  if (press.clicked) sort_by(state, order);
}

void draw_row(PickerState& state, const Ui& ui, std::size_t row, float width, float height) {
  const FolderEntry& entry = *entry_at(state, row);
  ImGui::PushID(static_cast<int>(state.rows[row]));
  const Press press = press_area(state.shown[row].c_str(), {width, height});
  ImGui::PopID();
  ImDrawList* list = ImGui::GetWindowDrawList();
  const bool chosen = state.choice.has(row);
  if (chosen || press.hovered)
    list->AddRectFilled(press.box.min, press.box.max, ui.tone(chosen ? Tone::SurfacePress : Tone::SurfaceHover));
  if (row == state.choice.cursor) list->AddRect(press.box.min, press.box.max, ui.tone(Tone::AccentBase), 0, ui.hair());
  const float y = press.box.centre().y, x = press.box.min.x;
  const Icon icon = entry.is_project ? Icon::FilmStrip : entry.is_folder ? Icon::FolderSimple : Icon::Image;
  icon_at(ui, list, icon, {x + ui.px(16), y}, 16, ui.tone(entry.is_project ? Tone::AccentBase : Tone::Text2),
          entry.is_project);
  const float right = press.box.max.x - ui.px(12), changed = right - ui.px(changed_1x);
  const float name_room = (wants_folder(state.purpose) ? changed : changed - ui.px(size_1x)) - x - ui.px(44);
  text_elided(ui, list, Type::Body, x + ui.px(32), y, name_room, ui.tone(Tone::Text1), state.shown[row]);
  if (!entry.is_folder)
    text_right(ui, list, Type::Caption, changed, y, ui.tone(Tone::Text2), format_bytes(entry.bytes));
  if (entry.is_project)
    text_right(ui, list, Type::Caption, right, y, ui.tone(Tone::Text2), "project");
  else
    text_right(ui, list, Type::Caption, right, y, ui.tone(Tone::Text2),
               date_words(entry.changed_ms, state.now_wall_ms));
  if (press.clicked) {
    const ImGuiIO& io = ImGui::GetIO();
    state.problem.clear();
    state.letters.clear();
    if (state.purpose == PickFor::ImportFiles && io.KeyCtrl)
      state.choice.toggle(row);
    else if (state.purpose == PickFor::ImportFiles && io.KeyShift)
      state.choice.extend_to(row);
    else
      state.choice.set_only(row);
    if (ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left) || io.MouseClickedLastCount[0] == 2) open_row(state, row);
  }
}

// One line in the middle of the list, where there are no rows.
void draw_message(const Ui& ui, Rect box, bool is_problem, const std::string& words) {
  ImDrawList* list = ImGui::GetWindowDrawList();
  const float middle = box.min.y + box.height() * 0.4f;
  if (is_problem) state_shape(ui, list, StateShape::Triangle, {box.centre().x, middle - ui.px(24)}, 20);
  text_wrapped_centred(ui, list, Type::Body, box.centre().x, middle, box.width() - ui.px(64),
                       ui.tone(is_problem ? Tone::Text1 : Tone::Text3), words, 5);
}

void move_cursor(PickerState& state, std::ptrdiff_t by, bool extends) {
  if (state.rows.empty()) return;
  const auto last = std::ssize(state.rows) - 1;
  const bool nowhere = state.choice.cursor >= state.rows.size();
  const bool to_an_end = std::abs(by) > last;
  const auto to = nowhere ? ((by > 0) == to_an_end ? last : 0)
                          : std::clamp<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(state.choice.cursor) + by, 0, last);
  if (extends && state.purpose == PickFor::ImportFiles)
    state.choice.extend_to(static_cast<std::size_t>(to));
  else
    state.choice.set_only(static_cast<std::size_t>(to));
  state.shows_cursor = true;
}

}  // namespace

void draw_rows(PickerState& state, const Ui& ui, Rect box) {
  ImDrawList* over = ImGui::GetWindowDrawList();
  over->AddRectFilled(box.min, box.max, ui.tone(Tone::SurfacePanel), ui.px(4));
  const float head = ui.px(28), right = box.max.x - ui.px(12 + 12), changed = right - ui.px(changed_1x);
  column(state, ui, "Name", PickerOrder::Name, rect_at(box.min.x + ui.px(32), box.min.y, ui.px(120), head), false);
  if (!wants_folder(state.purpose))
    column(state, ui, "Size", PickerOrder::Size, {{changed - ui.px(size_1x), box.min.y}, {changed, box.min.y + head}},
           true);
  column(state, ui, "Changed", PickerOrder::Changed, {{changed + ui.px(12), box.min.y}, {right, box.min.y + head}},
         true);
  const float line = box.min.y + head;
  over->AddRectFilled({box.min.x, line}, {box.max.x, line + ui.hair()}, ui.tone(Tone::LineSoft));

  // What is read for longer than people notice is said by a line that moves nothing.
  if (state.is_reading) {
    if (state.reads_since_secs == 0) state.reads_since_secs = ui.now_secs;
    if (ui.now_secs - state.reads_since_secs > 0.3)
      over->AddRectFilled({box.min.x, line}, {box.max.x, line + ui.px(2)}, ui.tone(Tone::AccentBase));
    else
      ui.redraw_in(0.31 - (ui.now_secs - state.reads_since_secs));
  }
  const Rect inside{{box.min.x, line + ui.hair()}, box.max};
  if (!state.problem.empty()) return draw_message(ui, inside, true, state.problem);
  if (!state.listing) return;
  if (state.listing->error && state.rows.empty()) return draw_message(ui, inside, true, state.listing->error->message);
  if (state.rows.empty()) {
    const bool has_more = !state.listing->entries.empty();
    return draw_message(ui, inside, false,
                        !has_more                     ? "This folder is empty."
                        : wants_folder(state.purpose) ? "There are no folders in here."
                                                      : "There is nothing to show here; hidden files are left out.");
  }
  ImGui::SetCursorScreenPos(inside.min);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(0, 0));
  ImGui::BeginChild("##rows", {inside.width(), inside.height()}, 0, ImGuiWindowFlags_NoNav);
  const float height = ui.px(24), width = inside.width() - ui.px(12);
  if (std::exchange(state.shows_cursor, false) && state.choice.cursor < state.rows.size()) {
    const float top = static_cast<float>(state.choice.cursor) * height, view = ImGui::GetWindowHeight();
    if (top < ImGui::GetScrollY()) ImGui::SetScrollY(top);
    if (top + height > ImGui::GetScrollY() + view) ImGui::SetScrollY(top + height - view);
  }
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(state.rows.size()), height);
  const auto* before = state.listing.get();
  while (clipper.Step())
    for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i)
      if (static_cast<std::size_t>(i) < state.rows.size() && before == state.listing.get())
        draw_row(state, ui, static_cast<std::size_t>(i), width, height);
  ImGui::EndChild();
  ImGui::PopStyleVar(2);
}

void append_character(std::string& text, unsigned character) {
  if (character < 0x20 || character == 0x7F) return;
  char utf8[5] = {};
  ImTextCharToUtf8(utf8, character);
  text += utf8;
}

void take_keys(PickerState& state, const Ui& ui) {
  const ImGuiIO& io = ImGui::GetIO();
  if (io.WantTextInput || ImGui::IsAnyItemActive()) return;
  const auto pressed = [](ImGuiKey key) { return ImGui::IsKeyPressed(key); };
  const auto all = std::ssize(state.rows);
  if (pressed(ImGuiKey_Escape)) {
    state.is_open = false;
    return;
  }
  if (!state.path_begun.empty()) return;  // it is the path's, as soon as that has the keyboard
  if (pressed(ImGuiKey_DownArrow)) move_cursor(state, 1, io.KeyShift);
  if (pressed(ImGuiKey_UpArrow) && io.KeyAlt) return go_up(state);
  if (pressed(ImGuiKey_UpArrow)) move_cursor(state, -1, io.KeyShift);
  if (pressed(ImGuiKey_PageDown)) move_cursor(state, 12, io.KeyShift);
  if (pressed(ImGuiKey_PageUp)) move_cursor(state, -12, io.KeyShift);
  if (pressed(ImGuiKey_Home)) move_cursor(state, -all, io.KeyShift);
  if (pressed(ImGuiKey_End)) move_cursor(state, all, io.KeyShift);
  if (pressed(ImGuiKey_Backspace)) return go_up(state);
  if (pressed(ImGuiKey_Enter) || pressed(ImGuiKey_KeypadEnter)) {
    if (state.choice.count == 1) return open_row(state, state.choice.cursor);
    return accept(state);
  }
  if (io.KeyCtrl && pressed(ImGuiKey_L)) state.takes_path_caret = true;
  if (io.KeyCtrl && pressed(ImGuiKey_A) && state.purpose == PickFor::ImportFiles) state.choice.set_all();
  if (io.KeyCtrl && pressed(ImGuiKey_H)) {
    state.filter.with_hidden = !state.filter.with_hidden;
    fill_rows(state);
  }
  if (io.KeyCtrl || io.KeyAlt) return;
  for (const ImWchar c : io.InputQueueCharacters) {
    if (c == '/' || c == '~' || !state.path_begun.empty()) {
      state.takes_path_caret = true;
      append_character(state.path_begun, c);
      continue;
    }
    if (c < 0x20 || c == 0x7F) continue;
    if (ui.now_secs - state.letters_secs > 1) state.letters.clear();
    if (c == ' ' && state.letters.empty()) continue;
    std::string letter;
    append_character(letter, c);
    state.letters += letter;
    state.letters_secs = ui.now_secs;
    if (!state.listing) continue;
    // One letter alone goes on to the next; more look for the word.
    const bool is_first = state.letters == letter;
    const std::size_t from =
        state.choice.cursor == PickerChoice::nowhere ? 0 : state.choice.cursor + (is_first ? 1 : 0);
    if (const auto row = row_that_begins(*state.listing, state.rows, state.letters, from)) {
      state.choice.set_only(*row);
      state.shows_cursor = true;
    }
  }
}

}  // namespace studio::picking
