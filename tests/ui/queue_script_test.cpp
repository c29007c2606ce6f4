// The queue in the window: pause, filter, cancel, resume, and the card of a failure with its way on.
#include <imgui.h>
#include <imgui_te_context.h>

#include <csignal>

#include "base/paths.h"
#include "support/catch.h"
#include "support/process.h"
#include "ui/sandbox_by_hand.h"

using namespace studio;

namespace {

const Library& library(Stage& stage) { return stage.app().studio()->view().library; }

int count(Stage& stage, JobState state) {
  int n = 0;
  for (const Item& item : library(stage).items) n += item.state == state ? 1 : 0;
  return n;
}

void ask_for(Stage& stage, int n) {
  GenerateCommand command;
  command.prompt = "a balloon over hills";
  command.count = n;
  command.size = {256, 256};
  command.seed = 11;
  stage.app().send()(command, {});
}

void show_queue(ImGuiTestContext* ctx) {
  ctx->Yield(3);
  ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_J);
  ctx->Yield(3);
}

}  // namespace

TEST_CASE("Queue: paused jobs wait, one is cancelled in its row, and Resume makes the other") {
  for (const bool small : {false, true}) {
    Stage stage(small ? Stage::Settings{1280, 720, 1.0f, true, true} : Stage::Settings{});
    stage.open_fresh_project();
    const bool passed = stage.play("pause", [&](ImGuiTestContext* ctx) {
      show_queue(ctx);
      stage.save_picture(small ? "queue-empty-small" : "queue-empty");
      ctx->Yield(2);
      ctx->ItemClick("//Queue/**/Pause all");
      IM_CHECK(stage.wait_until(ctx, [&] { return stage.app().studio()->view().paused; }));
      ask_for(stage, 2);
      IM_CHECK(stage.wait_until(ctx, [&] { return library(stage).items.size() == 2; }));
      ctx->Yield(30);
      IM_CHECK_EQ(count(stage, JobState::Queued), 2);
      stage.save_picture(small ? "queue-paused-small" : "queue-paused");
      ctx->Yield(2);
      // Filters show their own.
      ctx->ItemClick("//Queue/**/Running");
      ctx->Yield(2);
      IM_CHECK(!ctx->ItemExists("//Queue/**/job j1"));
      ctx->ItemClick("//Queue/**/Waiting");
      ctx->Yield(2);
      IM_CHECK(ctx->ItemExists("//Queue/**/job j1"));
      ctx->ItemClick("//Queue/**/Cancel");
      IM_CHECK(stage.wait_until(ctx, [&] { return count(stage, JobState::Cancelled) == 1; }));
      ctx->ItemClick("//Queue/**/All");
      ctx->ItemClick("//Queue/**/Resume");
      IM_CHECK(stage.wait_until(ctx, [&] { return count(stage, JobState::Done) == 1; }));
      IM_CHECK(!stage.app().studio()->view().paused);
      ctx->ItemClick("//Queue/**/Done");
      ctx->Yield(2);
      IM_CHECK(ctx->ItemExists("//Queue/**/job j2"));
      // What was cancelled is not done, and is found.
      IM_CHECK(!ctx->ItemExists("//Queue/**/job j1"));
      ctx->ItemClick("//Queue/**/Cancelled");
      ctx->Yield(2);
      IM_CHECK(ctx->ItemExists("//Queue/**/job j1"));
      IM_CHECK(!ctx->ItemExists("//Queue/**/job j2"));
      ctx->ItemClick("//Queue/**/All");
      ctx->Yield(2);
      ctx->ItemClick("//Queue/**/Cancelled jobs");
      ctx->Yield(2);
      IM_CHECK(ctx->ItemExists("//Queue/**/job j1"));
      ctx->ItemClick("//Queue/**/Cancelled jobs");
      ctx->Yield(2);
      // Done is folded; unfolded, a click on a row goes to its tile.
      IM_CHECK(!ctx->ItemExists("//Queue/**/job j2"));
      ctx->ItemClick("//Queue/**/Done jobs");
      ctx->Yield(2);
      stage.app().state().selection.reset();
      ctx->ItemClick("//Queue/**/job j2");
      ctx->Yield(2);
      IM_CHECK(stage.app().state().selection.contains(1));
      IM_CHECK_EQ(stage.app().state().selection.focus(), 1u);
    });
    CHECK(passed);
    CHECK(stage.settle());
    stage.save_picture(small ? "queue-done-small" : "queue-done");
    stage.frame();
  }
}

TEST_CASE("Queue: a failure stands as a card that says what it cost, and its Retry makes it") {
  Stage stage;
  auto failing = serve(stage, {"--fail-rate", "1"});
  REQUIRE(failing);
  stage.open_fresh_project();
  const bool failed = stage.play("fail", [&](ImGuiTestContext* ctx) {
    ask_for(stage, 2);
    IM_CHECK(stage.wait_until(ctx, [&] { return count(stage, JobState::Failed) == 2; }));
    show_queue(ctx);
    ctx->ItemClick("//Queue/**/Failed");
    ctx->Yield(2);
    IM_CHECK(ctx->ItemExists("//Queue/**/Retry"));
    // One cause, one card.
    IM_CHECK_EQ(stage.app().queue().cards.size(), 1u);
    IM_CHECK_EQ(stage.app().queue().cards.front().jobs, 2);
    stage.save_picture("queue-failed");
    ctx->Yield(2);
  });
  REQUIRE(failed);
  failing->signal(SIGTERM);
  failing->wait();
  auto working = serve(stage, {});
  REQUIRE(working);
  const bool retried = stage.play("retry", [&](ImGuiTestContext* ctx) {
    // One of them alone, in its row below the card.
    ctx->ItemClick("//Queue/**/Jobs of it");
    ctx->Yield(2);
    stage.app().state().wishes.layout_review = true;
    ctx->Yield(4);
    show_queue(ctx);
    ctx->ItemClick("//Queue/**/job j1/Retry");
    IM_CHECK(stage.wait_until(ctx, [&] { return count(stage, JobState::Done) == 1; }));
    // The rest by the menu.
    ctx->ItemClick("//Queue/**/More##queue");
    ctx->Yield(2);
    ctx->ItemClick("//$FOCUSED/Retry all that failed");
    IM_CHECK(stage.wait_until(ctx, [&] { return count(stage, JobState::Done) == 2; }));
  });
  CHECK(retried);
}

TEST_CASE("Queue: Alt+1 takes the first way of the top card, and only where its button is seen") {
  Stage stage;
  auto failing = serve(stage, {"--fail-rate", "1"});
  REQUIRE(failing);
  stage.open_fresh_project();
  AppState& state = stage.app().state();
  const bool failed = stage.play("fail", [&](ImGuiTestContext* ctx) {
    ask_for(stage, 2);
    IM_CHECK(stage.wait_until(ctx, [&] { return count(stage, JobState::Failed) == 2; }));
    show_queue(ctx);
    ctx->ItemClick("//Queue/**/Done");
    ctx->Yield(2);
    // Its card is not among what is shown.
    ctx->KeyPress(ImGuiMod_Alt | ImGuiKey_1);
    ctx->Yield(3);
    IM_CHECK_EQ(count(stage, JobState::Failed), 2);
    IM_CHECK_STR_EQ(state.note.text.c_str(), "The queue shows what needs you: the same key again takes that way");
    IM_CHECK(stage.app().queue().filter == QueueFilter::All);
    stage.app().ledger().is_open = true;
    ctx->Yield(3);
    ctx->KeyPress(ImGuiMod_Alt | ImGuiKey_1);
    ctx->Yield(3);
    IM_CHECK_EQ(count(stage, JobState::Failed), 2);
    IM_CHECK_STR_EQ(state.note.text.c_str(), "Close the ledger first: the queue says what each way costs");
    stage.app().ledger().is_open = false;
    ctx->Yield(3);
  });
  REQUIRE(failed);
  failing->signal(SIGTERM);
  failing->wait();
  auto working = serve(stage, {});
  REQUIRE(working);
  const bool retried = stage.play("alt 1", [&](ImGuiTestContext* ctx) {
    ctx->KeyPress(ImGuiMod_Alt | ImGuiKey_1);
    IM_CHECK(stage.wait_until(ctx, [&] { return count(stage, JobState::Done) == 2; }));
  });
  CHECK(retried);
}

TEST_CASE("Queue: cancelling all that wait leaves none, a refused prompt offers other words, no plain retry") {
  Stage stage;
  auto server = serve(stage, {"--refuse", "balloon"});
  REQUIRE(server);
  stage.open_fresh_project();
  const bool passed = stage.play("cancel all", [&](ImGuiTestContext* ctx) {
    show_queue(ctx);
    ctx->ItemClick("//Queue/**/Pause all");
    IM_CHECK(stage.wait_until(ctx, [&] { return stage.app().studio()->view().paused; }));
    ask_for(stage, 4);
    IM_CHECK(stage.wait_until(ctx, [&] { return count(stage, JobState::Queued) == 4; }));
    ctx->ItemClick("//Queue/**/More##queue");
    ctx->Yield(2);
    stage.save_picture("queue-menu");
    ctx->Yield(2);
    ctx->ItemClick("//$FOCUSED/Cancel all that wait");
    IM_CHECK(stage.wait_until(ctx, [&] { return count(stage, JobState::Cancelled) == 4; }));
    ctx->ItemClick("//Queue/**/Resume");
    ask_for(stage, 1);
    IM_CHECK(stage.wait_until(ctx, [&] { return count(stage, JobState::Refused) == 1; }));
    ctx->ItemClick("//Queue/**/Failed");
    ctx->Yield(2);
    IM_CHECK(ctx->ItemExists("//Queue/**/Change the words"));
    IM_CHECK(!ctx->ItemExists("//Queue/**/Retry"));
    stage.save_picture("queue-refused");
    ctx->Yield(2);
  });
  CHECK(passed);
}

TEST_CASE("The words of a refused video are changed in the bar of its picture") {
  Stage stage;
  auto server = serve(stage, {"--refuse", "balloon"});
  REQUIRE(server);
  stage.open_fresh_project();
  const bool passed = stage.play("motion", [&](ImGuiTestContext* ctx) {
    GenerateCommand picture;
    picture.prompt = "a boat on a lake";
    picture.size = {256, 256};
    stage.app().send()(picture, {});
    IM_CHECK(stage.wait_until(ctx, [&] { return library(stage).items.size() == 1 && library(stage).items[0].has_poster; }));
    AnimateCommand video;
    video.assets = {library(stage).items[0].asset};
    video.prompt = "a balloon rises";
    stage.app().send()(video, {});
    IM_CHECK(stage.wait_until(ctx, [&] { return count(stage, JobState::Refused) == 1; }));
    show_queue(ctx);
    ctx->ItemClick("//Queue/**/Change the words");
    GalleryState& gallery = stage.app().gallery();
    IM_CHECK(stage.wait_until(ctx, [&] { return gallery.video.prompt == "a balloon rises"; }));
    IM_CHECK(stage.app().state().selection.contains(0));
    ctx->Yield(4);
    // The caret is in the words already.
    IM_CHECK(ImGui::GetIO().WantTextInput);
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_A);
    ctx->KeyChars("a boat drifts");
    IM_CHECK(stage.wait_until(ctx, [&] { return gallery.video.prompt == "a boat drifts"; }));
  });
  CHECK(passed);
}
