// Which project is this, what is running, what has it cost, and what happened last?
#include "panels/bars.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "widgets/state_shape.h"

namespace studio {
namespace {

// px at scale 1.
constexpr float narrow_below = 1500;  // words give way to icons
constexpr float least_menu_column = 236, menu_row = 24, menu_head = 28, menu_gap = 20, menu_group_gap = 6;

bool is_narrow(const Ui& ui, Rect bar) { return bar.width() / ui.scale < narrow_below; }

// Nine dots, the corner ones lit: the mark of the program and the menu's button.
void mark(const Ui& ui, ImDrawList* list, ImVec2 centre) {
  for (int i = 0; i < 9; ++i) {
    const ImVec2 p{std::round(centre.x + ui.px(static_cast<float>(i % 3 - 1) * 6) - ui.px(2)),
                   std::round(centre.y + ui.px(static_cast<float>(i / 3 - 1) * 6) - ui.px(2))};
    list->AddRectFilled(p, {p.x + ui.px(4), p.y + ui.px(4)}, ui.tone(i % 2 == 0 ? Tone::Text1 : Tone::AccentBase));
  }
}

// --- the menu under the mark: everything, by groups, in columns

struct MenuGroup {
  CommandGroup group = CommandGroup::Project;
  std::vector<const UiCommand*> commands;
  float height() const { return menu_head + menu_row * static_cast<float>(commands.size()) + menu_group_gap; }
};

std::vector<MenuGroup> menu_groups() {
  std::vector<MenuGroup> groups;
  for (const UiCommand& command : command_table()) {
    // The arrows that go from picture to picture are no acts to be looked for in a menu.
    if (command.name.starts_with("focus-") || command.name.starts_with("extend-")) continue;
    // The queue has a menu on its jobs.
    if (command.name.starts_with("queue-")) continue;
    // Filters, orders and groups stand in the gallery's own menus.
    if (command.name.starts_with("filter-") || command.name.starts_with("sort-") || command.name.starts_with("group-"))
      continue;
    if (command.group == CommandGroup::View && command.name.starts_with("show-")) continue;
    if (groups.empty() || groups.back().group != command.group) groups.push_back({command.group, {}});
    groups.back().commands.push_back(&command);
  }
  return groups;
}

void menu_entry(const Ui& ui, CommandContext& commands, const UiCommand& command, Rect box) {
  ImDrawList* list = ImGui::GetWindowDrawList();
  const bool can = is_possible(command, commands);
  const Press press = press_area_at(std::string(command.label).c_str(), box);
  if (press.hovered && can)
    list->AddRectFilled(box.min, box.max, ui.tone(press.held ? Tone::SurfacePress : Tone::SurfaceHover), ui.px(4));
  const auto caps = key_caps(commands.state.keys.chord(command));
  const float y = box.centre().y;
  float left = key_caps_right(ui, list, box.max.x - ui.px(8), y, caps, ui.tone(can ? Tone::Text2 : Tone::TextOff),
                              ui.tone(can ? Tone::LineEdge : Tone::LineHard));
  if (const std::string price = price_now(command, commands); !price.empty()) {
    left = text_right(ui, list, Type::Label, left - ui.px(8), y, ui.tone(Tone::AccentBase), price);
  }
  text_elided(ui, list, Type::Label, box.min.x + ui.px(8), y, left - box.min.x - ui.px(14),
              ui.tone(can ? Tone::Text1 : Tone::TextOff), command.label);
  if (press.hovered && !can) ImGui::SetTooltip("%s", why_not(command, commands).c_str());
  if (press.clicked && can) {
    ImGui::CloseCurrentPopup();
    command.run(commands);
  }
}

// As wide as its words and keys need.
float menu_column_1x(const Ui& ui, const CommandContext& commands, const std::vector<MenuGroup>& groups) {
  float widest = 0;
  for (const MenuGroup& group : groups) {
    for (const UiCommand* command : group.commands) {
      float w = text_width(ui, Type::Label, command->label) + ui.px(8 + 14 + 8);
      for (const std::string& cap : key_caps(commands.state.keys.chord(*command))) w += key_cap_width(ui, cap) + ui.px(4);
      if (const std::string price = price_now(*command, commands); !price.empty()) w += text_width(ui, Type::Label, price) + ui.px(14);
      widest = std::max(widest, w);
    }
  }
  return std::max(least_menu_column, std::ceil(widest / ui.scale) + 2);
}

void draw_menu(const Ui& ui, CommandContext& commands, Rect bar, bool closes) {
  if (!ImGui::IsPopupOpen("menu")) return;
  const auto groups = menu_groups();
  const float menu_column = menu_column_1x(ui, commands, groups);
  const float most = (ImGui::GetMainViewport()->Size.y - bar.height()) / ui.scale - 48;
  // The lowest height at which they stand in as many columns as there is room for.
  constexpr int most_columns = 4;
  const int fitting = std::clamp(
      static_cast<int>((ImGui::GetMainViewport()->Size.x / ui.scale - 32) / (menu_column + menu_gap)), 1, most_columns);
  std::vector<float> tops;
  std::vector<int> columns;
  float high = 0, wanted = 0;
  int column = 0;
  for (const MenuGroup& group : groups) wanted = std::max(wanted, group.height());
  for (;; wanted += menu_row) {
    tops.clear();
    columns.clear();
    column = 0;
    high = 0;
    float y = 0;
    for (const MenuGroup& group : groups) {
      if (y > 0 && y + group.height() > wanted) ++column, y = 0;
      columns.push_back(column);
      tops.push_back(y);
      y += group.height();
      high = std::max(high, y);
    }
    if (column < fitting) break;
  }
  const float width = menu_column * static_cast<float>(column + 1) + menu_gap * static_cast<float>(column) + 24;
  ImGui::SetNextWindowPos({bar.min.x + ui.px(4), bar.max.y});
  ImGui::SetNextWindowSize({ui.px(width), ui.px(std::min(high, most) + 20)});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(ui.px(12), ui.px(10)));
  const bool is_open = ImGui::BeginPopup("menu", ImGuiWindowFlags_NoNav);
  ImGui::PopStyleVar();
  if (!is_open) return;
  ImDrawList* list = ImGui::GetWindowDrawList();
  const ImVec2 origin = ImGui::GetCursorScreenPos();
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const float x = origin.x + ui.px(static_cast<float>(columns[i]) * (menu_column + menu_gap));
    float at = origin.y + ui.px(tops[i]);
    text_at(ui, list, Type::Caption, x + ui.px(8), at + ui.px(menu_head * 0.5f), ui.tone(Tone::Text3),
            to_string(groups[i].group));
    at += ui.px(menu_head);
    for (const UiCommand* command : groups[i].commands) {
      menu_entry(ui, commands, *command, rect_at(x, at, ui.px(menu_column), ui.px(menu_row)));
      at += ui.px(menu_row);
    }
  }
  ImGui::SetCursorScreenPos(origin);
  ImGui::Dummy({1, ui.px(high)});
  if (closes || ImGui::IsKeyPressed(ImGuiKey_Escape, false)) ImGui::CloseCurrentPopup();
  ImGui::EndPopup();
}

// --- the project's name and its menu

void project_menu(const BarsState& state, const Ui& ui, const StudioView& view, CommandContext& commands, Rect below) {
  ImGui::SetNextWindowPos({below.min.x, below.max.y + ui.px(4)});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(ui.px(4), ui.px(4)));
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(0, 0));
  if (ImGui::BeginPopup("project menu", ImGuiWindowFlags_NoNav)) {
    const float width = ui.px(320);
    const auto entry = [&](const char* name) {
      const UiCommand* command = find_command(name);
      if (command == nullptr) return;
      const std::string label(command->label);
      if (list_row(ui, label.c_str(), label, "", to_string(commands.state.keys.chord(*command)), false, width)) {
        ImGui::CloseCurrentPopup();
        command->run(commands);
      }
    };
    entry("new-project");
    entry("open-project");
    int shown = 0;
    for (const RecentProject& project : state.projects) {
      if (!project.there || project.folder == view.project || shown >= 6) continue;
      if (shown++ == 0) {
        const ImVec2 at = ImGui::GetCursorScreenPos();
        text_at(ui, ImGui::GetWindowDrawList(), Type::Caption, at.x + ui.px(10), at.y + ui.px(14), ui.tone(Tone::Text3),
                "Recent");
        ImGui::Dummy({width, ui.px(26)});
      }
      const std::string label = "Open " + project.name + "##" + project.folder.string();
      if (list_row(ui, label.c_str(), project.name, project.folder.string(), "", false, width)) {
        commands.state.wishes.open_folder = project.folder.string();
        ImGui::CloseCurrentPopup();
      }
    }
    hairline(ui);
    entry("close-project");
    if (commands.state.is_demo) entry("delete-demo");
    if (ImGui::IsKeyPressed(ImGuiKey_Escape, false)) ImGui::CloseCurrentPopup();
    ImGui::EndPopup();
  }
  ImGui::PopStyleVar(2);
}

// Gives the right edge.
float draw_project(const BarsState& state, const Ui& ui, const StudioView& view, CommandContext& commands, Rect bar,
                   float x, float most) {
  ImDrawList* list = ImGui::GetWindowDrawList();
  const float y = bar.centre().y;
  const float room = most - ui.px(36);
  const float w = std::min(text_width(ui, Type::Strong, view.project_name), room) + ui.px(36);
  const Press press = press_area_at("Project", rect_at(x, bar.min.y + ui.px(6), std::round(w), ui.px(28)));
  const bool open = ImGui::IsPopupOpen("project menu");
  if (press.hovered || open)
    list->AddRectFilled(press.box.min, press.box.max, ui.tone(open ? Tone::SurfacePress : Tone::SurfaceHover),
                        ui.px(4));
  const float end =
      text_elided(ui, list, Type::Strong, x + ui.px(8), y, room + ui.px(1), ui.tone(Tone::Text1), view.project_name);
  icon_at(ui, list, Icon::CaretDown, {end + ui.px(14), y}, 12, ui.tone(Tone::Text2));
  if (press.clicked) ImGui::OpenPopup("project menu");
  project_menu(state, ui, view, commands, press.box);
  return press.box.max.x;
}

// --- the right side: jobs and money

struct RightSide {
  const Ui& ui;
  ImDrawList* list;
  float right, y;
  bool narrow;

  void words(Type type, Tone tone, const std::string& text) {
    right = text_right(ui, list, type, right, y, ui.tone(tone), text);
  }
  void space(float px) { right -= ui.px(px); }
  void shape(StateShape shape) {
    right -= ui.px(8);
    state_shape(ui, list, shape, {right, y}, 16, 0, 0);
    right -= ui.px(8);
  }
};

// A click brings the ledger.
void draw_money(RightSide& side, const StudioView& view, CommandContext& commands, Rect bar) {
  const float end = side.right;
  const auto books = [&](const Books& b, Currency currency, const char* label) {
    if (b.settled.micros == 0 && b.reserved.micros == 0 && currency == Currency::Usd) return;
    side.words(Type::Caption, Tone::Text3, label);
    side.space(5);
    side.words(Type::Strong, Tone::Text1, format_money(b.settled));
    side.space(side.narrow ? 16 : 24);
  };
  books(view.play, Currency::Play, side.narrow ? "play" : "play money");
  books(view.usd, Currency::Usd, "spent");
  const Rect box{{side.right + side.ui.px(8), bar.min.y + side.ui.px(6)}, {end + side.ui.px(8), bar.max.y - side.ui.px(6)}};
  const Press press = press_area_at("Money", box);
  if (press.hovered) ImGui::SetTooltip("The ledger: what was spent on what");
  if (press.clicked) commands.state.wishes.ledger = true;
}

// A click brings the queue.
void draw_jobs(RightSide& side, const QueueIndex& queue, CommandContext& commands, QueueMode mode, Rect bar) {
  const float end = side.right;
  const auto part = [&](int n, StateShape shape, const char* words, Type type, Tone tone) {
    if (n == 0) return;
    side.words(type, tone, side.narrow ? std::to_string(n) : std::to_string(n) + words);
    side.space(6);
    side.shape(shape);
    side.space(12);
  };
  part(queue.count(QueueSection::Failed), StateShape::Triangle, " failed", Type::Body, Tone::Text1);
  part(queue.count(QueueSection::NeedYou), StateShape::Diamond,
       queue.count(QueueSection::NeedYou) == 1 ? " needs you" : " need you", Type::Body, Tone::Text1);
  part(queue.count(QueueSection::Waiting), StateShape::Circle, " waiting", Type::Body, Tone::Text2);
  part(queue.count(QueueSection::Running), StateShape::RingTick, " running", Type::Strong, Tone::Text1);
  if (mode != QueueMode::Going) {
    side.words(Type::Strong, Tone::Text1,
               mode == QueueMode::Held       ? "Held"
               : mode == QueueMode::Draining ? "Draining"
                                             : "Paused");
    side.space(6);
    side.right -= side.ui.px(8);
    icon_at(side.ui, side.list, Icon::Pause, {side.right, side.y}, 16, side.ui.tone(Tone::Text1), true);
    side.space(20);
  }
  if (side.right >= end) return;
  const Rect box{{side.right, bar.min.y + side.ui.px(6)}, {end, bar.max.y - side.ui.px(6)}};
  if (press_area_at("Jobs", box).clicked) commands.state.wishes.show_panel = "Queue";
}

void draw_search(const Ui& ui, CommandContext& commands, Rect box) {
  ImDrawList* list = ImGui::GetWindowDrawList();
  const Press press = press_area_at("Search", box);
  list->AddRectFilled(box.min, box.max,
                      ui.tone(press.held      ? Tone::SurfacePress
                              : press.hovered ? Tone::SurfaceHover
                                              : Tone::SurfaceRaised),
                      ui.px(4));
  const float y = box.centre().y;
  icon_at(ui, list, Icon::MagnifyingGlass, {box.min.x + ui.px(16), y}, 16, ui.tone(Tone::Text2));
  float right = box.max.x - ui.px(10);
  if (const UiCommand* palette = find_command("palette"))
    right = key_caps_right(ui, list, right, y, key_caps(commands.state.keys.chord(*palette)), ui.tone(Tone::Text2),
                           ui.tone(Tone::LineEdge));
  const char* words = commands.view != nullptr ? "Search everything, or run a command" : "Run a command";
  const float room = right - box.min.x - ui.px(44);
  text_elided(ui, list, Type::Body, box.min.x + ui.px(32), y, room, ui.tone(Tone::Text3),
              text_width(ui, Type::Body, words) <= room ? words : "Search");
  if (press.clicked) commands.state.wishes.palette = true;
}

}  // namespace

void draw_app_bar(BarsState& state, const Ui& ui, const StudioView* view, CommandContext& commands, Rect bar) {
  ImDrawList* list = ImGui::GetWindowDrawList();
  list->AddRectFilled(bar.min, bar.max, ui.tone(Tone::SurfaceApp));
  const float y = bar.centre().y;
  const bool narrow = is_narrow(ui, bar);
  const Press menu = press_area_at("Menu", rect_at(bar.min.x + ui.px(4), bar.min.y + ui.px(4), ui.px(32), ui.px(32)));
  if (menu.hovered || ImGui::IsPopupOpen("menu"))
    list->AddRectFilled(menu.box.min, menu.box.max, ui.tone(Tone::SurfaceHover), ui.px(4));
  mark(ui, list, menu.box.centre());
  const bool is_wished = std::exchange(commands.state.wishes.menu, false);
  const bool closes = is_wished && ImGui::IsPopupOpen("menu");
  // Over another popup it would lose what is being done there.
  const bool opens = is_wished && !ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopupId | ImGuiPopupFlags_AnyPopupLevel);
  if (menu.clicked || opens) ImGui::OpenPopup("menu");
  draw_menu(ui, commands, bar, closes);

  // The middle is the search field's, whatever stands beside it.
  const float search_w = ui.px(narrow ? 300 : 440);
  const Rect search =
      rect_at(std::round(bar.centre().x - search_w * 0.5f), std::round(y - ui.px(14)), search_w, ui.px(28));
  draw_search(ui, commands, search);

  const Rect gear = rect_at(bar.max.x - ui.px(38), bar.min.y + ui.px(5), ui.px(30), ui.px(30));
  if (icon_button_at(ui, "Settings", Icon::Gear, gear)) commands.state.wishes.settings = true;

  float x = bar.min.x + ui.px(40);
  if (view == nullptr) {
    text_at(ui, list, Type::Strong, x, y, ui.tone(Tone::Text1), "Production Studio");
    return;
  }
  static constexpr const char* layouts[] = {"Tune", "Review"};
  const float layouts_w = segments_width(ui, layouts);
  x = draw_project(state, ui, *view, commands, bar, x, search.min.x - ui.px(24) - layouts_w - x) + ui.px(8);
  const int chosen = segments_at(ui, layouts, commands.state.layout_name == "Review" ? 1 : 0,
                                 rect_at(x, std::round(y - ui.px(14)), layouts_w, ui.px(28)));
  if (chosen == 0) commands.state.wishes.layout_tune = true;
  if (chosen == 1) commands.state.wishes.layout_review = true;

  state.queue.update(view->library, view->providers);
  commands.state.waiting_jobs = state.queue.count(QueueSection::Waiting);
  RightSide side{ui, list, gear.min.x - ui.px(14), y, narrow};
  draw_money(side, *view, commands, bar);
  draw_jobs(side, state.queue, commands, view->queue.mode, bar);
}

void draw_status_bar(BarsState& state, const Ui& ui, const StudioView* view, const AppState& app, Rect bar) {
  ImDrawList* list = ImGui::GetWindowDrawList();
  list->AddRectFilled(bar.min, bar.max, ui.tone(Tone::SurfaceApp));
  const float y = bar.centre().y;
  const bool narrow = is_narrow(ui, bar);
  float x = bar.min.x + ui.px(12);
  float right = bar.max.x - ui.px(12);
  if (view == nullptr) {
    right = text_right(ui, list, Type::Caption, right, y, ui.tone(Tone::Text2), "no project open");
  } else {
    state.queue.update(view->library, view->providers);
    if (view->problem) {
      state_shape(ui, list, StateShape::Triangle, {x + ui.px(7), y}, 14);
      x = text_elided(ui, list, Type::Caption, x + ui.px(20), y, bar.width() * 0.5f, ui.tone(Tone::Text1),
                      view->problem->message);
    } else {
      for (const Provider* provider : view->providers.all()) {
        int running = 0;
        for (const QueueLane& lane : state.queue.lanes())
          if (lane.provider == provider->info().id) running += lane.running;
        list->AddCircleFilled({x + ui.px(4), y}, ui.px(3), ui.tone(running > 0 ? Tone::StateRunning : Tone::LineEdge));
        x = text_at(ui, list, Type::Caption, x + ui.px(12), y, ui.tone(Tone::Text1), provider->info().label);
        const int places = provider->info().image_lane + provider->info().video_lane;
        x = text_at(ui, list, Type::Caption, x + ui.px(6), y, ui.tone(Tone::Text3),
                    std::to_string(running) + " of " + std::to_string(places)) +
            ui.px(16);
      }
    }
    const std::size_t assets = view->library.by_asset.size();
    right = text_right(ui, list, Type::Caption, right, y, ui.tone(Tone::Text2), counted(assets, "asset", "assets"));
    if (const std::size_t selected = app.selection.count(); selected > 1 && !narrow)
      right = text_right(ui, list, Type::Caption, right - ui.px(16), y, ui.tone(Tone::Text2),
                         std::to_string(selected) + " selected");
    if (!app.keeps_going.empty()) {
      right = text_right(ui, list, Type::Caption, right - ui.px(16), y, ui.tone(Tone::Text1), app.keeps_going) - ui.px(14);
      icon_at(ui, list, Icon::ArrowsClockwise, {right, y}, 14, ui.tone(Tone::AccentBase));
      right -= ui.px(8);
    }
  }
  if (app.note.kind == Note::Kind::None) return;
  // Only what was just said can be taken back by the key beside it.
  std::string undoes;
  if (app.undo.can_undo() && (app.note.kind == Note::Kind::Pick || app.note.kind == Note::Kind::Reject ||
                              app.undo.undo_label() == app.note.text)) {
    if (const UiCommand* undo = find_command("undo"))
      for (const std::string& cap : key_caps(app.keys.chord(*undo))) undoes += (undoes.empty() ? "" : " ") + cap;
    if (!undoes.empty()) undoes += " undoes";
  }
  const float undoes_w = undoes.empty() ? 0 : text_width(ui, Type::Caption, undoes) + ui.px(10);
  const float w = text_width(ui, Type::Caption, app.note.text) + ui.px(20) + undoes_w;
  const float most = bar.width() * 0.5f;
  float at = std::max(x + ui.px(16), bar.centre().x - std::min(w, most) * 0.5f);
  switch (app.note.kind) {
    case Note::Kind::Pick:
      icon_at(ui, list, Icon::Flag, {at + ui.px(7), y}, 14, ui.tone(Tone::StateDone), true);
      break;
    case Note::Kind::Reject:
      icon_at(ui, list, Icon::X, {at + ui.px(7), y}, 14, ui.tone(Tone::Text2));
      break;
    case Note::Kind::Problem:
      state_shape(ui, list, StateShape::Triangle, {at + ui.px(7), y}, 14);
      break;
    case Note::Kind::Done:
      state_shape(ui, list, StateShape::DiscCheck, {at + ui.px(7), y}, 14);
      break;
    case Note::Kind::Price:
      icon_at(ui, list, Icon::Coins, {at + ui.px(7), y}, 14, ui.tone(Tone::AccentBase));
      break;
    case Note::Kind::None:
      break;
  }
  at += ui.px(20);
  at = text_elided(ui, list, Type::Caption, at, y, right - ui.px(16) - undoes_w - at, ui.tone(Tone::Text1),
                   app.note.text);
  if (!undoes.empty()) text_at(ui, list, Type::Caption, at + ui.px(10), y, ui.tone(Tone::Text3), undoes);
}

}  // namespace studio
