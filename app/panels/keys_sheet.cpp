// Which key does what? All on one sheet, by groups.
#include "panels/keys_sheet.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace studio {
namespace {

// px at scale 1.
constexpr float column_width = 272, column_gap = 28, head_height = 30, group_gap = 10, padding = 24, top_bar = 44;
constexpr float most_row_height = 24, least_row_height = 19;

struct KeyLine {
  std::string_view label;
  std::vector<std::string> caps;
};

struct Group {
  CommandGroup group = CommandGroup::Project;
  std::vector<KeyLine> lines;
  float height = 0;
};

std::vector<Group> groups_with_keys(const Keymap& keys, float row_height) {
  std::vector<Group> groups;
  for (const UiCommand& command : command_table()) {
    if (keys.chord(command).key == key::none) continue;
    if (groups.empty() || groups.back().group != command.group) {
      groups.push_back({command.group, {}});
      // Pressed and let go alone it is no chord, so the table has none of it.
      if (command.group == CommandGroup::Tools) groups.back().lines.push_back({"Menu", {"Alt"}});
    }
    groups.back().lines.push_back({command.label, key_caps(keys.chord(command))});
  }
  for (Group& group : groups) group.height = head_height + row_height * static_cast<float>(group.lines.size()) + group_gap;
  return groups;
}

// In order, from the left; a column is full at `height`. Gives the groups of each.
std::vector<std::vector<const Group*>> in_columns(const std::vector<Group>& groups, float height) {
  std::vector<std::vector<const Group*>> columns;
  float used = 0;
  for (const Group& group : groups) {
    if (columns.empty() || used + group.height > height) {
      columns.emplace_back();
      used = 0;
    }
    columns.back().push_back(&group);
    used += group.height;
  }
  return columns;
}

float height_of(const std::vector<const Group*>& column) {
  float height = 0;
  for (const Group* group : column) height += group->height;
  return height;
}

// As even as they can be: the lowest height at which they stand in as many columns as fit beside each other.
std::vector<std::vector<const Group*>> even_columns(const std::vector<Group>& groups, float most_width,
                                                    float most_height) {
  const auto most =
      static_cast<std::size_t>(std::max(1.0f, std::floor((most_width + column_gap) / (column_width + column_gap))));
  float height = 0;
  for (const Group& group : groups) height = std::max(height, group.height);
  auto columns = in_columns(groups, height);
  while (columns.size() > most && height < most_height * 4) columns = in_columns(groups, height += 4);
  return columns;
}

}  // namespace

bool is_keys_sheet_open() { return ImGui::IsPopupOpen("keys"); }

void draw_keys_sheet(const Ui& ui, CommandContext& commands) {
  const bool is_wished = std::exchange(commands.state.wishes.keys_sheet, false);
  const bool was_open = is_keys_sheet_open();
  if (is_wished && !was_open) ImGui::OpenPopup("keys");
  if (!is_keys_sheet_open()) return;
  const ImGuiViewport* viewport = ImGui::GetMainViewport();
  const Keymap& keys = commands.state.keys;
  const float most_width = viewport->Size.x / ui.scale - 2 * padding - 24;
  const float most_height = viewport->Size.y / ui.scale - top_bar - 2 * padding - 24;
  // The rows stand closer where they would not fit.
  float row_height = most_row_height, content = 0;
  auto groups = groups_with_keys(keys, row_height);
  auto columns = even_columns(groups, most_width, most_height);
  const auto highest = [&] {
    float height = 0;
    for (const auto& column : columns) height = std::max(height, height_of(column));
    return height;
  };
  while ((content = highest()) > most_height && row_height > least_row_height) {
    groups = groups_with_keys(keys, row_height -= 1);
    columns = even_columns(groups, most_width, most_height);
  }
  const float width = 2 * padding + column_width * static_cast<float>(columns.size()) +
                      column_gap * static_cast<float>(std::max<std::size_t>(columns.size(), 1) - 1);
  const float height = std::min(content, most_height) + top_bar + padding + 12;
  ImGui::SetNextWindowPos(
      {std::round(viewport->Pos.x + viewport->Size.x * 0.5f), std::round(viewport->Pos.y + viewport->Size.y * 0.5f)},
      ImGuiCond_Always, {0.5f, 0.5f});
  ImGui::SetNextWindowSize({ui.px(width), ui.px(height)});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
  const bool is_open = ImGui::BeginPopup("keys", ImGuiWindowFlags_NoNav);
  ImGui::PopStyleVar();
  if (!is_open) return;

  ImDrawList* list = ImGui::GetWindowDrawList();
  const ImVec2 origin = ImGui::GetCursorScreenPos();
  const float head_y = origin.y + ui.px(28);
  text_at(ui, list, Type::Title, origin.x + ui.px(padding), head_y, ui.tone(Tone::Text1), "Keys");
  const float right = origin.x + ui.px(width - padding);
  const bool close =
      icon_button_at(ui, "Close##keys", Icon::X, rect_at(right - ui.px(24), head_y - ui.px(12), ui.px(24), ui.px(24)));
  ButtonFace change;
  change.kind = ButtonKind::Quiet;
  change.icon = Icon::Keyboard;
  change.text = "Change keys…";
  const float change_w = button_width(ui, change);
  const bool wants_change = button_at(ui, "Change keys…", change,
                                      rect_at(right - ui.px(32) - change_w, head_y - ui.px(14), change_w, ui.px(28)));

  float x = origin.x + ui.px(padding);
  for (const auto& column : columns) {
    float y = origin.y + ui.px(top_bar + 8);
    for (const Group* group : column) {
      text_at(ui, list, Type::Strong, x, y + ui.px(head_height * 0.5f), ui.tone(Tone::Text1), to_string(group->group));
      y += ui.px(head_height);
      for (const KeyLine& line : group->lines) {
        const float left = key_caps_right(ui, list, x + ui.px(column_width), y + ui.px(row_height * 0.5f), line.caps,
                                          ui.tone(Tone::Text1), ui.tone(Tone::LineEdge));
        text_elided(ui, list, Type::Label, x, y + ui.px(row_height * 0.5f), left - x - ui.px(8), ui.tone(Tone::Text2),
                    line.label);
        y += ui.px(row_height);
      }
      y += ui.px(group_gap);
    }
    x += ui.px(column_width + column_gap);
  }
  ImGui::SetCursorScreenPos(origin);
  ImGui::Dummy({1, ui.px(top_bar + 8 + content)});
  if (close || wants_change || (is_wished && was_open) || ImGui::IsKeyPressed(ImGuiKey_Escape, false)) ImGui::CloseCurrentPopup();
  if (wants_change) {
    commands.state.wishes.settings = true;
    commands.state.wishes.settings_section = "Keys";
  }
  ImGui::EndPopup();
}

}  // namespace studio
