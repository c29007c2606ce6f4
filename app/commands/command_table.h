// The one table of what can be done: name, label, key, when it can be done, and the doing. It feeds keys, menus and
// tests.
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <string_view>

#include "commands/app_state.h"
#include "commands/key_chord.h"

namespace studio {

enum class CommandScope : std::uint8_t {
  Window,    // whenever the window has the keyboard
  Pictures,  // single keys: only where pictures have the focus and no text is being edited
};

struct CommandContext {
  const StudioView* view = nullptr;  // null: no project is open
  AppState& state;
  const SendCommand& send;
};

// Heads of the menu and of the sheet of keys.
enum class CommandGroup : std::uint8_t { Project, Make, Judge, Select, View, Loupe, Queue, Tools, Count };
std::string_view to_string(CommandGroup group);

struct UiCommand {
  CommandGroup group = CommandGroup::Project;
  std::string_view name;   // stable: "pick"
  std::string_view label;  // "Pick"; "…" when more input follows
  KeyChord chord;
  CommandScope scope = CommandScope::Window;
  bool (*enabled)(const CommandContext&) = nullptr;  // null: always
  void (*run)(CommandContext&) = nullptr;
  // While not enabled: what to do first; null: said by `enabled`.
  std::string (*why)(const CommandContext&) = nullptr;
  std::string (*price)(const CommandContext&) = nullptr;  // what it would cost now: "$0.04 play"; null: nothing
};

// All of them, group by group. What belongs together is a source of its own.
std::span<const UiCommand> command_table();
std::span<const UiCommand> project_commands();
std::span<const UiCommand> make_commands();
std::span<const UiCommand> judge_commands();
std::span<const UiCommand> select_commands();
std::span<const UiCommand> view_commands();
std::span<const UiCommand> loupe_commands();
std::span<const UiCommand> queue_commands();
std::span<const UiCommand> tool_commands();

const UiCommand* find_command(std::string_view name);
// Whether it could be done now, wherever the keyboard is: what menus and the palette ask.
bool is_possible(const UiCommand& command, const CommandContext& context);
// In a few words what stands in the way: "Select a picture first"; empty when it is possible.
std::string why_not(const UiCommand& command, const CommandContext& context);
// What it would cost now; empty: nothing, or it is not possible.
std::string price_now(const UiCommand& command, const CommandContext& context);
bool can_run(const UiCommand& command, const CommandContext& context);
// Whether a key may do it at once. What costs money is never made unseen: where its price stands nowhere the first press says
// it, and the next one does it.
bool may_run_by_key(const UiCommand& command, CommandContext& context);
// By a click that says itself where it acts: only what is possible counts. Says whether it did.
bool press_command(std::string_view name, CommandContext& context);
// Runs it if it can be run now; says whether it did.
bool run_command(std::string_view name, CommandContext& context);

// Shared by the groups: when a command can be run.
bool has_project(const CommandContext& context);
bool has_marks(const CommandContext& context);  // something that can be marked is chosen
bool has_shown(const CommandContext& context);  // the gallery shows something

std::string counted(std::size_t n, std::string_view one, std::string_view many);  // "1 asset", "3 assets"

// What a command means: in the loupe the one that is seen, else the selection, else the focused one.
std::vector<Row> rows_meant(const CommandContext& context);
Row row_meant(const CommandContext& context);  // one of them: the focused one where it is among them; no_row: none
// Asked each frame: stops at the first row that fits.
template <class Fits>
bool any_row_meant(const CommandContext& context, Fits fits) {
  if (context.view == nullptr) return false;
  const auto& rows = context.state.selection.rows();
  const auto is_one = [&](Row row) { return row < context.view->library.items.size() && fits(row); };
  if (rows.empty() || context.state.loupe_has_focus) return is_one(context.state.selection.focus());
  return std::any_of(rows.begin(), rows.end(), is_one);
}

// The rows that marks act on: the selection, else the focused one; only those with an asset.
std::vector<AssetId> assets_to_mark(const CommandContext& context);

}  // namespace studio
