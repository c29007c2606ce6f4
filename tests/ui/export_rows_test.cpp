// What an export would copy and how the files would be called, before a file is touched.
#include "panels/export_rows.h"

#include "support/catch.h"
#include "ui/samples.h"

using namespace studio;

namespace {

// Pictures 1 (picked), 2 (rejected), 3; a video 4 of picture 1 and a rejected one 5 of it; picture 6 on its way.
Library sample() {
  Library library;
  library.fold(samples::generation(1, "a lighthouse", 4));
  const auto add = [&](std::int64_t id, Mark mark, Job job) {
    job.state = JobState::Done;
    job.asset = {id};
    library.fold(job);
    Asset asset = samples::asset(id, job);
    asset.mark = mark;
    asset.bytes = id * 1000;
    asset.media.extension = job.recipe.kind == MediaKind::Video ? "mp4" : "png";
    asset.recipe.seed = 40 + id;
    asset.created_ms = 1'772'373'909'000;  // 2026-03-01
    asset.parents = job.parents;
    library.fold(asset);
  };
  add(1, Mark::Pick, samples::job(1, 1, 1));
  add(2, Mark::Reject, samples::job(2, 1, 2));
  add(3, Mark::None, samples::job(3, 1, 3));
  add(4, Mark::None, samples::video_job(4, 1, {1}));
  add(5, Mark::Reject, samples::video_job(5, 1, {1}));
  library.fold(samples::job(6, 1, 4, JobState::Running));
  return library;
}

std::vector<std::int64_t> ids(const Library& library, const std::vector<Row>& rows) {
  std::vector<std::int64_t> numbers;
  for (const Row row : rows) numbers.push_back(library.items[row].asset.value);
  return numbers;
}

using Ids = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("Picked means the picked ones and their videos, all means everything that is not rejected") {
  const Library library = sample();
  const Selection none;
  const auto picked = plan_export(library, none, ExportWhat::Picked, false);
  CHECK(ids(library, picked.files) == Ids{1, 4});
  CHECK(picked.bytes == 5000);
  CHECK(ids(library, plan_export(library, none, ExportWhat::All, false).files) == Ids{1, 3, 4});
  CHECK(plan_export(library, none, ExportWhat::Selection, false).files.empty());
}

TEST_CASE("How many of the files are stale is counted with them") {
  Library library = sample();
  CHECK(plan_export(library, {}, ExportWhat::All, false).stale == 0);
  Asset edited = samples::asset(7, samples::job(7, 2, 1));
  edited.job = {};
  edited.recipe.provider = std::string(import_provider);
  edited.sha256 = std::string(64, 'e');
  edited.parents = {AssetId{1}};
  library.fold(edited);
  CHECK(plan_export(library, {}, ExportWhat::Picked, false).stale == 2);  // picture 1 and its video
  CHECK(plan_export(library, {}, ExportWhat::All, false).stale == 2);
  Selection newest;
  newest.set_all({library.row_of(AssetId{7})});
  CHECK(plan_export(library, newest, ExportWhat::Selection, false).stale == 0);
}

TEST_CASE("A selection is taken as it was chosen, a video's picture comes along once, before it") {
  Library library = sample();
  Selection selection;
  selection.set_all({library.row_of(AssetId{5}), library.row_of(AssetId{4}), library.row_of(AssetId{3}), library.row_of(JobId{6})});
  CHECK(ids(library, plan_export(library, selection, ExportWhat::Selection, false).files) == Ids{5, 4, 3});
  const auto with = plan_export(library, selection, ExportWhat::Selection, true);
  CHECK(ids(library, with.files) == Ids{1, 5, 4, 3});
  CHECK(with.assets.size() == 3);
  CHECK(selected_here(library, selection) == 3);  // one of the four was never made
  CHECK(with.bytes == 13'000);
  library.set_trashed(AssetId{1}, true);
  CHECK(ids(library, plan_export(library, selection, ExportWhat::All, false).files) == Ids{3, 4});
  CHECK(plan_export(library, selection, ExportWhat::Picked, false).files.empty());
}

TEST_CASE("The preview gives the names that the files will have, and says what is wrong with a template") {
  const Library library = sample();
  const auto plan = plan_export(library, {}, ExportWhat::All, false);
  const auto names = preview_names(library, "Film", plan, "{project}-{n}-{prompt}-{seed}-{date}", 3);
  REQUIRE(names);
  CHECK(*names == std::vector<std::string>{"Film-001-a lighthouse-41-2026-03-01.png", "Film-002-a lighthouse-43-2026-03-01.png",
                                           "Film-003-a lighthouse-44-2026-03-01.mp4"});
  // The same name twice gets a number, as when they are written.
  const auto same = preview_names(library, "Film", plan, "{prompt}", 3);
  REQUIRE(same);
  CHECK(*same == std::vector<std::string>{"a lighthouse.png", "a lighthouse-2.png", "a lighthouse.mp4"});
  const auto wrong = preview_names(library, "Film", plan, "{promt}", 3);
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().message.find("{promt}") != std::string::npos);
  CHECK(preview_names(library, "Film", plan, "{n}", 1)->size() == 1);
}

TEST_CASE("Each field that a chip offers is one that names know") {
  for (const NameField& field : name_fields()) CHECK(name_from_template(field.token, {}));
}
