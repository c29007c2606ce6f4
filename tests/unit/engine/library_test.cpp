#include "engine/library.h"

#include "support/catch.h"

using namespace studio;

namespace {

Job image_job(std::int64_t id, int variation) {
  Job job;
  job.id = JobId{id};
  job.generation = GenerationId{1};
  job.variation = variation;
  job.recipe.prompt = "a boat";
  job.estimate = money_from_dollars(0.04);
  return job;
}

Asset asset_of(std::int64_t id, const Job& job) {
  Asset asset;
  asset.id = AssetId{id};
  asset.job = job.id;
  asset.generation = job.generation;
  asset.variation = job.variation;
  asset.kind = job.recipe.kind;
  asset.recipe = job.recipe;
  asset.parents = job.parents;
  asset.sha256 = std::string(64, 'a');
  asset.cost = money_from_dollars(0.03);
  asset.media.width = 100;
  return asset;
}

}  // namespace

TEST_CASE("a job and its asset share one place in the gallery") {
  Library library;
  Job job = image_job(1, 1);
  library.fold(job);
  REQUIRE(library.items.size() == 1);
  CHECK(library.items[0].cost == money_from_dollars(0.04));
  job.state = JobState::Done;
  library.fold(asset_of(7, job));
  library.fold(job);
  REQUIRE(library.items.size() == 1);
  CHECK(library.row_of(AssetId{7}) == library.row_of(JobId{1}));
  CHECK(library.items[0].state == JobState::Done);
  CHECK(library.items[0].cost == money_from_dollars(0.03));
  CHECK(library.items[0].width == 100);
}

TEST_CASE("facts in any order give the same places") {
  Library library;
  Job job = image_job(1, 1);
  job.asset = AssetId{7};
  library.fold(asset_of(7, job));
  library.fold(job);
  library.fold(asset_of(7, job));
  CHECK(library.items.size() == 1);
}

TEST_CASE("a generation keeps variation order whatever arrives first") {
  Library library;
  for (const int variation : {3, 1, 2}) library.fold(image_job(variation + 10, variation));
  std::vector<int> order;
  for (const Row row : library.of_generation.at(GenerationId{1})) order.push_back(library.items[row].variation);
  CHECK(order == std::vector<int>{1, 2, 3});
}

TEST_CASE("videos are found under their image, each once") {
  Library library;
  const Job image = image_job(1, 1);
  library.fold(asset_of(7, image));
  Job video = image_job(2, 1);
  video.generation = GenerationId{2};
  video.recipe.kind = MediaKind::Video;
  video.parents = {AssetId{7}};
  library.fold(video);
  library.fold(video);
  library.fold(asset_of(8, video));
  REQUIRE(library.children.at(AssetId{7}).size() == 1);
  CHECK(library.children.at(AssetId{7})[0] == library.row_of(AssetId{8}));
}

TEST_CASE("the hint of a poster comes with its asset or later, and stays when the asset changes") {
  Library library;
  const Job job = image_job(1, 1);
  library.fold(job);
  REQUIRE(library.hints.size() == library.items.size());
  CHECK_FALSE(library.hints[0].is_known());
  Asset asset = asset_of(7, job);
  library.fold(asset);
  PosterHint hint;
  hint.average_rgba = 0xFF112233u;
  const auto rows = library.rows_revision, all = library.revision;
  library.fold_hint(AssetId{7}, hint);
  library.fold_hint(AssetId{99}, hint);  // nobody's
  CHECK(library.hints[0] == hint);
  CHECK(library.rows_revision == rows);
  CHECK(library.revision > all);
  library.fold(asset);  // as it was read before there was one
  CHECK(library.hints[0] == hint);
  asset.hint.average_rgba = 0xFF445566u;
  library.fold(asset);
  CHECK(library.hints[0] == asset.hint);
  // 100,000 rows stay small.
  static_assert(sizeof(PosterHint) <= 32 && std::is_trivially_copyable_v<PosterHint>);
}

TEST_CASE("progress changes the picture but not the lists, marks change both") {
  Library library;
  Job job = image_job(1, 1);
  job.state = JobState::Running;
  library.fold(job);
  const auto rows = library.rows_revision, all = library.revision;
  job.progress = 0.5;
  library.fold(job);
  CHECK(library.rows_revision == rows);
  CHECK(library.revision > all);
  library.fold(asset_of(7, job));
  const auto before = library.rows_revision;
  library.set_mark(AssetId{7}, Mark::Pick, 4);
  CHECK(library.rows_revision > before);
  CHECK(library.items[0].mark == Mark::Pick);
}

TEST_CASE("the queue is counted by what it means to a person") {
  Library library;
  const JobState states[] = {JobState::Waiting, JobState::Queued, JobState::Sending, JobState::Unknown, JobState::Blocked, JobState::Done,
                             JobState::Failed, JobState::Refused, JobState::Cancelled};
  std::int64_t id = 0;
  for (const JobState state : states) {
    Job job = image_job(++id, 1);
    job.state = state;
    library.fold(job);
  }
  const QueueCounts counts = count_queue(library);
  CHECK(counts.waiting == 2);
  CHECK(counts.running == 1);
  CHECK(counts.need_person == 2);
  CHECK(counts.done == 1);
  CHECK(counts.failed == 2);
}

TEST_CASE("what all that failed would cost again is known at any time, in both purses") {
  Library library;
  CHECK(library.bulk_retry.words().empty());
  const auto fold = [&](std::int64_t id, JobState state, Currency currency, JobCause cause = JobCause::None, bool hold = false) {
    Job job = image_job(id, 1);
    job.state = state;
    job.currency = currency;
    job.cause = cause;
    job.hold = hold;
    library.fold(job);
    return job;
  };
  fold(1, JobState::Failed, Currency::Usd);
  fold(2, JobState::Expired, Currency::Play);
  fold(3, JobState::Failed, Currency::Play);
  fold(4, JobState::Refused, Currency::Usd);
  fold(5, JobState::Failed, Currency::Usd, JobCause::Rejected);
  CHECK(library.bulk_retry.words() == "$0.04 + $0.08 play");
  fold(3, JobState::Failed, Currency::Play);  // said again
  CHECK(library.bulk_retry.words() == "$0.04 + $0.08 play");
  fold(2, JobState::Expired, Currency::Play, JobCause::None, true);  // let be
  CHECK(library.bulk_retry.words() == "$0.04 + $0.04 play");
  fold(1, JobState::Queued, Currency::Usd);  // tried again
  CHECK(library.bulk_retry.words() == "$0.04 play");
  const Job late = fold(3, JobState::Failed, Currency::Play);
  library.fold(asset_of(1, late));
  CHECK(library.bulk_retry.words().empty());
}
