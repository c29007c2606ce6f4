// One open project as its faces use it, without the work itself: nothing here is sent anywhere.
#include "engine/studio.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/file.h"
#include "engine/wiring.h"
#include "store/owner.h"
#include "store/store.h"
#include "support/catch.h"
#include "support/temp_folder.h"

using namespace studio;

namespace {

// A project with one picture, opened by a program that only adds to the queue.
class OpenProject {
 public:
  OpenProject() {
    REQUIRE(Store::create(path, "Film"));
    {
      auto store = Store::open(path);
      REQUIRE(store);
      const auto spool = Vault(path).spool_path("picture");
      REQUIRE(write_file_durable(spool, "a picture"));
      const auto blob = Vault(path).adopt(spool);
      REQUIRE(blob);
      Asset asset;
      asset.sha256 = blob->sha256;
      asset.bytes = blob->bytes;
      asset.media = {.mime = "image/png", .extension = "png", .width = 640, .height = 360};
      asset.recipe.prompt = "a boat on a lake";
      REQUIRE((*store)->write_and_wait([&](Ledger& ledger) -> Result<void> {
        STUDIO_TRY(picture, ledger.add_asset(asset));
        return {};
      }));
    }
    auto parts = make_studio_parts([this] {
      {
        std::lock_guard lock(mutex_);
        is_rung_ = true;
      }
      bell_.notify_one();
    });
    REQUIRE(parts);
    parts->drive = false;
    auto opened = Studio::open(path, std::move(*parts));
    REQUIRE(opened);
    studio = std::move(*opened);
  }

  template <class Condition>
  void tick_until(Condition is_done) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    for (;;) {
      studio->tick();
      if (is_done()) return;
      REQUIRE(std::chrono::steady_clock::now() < end);
      std::unique_lock lock(mutex_);
      bell_.wait_for(lock, std::chrono::seconds(1), [&] { return is_rung_; });
      is_rung_ = false;
    }
  }

  TempFolder folder;
  std::filesystem::path path = folder.path() / "film";
  AssetId picture;
  std::unique_ptr<Studio> studio;

 private:
  std::mutex mutex_;
  std::condition_variable bell_;
  bool is_rung_ = false;
};

AnimateCommand animate(AssetId picture, bool another = false) {
  AnimateCommand command;
  command.assets = {picture};
  command.model = "sandbox-motion";
  command.another = another;
  return command;
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
