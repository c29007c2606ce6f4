// Making pictures and videos, and what becomes of their jobs.
#include <algorithm>
#include <unordered_set>

#include "base/random.h"
#include "commands/command_table.h"
#include "commands/version_step.h"
#include "engine/versions.h"
#include "model/price_rules.h"

namespace studio {
namespace {

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

bool has_recipe(const CommandContext& c) { return row_again(c) != no_row; }

std::string price_again(const CommandContext& c) {
  const Row row = row_again(c);
  if (row == no_row) return "";
  const Recipe& recipe = *c.view->library.texts[row].recipe;
  const ModelInfo* model = c.view->providers.find_model(recipe.model);
  const auto price = model != nullptr ? estimate_of(*model, recipe, c.view->price_rules) : std::nullopt;
  return price ? format_money(*price, model->currency) : "price not known";
}

// Of several only those that nobody has let be: one by name is taken up again.
bool is_retried(const CommandContext& c, Row row) {
  const Item& item = c.view->library.items[row];
  const bool is_one = c.state.loupe_has_focus || c.state.selection.count() <= 1;
  return item.job.valid() && can_be_retried(item.state) && (is_one || !item.hold);
}

std::string price_retry(const CommandContext& c) {
  PriceOfChosen& known = c.state.retry_price;
  if (known.is_of(c.state, *c.view)) return known.text;
  PurseSum sum;
  for (const Row row : rows_meant(c)) {
    const Item& item = c.view->library.items[row];
    if (is_retried(c, row)) sum.add(item);
  }
  known.note(c.state, *c.view, true, sum.words());
  return known.text;
}

// Of these together; nothing: none of them can be made again.
std::optional<std::string> price_of_remaking(const StudioView& view, const std::vector<Row>& rows) {
  PurseSum sum;
  bool any = false;
  std::size_t unpriced = 0;
  std::unordered_set<std::string> made;  // two that would become the same are made once
  for (const Row row : rows) {
    const auto remaking = can_remake(view.library, row) ? remaking_of(view.library, row, view.providers) : Result<Remaking>(fail(ErrorKind::BadRequest, ""));
    if (!remaking || (rows.size() > 1 && !made.insert(recipe_digest(remaking->recipe)).second)) continue;
    any = true;
    const auto price = price_of(*remaking, view.providers, view.price_rules);
    if (!price) ++unpriced;
    else (price->second == Currency::Play ? sum.play : sum.usd) += price->first;
  }
  if (!any) return std::nullopt;
  const std::string words = sum.words();
  if (unpriced == 0) return words;
  return words.empty() ? "price not known" : words + ", " + std::to_string(unpriced) + " without a price";
}

// Of one at once; of many it is kept, for menus ask in every frame.
std::optional<std::string> price_of_meant(const CommandContext& c) {
  if (c.state.loupe_has_focus || c.state.selection.count() <= 1) return price_of_remaking(*c.view, rows_meant(c));
  PriceOfChosen& known = c.state.remake_price;
  if (!known.is_of(c.state, *c.view)) {
    const auto price = price_of_remaking(*c.view, rows_meant(c));
    known.note(c.state, *c.view, price.has_value(), price.value_or(""));
  }
  return known.any ? std::optional(known.text) : std::nullopt;
}

bool can_be_remade(const CommandContext& c) { return c.view != nullptr && price_of_meant(c).has_value(); }
std::string price_remake(const CommandContext& c) { return price_of_meant(c).value_or(""); }
std::string why_no_remake(const CommandContext& c) {
  const Row row = row_meant(c);
  if (row == no_row) return "";
  const NoRemake why = why_not_remade(c.view->library, row);
  std::string words = sentence_of(why, to_string(c.view->library.items[row].asset));
  if (why == NoRemake::CanBe) {
    if (const auto remaking = remaking_of(c.view->library, row, c.view->providers); !remaking) words = remaking.error().message;
  }
  while (!words.empty() && words.back() == '.') words.pop_back();
  return words;
}

void remake(CommandContext& c) {
  RemakeAssetsCommand command;
  for (const Row row : rows_meant(c))
    if (can_remake(c.view->library, row)) command.assets.push_back(c.view->library.items[row].asset);
  AppState* state = &c.state;
  c.send(std::move(command), [state](const CommandReply& reply) {
    const std::size_t made = reply.jobs.size(), left_out = reply.failures.size();
    if (reply.error) return answer(state, reply, "");
    PurseSum sum;
    for (const Job& job : reply.jobs) (job.currency == Currency::Play ? sum.play : sum.usd) += job.estimate;
    std::string words = made == 0 ? "Nothing to re-make: it is current, or under way" : "Re-making " + counted(made, "asset", "assets");
    if (const std::string price = sum.words(); !price.empty()) words += ", " + price;
    if (made > 0 && reply.skipped > 0) words += ", " + std::to_string(reply.skipped) + " of " + std::to_string(reply.selected) + " need none";
    if (left_out > 0) words += ", " + counted(left_out, "is left out: ", "are left out. The first: ") + reply.failures.front().error.message;
    state->note = {left_out > 0 ? Note::Kind::Problem : Note::Kind::Done, std::move(words)};
  });
}

// The one whose edited version is brought in.
Row row_edited(const CommandContext& c) {
  const Row row = row_meant(c);
  if (row == no_row) return no_row;
  const Item& item = c.view->library.items[row];
  return item.asset.valid() && item.asset_state != AssetState::Deleted ? row : no_row;
}

Row row_of_version(const CommandContext& c) {
  const Row row = row_edited(c);
  return row != no_row && !c.view->library.texts[row].earlier.empty() ? row : no_row;
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

constexpr auto group = CommandGroup::Make, queue = CommandGroup::Queue;
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
     [](CommandContext& c) { c.state.wishes.load_recipe = row_again(c); }},
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
     "remake",
     "Re-make",
     {},
     pictures,
     can_be_remade,
     remake,
     why_no_remake,
     price_remake},
    {group,
     "edited-version",
     "Import an edited version…",
     {},
     pictures,
     [](const CommandContext& c) { return row_edited(c) != no_row; },
     [](CommandContext& c) { c.state.wishes.import_version_of = c.view->library.items[row_edited(c)].asset; }},
    {group,
     "no-version",
     "Not an edited version",
     {},
     pictures,
     [](const CommandContext& c) { return row_of_version(c) != no_row; },
     [](CommandContext& c) {
       const Row row = row_of_version(c);
       set_version(c, c.view->library.items[row].asset, c.view->library.texts[row].earlier.front(), false);
     },
     [](const CommandContext& c) { return row_meant(c) == no_row ? std::string() : std::string("It is no edited version of anything"); }},
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
     [](const CommandContext& c) { return any_row_meant(c, [&](Row row) { return is_retried(c, row); }); },
     [](CommandContext& c) {
       RetryCommand command;
       for (const Row row : rows_meant(c))
         if (is_retried(c, row)) command.jobs.push_back(c.view->library.items[row].job);
       AppState* state = &c.state;
       c.send(std::move(command), [state](const CommandReply& reply) { answer(state, reply, "Retrying"); });
     },
     nullptr,
     price_retry},
    {queue,
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
    {queue, "cancel-all", "Cancel all that is under way", {}, window, has_project, cancel_all},
    {queue,
     "pause",
     "Pause the queue",
     {},
     window,
     [](const CommandContext& c) { return c.view != nullptr && !c.view->paused; },
     [](CommandContext& c) { pause(c, true); }},
    {queue,
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
