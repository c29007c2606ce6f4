// The form of the prompt panel, control by control: what stands in it is what is sent; and batches that follow each other.
#include <imgui.h>
#include <imgui_te_context.h>

#include <algorithm>
#include <cstdlib>

#include "support/catch.h"
#include "ui/popup_ref.h"
#include "ui/stage.h"

using namespace studio;

namespace {

const Library& library_of(Stage& stage) { return stage.app().studio()->view().library; }

const Recipe& recipe_of(Stage& stage, Row row) { return *library_of(stage).texts.at(row).recipe; }

bool has_arrived(Stage& stage, Row row) {
  const auto& items = library_of(stage).items;
  return row < items.size() && items[row].asset.valid() && items[row].has_poster;
}

void type_into(ImGuiTestContext* ctx, const char* field, const char* text) {
  ctx->ItemClick(field);
  ctx->KeyCharsReplace(text);
  ctx->KeyPress(ImGuiKey_Enter);
  ctx->Yield(3);
}

// Nothing is sent: what was asked for waits in line, with its recipe.
bool pause(Stage& stage, ImGuiTestContext* ctx) {
  stage.app().send()(PauseCommand{true}, {});
  return stage.wait_until(ctx, [&] { return stage.app().studio()->view().paused; });
}

}  // namespace

TEST_CASE("What stands in the prompt's form is what is sent: strategy, wordings, size, seed and what to avoid") {
  // A service that knows what to avoid, and that nothing is sent to.
  ::setenv("STUDIO_KEY_FAL", "0f1e2d3c-id:4b5a69788796a5b4", 1);
  ::setenv("STUDIO_ENDPOINT_FAL", "http://127.0.0.1:9", 1);
  Stage stage(Stage::Settings{.width = 1600, .height = 1200});
  stage.open_fresh_project();
  PromptState& prompt = stage.app().prompt();
  const bool passed = stage.play("form", [&](ImGuiTestContext* ctx) {
    IM_CHECK(pause(stage, ctx));
    ctx->ItemClick("//Prompt/**/##prompt");
    ctx->KeyCharsReplace("a harbour at dawn");
    ctx->ItemClick("//Prompt/**/count 3");
    struct Chip {
      const char* label;
      Strategy strategy;
      bool adds_words;
    };
    for (const Chip& chip : {Chip{"Camera##strategy", Strategy::Camera, true}, Chip{"Light##strategy", Strategy::Light, true},
                             Chip{"Mood##strategy", Strategy::Mood, true}, Chip{"Composition##strategy", Strategy::Composition, true},
                             Chip{"Seed only##strategy", Strategy::Seed, false}, Chip{"Off##strategy", Strategy::Off, false},
                             Chip{"Mixed##strategy", Strategy::Mixed, true}}) {
      ctx->ItemClick((std::string("//Prompt/**/") + chip.label).c_str());
      ctx->Yield(2);
      IM_CHECK(prompt.draft.strategy == chip.strategy);
      IM_CHECK_EQ(prompt.rows.prompts.size(), 3u);
      IM_CHECK_EQ(prompt.rows.prompts[1].starts_with("a harbour at dawn, "), chip.adds_words);
    }

    // Each wording is changed by hand, and one of them goes back to what the list has.
    const std::string third = prompt.rows.prompts[2];
    ctx->ItemClick("//Prompt/**/Edit the wordings");
    IM_CHECK(refer_to_popup(ctx));
    ctx->ItemClick("**/##wording 2");
    ctx->KeyCharsReplace("a harbour in fog");
    ctx->ItemClick("**/##wording 3");
    ctx->KeyCharsReplace("a harbour in snow");
    ctx->Yield(2);
    IM_CHECK_STR_EQ(prompt.rows.prompts[2].c_str(), "a harbour in snow");
    ctx->ItemClick("**/Undo wording 3");
    ctx->Yield(2);
    IM_CHECK_STR_EQ(prompt.rows.prompts[2].c_str(), third.c_str());
    stage.save_picture("prompt-wordings");
    ctx->Yield(2);
    ctx->KeyPress(ImGuiKey_Escape);
    ctx->Yield(2);
    IM_CHECK(!a_popup_is_open());
    ctx->SetRef("");

    ctx->ItemClick("//Prompt/**/1:1##shape");
    ctx->Yield(2);
    IM_CHECK_STR_EQ(prompt.rows.ratio.c_str(), "1:1");
    type_into(ctx, "//Prompt/**/##size", "320x192");
    IM_CHECK(prompt.draft.size == (Size{320, 192}));
    type_into(ctx, "//Prompt/**/##size", "rather wide");
    IM_CHECK(prompt.draft.size == (Size{320, 192}));
    IM_CHECK_STR_EQ(prompt.size_field.c_str(), "320 × 192");

    type_into(ctx, "//Prompt/**/##seed", "12 345");
    IM_CHECK(prompt.draft.seed == 12345);
    ctx->ItemClick("//Prompt/**/New seed");
    ctx->Yield(2);
    IM_CHECK(prompt.draft.seed != 12345 && prompt.draft.seed > 0);
    type_into(ctx, "//Prompt/**/##seed", "4711");
    ctx->ItemClick("//Prompt/**/Keep seed");
    ctx->Yield(2);
    const std::string last = prompt.rows.prompts[2];  // which words are added goes by the seed
    ctx->ItemClick("//Prompt/**/Generate##generate");
    IM_CHECK(stage.wait_until(ctx, [&] { return library_of(stage).items.size() == 3; }));
    IM_CHECK(prompt.draft.seed == 4711);
    for (const Row row : {0u, 1u, 2u}) {
      IM_CHECK(recipe_of(stage, row).seed == 4711);
      IM_CHECK(recipe_of(stage, row).width == 320 && recipe_of(stage, row).height == 192);
    }
    IM_CHECK_STR_EQ(recipe_of(stage, 0).prompt.c_str(), "a harbour at dawn");
    IM_CHECK_STR_EQ(recipe_of(stage, 1).prompt.c_str(), "a harbour in fog");
    IM_CHECK(last.starts_with("a harbour at dawn, "));
    IM_CHECK_STR_EQ(recipe_of(stage, 2).prompt.c_str(), last.c_str());
    ctx->ItemClick("//Prompt/**/Keep seed");
    ctx->ItemClick("//Prompt/**/count 1");
    ctx->ItemClick("//Prompt/**/Generate##generate");
    IM_CHECK(stage.wait_until(ctx, [&] { return library_of(stage).items.size() == 4; }));
    IM_CHECK(prompt.draft.seed != 4711);

    // Only a model that knows what to avoid is told.
    IM_CHECK(!ctx->ItemExists("//Prompt/**/##avoid"));
    ctx->ItemClick("//Prompt/**/Model##model");
    IM_CHECK(refer_to_popup(ctx));
    ctx->ItemClick("**/fal-sdxl");
    ctx->SetRef("");
    ctx->Yield(2);
    type_into(ctx, "//Prompt/**/##avoid", "people, boats");
    type_into(ctx, "//Prompt/**/##size", "512x512");
    stage.save_picture("prompt-avoid");
    ctx->Yield(2);
    ctx->ItemClick("//Prompt/**/Generate##generate");
    IM_CHECK(stage.wait_until(ctx, [&] { return library_of(stage).items.size() == 5; }));
    IM_CHECK_STR_EQ(recipe_of(stage, 4).model.c_str(), "fal-sdxl");
    IM_CHECK_STR_EQ(recipe_of(stage, 4).negative_prompt.c_str(), "people, boats");
    IM_CHECK(recipe_of(stage, 3).negative_prompt.empty());
  });
  ::unsetenv("STUDIO_KEY_FAL");
  ::unsetenv("STUDIO_ENDPOINT_FAL");
  CHECK(passed);
}

TEST_CASE("Escape leaves a field and keeps the words that were typed, a value goes back to what it was") {
  Stage stage;
  stage.open_fresh_project();
  PromptState& prompt = stage.app().prompt();
  const bool passed = stage.play("escape", [&](ImGuiTestContext* ctx) {
    const auto leave = [&] {
      ctx->KeyPress(ImGuiKey_Escape);
      ctx->Yield(2);
    };
    ctx->ItemClick("//Prompt/**/##prompt");
    ctx->KeyChars("a harbour at dawn");
    leave();
    IM_CHECK(!ImGui::GetIO().WantTextInput);
    IM_CHECK_STR_EQ(prompt.draft.prompt.c_str(), "a harbour at dawn");
    ctx->ItemClick("//Prompt/**/##prompt");
    ctx->KeyCharsReplace("a harbour in fog");
    leave();
    IM_CHECK_STR_EQ(prompt.draft.prompt.c_str(), "a harbour in fog");
    // In a popup, which it closes.
    ctx->ItemClick("//Prompt/**/Edit the wordings");
    IM_CHECK(refer_to_popup(ctx));
    ctx->ItemClick("**/##wording 2");
    ctx->KeyCharsReplace("a harbour in snow");
    leave();
    IM_CHECK(!a_popup_is_open());
    IM_CHECK_STR_EQ(prompt.rows.prompts.at(1).c_str(), "a harbour in snow");
    ctx->SetRef("");
    const std::int64_t seed = prompt.draft.seed;
    ctx->ItemClick("//Prompt/**/##seed");
    ctx->KeyCharsReplace("12");
    leave();
    IM_CHECK(prompt.draft.seed == seed);
  });
  CHECK(passed);
}

TEST_CASE("Keep going makes the next batch while the last one is judged, and earlier prompts come back") {
  Stage stage;
  stage.open_fresh_project();
  PromptState& prompt = stage.app().prompt();
  prompt.draft.prompt = "a harbour at dawn";
  prompt.draft.count = 1;
  prompt.draft.size = {256, 256};
  const bool passed = stage.play("keep going", [&](ImGuiTestContext* ctx) {
    const auto& items = library_of(stage).items;
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_G);
    IM_CHECK(stage.wait_until(ctx, [&] { return has_arrived(stage, 0); }));
    IM_CHECK(prompt.keeps_going);
    // It waits for a person: nothing follows by itself.
    ctx->Yield(20);
    IM_CHECK_EQ(items.size(), 1u);
    ctx->ItemClick(("//Gallery/**/tile " + to_string(items[0].job)).c_str());
    ctx->KeyPress(ImGuiKey_P);
    IM_CHECK(stage.wait_until(ctx, [&] { return has_arrived(stage, 1); }));
    IM_CHECK_EQ(items.size(), 2u);
    IM_CHECK(items[1].generation != items[0].generation);
    // The same prompt with another seed: the same one would buy the same picture again.
    IM_CHECK_STR_EQ(recipe_of(stage, 1).prompt.c_str(), "a harbour at dawn");
    IM_CHECK(recipe_of(stage, 1).seed != recipe_of(stage, 0).seed);
    // Its button ends it: judging brings no other.
    ctx->ItemClick("//Prompt/**/Keep going");
    ctx->Yield(2);
    IM_CHECK(!prompt.keeps_going);
    ctx->ItemClick(("//Gallery/**/tile " + to_string(items[1].job)).c_str());
    ctx->KeyPress(ImGuiKey_X);
    IM_CHECK(stage.wait_until(ctx, [&] { return items[1].mark == Mark::Reject; }));
    ctx->Yield(20);
    IM_CHECK_EQ(items.size(), 2u);

    IM_CHECK(pause(stage, ctx));
    ctx->ItemClick("//Prompt/**/##prompt");
    ctx->KeyCharsReplace("a lighthouse");
    ctx->ItemClick("//Prompt/**/Generate##generate");
    IM_CHECK(stage.wait_until(ctx, [&] { return items.size() == 3; }));
    ctx->ItemClick("//Prompt/**/Earlier prompts");
    IM_CHECK(refer_to_popup(ctx));
    IM_CHECK(prompt.history == (std::vector<std::string>{"a lighthouse", "a harbour at dawn"}));
    // The caret is in the search already.
    ctx->KeyChars("DAWN a");
    ctx->Yield(2);
    IM_CHECK_STR_EQ(prompt.history_search.c_str(), "DAWN a");
    IM_CHECK(prompt.history == std::vector<std::string>{"a harbour at dawn"});
    stage.save_picture("prompt-history");
    ctx->Yield(2);
    ctx->ItemClick("**/earlier 0");
    ctx->Yield(2);
    IM_CHECK(!a_popup_is_open());
    IM_CHECK_STR_EQ(prompt.draft.prompt.c_str(), "a harbour at dawn");
    ctx->SetRef("");
    ctx->ItemClick("//Prompt/**/Earlier prompts");
    IM_CHECK(refer_to_popup(ctx));
    ctx->ItemClick("**/##history");
    ctx->KeyCharsReplace("zebra");
    ctx->Yield(2);
    IM_CHECK(prompt.history.empty());
    ctx->KeyPress(ImGuiKey_Escape);
    ctx->Yield(2);
    IM_CHECK(!a_popup_is_open());
    IM_CHECK_STR_EQ(prompt.draft.prompt.c_str(), "a harbour at dawn");
  });
  CHECK(passed);
}
