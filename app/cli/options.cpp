#include "cli/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <utility>
#include <vector>

namespace studio {
namespace {

// Every verb but the lists of what the program knows works on a project.
void project_options(CLI::App* verb, CliOptions& options, bool needs_project = true) {
  auto* project = verb->add_option("--project", options.project, "The project's folder");
  if (needs_project) project->required();
  verb->add_flag("--json", options.json, "One JSON object a line");
}

void add_verbs(CLI::App& app, CliOptions& o) {
  const auto verb = [&](const char* name, const char* what) { return app.add_subcommand(name, what); };

  auto* make = verb("new", "Make a project in an empty or new folder");
  project_options(make, o);

  auto* import = verb("import", "Bring in pictures and clips; folders are searched");
  project_options(import, o);
  import->add_option("PATH", o.names, "Files or folders")->required();
  import->add_option("--version-of", o.version_of, "The file is an edited version of this asset, for instance a3")->type_name("ASSET");

  auto* generate = verb("generate", "Make 1 to 10 variations of a prompt, or one picture by a recipe");
  project_options(generate, o);
  auto* prompt = generate->add_option("--prompt", o.prompt, "What the picture shows");
  auto* count = generate->add_option("--count", o.count, "How many variations, 1 to 10");
  auto* aspect = generate->add_option("--aspect", o.aspect, "9:16, 16:9, 1:1, 4:3, 3:4, another ratio, or WIDTHxHEIGHT");
  auto* model = generate->add_option("--model", o.model, "Which model; see the verb models");
  auto* seed = generate->add_option("--seed", o.seed, "A number; the same seed and words make the same picture");
  auto* strategy = generate->add_option("--strategy", o.strategy, "camera, light, mood, composition, mixed, seed or off");
  auto* recipe = generate->add_option("--recipe", o.recipe, "FILE#ID: the recipe of an asset in an exported manifest");
  for (auto* other : {prompt, count, aspect, model, seed, strategy}) recipe->excludes(other);
  generate->add_flag("--wait", o.wait, "Do the work now and wait for it");

  auto* animate = verb("animate", "Make a video of each picture, all at the same time");
  project_options(animate, o);
  animate->add_option("ASSET", o.names, "Pictures, for instance a3 a7");
  animate->add_flag("--picked", o.picked, "All picked pictures");
  animate->add_option("--model", o.model, "Which video model");
  animate->add_option("--seconds", o.seconds, "How long");
  animate->add_option("--prompt", o.prompt, "How it moves; without it the picture's own prompt");
  animate->add_flag("--another", o.another, "A further take where there is one already");
  animate->add_flag("--wait", o.wait, "Do the work now and wait for it");

  auto* remake = verb("remake", "Make assets again in their place: videos whose picture has a newer version, and what lost its file");
  project_options(remake, o);
  remake->add_option("ASSET", o.names, "Assets, for instance a3 a7; see the verb list")->required();
  remake->add_flag("--wait", o.wait, "Do the work now and wait for it");

  auto* mark = verb("mark", "Pick, reject or rate assets");
  project_options(mark, o);
  mark->add_option("ASSET", o.names, "Assets, for instance a3 a7")->required();
  auto* pick = mark->add_flag("--pick", o.pick, "Keep them");
  auto* reject = mark->add_flag("--reject", o.reject, "Reject them");
  auto* clear = mark->add_flag("--clear", o.clear, "Neither picked nor rejected");
  pick->excludes(reject)->excludes(clear);
  reject->excludes(clear);
  auto* stars = mark->add_option("--stars", o.stars, "0 to 5");
  auto* version_of = mark->add_option("--version-of", o.version_of, "One is an edited version of this asset, for instance a3; none: it is none any more")->type_name("ASSET");
  version_of->excludes(pick)->excludes(reject)->excludes(clear)->excludes(stars);

  auto* list = verb("list", "The assets of the project");
  project_options(list, o);
  list->add_option("--state", o.states, "done, missing, quarantined, or stale: a newer version is there");
  list->add_option("--kind", o.kind, "image or video");

  auto* show = verb("show", "Everything about one asset or job");
  project_options(show, o);
  show->add_option("ID", o.names, "An asset (a3) or a job (j5)")->required()->expected(1);

  auto* jobs = verb("jobs", "The jobs of the project and their states");
  project_options(jobs, o);
  jobs->add_option("JOB", o.names, "The jobs meant by --move, --priority or --dismiss, for instance j5 j6");
  jobs->add_option("--state", o.states, "waiting, queued, preparing, sending, unknown, running, fetching, done, failed, …");
  auto* move = jobs->add_option("--move", o.move, "first, last or before:j9: where the named ones go in line")->type_name("PLACE");
  auto* priority = jobs->add_option("--priority", o.priority, "high, normal or low, for the named ones");
  auto* dismiss = jobs->add_flag("--dismiss", o.dismiss, "The named ones failed, and you let them be");
  auto* needs = jobs->add_flag("--needs", o.needs, "What needs you, one line per cause with the ways on");
  for (auto* other : {move, priority, dismiss}) needs->excludes(other);
  move->excludes(priority)->excludes(dismiss);
  priority->excludes(dismiss);

  auto* run = verb("run", "Drain the queue: do all the work that can be done without a person");
  project_options(run, o);

  project_options(verb("pause", "Send nothing new; what is on its way goes on"), o);
  auto* drain = verb("drain", "Begin nothing new, finish what is on its way, then pause");
  project_options(drain, o);
  drain->add_flag("--wait", o.wait, "Do that now, and wait until it is done");
  auto* resume = verb("resume", "Go on after a pause, or after a run that ended in the middle");
  project_options(resume, o);
  resume->add_option("--after-crash", o.after_crash, "ask: what waits is held until you say go on (so it is at first); go: it is not")->type_name("WHAT");

  auto* edit = verb("edit", "Give a waiting job another recipe; its price is worked out anew");
  project_options(edit, o);
  edit->add_option("JOB", o.names, "A job of which nothing was sent, for instance j5")->required()->expected(1);
  edit->add_option("--prompt", o.prompt, "What it shows");
  edit->add_option("--negative-prompt", o.negative_prompt, "What it shall not show, where the model takes that");
  edit->add_option("--model", o.model, "Which model; see the verb models");
  edit->add_option("--seed", o.seed, "A number");
  edit->add_option("--size", o.size, "WIDTHxHEIGHT, or a shape such as 16:9");
  edit->add_option("--seconds", o.clip_seconds, "How long, of a video");

  auto* again = verb("again", "The same once more with another model: new jobs. Without --model: which there are, and what each costs");
  project_options(again, o);
  again->add_option("JOB", o.names, "Jobs, for instance j5")->required();
  again->add_option("--model", o.model, "Which model");
  again->add_flag("--wait", o.wait, "Do the work now and wait for it");

  auto* cancel = verb("cancel", "Cancel jobs");
  project_options(cancel, o);
  cancel->add_option("JOB", o.names, "Jobs, for instance j5");
  cancel->add_flag("--all", o.all, "All that are not over");
  cancel->add_option("--generation", o.generation, "All of one request that are not over, for instance g3")->type_name("ID");

  auto* retry = verb("retry", "Try failed jobs again, or settle one that may have been charged");
  project_options(retry, o);
  retry->add_option("JOB", o.names, "Jobs, for instance j5");
  retry->add_flag("--all,--failed", o.all, "All that failed; with --charged all of which it is not known");
  retry->add_option("--generation", o.generation, "All of one request that failed, for instance g3")->type_name("ID");
  auto* resubmit = retry->add_flag("--resubmit", o.resubmit, "Send an unknown one again; it may be paid twice");
  auto* write_off = retry->add_flag("--write-off", o.write_off, "Give an unknown one up; its sum counts as spent");
  resubmit->excludes(write_off);
  auto* link = retry->add_option("--link", o.link, "The id that the service gave an unknown one: it goes on with that")->type_name("ID");
  link->excludes(resubmit)->excludes(write_off);
  auto* charged = retry->add_option("--charged", o.charged, "What was charged for what ended without a word on it: all, none, or a sum; nothing is made again")->type_name("SUM");
  charged->excludes(resubmit)->excludes(write_off)->excludes(link);
  retry->add_flag("--wait", o.wait, "Do the work now and wait for it");

  auto* export_verb = verb("export", "Copy assets under readable names into a folder, with a manifest");
  project_options(export_verb, o);
  export_verb->add_option("ASSET", o.names, "Assets; without any, all that are not rejected");
  export_verb->add_flag("--picked", o.picked, "The picked ones and every video made from them");
  export_verb->add_option("--to", o.to, "The folder")->required();
  export_verb->add_option("--name", o.name_template, "{project} {prompt} {seed} {model} {n} {date} {id}");

  project_options(verb("models", "The models, what they make and what they cost; with --project, what is allowed in it"), o, false);
  auto* costs = verb("costs", "What was spent and what is reserved, and the caps on it");
  project_options(costs, o);
  costs->add_option("--cap-run", o.cap_run, "At most this for one generation, such as 2.50; none takes it away")->type_name("AMOUNT");
  costs->add_option("--cap-day", o.cap_day, "At most this a day")->type_name("AMOUNT");
  costs->add_option("--cap-project", o.cap_project, "At most this in the project")->type_name("AMOUNT");
  costs->add_option("--cap-minute", o.cap_minute, "At most this within a minute; then everything stops until --go-on")->type_name("AMOUNT");
  costs->add_flag("--go-on", o.go_on, "After --cap-minute has stopped everything: go on");
  costs->add_option("--allow", o.allow, "MODEL=AMOUNT: use a model whose price is not known; one job of it counts as so much")->type_name("MODEL=AMOUNT");
  costs->add_option("--disallow", o.disallow, "Use it no more")->type_name("MODEL");
  costs->add_flag("--play", o.play, "The caps are on play money, not on real money");
  verb("sandbox", "The built-in provider as a server: sandbox serve, sandbox bill");
  verb("simulate", "A real service's double for tests, as a server: simulate fal, simulate fal bill");
}

// --- what the parser says, as one sentence that helps

// The options and arguments of the verb that the words name, in the order in which they are named.
std::vector<const CLI::Option*> options_named(const CLI::App& verb, const std::string& words) {
  std::vector<std::pair<std::size_t, const CLI::Option*>> found;
  const auto is_part = [](char c) { return c == '-' || std::isalnum(static_cast<unsigned char>(c)) != 0; };
  for (const CLI::Option* option : verb.get_options()) {
    const std::string name = option->get_name();
    for (std::size_t at = words.find(name); at != std::string::npos; at = words.find(name, at + 1)) {
      const std::size_t end = at + name.size();
      if ((at > 0 && is_part(words[at - 1])) || (end < words.size() && is_part(words[end]))) continue;
      found.emplace_back(at, option);
      break;
    }
  }
  std::sort(found.begin(), found.end());
  std::vector<const CLI::Option*> options;
  for (const auto& [at, option] : found) options.push_back(option);
  return options;
}

// "--count (How many variations, 1 to 10)", as in the verb's help.
std::string told(const CLI::Option& option) { return option.get_name() + " (" + option.get_description() + ")"; }

std::string after(const std::string& words, std::string_view sign) {
  const auto at = words.find(sign);
  return at == std::string::npos ? words : words.substr(at + sign.size());
}

std::string usage_sentence(const CLI::App& verb, const CLI::ParseError& error) {
  const std::string words = error.what();
  const auto named = options_named(verb, words);
  const std::string first = named.empty() ? "" : told(*named.front());
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) return verb.get_name() + " does not know: " + after(words, ": ");
  if (named.empty()) return words;
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) return verb.get_name() + " needs " + first;
  if (dynamic_cast<const CLI::ConversionError*>(&error) != nullptr) {
    const bool is_flag = named.front()->get_expected_max() == 0;
    return is_flag ? first + " takes no value" : "\"" + after(words, " = ") + "\" is no number that fits: give one to " + first;
  }
  if (dynamic_cast<const CLI::ExcludesError*>(&error) != nullptr && named.size() > 1) {
    return named[0]->get_name() + " and " + named[1]->get_name() + " do not go together: leave one of them out";
  }
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
    return (words.find("At Most") != std::string::npos ? "Too many values: give one to " : "A value is missing after ") + first;
  }
  return words;
}

}  // namespace

tl::expected<CliOptions, CliStop> parse_command_line(const std::vector<std::string>& arguments) {
  CliOptions options;
  CLI::App app("Production Studio without a window: from a prompt to pictures, videos and an export.", "./studio --headless");
  app.require_subcommand(1);
  app.get_formatter()->label("SUBCOMMAND", "VERB");
  add_verbs(app, options);
  if (!arguments.empty() && !arguments.front().starts_with('-')) {
    std::string verbs;
    bool is_known = false;
    for (const auto* verb : app.get_subcommands({})) {
      is_known = is_known || verb->get_name() == arguments.front();
      verbs += (verbs.empty() ? "" : ", ") + verb->get_name();
    }
    if (!is_known) return tl::unexpected(CliStop{2, "Unknown verb \"" + arguments.front() + "\": choose one of " + verbs + "."});
  }
  try {
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());  // as CLI11 wants them
    app.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    const auto chosen = app.get_subcommands();
    return tl::unexpected(CliStop{0, chosen.empty() ? app.help() : chosen.front()->help()});
  } catch (const CLI::ParseError& error) {
    if (arguments.empty()) return tl::unexpected(CliStop{2, "Say what to do: ./studio --headless VERB …; --help lists the verbs."});
    const auto chosen = app.get_subcommands();
    const std::string verb = chosen.empty() ? "" : chosen.front()->get_name() + " ";
    const std::string sentence = chosen.empty() ? error.what() : usage_sentence(*chosen.front(), error);
    return tl::unexpected(CliStop{2, sentence + ". See ./studio --headless " + verb + "--help."});
  }
  const auto* verb = app.get_subcommands().front();
  options.verb = verb->get_name();
  const auto nameless = [&](const char* what) {
    return tl::unexpected(CliStop{2, std::string(what) + " is empty: name it. See ./studio --headless " + options.verb + " --help."});
  };
  if (const auto* project = verb->get_option_no_throw("--project"); project != nullptr && project->count() > 0 && options.project.empty()) {
    return nameless("The project's folder");
  }
  if (options.to && options.to->empty()) return nameless("The folder to export to");
  if (std::find(options.names.begin(), options.names.end(), "") != options.names.end()) return nameless("One of the names");
  return options;
}

}  // namespace studio
