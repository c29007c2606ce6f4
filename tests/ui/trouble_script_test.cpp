// When things go wrong: a failed tile stays with its reason and is retried, an unknown outcome is decided by the user.
#include <imgui.h>
#include <imgui_te_context.h>

#include <csignal>

#include "base/paths.h"
#include "store/store.h"
#include "support/catch.h"
#include "support/process.h"
#include "ui/popup_ref.h"
#include "ui/samples.h"
#include "ui/sandbox_by_hand.h"

using namespace studio;

namespace {

const Item& first(Stage& stage) { return stage.app().studio()->view().library.items.at(0); }

void ask_for(Stage& stage, int count) {
  GenerateCommand command;
  command.prompt = "a balloon over hills";
  command.count = count;
  command.size = {256, 256};
  command.seed = 11;
  stage.app().send()(command, {});
}

}  // namespace

TEST_CASE("A failed tile keeps its reason and is made by its Retry") {
  Stage stage;
  auto failing = serve(stage, {"--fail-rate", "1"});
  REQUIRE(failing);
  stage.open_fresh_project();
  const bool failed = stage.play("fail", [&](ImGuiTestContext* ctx) {
    ask_for(stage, 1);
    IM_CHECK(stage.wait_until(ctx, [&] {
      return !stage.app().studio()->view().library.items.empty() && first(stage).state == JobState::Failed;
    }));
  });
  REQUIRE(failed);
  CHECK_FALSE(stage.app().studio()->view().library.texts.at(0).reason.empty());
  stage.save_picture("failed");
  stage.frame();
  failing->signal(SIGTERM);
  failing->wait();
  auto working = serve(stage, {});
  REQUIRE(working);
  const bool retried = stage.play("retry", [&](ImGuiTestContext* ctx) {
    ctx->ItemClick("//Gallery/**/Retry");
    IM_CHECK(stage.wait_until(ctx, [&] { return first(stage).asset.valid(); }));
  });
  INFO(stage.app().studio()->view().library.texts.at(0).reason);
  CHECK(retried);
  CHECK(first(stage).state == JobState::Done);
}

TEST_CASE("A refused prompt is a tile with the reason and no plain retry") {
  Stage stage;
  auto server = serve(stage, {"--refuse", "balloon"});
  REQUIRE(server);
  stage.open_fresh_project();
  const bool passed = stage.play("refuse", [&](ImGuiTestContext* ctx) {
    ask_for(stage, 1);
    IM_CHECK(stage.wait_until(ctx, [&] {
      return !stage.app().studio()->view().library.items.empty() && first(stage).state == JobState::Refused;
    }));
    ctx->Yield(2);
    IM_CHECK(!ctx->ItemExists("//Gallery/**/Retry"));
  });
  CHECK(passed);
  CHECK_FALSE(stage.app().studio()->view().library.texts.at(0).reason.empty());
}

TEST_CASE("What may have been charged is decided by a person: later, sent again, written off, or not charged") {
  Stage stage;
  auto server = serve(stage, {"--no-replay", "--submit-delay", "30"});
  REQUIRE(server);
  stage.open_fresh_project();
  const auto& items = stage.app().studio()->view().library.items;
  const bool passed = stage.play("unknown", [&](ImGuiTestContext* ctx) {
    ask_for(stage, 3);
    const auto are_all = [&](JobState state) {
      return items.size() == 3 && std::all_of(items.begin(), items.end(), [&](const Item& item) { return item.state == state; });
    };
    // The line is cut while the answers are awaited: the jobs were taken and billed.
    IM_CHECK(stage.wait_until(ctx, [&] { return billed(stage) == 3; }));
    IM_CHECK(stage.wait_until(ctx, [&] { return are_all(JobState::Sending); }));
    server->signal(SIGKILL);
    server->wait();
    // It comes back without a memory, so that its list knows nothing either.
    std::filesystem::remove_all(stage.sandbox_state());
    IM_CHECK(stage.wait_until(ctx, [&] { return are_all(JobState::Unknown); }));
    const auto decide = [&](int row, const char* button) {
      ctx->Yield(2);
      ctx->ItemClick(("//Gallery/**/tile " + to_string(items[static_cast<std::size_t>(row)].job) + "/Decide").c_str());
      ctx->Yield(2);
      stage.save_picture("decide");
      ctx->Yield(2);
      ctx->ItemClick((std::string("//$FOCUSED/") + button).c_str());
      ctx->Yield(2);
      IM_CHECK(!a_popup_is_open());
    };
    // The queue shows what needs a person.
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_J);
    ctx->Yield(3);
    ctx->ItemClick("//Queue/**/Need you");
    ctx->Yield(2);
    IM_CHECK(stage.app().queue().filter == QueueFilter::NeedYou);
    IM_CHECK(ctx->ItemExists("//Queue/**/Decide"));
    decide(0, "Decide later");
    ctx->Yield(10);
    IM_CHECK(are_all(JobState::Unknown));
    ctx->ItemClick(("//Gallery/**/tile " + to_string(items[0].job) + "/Decide").c_str());
    ctx->Yield(2);
    IM_CHECK(a_popup_is_open());
    ctx->KeyPress(ImGuiKey_Escape);
    ctx->Yield(3);
    IM_CHECK(!a_popup_is_open());
    IM_CHECK(are_all(JobState::Unknown));
    decide(0, "Write off");
    IM_CHECK(stage.wait_until(ctx, [&] { return items[0].state == JobState::Failed; }));
    IM_CHECK(items[1].state == JobState::Unknown);
    decide(2, "Not charged");
    IM_CHECK(stage.wait_until(ctx, [&] { return items[2].state == JobState::Failed; }));
    IM_CHECK(items[1].state == JobState::Unknown);
    decide(1, "Send again");
    IM_CHECK(stage.wait_until(ctx, [&] { return items[1].state == JobState::Done; }));
    IM_CHECK(stage.wait_until(ctx, [&] { return stage.app().studio()->view().play.reserved.micros == 0; }));
  });
  CHECK(passed);
  // What was written off counts as spent; so does what was sent twice, as often as it may have been charged.
  CHECK(stage.app().studio()->view().play.settled.micros == 3 * 40'000);
  CHECK(stage.app().studio()->view().play.reserved.micros == 0);
  CHECK(billed(stage) == 1);  // by the service as it is now
}

TEST_CASE("What was refused without a word on its charge is settled on its card, all of one cause at once") {
  Stage stage;
  const auto project = stage.folder() / "doubts";
  REQUIRE(Studio::create_project(project, "doubts"));
  {
    auto store = Store::open(project);
    REQUIRE(store);
    // As two refusals left it.
    const auto written = (*store)->write_and_wait([&](Ledger& ledger) -> Result<void> {
      STUDIO_TRY(const GenerationId generation, ledger.add_generation(samples::generation(1, "a balloon", 2)));
      for (int n = 1; n <= 2; ++n) {
        Job job = samples::job(n, generation.value, n, JobState::Refused);
        job.cause = JobCause::Moderation;
        job.reason = "The prompt was refused. It may have charged $0.04 play, which stays reserved until you say.";
        job.in_doubt = job.estimate = Money{40'000};
        job.currency = Currency::Play;
        STUDIO_TRY(job.id, ledger.add_job(job));
        Attempt attempt;
        attempt.job = job.id;
        attempt.state = AttemptState::InDoubt;
        attempt.provider = "sandbox";
        attempt.endpoint = "sandbox:default";
        attempt.key = "key " + std::to_string(n);
        attempt.reserved = job.estimate;
        attempt.currency = Currency::Play;
        STUDIO_TRY(job.attempt, ledger.add_attempt(attempt));
        STUDIO_CHECK(ledger.save_job(job));
        STUDIO_CHECK(ledger.add_money({job.attempt, MoneyKind::Reserve, attempt.reserved, Currency::Play, 1}));
      }
      return {};
    });
    REQUIRE(written);
  }
  stage.open(project);
  const bool passed = stage.play("in doubt", [&](ImGuiTestContext* ctx) {
    const auto play = [&] { return stage.app().studio()->view().play; };
    IM_CHECK_EQ(play().reserved.micros, 80'000);
    stage.app().state().wishes.layout_review = true;
    ctx->Yield(4);
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_J);
    ctx->Yield(3);
    IM_CHECK_EQ(stage.app().queue().cards.size(), 1u);
    IM_CHECK(ctx->ItemExists("//Queue/**/Charged"));
    stage.save_picture("queue-in-doubt");
    ctx->Yield(2);
    ctx->ItemClick("//Queue/**/Not charged");
    IM_CHECK(stage.wait_until(ctx, [&] { return play().reserved.micros == 0; }));
    IM_CHECK_EQ(play().settled.micros, 0);
    ctx->Yield(2);
    IM_CHECK(!ctx->ItemExists("//Queue/**/Not charged"));
    IM_CHECK_EQ(stage.app().queue().cards.size(), 1u);  // still refused
  });
  CHECK(passed);
}

TEST_CASE("What may have been charged goes on with the id that a person found at the service") {
  Stage stage;
  auto server = serve(stage, {"--no-replay", "--submit-delay", "30"});
  REQUIRE(server);
  stage.open_fresh_project();
  const bool passed = stage.play("link", [&](ImGuiTestContext* ctx) {
    ask_for(stage, 1);
    IM_CHECK(stage.wait_until(ctx, [&] { return billed(stage) == 1; }));
    IM_CHECK(stage.wait_until(ctx, [&] {
      return !stage.app().studio()->view().library.items.empty() && first(stage).state == JobState::Sending;
    }));
    server->signal(SIGKILL);
    server->wait();
    // It comes back, and still has no list that could be asked.
    server = serve(stage, {"--no-replay"});
    IM_CHECK(server != nullptr);
    IM_CHECK(stage.wait_until(ctx, [&] { return first(stage).state == JobState::Unknown; }));
    ctx->Yield(2);
    ctx->ItemClick("//Gallery/**/Decide");
    ctx->Yield(2);
    stage.save_picture("decide-link");
    ctx->Yield(2);
    // An id that is none of this service's is not believed; nothing typed, nothing done.
    ctx->ItemClick("//$FOCUSED/Link");
    ctx->Yield(2);
    IM_CHECK(first(stage).state == JobState::Unknown);
    ctx->ItemClick("//$FOCUSED/##found id");
    ctx->KeyCharsReplace(first_remote_id(stage.sandbox_state()).c_str());
    ctx->KeyPress(ImGuiKey_Enter);
    IM_CHECK(stage.wait_until(ctx, [&] { return first(stage).state == JobState::Done; }));
    IM_CHECK(stage.wait_until(ctx, [&] { return stage.app().studio()->view().play.settled.micros == 40'000; }));
  });
  CHECK(passed);
  CHECK(stage.app().studio()->view().play.settled.micros == 40'000);
  CHECK(stage.app().studio()->view().play.reserved.micros == 0);
  CHECK(billed(stage) == 1);
}

TEST_CASE("The id that an unclear answer named stands in the question, to be linked") {
  Stage stage;
  auto server = serve(stage, {"--no-replay"});
  REQUIRE(server);
  const auto project = stage.folder() / "told";
  REQUIRE(Studio::create_project(project, "told"));
  {
    auto store = Store::open(project);
    REQUIRE(store);
    const auto written = (*store)->write_and_wait([&](Ledger& ledger) -> Result<void> {
      STUDIO_TRY(const GenerationId generation, ledger.add_generation(samples::generation(1, "a balloon", 1)));
      Job job = samples::job(1, generation.value, 1, JobState::Unknown);
      job.cause = JobCause::Unknown;
      job.reason = "It may have been charged.";
      STUDIO_TRY(job.id, ledger.add_job(job));
      Attempt attempt;
      attempt.job = job.id;
      attempt.state = AttemptState::Unknown;
      attempt.provider = job.recipe.provider;
      attempt.endpoint = job.recipe.provider + ":default";
      attempt.model = job.recipe.model;
      attempt.key = "k1";
      attempt.told_id = "request-7";
      STUDIO_TRY(job.attempt, ledger.add_attempt(attempt));
      return ledger.save_job(job);
    });
    REQUIRE(written);
  }
  stage.open(project);
  const bool passed = stage.play("told", [&](ImGuiTestContext* ctx) {
    IM_CHECK(stage.wait_until(ctx, [&] { return !stage.app().studio()->view().library.items.empty(); }));
    ctx->Yield(3);
    ctx->ItemClick("//Gallery/**/Decide");
    ctx->Yield(2);
    IM_CHECK_STR_EQ(stage.app().state().found_id.c_str(), "request-7");
    ctx->ItemClick("//$FOCUSED/Link");
    IM_CHECK(stage.wait_until(ctx, [&] { return first(stage).state == JobState::Running; }));
    IM_CHECK(stage.app().state().found_id.empty());
  });
  CHECK(passed);
}
