// The commands of the window. Those that change the project send a Command; the others leave a wish.
#include "commands/command_table.h"

#include <algorithm>

namespace studio {
namespace {

bool has_project(const CommandContext& c) { return c.view != nullptr; }
// Asked each frame, so it stops at the first.
bool has_marks(const CommandContext& c) {
  if (c.view == nullptr) return false;
  const auto& items = c.view->library.items;
  const auto is_asset = [&](Row row) { return row < items.size() && items[row].asset.valid(); };
  const auto& rows = c.state.selection.rows();
  return rows.empty() ? is_asset(c.state.selection.focus()) : std::any_of(rows.begin(), rows.end(), is_asset);
}
bool has_shown(const CommandContext& c) { return c.view != nullptr && !c.state.shown.empty(); }

std::string counted(std::size_t n, std::string_view one, std::string_view many) {
  return std::to_string(n) + " " + std::string(n == 1 ? one : many);
}

void set_mark(CommandContext& c, Mark wanted) {
  const auto assets = assets_to_mark(c);
  MarkCommand command;
  command.assets = assets;
  command.mark = wanted;
  AppState* state = &c.state;
  c.send(std::move(command), [state, wanted, n = assets.size()](const CommandReply& reply) {
    if (reply.error) {
      state->note = {Note::Kind::Problem, reply.error->message};
      return;
    }
    const std::string what = counted(n, "asset", "assets");
    switch (wanted) {
      case Mark::Pick:
        state->note = {Note::Kind::Pick, "Picked " + what};
        break;
      case Mark::Reject:
        state->note = {Note::Kind::Reject, "Rejected " + what};
        break;
      case Mark::None:
        state->note = {Note::Kind::Done, "Took the mark off " + what};
        break;
    }
  });
}

void set_stars(CommandContext& c, int stars) {
  MarkCommand command;
  command.assets = assets_to_mark(c);
  command.stars = stars;
  c.send(std::move(command), {});
}

template <int stars>
void run_stars(CommandContext& c) {
  set_stars(c, stars);
}

// Along the rows as they are shown.
void move_focus(CommandContext& c, int by) {
  const auto& shown = c.state.shown;
  const auto at = std::find(shown.begin(), shown.end(), c.state.selection.focus());
  std::ptrdiff_t index = at == shown.end() ? 0 : at - shown.begin();
  if (at != shown.end())
    index = std::clamp<std::ptrdiff_t>(index + by, 0, static_cast<std::ptrdiff_t>(shown.size()) - 1);
  const Row row = shown[static_cast<std::size_t>(index)];
  c.state.selection.set_focus(row);
  if (c.state.selection.count() <= 1) c.state.selection.set_only(row);
  c.state.wishes.show_focus = true;
}

constexpr auto window = CommandScope::Window;
constexpr auto pictures = CommandScope::Pictures;

const UiCommand commands[] = {
    {"new-project",
     "New project…",
     {'N', true},
     window,
     nullptr,
     [](CommandContext& c) { c.state.wishes.new_project = true; }},
    {"open-project",
     "Open project…",
     {'O', true},
     window,
     nullptr,
     [](CommandContext& c) { c.state.wishes.open_project = true; }},
    {"close-project",
     "Close project",
     {'W', true},
     window,
     has_project,
     [](CommandContext& c) { c.state.wishes.start_page = true; }},
    {"generate",
     "Generate",
     {key::enter, true},
     window,
     has_project,
     [](CommandContext& c) { c.state.wishes.generate = true; }},
    {"write-prompt",
     "Write a prompt",
     {'L', true},
     window,
     has_project,
     [](CommandContext& c) { c.state.wishes.write_prompt = true; }},
    {"pick", "Pick", {'P'}, pictures, has_marks, [](CommandContext& c) { set_mark(c, Mark::Pick); }},
    {"reject", "Reject", {'X'}, pictures, has_marks, [](CommandContext& c) { set_mark(c, Mark::Reject); }},
    {"unmark", "Take the mark off", {'U'}, pictures, has_marks, [](CommandContext& c) { set_mark(c, Mark::None); }},
    {"stars-0", "No stars", {'0'}, pictures, has_marks, run_stars<0>},
    {"stars-1", "1 star", {'1'}, pictures, has_marks, run_stars<1>},
    {"stars-2", "2 stars", {'2'}, pictures, has_marks, run_stars<2>},
    {"stars-3", "3 stars", {'3'}, pictures, has_marks, run_stars<3>},
    {"stars-4", "4 stars", {'4'}, pictures, has_marks, run_stars<4>},
    {"stars-5", "5 stars", {'5'}, pictures, has_marks, run_stars<5>},
    {"videos",
     "Generate videos",
     {'V'},
     pictures,
     has_project,
     [](CommandContext& c) { c.state.wishes.videos = true; }},
    {"select-all",
     "Select all",
     {'A', true},
     pictures,
     has_shown,
     [](CommandContext& c) { c.state.selection.set_all(c.state.shown); }},
    {"select-none",
     "Select none",
     {key::escape},
     pictures,
     [](const CommandContext& c) { return !c.state.selection.empty(); },
     [](CommandContext& c) { c.state.selection.clear(); }},
    {"focus-left", "Previous picture", {key::left}, pictures, has_shown, [](CommandContext& c) { move_focus(c, -1); }},
    {"focus-right", "Next picture", {key::right}, pictures, has_shown, [](CommandContext& c) { move_focus(c, 1); }},
    {"focus-up",
     "Picture above",
     {key::up},
     pictures,
     has_shown,
     [](CommandContext& c) { move_focus(c, -c.state.columns); }},
    {"focus-down",
     "Picture below",
     {key::down},
     pictures,
     has_shown,
     [](CommandContext& c) { move_focus(c, c.state.columns); }},
    {"larger-tiles",
     "Larger tiles",
     {key::plus, true},
     window,
     has_project,
     [](CommandContext& c) { c.state.wishes.larger_tiles = 1; }},
    {"smaller-tiles",
     "Smaller tiles",
     {key::minus, true},
     window,
     has_project,
     [](CommandContext& c) { c.state.wishes.larger_tiles = -1; }},
    {"retry-failed",
     "Retry all that failed",
     {},
     window,
     has_project,
     [](CommandContext& c) {
       AppState* state = &c.state;
       c.send(RetryCommand{}, [state](const CommandReply& reply) {
         if (reply.error)
           state->note = {Note::Kind::Problem, reply.error->message};
         else
           state->note = {Note::Kind::Done, "Retrying " + counted(reply.jobs.size(), "job", "jobs")};
       });
     }},
    {"reset-layout",
     "Reset the layout",
     {},
     window,
     has_project,
     [](CommandContext& c) { c.state.wishes.reset_layout = true; }},
    {"quit", "Quit", {'Q', true}, window, nullptr, [](CommandContext& c) { c.state.wishes.quit = true; }},
};

}  // namespace

std::string to_string(KeyChord chord) {
  if (chord.key == key::none) return "";
  std::string text = chord.ctrl ? "Ctrl+" : "";
  if (chord.shift) text += "Shift+";
  switch (chord.key) {
    case key::enter:
      return text + "Enter";
    case key::escape:
      return text + "Esc";
    case key::left:
      return text + "←";
    case key::right:
      return text + "→";
    case key::up:
      return text + "↑";
    case key::down:
      return text + "↓";
    default:
      return text + chord.key;
  }
}

std::span<const UiCommand> command_table() { return commands; }

const UiCommand* find_command(std::string_view name) {
  const auto found =
      std::find_if(std::begin(commands), std::end(commands), [&](const UiCommand& c) { return c.name == name; });
  return found == std::end(commands) ? nullptr : found;
}

bool can_run(const UiCommand& command, const CommandContext& context) {
  if (command.scope == CommandScope::Pictures && !context.state.pictures_have_focus) return false;
  return command.enabled == nullptr || command.enabled(context);
}

bool run_command(std::string_view name, CommandContext& context) {
  const UiCommand* command = find_command(name);
  if (command == nullptr || !can_run(*command, context)) return false;
  command->run(context);
  return true;
}

std::vector<AssetId> assets_to_mark(const CommandContext& context) {
  std::vector<AssetId> assets;
  if (context.view == nullptr) return assets;
  const auto& items = context.view->library.items;
  const auto add = [&](Row row) {
    if (row < items.size() && items[row].asset.valid()) assets.push_back(items[row].asset);
  };
  if (context.state.selection.empty())
    add(context.state.selection.focus());
  else
    for (const Row row : context.state.selection.rows()) add(row);
  return assets;
}

}  // namespace studio
