// The table as a whole, and what its groups share. Commands that change the project send a Command; the others leave a
// wish.
#include "commands/command_table.h"

#include <algorithm>

namespace studio {

bool has_project(const CommandContext& c) { return c.view != nullptr; }

// Asked each frame, so it stops at the first.
bool has_marks(const CommandContext& c) {
  return any_row_meant(c, [&](Row row) { return c.view->library.items[row].asset.valid(); });
}

bool has_shown(const CommandContext& c) { return c.view != nullptr && !c.state.shown.empty(); }

std::string counted(std::size_t n, std::string_view one, std::string_view many) {
  return std::to_string(n) + " " + std::string(n == 1 ? one : many);
}

std::string_view to_string(CommandGroup group) {
  switch (group) {
    case CommandGroup::Project:
      return "Project";
    case CommandGroup::Make:
      return "Make";
    case CommandGroup::Judge:
      return "Judge";
    case CommandGroup::Select:
      return "Select";
    case CommandGroup::View:
      return "View";
    case CommandGroup::Loupe:
      return "Loupe";
    case CommandGroup::Queue:
      return "Queue";
    case CommandGroup::Tools:
      return "Tools";
    case CommandGroup::Count:
      break;
  }
  return "";
}

std::span<const UiCommand> command_table() {
  static const std::vector<UiCommand> table = [] {
    std::vector<UiCommand> all;
    for (const auto group : {project_commands(), make_commands(), judge_commands(), select_commands(), view_commands(),
                             loupe_commands(), queue_commands(), tool_commands()})
      all.insert(all.end(), group.begin(), group.end());
    std::stable_sort(all.begin(), all.end(), [](const UiCommand& a, const UiCommand& b) { return a.group < b.group; });
    return all;
  }();
  return table;
}

const UiCommand* find_command(std::string_view name) {
  const auto table = command_table();
  const auto found = std::find_if(table.begin(), table.end(), [&](const UiCommand& c) { return c.name == name; });
  return found == table.end() ? nullptr : &*found;
}

bool is_possible(const UiCommand& command, const CommandContext& context) {
  return command.enabled == nullptr || command.enabled(context);
}

std::string why_not(const UiCommand& command, const CommandContext& context) {
  if (is_possible(command, context)) return "";
  if (command.why != nullptr) {
    if (std::string words = command.why(context); !words.empty()) return words;
  }
  if (context.view == nullptr) return "Open a project first";
  if (command.enabled == &has_marks) return "Select a picture first";
  if (command.enabled == &has_shown) return "The gallery shows nothing";
  // What is copied, exported or made again is a picture; where none is chosen, that is what it lacks.
  const bool is_of_picture = command.group == CommandGroup::Make || command.group == CommandGroup::Loupe ||
                             command.name.starts_with("copy-") || command.name == "export";
  if (is_of_picture && context.state.selection.empty() && context.state.selection.focus() == no_row)
    return "Select a picture first";
  if (command.name == "undo") return "Nothing to undo";
  if (command.name == "redo") return "Nothing to redo";
  return "Not possible now";
}

std::string price_now(const UiCommand& command, const CommandContext& context) {
  return command.price != nullptr && is_possible(command, context) ? command.price(context) : std::string();
}

bool can_run(const UiCommand& command, const CommandContext& context) {
  if (command.scope == CommandScope::Pictures && !context.state.pictures_have_focus) return false;
  return is_possible(command, context);
}

bool may_run_by_key(const UiCommand& command, CommandContext& context) {
  const std::string price = price_now(command, context);
  if (price.empty()) return true;
  AppState& state = context.state;
  const Row row = row_meant(context);
  const bool is_again = command.name.starts_with("again-");
  if (is_again && row == state.priced_row) return true;
  std::string words = std::string(command.label) + ": " + price + ". " + to_string(state.keys.chord(command)) + " once more does it";
  if (state.priced_key.command == command.name && state.priced_key.row == row && state.priced_key.words == words && state.note.text == words) {
    state.priced_key = {};
    return true;
  }
  state.note = {Note::Kind::Price, words};
  state.priced_key = {command.name, row, std::move(words)};
  return false;
}

bool press_command(std::string_view name, CommandContext& context) {
  const UiCommand* command = find_command(name);
  if (command == nullptr || !is_possible(*command, context)) return false;
  command->run(context);
  return true;
}

bool run_command(std::string_view name, CommandContext& context) {
  const UiCommand* command = find_command(name);
  if (command == nullptr || !can_run(*command, context)) return false;
  command->run(context);
  return true;
}

bool PriceOfChosen::is_of(const AppState& state, const StudioView& view) const {
  return selection_revision == state.selection.revision() && rows_revision == view.library.rows_revision && focus == state.selection.focus() &&
         in_loupe == state.loupe_has_focus && rules == view.price_rules;
}

void PriceOfChosen::note(const AppState& state, const StudioView& view, bool has_any, std::string words) {
  *this = {state.selection.revision(), view.library.rows_revision, state.selection.focus(), state.loupe_has_focus, view.price_rules, has_any, std::move(words)};
}

std::vector<Row> rows_meant(const CommandContext& context) {
  if (context.view == nullptr) return {};
  std::vector<Row> rows = context.state.selection.rows();
  if (rows.empty() || context.state.loupe_has_focus) rows = {context.state.selection.focus()};
  std::erase_if(rows, [&](Row row) { return row >= context.view->library.items.size(); });
  return rows;
}

Row row_meant(const CommandContext& context) {
  if (context.view == nullptr) return no_row;
  const Selection& selection = context.state.selection;
  const bool means_focus = selection.empty() || context.state.loupe_has_focus || selection.contains(selection.focus());
  const Row row = means_focus ? selection.focus() : selection.rows().front();
  return row < context.view->library.items.size() ? row : no_row;
}

std::vector<AssetId> assets_to_mark(const CommandContext& context) {
  std::vector<AssetId> assets;
  for (const Row row : rows_meant(context)) {
    const Item& item = context.view->library.items[row];
    if (item.asset.valid()) assets.push_back(item.asset);
  }
  return assets;
}

}  // namespace studio
