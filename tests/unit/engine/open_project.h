// A project with one picture in it, opened by a program that only adds to the queue: nothing is sent anywhere.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>

#include "base/file.h"
#include "engine/studio.h"
#include "engine/wiring.h"
#include "store/owner.h"
#include "store/store.h"
#include "support/catch.h"
#include "support/temp_folder.h"

namespace studio {

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
    open();
  }

  void reopen() {
    studio.reset();
    open();
  }

 private:
  void open() {
    auto parts = make_studio_parts([this] {
      {
        std::lock_guard lock(mutex_);
        is_rung_ = true;
        ++rings_;
      }
      bell_.notify_one();
    });
    REQUIRE(parts);
    parts->drive = false;
    auto opened = Studio::open(path, std::move(*parts));
    REQUIRE(opened);
    studio = std::move(*opened);
  }

 public:
  // The answer to a command.
  CommandReply run(Command command) {
    std::optional<CommandReply> answer;
    studio->run(std::move(command), [&](const CommandReply& reply) { answer = reply; });
    tick_until([&] { return answer.has_value(); });
    return *answer;
  }
  const Item& item(AssetId id) const {
    const Library& library = studio->view().library;
    return library.items[library.row_of(id)];
  }

  int rings() {
    std::lock_guard lock(mutex_);
    return rings_;
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
  int rings_ = 0;  // how often it was woken
};

}  // namespace studio
