// Versions: which one is the newest, what is stale because of it, and what a person's word makes again.
#include <fstream>

#include "base/paths.h"
#include "engine/versions.h"
#include "open_project.h"

using namespace studio;

namespace {

// Facts as the ledger tells them: a picture, edited versions of it, videos.
struct Facts {
  Library library;
  std::int64_t next = 1;

  Asset picture(std::vector<AssetId> parents = {}, const std::string& model = "") {
    Asset asset;
    asset.id = AssetId{next++};
    asset.sha256 = "picture " + std::to_string(asset.id.value);
    asset.recipe.provider = model.empty() ? std::string(import_provider) : "sandbox";
    asset.recipe.model = model;
    asset.recipe.prompt = "a boat";
    asset.recipe.width = asset.recipe.height = 512;
    asset.media.width = 640;
    asset.media.height = 360;
    asset.parents = std::move(parents);
    if (!model.empty()) asset.job = JobId{1000 + asset.id.value};
    library.fold(asset);
    return asset;
  }
  Asset video(const Asset& of, std::vector<AssetId> earlier = {}) {
    Asset asset;
    asset.id = AssetId{next++};
    asset.kind = MediaKind::Video;
    asset.sha256 = "video " + std::to_string(asset.id.value);
    asset.recipe.kind = MediaKind::Video;
    asset.recipe.provider = "sandbox";
    asset.recipe.model = "sandbox-motion";
    asset.recipe.prompt = "slow pan";
    asset.recipe.seconds = 5;
    asset.recipe.width = 1280;
    asset.recipe.height = 720;
    asset.recipe.inputs = {{"image", of.sha256}};
    asset.parents = {of.id};
    asset.parents.insert(asset.parents.end(), earlier.begin(), earlier.end());
    library.fold(asset);
    return asset;
  }
  Job job_for(const Asset& asset, JobState state) {
    Job job;
    job.id = JobId{next++};
    job.state = state;
    job.recipe = asset.recipe;
    job.parents = asset.parents;
    job.parents.push_back(asset.id);
    library.fold(job);
    return job;
  }
  Staleness stale(const Asset& asset) const { return staleness(library, library.row_of(asset.id)); }
  bool can(const Asset& asset) const { return can_remake(library, library.row_of(asset.id)); }
  AssetId newest(const Asset& asset) const {
    const Row row = newest_version(library, asset.id);
    return row == no_row ? AssetId{} : library.items[row].asset;
  }
};

}  // namespace

TEST_CASE("of the parents the first are what it is made from, those behind them earlier versions of it") {
  const std::vector<AssetId> parents = {AssetId{3}, AssetId{5}};
  Recipe video;
  video.kind = MediaKind::Video;
  video.provider = "sandbox";
  video.inputs = {{"image", "aa"}};
  REQUIRE(made_from(video, parents).size() == 1);
  CHECK(made_from(video, parents)[0] == AssetId{3});
  REQUIRE(earlier_versions(video, parents).size() == 1);
  CHECK(earlier_versions(video, parents)[0] == AssetId{5});
  Recipe import;
  import.provider = std::string(import_provider);
  CHECK(made_from(import, parents).empty());
  CHECK(earlier_versions(import, parents).size() == 2);
  import.kind = MediaKind::Video;  // a clip that was graded elsewhere
  CHECK(made_from(import, {AssetId{3}}).empty());
  CHECK(made_from(video, {}).empty());
}

TEST_CASE("an edited picture makes its earlier version stale, and the videos made from that, but nothing else") {
  Facts facts;
  const Asset picture = facts.picture(), other = facts.picture();
  const Asset video = facts.video(picture), bystander = facts.video(other);
  for (const Asset& asset : {picture, other, video, bystander}) {
    CHECK(facts.stale(asset).because == StaleBecause::Current);
    CHECK_FALSE(facts.can(asset));
  }
  const Asset edited = facts.picture({picture.id});
  CHECK(facts.newest(picture) == edited.id);
  CHECK(facts.stale(picture).because == StaleBecause::Version);
  CHECK(facts.stale(video).because == StaleBecause::Picture);
  CHECK(facts.stale(video).newer == facts.library.row_of(edited.id));
  for (const Asset& asset : {edited, other, bystander}) CHECK(facts.stale(asset).because == StaleBecause::Current);
  CHECK(facts.can(video));
  CHECK_FALSE(facts.can(picture));  // nobody makes an import again
  // It stands as a picture of its own, in nobody's strip.
  CHECK_FALSE(facts.library.items[facts.library.row_of(edited.id)].parent.valid());
  CHECK(facts.library.texts[facts.library.row_of(edited.id)].earlier == std::vector{picture.id});
  CHECK(facts.library.children.at(picture.id).size() == 1);

  // And so does an edit of the edit.
  const Asset again = facts.picture({edited.id});
  CHECK(facts.newest(picture) == again.id);
  CHECK(facts.stale(edited).because == StaleBecause::Version);
  CHECK(facts.stale(video).newer == facts.library.row_of(again.id));
}

TEST_CASE("a version that is rejected, in the trash, lost or of the same bytes makes nothing stale as long as it is") {
  Facts facts;
  const Asset picture = facts.picture(), video = facts.video(picture);
  Asset edited = facts.picture({picture.id});
  const auto is_stale = [&] { return facts.stale(video).because == StaleBecause::Picture; };
  CHECK(is_stale());
  facts.library.set_mark(edited.id, Mark::Reject, 0);
  CHECK_FALSE(is_stale());
  CHECK_FALSE(facts.can(video));
  facts.library.set_mark(edited.id, Mark::Pick, 0);
  CHECK(is_stale());
  facts.library.set_trashed(edited.id, true);
  CHECK_FALSE(is_stale());
  facts.library.set_trashed(edited.id, false);
  edited.state = AssetState::Missing;
  facts.library.fold(edited);
  CHECK_FALSE(is_stale());
  edited.state = AssetState::Done;
  edited.sha256 = picture.sha256;
  facts.library.fold(edited);
  CHECK_FALSE(is_stale());
  CHECK_FALSE(facts.newest(picture).valid());
}

TEST_CASE("a stale video is made again from the newest version, in the shape of that, and stays") {
  Facts facts;
  auto parts = make_studio_parts([] {});
  REQUIRE(parts);
  const Asset picture = facts.picture(), video = facts.video(picture);
  facts.picture({picture.id});
  Asset tall = facts.picture({picture.id});
  tall.media.width = 360;
  tall.media.height = 640;
  facts.library.fold(tall);
  const auto remaking = remaking_of(facts.library, facts.library.row_of(video.id), *parts->providers);
  REQUIRE(remaking);
  CHECK(remaking->parents == std::vector{tall.id, video.id});
  Recipe expected = video.recipe;
  expected.inputs[0].sha256 = tall.sha256;
  expected.width = remaking->recipe.width;
  expected.height = remaking->recipe.height;
  CHECK(remaking->recipe == expected);
  CHECK(remaking->recipe.height > remaking->recipe.width);
  const auto price = price_of(*remaking, *parts->providers, {});
  REQUIRE(price);
  const ModelInfo* model = parts->providers->find_model("sandbox-motion");
  CHECK(price->first == estimate_of(*model, remaking->recipe, {}));
  CHECK(price->second == Currency::Play);

  // While a job does it, it is being made again; one that came to nothing leaves it as it was.
  Job job = facts.job_for({.id = video.id, .recipe = remaking->recipe, .parents = {tall.id}}, JobState::Running);
  CHECK(being_remade(facts.library, video.id) == facts.library.row_of(job.id));
  CHECK_FALSE(facts.can(video));
  job.state = JobState::Failed;
  facts.library.fold(job);
  CHECK(being_remade(facts.library, video.id) == no_row);
  CHECK(facts.can(video));
  CHECK(facts.stale(video).because == StaleBecause::Picture);
  // Once made it is an earlier version, in the strip of its own picture.
  Asset made = facts.video(tall, {video.id});
  CHECK(facts.stale(video).because == StaleBecause::Version);
  CHECK(facts.stale(made).because == StaleBecause::Current);
  CHECK_FALSE(facts.can(video));
  CHECK(facts.library.children.at(picture.id).size() == 1);
  CHECK(facts.library.children.at(tall.id).size() == 2);  // the job that failed, and this one
  facts.library.set_mark(made.id, Mark::Reject, 0);
  CHECK(facts.can(video));
}

TEST_CASE("a video that the newer picture has or awaits already is not made twice") {
  Facts facts;
  const Asset picture = facts.picture(), video = facts.video(picture);
  const Asset edited = facts.picture({picture.id});
  REQUIRE(facts.can(video));
  Asset other_take = facts.video(edited);  // of another seed: no such video
  other_take.recipe.seed = 77;
  facts.library.fold(other_take);
  CHECK(facts.can(video));
  Asset same = facts.video(edited);  // by Generate videos, not in anybody's place
  CHECK_FALSE(facts.can(video));
  same.in_trash = true;
  facts.library.fold(same);
  CHECK(facts.can(video));
  Asset longer = facts.video(edited);
  longer.recipe.seconds = 9;
  facts.library.fold(longer);
  CHECK(facts.can(video));
}

TEST_CASE("what lost its file is made again by its own recipe, where it has one") {
  Facts facts;
  auto parts = make_studio_parts([] {});
  REQUIRE(parts);
  Asset made = facts.picture({}, "sandbox-flux"), imported = facts.picture(), video = facts.video(made);
  CHECK_FALSE(facts.can(made));
  for (Asset* asset : {&made, &imported, &video}) {
    asset->state = AssetState::Missing;
    facts.library.fold(*asset);
  }
  CHECK(facts.can(made));
  CHECK_FALSE(facts.can(imported));
  const auto remaking = remaking_of(facts.library, facts.library.row_of(made.id), *parts->providers);
  REQUIRE(remaking);
  CHECK(remaking->recipe == made.recipe);
  CHECK(remaking->parents == std::vector{made.id});
  CHECK(why_not_remade(facts.library, facts.library.row_of(imported.id)) == NoRemake::Imported);
  // Its video waits for it.
  const auto too_early = remaking_of(facts.library, facts.library.row_of(video.id), *parts->providers);
  REQUIRE_FALSE(too_early);
  CHECK(too_early.error().kind == ErrorKind::BadRequest);
  CHECK(too_early.error().message.find(to_string(made.id)) != std::string::npos);
  // Then it comes from the picture that it was made from, whatever has been edited since.
  made.state = AssetState::Done;
  facts.library.fold(made);
  facts.picture({made.id});
  const auto its_own = remaking_of(facts.library, facts.library.row_of(video.id), *parts->providers);
  REQUIRE(its_own);
  CHECK(its_own->recipe == video.recipe);
  const auto refused = remaking_of(facts.library, facts.library.row_of(imported.id), *parts->providers);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("import its file again") != std::string::npos);
}

TEST_CASE("a version that was thrown away but edited on leaves the one that counts, and two takes are made again one by one") {
  Facts facts;
  const Asset picture = facts.picture(), video = facts.video(picture);
  Asset second_take = facts.video(picture);
  second_take.recipe.seed = 9;
  facts.library.fold(second_take);
  const Asset edited = facts.picture({picture.id}), edited_on = facts.picture({edited.id});
  facts.library.set_mark(edited.id, Mark::Reject, 0);
  CHECK(facts.newest(picture) == edited_on.id);
  facts.library.set_trashed(edited.id, true);
  CHECK(facts.newest(picture) == edited_on.id);
  facts.video(edited_on, {video.id});
  CHECK_FALSE(facts.can(video));
  CHECK(facts.can(second_take));
}

TEST_CASE("of two edits of one picture the later is the newest, for the earlier edit and what was re-made from it, too") {
  Facts facts;
  const Asset picture = facts.picture(), video = facts.video(picture);
  const Asset first = facts.picture({picture.id}), remade = facts.video(first, {video.id});
  REQUIRE(facts.stale(remade).because == StaleBecause::Current);
  const Asset second = facts.picture({picture.id});
  CHECK(facts.newest(picture) == second.id);
  CHECK(facts.newest(first) == second.id);
  CHECK_FALSE(facts.newest(second).valid());
  CHECK(facts.stale(first).because == StaleBecause::Version);
  CHECK(facts.stale(remade).because == StaleBecause::Picture);
  CHECK(facts.can(remade));
  CHECK_FALSE(facts.can(video));  // the re-made one is its newer version
  facts.library.set_mark(second.id, Mark::Reject, 0);
  CHECK(facts.stale(first).because == StaleBecause::Current);
  CHECK(facts.stale(remade).because == StaleBecause::Current);
}

TEST_CASE("a picture of two parents joins no families, and what replaced a lost original is no newer edit") {
  Facts facts;
  const Asset one = facts.picture(), other = facts.picture(), clip = facts.video(other);
  const Asset collage = facts.picture({one.id, other.id});
  facts.library.set_mark(collage.id, Mark::Reject, 0);
  const Asset edit_of_one = facts.picture({one.id});
  CHECK(facts.newest(one) == edit_of_one.id);
  CHECK_FALSE(facts.newest(other).valid());
  CHECK(facts.stale(clip).because == StaleBecause::Current);

  // Both files are gone; the original is made again, then the edit is found.
  Asset original = facts.picture({}, "sandbox-flux"), edit = facts.picture({original.id});
  const Asset video = facts.video(edit);
  original.state = edit.state = AssetState::Missing;
  facts.library.fold(original);
  facts.library.fold(edit);
  CHECK(facts.can(original));
  const Asset again = facts.picture({original.id}, "sandbox-flux");
  edit.state = AssetState::Done;
  facts.library.fold(edit);
  CHECK_FALSE(facts.newest(edit).valid());
  CHECK(facts.stale(video).because == StaleBecause::Current);
  CHECK(why_not_remade(facts.library, facts.library.row_of(original.id)) == NoRemake::HasNewer);
}

TEST_CASE("a lost original of which there is an edit can be made again, so that its lost video can be") {
  Facts facts;
  Asset original = facts.picture({}, "sandbox-flux"), video = facts.video(original);
  facts.picture({original.id});
  original.state = video.state = AssetState::Missing;
  facts.library.fold(original);
  facts.library.fold(video);
  CHECK(facts.can(original));
  CHECK(facts.can(video));
}

TEST_CASE("a lost one that was made again with other bytes is not made a second time, nor one that broke the decoder") {
  Facts facts;
  Asset lost = facts.picture({}, "sandbox-flux");
  lost.state = AssetState::Missing;
  facts.library.fold(lost);
  REQUIRE(facts.can(lost));
  const Asset again = facts.picture({lost.id}, "sandbox-flux");
  CHECK(why_not_remade(facts.library, facts.library.row_of(lost.id)) == NoRemake::HasNewer);
  facts.library.set_trashed(again.id, true);
  CHECK(facts.can(lost));
  lost.state = AssetState::Quarantined;
  facts.library.fold(lost);
  CHECK(why_not_remade(facts.library, facts.library.row_of(lost.id)) == NoRemake::Quarantined);
  // A lost clip of which its picture has the twin.
  const Asset picture = facts.picture();
  Asset clip = facts.video(picture);
  clip.state = AssetState::Missing;
  facts.library.fold(clip);
  REQUIRE(facts.can(clip));
  facts.video(picture);
  CHECK(why_not_remade(facts.library, facts.library.row_of(clip.id)) == NoRemake::PictureHasIt);
}

TEST_CASE("what a job says later takes no link away that was made since, nor brings one back") {
  Facts facts;
  const Asset picture = facts.picture();
  Asset made = facts.picture({}, "sandbox-flux");
  Job job;
  job.id = made.job = JobId{70};
  job.state = JobState::Done;
  job.asset = made.id;
  job.recipe = made.recipe;
  facts.library.fold(made);
  facts.library.set_parents(made.id, made.recipe, {picture.id});
  REQUIRE(facts.newest(picture) == made.id);
  facts.library.fold(job);  // its charge was settled
  CHECK(facts.newest(picture) == made.id);
  job.parents = {picture.id};
  facts.library.set_parents(made.id, made.recipe, {});
  facts.library.fold(job);
  CHECK_FALSE(facts.newest(picture).valid());
}

TEST_CASE("one that is no version any more makes nothing stale, whatever it was made from stays") {
  Facts facts;
  const Asset picture = facts.picture(), video = facts.video(picture), edited = facts.picture({picture.id});
  const Asset remade = facts.video(edited, {video.id});
  facts.library.set_parents(edited.id, edited.recipe, {});
  CHECK(facts.stale(picture).because == StaleBecause::Current);
  CHECK(facts.stale(video).because == StaleBecause::Version);  // the new clip is one still
  CHECK(facts.library.texts[facts.library.row_of(edited.id)].earlier.empty());
  facts.library.set_parents(remade.id, remade.recipe, {edited.id});
  CHECK(facts.stale(video).because == StaleBecause::Current);
  CHECK(facts.library.versions.empty());
  CHECK(facts.library.items[facts.library.row_of(remade.id)].parent == edited.id);
}

TEST_CASE("circles of versions end") {
  Facts facts;
  Asset one = facts.picture(), two = facts.picture({one.id});
  one.parents = {two.id};
  facts.library.fold(one);
  CHECK_FALSE(facts.newest(one).valid());
  CHECK_FALSE(facts.newest(two).valid());
}

namespace {

struct Edited {
  OpenProject project;
  AssetId video;

  std::filesystem::path file(const std::string& name, const std::string& bytes) {
    const auto path = project.folder.path() / name;
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }
  std::string start_picture(const char* name) { return read_file(assets_folder() / "start" / name).value(); }
  CommandReply import_version(const std::filesystem::path& path, AssetId of) { return project.run(ImportCommand{{path.string()}, of}); }

  // A video of the project's picture, as if it had been made.
  void add_video() {
    AnimateCommand animate;
    animate.assets = {project.picture};
    const auto reply = project.run(animate);
    REQUIRE(reply.jobs.size() == 1);
    project.studio.reset();
    {
      const auto spool = Vault(project.path).spool_path("clip");
      REQUIRE(write_file_durable(spool, "a clip"));
      const auto blob = Vault(project.path).adopt(spool);
      REQUIRE(blob);
      auto store = Store::open(project.path);
      REQUIRE(store);
      REQUIRE((*store)->write_and_wait([&](Ledger& ledger) -> Result<void> {
        Asset asset;
        asset.kind = MediaKind::Video;
        asset.sha256 = blob->sha256;
        asset.media = {.mime = "video/mp4", .extension = "mp4", .width = 1280, .height = 720, .seconds = 5};
        asset.job = reply.jobs[0].id;
        asset.parents = {project.picture};
        asset.recipe = reply.jobs[0].recipe;
        STUDIO_TRY(video, ledger.add_asset(asset));
        Job job = reply.jobs[0];
        job.state = JobState::Done;
        job.asset = video;
        return ledger.save_job(job);
      }));
    }
    project.reopen();
  }
};

}  // namespace

TEST_CASE("an edited version comes in, and what it makes stale is made again once, by name") {
  Edited edited;
  OpenProject& project = edited.project;
  edited.add_video();
  CHECK(project.run(RemakeAssetsCommand{{edited.video}}).skipped == 1);  // it is current
  const auto reply = edited.import_version(edited.file("retouched.jpg", edited.start_picture("01.jpg")), project.picture);
  REQUIRE_FALSE(reply.error);
  REQUIRE(reply.assets.size() == 1);
  const AssetId newer = reply.assets[0].id;
  CHECK(reply.assets[0].parents == std::vector{project.picture});
  const auto row = [&](AssetId id) { return project.studio->view().library.row_of(id); };
  CHECK(staleness(project.studio->view().library, row(edited.video)).because == StaleBecause::Picture);
  project.reopen();  // known from the ledger alone
  CHECK(staleness(project.studio->view().library, row(edited.video)).newer == row(newer));

  const auto remade = project.run(RemakeAssetsCommand{{edited.video, edited.video, project.picture}});
  REQUIRE(remade.jobs.size() == 1);
  CHECK(remade.selected == 2);
  CHECK(remade.skipped == 1);
  CHECK(remade.jobs[0].parents == std::vector{newer, edited.video});
  CHECK(being_remade(project.studio->view().library, edited.video) == project.studio->view().library.row_of(remade.jobs[0].id));
  CHECK(project.run(RemakeAssetsCommand{{edited.video}}).skipped == 1);
  project.reopen();
  CHECK(being_remade(project.studio->view().library, edited.video) != no_row);
  REQUIRE_FALSE(project.run(CancelCommand{{remade.jobs[0].id}}).error);
  CHECK(project.run(RemakeAssetsCommand{{edited.video}}).jobs.size() == 1);
  CHECK(project.run(RemakeAssetsCommand{{AssetId{99}}}).error);
  CHECK(project.run(RemakeAssetsCommand{{}}).error);
}

TEST_CASE("a link is taken back and made again, in the ledger and on the screen") {
  Edited edited;
  OpenProject& project = edited.project;
  edited.add_video();
  const auto file = edited.file("retouched.jpg", edited.start_picture("01.jpg"));
  const AssetId newer = edited.import_version(file, project.picture).assets.at(0).id;
  const auto because = [&] {
    const Library& library = project.studio->view().library;
    return staleness(library, library.row_of(edited.video)).because;
  };
  REQUIRE(because() == StaleBecause::Picture);
  const auto unlinked = project.run(VersionCommand{newer, project.picture, false});
  REQUIRE_FALSE(unlinked.error);
  CHECK(unlinked.assets.at(0).parents.empty());
  CHECK(because() == StaleBecause::Current);
  project.reopen();
  CHECK(because() == StaleBecause::Current);
  REQUIRE_FALSE(project.run(VersionCommand{newer, project.picture, true}).error);
  CHECK(because() == StaleBecause::Picture);
  project.reopen();
  CHECK(because() == StaleBecause::Picture);
  CHECK(project.run(VersionCommand{newer, {}, false}).assets.at(0).parents.empty());  // of all there are
  CHECK(project.run(VersionCommand{newer, {}, false}).error);
  CHECK(project.run(VersionCommand{project.picture, newer, true}).error);  // it was here before
  CHECK(project.run(VersionCommand{edited.video, project.picture, true}).error);
  CHECK(project.run(VersionCommand{AssetId{99}, project.picture, true}).error);
  CHECK(project.run(VersionCommand{newer, AssetId{99}, true}).error);
  // What a video is made from is no link that could be taken away.
  CHECK(project.run(VersionCommand{edited.video, project.picture, false}).error);
}

TEST_CASE("a re-make that failed is let be once another does it, and another model keeps its place") {
  Edited edited;
  OpenProject& project = edited.project;
  edited.add_video();
  edited.import_version(edited.file("retouched.jpg", edited.start_picture("01.jpg")), project.picture);
  const auto first = project.run(RemakeAssetsCommand{{edited.video}});
  REQUIRE(first.jobs.size() == 1);
  const auto fail_job = [&](const Job& job) {
    project.studio.reset();
    {
      auto store = Store::open(project.path);
      REQUIRE(store);
      Job failed = job;
      failed.state = JobState::Failed;
      failed.cause = JobCause::ServiceFailed;
      failed.reason = "The service stumbled.";
      REQUIRE((*store)->write_and_wait([&](Ledger& ledger) { return ledger.save_job(failed); }));
    }
    project.reopen();
  };
  fail_job(first.jobs[0]);
  const auto item_of = [&](JobId id) { return project.studio->view().library.items[project.studio->view().library.row_of(id)]; };
  REQUIRE(is_in_bulk_retry(item_of(first.jobs[0].id)));
  const auto second = project.run(RemakeAssetsCommand{{edited.video}});
  REQUIRE(second.jobs.size() == 1);
  project.tick_until([&] { return !is_in_bulk_retry(item_of(first.jobs[0].id)); });

  // A place has one job under way at a time, whoever asks.
  const auto beside = project.run(AgainCommand{{first.jobs[0].id}, "sandbox-motion"});
  REQUIRE(beside.error);
  CHECK(beside.error->message.find(to_string(second.jobs[0].id)) != std::string::npos);

  fail_job(second.jobs[0]);
  const auto twice = project.run(AgainCommand{{first.jobs[0].id, second.jobs[0].id}, "sandbox-motion"});
  REQUIRE(twice.error);
  CHECK(twice.error->message.find("twice") != std::string::npos);
  const auto again = project.run(AgainCommand{{second.jobs[0].id}, "sandbox-motion"});
  REQUIRE(again.jobs.size() == 1);
  CHECK(again.jobs[0].parents == second.jobs[0].parents);
  CHECK(being_remade(project.studio->view().library, edited.video) != no_row);
}

TEST_CASE("two that would become the same are made once, and what has no price stands in nobody's way") {
  Edited edited;
  OpenProject& project = edited.project;
  edited.add_video();
  const AssetId first = edited.video;
  // Its twin, by the same recipe; and two lost pictures, one by a model of which nobody knows the price.
  AssetId twin, priced, unpriced;
  project.studio.reset();
  {
    auto store = Store::open(project.path);
    REQUIRE(store);
    REQUIRE((*store)->write_and_wait([&](Ledger& ledger) -> Result<void> {
      STUDIO_TRY(const auto video, ledger.asset(first));
      Asset other = *video;
      other.job = {};
      other.sha256 = std::string(64, 'b');
      STUDIO_TRY(twin, ledger.add_asset(other));
      Asset lost;
      lost.state = AssetState::Missing;
      lost.sha256 = std::string(64, 'c');
      lost.recipe.provider = "sandbox";
      lost.recipe.model = "sandbox-flux";
      lost.recipe.prompt = "a mill";
      lost.recipe.width = lost.recipe.height = 512;
      STUDIO_TRY(priced, ledger.add_asset(lost));
      lost.sha256 = std::string(64, 'd');
      lost.recipe.provider = "fal";
      lost.recipe.model = "fal-dreamshaper";
      STUDIO_TRY(unpriced, ledger.add_asset(lost));
      return {};
    }));
  }
  project.reopen();
  edited.import_version(edited.file("retouched.jpg", edited.start_picture("01.jpg")), project.picture);
  const auto reply = project.run(RemakeAssetsCommand{{first, twin, unpriced, priced}});
  REQUIRE_FALSE(reply.error);
  CHECK(reply.selected == 4);
  CHECK(reply.skipped == 1);
  REQUIRE(reply.jobs.size() == 2);
  CHECK(reply.jobs[0].parents.back() == first);
  CHECK(reply.jobs[1].parents == std::vector{priced});
  REQUIRE(reply.failures.size() == 1);
  CHECK(reply.failures[0].subject == to_string(unpriced));
  CHECK(reply.failures[0].error.message.find("price") != std::string::npos);
  // What is being made again may be thrown away meanwhile: nothing is made from it.
  REQUIRE_FALSE(project.run(TrashCommand{{priced}, false}).error);
  const auto emptied = project.run(EmptyTrashCommand{});
  CHECK(emptied.failures.empty());
  CHECK(project.item(priced).asset_state == AssetState::Deleted);
  REQUIRE_FALSE(project.run(TrashCommand{{reply.jobs[0].parents.front()}, false}).error);
  CHECK(project.run(EmptyTrashCommand{}).failures.size() == 1);  // the picture it is made from
}

TEST_CASE("what somebody took away is looked for before it is said to be current, and made again") {
  Edited edited;
  OpenProject& project = edited.project;
  edited.add_video();
  CHECK(project.run(RemakeAssetsCommand{{edited.video}}).skipped == 1);
  const Library& library = project.studio->view().library;
  REQUIRE(std::filesystem::remove(project.studio->blob_path(library.texts[library.row_of(edited.video)].sha256)));
  CHECK(project.item(edited.video).asset_state == AssetState::Done);  // nobody has looked yet
  const auto reply = project.run(RemakeAssetsCommand{{edited.video}});
  CHECK(project.item(edited.video).asset_state == AssetState::Missing);
  REQUIRE(reply.jobs.size() == 1);
  CHECK(reply.jobs[0].parents == std::vector{project.picture, edited.video});
  // An edited version that is lost stays one; nobody has a recipe for it.
  const AssetId newer = edited.import_version(edited.file("retouched.jpg", edited.start_picture("01.jpg")), project.picture).assets.at(0).id;
  REQUIRE(std::filesystem::remove(project.studio->blob_path(library.texts[library.row_of(newer)].sha256)));
  const auto refused = project.run(RemakeAssetsCommand{{newer}});
  REQUIRE(refused.error);
  CHECK(refused.error->message.find("import its file again") != std::string::npos);
  CHECK(project.item(newer).asset_state == AssetState::Missing);
  CHECK(library.texts[library.row_of(newer)].earlier == std::vector{project.picture});
  CHECK(reply.jobs[0].recipe == *library.texts[library.row_of(edited.video)].recipe);
}

TEST_CASE("two wishes at the same moment make it again once") {
  Edited edited;
  edited.add_video();
  edited.import_version(edited.file("retouched.jpg", edited.start_picture("01.jpg")), edited.project.picture);
  std::vector<CommandReply> replies;
  for (int i = 0; i < 2; ++i) edited.project.studio->run(RemakeAssetsCommand{{edited.video}}, [&](const CommandReply& reply) { replies.push_back(reply); });
  edited.project.tick_until([&] { return replies.size() == 2; });
  CHECK(replies[0].jobs.size() + replies[1].jobs.size() == 1);
  CHECK(replies[0].skipped + replies[1].skipped == 1);
}

TEST_CASE("a file that is in the project already becomes an edited version by what is said of it") {
  Edited edited;
  OpenProject& project = edited.project;
  const auto file = edited.file("later.jpg", edited.start_picture("01.jpg"));
  const auto plain = project.run(ImportCommand{{file.string()}});
  REQUIRE(plain.assets.size() == 1);
  const AssetId later = plain.assets[0].id;
  CHECK(staleness(project.studio->view().library, project.studio->view().library.row_of(project.picture)).because == StaleBecause::Current);
  const auto linked = edited.import_version(file, project.picture);
  REQUIRE(linked.failures.empty());
  CHECK(linked.assets.at(0).id == later);
  CHECK(linked.known.size() == 1);
  const auto is_stale = [&] {
    const Library& library = project.studio->view().library;
    return staleness(library, library.row_of(project.picture)).newer == library.row_of(later);
  };
  project.tick_until(is_stale);
  project.reopen();
  CHECK(is_stale());
  // Once more changes nothing.
  const auto again = edited.import_version(file, project.picture);
  CHECK_FALSE(again.error);
  CHECK(again.failures.empty());
  auto ledger = Ledger::open_read_only(project.path);
  REQUIRE(ledger);
  CHECK((*ledger)->asset(later).value()->parents == std::vector{project.picture});
}

TEST_CASE("what is no edited version is refused with what to do, and changes nothing") {
  Edited edited;
  OpenProject& project = edited.project;
  const auto first = edited.file("first.jpg", edited.start_picture("01.jpg"));
  const auto second = edited.file("second.jpg", edited.start_picture("02.jpg"));
  const AssetId one = project.run(ImportCommand{{first.string()}}).assets.at(0).id;
  const AssetId two = project.run(ImportCommand{{second.string()}}).assets.at(0).id;
  const auto why = [&](const std::filesystem::path& file, AssetId of) {
    const auto reply = edited.import_version(file, of);
    if (reply.error) return reply.error->message;
    REQUIRE(reply.failures.size() == 1);
    CHECK(reply.failures[0].error.kind == ErrorKind::BadRequest);
    return reply.failures[0].error.message;
  };
  CHECK(why(first, one).find("very bytes") != std::string::npos);
  CHECK(why(first, two).find("before") != std::string::npos);
  CHECK(why(first, AssetId{99}).find("no asset") != std::string::npos);
  edited.add_video();
  CHECK(why(second, edited.video).find("no video") != std::string::npos);
  CHECK(project.run(ImportCommand{{first.string(), second.string()}, one}).error);
  auto ledger = Ledger::open_read_only(project.path);
  REQUIRE(ledger);
  CHECK((*ledger)->asset_links().value().size() == 1);  // the video's
  CHECK((*ledger)->asset_count({}).value() == 4);
}
