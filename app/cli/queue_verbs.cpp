#include "cli/queue_verbs.h"

#include <algorithm>
#include <cstdio>

#include "cli/ids.h"
#include "engine/studio.h"
#include "model/variation.h"

namespace studio {
namespace {

Result<std::optional<GenerationId>> generation_of(const CliOptions& options) {
  if (!options.generation) return std::optional<GenerationId>{};
  STUDIO_TRY(const auto ids, ids_of<GenerationTag>({*options.generation}, "a request"));
  return std::optional<GenerationId>(ids.front());
}

// "The jobs, all of them, or those of one request": exactly one of the three.
Result<void> check_who(const std::vector<JobId>& jobs, bool all, const std::optional<GenerationId>& generation) {
  if (jobs.empty() && !all && !generation) return fail(ErrorKind::BadRequest, "Name the jobs, say --all, or name a request with --generation.");
  if (!jobs.empty() && (all || generation)) return fail(ErrorKind::BadRequest, "Name the jobs, or say --all or --generation, not both.");
  return {};
}

}  // namespace

Result<Command> cancel_command(const CliOptions& options) {
  STUDIO_TRY(auto jobs, ids_of<JobTag>(options.names, "a job"));
  STUDIO_TRY(const auto generation, generation_of(options));
  STUDIO_CHECK(check_who(jobs, options.all, generation));
  return CancelCommand{std::move(jobs), generation};
}

Result<Command> retry_command(const CliOptions& options) {
  STUDIO_TRY(auto jobs, ids_of<JobTag>(options.names, "a job"));
  STUDIO_TRY(const auto generation, generation_of(options));
  RetryCommand command{std::move(jobs), RetryHow::Again, options.link, generation};
  if (options.resubmit) command.how = RetryHow::Resubmit;
  if (options.write_off) command.how = RetryHow::WriteOff;
  if (!options.link.empty()) command.how = RetryHow::Link;
  if (options.charged) {
    command.how = RetryHow::Charged;
    if (*options.charged == "none") command.charged = Money{};
    else if (*options.charged != "all") command.charged = money_from_text(*options.charged);
    if (*options.charged != "all" && !command.charged) {
      return fail(ErrorKind::BadRequest, "\"" + *options.charged + "\" is no sum: say --charged all, --charged none, or what it was, such as 0.025.");
    }
  }
  STUDIO_CHECK(check_who(command.jobs, options.all, generation));
  return command;
}

bool steers_jobs(const CliOptions& options) { return options.move || options.priority || options.dismiss; }

Result<Command> steer_command(const CliOptions& options) {
  STUDIO_TRY(auto jobs, ids_of<JobTag>(options.names, "a job"));
  if (jobs.empty()) return fail(ErrorKind::BadRequest, "Name the jobs, for instance j5 j6.");
  if (!options.states.empty()) return fail(ErrorKind::BadRequest, "--state is for the list: name the jobs that are meant.");
  if (options.dismiss) return DismissCommand{std::move(jobs)};
  if (options.priority) {
    const auto priority = priority_from(*options.priority);
    if (!priority) return fail(ErrorKind::BadRequest, "Unknown priority \"" + *options.priority + "\": choose high, normal or low.");
    return PriorityCommand{std::move(jobs), *priority};
  }
  constexpr std::string_view before = "before:";
  MoveJobsCommand command{std::move(jobs)};
  const std::string& to = *options.move;
  if (to.starts_with(before)) {
    STUDIO_TRY(const auto ids, ids_of<JobTag>({to.substr(before.size())}, "a job"));
    command.to = MoveTo::Before;
    command.before = ids.front();
    return command;
  }
  const auto place = move_to_from(to);
  if (!place || *place == MoveTo::Before) return fail(ErrorKind::BadRequest, "Unknown place \"" + to + "\": choose first, last or before:j9.");
  command.to = *place;
  return command;
}

Result<std::vector<Command>> pause_commands(const CliOptions& options) {
  if (options.verb == "pause") return std::vector<Command>{PauseCommand{true}};
  if (options.verb == "drain") return std::vector<Command>{PauseCommand{true, true}};
  std::vector<Command> commands;
  if (options.after_crash) {
    if (*options.after_crash != "ask" && *options.after_crash != "go") {
      return fail(ErrorKind::BadRequest, "Say --after-crash ask or --after-crash go.");
    }
    commands.push_back(HoldAfterCrashCommand{*options.after_crash == "ask"});
  }
  commands.push_back(PauseCommand{false});
  return commands;
}

Result<Command> edit_command(const CliOptions& options, const Recipe& old) {
  STUDIO_TRY(const auto jobs, ids_of<JobTag>(options.names, "a job"));
  Recipe recipe = old;
  if (options.model && *options.model != recipe.model) {
    recipe.model = *options.model;
    recipe.options.clear();  // the old model's own
  }
  if (options.prompt) recipe.prompt = *options.prompt;
  if (options.negative_prompt) recipe.negative_prompt = *options.negative_prompt;
  if (options.seed) recipe.seed = *options.seed;
  if (options.clip_seconds) recipe.seconds = *options.clip_seconds;
  if (options.size) {
    const auto size = size_from_aspect(*options.size);
    if (!size) return fail(ErrorKind::BadRequest, "Unknown size \"" + *options.size + "\": choose 9:16, 16:9, 1:1, 4:3, 3:4, another ratio, or a size as 1280x720.");
    recipe.width = size->width;
    recipe.height = size->height;
  }
  if (recipe == old) return fail(ErrorKind::BadRequest, "Say what shall be different: --prompt, --negative-prompt, --model, --seed, --size or --seconds.");
  return EditJobCommand{jobs.front(), std::move(recipe)};
}

Result<Command> again_command(const CliOptions& options) {
  STUDIO_TRY(auto jobs, ids_of<JobTag>(options.names, "a job"));
  return AgainCommand{std::move(jobs), *options.model};
}

std::string offer_line(const ModelOffer& offer) {
  char line[256];
  const std::string price = offer.price ? format_money(*offer.price, offer.currency) : "price unknown";
  std::snprintf(line, sizeof line, "%-18s %-14s %s", offer.model.c_str(), price.c_str(), offer.provider_label.c_str());
  return line + (offer.objection ? " — " + *offer.objection : std::string());
}

std::string ways_in_verbs(const Need& need, const NeedBoard& board) {
  const std::vector<JobId> jobs = board.jobs_of(need.key);
  constexpr std::size_t most_named = 12;
  const auto named = [](const std::vector<JobId>& some) {
    std::string names;
    for (std::size_t i = 0; i < some.size() && i < most_named; ++i) names += " " + to_string(some[i]);
    return names + (some.size() > most_named ? " …" : "");
  };
  const auto first_of = [](const std::vector<JobId>& some) { return some.empty() ? std::string() : " " + to_string(some.front()); };
  const std::string names = named(jobs), first = first_of(jobs);
  std::string line;
  const auto add = [&](const std::string& words) { line += (line.empty() ? "" : " · ") + words; };
  // What is over keeps its recipe.
  const bool waits = std::find(need.ways.begin(), need.ways.end(), Way::Cancel) != need.ways.end();
  for (const Way way : need.ways) {
    switch (way) {
      case Way::Retry: add("retry" + names); break;
      case Way::Cancel: add("cancel" + named(board.jobs_of(need.key, way))); break;
      case Way::Dismiss: add("jobs" + names + " --dismiss"); break;
      case Way::Resubmit: add("retry" + first + " --resubmit"); break;
      case Way::WriteOff: add("retry" + first + " --write-off"); break;
      case Way::Link: add("retry" + first + " --link ID"); break;
      case Way::Charged: add("retry" + names + " --charged all"); break;
      case Way::NotCharged: add("retry" + names + " --charged none"); break;
      case Way::OtherModel: add(waits ? "edit" + first_of(board.jobs_of(need.key, way)) + " --model MODEL" : "again" + names); break;
      case Way::Edit:
        if (waits) add("edit" + first_of(board.jobs_of(need.key, way)) + " --prompt …");
        break;
      case Way::RaiseCap: add("costs --cap-…"); break;
      case Way::CheckKey: add("models"); break;
      case Way::Import: add("import PATH"); break;
    }
  }
  return line;
}

Result<std::string> queue_sentence(Ledger& ledger) {
  STUDIO_TRY(const std::string pause, ledger.fact(paused_fact));
  STUDIO_TRY(const std::string held, ledger.fact(held_fact));
  switch (queue_mode_from_fact(pause)) {
    case QueueMode::Draining: {
      STUDIO_TRY(const auto under_way, ledger.job_count({.states = {JobState::Preparing, JobState::Sending, JobState::Running, JobState::Fetching},
                                                         .kind = JobKind::Generate}));
      return "The queue is draining: " + std::to_string(under_way) + " under way, nothing new is begun. `resume` goes on.";
    }
    case QueueMode::Paused: return std::string("The queue is paused: nothing new is sent. `resume` goes on.");
    default: break;
  }
  if (held.empty()) return std::string();
  STUDIO_TRY(const auto line, ledger.queue_line());
  const std::string why = held == "1" ? "The last run ended in the middle" : "This is the project's backup of " + held + ", and what was sent since is not known to it";
  return why + ": " + std::to_string(line.size()) +
         (line.size() == 1 ? " job waits" : " jobs wait") + " for your word. `run` or `resume` goes on.";
}

}  // namespace studio
