#include <nlohmann/json.hpp>

#include "base/text.h"
#include "engine/command.h"

namespace studio {
namespace {

using Json = nlohmann::json;

template <class Tag>
Json ids_json(const std::vector<Id<Tag>>& ids) {
  Json list = Json::array();
  for (const auto id : ids) list.push_back(to_string(id));
  return list;
}

template <class Tag>
std::vector<Id<Tag>> ids_from(const Json& list) {
  std::vector<Id<Tag>> ids;
  if (!list.is_array()) throw std::invalid_argument("ids");
  for (const auto& text : list) {
    const auto id = parse_id<Tag>(text.template get<std::string>());
    if (!id) throw std::invalid_argument("id");
    ids.push_back(*id);
  }
  return ids;
}

// A file's name is bytes; what is no UTF-8 goes as numbers, or another file would be meant.
Json path_json(const std::string& path) {
  if (is_valid_utf8(path)) return path;
  return {{"bytes", std::vector<std::uint8_t>(path.begin(), path.end())}};
}

std::string path_from(const Json& json) {
  if (json.is_string()) return json.get<std::string>();
  const auto bytes = json.at("bytes").get<std::vector<std::uint8_t>>();
  return {bytes.begin(), bytes.end()};
}

Json error_json(const Error& error) {
  return {{"kind", static_cast<int>(error.kind)}, {"message", error.message}, {"detail", error.detail}};
}

Error error_from(const Json& json) {
  const int kind = json.at("kind").get<int>();
  return {kind >= 0 && kind <= static_cast<int>(ErrorKind::Bug) ? static_cast<ErrorKind>(kind) : ErrorKind::Bug,
          json.at("message").get<std::string>(), json.value("detail", std::string()), 0};
}

Json of_generation(Json json, const std::optional<GenerationId>& generation) {
  if (generation) json["generation"] = to_string(*generation);
  return json;
}

template <class Tag>
Id<Tag> id_from(const Json& json) {
  const auto id = parse_id<Tag>(json.get<std::string>());
  if (!id) throw std::invalid_argument("id");
  return *id;
}

std::optional<GenerationId> generation_from(const Json& json) {
  if (!json.contains("generation")) return std::nullopt;
  return id_from<GenerationTag>(json.at("generation"));
}

Recipe recipe_from(const Json& json) {
  auto recipe = recipe_from_json(json.get<std::string>());
  if (!recipe) throw std::invalid_argument("recipe");
  return std::move(*recipe);
}

struct ToJson {
  Json operator()(const GenerateCommand& c) const {
    Json json = {{"do", "generate"}, {"prompt", c.prompt}, {"count", c.count}, {"strategy", to_string(c.strategy)},
                 {"model", c.model}, {"width", c.size.width}, {"height", c.size.height}};
    if (c.seed) json["seed"] = *c.seed;
    if (!c.prompts.empty()) json["prompts"] = c.prompts;
    if (!c.negative_prompt.empty()) json["negative_prompt"] = c.negative_prompt;
    return json;
  }
  Json operator()(const RemakeCommand& c) const {
    return {{"do", "remake"}, {"recipe", recipe_to_json(c.recipe)}, {"parents", ids_json(c.parents)}};
  }
  Json operator()(const VersionCommand& c) const {
    Json json = {{"do", "version"}, {"asset", to_string(c.asset)}, {"linked", c.linked}};
    if (c.earlier.valid()) json["earlier"] = to_string(c.earlier);
    return json;
  }
  Json operator()(const RemakeAssetsCommand& c) const { return {{"do", "remake_assets"}, {"assets", ids_json(c.assets)}}; }
  Json operator()(const AnimateCommand& c) const {
    Json json = {{"do", "animate"}, {"assets", ids_json(c.assets)}, {"picked", c.picked}, {"model", c.model},
                 {"seconds", c.seconds}, {"another", c.another}};
    if (c.prompt) json["prompt"] = *c.prompt;
    return json;
  }
  Json operator()(const MarkCommand& c) const {
    Json json = {{"do", "mark"}, {"assets", ids_json(c.assets)}};
    if (c.mark) json["mark"] = to_string(*c.mark);
    if (c.stars) json["stars"] = *c.stars;
    return json;
  }
  Json operator()(const SetMarksCommand& c) const {
    Json marks = Json::array();
    for (const auto& wanted : c.marks) marks.push_back({to_string(wanted.asset), to_string(wanted.mark), wanted.stars});
    return {{"do", "set_marks"}, {"marks", std::move(marks)}};
  }
  Json operator()(const TrashCommand& c) const { return {{"do", "trash"}, {"assets", ids_json(c.assets)}, {"restore", c.restore}}; }
  Json operator()(const EmptyTrashCommand&) const { return {{"do", "empty_trash"}}; }
  Json operator()(const PauseCommand& c) const { return {{"do", "pause"}, {"paused", c.paused}, {"drain", c.drain}}; }
  Json operator()(const ReleaseHoldCommand&) const { return {{"do", "release_hold"}}; }
  Json operator()(const HoldAfterCrashCommand& c) const { return {{"do", "hold_after_crash"}, {"hold", c.hold}}; }
  Json operator()(const ImportCommand& c) const {
    Json paths = Json::array();
    for (const std::string& path : c.paths) paths.push_back(path_json(path));
    if (!c.version_of.valid()) return {{"do", "import"}, {"paths", std::move(paths)}};
    // By a name of its own: an owner that does not know it must not import the file for itself.
    return {{"do", "import_version"}, {"paths", std::move(paths)}, {"version_of", to_string(c.version_of)}};
  }
  Json operator()(const CancelCommand& c) const { return of_generation({{"do", "cancel"}, {"jobs", ids_json(c.jobs)}}, c.generation); }
  Json operator()(const RetryCommand& c) const {
    static constexpr const char* names[] = {"again", "resubmit", "write_off", "link", "charged"};
    Json json = of_generation({{"do", "retry"}, {"jobs", ids_json(c.jobs)}, {"how", names[static_cast<int>(c.how)]}, {"remote_id", c.remote_id}}, c.generation);
    if (c.charged) json["charged"] = c.charged->micros;
    return json;
  }
  Json operator()(const MoveJobsCommand& c) const {
    Json json = {{"do", "move_jobs"}, {"jobs", ids_json(c.jobs)}, {"to", to_string(c.to)}};
    if (c.to == MoveTo::Before) json["before"] = to_string(c.before);
    return json;
  }
  Json operator()(const PriorityCommand& c) const {
    return {{"do", "priority"}, {"jobs", ids_json(c.jobs)}, {"priority", to_string(c.priority)}};
  }
  Json operator()(const EditJobCommand& c) const { return {{"do", "edit_job"}, {"job", to_string(c.job)}, {"recipe", recipe_to_json(c.recipe)}}; }
  Json operator()(const AgainCommand& c) const { return {{"do", "again"}, {"jobs", ids_json(c.jobs)}, {"model", c.model}}; }
  Json operator()(const DismissCommand& c) const { return {{"do", "dismiss"}, {"jobs", ids_json(c.jobs)}}; }
  Json operator()(const BudgetsCommand& c) const { return {{"do", "budgets"}, {"budgets", budgets_to_json(c.budgets)}}; }
  Json operator()(const GoOnCommand&) const { return {{"do", "go_on"}}; }
  Json operator()(const AllowModelCommand& c) const {
    Json json = {{"do", "allow_model"}, {"model", c.model}};
    if (c.each) json["each"] = c.each->micros;
    return json;
  }
  Json operator()(const WaitCommand& c) const {
    return {{"do", "wait"}, {"jobs", ids_json(c.jobs)}, {"release_hold", c.release_hold}};
  }
};

Command parse_command(const Json& json) {
  const std::string what = json.at("do").get<std::string>();
  if (what == "generate") {
    GenerateCommand c;
    c.prompt = json.at("prompt").get<std::string>();
    c.count = json.at("count").get<int>();
    const auto strategy = strategy_from(json.at("strategy").get<std::string>());
    if (!strategy) throw std::invalid_argument("strategy");
    c.strategy = *strategy;
    c.model = json.at("model").get<std::string>();
    c.size = {json.at("width").get<int>(), json.at("height").get<int>()};
    if (json.contains("seed")) c.seed = json.at("seed").get<std::int64_t>();
    if (json.contains("prompts")) c.prompts = json.at("prompts").get<std::vector<std::string>>();
    c.negative_prompt = json.value("negative_prompt", std::string());
    return c;
  }
  if (what == "remake") {
    return RemakeCommand{recipe_from(json.at("recipe")), json.contains("parents") ? ids_from<AssetTag>(json.at("parents")) : std::vector<AssetId>{}};
  }
  if (what == "version") {
    return VersionCommand{id_from<AssetTag>(json.at("asset")), json.contains("earlier") ? id_from<AssetTag>(json.at("earlier")) : AssetId{},
                          json.at("linked").get<bool>()};
  }
  if (what == "remake_assets") return RemakeAssetsCommand{ids_from<AssetTag>(json.at("assets"))};
  if (what == "animate") {
    AnimateCommand c;
    c.assets = ids_from<AssetTag>(json.at("assets"));
    c.picked = json.at("picked").get<bool>();
    c.model = json.at("model").get<std::string>();
    c.seconds = json.at("seconds").get<double>();
    c.another = json.at("another").get<bool>();
    if (json.contains("prompt")) c.prompt = json.at("prompt").get<std::string>();
    return c;
  }
  if (what == "mark") {
    MarkCommand c;
    c.assets = ids_from<AssetTag>(json.at("assets"));
    if (json.contains("mark")) {
      c.mark = mark_from(json.at("mark").get<std::string>());
      if (!c.mark) throw std::invalid_argument("mark");
    }
    if (json.contains("stars")) c.stars = json.at("stars").get<int>();
    return c;
  }
  if (what == "set_marks") {
    SetMarksCommand c;
    for (const auto& wanted : json.at("marks")) {
      const auto id = parse_id<AssetTag>(wanted.at(0).get<std::string>());
      const auto mark = mark_from(wanted.at(1).get<std::string>());
      if (!id || !mark) throw std::invalid_argument("marks");
      c.marks.push_back({*id, *mark, wanted.at(2).get<int>()});
    }
    return c;
  }
  if (what == "trash") return TrashCommand{ids_from<AssetTag>(json.at("assets")), json.at("restore").get<bool>()};
  if (what == "empty_trash") return EmptyTrashCommand{};
  if (what == "pause") return PauseCommand{json.at("paused").get<bool>(), json.value("drain", false)};
  if (what == "release_hold") return ReleaseHoldCommand{};
  if (what == "hold_after_crash") return HoldAfterCrashCommand{json.at("hold").get<bool>()};
  if (what == "import" || what == "import_version") {
    ImportCommand c;
    for (const auto& path : json.at("paths")) c.paths.push_back(path_from(path));
    if (what == "import_version") c.version_of = id_from<AssetTag>(json.at("version_of"));
    return c;
  }
  if (what == "cancel") return CancelCommand{ids_from<JobTag>(json.at("jobs")), generation_from(json)};
  if (what == "retry") {
    RetryCommand c{ids_from<JobTag>(json.at("jobs")), RetryHow::Again, json.value("remote_id", std::string()), generation_from(json)};
    const std::string how = json.at("how").get<std::string>();
    if (how == "resubmit") c.how = RetryHow::Resubmit;
    else if (how == "write_off") c.how = RetryHow::WriteOff;
    else if (how == "link") c.how = RetryHow::Link;
    else if (how == "charged") c.how = RetryHow::Charged;
    else if (how != "again") throw std::invalid_argument("how");
    if (json.contains("charged")) c.charged = Money{json.at("charged").get<std::int64_t>()};
    return c;
  }
  if (what == "move_jobs") {
    MoveJobsCommand c{ids_from<JobTag>(json.at("jobs"))};
    const auto to = move_to_from(json.at("to").get<std::string>());
    if (!to) throw std::invalid_argument("to");
    c.to = *to;
    if (c.to == MoveTo::Before) c.before = id_from<JobTag>(json.at("before"));
    return c;
  }
  if (what == "priority") {
    const auto priority = priority_from(json.at("priority").get<std::string>());
    if (!priority) throw std::invalid_argument("priority");
    return PriorityCommand{ids_from<JobTag>(json.at("jobs")), *priority};
  }
  if (what == "edit_job") return EditJobCommand{id_from<JobTag>(json.at("job")), recipe_from(json.at("recipe"))};
  if (what == "again") return AgainCommand{ids_from<JobTag>(json.at("jobs")), json.at("model").get<std::string>()};
  if (what == "dismiss") return DismissCommand{ids_from<JobTag>(json.at("jobs"))};
  if (what == "budgets") {
    auto budgets = budgets_from_json(json.at("budgets").get<std::string>());
    if (!budgets) throw std::invalid_argument("budgets");
    return BudgetsCommand{*budgets};
  }
  if (what == "go_on") return GoOnCommand{};
  if (what == "allow_model") {
    AllowModelCommand c{json.at("model").get<std::string>(), {}};
    if (json.contains("each")) c.each = Money{json.at("each").get<std::int64_t>()};
    return c;
  }
  if (what == "wait") return WaitCommand{ids_from<JobTag>(json.at("jobs")), json.value("release_hold", false)};
  throw std::invalid_argument(what);
}

}  // namespace

std::string command_to_json(const Command& command) {
  return std::visit(ToJson{}, command).dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<Command> command_from_json(std::string_view text) {
  try {
    return parse_command(Json::parse(text));
  } catch (const std::exception& error) {
    return fail(ErrorKind::BadRequest, "The other program asked for something this version does not know: update both.", error.what());
  }
}

std::string reply_to_json(const CommandReply& reply) {
  Json json;
  if (reply.error) json["error"] = error_json(*reply.error);
  std::vector<JobId> jobs;
  for (const auto& job : reply.jobs) jobs.push_back(job.id);
  std::vector<AssetId> assets;
  for (const auto& asset : reply.assets) assets.push_back(asset.id);
  json["jobs"] = ids_json(jobs);
  json["assets"] = ids_json(assets);
  json["failures"] = Json::array();
  for (const auto& failure : reply.failures) json["failures"].push_back({{"subject", failure.subject}, {"error", error_json(failure.error)}});
  std::vector<JobId> need_person;
  for (const auto& job : reply.need_person) need_person.push_back(job.id);
  json["need_person"] = ids_json(need_person);
  json["skipped"] = reply.skipped;
  json["selected"] = reply.selected;
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string progress_to_json(const CommandProgress& progress) {
  return Json{{"progress", {{"done", progress.done}, {"total", progress.total}, {"eta_secs", progress.eta_secs}, {"asked_about", progress.asked_about}}}}.dump();
}

std::optional<CommandProgress> progress_from_json(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("progress")) return std::nullopt;
  try {
    const Json& progress = json.at("progress");
    return CommandProgress{progress.at("done").get<int>(), progress.at("total").get<int>(), progress.at("eta_secs").get<double>(),
                           progress.value("asked_about", 0)};
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

Result<ReplyIds> reply_from_json(std::string_view text) {
  try {
    const Json json = Json::parse(text);
    ReplyIds reply;
    if (json.contains("error")) reply.error = error_from(json.at("error"));
    reply.jobs = ids_from<JobTag>(json.at("jobs"));
    reply.assets = ids_from<AssetTag>(json.at("assets"));
    for (const auto& failure : json.at("failures")) {
      reply.failures.push_back({failure.at("subject").get<std::string>(), error_from(failure.at("error"))});
    }
    reply.need_person = ids_from<JobTag>(json.at("need_person"));
    reply.skipped = json.at("skipped").get<int>();
    reply.selected = json.at("selected").get<int>();
    return reply;
  } catch (const std::exception& error) {
    return fail(ErrorKind::Damaged, "The program that owns the project answered something else than expected: update both.", error.what());
  }
}

}  // namespace studio
