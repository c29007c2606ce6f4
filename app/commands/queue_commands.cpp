// The line of waiting jobs, a whole run, the queue as such, and the ways on of its top card.
#include "commands/queue_steps.h"

namespace studio {
namespace {

bool any_waits(const CommandContext& c) {
  return any_row_meant(c, [&](Row row) {
    const Item& item = c.view->library.items[row];
    return item.job.valid() && waits_in_line(item.state);
  });
}
std::string choose_waiting(const CommandContext& c) {
  return c.view == nullptr ? "" : "Choose a job that waits, in the queue or the gallery";
}

template <MoveTo to>
void move_to(CommandContext& c) {
  move_in_line(c.state, c.send, MoveJobsCommand{waiting_meant(c), to});
}
template <bool earlier>
void move_one(CommandContext& c) {
  const auto command = one_place(whole_line(c.view->library), waiting_meant(c), earlier);
  if (command)
    move_in_line(c.state, c.send, *command);
  else
    c.state.note = {Note::Kind::Done, earlier ? "It is the first in line" : "It is the last in line"};
}
template <Priority priority>
void set_priority(CommandContext& c) {
  AppState* state = &c.state;
  c.send(PriorityCommand{waiting_meant(c), priority}, [state](const CommandReply& reply) {
    if (reply.error)
      state->note = {Note::Kind::Problem, reply.error->message};
    else
      state->note = {Note::Kind::Done, std::string(priority == Priority::High  ? "High"
                                                   : priority == Priority::Low ? "Low"
                                                                               : "Normal") +
                                           " priority: " + counted(reply.jobs.size(), "job", "jobs")};
  });
}

// --- the run that a job belongs to

GenerationId run_meant(const CommandContext& c) {
  if (c.view == nullptr) return {};
  const Row row = row_meant(c);
  return row == no_row ? GenerationId{} : c.view->library.items[row].generation;
}
bool has_run(const CommandContext& c) { return run_meant(c).valid(); }
std::string choose_job(const CommandContext& c) { return c.view == nullptr ? "" : "Choose one of its jobs first"; }

std::string price_retry_run(const CommandContext& c) {
  const Library& library = c.view->library;
  PurseSum sum;
  if (const auto rows = library.of_generation.find(run_meant(c)); rows != library.of_generation.end()) {
    for (const Row row : rows->second)
      if (is_in_bulk_retry(library.items[row])) sum.add(library.items[row]);
  }
  return sum.words();
}

template <class RunCommand>
void of_run(CommandContext& c, const char* done, const char* nothing) {
  RunCommand command;
  command.generation = run_meant(c);
  AppState* state = &c.state;
  c.send(std::move(command), [state, done, nothing](const CommandReply& reply) {
    if (reply.error)
      state->note = {Note::Kind::Problem, reply.error->message};
    else if (!reply.failures.empty())
      state->note = {Note::Kind::Problem, reply.failures.front().error.message};
    else if (reply.jobs.empty())
      state->note = {Note::Kind::Done, nothing};
    else
      state->note = {Note::Kind::Done, done + (" " + counted(reply.jobs.size(), "job", "jobs"))};
  });
}

bool has_recipes(const CommandContext& c) {
  return any_row_meant(c, [&](Row row) {
    return c.view->library.items[row].job.valid() && c.view->library.texts[row].recipe != nullptr;
  });
}

void ask_other_model(CommandContext& c) {
  c.state.wishes.again_with.clear();
  for (const Row row : rows_meant(c))
    if (c.view->library.items[row].job.valid() && c.view->library.texts[row].recipe) c.state.wishes.again_with.push_back(row);
}

template <QueueMode mode>
bool is_in_mode(const CommandContext& c) {
  return c.view != nullptr && c.view->queue.mode == mode;
}

template <int way>
void take_way(CommandContext& c) {
  c.state.wishes.need_way = way;
  // What it is about is seen.
  c.state.wishes.show_panel = "Queue";
}
bool needs_somebody(const CommandContext& c) { return c.view != nullptr && c.view->library.needs.job_count() > 0; }
std::string nothing_needs(const CommandContext& c) { return c.view == nullptr ? "" : "Nothing needs you"; }

constexpr auto group = CommandGroup::Queue;
constexpr auto window = CommandScope::Window;
constexpr KeyChord alt(char key) { return {key, false, false, true}; }

const UiCommand commands[] = {
    {group, "queue-first", "First in line", alt(key::home), window, any_waits, move_to<MoveTo::First>, choose_waiting},
    {group, "queue-earlier", "Earlier in line", alt(key::up), window, any_waits, move_one<true>, choose_waiting},
    {group, "queue-later", "Later in line", alt(key::down), window, any_waits, move_one<false>, choose_waiting},
    {group, "queue-last", "Last in line", alt(key::end), window, any_waits, move_to<MoveTo::Last>, choose_waiting},
    {group, "queue-high", "High priority", {}, window, any_waits, set_priority<Priority::High>, choose_waiting},
    {group, "queue-normal", "Normal priority", {}, window, any_waits, set_priority<Priority::Normal>, choose_waiting},
    {group, "queue-low", "Low priority", {}, window, any_waits, set_priority<Priority::Low>, choose_waiting},
    {group, "queue-edit", "Edit the waiting job…", alt(key::enter), window, any_waits,
     [](CommandContext& c) {
       const auto jobs = waiting_meant(c);
       if (!jobs.empty()) change_words(c.state, c.view->library, c.view->library.row_of(jobs.front()));
     },
     choose_waiting},
    {group, "queue-other-model", "Again with another model…", {}, window, has_recipes, ask_other_model, choose_job},
    {group, "queue-cancel-run", "Cancel the whole run", {}, window, has_run,
     [](CommandContext& c) { of_run<CancelCommand>(c, "Cancelled", "Nothing of this run is under way"); }, choose_job},
    {group, "queue-retry-run", "Retry what failed of this run", {}, window, has_run,
     [](CommandContext& c) { of_run<RetryCommand>(c, "Retrying", "Nothing of this run failed"); }, choose_job, price_retry_run},
    {group, "queue-way-1", "Top card: its first way on", alt('1'), window, needs_somebody, take_way<1>, nothing_needs},
    {group, "queue-way-2", "Top card: its second way on", alt('2'), window, needs_somebody, take_way<2>, nothing_needs},
    {group, "queue-way-3", "Top card: its third way on", alt('3'), window, needs_somebody, take_way<3>, nothing_needs},
    {group, "drain", "Finish what runs, then pause", {}, window, is_in_mode<QueueMode::Going>,
     [](CommandContext& c) {
       AppState* state = &c.state;
       c.send(PauseCommand{true, true}, [state](const CommandReply& reply) {
         if (reply.error)
           state->note = {Note::Kind::Problem, reply.error->message};
         else
           state->note = {Note::Kind::Done, "Draining: what is on its way is finished, then it pauses"};
       });
     },
     [](const CommandContext& c) {
       if (c.view == nullptr) return std::string();
       return std::string(c.view->queue.mode == QueueMode::Draining ? "It drains already" : "Nothing is sent now anyway");
     }},
    {group, "go-on", "Go on after the last run's end", {}, window, is_in_mode<QueueMode::Held>,
     [](CommandContext& c) {
       AppState* state = &c.state;
       c.send(ReleaseHoldCommand{}, [state](const CommandReply& reply) {
         if (reply.error)
           state->note = {Note::Kind::Problem, reply.error->message};
         else
           state->note = {Note::Kind::Done, "The queue goes on"};
       });
     },
     [](const CommandContext& c) { return std::string(c.view == nullptr ? "" : "Nothing is held"); }},
};

}  // namespace

std::span<const UiCommand> queue_commands() { return commands; }

}  // namespace studio
