// Which files, or which folder?
#include "panels/file_picker.h"

#include <imgui_internal.h>
#include <imgui_stdlib.h>

#include "base/text.h"
#include "panels/file_picker_parts.h"
#include "panels/start_page.h"

namespace studio {
namespace {

using namespace picking;

constexpr float picker_width_1x = 720, height_1x = 480, places_1x = 168;
constexpr const char* popup = "file picker";

std::string title_of(const PickerState& state) {
  switch (state.purpose) {
    case PickFor::NewProject:
      return "New project";
    case PickFor::OpenProject:
      return "Open a project";
    case PickFor::ImportFiles:
      return "Import files";
    case PickFor::EditedVersion:
      return "Edited version of " + state.of_whom;
    case PickFor::ExportFolder:
      return "Export to a folder";
  }
  return "";
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
    case PickFor::EditedVersion:
      break;
  }
  if (answers < 2) return "Import";
  return "Import " + std::to_string(answers);
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
  // The field has the keyboard only some frames after the slash that asked for it: what is typed meanwhile is its own, too.
  const bool has_begun = !state.path_begun.empty();
  if (has_begun) {
    for (const ImWchar c : ImGui::GetIO().InputQueueCharacters) append_character(state.path_begun, c);
    state.edits_path = true;
    state.path_text = state.path_begun;
  }
  // While it is not edited it shows where we are, in letters that are safe to show.
  std::string shown = shown_name(state.folder.string());
  std::string& text = state.edits_path ? state.path_text : shown;
  const bool entered = ImGui::InputText(
      "##path", &text, ImGuiInputTextFlags_EnterReturnsTrue | ImGuiInputTextFlags_CallbackCompletion, on_tab, &state);
  const bool is_active = ImGui::IsItemActive();
  if (is_active && has_begun) {
    state.path_begun.clear();
    if (ImGuiInputTextState* input = ImGui::GetInputTextState(ImGui::GetItemID())) input->SetSelection(input->TextLen, input->TextLen);
  }
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
  } else if (!is_active && state.edits_path && state.path_begun.empty()) {
    state.edits_path = false;  // left without Enter: where we are stays
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
  if (state.purpose == PickFor::EditedVersion && answers == 0) return "Choose the file";
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

void draw_file_picker(PickerState& state, const Ui& ui) {
  if (std::exchange(state.opens, false)) ImGui::OpenPopup(popup);
  if (!state.is_open) return;
  const ImGuiViewport* viewport = ImGui::GetMainViewport();
  const ImVec2 size{std::min(ui.px(picker_width_1x), viewport->Size.x - ui.px(32)),
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
  text_at(ui, list, Type::Title, box.min.x + pad, box.min.y + ui.px(24), ui.tone(Tone::Text1), title_of(state));

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
