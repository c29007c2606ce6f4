// Palette, keys, settings and the queue.
#include "commands/command_table.h"

namespace studio {
namespace {

bool is_waiting(JobState state) { return state == JobState::Queued || state == JobState::Waiting; }

bool has_waiting(const CommandContext& c) { return c.view != nullptr && c.state.waiting_jobs > 0; }

void cancel_waiting(CommandContext& c) {
  CancelCommand command;
  for (const Item& item : c.view->library.items)
    if (is_waiting(item.state) && item.job.valid()) command.jobs.push_back(item.job);
  // An empty list would mean all of them, also those that run.
  if (command.jobs.empty()) return;
  AppState* state = &c.state;
  c.send(std::move(command), [state](const CommandReply& reply) {
    if (reply.error)
      state->note = {Note::Kind::Problem, reply.error->message};
    else
      state->note = {Note::Kind::Done, "Cancelled " + counted(reply.jobs.size(), "job", "jobs")};
  });
}

constexpr auto group = CommandGroup::Tools;
constexpr auto window = CommandScope::Window;

const UiCommand commands[] = {
    {group,
     "palette",
     "Find a command…",
     {'K', true},
     window,
     nullptr,
     [](CommandContext& c) { c.state.wishes.palette = true; }},
    {group,
     "keys-sheet",
     "All keys",
     {key::slash, false, true},
     window,
     nullptr,
     [](CommandContext& c) { c.state.wishes.keys_sheet = true; }},
    {group,
     "settings",
     "Settings…",
     {key::comma, true},
     window,
     nullptr,
     [](CommandContext& c) { c.state.wishes.settings = true; }},
    {group,
     "ledger",
     "Ledger: what was spent on what",
     {'B', true},
     window,
     has_project,
     [](CommandContext& c) { c.state.wishes.ledger = true; }},
    {group,
     "show-queue",
     "Show the queue",
     {'J', true},
     window,
     has_project,
     [](CommandContext& c) { c.state.wishes.show_panel = "Queue"; }},
    {CommandGroup::Queue,
     "cancel-waiting",
     "Cancel all that wait",
     {},
     window,
     has_waiting,
     cancel_waiting,
     [](const CommandContext& c) { return std::string(c.view != nullptr ? "Nothing waits" : ""); }},
    {group,
     "larger-window",
     "Everything larger",
     {},
     window,
     nullptr,
     [](CommandContext& c) { c.state.wishes.larger_scale = 1; }},
    {group,
     "smaller-window",
     "Everything smaller",
     {},
     window,
     nullptr,
     [](CommandContext& c) { c.state.wishes.larger_scale = -1; }},
    {group,
     "contrast",
     "High contrast on or off",
     {},
     window,
     nullptr,
     [](CommandContext& c) { c.state.wishes.change_contrast = true; }},
};

}  // namespace

std::span<const UiCommand> tool_commands() { return commands; }

}  // namespace studio
