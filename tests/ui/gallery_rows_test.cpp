// What the gallery shows: groups, layout by arithmetic, and the words of each state.
#include "panels/gallery_rows.h"

#include "model/damage.h"
#include "panels/prompt_rows.h"
#include "ui/samples.h"

using namespace studio;
using namespace studio::samples;

namespace {

GalleryMetrics metrics(float width, float tile) {
  GalleryMetrics m;
  m.width = width;
  m.tile_width = tile;
  return m;
}

constexpr std::int64_t now_ms = 1'700'000'100'000;

TileFace face(const Library& library, Row row, std::int64_t at_ms = now_ms) {
  const auto places = places_in_line(library, 0);
  return face_of({library, providers(), at_ms, places}, row);
}

}  // namespace

TEST_CASE("A request is one group, in the order of its variations, whichever was made known first") {
  Library library;
  library.fold(generation(1, "a lighthouse", 3));
  library.fold(job(12, 1, 3));
  library.fold(job(10, 1, 1));
  library.fold(job(11, 1, 2));
  GalleryIndex index;
  CHECK(index.update(library));
  CHECK_FALSE(index.update(library));
  REQUIRE(index.groups().size() == 1);
  std::string order;
  for (const Row row : index.groups()[0].rows) order += to_string(library.items[row].job) + " ";
  CHECK(order == "j10 j11 j12 ");
}

TEST_CASE("A video is a child of its image and no tile of its own, one without image is") {
  Library library;
  library.fold(generation(1, "a lighthouse", 1));
  const Asset image = arrived(library, 1, job(1, 1, 1));
  library.fold(generation(2, "a lighthouse", 1));
  library.fold(video_job(2, 2, image.id));
  library.fold(generation(3, "", 1));
  library.fold(video_job(3, 3, AssetId{99}));
  GalleryIndex index;
  index.update(library);
  std::size_t tiles = 0;
  for (const auto& group : index.groups()) tiles += group.rows.size();
  CHECK(tiles == 2);
  CHECK(index.group_of(library.row_of(JobId{2})) == index.group_of(library.row_of(JobId{1})));
  CHECK(index.group_of(library.row_of(JobId{3})) != index.group_of(library.row_of(JobId{1})));
}

TEST_CASE("Tiles fill the width in the columns nearest to the wished size") {
  Library library;
  library.fold(generation(1, "p", 10));
  for (int n = 1; n <= 10; ++n) library.fold(job(n, 1, n));
  GalleryIndex index;
  index.update(library);
  // 4 × 248 + 3 × 12 is 1028; four tiles of 224 at 932: the two sizes of the drawn windows.
  const auto wide = lay_out(index, metrics(1028, 248));
  CHECK(wide.columns == 4);
  CHECK(wide.tile_width == 248);
  const auto small = lay_out(index, metrics(932, 248));
  CHECK(small.columns == 4);
  CHECK(small.tile_width == 224);
  REQUIRE(wide.places.size() == 1);
  // Three rows of ten in four columns; a box has the request's own shape, 1344 × 768.
  CHECK(wide.places[0].tile_height == 142);
  CHECK(wide.places[0].height == 32 + 4 + 16 + 3 * (142 + 24 + 16));
  // Not even one tile fits: one column, no crash.
  CHECK(lay_out(index, metrics(50, 512)).columns == 1);
}

TEST_CASE("A row has room for a strip once a tile in it has children") {
  Library library;
  library.fold(generation(1, "p", 6));
  for (int n = 1; n <= 6; ++n) arrived(library, n, job(n, 1, n));
  GalleryIndex index;
  index.update(library);
  const GalleryMetrics m = metrics(1028, 248);
  const auto before = lay_out(index, m);
  library.fold(generation(2, "p", 1));
  library.fold(video_job(20, 2, AssetId{2}));
  index.update(library);
  const auto after = lay_out(index, m);
  REQUIRE(after.places.size() == 1);
  CHECK(after.places[0].strip_rows == std::vector<std::uint32_t>{0});
  CHECK(after.height == before.height + m.strip);
  CHECK(after.row_top(after.places[0], 0) == before.row_top(before.places[0], 0));
  CHECK(after.row_top(after.places[0], 1) == before.row_top(before.places[0], 1) + m.strip);
}

TEST_CASE("The newest request is on top, and only what is visible is found, also among 100,000 tiles") {
  Library library;
  for (int g = 1; g <= 10'000; ++g) {
    library.fold(generation(g, "p", 10));
    for (int n = 1; n <= 10; ++n) library.fold(job(g * 10 + n, g, n));
  }
  GalleryIndex index;
  index.update(library);
  const GalleryMetrics m = metrics(1028, 248);
  const auto layout = lay_out(index, m);
  REQUIRE(layout.places.size() == 10'000);
  CHECK(index.groups()[layout.places[0].group].generation == GenerationId{10'000});
  // Any place in the middle: the found groups are exactly those that touch the view.
  const float top = layout.height / 2, bottom = top + 1080;
  const auto [first, last] = layout.visible(top, bottom);
  CHECK(last - first < 6);
  REQUIRE(first > 0);
  REQUIRE(last < layout.places.size());
  CHECK(layout.places[first - 1].top + layout.places[first - 1].height <= top);
  CHECK(layout.places[first].top + layout.places[first].height > top);
  CHECK(layout.places[last - 1].top < bottom);
  CHECK(layout.places[last].top >= bottom);
}

TEST_CASE("A folded group is its head alone") {
  Library library;
  library.fold(generation(1, "p", 4));
  for (int n = 1; n <= 4; ++n) library.fold(job(n, 1, n));
  GalleryIndex index;
  index.update(library);
  const auto revision = index.revision();
  index.set_folded(0, true);
  CHECK(index.revision() != revision);
  CHECK(lay_out(index, metrics(1028, 248)).height == 32 + 4);
  CHECK(rows_in_order(index, lay_out(index, metrics(1028, 248))).empty());
}

TEST_CASE("Each state has a shape, a word and a way on") {
  Library library;
  library.fold(generation(1, "p", 10));
  const auto with = [&](JobState state, std::string reason = {}) {
    Job j = job(1, 1, 1, state);
    j.reason = std::move(reason);
    library.fold(j);
    return face(library, library.row_of(JobId{1}));
  };
  // As the table of the look has them: words, and the act or why there is none.
  const TileFace waiting = with(JobState::Waiting);
  CHECK(waiting.headline == "Waiting");
  CHECK(waiting.line == "for its picture");
  CHECK(waiting.can_cancel);

  const TileFace queued = with(JobState::Queued);
  CHECK(queued.headline == "Waiting");
  CHECK(queued.line == "$0.04 play");
  CHECK(queued.shape == StateShape::Circle);
  CHECK(queued.can_cancel);
  CHECK(queued.act.empty());

  const TileFace preparing = with(JobState::Preparing);
  CHECK(preparing.headline == "Preparing");
  CHECK(preparing.shape == StateShape::CircleUp);
  CHECK(preparing.can_cancel);

  const TileFace sending = with(JobState::Sending);
  CHECK(sending.headline == "Sending");
  CHECK(sending.line == "Sandbox Flux");
  CHECK(sending.shape == StateShape::CircleUp);
  // What is on the wire cannot be called back.
  CHECK_FALSE(sending.can_cancel);
  CHECK(sending.act.empty());

  const TileFace running = with(JobState::Running);
  CHECK(running.big_ring);
  CHECK(running.can_cancel);

  const TileFace downloading = with(JobState::Fetching);
  CHECK(downloading.headline == "Downloading");
  CHECK(downloading.shape == StateShape::RingDown);
  CHECK(downloading.line == "from Sandbox");
  CHECK_FALSE(downloading.can_cancel);
  CHECK(downloading.progress < 0);
  CHECK(with(JobState::Fetching, "The connection was cut: it goes on in 4 s.").line == "The connection was cut: it goes on in 4 s");
  const auto coming = [&](Download download) {
    with(JobState::Fetching);
    library.fold_download(JobId{1}, download);
    return face(library, library.row_of(JobId{1}));
  };
  CHECK(coming({4'100'000, 5'800'000, 0}).line == "4.1 of 5.8 MB");
  CHECK(coming({2'900'000, 5'800'000, 0}).progress == 0.5f);
  CHECK(coming({0, 5'800'000, 0}).line == "0 of 5.8 MB");
  CHECK(coming({910'000, 5'800'000, 0}).line == "910 kB of 5.8 MB");
  CHECK(coming({910'000, 0, 0}).line == "910 kB");
  CHECK(coming({910'000, 0, 0}).progress < 0);
  // The life of its link where that is short.
  constexpr std::int64_t minute_ms = 60'000, now_ms = 1'700'000'100'000;  // as face() takes it
  CHECK(coming({0, 0, now_ms + 12 * minute_ms}).line == "from Sandbox · link ends in 12 min");
  CHECK(coming({4'100'000, 5'800'000, now_ms + 61 * minute_ms}).line == "4.1 of 5.8 MB");
  CHECK(coming({4'100'000, 5'800'000, now_ms + 59 * minute_ms}).line == "4.1 of 5.8 MB · link ends in 59 min");
  CHECK(coming({4'100'000, 5'800'000, now_ms + 10'000}).line == "4.1 of 5.8 MB · link ends within a minute");
  // What is home is not remembered, and news that come late are of nothing.
  with(JobState::Done);
  library.fold_download(JobId{1}, {1, 2, 0});
  CHECK(library.downloads.empty());

  const TileFace failed = with(JobState::Failed, "The sandbox was busy (503), not charged.");
  CHECK(failed.headline == "Failed, not charged");
  CHECK(failed.brief == "Failed");
  CHECK(failed.shape == StateShape::Triangle);
  CHECK(failed.line == "The sandbox was busy (503)");
  CHECK(with(JobState::Failed, "The service failed. It charged $0.03.").headline == "Failed, charged $0.03");
  CHECK(failed.act == "Retry $0.04 play");
  CHECK(failed.act_id == "Retry");

  const TileFace refused = with(JobState::Refused, "The prompt was refused.");
  CHECK(refused.headline == "Refused");
  CHECK(refused.line == "The prompt was refused");
  CHECK(refused.shape == StateShape::Octagon);
  // Not a plain retry: the same would be refused again.
  CHECK(refused.act == "Open card");

  const auto with_cause = [&](JobState state, JobCause cause, std::string reason = {}) {
    Job j = job(1, 1, 1, state);
    j.cause = cause;
    j.reason = std::move(reason);
    library.fold(j);
    return face(library, library.row_of(JobId{1}));
  };
  const TileFace for_good = with_cause(JobState::Failed, JobCause::Rejected, "It is too small (image). The same again will not help.");
  CHECK(for_good.act == "Open card");
  const TileFace unknown = with_cause(JobState::Unknown, JobCause::Unknown);
  CHECK(unknown.shape == StateShape::Diamond);
  CHECK(unknown.headline == "May have been charged");
  CHECK(unknown.line == "up to $0.04 play");
  CHECK(unknown.act == "Decide…");
  // The service is still asked with the same key: no person is needed yet.
  CHECK(with_cause(JobState::Unknown, JobCause::None).line == "up to $0.04 play · looking for it");

  const TileFace over = with_cause(JobState::Blocked, JobCause::Cap, "Day: $1.00 of $1.00 are used.");
  CHECK(over.shape == StateShape::SquarePause);
  CHECK(over.headline == "Over budget");
  CHECK(over.line == "$0.04 play · starts when there is room");
  CHECK(over.act == "Raise cap…");
  const TileFace fast = with_cause(JobState::Blocked, JobCause::Spending, "More than $2.00 went in a minute.");
  CHECK(fast.headline == "Money goes too fast");
  CHECK(fast.line == "More than $2.00 went in a minute");
  CHECK(fast.act == "Budget…");
  const TileFace stopped = with_cause(JobState::Blocked, JobCause::Key, "The key was refused.");
  CHECK(stopped.headline == "The account is stopped");
  CHECK(stopped.line == "The key was refused");
  CHECK(stopped.act == "Check key…");

  const TileFace cancelled = with(JobState::Cancelled);
  CHECK(cancelled.headline == "Cancelled");
  CHECK(cancelled.shape == StateShape::CircleSlash);
  CHECK(cancelled.act == "Start again $0.04 play");

  const TileFace expired = with(JobState::Expired);
  CHECK(expired.headline == "Expired");
  CHECK(expired.line == "the provider no longer has it");
  CHECK(expired.act == "Retry $0.04 play");

  const TileFace quarantined = with(JobState::Quarantined);
  CHECK(quarantined.headline == "Quarantined");
  CHECK(quarantined.shape == StateShape::SquareCross);
  CHECK(quarantined.hatched);
  CHECK(quarantined.act == "Details");
}

TEST_CASE("Progress is a share, or a stepping arc with the time it took so far") {
  Library library;
  library.fold(generation(1, "p", 1));
  Job j = job(1, 1, 1, JobState::Running);
  j.progress = 0.62;
  j.eta_secs = 12.4;
  library.fold(j);
  const Row row = library.row_of(JobId{1});
  TileFace known = face(library, row);
  CHECK(known.shape == StateShape::Ring);
  CHECK(known.inside == "62%");
  CHECK(known.line == "about 12 s left");
  j.progress = -1;
  j.eta_secs = 0;
  library.fold(j);
  library.items[row].started_ms = 1'700'000'000'000;
  TileFace blind = face(library, row, 1'700'000'108'500);
  CHECK(blind.shape == StateShape::RingTick);
  CHECK(blind.inside == "1:48");
  // A quarter of a second later the arc has stepped once.
  CHECK(face(library, row, 1'700'000'108'750).steps == blind.steps + 1);
}

TEST_CASE("A place in line is counted by medium and named from the second on") {
  Library library;
  library.fold(generation(1, "p", 3));
  for (int n = 1; n <= 3; ++n) library.fold(job(n, 1, n));
  library.fold(video_job(9, 2, AssetId{77}));
  CHECK(face(library, library.row_of(JobId{1})).line == "$0.04 play");
  CHECK(face(library, library.row_of(JobId{2})).line == "2nd in line · $0.04 play");
  CHECK(face(library, library.row_of(JobId{3})).line == "3rd in line · $0.04 play");
  CHECK(face(library, library.row_of(JobId{9})).line == "$0.42 play");
}

TEST_CASE("An arrived video shows its length, a missing file says so") {
  Library library;
  library.fold(generation(1, "p", 1));
  Job j = video_job(1, 1, AssetId{});
  j.parents.clear();
  j.state = JobState::Done;
  library.fold(j);
  Asset video = asset(1, j);
  video.media.seconds = 5.04;
  library.fold(video);
  const Row row = library.row_of(AssetId{1});
  CHECK(face(library, row).shape == StateShape::None);
  CHECK(face(library, row).duration == "5.0");
  video.state = AssetState::Missing;
  library.fold(video);
  CHECK(face(library, row).shape == StateShape::SquareDashed);
  CHECK(face(library, row).headline == "File missing");
  CHECK(face(library, row).line == "moved or deleted outside");
  CHECK(face(library, row).act == "Find…");
  video.reason = damaged_reason(video.recipe, true);
  library.fold(video);
  CHECK(face(library, row).shape == StateShape::SquareDashed);
  CHECK(face(library, row).headline == "File damaged");
  CHECK(face(library, row).line.find("Import the right file") != std::string::npos);
  CHECK(face(library, row).act == "Find…");
  video.reason.clear();
  video.state = AssetState::Quarantined;
  library.fold(video);
  CHECK(face(library, row).headline == "Quarantined");
  CHECK(face(library, row).hatched);
  CHECK(face(library, row).act == "Details");
}

TEST_CASE("A group's head counts what arrived and what it cost") {
  Library library;
  library.fold(generation(1, "A lighthouse on a storm coast", 4));
  for (int n = 1; n <= 4; ++n) library.fold(job(n, 1, n));
  GalleryIndex index;
  index.update(library);
  arrived(library, 1, job(1, 1, 1));
  arrived(library, 2, job(2, 1, 2));
  library.set_mark(AssetId{2}, Mark::Pick, 0);
  const GroupHead head = head_of(library, providers(), index.groups()[0], 1'700'000'100'000);
  CHECK(head.title == "A lighthouse on a storm coast");
  CHECK(head.arrived == 2);
  CHECK(head.total == 4);
  CHECK(head.picked == 1);
  CHECK(head.open == 2);
  CHECK(head.state == "2 of 4 arrived");
  CHECK(head.facts ==
        "Sandbox Flux · 4 variations · " + clock_time(index.groups()[0].created_ms) + " · $0.08 of $0.16 play");
}

TEST_CASE("A group's head is about the whole request, and says what ended without a picture") {
  Library library;
  library.fold(generation(1, "A lighthouse", 5));
  for (int n = 1; n <= 5; ++n) library.fold(job(n, 1, n));
  GalleryIndex index;
  index.update(library);
  const auto head = [&] { return head_of(library, providers(), index.groups()[0], now_ms); };
  const auto ends_with = [&](std::string_view end) { return head().facts.ends_with(end); };
  for (int n = 1; n <= 3; ++n) arrived(library, n, job(n, 1, n));
  library.fold(job(4, 1, 4, JobState::Cancelled));
  CHECK(head().state == "3 of 5 arrived, 1 cancelled");
  CHECK(head().open == 1);
  CHECK(ends_with("5 variations · " + clock_time(index.groups()[0].created_ms) + " · $0.12 of $0.16 play"));
  library.fold(job(5, 1, 5, JobState::Cancelled));
  CHECK(head().state == "3 of 5, 2 cancelled");
  CHECK(head().open == 0);
  CHECK(ends_with(" · $0.12 play"));
  // What lies in the trash was paid all the same.
  library.set_trashed(AssetId{1}, true);
  index.update(library);
  CHECK(index.groups()[0].rows.size() == 4);
  CHECK(head().total == 5);
  CHECK(head().state == "3 of 5, 2 cancelled");
  CHECK(ends_with(" · $0.12 play"));
}

TEST_CASE("What ended without a picture was asked for, not made, and cost what was charged for it") {
  Library library;
  library.fold(generation(1, "p", 2));
  const auto value = [&](Row row, std::string_view label, bool in_loupe) -> std::string {
    const auto lines = in_loupe ? recipe_facts(library, providers(), row) : note_of(library, providers(), row, now_ms).lines;
    for (const auto& line : lines)
      if (line.label == label) return line.value;
    return "";
  };
  Job j = job(1, 1, 1, JobState::Cancelled);
  library.fold(j);
  library.fold(job(2, 1, 2));
  for (const bool in_loupe : {false, true}) {
    CHECK(value(0, "Cost", in_loupe) == "$0.00 play");
    CHECK(value(0, "Made", in_loupe).empty());
    CHECK_FALSE(value(0, "Asked for", in_loupe).empty());
    CHECK(value(0, "Seed", in_loupe) == "0");
    CHECK(value(1, "Cost", in_loupe) == "$0.04 play");
  }
  j.state = JobState::Failed;
  j.reason = "It gave no file. It charged $0.035.";
  j.charged = money_from_dollars(0.035);
  library.fold(j);
  CHECK(value(0, "Cost", true) == "$0.035 play");
  j.reason = "Refused. It may have charged $0.04 play, which stays reserved until you say.";
  j.charged = {};
  j.in_doubt = j.estimate;
  library.fold(j);
  for (const bool in_loupe : {false, true}) CHECK(value(0, "Cost", in_loupe) == "up to $0.04 play");
  // A model without seeds has none to show.
  const ModelInfo* seedless = nullptr;
  for (const ModelInfo* model : models_of(providers(), MediaKind::Image)) if (!model->has_seed) seedless = model;
  for (const ModelInfo* model : models_of(providers(), MediaKind::Video)) if (!model->has_seed) seedless = model;
  REQUIRE(seedless != nullptr);
  Job other = job(3, 1, 3);
  other.recipe.model = seedless->id;
  library.fold(other);
  const Asset made = arrived(library, 1, other);
  const Row row = library.row_of(made.id);
  for (const bool in_loupe : {false, true}) {
    CHECK(value(row, "Model", in_loupe) == seedless->label);
    CHECK(value(row, "Seed", in_loupe).empty());
    CHECK_FALSE(value(row, "Made", in_loupe).empty());
  }
}

TEST_CASE("The bar counts the videos that will be made") {
  CHECK(videos_to_make({6, 0, 0}, false) == 6);
  CHECK(videos_to_make({6, 0, 1}, false) == 5);
  CHECK(videos_to_make({6, 2, 1}, false) == 3);
  CHECK(videos_to_make({6, 2, 1}, true) == 5);
  CHECK(videos_to_make({1, 0, 1}, false) == 0);
}

TEST_CASE("One line says what became of a wish for videos, and the first reason why some are left out") {
  Library library;
  library.fold(generation(1, "p", 2));
  Asset named = arrived(library, 1, job(1, 1, 1));
  named.source_name = "boat.png";
  library.fold(named);
  arrived(library, 2, job(2, 1, 2));
  CommandReply reply;
  reply.jobs.resize(1);
  CHECK(words_of_videos(library, reply) == "1 video is on the way");
  reply.jobs.resize(5);
  reply.skipped = 2;
  CHECK(words_of_videos(library, reply) == "5 videos are on the way, 2 had it already");
  reply.skipped = 0;
  reply.failures.push_back({"a1", {ErrorKind::BadRequest, "a1 cannot be used: its file is missing.", "", 0}});
  CHECK(words_of_videos(library, reply) ==
        "5 videos are on the way, 1 picture is left out: a1 (boat.png) cannot be used: its file is missing.");
  reply.failures.insert(reply.failures.begin(), {"a2", {ErrorKind::BadRequest, "a2: Its prompt is too long.", "", 0}});
  CHECK(words_of_videos(library, reply) ==
        "5 videos are on the way, 2 pictures are left out. The first: a2 (a lighthouse): Its prompt is too long.");
  reply.jobs.clear();
  reply.skipped = 1;
  reply.failures.resize(1);
  CHECK(words_of_videos(library, reply) ==
        "Nothing new to make, 1 had it already, 1 picture is left out: a2 (a lighthouse): Its prompt is too long.");
}

TEST_CASE("Videos are wanted of images that are here or lost, never of what is not made yet or was deleted") {
  Library library;
  library.fold(generation(1, "p", 3));
  arrived(library, 1, job(1, 1, 1));
  library.fold(job(2, 1, 2));
  Asset gone = arrived(library, 3, job(3, 1, 3));
  gone.state = AssetState::Missing;
  library.fold(gone);
  library.fold(video_job(4, 2, AssetId{1}));
  Asset deleted = arrived(library, 5, job(5, 1, 5));
  deleted.state = AssetState::Deleted;
  library.fold(deleted);
  CHECK(images_of(library, {0, 1, 2, 3, 4}) == std::vector<AssetId>{AssetId{1}, AssetId{3}});
}
