// How each command is checked and carried out. Every function here runs on the thread that ticks the Studio.
#include <algorithm>
#include <cmath>
#include <unordered_set>
#include <utility>

#include "base/hash.h"
#include "base/random.h"
#include "base/text.h"
#include "engine/again.h"
#include "engine/studio_parts.h"
#include "engine/versions.h"
#include "jobs/spending.h"

namespace studio {
namespace {

std::int64_t drawn_seed() {
  return static_cast<std::int64_t>(mix64(stable_hash(random_hex_128())) % static_cast<std::uint64_t>(max_seed));
}

bool is_tried_and_over(JobState state) {
  return state == JobState::Failed || state == JobState::Refused || state == JobState::Cancelled || state == JobState::Expired ||
         state == JobState::Quarantined;
}

// Where some can be made, what cannot is named beside them; where nothing can be, that is a refusal.
void answer(const Studio::Done& done, CommandReply reply) {
  if (!reply.jobs.empty() || reply.skipped > 0 || reply.failures.empty()) {
    if (done) done(reply);
    return;
  }
  Error error = reply.failures.front().error;
  if (reply.failures.size() > 1) error.message = "None of these " + std::to_string(reply.failures.size()) + " can be made. " + error.message;
  refuse(done, std::move(error));
}

}  // namespace

void Studio::Parts::run(Command command, Studio::Done done, Studio::OnProgress progress) {
  if (auto* c = std::get_if<ImportCommand>(&command)) return import(*c, std::move(done), std::move(progress));
  if (auto* c = std::get_if<WaitCommand>(&command)) {
    if (!c->release_hold) return wait(*c, std::move(done), std::move(progress));
    return carry_out(ReleaseHoldCommand{}, [this, wanted = *c, done = std::move(done), progress = std::move(progress)](const CommandReply& released) {
      if (released.error) return refuse(done, *released.error);
      wait(wanted, done, progress);
    });
  }
  std::visit(
      [&](const auto& c) {
        if constexpr (requires { carry_out(c, done); }) carry_out(c, std::move(done));
      },
      command);
}

void Studio::Parts::admit(Admission admission, CommandReply reply, Studio::Done done, std::vector<std::string> takes) {
  // All of it was skipped or left out: that is an answer, not a request.
  if (admission.items.empty()) return answer(done, std::move(reply));
  admission.generation.count = static_cast<int>(admission.items.size());
  // Until the library shows them, these are known here: a second wish for the same may come within the same tick.
  takes_under_way.insert(takes.begin(), takes.end());
  runner->admit(std::move(admission), [this, reply = std::move(reply), done, takes = std::move(takes)](Result<Admitted> admitted) {
    post([this, reply, done, takes, admitted = std::move(admitted)]() mutable {
      for (const std::string& take : takes) takes_under_way.erase(takes_under_way.find(take));
      if (!admitted) return refuse(done, admitted.error());
      if (admitted->generation.id.valid()) library.fold(admitted->generation);  // the tiles are there before anything is sent
      for (const Job& job : admitted->jobs) {
        if (library.row_of(job.id) == no_row) library.fold(job);
      }
      reply.jobs = admitted->jobs;
      for (const auto& left_out : admitted->left_out) reply.failures.push_back({to_string(left_out.picture), left_out.error});
      answer(done, std::move(reply));
    });
  });
}

void Studio::Parts::carry_out(const GenerateCommand& command, Studio::Done done) {
  if (command.count < 1 || command.count > max_variations) {
    return refuse(done, bad("The number of variations must be 1 to 10, not " + std::to_string(command.count) + "."));
  }
  const ModelInfo* model = shared.providers->find_model(command.model);
  if (model == nullptr) return refuse(done, shared.providers->unknown_model(command.model));
  if (model->kind != MediaKind::Image) return refuse(done, bad(model->label + " makes videos from pictures: use animate, or choose an image model."));
  const std::int64_t seed = command.seed.value_or(drawn_seed());
  Admission admission;
  admission.generation.prompt = command.prompt;
  admission.generation.strategy = to_string(command.strategy);
  admission.generation.kind = MediaKind::Image;
  if (!command.prompts.empty() && static_cast<int>(command.prompts.size()) != command.count) {
    return refuse(done, bad("There must be one prompt for each of the " + std::to_string(command.count) + " variations."));
  }
  if (!command.negative_prompt.empty() && !model->has_negative_prompt) {
    return refuse(done, bad(model->label + " knows no negative prompt: leave it empty, or choose another model."));
  }
  auto variations = make_variations(command.prompt, command.count, command.strategy, seed, *shared.variations);
  for (std::size_t i = 0; i < command.prompts.size() && i < variations.size(); ++i) variations[i].prompt = command.prompts[i];
  for (auto& variation : variations) {
    Recipe recipe;
    recipe.kind = MediaKind::Image;
    recipe.provider = model->provider;
    recipe.model = model->id;
    recipe.prompt = std::move(variation.prompt);
    recipe.negative_prompt = command.negative_prompt;
    recipe.seed = variation.seed;
    recipe.width = command.size.width;
    recipe.height = command.size.height;
    if (auto objection = objection_to(*model, recipe)) return refuse(done, bad(std::move(*objection)));
    admission.items.push_back({std::move(recipe), variation.number, {}, {}});
  }
  const int count = static_cast<int>(admission.items.size());
  CommandReply reply;
  reply.selected = count;
  admit(std::move(admission), std::move(reply), std::move(done));
}

void Studio::Parts::carry_out(const RemakeCommand& command, Studio::Done done) {
  const ModelInfo* model = shared.providers->find_model(command.recipe.model);
  if (model == nullptr) return refuse(done, shared.providers->unknown_model(command.recipe.model));
  Recipe recipe = command.recipe;
  recipe.provider = model->provider;
  const bool is_video = recipe.kind == MediaKind::Video;
  if (is_video && command.parents.empty()) {
    return refuse(done, bad("This recipe makes a video; a recipe stands alone only for pictures: use animate on the picture."));
  }
  if (model->kind != recipe.kind) return refuse(done, bad(model->label + " does not make what this recipe is for: choose another model."));
  if (auto objection = objection_to(*model, recipe)) return refuse(done, bad(std::move(*objection)));
  for (const AssetId id : command.parents) {
    const Row row = library.row_of(id);
    if (row == no_row) return refuse(done, bad("There is no asset " + to_string(id) + " in this project."));
    if (library.items[row].asset_state != AssetState::Done) return refuse(done, bad(to_string(id) + " cannot be used: " + library.texts[row].reason));
  }
  Admission admission;
  admission.generation.prompt = recipe.prompt;
  admission.generation.strategy = to_string(Strategy::Off);
  admission.generation.kind = recipe.kind;
  admission.items.push_back({std::move(recipe), 1, command.parents, {}});
  CommandReply reply;
  reply.selected = 1;
  admit(std::move(admission), std::move(reply), std::move(done));
}

void Studio::Parts::carry_out(const RemakeAssetsCommand& command, Studio::Done done) {
  if (command.assets.empty()) return refuse(done, bad("No asset is chosen: name at least one."));
  // A wrong name changes nothing, also not for the right ones beside it.
  for (const AssetId id : command.assets) {
    if (library.row_of(id) == no_row) return refuse(done, bad("There is no asset " + to_string(id) + " in this project."));
  }
  // A file that somebody took away is known to be lost only once it was looked for.
  struct Look {
    std::vector<std::pair<AssetId, std::string>> files;
    std::vector<AssetId> lost;
  };
  auto look = std::make_shared<Look>();
  for (const AssetId id : command.assets) {
    const Row row = library.row_of(id);
    if (why_not_remade(library, row) == NoRemake::Current) look->files.emplace_back(id, library.texts[row].sha256);
  }
  if (look->files.empty()) return remake(command.assets, std::move(done));
  store->write(
      [look, vault = Vault(project)](Ledger&) -> Result<void> {
        look->lost.clear();
        for (const auto& [id, sha256] : look->files)
          if (!vault.has(sha256)) look->lost.push_back(id);
        return {};
      },
      [this, look, assets = command.assets, done = std::move(done)](const Result<void>&) {
        const auto go_on = [this, assets, done] { post([this, assets, done] { remake(assets, done); }); };
        if (look->lost.empty()) return go_on();
        runner->check_files(look->lost, go_on);
      });
}

void Studio::Parts::remake(const std::vector<AssetId>& assets, Studio::Done done) {
  Admission admission;
  admission.generation.strategy = to_string(Strategy::Off);
  admission.may_leave_out = true;
  CommandReply reply;
  std::vector<std::string> takes;
  std::unordered_set<AssetId> seen;
  for (const AssetId id : assets) {
    if (!seen.insert(id).second) continue;
    ++reply.selected;
    const Row row = library.row_of(id);
    std::string take = "in the place of " + to_string(id);
    const NoRemake why = why_not_remade(library, row);
    const bool is_refused = why == NoRemake::NotThere || why == NoRemake::Imported || why == NoRemake::InTrash || why == NoRemake::Quarantined;
    if ((why != NoRemake::CanBe && !is_refused) || takes_under_way.contains(take)) {
      ++reply.skipped;
      continue;
    }
    auto remaking = remaking_of(library, row, *shared.providers);
    if (!remaking) {
      reply.failures.push_back({to_string(id), remaking.error()});
      continue;
    }
    if (admission.items.empty()) admission.generation.kind = remaking->recipe.kind;
    if (!price_of(*remaking, *shared.providers, price_rules)) {
      const ModelInfo& model = *shared.providers->find_model(remaking->recipe.model);
      reply.failures.push_back({to_string(id), bad(to_string(id) + ": " + judge_price(model.label, std::nullopt, std::nullopt).objection)});
      continue;
    }
    // Two that would become the same are made once.
    std::string made = "made " + recipe_digest(remaking->recipe);
    if (takes_under_way.contains(made) || std::find(takes.begin(), takes.end(), made) != takes.end()) {
      ++reply.skipped;
      continue;
    }
    takes.push_back(std::move(made));
    takes.push_back(std::move(take));
    admission.items.push_back({std::move(remaking->recipe), static_cast<int>(admission.items.size()) + 1, std::move(remaking->parents), {}});
  }
  if (admission.items.size() == 1) admission.generation.prompt = admission.items.front().recipe.prompt;
  admit(std::move(admission), std::move(reply), std::move(done), std::move(takes));
}

// Each once, in the order named.
std::vector<AssetId> Studio::Parts::pictures_meant(const AnimateCommand& command) const {
  std::vector<AssetId> assets;
  std::unordered_set<AssetId> seen;
  for (const AssetId id : command.assets) {
    if (seen.insert(id).second) assets.push_back(id);
  }
  if (!command.picked) return assets;
  for (const Item& item : library.items) {
    const bool is_picked = item.asset.valid() && item.kind == MediaKind::Image && item.mark == Mark::Pick && !item.in_trash;
    if (is_picked && seen.insert(item.asset).second) assets.push_back(item.asset);
  }
  return assets;
}

void Studio::Parts::write_video_recipe(const ModelInfo& model, const AnimateCommand& command, Row row, Recipe& recipe) const {
  const Item& item = library.items[row];
  const ItemText& text = library.texts[row];
  recipe.kind = MediaKind::Video;
  recipe.provider = model.provider;
  recipe.model = model.id;
  recipe.prompt = command.prompt ? *command.prompt : text.recipe->prompt;
  if (trimmed(recipe.prompt).empty()) recipe.prompt = "slow push in";
  recipe.seed = text.recipe->seed;
  const Size size = clip_size(model, item.width, item.height);
  recipe.width = size.width;
  recipe.height = size.height;
  recipe.seconds = offered_secs(model, command.seconds);
  recipe.inputs.resize(1);
  recipe.inputs[0].role = "image";
  recipe.inputs[0].sha256 = text.sha256;
}

std::optional<Error> Studio::Parts::objection_to_video(const ModelInfo& model, AssetId id, Row row, const Recipe& recipe) const {
  if (library.items[row].asset_state != AssetState::Done) return bad(to_string(id) + " cannot be used: " + library.texts[row].reason);
  if (const auto objection = objection_to(model, recipe)) return bad(to_string(id) + ": " + *objection);
  return std::nullopt;
}

VideoTakes Studio::video_takes(const AnimateCommand& command) const {
  VideoTakes takes;
  Recipe recipe;
  const ModelInfo* model = parts_->shared.providers->find_model(command.model);
  if (model == nullptr || model->kind != MediaKind::Video) return takes;
  for (const AssetId id : parts_->pictures_meant(command)) {
    const Row row = parts_->library.row_of(id);
    if (row == no_row || parts_->library.items[row].kind != MediaKind::Image) continue;
    ++takes.wanted;
    parts_->write_video_recipe(*model, command, row, recipe);
    // Most have no video at all; only of the others the digest is worked out.
    const bool may_have = parts_->library.children.contains(id);
    const bool has_one = may_have && parts_->has_take(id, recipe_digest(recipe, false));
    const bool is_left_out = (!has_one || command.another) && parts_->objection_to_video(*model, id, row, recipe);
    takes.have += has_one && !is_left_out ? 1 : 0;
    takes.left_out += is_left_out ? 1 : 0;
  }
  return takes;
}

void Studio::Parts::carry_out(const AnimateCommand& command, Studio::Done done) {
  const ModelInfo* model = shared.providers->find_model(command.model);
  if (model == nullptr) return refuse(done, shared.providers->unknown_model(command.model));
  if (model->kind != MediaKind::Video || !model->needs_image) {
    return refuse(done, bad(model->label + " does not make videos from pictures: choose a video model."));
  }
  const std::vector<AssetId> assets = pictures_meant(command);
  if (assets.empty()) return refuse(done, bad("No picture is chosen: pick some first, or name them."));

  Admission admission;
  admission.generation.kind = MediaKind::Video;
  admission.generation.strategy = to_string(Strategy::Off);
  admission.generation.prompt = command.prompt.value_or("");
  admission.may_leave_out = true;
  CommandReply reply;
  reply.selected = static_cast<int>(assets.size());
  std::vector<std::string> takes;
  for (const AssetId id : assets) {
    const Row row = library.row_of(id);
    // A wrong name changes nothing, also not for the right ones beside it.
    if (row == no_row) return refuse(done, bad("There is no asset " + to_string(id) + " in this project."));
    if (library.items[row].kind != MediaKind::Image) return refuse(done, bad(to_string(id) + " is a video: only pictures can be animated."));
    Recipe recipe;
    write_video_recipe(*model, command, row, recipe);
    const std::string digest = recipe_digest(recipe, false);
    std::string take = to_string(id) + " " + digest;
    if (!command.another && (takes_under_way.contains(take) || has_take(id, digest))) {
      ++reply.skipped;
      continue;
    }
    if (auto objection = objection_to_video(*model, id, row, recipe)) {
      reply.failures.push_back({to_string(id), std::move(*objection)});
      continue;
    }
    if (command.another) recipe.seed = drawn_seed();
    takes.push_back(std::move(take));
    admission.items.push_back({std::move(recipe), static_cast<int>(admission.items.size()) + 1, {id}, {}});
  }
  admit(std::move(admission), std::move(reply), std::move(done), std::move(takes));
}

// Whether the picture has, or awaits, a video of that recipe, whatever its seed.
bool Studio::Parts::has_take(AssetId picture, const std::string& seedless_digest) const {
  const auto made = library.children.find(picture);
  return made != library.children.end() && std::any_of(made->second.begin(), made->second.end(), [&](Row child) {
           const Item& item = library.items[child];
           const bool is_gone = item.in_trash || (item.asset.valid() && item.asset_state != AssetState::Done);
           return !is_gone && !is_tried_and_over(item.state) && recipe_digest(*library.texts[child].recipe, false) == seedless_digest;
         });
}

// A wrong id changes nothing, also not for the right ones beside it.
std::optional<Error> Studio::Parts::unknown_job(const std::vector<JobId>& jobs) const {
  for (const JobId id : jobs) {
    if (library.row_of(id) == no_row) return bad("There is no job " + to_string(id) + " in this project.");
  }
  return std::nullopt;
}

void Studio::Parts::import(const ImportCommand& command, Studio::Done done, Studio::OnProgress progress) {
  if (command.paths.empty()) return refuse(done, bad("No file is named: say what to import."));
  std::optional<VersionOf> version_of;
  if (command.version_of.valid()) {
    const Row row = library.row_of(command.version_of);
    if (row == no_row) return refuse(done, bad("There is no asset " + to_string(command.version_of) + " in this project."));
    if (library.items[row].asset_state == AssetState::Deleted) return refuse(done, bad(to_string(command.version_of) + " was deleted: import the file for itself."));
    if (command.paths.size() != 1) return refuse(done, bad("One file alone is an edited version of " + to_string(command.version_of) + ": name one."));
    version_of = VersionOf{command.version_of, library.items[row].kind};
  }
  // Files are done in any order; the answer names them in the order in which they were named.
  struct Import {
    std::vector<ImportedFile> files;
    std::unordered_map<std::string, std::deque<std::size_t>> places;
    CommandProgress progress;
  };
  auto state = std::make_shared<Import>();
  for (std::size_t i = 0; i < command.paths.size(); ++i) state->places[command.paths[i]].push_back(i);
  state->files.resize(command.paths.size());
  state->progress.total = static_cast<int>(command.paths.size());
  std::vector<std::filesystem::path> files(command.paths.begin(), command.paths.end());
  runner->import_files(
      std::move(files),
      [this, state, progress](ImportedFile file) {
        post([state, progress, file = std::move(file)] {
          auto& places = state->places[file.source.string()];
          if (!places.empty()) {
            state->files[places.front()] = file;
            places.pop_front();
          }
          ++state->progress.done;
          if (progress) progress(state->progress);
        });
      },
      [this, state, done] {
        post([state, done] {
          CommandReply reply;
          for (const ImportedFile& file : state->files) {
            if (file.asset) reply.assets.push_back(*file.asset);
            else reply.failures.push_back({file.source.string(), file.asset.error()});
            if (file.asset && file.is_linked) ++reply.linked;
            if (file.asset && file.was_known) reply.known.push_back(file.source.string());
          }
          if (done) done(reply);
        });
      },
      version_of);
}

void Studio::Parts::wait(const WaitCommand& command, Studio::Done done, Studio::OnProgress progress) {
  auto wait = std::make_shared<Wait>();
  wait->jobs = command.jobs;
  wait->done = std::move(done);
  wait->progress = std::move(progress);
  if (auto unknown = unknown_job(wait->jobs)) return refuse(wait->done, std::move(*unknown));
  if (wait->jobs.empty()) {
    // Everything that is not over now; what is added later belongs to whoever adds it.
    for (const Item& item : library.items) {
      if (item.job.valid() && !is_terminal(item.state)) wait->jobs.push_back(item.job);
    }
  }
  wait->total = wait->jobs.size();
  waits.push_back(wait);
  check(wait);
}

void Studio::Parts::check_waits() {
  // A copy: a wait's callbacks may start another wait.
  const auto open = waits;
  for (const auto& wait : open) check(wait);
  waits.remove_if([](const auto& wait) { return wait->over; });
}

void Studio::Parts::check(const std::shared_ptr<Wait>& wait) {
  if (wait->over) return;
  CommandProgress now;
  now.total = static_cast<int>(wait->total);
  now.asked_about = wait->told.asked_about;  // the engine says it
  bool may_need_person = true;
  for (const JobId id : wait->jobs) {
    const Item& item = library.items[library.row_of(id)];
    // A job is over for its caller when its asset is here, not a moment before.
    const bool is_over = is_terminal(item.state) && (item.state != JobState::Done || item.asset.valid());
    if (is_over) {
      ++now.done;
    } else {
      now.eta_secs = std::max<double>(now.eta_secs, item.eta_secs);
      if (item.state != JobState::Unknown && item.state != JobState::Blocked && item.state != JobState::Waiting) may_need_person = false;
    }
  }
  if (wait->progress && (now.done != wait->told.done || now.total != wait->told.total || std::abs(now.eta_secs - wait->told.eta_secs) > 0.5)) {
    wait->told = now;
    wait->progress(now);
  }
  const auto finish = [this, wait](std::vector<Job> need_person, std::optional<Error> problem_now = {}) {
    wait->over = true;
    CommandReply reply;
    reply.error = std::move(problem_now);
    for (const JobId id : wait->jobs) {
      Job job;
      job.id = id;
      const Row row = library.row_of(id);
      job.state = library.items[row].state;
      job.reason = library.texts[row].reason;
      reply.jobs.push_back(std::move(job));
    }
    reply.need_person = std::move(need_person);
    if (wait->done) wait->done(reply);
  };
  if (now.done == now.total) return finish({});
  // The engine is asked at once where what it told may be the last of it; else now and then only: the whole of it may have
  // stopped, on a full disk for one. Its own answer is no news, or the two would talk without end.
  const std::int64_t now_mono_ms = shared.clock->mono_ms();
  const bool has_news = may_need_person && wait->asked_at_event != events;
  if (wait->asking || (!has_news && now_mono_ms < wait->ask_again_mono_ms)) return;
  wait->asking = true;
  wait->asked_at_event = events;
  wait->ask_again_mono_ms = now_mono_ms + 1000;
  runner->outlook([this, wait, finish](Runner::Outlook outlook) {
    post([this, wait, finish, outlook = std::move(outlook)] {
      wait->asking = false;
      if (wait->over) return;
      std::vector<Job> stuck;
      bool may_go_on = false;
      int asked_about = 0;
      for (const JobId id : wait->jobs) {
        const JobState state = library.items[library.row_of(id)].state;
        if (is_terminal(state)) continue;
        // One that the engine can still drive: its states seen here may be a moment old, so the engine's word counts.
        const auto job = std::find_if(outlook.need_person.begin(), outlook.need_person.end(), [&](const Job& j) { return j.id == id; });
        if (job != outlook.need_person.end()) {
          stuck.push_back(*job);
          continue;
        }
        may_go_on = true;
        asked_about += state == JobState::Unknown ? 1 : 0;
      }
      if (wait->progress && std::exchange(wait->told.asked_about, asked_about) != asked_about) wait->progress(wait->told);
      // A trouble of the whole engine (a full disk, for one) ends the wait once nothing goes on in spite of it.
      const bool has_problem = !outlook.problem.message.empty();
      if (may_go_on && !(has_problem && outlook.can_go_on == 0)) return;
      finish(std::move(stuck), has_problem && may_go_on ? std::optional<Error>(outlook.problem) : std::nullopt);
    });
  });
}

}  // namespace studio
