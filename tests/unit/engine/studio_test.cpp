// One open project as its faces use it, without the work itself: nothing here is sent anywhere.
#include "engine/studio.h"

#include <atomic>
#include <thread>

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
