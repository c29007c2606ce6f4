// Nothing that costs money is sent unseen: the keys bring its price to the front first, wherever the panels lie.
#include <imgui.h>
#include <imgui_te_context.h>

#include "support/catch.h"
#include "ui/media_files.h"
#include "ui/one_picture.h"
#include "ui/popup_ref.h"
#include "ui/sandbox_by_hand.h"
#include "ui/stage.h"
#include "ui/tiles.h"

using namespace studio;

namespace {

void fill_prompt(Stage& stage, const char* words) {
  PromptDraft& draft = stage.app().prompt().draft;
  draft.prompt = words;
  draft.count = 1;
  draft.size = {256, 256};
}

// Layout Review: the prompt lies behind the gallery, and the loupe has the keyboard.
void review_in_loupe(Stage& stage, ImGuiTestContext* ctx) {
  stage.app().state().wishes.layout_review = true;
  ctx->Yield(5);
  stage.app().state().selection.set_focus(0);
  ctx->Yield(2);
  ctx->ItemClick("//Loupe/Picture");
  ctx->Yield(2);
}

bool import_three(Stage& stage, ImGuiTestContext* ctx) {
  for (int i = 0; i < 3; ++i)
    write_picture_file(stage.folder() / "media" / (std::to_string(i) + ".png"), static_cast<std::uint8_t>(40 + i * 40));
  stage.app().drop({(stage.folder() / "media").string()});
  if (!stage.wait_until(ctx, [&] {
        const auto& items = library_of(stage).items;
        return items.size() == 3 && items[0].has_poster && items[1].has_poster && items[2].has_poster && !stage.app().importing().is_under_way();
      }))
    return false;
  if (stage.app().importing().is_shown) ctx->ItemClick("//Import/Close");
  ctx->Yield(2);
  return true;
}

}  // namespace

TEST_CASE("Ctrl+Enter brings a prompt that lies behind a tab to the front, and only there it sends") {
  Stage stage;
  stage.open_fresh_project();
  AppState& state = stage.app().state();
  const bool passed = stage.play("unseen", [&](ImGuiTestContext* ctx) {
    const auto& items = library_of(stage).items;
    IM_CHECK(make_one(stage, ctx));
    fill_prompt(stage, "a harbour at dawn");
    review_in_loupe(stage, ctx);
    IM_CHECK(!state.prompt_is_seen);
    IM_CHECK(state.loupe_has_focus);
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_Enter);
    ctx->Yield(10);
    IM_CHECK_EQ(items.size(), 1u);
    IM_CHECK(state.prompt_is_seen);
    IM_CHECK_STR_EQ(state.note.text.c_str(), "The prompt says what it will cost: Ctrl+Enter there sends it");
    stage.save_picture("price-prompt-brought-forward");
    ctx->Yield(2);
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_Enter);
    IM_CHECK(stage.wait_until(ctx, [&] { return items.size() == 2; }));
    IM_CHECK(stage.wait_until(ctx, [&] { return state.note.text == "Generate 1 image, $0.04 play: on the way"; }));
    // What stands in its way is said where it is seen whatever lies in front.
    fill_prompt(stage, "");
    ctx->Yield(2);
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_Enter);
    ctx->Yield(3);
    IM_CHECK(state.note.kind == Note::Kind::Problem);
    IM_CHECK_STR_EQ(state.note.text.c_str(), "Write a prompt first.");
  });
  CHECK(passed);
}

TEST_CASE("A key that makes one again acts at once beside its price, and says it first where the loupe is hidden") {
  Stage stage;
  stage.open_fresh_project();
  AppState& state = stage.app().state();
  const bool passed = stage.play("again by key", [&](ImGuiTestContext* ctx) {
    const auto& items = library_of(stage).items;
    IM_CHECK(make_one(stage, ctx));
    review_in_loupe(stage, ctx);
    IM_CHECK_EQ(state.priced_row, 0u);
    ctx->KeyPress(ImGuiKey_A);
    IM_CHECK(stage.wait_until(ctx, [&] { return items.size() == 2; }));
    state.wishes.show_panel = "Queue";  // before the loupe
    ctx->Yield(5);
    ctx->ItemClick(tile_of(stage, 0).c_str());
    ctx->Yield(2);
    IM_CHECK(state.priced_row == no_row);
    ctx->KeyPress(ImGuiKey_A);
    ctx->Yield(5);
    IM_CHECK_EQ(items.size(), 2u);
    IM_CHECK_STR_EQ(state.note.text.c_str(), "Again with a new seed: $0.04 play. A once more does it");
    stage.save_picture("price-of-a-key");
    ctx->Yield(2);
    // Another one has to be said anew.
    ctx->ItemClick(tile_of(stage, 1).c_str());
    ctx->Yield(2);
    ctx->KeyPress(ImGuiKey_A);
    ctx->Yield(5);
    IM_CHECK_EQ(items.size(), 2u);
    ctx->KeyPress(ImGuiKey_A);
    IM_CHECK(stage.wait_until(ctx, [&] { return items.size() == 3; }));
    ctx->KeyPress(ImGuiKey_A);
    ctx->Yield(5);
    IM_CHECK_EQ(items.size(), 3u);
  });
  CHECK(passed);
}

TEST_CASE("What lies over the prompt hides its price: Ctrl+Enter says to close it first") {
  Stage stage;
  stage.open_fresh_project();
  AppState& state = stage.app().state();
  const bool passed = stage.play("covered", [&](ImGuiTestContext* ctx) {
    fill_prompt(stage, "a harbour at dawn");
    stage.app().ledger().is_open = true;
    ctx->Yield(3);
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_Enter);
    ctx->Yield(5);
    IM_CHECK(library_of(stage).items.empty());
    IM_CHECK_STR_EQ(state.note.text.c_str(), "Close the ledger first: the prompt says what it will cost");
    stage.app().ledger().is_open = false;
    ctx->Yield(3);
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_Enter);
    IM_CHECK(stage.wait_until(ctx, [&] { return library_of(stage).items.size() == 1; }));
  });
  CHECK(passed);
}

TEST_CASE("What lies over the gallery's bar hides its price: videos wait until it is closed") {
  Stage stage;
  stage.open_fresh_project();
  AppState& state = stage.app().state();
  const bool passed = stage.play("covered bar", [&](ImGuiTestContext* ctx) {
    const auto& items = library_of(stage).items;
    IM_CHECK(make_one(stage, ctx));
    state.selection.set_only(0);
    stage.app().settings_panel().is_open = true;
    ctx->Yield(3);
    state.wishes.videos = true;
    ctx->Yield(5);
    IM_CHECK_EQ(items.size(), 1u);
    IM_CHECK_STR_EQ(state.note.text.c_str(), "Close the settings first: this bar says what the videos will cost");
    stage.app().settings_panel().is_open = false;
    ctx->Yield(3);
    state.wishes.videos = true;
    IM_CHECK(stage.wait_until(ctx, [&] { return items.size() == 2; }));
  });
  CHECK(passed);
}

TEST_CASE("Keep going that is turned on while a batch is on its way waits for that one") {
  Stage stage;
  stage.open_fresh_project();
  PromptState& prompt = stage.app().prompt();
  const bool passed = stage.play("on its way", [&](ImGuiTestContext* ctx) {
    fill_prompt(stage, "a harbour at dawn");
    ctx->Yield(2);
    prompt.batch_is_coming = true;  // it was sent, and its answer is not here yet
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_G);
    ctx->Yield(5);
    IM_CHECK(prompt.keeps_going);
    IM_CHECK(library_of(stage).items.empty());
    IM_CHECK_STR_EQ(stage.app().state().note.text.c_str(), "Keeps going: the next batch comes as soon as you judge the last one");
  });
  CHECK(passed);
}

TEST_CASE("Keep going begins only where its price is seen, says that it is on wherever the prompt lies, and ends unseen") {
  Stage stage;
  stage.open_fresh_project();
  AppState& state = stage.app().state();
  PromptState& prompt = stage.app().prompt();
  const bool passed = stage.play("keep going", [&](ImGuiTestContext* ctx) {
    const auto& items = library_of(stage).items;
    IM_CHECK(make_one(stage, ctx));
    fill_prompt(stage, "a harbour at dawn");
    review_in_loupe(stage, ctx);
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_G);
    ctx->Yield(10);
    IM_CHECK(!prompt.keeps_going);
    IM_CHECK(state.keeps_going.empty());
    IM_CHECK_EQ(items.size(), 1u);
    IM_CHECK(state.prompt_is_seen);
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_G);
    IM_CHECK(stage.wait_until(ctx, [&] { return items.size() == 2; }));
    IM_CHECK(prompt.keeps_going);
    review_in_loupe(stage, ctx);
    state.wishes.show_panel = "Gallery";
    ctx->Yield(5);
    IM_CHECK(!state.prompt_is_seen);
    IM_CHECK_STR_EQ(state.keeps_going.c_str(), "Keeps going, $0.04 play a batch");
    stage.save_picture("price-keeps-going");
    ctx->Yield(2);
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_G);
    ctx->Yield(3);
    IM_CHECK(!prompt.keeps_going);
    IM_CHECK(state.keeps_going.empty());
    IM_CHECK(!state.prompt_is_seen);
  });
  CHECK(passed);
}

TEST_CASE("Keep going ends with a batch of which nothing arrived, and a seed that is kept is kept for the first batch only") {
  Stage stage;
  auto server = serve(stage, {"--refuse", "balloon"});
  REQUIRE(server);
  stage.open_fresh_project();
  AppState& state = stage.app().state();
  PromptState& prompt = stage.app().prompt();
  const bool passed = stage.play("lost batch", [&](ImGuiTestContext* ctx) {
    const auto& items = library_of(stage).items;
    const auto& texts = library_of(stage).texts;
    fill_prompt(stage, "a balloon over hills");
    prompt.draft.seed = 77;
    prompt.seed_kept = true;
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_G);
    IM_CHECK(stage.wait_until(ctx, [&] { return items.size() == 1 && items[0].state == JobState::Refused; }));
    IM_CHECK(stage.wait_until(ctx, [&] { return !prompt.keeps_going; }));
    IM_CHECK_EQ(items.size(), 1u);
    IM_CHECK(texts[0].recipe->seed == 77);
    IM_CHECK(prompt.seed_kept);
    IM_CHECK(state.note.kind == Note::Kind::Problem);
    IM_CHECK_STR_EQ(state.note.text.c_str(), "Keep going is off: nothing of the last batch arrived. The queue says why.");
    // Somebody says it again, with other words: on it goes, with seeds of its own.
    fill_prompt(stage, "a boat");
    ctx->Yield(2);
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_G);
    IM_CHECK(stage.wait_until(ctx, [&] { return items.size() == 2; }));
    IM_CHECK(prompt.keeps_going);
    IM_CHECK(!prompt.seed_kept);
    IM_CHECK(texts[1].recipe->seed != 77);
  });
  CHECK(passed);
}

TEST_CASE("V in the loupe means the picture that is seen there, and the bar says what its video costs before it is made") {
  Stage stage;
  stage.open_fresh_project();
  AppState& state = stage.app().state();
  const GalleryState& gallery = stage.app().gallery();
  const bool passed = stage.play("v in the loupe", [&](ImGuiTestContext* ctx) {
    const auto& items = library_of(stage).items;
    stage.app().send()(PauseCommand{true}, {});
    IM_CHECK(stage.wait_until(ctx, [&] { return stage.app().studio()->view().paused; }));
    IM_CHECK(import_three(stage, ctx));
    state.selection.set_all({1, 2});
    state.selection.set_focus(0);
    ctx->Yield(3);
    IM_CHECK_EQ(gallery.takes.wanted, 2);
    ctx->ItemClick("//Loupe/Picture");
    ctx->Yield(2);
    IM_CHECK(state.loupe_has_focus);
    ctx->KeyPress(ImGuiKey_V);
    ctx->Yield(5);
    IM_CHECK_EQ(items.size(), 3u);
    IM_CHECK_EQ(gallery.video_of, 0u);
    IM_CHECK_EQ(gallery.takes.wanted, 1);
    IM_CHECK_STR_EQ(state.note.text.c_str(), "The gallery's bar says what the video of this picture will cost: V again makes it");
    stage.save_picture("price-video-of-loupe");
    ctx->Yield(2);
    ctx->KeyPress(ImGuiKey_V);
    IM_CHECK(stage.wait_until(ctx, [&] { return items.size() == 4; }));
    IM_CHECK(items[3].parent == items[0].asset);
    IM_CHECK_EQ(state.selection.count(), 2u);
    // Back to what is selected, by its cross or with another picture.
    ctx->ItemClick("//Gallery/**/Not this picture");
    ctx->Yield(3);
    IM_CHECK_EQ(gallery.video_of, no_row);
    IM_CHECK_EQ(gallery.takes.wanted, 2);
    IM_CHECK_EQ(state.selection.count(), 2u);
    // One that is selected alone is what the bar is about already.
    state.selection.set_only(1);
    state.selection.set_focus(1);
    ctx->Yield(3);
    ctx->ItemClick("//Loupe/Picture");
    ctx->Yield(2);
    ctx->KeyPress(ImGuiKey_V);
    IM_CHECK(stage.wait_until(ctx, [&] { return items.size() == 5; }));
    IM_CHECK(items[4].parent == items[1].asset);
  });
  CHECK(passed);
}

TEST_CASE("Each way to make one again says its price before, in the loupe and in the menus") {
  Stage stage;
  stage.open_fresh_project();
  const bool passed = stage.play("again", [&](ImGuiTestContext* ctx) {
    IM_CHECK(make_one(stage, ctx));
    ctx->ItemClick(tile_one);
    ctx->Yield(3);
    stage.save_picture("price-loupe-again");
    ctx->Yield(2);
    ctx->MouseMove(tile_one);
    ctx->MouseClick(ImGuiMouseButton_Right);
    IM_CHECK(refer_to_popup(ctx));
    stage.save_picture("price-tile-menu");
    ctx->Yield(2);
    ctx->ItemClick("**/again-exactly");
    IM_CHECK(stage.wait_until(ctx, [&] { return stage.app().state().note.text == "Again, exactly the same, $0.04 play: on the way"; }));
    ctx->SetRef("");
    ctx->ItemClick("//Gallery/**/More of group g1");
    IM_CHECK(refer_to_popup(ctx));
    stage.save_picture("price-group-menu");
    ctx->Yield(2);
    ctx->ItemClick("**/Generate again");
    IM_CHECK(stage.wait_until(ctx, [&] { return stage.app().state().note.text == "Generating 1 picture again, $0.04 play"; }));
  });
  CHECK(passed);
}
