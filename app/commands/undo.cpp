#include "commands/undo.h"

#include <utility>

namespace studio {

void UndoStack::push(UndoStep step) {
  undone_.clear();
  done_.push_back(std::move(step));
  if (done_.size() > most_steps) done_.pop_front();
}

void UndoStack::clear() {
  done_.clear();
  undone_.clear();
}

void UndoStack::undo(CommandContext& context) {
  if (done_.empty()) return;
  UndoStep step = std::move(done_.back());
  done_.pop_back();
  step.undo(context);
  undone_.push_back(std::move(step));
}

void UndoStack::redo(CommandContext& context) {
  if (undone_.empty()) return;
  UndoStep step = std::move(undone_.back());
  undone_.pop_back();
  step.redo(context);
  done_.push_back(std::move(step));
}

}  // namespace studio
