// Making pictures and videos, and what becomes of their jobs.
#include <algorithm>

#include "base/random.h"
#include "commands/command_table.h"
#include "model/price_rules.h"

namespace studio {
namespace {

bool has_recipe(const CommandContext& c) {
  return any_row_meant(c, [&](Row row) {
    const auto& recipe = c.view->library.texts[row].recipe;
    return recipe && !recipe->model.empty();
  });
}

// Of what is meant, the jobs that fit.
template <class Fits>
std::vector<JobId> jobs_meant(const CommandContext& c, Fits fits) {
  std::vector<JobId> jobs;
  for (const Row row : rows_meant(c)) {
    const Item& item = c.view->library.items[row];
    if (item.job.valid() && fits(item.state)) jobs.push_back(item.job);
  }
  return jobs;
}

bool can_be_cancelled(JobState state) {
  return !is_terminal(state) && state != JobState::Unknown && state != JobState::Fetching;
}
bool can_be_retried(JobState state) {
  return state == JobState::Failed || state == JobState::Refused || state == JobState::Cancelled ||
         state == JobState::Expired || state == JobState::Blocked;
}
template <bool (*fits)(JobState)>
bool any_meant(const CommandContext& c) {
  return any_row_meant(
      c, [&](Row row) { return c.view->library.items[row].job.valid() && fits(c.view->library.items[row].state); });
}

void answer(AppState* state, const CommandReply& reply, const std::string& words) {
  if (reply.error)
    state->note = {Note::Kind::Problem, reply.error->message};
  else if (!reply.failures.empty())
    state->note = {Note::Kind::Problem, reply.failures.front().error.message};
  else
    state->note = {Note::Kind::Done, words};
}

// The one that is made again; no_row: none can be.
Row row_again(const CommandContext& c) {
  const Row row = row_meant(c);
  if (row == no_row || !c.view->library.texts[row].recipe || c.view->library.texts[row].recipe->model.empty()) return no_row;
  return row;
}

std::string price_again(const CommandContext& c) {
  const Row row = row_again(c);
  if (row == no_row) return "";
  const Recipe& recipe = *c.view->library.texts[row].recipe;
  const ModelInfo* model = c.view->providers.find_model(recipe.model);
  const auto price = model != nullptr ? estimate_of(*model, recipe, c.view->price_rules) : std::nullopt;
  return price ? format_money(*price, model->currency) : "price not known";
}

std::string price_retry(const CommandContext& c) {
  const Selection& selection = c.state.selection;
  RetryPrice& known = c.state.retry_price;
  if (known.selection_revision == selection.revision() && known.rows_revision == c.view->library.rows_revision &&
      known.focus == selection.focus() && known.in_loupe == c.state.loupe_has_focus) {
    return known.text;
  }
  PurseSum sum;
  for (const Row row : rows_meant(c)) {
    const Item& item = c.view->library.items[row];
    if (item.job.valid() && can_be_retried(item.state)) sum.add(item);
  }
  known = {selection.revision(), c.view->library.rows_revision, selection.focus(), c.state.loupe_has_focus, sum.words()};
  return known.text;
}

std::string price_retry_failed(const CommandContext& c) { return c.view->library.bulk_retry.words(); }

void again(CommandContext& c, bool new_seed) {
  const Row row = row_again(c);
  if (row == no_row) return;
  RemakeCommand command;
  command.recipe = *c.view->library.texts[row].recipe;
  if (new_seed)
    command.recipe.seed =
        static_cast<std::int64_t>(mix64(static_cast<std::uint64_t>(command.recipe.seed + c.view->now_wall_ms)) %
                                  static_cast<std::uint64_t>(max_seed));
  if (const AssetId parent = c.view->library.items[row].parent; parent.valid()) command.parents = {parent};
  AppState* state = &c.state;
  c.send(std::move(command), [state, new_seed, price = price_again(c)](const CommandReply& reply) {
    answer(state, reply, (new_seed ? "Again with a new seed, " : "Again, exactly the same, ") + price + ": on the way");
  });
}

void cancel_all(CommandContext& c) {
  AppState* state = &c.state;
  c.send(CancelCommand{}, [state](const CommandReply& reply) {
    if (reply.error)
      state->note = {Note::Kind::Problem, reply.error->message};
    else
      state->note = {Note::Kind::Done, "Cancelled " + counted(reply.jobs.size(), "job", "jobs")};
  });
}

void pause(CommandContext& c, bool paused) {
  AppState* state = &c.state;
  c.send(PauseCommand{paused}, [state, paused](const CommandReply& reply) {
    answer(state, reply, paused ? "Paused: nothing new is sent, what is on its way goes on" : "The queue goes on");
  });
}

constexpr auto group = CommandGroup::Make;
constexpr auto window = CommandScope::Window;
constexpr auto pictures = CommandScope::Pictures;

const UiCommand commands[] = {
    {group,
     "generate",
     "Generate",
     {key::enter, true},
     window,
     has_project,
     [](CommandContext& c) { c.state.wishes.generate = true; }},
    {group,
     "write-prompt",
     "Write a prompt",
     {'L', true},
     window,
     has_project,
     [](CommandContext& c) { c.state.wishes.write_prompt = true; }},
    {group,
     "keep-going",
     "Keep going",
     {'G', true},
     window,
     has_project,
     [](CommandContext& c) { c.state.wishes.keep_going = true; }},
    {group,
     "videos",
     "Generate videos",
     {'V'},
     pictures,
     has_project,
     [](CommandContext& c) {
       c.state.wishes.videos = true;
       if (c.state.loupe_has_focus) c.state.wishes.videos_of = row_meant(c);
     }},
    {group,
     "load-prompt",
     "Load into the prompt",
     {'R'},
     pictures,
     has_recipe,
     [](CommandContext& c) { c.state.wishes.load_recipe = row_meant(c); }},
    {group,
     "again-new-seed",
     "Again with a new seed",
     {'A'},
     pictures,
     has_recipe,
     [](CommandContext& c) { again(c, true); },
     nullptr,
     price_again},
    {group,
     "again-exactly",
     "Again exactly",
     {'A', false, true},
     pictures,
     has_recipe,
     [](CommandContext& c) { again(c, false); },
     nullptr,
     price_again},
    {group,
     "cancel-job",
     "Cancel",
     {},
     pictures,
     any_meant<can_be_cancelled>,
     [](CommandContext& c) {
       AppState* state = &c.state;
       c.send(CancelCommand{jobs_meant(c, can_be_cancelled)},
              [state](const CommandReply& reply) { answer(state, reply, "Cancelled"); });
     }},
    {group,
     "retry-job",
     "Retry",
     {},
     pictures,
     any_meant<can_be_retried>,
     [](CommandContext& c) {
       RetryCommand command;
       command.jobs = jobs_meant(c, can_be_retried);
       AppState* state = &c.state;
       c.send(std::move(command), [state](const CommandReply& reply) { answer(state, reply, "Retrying"); });
     },
     nullptr,
     price_retry},
    {group,
     "retry-failed",
     "Retry all that failed",
     {},
     window,
     has_project,
     [](CommandContext& c) {
       AppState* state = &c.state;
       c.send(RetryCommand{}, [state, price = price_retry_failed(c)](const CommandReply& reply) {
         answer(state, reply,
                reply.jobs.empty() ? "Nothing failed" : "Retrying " + counted(reply.jobs.size(), "job", "jobs") + (price.empty() ? "" : ", " + price));
       });
     },
     nullptr,
     price_retry_failed},
    {group, "cancel-all", "Cancel all that is under way", {}, window, has_project, cancel_all},
    {group,
     "pause",
     "Pause the queue",
     {},
     window,
     [](const CommandContext& c) { return c.view != nullptr && !c.view->paused; },
     [](CommandContext& c) { pause(c, true); }},
    {group,
     "resume",
     "Resume the queue",
     {},
     window,
     [](const CommandContext& c) { return c.view != nullptr && c.view->paused; },
     [](CommandContext& c) { pause(c, false); }},
};

}  // namespace

std::span<const UiCommand> make_commands() { return commands; }

}  // namespace studio
