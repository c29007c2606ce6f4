// Each state of a tile on the screen, the ways on that its buttons lead, and a lost file that is found again.
#include <imgui.h>
#include <imgui_te_context.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "base/paths.h"
#include "support/catch.h"
#include "ui/gate.h"
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
  // Two with their picture: one that is stale, and one that is made again.
  Asset older = lost, newer = lost, busy = lost;
  for (Asset* asset : {&older, &newer, &busy}) {
    asset->id = {++id};
    asset->state = AssetState::Done;
    asset->variation = static_cast<int>(id - 999);
    asset->sha256 = library.texts[0].sha256;
  }
  newer.sha256 = library.texts[1].sha256;
  newer.parents = {older.id};
  for (const Asset& asset : {older, newer, busy}) {
    library.fold(asset);
    library.fold_poster(asset.id);
  }
  for (const Row row : {Row{0}, Row{1}}) library.set_trashed(library.items[row].asset, true);  // they lent their posters
  Job remaking;
  remaking.id = {++id};
  remaking.generation = generation.id;
  remaking.variation = static_cast<int>(id - 999);
  remaking.state = JobState::Running;
  remaking.progress = 0.62;
  remaking.recipe = lost.recipe;
  remaking.parents = {busy.id};
  library.fold(remaking);
}

}  // namespace

TEST_CASE("A grid with a tile in each state, whose buttons lead to what helps") {
  Stage stage(Stage::Settings{.width = 1920, .height = 1080});
  stage.open_fresh_project();
  const bool passed = stage.play("states", [&](ImGuiTestContext* ctx) {
    const auto start = assets_folder() / "start";
    stage.app().send()(ImportCommand{{(start / "01.jpg").string(), (start / "02.jpg").string()}}, {});
    IM_CHECK(stage.wait_until(ctx, [&] {
      const auto& items = stage.app().studio()->view().library.items;
      return items.size() == 2 && items[0].has_poster && items[1].has_poster;
    }));
    show_all_states(stage);
    ctx->Yield(4);
    if (stage.draws()) IM_CHECK(stage.wait_until(ctx, [&] { return stage.app().pictures().counts().resident >= 2; }));
    ctx->Yield(4);
    stage.save_picture("tile-states");
    ctx->Yield(2);
    for (const auto& [name, steps] : {std::pair{"tile-states-dense", -2}, std::pair{"tile-states-tiny", -2}, std::pair{"", 4}}) {
      stage.app().state().wishes.larger_tiles = steps;
      ctx->Yield(8);
      if (*name == 0) continue;
      stage.save_picture(name);
      ctx->Yield(2);
    }
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

namespace {

using Rgb = std::array<int, 3>;
Rgb at(const Picture& pixels, float x, float y) {
  const std::uint8_t* p = pixels.row(static_cast<int>(y)) + static_cast<int>(x) * 4;
  return {p[0], p[1], p[2]};
}
int apart(const Rgb& a, const Rgb& b) { return std::max({std::abs(a[0] - b[0]), std::abs(a[1] - b[1]), std::abs(a[2] - b[2])}); }

constexpr Rgb left_colour = {200, 60, 30}, right_colour = {30, 60, 200}, average_colour = {115, 60, 115};

// Under so much of ground.base.
Rgb under_ground(const Rgb& colour, double part) {
  Rgb mixed{};
  for (std::size_t c = 0; c < 3; ++c) mixed[c] = static_cast<int>(std::lround(part * 0x2B + (1 - part) * colour[c]));
  return mixed;
}

// A picture of two halves, imported as the first asset.
bool import_halves(Stage& stage, ImGuiTestContext* ctx) {
  Picture picture(640, 480);
  for (int y = 0; y < picture.height; ++y)
    for (int x = 0; x < picture.width; ++x) {
      const Rgb& colour = x < picture.width / 2 ? left_colour : right_colour;
      std::uint8_t* p = picture.row(y) + x * 4;
      for (std::size_t c = 0; c < 3; ++c) p[c] = static_cast<std::uint8_t>(colour[c]);
      p[3] = 255;
    }
  const auto png = encode_png(picture);
  if (!png || !write_file_durable(stage.folder() / "halves.png", *png)) return false;
  ImportCommand command;
  command.paths = {(stage.folder() / "halves.png").string()};
  stage.app().send()(command, {});
  return stage.wait_until(ctx, [&] {
    const Library& library = stage.app().studio()->view().library;
    return library.items.size() == 1 && library.items[0].has_poster && library.hints[0].is_known();
  });
}

// Posters come only when the gate is open.
void slow_down_posters(Stage& stage, const Gate& gate) {
  stage.app().pictures().set_source([way = gate.way(), read = stage.app().studio()->poster_source()](const std::string& sha256, int edge) {
    way();
    return read(sha256, edge);
  });
}

// Where the picture of a 4:3 tile lies in its box.
struct Halves {
  float left, middle, right, y;
};
Halves halves_of(const ImRect& box) {
  const float width = std::min(box.GetWidth(), box.GetHeight() * 4 / 3), middle = std::floor((box.Min.x + box.Max.x) / 2);
  return {middle - width * 0.4f, middle, middle + width * 0.4f, std::floor((box.Min.y + box.Max.y) / 2)};
}

}  // namespace

TEST_CASE("A tile that loads is its average colour at once, then the picture of its hash, then its poster") {
  Stage stage;
  if (!stage.draws()) STUDIO_SKIP("no EGL without a surface here (libegl-mesa0): pixels cannot be read back");
  stage.open_fresh_project();
  Gate gate;
  ImRect box;
  const bool imported = stage.play("import", [&](ImGuiTestContext* ctx) {
    IM_CHECK(import_halves(stage, ctx));
    ctx->Yield(2);
    box = ctx->ItemInfo("//Gallery/**/tile a1").RectFull;
    ctx->MouseMoveToPos({5, 5});  // hovering lays things over it
  });
  REQUIRE(imported);
  REQUIRE(stage.settle());
  const Halves x = halves_of(box);
  const auto hints_decoded = [&] { return stage.app().pictures().counts().hints_decoded; };
  const std::int64_t before = hints_decoded();

  slow_down_posters(stage, gate);
  const Picture first = stage.pixels();
  for (const float at_x : {x.left, x.middle, x.right}) CHECK(apart(at(first, at_x, x.y), average_colour) <= 3);

  const Picture second = stage.pixels();
  const Rgb left = at(second, x.left, x.y), right = at(second, x.right, x.y);
  CHECK(left[0] > left[2] + 80);
  CHECK(right[2] > right[0] + 80);
  CHECK(apart(at(second, x.middle, x.y), average_colour) < 30);
  // Filtered, not in blocks: a step of a thirtieth of the width would be seen.
  int widest_step = 0;
  for (float at_x = x.left; at_x < x.right; ++at_x) widest_step = std::max(widest_step, apart(at(second, at_x, x.y), at(second, at_x + 1, x.y)));
  CHECK(widest_step <= 8);
  CHECK(stage.app().pictures().counts().resident == 0);
  for (int i = 0; i < 5; ++i) stage.frame();
  CHECK(hints_decoded() == before + 1);  // once

  gate.open();
  REQUIRE(stage.settle());
  const Picture third = stage.pixels();
  for (const float off : {4.0f, 20.0f}) {
    CHECK(apart(at(third, x.middle - off, x.y), left_colour) <= 12);
    CHECK(apart(at(third, x.middle + off, x.y), right_colour) <= 12);
  }
}

TEST_CASE("A picture of which nothing is known but its poster is an empty cell until that is there") {
  Stage stage;
  if (!stage.draws()) STUDIO_SKIP("no EGL without a surface here (libegl-mesa0): pixels cannot be read back");
  stage.open_fresh_project();
  Gate gate;
  ImRect box;
  REQUIRE(stage.play("import", [&](ImGuiTestContext* ctx) {
    IM_CHECK(import_halves(stage, ctx));
    ctx->Yield(2);
    box = ctx->ItemInfo("//Gallery/**/tile a1").RectFull;
    ctx->MouseMoveToPos({5, 5});
  }));
  const_cast<Library&>(stage.app().studio()->view().library).hints[0] = {};
  slow_down_posters(stage, gate);
  const Halves x = halves_of(box);
  const Rgb cell = {0x35, 0x35, 0x35};  // ground.cell
  stage.frame();
  CHECK(apart(at(stage.pixels(), x.left, x.y), cell) == 0);
}

TEST_CASE("A picked tile has its flag in the footer, a rejected one a cross, and the ground over its picture") {
  Stage stage;
  if (!stage.draws()) STUDIO_SKIP("no EGL without a surface here (libegl-mesa0): pixels cannot be read back");
  stage.open_fresh_project();
  ImRect box;
  const auto mark = [&](Mark wanted) {
    return stage.play("mark", [&](ImGuiTestContext* ctx) {
      const auto& items = stage.app().studio()->view().library.items;
      if (items.empty()) IM_CHECK(import_halves(stage, ctx));
      stage.app().send()(SetMarksCommand{{{AssetId{1}, wanted, 0}}}, {});
      IM_CHECK(stage.wait_until(ctx, [&] { return items[0].mark == wanted; }));
      ctx->Yield(2);  // seen by the gallery; then its flash passes
      IM_CHECK(stage.wait_until(ctx, [&] { return stage.app().gallery().flashes.empty(); }));
      ctx->Yield(2);
      box = ctx->ItemInfo("//Gallery/**/tile a1").RectFull;
      ctx->MouseMoveToPos({5, 5});
    });
  };
  // Pixels in the footer, left: 24 high.
  const auto in_footer = [&](const Picture& pixels, const std::function<bool(const Rgb&)>& is_meant) {
    int found = 0;
    for (float y = box.Max.y + 2; y < box.Max.y + 22; ++y)
      for (float x = box.Min.x; x < box.Min.x + 20; ++x) found += is_meant(at(pixels, x, y)) ? 1 : 0;
    return found;
  };
  const auto is_done = [](const Rgb& p) { return apart(p, {0x70, 0xE6, 0xB8}) <= 4; };  // state.done
  // Of a line in text.2 on ground.base, smoothed.
  const auto is_grey = [](const Rgb& p) { return std::abs(p[0] - p[1]) <= 3 && std::abs(p[1] - p[2]) <= 3 && p[0] > 0x2B + 50; };
  REQUIRE(mark(Mark::None));
  REQUIRE(stage.settle());
  const Halves x = halves_of(box);
  const Picture plain = stage.pixels();
  CHECK(apart(at(plain, x.left, x.y), left_colour) <= 6);
  CHECK(in_footer(plain, is_done) + in_footer(plain, is_grey) == 0);

  REQUIRE(mark(Mark::Pick));
  REQUIRE(stage.settle());
  const Picture picked = stage.pixels();
  CHECK(apart(at(picked, x.left, x.y), left_colour) <= 6);  // nothing over the picture
  CHECK(in_footer(picked, is_done) > 20);                   // a filled flag of 14 px
  CHECK(in_footer(picked, is_grey) == 0);

  REQUIRE(mark(Mark::Reject));
  REQUIRE(stage.settle());
  const Picture rejected = stage.pixels();
  // ground.base at 72 %.
  CHECK(apart(at(rejected, x.left, x.y), under_ground(left_colour, 0.72)) <= 4);
  CHECK(apart(at(rejected, x.right, x.y), under_ground(right_colour, 0.72)) <= 4);
  CHECK(in_footer(rejected, is_done) == 0);
  CHECK(in_footer(rejected, is_grey) > 6);
}

TEST_CASE("A stale tile keeps its picture and says why on a plate, and what is made again lies under the ground, with its ring and its cancel") {
  Stage stage;
  if (!stage.draws()) STUDIO_SKIP("no EGL without a surface here (libegl-mesa0): pixels cannot be read back");
  stage.open_fresh_project();
  ImRect box;
  REQUIRE(stage.play("import", [&](ImGuiTestContext* ctx) {
    IM_CHECK(import_halves(stage, ctx));
    ctx->Yield(2);
    box = ctx->ItemInfo("//Gallery/**/tile a1").RectFull;
    ctx->MouseMoveToPos({5, 5});
  }));
  REQUIRE(stage.settle());
  const Halves x = halves_of(box);
  const float width = std::min(box.GetWidth(), box.GetHeight() * 4 / 3), bottom = std::floor(x.y + width * 3 / 8);
  const auto count = [&](const Picture& pixels, float x0, float y0, float x1, float y1, const Rgb& colour) {
    int found = 0;
    for (float y = y0; y < y1; ++y)
      for (float at_x = x0; at_x < x1; ++at_x) found += apart(at(pixels, at_x, y), colour) <= 4 ? 1 : 0;
    return found;
  };
  constexpr Rgb stale = {0xEE, 0xA5, 0x48};
  const auto on_plate = [&](const Picture& pixels) { return count(pixels, x.middle - width / 2, bottom - 30, x.middle, bottom, stale); };
  CHECK(on_plate(stage.pixels()) == 0);

  auto& library = const_cast<Library&>(stage.app().studio()->view().library);
  Asset edited;
  edited.id = {3000};
  edited.sha256 = std::string(64, 'e');
  edited.recipe.provider = std::string(import_provider);
  edited.parents = {AssetId{1}};
  edited.media.width = edited.media.height = 64;
  edited.created_ms = 1;  // behind the other one, which stays where it is
  library.fold(edited);
  stage.frame();
  REQUIRE(stage.settle());
  const Picture said = stage.pixels();
  // A circle whose left half is filled; the picture stays as it is.
  CHECK(on_plate(said) > 40);
  CHECK(apart(at(said, x.left, x.y), left_colour) <= 6);
  CHECK(apart(at(said, x.right, x.y), right_colour) <= 6);
  library.set_trashed(edited.id, true);
  stage.frame();
  REQUIRE(stage.settle());
  CHECK(on_plate(stage.pixels()) == 0);

  Job job;
  job.id = {3001};
  job.state = JobState::Running;
  job.progress = 0.62;
  job.recipe.provider = "sandbox";
  job.recipe.model = "sandbox-flux";
  job.parents = {AssetId{1}};
  library.fold(job);
  REQUIRE(stage.play("look", [&](ImGuiTestContext* ctx) {
    ctx->Yield(2);
    box = ctx->ItemInfo("//Gallery/**/tile a1").RectFull;
    ctx->MouseMoveToPos({5, 5});
  }));
  REQUIRE(stage.settle());
  const Halves moved = halves_of(box);
  const Picture busy = stage.pixels();
  CHECK(apart(at(busy, moved.left, moved.y), under_ground(left_colour, 0.6)) <= 4);
  CHECK(apart(at(busy, moved.right, moved.y), under_ground(right_colour, 0.6)) <= 4);
  // A ring of 44 on a dark disc, 62 % of it in the colour of what runs, from above clockwise.
  const auto running = at(busy, moved.middle + 21, moved.y);
  CHECK(running[2] > 150);
  CHECK(apart(at(busy, moved.middle - 21, moved.y - 6), running) > 60);  // not come to there yet
  CHECK(std::max({at(busy, moved.middle + 25, moved.y)[0], at(busy, moved.middle + 25, moved.y)[1], at(busy, moved.middle + 25, moved.y)[2]}) < 0x40);
  CHECK(stage.play("cancel", [&](ImGuiTestContext* ctx) {
    ctx->MouseMove("//Gallery/**/tile a1");
    ctx->Yield(2);
    IM_CHECK(ctx->ItemExists("//Gallery/**/tile a1/Cancel"));
    IM_CHECK(!ctx->ItemExists("//Gallery/**/tile a1/Pick"));
    IM_CHECK(ctx->ItemExists("//Gallery/**/tile a1/Choose"));
  }));
}
