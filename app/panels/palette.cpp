// What shall be done? Typed, found, run.
#include "panels/palette.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "commands/select_step.h"
#include "widgets/picture.h"

namespace studio {
namespace {

// px at scale 1.
constexpr float wide = 640, field_height = 44, command_height = 32, asset_height = 44, head_height = 26, foot = 32;
constexpr float most_height = 432;
constexpr std::size_t most_recent = 8, assets_beside_commands = 5, projects_beside_commands = 4;

Icon icon_of(CommandGroup group) {
  switch (group) {
    case CommandGroup::Project:
      return Icon::FolderOpen;
    case CommandGroup::Make:
      return Icon::Sparkle;
    case CommandGroup::Judge:
      return Icon::Flag;
    case CommandGroup::Select:
      return Icon::SquaresFour;
    case CommandGroup::View:
      return Icon::GridFour;
    case CommandGroup::Loupe:
      return Icon::MagnifyingGlass;
    default:
      return Icon::Sliders;
  }
}

struct Entry {
  enum class Kind : std::uint8_t { Command, Project, Asset };
  Kind kind = Kind::Command;
  PaletteCommand command;
  const RecentProject* project = nullptr;
  Row row = no_row;
  std::string head;  // above it, where a part begins
};

std::vector<Entry> entries_of(PaletteState& state, const PaletteQuery& query, const CommandContext& commands) {
  std::vector<Entry> entries;
  const bool is_empty = query.words.empty();
  CommandGroup group = CommandGroup::Count;
  bool in_recent = false;
  for (PaletteCommand& found : palette_commands(query, commands, state.recent)) {
    Entry entry;
    const bool is_recent =
        std::find(state.recent.begin(), state.recent.end(), found.command->name) != state.recent.end();
    if (is_empty && is_recent && !in_recent && entries.empty()) entry.head = "Recent", in_recent = true;
    if (is_empty && !is_recent && found.command->group != group) {
      group = found.command->group;
      entry.head = to_string(group);
    }
    entry.command = std::move(found);
    entries.push_back(std::move(entry));
  }
  if (query.scope == PaletteScope::All) {
    std::size_t count = 0;
    for (const RecentProject& project : state.projects) {
      if (count >= projects_beside_commands) break;
      if (!project.there || (commands.view != nullptr && commands.view->project == project.folder)) continue;
      if (!is_empty && !fuzzy_match(query.words, project.name)) continue;
      Entry entry;
      entry.kind = Entry::Kind::Project;
      entry.project = &project;
      if (count++ == 0) entry.head = "Recent projects";
      entries.push_back(std::move(entry));
    }
  }
  if (commands.view != nullptr && query.scope != PaletteScope::Commands && !is_empty) {
    const std::size_t most = query.scope == PaletteScope::Assets ? AssetSearch::most : assets_beside_commands;
    const auto& found = state.search.found();
    for (std::size_t i = 0; i < std::min(most, found.size()); ++i) {
      if (found[i] >= commands.view->library.items.size()) continue;
      Entry entry;
      entry.kind = Entry::Kind::Asset;
      entry.row = found[i];
      if (i == 0) entry.head = "Assets";
      entries.push_back(std::move(entry));
    }
  }
  return entries;
}

float height_of(const Ui& ui, const Entry& entry) {
  return ui.px(entry.kind == Entry::Kind::Asset ? asset_height : command_height) +
         (entry.head.empty() ? 0 : ui.px(head_height));
}

// The matched letters in the accent. Gives the right edge.
float marked_text(const Ui& ui, ImDrawList* list, float x, float y, std::string_view text,
                  const std::vector<std::uint16_t>& places, ImU32 plain, ImU32 marked) {
  std::size_t at = 0, next = 0;
  while (at < text.size()) {
    const auto is_marked = [&](std::size_t byte) {
      while (next < places.size() && places[next] < byte) ++next;
      return next < places.size() && places[next] == byte;
    };
    const bool on = is_marked(at);
    std::size_t end = at + 1;
    // A character's further bytes go with its first.
    while (end < text.size() && ((static_cast<unsigned char>(text[end]) & 0xC0) == 0x80 || is_marked(end) == on)) ++end;
    x = text_at(ui, list, Type::Body, x, y, on ? marked : plain, text.substr(at, end - at));
    at = end;
  }
  return x;
}

void draw_command(const Ui& ui, const CommandContext& commands, ImDrawList* list, const Entry& entry, Rect box,
                  bool with_group) {
  const UiCommand& command = *entry.command.command;
  const bool can = entry.command.why_not.empty();
  const float y = box.centre().y;
  icon_at(ui, list, icon_of(command.group), {box.min.x + ui.px(20), y}, 16, ui.tone(can ? Tone::Text2 : Tone::TextOff));
  const auto caps = key_caps(commands.state.keys.chord(command));
  float right = key_caps_right(ui, list, box.max.x - ui.px(12), y, caps, ui.tone(Tone::Text2), ui.tone(Tone::LineEdge));
  if (const std::string price = price_now(command, commands); !price.empty()) {
    right = text_right(ui, list, Type::Label, right - ui.px(12), y, ui.tone(Tone::AccentBase), price);
  }
  const float x = marked_text(ui, list, box.min.x + ui.px(40), y, command.label, entry.command.places,
                              ui.tone(can ? Tone::Text1 : Tone::Text3), ui.tone(can ? Tone::AccentBase : Tone::Text2));
  // Under a head of its own the group says nothing new.
  const std::string note = !can         ? entry.command.why_not
                           : with_group ? std::string(to_string(command.group))
                                        : std::string();
  text_elided(ui, list, Type::Caption, x + ui.px(12), y, right - x - ui.px(24),
              ui.tone(can ? Tone::Text3 : Tone::Text2), note);
}

void draw_asset(const Ui& ui, const Library& library, ImDrawList* list, Row row, Rect box) {
  const Item& item = library.items[row];
  const ItemText& text = library.texts[row];
  const Rect thumb =
      fitted_box(rect_at(box.min.x + ui.px(12), box.min.y + ui.px(6), ui.px(52), ui.px(32)), item.width, item.height);
  const PictureSlot slot =
      item.has_poster ? ui.pictures->ask(text.sha256, static_cast<int>(thumb.width()), static_cast<int>(thumb.height()), library.hints[row])
                      : PictureSlot{};
  picture_ground(ui, list, slot, thumb);
  picture(list, slot, thumb);
  const float x = box.min.x + ui.px(76), room = box.max.x - ui.px(12) - x;
  const std::string title = text.recipe && !text.recipe->prompt.empty() ? text.recipe->prompt : text.source_name;
  text_elided(ui, list, Type::Body, x, box.min.y + ui.px(14), room, ui.tone(Tone::Text1), title);
  std::string facts = std::string(item.kind == MediaKind::Video ? "video" : "image") + " · " + to_string(item.asset);
  if (item.stars > 0) facts += " · " + counted(item.stars, "star", "stars");
  if (item.mark == Mark::Pick) facts += " · picked";
  if (item.mark == Mark::Reject) facts += " · rejected";
  text_elided(ui, list, Type::Caption, x, box.min.y + ui.px(31), room, ui.tone(Tone::Text2), facts);
}

void draw_project(const Ui& ui, ImDrawList* list, const RecentProject& project, Rect box) {
  const float y = box.centre().y;
  icon_at(ui, list, Icon::FolderSimple, {box.min.x + ui.px(20), y}, 16, ui.tone(Tone::Text2));
  const float x = text_elided(ui, list, Type::Body, box.min.x + ui.px(40), y, box.width() * 0.5f, ui.tone(Tone::Text1),
                              project.name);
  text_elided(ui, list, Type::Caption, x + ui.px(12), y, box.max.x - x - ui.px(24), ui.tone(Tone::Text3),
              project.folder.string());
}

void run_entry(PaletteState& state, const Entry& entry, CommandContext& commands) {
  switch (entry.kind) {
    case Entry::Kind::Command: {
      const UiCommand& command = *entry.command.command;
      std::erase(state.recent, std::string(command.name));
      state.recent.insert(state.recent.begin(), std::string(command.name));
      if (state.recent.size() > most_recent) state.recent.resize(most_recent);
      command.run(commands);
      break;
    }
    case Entry::Kind::Project:
      commands.state.wishes.open_folder = entry.project->folder.string();
      break;
    case Entry::Kind::Asset:
      select_only(commands.state, entry.row);
      commands.state.wishes.show_panel = "Gallery";
      break;
  }
}

bool can_run_entry(const Entry& entry) { return entry.kind != Entry::Kind::Command || entry.command.why_not.empty(); }

std::string entry_label(const Entry& entry, const CommandContext& commands) {
  switch (entry.kind) {
    case Entry::Kind::Command:
      return std::string(entry.command.command->label);
    case Entry::Kind::Project:
      return "Open " + entry.project->name + "##" + entry.project->folder.string();
    case Entry::Kind::Asset:
      return "asset " + to_string(commands.view->library.items[entry.row].asset);
  }
  return "";
}

struct Pressed {
  bool enter = false, stay = false, up = false, down = false, escape = false;
};

Pressed pressed_keys() {
  Pressed pressed;
  pressed.enter = ImGui::IsKeyPressed(ImGuiKey_Enter, false) || ImGui::IsKeyPressed(ImGuiKey_KeypadEnter, false);
  pressed.stay = pressed.enter && ImGui::GetIO().KeyCtrl;
  pressed.up = ImGui::IsKeyPressed(ImGuiKey_UpArrow);
  pressed.down = ImGui::IsKeyPressed(ImGuiKey_DownArrow);
  pressed.escape = ImGui::IsKeyPressed(ImGuiKey_Escape, false);
  return pressed;
}

void draw_foot(const Ui& ui, ImDrawList* list, Rect box) {
  list->AddRectFilled(box.min, {box.max.x, box.min.y + ui.hair()}, ui.tone(Tone::LineSoft));
  const float y = box.centre().y;
  const ImU32 text = ui.tone(Tone::Text2), border = ui.tone(Tone::LineEdge);
  float x = box.min.x + ui.px(14);
  const auto hint = [&](std::initializer_list<const char*> caps, const char* words) {
    for (const char* cap : caps) x += key_cap(ui, list, x, y, cap, text, border) + ui.px(4);
    x = text_at(ui, list, Type::Caption, x + ui.px(2), y, ui.tone(Tone::Text3), words) + ui.px(14);
  };
  hint({"↑", "↓"}, "choose");
  hint({"Enter"}, "run");
  hint({"Ctrl", "Enter"}, "run and stay");
  const std::string right = "type > commands only, @ assets only";
  if (box.max.x - ui.px(14) - text_width(ui, Type::Caption, right) > x)
    text_right(ui, list, Type::Caption, box.max.x - ui.px(14), y, ui.tone(Tone::Text3), right);
}

}  // namespace

void draw_palette(PaletteState& state, const Ui& ui, CommandContext& commands) {
  if (std::exchange(commands.state.wishes.palette, false)) {
    state.typed.clear();
    state.chosen = 0;
    state.search.reset();
    ImGui::OpenPopup("palette");
  }
  if (!ImGui::IsPopupOpen("palette")) return;
  const ImGuiViewport* viewport = ImGui::GetMainViewport();
  const float width = std::min(ui.px(wide), viewport->Size.x - ui.px(32));

  const PaletteQuery query = palette_query(state.typed);
  if (commands.view != nullptr && query.scope != PaletteScope::Commands) {
    state.search.want(query.words, commands.view->library);
    if (state.search.step(commands.view->library)) ui.redraw_in(0);
  }
  const std::vector<Entry> entries = entries_of(state, query, commands);
  const int count = static_cast<int>(entries.size());
  float content = 0;
  for (const Entry& entry : entries) content += height_of(ui, entry);
  const float room = std::min(ui.px(most_height), viewport->Size.y - ui.px(field_height + foot + 60));
  const float list_height = entries.empty() ? ui.px(48) : std::min(content, room);

  ImGui::SetNextWindowPos(
      {std::round(viewport->Pos.x + (viewport->Size.x - width) * 0.5f), viewport->Pos.y + ui.px(4)});
  ImGui::SetNextWindowSize({width, ui.px(field_height + foot + 8) + list_height});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
  const bool is_open = ImGui::BeginPopup(
      "palette", ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse | ImGuiWindowFlags_NoNav);
  ImGui::PopStyleVar();
  if (!is_open) return;

  const Pressed pressed = pressed_keys();
  if (count > 0 && pressed.down) state.chosen = (state.chosen + 1) % count, state.show_chosen = true;
  if (count > 0 && pressed.up) state.chosen = (state.chosen + count - 1) % count, state.show_chosen = true;
  state.chosen = std::clamp(state.chosen, 0, std::max(0, count - 1));

  ImDrawList* list = ImGui::GetWindowDrawList();
  const ImVec2 min = ImGui::GetWindowPos();
  icon_at(ui, list, Icon::MagnifyingGlass, {min.x + ui.px(24), min.y + ui.px(field_height * 0.5f)}, 16,
          ui.tone(Tone::Text2));
  const std::string counts = std::to_string(count) + (count == 1 ? " match" : " matches");
  key_cap(ui, list, min.x + width - ui.px(12) - key_cap_width(ui, "Esc"), min.y + ui.px(field_height * 0.5f), "Esc",
          ui.tone(Tone::Text2), ui.tone(Tone::LineEdge));
  const float counts_right = min.x + width - ui.px(20) - key_cap_width(ui, "Esc");
  const float counts_left = text_right(ui, list, Type::Caption, counts_right, min.y + ui.px(field_height * 0.5f),
                                       ui.tone(Tone::Text3), counts);
  ImGui::SetCursorScreenPos({min.x + ui.px(36), min.y + ui.px((field_height - 32) * 0.5f)});
  // The keyboard stays in the field; after Enter it comes back.
  if (ImGui::IsWindowAppearing() || pressed.enter) ImGui::SetKeyboardFocusHere();
  ImGui::PushStyleColor(ImGuiCol_FrameBg, ui.tone(Tone::SurfaceFloat));
  ImGui::PushStyleColor(ImGuiCol_FrameBgActive, ui.tone(Tone::SurfaceFloat));
  ImGui::PushFont(ui.font(Type::Body), ui.theme.type(Type::Body).size);
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, ImVec2(ui.px(8), ui.px(8)));
  if (bare_text_field("##find", state.typed,
                      commands.view != nullptr ? "Search everything, or run a command" : "Run a command",
                      counts_left - min.x - ui.px(44))) {
    state.chosen = 0;
    state.show_chosen = true;
  }
  ImGui::PopStyleVar();
  ImGui::PopFont();
  ImGui::PopStyleColor(2);
  list->AddRectFilled({min.x, min.y + ui.px(field_height)}, {min.x + width, min.y + ui.px(field_height) + ui.hair()},
                      ui.tone(Tone::LineHard));

  int run = -1;
  ImGui::SetCursorScreenPos({min.x, min.y + ui.px(field_height + 4)});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
  ImGui::BeginChild("##found", {width, list_height}, 0, ImGuiWindowFlags_NoNav | ImGuiWindowFlags_NoBackground);
  ImGui::PopStyleVar();
  {
    ImDrawList* rows = ImGui::GetWindowDrawList();
    const ImVec2 origin = ImGui::GetCursorScreenPos();
    if (entries.empty())
      text_at(ui, rows, Type::Body, origin.x + ui.px(16), origin.y + ui.px(24), ui.tone(Tone::Text2),
              state.search.is_done() ? "Nothing is called so." : "Looking…");
    const bool pointer_moves = ImGui::GetIO().MouseDelta.x != 0 || ImGui::GetIO().MouseDelta.y != 0;
    float y = origin.y;
    for (int i = 0; i < count; ++i) {
      const Entry& entry = entries[static_cast<std::size_t>(i)];
      if (!entry.head.empty()) {
        text_at(ui, rows, Type::Caption, origin.x + ui.px(16), y + ui.px(head_height * 0.5f + 2), ui.tone(Tone::Text3),
                entry.head);
        y += ui.px(head_height);
      }
      const float h = ui.px(entry.kind == Entry::Kind::Asset ? asset_height : command_height);
      const Rect box = rect_at(origin.x + ui.px(4), y, width - ui.px(8), h);
      if (i == state.chosen && std::exchange(state.show_chosen, false)) {
        const float top = y - origin.y, seen = ImGui::GetScrollY();
        if (top < seen)
          ImGui::SetScrollY(i == 0 ? 0 : top);
        else if (top + h > seen + list_height)
          ImGui::SetScrollY(top + h - list_height);
      }
      if (box.max.y >= ImGui::GetWindowPos().y && box.min.y <= ImGui::GetWindowPos().y + list_height) {
        const Press press = press_area_at(entry_label(entry, commands).c_str(), box);
        if (press.hovered && pointer_moves) state.chosen = i;
        if (press.clicked) run = i;
        if (i == state.chosen) rows->AddRectFilled(box.min, box.max, ui.tone(Tone::SurfacePress), ui.px(4));
        if (entry.kind == Entry::Kind::Command)
          draw_command(ui, commands, rows, entry, box, !query.words.empty());
        else if (entry.kind == Entry::Kind::Project)
          draw_project(ui, rows, *entry.project, box);
        else
          draw_asset(ui, commands.view->library, rows, entry.row, box);
      }
      y += h;
    }
    ImGui::SetCursorScreenPos(origin);
    ImGui::Dummy({1, content});
  }
  ImGui::EndChild();
  draw_foot(ui, list,
            {{min.x, min.y + ui.px(field_height + 8) + list_height},
             {min.x + width, min.y + ui.px(field_height + foot + 8) + list_height}});

  if (pressed.enter && count > 0) run = state.chosen;
  bool close = pressed.escape;
  if (run >= 0 && can_run_entry(entries[static_cast<std::size_t>(run)])) {
    run_entry(state, entries[static_cast<std::size_t>(run)], commands);
    close = !pressed.stay;
  }
  if (close) ImGui::CloseCurrentPopup();
  ImGui::EndPopup();
}

}  // namespace studio
