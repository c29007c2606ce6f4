// Those who wait, in the window: their order by keys, menu and mouse, another recipe or model, the hold after a crash, the
// drain; and ten thousand of them.
#include <imgui.h>
#include <imgui_te_context.h>

#include "commands/queue_steps.h"
#include "store/store.h"
#include "support/catch.h"
#include "ui/popup_ref.h"
#include "ui/samples.h"
#include "ui/stage.h"

using namespace studio;

namespace {

const Library& library(Stage& stage) { return stage.app().studio()->view().library; }

int count(Stage& stage, JobState state) {
  int n = 0;
  for (const Item& item : library(stage).items) n += item.state == state ? 1 : 0;
  return n;
}

std::string line(Stage& stage) {
  std::string names;
  for (const JobId job : whole_line(library(stage))) names += (names.empty() ? "" : " ") + to_string(job);
  return names;
}

// A project that holds so many jobs that wait, with these facts; nothing was sent yet.
std::filesystem::path project_with(Stage& stage, int jobs, std::string_view fact) {
  const auto project = stage.folder() / "long";
  REQUIRE(Studio::create_project(project, "long"));
  auto store = Store::open(project);
  REQUIRE(store);
  const auto written = (*store)->write_and_wait([&](Ledger& ledger) -> Result<void> {
    STUDIO_TRY(const GenerationId generation, ledger.add_generation(samples::generation(1, "a lighthouse", jobs)));
    for (int n = 1; n <= jobs; ++n) {
      Job job = samples::job(n, generation.value, n % 10 + 1);
      job.recipe.width = job.recipe.height = 256;
      job.recipe_digest = recipe_digest(job.recipe);
      STUDIO_CHECK(ledger.add_job(job));
    }
    return ledger.set_fact(fact, "1");
  });
  REQUIRE(written);
  return project;
}

// In the layout where it has the most room.
void show_queue(Stage& stage, ImGuiTestContext* ctx) {
  stage.app().state().wishes.layout_review = true;
  ctx->Yield(4);
  ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_J);
  ctx->Yield(3);
}

void open_menu(ImGuiTestContext* ctx, const char* row) {
  ctx->ItemClick(row, ImGuiMouseButton_Right);
  ctx->Yield(2);
}

}  // namespace

TEST_CASE("Queue: jobs change their order by keys, by the menu and by the mouse, and priorities go first") {
  Stage stage;
  stage.open(project_with(stage, 4, paused_fact));
  const bool passed = stage.play("line", [&](ImGuiTestContext* ctx) {
    show_queue(stage, ctx);
    IM_CHECK_STR_EQ(line(stage).c_str(), "j1 j2 j3 j4");
    const auto becomes = [&](const char* wanted) { return stage.wait_until(ctx, [&] { return line(stage) == wanted; }); };
    ctx->ItemClick("//Queue/**/job j3");
    // Each is answered before the next key: an answer's note would come over that key's own word.
    const auto moves = [&](ImGuiKeyChord key, const char* wanted) {
      stage.app().state().note = {};
      ctx->KeyPress(key);
      return becomes(wanted) && stage.wait_until(ctx, [&] { return !stage.app().state().note.text.empty(); });
    };
    IM_CHECK(moves(ImGuiMod_Alt | ImGuiKey_Home, "j3 j1 j2 j4"));
    IM_CHECK(moves(ImGuiMod_Alt | ImGuiKey_DownArrow, "j1 j3 j2 j4"));
    IM_CHECK(moves(ImGuiMod_Alt | ImGuiKey_UpArrow, "j3 j1 j2 j4"));
    // At the end of the line nothing moves, and it is said.
    ctx->KeyPress(ImGuiMod_Alt | ImGuiKey_UpArrow);
    IM_CHECK(stage.wait_until(ctx, [&] { return stage.app().state().note.text == "It is the first in line"; }));
    open_menu(ctx, "//Queue/**/job j1");
    IM_CHECK(refer_to_popup(ctx));
    stage.save_picture("queue-job-menu");
    ctx->Yield(2);
    ctx->ItemClick("**/queue-last");
    IM_CHECK(becomes("j3 j2 j4 j1"));
    // Two at once, by Ctrl.
    ctx->ItemClick("//Queue/**/job j4");
    ctx->KeyDown(ImGuiMod_Ctrl);
    ctx->ItemClick("//Queue/**/job j1");
    ctx->KeyUp(ImGuiMod_Ctrl);
    IM_CHECK_EQ(stage.app().state().selection.count(), 2u);
    ctx->KeyPress(ImGuiMod_Alt | ImGuiKey_Home);
    IM_CHECK(becomes("j4 j1 j3 j2"));
    // By the mouse: the first below the third.
    ctx->ItemClick("//Queue/**/job j4");
    const ImRect third = ctx->ItemInfo("//Queue/**/job j3").RectFull;
    ctx->MouseMove("//Queue/**/job j4");
    ctx->MouseDown();
    ctx->MouseMoveToPos({third.GetCenter().x, third.Max.y - 2});
    ctx->Yield(2);
    stage.save_picture("queue-drag");
    ctx->Yield(2);
    ctx->MouseUp();
    IM_CHECK(becomes("j1 j3 j4 j2"));
    open_menu(ctx, "//Queue/**/job j2");
    IM_CHECK(refer_to_popup(ctx));
    ctx->ItemClick("**/queue-high");
    IM_CHECK(becomes("j2 j1 j3 j4"));
    IM_CHECK(library(stage).items[1].priority == Priority::High);
  });
  CHECK(passed);
}

TEST_CASE("Queue: a waiting job is edited in the prompt, and the draft that was there comes back") {
  Stage stage;
  stage.open(project_with(stage, 2, paused_fact));
  const bool passed = stage.play("edit", [&](ImGuiTestContext* ctx) {
    PromptState& prompt = stage.app().prompt();
    prompt.draft.prompt = "my own draft";
    show_queue(stage, ctx);
    ctx->ItemClick("//Queue/**/job j2");
    ctx->KeyPress(ImGuiMod_Alt | ImGuiKey_Enter);
    IM_CHECK(stage.wait_until(ctx, [&] { return prompt.edit && prompt.draft.prompt == "a lighthouse"; }));
    // The caret is in the words already.
    IM_CHECK(stage.wait_until(ctx, [&] { return ImGui::GetIO().WantTextInput; }));
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_A);
    ctx->KeyChars("a tower by the sea");
    ctx->Yield(2);
    stage.save_picture("prompt-edit-job");
    ctx->Yield(2);
    ctx->ItemClick("//Prompt/**/Save the job");
    IM_CHECK(stage.wait_until(ctx, [&] { return library(stage).texts[1].recipe->prompt == "a tower by the sea"; }));
    IM_CHECK(stage.wait_until(ctx, [&] { return !prompt.edit; }));
    IM_CHECK_STR_EQ(prompt.draft.prompt.c_str(), "my own draft");
    IM_CHECK(library(stage).items[1].state == JobState::Queued);
    IM_CHECK_EQ(library(stage).items.size(), 2u);
    // Left without saving, nothing changes.
    ctx->ItemClick("//Queue/**/job j1");
    ctx->KeyPress(ImGuiMod_Alt | ImGuiKey_Enter);
    IM_CHECK(stage.wait_until(ctx, [&] { return prompt.edit.has_value(); }));
    ctx->Yield(2);
    ctx->ItemClick("//Prompt/**/Leave the edit");
    IM_CHECK(!prompt.edit);
    IM_CHECK_STR_EQ(prompt.draft.prompt.c_str(), "my own draft");
    IM_CHECK_STR_EQ(library(stage).texts[0].recipe->prompt.c_str(), "a lighthouse");
    // The model of one that waits is changed, and nothing is made in addition.
    open_menu(ctx, "//Queue/**/job j1");
    IM_CHECK(refer_to_popup(ctx));
    ctx->ItemClick("**/queue-other-model");
    ctx->Yield(3);
    IM_CHECK(refer_to_popup(ctx));
    IM_CHECK(stage.app().again_dialog().changes_them);
    stage.save_picture("again-with-model");
    ctx->Yield(2);
    ctx->ItemClick("**/sandbox-xl");
    IM_CHECK(stage.wait_until(ctx, [&] { return library(stage).texts[0].recipe->model == "sandbox-xl"; }));
    IM_CHECK_EQ(library(stage).items.size(), 2u);
  });
  CHECK(passed);
}

TEST_CASE("Queue: after a crash it waits for a word, keeps holding in a line, goes on, and ends paused when it is drained") {
  Stage stage;
  stage.open(project_with(stage, 2, held_fact));
  const bool passed = stage.play("hold", [&](ImGuiTestContext* ctx) {
    show_queue(stage, ctx);
    const auto mode = [&] { return stage.app().studio()->view().queue.mode; };
    IM_CHECK(stage.wait_until(ctx, [&] { return mode() == QueueMode::Held; }));
    ctx->Yield(2);
    stage.save_picture("queue-held");
    ctx->Yield(2);
    IM_CHECK_EQ(count(stage, JobState::Queued), 2);
    ctx->ItemClick("//Queue/**/Keep holding");
    ctx->Yield(2);
    IM_CHECK(mode() == QueueMode::Held);
    ctx->ItemClick("//Queue/**/Go on");
    IM_CHECK(stage.wait_until(ctx, [&] { return count(stage, JobState::Done) == 2; }));
    IM_CHECK(mode() == QueueMode::Going);
    // The same again, by another model, in addition.
    ctx->ItemClick("//Queue/**/Done jobs");
    ctx->Yield(2);
    open_menu(ctx, "//Queue/**/job j2");
    IM_CHECK(refer_to_popup(ctx));
    ctx->ItemClick("**/queue-other-model");
    ctx->Yield(3);
    IM_CHECK(refer_to_popup(ctx));
    ctx->ItemClick("**/sandbox-xl");
    IM_CHECK(stage.wait_until(ctx, [&] { return library(stage).items.size() == 3; }));
    IM_CHECK_STR_EQ(library(stage).texts[2].recipe->model.c_str(), "sandbox-xl");
    ctx->ItemClick("//Queue/**/More##queue");
    ctx->Yield(2);
    ctx->ItemClick("//$FOCUSED/Drain");
    IM_CHECK(stage.wait_until(ctx, [&] { return mode() == QueueMode::Paused; }));
    ctx->ItemClick("//Queue/**/Resume");
    IM_CHECK(stage.wait_until(ctx, [&] { return mode() == QueueMode::Going && count(stage, JobState::Done) == 3; }));
  });
  CHECK(passed);
}

TEST_CASE("Queue: of ten thousand jobs that wait only what is in sight is drawn, and a still frame looks at none") {
  for (const float scale : {1.0f, 2.0f}) {
    Stage stage(scale == 1 ? Stage::Settings{} : Stage::Settings{2560, 1440, 2.0f, true, true});
    stage.open(project_with(stage, scale == 1 ? 10'000 : 300, paused_fact));
    const bool passed = stage.play("many", [&](ImGuiTestContext* ctx) {
      show_queue(stage, ctx);
      QueuePanelState& queue = stage.app().queue();
      IM_CHECK(stage.wait_until(ctx, [&] { return queue.index.count(QueueSection::Waiting) >= 300; }));
      ctx->Yield(3);
      const auto looked_at = queue.index.looked_at();
      ctx->Yield(20);
      IM_CHECK_EQ(queue.index.looked_at(), looked_at);
      IM_CHECK_GT(queue.rows_drawn, 0);
      IM_CHECK_LT(queue.rows_drawn, 40);
      stage.save_picture(scale == 1 ? "queue-ten-thousand" : "queue-twice");
      ctx->Yield(2);
      // One of them goes from the first to the last place, and the list with it.
      ctx->ItemClick("//Queue/**/job j1");
      ctx->KeyPress(ImGuiMod_Alt | ImGuiKey_End);
      IM_CHECK(stage.wait_until(ctx, [&] { return queue.index.rows(QueueSection::Waiting).back() == 0; }));
      ctx->ScrollToBottom(ctx->WindowInfo("//Queue/##jobs").ID);
      ctx->Yield(2);
      IM_CHECK(ctx->ItemExists("//Queue/**/job j1"));
      IM_CHECK_LT(queue.rows_drawn, 40);
    });
    CHECK(passed);
  }
}
