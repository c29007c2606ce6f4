// One open project as its faces use it, without the work itself: nothing here is sent anywhere.
#include "engine/studio.h"

#include <sqlite3.h>
#include <sys/stat.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "media/encode_image.h"
#include "model/damage.h"
#include "open_project.h"

using namespace studio;

namespace {

AnimateCommand animate(AssetId picture, bool another = false) {
  AnimateCommand command;
  command.assets = {picture};
  command.model = "sandbox-motion";
  command.another = another;
  return command;
}

// As a kill would leave it: owned by a process that is no more.
void pretend_unclean_exit(const std::filesystem::path& project) {
  REQUIRE(write_file_durable(project / "owner.lock", "pid 4000000\nprogram studio\nhost here\nstarted 2026-01-01T00:00:00Z\n"));
}

// Beside the program; the first column of the first row, or nothing.
std::string in_ledger(const std::filesystem::path& project, const char* sql) {
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open((project / "ledger.sqlite").c_str(), &db) == SQLITE_OK);
  sqlite3_busy_timeout(db, 5000);
  std::string found;
  const auto keep = [](void* into, int, char** values, char**) {
    *static_cast<std::string*>(into) = values[0] == nullptr ? "" : values[0];
    return 0;
  };
  const int code = sqlite3_exec(db, sql, keep, &found, nullptr);
  sqlite3_close(db);
  REQUIRE(code == SQLITE_OK);
  return found;
}

std::unique_ptr<Studio> open_to_work(const std::filesystem::path& project) {
  auto parts = make_studio_parts([] {});
  REQUIRE(parts);
  auto opened = Studio::open(project, std::move(*parts));
  REQUIRE(opened);
  return std::move(*opened);
}

template <class Condition>
void tick_until(Studio& studio, Condition is_done) {
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!is_done() && std::chrono::steady_clock::now() < limit) {
    studio.tick();
    std::this_thread::yield();
  }
  REQUIRE(is_done());
}

}  // namespace

TEST_CASE("the same video wished for twice in one moment is made once, another take is made besides") {
  OpenProject project;
  std::vector<CommandReply> replies;
  const auto keep = [&](const CommandReply& reply) { replies.push_back(reply); };
  project.studio->run(animate(project.picture), keep);
  project.studio->run(animate(project.picture), keep);
  project.studio->run(animate(project.picture, true), keep);
  project.tick_until([&] { return replies.size() == 3; });
  std::size_t jobs = 0;
  int skipped = 0;
  for (const CommandReply& reply : replies) {
    CHECK_FALSE(reply.error);
    jobs += reply.jobs.size();
    skipped += reply.skipped;
  }
  CHECK(jobs == 2);
  CHECK(skipped == 1);
  // Once they are shown, a later wish is skipped as well.
  project.studio->run(animate(project.picture), keep);
  project.tick_until([&] { return replies.size() == 4; });
  CHECK(replies.back().skipped == 1);
}

TEST_CASE("a program that only adds to the queue takes work for others, and sends those that wait away") {
  OpenProject project;
  std::optional<Result<ReplyIds>> marked, waited;
  std::atomic<bool> is_over{false};
  std::jthread other([&] {
    marked = run_through_owner(project.path, MarkCommand{{project.picture}, Mark::Pick, {}});
    waited = run_through_owner(project.path, WaitCommand{});
    is_over = true;
  });
  // The answers come over the socket, so there is no bell for them.
  project.tick_until([&] { return is_over.load(); });
  REQUIRE(*marked);
  CHECK_FALSE((*marked)->error);
  CHECK(project.studio->view().library.items[project.studio->view().library.row_of(project.picture)].mark == Mark::Pick);
  REQUIRE(*waited);
  REQUIRE((*waited)->error);
  CHECK((*waited)->error->kind == ErrorKind::Offline);
}

TEST_CASE("a wait for what may need a person wakes nobody while nothing happens") {
  OpenProject project;
  JobId waiting;
  project.studio.reset();
  {
    auto store = Store::open(project.path);
    REQUIRE(store);
    REQUIRE((*store)->write_and_wait([&](Ledger& ledger) -> Result<void> {
      Job parent;
      parent.kind = JobKind::Generate;
      parent.state = JobState::Queued;
      parent.recipe = {.kind = MediaKind::Image, .provider = "sandbox", .model = "sandbox-flux", .prompt = "a boat", .width = 64, .height = 64};
      STUDIO_TRY(const JobId id, ledger.add_job(parent));
      Job child = parent;
      child.state = JobState::Waiting;
      child.waits_for = {id};
      STUDIO_TRY(waiting, ledger.add_job(child));
      return {};
    }));
  }
  project.reopen();
  const auto rings_of_twenty_marks = [&] {
    const int before = project.rings();
    for (int i = 0; i < 20; ++i) CHECK_FALSE(project.run(MarkCommand{{project.picture}, i % 2 == 0 ? Mark::Pick : Mark::None, {}}).error);
    return project.rings() - before;
  };
  const int alone = rings_of_twenty_marks();
  bool is_over = false;
  project.studio->run(WaitCommand{{waiting}}, [&](const CommandReply&) { is_over = true; });
  const int beside_the_wait = rings_of_twenty_marks();
  CHECK_FALSE(is_over);
  INFO(alone << " alone, " << beside_the_wait << " beside the wait");
  CHECK(beside_the_wait <= alone + 5);
}

TEST_CASE("an export that meets a damaged file leaves it out, and it is said of the asset", "[fault-26]") {
  OpenProject project;
  const auto file = project.studio->blob_path(project.studio->view().library.texts[project.studio->view().library.row_of(project.picture)].sha256);
  ::chmod(file.c_str(), 0644);
  std::ofstream(file, std::ios::binary) << "a picturE";
  std::optional<Result<ExportReport>> report;
  ExportRequest request;
  request.to = project.path.parent_path() / "out";
  project.studio->export_files(request, [&](const Result<ExportReport>& done) { report.emplace(done); });
  project.tick_until([&] { return report.has_value(); });
  REQUIRE(*report);
  CHECK((*report)->files.empty());
  REQUIRE((*report)->failures.size() == 1);
  CHECK((*report)->failures[0].asset == project.picture);
  CHECK((*report)->failures[0].error.kind == ErrorKind::Damaged);
  project.tick_until([&] { return project.item(project.picture).asset_state == AssetState::Missing; });
  const Library& library = project.studio->view().library;
  CHECK(is_damage(library.texts[library.row_of(project.picture)].reason));
}

TEST_CASE("a project from before posters had hints gets them beside its work, and has them at the next start") {
  const TempFolder folder;
  const auto path = folder.path() / "film", file = folder.path() / "red.png";
  Picture picture(320, 200);
  for (std::size_t i = 0; i < picture.rgba.size(); i += 4) picture.rgba[i] = 200, picture.rgba[i + 1] = 40, picture.rgba[i + 2] = 60, picture.rgba[i + 3] = 255;
  const auto png = encode_png(picture);
  REQUIRE(png);
  REQUIRE(write_file_durable(file, *png));
  REQUIRE(Store::create(path, "Film"));
  const auto known = [](const Studio& studio) {
    const Library& library = studio.view().library;
    return library.items.size() == 1 && library.items[0].has_poster && library.hints[0].is_known();
  };
  PosterHint hint;
  {
    auto studio = open_to_work(path);
    ImportCommand command;
    command.paths = {file.string()};
    studio->run(command);
    tick_until(*studio, [&] { return known(*studio); });
    hint = studio->view().library.hints[0];
  }
  const auto red = [](std::uint32_t rgba) { return static_cast<int>(rgba & 0xFF); };
  CHECK(std::abs(red(hint.average_rgba) - 200) <= 3);
  CHECK(hint.hash_bytes > 5);
  in_ledger(path, "DROP TABLE poster_hints; ALTER TABLE attempt_texts DROP COLUMN told_id; PRAGMA user_version = 5");
  {
    auto studio = open_to_work(path);
    tick_until(*studio, [&] { return known(*studio); });
    CHECK(studio->view().library.hints[0] == hint);
  }
  // Now it is there from the first look on.
  auto studio = open_to_work(path);
  CHECK(studio->view().library.hints.at(0) == hint);
}

TEST_CASE("after an end in the middle the whole ledger is looked at, and damage stops the queue with a sentence", "[fault-25]") {
  TempFolder temp;
  const auto path = temp.path() / "film";
  REQUIRE(Store::create(path, "Film"));
  // Nothing that a quick look at the pages would find.
  in_ledger(path, "PRAGMA foreign_keys = OFF; INSERT INTO marks VALUES(99999, 'pick', 0)");
  {
    const auto studio = open_to_work(path);
    studio->tick();
    CHECK_FALSE(studio->view().problem);  // the last end was in order
  }
  pretend_unclean_exit(path);
  const auto studio = open_to_work(path);
  tick_until(*studio, [&] { return studio->view().problem.has_value(); });
  CHECK(studio->view().problem->kind == ErrorKind::Damaged);
  CHECK(studio->view().problem->message.find("backup/ledger-") != std::string::npos);
  tick_until(*studio, [&] { return studio->view().queue.mode == QueueMode::Paused; });
}

TEST_CASE("a sound ledger passes its full check once, and says nothing") {
  TempFolder temp;
  const auto path = temp.path() / "film";
  REQUIRE(Store::create(path, "Film"));
  pretend_unclean_exit(path);
  const auto studio = open_to_work(path);
  tick_until(*studio, [&] {
    return in_ledger(path, "SELECT count(*) FROM facts WHERE name = 'ledger_check' AND value = ''") == "1";
  });
  CHECK_FALSE(studio->view().problem);
  CHECK(studio->view().queue.mode == QueueMode::Going);
}
