// Which files, or which folder?
#include "panels/file_picker.h"

#include <imgui_internal.h>
#include <imgui_stdlib.h>

#include "base/text.h"
#include "panels/start_page.h"
#include "widgets/state_shape.h"

namespace studio {
namespace {

constexpr float width_1x = 720, height_1x = 480, places_1x = 168, size_1x = 88, changed_1x = 112;
constexpr const char* popup = "file picker";

bool wants_folder(PickFor purpose) { return purpose != PickFor::ImportFiles; }

const char* title_of(PickFor purpose) {
  switch (purpose) {
    case PickFor::NewProject:
      return "New project";
    case PickFor::OpenProject:
      return "Open a project";
    case PickFor::ImportFiles:
      return "Import files";
    case PickFor::ExportFolder:
      return "Export to a folder";
  }
  return "";
}

const FolderEntry* entry_at(const PickerState& state, std::size_t row) {
  return state.listing && row < state.rows.size() ? &state.listing->entries[state.rows[row]] : nullptr;
}

std::filesystem::path path_of(const PickerState& state, const FolderEntry& entry) {
  return state.listing->folder / std::filesystem::path(entry.name);
}

void go_to(PickerState& state, const std::filesystem::path& folder) {
  state.folder = folder;
  state.path_text = folder.string();
  state.problem.clear();
  state.letters.clear();
  state.names_folder = false;
  state.is_reading = true;
  state.reads_since_secs = 0;
  state.asks.push_back({PickerAsk::Kind::List, folder});
}

void go_up(PickerState& state) {
  const auto parent = state.folder.parent_path();
  if (parent == state.folder || parent.empty()) return;
  const std::string left = state.folder.filename().string();
  go_to(state, parent);
  state.come_from = left;
}

void fill_rows(PickerState& state) {
  state.rows.clear();
  state.shown.clear();
  if (state.listing) {
    state.filter.folders_only = wants_folder(state.purpose);
    state.rows = picker_rows(*state.listing, state.filter);
    state.shown.reserve(state.rows.size());
    for (const std::uint32_t i : state.rows) state.shown.push_back(shown_name(state.listing->entries[i].name));
  }
  state.choice.reset(state.rows.size());
}

void keep_order(PickerState& state, PickerOrder order) {
  if (state.filter.order == order)
    state.filter.is_descending = !state.filter.is_descending;
  else
    state.filter.order = order, state.filter.is_descending = false;
  fill_rows(state);
}

std::string accept_text(const PickerState& state, std::size_t answers) {
  switch (state.purpose) {
    case PickFor::NewProject:
      return "Make the project";
    case PickFor::OpenProject:
      return "Open";
    case PickFor::ExportFolder:
      return "Use this folder";
    case PickFor::ImportFiles:
      break;
  }
  if (answers < 2) return "Import";
  return "Import " + std::to_string(answers);
}

void accept(PickerState& state) {
  state.chosen = picker_answer(state);
  if (!state.chosen.empty()) state.is_open = false;
}

// A folder is gone into, unless it is what was looked for.
void open_row(PickerState& state, std::size_t row) {
  const FolderEntry* entry = entry_at(state, row);
  if (entry == nullptr) return;
  if (entry->is_folder && !(entry->is_project && state.purpose == PickFor::OpenProject)) {
    go_to(state, path_of(state, *entry));
  } else {
    if (!state.choice.has(row)) state.choice.set_only(row);
    accept(state);
  }
}

// --- parts of the popup, from above

void draw_places(PickerState& state, const Ui& ui, Rect box) {
  ImGui::SetCursorScreenPos(box.min);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(0, 0));
  ImGui::BeginChild("##places", {box.width(), box.height()}, 0, ImGuiWindowFlags_NoNav);
  ImDrawList* list = ImGui::GetWindowDrawList();
  for (std::size_t i = 0; i < state.places.size(); ++i) {
    const PickerPlace& place = state.places[i];
    ImGui::PushID(static_cast<int>(i));
    const bool gap = i > 0 && place.kind != state.places[i - 1].kind && place.kind != PickerPlace::Kind::Folder;
    if (gap) ImGui::Dummy({1, ui.px(8)});
    const Press press = press_area(place.label.c_str(), {box.width() - ui.px(8), ui.px(28)});
    ImGui::PopID();
    const bool here = place.folder == state.folder;
    if (here || press.hovered)
      list->AddRectFilled(press.box.min, press.box.max, ui.tone(here ? Tone::SurfacePress : Tone::SurfaceHover),
                          ui.px(4));
    using Kind = PickerPlace::Kind;
    const Icon icon = place.kind == Kind::Volume    ? Icon::HardDrives
                      : place.kind == Kind::Project ? Icon::FilmStrip
                      : place.kind == Kind::Recent  ? Icon::Clock
                                                    : Icon::FolderSimple;
    icon_at(ui, list, icon, {press.box.min.x + ui.px(16), press.box.centre().y}, 16,
            ui.tone(here ? Tone::Text1 : Tone::Text2));
    text_elided(ui, list, Type::Label, press.box.min.x + ui.px(32), press.box.centre().y, press.box.width() - ui.px(40),
                ui.tone(here ? Tone::Text1 : Tone::Text2), place.label);
    if (press.clicked) go_to(state, place.folder);
  }
  ImGui::EndChild();
  ImGui::PopStyleVar(2);
}

// What a typed path may go on with, below its field, over the list.
void draw_going_on(PickerState& state, const Ui& ui, Rect field) {
  if (state.going_on.empty()) return;
  ImDrawList* list = ImGui::GetForegroundDrawList();
  const float row = ui.px(24);
  const Rect box = rect_at(field.min.x, field.max.y + ui.px(4), field.width(),
                           row * static_cast<float>(state.going_on.size()) + ui.px(8));
  list->AddRectFilled(box.min, box.max, ui.tone(Tone::SurfaceFloat), ui.px(6));
  list->AddRect(box.min, box.max, ui.tone(Tone::LineHard), ui.px(6), ui.hair());
  float y = box.min.y + ui.px(4);
  for (const std::string& name : state.going_on) {
    text_elided(ui, list, Type::Body, box.min.x + ui.px(12), y + row * 0.5f, box.width() - ui.px(72),
                ui.tone(Tone::Text1), shown_name(name));
    if (y < box.min.y + row)
      key_cap(ui, list, box.max.x - ui.px(12) - key_cap_width(ui, "Tab"), y + row * 0.5f, "Tab", ui.tone(Tone::Text2),
              ui.tone(Tone::LineHard));
    y += row;
  }
}

// Tab goes on with what all that fits begins with.
int on_tab(ImGuiInputTextCallbackData* data) {
  auto& state = *static_cast<PickerState*>(data->UserData);
  if (state.going_on.empty()) return 0;
  const std::string_view text(data->Buf, static_cast<std::size_t>(data->BufTextLen));
  const std::size_t slash = text.rfind('/');
  const auto from = static_cast<int>(slash == std::string_view::npos ? 0 : slash + 1);
  std::string more = common_start(state.going_on);
  if (state.going_on.size() == 1) more = state.going_on.front() + "/";
  if (more.size() < text.size() - static_cast<std::size_t>(from)) return 0;  // the same letters, but large or small
  data->DeleteChars(from, data->BufTextLen - from);
  data->InsertChars(from, more.c_str());
  return 0;
}

void complete(PickerState& state) {
  const auto typed = folder_from_text(state.path_text, state.home);
  const TypedPath parts = split_typed(typed, state.path_text.ends_with('/'));
  if (parts.folder != state.completes) {
    state.completes = parts.folder;
    state.asks.push_back({PickerAsk::Kind::Complete, parts.folder});
  }
  state.going_on.clear();
  if (state.completing && state.completing->folder == parts.folder)
    state.going_on = completions(*state.completing, parts.begun, wants_folder(state.purpose), 8);
}

void draw_path(PickerState& state, const Ui& ui, Rect box) {
  ImGui::PushFont(ui.font(Type::Body), ui.theme.type(Type::Body).size);
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding,
                      ImVec2(ui.px(8), std::max(0.0f, std::round((box.height() - ui.font_px(Type::Body)) * 0.5f))));
  ImGui::PushStyleColor(ImGuiCol_FrameBgHovered, ui.tone(Tone::SurfaceRaised));
  ImGui::PushStyleColor(ImGuiCol_FrameBgActive, ui.tone(Tone::SurfaceRaised));
  ImGui::SetCursorScreenPos(box.min);
  ImGui::SetNextItemWidth(box.width());
  if (std::exchange(state.takes_path_caret, false)) ImGui::SetKeyboardFocusHere();
  // While it is not edited it shows where we are, in letters that are safe to show.
  std::string shown = shown_name(state.folder.string());
  std::string& text = state.edits_path ? state.path_text : shown;
  const bool entered = ImGui::InputText(
      "##path", &text, ImGuiInputTextFlags_EnterReturnsTrue | ImGuiInputTextFlags_CallbackCompletion, on_tab, &state);
  const bool is_active = ImGui::IsItemActive();
  if (is_active && !state.edits_path) {
    state.edits_path = true;
    state.path_text = text;
  }
  if (is_active) ImGui::GetWindowDrawList()->AddRect(box.min, box.max, ui.tone(Tone::AccentBase), ui.px(4), ui.hair());
  ImGui::PopStyleColor(2);
  ImGui::PopStyleVar();
  ImGui::PopFont();
  if (is_active) {
    complete(state);
    draw_going_on(state, ui, box);
  } else {
    state.going_on.clear();
  }
  if (entered) {
    const auto typed = folder_from_text(state.path_text, state.home);
    state.edits_path = false;
    if (!typed.empty()) {
      go_to(state, typed.has_filename() ? typed : typed.parent_path().empty() ? typed : typed.parent_path());
      state.was_accepted = true;
    }
  } else if (!is_active && state.edits_path) {
    state.edits_path = false;  // left without Enter: where we are stays
  }
}

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
  if (press.clicked) keep_order(state, order);
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

// Keys of the list, while nothing is typed into a field.
void take_keys(PickerState& state, const Ui& ui) {
  const ImGuiIO& io = ImGui::GetIO();
  if (io.WantTextInput || ImGui::IsAnyItemActive()) return;
  const auto pressed = [](ImGuiKey key) { return ImGui::IsKeyPressed(key); };
  const auto all = std::ssize(state.rows);
  if (pressed(ImGuiKey_Escape)) {
    state.is_open = false;
    return;
  }
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
    if (c == '/' || c == '~') {
      state.takes_path_caret = true;
      break;
    }
    if (c < 0x20 || c == 0x7F) continue;
    if (ui.now_secs - state.letters_secs > 1) state.letters.clear();
    if (c == ' ' && state.letters.empty()) continue;
    char utf8[5] = {};
    ImTextCharToUtf8(utf8, c);
    state.letters += utf8;
    state.letters_secs = ui.now_secs;
    if (!state.listing) continue;
    // One letter alone goes on to the next; more look for the word.
    const bool is_first = state.letters == utf8;
    const std::size_t from =
        state.choice.cursor == PickerChoice::nowhere ? 0 : state.choice.cursor + (is_first ? 1 : 0);
    if (const auto row = row_that_begins(*state.listing, state.rows, state.letters, from)) {
      state.choice.set_only(*row);
      state.shows_cursor = true;
    }
  }
}

// Gives the text of what cannot be accepted yet.
std::string hint(const PickerState& state, std::size_t answers) {
  if (state.purpose == PickFor::NewProject) {
    const std::string objection = objection_to_folder_name(trimmed(state.name));
    return !objection.empty() ? objection : trimmed(state.name).empty() ? "Give it a name" : "";
  }
  if (state.purpose == PickFor::ImportFiles) {
    if (answers == 0) return "Choose files or folders";
    std::size_t folders = 0;
    for (std::size_t row = 0; row < state.rows.size(); ++row)
      if (state.choice.has(row) && entry_at(state, row)->is_folder) ++folders;
    const auto counted = [](std::size_t n, const char* one, const char* many) {
      return std::to_string(n) + " " + (n == 1 ? one : many);
    };
    std::string text = answers > folders ? counted(answers - folders, "file", "files") : "";
    if (folders > 0) text += (text.empty() ? "" : ", ") + counted(folders, "folder", "folders");
    return text + " chosen";
  }
  if (answers == 0) return "Choose the folder of a project";
  return shown_name(picker_answer(state).front().string());
}

void draw_foot(PickerState& state, const Ui& ui, Rect box) {
  ImDrawList* list = ImGui::GetWindowDrawList();
  const float y = box.centre().y, h = ui.px(32), top = std::round(y - h * 0.5f);
  const auto answer = picker_answer(state);
  ButtonFace go, no;
  const std::string text = accept_text(state, answer.size());
  go.kind = ButtonKind::Accent;
  go.text = text;
  go.enabled = !answer.empty();
  no.kind = ButtonKind::Quiet;
  no.text = "Cancel";
  float right = box.max.x;
  const float gw = button_width(ui, go);
  if (button_at(ui, "Accept", go, rect_at(right - gw, top, gw, h))) accept(state);
  right -= gw + ui.px(8);
  const float nw = button_width(ui, no);
  if (button_at(ui, "Cancel", no, rect_at(right - nw, top, nw, h))) state.is_open = false;
  right -= nw + ui.px(16);
  float x = box.min.x;
  if (state.purpose == PickFor::NewProject) {
    x = text_at(ui, list, Type::Label, x, y, ui.tone(Tone::Text2), "Name") + ui.px(12);
    ImGui::SetCursorScreenPos({x, top});
    FieldLook look;
    look.size = {ui.px(240), h};
    look.hint = "The last lamp";
    look.select_all_on_focus = true;
    if (std::exchange(state.takes_name_caret, false)) ImGui::SetKeyboardFocusHere();
    const FieldState field = text_field(ui, "##name", state.name, look);
    if (field.entered) accept(state);
    x += ui.px(240 + 12);
  }
  text_elided(ui, list, Type::Caption, x, y, right - x, ui.tone(Tone::Text2), hint(state, answer.size()));
}

void draw_new_folder(PickerState& state, const Ui& ui, Rect button_box) {
  if (icon_button_at(ui, "New folder", Icon::FolderPlus, button_box, state.names_folder)) {
    state.names_folder = !state.names_folder;
    state.takes_folder_caret = state.names_folder;
    state.folder_name.clear();
  }
  if (ImGui::IsItemHovered()) ImGui::SetTooltip("New folder");
}

// The name of a folder that is to be made, in a row above the list. Gives the height used.
float draw_folder_name(PickerState& state, const Ui& ui, Rect box) {
  if (!state.names_folder) return 0;
  const float h = ui.px(28);
  ButtonFace make;
  const std::string objection = objection_to_folder_name(trimmed(state.folder_name));
  make.text = "Make";
  make.enabled = objection.empty() && !trimmed(state.folder_name).empty();
  const float w = button_width(ui, make);
  ImGui::SetCursorScreenPos(box.min);
  FieldLook look;
  look.size = {box.width() - w - ui.px(8), h};
  look.hint = "Name of the new folder";
  if (std::exchange(state.takes_folder_caret, false)) ImGui::SetKeyboardFocusHere();
  const FieldState field = text_field(ui, "##folder name", state.folder_name, look);
  const bool pressed = button_at(ui, "Make", make, {{box.max.x - w, box.min.y}, {box.max.x, box.min.y + h}});
  if ((pressed || field.entered) && make.enabled) {
    state.asks.push_back({PickerAsk::Kind::MakeFolder, state.folder / std::string(trimmed(state.folder_name))});
    state.names_folder = false;
  }
  float used = h + ui.px(8);
  if (!objection.empty()) {
    text_at(ui, ImGui::GetWindowDrawList(), Type::Caption, box.min.x, box.min.y + used + ui.px(6), ui.tone(Tone::Text1),
            objection);
    used += ui.px(20);
  }
  return used;
}

}  // namespace

void open_picker(PickerState& state, PickFor purpose, const std::filesystem::path& folder, std::string name) {
  state.purpose = purpose;
  state.is_open = state.opens = true;
  state.listing.reset();
  state.rows.clear();
  state.shown.clear();
  state.choice.reset(0);
  state.chosen.clear();
  state.name = std::move(name);
  state.takes_name_caret = purpose == PickFor::NewProject;
  state.edits_path = state.names_folder = state.was_accepted = false;
  state.come_from.clear();
  state.asks.clear();
  state.asks.push_back({PickerAsk::Kind::Places, {}});
  go_to(state, folder);
}

void show_in_picker(PickerState& state, const std::filesystem::path& folder) { go_to(state, folder); }

void picker_listed(PickerState& state, std::shared_ptr<const FolderListing> listing) {
  if (!state.is_open || listing->folder != state.folder) return;
  state.is_reading = false;
  const bool was_accepted = std::exchange(state.was_accepted, false);
  if (listing->is_file) {
    // A typed path may name a file: then it is the answer, where files are looked for.
    if (was_accepted && state.purpose == PickFor::ImportFiles) {
      state.chosen = {listing->folder};
      state.is_open = false;
    } else {
      state.problem = "This is a file, and a folder is looked for: " + shown_name(listing->folder.string());
    }
    return;
  }
  state.listing = std::move(listing);
  fill_rows(state);
  const std::string left = std::exchange(state.come_from, {});
  for (std::size_t row = 0; !left.empty() && row < state.rows.size(); ++row) {
    if (entry_at(state, row)->name != left) continue;
    state.choice.cursor = state.choice.anchor = row;
    state.shows_cursor = true;
    break;
  }
}

void picker_completed(PickerState& state, std::shared_ptr<const FolderListing> listing) {
  if (state.is_open && listing->folder == state.completes) state.completing = std::move(listing);
}

std::vector<std::filesystem::path> picker_answer(const PickerState& state) {
  std::vector<std::filesystem::path> answer;
  if (state.purpose == PickFor::NewProject) {
    const std::string name(trimmed(state.name));
    if (!name.empty() && objection_to_folder_name(name).empty() && state.problem.empty())
      answer.push_back(state.folder / name);
    return answer;
  }
  if (!state.listing) return answer;
  for (std::size_t row = 0; row < state.rows.size(); ++row)
    if (state.choice.has(row)) answer.push_back(path_of(state, *entry_at(state, row)));
  const bool is_readable = !state.listing->error && state.problem.empty() && state.listing->folder == state.folder;
  if (answer.empty() && is_readable &&
      (state.purpose == PickFor::ExportFolder || (state.purpose == PickFor::OpenProject && state.listing->is_project)))
    answer.push_back(state.folder);
  return answer;
}

void draw_file_picker(PickerState& state, const Ui& ui) {
  if (std::exchange(state.opens, false)) ImGui::OpenPopup(popup);
  if (!state.is_open) return;
  const ImGuiViewport* viewport = ImGui::GetMainViewport();
  const ImVec2 size{std::min(ui.px(width_1x), viewport->Size.x - ui.px(32)),
                    std::min(ui.px(height_1x), viewport->Size.y - ui.px(32))};
  ImGui::SetNextWindowPos({viewport->Pos.x + viewport->Size.x * 0.5f, viewport->Pos.y + viewport->Size.y * 0.45f},
                          ImGuiCond_Always, {0.5f, 0.5f});
  ImGui::SetNextWindowSize(size);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
  const bool is_drawn = ImGui::BeginPopup(popup, ImGuiWindowFlags_NoNav | ImGuiWindowFlags_NoScrollbar);
  ImGui::PopStyleVar();
  if (!is_drawn) {
    state.is_open = false;  // closed by Esc or by a click elsewhere
    return;
  }
  const ImVec2 at = ImGui::GetWindowPos();
  const Rect box{at, {at.x + size.x, at.y + size.y}};
  ImDrawList* list = ImGui::GetWindowDrawList();
  const float pad = ui.px(16);
  text_at(ui, list, Type::Title, box.min.x + pad, box.min.y + ui.px(24), ui.tone(Tone::Text1), title_of(state.purpose));

  const float left = box.min.x + pad, right = box.max.x - pad;
  const float rows_left = left + ui.px(places_1x);
  float y = box.min.y + ui.px(48);
  const float field = ui.px(28);
  if (icon_button_at(ui, "Up", Icon::CaretLeft, rect_at(rows_left, y, field, field))) go_up(state);
  draw_new_folder(state, ui, rect_at(right - field, y, field, field));
  if (icon_button_at(ui, "Hidden files", state.filter.with_hidden ? Icon::Eye : Icon::EyeSlash,
                     rect_at(right - 2 * field - ui.px(4), y, field, field), state.filter.with_hidden)) {
    state.filter.with_hidden = !state.filter.with_hidden;
    fill_rows(state);
  }
  if (ImGui::IsItemHovered())
    ImGui::SetTooltip(state.filter.with_hidden ? "Leave hidden files out" : "Show hidden files");
  draw_path(state, ui, {{rows_left + field + ui.px(4), y}, {right - 2 * field - ui.px(12), y + field}});
  const float foot = ui.px(56);
  draw_places(state, ui, {{left - ui.px(8), y}, {rows_left - ui.px(8), box.max.y - foot}});
  y += field + ui.px(8);
  y += draw_folder_name(state, ui, {{rows_left, y}, {right, y + field}});
  draw_rows(state, ui, {{rows_left, y}, {right, box.max.y - foot}});
  draw_foot(state, ui, {{left, box.max.y - foot}, {right, box.max.y}});
  take_keys(state, ui);
  if (!state.is_open) ImGui::CloseCurrentPopup();
  ImGui::EndPopup();
}

}  // namespace studio
