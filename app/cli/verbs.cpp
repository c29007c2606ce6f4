#include "cli/verbs.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/clock.h"
#include "base/log.h"
#include "base/paths.h"
#include "base/text.h"
#include "cli/batch_sum.h"
#include "cli/find_media.h"
#include "cli/ids.h"
#include "cli/lines.h"
#include "cli/queue_verbs.h"
#include "cli/session.h"
#include "engine/endpoints.h"
#include "engine/exporter.h"
#include "engine/wiring.h"
#include "providers/provider_set.h"

namespace studio {
namespace {

int exit_code_of(const Error& error) {
  switch (error.kind) {
    case ErrorKind::BadRequest: case ErrorKind::NotFound: return 2;
    case ErrorKind::Owned: case ErrorKind::TooNew: return 3;
    default: return 1;
  }
}

int say(const Error& error) {
  std::fprintf(stderr, "%s\n", on_one_line(redacted(error.message)).c_str());
  return exit_code_of(error);
}

int usage(const std::string& sentence) {
  std::fprintf(stderr, "%s\n", on_one_line(sentence).c_str());
  return 2;
}

// Its subject, an id or a path, is named once: many a message does so itself, paths at its end.
std::string failure_line(const std::string& subject, const std::string& message) {
  const bool names_it = message.starts_with(subject + ":") || message.starts_with(subject + " ") || message.ends_with(": " + subject);
  return names_it ? message : subject + ": " + message;
}

// What a job has cost: the settled sum, else what is set aside for it, else what it is expected to cost.
Money cost_of(Ledger& ledger, const Job& job) {
  if (job.attempt.valid()) {
    if (const auto attempt = ledger.attempt(job.attempt); attempt && *attempt) {
      if (is_open((*attempt)->state) || (*attempt)->state == AttemptState::InDoubt) return (*attempt)->reserved;
      if (is_terminal(job.state)) return (*attempt)->settled;  // queued again, the old attempt is history
    }
  }
  return is_terminal(job.state) ? Money{} : job.estimate;
}

class Verb {
 public:
  explicit Verb(const CliOptions& options) : options_(options), writer_(options.json, options.project) {}

  int create() {
    const auto folder = std::filesystem::absolute(options_.project).lexically_normal();
    const auto name = folder.has_filename() ? folder.filename().string() : folder.parent_path().filename().string();
    if (auto made = Studio::create_project(folder, name); !made) return say(made.error());
    std::fprintf(stderr, "The project %s is ready.\n", on_one_line(folder.string()).c_str());
    return 0;
  }

  int import() {
    ImportCommand command;
    if (options_.version_of) {
      const auto asset = ids_of<AssetTag>({*options_.version_of}, "an asset");
      if (!asset) return say(asset.error());
      command.version_of = asset->front();
    }
    const bool is_whole = find_media(options_.names, command.paths);
    if (command.paths.empty() && !is_whole) return 1;
    if (command.paths.empty()) return usage("There is no picture and no clip in what you named: JPEG, PNG, WebP, AVIF, MP4, MOV, WebM and MKV can be imported.");
    return std::max(act(command, false), is_whole ? 0 : 1);
  }

  int generate() {
    if (options_.recipe) {
      auto recipe = recipe_from_manifest(*options_.recipe);
      if (!recipe) return say(recipe.error());
      return act(RemakeCommand{std::move(*recipe)}, true);
    }
    if (!options_.prompt) return usage("Say what the picture shows: --prompt \"a lighthouse at dusk\".");
    GenerateCommand command;
    command.prompt = *options_.prompt;
    command.count = options_.count;
    command.seed = options_.seed;
    if (options_.model) command.model = *options_.model;
    const auto strategy = strategy_from(options_.strategy);
    if (!strategy) return usage("Unknown strategy \"" + options_.strategy + "\": choose camera, light, mood, composition, mixed, seed or off.");
    command.strategy = *strategy;
    const auto size = size_from_aspect(options_.aspect);
    if (!size) return usage("Unknown shape \"" + options_.aspect + "\": choose 9:16, 16:9, 1:1, 4:3, 3:4, another ratio, or a size as 1280x720.");
    command.size = *size;
    return act(command, true);
  }

  int animate() {
    AnimateCommand command;
    auto assets = ids_of<AssetTag>(options_.names, "an asset");
    if (!assets) return say(assets.error());
    command.assets = std::move(*assets);
    command.picked = options_.picked;
    if (command.assets.empty() && !command.picked) return usage("Name the pictures, or say --picked.");
    if (!command.assets.empty() && command.picked) return usage("Name the pictures or say --picked, not both.");
    if (options_.model) command.model = *options_.model;
    command.seconds = options_.seconds;
    command.prompt = options_.prompt;
    command.another = options_.another;
    return act(command, true);
  }

  int remake() {
    auto assets = ids_of<AssetTag>(options_.names, "an asset");
    if (!assets) return say(assets.error());
    return act(RemakeAssetsCommand{std::move(*assets)}, true);
  }

  int mark() {
    MarkCommand command;
    auto assets = ids_of<AssetTag>(options_.names, "an asset");
    if (!assets) return say(assets.error());
    if (options_.version_of) {
      if (assets->size() != 1) return usage("Name one asset that is an edited version.");
      if (*options_.version_of == "none") return act(VersionCommand{assets->front(), {}, false}, false);
      const auto earlier = ids_of<AssetTag>({*options_.version_of}, "an asset");
      if (!earlier) return say(earlier.error());
      return act(VersionCommand{assets->front(), earlier->front(), true}, false);
    }
    command.assets = std::move(*assets);
    if (options_.pick) command.mark = Mark::Pick;
    if (options_.reject) command.mark = Mark::Reject;
    if (options_.clear) command.mark = Mark::None;
    command.stars = options_.stars;
    return act(command, false);
  }

  int cancel() { return act_as_asked(cancel_command(options_), false); }

  int retry() {
    return act_as_asked(retry_command(options_), true);
  }

  int pause() {
    auto commands = pause_commands(options_);
    if (!commands) return say(commands.error());
    for (const Command& command : *commands) {
      if (const int code = act(command, false); code != 0) return code;
    }
    if (options_.verb == "drain" && options_.wait) return finish_drain();
    return say_queue();
  }

  int edit() {
    auto jobs = ids_of<JobTag>(options_.names, "a job");
    if (!jobs) return say(jobs.error());
    Recipe recipe;
    const int code = read([&](Ledger& ledger) -> Result<int> {
      STUDIO_TRY(const auto job, ledger.job(jobs->front()));
      if (!job) return fail(ErrorKind::NotFound, "There is no job " + to_string(jobs->front()) + " in this project.");
      recipe = job->recipe;
      return 0;
    });
    if (code != 0) return code;
    return act_as_asked(edit_command(options_, recipe), false);
  }

  int again() {
    if (options_.model) return act_as_asked(again_command(options_), true);
    auto jobs = ids_of<JobTag>(options_.names, "a job");
    if (!jobs) return say(jobs.error());
    auto elsewhere = services_elsewhere();
    if (!elsewhere) return say(elsewhere.error());
    auto providers = load_providers(assets_folder(), *elsewhere);
    if (!providers) return say(providers.error());
    return read([&](Ledger& ledger) -> Result<int> {
      STUDIO_TRY(const PriceRules rules, price_rules_of(ledger));
      for (const JobId id : *jobs) {
        STUDIO_TRY(const auto job, ledger.job(id));
        if (!job) return fail(ErrorKind::NotFound, "There is no job " + to_string(id) + " in this project.");
        for (const ModelOffer& offer : offers_for(job->recipe, *providers, rules)) writer_.offer(id, offer);
      }
      std::fprintf(stderr, "Choose one with --model.\n");
      return 0;
    });
  }

  int run() {
    auto outcome = carry_out(options_.project, WaitCommand{{}, true}, false, true);
    if (!outcome) return say(outcome.error());
    return report_wait(outcome->reply, {}, 0);
  }

  int list() {
    AssetFilter filter;
    std::vector<AssetState> states;
    const bool wants_stale = std::count(options_.states.begin(), options_.states.end(), "stale") > 0;
    for (const auto& name : options_.states) {
      if (name == "stale") continue;
      const auto state = asset_state_from(name);
      if (!state) return usage("Unknown state \"" + name + "\": an asset is done, missing, quarantined, deleted or stale. For jobs see the verb jobs.");
      states.push_back(*state);
    }
    if (options_.kind) {
      filter.kind = media_kind_from(*options_.kind);
      if (!filter.kind || filter.kind == MediaKind::Audio) return usage("Unknown kind \"" + *options_.kind + "\": choose image or video.");
    }
    return read([&](Ledger& ledger) -> Result<int> {
      STUDIO_TRY(const auto assets, ledger.assets(filter));
      STUDIO_CHECK(know_versions(ledger));
      const Vault vault(std::filesystem::absolute(options_.project));
      for (const auto& asset : assets) {
        const AssetState state = asset.state == AssetState::Done && !vault.has(asset.sha256) ? AssetState::Missing : asset.state;
        // What a person threw away is listed only when asked for.
        const bool is_wanted = options_.states.empty() ? !asset.in_trash && state != AssetState::Deleted
                                                       : std::find(states.begin(), states.end(), state) != states.end() ||
                                                             (wants_stale && state == AssetState::Done && !asset.in_trash && writer_.is_stale(asset));
        if (is_wanted) writer_.asset(asset);
      }
      return 0;
    });
  }

  // So that what is stale is said.
  Result<void> know_versions(Ledger& ledger) {
    STUDIO_TRY(const auto links, ledger.asset_links());
    if (links.empty()) return {};
    Library library;
    STUDIO_TRY(const auto assets, ledger.assets());
    for (const Asset& asset : assets) library.fold(asset);
    writer_.know_versions(std::move(library));
    return {};
  }

  int jobs() {
    if (options_.needs) return needs();
    if (steers_jobs(options_)) return act_as_asked(steer_command(options_), false);
    if (!options_.names.empty()) return usage("Say what to do with them: --move, --priority or --dismiss. Everything about one job says the verb show.");
    JobFilter filter;
    filter.kind = JobKind::Generate;
    for (const auto& name : options_.states) {
      const auto state = job_state_from(name);
      if (!state) return usage("Unknown state \"" + name + "\": a job is waiting, queued, preparing, sending, unknown, running, fetching, done, failed, refused, blocked, cancelled, expired or quarantined.");
      filter.states.push_back(*state);
    }
    const int code = read([&](Ledger& ledger) -> Result<int> {
      STUDIO_TRY(const auto found, ledger.jobs(filter));
      for (const auto& job : found) STUDIO_CHECK(write_job(ledger, job));
      return 0;
    });
    return std::max(code, say_queue());
  }

  int needs() {
    const int code = read([&](Ledger& ledger) -> Result<int> {
      STUDIO_TRY(const auto found, ledger.jobs({.kind = JobKind::Generate}));
      NeedBoard board;
      for (const Job& job : found) board.note(job);
      for (const Need& need : board.cards()) writer_.need(need, board);
      return 0;
    });
    return std::max(code, say_queue());
  }

  int show() {
    const std::string& name = options_.names.front();
    return read([&](Ledger& ledger) -> Result<int> {
      if (const auto id = parse_id<AssetTag>(name)) {
        STUDIO_TRY(const auto asset, ledger.asset(*id));
        if (asset) {
          STUDIO_TRY(const auto children, ledger.children(*id));
          STUDIO_CHECK(know_versions(ledger));
          writer_.asset_in_full(*asset, children);
          return 0;
        }
      } else if (const auto job_id = parse_id<JobTag>(name)) {
        STUDIO_TRY(const auto job, ledger.job(*job_id));
        if (job) {
          STUDIO_TRY(const auto attempt, ledger.attempt(job->attempt));
          STUDIO_TRY(const auto asset, asset_of(ledger, *job));
          writer_.job_in_full(*job, cost_of(ledger, *job), asset, attempt);
          return 0;
        }
      } else {
        return fail(ErrorKind::BadRequest, "\"" + name + "\" is no id: assets look like a12, jobs like j5.");
      }
      return fail(ErrorKind::NotFound, "There is no " + name + " in this project.");
    });
  }

  int costs() {
    if (const int code = set_caps(); code != 0) return code;
    if (const int code = allow_models(); code != 0) return code;
    if (options_.go_on) {
      if (const int code = send(GoOnCommand{}); code != 0) return code;
    }
    auto providers = known_providers();
    if (!providers) return say(providers.error());
    return read([&](Ledger& ledger) -> Result<int> {
      STUDIO_TRY(const Budgets budgets, budgets_of(ledger));
      STUDIO_TRY(const PriceRules rules, price_rules_of(ledger));
      for (const Currency currency : {Currency::Usd, Currency::Play}) {
        STUDIO_TRY(const Books books, ledger.books(currency));
        STUDIO_TRY(const SpentSoFar spent, ledger.spent({}, SystemClock().wall_ms(), currency));
        PriceRules of_currency;
        for (const auto& [id, each] : rules.allowed) {
          const ModelInfo* model = providers->find_model(id);
          if ((model == nullptr ? Currency::Usd : model->currency) == currency) of_currency.allowed[id] = each;
        }
        writer_.books(currency, books, spent.day, budgets.of(currency), of_currency);
      }
      return 0;
    });
  }

  static Result<Budgets> budgets_of(Ledger& ledger) {
    STUDIO_TRY(const std::string text, ledger.fact(budgets_fact));
    return budgets_from_json(text);
  }

  static Result<PriceRules> price_rules_of(Ledger& ledger) {
    STUDIO_TRY(const std::string text, ledger.fact(price_rules_fact));
    return price_rules_from_json(text);
  }

  static Result<ProviderSet> known_providers() {
    STUDIO_TRY(const auto elsewhere, services_elsewhere());
    return load_providers(assets_folder(), elsewhere);
  }

  // A command that has nothing to show.
  int send(const Command& command) {
    auto outcome = carry_out(options_.project, command, false, false);
    if (!outcome) return say(outcome.error());
    return outcome->reply.error ? say(*outcome->reply.error) : 0;
  }

  int allow_models() {
    for (const std::string& words : options_.allow) {
      const std::size_t sign = words.rfind('=');
      const auto each = sign == std::string::npos ? std::nullopt : money_from_text(std::string_view(words).substr(sign + 1));
      if (!each) return usage("\"" + words + "\" is no model with an amount: say for instance fal-dreamshaper=0.05.");
      if (const int code = send(AllowModelCommand{words.substr(0, sign), each}); code != 0) return code;
    }
    for (const std::string& model : options_.disallow) {
      if (const int code = send(AllowModelCommand{model, std::nullopt}); code != 0) return code;
    }
    return 0;
  }

  int set_caps() {
    const std::array<std::pair<const std::optional<std::string>*, std::optional<Money> Budget::*>, 4> asked = {
        {{&options_.cap_run, &Budget::run}, {&options_.cap_day, &Budget::day}, {&options_.cap_project, &Budget::project}, {&options_.cap_minute, &Budget::per_minute}}};
    if (std::none_of(asked.begin(), asked.end(), [](const auto& cap) { return cap.first->has_value(); })) {
      return options_.play ? usage("--play says whose caps are meant: name a cap, such as --cap-day 5.") : 0;
    }
    Budgets budgets;
    const int code = read([&](Ledger& ledger) -> Result<int> {
      STUDIO_TRY(budgets, budgets_of(ledger));
      return 0;
    });
    if (code != 0) return code;
    for (const auto& [text, cap] : asked) {
      if (!*text) continue;
      auto& wanted = budgets.of(options_.play ? Currency::Play : Currency::Usd).*cap;
      wanted = **text == "none" ? std::nullopt : money_from_text(**text);
      if (!wanted && **text != "none") return usage("\"" + **text + "\" is no amount: say for instance 2.50, or none.");
    }
    return send(BudgetsCommand{budgets});
  }

  int export_files() {
    ExportRequest request;
    auto assets = ids_of<AssetTag>(options_.names, "an asset");
    if (!assets) return say(assets.error());
    request.assets = std::move(*assets);
    request.picked = options_.picked;
    if (request.picked && !request.assets.empty()) return usage("Name the assets or say --picked, not both.");
    request.to = *options_.to;
    if (options_.name_template) request.name_template = *options_.name_template;
    return read([&](Ledger& ledger) -> Result<int> {
      STUDIO_TRY(const auto report, export_assets(ledger, Vault(std::filesystem::absolute(options_.project)), request));
      STUDIO_CHECK(know_versions(ledger));
      int stale = 0;
      for (const auto& file : report.files) {
        writer_.file(file.asset, file.path);
        stale += writer_.is_stale(file.asset) ? 1 : 0;
      }
      for (const auto& failure : report.failures) std::fprintf(stderr, "%s: %s\n", to_string(failure.asset).c_str(), on_one_line(failure.error.message).c_str());
      std::fprintf(stderr, "%zu %s and %s\n", report.files.size(), report.files.size() == 1 ? "file" : "files", on_one_line(report.manifest.string()).c_str());
      if (stale > 0) std::fprintf(stderr, "Stale, for newer versions are there: %d of them. `list --state stale` names them.\n", stale);
      return report.failures.empty() ? 0 : 1;
    });
  }

  int models() {
    auto providers = known_providers();
    if (!providers) return say(providers.error());
    PriceRules rules;  // of a project
    if (!options_.project.empty()) {
      const int code = read([&](Ledger& ledger) -> Result<int> {
        STUDIO_TRY(rules, price_rules_of(ledger));
        return 0;
      });
      if (code != 0) return code;
    }
    const auto missing = missing_keys(*providers);
    for (const Provider* provider : providers->all()) {
      const bool needs_key = missing.contains(provider->info().id);
      for (const auto& model : provider->info().models) writer_.model(model, provider->info().label, needs_key, rules);
    }
    // Part of the answer, not a trouble; as JSON each model says it by itself.
    if (!options_.json) {
      for (const auto& [provider, sentence] : missing) std::printf("%s\n", sentence.c_str());
    }
    return 0;
  }

 private:
  int read(const std::function<Result<int>(Ledger&)>& work) {
    auto ledger = Ledger::open_read_only(options_.project);
    if (!ledger) return say(ledger.error());
    auto code = work(**ledger);
    return code ? *code : say(code.error());
  }

  int act_as_asked(const Result<Command>& command, bool may_wait) {
    if (!command) return say(command.error());
    return act(*command, may_wait);
  }

  // Why nothing new is sent, beside the answer.
  int say_queue() {
    return read([](Ledger& ledger) -> Result<int> {
      STUDIO_TRY(const std::string sentence, queue_sentence(ledger));
      if (!sentence.empty()) std::fprintf(stderr, "%s\n", sentence.c_str());
      return 0;
    });
  }

  // What waits goes on waiting, which is no failure of a drain; what cannot come home is.
  int finish_drain() {
    auto outcome = carry_out(options_.project, WaitCommand{}, false, true);
    if (!outcome) return say(outcome.error());
    int code = outcome->reply.error ? say(*outcome->reply.error) : 0;
    const int printed = read([&](Ledger& ledger) -> Result<int> {
      for (const JobId id : outcome->reply.jobs) {
        STUDIO_TRY(const auto job, ledger.job(id));
        if (!job) continue;
        if (job->state == JobState::Waiting || job->state == JobState::Queued || job->state == JobState::Blocked) continue;
        STUDIO_CHECK(write_job(ledger, *job));
        if (job->state != JobState::Done) code = 1;
      }
      return 0;
    });
    return std::max({code, printed, say_queue()});
  }

  // Carries out a command that changes the project and prints what came of it.
  int act(const Command& command, bool may_wait) {
    const bool wait = may_wait && options_.wait;
    const BatchSum sum(options_.project, command);
    auto outcome = carry_out(options_.project, command, wait, wait, [&](const ReplyIds& reply) {
      if (options_.resubmit && !reply.jobs.empty()) std::fprintf(stderr, "Sending again: if the first one was taken after all, this pays twice.\n");
      sum.say(reply.jobs);
    });
    if (!outcome) return say(outcome.error());
    if (outcome->reply.error) return say(*outcome->reply.error);
    int code = 0;
    for (const auto& failure : outcome->reply.failures) {
      std::fprintf(stderr, "%s\n", on_one_line(failure_line(failure.subject, failure.error.message)).c_str());
      code = 1;
      if (const auto id = parse_id<JobTag>(failure.subject)) {
        read([&](Ledger& ledger) -> Result<int> {
          STUDIO_TRY(const auto job, ledger.job(*id));
          if (job) say_how_to_settle(*job);
          return 0;
        });
      }
    }
    if (outcome->reply.skipped > 0 && std::holds_alternative<RemakeAssetsCommand>(command)) {
      std::fprintf(stderr, "Left out, as there is nothing to make: %d of %d (current, under way, or there is a newer one).\n", outcome->reply.skipped, outcome->reply.selected);
    } else if (outcome->reply.skipped > 0) {
      std::fprintf(stderr, "%d of %d have such a video or await it and are left out; --another makes a further take.\n",
                   outcome->reply.skipped, outcome->reply.selected);
    }
    if (wait) return report_wait(outcome->wait, outcome->reply.jobs, code);
    int queued = 0;
    const int printed = read([&](Ledger& ledger) -> Result<int> {
      for (const AssetId id : outcome->reply.assets) {
        STUDIO_TRY(const auto asset, ledger.asset(id));
        if (asset) writer_.asset(*asset);
      }
      for (const JobId id : outcome->reply.jobs) {
        STUDIO_TRY(const auto job, ledger.job(id));
        if (!job) continue;
        STUDIO_CHECK(write_job(ledger, *job));
        queued += is_terminal(job->state) ? 0 : 1;
      }
      return 0;
    });
    if (may_wait && queued > 0) std::fprintf(stderr, "%d queued; `run` or an open window does the work.\n", queued);
    return std::max(code, printed);
  }

  static Result<std::optional<Asset>> asset_of(Ledger& ledger, const Job& job) {
    if (!job.asset.valid()) return std::optional<Asset>{};
    return ledger.asset(job.asset);
  }

  Result<void> write_job(Ledger& ledger, const Job& job) {
    STUDIO_TRY(const auto asset, asset_of(ledger, job));
    writer_.job(job, cost_of(ledger, job), asset);
    return {};
  }

  static void say_how_to_settle(const Job& job) {
    if (job.state != JobState::Unknown) return;
    const std::string id = to_string(job.id);
    std::fprintf(stderr, "%s: settle it with `retry %s --link ID`, `retry %s --resubmit` or `retry %s --write-off`.\n", id.c_str(), id.c_str(), id.c_str(), id.c_str());
  }

  // One line per asset, in variation order; what has none is named on stderr.
  int report_wait(const ReplyIds& waited, const std::vector<JobId>& asked, int code) {
    if (waited.error) code = std::max(code, say(*waited.error));
    const std::vector<JobId>& jobs = asked.empty() ? waited.jobs : asked;
    const int printed = read([&](Ledger& ledger) -> Result<int> {
      for (const JobId id : jobs) {
        STUDIO_TRY(const auto job, ledger.job(id));
        if (!job) continue;
        if (job->asset.valid()) {
          STUDIO_TRY(const auto asset, ledger.asset(job->asset));
          if (asset) writer_.asset(*asset);
        }
        if (job->state != JobState::Done) {
          std::fprintf(stderr, "%s: %s%s%s\n", to_string(id).c_str(), to_string(job->state).data(), job->reason.empty() ? "" : ": ", on_one_line(job->reason).c_str());
          say_how_to_settle(*job);
          code = 1;
        }
      }
      return 0;
    });
    if (code != 0) say_queue();  // it may be why
    return std::max(code, printed);
  }

  const CliOptions& options_;
  LineWriter writer_;
};

}  // namespace

int run_verb(const CliOptions& options) {
  Verb verb(options);
  int code = 2;
  if (options.verb == "new") code = verb.create();
  else if (options.verb == "import") code = verb.import();
  else if (options.verb == "generate") code = verb.generate();
  else if (options.verb == "animate") code = verb.animate();
  else if (options.verb == "remake") code = verb.remake();
  else if (options.verb == "mark") code = verb.mark();
  else if (options.verb == "list") code = verb.list();
  else if (options.verb == "show") code = verb.show();
  else if (options.verb == "jobs") code = verb.jobs();
  else if (options.verb == "run") code = verb.run();
  else if (options.verb == "pause" || options.verb == "drain" || options.verb == "resume") code = verb.pause();
  else if (options.verb == "edit") code = verb.edit();
  else if (options.verb == "again") code = verb.again();
  else if (options.verb == "cancel") code = verb.cancel();
  else if (options.verb == "retry") code = verb.retry();
  else if (options.verb == "export") code = verb.export_files();
  else if (options.verb == "models") code = verb.models();
  else if (options.verb == "costs") code = verb.costs();
  // A full disk or a closed pipe behind stdout must not pass for success.
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    std::fprintf(stderr, "The results could not be written to the output.\n");
    return code == 0 ? 1 : code;
  }
  return code;
}

}  // namespace studio
