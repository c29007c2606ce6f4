// Each state of a tile on the screen, the ways on that its buttons lead, and a lost file that is found again.
#include <imgui.h>
#include <imgui_te_context.h>

#include "support/catch.h"
#include "ui/media_files.h"
#include "ui/popup_ref.h"
#include "ui/stage.h"

using namespace studio;

namespace {

struct Shown {
  JobState state;
  JobCause cause = JobCause::None;
  const char* reason = "";
  double progress = -1, eta_secs = 0;
};
constexpr Shown all_states[] = {
    {JobState::Waiting},
    {JobState::Queued},
    {JobState::Preparing},
    {JobState::Sending},
    {JobState::Running, JobCause::None, "", 0.62, 12},
    {JobState::Running},
    {JobState::Fetching},  // of which a part is here, and whose link ends soon
    {JobState::Failed, JobCause::ServiceFailed, "The service ran out of memory. Not charged."},
    {JobState::Refused, JobCause::Moderation, "The prompt was refused (prompt)."},
    {JobState::Blocked, JobCause::Cap, "Day: $1.00 of $1.00 are used."},
    {JobState::Blocked, JobCause::Key, "The key was refused."},
    {JobState::Unknown, JobCause::None, "Sent, and no clear answer came back."},
    {JobState::Unknown, JobCause::Unknown, "It may have been charged."},
    {JobState::Cancelled},
    {JobState::Expired, JobCause::Expired},
    {JobState::Quarantined, JobCause::Result},
};

// Known to the read model alone: the engine does not carry them further, so that each stays as it is.
void show_all_states(Stage& stage) {
  auto& library = const_cast<Library&>(stage.app().studio()->view().library);
  Generation generation;
  generation.id = {1000};
  generation.prompt = "a lighthouse on a storm coast";
  generation.count = static_cast<int>(std::size(all_states)) + 1;
  generation.created_ms = stage.app().studio()->view().now_wall_ms;
  library.fold(generation);
  std::int64_t id = 1000;
  for (const Shown& shown : all_states) {
    Job job;
    job.id = {++id};
    job.generation = generation.id;
    job.variation = static_cast<int>(id - 1000);
    job.state = shown.state;
    job.cause = shown.cause;
    job.reason = shown.reason;
    job.progress = shown.progress;
    job.eta_secs = shown.eta_secs;
    job.recipe.provider = "sandbox";
    job.recipe.model = "sandbox-flux";
    job.recipe.prompt = generation.prompt;
    job.recipe.width = 1344;
    job.recipe.height = 768;
    job.estimate = money_from_dollars(0.04);
    job.currency = Currency::Play;
    job.created_ms = job.updated_ms = stage.app().studio()->view().now_wall_ms;
    library.fold(job);
    if (job.state == JobState::Fetching) library.fold_download(job.id, {4'100'000, 5'800'000, job.created_ms + 12 * 60'000});
  }
  Asset lost;
  lost.id = {1000};
  lost.generation = generation.id;
  lost.variation = generation.count;
  lost.recipe = *library.texts.back().recipe;
  lost.state = AssetState::Missing;
  lost.created_ms = generation.created_ms;
  lost.media.width = 1344;
  lost.media.height = 768;
  library.fold(lost);
}

}  // namespace

TEST_CASE("A grid with a tile in each state, whose buttons lead to what helps") {
  Stage stage(Stage::Settings{.width = 1920, .height = 1080});
  stage.open_fresh_project();
  const bool passed = stage.play("states", [&](ImGuiTestContext* ctx) {
    show_all_states(stage);
    ctx->Yield(4);
    stage.save_picture("tile-states");
    ctx->Yield(2);
    SettingsState& settings = stage.app().settings_panel();
    const auto press = [&](const char* tile, const char* act) {
      ctx->ItemClick((std::string("//Gallery/**/tile ") + tile + "/" + act).c_str());
      ctx->Yield(3);
    };
    press("j1010", "Raise cap");
    IM_CHECK(settings.is_open);
    IM_CHECK(settings.section == SettingsSection::Budget);
    ctx->ItemClick("//Settings/Close##settings");
    press("j1011", "Check key");
    IM_CHECK(settings.section == SettingsSection::Providers);
    ctx->ItemClick("//Settings/Close##settings");
    ctx->Yield(2);
    for (const auto& [tile, act] : {std::pair{"j1008", "Retry"}, std::pair{"j1009", "Open card"}, std::pair{"j1012", "Decide"},
                                    std::pair{"j1013", "Decide"}, std::pair{"j1014", "Retry"}, std::pair{"j1015", "Retry"},
                                    std::pair{"j1016", "Details"}, std::pair{"a1000", "Find"}})
      IM_CHECK(ctx->ItemExists((std::string("//Gallery/**/tile ") + tile + "/" + act).c_str()));
  });
  CHECK(passed);
}

TEST_CASE("The number at the end of a strip opens all videos of a picture, each of them can be chosen there") {
  Stage stage;
  stage.open_fresh_project();
  const bool passed = stage.play("strip", [&](ImGuiTestContext* ctx) {
    auto& library = const_cast<Library&>(stage.app().studio()->view().library);
    Asset image;
    image.id = {2000};
    image.recipe.prompt = "a boat";
    image.media.width = 1344;
    image.media.height = 768;
    image.source_name = "boat.png";
    image.created_ms = stage.app().studio()->view().now_wall_ms;
    library.fold(image);
    for (std::int64_t id = 2001; id <= 2007; ++id) {
      Job job;
      job.id = {id};
      job.generation = {2000};
      job.variation = 1;
      job.state = id < 2006 ? JobState::Cancelled : JobState::Queued;
      job.recipe.kind = MediaKind::Video;
      job.recipe.model = "sandbox-motion";
      job.recipe.width = 1280;
      job.recipe.height = 720;
      job.parents = {image.id};
      library.fold(job);
    }
    ctx->Yield(4);
    // The newest three have room.
    IM_CHECK(ctx->ItemExists("//Gallery/**/tile j2007"));
    IM_CHECK(!ctx->ItemExists("//Gallery/**/tile j2004"));
    ctx->ItemClick("//Gallery/**/More of a2000");
    IM_CHECK(refer_to_popup(ctx));
    stage.save_picture("strip-all");
    ctx->Yield(2);
    for (int id = 2001; id <= 2007; ++id) IM_CHECK(ctx->ItemExists(("**/tile j" + std::to_string(id)).c_str()));
    ctx->ItemClick("**/tile j2006");
    ctx->Yield(2);
    IM_CHECK_EQ(stage.app().state().selection.focus(), library.row_of(JobId{2006}));
    IM_CHECK(stage.app().state().selection.contains(library.row_of(JobId{2006})));
  });
  CHECK(passed);
}

TEST_CASE("A file that was lost is found by its bytes, and the picture is there again, with its marks") {
  Stage stage;
  const auto project = stage.open_fresh_project();
  const auto original = stage.folder() / "media" / "boat.png";
  write_picture_file(original, 200);
  const auto items = [&]() -> const std::vector<Item>& { return stage.app().studio()->view().library.items; };
  std::filesystem::path blob;
  const bool lost = stage.play("lose", [&](ImGuiTestContext* ctx) {
    stage.app().drop({original.string()});
    IM_CHECK(stage.wait_until(ctx, [&] { return items().size() == 1 && items()[0].has_poster && !stage.app().importing().is_under_way(); }));
    stage.app().send()(SetMarksCommand{{{items()[0].asset, Mark::Pick, 4}}}, {});
    IM_CHECK(stage.wait_until(ctx, [&] { return items()[0].stars == 4; }));
    blob = stage.app().studio()->blob_path(stage.app().studio()->view().library.texts[0].sha256);
    stage.app().state().wishes.start_page = true;
    IM_CHECK(stage.wait_until(ctx, [&] { return stage.app().studio() == nullptr; }));
  });
  REQUIRE(lost);
  // Somebody tidies up outside. Its posters go as well, so that the program looks for the file.
  REQUIRE(std::filesystem::remove(blob));
  std::filesystem::remove_all(project / "packs");
  stage.open(project);
  const bool found = stage.play("find", [&](ImGuiTestContext* ctx) {
    IM_CHECK(stage.wait_until(ctx, [&] { return stage.app().studio() && items()[0].asset_state == AssetState::Missing; }));
    ctx->Yield(3);
    ctx->ItemClick("//Gallery/**/Find");
    PickerState& picker = stage.app().picker();
    IM_CHECK(stage.wait_until(ctx, [&] { return picker.is_open && !picker.is_reading; }));
    IM_CHECK(refer_to_popup(ctx));
    if (picker.folder == stage.folder()) ctx->ItemDoubleClick("**/media");
    IM_CHECK(stage.wait_until(ctx, [&] { return !picker.is_reading && picker.folder == original.parent_path(); }));
    ctx->ItemClick("**/boat.png");
    ctx->ItemClick("**/Accept");
    IM_CHECK(stage.wait_until(ctx, [&] { return items()[0].asset_state == AssetState::Done && !stage.app().importing().is_under_way(); }));
    IM_CHECK(stage.wait_until(ctx, [&] { return items()[0].has_poster; }));
  });
  CHECK(found);
  REQUIRE(items().size() == 1);
  CHECK(items()[0].mark == Mark::Pick);
  CHECK(items()[0].stars == 4);
  CHECK(std::filesystem::exists(blob));
}
