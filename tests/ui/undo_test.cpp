// Marks, the trash and selections go back and forth; a new act ends what could be done again.
#include "commands/undo.h"

#include "commands/command_table.h"
#include "support/catch.h"
#include "ui/samples.h"

using namespace studio;

TEST_CASE("undo and redo walk the acts in order, and a new act ends the redo") {
  AppState state;
  SendCommand send = [](Command, CommandDone) {};
  CommandContext context{nullptr, state, send};
  std::string log;
  const auto step = [&](char name) {
    return UndoStep{std::string(1, name), [&log, name](CommandContext&) { log += static_cast<char>(std::tolower(name)); },
                    [&log, name](CommandContext&) { log += name; }};
  };
  UndoStack stack;
  stack.push(step('A'));
  stack.push(step('B'));
  CHECK(stack.undo_label() == "B");
  stack.undo(context);
  CHECK(stack.redo_label() == "B");
  stack.undo(context);
  stack.undo(context);  // nothing is left
  CHECK(log == "ba");
  stack.redo(context);
  CHECK(log == "baA");
  stack.push(step('C'));
  CHECK_FALSE(stack.can_redo());
  stack.undo(context);
  stack.undo(context);
  CHECK(log == "baAca");
  stack.clear();
  CHECK_FALSE(stack.can_undo());
}
