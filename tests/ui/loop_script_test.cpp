// The whole loop in the window, against the real engine and the real sandbox: generate, look, pick, animate.
#include <imgui.h>
#include <imgui_te_context.h>

#include "support/catch.h"
#include "ui/stage.h"

using namespace studio;

namespace {

int arrived(const Library& library, MediaKind kind) {
  int n = 0;
  for (const Item& item : library.items) n += item.kind == kind && item.asset.valid() ? 1 : 0;
  return n;
}

std::string tile(const Library& library, Row row) { return "//Gallery/**/tile " + to_string(library.items[row].job); }

}  // namespace

TEST_CASE("Five pictures from one prompt, two of them picked, both become videos") {
  Stage stage;
  stage.open_fresh_project("The last lamp");
  stage.app().gallery().video.seconds = 2;
  const auto library = [&]() -> const Library& { return stage.app().studio()->view().library; };
  const bool passed = stage.play("loop", [&](ImGuiTestContext* ctx) {
    ctx->ItemClick("//Prompt/**/##prompt");
    ctx->KeyCharsReplace("A lighthouse on a storm coast at dusk");
    ctx->ItemClick("//Prompt/**/count 5");
    ctx->ItemClick("//Prompt/**/16:9##shape");
    ctx->ItemClick("//Prompt/**/Generate##generate");
    // The tiles are there before any picture is.
    IM_CHECK(stage.wait_until(ctx, [&] { return library().items.size() == 5; }));
    IM_CHECK(ctx->ItemExists(tile(library(), 0).c_str()));
    IM_CHECK(stage.wait_until(ctx, [&] { return arrived(library(), MediaKind::Image) == 5; }));

    ctx->ItemClick(tile(library(), 1).c_str());
    ctx->KeyDown(ImGuiMod_Ctrl);
    ctx->ItemClick(tile(library(), 3).c_str());
    ctx->KeyUp(ImGuiMod_Ctrl);
    IM_CHECK_EQ(stage.app().state().selection.count(), 2u);
    ctx->KeyPress(ImGuiKey_P);
    IM_CHECK(stage.wait_until(
        ctx, [&] { return library().items[1].mark == Mark::Pick && library().items[3].mark == Mark::Pick; }));
    IM_CHECK(library().items[0].mark == Mark::None);

    ctx->ItemClick("//Gallery/**/Generate videos");
    IM_CHECK(stage.wait_until(ctx, [&] { return library().items.size() == 7; }));
    IM_CHECK(stage.wait_until(
        ctx, [&] { return arrived(library(), MediaKind::Video) == 2; }, 120));
    // They hang under their images and can be clicked there.
    ctx->ItemClick(tile(library(), 5).c_str());
    IM_CHECK_EQ(stage.app().state().selection.focus(), 5u);
  });
  CHECK(passed);
  REQUIRE(library().items.size() == 7);
  CHECK(library().items[5].parent == library().items[1].asset);
  CHECK(library().items[6].parent == library().items[3].asset);
  CHECK(library().items[5].seconds > 1.5f);
  // Exactly as written first, each further one in other words; and play money only.
  CHECK(library().texts[0].recipe->prompt == "A lighthouse on a storm coast at dusk");
  CHECK(library().texts[1].recipe->prompt != library().texts[0].recipe->prompt);
  CHECK(library().texts[0].recipe->width * 9 / library().texts[0].recipe->height == 15);  // 1344 × 768
  const auto view = stage.app().studio()->view();
  CHECK(view.usd.settled.micros == 0);
  CHECK(view.play.settled.micros == 5 * 40'000 + 2 * 420'000);

  CHECK(stage.settle());
  stage.save_picture("gallery-after-the-loop");
  stage.frame();
  // Asleep: nothing new, nothing that changes by itself, so no frame is due.
  CHECK(stage.falls_asleep());
  CHECK(stage.app().secs_to_next_change() > 3600);

  // The same request for videos again makes none: they exist.
  const bool again = stage.play("again", [&](ImGuiTestContext* ctx) {
    stage.app().state().selection.clear();
    ctx->Yield(2);
    ctx->ItemClick("//Gallery/**/Generate videos");
    IM_CHECK(stage.wait_until(
        ctx, [&] { return stage.app().state().note.text.find("2 had it already") != std::string::npos; }));
  });
  CHECK(again);
  CHECK(library().items.size() == 7);
}
