// The straight way: from a request to an asset with its cost, in lanes, with uploads, in several files, imported.
#include <fstream>
#include <set>

#include "base/hash.h"
#include "support/catch.h"
#include "support/runner_rig.h"

using namespace studio;

TEST_CASE("a request becomes an asset with its cost and posters") {
  Rig rig;
  rig.open();
  const auto jobs = rig.generate(1, "a lighthouse");
  REQUIRE(jobs.size() == 1);
  const auto outlook = rig.drain();
  CHECK(outlook.need_person.empty());
  const Job job = rig.job(jobs[0].id);
  CHECK(job.state == JobState::Done);
  CHECK(job.progress == 1);
  const auto assets = rig.assets();
  REQUIRE(assets.size() == 1);
  const Asset& asset = assets[0];
  CHECK(job.asset == asset.id);
  CHECK(asset.cost == Money{40'000});
  CHECK(asset.currency == Currency::Play);
  CHECK(asset.recipe.prompt == "a lighthouse");
  CHECK(asset.sha256 == sha256_hex("PNG:r1.0"));
  CHECK(asset.media.mime == "image/png");
  CHECK(asset.variation == 1);
  CHECK(asset.generation == jobs[0].generation);
  CHECK(rig.packs().read(asset.sha256 + ":1024") == "large PNG:r1.0");
  CHECK(rig.packs().read(asset.sha256 + ":256") == "small PNG:r1.0");
  CHECK(rig.events<PosterReady>().size() == 1);
  CHECK(rig.events<AssetArrived>().size() == 1);
  CHECK(rig.books().settled == Money{40'000});
  CHECK(rig.books().reserved == Money{});
  CHECK(rig.service.bill().size() == 1);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("how much of a result is here is told as it comes") {
  constexpr std::int64_t answer_ms = 2000, size = 4'000'000;
  RigOptions options;
  options.answer_ms = answer_ms;
  Rig rig(options);
  rig.service.file_bytes = [](const std::string&, int) { return "PNG:" + std::string(size - 4, 'x'); };
  rig.service.file_life_ms = 600'000;
  rig.open();
  const auto jobs = rig.generate(1);
  rig.drain();
  REQUIRE(rig.job(jobs[0].id).state == JobState::Done);
  const auto told = rig.events<DownloadProgress>();
  // At its begin, then twice a second: of two seconds at least three quarters, whoever else had the clock moved meanwhile.
  REQUIRE(told.size() >= 4);
  CHECK(told.front().bytes == 0);
  for (std::size_t i = 0; i < told.size(); ++i) {
    CHECK(told[i].job == jobs[0].id);
    CHECK(told[i].of_bytes == size);
    CHECK(told[i].expires_ms > rig.clock.wall_ms());
    CHECK(told[i].bytes <= size);
    if (i > 0) CHECK(told[i].bytes > told[i - 1].bytes);
  }
  CHECK(told.back().bytes >= size / 2);
}

TEST_CASE("a batch is admitted whole and never has more in flight than its lane") {
  Rig rig;
  rig.open();
  const auto jobs = rig.generate(12);
  REQUIRE(jobs.size() == 12);
  for (std::size_t i = 0; i < jobs.size(); ++i) CHECK(jobs[i].variation == static_cast<int>(i) + 1);
  rig.drain();
  CHECK(rig.assets().size() == 12);
  CHECK(rig.service.most_at_once() == 2);
  CHECK(rig.broken_promises() == "");
}

namespace {

std::filesystem::path file_with(const Rig& rig, const std::string& name, const std::string& bytes) {
  const auto path = rig.project().parent_path() / name;
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

}  // namespace

TEST_CASE("a picture is uploaded once in two calls and named by every clip made from it") {
  Rig rig;
  rig.service.file_bytes = [](const std::string& id, int) { return "MP4:" + id; };
  rig.open();
  const auto imported = rig.import({file_with(rig, "in.png", "PNG:start")});
  REQUIRE(imported.size() == 1);
  REQUIRE(imported[0].asset);
  rig.animate(imported[0].asset->id, imported[0].asset->sha256);
  rig.drain();
  rig.animate(imported[0].asset->id, imported[0].asset->sha256, 2);
  rig.drain();
  CHECK(rig.service.count("POST /uploads") == 1);
  CHECK(rig.service.count("PUT /uploads/u1") == 1);
  for (const BillLine& line : rig.service.bill()) CHECK(line.body.find("\"image\":\"up:u1\"") != std::string::npos);
  const auto assets = rig.assets();
  REQUIRE(assets.size() == 4);
  CHECK(assets[1].kind == MediaKind::Video);
  CHECK(assets[1].parents == std::vector<AssetId>{imported[0].asset->id});
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("an upload that the service has lost is made anew") {
  Rig rig;
  rig.open();
  const auto imported = rig.import({file_with(rig, "in.png", "PNG:start")});
  REQUIRE(imported[0].asset);
  REQUIRE(rig.store().write_and_wait([&](Ledger& ledger) {
    return ledger.save_upload({"tiny", "tiny:default", imported[0].asset->sha256, "up:lost", 0});
  }));
  const auto jobs = rig.animate(imported[0].asset->id, imported[0].asset->sha256);
  rig.drain();
  CHECK(rig.job(jobs[0].id).state == JobState::Done);
  CHECK(rig.service.bill().at(0).body.find("up:u1") != std::string::npos);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("several files of one job become several assets") {
  Rig rig;
  rig.service.files_per_job = 3;
  rig.open();
  const auto jobs = rig.generate(1);
  rig.drain();
  const auto assets = rig.assets();
  REQUIRE(assets.size() == 3);
  CHECK(assets[0].cost == Money{40'000});
  CHECK(assets[1].cost == Money{});
  CHECK(assets[2].sha256 == sha256_hex("PNG:r1.2"));
  CHECK(rig.job(jobs[0].id).asset == assets[0].id);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("an answer that carries the pictures needs no poll and no fetch") {
  RigOptions options;
  options.provider.inline_answers = true;
  Rig rig(options);
  rig.service.inline_answers = true;
  rig.service.files_per_job = 2;
  rig.open();
  rig.generate(3);
  rig.drain();
  CHECK(rig.assets().size() == 6);
  CHECK(rig.service.count("GET /jobs/") == 0);
  CHECK(rig.service.count("GET /files/") == 0);
  CHECK(std::filesystem::is_empty(rig.project() / "spool"));
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("a status that carries the pictures needs no fetch, be they short or long") {
  Rig rig;
  rig.service.inline_status = true;
  rig.service.files_per_job = 2;
  rig.service.file_bytes = [](const std::string& id, int file) { return "PNG:" + id + std::string(file == 0 ? 10 : 400'000, 'x'); };
  rig.open();
  const auto jobs = rig.generate(3);
  rig.drain();
  for (const Job& job : jobs) CHECK(rig.job(job.id).state == JobState::Done);
  CHECK(rig.assets().size() == 6);
  CHECK(rig.service.count("GET /files/") == 0);
  CHECK(rig.service.count("POST /jobs") == 3);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("two jobs with equal bytes are two assets on one blob") {
  Rig rig;
  rig.service.file_bytes = [](const std::string&, int) { return "PNG:same"; };
  rig.open();
  rig.generate(2);
  rig.drain();
  const auto assets = rig.assets();
  REQUIRE(assets.size() == 2);
  CHECK(assets[0].sha256 == assets[1].sha256);
  CHECK(assets[0].id != assets[1].id);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("an import brings an asset with posters, known bytes bring the asset there is") {
  Rig rig;
  rig.open();
  const auto first = rig.import({file_with(rig, "a.png", "PNG:one"), file_with(rig, "b.mp4", "MP4:two")});
  REQUIRE(first.size() == 2);
  for (const ImportedFile& file : first) REQUIRE(file.asset);
  const auto again = rig.import({file_with(rig, "c.png", "PNG:one")});
  REQUIRE(again[0].asset);
  CHECK(again[0].was_known);
  const auto assets = rig.assets();
  REQUIRE(assets.size() == 2);
  const Asset& picture = assets[0].kind == MediaKind::Image ? assets[0] : assets[1];
  CHECK(again[0].asset->id == picture.id);
  CHECK(picture.recipe.provider == "import");
  CHECK(picture.source_name == "a.png");
  CHECK(picture.media.width == 64);
  CHECK(rig.packs().has(picture.sha256 + ":256"));
}

TEST_CASE("what cannot be imported leaves nothing behind and says why") {
  Rig rig;
  rig.open();
  std::filesystem::create_directory(rig.project().parent_path() / "folder");
  const auto files = rig.import({file_with(rig, "junk.png", "not a picture"), file_with(rig, "crash.png", "CRASH"),
                                 file_with(rig, "late.png", "PNG:BADPOSTER"), rig.project().parent_path() / "folder",
                                 rig.project().parent_path() / "absent.png"});
  REQUIRE(files.size() == 5);
  for (const ImportedFile& file : files) {
    REQUIRE_FALSE(file.asset);
    CHECK(file.asset.error().message.find(file.source.filename().string()) != std::string::npos);
  }
  CHECK(rig.assets().empty());  // a read behind the removal of what was copied for nothing
  int blobs = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(rig.project() / "vault")) blobs += entry.is_regular_file() ? 1 : 0;
  CHECK(blobs == 0);
  CHECK(std::filesystem::is_empty(rig.project() / "spool"));
}

TEST_CASE("a program that only adds to the queue sends nothing, the next one does the work") {
  RigOptions options;
  options.drive = false;
  Rig rig(options);
  rig.open();
  const auto jobs = rig.generate(3);
  CHECK(rig.cancel(jobs[2].id));
  CHECK(rig.service.count("") == 0);
  CHECK(rig.job(jobs[0].id).state == JobState::Queued);
  CHECK(rig.job(jobs[2].id).state == JobState::Cancelled);
  rig.options().drive = true;
  rig.reopen();
  rig.drain();
  CHECK(rig.job(jobs[0].id).state == JobState::Done);
  CHECK(rig.service.bill().size() == 2);
  CHECK(rig.broken_promises() == "");
}

namespace {

std::vector<Job> poster_jobs(Rig& rig) {
  std::vector<Job> jobs;
  REQUIRE(rig.store().read_and_wait([&](Ledger& ledger) -> Result<void> {
    STUDIO_TRY(jobs, ledger.jobs({.kind = JobKind::Poster}));
    return {};
  }));
  return jobs;
}

}  // namespace

TEST_CASE("posters are made by local jobs of the ledger: queued with the picture, running, done, unpaid") {
  Rig rig;
  rig.open();
  rig.generate(2);
  rig.drain();
  const auto jobs = poster_jobs(rig);
  REQUIRE(jobs.size() == 2);
  for (const Job& job : jobs) {
    CHECK(job.state == JobState::Done);
    CHECK(job.estimate == Money{});
    CHECK(rig.attempts(job.id).empty());
    std::vector<JobState> seen;
    for (const auto& event : rig.events<JobChanged>()) {
      if (event.job.id == job.id) seen.push_back(event.job.state);
    }
    CHECK(seen == std::vector{JobState::Queued, JobState::Running, JobState::Done});
  }
  CHECK(rig.books().settled == Money{80'000});
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("posters that are missing from the packs are made at the next start, by the job they had") {
  Rig rig;
  rig.open();
  rig.generate(2);
  rig.drain();
  const auto before = poster_jobs(rig);
  rig.close();
  std::filesystem::remove_all(rig.project() / "packs");
  std::filesystem::create_directory(rig.project() / "packs");
  rig.open();
  rig.wait_until([&] { return rig.events<PosterReady>().size() >= 4; });
  for (const Asset& asset : rig.assets()) CHECK(rig.packs().has(asset.sha256 + ":1024"));
  const auto after = poster_jobs(rig);
  REQUIRE(after.size() == before.size());
  for (std::size_t i = 0; i < after.size(); ++i) CHECK(after[i].id == before[i].id);
  CHECK(rig.media->posters_made == 4);
}

TEST_CASE("the posters of many pictures are found page by page") {
  Rig rig;
  rig.options().drive = false;
  rig.open();
  constexpr int count = 1203;  // more than two pages
  const auto store = [&](const std::string& bytes) {
    const auto file = rig.project().parent_path() / "one.png";
    std::ofstream(file, std::ios::binary) << bytes;
    const auto blob = rig.vault().import(file);
    REQUIRE(blob);
    return blob->sha256;
  };
  const std::string first = store("PNG:first"), last = store("PNG:last");
  REQUIRE(rig.store().write_and_wait([&](Ledger& ledger) -> Result<void> {
    for (int i = 0; i < count; ++i) {
      Asset asset;
      asset.sha256 = i + 1 < count ? first : last;
      asset.media.mime = "image/png";
      STUDIO_CHECK(ledger.add_asset(asset));
    }
    return {};
  }));
  rig.options().drive = true;
  rig.reopen();
  rig.wait_until([&] { return rig.packs().has(first + ":256") && rig.packs().has(last + ":256"); });
  rig.drain();
  for (const Job& job : poster_jobs(rig)) CHECK(job.state == JobState::Done);
}

namespace {

// As the made-up media have it: of a small poster's text.
std::uint32_t average_of(Rig& rig, const Asset& asset) {
  return 0xFF000000u | static_cast<std::uint32_t>(rig.packs().read(asset.sha256 + ":256").value_or("").size());
}

std::set<AssetId> told_of_hints(Rig& rig) {
  std::set<AssetId> assets;
  for (const HintsReady& ready : rig.events<HintsReady>())
    for (const auto& [asset, hint] : ready.hints) assets.insert(asset);
  return assets;
}

}  // namespace

TEST_CASE("the look of each poster is kept with its asset: of results, of imports and of the same bytes again") {
  Rig rig;
  rig.service.file_bytes = [](const std::string&, int) { return std::string("PNG:always the same"); };
  rig.open();
  rig.generate(1);
  rig.drain();
  rig.wait_until([&] { return !rig.events<HintsReady>().empty(); });
  rig.generate(1);
  rig.drain();
  rig.import({file_with(rig, "a.png", "PNG:an import")});
  const auto assets = rig.assets();
  REQUIRE(assets.size() == 3);
  for (const Asset& asset : assets) {
    INFO(to_string(asset.id));
    CHECK(asset.hint.average_rgba == average_of(rig, asset));
    CHECK(asset.hint.hash_bytes == 2);
  }
  CHECK(assets[0].sha256 == assets[1].sha256);
  CHECK(told_of_hints(rig) == std::set{assets[0].id});  // the others came with theirs
  for (const AssetArrived& arrived : rig.events<AssetArrived>())
    CHECK(arrived.asset.hint.is_known() == (arrived.asset.id != assets[0].id));
}

TEST_CASE("pictures from before there were hints get them at the next start, from their posters and a few at a time") {
  Rig rig;
  rig.media->gives_hints = false;
  rig.open();
  constexpr int count = 70;  // more than two handfuls
  std::vector<std::filesystem::path> files;
  for (int i = 0; i < count; ++i) files.push_back(file_with(rig, std::to_string(i) + ".png", "PNG:" + std::string(static_cast<std::size_t>(i), 'x')));
  rig.import(files);
  for (const Asset& asset : rig.assets()) REQUIRE_FALSE(asset.hint.is_known());
  const int made = rig.media->posters_made;
  rig.close();
  rig.media->gives_hints = true;
  rig.open();
  rig.wait_until([&] { return told_of_hints(rig).size() == count; });
  const auto assets = rig.assets();
  REQUIRE(assets.size() == count);
  for (const Asset& asset : assets) CHECK(asset.hint.average_rgba == average_of(rig, asset));
  CHECK(rig.media->posters_made == made);
  for (const HintsReady& ready : rig.events<HintsReady>()) CHECK(ready.hints.size() <= 32);
  // Known once, they are not made again.
  const auto told = rig.events<HintsReady>().size();
  rig.reopen();
  rig.import({file_with(rig, "last.png", "PNG:last")});
  rig.drain();
  CHECK(rig.events<HintsReady>().size() == told);
}

TEST_CASE("a poster that this machine could not make is made at the next start") {
  Rig rig;
  rig.media->before = [](std::string_view step) {
    if (step == "posters") throw std::bad_alloc();
  };
  rig.open();
  rig.generate(1);
  rig.drain();
  REQUIRE(poster_jobs(rig).size() == 1);
  CHECK(poster_jobs(rig)[0].state == JobState::Failed);
  CHECK(rig.assets().at(0).state == AssetState::Done);
  rig.close();
  rig.media->before = {};
  rig.open();
  rig.wait_until([&] { return !rig.events<PosterReady>().empty(); });
  REQUIRE(poster_jobs(rig).size() == 1);
  CHECK(poster_jobs(rig)[0].state == JobState::Done);
}

TEST_CASE("a local job can be cancelled and retried, and not be written off") {
  Rig rig;
  rig.media->before = [](std::string_view step) {
    if (step == "posters") throw std::bad_alloc();
  };
  rig.open();
  rig.generate(1);
  rig.drain();
  const JobId id = poster_jobs(rig).at(0).id;
  CHECK_FALSE(rig.cancel(id));  // it failed already
  CHECK_FALSE(rig.write_off(id));
  CHECK_FALSE(rig.resubmit(id));
  rig.media->before = {};
  REQUIRE(rig.retry(id));
  rig.drain();
  CHECK(rig.job(id).state == JobState::Done);
  CHECK_FALSE(rig.retry(id));
  CHECK(rig.packs().has(rig.assets().at(0).sha256 + ":256"));
}

TEST_CASE("a request the model cannot do, or of unknown price, is refused before anything is reserved", "[fault-58]") {
  Rig rig;
  rig.open();
  Admission admission;
  Recipe recipe;
  recipe.provider = "tiny";
  recipe.model = "tiny-unpriced";
  recipe.prompt = "x";
  recipe.width = recipe.height = 512;
  admission.items.push_back({recipe, 1, {}, {}});
  const auto unpriced = rig.admit(admission);
  REQUIRE_FALSE(unpriced);
  CHECK(unpriced.error().message.find("price") != std::string::npos);
  admission.items[0].recipe.model = "no-such";
  const auto unknown = rig.admit(admission);
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().message.find("tiny-image") != std::string::npos);
  admission.items[0].recipe.model = "tiny-image";
  admission.items[0].recipe.width = 100'000;
  CHECK_FALSE(rig.admit(admission));
  CHECK(rig.events<JobChanged>().empty());
}
