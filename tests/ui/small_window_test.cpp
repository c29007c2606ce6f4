// What costs money can be seen and changed before it is sent, in every size of window the program supports.
#include <imgui.h>
#include <imgui_te_context.h>

#include "support/catch.h"
#include "ui/drawn.h"
#include "ui/media_files.h"
#include "ui/popup_ref.h"
#include "ui/stage.h"

using namespace studio;

namespace {

struct WindowSize {
  int width, height;
  float scale;
};

}  // namespace

TEST_CASE("Every wording is seen and changed before it is sent, in small windows and at twice the scale") {
  for (const WindowSize size : {WindowSize{1280, 720, 1}, WindowSize{2560, 1440, 2}}) {
    Stage stage(Stage::Settings{.width = size.width, .height = size.height, .scale = size.scale});
    stage.open_fresh_project();
    const bool passed = stage.play("wordings", [&](ImGuiTestContext* ctx) {
      ctx->Yield(3);
      PromptState& prompt = stage.app().prompt();
      prompt.draft.prompt = "a lighthouse at dusk";
      prompt.draft.count = 10;
      prompt.draft.size = {256, 256};
      IM_CHECK(stage.wait_until(ctx, [&] { return prompt.rows_known && prompt.rows.prompts.size() == 10; }));
      ctx->ItemClick("**/Edit the wordings");
      IM_CHECK(refer_to_popup(ctx));
      if (size.height == 720) stage.save_picture("wordings-small");
      ctx->Yield(2);
      // All of the list is on the screen.
      const ImGuiWindow* list = top_popup(ctx);
      IM_CHECK(list != nullptr);
      IM_CHECK_GE(list->Pos.y, 0.0f);
      IM_CHECK_LE(list->Pos.x + list->Size.x, static_cast<float>(size.width));
      IM_CHECK_LE(list->Pos.y + list->Size.y, static_cast<float>(size.height));
      IM_CHECK_EQ(list->ScrollMax.y, 0.0f);
      ctx->ItemClick("**/##wording 10");
      ctx->KeyCharsReplace("a lighthouse in the rain");
      ctx->KeyPress(ImGuiKey_Enter);
      ctx->PopupCloseAll();
      ctx->Yield(2);
      IM_CHECK_STR_EQ(prompt.rows.prompts[9].c_str(), "a lighthouse in the rain");
      ctx->ItemClick("//Prompt/**/Generate##generate");
      const auto& texts = stage.app().studio()->view().library.texts;
      IM_CHECK(stage.wait_until(ctx, [&] { return texts.size() == 10; }));
      int edited = 0;
      for (const ItemText& text : texts) edited += text.recipe->prompt == "a lighthouse in the rain" ? 1 : 0;
      IM_CHECK_EQ(edited, 1);
    });
    CHECK(passed);
  }
}

TEST_CASE("How videos are made is within reach in both layouts and every size, and nothing of the bar lies on anything else") {
  for (const WindowSize size : {WindowSize{1280, 720, 1}, WindowSize{1600, 900, 1}, WindowSize{2560, 1440, 2}}) {
    Stage stage(Stage::Settings{.width = size.width, .height = size.height, .scale = size.scale});
    stage.open_fresh_project();
    const bool passed = stage.play("options", [&](ImGuiTestContext* ctx) {
      for (int i = 0; i < 2; ++i)
        write_picture_file(stage.folder() / "media" / (std::to_string(i) + ".png"), static_cast<std::uint8_t>(i * 40));
      stage.app().drop({(stage.folder() / "media").string()});
      const auto& items = stage.app().studio()->view().library.items;
      IM_CHECK(stage.wait_until(ctx, [&] { return items.size() == 2 && !stage.app().importing().is_under_way(); }));
      stage.app().importing().is_shown = false;
      for (const bool review : {false, true}) {
        ctx->KeyPress(review ? ImGuiKey_F3 : ImGuiKey_F2);
        ctx->Yield(4);
        stage.app().state().selection.set_only(0);
        stage.app().state().selection.toggle(1);
        ctx->Yield(3);
        const auto box_of = [&](const char* label) { return ctx->ItemInfo((std::string("//Gallery/**/") + label).c_str()).RectFull; };
        const ImRect options = box_of("Video options"), make = box_of("Generate videos"), close = box_of("Select none");
        IM_CHECK_GE(options.GetWidth(), 32 * size.scale);
        IM_CHECK_GE(options.Min.x, make.Max.x);
        IM_CHECK_LE(options.Max.x, close.Min.x);
        const ImGuiWindow* gallery = ctx->GetWindowByRef("//Gallery");
        IM_CHECK_GE(make.Min.x, gallery->Pos.x);
        IM_CHECK_LE(close.Max.x, gallery->Pos.x + gallery->Size.x);
        for (const char* quiet : {"Move to the trash", "Copy the path", "Export…"})
          if (const ImGuiTestItemInfo info = ctx->ItemInfo((std::string("//Gallery/**/") + quiet).c_str(), ImGuiTestOpFlags_NoError); info.ID != 0) {
            IM_CHECK_GE(info.RectFull.Min.x, options.Max.x);
            IM_CHECK_LE(info.RectFull.Max.x, close.Min.x);
          }
        if (review && size.height <= 900) stage.save_picture(size.height == 720 ? "bar-review-small" : "bar-review");
        ctx->Yield(2);
        ctx->ItemClick("//Gallery/**/Video options");
        IM_CHECK(refer_to_popup(ctx));
        const ImGuiWindow* popup = top_popup(ctx);
        IM_CHECK_GE(popup->Pos.x, 0.0f);
        IM_CHECK_GE(popup->Pos.y, 0.0f);
        IM_CHECK_LE(popup->Pos.x + popup->Size.x, static_cast<float>(size.width));
        ctx->ItemClick(review ? "**/3 s" : "**/8 s");
        ctx->Yield(2);
        IM_CHECK_EQ(stage.app().gallery().video.seconds, review ? 3.0 : 8.0);
        ctx->PopupCloseAll();
        ctx->Yield(2);
      }
    });
    CHECK(passed);
  }
}

TEST_CASE("In the narrowest prompt panel no words lie on others, and the price stays in its button") {
  constexpr ImU32 text_1 = IM_COL32(0xED, 0xED, 0xED, 255), text_2 = IM_COL32(0xBA, 0xBA, 0xBA, 255),
                  text_3 = IM_COL32(0x99, 0x99, 0x99, 255), text_on = IM_COL32(0x08, 0x13, 0x1C, 255);
  Stage stage(Stage::Settings{.width = 2400, .height = 1350, .scale = 1.5f});
  stage.open_fresh_project();
  PromptState& prompt = stage.app().prompt();
  prompt.draft.prompt = "a lighthouse at dusk";
  prompt.draft.count = 10;
  prompt.draft.size = {1344, 768};
  prompt.draft.seed = 2'147'483'000;
  prompt.seed_kept = true;
  const bool passed = stage.play("narrowest", [&](ImGuiTestContext* ctx) {
    ctx->Yield(4);
    const ImGuiWindow* panel = ctx->GetWindowByRef("//Prompt");
    ctx->MouseMoveToPos({panel->Pos.x + panel->Size.x + 1, panel->Pos.y + 300});
    ctx->MouseDragWithDelta({-400, 0});
    ctx->Yield(3);
    IM_CHECK_LE(panel->Size.x, 281 * 1.5f);
    IM_CHECK(stage.wait_until(ctx, [&] { return prompt.rows_known && prompt.rows.total.has_value(); }));
    stage.save_picture("prompt-narrowest");
    ctx->Yield(2);
    const auto box_of = [&](const char* label) { return ctx->ItemInfo((std::string("//Prompt/**/") + label).c_str()).RectFull; };
    // The line of the variations.
    const ImRect first = box_of("count 1"), last = box_of("count 10");
    const ImRect head(first.Min.x - 1, first.Min.y - 42, last.Max.x + 1, first.Min.y - 1);
    const auto named = extent_drawn(text_2, head), caption = extent_drawn(text_3, head);
    IM_CHECK(named.has_value());
    IM_CHECK(!caption || caption->Min.x > named->Max.x);
    // The size and what it comes to, the seed and its two buttons.
    const ImRect size = box_of("##size");
    const auto typed = extent_drawn(text_1, size), facts = extent_drawn(text_3, size);
    IM_CHECK(typed.has_value());
    IM_CHECK(!facts || facts->Min.x > typed->Max.x);
    const ImRect seed = box_of("##seed"), dice = box_of("New seed");
    const auto figures = extent_drawn(text_1, ImRect(seed.Min.x, seed.Min.y, dice.Max.x, seed.Max.y));
    IM_CHECK(figures.has_value());
    IM_CHECK_LE(figures->Max.x, dice.Min.x);
    const ImRect make = box_of("Generate##generate");
    const auto words = extent_drawn(text_on, ImRect(make.Min.x - 200, make.Min.y, make.Max.x + 200, make.Max.y));
    IM_CHECK(words.has_value());
    IM_CHECK_GE(words->Min.x, make.Min.x);
    IM_CHECK_LE(words->Max.x, make.Max.x);
  });
  CHECK(passed);
}
