// Undo of choices: marks, the trash, selections. Facts (jobs, assets, money) are never undone.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <vector>

namespace studio {

struct CommandContext;

// One act of the user, and how it is taken back and done again.
struct UndoStep {
  std::string label;  // "Pick 3 assets": what the status bar and the menu say
  std::function<void(CommandContext&)> undo, redo;
};

// UI thread, one per window. Of another project nothing can be undone: clear() it then.
class UndoStack {
 public:
  void push(UndoStep step);  // what was undone before is gone then
  void clear();
  bool can_undo() const { return !done_.empty(); }
  bool can_redo() const { return !undone_.empty(); }
  const std::string& undo_label() const { return done_.back().label; }
  const std::string& redo_label() const { return undone_.back().label; }
  void undo(CommandContext& context);
  void redo(CommandContext& context);

 private:
  static constexpr std::size_t most_steps = 500;
  std::deque<UndoStep> done_;
  std::vector<UndoStep> undone_;
};

}  // namespace studio
