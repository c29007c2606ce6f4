// Choices of people: shown at once, kept in the ledger, taken back by their opposite.
#include <fstream>

#include "base/log.h"
#include "base/paths.h"
#include "../store/fault_vfs.h"
#include "open_project.h"

using namespace studio;

namespace {

std::optional<Asset> in_ledger(const OpenProject& project, AssetId id) {
  auto ledger = Ledger::open_read_only(project.path);
  REQUIRE(ledger);
  auto asset = (*ledger)->asset(id);
  REQUIRE(asset);
  return *asset;
}

AssetId import(OpenProject& project, const std::string& name, const std::string& bytes) {
  const auto file = project.folder.path() / name;
  std::ofstream(file, std::ios::binary) << bytes;
  const auto reply = project.run(ImportCommand{{file.string()}});
  REQUIRE(reply.assets.size() == 1);
  return reply.assets[0].id;
}

// A real picture: one of those of the first page.
std::string a_picture() {
  auto bytes = read_file(assets_folder() / "start" / "01.jpg");
  REQUIRE(bytes);
  return *bytes;
}

}  // namespace

TEST_CASE("marks as they shall be: several at once, durable, and back to what was") {
  OpenProject project;
  const auto set = project.run(SetMarksCommand{{{project.picture, Mark::Pick, 4}}});
  CHECK_FALSE(set.error);
  CHECK(project.item(project.picture).mark == Mark::Pick);
  CHECK(in_ledger(project, project.picture)->stars == 4);
  CHECK_FALSE(project.run(SetMarksCommand{{{project.picture, Mark::None, 0}}}).error);
  CHECK(in_ledger(project, project.picture)->mark == Mark::None);
  CHECK(project.run(SetMarksCommand{{{project.picture, Mark::Pick, 6}}}).error);
  CHECK(project.run(SetMarksCommand{{{AssetId{99}, Mark::Pick, 1}}}).error);
  CHECK(in_ledger(project, project.picture)->mark == Mark::None);
}

TEST_CASE("whichever of two quick choices cannot be saved, what is shown afterwards is what is saved") {
  install_fault_vfs();
  log_to_file("/dev/null");
  int refused = 0, one_refused = 0;
  for (int n = 1; n < 40; ++n) {
    arm_faults({});
    OpenProject project;
    project.run(SetMarksCommand{{{project.picture, Mark::None, 2}}});
    std::vector<bool> saved;
    const auto answer = [&](const CommandReply& reply) { saved.push_back(!reply.error); };
    arm_faults({n, false, 0});
    // One after another without waiting; the second may come while the first is being written, or after it.
    project.studio->run(SetMarksCommand{{{project.picture, Mark::Pick, 3}}}, answer);
    if (n % 2 == 0) project.tick_until([&] { return saved.size() == 1; });
    project.studio->run(SetMarksCommand{{{project.picture, Mark::Reject, 4}}}, answer);
    project.tick_until([&] { return saved.size() == 2; });
    const bool struck = faults_hit() > 0;
    arm_faults({});
    // A further choice about something else goes through, and with it all answers are in.
    const auto other = import(project, "other.jpg", a_picture());
    CHECK_FALSE(project.run(SetMarksCommand{{{other, Mark::Pick, 1}}}).error);
    const auto asset = in_ledger(project, project.picture);
    CHECK(project.item(project.picture).mark == asset->mark);
    CHECK(project.item(project.picture).stars == asset->stars);
    const int failures = !saved[0] + !saved[1];
    refused += failures;
    one_refused += failures == 1;
    if (!struck && failures == 0 && n > 8) break;
  }
  CHECK(refused > 0);  // or the faults did not bite
  CHECK(one_refused > 0);
}

TEST_CASE("the trash keeps everything until it is emptied, and what was in it comes back") {
  OpenProject project;
  CHECK_FALSE(project.run(TrashCommand{{project.picture}, false}).error);
  CHECK(project.item(project.picture).in_trash);
  project.reopen();
  CHECK(project.item(project.picture).in_trash);
  CHECK(count_trash(project.studio->view().library).assets == 1);
  CHECK(count_trash(project.studio->view().library).bytes == 9);  // "a picture"
  CHECK_FALSE(project.run(TrashCommand{{project.picture}, true}).error);
  CHECK_FALSE(in_ledger(project, project.picture)->in_trash);
  CHECK(Vault(project.path).has(in_ledger(project, project.picture)->sha256));
  CHECK(project.run(EmptyTrashCommand{}).assets.empty());
  CHECK(in_ledger(project, project.picture)->state == AssetState::Done);
}

TEST_CASE("an emptied trash gives the room back, and keeps rows and shared bytes") {
  OpenProject project;
  const std::string sha256 = in_ledger(project, project.picture)->sha256;
  // Another asset on the same bytes, as a second job may bring them.
  AssetId twin;
  project.studio.reset();
  {
    auto store = Store::open(project.path);
    REQUIRE(store);
    Asset asset = *[&] {
      std::optional<Asset> found;
      REQUIRE((*store)->read_and_wait([&](Ledger& ledger) -> Result<void> {
        STUDIO_TRY(found, ledger.asset(project.picture));
        return {};
      }));
      return found;
    }();
    REQUIRE((*store)->write_and_wait([&](Ledger& ledger) -> Result<void> {
      STUDIO_TRY(twin, ledger.add_asset(asset));
      return {};
    }));
  }
  project.reopen();
  project.run(TrashCommand{{project.picture}, false});
  auto emptied = project.run(EmptyTrashCommand{});
  CHECK(emptied.assets.size() == 1);
  CHECK(emptied.bytes_freed == 0);
  CHECK(Vault(project.path).has(sha256));
  CHECK(project.item(project.picture).asset_state == AssetState::Deleted);
  CHECK_FALSE(project.item(project.picture).in_trash);
  project.run(TrashCommand{{twin}, false});
  emptied = project.run(EmptyTrashCommand{});
  CHECK(emptied.bytes_freed == 9);
  CHECK_FALSE(Vault(project.path).has(sha256));
  CHECK(in_ledger(project, twin)->state == AssetState::Deleted);
  // What is gone for good cannot be thrown away again.
  CHECK(project.run(TrashCommand{{twin}, false}).assets.empty());
}

TEST_CASE("what a job under way is made from stays in the trash, and is named") {
  OpenProject project;
  AnimateCommand animate;
  animate.assets = {project.picture};
  REQUIRE_FALSE(project.run(animate).error);
  project.run(TrashCommand{{project.picture}, false});
  const auto emptied = project.run(EmptyTrashCommand{});
  CHECK(emptied.assets.empty());
  REQUIRE(emptied.failures.size() == 1);
  CHECK(emptied.failures[0].subject == to_string(project.picture));
  CHECK(project.item(project.picture).in_trash);
  CHECK(Vault(project.path).has(in_ledger(project, project.picture)->sha256));
}

TEST_CASE("importing what lies in the trash takes it out, importing what was deleted brings it anew") {
  OpenProject project;
  const AssetId first = import(project, "one.jpg", a_picture());
  project.run(TrashCommand{{first}, false});
  CHECK(import(project, "again.jpg", a_picture()) == first);
  CHECK_FALSE(project.item(first).in_trash);
  project.run(TrashCommand{{first}, false});
  CHECK(project.run(EmptyTrashCommand{}).assets.size() == 1);
  const AssetId second = import(project, "once more.jpg", a_picture());
  CHECK(second != first);
  CHECK(project.item(second).asset_state == AssetState::Done);
}

TEST_CASE("how many of the pictures meant have such a video already") {
  OpenProject project;
  AnimateCommand animate;
  animate.assets = {project.picture, project.picture};
  CHECK(project.studio->video_takes(animate).wanted == 1);
  CHECK(project.studio->video_takes(animate).have == 0);
  REQUIRE_FALSE(project.run(animate).error);
  CHECK(project.studio->video_takes(animate).have == 1);
  animate.prompt = "quick pan";
  CHECK(project.studio->video_takes(animate).have == 0);
}

TEST_CASE("edited wordings are sent as they are, one for each variation") {
  OpenProject project;
  GenerateCommand command;
  command.prompt = "a boat";
  command.count = 2;
  command.prompts = {"a boat", "a boat, and a gull"};
  const auto reply = project.run(command);
  REQUIRE(reply.jobs.size() == 2);
  CHECK(reply.jobs[1].recipe.prompt == "a boat, and a gull");
  command.prompts.pop_back();
  CHECK(project.run(command).error);
  command.prompts.clear();
  command.negative_prompt = "people";  // the sandbox knows none
  REQUIRE(project.run(command).error);
  CHECK(project.run(command).error->message.find("negative") != std::string::npos);
}

TEST_CASE("a video's recipe is made again from its picture, and refused without one") {
  OpenProject project;
  AnimateCommand animate;
  animate.assets = {project.picture};
  const auto first = project.run(animate);
  REQUIRE(first.jobs.size() == 1);
  RemakeCommand again{first.jobs[0].recipe, {project.picture}};
  again.recipe.seed += 1;
  const auto second = project.run(again);
  REQUIRE(second.jobs.size() == 1);
  CHECK(second.jobs[0].recipe == again.recipe);
  CHECK(second.jobs[0].parents == std::vector{project.picture});
  again.parents.clear();
  CHECK(project.run(again).error);
}

TEST_CASE("a pause outlives the program") {
  OpenProject project;
  CHECK_FALSE(project.studio->view().paused);
  CHECK_FALSE(project.run(PauseCommand{true}).error);
  CHECK(project.studio->view().paused);
  project.reopen();
  CHECK(project.studio->view().paused);
  CHECK_FALSE(project.run(PauseCommand{false}).error);
  project.reopen();
  CHECK_FALSE(project.studio->view().paused);
}

TEST_CASE("an export from an open project, with sidecars and without a manifest") {
  OpenProject project;
  ExportRequest request;
  request.assets = {project.picture};
  request.to = project.folder.path() / "out";
  request.with_sidecars = true;
  request.with_manifest = false;
  std::optional<Result<ExportReport>> report;
  int told = 0;
  project.studio->export_files(request, [&](const Result<ExportReport>& done) { report = done; },
                               [&](const CommandProgress& progress) { told = progress.done; });
  std::optional<Result<ExportReport>> second;
  project.studio->export_files(request, [&](const Result<ExportReport>& done) { second = done; });
  project.tick_until([&] { return report.has_value(); });
  REQUIRE(*report);
  REQUIRE((*report)->files.size() == 1);
  CHECK(told == 1);
  CHECK((*report)->manifest.empty());
  auto sidecar = read_file((*report)->files[0].path.string() + ".json");
  REQUIRE(sidecar);
  CHECK(sidecar->find("a boat on a lake") != std::string::npos);
  auto copy = read_file((*report)->files[0].path);
  REQUIRE(copy);
  CHECK(*copy == "a picture");
  // One at a time.
  REQUIRE(second);
  CHECK_FALSE(*second);
}

TEST_CASE("emptying the trash deletes only what the ledger has in it, and nothing that is needed") {
  OpenProject project;
  const std::string sha256 = in_ledger(project, project.picture)->sha256;
  // The library believes it to be in the trash; the ledger knows better.
  project.run(TrashCommand{{project.picture}, false});
  project.studio.reset();
  {
    auto store = Store::open(project.path);
    REQUIRE(store);
    REQUIRE((*store)->write_and_wait([&](Ledger& ledger) -> Result<void> {
      STUDIO_CHECK(ledger.set_trashed(project.picture, false));
      const auto refused = ledger.delete_asset(project.picture);
      CHECK_FALSE(refused);
      STUDIO_CHECK(ledger.set_trashed(project.picture, true));
      STUDIO_CHECK(ledger.delete_asset(project.picture));
      // Nothing needs its bytes now; a result on its way to the same bytes does.
      STUDIO_TRY(bool is_needed, ledger.is_blob_needed(sha256));
      CHECK_FALSE(is_needed);
      Job job;
      job.recipe.provider = "sandbox";
      job.recipe.model = "sandbox-flux";
      job.state = JobState::Fetching;
      STUDIO_TRY(job.id, ledger.add_job(job));
      Attempt attempt;
      attempt.job = job.id;
      attempt.state = AttemptState::Fetched;
      attempt.outputs = {{.url = "/out", .sha256 = sha256}};
      STUDIO_TRY(attempt.id, ledger.add_attempt(attempt));
      STUDIO_TRY(is_needed, ledger.is_blob_needed(sha256));
      CHECK(is_needed);
      attempt.state = AttemptState::Settled;
      STUDIO_CHECK(ledger.save_attempt(attempt));
      STUDIO_TRY(is_needed, ledger.is_blob_needed(sha256));
      CHECK_FALSE(is_needed);
      // And so does one that starts from it, though it names no asset.
      job.recipe.inputs = {{"image", sha256}};
      job.state = JobState::Queued;
      STUDIO_TRY(job.id, ledger.add_job(job));
      STUDIO_TRY(is_needed, ledger.is_blob_needed(sha256));
      CHECK(is_needed);
      return {};
    }));
  }
}

TEST_CASE("a video in the trash is none: the same wish makes it anew") {
  OpenProject project;
  AssetId video;
  project.studio.reset();
  AnimateCommand animate;
  animate.assets = {project.picture};
  project.reopen();
  const auto first = project.run(animate);
  REQUIRE(first.jobs.size() == 1);
  project.studio.reset();
  {
    auto store = Store::open(project.path);
    REQUIRE(store);
    REQUIRE((*store)->write_and_wait([&](Ledger& ledger) -> Result<void> {
      Asset asset;
      asset.kind = MediaKind::Video;
      asset.sha256 = "f00d";
      asset.media.mime = "video/mp4";
      asset.job = first.jobs[0].id;
      asset.parents = {project.picture};
      asset.recipe = first.jobs[0].recipe;
      STUDIO_TRY(video, ledger.add_asset(asset));
      Job job = first.jobs[0];
      job.state = JobState::Done;
      job.asset = video;
      return ledger.save_job(job);
    }));
  }
  project.reopen();
  CHECK(project.studio->video_takes(animate).have == 1);
  project.run(TrashCommand{{video}, false});
  CHECK(project.studio->video_takes(animate).have == 0);
  CHECK(project.run(animate).jobs.size() == 1);
}
