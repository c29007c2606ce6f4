// The one table of what can be done: name, label, key, when it can be done, and the doing. It feeds keys, menus and
// tests.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "commands/app_state.h"

namespace studio {

// A key without any window library: a letter or digit as printed, or one of these.
namespace key {
inline constexpr char none = 0, enter = '\r', escape = 27, left = 1, right = 2, up = 3, down = 4, plus = '+',
                      minus = '-';
}
struct KeyChord {
  char key = key::none;
  bool ctrl = false;
  bool shift = false;
};
std::string to_string(KeyChord chord);  // "Ctrl+N"

enum class CommandScope : std::uint8_t {
  Window,    // whenever the window has the keyboard
  Pictures,  // single keys: only where pictures have the focus and no text is being edited
};

struct CommandContext {
  const StudioView* view = nullptr;  // null: no project is open
  AppState& state;
  const SendCommand& send;
};

struct UiCommand {
  std::string_view name;   // stable: "pick"
  std::string_view label;  // "Pick"; "…" when more input follows
  KeyChord chord;
  CommandScope scope = CommandScope::Window;
  bool (*enabled)(const CommandContext&) = nullptr;  // null: always
  void (*run)(CommandContext&) = nullptr;
};

std::span<const UiCommand> command_table();
const UiCommand* find_command(std::string_view name);
bool can_run(const UiCommand& command, const CommandContext& context);
// Runs it if it can be run now; says whether it did.
bool run_command(std::string_view name, CommandContext& context);

// The rows that marks act on: the selection, else the focused one; only those with an asset.
std::vector<AssetId> assets_to_mark(const CommandContext& context);

}  // namespace studio
